using System.Globalization;
using System.Net;
using System.Text;

namespace Sockeye;

/// <summary>
/// The text of a host: an IP address in its one strict spelling, a name, or <c>*</c>. The platform's own reading is not
/// used unchecked: it takes <c>010.0.0.1</c> for 8.0.0.1, <c>1.2.3</c> for 1.2.0.3 and forgets unknown zones.
/// </summary>
internal static class HostText
{
    /// <summary>Every address of this machine, in both families.</summary>
    public const string Any = "*";

    /// <summary>The host without brackets, and its IP address if it is a literal.</summary>
    /// <exception cref="NetException"><see cref="NetErrorKind.InvalidAddress"/>, with what is wrong.</exception>
    public static (string Host, IPAddress? IP) Parse(string host)
    {
        if (host.Length == 0)
            throw AddressText.Invalid("the host is empty");
        if (host == Any)
            return (host, IPAddress.IPv6Any);
        if (host is ['[', .. var inner, ']'])
            return inner.Contains(':') ? ParseIPv6(inner) : throw AddressText.Invalid($"brackets are for IPv6 addresses: write {Quoted.Of(inner)} without");
        if (host.Contains('/'))
            throw AddressText.Invalid($"{Quoted.Of(host)} is no host: write its name or address alone");
        if (host.AsSpan().Count(':') == 1)
            throw AddressText.Invalid($"{Quoted.Of(host)} is no host: leave out the port");
        if (host.Contains(':'))
            return ParseIPv6(host);
        if (EndsInNumber(host))
            return (host, ParseIPv4(host));
        ToAscii(host);
        return (host, null);
    }

    /// <summary>Whether the text is an IPv4 or IPv6 address, without brackets, or <c>*</c>.</summary>
    public static bool IsLiteral(string text)
    {
        try
        {
            return !text.StartsWith('[') && Parse(text).IP is not null;
        }
        catch (NetException)
        {
            return false;
        }
    }

    /// <summary>Whether the name is <c>localhost</c>, in any case and with or without the root's dot.</summary>
    public static bool IsLocalhost(string name) =>
        name.AsSpan().TrimEnd('.').Equals("localhost", StringComparison.OrdinalIgnoreCase);

    /// <summary>An IPv4 address in IPv6 clothes (RFC 4291, section 2.5.5.2) as IPv4; any other as it is.</summary>
    public static IPAddress Unmapped(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    /// <summary>The name as name servers know it: other scripts in Punycode (RFC 3492), checked label by label.</summary>
    /// <exception cref="NetException"><see cref="NetErrorKind.InvalidAddress"/>, with what is wrong.</exception>
    public static string ToAscii(string name)
    {
        if (name.EnumerateRunes().Any(rune => !IsNameCharacter(rune)))
            throw AddressText.Invalid($"{Quoted.Of(name)} is no host name: it has characters that cannot stand in one");
        var ascii = Ascii.IsValid(name) ? name : Punycode(name);
        if (ascii.TrimEnd('.').Length > MaxName)
            throw AddressText.Invalid($"{Quoted.Of(name)} is no host name: it is longer than {MaxName} characters");
        if (ascii.StartsWith('-'))
            throw AddressText.Invalid($"{Quoted.Of(name)} is no host name: it begins with a hyphen");
        var labels = (ascii.EndsWith('.') ? ascii[..^1] : ascii).Split('.');
        if (labels.Any(label => label.Length is 0 or > MaxLabel))
            throw AddressText.Invalid($"{Quoted.Of(name)} is no host name: between dots stand 1 to {MaxLabel} characters");
        if (EndsInNumber(ascii))
            throw AddressText.Invalid($"{Quoted.Of(name)} is no host name: it ends in a number");
        return ascii;
    }

    /// <summary>Whether the last part is a number, decimal or hexadecimal: then it can only be meant as an IPv4 address.</summary>
    private static bool EndsInNumber(string host)
    {
        var last = host.TrimEnd('.').Split('.')[^1];
        return last.Length > 0
            && (last.All(char.IsAsciiDigit)
                || (last.StartsWith("0x", StringComparison.OrdinalIgnoreCase) && last.Skip(2).All(char.IsAsciiHexDigit)));
    }

    private static IPAddress ParseIPv4(string host)
    {
        var parts = host.Split('.');
        if (parts.Length != 4)
            throw NoIPv4(host, "it takes four numbers, as in 127.0.0.1");
        Span<byte> bytes = stackalloc byte[4];
        for (var i = 0; i < parts.Length; i++)
            bytes[i] = ParseIPv4Part(host, parts[i]);
        return new IPAddress(bytes);
    }

    private static byte ParseIPv4Part(string host, string part)
    {
        if (part.Length == 0 || !part.All(char.IsAsciiDigit))
            throw NoIPv4(host, $"{Quoted.Of(part)} is not a decimal number");
        if (part is ['0', _, ..])
            throw NoIPv4(host, $"{Quoted.Of(part)} has a leading zero, which some programs read as octal");
        return byte.TryParse(part, out var value) ? value : throw NoIPv4(host, $"{part} is more than 255");
    }

    private static NetException NoIPv4(string host, string why) => AddressText.Invalid($"{Quoted.Of(host)} is no IPv4 address: {why}");

    private static (string Host, IPAddress IP) ParseIPv6(string host)
    {
        var percent = host.IndexOf('%');
        var digits = percent < 0 ? host : host[..percent];
        if (!digits.All(c => char.IsAsciiHexDigit(c) || c is ':' or '.') || !IPAddress.TryParse(digits, out var ip))
            throw AddressText.Invalid($"{Quoted.Of(host)} is no IPv6 address");
        if (percent >= 0)
            ip.ScopeId = ZoneOf(host, ip);
        return ip.IsIPv4MappedToIPv6 ? (ip.MapToIPv4().ToString(), ip.MapToIPv4()) : (host, ip);
    }

    /// <summary>The index of the network interface that a zone (RFC 4007, section 11) names or numbers.</summary>
    private static long ZoneOf(string host, IPAddress ip)
    {
        var zone = host[(host.IndexOf('%') + 1)..];
        var isName = zone.Length > 0 && zone.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '@');
        if (isName && IPAddress.TryParse($"{ip}%{zone}", out var zoned) && zoned.ScopeId != 0)
            return zoned.ScopeId;
        throw AddressText.Invalid($"{Quoted.Of(host)} is no address here: there is no network interface {Quoted.Of(zone)}");
    }

    /// <summary>Letters, digits and their marks of every script, symbols (<c>i❤.ws</c>), hyphen, underscore, and the dots of RFC 3490.</summary>
    private static bool IsNameCharacter(Rune rune) =>
        rune.IsAscii
            ? Rune.IsLetterOrDigit(rune) || rune.Value is '-' or '_' or '.'
            : rune != Rune.ReplacementChar
                && (rune.Value is 0x3002 or 0xFF0E or 0xFF61 || Rune.IsLetterOrDigit(rune)
                    || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark
                        or UnicodeCategory.OtherSymbol);

    private static string Punycode(string name)
    {
        try
        {
            return new IdnMapping().GetAscii(name.Normalize(NormalizationForm.FormC).ToLowerInvariant());
        }
        catch (ArgumentException e)
        {
            throw new NetException(
                NetErrorKind.InvalidAddress, NetOperation.Parse, $"{Quoted.Of(name)} is no host name: it has no form for name servers", inner: e);
        }
    }

    /// <summary>RFC 1035, section 2.3.4: 255 bytes on the wire are 253 characters of text.</summary>
    private const int MaxName = 253;

    private const int MaxLabel = 63;
}
