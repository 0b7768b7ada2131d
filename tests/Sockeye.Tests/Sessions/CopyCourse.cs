using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Sockeye.Platform;
using Sockeye.Sessions;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Sessions;

/// <summary>
/// A session that carries bytes one way, with the test at both of its ends.
/// <code>
/// test ─► file, pipe or socket ─► session ─► file, pipe or socket ─► test
/// </code>
/// Its limits run on <see cref="Clock"/>.
/// </summary>
internal sealed class CopyCourse : IAsyncDisposable
{
    private readonly CancellationTokenSource _cancel = new();
    private readonly SemaphoreSlim _progress = new(0);
    private readonly Scratch _scratch = new();
    private readonly Means _means;
    private readonly SessionDirection _direction;
    private Task _flooding = Task.CompletedTask;
    private long _carried;

    private CopyCourse(Place from, Place to, Means means)
    {
        _means = means;
        _direction = to.IsSocket() ? SessionDirection.Sent : SessionDirection.Received;
        Assert.SkipUnless(OperatingSystem.IsLinux(), "elsewhere bytes always go through a buffer");
        // What is asked for has to be what would be done: else the buffer is forced.
        Assert.True(means == Means.Buffer || Ways.IsForKernel(from, to));
    }

    /// <summary>Begins a session.</summary>
    /// <param name="from">What bytes come from.</param>
    /// <param name="to">Where they go.</param>
    /// <param name="means">How; a buffer is forced where it would not be taken.</param>
    /// <param name="options">Rules and limits.</param>
    /// <param name="file">The file that bytes come from. Defaults to an empty one.</param>
    /// <param name="output">The file that they go to. Defaults to a new one.</param>
    public static async Task<CopyCourse> StartAsync(
        Place from, Place to, Means means, SessionOptions? options = null, string? file = null, SafeFileHandle? output = null)
    {
        var course = new CopyCourse(from, to, means);
        var asked = options?.OnCarried;
        options = (options ?? new()) with
        {
            Time = course.Clock,
            OnCarried = (direction, count) =>
            {
                course.NoteCarried(direction, count);
                asked?.Invoke(direction, count);
            },
        };
        if (means == Means.Buffer && Ways.IsForKernel(from, to))
            options = options with { OnChunk = _ => { } };
        var source = course.Source = await course.SourceAsync(from, file);
        var sink = await course.SinkAsync(to, output);
        var (local, peer) = (source, sink) switch
        {
            (Connection near, Connection far) => (End.Of(near), End.Of(far)),
            (Stream input, Connection far) => (End.Of(input, null), End.Of(far)),
            (Connection far, var written) => (End.Of(null, written), End.Of(far)),
            _ => throw new ArgumentException("one of the two is a connection", nameof(to)),
        };
        course.Outcome = course.Moved.Begin(() => RunAsync(local, peer, options, sink, course._cancel.Token));
        return course;
    }

    /// <summary>What the session reads.</summary>
    public Stream Source { get; private set; } = Stream.Null;

    /// <summary>What is written here is what the session reads, but for a file.</summary>
    public Stream Feed { get; private set; } = Stream.Null;

    /// <summary>What the session has written, but for a file.</summary>
    public Stream Taken { get; private set; } = Stream.Null;

    /// <summary>The file that the session writes.</summary>
    public string OutputPath => _scratch.File("output");

    public Task<SessionOutcome> Outcome { get; private set; } = null!;

    public FakeTimeProvider Clock { get; } = new();

    /// <summary>How much of it the kernel has moved.</summary>
    public MovedBytes Moved { get; } = new();

    /// <summary>How much was carried, as the session's user is told.</summary>
    public long Carried => Interlocked.Read(ref _carried);

    /// <summary>How much the outcome says was carried.</summary>
    public long CountOf(SessionOutcome outcome) => _direction == SessionDirection.Sent ? outcome.BytesSent : outcome.BytesReceived;

    /// <summary>What an error says of the amounts.</summary>
    public string AmountsOf(SessionOutcome outcome) => $"({outcome.BytesSent:N0} byte{(outcome.BytesSent == 1 ? "" : "s")} sent, {outcome.BytesReceived:N0} received";

    public Task CancelAsync() => _cancel.CancelAsync();

    /// <summary>Writes so many bytes and waits until they are carried.</summary>
    public async Task FeedAsync(byte[] bytes)
    {
        var before = Carried;
        await Feed.WriteAsync(bytes);
        await CarriedAsync(before + bytes.Length);
    }

    /// <summary>Feeds until the means that is meant is at work. Somebody has to read meanwhile. Returns how much that took.</summary>
    public async Task<int> FeedUntilAtWorkAsync()
    {
        var count = 0;
        do
        {
            await FeedAsync(new byte[Piece]);
            count += Piece;
        }
        while (_means == Means.Buffer ? count < 8 * Piece : Moved.Count == 0);
        return count;
    }

    /// <summary>Feeds without end, and waits until nothing goes any more: once the means that is meant is at work, nobody reads.</summary>
    public async Task FloodAsync()
    {
        if (Feed != Stream.Null)
            _flooding = Record.ExceptionAsync(() => Task.Run(FeedForEverAsync)).AsTask();
        while (_means == Means.Buffer ? Carried == 0 : Moved.Count == 0)
            await Taken.ReadExactlyAsync(new byte[64 * 1024]);
        long carried;
        do
        {
            carried = Carried;
            for (var unchanged = 0; unchanged < 10 && Carried == carried; unchanged++)
                await Task.Delay(50);
        }
        while (Carried != carried);
    }

