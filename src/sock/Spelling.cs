namespace Sockeye.Tool;

/// <summary>Finds what a misspelt word was probably meant to be.</summary>
internal static class Spelling
{
    /// <summary>The known word with the fewest slips, if they are few for its length; else null.</summary>
    public static string? Nearest(string word, IEnumerable<string> known)
    {
        var best = known.Select(candidate => (candidate, slips: Slips(word, candidate))).DefaultIfEmpty().MinBy(pair => pair.slips);
        return best.candidate is not null && best.slips <= Math.Max(1, word.Length / 3) ? best.candidate : null;
    }

    /// <summary>Letters added, left out, mistaken or swapped with their neighbour (optimal string alignment).</summary>
    internal static int Slips(string a, string b)
    {
        var table = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
            for (var j = 0; j <= b.Length; j++)
            {
                table[i, j] = i == 0 || j == 0 ? i + j : Math.Min(
                    Math.Min(table[i - 1, j], table[i, j - 1]) + 1,
                    table[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    table[i, j] = Math.Min(table[i, j], table[i - 2, j - 2] + 1);
            }
        return table[a.Length, b.Length];
    }
}
