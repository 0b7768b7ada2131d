using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Sockeye.Tests.Properties;

public class ServiceProperties
{
    [Fact]
    public void No_text_makes_the_parser_fail_or_give_anything_that_is_no_service() =>
        Prop.ForAll(Gen.OneOf(AnyText, Gen.Select(Gen.ListOf(AnyLine), lines => string.Join('\n', lines))).ToArbitrary(), text =>
            ServicesFile.Parse(text).All.All(entry =>
                entry.Port is > 0 and <= 65_535
                && entry.Protocol is "tcp" or "udp" or "sctp" or "dccp"
                && entry.Names.All(name => ServiceName.CanBeName(name) && !name.Any(char.IsWhiteSpace) && !name.Contains('#'))))
        .QuickCheckThrowOnFailure();

    [Fact]
    public void Written_entries_are_read_back_whatever_the_layout() =>
        Prop.ForAll(Gen.Zip(Gen.ListOf(AnyEntry), Gen.Elements("\n", "\r\n", "\n\n", "\n# comment\n", "\nmalformed\n")).ToArbitrary(), pair =>
        {
            var (entries, lineEnd) = pair;
            var text = string.Join(lineEnd, entries);
            return ServicesFile.Parse(text).All.SequenceEqual(entries)
                && ServicesFile.Parse(text.Replace(" ", " \t", StringComparison.Ordinal) + lineEnd).All
                    .Select(entry => (entry.Name, entry.Port)).SequenceEqual(entries.Select(entry => (entry.Name, entry.Port)));
        })
        .QuickCheckThrowOnFailure();

    [Fact]
    public void The_table_agrees_with_looking_at_every_entry() =>
        Prop.ForAll(Gen.OneOf(AnyName, Gen.Elements(TableNames), AnyText).ToArbitrary(), name =>
            ServiceTable.Instance.Named(name).ToHashSet().SetEquals(ServiceTable.Instance.All.Where(entry => entry.HasName(name))))
        .QuickCheckThrowOnFailure();

    [Fact]
    public void One_slip_in_a_long_name_is_forgiven() =>
        Prop.ForAll(
            Gen.Zip(Gen.Elements(TableNames.Where(name => name.Length >= 3).ToArray()), Gen.Choose(0, int.MaxValue - 1)).ToArbitrary(),
            pair => Slipped(pair.Item1, pair.Item2) is var typed
                && (typed.Length < 3 || ServiceRegistry.BuiltIn.Suggest(typed) is { } meant && Math.Abs(meant.Length - typed.Length) <= 1))
        .QuickCheckThrowOnFailure();

    private static string Slipped(string name, int choice)
    {
        var at = choice / 4 % (name.Length - 1);
        return (choice % 4) switch
        {
            0 => name.Remove(at, 1),
            1 => name.Insert(at, "q"),
            2 => string.Concat(name.AsSpan(0, at), "q", name.AsSpan(at + 1)),
            _ => $"{name[..at]}{name[at + 1]}{name[at]}{name[(at + 2)..]}",
        };
    }

    private static readonly string[] TableNames = [.. ServiceTable.Instance.All.SelectMany(entry => entry.Names).Distinct(StringComparer.Ordinal)];

    private static Gen<string> AnyText => Gen.Select(ArbMap.Default.GeneratorFor<string?>(), text => text ?? "");

    private static Gen<string> AnyName =>
        from first in Gen.Elements('a', 'b', 'z', 'Q')
        from rest in Gen.ListOf(Gen.Elements('a', 'b', '-', '1', '_', '+', 'Z'))
        select first + string.Concat(rest);

    private static Gen<ServiceEntry> AnyEntry =>
        from name in AnyName
        from port in Gen.Choose(1, 65_535)
        from protocol in Gen.Elements("tcp", "udp", "sctp", "dccp")
        from aliases in Gen.ListOf(AnyName)
        from description in Gen.Elements("", "what it is", "# twice #", "80/tcp \u00e4")
        select new ServiceEntry(name, port, protocol, [.. aliases], description);

    private static Gen<string> AnyLine => Gen.Select(Gen.ListOf(Gen.OneOf(
        Gen.Elements(" ", "\t", "#", "/", "\r", "\0", "\uFEFF", "\u2028", "http", "80", "80/tcp", "65536/udp", "/", "-1/tcp", "0x50", "1/ddp"),
        AnyName, AnyText)), parts => string.Concat(parts));
}
