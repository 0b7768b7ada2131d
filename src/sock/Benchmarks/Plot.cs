using System.Globalization;
using System.Text;

namespace Sockeye.Tool.Benchmarks;

/// <summary>A plot as a figure of HTML with SVG in it.</summary>
internal sealed class Plot(string title, Axis across, Axis up)
{
    private readonly StringBuilder _marks = new();
    private readonly StringBuilder _legend = new();

    /// <summary>Draws a line through points, perhaps filled below.</summary>
    public Plot Line(string name, string colour, IReadOnlyList<(double X, double Y)> points, bool isFilled = false)
    {
        var path = string.Join(' ', points.Select(point => $"{X(point.X)},{Y(point.Y)}"));
        if (isFilled && points.Count > 0)
            _marks.Append($"<polygon class=\"area {colour}\" points=\"{X(points[0].X)},{Bottom} {path} {X(points[^1].X)},{Bottom}\"/>");
        _marks.Append($"<polyline class=\"line {colour}\" points=\"{path}\"/>\n");
        if (name.Length > 0)
            _legend.Append($"<span><i class=\"{colour}\"></i>{BenchReport.Escape(name)}</span>");
        return this;
    }

    /// <summary>Draws a bar; who points at it reads the note.</summary>
    public Plot Bar(string colour, double from, double to, double height, string note)
    {
        var (left, right) = (Place(across, from) * Width, Place(across, to) * Width);
        var tall = Place(up, height) * Height;
        _marks.Append($"<rect class=\"bar {colour}\" x=\"{Number(Left + left)}\" y=\"{Number(Bottom - tall)}\" ")
            .Append($"width=\"{Number(Math.Max(0.5, right - left - 1))}\" height=\"{Number(tall)}\"><title>{BenchReport.Escape(note)}</title></rect>\n");
        return this;
    }

    public string ToHtml() => $"""
        <figure><figcaption>{BenchReport.Escape(title)}{_legend}</figcaption>
        <svg viewBox="0 0 {Left + Width + RightMargin} {Bottom + BottomMargin}" role="img" aria-label="{BenchReport.Escape(title)}">
        {Rules()}{_marks}</svg></figure>
        """;

    private string Rules()
    {
        var rules = new StringBuilder();
        foreach (var (value, label) in up.Marks)
        {
            rules.Append($"<line class=\"rule\" x1=\"{Left}\" x2=\"{Left + Width}\" y1=\"{Y(value)}\" y2=\"{Y(value)}\"/>")
                .Append($"<text x=\"{Left - 8}\" y=\"{Y(value)}\" dy=\".32em\" text-anchor=\"end\">{BenchReport.Escape(label)}</text>\n");
        }
        foreach (var (value, label) in across.Marks)
        {
            rules.Append($"<line class=\"rule\" x1=\"{X(value)}\" x2=\"{X(value)}\" y1=\"{Top}\" y2=\"{Bottom}\"/>")
                .Append($"<text x=\"{X(value)}\" y=\"{Bottom + 18}\" text-anchor=\"middle\">{BenchReport.Escape(label)}</text>\n");
        }
        return rules
            .Append($"<text x=\"{Left + Width}\" y=\"{Bottom + 36}\" text-anchor=\"end\">{BenchReport.Escape(across.Name)}</text>\n")
            .Append($"<text x=\"{Left - 8}\" y=\"{Top - 14}\" text-anchor=\"end\">{BenchReport.Escape(up.Name)}</text>\n").ToString();
    }

    private string X(double value) => Number(Left + (Place(across, value) * Width));

    private string Y(double value) => Number(Bottom - (Place(up, value) * Height));

    private static double Place(Axis axis, double value) => Math.Clamp(axis.Place(value), 0, 1);

    private static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    private const int Left = 64;
    private const int Top = 30;
    private const int Width = 480;
    private const int Height = 220;
    private const int Bottom = Top + Height;
    private const int RightMargin = 26;
    private const int BottomMargin = 40;
}
