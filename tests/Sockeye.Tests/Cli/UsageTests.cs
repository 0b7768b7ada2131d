using System.Text.Json;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Cli;

public class UsageTests
{
    [Theory]
    [InlineData("complations", "unknown verb 'complations'", "Did you mean 'completions'?")]
    [InlineData("zzzzzzzzzz", "unknown verb 'zzzzzzzzzz'", "See 'sock --help'.")]
    [InlineData("--vresion", "unknown option '--vresion'", "Did you mean '--version'?")]
    [InlineData("help conect", "unknown verb 'conect'", "Did you mean 'connect'?")]
    [InlineData("completions --hepl", "unknown option '--hepl'", "Did you mean '--help'?")]
    [InlineData("completions", "completions needs SHELL", "See 'sock completions --help'.")]
    [InlineData("completions bash zsh", "unexpected argument 'zsh'", "See 'sock completions --help'.")]
    [InlineData("completions -bash", "unknown option '-bash'", "See 'sock completions --help'.")]
    [InlineData("completions -- -bash", "no completions for '-bash'", "There are some for bash, zsh, fish and powershell.")]
    [InlineData("connect --bogus 127.0.0.1 80", "unknown option '--bogus'", "See 'sock connect --help'.")]
    [InlineData("connect --idel 5 127.0.0.1 80", "unknown option '--idel'", "Did you mean '--idle'?")]
    [InlineData("connect", "connect needs HOST PORT or ADDRESS", "See 'sock connect --help'.")]
    [InlineData("connect a b c", "unexpected argument 'c'", "See 'sock connect --help'.")]
    [InlineData("connect --jsn a b", "unknown option '--jsn'", "Did you mean '--json'?")]
    [InlineData("connect a b --timeout", "option '--timeout' needs a value", "See 'sock connect --help'.")]
    [InlineData("connect a b --idle 1 --idle 2", "option '--idle' is given more than once", "See 'sock connect --help'.")]
    [InlineData("connect a b -w -5", "-w takes a time above zero (seconds, or 500ms, 2s, 1m, 1h) or 'none', not '-5'", "See 'sock connect --help'.")]
    [InlineData("connect -4 -6 a 1", "-4 and -6 exclude each other", "Leave both out to use either.")]
    [InlineData("connect a -1", "unknown option '-1'", "See 'sock connect --help'.")]
    [InlineData("completions @bash", "no completions for '@bash'", "There are some for bash, zsh, fish and powershell.")]
    public async Task A_usage_error_is_one_line_with_advice_and_ends_2(string line, string message, string advice)
    {
        var result = await SockProcess.RunAsync(line.Split(' '));
        Assert.Equal(2, result.ExitCode);
        Assert.Equal($"sock: {message}\n{advice}\n", result.Error);
        Assert.Empty(result.Output);
    }

    [Theory]
    [InlineData("connect localhost", "'localhost' has no port: write HOST:PORT")]
    [InlineData("connect localhost 65536", "port '65536' is out of range: ports are 0 to 65535")]
    [InlineData("connect localhost +80", "port '+80' is neither a number from 0 to 65535 nor a service name")]
    [InlineData("connect ::1:80", "'::1:80' needs brackets around the IPv6 address: write [::1]:80")]
    [InlineData("listen localhost 99999", "port '99999' is out of range: ports are 0 to 65535")]
    public async Task An_address_that_is_none_is_one_line_and_ends_2(string line, string message)
    {
        var result = await SockProcess.RunAsync(line.Split(' '));
        Assert.Equal((2, "", $"sock: {message}\n"), (result.ExitCode, result.Output, result.Error));
    }

    [Fact]
    public async Task With_json_an_error_is_one_object_with_its_fields()
    {
        var result = await SockProcess.RunAsync("port", "htpt", "--json");
        using var error = JsonDocument.Parse(Assert.Single(result.Error.TrimEnd().Split('\n')));
        Assert.Equal(2, error.RootElement.GetProperty("exitCode").GetInt32());
        Assert.Equal("UnknownService", error.RootElement.GetProperty("kind").GetString());
        Assert.Equal("Caller", error.RootElement.GetProperty("blame").GetString());
        Assert.Contains("htpt", error.RootElement.GetProperty("error").GetString());
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
