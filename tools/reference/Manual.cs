using System.CommandLine;
using System.Globalization;
using Sockeye.Tool;

namespace Sockeye.ReferencePages;

/// <summary>What there is to know about the program's command line, read off its declarations.</summary>
internal static class Manual
{
    public static IReadOnlyList<Section> Of(Command program) =>
    [
        new("Verbs", []) { Parts = [.. program.Subcommands.Cast<Verb>().Select(OfVerb)] },
        .. CommonRules.All(program),
    ];

    private static Section OfVerb(Verb verb) => new($"sock {verb.Name}",
    [
        new Listing([HelpText.Synopsis(verb)]),
        new Paragraph(verb.Sentence()),
        .. verb.Details().Select(text => new Paragraph(text)),
        .. verb.Name == "serve" ? [ServiceTable()] : (Block[])[],
        new Entries(
        [
            .. verb.Arguments.Select(argument => ($"`{argument.Name}`", argument.WithDetails())),
            .. verb.Options.Select(option => (NamesOf(option), option.WithDetails())),
        ]),
        new Listing(verb.Examples),
    ]);

    /// <summary>The ways to write an option: <c>`-o`, `--output FILE`</c>.</summary>
    public static string NamesOf(Option option)
    {
        var value = option.HelpName is null ? "" : $" {option.HelpName}";
        return string.Join(", ", HelpText.Names(option).Select(name => name == option.Name ? $"`{name}{value}`" : $"`{name}`"));
    }

    private static Listing ServiceTable() => new(
    [
        Row("service", "port", "assigned", "transports"),
        .. ServiceCatalog.All.Select(service => Row(
            service.Name,
            Number(service.DefaultPort),
            service.StandardPort is { } assigned ? Number(assigned) : "none",
            service.Datagram is null ? "tcp" : "tcp, udp")),
    ]);

    private static string Row(string service, string port, string assigned, string transports) =>
        $"{service,-10}{port,-8}{assigned,-10}{transports}";

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
