using System.Text.RegularExpressions;

namespace Sockeye.Tests.Pages;

/// <summary>How far a terminal shows what a page says.</summary>
/// <param name="Shown">All of it is there; more may follow.</param>
/// <param name="Exact">All of it is there, and nothing else.</param>
/// <param name="Furthest">How many of the page's lines were found.</param>
/// <param name="WrongLine">The first line of the terminal that does not fit; null if all do.</param>
internal sealed record Agreement(bool Shown, bool Exact, int Furthest, int? WrongLine);

/// <summary>What a page says that a terminal shows after a command: lines whose variable parts are left open, and
/// <c>...</c> for any lines.</summary>
internal sealed partial class Expectation
{
    private readonly List<(int Number, string Text, Regex? Pattern)> _lines = [];

    /// <summary>Adds the next line of the page.</summary>
    public void Add(int number, string text) => _lines.Add((number, text, text.Trim() == "..." ? null : PatternOf(text)));

    /// <summary>The same, and another line behind.</summary>
    public Expectation With(int number, string text)
    {
        var longer = new Expectation();
        longer._lines.AddRange(_lines);
        longer.Add(number, text);
        return longer;
    }

    /// <summary>The page's line at this place, and its number.</summary>
    public (int Number, string Text)? At(int index) => index < _lines.Count ? (_lines[index].Number, _lines[index].Text) : null;

    /// <summary>Compares it with the lines that a terminal shows; the last of these is still open.</summary>
    public Agreement CompareWith(IReadOnlyList<string> shown)
    {
        var places = Skipping([0]);
        var (begun, furthest) = (places.Contains(_lines.Count), 0);
        foreach (var (number, line) in shown.Index())
        {
            var isOpen = number == shown.Count - 1;
            if (isOpen && line.Length == 0)
                break;
            var next = Skipping(places.SelectMany(place => After(place, line)));
            begun |= next.Contains(_lines.Count);
            if (next.Count == 0)
                return new Agreement(begun, Exact: false, furthest, isOpen ? null : number);
            (places, furthest) = (next, Math.Max(furthest, next.Max()));
        }
        return new Agreement(begun, places.Contains(_lines.Count), furthest, WrongLine: null);
    }

    /// <summary>Where the comparison can stand after a line: still at a <c>...</c>, or behind a line that fits.</summary>
    private IEnumerable<int> After(int place, string line)
    {
        if (place < _lines.Count && _lines[place].Pattern is { } pattern && pattern.IsMatch(line.TrimEnd()))
            return [place + 1];
        return (place < _lines.Count && _lines[place].Pattern is null) || DependsOnTheMachine.IsMatch(line) ? [place] : [];
    }

    /// <summary>Shown behind <c>^C</c> if the machine was too slow for a server to have noticed yet that all clients had gone.</summary>
    [GeneratedRegex(@"^\d+ connections? still open: waiting 5 s at most; Ctrl-C again ends at once\.$")]
    private static partial Regex DependsOnTheMachine { get; }

    /// <summary>A <c>...</c> may stand for nothing.</summary>
    private HashSet<int> Skipping(IEnumerable<int> places)
    {
        var all = places.ToHashSet();
        foreach (var place in all.ToArray())
        {
            for (var next = place; next < _lines.Count && _lines[next].Pattern is null; next++)
                all.Add(next + 1);
        }
        return all;
    }

    /// <summary>The line, with its variable parts replaced by what they can be.</summary>
    private static Regex PatternOf(string line)
    {
        var (pattern, end) = ("^", 0);
        line = line.TrimEnd();
        foreach (Match match in Variable.Matches(line))
        {
            var kind = match.Groups.Cast<Group>().Skip(1).Single(group => group.Success).Name;
            pattern += Regex.Escape(line[end..match.Index]) + Variants[kind];
            end = match.Index + match.Length;
        }
        return new Regex(pattern + Regex.Escape(line[end..]) + "$", RegexOptions.CultureInvariant);
    }

    /// <summary>A port of five digits is an ephemeral one, unless it is one of the program's own (514..).</summary>
    [GeneratedRegex(
        """
        (?<fingerprint>\b([0-9A-F]{2}:){31}[0-9A-F]{2}\b)|
        (?<pin>\bsha256//[\w+/]{43}=)|
        (?<date>\b\d{4}-\d\d-\d\d\b|\b(Mon|Tues?|Wed(nes)?|Thu(rs)?|Fri|Sat(ur)?|Sun)(day)?,?\ (\d\d?\ )?\w{3,9}\ (\d\d?,\ )?\d{4}\b)|
        (?<clock>\b\d\d:\d\d:\d\d(\.\d+)?)|
        (?<duration>(?<![\d.])\d+\.\d+\ ?(µs|ms|s)\b)|
        (?<rate>(?<![\d.])\d+(\.\d+)?\ ?[kMG]?i?B/s)|
        (?<port>(?<=:|\bport\ )(?!514\d\d)(3[3-9]|[45]\d|60)\d{3}\b)|
        (?<job>(?<=^\[\d\]\ )\d+$)|
        (?<process>(?<=\b(pid|process)[ =])\d+\b)|
        (?<temporary>/tmp/(tmp\.\w+|[a-z]+-\d+\b))
        """, RegexOptions.ExplicitCapture | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Variable { get; }

    private static readonly Dictionary<string, string> Variants = new(StringComparer.Ordinal)
    {
        ["fingerprint"] = "([0-9A-F]{2}:){31}[0-9A-F]{2}",
        ["pin"] = @"sha256//[\w+/]{43}=",
        ["date"] = @"[\w, -]+",
        ["clock"] = @"\d\d:\d\d:\d\d(\.\d+)?",
        ["duration"] = @"\d+(\.\d+)? ?(µs|ms|s)",
        ["rate"] = @"\d+(\.\d+)? ?[kMG]?i?B/s",
        ["port"] = @"\d{5}",
        ["job"] = @"\d+",
        ["process"] = @"\d+",
        ["temporary"] = @"/tmp/[\w.-]+",
    };
}
