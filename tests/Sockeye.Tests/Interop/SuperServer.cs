using System.Globalization;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Interop;

/// <summary>An inetd with its internal services, over streams and datagrams, at ports of its own.</summary>
internal sealed class SuperServer : IAsyncDisposable
{
    private static readonly string[] Services = ["echo", "discard", "daytime", "chargen", "time"];

    private readonly Scratch _scratch = new();
    private readonly Dictionary<string, int> _ports = Services.ToDictionary(name => name, _ => PeerPort.Choose(), StringComparer.Ordinal);
    private RunningProgram? _program;

    private SuperServer() { }

    public static async Task<SuperServer> StartAsync(string name)
    {
        var server = new SuperServer();
        server._program = name == "xinetd" ? server.StartXinetd() : server.StartInetutils();
        foreach (var port in server._ports.Values)
            await Task.WhenAll(PeerPort.TcpListenerAsync(port), PeerPort.UdpSocketAsync(port));
        return server;
    }

    /// <summary>Where the service is.</summary>
    public string this[string service] => $"127.0.0.1:{_ports[service]}";

    public int PortOf(string service) => _ports[service];

    /// <summary>It finds its ports in the system's list of services, so it gets a list of its own.</summary>
    private RunningProgram StartInetutils()
    {
        Peers.Require("unshare");
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can give inetd a list of services of its own");
        var services = Write("services", _ports.Select(service => $"{service.Key} {Number(service.Value)}/tcp\n{service.Key} {Number(service.Value)}/udp"));
        var config = Write("inetd.conf", Services.SelectMany(name => new[]
        {
            $"{name} stream tcp nowait root internal", $"{name} dgram udp wait root internal",
        }));
        var inetd = Peers.Require("inetutils-inetd");
        return RunningProgram.Start("unshare", ["-m", "sh", "-c",
            $"mount --bind {services} /etc/services && exec {inetd} -R 100000 -d --pidfile={_scratch.File("pid")} {config}"]);
    }

    private RunningProgram StartXinetd()
    {
        var config = Write("xinetd.conf", Services.SelectMany(name => new[] { Entry(name, "stream", "tcp", "no"), Entry(name, "dgram", "udp", "yes") }));
        return RunningProgram.Start(
            Peers.Require("xinetd"), ["-dontfork", "-f", config, "-pidfile", _scratch.File("pid"), "-filelog", _scratch.File("log")]);
    }

    private string Entry(string name, string socketType, string protocol, string wait) =>
        $$"""
        service {{name}}
        {
            type = INTERNAL UNLISTED
            id = {{name}}-{{socketType}}
            socket_type = {{socketType}}
            protocol = {{protocol}}
            port = {{Number(_ports[name])}}
            wait = {{wait}}
            user = {{Environment.UserName}}
            bind = 127.0.0.1
        }
        """;

    private string Write(string name, IEnumerable<string> lines)
    {
        File.WriteAllLines(_scratch.File(name), lines);
        return _scratch.File(name);
    }

    private static string Number(int port) => port.ToString(CultureInfo.InvariantCulture);

    public async ValueTask DisposeAsync()
    {
        if (_program is not null)
            await _program.DisposeAsync();
        _scratch.Dispose();
    }
}
