namespace ProvincialGateway.Matching;

/// <summary>
/// The two classic measures of how near two names are, written out because no maintained library could be had: the one that restores has had no
/// release since 2020 and knows ratios only, not what the names have in common.
/// </summary>
internal static class NameDistance
{
    private const int StackMax = 256;

    /// <summary>Levenshtein: the fewest single characters to replace, insert or delete.</summary>
    public static int Edits(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        Span<int> row = right.Length < StackMax ? stackalloc int[right.Length + 1] : new int[right.Length + 1];
        for (var column = 0; column <= right.Length; column++)
            row[column] = column;
        for (var line = 0; line < left.Length; line++)
        {
            var diagonal = row[0];
            row[0] = line + 1;
            for (var column = 0; column < right.Length; column++)
            {
                var replaced = diagonal + (left[line] == right[column] ? 0 : 1);
                diagonal = row[column + 1];
                row[column + 1] = Math.Min(replaced, Math.Min(row[column], diagonal) + 1);
            }
        }
        return row[right.Length];
    }

    /// <summary>The length of the longest common subsequence: what is left of both when the fewest characters are taken away.</summary>
    public static int Common(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        Span<int> row = right.Length < StackMax ? stackalloc int[right.Length + 1] : new int[right.Length + 1];
        row.Clear();
        foreach (var character in left)
        {
            var diagonal = 0;
            for (var column = 0; column < right.Length; column++)
            {
                var above = row[column + 1];
                row[column + 1] = character == right[column] ? diagonal + 1 : Math.Max(above, row[column]);
                diagonal = above;
            }
        }
        return row[right.Length];
    }
}
