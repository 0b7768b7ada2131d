using System.Reflection;
using System.Text;
using System.Xml.Linq;
using Sockeye.Protocols;
using Sockeye.Sessions;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Contracts;

/// <summary>Everything public is explained, every option says its default, and the examples compile.</summary>
public class DocumentationTests
{
    private static readonly Assembly Library = typeof(Address).Assembly;
    private static readonly XmlDocumentation Documentation = XmlDocumentation.Of(Library);

    /// <summary>The types that a newcomer meets first.</summary>
    private static readonly Type[] MainTypes =
    [
        typeof(Address), typeof(ServiceRegistry), typeof(Resolver), typeof(Connection), typeof(Lines), typeof(Listener),
        typeof(Server), typeof(DatagramSocket), typeof(DatagramServer), typeof(Session), typeof(Http),
    ];

    [Fact]
    public void Every_public_type_and_member_is_explained() => AssertNone(
        Everything().Where(member => !IsExplained(member)).Select(NameOf));

    [Fact]
    public void Every_option_says_its_default() => AssertNone(
        Library.GetExportedTypes()
            .Where(type => type.Name.EndsWith("Options", StringComparison.Ordinal) || type.Name.EndsWith("Limits", StringComparison.Ordinal))
            .SelectMany(type => type.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            .Where(option => Documentation[option]?.Value.Contains("Defaults to", StringComparison.Ordinal) != true)
            .Select(NameOf));

    [Fact]
    public void The_main_types_are_shown_at_work() => AssertNone(
        MainTypes.Where(type => Documentation[type]?.Element("example")?.Element("code") is null).Select(NameOf));

    [Fact(Timeout = 120_000)]
    public async Task The_examples_compile()
    {
        var examples = Everything()
            .SelectMany(member => (Documentation[member]?.Descendants("example") ?? []).Descendants("code").Select(code => (member, code.Value)))
            .ToList();
        Assert.NotEmpty(examples);
        var errors = await ErrorsInAsync(examples);
        Assert.True(errors.Length == 0, errors);
    }

    private static IEnumerable<MemberInfo> Everything() =>
        Library.GetExportedTypes().SelectMany(type => PublicMembers.Of(type).Prepend(type));

    /// <summary>What overrides may be explained by what it overrides. A constructor without parameters says nothing new.</summary>
    private static bool IsExplained(MemberInfo member)
    {
        if (member is ConstructorInfo constructor && constructor.GetParameters().Length == 0)
            return true;
        if (Documentation[member] is not { } documentation)
            return false;
        if (documentation.Value.Contains("SKELETON", StringComparison.Ordinal))
            return false;
        return documentation.Element("inheritdoc") is not null || documentation.Element("summary")?.Value.Trim().Length > 0;
    }

    /// <summary>What the compiler says about the examples, each made the body of a method; its lines are the example's.</summary>
    private static async Task<string> ErrorsInAsync(IEnumerable<(MemberInfo Member, string Code)> examples)
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

    private static string SourceOf(IEnumerable<(MemberInfo Member, string Code)> examples)
    {
        var text = new StringBuilder(ImplicitUsings).Append("static class Examples {\n");
        foreach (var (number, (member, code)) in examples.Index())
        {
            text.Append($"static async Task Example{number}(string[] args, CancellationToken cancel) {{\n")
                .Append($"#line 1 \"example of {NameOf(member)}\"\n")
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

    private static string Metadata(string key) => typeof(DocumentationTests).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;

    private static string NameOf(MemberInfo member) =>
        member is Type type ? type.FullName! : $"{member.DeclaringType!.FullName}: {CSharpText.Of(member)}";

    private static void AssertNone(IEnumerable<string> missing)
    {
        var lines = missing.ToList();
        Assert.True(lines.Count == 0, string.Join('\n', lines));
    }
}
