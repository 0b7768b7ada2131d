using System.CommandLine;
using Sockeye.Tool.Sessions;

namespace Sockeye.Tool;

/// <summary>How an error is said: one line led by what failed, perhaps one of advice, or one JSON object.</summary>
internal static class Failure
{
    /// <summary>Says the error and returns the exit code that goes with it.</summary>
    public static int Report(Exception error, ParseResult command) => Report(error, command, Terminal.Say);

    /// <summary>The same, by what says a line.</summary>
    public static int Report(Exception error, ParseResult command, Action<string> say) => error is RecordedException recorded
        ? Report(recorded.Error, command, recorded.Record, say)
        : Report(error, command, record: null, say);

    private static int Report(Exception error, ParseResult command, SessionRecord? record, Action<string> say) => error is AdvisedException advised
        ? Report(advised.Error, command, advised.Advice, record, say)
        : Report(error, command, Advice.For(error, command), record, say);

    private static int Report(Exception error, ParseResult command, string? advice, SessionRecord? record, Action<string> say)
    {
        var code = ExitCodes.Of(error);
        if (code == ExitCodes.Success && record is null)
            return code;
        if (record is not null)
            say(code == ExitCodes.Success ? record.Tell(code) : record.Tell(code, error, advice));
        else if (command.IsGiven("--json"))
            say(JsonOutput.Line(error, code, advice));
        else
            Say(error, advice, command, say);
        return code;
    }

    /// <summary>Whether the verb has the option of that (long) name.</summary>
    public static bool Has(this ParseResult command, string option) => command.Declared(option) is not null;

    /// <summary>Whether the option of that (long) name was typed.</summary>
    public static bool IsGiven(this ParseResult command, string option) =>
        command.Declared(option) is { } declared && command.GetResult(declared) is { Implicit: false };

    private static Option? Declared(this ParseResult command, string name) =>
        command.CommandResult.Command.Options.FirstOrDefault(option => option.Name == name);

    private static void Say(Exception error, string? advice, ParseResult command, Action<string> say)
    {
        say($"{Terminal.Paint("sock:", Colour.Error)} {Terminal.Harmless(Sentence(error, command))}");
        if (advice is not null)
            say(Terminal.Harmless(advice));
    }

    /// <summary>The error as it is said behind <c>sock:</c>.</summary>
    public static string Sentence(Exception error, ParseResult command) => error switch
    {
        AdvisedException advised => Sentence(advised.Error, command),
        NetException net => Lead(net, command.CommandResult.Command.Name) + net.Message,
        IOException or UnauthorizedAccessException or TimeoutException or UsageException or BadStatusException => error.Message,
        _ => $"unexpected: {error.GetType().Name}: {error.Message}",
    };

    /// <summary>The founding chapter's phrases, which say at a glance what kind of error it is.</summary>
    private static string Lead(NetException error, string verb) => (error.Kind, error.Blame, error.Operation) switch
    {
        (NetErrorKind.UnknownService, _, _) => "Couldn't find your port: ",
        (_, NetBlame.Caller, _) => "",
        (_, NetBlame.Name, _) when verb is not ("resolve" or "listen" or "serve") => "Address-related error connecting to server: ",
        (_, _, NetOperation.Write or NetOperation.Close) => "Error sending data: ",
        (_, _, NetOperation.Read) => "Error receiving data: ",
        (_, _, NetOperation.Connect or NetOperation.Handshake) => "Connection error: ",
        (_, NetBlame.Time, NetOperation.Resolve) when verb != "resolve" => "Connection error: ",
        _ => "",
    };
}
