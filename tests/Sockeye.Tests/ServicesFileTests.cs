using Xunit;

namespace Sockeye.Tests;

public class ServicesFileTests
{
    [Fact]
    public void A_line_gives_name_port_protocol_aliases_and_description() => Assert.Equal(
        [new ServiceEntry("http", 80, "tcp", ["www", "web"], "World Wide Web")],
        ServicesFile.Parse("http\t\t80/tcp\t\twww  web\t# World Wide Web\n").All);

    [Theory]
    [InlineData("http 80/tcp")]
    [InlineData("http 80/tcp\n")]
    [InlineData("http 80/tcp\r\n")]
    [InlineData("\uFEFFhttp 80/tcp\n")]
    [InlineData("  http\t80/TCP  \n")]
    [InlineData("# comment\n\n\r\n   \n#\nhttp 80/tcp\n")]
    [InlineData("http 80/tcp#\n")]
    [InlineData("http 80/tcp # \n")]
    [InlineData("http 80/tcp 8080 0x50\n")]
    public void Layout_does_not_matter(string text) =>
        Assert.Equal([new ServiceEntry("http", 80, "tcp", [], "")], ServicesFile.Parse(text).All);

    [Theory]
    [InlineData("")]
    [InlineData("http")]
    [InlineData("http 80")]
    [InlineData("http 80/")]
    [InlineData("http /tcp")]
    [InlineData("http tcp/80")]
    [InlineData("http 80 /tcp")]
    [InlineData("http 0/tcp")]
    [InlineData("http 65536/tcp")]
    [InlineData("http 99999999999999999999/tcp")]
    [InlineData("http -80/tcp")]
    [InlineData("http +80/tcp")]
    [InlineData("http 8x/tcp")]
    [InlineData("http 80/tcp/udp")]
    [InlineData("echo 4/ddp")]
    [InlineData("#http 80/tcp")]
    [InlineData("80 81/tcp")]
    [InlineData("0x50 81/tcp")]
    [InlineData("--- 81/tcp")]
    [InlineData("ht\u0007tp 80/tcp")]
    public void A_malformed_line_is_passed_over(string line) => Assert.Equal(
        ["before", "after"],
        ServicesFile.Parse($"before 1/tcp\n{line}\nafter 2/tcp").All.Select(entry => entry.Name));

    [Fact]
    public void A_huge_line_is_no_obstacle()
    {
        var names = string.Join(' ', Enumerable.Range(0, 100_000).Select(i => $"n{i}"));
        var entries = ServicesFile.Parse($"huge 1/tcp {names}\n#{new string('#', 1_000_000)}\nlast 2/udp").All.ToList();
        Assert.Equal(["huge", "last"], entries.Select(entry => entry.Name));
        Assert.Equal(100_000, entries[0].Aliases.Count);
    }

    [Fact]
    public void A_file_is_read_once_and_only_when_asked()
    {
        var path = Path.GetTempFileName();
        try
        {
            var asked = 0;
            var file = new ServicesFile(() => { asked++; return path; });
            Assert.Equal(0, asked);
            File.WriteAllText(path, "mine 4000/tcp # gr\u00fcn\n");
            Assert.Equal("gr\u00fcn", Assert.Single(file.Named("mine")).Description);
            File.Delete(path);
            Assert.Single(file.At(4000));
            Assert.Equal(1, asked);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_file_that_is_not_asked_for_a_registered_name_is_not_read()
    {
        var registry = new ServiceRegistry(new ServicesFile(() => throw new InvalidOperationException("read")))
            .With("mine", 4000, Transport.Tcp);
        Assert.Equal(4000, registry.PortOf("mine"));
        Assert.Throws<InvalidOperationException>(() => registry.PortOf("other"));
    }

    [Theory]
    [InlineData("/nonexistent/services")]
    [InlineData("/")]
    public void A_file_that_cannot_be_read_counts_as_empty(string path) =>
        Assert.Empty(new ServicesFile(() => path).All);

    [Fact]
    public void The_file_of_this_system_is_understood()
    {
        Assert.SkipUnless(File.Exists("/etc/services"), "this system has no services file");
        Assert.Contains(ServicesFile.OfSystem.Named("www"), entry => entry is { Name: "http", Port: 80, Protocol: "tcp" });
    }
}
