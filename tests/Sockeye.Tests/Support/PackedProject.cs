using Xunit;

namespace Sockeye.Tests.Support;

/// <summary>A copy of the sources, in a repository whose remote is at GitHub, packed as <c>dotnet pack</c> does.</summary>
public sealed class PackedProject : IAsyncLifetime
{
    private readonly Scratch _scratch = new();

    /// <summary>The commit that the copy claims to be.</summary>
    public const string Commit = "0123456789abcdef0123456789abcdef01234567";

    /// <summary>Where the copy is.</summary>
    public string Root => _scratch.File("project");

    /// <summary>Where its packages are, and nothing else.</summary>
    public string Packages => _scratch.File("project/bin/packages");

    /// <summary>A path of the tests' own beside it.</summary>
    public string File(string name) => _scratch.File(name);

    public async ValueTask InitializeAsync()
    {
        Repository.MirrorTo(Root);
        BecomeClone("https://github.com/example/sockeye.git");
        await Dotnet.RunAsync(["pack", Path.Combine(Root, "Sockeye.slnx"), "-warnaserror", "-p:RunAnalyzers=false"]);
    }

    /// <summary>Makes the copy a clone of that remote, or of none: what tells a build so, without any history.</summary>
    public void BecomeClone(string? remote)
    {
        var git = Directory.CreateDirectory(Path.Combine(Root, ".git"));
        git.CreateSubdirectory("refs/heads");
        git.CreateSubdirectory("objects");
        System.IO.File.WriteAllText(Path.Combine(git.FullName, "HEAD"), "ref: refs/heads/main\n");
        System.IO.File.WriteAllText(Path.Combine(git.FullName, "refs/heads/main"), Commit + "\n");
        System.IO.File.WriteAllText(Path.Combine(git.FullName, "config"),
            "[core]\n\trepositoryformatversion = 0\n" + (remote is null ? "" : $"[remote \"origin\"]\n\turl = {remote}\n"));
    }

    /// <summary>Makes the copy what an archive of the sources is: no repository.</summary>
    public void BecomeArchive() => Directory.Delete(Path.Combine(Root, ".git"), recursive: true);

    public ValueTask DisposeAsync()
    {
        _scratch.Dispose();
        return ValueTask.CompletedTask;
    }
}
