using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Sockeye.Tests.Properties;

/// <summary>However the network cuts a stream, the lines are the same.</summary>
public class LinesProperties
{
    [Fact]
    public void Lines_are_the_same_wherever_the_bytes_are_split() =>
        Prop.ForAll(Texts(), Cuts(), (text, cuts) => Read(text, cuts).SequenceEqual(Expected(text)))
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Exact_counts_are_the_same_wherever_the_bytes_are_split() =>
        Prop.ForAll(Texts(), Cuts(), Cuts(), (text, cuts, counts) => CountsMatch(text, cuts, counts))
            .QuickCheckThrowOnFailure();

    private static Arbitrary<string> Texts() => Gen
        .ListOf(Gen.Elements("a", "bc", "\r", "\n", "\r\n", "\u00E9", "\U0001F600", "\0"))
        .Select(parts => string.Concat(parts))
        .ToArbitrary();

    private static Arbitrary<int[]> Cuts() => Gen.ArrayOf(Gen.Choose(1, 7)).ToArbitrary();

    private static List<string> Read(string text, int[] cuts)
    {
        var lines = Dribble(text, cuts);
        var read = new List<string>();
        while (lines.ReadLineAsync().AsTask().GetAwaiter().GetResult() is { } line)
            read.Add(line);
        return read;
    }

    private static List<string> Expected(string text)
    {
        var parts = text.Split('\n').ToList();
        var last = parts[^1];
        parts.RemoveAt(parts.Count - 1);
        var lines = parts.Select(part => part.EndsWith('\r') ? part[..^1] : part).ToList();
        if (last.Length > 0)
            lines.Add(last);
        return lines;
    }

    private static bool CountsMatch(string text, int[] cuts, int[] counts)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var lines = Dribble(text, cuts);
        var position = 0;
        foreach (var count in counts.Where(count => position + count <= bytes.Length))
        {
            var read = lines.ReadExactlyAsync(count).AsTask().GetAwaiter().GetResult();
            if (!read.Span.SequenceEqual(bytes.AsSpan(position, count)))
                return false;
            position += count;
        }
        return lines.ReadToEndAsync().AsTask().GetAwaiter().GetResult() == Encoding.UTF8.GetString(bytes[position..]);
    }

    private static Lines Dribble(string text, int[] cuts) => new(new CutStream(Encoding.UTF8.GetBytes(text), cuts));

    /// <summary>Gives its bytes in pieces of the given sizes, over and over.</summary>
    private sealed class CutStream(byte[] bytes, int[] cuts) : MemoryStream(bytes)
    {
        private int _reads;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var piece = cuts.Length == 0 ? buffer.Length : Math.Min(buffer.Length, cuts[_reads++ % cuts.Length]);
            return base.ReadAsync(buffer[..piece], cancellationToken);
        }
    }
}
