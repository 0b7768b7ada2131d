using System.Globalization;
using Sockeye.Tests.Support;

namespace Sockeye.Tests.Interop;

/// <summary>xinetd with its internal services, at free ports of 127.0.0.1 and for streams and datagrams alike.</summary>
internal sealed class Xinetd : IAsyncDisposable
{
    private static readonly string[] Services = ["time", "daytime", "echo", "discard", "chargen"];
    private readonly RunningProgram _program;
    private readonly Dictionary<string, int> _ports;

    private Xinetd(RunningProgram program, Dictionary<string, int> ports) => (_program, _ports) = (program, ports);

    /// <summary>Starts it, with its files in the directory.</summary>
    public static async Task<Xinetd> StartAsync(string directory)
    {
        var path = Peers.Require("xinetd");
        var ports = FreePorts();
        var configuration = Path.Combine(directory, "xinetd.conf");
        await File.WriteAllTextAsync(configuration, string.Concat(ports.Select(pair => Entry(pair.Key, "stream", pair.Value) + Entry(pair.Key, "dgram", pair.Value))));
        var program = RunningProgram.Start(
            path, ["-f", configuration, "-filelog", "/dev/stderr", "-dontfork", "-pidfile", Path.Combine(directory, "pid")]);
        await program.WaitForErrorLineAsync($"Started working: {2 * Services.Length} available services");
        return new Xinetd(program, ports);
    }

    public int PortOf(string service) => _ports[service];

    public ValueTask DisposeAsync() => _program.DisposeAsync();

    private static Dictionary<string, int> FreePorts()
    {
        var listeners = Services.ToDictionary(service => service, _ => DatagramSocket.Bind("127.0.0.1:0"));
        foreach (var listener in listeners.Values)
            listener.Dispose();
        return listeners.ToDictionary(pair => pair.Key, pair => pair.Value.LocalAddress.Port);
    }

    private static string Entry(string service, string type, int port) => string.Create(CultureInfo.InvariantCulture, $$"""
        service {{service}}
        {
            id = {{service}}-{{type}}
            type = INTERNAL UNLISTED
            socket_type = {{type}}
            protocol = {{(type == "stream" ? "tcp" : "udp")}}
            wait = {{(type == "stream" ? "no" : "yes")}}
            user = {{Environment.UserName}}
            bind = 127.0.0.1
            port = {{port}}
        }

        """);
}
