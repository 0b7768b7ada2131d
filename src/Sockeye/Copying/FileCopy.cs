using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Sockeye.Platform;

namespace Sockeye;

/// <summary>Sends a file by sendfile(2): from where its descriptor stands, or its stream.</summary>
internal sealed class FileCopy : KernelCopy
{
    private readonly SafeFileHandle _file;
    private readonly FileStream? _stream;
    private readonly IKernelSink _sink;
    private readonly KernelCall _send;

    private long _left;

    private FileCopy(SafeFileHandle file, FileStream? stream, IKernelSink sink, long? limit, bool needsThread)
        : base(needsThread)
    {
        (_file, _stream, _sink, _left) = (file, stream, sink, limit ?? long.MaxValue);
        _send = Send;
    }

    /// <summary>Null if the source is no file, or the sink no connection: only a socket is sure to take a file so.</summary>
    public static FileCopy? Of(Stream? from, IKernelSink sink, long? limit)
    {
        if (sink is not Connection)
            return null;
        var needsThread = sink.WaitForRoom != KernelWait.Loop || from is DescriptorStream;
        return from switch
        {
            DescriptorStream { CanRead: true } descriptor when IsRegular(descriptor.Handle) => new(descriptor.Handle, null, sink, limit, needsThread),
            FileStream { CanRead: true, CanSeek: true, IsAsync: false } file when IsRegular(file.SafeFileHandle) => new(file.SafeFileHandle, file, sink, limit, needsThread),
            _ => null,
        };
    }

    private protected override async ValueTask<CopyEnd> CarryAsync(
        ICopyWatch watch, DescriptorWait? wait, CancellationToken reading, CancellationToken writing)
    {
        while (_left > 0)
        {
            reading.ThrowIfCancellationRequested();
            watch.Giving();
            switch (await _sink.GiveAsync(_send, (int)Math.Min(Piece, _left), wait, writing).ConfigureAwait(false))
            {
                case null:
                    return CopyEnd.Refused;
                case 0:
                    return CopyEnd.SourceEnded;
                case { } count:
                    watch.Taken(count);
                    watch.Given(count, left: 0);
                    Telemetry.Moved(count, "sendfile");
                    _left -= count;
                    break;
            }
        }
        return CopyEnd.SourceEnded;
    }

    private KernelMove Send(SafeHandle socket, int most)
    {
        // A FileStream keeps its position itself.
        var offset = _stream?.Position;
        var move = KernelMove.SendFile(socket, _file, ref offset, most);
        if (_stream is not null && move.Count > 0)
            _stream.Position += move.Count;
        return move;
    }

    private static bool IsRegular(SafeFileHandle file) => Statx.Of(file)?.Type == Statx.Regular;

    // What a socket takes at once is less; a piece ends so that it is noticed that bytes move.
    private const int Piece = 1024 * 1024;
}
