using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Sockeye;

/// <summary>One word of an <see cref="AddressSet"/>: addresses, or a name that stands for some.</summary>
/// <param name="Range">The addresses; null where a name has to be looked up first.</param>
/// <param name="Name">That name.</param>
/// <param name="Line">The line that the word stands on, from 1; 0 where the text has one line only.</param>
internal readonly record struct AddressSetWord(AddressRange? Range, string? Name, int Line);

/// <summary>The text form of an <see cref="AddressSet"/>.</summary>
internal static class AddressSetText
{
    /// <exception cref="NetException"><see cref="NetErrorKind.InvalidAddress"/>, with the line and what is wrong.</exception>
    public static IEnumerable<AddressSetWord> Parse(string text)
    {
        var lines = text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines.Length > 1 ? i + 1 : 0;
            foreach (var word in lines[i].Split('#')[0].Split(Separators, StringSplitOptions.RemoveEmptyEntries))
                foreach (var meaning in Meanings(word, line))
                    yield return meaning;
        }
    }

    /// <exception cref="NetException"><see cref="NetErrorKind.InvalidAddress"/>, as for a word that is none.</exception>
    public static NetException NoName(AddressSetWord word) =>
        Invalid(word.Line, $"{Quoted.Of(word.Name!)} is a name, where only addresses are allowed: look it up with ResolveAsync");

    private static AddressSetWord[] Meanings(string word, int line)
    {
        try
        {
            if (HostText.IsLocalhost(word))
                return [new(RangeOf("127.0.0.1"), null, line), new(RangeOf("::1"), null, line)];
            if (RangeOf(word) is { } range)
                return [new(range, null, line)];
            HostText.ToAscii(word);
            return [new(null, word, line)];
        }
        catch (NetException error)
        {
            throw Invalid(line, error.Reason);
        }
    }

    /// <summary>The addresses that the word is; null where it can only be a name.</summary>
    private static AddressRange? RangeOf(string word)
    {
        if (word.Split('/') is [var ip, var prefix])
            return NetworkOf(word, ip, prefix);
        // A name may have a hyphen, too; what stands before that of a range is an address.
        var hyphen = word.IndexOf('-');
        if (hyphen > 0 && HostText.IsLiteral(word[..hyphen]))
            return Between(word, word[..hyphen], word[(hyphen + 1)..]);
        return HostText.Parse(word).IP is null ? null : AddressRange.Network(LiteralOf(word), AddressRange.WidthOf(LiteralOf(word).AddressFamily));
    }

    private static AddressRange NetworkOf(string word, string host, string prefix)
    {
        var ip = LiteralOf(host);
        // ::ffff:10.0.0.0/104 is 10.0.0.0/8 in IPv6 clothes.
        var clothes = ip.AddressFamily == AddressFamily.InterNetwork && host.Contains(':') ? 96 : 0;
        var most = AddressRange.WidthOf(ip.AddressFamily) + clothes;
        if (!TryNumber(prefix, most, out var length) || length < clothes)
            throw AddressText.Invalid($"{Quoted.Of(word)} is no network: behind its '/' stands a number of bits from {clothes} to {most}");
        return AddressRange.Network(ip, length - clothes);
    }

    private static AddressRange Between(string word, string from, string to)
    {
        var first = LiteralOf(from);
        var last = HostText.IsLiteral(to) ? LiteralOf(to) : WithLastNumber(first, to);
        if (last is null || last.AddressFamily != first.AddressFamily)
        {
            throw AddressText.Invalid(
                $"{Quoted.Of(word)} is no range of addresses: behind its '-' stands another address of the same family, or the last number of one");
        }
        var range = AddressRange.Between(first, last);
        return range.First <= range.Last ? range : throw AddressText.Invalid($"{Quoted.Of(word)} is no range of addresses: it ends before it begins");
    }

    /// <summary><c>10.0.0.1-20</c> is short for <c>10.0.0.1-10.0.0.20</c>.</summary>
    private static IPAddress? WithLastNumber(IPAddress first, string number)
    {
        if (first.AddressFamily != AddressFamily.InterNetwork || !TryNumber(number, byte.MaxValue, out var last))
            return null;
        var bytes = first.GetAddressBytes();
        bytes[^1] = (byte)last;
        return new IPAddress(bytes);
    }

    private static IPAddress LiteralOf(string host)
    {
        var ip = HostText.Parse(host) switch
        {
            { Host: HostText.Any } => throw AddressText.Invalid("'*' is everyone: a list that everyone is on decides nothing"),
            { IP: { } literal } => literal,
            _ => throw AddressText.Invalid($"{Quoted.Of(host)} is no IP address: a network or range is made of addresses"),
        };
        return ip is { AddressFamily: AddressFamily.InterNetworkV6, ScopeId: not 0 }
            ? throw AddressText.Invalid($"{Quoted.Of(host)} has a zone: who may call is not decided by interface")
            : ip;
    }

    private static bool TryNumber(string text, int most, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number)
        && number <= most
        && text is not ['0', _, ..];

    private static NetException Invalid(int line, string reason) => AddressText.Invalid(line == 0 ? reason : $"line {line}: {reason}");

    private static readonly char[] Separators = [',', ' ', '\t', '\r'];
}
