using System.Runtime.InteropServices;

namespace Sockeye.Tool.Platform;

/// <summary>A Unix descriptor as a stream that reports every failed write and whose pending read can be cancelled.</summary>
internal sealed unsafe partial class DescriptorStream(int descriptor, FileAccess access) : Stream
{
    private readonly OwnThread _thread = new($"standard {NameOf(descriptor)}");
    private WakeUp? _wakeUp;

    public override bool CanRead => access == FileAccess.Read;
    public override bool CanWrite => access == FileAccess.Write;
    public override bool CanSeek => false;

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            while (true)
            {
                var count = Unix.Read(descriptor, start, buffer.Length);
                if (count >= 0)
                    return (int)count;
                WaitOrThrow(Unix.PollIn, "read");
            }
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Waits for bytes or for the token, whichever is first; a cancelled read takes nothing.</summary>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<int>(cancellationToken);
        if (IsReadable())
            return new(Read(buffer.Span));
        var wakeUp = _wakeUp ??= new WakeUp();
        return new(_thread.CallAsync(() =>
        {
            using (cancellationToken.UnsafeRegister(static state => ((WakeUp)state!).Signal(), wakeUp))
            {
                wakeUp.WaitReadable(descriptor, cancellationToken);
                return Read(buffer.Span);
            }
        }));
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            for (var done = 0; done < buffer.Length;)
            {
                var count = Unix.Write(descriptor, start + done, buffer.Length - done);
                if (count >= 0)
                    done += (int)count;
                else
                    WaitOrThrow(Unix.PollOut, "write");
            }
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Writes where a reader that is slow holds nobody else up; begun, it cannot be cancelled.</summary>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        new(_thread.CallAsync(() =>
        {
            Write(buffer.Span);
            return buffer.Length;
        }));

    public override void Flush() { }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>After a failed call: goes on if it was interrupted, waits if another process made the descriptor non-blocking.</summary>
    private void WaitOrThrow(short readiness, string what)
    {
        var error = Marshal.GetLastPInvokeError();
        if (error == Unix.Interrupted)
            return;
        if (error != Unix.TryAgain)
            throw new IOException($"cannot {what} standard {NameOf(descriptor)}: {Unix.Describe(error)}", error);
        var poll = new Unix.PollFd { Descriptor = descriptor, Events = readiness };
        Unix.Poll(&poll, 1, -1);
    }

    private bool IsReadable()
    {
        var poll = new Unix.PollFd { Descriptor = descriptor, Events = Unix.PollIn };
        return Unix.Poll(&poll, 1, 0) == 1;
    }

    private static string NameOf(int descriptor) => descriptor switch { 0 => "input", 1 => "output", _ => "error" };

    /// <summary>A pipe to ourselves that ends a wait for input.</summary>
    private sealed class WakeUp
    {
        private readonly int _readEnd;
        private readonly int _writeEnd;

        public WakeUp()
        {
            var ends = stackalloc int[2];
            if (Unix.Pipe(ends) != 0)
                throw new IOException(Unix.Describe(Marshal.GetLastPInvokeError()), Marshal.GetLastPInvokeError());
            (_readEnd, _writeEnd) = (ends[0], ends[1]);
        }

        public void Signal()
        {
            byte any = 1;
            _ = Unix.Write(_writeEnd, &any, 1);
        }

        public void WaitReadable(int descriptor, CancellationToken cancel)
        {
            var polls = stackalloc Unix.PollFd[2];
            polls[0] = new() { Descriptor = descriptor, Events = Unix.PollIn };
            polls[1] = new() { Descriptor = _readEnd, Events = Unix.PollIn };
            while (polls[0].Received == 0)
            {
                // Fails only when a signal came in between: then both are still unset, and it waits again.
                _ = Unix.Poll(polls, 2, -1);
                if (polls[1].Received != 0)
                {
                    byte any;
                    _ = Unix.Read(_readEnd, &any, 1);
                }
                cancel.ThrowIfCancellationRequested();
            }
        }
    }
}
