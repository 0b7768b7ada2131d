using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Sockeye.Protocols;

/// <summary>
/// The lines of HTTP/1.x (RFC 9112), without their ends. Each method either gives the parts of a line or says, in
/// words for a message, what is wrong with it.
/// <code>
/// status-line   HTTP/1.1 SP 200 SP OK
/// request-line  GET SP /index.html?x=1 SP HTTP/1.1
/// field-line    Content-Type: text/plain
/// chunk line    1f; name=value
/// </code>
/// </summary>
internal static class HttpGrammar
{
    /// <summary>Reads <c>HTTP/1.1</c>: exactly two digits (RFC 9112, section 2.3).</summary>
    public static bool TryParseVersion(ReadOnlySpan<byte> text, [NotNullWhen(true)] out Version? version)
    {
        version = null;
        if (text is not [.. var name, var major, (byte)'.', var minor] || !name.SequenceEqual("HTTP/"u8)
            || !char.IsAsciiDigit((char)major) || !char.IsAsciiDigit((char)minor))
            return false;
        version = new Version(major - '0', minor - '0');
        return true;
    }

    /// <summary>Reads what follows the version in a status line: <c>200 OK</c>. The reason may be empty, and so may
    /// the space before it, which senders often leave out.</summary>
    public static bool TryParseStatus(ReadOnlySpan<byte> text, out int status, out string reason, [NotNullWhen(false)] out string? problem)
    {
        (reason, problem) = ("", null);
        var digits = text[..Math.Min(3, text.Length)];
        var isNumber = int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out status) && status >= 100;
        if (!isNumber || (text.Length > 3 && text[3] != ' '))
            problem = $"the status is no three-digit number: {Show(text)}";
        else if (HasControlCharacter(text))
            problem = "the status line has a control character";
        else if (text.Length > 4)
            reason = Encoding.Latin1.GetString(text[4..]);
        return problem is null;
    }

    /// <summary>Reads a request line: three parts, a single space between each.</summary>
    public static bool TryParseRequest(
        ReadOnlySpan<byte> line, out string method, out string target, [NotNullWhen(true)] out Version? version, [NotNullWhen(false)] out string? problem)
    {
        (method, target, version, problem) = ("", "", null, null);
        var first = line.IndexOf((byte)' ');
        var last = line.LastIndexOf((byte)' ');
        if (first < 0 || last == first)
        {
            problem = $"the request line is not METHOD TARGET VERSION: {Show(line)}";
            return false;
        }
        var verb = line[..first];
        var path = line[(first + 1)..last];
        if (!IsToken(verb))
            problem = $"the method is no token: {Show(verb)}";
        else if (path.IsEmpty || path.Contains((byte)' ') || path.Contains((byte)'\t') || HasControlCharacter(path))
            problem = $"the request target is empty or has a space or a control character: {Show(path)}";
        else if (!TryParseVersion(line[(last + 1)..], out version))
            problem = $"no HTTP version ends the request line: {Show(line)}";
        (method, target) = (Encoding.ASCII.GetString(verb), Encoding.Latin1.GetString(path));
        return version is not null && problem is null;
    }

    /// <summary>Reads a field line: a token, a colon right behind it, a value with the white space around it cut.</summary>
    public static bool TryParseField(ReadOnlySpan<byte> line, out string name, out string value, [NotNullWhen(false)] out string? problem)
    {
        (name, value, problem) = ("", "", null);
        var colon = line.IndexOf((byte)':');
        if (colon < 0)
            problem = $"a header line has no colon: {Show(line)}";
        else if (!IsToken(line[..colon]))
            problem = $"a header name is no token: {Show(line[..colon])}";
        else if (HasControlCharacter(line[colon..]))
            problem = $"the value of header {Show(line[..colon])} has a control character";
        if (problem is not null)
            return false;
        name = Encoding.ASCII.GetString(line[..colon]);
        value = Encoding.Latin1.GetString(line[(colon + 1)..].Trim(" \t"u8));
        return true;
    }

    /// <summary>Reads a chunk's size and passes over its extensions (RFC 9112, section 7.1): hexadecimal digits
    /// only, no sign, no <c>0x</c>, at most <see cref="long.MaxValue"/>.</summary>
    public static bool TryParseChunkSize(ReadOnlySpan<byte> line, out long size, [NotNullWhen(false)] out string? problem)
    {
        problem = null;
        var end = line.IndexOfAny(" \t;"u8);
        var digits = end < 0 ? line : line[..end];
        var isNumber = long.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out size) && size >= 0;
        if (!isNumber)
            problem = $"a chunk size is no hexadecimal number or too large: {Show(digits)}";
        else if (end >= 0 && line[end..].TrimStart(" \t"u8) is not [(byte)';', ..])
            problem = $"a chunk size has something else behind it: {Show(line)}";
        else if (HasControlCharacter(line))
            problem = "a chunk extension has a control character";
        return problem is null;
    }

    /// <summary>Reads a Content-Length: digits only; a list is good if all its members are the same (RFC 9112, section 6.3).</summary>
    public static bool TryParseLength(string value, out long length)
    {
        length = -1;
        foreach (var range in value.AsSpan().Split(','))
        {
            var isNumber = long.TryParse(value.AsSpan(range).Trim(" \t"), NumberStyles.None, CultureInfo.InvariantCulture, out var member);
            if (!isNumber || (length >= 0 && member != length))
                return false;
            length = member;
        }
        return true;
    }

    /// <summary>Whether this is a token: the form of names and methods (RFC 9110, section 5.6.2).</summary>
    public static bool IsToken(ReadOnlySpan<byte> text) => !text.IsEmpty && !text.ContainsAnyExcept(TokenBytes);

    /// <summary>Whether a line holds NUL, a lone CR or another control character: any but the tab.</summary>
    public static bool HasControlCharacter(ReadOnlySpan<byte> line) => line.ContainsAny(ControlBytes);

    /// <summary>What a peer sent, in quotes, harmless and cut short.</summary>
    public static string Show(ReadOnlySpan<byte> bytes) => Quoted.Of(Encoding.Latin1.GetString(bytes));

    private static readonly SearchValues<byte> TokenBytes = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"u8);

    private static readonly SearchValues<byte> ControlBytes = SearchValues.Create(
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 127]);
}
