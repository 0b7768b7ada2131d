namespace Sockeye.ReferencePages;

/// <summary>A part of the reference, before it is Markdown or a manual page. In every text, what is to be typed as it
/// stands is between backquotes.</summary>
internal sealed record Section(string Title, IReadOnlyList<Block> Blocks)
{
    public IReadOnlyList<Section> Parts { get; init; } = [];
}

internal abstract record Block;

internal sealed record Paragraph(string Text) : Block;

/// <summary>Terms, each with what it means.</summary>
internal sealed record Entries(IReadOnlyList<(string Term, string Meaning)> All) : Block;

/// <summary>Lines that stay as they are.</summary>
internal sealed record Listing(IReadOnlyList<string> Lines) : Block;
