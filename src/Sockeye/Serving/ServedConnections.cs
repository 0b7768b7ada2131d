namespace Sockeye;

/// <summary>One connection of a server, from its acceptance to its report.</summary>
/// <param name="connection">As it was accepted.</param>
/// <param name="serve">Its whole life.</param>
/// <param name="report">What is told of its end.</param>
internal sealed class ServedConnection(Connection connection, Func<ServedConnection, Task> serve, Action<Connection, Exception?>? report)
    : IThreadPoolWorkItem
{
    private int _reported;

    /// <summary>The bare connection, then the outermost of its layers.</summary>
    public Connection Connection { get; set; } = connection;

    /// <summary>Whether all layers are on it: until then nobody serves it.</summary>
    public bool HasLayers { get; set; }

    /// <summary>Why the server dropped it, if it did: what its end is reported with, whatever the handler says of it.</summary>
    public NetException? CutOffReason { get; private set; }

    public void Execute() => _ = serve(this);

    public void CutOff(NetException reason)
    {
        CutOffReason = reason;
        Connection.Abort();
    }

    /// <summary>Reports the end, the first time that it is called.</summary>
    public void End(Exception? error)
    {
        if (Interlocked.Exchange(ref _reported, 1) == 0)
            Callbacks.Tell(report, Connection, error);
    }
}

/// <summary>The connections that a server is serving: counted, waited for and, in the end, cut off.</summary>
internal sealed class ServedConnections
{
    private readonly HashSet<ServedConnection> _served = [];
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _closed;

    public int Count
    {
        get
        {
            lock (_served)
                return _served.Count;
        }
    }

    /// <summary>False once the set is closed.</summary>
    public bool TryAdd(ServedConnection connection)
    {
        lock (_served)
            return !_closed && _served.Add(connection);
    }

    public void Remove(ServedConnection connection)
    {
        lock (_served)
        {
            _served.Remove(connection);
            SignalIfDrained();
        }
    }

    /// <summary>Takes no more; the task ends when the last one has gone.</summary>
    public Task CloseAsync()
    {
        lock (_served)
        {
            _closed = true;
            SignalIfDrained();
        }
        return _drained.Task;
    }

    /// <summary>Those there now.</summary>
    public ServedConnection[] ToArray()
    {
        lock (_served)
            return [.. _served];
    }

    private void SignalIfDrained()
    {
        if (_closed && _served.Count == 0)
            _drained.TrySetResult();
    }
}
