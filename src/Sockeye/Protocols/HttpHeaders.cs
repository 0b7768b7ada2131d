using System.Collections;
using System.Text;

namespace Sockeye.Protocols;

/// <summary>
/// The header fields of a message, in the order they came. Names are compared without regard to case (RFC 9110,
/// section 5.1). Bytes above 127 in a value are kept one to one as the characters U+0080 to U+00FF.
/// </summary>
public sealed class HttpHeaders : IReadOnlyList<KeyValuePair<string, string>>
{
    private readonly List<KeyValuePair<string, string>> _fields = [];

    /// <summary>Header fields to send.</summary>
    /// <param name="fields">Names and values.</param>
    /// <exception cref="ArgumentException">A name is no token, or a value has a control character.</exception>
    public HttpHeaders(params ReadOnlySpan<(string Name, string Value)> fields)
    {
        foreach (var (name, value) in fields)
        {
            if (!HttpGrammar.IsToken(Encoding.UTF8.GetBytes(name)))
                throw new ArgumentException($"{Quoted.Of(name)} is no header name: letters, digits and !#$%&'*+-.^_`|~ only", nameof(fields));
            if (!value.All(IsSendable))
                throw new ArgumentException($"the value of header {name} has a control character, or one beyond U+00FF", nameof(fields));
            Add(name, value);
        }
    }

    /// <summary>How many fields there are; a name that comes twice counts twice.</summary>
    public int Count => _fields.Count;

    /// <summary>A field by its place.</summary>
    /// <param name="index">From 0 to <see cref="Count"/> - 1.</param>
    public KeyValuePair<string, string> this[int index] => _fields[index];

    /// <summary>The value of a field, or null where there is none. The values of a repeated field are joined by
    /// <c>", "</c> (RFC 9110, section 5.2).</summary>
    /// <param name="name">The field's name, in any case.</param>
    public string? this[string name]
    {
        get
        {
            string? joined = null;
            foreach (var (key, value) in _fields)
                if (key.Equals(name, StringComparison.OrdinalIgnoreCase))
                    joined = joined is null ? value : $"{joined}, {value}";
            return joined;
        }
    }

    /// <summary>Whether there is a field of that name.</summary>
    /// <param name="name">The field's name, in any case.</param>
    public bool Contains(string name) => CountOf(name) > 0;

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => _fields.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal int CountOf(string name)
    {
        var count = 0;
        foreach (var (key, _) in _fields)
            if (key.Equals(name, StringComparison.OrdinalIgnoreCase))
                count++;
        return count;
    }

    internal void Add(string name, string value) => _fields.Add(new(name, value));

    /// <summary>Appends a continuation line to the last value (RFC 9112, section 5.2: the fold becomes a space).</summary>
    internal void ContinueLast(string more)
    {
        var (name, value) = _fields[^1];
        _fields[^1] = new(name, $"{value} {more}".Trim());
    }

    private static bool IsSendable(char c) => c is '\t' or (>= ' ' and <= '\u00FF' and not '\u007F');
}
