using System.CommandLine;
using Sockeye.Tool;

namespace Sockeye.ReferencePages.Completions;

/// <summary>What fish reads to complete the command line.</summary>
internal static class FishScript
{
    public static string Render(Command program) => Template
        .Replace("{verbs}", Lines(program.Subcommands.Select(
            verb => $"complete -c sock -n 'test (count (commandline -opc)) = 1' -a {verb.Name} -d {Quoted(Text(verb))}")), StringComparison.Ordinal)
        .Replace("{common}", Lines(program.Options.Select(option => "complete -c sock" + Definition(option))), StringComparison.Ordinal)
        .Replace("{options}", Lines(program.Subcommands.Cast<Verb>().SelectMany(OfVerb)), StringComparison.Ordinal);

    private static IEnumerable<string> OfVerb(Verb verb) =>
    [
        "",
        .. verb.Options.Select(option => Start(verb) + Definition(option)),
        .. Positionals(verb),
    ];

    private static string Definition(Option option) =>
        $"{string.Concat(HelpText.Names(option).Select(Name))}{Value(Place.OfValue(option))} -d {Quoted(Text(option))}";

    /// <summary>All positionals together: fish does not count them.</summary>
    private static IEnumerable<string> Positionals(Verb verb)
    {
        var words = Place.Positionals(verb).SelectMany(place => place.Words).Distinct(StringComparer.Ordinal).ToList();
        return Words(words) is { Length: > 0 } known ? [$"{Start(verb)} -a {known}"] : [];
    }

    private static string Start(Verb verb) => $"complete -c sock -n '__sock_verb {verb.Name}'";

    private static string Name(string name) => name switch
    {
        ['-', '-', .. var word] => $" -l {word}",
        ['-', .. var letter] => $" -s {letter}",
        _ => throw new InvalidOperationException($"'{name}' is no option"),
    };

    private static string Value(Place? value) => value switch
    {
        null => "",
        { Words: ["FILE"] } => " -rF",
        { Words: ["DIR"] } => " -xa '(__fish_complete_directories)'",
        _ => Words(value.Words) is { Length: > 0 } known ? $" -xa {known}" : " -x",
    };

    private static string Words(IReadOnlyList<string> words) => words switch
    {
        [var word, ..] when char.IsLower(word[0]) => Quoted(string.Join(' ', words)),
        _ => string.Join(' ', words.Where(word => word is "HOST" or "ADDRESS" or "PORT")
            .Select(kind => kind == "PORT" ? "__sock_ports" : "__sock_addresses").Distinct(StringComparer.Ordinal)) is { Length: > 0 } functions
            ? $"'({functions.Replace(" ", "; ", StringComparison.Ordinal)})'"
            : "",
    };

    private static string Text(Symbol symbol) => Descriptions.Plain(symbol.Summary());

    private static string Quoted(string text) => $"'{text.Replace("\\", @"\\", StringComparison.Ordinal).Replace("'", @"\'", StringComparison.Ordinal)}'";

    private static string Lines(IEnumerable<string> lines) => string.Join('\n', lines);

    private const string Template = """
        # Completes sock's verbs, options and their values in fish. Made by tools/reference from the program's declarations.

        function __sock_verb
            set -l words (commandline -opc)
            test "$words[2]" = $argv[1]
        end

        function __sock_addresses
            set -l word (commandline -ct | string replace -r '^--[^=]*=' '')
            if string match -qr '^unix(gram)?:' -- $word
                set -l front (string match -r '^[^:]*:' -- $word)
                printf '%s\n' $front(__fish_complete_path (string replace -r '^[^:]*:' '' -- $word))
            else if string match -qr -- '^(-[a-zA-Z]*U|--unix)$' (commandline -opc)
                __fish_complete_path $word
            else if string match -qr '^(tcp://|udp://)?[^/]*:[^/]*$' -- $word
                __sock_ports
            else
                set -l front (string match -r '^[a-z]*://' -- $word)
                printf '%s\n' "$front"localhost "$front"(__fish_print_hostnames)
            end
        end

        # Services whose names begin so: all of them would be thousands.
        function __sock_ports
            set -l word (commandline -ct | string replace -r '^--[^=]*=' '')
            set -l front (string match -r '^.*:' -- $word)
            set -l begun (string replace -r '^.*:' '' -- $word)
            string match -qr '^[a-zA-Z]' -- $begun; or return
            printf '%s\n' "$front"(sock port --search $begun 2>/dev/null | string match -r '^[^ ]+' | sort -u)
        end

        complete -c sock -f
        {common}
        {verbs}
        {options}

        """;
}
