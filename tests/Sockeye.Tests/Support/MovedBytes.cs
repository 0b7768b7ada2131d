using System.Diagnostics.Metrics;

namespace Sockeye.Tests.Support;

/// <summary>How many bytes the kernel has moved by itself on behalf of what was begun within <see cref="Begin"/>, as the library's own meter
/// tells it: none where a buffer was at work.</summary>
internal sealed class MovedBytes
{
    private static readonly AsyncLocal<MovedBytes?> Current = new();
    private static readonly MeterListener Listener = Listen();
    private long _sendFile;
    private long _splice;

    /// <summary>By sendfile(2).</summary>
    public long BySendFile => Interlocked.Read(ref _sendFile);

    /// <summary>By splice(2).</summary>
    public long BySplice => Interlocked.Read(ref _splice);

    /// <summary>Either way.</summary>
    public long Count => BySendFile + BySplice;

    /// <summary>Begins something, however many threads it then goes on on.</summary>
    public T Begin<T>(Func<T> begin)
    {
        _ = Listener;
        Current.Value = this;
        try
        {
            return begin();
        }
        finally
        {
            Current.Value = null;
        }
    }

    private void Note(long count, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        Interlocked.Add(ref tags[0] is { Value: "sendfile" } ? ref _sendFile : ref _splice, count);

    private static MeterListener Listen()
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "sockeye.moved")
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, count, tags, _) => Current.Value?.Note(count, tags));
        listener.Start();
        return listener;
    }
}
