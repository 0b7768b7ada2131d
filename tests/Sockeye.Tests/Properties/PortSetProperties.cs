using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Sockeye.Tests.Properties;

/// <summary>Sets of ports against a model that knows nothing but numbers: a list of words, written one after another.</summary>
public class PortSetProperties
{
    [Fact]
    public void It_holds_the_ports_of_its_words_in_order_and_each_once() =>
        Prop.ForAll(Lists.ToArbitrary(), words =>
        {
            var ports = PortSet.Parse(string.Join(", ", words.Select(word => word.Text)), ServiceRegistry.BuiltIn);
            int[] expected = [.. words.SelectMany(word => word.Ports).Distinct().Order()];
            return ports.SequenceEqual(expected) && ports.Count == expected.Length;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void It_contains_what_any_of_its_words_has() =>
        Prop.ForAll(Lists.Zip(Gen.Choose(-10, 70_000)).ToArbitrary(), each =>
        {
            var (words, port) = each;
            var ports = PortSet.Parse(string.Join('\n', words.Select(word => word.Text)), ServiceRegistry.BuiltIn);
            return ports.Contains(port) == words.Exists(word => word.Ports.Contains(port));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void What_is_shown_reads_as_the_same_set() =>
        Prop.ForAll(Lists.ToArbitrary(), words =>
        {
            var ports = PortSet.Parse(string.Join(' ', words.Select(word => word.Text)), ServiceRegistry.BuiltIn);
            var again = PortSet.Parse(ports.ToString(), ServiceRegistry.BuiltIn);
            return again.SequenceEqual(ports) && again.ToString() == ports.ToString();
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_longer_top_has_all_of_a_shorter_one() =>
        Prop.ForAll(Gen.Choose(1, 65_535).Two().ToArbitrary(), each =>
        {
            var (shorter, longer) = (PortSet.Top(Math.Min(each.Item1, each.Item2)), PortSet.Top(Math.Max(each.Item1, each.Item2)));
            return longer.Count == Math.Max(each.Item1, each.Item2) && !shorter.Except(longer).Any();
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(10));

    [Fact]
    public void Any_text_is_a_set_or_an_error_of_the_caller() =>
        Prop.ForAll(Texts.ToArbitrary(), text =>
        {
            try
            {
                return PortSet.Parse(text, ServiceRegistry.BuiltIn) is { Count: > 0 } ports && ports.All(port => port is >= 1 and <= 65_535);
            }
            catch (NetException error)
            {
                return error is { Blame: NetBlame.Caller, Operation: NetOperation.Parse, Reason.Length: > 0 };
            }
        }).QuickCheckThrowOnFailure();

    private sealed record Word(string Text, IEnumerable<int> Ports);

    private static readonly Gen<int> Ports = Gen.OneOf(Gen.Choose(1, 65_535), Gen.Choose(1, 30), Gen.Elements(1, 65_535));

    private static readonly Gen<Word> Words = Gen.OneOf(
        Ports.Select(port => new Word($"{port}", [port])),
        Ports.Two().Select(pair => Range(Math.Min(pair.Item1, pair.Item2), Math.Max(pair.Item1, pair.Item2))),
        Gen.Elements(new Word("http", [80]), new Word("SSH", [22]), new Word("http-alt", [8080])));

    private static readonly Gen<List<Word>> Lists = Words.NonEmptyListOf().Select(words => words.ToList());

    private static readonly Gen<string> Texts = Gen.Elements([.. "0123456789", '-', '-', ',', ' ', 'a', 'h', 't', 'p', '+', '\0', '\u001b', 'é'])
        .ArrayOf().Select(characters => new string(characters));

    private static Word Range(int first, int last) => new($"{first}-{last}", Enumerable.Range(first, last - first + 1));
}
