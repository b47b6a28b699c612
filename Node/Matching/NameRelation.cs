using ProvincialGateway.Catalogue;

namespace ProvincialGateway.Matching;

/// <summary>What two names have to do with each other.</summary>
/// <param name="Verdict">
/// <see cref="Verdict.Agrees"/>: the same words; <see cref="Verdict.Near"/>: the same words in another order; <see cref="Verdict.LocalMore"/> and
/// <see cref="Verdict.ExchangeMore"/>: one has further words; <see cref="Verdict.Differs"/>: each has words of its own.
/// </param>
/// <param name="Similarity">0..1.</param>
/// <param name="IsSameThing">False where the names themselves forbid that nobody looks.</param>
/// <param name="Qualifiers">Side, site, age, method and the like.</param>
internal readonly record struct NameRelation(Verdict Verdict, float Similarity, bool IsSameThing, Verdict Qualifiers)
{
    private const float OtherOrder = 0.97f;

    /// <summary>Words that only one side has may be what tells two items apart, however long the rest is.</summary>
    private const float FurtherWordsMax = 0.9f;

    private const float AnyOrderShare = 0.95f;

    /// <summary>A short form keeps its order but loses characters (哌拉他唑 for 哌拉西林他唑巴坦); it is less sure than the same length of equal text.</summary>
    private const float ShortFormShare = 0.75f;

    private const int ShortFormMin = 3;

    /// <param name="shared">Share of the rare character pairs that both have, 0..1, see <see cref="NameIndex"/>.</param>
    public static NameRelation Of(ItemKind kind, ItemName local, ItemName exchange, float shared)
    {
        var verdict = Compare(local, exchange);
        var qualifiers = CompareQualifiers(local, exchange);
        // A drug's name is its ingredient, and ingredients differ by one character; only what stands in brackets may be more on one side.
        var isSame = verdict is Verdict.Agrees or Verdict.Near
            || (verdict is Verdict.LocalMore or Verdict.ExchangeMore && (kind != ItemKind.Drug || local.Core == exchange.Core));
        return new NameRelation(verdict, SimilarityOf(verdict, local.Full, exchange.Full, shared), isSame && qualifiers != Verdict.Differs, qualifiers);
    }

    private static Verdict Compare(ItemName local, ItemName exchange)
    {
        if (local.Full == exchange.Full)
            return Verdict.Agrees;
        if (local.Codes != exchange.Codes)
            return Verdict.Differs;
        var (localMore, exchangeMore) = Surplus(local.Full, exchange.Full);
        return (localMore.Length, exchangeMore.Length) switch
        {
            (0, 0) => Verdict.Near,
            (_, 0) => Verdict.LocalMore,
            (0, _) => Verdict.ExchangeMore,
            _ => Verdict.Differs,
        };
    }

    /// <summary>The characters each has and the other has not, in their order, whatever the order of the rest.</summary>
    public static (string Local, string Exchange) Surplus(string local, string exchange) => (Without(local, exchange), Without(exchange, local));

    private static string Without(string text, string taken)
    {
        var left = new List<char>(taken);
        return new string([.. text.Where(character => !left.Remove(character))]);
    }

    /// <summary>Two sides, sites or ages differ; an age, an urgency or a supplement that only one names differs as well.</summary>
    private static Verdict CompareQualifiers(ItemName local, ItemName exchange)
    {
        if (!local.Restrictions.AsSpan().SequenceEqual(exchange.Restrictions))
            return Verdict.Differs;
        if (local.Qualifiers.AsSpan().SequenceEqual(exchange.Qualifiers))
            return local.Qualifiers.Length + local.Restrictions.Length == 0 ? Verdict.Silent : Verdict.Agrees;
        return local.Qualifiers.Any(ours => IsContradicted(ours, local.Qualifiers, exchange.Qualifiers)) ? Verdict.Differs : Verdict.Silent;
    }

    /// <summary>The other side names the same axis, and each names a value the other lacks.</summary>
    private static bool IsContradicted(string ours, string[] local, string[] exchange)
    {
        var axis = ours[..(ours.IndexOf('=', StringComparison.Ordinal) + 1)];
        var theirs = exchange.Where(value => value.StartsWith(axis, StringComparison.Ordinal)).ToList();
        return theirs.Count > 0 && !theirs.Contains(ours) && theirs.Exists(value => !local.Contains(value));
    }

    private static float SimilarityOf(Verdict verdict, string local, string exchange, float shared)
    {
        if (verdict is Verdict.Agrees or Verdict.Near)
            return verdict == Verdict.Agrees ? 1 : OtherOrder;
        var surplus = Surplus(local, exchange);
        var longer = Math.Max(local.Length, exchange.Length);
        var shorter = Math.Min(local.Length, exchange.Length);
        var edits = 1 - ((float)NameDistance.Edits(local, exchange) / longer);
        var anyOrder = AnyOrderShare * (1 - ((float)(surplus.Local.Length + surplus.Exchange.Length) / (longer + shorter)));
        var shortForm = shorter < ShortFormMin ? 0 : ShortFormShare * NameDistance.Common(local, exchange) / shorter;
        return Math.Min(Math.Max(Math.Max(edits, shared), Math.Max(shortForm, anyOrder)), FurtherWordsMax);
    }
}
