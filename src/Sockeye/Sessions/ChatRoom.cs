using System.Buffers;
using System.Text;

namespace Sockeye.Sessions;

/// <summary>
/// The names in a chat, and the announcements of who comes and goes, in the form of ncat's:
/// <code>
/// &lt;announce&gt; 192.0.2.7 is connected as &lt;user2&gt;.
/// &lt;announce&gt; already connected: 192.0.2.4 as &lt;user1&gt;.
/// &lt;user2&gt; hello
/// &lt;announce&gt; &lt;user2&gt; is disconnected.
/// </code>
/// A number is never given twice, so no name ever means somebody else.
/// </summary>
internal sealed class ChatRoom(Audience audience)
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<int, string> _present = [];
    private int _last;

    /// <summary>Somebody comes, and everyone is told; the newcomer also who is there.</summary>
    public ChatVoice Enter(Seat seat)
    {
        lock (_lock)
        {
            var others = string.Join(", ", _present.Select(other => $"{other.Value} as <user{other.Key}>"));
            var voice = new ChatVoice(++_last);
            var name = seat.Peer.IP?.ToString() ?? "a Unix peer";
            _present.Add(voice.Id, name);
            Announce($"{name} is connected as <user{voice.Id}>.");
            audience.Tell(seat, Announcement($"already connected: {(others.Length > 0 ? others : "nobody")}."));
            return voice;
        }
    }

    /// <summary>Somebody goes, and everyone is told, once.</summary>
    public void Leave(ChatVoice voice)
    {
        lock (_lock)
        {
            if (_present.Remove(voice.Id))
                Announce($"<user{voice.Id}> is disconnected.");
        }
    }

    private void Announce(string text) => audience.Announce(Announcement(text));

    private static byte[] Announcement(string text) => Encoding.UTF8.GetBytes($"<announce> {text}\n");
}

/// <summary>One who speaks in a chat: makes whole lines of what comes in pieces.</summary>
internal sealed class ChatVoice(int id)
{
    private readonly ArrayBufferWriter<byte> _begun = new();

    public int Id => id;

    /// <summary>The lines that are complete now, each with the speaker's name and a line end.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Say(ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Span.IndexOf((byte)'\n') is var end && (end >= 0 || _begun.WrittenCount + bytes.Length >= LongestLine))
        {
            // A line without an end is said in pieces.
            var length = Math.Min(end < 0 ? bytes.Length : end, Math.Max(0, LongestLine - _begun.WrittenCount));
            _begun.Write(bytes.Span[..length]);
            bytes = bytes[(length == end ? end + 1 : length)..];
            yield return TakeLine();
        }
        _begun.Write(bytes.Span);
    }

    /// <summary>What is left without a line end; null for nothing.</summary>
    public byte[]? Finish() => _begun.WrittenCount == 0 ? null : TakeLine();

    private byte[] TakeLine()
    {
        var text = Encoding.UTF8.GetString(_begun.WrittenSpan.TrimEnd((byte)'\r'));
        _begun.ResetWrittenCount();
        return Encoding.UTF8.GetBytes($"<user{id}> {Quoted.Harmless(text)}\n");
    }

    private const int LongestLine = 64 * 1024;
}
