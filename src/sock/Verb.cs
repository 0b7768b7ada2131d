using System.CommandLine;

namespace Sockeye.Tool;

/// <summary>A command of the program: what it is for, an example, and how its settled settings are run.</summary>
internal sealed class Verb(string name, string summary, params string[] examples) : Command(name, summary)
{
    /// <summary>Command lines for its help, each with two spaces before a remark if it has one.</summary>
    public IReadOnlyList<string> Examples { get; } = examples;

    /// <summary>Says what the verb does: <paramref name="settle"/> turns the command line into settings or throws a
    /// <see cref="UsageException"/>, <paramref name="run"/> returns the exit code.</summary>
    public void Runs<TSettings>(Func<ParseResult, TSettings> settle, Func<TSettings, CancellationToken, Task<int>> run) =>
        SetAction((command, cancel) => run(settle(command), cancel));
}
