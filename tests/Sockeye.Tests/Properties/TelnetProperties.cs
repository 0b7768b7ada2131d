using FsCheck;
using FsCheck.Fluent;
using Sockeye.Protocols;
using Xunit;

namespace Sockeye.Tests.Properties;

/// <summary>However the network cuts a telnet conversation, the data and the answers are the same; and data is data, whatever
/// bytes it has.</summary>
public class TelnetProperties
{
    [Fact]
    public void Any_bytes_give_the_same_data_and_answers_wherever_they_are_cut() =>
        Prop.ForAll(Wires(), Cuts(), (wire, cuts) => Same(Decode(wire, cuts), Decode(wire, [])))
            .QuickCheckThrowOnFailure();

    [Fact]
    public void The_data_and_the_answers_are_those_of_RFC_854() =>
        Prop.ForAll(Wires(), Cuts(), (wire, cuts) => Same(Decode(wire, cuts), Specified(wire)))
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Whatever_is_sent_is_what_is_read() =>
        Prop.ForAll(Wires(), Cuts(), (data, cuts) => Carry(data, cuts).SequenceEqual(data))
            .QuickCheckThrowOnFailure();

    /// <summary>Mostly bytes that mean something to telnet.</summary>
    private static Arbitrary<byte[]> Wires() => Gen
        .ArrayOf(Gen.Frequency(
            (4, Gen.Constant((byte)255)),
            (4, Gen.Choose(240, 254).Select(value => (byte)value)),
            (2, Gen.Choose(0, 255).Select(value => (byte)value))))
        .ToArbitrary();

    private static Arbitrary<int[]> Cuts() => Gen.ArrayOf(Gen.Choose(1, 7)).ToArbitrary();

    private static bool Same((byte[] Data, byte[] Answers) one, (byte[] Data, byte[] Answers) other) =>
        one.Data.SequenceEqual(other.Data) && one.Answers.SequenceEqual(other.Answers);

    private static (byte[] Data, byte[] Answers) Decode(byte[] wire, int[] cuts)
    {
        var decoder = new TelnetDecoder();
        var answers = new TelnetAnswers();
        var data = new List<byte>();
        foreach (var piece in Pieces(wire, cuts))
            data.AddRange(piece.AsSpan(0, decoder.Decode(piece, answers)));
        return ([.. data], answers.Take());
    }

    /// <summary>The same, told of the whole at once: a command is looked for at each place.</summary>
    private static (byte[] Data, byte[] Answers) Specified(byte[] wire)
    {
        var data = new List<byte>();
        var answers = new List<(byte, byte)>();
        for (var at = 0; at < wire.Length;)
        {
            switch (wire.AsSpan(at))
            {
                case [255, 255, ..]: data.Add(255); at += 2; break;
                case [255, 253, var option, ..]: answers.Add((252, option)); at += 3; break;
                case [255, 251, var option, ..]: answers.Add((254, option)); at += 3; break;
                case [255, 252 or 254, _, ..]: at += 3; break;
                case [255, 250, ..]: at = AfterSubnegotiation(wire, at + 2); break;
                case [255, >= 251 and <= 254]: at += 2; break;
                case [255, _, ..]: at += 2; break;
                case [255]: at++; break;
                default: data.Add(wire[at++]); break;
            }
        }
        return ([.. data], [.. answers.Distinct().SelectMany(answer => (byte[])[255, answer.Item1, answer.Item2])]);
    }

    private static int AfterSubnegotiation(byte[] wire, int at)
    {
        while (at < wire.Length)
        {
            if (wire[at] != 255)
                at++;
            else if (at + 1 < wire.Length && wire[at + 1] == 240)
                return at + 2;
            else
                at += 2;
        }
        return at;
    }

    private static byte[] Carry(byte[] data, int[] cuts)
    {
        var (client, server) = Connection.CreatePair();
        var from = Telnet.RefuseOptionsAsync(client).Result;
        var to = Telnet.RefuseOptionsAsync(server).Result;
        foreach (var piece in Pieces(data, cuts))
            from.WriteAsync(piece).AsTask().GetAwaiter().GetResult();
        from.CloseWriteAsync().AsTask().GetAwaiter().GetResult();
        using var read = new MemoryStream();
        to.CopyTo(read);
        return read.ToArray();
    }

    private static IEnumerable<byte[]> Pieces(byte[] bytes, int[] cuts)
    {
        for (var (at, turn) = (0, 0); at < bytes.Length; turn++)
        {
            var length = cuts.Length == 0 ? bytes.Length : Math.Min(cuts[turn % cuts.Length], bytes.Length - at);
            yield return bytes[at..(at + length)];
            at += length;
        }
    }
}
