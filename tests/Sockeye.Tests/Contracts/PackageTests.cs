using System.Buffers.Binary;
using System.IO.Compression;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Contracts;

/// <summary>What <c>dotnet pack</c> makes: a library and a tool that a stranger can use with nothing but the packages.</summary>
public class PackageTests(PackedProject project) : IClassFixture<PackedProject>
{
    private static readonly string Version = Regex.Match(Read("Directory.Build.props"), "<VersionPrefix>(.*)</VersionPrefix>").Groups[1].Value;

    [Fact]
    public void There_are_a_library_its_symbols_and_a_tool() => Assert.Equal(
        [$"Sockeye.{Version}.nupkg", $"Sockeye.{Version}.snupkg", $"Sockeye.Tool.{Version}.nupkg"],
        Directory.GetFiles(project.Packages).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("Sockeye", "docs/package/Sockeye.md")]
    [InlineData("Sockeye.Tool", "docs/package/sock.md")]
    public void A_package_presents_itself(string id, string readme)
    {
        using var package = Open($"{id}.{Version}.nupkg");
        var facts = FactsOf(package, id);
        Assert.Equal(
            (id, Version, "The Sockeye authors", "MIT", "README.md", "icon.png"),
            (facts("id"), facts("version"), facts("authors"), facts("license"), facts("readme"), facts("icon")));
        Assert.All((string[])["description", "tags", "releaseNotes", "copyright"], fact => Assert.NotEmpty(facts(fact)));
        Assert.Equal(Read(readme), Encoding.UTF8.GetString(BytesOf(package, "README.md")));
        Assert.Equal(Read("CHANGELOG.md"), Encoding.UTF8.GetString(BytesOf(package, "CHANGELOG.md")));
        Assert.Equal((128, 128), SizeOfPng(BytesOf(package, "icon.png")));
    }

