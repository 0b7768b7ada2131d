using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Text;

namespace Sockeye.Tool;

/// <summary>What <c>--help</c> prints: one screen, with examples.</summary>
internal sealed class HelpText : SynchronousCommandLineAction
{
    public static Option CreateOption() => new HelpOption("--help", "-h") { Description = "print this and end", Action = new HelpText() };

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult) => Print(parseResult);

    public static int Print(ParseResult command)
    {
        Terminal.Print(command.CommandResult.Command is Verb verb ? OfVerb(verb) : OfProgram(command.RootCommandResult.Command));
        return ExitCodes.Success;
    }

    private static string OfProgram(Command root)
    {
        var text = new StringBuilder($"Usage: sock VERB [options] ...\n\n{root.Description}\n\n");
        AppendColumns(text, [.. root.Subcommands.Select(verb => (verb.Name, verb.Description ?? ""))]);
        text.Append("\n'sock VERB --help' says more about one; 'sock tour' shows them all at work.");
        return text.ToString();
    }

    private static string OfVerb(Verb verb)
    {
        var arguments = string.Concat(verb.Arguments.Select(Usage));
        var text = new StringBuilder($"Usage: sock {verb.Name} [options]{arguments}\n\n{string.Join('\n', Terminal.Wrap(Sentence(verb.Description), ScreenWidth))}\n\n");
        AppendColumns(text,
        [
            .. verb.Arguments.Select(argument => (argument.Name, argument.Description ?? "")),
            .. verb.Options.Where(option => !option.Hidden).Select(option => (Names(option), option.Description ?? "")),
        ]);
        foreach (var example in verb.Examples)
            text.Append("\n  ").Append(example);
        return text.ToString();
    }

    private static string Sentence(string? summary) => summary is [var first, .. var rest] ? $"{char.ToUpperInvariant(first)}{rest}." : "";

    private static string Usage(Argument argument) => (argument.Arity.MinimumNumberOfValues, argument.Arity.MaximumNumberOfValues) switch
    {
        // A name of several words says itself what may be left out.
        _ when argument.Name.Contains(' ') => $" {argument.Name}",
        (0, 1) => $" [{argument.Name}]",
        (0, _) => $" [{argument.Name}]...",
        _ => $" {argument.Name}",
    };

    private static string Names(Option option)
    {
        var names = option.Aliases.Order(StringComparer.Ordinal).Append(option.Name).OrderBy(name => name.Length);
        return string.Join(", ", names) + (option.HelpName is null ? "" : $" {option.HelpName}");
    }

    private static void AppendColumns(StringBuilder text, IReadOnlyList<(string Left, string Right)> rows)
    {
        var width = Math.Min(WidestLeft, rows.Max(row => row.Left.Length));
        foreach (var (left, right) in rows)
        {
            text.Append("  ").Append(left.PadRight(width)).Append("  ");
            var indent = new string(' ', width + 4);
            if (left.Length > width)
                text.Append('\n').Append(indent);
            text.AppendJoin("\n" + indent, Terminal.Wrap(right, ScreenWidth - indent.Length)).Append('\n');
        }
    }

    private const int ScreenWidth = 80;
    private const int WidestLeft = 26;
}
