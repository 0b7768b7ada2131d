using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Cli;

public class UsageTests
{
    [Theory]
    [InlineData("complations", "unknown verb 'complations'", "Did you mean 'completions'?")]
    [InlineData("zzzzzzzzzz", "unknown verb 'zzzzzzzzzz'", "See 'sock --help'.")]
    [InlineData("--vresion", "unknown option '--vresion'", "Did you mean '--version'?")]
    [InlineData("completions --hepl", "unknown option '--hepl'", "Did you mean '--help'?")]
    [InlineData("completions", "completions needs SHELL", "See 'sock completions --help'.")]
    [InlineData("completions bash zsh", "unexpected argument 'zsh'", "See 'sock completions --help'.")]
    [InlineData("completions -bash", "unknown option '-bash'", "See 'sock completions --help'.")]
    [InlineData("completions -- -bash", "no completions for '-bash'", "There are some for bash, zsh and fish.")]
    [InlineData("connect --bogus 127.0.0.1 80", "unknown option '--bogus'", "See 'sock connect --help'.")]
    [InlineData("connect --idel 5 127.0.0.1 80", "unknown option '--idel'", "Did you mean '--idle'?")]
    [InlineData("completions @bash", "no completions for '@bash'", "There are some for bash, zsh and fish.")]
    public async Task A_usage_error_is_one_line_with_advice_and_ends_2(string line, string message, string advice)
    {
        var result = await SockProcess.RunAsync(line.Split(' '));
        Assert.Equal(2, result.ExitCode);
        Assert.Equal($"sock: {message}\n{advice}\n", result.Error);
        Assert.Empty(result.Output);
    }

    [Theory]
    [InlineData("--version")]
    [InlineData("completions --version")]
    public async Task The_version_is_printed_everywhere(string line)
    {
        var result = await SockProcess.RunAsync(line.Split(' '));
        Assert.Equal(0, result.ExitCode);
        Assert.Matches(@"^sock \d+\.\d+\.\d+\n$", result.Output);
    }
}
