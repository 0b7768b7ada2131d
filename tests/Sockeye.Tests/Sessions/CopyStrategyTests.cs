using System.Text;
using Sockeye.Sessions;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Sessions;

/// <summary>Whatever moves the bytes, the same ones arrive, and the same is told of them.</summary>
public sealed class CopyStrategyTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public static TheoryData<Place, Place, Means> All => Ways.Where((_, _) => true);

    public static TheoryData<Place, Place, Means> FromFile => Ways.Where((from, _) => from == Place.File);

    public static TheoryData<Place, Place, Means> ToSocket => Ways.Where((_, to) => to.IsSocket());

    public static TheoryData<Place, Place, Means> Live => Ways.Where((from, _) => from != Place.File);

    public void Dispose() => _scratch.Dispose();

    [Theory(Timeout = HangGuard), MemberData(nameof(All))]
    public async Task All_of_it_arrives(Place from, Place to, Means means)
    {
        var content = Payload.Create(6_000_001);
        await using var course = await CopyCourse.StartAsync(from, to, means, file: FileOf(content));
        var feeding = FeedAllAsync(course, content);
        Assert.Equal(Payload.Sha256(content), await course.TakeAllAsync());
        await feeding;
        var outcome = await course.Outcome;
        Assert.Equal((SessionEnding.BothEnded, null), (outcome.Ending, outcome.Error));
        Assert.Equal((content.Length, content.Length, 0), (course.CountOf(outcome), course.Carried, outcome.BytesUnsent));
        course.AssertMeansAtWork();
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(ToSocket))]
    public async Task The_end_follows_the_last_byte_and_the_answer_is_still_read(Place from, Place to, Means means)
    {
        var content = Payload.Create(3_000_000);
        var ended = new List<SessionDirection>();
        await using var course = await CopyCourse.StartAsync(from, to, means, new() { OnEnded = ended.Add }, FileOf(content));
        var feeding = FeedAllAsync(course, content);
        var received = new MemoryStream();
        await course.Taken.CopyToAsync(received);
        Assert.Equal(content, received.ToArray());
        Assert.Equal([SessionDirection.Sent], ended);
        await course.Taken.WriteAsync("answer"u8.ToArray());
        await course.Taken.DisposeAsync();
        await feeding;
        var outcome = await course.Outcome;
        Assert.Equal((SessionEnding.BothEnded, 6), (outcome.Ending, outcome.BytesReceived));
        Assert.True(outcome.LocalEnded <= outcome.PeerEnded);
        course.AssertMeansAtWork();
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(ToSocket))]
    public async Task A_peer_that_has_ended_its_side_still_gets_all(Place from, Place to, Means means)
    {
        var content = Payload.Create(3_000_000);
        await using var course = await CopyCourse.StartAsync(from, to, means, new() { PeerEndedWait = Timeout.InfiniteTimeSpan }, FileOf(content));
        await course.EndTakenAsync();
        var feeding = FeedAllAsync(course, content);
        Assert.Equal(Payload.Sha256(content), await course.TakeAllAsync());
        await feeding;
        Assert.Equal(SessionEnding.BothEnded, (await course.Outcome).Ending);
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Live))]
    public async Task What_thins_out_goes_through_a_buffer_until_much_comes_again(Place from, Place to, Means means)
    {
        await using var course = await CopyCourse.StartAsync(from, to, means);
        var taking = course.TakeAllAsync();
        var sent = new MemoryStream();
        sent.Write(new byte[await course.FeedUntilAtWorkAsync()]);
        for (var i = 0; i < 40; i++)
            await FeedAsync(Encoding.UTF8.GetBytes($"message {i}\n"));
        var moved = course.Moved.Count;
        await FeedAsync("none of this by the kernel\n"u8.ToArray());
        Assert.Equal(moved, course.Moved.Count);
        while (means != Means.Buffer && course.Moved.Count == moved)
            await FeedAsync(Payload.Create(256 * 1024));
        await course.EndFeedAsync();
        Assert.Equal(Payload.Sha256(sent.ToArray()), await taking);
        Assert.Equal(SessionEnding.BothEnded, (await course.Outcome).Ending);
        course.AssertMeansAtWork();

        async Task FeedAsync(byte[] bytes)
        {
            sent.Write(bytes);
            await course.FeedAsync(bytes);
        }
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(FromFile))]
    public async Task Holes_arrive_as_zeros(Place from, Place to, Means means)
    {
        var path = _scratch.File("sparse");
        await using (var sparse = File.Create(path))
        {
            sparse.SetLength(5_000_000);
            sparse.Position = 1_234_567;
            sparse.Write("an island"u8);
        }
        await using var course = await CopyCourse.StartAsync(from, to, means, file: path);
        Assert.Equal(Payload.Sha256(await File.ReadAllBytesAsync(path)), await course.TakeAllAsync());
        course.AssertMeansAtWork();
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(FromFile))]
    public async Task A_file_is_sent_as_it_is_when_its_turn_comes(Place from, Place to, Means means)
    {
        // Far more than systems hold for a peer that does not read.
        const int Whole = 48_000_000, Cut = 40_000_000, Before = 1_000_000;
        foreach (var (length, tail) in new[] { (Cut, ""), (Whole, "it has grown") })
        {
            var path = _scratch.File("changing");
            using var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite);
            RandomAccess.SetLength(file, Whole);
            await using var course = await CopyCourse.StartAsync(from, to, means, file: path);
            await course.Taken.ReadExactlyAsync(new byte[Before]);
            RandomAccess.SetLength(file, length);
            RandomAccess.Write(file, Encoding.UTF8.GetBytes(tail), length);
            Assert.Equal(Payload.Sha256([.. new byte[length - Before], .. Encoding.UTF8.GetBytes(tail)]), await course.TakeAllAsync());
            Assert.Equal(length + tail.Length, (await course.Outcome).BytesSent);
            course.AssertMeansAtWork();
        }
    }

    [Theory(Timeout = HangGuard)]
    [InlineData(Place.Tcp)]
    [InlineData(Place.TcpOnLoop)]
    public async Task A_file_that_is_only_appended_to_goes_through_a_buffer(Place from)
    {
        var (before, content) = ("before\n"u8.ToArray(), Payload.Create(3_000_000));
        var path = FileOf(before);
        await using var course = await CopyCourse.StartAsync(from, Place.File, Means.Splice, output: AppendOnly.Open(path));
        var feeding = FeedAllAsync(course, content);
        Assert.Equal(content.Length, (await course.Outcome).BytesReceived);
        await feeding;
        Assert.Equal((byte[])[.. before, .. content], await File.ReadAllBytesAsync(path));
        Assert.Equal(0, course.Moved.Count);
    }

    [Fact(Timeout = HangGuard)]
    public async Task To_the_null_device_the_kernel_moves_it_and_to_another_one_it_does_not()
    {
        var content = Payload.Create(3_000_000);
        foreach (var (device, isMoved) in new[] { ("/dev/null", true), ("/dev/zero", false) })
        {
            var output = File.OpenHandle(device, FileMode.Open, FileAccess.Write);
            await using var course = await CopyCourse.StartAsync(Place.TcpOnLoop, Place.File, Means.Splice, output: output);
            await FeedAllAsync(course, content);
            Assert.Equal(content.Length, (await course.Outcome).BytesReceived);
            Assert.Equal(isMoved, course.Moved.Count > 0);
        }
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_socket_as_output_goes_through_a_buffer()
    {
        var content = Payload.Create(3_000_000);
        var (output, reader) = await ConnectionPairs.CreateWithBarePeerAsync(Ground.Unix);
        await using var closing = output;
        using var socket = reader;
        var handle = new Microsoft.Win32.SafeHandles.SafeFileHandle(socket.Handle, ownsHandle: false);
        await using var course = await CopyCourse.StartAsync(Place.TcpOnLoop, Place.File, Means.Splice, output: handle);
        var feeding = FeedAllAsync(course, content);
        var received = new byte[content.Length];
        await output.ReadExactlyAsync(received);
        Assert.Equal(content, received);
        await feeding;
        Assert.Equal(content.Length, (await course.Outcome).BytesReceived);
        Assert.Equal(0, course.Moved.Count);
    }

    public static TheoryData<string> Seeing => new(Rules.Keys);

    private static readonly Dictionary<string, SessionOptions> Rules = new(StringComparer.Ordinal)
    {
        ["an observer"] = new() { OnChunk = _ => { } },
        ["line ends"] = new() { Crlf = true },
        ["a rate"] = new() { BytesPerSecond = 1_000_000_000 },
        ["a delay"] = new() { SendDelay = TimeSpan.FromTicks(1) },
    };

    [Theory(Timeout = HangGuard), MemberData(nameof(Seeing))]
    public async Task Who_has_to_see_the_bytes_sees_all_of_them(string what)
    {
        var content = new byte[3_000_000];
        await using var course = await CopyCourse.StartAsync(Place.Pipe, Place.TcpOnLoop, Means.Splice, Rules[what]);
        var feeding = FeedAllAsync(course, content);
        var taking = course.TakeAllAsync();
        var outcome = await course.EndInTimeAsync();
        Assert.Equal(Payload.Sha256(content), await taking);
        await feeding;
        Assert.Equal((SessionEnding.BothEnded, content.Length), (outcome.Ending, outcome.BytesSent));
        Assert.Equal(0, course.Moved.Count);
    }

    private string FileOf(byte[] content)
    {
        var path = _scratch.File("input");
        File.WriteAllBytes(path, content);
        return path;
    }

    private static async Task FeedAllAsync(CopyCourse course, byte[] content)
    {
        if (course.Feed == Stream.Null)
            return;
        await course.Feed.WriteAsync(content);
        await course.EndFeedAsync();
    }

    private const int HangGuard = 60_000;
}
