using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using FsCheck;
using FsCheck.Fluent;
using Sockeye.Measuring;
using Sockeye.Protocols;
using Sockeye.Tests.Support;
using Sockeye.Tool;
using Sockeye.Tool.Benchmarks;
using Xunit;

namespace Sockeye.Tests.Cli;

/// <summary>The page that <c>sock bench --report</c> writes, and the plots on it.</summary>
public class BenchReportTests
{
    [Fact(Timeout = 120_000)]
    public async Task It_is_written_beside_what_is_printed_in_place_of_what_was_there()
    {
        using var scratch = new Scratch();
        await File.WriteAllTextAsync(scratch.File("r.html"), new string('x', 1_000_000), TestContext.Current.CancellationToken);
        await using var server = Server.Start("127.0.0.1:0", Echo.ServeAsync);
        var result = await SockProcess.RunAsync("bench", "-d", "1s", "--warm-up", "0", "--report", scratch.File("r.html"), $"{server.LocalAddress}");
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        var page = await File.ReadAllTextAsync(scratch.File("r.html"), TestContext.Current.CancellationToken);
        AssertStandsAlone(page);
        Assert.Equal($"sock bench {server.LocalAddress}", Parse(page).Descendants("h1").Single().Value);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_file_that_cannot_be_written_is_said_before_anything_is_asked()
    {
        using var scratch = new Scratch();
        var result = await SockProcess.RunAsync("bench", "--report", scratch.File("none/r.html"), $"127.0.0.1:{PeerPort.Choose()}");
        Assert.Equal((6, $"sock: cannot write '{scratch.File("none/r.html")}': there is no such directory\n"), (result.ExitCode, result.Error));
    }

    [Fact(Timeout = 120_000)]
    public async Task What_was_measured_is_printed_although_the_page_finds_no_room()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "there is no /dev/full");
        await using var server = Server.Start("127.0.0.1:0", Echo.ServeAsync);
        var result = await SockProcess.RunAsync("bench", "-d", "100ms", "--warm-up", "0", "--report", "/dev/full", $"{server.LocalAddress}");
        Assert.Equal((6, "sock: cannot write '/dev/full': no space left on device\n"), (result.ExitCode, result.Error));
        Assert.Contains(" requests in 100 ms over 10 connections", result.Output, StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task Its_name_is_not_a_hyphen()
    {
        var result = await SockProcess.RunAsync("bench", "--report", "-", "localhost:7");
        Assert.Equal((2, "sock: --report takes the name of a file, and - is none\n/dev/stdout is standard output.\n"), (result.ExitCode, result.Error));
    }

    [Fact]
    public void It_shows_four_plots_the_figures_the_set_up_and_what_went_wrong()
    {
        var page = Parse(PageOf(OutcomeOf([1_000, 2_000, 30_000, 400_000_000], errors: 3)));
        Assert.Equal(
            ["Latency by percentile", "How often which latency came up", "Throughput over time", "Latency over time"],
            page.Descendants("svg").Select(plot => plot.Attribute("aria-label")!.Value));
        Assert.Equal(["requests", "throughput", "p50", "p90", "p99", "p99.9", "max", "errors"], page.Descendants("dt").Select(name => name.Value));
        Assert.Equal(["3 × read: a <b>", "2 × status 404"], page.Descendants("li").Select(remark => remark.Value));
        Assert.Equal("localhost:7", page.Descendants("tr").Single(row => row.Element("th")!.Value == "Address").Element("td")!.Value);
        Assert.Contains(page.Descendants("polyline"), line => line.Attribute("class")!.Value == "line bad");
    }

    [Fact]
    public void Without_a_single_request_it_says_so()
    {
        var page = PageOf(OutcomeOf([], errors: 1));
        AssertStandsAlone(page);
        Assert.Equal(["Throughput over time"], Parse(page).Descendants("svg").Select(plot => plot.Attribute("aria-label")!.Value));
        Assert.Contains("no request was done", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_was_measured_it_is_well_formed_and_nothing_is_drawn_outside() => Prop.ForAll(
        Gen.ListOf(from power in Gen.Choose(0, 50) from more in Gen.Choose(0, 1000) select (1L << power) + more - 1).ToArbitrary(),
        ticks =>
        {
            var page = PageOf(OutcomeOf([.. ticks], errors: 0));
            AssertStandsAlone(page);
            foreach (var plot in Parse(page).Descendants("svg"))
                AssertInside(plot);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Bins_have_every_time_once_and_follow_each_other() => Prop.ForAll(
        Gen.NonEmptyListOf(Gen.Choose(0, int.MaxValue).Select(ticks => (long)ticks)).ToArbitrary(), Gen.Choose(1, 60).ToArbitrary(),
        (ticks, most) =>
        {
            var latency = HistogramOf([.. ticks]);
            var bins = LogBins.Of(latency, most);
            return bins.Count <= most && bins.Sum(bin => bin.Count) == latency.Count && bins[^1].To >= latency.Max
                && bins.Zip(bins.Skip(1)).All(pair => pair.First.To == pair.Second.From && pair.First.From < pair.First.To);
        }).QuickCheckThrowOnFailure();

    private static void AssertStandsAlone(string page)
    {
        Parse(page);
        Assert.DoesNotMatch(new Regex(@"https?:|//|url\(|@import|<script|<link|<img|\bsrc=|\bhref=", RegexOptions.IgnoreCase), page);
        Assert.Contains("prefers-color-scheme: dark", page, StringComparison.Ordinal);
    }

    private static void AssertInside(XElement plot)
    {
        var box = Numbers(plot.Attribute("viewBox")!.Value);
        Assert.All(plot.Descendants().Attributes(), attribute => Assert.DoesNotMatch("NaN|Infinity|∞", attribute.Value));
        foreach (var points in plot.Descendants().Attributes("points"))
        {
            var places = Numbers(points.Value);
            Assert.All(places.Where((_, i) => i % 2 == 0), x => Assert.InRange(x, 0, box[2]));
            Assert.All(places.Where((_, i) => i % 2 == 1), y => Assert.InRange(y, 0, box[3]));
        }
        Assert.All(plot.Descendants("rect"), bar => Assert.InRange(Numbers(bar.Attribute("x")!.Value)[0], 0, box[2]));
    }

    private static double[] Numbers(string text) =>
        [.. Regex.Matches(text, @"-?\d+(\.\d+)?").Select(match => double.Parse(match.Value, CultureInfo.InvariantCulture))];

    private static XDocument Parse(string page)
    {
        using var reader = XmlReader.Create(new StringReader(page), new() { DtdProcessing = DtdProcessing.Ignore });
        return XDocument.Load(reader);
    }

    private static string PageOf(LoadOutcome outcome)
    {
        var settings = new BenchSettings { Target = new Target(Address.Tcp("localhost", 7), null, null), Load = new(), Json = false, ReportPath = null };
        return BenchReport.Of(outcome, settings, new BenchSetUp(settings));
    }

    private static LoadOutcome OutcomeOf(long[] ticks, long errors)
    {
        var latency = HistogramOf(ticks);
        return new()
        {
            Elapsed = TimeSpan.FromSeconds(1),
            Latency = latency,
            Errors = errors == 0 ? [] : [new(new(NetErrorKind.Reset, NetOperation.Read, "a <b>"), errors)],
            BadStatuses = errors == 3 ? new Dictionary<int, long> { [404] = 2 } : [],
            Intervals =
            [
                new() { Start = TimeSpan.Zero, Duration = TimeSpan.FromSeconds(0.5), Latency = latency, Errors = errors },
                new() { Start = TimeSpan.FromSeconds(0.5), Duration = TimeSpan.FromSeconds(0.5), Latency = new() },
            ],
        };
    }

    private static Histogram HistogramOf(long[] ticks)
    {
        var latency = new Histogram();
        foreach (var tick in ticks)
            latency.Record(TimeSpan.FromTicks(tick));
        return latency;
    }
}
