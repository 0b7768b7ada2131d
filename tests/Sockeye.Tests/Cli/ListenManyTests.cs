using System.Text.Json;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Cli;

/// <summary><c>sock listen -k</c>: many at once, of every transport.</summary>
public sealed class ListenManyTests
{
    [Theory(Timeout = HangGuard)]
    [InlineData("127.0.0.1:0")]
    [InlineData("unix:@{0}")]
    public async Task All_hear_what_is_typed_and_are_heard_while_all_are_there(string address)
    {
        await using var sock = await ListenAsync(string.Format(address, Guid.NewGuid()), "-k", "-v");
        var callers = new List<Connection>();
        for (var i = 0; i < 5; i++)
        {
            callers.Add(await Connection.ConnectAsync(sock.Address, cancel: Cancel));
            await SayAsync(callers[i], $"I am {i}");
            await sock.Program.WaitForOutputLineAsync($"I am {i}");
        }
        await sock.Program.WriteAsync("hello, all\n");
        foreach (var caller in callers)
            Assert.Equal("hello, all", await caller.Lines.ReadLineAsync(Cancel));
        sock.Program.EndInput();
        foreach (var caller in callers)
        {
            Assert.Null(await caller.Lines.ReadLineAsync(Cancel));
            await caller.CloseAsync(Cancel);
        }
        await StopAsync(sock.Program);
    }

