namespace Sockeye.Tests.Support;

/// <summary>The checked-out sources that these tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot(AppContext.BaseDirectory);

    /// <summary>Makes that directory equal to the sources; what was built in it is left alone.</summary>
    public static void MirrorTo(string directory) => Mirror(new DirectoryInfo(Root), new DirectoryInfo(directory));

    private static string FindRoot(string directory) =>
        File.Exists(Path.Combine(directory, "Sockeye.slnx")) ? directory : FindRoot(Path.GetDirectoryName(directory)!);

    private static void Mirror(DirectoryInfo from, DirectoryInfo to)
    {
        to.Create();
        var wanted = from.GetFileSystemInfos().Where(entry => !IsMade(entry)).ToDictionary(entry => entry.Name, StringComparer.Ordinal);
        foreach (var extra in to.GetFileSystemInfos().Where(entry => !wanted.ContainsKey(entry.Name) && !IsMade(entry)))
        {
            if (extra is DirectoryInfo { LinkTarget: null } directory)
                directory.Delete(recursive: true);
            else
                extra.Delete();
        }
        foreach (var entry in wanted.Values)
        {
            var target = Path.Combine(to.FullName, entry.Name);
            if (entry is DirectoryInfo directory)
                Mirror(directory, new DirectoryInfo(target));
            else if (entry is FileInfo file && IsOther(file, new FileInfo(target)))
                file.CopyTo(target, overwrite: true);
        }
    }

    private static bool IsOther(FileInfo file, FileInfo copy) =>
        !copy.Exists || copy.Length != file.Length || copy.LastWriteTimeUtc != file.LastWriteTimeUtc;

    private static bool IsMade(FileSystemInfo entry) => entry.Name is "bin" or "obj" or "artifacts" or "TestResults" or ".git";
}
