using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Cli;

/// <summary>Crowds before <c>sock listen</c>, with people in them who harm others where they can.</summary>
[Collection(Alone.Name)]
public class ListenCrowdTests
{
    /// <summary>More is said than can be on the way to a slow one: what waits (1 MiB, and the message that passes it), what is
    /// being written, what is in its socket. Over Unix sockets, whose buffers do not grow. It is said in pieces, each when all
    /// who read have heard the one before: so nobody is taken for slow on a machine that is.</summary>
    [Fact(Timeout = 3 * HangGuard)]
    public async Task A_thousand_hear_the_broker_though_some_do_not_read()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "memory and descriptors are looked up in /proc");
        var address = Address.Unix($"@{Guid.NewGuid()}");
        await using var sock = SockProcess.Start("listen", "--broker", address.ToString());
        await sock.WaitForErrorLineAsync("Listening at");
        var before = Descriptors(sock.Id).Count();
        var crowd = await ConnectAsync(address, 1000);
        var (speaker, stuck, good) = (crowd[0], crowd[1..21], crowd[21..]);
        await SpeakUntilHeardAsync(speaker, crowd[1..]);
        await speaker.WriteAsync("\n"u8.ToArray(), Cancel);
        await Task.WhenAll(good.Select(client => client.Lines.ReadLineAsync(Cancel).AsTask()));
        var payload = Payload.Create(Piece);
        for (var said = 0; said < 10; said++)
        {
            await speaker.WriteAsync(payload, Cancel);
            await Task.WhenAll(good.Select(client => HearAsync(client, payload)));
        }
        for (var dropped = 0; dropped < stuck.Length; await Task.Delay(1, Cancel))
            dropped = Dropped.Count(sock.Error);
        foreach (var client in stuck)
            await Assert.ThrowsAnyAsync<IOException>(async () => await client.ReadExactlyAsync(new byte[10 * Piece], Cancel));
        Assert.InRange(PeakMemory(sock), 0, 400 * 1024 * 1024);
        await Task.WhenAll(crowd.Select(client => client.DisposeAsync().AsTask()));
        while (Descriptors(sock.Id).Count() > before + Few)
            await Task.Delay(5, Cancel);
        await TalkAsync(address);
        sock.Signal("INT");
        Assert.Equal(0, (await sock.WaitAsync()).ExitCode);
    }

    [Fact(Timeout = 3 * HangGuard)]
    public async Task Five_hundred_programs_of_which_some_die_and_some_do_not_care_are_all_reaped()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "children and descriptors are looked up in /proc");
        var address = Address.Unix($"@{Guid.NewGuid()}");
        await using var sock = SockProcess.Start("listen", "-k", "-c",
            "read how; case $how in dies) kill -9 $$;; sleeps) exec sleep 1000;; ignores) trap '' TERM HUP; echo so; while read line; do :; done; exec sleep 1000;; *) exec cat;; esac",
            address.ToString());
        await sock.WaitForErrorLineAsync("Listening at");
        var before = Descriptors(sock.Id).Count();
        var (dying, sleeping, ignoring) = (await AskForAsync(address, "dies"), await AskForAsync(address, "sleeps"), await AskForAsync(address, "ignores"));
        var flood = sleeping.WriteAsync(new byte[10_000_000], Cancel).AsTask();
        Assert.Equal("so", await ignoring.Lines.ReadLineAsync(Cancel));
        Assert.Null(await dying.Lines.ReadLineAsync(Cancel));
        var callers = await ConnectAsync(address, 497);
        await Task.WhenAll(callers.Select(async (caller, i) => await EchoAsync(caller, $"\n{i}")));
        while (ProcessTree.ChildrenOf(sock.Id).Count() > callers.Length + 2)
            await Task.Delay(1, Cancel);
        AssertEachHasItsOwn(ProcessTree.ChildrenOf(sock.Id));

        await ignoring.CloseAsync(Cancel);
        sleeping.Abort();
        await Assert.ThrowsAnyAsync<Exception>(() => flood);
        await Task.WhenAll(callers.Select((caller, i) => (i % 2 == 0 ? caller.CloseAsync(Cancel) : AbortAsync(caller)).AsTask()));
        while (ProcessTree.ChildrenOf(sock.Id).Count() > 2 || Descriptors(sock.Id).Count() > before + Few)
            await Task.Delay(5, Cancel);

        // The two that neither read nor write are left; when it is stopped, they are not given more than their 5 s.
        var last = ProcessTree.ChildrenOf(sock.Id).ToList();
        sock.Signal("TERM");
        Assert.Equal(5, (await sock.WaitAsync()).ExitCode);
        while (last.Exists(child => Directory.Exists($"/proc/{child}")))
            await Task.Delay(5, Cancel);
    }

    private static async Task<Connection[]> ConnectAsync(Address address, int count)
    {
        var clients = new Connection[count];
        for (var i = 0; i < count; i++)
            clients[i] = await Connection.ConnectAsync(address, cancel: Cancel);
        return clients;
    }

    /// <summary>Once all have heard something, all are there.</summary>
    private static async Task SpeakUntilHeardAsync(Connection speaker, Connection[] others)
    {
        var heard = Task.WhenAll(others.Select(other => other.ReadExactlyAsync(new byte[1], Cancel).AsTask()));
        while (!heard.IsCompleted)
        {
            await speaker.WriteAsync("x"u8.ToArray(), Cancel);
            await Task.WhenAny(heard, Task.Delay(10, Cancel));
        }
        await heard;
    }

    private static async Task HearAsync(Connection client, byte[] payload)
    {
        var buffer = new byte[64 * 1024];
        for (var heard = 0; heard < payload.Length;)
        {
            var count = await client.ReadAsync(buffer.AsMemory(0, Math.Min(buffer.Length, payload.Length - heard)), Cancel);
            if (count == 0)
                throw new EndOfStreamException();
            Assert.True(buffer.AsSpan(0, count).SequenceEqual(payload.AsSpan(heard, count)));
            heard += count;
        }
    }

    /// <summary>Two come, one speaks, the other hears it, both go.</summary>
    private static async Task TalkAsync(Address address)
    {
        var pair = await ConnectAsync(address, 2);
        await SpeakUntilHeardAsync(pair[0], pair[1..]);
        await Task.WhenAll(pair.Select(client => client.DisposeAsync().AsTask()));
    }

    private static async Task<Connection> AskForAsync(Address address, string how)
    {
        var caller = await Connection.ConnectAsync(address, cancel: Cancel);
        await caller.WriteAsync(Encoding.ASCII.GetBytes(how + "\n"), Cancel);
        return caller;
    }

    private static async Task EchoAsync(Connection caller, string text)
    {
        await caller.Lines.WriteLineAsync(text, Cancel);
        Assert.Equal(text.Trim(), await caller.Lines.ReadLineAsync(Cancel));
    }

    private static ValueTask AbortAsync(Connection caller)
    {
        caller.Abort();
        return default;
    }

    /// <summary>Pipes and sockets: its three standard ones, what the test itself was started with, and none that another one has.
    /// (A file that the runtime reads just when a program is started may go to it.)</summary>
    private static void AssertEachHasItsOwn(IEnumerable<string> children)
    {
        var inherited = Descriptors(Environment.ProcessId).Where(descriptor => descriptor.Number.Length > 1).ToHashSet();
        var open = children.ToDictionary(
            child => child,
            child => Descriptors(int.Parse(child, CultureInfo.InvariantCulture)).Except(inherited).Where(LeadsToSomebody).ToList(),
            StringComparer.Ordinal);
        Assert.All(open, child => Assert.Subset(new HashSet<string> { "0", "1", "2" }, child.Value.Select(descriptor => descriptor.Number).ToHashSet()));
        var pipes = open.Values.SelectMany(own => own).Where(descriptor => descriptor.Number != "2").Select(descriptor => descriptor.Target).ToList();
        Assert.Equal(2 * open.Count, pipes.Distinct().Count());
    }

    private static bool LeadsToSomebody((string Number, string Target) descriptor) =>
        descriptor.Target.StartsWith("pipe:", StringComparison.Ordinal) || descriptor.Target.StartsWith("socket:", StringComparison.Ordinal);

    private static IEnumerable<(string Number, string Target)> Descriptors(int process) => Directory.EnumerateFileSystemEntries($"/proc/{process}/fd")
        .Select(path => (Path.GetFileName(path), new FileInfo(path).LinkTarget ?? ""));

    private static long PeakMemory(RunningProgram program)
    {
        var line = File.ReadLines($"/proc/{program.Id}/status").Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return 1024 * long.Parse(Regex.Match(line, @"\d+").Value, CultureInfo.InvariantCulture);
    }

    private static readonly Regex Dropped = new("dropped: it let ");

    private const int Piece = 256 * 1024;

    // The runtime opens some of its own when it is first busy.
    private const int Few = 50;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private const int HangGuard = 60_000;
}
