using Sockeye.ReferencePages.Completions;
using Sockeye.Tool;

namespace Sockeye.ReferencePages;

/// <summary>A file that is made from the program's declarations.</summary>
/// <param name="Path">Where it is in the checkout.</param>
/// <param name="Text">What it has to hold.</param>
internal sealed record GeneratedFile(string Path, string Text)
{
    public static IReadOnlyList<GeneratedFile> All { get; } = Make();

    /// <summary>The checkout that this directory is in.</summary>
    public static string FindRoot(string directory) =>
        File.Exists(System.IO.Path.Combine(directory, "Sockeye.slnx")) ? directory : FindRoot(System.IO.Path.GetDirectoryName(directory)!);

    private static GeneratedFile[] Make()
    {
        var program = CommandTree.CreateRoot();
        var reference = Manual.Of(program);
        return
        [
            new("docs/cli.md", MarkdownPage.Render(program, reference)),
            new("man/sock.1", ManualPage.Render(program, reference)),
            new("src/sock/Completions/sock.bash", BashScript.Render(program)),
            new("src/sock/Completions/_sock", ZshScript.Render(program)),
            new("src/sock/Completions/sock.fish", FishScript.Render(program)),
            new("src/sock/Completions/sock.ps1", PowerShellScript.Render(program)),
        ];
    }
}
