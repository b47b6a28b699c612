using System.Collections.Frozen;
using System.Text;

namespace ProvincialGateway.Matching;

/// <summary>
/// One spelling for characters that look or mean the same: full-width and compatibility forms, brackets, dashes, signs of multiplication, letter case.
/// It is the part of Unicode's NFKC that catalogues need; the node runs with invariant globalization, under which
/// <see cref="string.Normalize(NormalizationForm)"/> has no data and changes nothing.
/// </summary>
internal static class FoldedText
{
    private static readonly FrozenDictionary<char, string> Folds = Table().ToFrozenDictionary();

    /// <summary>Blanks are kept as single spaces, because they may part two figures.</summary>
    public static string Of(string text)
    {
        var folded = new StringBuilder(text.Length);
        foreach (var character in text)
        {
            if (Folds.TryGetValue(character, out var fold))
                folded.Append(fold);
            else if (!char.IsWhiteSpace(character))
                folded.Append(char.ToLowerInvariant(character is >= '！' and <= '～' ? (char)(character - '！' + '!') : character));
            else if (folded.Length > 0 && folded[^1] != ' ')
                folded.Append(' ');
        }
        return folded.ToString().TrimEnd();
    }

    private static Dictionary<char, string> Table()
    {
        var folds = new Dictionary<char, string>();
        Add("（【［〔〖〈《「『｛[{<", "(");
        Add("）】］〕〗〉》」』｝]}>", ")");
        Add("×✕✖╳＊∗﹡", "*");
        Add("－–—―‐‑−～〜~", "-");
        Add("：∶﹕", ":");
        Add("、，；﹐﹔;", ",");
        Add("·・•‧。", "");
        Add("μµ", "u");
        Add("％﹪", "%");
        Add("’‘′\"“”＇＂", "'");
        foreach (var (signs, text) in (ReadOnlySpan<(string, string)>)
            [("㎎", "mg"), ("㎍", "ug"), ("㎏", "kg"), ("㎖", "ml"), ("㎕", "ul"), ("ℓ", "l"), ("㏄", "ml"), ("㎜", "mm"), ("㎝", "cm"), ("㎡", "m2"), ("㎥", "m3"), ("℃", "c"),
             ("²", "2"), ("³", "3"), ("＃", "#"), ("№", "#")])
        {
            Add(signs, text);
        }
        foreach (var (roman, text) in "i ii iii iv v vi vii viii ix x xi xii".Split(' ').Index().Select(entry => (entry.Index, entry.Item)))
        {
            folds[(char)('Ⅰ' + roman)] = text;
            folds[(char)('ⅰ' + roman)] = text;
        }
        for (var number = 1; number <= 20; number++)
        {
            folds[(char)('①' + number - 1)] = $"{number}";
            folds[(char)('⑴' + number - 1)] = $"({number})";
        }
        return folds;

        void Add(string characters, string fold)
        {
            foreach (var character in characters)
                folds[character] = fold;
        }
    }
}
