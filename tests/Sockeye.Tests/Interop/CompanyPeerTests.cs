using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Interop;

/// <summary>Many peers at once, where some of them, or the one in the middle, are other people's programs.</summary>
public class CompanyPeerTests
{
    public static TheoryData<string> Netcats => Netcat.That(netcat => netcat.Call);

    [Fact(Timeout = HangGuard)]
    public async Task A_broker_carries_between_programs_of_every_kind()
    {
        await using var sock = await SockServer.ListenAsync("--broker", "-v");
        var peers = new List<RunningProgram>();
        foreach (var call in Netcat.All.Select(netcat => netcat.Call).Where(call => Peers.Find(call.Split(' ')[0]) is not null))
        {
            peers.Add(PeerProgram.Call(call, sock.Port));
            await WaitForCallersAsync(sock, peers.Count);
        }
        Assert.SkipWhen(peers.Count < 2, "fewer than two netcats are installed");
        for (var i = 0; i < peers.Count; i++)
        {
            await peers[i].WriteAsync($"I am {i}\n");
            await Task.WhenAll(peers.Where(peer => peer != peers[i]).Select(peer => peer.WaitForOutputLineAsync($"I am {i}")));
            Assert.DoesNotContain($"I am {i}", peers[i].Output, StringComparison.Ordinal);
        }
        await sock.WriteAsync("and I am the broker\n");
        foreach (var peer in peers)
        {
            await peer.WaitForOutputLineAsync("and I am the broker");
            await peer.DisposeAsync();
        }
        Assert.Empty(sock.Output);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_chat_reads_as_that_of_ncat()
    {
        await using var sock = await SockServer.ListenAsync("--chat");
        await using var one = PeerProgram.Call("ncat 127.0.0.1 {port}", sock.Port);
        await one.WaitForOutputLineAsync("<announce> already connected: nobody.");
        await using var two = PeerProgram.Call("ncat 127.0.0.1 {port}", sock.Port);
        await two.WaitForOutputLineAsync("<announce> already connected: 127.0.0.1 as <user1>.");
        await two.WriteAsync("hello\n");
        await one.WaitForOutputLineAsync("<user2> hello");
        two.EndInput();
        await one.WaitForOutputLineAsync("<announce> <user2> is disconnected.");
    }

    [Fact(Timeout = HangGuard)]
    public async Task We_take_part_in_ncats_chat()
    {
        await using var ncat = await PeerProgram.ServeAsync("ncat -l --chat 127.0.0.1 {port}");
        await using var one = SockProcess.Start("connect", "127.0.0.1", $"{ncat.Port}");
        await one.WaitForOutputLineAsync("<announce> already connected: nobody.");
        await using var two = SockProcess.Start("connect", "127.0.0.1", $"{ncat.Port}");
        await two.WaitForOutputLineAsync("<announce> already connected: 127.0.0.1 as <user");
        await two.WriteAsync("hello\n");
        Assert.Matches("^<user[0-9]+> hello$", await one.WaitForOutputLineAsync("> hello"));
    }

    [Theory(Timeout = HangGuard)]
    [MemberData(nameof(Netcats))]
    public async Task A_program_answers_each_kind_of_netcat(string name)
    {
        var bytes = Payload.Create(3_000_000);
        await using var sock = await SockServer.ListenAsync("-k", "-e", "sha256sum");
        for (var i = 0; i < 2; i++)
        {
            await using var peer = PeerProgram.Call(Netcat.Named(name).Call, sock.Port);
            await peer.WriteAsync(bytes);
            peer.EndInput();
            await peer.WaitForOutputLineAsync($"{Payload.Sha256(bytes)}  -");
        }
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_program_of_ours_talks_with_one_of_ncats()
    {
        await using var ncat = await PeerProgram.ServeAsync("ncat -l -k -e /bin/cat 127.0.0.1 {port}");
        var result = await SockProcess.RunAsync("connect", "-v", "-c", "echo sockeye; read answer; test \"$answer\" = sockeye || exit 9", "127.0.0.1", $"{ncat.Port}");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("The program ended with exit code 0\n", result.Error, StringComparison.Ordinal);
    }

    private static async Task WaitForCallersAsync(RunningProgram sock, int count)
    {
        while (sock.Error.Split("Connection from").Length <= count)
            await Task.Yield();
    }

    private const int HangGuard = 90_000;
}
