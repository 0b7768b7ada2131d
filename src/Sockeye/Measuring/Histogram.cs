using System.Numerics;
using System.Runtime.InteropServices;

namespace Sockeye.Measuring;

/// <summary>
/// How often which time was measured, in buckets that grow with the time. Memory is at most 30 KB however many times there
/// are, and what is told of them is off by at most 1 % of the time itself; the shortest, the longest and the mean are exact.
/// <code>
/// ticks (100 ns)      0 1 2 ... 127 | 128 130 ... 254 | 256 260 ... 508 | 512 ...      64 buckets a power of two
/// width of a bucket   1             | 2               | 4               | 8
/// </code>
/// </summary>
/// <remarks>Not for several threads at once: each may have its own, and <see cref="Merge"/> makes one of them.</remarks>
/// <example><code>
/// var latency = new Histogram();
/// latency.Record(TimeSpan.FromMilliseconds(3));
/// latency.Record(TimeSpan.FromMilliseconds(5));
/// Console.WriteLine($"{latency.Count} times, half of them up to {latency.Percentile(50).TotalMilliseconds:0} ms");
/// </code></example>
public sealed class Histogram
{
    private long[] _counts = [];
    private Int128 _total;
    private long _least = long.MaxValue;
    private long _most;

    /// <summary>How many times were recorded.</summary>
    public long Count { get; private set; }

    /// <summary>The shortest; zero if there is none.</summary>
    public TimeSpan Min => new(Count == 0 ? 0 : _least);

    /// <summary>The longest; zero if there is none.</summary>
    public TimeSpan Max => new(_most);

    /// <summary>The mean; zero if there is none.</summary>
    public TimeSpan Mean => new(Count == 0 ? 0 : (long)(_total / Count));

    /// <summary>The buckets that have anything, the shortest times first.</summary>
    public IEnumerable<HistogramBucket> Buckets
    {
        get
        {
            for (var i = 0; i < _counts.Length; i++)
            {
                if (_counts[i] > 0)
                    yield return new(new(LowestIn(i)), new(HighestIn(i)), _counts[i]);
            }
        }
    }

    /// <summary>Records a time.</summary>
    /// <param name="time">Zero or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">The time is negative.</exception>
    public void Record(TimeSpan time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
        var ticks = time.Ticks;
        var index = IndexOf(ticks);
        if (index >= _counts.Length)
            MakeRoom(index);
        _counts[index]++;
        Note(count: 1, total: ticks, least: ticks, most: ticks);
    }

    /// <summary>Takes in what another one has recorded.</summary>
    /// <param name="other">The other one, which stays as it is.</param>
    public void Merge(Histogram other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other._counts.Length > _counts.Length)
            Array.Resize(ref _counts, other._counts.Length);
        for (var i = 0; i < other._counts.Length; i++)
            _counts[i] += other._counts[i];
        Note(other.Count, other._total, other._least, other._most);
    }

    /// <summary>Forgets everything, and keeps the room for it.</summary>
    public void Clear()
    {
        Array.Clear(_counts);
        (Count, _total, _least, _most) = (0, 0, long.MaxValue, 0);
    }

    /// <summary>The time that so many per cent do not exceed (nearest rank), within 1 %.</summary>
    /// <param name="percent">From 0, which is the shortest, to 100, which is the longest.</param>
    /// <returns>The time; zero if none was recorded.</returns>
    public TimeSpan Percentile(double percent)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(percent, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(percent, 100);
        var rank = (long)Math.Ceiling(Count * (decimal)percent / 100);
        if (rank <= 1 || rank >= Count)
            return rank <= 1 ? Min : Max;
        var index = -1;
        for (long below = 0; below < rank;)
            below += _counts[++index];
        var middle = LowestIn(index) + ((HighestIn(index) - LowestIn(index)) / 2);
        return new(Math.Clamp(middle, _least, _most));
    }

    private void Note(long count, Int128 total, long least, long most)
    {
        Count += count;
        _total += total;
        _least = Math.Min(_least, least);
        _most = Math.Max(_most, most);
    }

    /// <summary>Room up to the end of the power of two: what is a little longer then finds its place.</summary>
    private void MakeRoom(int index) => Array.Resize(ref _counts, (index / PerPower + 1) * PerPower);

    private static int IndexOf(long ticks)
    {
        var shift = Math.Max(0, BitOperations.Log2((ulong)ticks) - PowerOfBuckets);
        return (shift << PowerOfBuckets) + (int)(ticks >> shift);
    }

    private static int ShiftOf(int index) => Math.Max(0, (index >> PowerOfBuckets) - 1);

    private static long LowestIn(int index) => (long)(index - (ShiftOf(index) << PowerOfBuckets)) << ShiftOf(index);

    private static long HighestIn(int index) => LowestIn(index) + (1L << ShiftOf(index)) - 1;

    // The middle of a bucket is at most half its width away, and the width a 64th of its times: 0.8 %.
    private const int PowerOfBuckets = 6;
    private const int PerPower = 1 << PowerOfBuckets;
}

/// <summary>Times that are told apart no further.</summary>
/// <param name="From">The shortest that belongs to it.</param>
/// <param name="To">The longest that belongs to it.</param>
/// <param name="Count">How many were recorded.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct HistogramBucket(TimeSpan From, TimeSpan To, long Count);
