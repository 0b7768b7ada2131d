using System.Text;

namespace Sockeye.Tls;

/// <summary>
/// The connection below, as the platform's TLS reads and writes it. It notes what the platform does not tell (whether the
/// wire itself has ended, and how the peer began to talk), and keeps apart what the platform mixes up: reading a record and
/// ending our direction at once corrupts its state, so each has its turn.
/// </summary>
internal sealed class TlsWire(Connection inner, bool notesAll = false) : Stream
{
    // Taken at first: the handshake has the first turn.
    private readonly SemaphoreSlim _turn = new(0, 1);
    private readonly byte[] _beginning = new byte[notesAll ? LongestFlight : LongestQuoted];
    private int _noted;
    private MemoryStream? _held;

    /// <summary>Whether the peer has ended the connection below. A record that says <c>close_notify</c> does not do that.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Whether the peer has sent anything at all.</summary>
    public bool HasBegun => _noted > 0;

    /// <summary>
    /// Whether what came first can be a TLS record: its type is an alert or a handshake, its version 3.x.
    /// <code>
    /// +------+---------+--------+----------
    /// | type | version | length | fragment
    /// | 1    | 2       | 2      |             RFC 8446, section 5.1
    /// </code>
    /// </summary>
    public bool SpeaksTls => _beginning.AsSpan(0, _noted) is [] or [Alert or Handshake] or [Alert or Handshake, 3, ..];

    /// <summary>The first line of what came, as text.</summary>
    public string Beginning => Encoding.Latin1.GetString(Noted[..Math.Min(_noted, LongestQuoted)]).Split('\r', '\n')[0];

    /// <summary>What came first: a little of it, or all that may hold certificates.</summary>
    public ReadOnlySpan<byte> Noted => _beginning.AsSpan(0, _noted);

    /// <summary>Takes the turn: before the platform is asked for anything but a write.</summary>
    public Task EnterAsync(CancellationToken cancel) => _turn.WaitAsync(cancel);

    /// <summary>Ends the turn.</summary>
    public void Leave() => _turn.Release();

    /// <summary>What the platform writes meanwhile, instead of writing it: a turn must not wait for the peer.</summary>
    public async Task<ReadOnlyMemory<byte>> HoldAsync(Func<Task> write)
    {
        using var held = _held = new MemoryStream();
        try
        {
            await write().ConfigureAwait(false);
            return held.ToArray();
        }
        finally
        {
            _held = null;
        }
    }

    /// <summary>While it waits for the peer, others have their turn.</summary>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Leave();
        try
        {
            var count = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            Note(buffer.Span[..count], buffer.Length);
            return count;
        }
        finally
        {
            await EnterAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    private void Note(ReadOnlySpan<byte> bytes, int room)
    {
        HasEnded |= bytes.IsEmpty && room > 0;
        bytes = bytes[..Math.Min(bytes.Length, _beginning.Length - _noted)];
        bytes.CopyTo(_beginning.AsSpan(_noted));
        _noted += bytes.Length;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        _held?.WriteAsync(buffer, cancellationToken) ?? inner.WriteAsync(buffer, cancellationToken);

    /// <summary>The platform sends an alert so.</summary>
    public override void Write(ReadOnlySpan<byte> buffer) => inner.Write(buffer);

    public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;    // nothing is buffered here

    public override void Flush() { }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private const byte Alert = 21;
    private const byte Handshake = 22;
    private const int LongestQuoted = 64;
    private const int LongestFlight = 32 * 1024;
}
