using System.Text;
using System.Threading.Channels;
using Sockeye.Sessions;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Sessions;

/// <summary>Each sender of datagrams is a session of its own.</summary>
public sealed class DatagramSessionsTests
{
    [Theory(Timeout = HangGuard)]
    [InlineData("127.0.0.1:0")]
    [InlineData("localhost:0")]
    public async Task Each_sender_is_answered_by_its_own_session(string address)
    {
        await using var service = new Service(address, CountAsync);
        await using var one = await service.SenderAsync();
        await using var two = await service.SenderAsync();
        foreach (var (sender, text, answer) in (IEnumerable<(DatagramSocket, string, string)>)[(one, "a", "1 a"), (two, "b", "1 b"), (one, "", "2 "), (two, "c", "2 c")])
        {
            await sender.SendAsync(text, Cancel);
            Assert.Equal(answer, (await sender.ReceiveAsync(Cancel)).Text);
        }
    }

    [Fact(Timeout = HangGuard)]
    public async Task Silence_is_the_end_of_a_session_and_a_later_datagram_begins_another()
    {
        await using var service = new Service("127.0.0.1:0", CountAsync);
        await using var sender = await service.SenderAsync();
        await sender.SendAsync("a", Cancel);
        Assert.Equal("1 a", (await sender.ReceiveAsync(Cancel)).Text);
        await service.Clock.TimerArmedAsync(TimeSpan.FromSeconds(60));
        service.Clock.Advance(TimeSpan.FromSeconds(59));
        await sender.SendAsync("b", Cancel);
        Assert.Equal("2 b", (await sender.ReceiveAsync(Cancel)).Text);
        await service.Clock.FireAsync(TimeSpan.FromSeconds(60));
        Assert.Null(await service.EndedAsync());
        await sender.SendAsync("c", Cancel);
        Assert.Equal("1 c", (await sender.ReceiveAsync(Cancel)).Text);
    }

    [Fact(Timeout = HangGuard)]
    public async Task More_senders_than_allowed_are_dropped_and_told()
    {
        await using var service = new Service("127.0.0.1:0", CountAsync, new() { MaxSessions = 1 });
        await using var one = await service.SenderAsync();
        await using var two = await service.SenderAsync();
        await one.SendAsync("a", Cancel);
        Assert.Equal("1 a", (await one.ReceiveAsync(Cancel)).Text);
        await two.SendAsync("b", Cancel);
        Assert.Equal((two.LocalAddress, "1 sender at once is the limit"), await service.Dropped.Reader.ReadAsync(Cancel));
        await service.Clock.FireAsync(TimeSpan.FromSeconds(60));
        Assert.Null(await service.EndedAsync());
        var answer = two.ReceiveAsync(Cancel).AsTask();
        await two.SendAsync("c", Cancel);
        // Its place is free a moment after a session has ended.
        while (await Task.WhenAny(answer, service.Dropped.Reader.ReadAsync(Cancel).AsTask()) != answer)
            await two.SendAsync("c", Cancel);
        Assert.Equal("1 c", (await answer).Text);
    }

    [Fact(Timeout = HangGuard)]
    public async Task What_a_session_leaves_unread_is_bounded()
    {
        var read = new TaskCompletionSource();
        await using var service = new Service("127.0.0.1:0", async (peer, cancel) => await read.Task.WaitAsync(cancel), new() { QueueLimit = 10 });
        await using var sender = await service.SenderAsync();
        for (var i = 0; i < 3; i++)
            await sender.SendAsync("1234567", Cancel);
        Assert.Equal((sender.LocalAddress, "10 bytes of its datagrams wait already"), await service.Dropped.Reader.ReadAsync(Cancel));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_handler_that_fails_harms_nobody()
    {
        var handlers = 0;
        await using var service = new Service("127.0.0.1:0", (peer, cancel) =>
            Interlocked.Increment(ref handlers) == 1 ? throw new InvalidOperationException("its own matter") : CountAsync(peer, cancel));
        await using var sender = await service.SenderAsync();
        await sender.SendAsync("lost", Cancel);
        Assert.IsType<InvalidOperationException>(await service.EndedAsync());
        await using var other = await service.SenderAsync();
        await other.SendAsync("a", Cancel);
        Assert.Equal("1 a", (await other.ReceiveAsync(Cancel)).Text);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_program_talks_with_each_sender()
    {
        await using var service = new Service("127.0.0.1:0", (peer, cancel) =>
            Session.RunAsync(ProcessEnd.Start(ExecCommand.Shell("echo $NCAT_PROTO $NCAT_REMOTE_PORT; cat"), peer.LocalAddress, peer.RemoteAddress), peer, cancel: cancel));
        await using var one = await service.SenderAsync();
        await using var two = await service.SenderAsync();
        foreach (var sender in (DatagramSocket[])[one, two])
        {
            await sender.SendAsync("hello\n", Cancel);
            var heard = "";
            while (heard.Length < $"UDP {sender.LocalAddress.Port}\nhello\n".Length)
                heard += (await sender.ReceiveAsync(Cancel)).Text;
            Assert.Equal($"UDP {sender.LocalAddress.Port}\nhello\n", heard);
        }
    }

    [Fact]
    public async Task A_connected_socket_has_one_peer_and_no_sessions()
    {
        await using var server = DatagramSocket.Bind("127.0.0.1:0");
        await using var connected = await DatagramSocket.ConnectAsync(server.LocalAddress, cancel: Cancel);
        await Assert.ThrowsAsync<ArgumentException>(() => DatagramSessions.ServeAsync(connected, (_, _) => Task.CompletedTask, stop: Cancel));
    }

    /// <summary>Answers each datagram with its number in this session.</summary>
    private static async Task CountAsync(DatagramPeer peer, CancellationToken cancel)
    {
        for (var n = 1; await peer.ReadAsync(int.MaxValue, cancel) is { IsEnd: false } chunk; n++)
            await peer.WriteAsync(Encoding.UTF8.GetBytes($"{n} {Encoding.UTF8.GetString(chunk.Bytes.Span)}"), cancel);
    }

    private sealed class Service : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly DatagramSocket _socket;
        private readonly Channel<Exception?> _ended = Channel.CreateUnbounded<Exception?>();
        private readonly Task _serving;

        public Service(string address, DatagramPeerHandler handler, DatagramSessionOptions? options = null)
        {
            _socket = DatagramSocket.Bind(address);
            _serving = DatagramSessions.ServeAsync(_socket, (peer, cancel) => NotingAsync(handler, peer, cancel), (options ?? new()) with
            {
                Time = Clock,
                OnDropped = (sender, reason) => Dropped.Writer.TryWrite((sender, reason)),
            }, _stop.Token);
        }

        public FakeTimeProvider Clock { get; } = new();

        public Channel<(Address, string)> Dropped { get; } = Channel.CreateUnbounded<(Address, string)>();

        public ValueTask<DatagramSocket> SenderAsync() => DatagramSocket.ConnectAsync(_socket.LocalAddress, cancel: Cancel);

        /// <summary>How the next session ended.</summary>
        public async Task<Exception?> EndedAsync() => await _ended.Reader.ReadAsync(Cancel);

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _serving;
            await _socket.DisposeAsync();
        }

        private async Task NotingAsync(DatagramPeerHandler handler, DatagramPeer peer, CancellationToken cancel)
        {
            Exception? error = null;
            try
            {
                await handler(peer, cancel);
            }
            catch (Exception thrown)
            {
                error = thrown;
                throw;
            }
            finally
            {
                _ended.Writer.TryWrite(error);
            }
        }
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private const int HangGuard = 60_000;
}
