namespace Sockeye;

/// <summary>
/// Has the kernel move bytes from here to there, without a copy of them in this process: a file into a socket by
/// sendfile(2), everything else through a pipe by splice(2). Whoever carries bytes begins with a buffer, and comes here once much is on
/// its way: for small messages a buffer is cheaper.
/// </summary>
/// <remarks>Limits, errors, counts and ends are those of the two ends, which are asked in turn as for a read and a write. Where the
/// kernel cannot do it, or something local fails, the copy ends as refused, and who goes on with a buffer meets the error itself.</remarks>
internal abstract class KernelCopy
{
    private readonly bool _needsThread;
    private int _smallInARow;

    private protected KernelCopy(bool needsThread) => _needsThread = needsThread;

    /// <summary>Bytes that were taken and that the sink cannot be given so.</summary>
    public byte[] Left { get; protected set; } = [];

    /// <summary>The way for these two; null where bytes have to go through a buffer.</summary>
    /// <param name="from">Where bytes come from.</param>
    /// <param name="to">Where they go.</param>
    /// <param name="limit">How many at most; null for all.</param>
    public static KernelCopy? Between(Stream? from, Stream? to, long? limit = null)
    {
        if (!OperatingSystem.IsLinux() || to is not IKernelSink sink || sink.WaitForRoom == KernelWait.None)
            return null;
        if (FileCopy.Of(from, sink, limit) is { } ofFile)
            return ofFile;
        // Of sources, only a file has to be told where to stop.
        return limit is null && from is IKernelSource source && NeedsThread(source.WaitForBytes, sink.WaitForRoom) is { } needsThread
            ? new SpliceCopy(source, sink, needsThread)
            : null;
    }

    /// <summary>Carries on until the source ends, little comes any more, or the kernel refuses.</summary>
    /// <param name="watch">Is told of it.</param>
    /// <param name="reading">Cancelled when no more is to be taken; what was taken is still given.</param>
    /// <param name="writing">Cancelled when that is to be given up, too.</param>
    public async Task<CopyEnd> RunAsync(ICopyWatch watch, CancellationToken reading, CancellationToken writing)
    {
        if (!_needsThread)
            return await CarryAsync(watch, null, reading, writing).ConfigureAwait(false);
        // All of it waits in the kernel: as blocking calls one flow costs two thirds of what it costs with await.
        return await Task.Factory.StartNew(
            () => CarryBlocking(watch, reading, writing), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
    }

    private CopyEnd CarryBlocking(ICopyWatch watch, CancellationToken reading, CancellationToken writing)
    {
        DescriptorWait wait;
        try
        {
            wait = new(watch.Waiting, WaitsForMuch);
        }
        catch (IOException)
        {
            return CopyEnd.Refused;    // no descriptors left
        }
        using (wait)
            return CarryAsync(watch, wait, reading, writing).AsTask().GetAwaiter().GetResult();
    }

    private protected abstract ValueTask<CopyEnd> CarryAsync(
        ICopyWatch watch, DescriptorWait? wait, CancellationToken reading, CancellationToken writing);

    /// <summary>Whether its thread waits for much of a bulk flow.</summary>
    private protected virtual bool WaitsForMuch => false;

    /// <summary>Whether so little comes at a time that a buffer serves better.</summary>
    private protected bool HasThinned => _smallInARow >= MostSmallInARow;

    /// <summary>Tells everybody what was taken.</summary>
    private protected void NoteTaken(int count, ICopyWatch watch, DescriptorWait? wait)
    {
        watch.Taken(count);
        wait?.NoteRead(count);
        _smallInARow = count < Small ? _smallInARow + 1 : 0;
    }

    /// <summary>Null where the two cannot wait in one way.</summary>
    private protected static bool? NeedsThread(KernelWait source, KernelWait sink) => (source, sink) switch
    {
        (KernelWait.None, _) or (_, KernelWait.None) => null,
        (KernelWait.OwnThread, _) or (_, KernelWait.OwnThread) => true,
        (KernelWait.Loop, KernelWait.Loop) => false,
        _ => null,
    };

    // Moving pages costs a few microseconds more than copying so little.
    private const int Small = 4 * 1024;
    private const int MostSmallInARow = 16;
}

/// <summary>Why a copy by the kernel has come to an end.</summary>
internal enum CopyEnd
{
    /// <summary>Nothing more comes.</summary>
    SourceEnded,

    /// <summary>So little comes at a time that a buffer serves better.</summary>
    Thinned,

    /// <summary>The kernel cannot do it between these two.</summary>
    Refused,
}

/// <summary>Is told how a copy gets on.</summary>
internal interface ICopyWatch
{
    /// <summary>The source is silent.</summary>
    void Waiting();

    /// <summary>Bytes were taken from the source.</summary>
    void Taken(int count);

    /// <summary>The sink is about to be given bytes: from now on, it is at fault.</summary>
    void Giving();

    /// <summary>Bytes were given to the sink.</summary>
    /// <param name="count">How many.</param>
    /// <param name="left">How many of those taken are still to be given.</param>
    void Given(int count, int left);
}
