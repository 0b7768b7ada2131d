namespace Sockeye;

/// <summary>How far a typed word is from a known one.</summary>
internal static class Misspelling
{
    /// <summary>Letters added, left out, mistaken or swapped with their neighbour, in any case (optimal string alignment).</summary>
    public static int Slips(string typed, string known)
    {
        var table = new int[typed.Length + 1, known.Length + 1];
        for (var i = 0; i <= typed.Length; i++)
            for (var j = 0; j <= known.Length; j++)
            {
                table[i, j] = i == 0 || j == 0 ? i + j : Math.Min(
                    Math.Min(table[i - 1, j], table[i, j - 1]) + 1,
                    table[i - 1, j - 1] + (Same(typed[i - 1], known[j - 1]) ? 0 : 1));
                if (i > 1 && j > 1 && Same(typed[i - 1], known[j - 2]) && Same(typed[i - 2], known[j - 1]))
                    table[i, j] = Math.Min(table[i, j], table[i - 2, j - 2] + 1);
            }
        return table[typed.Length, known.Length];
    }

    private static bool Same(char a, char b) => char.ToLowerInvariant(a) == char.ToLowerInvariant(b);
}
