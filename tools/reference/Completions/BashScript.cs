using System.CommandLine;
using Sockeye.Tool;

namespace Sockeye.ReferencePages.Completions;

/// <summary>What bash, from 3.2 on, reads to complete the command line.</summary>
internal static class BashScript
{
    public static string Render(Command program) => Template
        .Replace("{verbs}", string.Join(' ', [.. program.Subcommands.Select(verb => verb.Name), .. program.Options.SelectMany(HelpText.Names)]), StringComparison.Ordinal)
        .Replace("{cases}", string.Join('\n', program.Subcommands.Cast<Verb>().Select(Case)), StringComparison.Ordinal);

    private static string Case(Verb verb) => $"""
                {verb.Name})
                    options='{string.Join(' ', Place.OptionsOf(verb).SelectMany(HelpText.Names))}'
                    values='{string.Concat(verb.Options.SelectMany(ValuesOf))} '
                    places=({string.Join(' ', Place.Positionals(verb).Select(Joined))})
                    more={(Place.MayRepeat(verb) ? 1 : "")} ;;
        """;

    private static IEnumerable<string> ValuesOf(Option option) =>
        Place.OfValue(option) is { } value ? HelpText.Names(option).Select(name => $" {name}:{Joined(value)}") : [];

    private static string Joined(Place place) => string.Join(',', place.Words);

    private const string Template = """
        # Completes sock's verbs, options and their values in bash. Made by tools/reference from the program's declarations.

        _sock() {
            # Words between blanks: bash's own are cut at : and = as well, so an address would be several.
            local -a words=() places=()
            local options= values= more= unix=
            read -ra words <<<"${COMP_LINE:0:COMP_POINT}"
            [[ "${COMP_LINE:0:COMP_POINT}" == *[[:space:]] ]] && words+=('')
            local last=$((${#words[@]} - 1))
            local word=${words[last]} ours=$2
            COMPREPLY=()

            if ((last == 1)); then
                _sock_words '{verbs}' "$word"
                return
            fi
            case ${words[1]} in
        {cases}
                *) return ;;
            esac

            local i place=0 literal= expected=
            for ((i = 2; i < last; i++)); do
                if [[ -n $expected ]]; then
                    expected=
                elif [[ -n $literal || ${words[i]} != -* ]]; then
                    place=$((place + 1))
                elif [[ ${words[i]} == -- ]]; then
                    literal=1
                else
                    expected=$(_sock_value "${words[i]}")
                    [[ ${words[i]} == -U || ${words[i]} == --unix ]] && unix=1
                fi
            done

            if [[ -n $expected ]]; then
                _sock_kinds "$expected" "$word"
            elif [[ -z $literal && $word == --*=* ]]; then
                _sock_kinds "$(_sock_value "${word%%=*}")" "${word#*=}"
            elif [[ -z $literal && $word == -* ]]; then
                _sock_words "$options" "$word"
            elif ((place < ${#places[@]})); then
                _sock_kinds "${places[place]}" "$word"
            elif [[ -n $more ]]; then
                _sock_kinds "${places[${#places[@]} - 1]}" "$word"
            fi
        }

        # What the option's value may be; nothing for an option that takes none.
        _sock_value() {
            [[ $values == *" $1:"* ]] || return
            local value=${values#*" $1:"}
            printf '%s' "${value%% *}"
        }

        # Completes the second word to one of the kinds of the first, which are separated by commas.
        _sock_kinds() {
            local kind
            for kind in ${1//,/ }; do
                case $kind in
                    FILE) _sock_files -f "$2" ;;
                    DIR) _sock_files -d "$2" ;;
                    HOST | ADDRESS) _sock_address "$2" ;;
                    PORT) _sock_ports "$2" ;;
                    [a-z]*) _sock_words "$kind" "$2" ;;
                esac
            done
        }

        _sock_address() {
            local rest=${1#*://}
            case $1 in
                unix:* | unixgram:*) _sock_files -f "${1#*:}" ;;
                *) if [[ -n $unix ]]; then _sock_files -f "$1"
                    elif [[ $rest == *:* ]]; then _sock_ports "${rest##*:}"
                    else _sock_reply "$rest" < <(compgen -A hostname -- "$rest"); fi ;;
            esac
        }

        # Services whose names begin so: all of them would be thousands.
        _sock_ports() {
            [[ $1 == [A-Za-z]* ]] || return
            _sock_words "$(sock port --search "$1" 2>/dev/null | cut -d ' ' -f 1 | sort -u)" "$1"
        }

        _sock_files() {
            compopt -o filenames 2>/dev/null
            _sock_reply "$2" < <(compgen "$1" -- "$2")
        }

        _sock_words() {
            _sock_reply "$2" < <(compgen -W "$1" -- "$2")
        }

        # Replies with lines. Bash replaces its own last word, which may begin before the part that was completed.
        _sock_reply() {
            local line before=${ours%"$1"}
            [[ $ours == *"$1" ]] || before=
            while IFS= read -r line; do
                COMPREPLY+=("$before$line")
            done
        }

        complete -F _sock sock

        """;
}
