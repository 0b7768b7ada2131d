using System.Globalization;
using System.Net.Sockets;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Cli;

public class TourTests
{
    [Fact]
    public async Task Every_conversation_of_the_chapter_goes_as_it_should()
    {
        var result = await SockProcess.RunAsync("tour");
        Assert.DoesNotContain("WRONG", result.Output);
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Matches(@"\nAll \d+ went as they should\.\n$", result.Output);
        for (var row = 1; row <= 14; row++)
            Assert.Contains($"\n{row,2}  ", result.Output);
        Assert.All(result.Output.Split('\n'), line => Assert.InRange(new StringInfo(line).LengthInTextElements, 0, 80));
    }

    [Fact]
    public async Task The_services_are_kept_running_when_asked()
    {
        await using var tour = SockProcess.Start("tour", "--keep");
        var line = await tour.WaitForOutputLineAsync("greeting  sock connect localhost ");
        await tour.WaitForOutputLineAsync("Press Ctrl-C");
        using (var client = new TcpClient("localhost", int.Parse(line.Split(' ')[^1])))
        using (var reader = new StreamReader(client.GetStream()))
            Assert.StartsWith("Welcome, ", await reader.ReadLineAsync());
        tour.Signal("INT");
        Assert.Equal(0, (await tour.WaitAsync()).ExitCode);
    }

    [Fact]
    public async Task An_interrupted_tour_ends_130()
    {
        await using var tour = SockProcess.Start("tour");
        await tour.WaitForOutputLineAsync(" 1  ");
        tour.Signal("INT");
        Assert.Equal(130, (await tour.WaitAsync()).ExitCode);
    }
}
