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

    /// <summary>Exchange catalogue kind, e.g. 101.</summary>
    public required string CatalogueKind { get; init; }

    public required string CatalogueVersion { get; init; }

    /// <summary>No mapping was in force on the fee date; the province's policy says what the line counts as.</summary>
    public bool Unmapped => ExchangeCode is null;
}

/// <summary>Local fee line in, exchange fee line out, by the version and the rows in force on the fee date. Pure.</summary>
public static class LineTranslation
{
    /// <param name="institutionLevel">Exchange institution level, 01..11.</param>
    /// <param name="personClass">Exchange code; null where it is not known, then only ratios for any person apply.</param>
    /// <exception cref="ArgumentException">The institution level is not one of the exchange.</exception>
    public static bool TryTranslate(
        HisFeeLine line, string institutionLevel, string? personClass, CatalogueTimeline timeline, UnmappedPolicy policy,
        [NotNullWhen(true)] out TranslatedLine? translated, [NotNullWhen(false)] out LineFault? fault)
    {
        translated = null;
        if (InstitutionTiers.OfLevel(institutionLevel) is not { } tier)
            throw new ArgumentException($"'{institutionLevel}' is not an exchange institution level.", nameof(institutionLevel));
        if (!Figures.TryRead(line, out var figures, out fault))
            return false;

        var catalogue = timeline.At(line.FeeDate);
        var terms = LineTerms.Of(catalogue, policy, line.LocalCode, figures.Price, line.FeeDate, new LineSetting(tier, personClass));
        if (terms.IsBlocked)
            fault = LineFaults.NoMapping(line);
        // What the hospital states counts only where nothing else is known.
        else if ((terms.FeeCategory ?? catalogue.Codes.ToExchange(CodeSystem.FeeCategory, line.FeeCategory, line.FeeDate)) is not { } feeCategory)
            fault = LineFaults.NoFeeCategory(line);
        else
            translated = Line(line, figures, feeCategory, terms, catalogue.Version);
        return translated is not null;
    }

    private static TranslatedLine Line(HisFeeLine line, Figures figures, string feeCategory, LineTerms terms, string version) => new()
    {
        LocalCode = line.LocalCode,
        LocalName = line.LocalName,
        ExchangeCode = terms.Mapping?.ExchangeCode,
        ExchangeName = terms.Mapping?.ExchangeName,
        Quality = terms.Mapping?.Quality,
        FeeCategory = feeCategory,
        ItemClass = terms.ItemClass,
        SelfPay = terms.SelfPay,
        Limit = terms.Limit,
        Price = figures.Price,
        Quantity = figures.Quantity,
        FeeDate = line.FeeDate,
        Split = FeeLineSplit.Split(figures.Price, figures.Quantity, figures.Amount, terms.ItemClass, terms.SelfPay, terms.Limit),
        CatalogueKind = Catalogue.CatalogueKind.Of(terms.Kind, feeCategory),
        CatalogueVersion = version,
    };

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