    [Fact(Timeout = HangGuard)]
    public async Task What_each_of_them_wrote_at_once_is_printed_whole()
    {
        await using var sock = await ListenAsync("127.0.0.1:0", "-k");
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
        {
            await using var caller = await Connection.ConnectAsync(sock.Address, cancel: Cancel);
            for (var n = 0; n < 200; n++)
                await caller.WriteAsync(System.Text.Encoding.ASCII.GetBytes(new string((char)('a' + i), 99) + "\n"), Cancel);
        }));
        await sock.Program.WaitForOutputBytesAsync(8 * 200 * 100);
        Assert.All(sock.Program.Output.TrimEnd('\n').Split('\n'), line => Assert.Equal(new string(line[0], 99), line));
    }

    /// <summary>Both outputs go to one pipe here, as they go to one terminal elsewhere.</summary>
    [Theory(Timeout = HangGuard)]
    [InlineData("")]
    [InlineData("-x -")]
    public async Task Who_calls_is_said_before_what_it_says_and_that_before_what_went_wrong(string dump)
    {
        await using var sock = RunningProgram.Start("sh", ["-c", $"exec \"$0\" listen -k -v {dump} 127.0.0.1:0 2>&1", SockProcess.Binary]);
        var address = Address.Parse((await sock.WaitForOutputLineAsync("Listening at "))["Listening at ".Length..]);
        for (var i = 0; i < 100; i++)
        {
            await using var caller = await Connection.ConnectAsync(address, cancel: Cancel);
            await SayAsync(caller, $"word {i}");
            await sock.WaitForOutputLineAsync($"word {i}");
            caller.Abort();
            await sock.WaitForOutputLineAsync($"sock: Error receiving data: read tcp {caller.LocalAddress}: reset");
            var (called, said, failed) = (At($"Connection from {caller.LocalAddress}"), At($"word {i}"), At($"sock: Error receiving data: read tcp {caller.LocalAddress}"));
            Assert.True(called < said && said < failed, sock.Output);
            if (dump.Length > 0)
                Assert.InRange(At($"{caller.LocalAddress} < "), called, said);
        }

        int At(string text) => sock.Output.IndexOf(text, StringComparison.Ordinal);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Input_waits_for_the_first_caller_and_between_callers()
    {
        await using var sock = await ListenAsync("127.0.0.1:0", "-k", "-v");
        await sock.Program.WriteAsync("first\n");
        await using (var caller = await Connection.ConnectAsync(sock.Address, cancel: Cancel))
        {
            Assert.Equal("first", await caller.Lines.ReadLineAsync(Cancel));
            caller.Abort();
            await sock.Program.WaitForErrorLineAsync("sock: Error receiving data");
        }
        await sock.Program.WriteAsync("second\n");
        await using var other = await Connection.ConnectAsync(sock.Address, cancel: Cancel);
        Assert.Equal("second", await other.Lines.ReadLineAsync(Cancel));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_caller_that_does_not_read_is_dropped_with_a_line_and_the_others_get_all()
    {
        var payload = Payload.Create(30_000_000);
        await using var sock = await ListenAsync("127.0.0.1:0", "-k", "-v");
        await using var stuck = await Connection.ConnectAsync(sock.Address, cancel: Cancel);
        await sock.Program.WaitForErrorLineAsync($"Connection from {stuck.LocalAddress}");
        await using var reader = await Connection.ConnectAsync(sock.Address, cancel: Cancel);
        await sock.Program.WaitForErrorLineAsync($"Connection from {reader.LocalAddress}");
        var typing = sock.Program.WriteAsync(payload);
        var received = new byte[payload.Length];
        await reader.ReadExactlyAsync(received, Cancel);
        await typing;
        Assert.Equal(Payload.Sha256(payload), Payload.Sha256(received));
        var line = await sock.Program.WaitForErrorLineAsync("dropped");
        Assert.Matches($@"^sock: Error sending data: write tcp {stuck.LocalAddress}: dropped: it let [\d,]+ bytes wait, and the others for 2 s \(\d", line);
    }

    [Fact(Timeout = HangGuard)]
    public async Task More_callers_than_allowed_are_refused_and_that_is_said()
    {
        await using var sock = await ListenAsync("127.0.0.1:0", "-k", "-m", "1", "-v");
        await using (var one = await Connection.ConnectAsync(sock.Address, cancel: Cancel))
        {
            await sock.Program.WaitForErrorLineAsync($"Connection from {one.LocalAddress}");
            await RefusedAsync(sock.Address);
            Assert.Matches(@"^Refused 127\.0\.0\.1:\d+: 1 connection at once is the limit$", await sock.Program.WaitForErrorLineAsync("Refused"));
        }
        while (true)
        {
            try
            {
                await using var next = await Connection.ConnectAsync(sock.Address, cancel: Cancel);
                await SayAsync(next, "here");
                if (await sock.Program.OutputBecomesAsync(output => output.Contains("here"), TimeSpan.FromSeconds(1)))
                    return;
            }
            catch (NetException)
            {
                // The place is not free yet.
            }
        }
    }

    [Fact(Timeout = HangGuard)]
    public async Task With_nobody_there_for_too_long_it_ends_5()
    {
        await using var sock = await ListenAsync("127.0.0.1:0", "-k", "--accept-timeout", "300ms", "--peer-ended-wait", "0");
        await using (var caller = await Connection.ConnectAsync(sock.Address, cancel: Cancel))
        {
            await SayAsync(caller, "here");
            await sock.Program.WaitForOutputLineAsync("here");
        }
        var result = await sock.Program.WaitAsync();
        Assert.Equal((5, "here\n"), (result.ExitCode, result.Output));
        Assert.EndsWith("\nsock: nobody called within 300 ms\n--accept-timeout TIME waits longer, 'none' for ever.\n", result.Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = HangGuard)]
    public async Task When_nobody_reads_its_output_any_more_it_ends_quietly()
    {
        var result = await Shell.RunAsync(
            """
            ($SOCK listen -k unix:@quiet-$$ 2>err-$$; echo code $?) | head -1 &
            until $SOCK connect -z unix:@quiet-$$ 2>/dev/null >&2; do :; done
            yes | $SOCK connect --send-only unix:@quiet-$$ 2>/dev/null
            wait; cat err-$$; rm err-$$
            """);
        Assert.Contains("y\n", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("sock:", result.Output, StringComparison.Ordinal);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Each_sender_of_datagrams_is_a_conversation_until_it_is_silent()
    {
        await using var sock = await ListenAsync("udp://127.0.0.1:0", "-k", "-v", "--idle", "3s");
        await using var one = await DatagramSocket.ConnectAsync(sock.Address, cancel: Cancel);
        await using var two = await DatagramSocket.ConnectAsync(sock.Address, cancel: Cancel);
        await one.SendAsync("one\n", Cancel);
        await two.SendAsync("two\n", Cancel);
        await sock.Program.WaitForErrorLineAsync($"First datagram from {one.LocalAddress}");
        await sock.Program.WaitForErrorLineAsync($"First datagram from {two.LocalAddress}");
        await sock.Program.WriteAsync("hello\n");
        Assert.Equal("hello\n", (await one.ReceiveAsync(Cancel)).Text);
        Assert.Equal("hello\n", (await two.ReceiveAsync(Cancel)).Text);
        await sock.Program.WaitForErrorLineAsync($"{one.LocalAddress}: Nothing came or went for 3s (--idle): 1 datagram (6 bytes) sent, 1 (4 bytes) received");
        await sock.Program.WaitForOutputLineAsync("two");
        await StopAsync(sock.Program);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("listen", "--allow", "127.0.0.2,10.0.0.0/8")]
    [InlineData("listen", "--allow", "127.0.0.0/24", "--deny", "127.0.0.1")]
    [InlineData("listen", "-k", "--allow", "10.0.0.0/8", "--allow", "127.0.0.2-3")]
    [InlineData("serve", "echo=0", "--deny", "127.0.0.1", "--deny", "::1")]
    public async Task Who_may_not_call_is_refused_and_said_once(params string[] words)
    {
        var isServer = words[0] == "serve";
        await using var sock = SockProcess.Start(isServer ? [.. words, "--host", "127.0.0.1"] : [.. words, "127.0.0.1:0"]);
        var port = SockServer.PortIn(await sock.WaitForErrorLineAsync(isServer ? "running on port" : "Listening at"));
        var address = Address.Tcp("127.0.0.1", port);
        for (var i = 0; i < 3; i++)
            await RefusedAsync(address);
        Assert.Matches(@"efused 127\.0\.0\.1:\d+: it is (denied|not among those allowed)$", await sock.WaitForErrorLineAsync("efused"));
        await using var right = await Connection.ConnectAsync(address, new() { Source = Address.Tcp("127.0.0.2", 0) }, Cancel);
        await SayAsync(right, "hello");
        if (isServer)
            Assert.Equal("hello", await right.Lines.ReadLineAsync(Cancel));
        else
            await sock.WaitForOutputLineAsync("hello");
        if (words.Contains("-k") || isServer)
            Assert.Single(sock.Error.Split('\n'), line => line.Contains("efused", StringComparison.Ordinal));
    }

    [Fact(Timeout = HangGuard)]
    public async Task Access_lists_may_stand_in_files_whose_mistakes_are_found_at_the_start()
    {
        using var scratch = new Scratch();
        await File.WriteAllTextAsync(scratch.File("allow"), "# ours\n127.0.0.0/8  # all of it\n::1\n", Cancel);
        await File.WriteAllTextAsync(scratch.File("deny"), "127.0.0.1\n", Cancel);
        await using var sock = await ListenAsync("127.0.0.1:0", "-k", "--allowfile", scratch.File("allow"), "--denyfile", scratch.File("deny"));
        await RefusedAsync(sock.Address);
        await using var right = await Connection.ConnectAsync(sock.Address, new() { Source = Address.Tcp("127.0.0.2", 0) }, Cancel);
        await SayAsync(right, "hello");
        await sock.Program.WaitForOutputLineAsync("hello");

        await File.WriteAllTextAsync(scratch.File("deny"), "127.0.0.1\n10.0.0.0/64\n", Cancel);
        var wrong = await SockProcess.RunAsync("listen", "--denyfile", scratch.File("deny"), "127.0.0.1:0");
        Assert.Equal((2, $"sock: {scratch.File("deny")}: line 2: '10.0.0.0/64' is no network: behind its '/' stands a number of bits from 0 to 32\n"), (wrong.ExitCode, wrong.Error));
        var missing = await SockProcess.RunAsync("listen", "--denyfile", scratch.File("none"), "127.0.0.1:0");
        Assert.Equal(6, missing.ExitCode);
        var unknown = await SockProcess.RunAsync("listen", "--deny", "gone.invalid", "127.0.0.1:0");
        Assert.Equal(3, unknown.ExitCode);
        Assert.StartsWith("sock: resolve: there is no host 'gone.invalid'\n", unknown.Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Datagrams_of_those_who_may_not_call_are_dropped_and_said_once()
    {
        await using var sock = await ListenAsync("udp://127.0.0.1:0", "-k", "--deny", "127.0.0.1");
        await using var wrong = await DatagramSocket.ConnectAsync(sock.Address, new() { Source = Address.Udp("127.0.0.1", 0) }, Cancel);
        await using var right = await DatagramSocket.ConnectAsync(sock.Address, new() { Source = Address.Udp("127.0.0.2", 0) }, Cancel);
        for (var i = 0; i < 3; i++)
            await wrong.SendAsync("wrong\n", Cancel);
        await right.SendAsync("right\n", Cancel);
        await sock.Program.WaitForOutputLineAsync("right");
        Assert.Equal($"Refused {wrong.LocalAddress}: it is denied", await sock.Program.WaitForErrorLineAsync("Refused"));
        Assert.DoesNotContain("wrong", sock.Program.Output, StringComparison.Ordinal);
        Assert.Single(sock.Program.Error.Split('\n'), line => line.StartsWith("Refused", StringComparison.Ordinal));
    }

    /// <summary>The reset may come as early as in connecting.</summary>
    private static Task RefusedAsync(Address address) => Assert.ThrowsAsync<NetException>(async () =>
    {
        await using var caller = await Connection.ConnectAsync(address, new() { Source = Address.Tcp("127.0.0.1", 0) }, Cancel);
        await caller.ReadAsync(new byte[1], Cancel);
    });

    private static async Task SayAsync(Connection caller, string line)
    {
        await caller.Lines.WriteLineAsync(line, Cancel);
        await caller.Lines.FlushAsync(Cancel);
    }

    private static async Task StopAsync(RunningProgram sock)
    {
        sock.Signal("TERM");
        Assert.Equal(0, (await sock.WaitAsync()).ExitCode);
    }

    private static async Task<Listening> ListenAsync(string address, params string[] options)
    {
        var program = SockProcess.Start(["listen", address, .. options]);
        var line = await program.WaitForErrorLineAsync("istening");
        var at = line.StartsWith('{')
            ? JsonDocument.Parse(line).RootElement.GetProperty("listening")[0].GetString()!
            : line["Listening at ".Length..];
        return new(program, Address.Parse(at));
    }

    private sealed record Listening(RunningProgram Program, Address Address) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => Program.DisposeAsync();
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private const int HangGuard = 60_000;
}