    [Fact]
    public void The_library_comes_with_its_documentation_and_needs_no_other_package()
    {
        using var package = Open($"Sockeye.{Version}.nupkg");
        Assert.Equal(
            ["lib/net10.0/Sockeye.dll", "lib/net10.0/Sockeye.xml"],
            package.Entries.Select(entry => entry.FullName).Where(name => name.StartsWith("lib/", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.Contains("M:Sockeye.Connection.ConnectAsync", Encoding.UTF8.GetString(BytesOf(package, "lib/net10.0/Sockeye.xml")), StringComparison.Ordinal);
        Assert.DoesNotContain(Nuspec(package, "Sockeye").Descendants(), element => element.Name.LocalName == "dependency");
    }

    [Fact]
    public void The_symbols_lead_to_the_sources_of_the_commit()
    {
        using var package = Open($"Sockeye.{Version}.snupkg");
        using var provider = MetadataReaderProvider.FromPortablePdbStream(new MemoryStream(BytesOf(package, "lib/net10.0/Sockeye.pdb")));
        var symbols = provider.GetMetadataReader();
        Assert.Equal(
            """{"documents":{"/_/*":"https://raw.githubusercontent.com/example/sockeye/COMMIT/*"}}""".Replace("COMMIT", PackedProject.Commit, StringComparison.Ordinal),
            Encoding.UTF8.GetString(Assert.Single(ExtrasOf(symbols, EntityHandle.ModuleDefinition, SourceLink))));
        var documents = symbols.Documents.ToDictionary(document => symbols.GetString(symbols.GetDocument(document).Name), document => (EntityHandle)document);
        Assert.Contains("/_/src/Sockeye/Connection.cs", documents);
        Assert.All(documents, document =>
        {
            Assert.StartsWith("/_/", document.Key);
            Assert.True(IsSource(document.Key["/_/".Length..]) || ExtrasOf(symbols, document.Value, EmbeddedSource).Any());
        });
    }

    [Fact]
    public void The_same_sources_make_the_same_library()
    {
        using var package = Open($"Sockeye.{Version}.nupkg");
        using var library = new PEReader(new MemoryStream(BytesOf(package, "lib/net10.0/Sockeye.dll")));
        Assert.Contains(library.ReadDebugDirectory(), entry => entry.Type == DebugDirectoryEntryType.Reproducible);
    }

    [Fact]
    public void Nothing_in_them_tells_where_they_were_made()
    {
        foreach (var path in Directory.GetFiles(project.Packages))
        {
            using var package = Open(Path.GetFileName(path));
            Assert.All(package.Entries, entry => Assert.All((Encoding[])[Encoding.UTF8, Encoding.Unicode], encoding =>
                Assert.Equal(-1, BytesOf(package, entry.FullName).AsSpan().IndexOf(encoding.GetBytes(project.Root)))));
        }
    }

    [Fact]
    public async Task The_tool_and_a_program_on_the_library_greet_each_other()
    {
        var sock = await InstallToolAsync();
        await using var server = RunningProgram.Start(sock, ["serve", "greeting=0"], Dotnet.Environment);
        var port = SockServer.PortIn(await server.WaitForErrorLineAsync("Server is running on port "));

        await using var client = RunningProgram.Start(sock, ["connect", "localhost", $"{port}"], Dotnet.Environment);
        await client.WriteAsync("sockeye\n");
        client.EndInput();
        var talk = await client.WaitAsync();
        Assert.Equal((0, ""), (talk.ExitCode, talk.Error));
        Assert.Matches("^Welcome, .+\nPlease enter a string:You entered 7 characters.\n$", talk.Output);

        var program = await CompileAsync("greeting-client.cs");
        Assert.Matches("^Welcome, .+\nPlease enter a string:hello\nYou entered 5 characters.\n$", await Dotnet.RunAsync([program, "hello", $"localhost:{port}"]));

        server.Signal("TERM");
        Assert.Equal(0, (await server.WaitAsync()).ExitCode);
    }

    [Theory]
    [InlineData("an archive")]
    [InlineData("a repository without a remote")]
    [InlineData("a clone of an unknown host", "https://example.invalid/sockeye.git")]
    public async Task Packing_has_nothing_to_complain_about_in(string place, string? remote = null)
    {
        if (place == "an archive")
            project.BecomeArchive();
        else
            project.BecomeClone(remote);
        var said = await Dotnet.RunAsync(["pack", Path.Combine(project.Root, "src/Sockeye"), "--no-restore", "-warnaserror", "-p:RunAnalyzers=false", "--output", project.File(place)]);
        Assert.DoesNotContain("warning", said, StringComparison.OrdinalIgnoreCase);
        Assert.True(File.Exists(Path.Combine(project.File(place), $"Sockeye.{Version}.snupkg")), said);
    }

    [Fact]
    public void The_changelog_begins_with_this_version() =>
        Assert.Equal(Version, Regex.Match(Read("CHANGELOG.md"), @"^## \[(\d.*?)\] - \d{4}-\d\d-\d\d$", RegexOptions.Multiline).Groups[1].Value);

    [Fact]
    public void Every_package_that_is_used_has_its_reason_among_the_rules() => Assert.All(
        Regex.Matches(Read("Directory.Packages.props"), "Include=\"(.*?)\""),
        package => Assert.Contains($"`{package.Groups[1].Value}`", Read("CONTRIBUTING.md"), StringComparison.Ordinal));

    private async Task<string> InstallToolAsync()
    {
        await Dotnet.RunAsync(
            ["tool", "install", "Sockeye.Tool", "--tool-path", project.File("tools"), "--configfile", OnlyOurPackages()], OwnCache());
        return project.File("tools/sock");
    }

    /// <summary>A program of the examples, whose reference to the sources becomes one to the package.</summary>
    private async Task<string> CompileAsync(string example)
    {
        var directory = Directory.CreateDirectory(project.File("program")).FullName;
        await File.WriteAllTextAsync(Path.Combine(directory, "Program.cs"), Regex.Replace(Read($"examples/{example}"), "^#:project .*\n", "", RegexOptions.Multiline));
        await File.WriteAllTextAsync(Path.Combine(directory, "program.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings></PropertyGroup>
              <ItemGroup><PackageReference Include="Sockeye" Version="{Version}" /></ItemGroup>
            </Project>
            """);
        await Dotnet.RunAsync(["build", directory, "-warnaserror", $"-p:RestoreConfigFile={OnlyOurPackages()}", "--output", Path.Combine(directory, "out")], OwnCache());
        return Path.Combine(directory, "out/program.dll");
    }

    /// <summary>Settings with one source: the folder that was packed to.</summary>
    private string OnlyOurPackages()
    {
        var path = project.File("nuget.config");
        File.WriteAllText(path, $"""<configuration><packageSources><clear /><add key="packed" value="{project.Packages}" /></packageSources></configuration>""");
        return path;
    }

    /// <summary>No package that was fetched before is at hand, nor is one kept that another test would then find.</summary>
    private Dictionary<string, string> OwnCache() => new(Dotnet.Environment, StringComparer.Ordinal) { ["NUGET_PACKAGES"] = project.File("cache") };

    private ZipArchive Open(string package) => ZipFile.OpenRead(Path.Combine(project.Packages, package));

    private static XDocument Nuspec(ZipArchive package, string id) => XDocument.Load(new MemoryStream(BytesOf(package, $"{id}.nuspec")));

    private static Func<string, string> FactsOf(ZipArchive package, string id)
    {
        var facts = Nuspec(package, id).Root!.Elements().Single().Elements().ToDictionary(element => element.Name.LocalName, element => element.Value, StringComparer.Ordinal);
        return name => facts.GetValueOrDefault(name, "");
    }

    private static byte[] BytesOf(ZipArchive package, string name)
    {
        using var content = package.GetEntry(name)!.Open();
        var bytes = new MemoryStream();
        content.CopyTo(bytes);
        return bytes.ToArray();
    }

    private static IEnumerable<byte[]> ExtrasOf(MetadataReader symbols, EntityHandle owner, Guid kind) => symbols.GetCustomDebugInformation(owner)
        .Select(symbols.GetCustomDebugInformation)
        .Where(extra => symbols.GetGuid(extra.Kind) == kind)
        .Select(extra => symbols.GetBlobBytes(extra.Value));

    private static bool IsSource(string path) => !path.Contains("/obj/", StringComparison.Ordinal) && File.Exists(Path.Combine(Repository.Root, path));

    /// <summary>The first chunk of a PNG file, IHDR, begins with width and height.</summary>
    private static (int Width, int Height) SizeOfPng(byte[] png) =>
        (BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)), BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(20)));

    private static string Read(string file) => File.ReadAllText(Path.Combine(Repository.Root, file));

    // Of the Portable PDB format: kinds of custom debug information.
    private static readonly Guid SourceLink = new("CC110556-A091-4D38-9FEC-25AB9A351A6A");
    private static readonly Guid EmbeddedSource = new("0E8A571B-6926-466E-B4AD-8AB04611F5FE");
}
