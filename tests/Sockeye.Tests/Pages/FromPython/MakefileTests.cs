using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Pages.FromPython;

/// <summary>What docs/from-python.md says of <c>makefile</c> and of time limits.</summary>
public class MakefileTests
{
    [Fact]
    public async Task What_the_file_has_read_ahead_the_socket_never_sees()
    {
        Assert.Equal("b'line\\n' TimeoutError", await Python.RunAsync(
            """
            near, far = pair()
            far.sendall(b'line\nrest')
            file = near.makefile('rb')
            line = file.readline()
            near.settimeout(0.2)
            print(line, outcome(lambda: near.recv(4)))
            """));
        var (client, server) = Connection.CreatePair();
        await server.WriteAsync("line\nrest"u8.ToArray());
        Assert.Equal("line", await client.Lines.ReadLineAsync());
        Assert.Equal(4, await client.ReadAsync(new byte[4]));
    }

    [Fact]
    public async Task Python_s_socket_stays_open_until_the_file_is_closed_too()
    {
        Assert.Equal("b'still here\\n'", await Python.RunAsync(
            """
            near, far = pair()
            file = near.makefile('rb')
            near.close()
            far.sendall(b'still here\n')
            print(file.readline())
            """));
        var (client, _) = Connection.CreatePair();
        var lines = client.Lines;
        await client.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => lines.ReadLineAsync().AsTask());
    }

    [Fact]
    public async Task A_prompt_sticks_in_Python_s_buffer_and_goes_out_with_our_read()
    {
        Assert.Equal("TimeoutError TimeoutError", await Python.RunAsync(
            """
            near, far = pair()
            file = near.makefile('rw')
            file.write('name: ')
            near.settimeout(0.2)
            far.settimeout(0.2)
            print(outcome(file.readline), outcome(lambda: far.recv(6)))
            """));
        var (client, server) = Connection.CreatePair();
        await client.Lines.WriteAsync("name: ");
        _ = client.Lines.ReadLineAsync().AsTask();
        Assert.Equal("name: "u8.ToArray(), (await server.Lines.ReadExactlyAsync(6)).ToArray());
    }

    [Fact(Timeout = 120_000)]
    public async Task A_line_without_an_end_fills_Python_s_memory()
    {
        Assert.Equal("67108864", await Python.RunAsync(
            """
            import threading
            near, far = pair()
            def flood():
                for _ in range(64):
                    far.sendall(b'x' * 1024 * 1024)
                far.close()
            threading.Thread(target=flood).start()
            print(len(near.makefile('rb').readline()))
            """));
        var (client, server) = Connection.CreatePair();
        var flooding = server.WriteAsync(new byte[1024 * 1024]).AsTask();
        var error = await Assert.ThrowsAsync<NetException>(() => client.Lines.ReadLineAsync().AsTask());
        Assert.Equal((NetErrorKind.LimitExceeded, 64 * 1024), (error.Kind, client.Lines.MaxLineLength));
        client.Abort();
        await Assert.ThrowsAnyAsync<IOException>(() => flooding);
    }

    [Fact]
    public async Task A_time_out_is_the_end_of_Python_s_file_and_costs_us_nothing()
    {
        Assert.Equal("TimeoutError cannot read from timed out object", await Python.RunAsync(
            """
            near, far = pair()
            near.settimeout(0.2)
            file = near.makefile('rb')
            far.sendall(b'part')
            failure = outcome(file.readline)
            far.sendall(b' and rest\n')
            try:
                file.readline()
            except OSError as error:
                print(failure, error)
            """));
        var (client, server) = Connection.CreatePair();
        client.ReadTimeout = 50;
        await server.WriteAsync("part"u8.ToArray());
        var error = await Assert.ThrowsAsync<NetException>(() => client.Lines.ReadLineAsync().AsTask());
        Assert.Equal(NetErrorKind.TimedOut, error.Kind);
        client.ReadTimeout = Timeout.Infinite;
        await server.WriteAsync(" and rest\n"u8.ToArray());
        Assert.Equal("part and rest", await client.Lines.ReadLineAsync());
    }

    [Fact]
    public async Task Too_few_bytes_are_no_error_to_Python()
    {
        Assert.Equal("b'abc'", await Python.RunAsync(
            """
            near, far = pair()
            far.sendall(b'abc')
            far.close()
            print(near.makefile('rb').read(10))
            """));
        var (client, server) = Connection.CreatePair();
        await server.WriteAsync("abc"u8.ToArray());
        await server.CloseWriteAsync();
        var error = await Assert.ThrowsAsync<NetException>(() => client.Lines.ReadExactlyAsync(10).AsTask());
        Assert.Equal(NetErrorKind.ClosedEarly, error.Kind);
    }

    [Fact]
    public async Task A_lone_CR_ends_a_line_in_Python()
    {
        Assert.Equal(@"['a\n', 'b\n', 'c\n', 'd']", await Python.RunAsync(
            """
            near, far = pair()
            far.sendall(b'a\r\nb\rc\nd')
            far.close()
            print(list(near.makefile('r')))
            """));
        var (client, server) = Connection.CreatePair();
        await server.WriteAsync("a\r\nb\rc\nd"u8.ToArray());
        await server.CloseWriteAsync();
        Assert.Equal(["a", "b\rc", "d"], await client.Lines.ReadAllAsync().ToListAsync());
    }

    [Fact]
    public async Task A_foreign_byte_is_an_exception_in_Python()
    {
        Assert.Equal("UnicodeDecodeError", await Python.RunAsync(
            """
            near, far = pair()
            far.sendall(b'\xff\n')
            print(outcome(near.makefile('r', encoding='utf-8').readline))
            """));
        var (client, server) = Connection.CreatePair();
        await server.WriteAsync(new byte[] { 0xFF, (byte)'\n' });
        Assert.Equal("\uFFFD", await client.Lines.ReadLineAsync());
    }

    [Fact(Timeout = 120_000)]
    public async Task Bytes_that_trickle_never_meet_Python_s_limit_and_a_token_ends_ours()
    {
        Assert.Equal("b'xxxxxx' True", await Python.RunAsync(
            """
            import threading
            near, far = pair()
            near.settimeout(1)
            def trickle():
                for _ in range(6):
                    far.send(b'x')
                    time.sleep(0.2)
                far.close()
            start = time.monotonic()
            threading.Thread(target=trickle).start()
            print(near.makefile('rb').read(), time.monotonic() - start > 1)
            """));
        var (client, server) = Connection.CreatePair(new() { IdleTimeout = TimeSpan.FromSeconds(60) });
        using var total = new CancellationTokenSource();
        var trickling = Task.Run(async () =>
        {
            for (var i = 0; !total.IsCancellationRequested; i++)
            {
                await server.WriteAsync("x"u8.ToArray());
                if (i == 5)
                    await total.CancelAsync();
            }
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.Lines.ReadToEndAsync(cancel: total.Token).AsTask());
        await trickling;
    }

    [Fact]
    public async Task Python_s_default_limit_is_everybody_s_and_a_listener_s_is_nobody_s()
    {
        Assert.Equal("3.0 3.0 None", await Python.RunAsync(
            """
            socket.setdefaulttimeout(3)
            near, far = pair()
            socket.setdefaulttimeout(None)
            server = socket.create_server(('127.0.0.1', 0))
            server.settimeout(2)
            caller = socket.create_connection(server.getsockname())
            print(near.gettimeout(), far.gettimeout(), server.accept()[0].gettimeout())
            """));
        var limit = TimeSpan.FromSeconds(3);
        await using var listener = Listener.Listen("127.0.0.1:0", new() { Connection = new() { IdleTimeout = limit } });
        await using var other = await Connection.ConnectAsync(listener.LocalAddress);
        await using var peer = await listener.AcceptAsync();
        Assert.Equal((limit, Timeout.InfiniteTimeSpan), (peer.IdleTimeout, other.IdleTimeout));
    }
}
