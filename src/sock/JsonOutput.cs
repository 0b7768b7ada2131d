using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Sockeye.Tool;

/// <summary>One JSON value a line, written by hand so that nothing has to be reflected upon.</summary>
internal static class JsonOutput
{
    /// <summary>Prints one object on standard output.</summary>
    public static void Print(Action<Utf8JsonWriter> properties) => Terminal.Print(Text(json => WriteObject(json, properties)));

    /// <summary>Prints one array on standard output.</summary>
    public static void PrintArray<T>(IEnumerable<T> items, Action<Utf8JsonWriter, T> properties) => Terminal.Print(Text(json =>
    {
        json.WriteStartArray();
        foreach (var item in items)
            WriteObject(json, inner => properties(inner, item));
        json.WriteEndArray();
    }));

    /// <summary>One object as text.</summary>
    public static string Line(Action<Utf8JsonWriter> properties) => Text(json => WriteObject(json, properties));

    /// <summary>An error as one object, with the fields that the sentence is made of.</summary>
    public static string Line(Exception error, int exitCode, string? advice) => Line(json =>
    {
        WriteError(json, error);
        WriteConsequence(json, exitCode, advice);
    });

    /// <summary>Writes what failed.</summary>
    public static void WriteError(Utf8JsonWriter json, Exception error)
    {
        json.WriteString("error", error.Message);
        if (error is NetException net)
            WriteFields(json, net);
    }

    /// <summary>Writes what follows from it.</summary>
    public static void WriteConsequence(Utf8JsonWriter json, int exitCode, string? advice)
    {
        json.WriteNumber("exitCode", exitCode);
        if (advice is not null)
            json.WriteString("advice", advice);
    }

    private static void WriteFields(Utf8JsonWriter json, NetException error)
    {
        json.WriteString("kind", error.Kind.ToString());
        json.WriteString("blame", error.Blame.ToString());
        json.WriteString("operation", error.Operation.ToString());
        json.WriteString("reason", error.Reason);
        WriteAddress(json, "address", error.Address);
        WriteAddress(json, "localAddress", error.LocalAddress);
        WriteAddress(json, "remoteAddress", error.RemoteAddress);
        json.WriteBoolean("transient", error.IsTransient);
        json.WriteStartArray("causes");
        foreach (var cause in error.Causes)
            WriteObject(json, inner => WriteFields(inner, cause));
        json.WriteEndArray();
    }

    /// <summary>Writes an address as text, or nothing where there is none.</summary>
    public static void WriteAddress(Utf8JsonWriter json, string name, Address? address)
    {
        if (address is not null)
            json.WriteString(name, address.ToString());
    }

    /// <summary>Writes addresses as an array of texts.</summary>
    public static void WriteAddresses(Utf8JsonWriter json, string name, IEnumerable<Address> addresses)
    {
        json.WriteStartArray(name);
        foreach (var address in addresses)
            json.WriteStringValue(address.ToString());
        json.WriteEndArray();
    }

    /// <summary>Writes an object as a property.</summary>
    public static void WriteObject(Utf8JsonWriter json, string name, Action<Utf8JsonWriter> properties)
    {
        json.WritePropertyName(name);
        WriteObject(json, properties);
    }

    private static void WriteObject(Utf8JsonWriter json, Action<Utf8JsonWriter> properties)
    {
        json.WriteStartObject();
        properties(json);
        json.WriteEndObject();
    }

    private static string Text(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            write(json);
        return System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
