using System.Collections.Concurrent;
using System.Threading.Channels;

namespace Sockeye.Tests.Support;

/// <summary>What a server has told of its connections, in the order of telling.</summary>
internal sealed class Reports
{
    private readonly Channel<Exception?> _ends = Channel.CreateUnbounded<Exception?>();
    private readonly ConcurrentDictionary<Connection, int> _reports = new();

    /// <summary>The options with these reports asked for.</summary>
    public ServerOptions On(ServerOptions options) => options with { OnDisconnected = Record };

    /// <summary>How many ends were told so far.</summary>
    public int Count => _reports.Values.Sum();

    /// <summary>The most that any one connection was told of.</summary>
    public int MostForOne => _reports.Values.Max();

    /// <summary>How the next connection ended that has not been asked for yet.</summary>
    public async Task<Exception?> NextAsync() => await _ends.Reader.ReadAsync();

    private void Record(Connection connection, Exception? error)
    {
        _reports.AddOrUpdate(connection, 1, (_, count) => count + 1);
        _ends.Writer.TryWrite(error);
    }
}
