using System.CommandLine;

namespace Sockeye.Tool.Commands;

/// <summary><c>sock help [VERB]</c>: everything about a verb, where <c>--help</c> keeps to one screen.</summary>
internal static class HelpCommand
{
    public static Verb Create()
    {
        var verb = new Verb("help", "tell everything about a verb",
            "sock help connect",
            "sock help           the verbs, as 'sock --help'");
        var about = new Argument<string?>("VERB") { Description = "which one", Arity = ArgumentArity.ZeroOrOne };
        about.CompletionSources.Add([.. CommandTree.VerbNames]);
        verb.Add(about);
        verb.Runs(command => new Settings(command.GetValue(about)), RunAsync);
        return verb;
    }

    private sealed record Settings(string? Verb);

    private static Task<int> RunAsync(Settings settings, CancellationToken cancel)
    {
        Terminal.Print(settings.Verb is { } name
            ? HelpText.AllOfVerb(CommandTree.Find(name))
            : HelpText.OfProgram(CommandTree.CreateRoot()));
        return Task.FromResult(ExitCodes.Success);
    }
}
