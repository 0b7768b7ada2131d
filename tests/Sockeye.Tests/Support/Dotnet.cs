using System.Reflection;
using Xunit;

namespace Sockeye.Tests.Support;

/// <summary>The SDK that built these tests.</summary>
internal static class Dotnet
{
    /// <summary>The <c>dotnet</c> program.</summary>
    public static string Host { get; } = Metadata("DotnetHost");

    /// <summary>The C# compiler, for that program to run.</summary>
    public static string Compiler { get; } = Metadata("Compiler");

    /// <summary>What lets programs find the runtime beside that SDK, wherever it is installed.</summary>
    public static Dictionary<string, string> Environment => new(StringComparer.Ordinal) { ["DOTNET_ROOT"] = Path.GetDirectoryName(Host)! };

    /// <summary>Runs one of its commands, which has to succeed and leaves no helper process behind; returns what it printed.</summary>
    public static async Task<string> RunAsync(IEnumerable<string> args, IReadOnlyDictionary<string, string>? environment = null)
    {
        var alone = new Dictionary<string, string>(environment ?? Environment, StringComparer.Ordinal)
        {
            ["MSBUILDDISABLENODEREUSE"] = "1",
            ["UseSharedCompilation"] = "false",
        };
        await using var run = RunningProgram.Start(Host, args, alone);
        run.EndInput();
        var result = await run.WaitAsync(Patience);
        Assert.True(result.ExitCode == 0, $"dotnet {string.Join(' ', args)}\n{result.Output}{result.Error}");
        return result.Output;
    }

    // It compiles, perhaps beside other tests that do.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private static string Metadata(string key) => typeof(Dotnet).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;
}
