using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;

namespace Sockeye.Tool;

/// <summary>The command line cannot be meant: one line that says why, and perhaps one that says what to do.</summary>
internal sealed class UsageException(string message, string? advice = null) : Exception(message)
{
    public string? Advice { get; } = advice;
}

/// <summary>Turns what the parser found wrong into one <see cref="UsageException"/>, the most telling one.</summary>
internal static class UsageErrors
{
    public static void ThrowIfAny(ParseResult command)
    {
        if (command.Action is not null and not ParseErrorAction && command.Action != command.CommandResult.Command.Action)
            return;
        if ((DashedPositional(command) ?? Misspelt(command) ?? FirstError(command)) is { } error)
            throw error;
    }

    /// <summary>A word that is none of the known ones, with the nearest of them as advice, or else this.</summary>
    public static UsageException Unknown(string what, string word, IEnumerable<string> known, string otherwise)
    {
        var name = word.Split('=')[0];
        return new UsageException($"unknown {what} '{name}'", Spelling.Nearest(name, known) is { } near ? $"Did you mean '{near}'?" : otherwise);
    }

    private static UsageException? Misspelt(ParseResult command)
    {
        if (command.UnmatchedTokens is not [var word, ..])
            return null;
        if (command.CommandResult.Command is not Verb && !word.StartsWith('-'))
            return Unknown("verb", word, CommandTree.VerbNames, SeeHelp(command));
        return word.StartsWith('-')
            ? UnknownOption(word, command)
            : new UsageException($"unexpected argument '{word}'", SeeHelp(command));
    }

    /// <summary>The parser takes <c>--bogus</c> for a positional where one is expected.</summary>
    private static UsageException? DashedPositional(ParseResult command)
    {
        var literal = command.Tokens.SkipWhile(token => token.Type != TokenType.DoubleDash).ToList();
        foreach (var argument in command.CommandResult.Children.OfType<ArgumentResult>())
            foreach (var token in argument.Tokens)
            {
                if (token.Value.StartsWith('-') && !literal.Exists(other => ReferenceEquals(other, token)))
                    return UnknownOption(token.Value, command);
            }
        return null;
    }

    private static UsageException? FirstError(ParseResult command)
    {
        if (command.Errors is not [var error, ..])
            return null;
        var message = error.SymbolResult switch
        {
            ArgumentResult { Tokens.Count: 0, Parent: CommandResult verb } missing => $"{verb.Command.Name} needs {NameOf(missing.Argument)}",
            OptionResult { Tokens.Count: 0 } missing => $"option '{missing.IdentifierToken?.Value}' needs a value",
            OptionResult { IdentifierTokenCount: > 1, Option.Arity.MaximumNumberOfValues: 1 } twice => $"option '{twice.IdentifierToken?.Value}' is given more than once",
            CommandResult { Command: Verb verb } => $"{verb.Name} needs {string.Join(" and ", verb.Arguments.Select(NameOf))}",
            _ => char.ToLowerInvariant(error.Message[0]) + error.Message[1..].TrimEnd('.'),
        };
        return new UsageException(message, SeeHelp(command));
    }

    private static string NameOf(Argument argument) => argument.Name.Replace(" | ", " or ", StringComparison.Ordinal);

    private static UsageException UnknownOption(string word, ParseResult command) =>
        Unknown("option", word, OptionNames(command.CommandResult), SeeHelp(command));

    private static IEnumerable<string> OptionNames(SymbolResult? result)
    {
        for (; result is CommandResult { Command: var command }; result = result.Parent)
            foreach (var option in command.Options.Where(option => !option.Hidden && option.Name.StartsWith("--", StringComparison.Ordinal)))
            {
                yield return option.Name;
            }
    }

    private static string SeeHelp(ParseResult command) =>
        command.CommandResult.Command is Verb verb ? $"See 'sock {verb.Name} --help'." : "See 'sock --help'.";
}
