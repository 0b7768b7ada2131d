namespace Sockeye;

/// <summary>What may be the name of a service.</summary>
internal static class ServiceName
{
    /// <summary>
    /// Whether the text is a service name by RFC 6335, section 5.1: 1 to 15 letters, digits and hyphens, at least one
    /// letter, no hyphen at either end or beside another.
    /// </summary>
    public static bool IsWellFormed(string text) =>
        text.Length is > 0 and <= 15 && CanBeName(text)
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')
        && text[0] != '-' && text[^1] != '-' && !text.Contains("--", StringComparison.Ordinal);

    /// <summary>
    /// Whether the text can be taken for a name at all. Services files know names that RFC 6335 does not allow
    /// (<c>gds_db</c>, <c>whois++</c>), but nothing that reads as a number (<c>80</c>, <c>0x50</c>) may ever be one.
    /// </summary>
    public static bool CanBeName(string text) =>
        text.Any(char.IsAsciiLetter) && !text.Any(char.IsControl) && !IsHexadecimalNumber(text);

    private static bool IsHexadecimalNumber(string text) =>
        text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) && text.Skip(2).All(char.IsAsciiHexDigit);
}
