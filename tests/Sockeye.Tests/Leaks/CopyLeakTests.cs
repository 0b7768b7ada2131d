using Sockeye.Platform;
using Sockeye.Tests.Sessions;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Leaks;

/// <summary>What copies by the kernel leave behind, however they end: no descriptor, and no byte in a pipe that somebody else gets.</summary>
[Collection(Alone.Name)]
public class CopyLeakTests
{
    public static TheoryData<Place, Place, Means> Spliced => new(Ways.Spliced);

    [Theory(Timeout = HangGuard), MemberData(nameof(Spliced))]
    public async Task However_a_copy_ends_no_descriptor_stays(Place from, Place to, Means means)
    {
        await EndEveryWayAsync(from, to, means);
        var before = Descriptors;
        for (var i = 0; i < 30; i++)
            await EndEveryWayAsync(from, to, means);
        Assert.InRange(Descriptors, 0, before + Few);
    }

    [Fact]
    public void A_pipe_with_bytes_in_it_is_not_kept_for_the_next()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "there are no such pipes elsewhere");
        var (readEnd, writeEnd) = Platform.Descriptors.MakePipe();
        using (readEnd)
        using (var feed = new FileStream(writeEnd, FileAccess.Write, bufferSize: 0))
        {
            var pipe = KernelPipe.TryRent()!;
            pipe.Return();
            Assert.Same(pipe, KernelPipe.TryRent());
            feed.Write("left over"u8);
            Assert.Equal(4, pipe.Fill(readEnd, 4).Count);
            pipe.Return();
            Assert.Throws<ObjectDisposedException>(() => pipe.Drain(writeEnd));
            var next = KernelPipe.TryRent()!;
            Assert.Equal(5, next.Fill(readEnd, 100).Count);
            Assert.Equal(" over"u8.ToArray(), next.ReadAll());
            next.Return();
            Assert.Same(next, KernelPipe.TryRent());
            next.Dispose();
        }
    }

    private static async Task EndEveryWayAsync(Place from, Place to, Means means)
    {
        foreach (var end in (Func<CopyCourse, Task>[])[CancelAsync, BreakSourceAsync, BreakSinkAsync, ThrowAsync])
        {
            var isArmed = false;
            await using var course = await CopyCourse.StartAsync(from, to, means, new() { OnCarried = (_, _) => ThrowIf(Volatile.Read(ref isArmed)) });
            var taking = Record.ExceptionAsync(course.TakeAllAsync);
            await course.FeedUntilAtWorkAsync();
            Volatile.Write(ref isArmed, end == ThrowAsync);
            await end(course);
            await course.EndInTimeAsync();
            await taking;
        }
    }

    private static Task CancelAsync(CopyCourse course) => course.CancelAsync();

    private static Task BreakSourceAsync(CopyCourse course)
    {
        if (course.Feed is FileStream)
            return course.CancelAsync();
        CopyCourse.Reset(course.Feed);
        return Task.CompletedTask;
    }

    /// <summary>With much on its way: it is in a pipe of ours then.</summary>
    private static async Task BreakSinkAsync(CopyCourse course)
    {
        // A pipe stays open when the session has ended: who writes into it would wait for ever.
        if (course.Feed is FileStream)
        {
            await course.CancelAsync();
            return;
        }
        await course.Taken.DisposeAsync();
        while (!course.Outcome.IsCompleted && await Record.ExceptionAsync(() => course.Feed.WriteAsync(new byte[100_000]).AsTask()) is null)
        {
        }
    }

    private static Task ThrowAsync(CopyCourse course) => course.Feed.WriteAsync(new byte[100_000]).AsTask();

    private static void ThrowIf(bool condition)
    {
        if (condition)
            throw new InvalidDataException("from the observer");
    }

    private static int Descriptors => Directory.GetFileSystemEntries("/proc/self/fd").Length;

    private const int HangGuard = 120_000;

    // The runtime, the loops and the pool of pipes open a few of their own until there are enough of them; a leak would be 30 or more.
    private const int Few = 20;
}
