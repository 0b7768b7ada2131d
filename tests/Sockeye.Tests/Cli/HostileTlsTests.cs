using System.Net.Sockets;
using Sockeye.Tests.Support;
using Sockeye.Tls;
using Xunit;

namespace Sockeye.Tests.Cli;

/// <summary>The program as a TLS server for clients that stand still or talk nonsense in the handshake: each is said in one
/// line, and the others go on.</summary>
public sealed class HostileTlsTests : IDisposable
{
    private readonly TlsFiles _files = new();
    private readonly List<Socket> _hostile = [];

    [Fact(Timeout = HangGuard)]
    public async Task Listening_for_many_goes_on_beside_them()
    {
        await using var sock = await StartAsync("Listening at ", "listen", "-k", "--tls", "127.0.0.1:0", "--cert", _files.Server, "--peer-ended-wait", "0");
        foreach (var client in HostileTlsClient.All)
        {
            await AssertSaidAsync(sock, client, address => $"sock: Connection error: handshake tcp {address}: ");
            await SayAsync(sock.Port, client.Where);
            await sock.WaitForOutputLineAsync(client.Where);
        }
        await StopAsync(sock);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Listening_for_one_goes_on_until_there_is_one()
    {
        await using var sock = await StartAsync("Listening at ", "listen", "--tls", "127.0.0.1:0", "--cert", _files.Server);
        foreach (var client in HostileTlsClient.All)
            await AssertSaidAsync(sock, client, address => $"sock: Connection error: handshake tcp {address}: ");
        await SayAsync(sock.Port, "here");
        await sock.WaitForOutputLineAsync("here");
        sock.EndInput();
        Assert.Equal(0, (await sock.WaitAsync()).ExitCode);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Services_go_on_beside_them()
    {
        await using var sock = await StartAsync("running on port", "serve", "echo=0", "--tls", "-v", "--host", "127.0.0.1", "--cert", _files.Server);
        foreach (var client in HostileTlsClient.All)
        {
            await AssertSaidAsync(sock, client, address => $"echo: {address} handshake tcp {address}: ");
            Assert.Equal(client.Where, await SayAsync(sock.Port, client.Where, hasAnswer: true));
        }
        await StopAsync(sock);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Three_hundred_who_stand_still_hold_up_nobody()
    {
        await using var sock = await StartAsync("running on port", "serve", "echo=0", "--tls", "--host", "127.0.0.1", "--cert", _files.Server);
        var standing = HostileTlsClient.All.Where(client => client.Says is null).ToList();
        for (var i = 0; i < 300; i++)
            _hostile.Add((await standing[i % standing.Count].CallAsync(sock.Port)).Socket);
        Assert.Equal("hello", await SayAsync(sock.Port, "hello", hasAnswer: true));
        await StopAsync(sock);
    }

    public void Dispose()
    {
        _hostile.ForEach(socket => socket.Dispose());
        _files.Dispose();
    }

    /// <summary>It stays where it is until the test is over.</summary>
    private async Task AssertSaidAsync(RunningProgram sock, HostileTlsClient client, Func<Address, string> beginning)
    {
        var (socket, address) = await client.CallAsync(sock.Port);
        _hostile.Add(socket);
        if (client.Says is null)
            return;
        var line = await sock.WaitForErrorLineAsync($"handshake tcp {address}: ");
        Assert.StartsWith(beginning(address), line, StringComparison.Ordinal);
        Assert.Contains(client.Says, line, StringComparison.Ordinal);
    }

    private async Task<string?> SayAsync(int port, string line, bool hasAnswer = false)
    {
        await using var client = await TlsClient.ConnectAsync("localhost", port, new() { Authorities = _files.Trust }, cancel: Cancel);
        await client.Lines.WriteLineAsync(line, Cancel);
        await client.Lines.FlushAsync(Cancel);
        return hasAnswer ? await client.Lines.ReadLineAsync(Cancel) : null;
    }

    private static async Task<RunningProgram> StartAsync(string announcement, params string[] words)
    {
        var sock = SockProcess.Start(words);
        sock.Port = SockServer.PortIn(await sock.WaitForErrorLineAsync(announcement));
        return sock;
    }

    private static async Task StopAsync(RunningProgram sock)
    {
        sock.Signal("TERM");
        Assert.Equal(0, (await sock.WaitAsync()).ExitCode);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private const int HangGuard = 120_000;
}
