using System.CommandLine;
using Sockeye.Tool;

namespace Sockeye.ReferencePages.Completions;

/// <summary>What zsh reads to complete the command line: <c>_sock</c>, to be put where its functions are.</summary>
internal static class ZshScript
{
    public static string Render(Command program) => Template
        .Replace("{verbs}", Lines(program.Subcommands.Select(verb => Quoted($"{verb.Name}:{Text(verb)}")), 8), StringComparison.Ordinal)
        .Replace("{options}", Lines(program.Options.Select(Argument), 8, " \\"), StringComparison.Ordinal)
        .Replace("{cases}", string.Join('\n', program.Subcommands.Cast<Verb>().Select(Case)), StringComparison.Ordinal);

    private static string Case(Verb verb) => $"""
                {verb.Name})
                    _arguments -s -S \
                        {Lines([.. Place.OptionsOf(verb).Select(Argument), .. Positionals(verb)], 16, " \\")} ;;
        """;

    /// <summary>An option, which excludes its own other names: <c>'(-o --output)'{-o,--output=}'[text]:FILE:_files'</c>.</summary>
    private static string Argument(Option option)
    {
        string[] names = [.. HelpText.Names(option)];
        var value = Place.OfValue(option);
        string[] typed = [.. names.Select(name => value is not null && name.StartsWith("--", StringComparison.Ordinal) ? name + "=" : name)];
        var rest = $"[{Text(option)}]{(value is null ? "" : $":{value.Name}:{Action(value)}")}";
        return names.Length == 1
            ? Quoted(typed[0] + rest)
            : $"{Quoted($"({string.Join(' ', names)})")}{{{string.Join(',', typed)}}}{Quoted(rest)}";
    }

    private static IEnumerable<string> Positionals(Verb verb)
    {
        var places = Place.Positionals(verb);
        return places.Select((place, number) => Quoted(
            $"{(Place.MayRepeat(verb) && number == places.Count - 1 ? "*" : number + 1)}:{place.Name.Replace(":", "\\:", StringComparison.Ordinal)}:{Action(place)}"));
    }

    /// <summary>How the words of a place are found; a blank stands for none.</summary>
    private static string Action(Place place) => place.Words switch
    {
        [var word, ..] when char.IsLower(word[0]) => $"({string.Join(' ', place.Words)})",
        var kinds when kinds.Contains("ADDRESS") && kinds.Contains("PORT") => "_sock_listening",
        var kinds when kinds.Contains("ADDRESS") || kinds.Contains("HOST") => "_sock_addresses",
        var kinds when kinds.Contains("PORT") => "_sock_ports",
        var kinds when kinds.Contains("FILE") => "_files",
        var kinds when kinds.Contains("DIR") => "_files -/",
        _ => " ",
    };

    private static string Text(Symbol symbol) => Descriptions.Plain(symbol.Summary())
        .Replace("[", "\\[", StringComparison.Ordinal).Replace("]", "\\]", StringComparison.Ordinal).Replace(":", "\\:", StringComparison.Ordinal);

    private static string Quoted(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static string Lines(IEnumerable<string> lines, int indent, string end = "") => string.Join($"{end}\n{new string(' ', indent)}", lines);

    private const string Template = """
        #compdef sock
        # Completes sock's verbs, options and their values in zsh. Made by tools/reference from the program's declarations.

        _sock() {
            local curcontext=$curcontext state
            local -a line
            typeset -A opt_args
            _arguments -C \
                {options} \
                '1: :_sock_verbs' \
                '*:: :->verb'
            [[ $state == verb ]] || return
            case $words[1] in
        {cases}
            esac
        }

        _sock_verbs() {
            local -a verbs=(
                {verbs}
            )
            _describe verb verbs
        }

        _sock_addresses() {
            if compset -P 'unix*:' || (( ${+opt_args[-U]} + ${+opt_args[--unix]} )); then
                _files
                return
            fi
            compset -P '*://'
            if compset -P '*:'; then _sock_ports; else _hosts; fi
        }

        _sock_listening() {
            _sock_addresses
            _sock_ports
        }

        # Services whose names begin so: all of them would be thousands.
        _sock_ports() {
            local -a lines
            [[ $PREFIX == [[:alpha:]]* ]] || return
            lines=(${(f)"$(_call_program services sock port --search ${(q)PREFIX} 2>/dev/null)"})
            compadd -- ${lines%% *}
        }

        # Loaded by name it is called at once; read with `source` it makes itself known.
        if [[ $funcstack[1] == _sock ]]; then _sock "$@"; else compdef _sock sock; fi

        """;
}
