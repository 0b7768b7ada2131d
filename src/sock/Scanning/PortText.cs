using System.Text.Json;
using Sockeye.Measuring;
using Sockeye.Tool.Sessions;

namespace Sockeye.Tool.Scanning;

/// <summary>One port as it is printed: <c>localhost 22/tcp open ssh 0.21 ms</c>.</summary>
internal static class PortText
{
    /// <summary>The line; with details also why the port is filtered, and the address behind a host name.</summary>
    public static string Of(PortReport port, bool detailed)
    {
        var line = $"{Terminal.Harmless(port.Host)} {port.Port}/tcp {StateOf(port)} {port.Service ?? "unknown"} {OutcomeText.Of(port.Elapsed)}";
        if (detailed && port.Address.Host != port.Host)
            line += $" {port.Address}";
        return port.Error is { } error ? $"{line} ({error.Reason})" : line;
    }

    /// <summary>The same as properties of an object.</summary>
    public static void Write(Utf8JsonWriter json, PortReport port)
    {
        json.WriteString("host", port.Host);
        json.WriteNumber("port", port.Port);
        json.WriteString("state", NameOf(port.State));
        if (port.Service is { } service)
            json.WriteString("service", service);
        JsonOutput.WriteAddress(json, "address", port.Address);
        OutcomeText.WriteSeconds(json, "seconds", port.Elapsed);
        if (port.Error is not { } error)
            return;
        json.WriteString("kind", error.Kind.ToString());
        json.WriteString("reason", error.Reason);
    }

    private static string StateOf(PortReport port) =>
        Terminal.PaintOutput(NameOf(port.State), port.State == PortState.Open ? Colour.Good : Colour.Faint);

    private static string NameOf(PortState state) => state switch
    {
        PortState.Open => "open",
        PortState.Closed => "closed",
        _ => "filtered",
    };
}
