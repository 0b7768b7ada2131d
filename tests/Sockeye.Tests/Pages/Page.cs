using Sockeye.Tests.Support;

namespace Sockeye.Tests.Pages;

/// <summary>A page in words: its lines, and the fenced blocks among them.</summary>
/// <param name="Name">Its path from the top of the checkout.</param>
/// <param name="Lines">Its text.</param>
internal sealed record Page(string Name, IReadOnlyList<string> Lines)
{
    /// <summary>Every page of the project.</summary>
    public static IReadOnlyList<Page> All { get; } = [.. Names().Order(StringComparer.Ordinal).Select(Read)];

    /// <summary>The names of those that fit, as cases of a test.</summary>
    public static IEnumerable<Xunit.TheoryDataRow<string>> Where(Func<Page, bool> fits) =>
        All.Where(fits).Select(page => new Xunit.TheoryDataRow<string>(page.Name));

    /// <summary>One of them.</summary>
    public static Page Named(string name) => All.Single(page => page.Name == name);

    /// <summary>The page at this path.</summary>
    public static Page Read(string name) => new(name, File.ReadAllLines(Path.Combine(Repository.Root, name)));

    /// <summary>Whether it says in another language what another page says in English.</summary>
    public bool IsTranslation => OriginalName != Name;

    /// <summary>The page in English, which may be itself.</summary>
    public string OriginalName => Name.Replace(".zh.md", ".md", StringComparison.Ordinal);

    /// <summary>Its fenced blocks, in order.</summary>
    public IReadOnlyList<PageBlock> Blocks => field ??= [.. PageBlock.In(this)];

    /// <summary>Its lines with their numbers, without what stands in fenced blocks.</summary>
    public IEnumerable<(int Number, string Text)> Prose()
    {
        var inBlocks = Blocks.SelectMany(block => Enumerable.Range(block.Line, block.Lines.Count + 2)).ToHashSet();
        return Lines.Select((text, index) => (Number: index + 1, Text: text)).Where(line => !inBlocks.Contains(line.Number));
    }

    /// <summary>The directory that its relative links start from.</summary>
    public string Directory => Path.GetDirectoryName(Path.Combine(Repository.Root, Name))!;

    private static IEnumerable<string> Names()
    {
        var docs = Path.Combine(Repository.Root, "docs");
        return System.IO.Directory.GetFiles(Repository.Root, "*.md")
            .Concat(System.IO.Directory.GetFiles(docs, "*.md", SearchOption.AllDirectories))
            .Select(path => Path.GetRelativePath(Repository.Root, path).Replace('\\', '/'));
    }
}
