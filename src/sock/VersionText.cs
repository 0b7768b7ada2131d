using System.CommandLine;
using System.CommandLine.Invocation;

namespace Sockeye.Tool;

/// <summary>What <c>--version</c> prints.</summary>
internal sealed class VersionText : SynchronousCommandLineAction
{
    public static Option CreateOption() =>
        new Option<bool>("--version") { Description = "print the version and end", Recursive = true, Action = new VersionText() };

    public static string Version => $"sock {typeof(VersionText).Assembly.GetName().Version?.ToString(3)}";

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        Terminal.Print(Version);
        return ExitCodes.Success;
    }
}
