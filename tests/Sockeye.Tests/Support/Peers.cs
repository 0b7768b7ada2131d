using Xunit;

namespace Sockeye.Tests.Support;

/// <summary>Other people's programs that the interoperability tests talk to.</summary>
internal static class Peers
{
    /// <summary>The program's path; where it is not installed, the test is skipped and counted as such.</summary>
    public static string Require(string program)
    {
        var path = Find(program);
        Assert.SkipWhen(path is null, $"{program} is not installed");
        return path!;
    }

    /// <summary>Where the program is: on the search path, among the system's servers, or among those unpacked by ./test.</summary>
    public static string? Find(string program) =>
        SearchPath().Select(directory => Path.Combine(directory, program)).FirstOrDefault(File.Exists);

    private static IEnumerable<string> SearchPath()
    {
        var path = Environment.GetEnvironmentVariable("PATH") ?? "";
        var unpacked = Environment.GetEnvironmentVariable("SOCK_TEST_PEERS") ?? "";
        return [.. path.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries), "/usr/sbin", "/sbin", .. unpacked.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)];
    }
}
