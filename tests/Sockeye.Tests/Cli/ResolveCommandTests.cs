using System.Net;
using System.Text.Json;
using Sockeye.Platform;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Cli;

/// <summary>Names that are answered without name servers, so that it does not matter whether the machine has some.</summary>
public class ResolveCommandTests
{
    private static readonly string[] Localhost = IPv6Loopback.Exists ? ["::1", "127.0.0.1"] : ["127.0.0.1"];

    [Fact]
    public async Task Addresses_are_printed_a_line_each()
    {
        var result = await SockProcess.RunAsync("resolve", "localhost");
        Assert.Equal((0, string.Join("", Localhost.Select(address => address + "\n")), ""), (result.ExitCode, result.Output, result.Error));
    }

    [Theory]
    [InlineData("-4", "localhost", "127.0.0.1\n")]
    [InlineData("-4", "a.b.localhost", "127.0.0.1\n")]
    public async Task A_family_is_kept_to(string option, string name, string expected)
    {
        var result = await SockProcess.RunAsync("resolve", option, name);
        Assert.Equal((0, expected, ""), (result.ExitCode, result.Output, result.Error));
    }

    [Fact]
    public async Task Json_is_one_object()
    {
        var result = await SockProcess.RunAsync("resolve", "localhost", "--json");
        using var json = JsonDocument.Parse(result.Output);
        Assert.Equal("localhost", json.RootElement.GetProperty("name").GetString());
        Assert.Equal(Localhost, json.RootElement.GetProperty("addresses").EnumerateArray().Select(address => address.GetString()));
    }

    [Fact]
    public async Task The_name_of_an_address_is_what_the_system_says()
    {
        string name;
        try
        {
            name = await Resolver.System.NameOfAsync(IPAddress.Loopback);
        }
        catch (NetException)
        {
            Assert.Skip("127.0.0.1 has no name here");
            return;
        }
        Assert.Equal(name + "\n", (await SockProcess.RunAsync("resolve", "127.0.0.1")).Output);
        using var json = JsonDocument.Parse((await SockProcess.RunAsync("resolve", "::ffff:127.0.0.1", "--json")).Output);
        Assert.Equal(("127.0.0.1", name), (json.RootElement.GetProperty("address").GetString(), json.RootElement.GetProperty("name").GetString()));
    }

    [Fact]
    public async Task Verbose_says_what_each_family_brought()
    {
        var result = await SockProcess.RunAsync("resolve", "-v", "localhost");
        Assert.Matches(@"(?m)^IPv4: 1 address \(.*s\)$", result.Error);
        Assert.Matches(@"(?m)^IPv6: .* \(.*s\)$", result.Error);
        Assert.Equal(Localhost.Length, result.Output.Count(c => c == '\n'));
    }

    [Theory]
    [InlineData("nosuch.invalid", 3, "there is no host 'nosuch.invalid'\nCheck the spelling")]
    [InlineData("-6 127.0.0.1", 3, "127.0.0.1 is no IPv6 address\nLeave out -6")]
    [InlineData("-4 nosuch.invalid", 3, "there is no host 'nosuch.invalid' with an IPv4 address\nLeave out -4")]
    [InlineData("010.0.0.1", 2, "leading zero")]
    [InlineData("localhost:80", 2, "leave out the port")]
    [InlineData("*", 2, "every address of this machine")]
    [InlineData("-4 -6 localhost", 2, "-4 and -6 exclude each other")]
    [InlineData("", 2, "resolve needs NAME")]
    public async Task What_cannot_be_resolved_is_said_in_a_line(string line, int exitCode, string expected)
    {
        var result = await SockProcess.RunAsync(["resolve", .. line.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        Assert.Equal((exitCode, ""), (result.ExitCode, result.Output));
        Assert.StartsWith("sock: ", result.Error);
        Assert.Contains(expected, result.Error);
    }
}
