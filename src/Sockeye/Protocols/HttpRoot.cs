namespace Sockeye.Protocols;

/// <summary>A directory, and where a request's path leads under it: never outside, whatever the path says and wherever
/// symbolic links point.</summary>
internal sealed class HttpRoot
{
    private readonly string _root;

    /// <exception cref="DirectoryNotFoundException">There is no such directory.</exception>
    public HttpRoot(string directory)
    {
        _root = RealPath(Path.GetFullPath(directory)) ?? directory;
        if (!Directory.Exists(_root))
            throw new DirectoryNotFoundException($"there is no directory {Quoted.Of(directory)}");
    }

    /// <summary>The file or directory that a decoded path names, free of symbolic links.</summary>
    /// <exception cref="HttpRefusal">403: it lies outside; 404: there is nothing.</exception>
    public string Locate(string path)
    {
        var place = _root;
        foreach (var name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (name is "." or "..")
                throw new HttpRefusal(403, "a path with . or .. leads nowhere here");
            if (!IsFileName(name, OperatingSystem.IsWindows()))
                throw new HttpRefusal(404);
            place = Path.Join(place, name);
        }
        var real = RealPath(place);
        if (real is null || !Path.Exists(real))
            throw new HttpRefusal(404);
        return IsInside(real) ? real : throw new HttpRefusal(403, "a symbolic link leads out of the served directory");
    }

    /// <summary>Whether a segment names a file of its own directory. On Windows some characters lead elsewhere (a drive, a
    /// second stream, another directory), and some names are devices in every directory.</summary>
    internal static bool IsFileName(string name, bool onWindows)
    {
        if (name.Contains('\0'))
            return false;
        if (!onWindows)
            return true;
        var stem = name.Split('.')[0].TrimEnd(' ').ToUpperInvariant();
        var isDevice = stem is "CON" or "PRN" or "AUX" or "NUL" or "CONIN$" or "CONOUT$"
            || (stem is ['C', 'O', 'M', _] or ['L', 'P', 'T', _] && (char.IsDigit(stem[3]) || stem[3] is '\u00B9' or '\u00B2' or '\u00B3'));
        return !isDevice && name[^1] is not ('.' or ' ') && !name.AsSpan().ContainsAny("\\/:*?\"<>|") && !name.Any(char.IsControl);
    }

    private bool IsInside(string real) =>
        real == _root || real.StartsWith(_root.TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    /// <summary>The path with every symbolic link followed, part by part; null where links go in circles.</summary>
    private static string? RealPath(string path, int links = 0)
    {
        if (links > MaxLinks)
            return null;
        var real = Path.GetPathRoot(path)!;
        var parts = path[real.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries);
        for (var i = 0; i < parts.Length; i++)
        {
            var place = Path.Join(real, parts[i]);
            if (new FileInfo(place).LinkTarget is { } target)
                return RealPath(Path.Join([Path.GetFullPath(target, real), .. parts[(i + 1)..]]), links + 1);
            real = place;
        }
        return real;
    }

    /// <summary>As many as Linux follows.</summary>
    private const int MaxLinks = 40;
}
