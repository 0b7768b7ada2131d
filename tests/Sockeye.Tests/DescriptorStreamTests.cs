using System.IO.Pipes;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;
using Sockeye.Tests.Support;
using Sockeye.Tool;
using Xunit;

namespace Sockeye.Tests;

[UnsupportedOSPlatform("windows")]
public class DescriptorStreamTests
{
    [Fact(Timeout = 30_000)]
    public async Task Bytes_pass_and_the_end_is_seen()
    {
        var (ours, theirs) = CreatePipe();
        using (ours)
        using (theirs)
        {
            await Output(theirs).WriteAsync("hello"u8.ToArray());
            theirs.Dispose();
            var input = Input(ours);
            var buffer = new byte[10];
            Assert.Equal(5, await input.ReadAsync(buffer));
            Assert.Equal(0, await input.ReadAsync(buffer));
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task A_cancelled_read_takes_nothing_from_the_next()
    {
        var (ours, theirs) = CreatePipe();
        using (ours)
        using (theirs)
        {
            var input = Input(ours);
            var buffer = new byte[10];
            for (var round = 0; round < 3; round++)
            {
                using var cancel = new CancellationTokenSource();
                var pending = input.ReadAsync(buffer, cancel.Token);
                await cancel.CancelAsync();
                await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await pending);
            }
            using var later = new CancellationTokenSource();
            var read = input.ReadAsync(buffer, later.Token);
            theirs.Write("kept"u8);
            Assert.Equal(4, await read);
        }
    }

    [Fact]
    public void Writing_to_a_reader_that_has_gone_is_told()
    {
        var (ours, theirs) = CreatePipe();
        using (theirs)
        {
            ours.Dispose();
            var error = Assert.Throws<IOException>(() => Output(theirs).Write("lost"u8));
            Assert.True(ExitCodes.OutputIsClosed(error));
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task A_pipe_without_room_holds_up_nobody_and_keeps_the_order()
    {
        var (ours, theirs) = CreatePipe();
        using (ours)
        using (theirs)
        {
            var output = Output(theirs);
            var much = output.WriteAsync(new byte[MoreThanAPipeHolds]);
            Assert.False(much.IsCompleted);
            ours.ReadExactly(new byte[MoreThanAPipeHolds / 2]);
            var last = output.WriteAsync("."u8.ToArray());
            var left = new byte[MoreThanAPipeHolds / 2 + 1];
            ours.ReadExactly(left);
            await much;
            await last;
            Assert.Equal((byte)'.', left[^1]);
        }
    }

    [Theory(Timeout = 30_000), InlineData(1), InlineData(4096), InlineData(4097), InlineData(16 * 1024)]
    public void A_pipe_with_room_takes_little_at_once(int count)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only there pipes are known");
        var (ours, theirs) = CreatePipe();
        using (ours)
        using (theirs)
        {
            var bytes = Payload.Create(count);
            Assert.True(Output(theirs).WriteAsync(bytes).IsCompletedSuccessfully);
            var taken = new byte[count + 1];
            Assert.Equal(count, ours.ReadAtLeast(taken, count));
            Assert.Equal(bytes, taken[..count]);
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task What_a_pipe_has_no_room_for_follows_what_it_took_at_once()
    {
        var (ours, theirs) = CreatePipe();
        using (ours)
        using (theirs)
        {
            var output = Output(theirs);
            var bytes = Payload.Create(1024 * 1024);
            var sent = 0;
            var writing = ValueTask.CompletedTask;
            for (; writing.IsCompleted && sent < bytes.Length; sent += 10_000)
                writing = output.WriteAsync(bytes.AsMemory(sent, Math.Min(10_000, bytes.Length - sent)));
            Assert.False(writing.IsCompleted);
            var taken = new byte[sent];
            await ours.ReadExactlyAsync(taken);
            await writing;
            Assert.Equal(bytes[..sent], taken);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task What_several_write_at_once_comes_whole()
    {
        var (ours, theirs) = CreatePipe();
        using (ours)
        using (theirs)
        {
            var output = Output(theirs);
            var writing = Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
            {
                var message = Enumerable.Repeat((byte)writer, MessageSize).ToArray();
                for (var i = 0; i < Messages; i++)
                    await output.WriteAsync(message);
            })));
            for (var i = 0; i < Writers * Messages; i++)
            {
                var message = new byte[MessageSize];
                await ours.ReadExactlyAsync(message);
                Assert.DoesNotContain(message, part => part != message[0]);
            }
            await writing;
        }
    }

    private const int Writers = 4;
    private const int Messages = 300;
    private const int MessageSize = 3 * 4096;
    private const int MoreThanAPipeHolds = 4 * 1024 * 1024;

    private static (AnonymousPipeServerStream Reader, AnonymousPipeClientStream Writer) CreatePipe()
    {
        var reader = new AnonymousPipeServerStream(PipeDirection.In);
        return (reader, new AnonymousPipeClientStream(PipeDirection.Out, reader.ClientSafePipeHandle));
    }

    private static DescriptorStream Input(PipeStream pipe) => new(Descriptor(pipe), FileAccess.Read, "the pipe");

    private static DescriptorStream Output(PipeStream pipe) => new(Descriptor(pipe), FileAccess.Write, "the pipe");

    private static SafeFileHandle Descriptor(PipeStream pipe) => new(pipe.SafePipeHandle.DangerousGetHandle(), ownsHandle: false);
}
