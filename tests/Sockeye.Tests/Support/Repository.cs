namespace Sockeye.Tests.Support;

/// <summary>The checked-out sources that these tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot(AppContext.BaseDirectory);

    private static string FindRoot(string directory) =>
        File.Exists(Path.Combine(directory, "Sockeye.slnx")) ? directory : FindRoot(Path.GetDirectoryName(directory)!);
}
