using System.CommandLine;
using Sockeye.Tool;

namespace Sockeye.ReferencePages.Completions;

/// <summary>What PowerShell, from 5.1 on, reads to complete the command line.</summary>
internal static class PowerShellScript
{
    public static string Render(Command program) => Template
        .Replace("{verbs}", Lines([.. program.Subcommands.Select(verb => Quoted($"{verb.Name}||{Text(verb)}")), .. program.Options.SelectMany(Named)], 8), StringComparison.Ordinal)
        .Replace("{options}", Lines(program.Subcommands.Cast<Verb>().Select(OptionsOf), 8), StringComparison.Ordinal)
        .Replace("{places}", Lines(program.Subcommands.Cast<Verb>().Select(PlacesOf), 8), StringComparison.Ordinal);

    private static string OptionsOf(Verb verb) => $"""
        {verb.Name} = @(
                    {Lines(Place.OptionsOf(verb).SelectMany(Named), 12)}
                )
        """;

    private static IEnumerable<string> Named(Option option) => HelpText.Names(option)
        .Select(name => Quoted($"{name}|{(Place.OfValue(option) is { } value ? Joined(value) : "")}|{Text(option)}"));

    private static string PlacesOf(Verb verb)
    {
        var places = Place.Positionals(verb).Select(place => Quoted(Joined(place)));
        return $"{verb.Name} = @({string.Join(", ", places)}{(Place.MayRepeat(verb) ? ", '...'" : "")})";
    }

    private static string Joined(Place place) => string.Join(',', place.Words);

    private static string Text(Symbol symbol) => Descriptions.Plain(symbol.Summary());

    private static string Quoted(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    private static string Lines(IEnumerable<string> lines, int indent) => string.Join("\n" + new string(' ', indent), lines);

    private const string Template = """
        # Completes sock's verbs, options and their values in PowerShell. Made by tools/reference from the program's declarations.

        Register-ArgumentCompleter -Native -CommandName sock -ScriptBlock {
            param($wordToComplete, $commandAst, $cursorPosition)

            # Each line is what can be typed, what its value may be, and what it does.
            $verbs = @(
                {verbs}
            )
            $options = @{
                {options}
            }
            $places = @{
                {places}
            }

            function Select-Begun($lines, $begun, $before) {
                foreach ($line in $lines) {
                    $text, $value, $tip = $line -split '\|', 3
                    if (-not $text.StartsWith($begun)) { continue }
                    if (-not $tip) { $tip = $text }
                    [System.Management.Automation.CompletionResult]::new($before + $text, $text, 'ParameterValue', $tip)
                }
            }

            # Services whose names begin so: all of them would be thousands.
            function Select-Port($begun, $before) {
                if ($begun -notmatch '^[A-Za-z]') { return }
                $names = sock port --search $begun 2>$null | ForEach-Object { ($_ -split ' ')[0] } | Sort-Object -Unique
                Select-Begun $names $begun $before
            }

            # Files need nothing: they are what PowerShell proposes when nothing else is.
            function Select-Kind($kinds, $word, $before) {
                foreach ($kind in $kinds -split ',') {
                    if ($kind -cmatch '^[a-z]') { Select-Begun $kind $word $before }
                    elseif ($kind -eq 'PORT') { Select-Port $word $before }
                    elseif ($kind -ne 'HOST' -and $kind -ne 'ADDRESS') { continue }
                    elseif ($word -match '^((?:tcp://|udp://)?[^/]*:)([^/:]*)$') { Select-Port $Matches[2] ($before + $Matches[1]) }
                    elseif ($word -match '^(tcp://|udp://)?([^/:]*)$') { Select-Begun 'localhost' $Matches[2] ($before + $Matches[1]) }
                }
            }

            function Get-Value($option) {
                foreach ($line in $options[$verb]) {
                    $text, $value, $tip = $line -split '\|', 3
                    if ($text -ceq $option) { return $value }
                }
            }

            $words = @($commandAst.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { $_.Extent.Text })
            if ($words.Count -le 1) {
                Select-Begun $verbs $wordToComplete ''
                return
            }
            $verb = $words[1]
            if (-not $options.ContainsKey($verb)) { return }

            $place = 0
            $expected = $null
            $literal = $false
            foreach ($word in ($words | Select-Object -Skip 2)) {
                if ($expected) { $expected = $null }
                elseif ($literal -or -not $word.StartsWith('-')) { $place++ }
                elseif ($word -eq '--') { $literal = $true }
                else { $expected = Get-Value $word }
            }

            if ($expected) { Select-Kind $expected $wordToComplete '' }
            elseif (-not $literal -and $wordToComplete -match '^(--[^=]+)=(.*)$') {
                $option, $begun = $Matches[1], $Matches[2]
                Select-Kind (Get-Value $option) $begun "$option="
            }
            elseif (-not $literal -and $wordToComplete.StartsWith('-')) { Select-Begun $options[$verb] $wordToComplete '' }
            else {
                $kinds = $places[$verb]
                if ($kinds.Count -and $kinds[-1] -eq '...') { $place = 0 }
                if ($place -lt $kinds.Count) { Select-Kind $kinds[$place] $wordToComplete '' }
            }
        }

        """;
}
