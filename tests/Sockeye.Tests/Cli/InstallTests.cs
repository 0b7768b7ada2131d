using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Cli;

/// <summary><c>./install</c>, in a copy of its own that is built already: its program passes everything on to the one under test.</summary>
public sealed class InstallTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public InstallTests()
    {
        foreach (var file in (string[])["install", "man/sock.1", .. Directory.GetFiles(Path.Combine(Repository.Root, "src/sock/Completions")).Select(FromRoot)])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Place($"checkout/{file}"))!);
            File.Copy(Path.Combine(Repository.Root, file), Place($"checkout/{file}"));
        }
        Directory.CreateDirectory(Place("checkout/bin"));
        WriteProgram("checkout/sock", "exit 0");
        WriteProgram("checkout/bin/sock", $"exec '{SockProcess.Binary}' \"$@\"");
        Directory.CreateDirectory(Place("prefix/share/man/man1"));
        File.WriteAllText(Place("prefix/share/man/man1/other.1"), "somebody else's");
    }

    [Fact]
    public async Task It_says_what_it_puts_in_place_and_the_program_runs()
    {
        var before = Tree("prefix");
        var result = await InstallAsync(Place("prefix"));
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        var said = result.Output.Split('\n').Where(line => line.StartsWith('/') && !line.Contains(' ')).Append(Place("prefix/share/sock/installed"));
        Assert.Equal(Tree("prefix").Except(before).Where(File.Exists), said.Order(StringComparer.Ordinal));
        Assert.Matches(@"^sock \d", (await RunningProgram.RunAsync(Place("prefix/bin/sock"), ["--version"])).Output);
    }

    [Fact]
    public async Task Man_shows_its_page()
    {
        await InstallAsync(Place("prefix"));
        var page = await RunningProgram.RunAsync(Peers.Require("man"), ["-M", Place("prefix/share/man"), "sock"]);
        Assert.Contains("talk to any socket", page.Output);
    }

    [Fact]
    public async Task Zsh_and_fish_find_their_completions()
    {
        Peers.Require("zsh");
        Peers.Require("fish");
        await InstallAsync(Place("prefix"));
        var zsh = await Shell.RunAsync($"zsh -f -c 'fpath=({Place("prefix/share/zsh/site-functions")} $fpath); autoload -U compinit; compinit -u -D; echo $_comps[sock]'");
        Assert.Equal("_sock\n", zsh.Output);
        var fish = await Shell.RunAsync($"PATH={Place("prefix/bin")}:$PATH XDG_DATA_DIRS={Place("prefix/share")} fish -c 'complete -C \"sock conn\"'");
        Assert.StartsWith("connect\t", fish.Output);
    }

    [Theory]
    [InlineData("prefix")]
    [InlineData("not/there yet")]
    public async Task What_it_put_in_place_it_takes_out_again_and_nothing_else(string prefix)
    {
        var before = Tree("");
        await InstallAsync(Place(prefix));
        await InstallAsync(Place(prefix));
        File.Delete(Place($"{prefix}/share/man/man1/sock.1"));
        var result = await InstallAsync("--uninstall", Place(prefix));
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Contains($"not there: {Place(prefix)}/share/man/man1/sock.1\n", result.Output);
        Assert.Equal(5, result.Output.Split("removed: ").Length - 1);
        Assert.Equal(before, Tree(""));
    }

    [Fact]
    public async Task Foreign_files_and_directories_in_use_stay()
    {
        await InstallAsync(Place("prefix"));
        await File.WriteAllTextAsync(Place("prefix/bin/other"), "", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Place("prefix/share/sock/sock.ps1"), "changed", TestContext.Current.CancellationToken);
        var result = await InstallAsync("--uninstall", Place("prefix"));
        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"left, since it is no longer what was installed: {Place("prefix/share/sock/sock.ps1")}\n", result.Output);
        Assert.Equal([Place("prefix/bin/other"), Place("prefix/share/man/man1/other.1"), Place("prefix/share/sock/sock.ps1")], Tree("prefix").Where(File.Exists));
    }

    [Fact]
    public async Task A_foreign_file_in_its_place_is_not_overwritten_and_nothing_is_installed()
    {
        Directory.CreateDirectory(Place("prefix/bin"));
        await File.WriteAllTextAsync(Place("prefix/bin/sock"), "foreign", TestContext.Current.CancellationToken);
        var before = Tree("prefix");
        var result = await InstallAsync(Place("prefix"));
        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.Equal($"install: {Place("prefix/bin/sock")} is there, and is not from ./install\nRemove it, or choose another PREFIX.\n", result.Error);
        Assert.Equal(before, Tree("prefix"));
        Assert.Equal("foreign", await File.ReadAllTextAsync(Place("prefix/bin/sock"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Where_it_cannot_write_it_says_so_and_leaves_nothing_behind()
    {
        File.WriteAllText(Place("prefix/share/fish"), "where a directory would have to be");
        var before = Tree("prefix");
        var result = await InstallAsync(Place("prefix"));
        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.StartsWith($"install: cannot write to {Place("prefix/share")}\nRun it as one who can", result.Error);
        Assert.Equal(before, Tree("prefix"));
    }

    [Fact]
    public async Task A_package_is_made_under_DESTDIR()
    {
        var result = await Shell.RunAsync($"DESTDIR={Place("package")} sh {Place("checkout/install")} /usr");
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.True(File.Exists(Place("package/usr/share/man/man1/sock.1")));
        Assert.DoesNotContain("PATH", result.Output);
    }

    [Fact]
    public async Task It_says_when_the_program_is_not_on_the_search_path()
    {
        Assert.Contains($"\n  PATH={Place("prefix/bin")}:$PATH\n", (await InstallAsync(Place("prefix"))).Output);
        var result = await Shell.RunAsync($"PATH={Place("prefix/bin")}:$PATH sh {Place("checkout/install")} {Place("prefix")}");
        Assert.DoesNotContain("PATH", result.Output);
    }

    [Fact]
    public async Task Without_a_PREFIX_it_is_the_user_s_own_place()
    {
        WriteProgram("tools/id", "echo 1000");
        var result = await Shell.RunAsync($"PATH={Place("tools")}:$PATH HOME={Place("home")} sh {Place("checkout/install")}");
        Assert.Contains($"{Place("home/.local/bin/sock")}\n", result.Output);
    }

    [Theory]
    [InlineData("--bogus", "unknown option '--bogus'")]
    [InlineData("a b", "two PREFIXes: 'a' and 'b'")]
    public async Task What_cannot_be_meant_ends_2(string line, string message)
    {
        var result = await InstallAsync(line.Split(' '));
        Assert.Equal((2, "", $"install: {message}\nSee './install --help'.\n"), (result.ExitCode, result.Output, result.Error));
    }

    [Fact]
    public async Task To_take_out_what_is_not_there_names_where_it_looked()
    {
        var result = await InstallAsync("--uninstall", Place("prefix"));
        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"there is no {Place("prefix/share/sock/installed")}\n", result.Error);
    }

    [Fact]
    public async Task Its_help_fits_on_a_screen()
    {
        var lines = (await InstallAsync("--help")).Output.TrimEnd('\n').Split('\n');
        Assert.InRange(lines.Length, 5, 23);
        Assert.All(lines, line => Assert.InRange(line.Length, 0, 80));
    }

    public void Dispose() => _scratch.Dispose();

    private Task<ProgramResult> InstallAsync(params string[] words) => RunningProgram.RunAsync("sh", [Place("checkout/install"), .. words]);

    private string Place(string path) => _scratch.File(path);

    /// <summary>All files and directories, in order.</summary>
    private IEnumerable<string> Tree(string directory) =>
        [.. Directory.GetFileSystemEntries(Place(directory), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    private void WriteProgram(string path, string script)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Place(path))!);
        // A copy has the mode of what it is of, so it can be run.
        File.Copy(Path.Combine(Repository.Root, "install"), Place(path));
        File.WriteAllText(Place(path), $"#!/bin/sh\n{script}\n");
    }

    private static string FromRoot(string path) => Path.GetRelativePath(Repository.Root, path);
}
