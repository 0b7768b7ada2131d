using System.CommandLine;
using System.CommandLine.Invocation;
using System.Text;

namespace Sockeye.Tool;

/// <summary>What <c>--help</c> prints, one screen with examples, and what <c>sock help</c> prints, which is everything.</summary>
internal sealed class HelpText : SynchronousCommandLineAction
{
    public static Option CreateOption() =>
        new Option<bool>("--help", "-h") { Description = "print this and end", Recursive = true, Action = new HelpText() };

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult) => Print(parseResult);

    public static int Print(ParseResult command)
    {
        Terminal.Print(command.CommandResult.Command is Verb verb ? OfVerb(verb) : OfProgram(command.RootCommandResult.Command));
        return ExitCodes.Success;
    }

    /// <summary>The verbs, a line each.</summary>
    public static string OfProgram(Command root)
    {
        var text = new StringBuilder($"Usage: sock VERB [options] ...\n\n{root.Description}\n\n");
        AppendColumns(text, root.Subcommands.Select(verb => (verb.Name, verb.Summary())));
        text.Append("\n'sock VERB --help' says more about one; 'sock tour' shows them all at work.");
        return text.ToString();
    }

    /// <summary>A verb on one screen: what is seldom used is only named.</summary>
    public static string OfVerb(Verb verb)
    {
        var text = new StringBuilder($"Usage: {Synopsis(verb)}\n\n");
        AppendParagraph(text, verb.Sentence());
        var everyday = verb.Options.Where(option => !verb.IsSeldomUsed(option));
        AppendColumns(text, Rows(verb.Arguments, everyday, Descriptions.Summary));
        AppendSeldomUsed(text, verb);
        return text.Append(Examples(verb)).ToString();
    }

    /// <summary>All there is to say about a verb.</summary>
    public static string AllOfVerb(Verb verb)
    {
        var text = new StringBuilder($"Usage: {Synopsis(verb)}\n\n");
        foreach (var paragraph in (string[])[verb.Sentence(), .. verb.Details()])
            AppendParagraph(text, paragraph);
        AppendColumns(text, Rows(verb.Arguments, verb.Options, Descriptions.WithDetails));
        return text.Append(Examples(verb)).ToString();
    }

    /// <summary>The shape of a command line: <c>sock time [options] HOST</c>.</summary>
    public static string Synopsis(Verb verb) => $"sock {verb.Name} [options]{string.Concat(verb.Arguments.Select(Usage))}";

    /// <summary>The ways to write an option, short before long.</summary>
    public static IEnumerable<string> Names(Option option) =>
        option.Aliases.Order(StringComparer.Ordinal).Append(option.Name).OrderBy(name => name.Length);

    private static string Usage(Argument argument) => (argument.Arity.MinimumNumberOfValues, argument.Arity.MaximumNumberOfValues) switch
    {
        // A name of several words says itself what may be left out.
        _ when argument.Name.Contains(' ') => $" {argument.Name}",
        (0, 1) => $" [{argument.Name}]",
        (0, _) => $" [{argument.Name}]...",
        (_, > 1) => $" {argument.Name}...",
        _ => $" {argument.Name}",
    };

    private static IEnumerable<(string Left, string Right)> Rows(
        IEnumerable<Argument> arguments, IEnumerable<Option> options, Func<Symbol, string> description) =>
    [
        .. arguments.Select(argument => (argument.Name, description(argument))),
        .. options.Select(option => (string.Join(", ", Names(option)) + (option.HelpName is null ? "" : $" {option.HelpName}"), description(option))),
    ];

    private static string Examples(Verb verb) => string.Concat(verb.Examples.Select(example => $"\n  {example}"));

    private static void AppendParagraph(StringBuilder text, string paragraph) =>
        text.AppendJoin('\n', Terminal.Wrap(Descriptions.Plain(paragraph), ScreenWidth)).Append("\n\n");

    private static void AppendColumns(StringBuilder text, IEnumerable<(string Left, string Right)> rows)
    {
        var width = Math.Min(WidestLeft, rows.Max(row => row.Left.Length));
        foreach (var (left, right) in rows)
        {
            text.Append("  ").Append(left.PadRight(width)).Append("  ");
            var indent = new string(' ', width + 4);
            if (left.Length > width)
                text.Append('\n').Append(indent);
            text.AppendJoin("\n" + indent, Terminal.Wrap(Descriptions.Plain(right), ScreenWidth - indent.Length)).Append('\n');
        }
    }

    private static void AppendSeldomUsed(StringBuilder text, Verb verb)
    {
        var names = string.Join(", ", verb.Options.Where(verb.IsSeldomUsed).Select(option => option.Name));
        if (names.Length > 0)
            text.AppendJoin('\n', Terminal.Wrap($"Also {names}: see 'sock help {verb.Name}'.", ScreenWidth - 2).Select(line => $"  {line}")).Append('\n');
    }

    private const int ScreenWidth = 80;
    private const int WidestLeft = 26;
}
