using System.Text.RegularExpressions;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Pages;

/// <summary>The code on the pages compiles, and what is quoted is what the file says.</summary>
public class SnippetTests
{
    [Fact(Timeout = 120_000)]
    public async Task The_programs_compile()
    {
        var programs = Programs.Where(block => block.QuotedFile is null)
            .Select(block => new Snippet(block.Page.Name, block.Line + 1, string.Join('\n', block.Lines), UsingsOf(block.Page))).ToList();
        Assert.NotEmpty(programs);
        Findings.AssertNone(await Snippets.ErrorsInAsync(programs));
    }

    [Fact]
    public void A_quoted_file_says_so() => Findings.AssertNone(Page.All.SelectMany(page => page.Blocks).Select(Misquotation).OfType<string>());

    [Fact]
    public void A_misquotation_is_found()
    {
        string[] quotation = ["[`examples/addresses.cs`](../examples/addresses.cs):", "", "```csharp", "using Sockeye;", "", "await using var other;", "```"];
        Assert.Equal("docs/new.md:6: examples/addresses.cs does not say this here: await using var other;",
            Misquotation(new Page("docs/new.md", quotation).Blocks.Single()));
        quotation[5] = File.ReadAllLines(Path.Combine(Repository.Root, "examples", "addresses.cs"))[4];
        Assert.Null(Misquotation(new Page("docs/new.md", quotation).Blocks.Single()));
    }

    [Fact(Timeout = 120_000)]
    public async Task An_error_is_told_by_page_and_line()
    {
        var errors = await Snippets.ErrorsInAsync([
            new Snippet("docs/good.md", 1, "using System.Net;\n\nConsole.WriteLine(new Pair(IPAddress.Any, args));\n\nrecord Pair(IPAddress A, string[] B);"),
            new Snippet("docs/bad.md", 7, "using System.Net;\nawait Task.Yield();\nNothing();"),
        ]);
        Assert.StartsWith("docs/bad.md(9,1): error CS0103: ", Assert.Single(errors, error => error.Length > 0));
    }

    /// <summary>A block of using directives alone holds for its page.</summary>
    private static string UsingsOf(Page page) =>
        string.Concat(page.Blocks.Where(block => block.Language == "csharp" && block.Lines.All(IsUsing)).SelectMany(block => block.Lines));

    private static bool IsUsing(string line) => Regex.IsMatch(line, @"^using [\w.]+;$");

    private static IEnumerable<PageBlock> Programs =>
        Page.All.SelectMany(page => page.Blocks).Where(block => block.Language == "csharp");

    /// <summary>A quotation is the whole file, or whole lines of it that follow one another.</summary>
    private static string? Misquotation(PageBlock block)
    {
        if (block.Language == "console" || block.QuotedFile is not { } file)
            return null;
        if (!File.Exists(file))
            return $"{block.Place}: there is no {file}";
        var (text, quoted) = (File.ReadAllLines(file), block.Lines);
        var starts = Enumerable.Range(0, Math.Max(0, text.Length - quoted.Count + 1));
        if (starts.Any(start => text.Skip(start).Take(quoted.Count).SequenceEqual(quoted)))
            return null;
        var foreign = quoted.Index().FirstOrDefault(line => !text.Contains(line.Item), (Index: 0, Item: quoted.FirstOrDefault() ?? ""));
        return $"{block.Page.Name}:{block.Line + 1 + foreign.Index}: {Path.GetRelativePath(Repository.Root, file)} does not say this here: {foreign.Item}";
    }
}
