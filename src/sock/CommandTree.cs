using System.CommandLine;
using Sockeye.Tool.Commands;

namespace Sockeye.Tool;

/// <summary>The verbs, and how a command line becomes one of them.</summary>
internal static class CommandTree
{
    /// <summary>Every verb, in the order of <c>sock --help</c>: one line each.</summary>
    private static readonly (string Name, Func<Verb> Create)[] Verbs =
    [
        ("connect", ConnectCommand.Create),
        ("listen", ListenCommand.Create),
        ("serve", ServeCommand.Create),
        ("relay", RelayCommand.Create),
        ("get", GetCommand.Create),
        ("wait", WaitCommand.Create),
        ("ping", PingCommand.Create),
        ("bench", BenchCommand.Create),
        ("scan", ScanCommand.Create),
        ("cert", CertCommand.Create),
        ("time", TimeCommand.Create),
        ("port", PortCommand.Create),
        ("resolve", ResolveCommand.Create),
        ("tour", TourCommand.Create),
        ("help", HelpCommand.Create),
        ("completions", CompletionsCommand.Create),
    ];

    public static IEnumerable<string> VerbNames => Verbs.Select(verb => verb.Name);

    /// <summary>Signals and exceptions are this program's own business.</summary>
    public static InvocationConfiguration Invocation { get; } = new()
    {
        EnableDefaultExceptionHandler = false,
        ProcessTerminationTimeout = null,
    };

    public static ParseResult Parse(string[] args) => CreateRoot(args).Parse(args, new ParserConfiguration
    {
        // `unix:@name` and `@name` are addresses here, not files of arguments.
        ResponseFileTokenReplacer = null,
    });

    /// <summary>The declared verb of that name.</summary>
    public static Verb Find(string name) => Array.Find(Verbs, verb => verb.Name == name).Create?.Invoke()
        ?? throw UsageErrors.Unknown("verb", name, VerbNames, "See 'sock --help'.");

    /// <summary>The program with all its verbs.</summary>
    public static Command CreateRoot() => CreateRoot([]);

    /// <summary>Declares only the verb that was asked for: declaring all of them would double the time to start.</summary>
    private static Command CreateRoot(string[] args)
    {
        // No RootCommand: it brings options of its own, whose texts are looked for among the package's resources, and directives
        // for completions, which here are scripts.
        var root = new Command("sock", "Talk to any socket, serve the other end, and see what was said.")
        {
            HelpText.CreateOption(),
            VersionText.CreateOption(),
        };
        var asked = Array.Find(Verbs, verb => args.Length > 0 && verb.Name == args[0]);
        if (asked.Create is not null)
        {
            root.Add(asked.Create());
            return root;
        }
        root.SetAction(HelpText.Print);
        foreach (var (_, create) in Verbs)
            root.Add(create());
        return root;
    }
}
