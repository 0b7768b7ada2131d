using System.Net;
using System.Net.Sockets;
using Sockeye.Platform;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Pages.FromDotnet;

/// <summary>What docs/from-dotnet.md says of listening.</summary>
public class ListeningTests
{
    [Fact]
    public async Task ReuseAddress_shares_a_port_without_a_word()
    {
        using var first = Reusing(new IPEndPoint(IPAddress.Loopback, 0));
        using var second = Reusing((IPEndPoint)first.LocalEndPoint!);
        var place = (IPEndPoint)first.LocalEndPoint!;
        var callers = await Task.WhenAll(Enumerable.Range(0, 64).Select(async _ =>
        {
            var caller = new TcpClient();
            await caller.ConnectAsync(place);
            return caller;
        }));
        Assert.True(first.Poll(0, SelectMode.SelectRead) && second.Poll(0, SelectMode.SelectRead));
        Array.ForEach(callers, caller => caller.Dispose());
    }

    [Fact]
    public async Task ExclusiveAddressUse_shares_it_too_and_without_either_a_second_server_is_refused()
    {
        using var first = new TcpListener(IPAddress.Loopback, 0) { ExclusiveAddressUse = false };
        first.Start();
        using var second = new TcpListener((IPEndPoint)first.LocalEndpoint) { ExclusiveAddressUse = false };
        second.Start();

        using var plain = Clients.Listen();
        using var other = new TcpListener((IPEndPoint)plain.LocalEndpoint);
        Assert.Throws<SocketException>(other.Start);
        await using var ours = Listener.Listen("127.0.0.1:0");
        Assert.Equal(NetErrorKind.AddressInUse, Assert.Throws<NetException>(() => Listener.Listen(ours.LocalAddress)).Kind);
    }

    [Fact]
    public async Task A_plain_bind_restarts_at_once()
    {
        using var nobodyStarts = await ProcessStarts.HoldUpAsync();
        // Of an address of their own, ports are not taken meanwhile by somebody's call.
        var first = new TcpListener(IPAddress.Parse("127.55.0.1"), 0);
        first.Start();
        var place = (IPEndPoint)first.LocalEndpoint;
        using var caller = new TcpClient();
        await caller.ConnectAsync(place);
        (await first.AcceptTcpClientAsync()).Dispose();      // the side that closes first lingers
        Assert.Equal(0, await caller.GetStream().ReadAsync(new byte[1]));
        caller.Dispose();
        first.Dispose();
        using var again = new TcpListener(place);
        again.Start();
    }

    [Theory]
    [InlineData("127.0.0.1", "::1")]
    [InlineData("0.0.0.0", "::")]
    public void The_other_half_is_anybody_s(string half, string other)
    {
        Assert.SkipUnless(IPv6Loopback.Exists, "needs ::1");
        using var first = new TcpListener(IPAddress.Parse(half), 0);
        first.Start();
        using var second = new TcpListener(IPAddress.Parse(other), Clients.PortOf(first));
        second.Start();
    }

    [Theory]
    [InlineData("localhost", "::1")]
    [InlineData("*", "::")]
    public async Task Ours_has_both_halves(string host, string other)
    {
        Assert.SkipUnless(IPv6Loopback.Exists, "needs ::1");
        await using var ours = Listener.Listen($"{host}:0");
        using var second = new TcpListener(IPAddress.Parse(other), ours.LocalAddress.Port);
        Assert.Throws<SocketException>(second.Start);
    }

    [Fact(Timeout = 120_000)]
    public Task Both_families_in_one_socket_are_an_exception_where_IPv6_is_off() =>
        OwnProcess.WithEnvironmentAsync("DOTNET_SYSTEM_NET_DISABLEIPV6=1", async () =>
        {
            Assert.Throws<NotSupportedException>(() => new Socket(SocketType.Stream, ProtocolType.Tcp) { DualMode = true });
            using var created = TcpListener.Create(0);
            created.Start();
            await using var ours = Listener.Listen("*:0");
            await using var caller = await Connection.ConnectAsync("127.0.0.1", ours.LocalAddress.Port);
            caller.Abort();
        });

    [Fact(Timeout = 120_000)]
    public Task An_accept_loop_ends_when_descriptors_run_out() => OwnProcess.WithFewDescriptorsAsync(256, async () =>
    {
        using var listener = Clients.Listen();
        using var caller = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        var loop = AcceptForEverAsync(listener);
        var hoard = OwnProcess.UseUpDescriptors();
        caller.Connect(listener.LocalEndpoint);
        var error = await Assert.ThrowsAsync<SocketException>(() => loop);
        foreach (var file in hoard)
            file.Dispose();
        Assert.Equal(SocketError.TooManyOpenSockets, error.SocketErrorCode);
        using var later = new TcpClient();
        await later.ConnectAsync((IPEndPoint)listener.LocalEndpoint);    // by the kernel; nobody else is there
    });

    [Fact]
    public async Task What_a_handler_throws_is_told_to_nobody_not_even_its_caller()
    {
        using var listener = Clients.Listen();
        using var caller = new TcpClient();
        await caller.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        var client = await listener.AcceptTcpClientAsync();
        var handling = HandleAsync(client);
        await caller.GetStream().WriteAsync("no number\n"u8.ToArray());
        await Assert.ThrowsAsync<FormatException>(() => handling);
        Assert.False(caller.GetStream().ReadAsync(new byte[1]).IsCompleted);

        var told = new TaskCompletionSource<Exception?>();
        await using var ours = Server.Start("127.0.0.1:0", async (peer, stop) =>
        {
            int.Parse(await peer.Lines.ReadLineAsync(stop) ?? "");
        }, new() { OnDisconnected = (_, error) => told.SetResult(error) });
        await using var connection = await Connection.ConnectAsync(ours.LocalAddress);
        await connection.WriteAsync("no number\n"u8.ToArray());
        Assert.IsType<FormatException>(await told.Task);
        Assert.Equal(NetErrorKind.Reset, (await Assert.ThrowsAsync<NetException>(() => connection.ReadAsync(new byte[1]).AsTask())).Kind);

        static async Task HandleAsync(TcpClient client) => int.Parse(await new StreamReader(client.GetStream()).ReadLineAsync() ?? "");
    }

    [Fact]
    public async Task A_socket_file_is_deleted_whoever_s_it_is()
    {
        using var scratch = new Scratch();
        var path = scratch.File("app.sock");
        var first = ListenAt(path);
        File.Delete(path);
        using (ListenAt(path))
        {
            first.Dispose();
            Assert.False(File.Exists(path));
        }

        var ours = Listener.Listen($"unix:{path}");
        File.Delete(path);
        await using var second = Listener.Listen($"unix:{path}");
        await ours.DisposeAsync();
        await using var caller = await Connection.ConnectAsync($"unix:{path}");
        await using var accepted = await second.AcceptAsync();
    }

    private static Socket Reusing(IPEndPoint place)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        socket.Bind(place);
        socket.Listen();
        return socket;
    }

    private static async Task AcceptForEverAsync(TcpListener listener)
    {
        while (true)
            await listener.AcceptTcpClientAsync();
    }

    private static Socket ListenAt(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        socket.Listen();
        return socket;
    }
}
