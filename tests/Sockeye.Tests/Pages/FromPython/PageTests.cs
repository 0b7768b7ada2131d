using System.Text.Json;
using System.Text.RegularExpressions;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Pages.FromPython;

/// <summary>docs/from-python.md leaves nothing out, and its Python is Python.</summary>
public class PageTests
{
    private static readonly Page Text = Page.Named("docs/from-python.md");

    [Fact]
    public async Task Its_Python_compiles_and_uses_only_what_there_is() => Assert.Equal("", await Python.RunAsync(
        """
        import ast, importlib, json
        for place, code in json.load(sys.stdin):
            for node in ast.walk(ast.parse(code, place)):
                if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in ('socket', 'socketserver', 'selectors'):
                    if not hasattr(importlib.import_module(node.value.id), node.attr):
                        print(f'{place}: there is no {node.value.id}.{node.attr}')
        """,
        JsonSerializer.Serialize(Text.Blocks.Where(block => block.Language == "python").Select(block => new[] { block.Place, string.Join('\n', block.Lines) }))));

    [Fact]
    public async Task Every_function_method_and_server_of_Python_s_has_a_place()
    {
        var answer = await Python.RunAsync(
            """
            import inspect, socketserver
            print(sys.version_info[:2] == (3, 11))
            print(*(name for name in dir(socket) if name[0].islower() and callable(getattr(socket, name))))
            print(*(name for name in dir(socket.socket) if not name.startswith('_')))
            print(*socketserver.__all__)
            """);
        var lines = answer.Split('\n');
        Assert.SkipUnless(lines[0] == "True", "the page was written for Python 3.11");
        var words = Regex.Matches(string.Join('\n', Text.Lines), @"\w+").Select(match => match.Value).ToHashSet(StringComparer.Ordinal);
        Findings.AssertNone(lines[1..].SelectMany(line => line.Split(' ')).Except(words));
    }

    [Fact]
    public void Its_kinds_of_errors_are_ours_and_blame_whom_we_blame()
    {
        var rows = Text.Lines.Select(line => Regex.Match(line, @"^\| .* \| (?<kinds>(`\w+`(, )?)+) \| `(?<blame>\w+)` \|$", RegexOptions.ExplicitCapture))
            .Where(match => match.Success).ToList();
        Assert.True(rows.Count > 10);
        foreach (var row in rows)
        {
            foreach (var kind in row.Groups["kinds"].Value.Split(", ").Select(kind => Enum.Parse<NetErrorKind>(kind.Trim('`'))))
                Assert.Equal(row.Groups["blame"].Value, $"{NetErrors.BlameOf(kind)}");
        }
    }
}
