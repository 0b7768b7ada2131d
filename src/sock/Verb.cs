using System.CommandLine;

namespace Sockeye.Tool;

/// <summary>A command of the program: what it is for (see <see cref="Descriptions"/>), examples, and how its settled
/// settings are run.</summary>
internal sealed class Verb(string name, string description, params string[] examples) : Command(name, description)
{
    private readonly HashSet<Option> _seldomUsed = [];

    /// <summary>Command lines for its help, each with two spaces before a remark if it has one.</summary>
    public IReadOnlyList<string> Examples { get; } = examples;

    /// <summary>Declares options that <c>--help</c> only names, so that the others fit on a screen with an example.</summary>
    public void AddSeldomUsed(params IEnumerable<Option> options)
    {
        foreach (var option in options)
        {
            Add(option);
            _seldomUsed.Add(option);
        }
    }

    public bool IsSeldomUsed(Option option) => _seldomUsed.Contains(option);

    /// <summary>Says what the verb does: <paramref name="settle"/> turns the command line into settings or throws a
    /// <see cref="UsageException"/>, <paramref name="run"/> returns the exit code.</summary>
    public void Runs<TSettings>(Func<ParseResult, TSettings> settle, Func<TSettings, CancellationToken, Task<int>> run) =>
        SetAction((command, cancel) => run(settle(command), cancel));
}
