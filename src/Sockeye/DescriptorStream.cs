using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;
using Sockeye.Platform;

namespace Sockeye;

/// <summary>A Unix descriptor as a stream: standard input and output, a pipe, a file where another program has left it.</summary>
/// <remarks>
/// What other streams over a descriptor do not do: it reports every failed write (the Console's streams hide that a reader has
/// gone), a pending read can be cancelled and then takes nothing, and a file's position stays with the descriptor, so
/// that the next program goes on where this one stopped. A wait for bytes holds no thread of the pool up. On Linux a
/// <see cref="Sessions.Session"/> moves bytes between it and a connection without a copy in between. It owns the handle as far as that
/// does. Windows has no such descriptors: there the Console's streams do.
/// </remarks>
/// <example>
/// <code>
/// var handle = new Microsoft.Win32.SafeHandles.SafeFileHandle(1, ownsHandle: false);
/// var output = new DescriptorStream(handle, FileAccess.Write, "standard output");
/// await using var connection = await Connection.ConnectAsync("localhost", "daytime");
/// await connection.CopyToAsync(output);
/// </code>
/// </example>
public sealed unsafe class DescriptorStream : Stream, IKernelSource, IKernelSink
{
    private readonly SafeFileHandle _handle;
    private readonly FileAccess _access;
    private readonly string _name;
    private readonly OwnThread _thread;
    private DescriptorWait? _wait;
    private bool? _isPipe;

    /// <summary>A stream over a descriptor.</summary>
    /// <param name="handle">The descriptor. It is closed with the stream if the handle owns it.</param>
    /// <param name="access">Whether to read or to write; not both.</param>
    /// <param name="name">What errors call it: <c>cannot write NAME: no space left on device</c>.</param>
    /// <exception cref="ArgumentException">Reading and writing were both asked for.</exception>
    /// <exception cref="PlatformNotSupportedException">This is Windows.</exception>
    [UnsupportedOSPlatform("windows")]
    public DescriptorStream(SafeFileHandle handle, FileAccess access, string name)
    {
        ArgumentNullException.ThrowIfNull(handle);
        ArgumentNullException.ThrowIfNull(name);
        if (OperatingSystem.IsWindows())
            throw new PlatformNotSupportedException("Windows has no Unix descriptors");
        if (access is not (FileAccess.Read or FileAccess.Write))
            throw new ArgumentException("a descriptor's stream reads or writes", nameof(access));
        (_handle, _access, _name, _thread) = (handle, access, name, new(name));
    }

    /// <summary>The descriptor.</summary>
    public SafeFileHandle Handle => _handle;

    /// <inheritdoc/>
    public override bool CanRead => _access == FileAccess.Read;

    /// <inheritdoc/>
    public override bool CanWrite => _access == FileAccess.Write;

