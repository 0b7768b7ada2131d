using System.Globalization;
using System.Text;

namespace Sockeye.Tool.Tour;

/// <summary>Who says a line of a conversation.</summary>
internal enum Speaker
{
    /// <summary>The one that connected.</summary>
    Client,

    /// <summary>The one that was connected to.</summary>
    Server,
}

/// <summary>What one side of a conversation said before the other side spoke.</summary>
internal sealed record Utterance(int Conversation, Speaker Speaker, byte[] Bytes);

/// <summary>What was said on the tour's services, in the order in which the server saw it.</summary>
internal sealed class Transcript
{
    private readonly Lock _lock = new();
    private readonly List<Utterance> _utterances = [];
    private int _conversations;
    private int _open;
    private TaskCompletionSource? _quiet;

    /// <summary>Begins a conversation, and returns its number.</summary>
    public int Begin()
    {
        lock (_lock)
        {
            _open++;
            return ++_conversations;
        }
    }

    public void End()
    {
        lock (_lock)
        {
            if (--_open == 0)
                _quiet?.TrySetResult();
        }
    }

    /// <summary>Adds bytes to what the same side of the conversation was saying.</summary>
    public void Add(int conversation, Speaker speaker, ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
        {
            var last = _utterances.FindLastIndex(said => said.Conversation == conversation);
            if (last >= 0 && _utterances[last].Speaker == speaker)
                _utterances[last] = _utterances[last] with { Bytes = [.. _utterances[last].Bytes, .. bytes] };
            else if (!bytes.IsEmpty)
                _utterances.Add(new(conversation, speaker, bytes.ToArray()));
        }
    }

    /// <summary>Adds a datagram and the answer to it as a conversation of their own.</summary>
    public void AddExchange(ReadOnlySpan<byte> request, ReadOnlyMemory<byte>? reply)
    {
        lock (_lock)
        {
            _utterances.Add(new(++_conversations, Speaker.Client, request.ToArray()));
            if (reply is { } bytes)
                _utterances.Add(new(_conversations, Speaker.Server, bytes.ToArray()));
        }
    }

    /// <summary>Waits until every conversation has ended, and takes what was said since the last time, one after another.</summary>
    public async Task<IReadOnlyList<Utterance>> TakeAsync(CancellationToken cancel)
    {
        await WhenQuiet().WaitAsync(cancel);
        lock (_lock)
        {
            var taken = _utterances.OrderBy(said => said.Conversation).ToList();
            _utterances.Clear();
            return taken;
        }
    }

    private Task WhenQuiet()
    {
        lock (_lock)
        {
            if (_open == 0)
                return Task.CompletedTask;
            _quiet = new(TaskCreationOptions.RunContinuationsAsynchronously);
            return _quiet.Task;
        }
    }

    /// <summary>The lines as they are shown: text as text, anything else in hexadecimal, and only the first few of many.</summary>
    public static IEnumerable<string> Render(Utterance said)
    {
        if (said.Bytes.Length == 0)
            return ["(an empty datagram)"];
        if (IsBinary(said))
            return [Hexadecimal(said.Bytes)];
        var lines = Encoding.UTF8.GetString(said.Bytes).ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
        return lines.Length <= MostLines
            ? lines
            : [.. lines.Take(MostLines - 1), $"... and {lines.Length - MostLines + 1} more lines"];
    }

    public static bool IsBinary(Utterance said) => Encoding.UTF8.GetString(said.Bytes).EnumerateRunes().Any(IsNoText);

    private static bool IsNoText(Rune rune) => rune == Rune.ReplacementChar || Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control => rune.Value is not ('\n' or '\r' or '\t'),
        UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned => true,
        _ => false,
    };

    private static string Hexadecimal(byte[] bytes)
    {
        var shown = bytes.AsSpan(0, Math.Min(bytes.Length, MostBytes));
        var pairs = string.Join(' ', Convert.ToHexStringLower(shown).Chunk(2).Select(pair => new string(pair)));
        return $"{pairs}{(bytes.Length > MostBytes ? " ..." : "")}  ({ByteSize.Format(bytes.Length)})";
    }

    private const int MostLines = 5;
    private const int MostBytes = 12;
}
