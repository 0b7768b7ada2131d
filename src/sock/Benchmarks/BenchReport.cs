using System.Globalization;
using System.Net;
using System.Text;
using Sockeye.Measuring;
using Sockeye.Tool.Sessions;

namespace Sockeye.Tool.Benchmarks;

/// <summary>What a load came to, as a page: one file, well-formed as XML, that needs nothing else, and no script.</summary>
internal static class BenchReport
{
    public static string Of(LoadOutcome outcome, BenchSettings settings, BenchSetUp setUp)
    {
        var title = Escape($"sock bench {settings.Target.Address}");
        return $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8"/>
            <meta name="viewport" content="width=device-width, initial-scale=1"/>
            <title>{title}</title>
            <style>{ReportStyle.Sheet}</style>
            </head>
            <body>
            <header>
            <h1>{title}</h1>
            <p>{Escape(Summary(outcome, settings.Load))}</p>
            </header>
            <main>
            {Tiles(outcome, settings.Load)}
            {Remarks(outcome)}
            <section class="plots">
            {string.Join('\n', ReportPlots.Of(outcome).Select(plot => plot.ToHtml()))}
            </section>
            <section class="tables">
            {Table("Latency", Latencies(outcome.Latency))}
            {Table("Set-up", setUp.Facts(outcome))}
            </section>
            </main>
            </body>
            </html>

            """;
    }

    /// <summary>Text for a page; control characters are no part of XML.</summary>
    public static string Escape(string text) => WebUtility.HtmlEncode(Terminal.Harmless(text));

    private static string Summary(LoadOutcome outcome, LoadOptions options) =>
        $"{OutcomeText.Count(outcome.Requests, BenchText.Unit(options.Mode))} in {Duration.InWords(outcome.Elapsed)} "
        + $"over {OutcomeText.Count(options.Connections, "connection")}, {(options.Rate is { } rate ? $"{rate:N0} due a second" : "each when the one before was done")}";

    private static string Tiles(LoadOutcome outcome, LoadOptions options)
    {
        var tiles = new List<(string Name, string Value)> { ($"{BenchText.Unit(options.Mode)}s", BenchText.PerSecond(outcome.RequestsPerSecond)) };
        if (options.Mode != LoadMode.Connect)
            tiles.Add(("throughput", BenchText.BytesPerSecond(outcome, options.Mode)));
        if (outcome.Requests > 0)
            tiles.AddRange(BenchText.Percentiles.Select(each => (each.Name, BenchText.Time(outcome.Latency.Percentile(each.Percent)))));
        tiles.Add(("errors", $"{outcome.Errors.Sum(error => error.Count):N0}"));
        var text = new StringBuilder("<dl class=\"tiles\">");
        foreach (var (name, value) in tiles)
            text.Append($"<div><dt>{Escape(name)}</dt><dd>{Escape(value)}</dd></div>");
        return text.Append("</dl>").ToString();
    }

    private static string Remarks(LoadOutcome outcome)
    {
        var remarks = string.Concat(BenchText.Remarks(outcome).Select(remark => $"<li>{Escape(remark)}</li>"));
        return remarks.Length == 0 ? "" : $"<ul class=\"remarks\">{remarks}</ul>";
    }

    private static IEnumerable<(string Name, string Value)> Latencies(Histogram latency) => latency.Count == 0
        ? [("none", "no request was done")]
        :
        [
            ("Shortest", BenchText.Time(latency.Min)),
            ("Mean", BenchText.Time(latency.Mean)),
            .. Told.Where(percent => percent <= 50 || latency.Count * (100 - percent) >= 100)
                .Select(percent => (string.Create(CultureInfo.InvariantCulture, $"{percent} % within"), BenchText.Time(latency.Percentile(percent)))),
            ("Longest", BenchText.Time(latency.Max)),
        ];

    private static string Table(string caption, IEnumerable<(string Name, string Value)> rows) =>
        $"<table><caption>{caption}</caption><tbody>{string.Concat(rows.Select(Row))}</tbody></table>";

    private static string Row((string Name, string Value) row) => $"<tr><th scope=\"row\">{Escape(row.Name)}</th><td>{Escape(row.Value)}</td></tr>";

    private static readonly double[] Told = [25, 50, 75, 90, 95, 99, 99.9, 99.99, 99.999];
}
