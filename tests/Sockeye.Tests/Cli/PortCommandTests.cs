using System.Text.Json;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Cli;

/// <summary>What does not depend on the services file of the system that the tests run on.</summary>
public class PortCommandTests
{
    [Theory]
    [InlineData("http --tcp", @"\Ahttp  80/tcp  www\S*( \S+)*  World ?Wide ?Web.*\n\z")]
    [InlineData("HTTP -t", @"\Ahttp  80/tcp  www")]
    [InlineData("www", @"\Ahttp  80/tcp  +www.*\nhttp  80/udp ")]
    [InlineData("80 --tcp", @"\Ahttp  80/tcp  www")]
    [InlineData("514", @"\Ashell +514/tcp .*\nsyslog +514/udp")]
    [InlineData("514 -u", @"\Asyslog  514/udp  System log messages\n\z")]
    [InlineData("--search quote_of_the_day", @"(?m)^qotd +17/tcp .*Quote of the Day$")]
    [InlineData("--search true", @"(?mi)^.*true.*$")]
    public async Task Matches_are_printed_a_line_each(string line, string expected)
    {
        var result = await SockProcess.RunAsync(Arguments(line));
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Matches(expected, result.Output);
        Assert.DoesNotContain(" \n", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--search http", "tcp", "--tcp")]
    [InlineData("--search http", "udp", "--udp")]
    public async Task A_search_keeps_to_the_protocol_asked_for(string line, string protocol, string option)
    {
        var result = await SockProcess.RunAsync(Arguments($"{line} {option}"));
        Assert.All(result.Output.TrimEnd('\n').Split('\n'), match => Assert.Matches($@"^\S+ +\d+/{protocol}\b", match));
    }

    [Fact]
    public async Task Json_is_one_array_of_entries()
    {
        var result = await SockProcess.RunAsync("port", "qotd", "--tcp", "--json");
        using var json = JsonDocument.Parse(result.Output);
        var entry = Assert.Single(json.RootElement.EnumerateArray());
        Assert.Equal("qotd", entry.GetProperty("name").GetString());
        Assert.Equal(17, entry.GetProperty("port").GetInt32());
        Assert.Equal("tcp", entry.GetProperty("protocol").GetString());
        Assert.Contains("quote", entry.GetProperty("aliases").EnumerateArray().Select(alias => alias.GetString()));
        Assert.Equal("Quote of the Day", entry.GetProperty("description").GetString());
    }

    [Theory]
    [InlineData("htpp", "Couldn't find your port: .*no service named 'htpp' \\(did you mean http\\?\\)\n'sock port --search WORD' finds")]
    [InlineData("no-such-service", "Couldn't find your port: .*no service named 'no-such-service'\n")]
    [InlineData("64999", "Couldn't find your port: .*no service is known on port 64999\n")]
    [InlineData("4460 --udp", "Couldn't find your port: .*port 4460 is known for tcp only\n")]
    [InlineData("ntske --udp", "Couldn't find your port: .*ntske is known for tcp only\n")]
    [InlineData("70000", "'70000' is out of range[^\n]*\n\\z")]
    [InlineData("080", "'080' has a leading zero")]
    [InlineData("0x50", "no service named '0x50'")]
    [InlineData("--search no_such_thing", "no service mentions 'no such thing'\n\\z")]
    [InlineData("http --tcp --udp", "--tcp and --udp exclude each other\n")]
    public async Task What_cannot_be_found_is_said_and_ends_2(string line, string expected)
    {
        var result = await SockProcess.RunAsync(Arguments(line));
        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.Matches("\\Asock: .*" + expected, result.Error);
    }

    /// <summary>Words joined by an underscore are one argument.</summary>
    private static string[] Arguments(string line) => ["port", .. line.Split(' ').Select(word => word.Replace('_', ' '))];
}
