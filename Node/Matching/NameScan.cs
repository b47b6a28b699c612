using System.Text;
using ProvincialGateway.Catalogue;

namespace ProvincialGateway.Matching;

/// <summary>What a text is, which decides how much of it may be a dose form.</summary>
internal enum ScannedText
{
    /// <summary>A name has something besides its form.</summary>
    Name = 1,

    /// <summary>The name of a crude drug, of which 甘草片 are slices and no tablets.</summary>
    CrudeDrugName = 2,

    /// <summary>A dose form or a specification; all of it may be a form.</summary>
    Detail = 3,
}

/// <summary>Takes a folded text without figures apart, word by word, with the vocabulary of its kind.</summary>
internal sealed class NameScan
{
    // A metal at the end of an ingredient is a salt; after these characters it is a part of the substance (氯化钠, 碳酸氢钠, 葡萄糖酸钙).
    private const string Metals = "钠钾钙镁";
    private const string BoundTo = "化酸氢普铋锂硒钠钾钙镁";

    /// <summary>Less than this is no ingredient, so what would leave less is not taken off.</summary>
    private const int CoreLengthMin = 2;

    private readonly ItemKind _kind;
    private readonly MatchingTerms _terms;
    private readonly ScannedText _what;
    private readonly StringBuilder _core = new();
    private readonly StringBuilder _extra = new();
    private readonly SortedSet<string> _salts = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _qualifiers = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _restrictions = new(StringComparer.Ordinal);

    public NameScan(ItemKind kind, string text, ScannedText what)
    {
        _kind = kind;
        _terms = MatchingTerms.Of(kind);
        _what = what;
        foreach (var (part, inBrackets) in Parts(text))
            Scan(part, inBrackets);
        if (kind == ItemKind.Drug)
            TakeSaltsAtEnd();
        Words = _core.Length + _extra.Length == 0 ? null : Name(_core.ToString(), _extra.ToString());
        // A name of nothing but a form or a bracket stands for itself.
        Whole = Words is { Core.Length: > 0 } ? Words : Name(Words?.Extra ?? text, "");
    }

    public List<DoseForm> Forms { get; } = [];

    /// <summary>A form that stands before the ingredient outweighs one behind it: 吸入用…混悬液.</summary>
    public DoseForm? Front { get; private set; }

    /// <summary>Sorted, separated by blanks; empty when none is named.</summary>
    public string Salts => string.Join(' ', _salts);

    /// <summary>What is left; null when it is nothing.</summary>
    public ItemName? Words { get; }

    /// <summary>What is left, or the text itself when it is nothing.</summary>
    public ItemName Whole { get; }

    private bool ReadsForms => _kind == ItemKind.Drug && _what != ScannedText.CrudeDrugName;

    private ItemName Name(string core, string extra) => new(core, extra, [.. _qualifiers], [.. _restrictions]);

    /// <summary>What stands outside and inside brackets, and between blanks.</summary>
    private static IEnumerable<(string Part, bool InBrackets)> Parts(string text)
    {
        var (start, depth) = (0, 0);
        for (var at = 0; at <= text.Length; at++)
        {
            var character = at < text.Length ? text[at] : ' ';
            if (character is not ('(' or ')' or ' '))
                continue;
            if (at > start)
                yield return (text[start..at], depth > 0);
            depth = character switch { '(' => depth + 1, ')' => Math.Max(0, depth - 1), _ => depth };
            start = at + 1;
        }
    }

    private void Scan(string part, bool inBrackets)
    {
        if (inBrackets && _terms.IsNote(part))
            return;
        var target = inBrackets ? _extra : _core;
        part = part[..EndWithout(part, mayBeAll: inBrackets || _what == ScannedText.Detail)];
        var begin = target.Length;
        for (var at = 0; at < part.Length;)
        {
            var term = _terms.At(part, at);
            if (term is null)
                Literal(part, at, target, begin);
            else
                Take(term, target, atBegin: inBrackets ? target.Length == begin : target.Length == 0);
            at += term?.Text.Length ?? 1;
        }
        // X线计算机体层(CT): the bracket says again what the name says.
        if (inBrackets && _core.ToString().Contains(_extra.ToString(begin, _extra.Length - begin), StringComparison.Ordinal))
            _extra.Length = begin;
    }

    /// <summary>Takes forms and words that say nothing off the end.</summary>
    /// <param name="mayBeAll">Whether nothing need be left.</param>
    private int EndWithout(string part, bool mayBeAll)
    {
        var (end, forms) = (part.Length, 0);
        while (end > 0 && _terms.AtEnd(part.AsSpan(0, end)) is { Role: not TermRole.Keep } term)
        {
            var left = end - term.Text.Length;
            if (term.Role == TermRole.Form)
            {
                // One character may belong to the ingredient: 碘酊, and 冰片 in 冰片颗粒.
                var isDoubtful = term.Text.Length == 1 && (forms > 0 || (!mayBeAll && _core.Length + left < CoreLengthMin));
                if (!ReadsForms || isDoubtful || (!mayBeAll && _core.Length + left == 0))
                    break;
                Forms.Add(new DoseForm(term.Meaning, term.Text));
                forms++;
            }
            else if (!mayBeAll && _core.Length + left == 0)
                break;
            end = left;
        }
        return end;
    }

    private void Take(Term term, StringBuilder target, bool atBegin)
    {
        switch (term.Role)
        {
            case TermRole.Salt when atBegin:
                _salts.Add(term.Meaning);
                break;
            case TermRole.Front when ReadsForms:
                Front ??= new DoseForm(term.Meaning, term.Text);
                break;
            case TermRole.Word:
                target.Append(term.Meaning);
                break;
            case TermRole.Qualifier:
                _qualifiers.Add(term.Meaning);
                target.Append(term.Value);
                break;
            case TermRole.Restriction:
                _restrictions.Add(term.Meaning);
                target.Append(term.Value);
                break;
            case TermRole.Drop:
                break;
            default:
                target.Append(term.Text);
                break;
        }
    }

    private void Literal(string part, int at, StringBuilder target, int begin)
    {
        var character = part[at];
        if (_kind == ItemKind.Drug && Metals.Contains(character, StringComparison.Ordinal) && target.Length - begin >= CoreLengthMin
            && !BoundTo.Contains(target[^1], StringComparison.Ordinal))
        {
            _salts.Add(character.ToString());
        }
        else if (char.IsLetterOrDigit(character) || (character is '-' or '.' && at > 0 && at + 1 < part.Length && char.IsAsciiLetterOrDigit(part[at - 1]) && char.IsAsciiLetterOrDigit(part[at + 1])))
        {
            target.Append(character);
        }
    }

    private void TakeSaltsAtEnd()
    {
        while (_terms.SaltAtEnd(_core.ToString()) is { } salt && _core.Length - salt.Text.Length >= CoreLengthMin)
        {
            _salts.Add(salt.Meaning);
            _core.Length -= salt.Text.Length;
        }
        // 醋酸钙 without the salt would leave one character.
        if (_core.Length < CoreLengthMin && _salts.Count > 0)
        {
            _core.Insert(0, string.Concat(_salts));
            _salts.Clear();
        }
    }
}
