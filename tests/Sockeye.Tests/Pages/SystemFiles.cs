namespace Sockeye.Tests.Pages;

/// <summary>What the files of the system say on a <see cref="Stage"/>, so that a page shows the same on every machine: only
/// localhost has a name, no name server answers, and services are those that Sockeye knows itself.</summary>
internal static class SystemFiles
{
    private static readonly Dictionary<string, string> Texts = new(StringComparer.Ordinal)
    {
        ["hosts"] = "127.0.0.1 localhost\n::1 localhost\n",
        ["nsswitch.conf"] = "hosts: files dns\n",
        ["resolv.conf"] = "nameserver 127.0.0.1\n",
        ["services"] = "",
    };

    /// <summary>Writes them into a directory, and returns the command line that puts them in place of the system's.</summary>
    public static string MountFrom(string directory)
    {
        Directory.CreateDirectory(directory);
        foreach (var (name, text) in Texts)
            File.WriteAllText(Path.Combine(directory, name), text);
        return $"for file in {string.Join(' ', Texts.Keys)}; do [ ! -e /etc/$file ] || mount --bind '{directory}'/$file /etc/$file; done";
    }
}
