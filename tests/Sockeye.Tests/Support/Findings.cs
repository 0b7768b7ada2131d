using Xunit;

namespace Sockeye.Tests.Support;

/// <summary>For tests that look for everything that is wrong.</summary>
internal static class Findings
{
    /// <summary>Fails with all of them, one a line, if there is any.</summary>
    public static void AssertNone(IEnumerable<string> findings)
    {
        var lines = findings.ToList();
        Assert.True(lines.Count == 0, string.Join('\n', lines));
    }
}
