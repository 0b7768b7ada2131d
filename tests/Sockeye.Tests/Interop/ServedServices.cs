using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Interop;

/// <summary>One <c>sock serve -v</c> with every service, each at a port that the system chose, for all tests of a class.</summary>
public sealed class ServedServices : IAsyncLifetime
{
    private static readonly string[] Names = ["greeting", "echo", "discard", "daytime", "qotd", "chargen", "time"];
    private readonly Dictionary<string, int> _ports = new(StringComparer.Ordinal);
    private RunningProgram? _sock;

    /// <summary>Where a service is.</summary>
    public int this[string service] => _ports[service];

    /// <summary>Waits until the server has said so.</summary>
    public Task WaitForLineAsync(string text) => _sock!.WaitForErrorLineAsync(text);

    public async ValueTask InitializeAsync()
    {
        _sock = SockProcess.Start(["serve", "-v", .. Names.Select(name => name + "=0")]);
        foreach (var name in Names)
            _ports[name] = SockServer.PortIn((await _sock.WaitForErrorLineAsync($"  {name}: ")).Split(',')[0]);
    }

    public ValueTask DisposeAsync() => _sock!.DisposeAsync();
}
