using System.Diagnostics.CodeAnalysis;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Values;

namespace ProvincialGateway.Catalogue;

/// <summary>A fee line in exchange codes, split, with everything the split was made from.</summary>
public sealed record TranslatedLine
{
    public required string LocalCode { get; init; }

    public required string LocalName { get; init; }

    /// <summary>Null exactly when <see cref="Unmapped"/>.</summary>
    public required string? ExchangeCode { get; init; }

    /// <inheritdoc cref="ExchangeCode"/>
    public required string? ExchangeName { get; init; }

    /// <inheritdoc cref="ExchangeCode"/>
    public required MappingQuality? Quality { get; init; }

    /// <summary>Exchange fee category, 01..14.</summary>
    public required string FeeCategory { get; init; }

    public required ItemClass ItemClass { get; init; }

    /// <summary>Pre-self-pay ratio, 0..100 %.</summary>
    public required BasisPoints SelfPay { get; init; }

    /// <summary>The price limit of the institution's tier; null is none.</summary>
    public required UnitPrice? Limit { get; init; }

    public required UnitPrice Price { get; init; }

    public required Quantity Quantity { get; init; }

    public required DateOnly FeeDate { get; init; }

    public required LineSplit Split { get; init; }

    public required string CatalogueVersion { get; init; }

    /// <summary>Counted as full self-pay because no mapping was in force on the fee date.</summary>
    public bool Unmapped => ExchangeCode is null;
}

/// <summary>Local fee line in, exchange fee line out, by the rows in force on the fee date. Pure.</summary>
public static class LineTranslation
{
    /// <param name="institutionLevel">Exchange institution level, 01..11.</param>
    /// <exception cref="ArgumentException">The institution level is not one of the exchange.</exception>
    public static bool TryTranslate(
        HisFeeLine line, string institutionLevel, LocalCatalogue catalogue, UnmappedPolicy policy,
        [NotNullWhen(true)] out TranslatedLine? translated, [NotNullWhen(false)] out LineFault? fault)
    {
        translated = null;
        if (InstitutionTiers.OfLevel(institutionLevel) is not { } tier)
            throw new ArgumentException($"'{institutionLevel}' is not an exchange institution level.", nameof(institutionLevel));
        if (!Figures.TryRead(line, out var figures, out fault))
            return false;

        var item = catalogue.Find(line.LocalCode, line.FeeDate);
        var mapping = item is null ? null : catalogue.FindMapping(line.LocalCode, line.FeeDate);
        if (mapping is null && policy.For(catalogue.KindOf(line.LocalCode)) == UnmappedHandling.Block)
            fault = LineFaults.NoMapping(line);
        else if (FeeCategory(line, item, catalogue.Codes) is not { } feeCategory)
            fault = LineFaults.NoFeeCategory(line);
        else
            translated = Line(line, figures, feeCategory, mapping, TermsOf(item, mapping, tier, line.FeeDate, catalogue.Codes), catalogue.Version);
        return translated is not null;
    }

    private static TranslatedLine Line(HisFeeLine line, Figures figures, string feeCategory, ItemMapping? mapping, Terms terms, string version) => new()
    {
        LocalCode = line.LocalCode,
        LocalName = line.LocalName,
        ExchangeCode = mapping?.ExchangeCode,
        ExchangeName = mapping?.ExchangeName,
        Quality = mapping?.Quality,
        FeeCategory = feeCategory,
        ItemClass = terms.ItemClass,
        SelfPay = terms.SelfPay,
        Limit = terms.Limit,
        Price = figures.Price,
        Quantity = figures.Quantity,
        FeeDate = line.FeeDate,
        Split = FeeLineSplit.Split(figures.Price, figures.Quantity, figures.Amount, terms.ItemClass, terms.SelfPay, terms.Limit),
        CatalogueVersion = version,
    };

    /// <summary>The catalogue's category where the item is known; what the hospital states only where nothing else is.</summary>
    private static string? FeeCategory(HisFeeLine line, CatalogueItem? item, ICodeTranslator codes) =>
        item is null ? codes.ToExchange(CodeSystem.FeeCategory, line.FeeCategory, line.FeeDate) : Checked(codes, CodeSystem.FeeCategory, item.FeeCategory, line.FeeDate);

    private static Terms TermsOf(CatalogueItem? item, ItemMapping? mapping, InstitutionTier tier, DateOnly on, ICodeTranslator codes) =>
        item is null || mapping is null
            ? new Terms(ItemClass.SelfPaid, BasisPoints.Whole, null)
            : new Terms(ItemClassCode.Parse(Checked(codes, CodeSystem.ItemClass, item.ItemClass, on)), item.SelfPay, item.LimitFor(tier));

    private static string Checked(ICodeTranslator codes, CodeSystem system, string code, DateOnly on) =>
        codes.ToExchange(system, code, on)
        ?? throw new InvalidOperationException($"The catalogue was loaded although {system} '{code}' has no exchange code on {on.Iso()}.");

    private readonly record struct Terms(ItemClass ItemClass, BasisPoints SelfPay, UnitPrice? Limit);

    private readonly record struct Figures(UnitPrice Price, Quantity Quantity, Fen Amount)
    {
        public static bool TryRead(HisFeeLine line, out Figures figures, [NotNullWhen(false)] out LineFault? fault)
        {
            figures = default;
            fault = null;
            if (!UnitPrice.TryFromDecimal(line.UnitPrice, out var price))
                fault = LineFaults.Invalid("unit_price", $"单价 {line.UnitPrice} 为负、超过四位小数或超出范围。", $"unit price {line.UnitPrice} is negative, has more than four decimals or is out of range.");
            else if (!Quantity.TryFromDecimal(line.Quantity, out var quantity) || quantity.Hundredths == 0)
                fault = LineFaults.Invalid("quantity", $"数量 {line.Quantity} 为零、超过两位小数或超出范围。", $"quantity {line.Quantity} is zero, has more than two decimals or is out of range.");
            else if (price.Times(quantity) is var expected && expected.Value != line.AmountFen)
                fault = LineFaults.AmountMismatch(new Fen(line.AmountFen), expected, price, quantity);
            else
                figures = new Figures(price, quantity, expected);
            return fault is null;
        }
    }
}
