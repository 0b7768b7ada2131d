using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Cli;

/// <summary>The shell front <c>./sock</c>, in a copy of its own, with a stand-in for the compiler.</summary>
public sealed class FrontTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("sock-front-").FullName;

    public FrontTests()
    {
        Directory.CreateDirectory(Path.Combine(_root, "src/sock"));
        Directory.CreateDirectory(Path.Combine(_root, "tools"));
        foreach (var source in (string[])["src/sock/Program.cs", "Directory.Build.props", "Directory.Packages.props", "global.json"])
            File.WriteAllText(Path.Combine(_root, source), "");
        File.Copy(Path.Combine(Repository.Root, "sock"), Path.Combine(_root, "sock"));
        WriteProgram("tools/dotnet", """
            echo "$@" >> "$CALLS"
            for word; do
                case $previous in --output) out=$word ;; esac
                previous=$word
            done
            case "$*" in *$REFUSE*) echo "$COMPLAINT"; exit 1 ;; esac
            mkdir -p "$out"
            printf '#!/bin/sh\necho "ran $*"\n' > "$out/sock"
            chmod +x "$out/sock"
            """);
        WriteProgram("tools/gcc", "");
    }

    [Fact]
    public async Task It_builds_once_says_what_it_made_and_is_quiet_afterwards()
    {
        var first = await RunAsync("./sock one two");
        Assert.Equal((0, "ran one two\n"), (first.ExitCode, first.Output));
        Assert.Equal("sock: building bin/sock (a minute or two) ... made: native code, .NET 10\n", first.Error);
        var second = await RunAsync("./sock again");
        Assert.Equal((0, "ran again\n", ""), (second.ExitCode, second.Output, second.Error));
        Assert.Single(Calls);
    }

    [Fact]
    public async Task It_works_through_a_link_and_from_another_directory()
    {
        var result = await RunAsync("ln -s sock link && ln -s ../link tools/sock && cd / && \"$ROOT/tools/sock\" hello");
        Assert.Contains("ran hello\n", result.Output);
        Assert.True(File.Exists(Path.Combine(_root, "bin/sock")));
    }

    [Fact]
    public async Task It_builds_again_when_a_source_is_newer()
    {
        await RunAsync("./sock");
        File.SetLastWriteTimeUtc(Path.Combine(_root, "src/sock/Program.cs"), DateTime.UtcNow.AddMinutes(1));
        await RunAsync("./sock");
        Assert.Equal(2, Calls.Length);
    }

    [Theory]
    [InlineData("native-net10.0", "native code, .NET 9")]
    [InlineData("native-", "self-contained, precompiled")]
    [InlineData("native-*|*ready-to-run", "for the shared .NET runtime")]
    public async Task It_falls_back_to_the_next_best_way(string refused, string made)
    {
        var result = await RunAsync("./sock hello", refused);
        Assert.Equal((0, "ran hello\n"), (result.ExitCode, result.Output));
        Assert.Contains(made, result.Error);
    }

    [Fact]
    public async Task Without_a_C_compiler_it_does_not_try_native_code()
    {
        var result = await RunAsync("""rm tools/gcc; mkdir plain; for tool in sh dirname readlink find head mkdir cat rm cp touch mv grep chmod sleep; do ln -s "$(command -v $tool)" plain/; done; PATH=$PWD/tools:$PWD/plain ./sock hello""");
        Assert.Contains("self-contained, precompiled", result.Error);
        Assert.DoesNotContain("native", Assert.Single(Calls));
    }

    [Fact]
    public async Task When_nothing_can_be_made_it_names_the_log()
    {
        var result = await RunAsync("./sock hello", "publish");
        Assert.Equal(1, result.ExitCode);
        Assert.EndsWith($"failed\nsock: could not be built; {_root}/bin/build.log says why\n", result.Error);
        Assert.Equal(4, Calls.Length);
    }

    [Fact]
    public async Task What_does_not_compile_is_not_tried_in_other_ways()
    {
        var result = await RunAsync("./sock hello", "publish", "Program.cs(1,1): error CS1002: ; expected");
        Assert.Equal(1, result.ExitCode);
        Assert.Single(Calls);
    }

    [Fact]
    public async Task Two_at_once_build_once()
    {
        var result = await RunAsync("./sock a & ./sock b & wait");
        Assert.Equal(["ran a", "ran b"], result.Output.TrimEnd().Split('\n').Order(StringComparer.Ordinal));
        Assert.Single(Calls);
    }

    [Fact]
    public async Task A_lock_that_was_left_behind_holds_nobody_up()
    {
        var result = await RunAsync("mkdir -p bin/build.lock; sh -c 'echo $$ > bin/build.lock/owner'; ./sock hello");
        Assert.Equal("ran hello\n", result.Output);
        Assert.False(Directory.Exists(Path.Combine(_root, "bin/build.lock")));
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private string[] Calls => File.ReadAllLines(Path.Combine(_root, "calls"));

    private Task<ProgramResult> RunAsync(string line, string refuse = "nothing", string complaint = "no pack") => Shell.RunAsync($"""
        export ROOT='{_root}' CALLS='{_root}/calls' COMPLAINT='{complaint}'
        cd "$ROOT" && chmod +x sock tools/* && export PATH="$PWD/tools:$PATH"
        sed -i 's!\$REFUSE!{refuse}!' tools/dotnet
        {line}
        """);

    private void WriteProgram(string name, string script) => File.WriteAllText(Path.Combine(_root, name), $"#!/bin/sh\n{script}\n");
}
