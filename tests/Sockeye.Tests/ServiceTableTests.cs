using Xunit;

namespace Sockeye.Tests;

public class ServiceTableTests
{
    private static readonly ServiceEntry[] All = [.. ServiceTable.Instance.All];

    [Fact]
    public void The_registry_is_there_whole() => Assert.InRange(All.Length, 11_000, 13_000);

    [Fact]
    public void Entries_go_by_port_and_none_comes_twice()
    {
        Assert.Equal(All.Select(entry => entry.Port).Order(), All.Select(entry => entry.Port));
        Assert.Distinct(All.Select(entry => (entry.Port, entry.Protocol)));
        Assert.All(All, entry => Assert.InRange(entry.Port, 1, 65_535));
    }

    [Fact]
    public void Every_entry_is_found_by_each_of_its_names_in_any_case()
    {
        foreach (var entry in All)
            foreach (var name in entry.Names)
            {
                Assert.Contains(entry, ServiceTable.Instance.Named(name));
                Assert.Contains(entry, ServiceTable.Instance.Named(name.ToUpperInvariant()));
            }
    }

    [Fact]
    public void Of_several_ports_the_one_that_is_meant_comes_first() =>
        Assert.Equal([8080, 591, 8008], ServiceTable.Instance.Named("http-alt").Select(entry => entry.Port).Distinct());

    [Fact]
    public void Every_entry_is_found_by_its_port()
    {
        foreach (var entry in All)
            Assert.Contains(entry, ServiceTable.Instance.At(entry.Port));
    }

    [Fact]
    public void A_port_finds_nothing_but_its_own_entries()
    {
        var ports = All.Select(entry => entry.Port).Concat(Enumerable.Range(6000, 64)).Append(6666).Append(6669).ToHashSet();
        for (var port = 0; port <= 65_536; port++)
        {
            var found = ServiceTable.Instance.At(port).ToList();
            Assert.Equal(ports.Contains(port), found.Count > 0);
            Assert.All(found, entry => Assert.Equal(port, entry.Port));
        }
    }

    [Fact]
    public void No_name_can_be_mistaken_for_a_port_or_carries_the_tables_own_marks()
    {
        foreach (var entry in All)
        {
            Assert.All(entry.Names, name => Assert.True(ServiceName.CanBeName(name), name));
            Assert.All(entry.Names, name => Assert.DoesNotContain(name, c => c is ' ' or '#' or '\r' or > '~'));
            Assert.All(entry.Description, c => Assert.InRange(c, ' ', '~'));
            Assert.InRange(entry.Description.Length, 0, 60);
            Assert.Distinct(entry.Names);
        }
    }

    [Fact]
    public void A_canonical_name_goes_before_the_same_name_as_an_alias()
    {
        foreach (var name in All.SelectMany(entry => entry.Names).ToHashSet(StringComparer.OrdinalIgnoreCase))
        {
            var canonical = ServiceTable.Instance.Named(name).Select(entry => entry.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).ToList();
            Assert.Equal(canonical.OrderDescending(), canonical);
        }
    }
}
