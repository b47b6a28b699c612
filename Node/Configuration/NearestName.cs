namespace ProvincialGateway.Configuration;

/// <summary>Finds what a mistyped name was probably meant to be.</summary>
internal static class NearestName
{
    /// <summary>
    /// The known name with the fewest single-character edits, letter case aside; the first of them when several are as near.
    /// Null when none shares at least half of its characters: a wild guess would send the reader the wrong way.
    /// </summary>
    public static string? Of(string name, IReadOnlyCollection<string> known)
    {
        var nearest = known.MinBy(candidate => Edits(name, candidate));
        return nearest is not null && Edits(name, nearest) * 2 <= Math.Max(name.Length, nearest.Length) ? nearest : null;
    }

    private static int Edits(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var same = char.ToLowerInvariant(left[i - 1]) == char.ToLowerInvariant(right[j - 1]);
                var substituted = diagonal + (same ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substituted, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[right.Length];
    }
}
