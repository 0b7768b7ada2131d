using System.Net.Sockets;
using Sockeye.Sessions;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Sessions;

/// <summary>What breaks, breaks alike: whatever moves the bytes, the same error tells it.</summary>
public sealed class CopyFailureTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public static TheoryData<Place, Place, Means> FromTcp => Ways.Where((from, _) => from.IsTcp());

    public static TheoryData<Place, Place, Means> ToTcp => Ways.Where((_, to) => to.IsTcp());

    public static TheoryData<Place, Place, Means> ToPlainSocket => Ways.Where((_, to) => to.IsSocket() && to != Place.Tls);

    public static TheoryData<Place, Place, Means> ToPipe => Ways.Where((_, to) => to == Place.Pipe);

    public static TheoryData<Place, Place, Means> Live => Ways.Where((from, _) => from != Place.File);

    public void Dispose() => _scratch.Dispose();

    [Theory(Timeout = HangGuard), MemberData(nameof(FromTcp))]
    public async Task A_reset_of_the_source_is_a_failed_read(Place from, Place to, Means means)
    {
        await using var course = await CopyCourse.StartAsync(from, to, means);
        var taking = course.TakeAllAsync();
        await course.FeedUntilAtWorkAsync();
        CopyCourse.Reset(course.Feed);
        var outcome = await course.EndInTimeAsync();
        var error = AssertFailed(NetErrorKind.Reset, outcome);
        Assert.Equal(NetOperation.Read, error.Operation);
        Assert.Equal($"reset by the peer {course.AmountsOf(outcome)})", error.Reason);
        Assert.Equal((course.Carried, 0), (course.CountOf(outcome), outcome.BytesUnsent));
        course.AssertMeansAtWork();
        // A relay's other peer has to see that it is no good end.
        Assert.Equal(to.IsTcp(), await Record.ExceptionAsync(() => taking) is IOException);
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(ToTcp))]
    public async Task A_reset_of_the_sink_fails_the_session(Place from, Place to, Means means)
    {
        await using var course = await StartFloodedAsync(from, to, means);
        CopyCourse.Reset(course.Taken);
        var outcome = await course.EndInTimeAsync();
        AssertFailed(NetErrorKind.Reset, outcome);
        AssertCounts(course, means, outcome);
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(ToPlainSocket))]
    public async Task A_sink_that_closes_early_fails_the_session(Place from, Place to, Means means)
    {
        await using var course = await StartFloodedAsync(from, to, means);
        await course.Taken.ReadExactlyAsync(new byte[100_000]);
        await course.Taken.DisposeAsync();
        var outcome = await course.EndInTimeAsync();
        Assert.Equal(NetBlame.Broken, AssertFailed(null, outcome).Blame);
        // Not how much was left: what the sink took may have made room for all that was in hand just then.
        Assert.Equal(course.Carried, outcome.BytesSent);
        course.AssertMeansAtWork();
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(ToPipe))]
    public async Task A_reader_that_has_gone_ends_the_session_quietly(Place from, Place to, Means means)
    {
        await using var course = await StartFloodedAsync(from, to, means);
        await course.Taken.ReadExactlyAsync(new byte[100_000]);
        await course.Taken.DisposeAsync();
        var outcome = await course.EndInTimeAsync();
        Assert.Equal((SessionEnding.OutputClosed, null), (outcome.Ending, outcome.Error));
        Assert.Equal(course.Carried, outcome.BytesReceived);
        course.AssertMeansAtWork();
    }

    /// <summary>TCP's urgent byte is no part of the stream, and the kernel's own calls do not get past it.</summary>
    [Theory(Timeout = HangGuard), MemberData(nameof(FromTcp))]
    public async Task Urgent_data_is_left_out_and_stops_nothing(Place from, Place to, Means means)
    {
        await using var course = await CopyCourse.StartAsync(from, to, means);
        var taking = course.TakeAllAsync();
        var content = new byte[await course.FeedUntilAtWorkAsync()];
        ((NetworkStream)course.Feed).Socket.Send("!"u8, SocketFlags.OutOfBand);
        var rest = Payload.Create(1_000_000);
        await course.FeedAsync(rest);
        await course.EndFeedAsync();
        Assert.Equal(Payload.Sha256([.. content, .. rest]), await taking);
        Assert.Equal(SessionEnding.BothEnded, (await course.Outcome).Ending);
        course.AssertMeansAtWork();
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Live))]
    public async Task An_observer_that_throws_fails_the_session_with_its_error(Place from, Place to, Means means)
    {
        var (wrong, isArmed) = (new InvalidDataException("from the observer"), false);
        await using var course = await CopyCourse.StartAsync(from, to, means, new()
        {
            OnCarried = (_, _) =>
            {
                if (Volatile.Read(ref isArmed))
                    throw wrong;
            },
        });
        var taking = Record.ExceptionAsync(course.TakeAllAsync);
        await course.FeedUntilAtWorkAsync();
        Volatile.Write(ref isArmed, true);
        await course.FeedAsync(new byte[1]);
        var outcome = await course.EndInTimeAsync();
        Assert.Equal((SessionEnding.Failed, wrong), (outcome.Ending, outcome.Error));
        course.AssertMeansAtWork();
        await taking;
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_device_without_end_is_read_until_the_peer_goes()
    {
        await using var course = await CopyCourse.StartAsync(Place.File, Place.TcpOnLoop, Means.SendFile, file: "/dev/zero");
        await course.Taken.ReadExactlyAsync(new byte[1_000_000]);
        await course.Taken.DisposeAsync();
        Assert.Equal(NetBlame.Broken, AssertFailed(null, await course.EndInTimeAsync()).Blame);
        Assert.Equal(0, course.Moved.Count);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_full_device_is_said()
    {
        var output = File.OpenHandle("/dev/full", FileMode.Open, FileAccess.Write);
        await using var course = await CopyCourse.StartAsync(Place.TcpOnLoop, Place.File, Means.Splice, output: output);
        await course.Feed.WriteAsync(new byte[1]);
        var outcome = await course.EndInTimeAsync();
        Assert.Equal("cannot write the output: no space left on device", Assert.IsType<IOException>(outcome.Error).Message);
        Assert.Equal((SessionEnding.Failed, 0), (outcome.Ending, course.Moved.Count));
    }

    private async Task<CopyCourse> StartFloodedAsync(Place from, Place to, Means means)
    {
        var path = _scratch.File("endless");
        await using (var endless = File.Create(path))
            endless.SetLength(100_000_000);
        var course = await CopyCourse.StartAsync(from, to, means, file: path);
        await course.FloodAsync();
        return course;
    }

    private static NetException AssertFailed(NetErrorKind? kind, SessionOutcome outcome)
    {
        Assert.Equal(SessionEnding.Failed, outcome.Ending);
        var error = Assert.IsType<NetException>(outcome.Error);
        Assert.Equal(kind ?? error.Kind, error.Kind);
        return error;
    }

    /// <summary>Of a file nothing is taken that has not gone.</summary>
    private static void AssertCounts(CopyCourse course, Means means, SessionOutcome outcome)
    {
        Assert.Equal(course.Carried, outcome.BytesSent);
        Assert.Equal(means != Means.SendFile, outcome.BytesUnsent > 0);
        course.AssertMeansAtWork();
    }

    private const int HangGuard = 60_000;
}
