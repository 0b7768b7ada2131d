namespace Sockeye.Tests.Support;

/// <summary>A directory of one test's own, short enough for Unix socket paths; gone when the test ends.</summary>
internal sealed class Scratch : IDisposable
{
    /// <summary>Where it is.</summary>
    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("sock").FullName;

    /// <summary>A path in it; nothing is there yet.</summary>
    public string File(string name) => Path.Combine(Directory, name);

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);
}
