namespace Sockeye.Tool;

/// <summary>Finds what a misspelt word was probably meant to be.</summary>
internal static class Spelling
{
    /// <summary>The known word with the fewest slips, if they are few for its length; else null.</summary>
    public static string? Nearest(string word, IEnumerable<string> known)
    {
        var best = known.Select(candidate => (candidate, slips: Misspelling.Slips(word, candidate))).DefaultIfEmpty().MinBy(pair => pair.slips);
        return best.candidate is not null && best.slips <= Math.Max(1, word.Length / 3) ? best.candidate : null;
    }
}