    private async Task FeedForEverAsync()
    {
        while (true)
            await Feed.WriteAsync(new byte[Piece]);
    }

    /// <summary>Waits until so much was carried.</summary>
    public async Task CarriedAsync(long count)
    {
        while (Carried < count)
            await _progress.WaitAsync();
    }

    /// <summary>Ends the bytes that come.</summary>
    public ValueTask EndFeedAsync() => EndWritingAsync(Feed);

    /// <summary>The peer that reads ends its own direction.</summary>
    public ValueTask EndTakenAsync() => EndWritingAsync(Taken);

    private static async ValueTask EndWritingAsync(Stream end)
    {
        if (end is NetworkStream network)
            network.Socket.Shutdown(SocketShutdown.Send);
        else if (end is Connection connection)
            await connection.CloseWriteAsync();
        else
            await end.DisposeAsync();
    }

    /// <summary>The peer at this end goes without a word of farewell.</summary>
    public static void Reset(Stream end)
    {
        var socket = ((NetworkStream)end).Socket;
        socket.LingerState = new(enable: true, seconds: 0);
        socket.Dispose();
    }

    /// <summary>Reads to the end, and ends this end as well. Returns the SHA-256 of what came.</summary>
    public async Task<string> TakeAllAsync()
    {
        if (Taken == Stream.Null)
        {
            await Outcome;
            return Payload.Sha256(await File.ReadAllBytesAsync(OutputPath));
        }
        var hash = await SHA256.HashDataAsync(Taken);
        await Taken.DisposeAsync();
        return Convert.ToHexStringLower(hash);
    }

    /// <summary>Lets time pass, a little at a time, until the session has ended.</summary>
    public async Task<SessionOutcome> EndInTimeAsync()
    {
        while (await Task.WhenAny(Outcome, Task.Delay(10)) != Outcome)
            Clock.Advance(TimeSpan.FromSeconds(0.25));
        return await Outcome;
    }

    /// <summary>The kernel was at work, by the call that is meant, or a buffer and nothing else.</summary>
    public void AssertMeansAtWork() =>
        Assert.Equal(_means, Moved switch { { BySendFile: > 0 } => Means.SendFile, { BySplice: > 0 } => Means.Splice, _ => Means.Buffer });

    public async ValueTask DisposeAsync()
    {
        await _cancel.CancelAsync();
        await Outcome;
        await Source.DisposeAsync();
        await Feed.DisposeAsync();
        await Taken.DisposeAsync();
        await _flooding;
        _cancel.Dispose();
        _scratch.Dispose();
    }

    /// <summary>Streams stay open after a session; who reads a pipe is to see an end.</summary>
    private static async Task<SessionOutcome> RunAsync(End local, End peer, SessionOptions options, Stream sink, CancellationToken cancel)
    {
        var outcome = await Session.RunAsync(local, peer, options, cancel);
        await sink.DisposeAsync();
        return outcome;
    }

    private void NoteCarried(SessionDirection direction, int count)
    {
        if (direction != _direction)
            return;
        Interlocked.Add(ref _carried, count);
        _progress.Release();
    }

    private async Task<Stream> SourceAsync(Place place, string? file)
    {
        if (place.IsSocket())
            return await ConnectAsync(place, far => Feed = far);
        if (place == Place.File)
            return Input(File.OpenHandle(file!));
        var (readEnd, writeEnd) = Descriptors.MakePipe();
        Feed = new FileStream(writeEnd, FileAccess.Write, bufferSize: 0);
        return Input(readEnd);
    }

    private async Task<Stream> SinkAsync(Place place, SafeFileHandle? output)
    {
        if (place.IsSocket())
            return await ConnectAsync(place, far => Taken = far);
        if (place == Place.File)
            return Output(output ?? File.OpenHandle(OutputPath, FileMode.Create, FileAccess.Write));
        var (readEnd, writeEnd) = Descriptors.MakePipe();
        Taken = new FileStream(readEnd, FileAccess.Read, bufferSize: 0);
        return Output(writeEnd);
    }

    private static async Task<Connection> ConnectAsync(Place place, Action<Stream> keep)
    {
        // Shorter than usual: some peers here never end.
        var options = new ConnectionOptions { CloseTimeout = TimeSpan.FromSeconds(1) };
        if (place == Place.Tls)
        {
            var (ours, peer) = await ConnectionPairs.CreateAsync(Ground.Tls, options);
            keep(peer);
            return ours;
        }
        var (connection, socket) = await ConnectionPairs.CreateWithBarePeerAsync(place.Ground(), options);
        keep(new NetworkStream(socket, ownsSocket: true));
        return connection;
    }

    private static DescriptorStream Input(SafeFileHandle handle) => new(handle, FileAccess.Read, "the input");

    private static DescriptorStream Output(SafeFileHandle handle) => new(handle, FileAccess.Write, "the output");

    private const int Piece = 256 * 1024;
}
