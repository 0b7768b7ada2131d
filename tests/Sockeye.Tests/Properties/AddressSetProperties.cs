using System.Net;
using System.Net.Sockets;
using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Sockeye.Tests.Properties;

/// <summary>Sets of addresses against a model that knows nothing but whole numbers: a list of words, asked one after another.</summary>
public class AddressSetProperties
{
    [Fact]
    public void It_holds_what_any_of_its_words_holds() =>
        Prop.ForAll(Sets.Zip(Ips).ToArbitrary(), each =>
        {
            var (words, ip) = each;
            var set = AddressSet.Parse(string.Join(", ", words.Select(word => word.Text)));
            return set.Contains(ip) == words.Exists(word => word.Holds(ip));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void What_is_shown_reads_as_the_same_set() =>
        Prop.ForAll(Sets.ToArbitrary(), words =>
        {
            var shown = AddressSet.Parse(string.Join('\n', words.Select(word => word.Text))).ToString();
            return AddressSet.Parse(shown).ToString() == shown;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_union_is_the_set_of_both_texts() =>
        Prop.ForAll(Sets.Zip(Sets).ToArbitrary(), each =>
        {
            string[] texts = [.. new[] { each.Item1, each.Item2 }.Select(words => string.Join(' ', words.Select(word => word.Text)))];
            return AddressSet.Parse(texts[0]).Union(AddressSet.Parse(texts[1])).ToString() == AddressSet.Parse(string.Join(' ', texts)).ToString();
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_text_is_a_set_or_an_invalid_address() =>
        Prop.ForAll(Texts.ToArbitrary(), text =>
        {
            try
            {
                return AddressSet.Parse(text).ToString() is not null;
            }
            catch (NetException error)
            {
                return error is { Kind: NetErrorKind.InvalidAddress, Operation: NetOperation.Parse, Reason.Length: > 0 };
            }
        }).QuickCheckThrowOnFailure();

    /// <summary>A word and the numbers from first to last that it stands for.</summary>
    private sealed record Word(string Text, AddressFamily Family, BigInteger First, BigInteger Last)
    {
        public bool Holds(IPAddress ip)
        {
            var unmapped = ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip;
            var number = NumberOf(unmapped);
            return unmapped.AddressFamily == Family && number >= First && number <= Last;
        }
    }

    private static BigInteger NumberOf(IPAddress ip) => new(ip.GetAddressBytes(), isUnsigned: true, isBigEndian: true);

    private static Word Single(IPAddress ip) => new($"{ip}", ip.AddressFamily, NumberOf(ip), NumberOf(ip));

    private static Word Network(IPAddress ip, int seed)
    {
        var width = ip.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
        var prefix = seed % (width + 1);
        var size = BigInteger.Pow(2, width - prefix);
        var first = NumberOf(ip) / size * size;
        return new($"{ip}/{prefix}", ip.AddressFamily, first, first + size - 1);
    }

    private static Word Between(IPAddress one, IPAddress other)
    {
        if (one.AddressFamily != other.AddressFamily)
            return Single(one);
        var (first, last) = NumberOf(one) <= NumberOf(other) ? (one, other) : (other, one);
        return new($"{first}-{last}", one.AddressFamily, NumberOf(first), NumberOf(last));
    }

    /// <summary>Few bits differ, so that addresses meet and ranges overlap or touch.</summary>
    private static Gen<IPAddress> Ips => Gen.OneOf(
        Gen.Choose(0, 15).Select(low => new IPAddress([10, 0, 0, (byte)low])),
        Gen.Choose(0, 15).Select(low => IPAddress.Parse($"::ffff:10.0.0.{low}").MapToIPv4()),
        Gen.Choose(0, 15).Select(low => IPAddress.Parse($"2001:db8::{low:x}")),
        Gen.Elements(IPAddress.Any, IPAddress.Broadcast, IPAddress.IPv6Any, IPAddress.Loopback, IPAddress.Parse("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")));

    private static Gen<Word> Words => Gen.OneOf(
        Ips.Select(Single),
        Ips.Zip(Gen.Choose(0, 32 * 128), Network),
        Ips.Zip(Ips, Between));

    private static Gen<List<Word>> Sets => Words.ListOf().Select(words => words.ToList());

    private static Gen<string> Texts
    {
        get
        {
            var pieces = Gen.Elements(
                "10.0.0.1", "10.0.0.", "1", "255", "256", "/", "8", "32", "33", "-", "::", "::1", "fe80::1", "%1", "ffff", ":", ",", " ", "\n",
                "#", "localhost", "example.com", "*", "[", "]", "0x7f", "é", "\0", "127");
            return Gen.OneOf(
                ArbMap.Default.GeneratorFor<string>().Where(text => text is not null),
                pieces.ListOf().Select(string.Concat));
        }
    }
}
