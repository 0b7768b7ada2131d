using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Net.Sockets;

namespace Sockeye.Tool;

/// <summary>Options that several verbs have, each with one name, one meaning and one way to be read.</summary>
internal static class CommonOptions
{
    public static Option<bool> Json() => Flag("--json", "print JSON\nAn error is then an object on standard error, with its kind and exit code.");

    public static Option<bool> Verbose(string description) => Flag("--verbose", description, "-v");

    public static Option<bool> OnlyIPv4() => Flag("-4", "IPv4 only");

    public static Option<bool> OnlyIPv6() => Flag("-6", "IPv6 only");

    public static Option<TimeSpan> Timeout(string description, TimeSpan standard) => Limit("--timeout", description, standard, "-w");

    /// <summary>On when given. It takes no value: the parser would else take a following <c>true</c> for one.</summary>
    public static Option<bool> Flag(string name, string description, params string[] aliases) =>
        new(name, aliases) { Description = description, Arity = ArgumentArity.Zero };

    public static Option<string?> Text(string name, string valueName, string description, params string[] aliases) =>
        new(name, aliases) { Description = description, HelpName = valueName };

    /// <summary>A text that may be given several times.</summary>
    public static Option<string[]> Texts(string name, string valueName, string description) =>
        new(name) { Description = description, HelpName = valueName, Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = false };

    /// <summary>A limit in time that <c>none</c> lifts.</summary>
    public static Option<TimeSpan> Limit(string name, string description, TimeSpan standard, params string[] aliases) => new(name, aliases)
    {
        Description = Descriptions.WithRemark(description, $"default {Duration.Format(standard)}"),
        HelpName = "TIME",
        DefaultValueFactory = _ => standard,
        CustomParser = argument => Duration.TryParse(Value(argument), out var limit) && limit != TimeSpan.Zero
            ? limit
            : Wrong<TimeSpan>(argument, $"a time above zero ({Duration.Forms}) or 'none'"),
    };

    /// <summary>A time between two tries, which has an end.</summary>
    public static Option<TimeSpan> Pause(string name, string description, TimeSpan standard, params string[] aliases) => new(name, aliases)
    {
        Description = Descriptions.WithRemark(description, $"default {Duration.Format(standard)}"),
        HelpName = "TIME",
        DefaultValueFactory = _ => standard,
        CustomParser = argument => Duration.TryParse(Value(argument), out var pause) && pause > TimeSpan.Zero
            ? pause
            : Wrong<TimeSpan>(argument, $"a time above zero ({Duration.Forms})"),
    };

    /// <summary>A time to wait, which may be nothing.</summary>
    public static Option<TimeSpan?> Wait(string name, string description, params string[] aliases) => new(name, aliases)
    {
        Description = description,
        HelpName = "TIME",
        CustomParser = argument => Duration.TryParse(Value(argument), out var wait)
            ? wait
            : Wrong<TimeSpan?>(argument, $"a time ({Duration.Forms}) or 'none'"),
    };

    /// <summary>A whole number within a range.</summary>
    public static Option<int> Count(string name, string description, int standard, int least, int most, params string[] aliases) => new(name, aliases)
    {
        Description = description,
        HelpName = "N",
        DefaultValueFactory = _ => standard,
        CustomParser = argument =>
            int.TryParse(Value(argument), NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count >= least && count <= most
                ? count
                : Wrong<int>(argument, most == int.MaxValue ? $"a whole number, at least {least}" : $"a whole number from {least} to {most}"),
    };

    /// <summary>A number of bytes, or no limit where none is given.</summary>
    public static Option<long?> Size(string name, string description, params string[] aliases) => new(name, aliases)
    {
        Description = description,
        HelpName = "SIZE",
        CustomParser = argument => ByteSize.TryParse(Value(argument), out var size) && size > 0
            ? size
            : Wrong<long?>(argument, $"a size above zero ({ByteSize.Forms})"),
    };

    /// <summary>The family that <c>-4</c> or <c>-6</c> asks for; null for both.</summary>
    public static AddressFamily? FamilyOf(ParseResult command, Option<bool> only4, Option<bool> only6) =>
        (command.GetValue(only4), command.GetValue(only6)) switch
        {
            (true, true) => throw new UsageException("-4 and -6 exclude each other", "Leave both out to use either."),
            (true, _) => AddressFamily.InterNetwork,
            (_, true) => AddressFamily.InterNetworkV6,
            _ => null,
        };

    private static string Value(ArgumentResult argument) => argument.Tokens[^1].Value;

    private static T Wrong<T>(ArgumentResult argument, string expected)
    {
        var name = (argument.Parent as OptionResult)?.IdentifierToken?.Value;
        argument.AddError($"{name} takes {expected}, not '{Value(argument)}'");
        return default!;
    }
}
