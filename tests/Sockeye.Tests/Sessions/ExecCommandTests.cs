using Sockeye.Sessions;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Sessions;

public class ExecCommandTests
{
    [Theory]
    [InlineData("cat", "cat")]
    [InlineData("  /bin/cat \t -n  ", "/bin/cat|-n")]
    [InlineData("grep 'two words' \"and more\"", "grep|two words|and more")]
    [InlineData("say it' is' \"o'clock\"", "say|it is|o'clock")]
    [InlineData(@"echo a\ b \' \\ ""\"""" '\'", @"echo|a b|'|\|""|\")]
    [InlineData("echo '' \"\"", "echo||")]
    public void A_line_is_split_into_words(string line, string words)
    {
        var command = ExecCommand.Parse(line);
        Assert.Equal(words, string.Join('|', [command.Program, .. command.Arguments]));
    }

    [Theory]
    [InlineData("", "there is no program to run")]
    [InlineData("  ", "there is no program to run")]
    [InlineData("''", "there is no program to run")]
    [InlineData("echo 'half", "a ' is not closed")]
    [InlineData("echo \"half", "a \" is not closed")]
    [InlineData("echo \\", "a backslash ends the line")]
    public void A_line_that_is_none_is_refused(string line, string reason) =>
        Assert.Equal(reason, Assert.Throws<FormatException>(() => ExecCommand.Parse(line)).Message);

    [Fact]
    public void A_name_is_looked_for_on_the_search_path_and_a_path_is_taken_as_it_is()
    {
        Assert.Equal(Peers.Require("sh"), new ExecCommand("sh").Locate());
        Assert.Equal("/bin/sh", new ExecCommand("/bin/sh").Locate());
        Assert.Equal("/bin/sh", ExecCommand.Shell("exit").Locate());
    }

    [Fact]
    public void What_cannot_be_run_is_told_apart()
    {
        using var scratch = new Scratch();
        File.WriteAllText(scratch.File("text"), "no program");
        Assert.Contains("no such program is on the search path", Assert.Throws<FileNotFoundException>(() => new ExecCommand("no-such-program").Locate()).Message, StringComparison.Ordinal);
        Assert.Contains("there is no such file", Assert.Throws<FileNotFoundException>(() => new ExecCommand(scratch.File("none")).Locate()).Message, StringComparison.Ordinal);
        Assert.Throws<UnauthorizedAccessException>(() => new ExecCommand(scratch.File("text")).Locate());
        Assert.Throws<UnauthorizedAccessException>(() => new ExecCommand(scratch.Directory).Locate());
    }
}
