using System.Text;
using System.Text.RegularExpressions;

namespace Sockeye.Tests.Support;

/// <summary>A piece of code in the documentation: the body of an async method, with using directives before it and types behind it.</summary>
/// <param name="Place">The page or member that it stands in.</param>
/// <param name="Line">The number of its first line there.</param>
/// <param name="Code">Its text.</param>
/// <param name="Usings">Using directives that hold for the whole place.</param>
internal sealed record Snippet(string Place, int Line, string Code, string Usings = "");

/// <summary>Compiles pieces of documentation; errors name their places.</summary>
internal static partial class Snippets
{
    /// <summary>What the compiler objects to in the snippets.</summary>
    public static async Task<IEnumerable<string>> ErrorsInAsync(IEnumerable<Snippet> snippets)
    {
        var directory = Directory.CreateTempSubdirectory("examples-");
        try
        {
            var source = Path.Combine(directory.FullName, "Examples.cs");
            await File.WriteAllTextAsync(source, SourceOf(snippets));
            var run = await RunningProgram.RunAsync(Dotnet.Host, ["exec", Dotnet.Compiler, .. Arguments(source)]);
            return run.ExitCode == 0 ? [] : (run.Output + run.Error).Replace(directory.FullName + Path.DirectorySeparatorChar, "", StringComparison.Ordinal).Split('\n');
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static string SourceOf(IEnumerable<Snippet> snippets)
    {
        var text = new StringBuilder(ImplicitUsings);
        foreach (var (number, snippet) in snippets.Index())
        {
            var lines = snippet.Code.Trim('\n').Split('\n');
            var body = lines.TakeWhile(line => line.Trim().Length == 0 || line.StartsWith("//", StringComparison.Ordinal) || UsingDirective.IsMatch(line)).Count();
            var types = Array.FindIndex(lines, TypeDeclaration.IsMatch) is >= 0 and var first ? first : lines.Length;
            text.Append($"namespace Example{number} {{ {snippet.Usings}\n").AppendLines(snippet, lines, ..body)
                .Append("static class Program { static async Task Run(string[] args, CancellationToken cancel) {\n").AppendLines(snippet, lines, body..types)
                .Append("await Task.CompletedTask; } }\n").AppendLines(snippet, lines, types..).Append("}\n");
        }
        return text.ToString();
    }

    private static StringBuilder AppendLines(this StringBuilder text, Snippet snippet, string[] lines, Range range) => text
        .Append($"#line {snippet.Line + range.Start.GetOffset(lines.Length)} \"{snippet.Place}\"\n")
        .AppendJoin('\n', lines[range]).Append("\n#line default\n");

    private const string ImplicitUsings = """
        using System; using System.Collections.Generic; using System.IO; using System.Linq;
        using System.Threading; using System.Threading.Tasks;
        using Sockeye; using Sockeye.Measuring; using Sockeye.Protocols; using Sockeye.Sessions; using Sockeye.Tls;

        """;

    [GeneratedRegex(@"^using\s+(static\s+)?[\w.]+(\s*=\s*[^;]+)?;")]
    private static partial Regex UsingDirective { get; }

    [GeneratedRegex(@"^((public|internal|file|static|sealed|abstract|readonly|partial)\s+)*(class|record|struct|enum|interface|delegate)\s")]
    private static partial Regex TypeDeclaration { get; }

    private static IEnumerable<string> Arguments(string source) =>
    [
        "-nologo", "-target:library", "-langversion:14", "-nullable", "-warn:0", $"-out:{Path.ChangeExtension(source, ".dll")}",
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(file => Path.GetFileName(file) == "Sockeye.dll" || file.StartsWith(RuntimeDirectory, StringComparison.Ordinal))
            .Select(file => $"-reference:{file}"),
        source,
    ];

    private static string RuntimeDirectory => Path.GetDirectoryName(typeof(object).Assembly.Location)!;
}