    /// <summary>False: a file's position is the descriptor's, which others may share.</summary>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <summary>Reads what is there, waiting for at least one byte.</summary>
    /// <param name="buffer">Where to put it.</param>
    /// <returns>How many bytes; 0 at the end.</returns>
    /// <exception cref="IOException">The system does not give them; its number is the HResult.</exception>
    public override int Read(Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            while (true)
            {
                var count = Descriptors.Read(_handle, start, buffer.Length);
                if (count >= 0)
                    return (int)count;
                WaitOrThrow(Descriptors.Readable, "read");
            }
        }
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>As <see cref="Read(Span{byte})"/>; waits for bytes or for the token, whichever is first. A cancelled read takes nothing.</summary>
    /// <param name="buffer">Where to put the bytes.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How many bytes; 0 at the end.</returns>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<int>(cancellationToken);
        if (Descriptors.IsReady(_handle, Descriptors.Readable))
            return new(Read(buffer.Span));
        var wait = _wait ??= new DescriptorWait();
        return new(_thread.CallAsync(() =>
        {
            wait.ForReading(_handle, cancellationToken);
            return Read(buffer.Span);
        }));
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <summary>Writes all of the bytes.</summary>
    /// <param name="buffer">The bytes.</param>
    /// <exception cref="IOException">The system does not take them (nobody reads, the disk is full); its number is the HResult.</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            for (var done = 0; done < buffer.Length;)
            {
                var count = Descriptors.Write(_handle, start + done, buffer.Length - done);
                if (count >= 0)
                    done += (int)count;
                else
                    WaitOrThrow(Descriptors.Writable, "write");
            }
        }
    }

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>As <see cref="Write(ReadOnlySpan{byte})"/>, where a reader that is slow holds nobody else up; begun, it cannot be cancelled.</summary>
    /// <param name="buffer">The bytes.</param>
    /// <param name="cancellationToken">Not used.</param>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // What several write at once is written whole, one after the other.
        lock (_thread)
        {
            var rest = buffer.Length <= MostAtOnce && _thread.IsIdle ? WriteAtOnce(buffer) : buffer;
            return rest.IsEmpty ? default : new(_thread.CallAsync(() =>
            {
                Write(rest.Span);
                return rest.Length;
            }));
        }
    }

    /// <summary>Does nothing: nothing is held back.</summary>
    public override void Flush() { }

    /// <inheritdoc cref="Flush"/>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Not supported.</summary>
    public override long Length => throw new NotSupportedException();

    /// <summary>Not supported.</summary>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Not supported.</summary>
    /// <param name="offset">Not used.</param>
    /// <param name="origin">Not used.</param>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <summary>Not supported.</summary>
    /// <param name="value">Not used.</param>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>Closes the descriptor if the handle owns it.</summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _handle.Dispose();
            _wait?.Dispose();
        }
        base.Dispose(disposing);
    }

    // A socket that another program has given us may block where nothing can wake it up.
    KernelWait IKernelSource.WaitForBytes => CanRead && Statx.Of(_handle)?.Type == Statx.Pipe ? KernelWait.OwnThread : KernelWait.None;

    // A terminal may take nothing for as long as a person likes, and nothing could end a call that waits there in the kernel.
    KernelWait IKernelSink.WaitForRoom => CanWrite && Statx.Of(_handle) is { Type: Statx.Pipe or Statx.Regular } or { IsNullDevice: true }
        ? KernelWait.OwnThread
        : KernelWait.None;

    ValueTask<int?> IKernelSource.TakeAsync(KernelCall call, int most, DescriptorWait? wait, CancellationToken cancel) =>
        new(Move(call, most, wait!.ForReading, cancel));

    ValueTask<int?> IKernelSink.GiveAsync(KernelCall call, int most, DescriptorWait? wait, CancellationToken cancel) =>
        new(Move(call, most, wait!.ForWriting, cancel));

    /// <summary>Whatever fails is refused: a read or write then says what is wrong.</summary>
    private int? Move(KernelCall call, int most, Action<SafeHandle, CancellationToken> wait, CancellationToken cancel)
    {
        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            var move = call(_handle, most);
            if (!move.HasToWait)
                return move.Count < 0 ? null : move.Count;
            wait(_handle, cancel);
        }
    }

    /// <summary>Writes what a pipe has room for, so that no thread has to be begun, or changed to. Returns the rest.</summary>
    private ReadOnlyMemory<byte> WriteAtOnce(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty && TakesOnePiece())
        {
            var piece = Math.Min(bytes.Length, PipeBuffer);
            Write(bytes.Span[..piece]);
            bytes = bytes[piece..];
        }
        return bytes;
    }

    /// <summary>A pipe that can be written to has room for one piece, whole.</summary>
    private bool TakesOnePiece()
    {
        _isPipe ??= OperatingSystem.IsLinux() && Statx.Of(_handle)?.Type == Statx.Pipe;
        return _isPipe.Value && Descriptors.IsReady(_handle, Descriptors.Writable);
    }

    /// <summary>After a failed call: goes on if it was interrupted, waits if another process made the descriptor non-blocking.</summary>
    private void WaitOrThrow(short readiness, string what)
    {
        var error = Marshal.GetLastPInvokeError();
        if (error == Descriptors.Interrupted)
            return;
        if (error != Descriptors.TryAgain)
            throw new IOException($"cannot {what} {_name}: {Descriptors.Describe(error)}", error);
        Descriptors.Wait(_handle, readiness, wakeUp: null);
    }

    private const int PipeBuffer = 4096;    // PIPE_BUF
    private const int MostAtOnce = 16 * 1024;
}
