using System.Text.RegularExpressions;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Pages;

/// <summary>The tutorial teaches every topic of the chapter on sockets, in its order, with every example, in two languages.</summary>
public partial class TutorialTests
{
    private static readonly Page English = Page.Named("docs/tutorial.md");
    private static readonly Page Chinese = Page.Named("docs/tutorial.zh.md");

    [Fact]
    public void Lessons_come_in_the_chapter_s_order() => Assert.Equal(
        ["What a socket is", "A server", "Ports and names", "Both ends' addresses", "Two views: bytes and lines", "Errors", "UDP",
            "The time, without a connection", "Closing and shutdown", "TLS: nobody reads along", "Summary"],
        LessonsOf(English).Select(lesson => lesson.Title));

    [Fact]
    public void Lessons_come_in_the_same_order_in_Chinese() => Assert.Equal(
        ["什么是套接字", "服务器", "端口与名字", "两端的地址", "两种视图：字节与行", "错误", "UDP", "无需连接的时间服务", "关闭与 shutdown", "TLS：谁也偷看不了", "小结"],
        LessonsOf(Chinese).Select(lesson => lesson.Title));

    [Fact]
    public void Every_lesson_says_what_goes_wrong_and_what_to_try_next()
    {
        Assert.All(LessonsOf(English).SkipLast(1), lesson => Assert.Equal(["What goes wrong", "Try next"], lesson.Parts));
        Assert.All(LessonsOf(Chinese).SkipLast(1), lesson => Assert.Equal(["会出什么错", "接着试试"], lesson.Parts));
    }

    [Fact]
    public void Every_example_is_quoted_whole() => Assert.Equal(
        Directory.GetFiles(Path.Combine(Repository.Root, "examples"), "*.cs").Order(StringComparer.Ordinal),
        English.Blocks.Where(IsWholeFile).Select(block => block.QuotedFile).Order(StringComparer.Ordinal));

    private static IReadOnlyList<Lesson> LessonsOf(Page page)
    {
        var lessons = new List<Lesson>();
        foreach (var (_, line) in page.Prose())
        {
            if (LessonHeading.Match(line) is { Success: true } lesson)
            {
                lessons.Add(new Lesson(lesson.Groups["title"].Value, []));
                Assert.Equal(lessons.Count, int.Parse(lesson.Groups["number"].Value));
            }
            else if (line.StartsWith(PartHeading, StringComparison.Ordinal))
            {
                lessons[^1].Parts.Add(line[PartHeading.Length..]);
            }
        }
        return lessons;
    }

    private sealed record Lesson(string Title, List<string> Parts);

    private static bool IsWholeFile(PageBlock block) =>
        block is { Language: "csharp", QuotedFile: { } file } && block.Lines.SequenceEqual(File.ReadAllLines(file));

    private const string PartHeading = "### ";

    [GeneratedRegex(@"^## (?<number>\d+)\. (?<title>.+)$", RegexOptions.ExplicitCapture)]
    private static partial Regex LessonHeading { get; }
}
