namespace Sockeye;

/// <summary>Writes down what is tried while connecting, and when: the <see cref="ConnectReport"/> in the making.</summary>
internal sealed class ConnectLog(TimeProvider time, Action<ConnectAttempt>? onAttempt)
{
    private readonly Lock _lock = new();
    private readonly List<ConnectAttempt> _attempts = [];
    private readonly long _started = time.GetTimestamp();
    private TimeSpan? _resolved;
    private long? _firstAttempt;
    private TimeSpan _connected;

    /// <summary>An address is known now.</summary>
    public void AddressKnown()
    {
        lock (_lock)
            _resolved ??= time.GetElapsedTime(_started);
    }

    /// <summary>An attempt begins: the time to give when it ends.</summary>
    public long AttemptBegins()
    {
        var now = time.GetTimestamp();
        lock (_lock)
            _firstAttempt ??= now;
        return now;
    }

    /// <summary>An attempt has ended, well if there is no error.</summary>
    public void AttemptEnded(Address address, long began, NetException? error)
    {
        var now = time.GetTimestamp();
        var attempt = new ConnectAttempt(address, time.GetElapsedTime(began, now), error);
        lock (_lock)
        {
            _attempts.Add(attempt);
            if (error is null)
                _connected = time.GetElapsedTime(_firstAttempt!.Value, now);
        }
        onAttempt?.Invoke(attempt);
    }

    public ConnectReport ToReport()
    {
        lock (_lock)
            return new([.. _attempts], _resolved ?? TimeSpan.Zero, _connected);
    }
}
