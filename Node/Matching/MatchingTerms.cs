using System.Collections.Frozen;
using ProvincialGateway.Catalogue;
using ProvincialGateway.Tables;

namespace ProvincialGateway.Matching;

/// <summary>What a word of a catalogue name is for.</summary>
internal enum TermRole
{
    /// <summary>A dose form at the end of a part of the name; the meaning is the path of <see cref="DoseForm"/>.</summary>
    Form = 1,

    /// <summary>A dose form that stands before the ingredient.</summary>
    Front = 2,

    /// <summary>A salt or ester; the meaning is its one spelling.</summary>
    Salt = 3,

    /// <summary>Stays as it is, whatever it contains.</summary>
    Keep = 4,

    /// <summary>Another name; the meaning is the one that is compared.</summary>
    Word = 5,

    /// <summary>Says nothing about which item it is.</summary>
    Drop = 6,

    /// <summary>Says nothing at the end of a part of the name.</summary>
    Tail = 7,

    /// <summary>Says nothing when it is all that stands in a bracket.</summary>
    Note = 8,

    /// <summary>Tells items apart where both state it; the meaning is <c>axis=value</c>.</summary>
    Qualifier = 9,

    /// <summary>Tells items apart even where only one side states it.</summary>
    Restriction = 10,
}

internal sealed record Term(TermRole Role, string Text, string Meaning)
{
    /// <summary>The one spelling of a qualifier or restriction.</summary>
    public string Value => Meaning[(Meaning.IndexOf('=', StringComparison.Ordinal) + 1)..];
}

/// <summary>The vocabulary of the embedded <c>matching-terms.csv</c>, per kind of item.</summary>
internal sealed class MatchingTerms
{
    private const string Resource = "ProvincialGateway.Matching.matching-terms.csv";

    private static readonly FrozenDictionary<ItemKind, MatchingTerms> ByKind = Read();

    private readonly FrozenDictionary<char, Term[]> _byFirst;
    private readonly FrozenDictionary<string, Term> _notes;
    private readonly Term[] _endings;
    private readonly Term[] _salts;

    private MatchingTerms(IReadOnlyCollection<Term> terms)
    {
        // Forms are found from the end of a name (肠溶胶囊 before 胶囊), everything else from its beginning.
        _byFirst = terms.Where(term => term.Role is not (TermRole.Note or TermRole.Form or TermRole.Tail)).GroupBy(term => term.Text[0])
            .ToFrozenDictionary(group => group.Key, group => Longest(group).ToArray());
        _endings = [.. Longest(terms.Where(term => term.Role is TermRole.Form or TermRole.Tail or TermRole.Drop or TermRole.Keep))];
        _salts = [.. Longest(terms.Where(term => term.Role is TermRole.Salt))];
        _notes = terms.Where(term => term.Role == TermRole.Note).ToFrozenDictionary(term => term.Text);
    }

    public static MatchingTerms Of(ItemKind kind) => ByKind[kind];

    /// <summary>The form of a text that is nothing else; null when it is no known one.</summary>
    public Term? Form(string text) => Array.Find(_endings, term => term.Role == TermRole.Form && term.Text == text);

    /// <summary>The longest form, word that says nothing or word that stays, that ends the text.</summary>
    public Term? AtEnd(ReadOnlySpan<char> text)
    {
        foreach (var term in _endings)
        {
            if (text.EndsWith(term.Text, StringComparison.Ordinal))
                return term;
        }
        return null;
    }

    public Term? SaltAtEnd(string text) => Array.Find(_salts, term => text.EndsWith(term.Text, StringComparison.Ordinal));

    public bool IsNote(string bracket) => _notes.ContainsKey(bracket);

    /// <summary>The longest term that stands here; null when none does.</summary>
    public Term? At(string text, int place)
    {
        if (!_byFirst.TryGetValue(text[place], out var terms))
            return null;
        foreach (var term in terms)
        {
            if (string.CompareOrdinal(text, place, term.Text, 0, term.Text.Length) == 0 && !CutsWord(text, place, term.Text))
                return term;
        }
        return null;
    }

    // "ct" is not in "ctni": a term of Latin letters or digits is a whole run of them.
    private static bool CutsWord(string text, int place, string term) =>
        (place > 0 && char.IsAsciiLetter(term[0]) && char.IsAsciiLetter(text[place - 1]))
        || (place + term.Length < text.Length && char.IsAsciiLetterOrDigit(term[^1]) && char.IsAsciiLetterOrDigit(text[place + term.Length]));

    private static FrozenDictionary<ItemKind, MatchingTerms> Read()
    {
        var errors = new List<TableError>();
        var rows = CsvTable.Embedded(Resource, ["role", "kinds", "term", "meaning"], errors)
            .ConvertAll(row => (Kinds: row.Text("kinds"), Term: new Term(row.OneOf<TermRole>("role"), row.Text("term"), row.Optional("meaning"))));
        // The compared spelling is a word too, or 留置针 would be found in 静脉留置针.
        rows.AddRange([.. rows.Where(row => row.Term.Role == TermRole.Word).Select(row => (row.Kinds, row.Term with { Text = row.Term.Meaning })).Distinct()]);
        if (errors.Count > 0 || rows.Exists(row => FoldedText.Of(row.Term.Text) != row.Term.Text))
            throw new InvalidOperationException($"{Resource} is broken: {(errors.Count > 0 ? errors[0].ToString() : "a term is not in folded spelling")}");
        return Enum.GetValues<ItemKind>().ToFrozenDictionary(kind => kind, kind => new MatchingTerms(
            [.. rows.Where(row => row.Kinds.Contains(Letter(kind), StringComparison.Ordinal)).Select(row => row.Term)]));
    }

    private static IOrderedEnumerable<Term> Longest(IEnumerable<Term> terms) => terms.OrderByDescending(term => term.Text.Length);

    private static char Letter(ItemKind kind) => kind switch
    {
        ItemKind.Drug => 'd',
        ItemKind.Service => 's',
        ItemKind.Consumable => 'c',
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };
}
