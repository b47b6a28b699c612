using ProvincialGateway.Catalogue;

namespace ProvincialGateway.Matching;

/// <summary>Everything a local and an exchange item say for and against being the same, and the score that follows.</summary>
internal readonly record struct Evidence
{
    // A price limit is no price, and a pack may be priced by the piece.
    private const decimal PriceAgreesWithin = 1.5m;
    private const decimal PriceNearWithin = 4;

    public required NameRelation Name { get; init; }

    public required Verdict Salt { get; init; }

    public required Verdict Form { get; init; }

    public required Verdict Strength { get; init; }

    public required Verdict Pack { get; init; }

    public required Verdict Words { get; init; }

    public required Verdict Manufacturer { get; init; }

    public required Verdict ItemClass { get; init; }

    public required Verdict Price { get; init; }

    public required Verdict Unit { get; init; }

    /// <summary>One of the two items contradicts itself.</summary>
    public required bool SelfContradiction { get; init; }

    /// <summary>0..100, one decimal: what is written is what is compared.</summary>
    public required decimal Score { get; init; }

    /// <summary>What the item itself says is that it is another one, whatever the name looks like.</summary>
    public bool IsAnotherItem => Form == Verdict.Differs || Strength == Verdict.Differs || Salt == Verdict.Differs || Pack == Verdict.Differs || Name.Qualifiers == Verdict.Differs;

    /// <summary>Nothing contradicts the pair, so a sufficient score may accept it unseen.</summary>
    public bool MayBeAccepted => Name.IsSameThing && !SelfContradiction && Quality is not null
        && !IsAnotherItem && Words != Verdict.Differs && Manufacturer != Verdict.Differs;

    /// <summary>Null when each side is more exact than the other in something, which no mapping can state.</summary>
    public MappingQuality? Quality
    {
        get
        {
            var (localMore, exchangeMore) = (false, false);
            foreach (var verdict in (ReadOnlySpan<Verdict>)[Name.Verdict, Salt, Form, Strength, Pack, Words, Manufacturer])
            {
                localMore |= verdict is Verdict.LocalMore or Verdict.LocalOnly or Verdict.BothMore;
                exchangeMore |= verdict is Verdict.ExchangeMore or Verdict.ExchangeOnly or Verdict.BothMore;
            }
            return (localMore, exchangeMore) switch
            {
                (false, false) => MappingQuality.Equivalent,
                (true, false) => MappingQuality.Broader,
                (false, true) => MappingQuality.Narrower,
                (true, true) => null,
            };
        }
    }

    /// <returns>Null when the pair cannot reach the score.</returns>
    public static Evidence? Of(ItemProfile local, ItemProfile exchange, NameRelation name, decimal least)
    {
        var score = new EvidenceScore(name);
        var salt = score.Add(CompareSalts(local.Salts, exchange.Salts), EvidenceScore.Salt);
        var form = score.Add(DoseForm.Compare(local.Form, exchange.Form), EvidenceScore.Form);
        var strength = score.Add(MeasureComparison.Of(local.Measures, exchange.Measures), EvidenceScore.Strength);
        var pack = score.Add(ComparePacks(local.Pack, exchange.Pack), EvidenceScore.Pack);
        // Most pairs end here, before the comparisons that cost most.
        if (score.Most < least)
            return null;
        var words = score.Add(CompareWords(local, exchange), EvidenceScore.Words);
        var manufacturer = score.Add(ManufacturerName.Compare(local.Manufacturer, exchange.Manufacturer), EvidenceScore.Manufacturer);
        var itemClass = score.Add(CompareClasses(local.Texts.ItemClass, exchange.Texts.ItemClass), EvidenceScore.ItemClass);
        var price = score.Add(ComparePrices(local, exchange), EvidenceScore.Price);
        var unit = score.Add(CompareUnits(local, exchange), EvidenceScore.Unit);
        return score.Most < least ? null : new Evidence
        {
            Name = name,
            Salt = salt,
            Form = form,
            Strength = strength,
            Pack = pack,
            Words = words,
            Manufacturer = manufacturer,
            ItemClass = itemClass,
            Price = price,
            Unit = unit,
            SelfContradiction = local.ContradictsItself || exchange.ContradictsItself,
            Score = score.Most,
        };
    }

    private static Verdict CompareSalts(string local, string exchange) => (local.Length, exchange.Length) switch
    {
        (0, 0) => Verdict.Silent,
        (0, _) => Verdict.ExchangeOnly,
        (_, 0) => Verdict.LocalOnly,
        _ => local == exchange ? Verdict.Agrees : Verdict.Differs,
    };

    private static Verdict ComparePacks(decimal? local, decimal? exchange) => (local, exchange) switch
    {
        (null, null) => Verdict.Silent,
        // A single piece is what a catalogue without packs lists.
        (null, 1) or (1, null) => Verdict.Silent,
        (null, _) => Verdict.ExchangeOnly,
        (_, null) => Verdict.LocalOnly,
        _ => local == exchange ? Verdict.Agrees : Verdict.Differs,
    };

    private static Verdict CompareWords(ItemProfile local, ItemProfile exchange)
    {
        if (local.Words is not { } ours || exchange.Words is not { } theirs)
            return local.Words is null && exchange.Words is null ? Verdict.Silent : local.Words is null ? Verdict.ExchangeOnly : Verdict.LocalOnly;
        if (ours.Full == theirs.Full)
            return Verdict.Agrees;
        if (ours.Codes != theirs.Codes)
            return Verdict.Differs;
        return NameRelation.Surplus(ours.Full, theirs.Full) switch
        {
            ("", "") => Verdict.Agrees,
            (_, "") => Verdict.LocalMore,
            ("", _) => Verdict.ExchangeMore,
            _ => Verdict.Differs,
        };
    }

    private static Verdict CompareClasses(ItemClass? local, ItemClass? exchange) =>
        local is null || exchange is null ? Verdict.Silent : local == exchange ? Verdict.Agrees : Verdict.Apart;

    private static Verdict ComparePrices(ItemProfile local, ItemProfile exchange)
    {
        if (local.Texts.Price is not > 0 || exchange.Texts.Price is not > 0)
            return Verdict.Silent;
        return IsWithin(PriceAgreesWithin) ? Verdict.Agrees : IsWithin(PriceNearWithin) ? Verdict.Near : Verdict.Apart;

        bool IsWithin(decimal factor)
        {
            var (ours, theirs, pack) = (local.Texts.Price.Value, exchange.Texts.Price.Value, exchange.Pack ?? 1);
            return Near(ours, theirs) || Near(ours * pack, theirs) || Near(ours, theirs * pack);

            bool Near(decimal left, decimal right) => left <= right * factor && right <= left * factor;
        }
    }

    /// <summary>A drug is priced by the tablet here and by the box there; a service by the hour is not the one by the day.</summary>
    private static Verdict CompareUnits(ItemProfile local, ItemProfile exchange)
    {
        if (local.Unit.Length == 0 || exchange.Unit.Length == 0)
            return Verdict.Silent;
        if (local.Unit == exchange.Unit)
            return Verdict.Agrees;
        return local.Texts.Kind == ItemKind.Service ? Verdict.Apart : Verdict.Silent;
    }
}
