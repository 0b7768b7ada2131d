using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Sockeye.Protocols;
using Sockeye.Tls;
using Sockeye.Tool.Sessions;

namespace Sockeye.Tool.Downloads;

/// <summary>What is said about a response: in words on standard error, as JSON, or as the head it came with.</summary>
internal static class ResponseTalk
{
    /// <summary>An address was tried.</summary>
    public static void Tried(ConnectAttempt attempt)
    {
        if (attempt.Error is not null)
            Terminal.Say($"Tried {attempt.Address}: {attempt.Error.Reason} ({OutcomeText.Of(attempt.Elapsed)})");
    }

    /// <summary>The head has come.</summary>
    public static void Answered(HttpResponse response)
    {
        Terminal.Say($"Connected from {response.Connection.LocalAddress} to {response.Connection.RemoteAddress}");
        if (TlsInfo.Of(response.Connection) is { } tls)
            Terminal.Say(TlsText.Of(tls));
        Terminal.Say($"The answer is {StatusOf(response)}, in HTTP/{response.Version}");
    }

    /// <summary>The server is not who it should be, and was talked with; or what was asked for is elsewhere, which is not followed.</summary>
    public static void Warn(HttpResponse response)
    {
        if (TlsInfo.Of(response.Connection) is { } tls && TlsText.Overlooked(tls) is { } overlooked)
            Terminal.Say(overlooked);
        if (response.Status is 301 or 302 or 303 or 307 or 308 && response.Headers["Location"] is { } location)
            Terminal.Say($"{StatusOf(response)}: it is at {Terminal.Harmless(location)} (not followed)");
    }

    /// <summary>All of it has come.</summary>
    public static void Finished(HttpResponse response, long size, TimeSpan firstByte, TimeSpan total)
    {
        Terminal.Say($"The body has {OutcomeText.Count(size, "byte")}");
        Terminal.Say(OutcomeText.Times(response.Connection.Report, TlsInfo.Of(response.Connection)?.Elapsed, firstByte, total));
    }

    /// <summary><c>404 Not Found</c>.</summary>
    public static string StatusOf(HttpResponse response) => Terminal.Harmless($"{response.Status} {response.Reason}".TrimEnd());

    /// <summary>Status line and headers as they came, but for white space.</summary>
    public static byte[] HeadOf(HttpResponse response)
    {
        var head = new StringBuilder($"HTTP/{response.Version} {response.Status} {response.Reason}\r\n");
        foreach (var (name, value) in response.Headers)
            head.Append($"{name}: {value}\r\n");
        return Encoding.Latin1.GetBytes(head.Append("\r\n").ToString());
    }

    /// <summary>The head, and how it came, as properties of an object.</summary>
    public static void WriteHead(Utf8JsonWriter json, HttpResponse response, TimeSpan firstByte, TimeSpan total)
    {
        json.WriteString("version", response.Version.ToString());
        json.WriteNumber("status", response.Status);
        json.WriteString("reason", response.Reason);
        WriteHeaders(json, response.Headers);
        JsonOutput.WriteAddress(json, "localAddress", response.Connection.LocalAddress);
        JsonOutput.WriteAddress(json, "remoteAddress", response.Connection.RemoteAddress);
        var tls = TlsInfo.Of(response.Connection);
        if (tls is not null)
            JsonOutput.WriteObject(json, "tls", inner => TlsText.Write(inner, tls));
        OutcomeText.WriteTimes(json, response.Connection.Report, tls?.Elapsed, firstByte, total);
    }

    /// <summary>The body as a property, as text or in Base64; or the name of the file that it went into.</summary>
    public static void WriteBody(Utf8JsonWriter json, long size, string? outputPath, byte[]? body)
    {
        json.WriteNumber("bytes", size);
        if (outputPath is not null)
            json.WriteString("output", outputPath);
        else if (Utf8.IsValid(body))
            json.WriteString("body", body);
        else
            json.WriteBase64String("bodyBase64", body);
    }

    /// <summary>Every name once, in lower case, with all of its values: names may repeat and JSON's may not.</summary>
    private static void WriteHeaders(Utf8JsonWriter json, HttpHeaders headers)
    {
        json.WriteStartObject("headers");
        foreach (var group in headers.GroupBy(field => field.Key.ToLowerInvariant(), StringComparer.Ordinal))
        {
            json.WriteStartArray(group.Key);
            foreach (var (_, value) in group)
                json.WriteStringValue(value);
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }
}
