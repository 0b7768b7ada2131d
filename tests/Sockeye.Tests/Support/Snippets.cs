using System.Reflection;
using System.Text;

namespace Sockeye.Tests.Support;

/// <summary>Compiles pieces of documentation, each made the body of a method; the lines of errors are the piece's own.</summary>
internal static class Snippets
{
    /// <summary>What the compiler says about the snippets; empty if it has no objection.</summary>
    public static async Task<string> ErrorsInAsync(IEnumerable<(string Title, string Code)> examples)
    {
        var directory = Directory.CreateTempSubdirectory("examples-");
        try
        {
            var source = Path.Combine(directory.FullName, "Examples.cs");
            await File.WriteAllTextAsync(source, SourceOf(examples));
            var run = await RunningProgram.RunAsync(Metadata("DotnetHost"), ["exec", Metadata("Compiler"), .. Arguments(source)]);
            return run.ExitCode == 0 ? "" : (run.Output + run.Error).Replace(directory.FullName + Path.DirectorySeparatorChar, "", StringComparison.Ordinal);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static string SourceOf(IEnumerable<(string Title, string Code)> examples)
    {
        var text = new StringBuilder(ImplicitUsings).Append("static class Examples {\n");
        foreach (var (number, (title, code)) in examples.Index())
        {
            text.Append($"static async Task Example{number}(string[] args, CancellationToken cancel) {{\n")
                .Append($"#line 1 \"{title}\"\n")
                .Append(code.Trim('\n')).Append("\n#line default\nawait Task.CompletedTask; }\n");
        }
        return text.Append("}\n").ToString();
    }

    private const string ImplicitUsings = """
        using System; using System.Collections.Generic; using System.IO; using System.Linq;
        using System.Threading; using System.Threading.Tasks;
        using Sockeye; using Sockeye.Protocols; using Sockeye.Sessions;

        """;

    private static IEnumerable<string> Arguments(string source) =>
    [
        "-nologo", "-target:library", "-langversion:14", "-nullable", "-warn:0", $"-out:{Path.ChangeExtension(source, ".dll")}",
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(file => Path.GetFileName(file) == "Sockeye.dll" || file.StartsWith(RuntimeDirectory, StringComparison.Ordinal))
            .Select(file => $"-reference:{file}"),
        source,
    ];

    private static string RuntimeDirectory => Path.GetDirectoryName(typeof(object).Assembly.Location)!;

    private static string Metadata(string key) => typeof(Snippets).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;
}
