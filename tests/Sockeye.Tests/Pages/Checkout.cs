using System.Text.RegularExpressions;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Pages;

/// <summary>A copy of the checkout that pages may write to. What was built in it is kept, so that the next run is quick.</summary>
internal static partial class Checkout
{
    private static readonly string Place = Path.Combine(Repository.Root, "bin", "test", "pages");

    /// <summary>Where it is.</summary>
    public static string Directory { get; } = Path.Combine(Place, "checkout");

    /// <summary>Where there is room for files in place of the system's.</summary>
    public static string SystemFiles { get; } = Path.Combine(Place, "etc");

    /// <summary>What its shells find in their environment.</summary>
    public static IReadOnlyDictionary<string, string> Environment { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["HOME"] = Home,
        ["PATH"] = $"{Path.Combine(Directory, "bin")}:{System.Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin",
        ["TERM"] = "xterm-256color",
        ["LANG"] = "C.UTF-8",
        ["LC_ALL"] = "C.UTF-8",
        ["TZ"] = "UTC",
        ["DOTNET_CLI_HOME"] = System.Environment.GetFolderPath(System.Environment.SpecialFolder.UserProfile),
        ["XDG_DATA_HOME"] = Path.Combine(Place, "data"),
        ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
        ["DOTNET_NOLOGO"] = "1",
        ["DOTNET_SKIP_FIRST_TIME_EXPERIENCE"] = "1",
        ["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0",
        ["MSBUILDDISABLENODEREUSE"] = "1",
        ["MSBUILDTERMINALLOGGER"] = "off",
        ["UseSharedCompilation"] = "false",
    };

    private static string Home => Path.Combine(Place, "home");

    /// <summary>Makes it equal to the sources, and its home empty.</summary>
    public static void Renew()
    {
        if (System.IO.Directory.Exists(Home))
            System.IO.Directory.Delete(Home, recursive: true);
        System.IO.Directory.CreateDirectory(Home);
        System.IO.Directory.CreateDirectory(Environment["XDG_DATA_HOME"]);
        Repository.MirrorTo(Directory);
        var bin = System.IO.Directory.CreateDirectory(Path.Combine(Directory, "bin"));
        foreach (var file in bin.GetFiles())
            file.Delete();
        File.CreateSymbolicLink(Path.Combine(bin.FullName, "sock"), SockProcess.Binary);
    }

    /// <summary>Builds, with the world still in reach, what the commands will run without it.</summary>
    public static async Task BuildExamplesAsync(IEnumerable<string> commands)
    {
        foreach (var example in commands.SelectMany(command => RunExample.Matches(command)).Select(match => match.Value).Distinct(StringComparer.Ordinal))
        {
            await using var build = RunningProgram.Start(
                "env", ["-C", Directory, "dotnet", "build", example], Environment);
            build.EndInput();
            var result = await build.WaitAsync();
            Assert.True(result.ExitCode == 0, result.Output + result.Error);
        }
    }

    [GeneratedRegex(@"(?<=\bdotnet run )examples/[\w-]+\.cs\b")]
    private static partial Regex RunExample { get; }
}
