using System.CommandLine;
using System.CommandLine.Completions;
using Sockeye.Tool;

namespace Sockeye.ReferencePages.Completions;

/// <summary>
/// What may stand at a place of the command line: words to be typed as they are, and in capitals the names of what a
/// shell has to look up (<c>FILE</c>, <c>DIR</c>, <c>HOST</c>, <c>ADDRESS</c>, <c>PORT</c>; of others it knows nothing).
/// </summary>
internal sealed record Place(string Name, IReadOnlyList<string> Words)
{
    /// <summary>The value of an option; null for one that takes none.</summary>
    public static Place? OfValue(Option option) =>
        option.HelpName is { } name ? new(name, Declared(option) is { Count: > 0 } words ? words : [name]) : null;

    /// <summary>The options of a verb, and those that every verb has.</summary>
    public static IEnumerable<Option> OptionsOf(Verb verb) => [.. verb.Options, .. verb.Parents.OfType<Command>().Single().Options];

    /// <summary>The positionals of a verb, one after another; the last one stands for those that follow, if any may.</summary>
    public static IReadOnlyList<Place> Positionals(Verb verb) => [.. verb.Arguments.SelectMany(Of)];

    /// <summary>Whether more positionals may follow than there are places.</summary>
    public static bool MayRepeat(Verb verb) => verb.Arguments.Any(argument => argument.Arity.MaximumNumberOfValues > 3);

    /// <summary>An argument's name says what it consists of: <c>HOST PORT [FILE] | URL</c>. No file is one of ours.</summary>
    private static IEnumerable<Place> Of(Argument argument)
    {
        if (Declared(argument) is { Count: > 0 } words)
            return [new(argument.Name, words)];
        var forms = argument.Name.Split(" | ").Select(form => form.Split(' ')).ToList();
        return Enumerable.Range(0, forms.Max(form => form.Length))
            .Select(place => forms.SelectMany(form => At(form, place)).Distinct(StringComparer.Ordinal).ToList())
            .Select(kinds => new Place(string.Join(" or ", kinds), [.. kinds.Where(kind => kind != "FILE" && !IsCovered(kind, kinds))]));
    }

    /// <summary>An address begins with a host.</summary>
    private static bool IsCovered(string kind, List<string> kinds) => kind == "HOST" && kinds.Contains("ADDRESS");

    /// <summary>What stands at a place of a form; where the first word can be left out, the next may stand there as well.</summary>
    private static IEnumerable<string> At(string[] form, int place) =>
        form.Skip(place).Take(form[0].StartsWith('[') ? 2 : 1).Select(word => word.Trim('[', ']', '.'))
            .Select(word => word == "PORTS" ? "PORT" : word);    // a list of ports begins with one

    private static List<string> Declared(Symbol symbol) => [.. symbol.GetCompletions(CompletionContext.Empty).Select(item => item.Label)];
}
