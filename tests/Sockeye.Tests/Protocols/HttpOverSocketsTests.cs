using System.Net.Sockets;
using Sockeye.Protocols;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Protocols;

/// <summary>Both halves, over real sockets.</summary>
public class HttpOverSocketsTests
{
    [Theory(Timeout = HangGuard)]
    [InlineData("127.0.0.1")]
    [InlineData("[::1]")]
    [InlineData("localhost")]
    public async Task A_URL_is_asked_for(string host)
    {
        Assert.SkipUnless(host != "[::1]" || Socket.OSSupportsIPv6, "there is no IPv6 here");
        await using var server = Server.Start($"{host}:0", Http.Serve(EchoTarget));
        var port = server.LocalAddress.Port;
        await using var response = await Http.GetAsync($"http://{host}:{port}/a?b#c");
        Assert.Equal(200, response.Status);
        Assert.Equal($"GET /a?b for {host}:{port}", await response.ReadTextAsync());
    }

    [Fact(Timeout = HangGuard)]
    public async Task The_port_may_be_a_service_name()
    {
        await using var server = Server.Start("127.0.0.1:0", Http.Serve(EchoTarget));
        var port = server.LocalAddress.Port;
        var services = ServiceRegistry.BuiltIn.With("test-web", port, Transport.Tcp);
        await using var response = await Http.GetAsync("http://127.0.0.1:test-web/", new() { Connect = new() { Services = services } });
        Assert.Equal($"GET / for 127.0.0.1:{port}", await response.ReadTextAsync());
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_Unix_socket_is_asked_as_well()
    {
        var directory = Directory.CreateTempSubdirectory("sockeye-http-");
        var path = Path.Join(directory.FullName, "web");
        await using var server = Server.Start(Address.Unix(path), Http.Serve(EchoTarget));
        await using (var response = await Http.GetAsync(Address.Unix(path), "/version"))
            Assert.Equal("GET /version for localhost", await response.ReadTextAsync());
        await server.DisposeAsync();
        directory.Delete(recursive: true);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Many_are_served_at_once_and_every_connection_ends_well()
    {
        var failures = new System.Collections.Concurrent.ConcurrentQueue<Exception>();
        await using var server = Server.Start("127.0.0.1:0", Http.Serve(EchoTarget), new()
        {
            OnDisconnected = (_, error) =>
            {
                if (error is not null)
                    failures.Enqueue(error);
            },
        });
        var port = server.LocalAddress.Port;
        var texts = await Task.WhenAll(Enumerable.Range(0, 200).Select(async i =>
        {
            await using var response = await Http.GetAsync($"http://127.0.0.1:{port}/{i}");
            return await response.ReadTextAsync();
        }));
        Assert.Equal(Enumerable.Range(0, 200).Select(i => $"GET /{i} for 127.0.0.1:{port}"), texts);
        await server.StopAsync();
        Assert.Empty(failures);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_client_that_talks_too_much_still_reads_why_it_was_refused()
    {
        await using var server = Server.Start("127.0.0.1:0", Http.Serve(EchoTarget));
        await using var client = await Connection.ConnectAsync(server.LocalAddress);
        await client.Lines.WriteAsync("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n");
        await client.WriteAsync(new byte[900_000]);
        Assert.Equal("HTTP/1.1 405 Method Not Allowed", await client.Lines.ReadLineAsync());
    }

    [Fact(Timeout = HangGuard)]
    public async Task Nobody_there_is_an_error_of_connecting()
    {
        var error = await Assert.ThrowsAsync<NetException>(() => Http.GetAsync($"http://127.0.0.1:{PeerPort.Choose()}/"));
        Assert.Equal((NetErrorKind.Refused, NetOperation.Connect), (error.Kind, error.Operation));
    }

    private static ValueTask<HttpReply> EchoTarget(HttpRequest request, CancellationToken cancel) =>
        new(HttpReply.Text($"{request.Method} {request.Target} for {request.Headers["Host"]}"));

    private const int HangGuard = 60_000;
}
