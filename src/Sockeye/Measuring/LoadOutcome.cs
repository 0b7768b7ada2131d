namespace Sockeye.Measuring;

/// <summary>What came of a load: of the time that was measured, which begins after the warm-up.</summary>
public sealed record LoadOutcome
{
    /// <summary>How long was measured: less than asked for if it was cancelled.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>How long each request took that was done within that time; at a set <see cref="LoadOptions.Rate"/> also those that
    /// were due by the end and done within 250 ms after it. The time itself is by <see cref="LoadMode"/>.</summary>
    public required Histogram Latency { get; init; }

    /// <summary>What went wrong: each kind of error in each operation once, the most frequent first. Connections that could not
    /// be made at the beginning are among them.</summary>
    public required IReadOnlyList<LoadError> Errors { get; init; }

    /// <summary>The same over time, at most 120 times of the same length.</summary>
    public required IReadOnlyList<LoadInterval> Intervals { get; init; }

    /// <summary>Who answered first, numeric; null if nobody had when it was cancelled.</summary>
    public Address? RemoteAddress { get; init; }

    /// <summary>How many requests were done.</summary>
    public long Requests => Latency.Count;

    /// <summary>Requests done a second.</summary>
    public double RequestsPerSecond => Elapsed > TimeSpan.Zero ? Requests / Elapsed.TotalSeconds : 0;

    /// <summary>Bytes that the requests sent.</summary>
    public long BytesSent { get; init; }

    /// <summary>Bytes that came back for them.</summary>
    public long BytesReceived { get; init; }

    /// <summary>Answers with a status of 400 or more, by status, which count as done. Empty but for <see cref="LoadMode.Get"/>.</summary>
    public required IReadOnlyDictionary<int, long> BadStatuses { get; init; }

    /// <summary>Requests that were not done within 250 ms after the end either; how long they would have taken is not known.</summary>
    public long Unfinished { get; init; }

    /// <summary>Requests that were due by the end and had not been sent, because no connection was free. Always 0 without
    /// <see cref="LoadOptions.Rate"/>.</summary>
    public long Unsent { get; init; }
}

/// <summary>What went wrong, and how often.</summary>
/// <param name="First">The first of them.</param>
/// <param name="Count">How many there were.</param>
public sealed record LoadError(NetException First, long Count);

/// <summary>A part of the time that was measured.</summary>
public sealed record LoadInterval
{
    /// <summary>When it began, counted from the end of the warm-up.</summary>
    public required TimeSpan Start { get; init; }

    /// <summary>How long it was.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>How long each request took that was done in it.</summary>
    public required Histogram Latency { get; init; }

    /// <summary>How many requests were done.</summary>
    public long Requests => Latency.Count;

    /// <summary>How many requests and tries to connect failed.</summary>
    public long Errors { get; init; }

    /// <summary>Bytes that the requests sent.</summary>
    public long BytesSent { get; init; }

    /// <summary>Bytes that came back for them.</summary>
    public long BytesReceived { get; init; }
}
