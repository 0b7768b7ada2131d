using System.Text;
using Sockeye.Sessions;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Sessions;

/// <summary>A program at one end of a session, real ones throughout.</summary>
public sealed class ProcessEndTests
{
    [Theory(Timeout = HangGuard)]
    [MemberData(nameof(Grounds))]
    public async Task It_hears_the_peer_to_its_end_and_may_answer_late(Ground ground)
    {
        await using var conversation = await Conversation.StartAsync("sort; sleep 1.2; echo done", ground);
        await conversation.Peer.Lines.WriteAsync("b\na\n", Cancel);
        await conversation.Peer.CloseWriteAsync(Cancel);
        Assert.Equal("a\nb\ndone\n", await ReadToEndAsync(conversation.Peer));
        var outcome = await conversation.Outcome;
        Assert.Equal((SessionEnding.BothEnded, null, 9, 4), (outcome.Ending, outcome.Error, outcome.BytesSent, outcome.BytesReceived));
        Assert.Equal(0, conversation.Program.ExitCode);
    }

    [Fact(Timeout = HangGuard)]
    public async Task When_it_ends_so_does_the_conversation_with_all_that_it_said()
    {
        await using var conversation = await Conversation.StartAsync("head -c 3000000 /dev/zero; exit 7");
        Assert.Equal(3_000_000, (await ReadToEndAsync(conversation.Peer)).Length);
        Assert.Equal(SessionEnding.LocalEnded, (await conversation.Outcome).Ending);
        Assert.Equal(7, conversation.Program.ExitCode);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Its_end_of_output_is_the_peers_end_while_it_reads_on()
    {
        using var scratch = new Scratch();
        await using var conversation = await Conversation.StartAsync($"echo ready; exec >&-; cat > {scratch.File("heard")}");
        Assert.Equal("ready\n", await ReadToEndAsync(conversation.Peer));
        await conversation.Peer.Lines.WriteAsync("all of it", Cancel);
        await conversation.Peer.CloseAsync(Cancel);
        Assert.Equal(SessionEnding.BothEnded, (await conversation.Outcome).Ending);
        Assert.Equal((0, "all of it"), (conversation.Program.ExitCode, await File.ReadAllTextAsync(scratch.File("heard"), Cancel)));
    }

    [Fact(Timeout = HangGuard)]
    public async Task Input_that_it_does_not_want_is_dropped_and_its_answer_arrives()
    {
        await using var conversation = await Conversation.StartAsync("read line; exec <&-; sleep 0.3; echo \"you said $line\"");
        await conversation.Peer.Lines.WriteAsync("hello\n", Cancel);
        await conversation.Peer.WriteAsync(new byte[4_000_000], Cancel);
        Assert.Equal("you said hello\n", await ReadToEndAsync(conversation.Peer));
        var outcome = await conversation.Outcome;
        Assert.Equal((SessionEnding.LocalEnded, null), (outcome.Ending, outcome.Error));
    }

    [Fact(Timeout = HangGuard)]
    public async Task One_that_never_reads_holds_its_peer_up_until_a_limit_passes_and_is_killed()
    {
        await using var conversation = await Conversation.StartAsync("echo here; exec sleep 1000", options: new() { IdleTimeout = TimeSpan.FromMilliseconds(300) });
        Assert.Equal("here", await conversation.Peer.Lines.ReadLineAsync(Cancel));
        var writing = conversation.Peer.WriteAsync(new byte[50_000_000], Cancel).AsTask();
        var outcome = await conversation.Outcome;
        Assert.Equal(NetErrorKind.TimedOut, Assert.IsType<NetException>(outcome.Error).Kind);
        await Assert.ThrowsAsync<NetException>(() => writing);
        Assert.Equal(128 + 9, conversation.Program.ExitCode);
    }

    [Fact(Timeout = HangGuard)]
    public async Task When_the_peer_breaks_off_it_is_killed_with_all_that_it_started()
    {
        await using var conversation = await Conversation.StartAsync("sleep 1000 & echo $!; cat > /dev/null");
        var grandchild = int.Parse((await conversation.Peer.Lines.ReadLineAsync(Cancel))!);
        conversation.Peer.Abort();
        Assert.Equal(NetErrorKind.Reset, Assert.IsType<NetException>((await conversation.Outcome).Error).Kind);
        Assert.Equal(128 + 9, conversation.Program.ExitCode);
        await GoneAsync(grandchild);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Cancelled_while_it_works_on_after_the_conversation_it_is_killed()
    {
        using var cancel = new CancellationTokenSource();
        await using var conversation = await Conversation.StartAsync("exec >&-; cat > /dev/null; exec sleep 1000", cancel: cancel.Token);
        await conversation.Peer.CloseAsync(Cancel);
        while (!File.ReadAllText($"/proc/{conversation.Program.Id}/comm").StartsWith("sleep", StringComparison.Ordinal))
            await Task.Yield();
        await cancel.CancelAsync();
        Assert.Equal(SessionEnding.Cancelled, (await conversation.Outcome).Ending);
        await GoneAsync(conversation.Program.Id);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData(Ground.Tcp)]
    [InlineData(Ground.Unix)]
    public async Task Its_environment_says_who_talks_with_whom(Ground ground)
    {
        Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
        await using var conversation = await Conversation.StartAsync("env | grep -E '^(SOCK_(LOCAL|REMOTE)|NCAT_|DOTNET_SYSTEM_)' | sort", ground);
        var (local, remote) = (conversation.Local, conversation.Remote);
        var isUnix = ground.IsUnix();
        Assert.Equal(
            $"""
            NCAT_LOCAL_ADDR={(isUnix ? "localhost" : local.Host)}
            NCAT_LOCAL_PORT={(isUnix ? "" : local.Port)}
            NCAT_PROTO={(isUnix ? "UNIX" : "TCP")}
            NCAT_REMOTE_ADDR={(isUnix ? "localhost" : remote.Host)}
            NCAT_REMOTE_PORT={(isUnix ? "" : remote.Port)}
            SOCK_LOCAL={local}
            SOCK_REMOTE={remote}

            """, await ReadToEndAsync(conversation.Peer));
    }

    /// <summary>What we were given ourselves may go on to it; what we have opened stays with us.</summary>
    [Fact(Timeout = HangGuard)]
    public async Task It_gets_no_socket_and_no_pipe_of_ours_but_its_own()
    {
        await using var listener = Listener.Listen("127.0.0.1:0");
        await using var socket = DatagramSocket.Bind("127.0.0.1:0");
        await using var other = await Conversation.StartAsync("echo here; cat");
        Assert.Equal("here", await other.Peer.Lines.ReadLineAsync(Cancel));
        await using var conversation = await Conversation.StartAsync("ls -l /proc/self/fd");
        var descriptors = await ReadToEndAsync(conversation.Peer);
        Assert.Matches("0 -> pipe:", descriptors);
        Assert.Matches("1 -> pipe:", descriptors);
        Assert.DoesNotContain("socket:", descriptors, StringComparison.Ordinal);
        foreach (var number in (int[])[0, 1])
            Assert.DoesNotContain(new FileInfo($"/proc/{other.Program.Id}/fd/{number}").LinkTarget!, descriptors, StringComparison.Ordinal);
    }

    [Fact(Timeout = HangGuard)]
    public async Task What_is_no_program_for_this_system_is_an_error_in_words()
    {
        using var scratch = new Scratch();
        await File.WriteAllBytesAsync(scratch.File("garbage"), [0x7f, (byte)'E', (byte)'L', (byte)'F', 1, 2, 3], Cancel);
        await Shell.RunAsync($"chmod +x {scratch.File("garbage")}");
        var at = Address.Tcp("127.0.0.1", 1);
        var error = Assert.ThrowsAny<IOException>(() => ProcessEnd.Start(new(scratch.File("garbage")), at, at));
        Assert.StartsWith($"cannot run '{scratch.File("garbage")}': ", error.Message, StringComparison.Ordinal);
    }

    public static TheoryData<Ground> Grounds => new(ConnectionPairs.Sockets);

    private static async Task<string> ReadToEndAsync(Connection peer)
    {
        var bytes = new MemoryStream();
        await peer.CopyToAsync(bytes, Cancel);
        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    /// <summary>Gone, or dead and only waiting for its parent to take note.</summary>
    private static async Task GoneAsync(int process)
    {
        while (!await IsGoneAsync(process))
            await Task.Yield();
    }

    private static async Task<bool> IsGoneAsync(int process)
    {
        try
        {
            return (await File.ReadAllTextAsync($"/proc/{process}/stat", Cancel)).Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return true; // also where it goes between opening and reading
        }
    }

    /// <summary>A line of shell that talks with a peer.</summary>
    private sealed class Conversation : IAsyncDisposable
    {
        public required ProcessEnd Program { get; init; }
        public required Connection Peer { get; init; }
        public required Task<SessionOutcome> Outcome { get; init; }
        public required Address Local { get; init; }
        public required Address Remote { get; init; }

        public static async Task<Conversation> StartAsync(
            string line, Ground ground = Ground.Tcp, SessionOptions? options = null, CancellationToken cancel = default)
        {
            var (peer, ours) = await ConnectionPairs.CreateAsync(ground);
            var program = ProcessEnd.Start(ExecCommand.Shell(line), ours.LocalAddress, ours.RemoteAddress);
            return new()
            {
                Program = program,
                Peer = peer,
                Outcome = Session.RunAsync(program, End.Of(ours), options, cancel),
                Local = ours.LocalAddress,
                Remote = ours.RemoteAddress,
            };
        }

        public async ValueTask DisposeAsync()
        {
            await Peer.DisposeAsync();
            await Outcome;
        }
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private const int HangGuard = 60_000;
}
