using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Sockeye;

/// <summary>
/// A token bucket for each source: it holds up to <paramref name="burst"/> tokens, gains <paramref name="rate"/> of
/// them a second, and what is let through takes one.
/// </summary>
/// <remarks>
/// A source is an IPv4 address, the first 64 bits of an IPv6 address (one customer has at least that many), or a Unix
/// path. Memory is bounded by two generations of sources: who is seen moves into the young one; when that is full, the
/// old one is forgotten and the young one grows old. So the <see cref="GenerationSize"/> sources seen last are always
/// remembered and twice as many at most, and who has been away longest is forgotten first, which costs it nothing: its
/// bucket would be full again.
/// </remarks>
internal sealed class RateLimiter(int rate, int burst, TimeProvider time)
{
    private readonly Lock _lock = new();
    private Dictionary<Source, Bucket> _young = [];
    private Dictionary<Source, Bucket> _old = [];

    /// <summary>Whether the source may have one more now; if so, it is counted.</summary>
    public bool TryTake(Address from)
    {
        if (rate == 0)
            return true;
        lock (_lock)
            return TryTake(ref BucketOf(Source.Of(from)));
    }

    /// <summary>How many sources are remembered.</summary>
    internal int SourceCount
    {
        get
        {
            lock (_lock)
                return _young.Count + _old.Count;
        }
    }

    private ref Bucket BucketOf(Source source)
    {
        if (_young.Count == GenerationSize && !_young.ContainsKey(source))
            (_old, _young) = (_young, []);
        ref var bucket = ref CollectionsMarshal.GetValueRefOrAddDefault(_young, source, out var known);
        if (!known && !_old.Remove(source, out bucket))
            bucket = new Bucket(burst, time.GetTimestamp());
        return ref bucket;
    }

    private bool TryTake(ref Bucket bucket)
    {
        var now = time.GetTimestamp();
        var gained = time.GetElapsedTime(bucket.Since, now).TotalSeconds * rate;
        bucket = new Bucket(Math.Min(burst, bucket.Tokens + gained), now);
        if (bucket.Tokens < 1)
            return false;
        bucket = bucket with { Tokens = bucket.Tokens - 1 };
        return true;
    }

    internal const int GenerationSize = 8192;

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Bucket(double Tokens, long Since);

    private readonly record struct Source(AddressFamily Family, ulong Prefix, string? Path)
    {
        public static Source Of(Address address)
        {
            if (address.IP is not { } ip)
                return new Source(AddressFamily.Unix, 0, address.Path);
            Span<byte> bytes = stackalloc byte[16];
            bytes.Clear();
            ip.TryWriteBytes(bytes, out _);
            return new Source(ip.AddressFamily, BinaryPrimitives.ReadUInt64BigEndian(bytes), Path: null);
        }
    }
}
