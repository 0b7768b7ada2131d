using Sockeye.Tests.Contracts;
using Sockeye.Tests.Engines;
using Sockeye.Tests.Pages;
using Sockeye.Tests.Support;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(LongestFirst))]

namespace Sockeye.Tests.Support;

/// <summary>What takes longest begins first, so that it is not what everybody waits for in the end.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Long =
        [nameof(Checkout), nameof(ExampleTests), nameof(BothEnginesTests), nameof(PackageTests), nameof(ProgramFaultTests)];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(collection => Array.FindIndex(Long, name => IsOf(collection, name)) is >= 0 and var place ? place : Long.Length)];

    /// <summary>Whether it has that name itself, or is that of the class.</summary>
    private static bool IsOf(ITestCollection collection, string name) =>
        collection.TestCollectionDisplayName.Split(' ', '.').Contains(name, StringComparer.Ordinal);
}
