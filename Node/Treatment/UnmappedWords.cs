using ProvincialGateway.AdapterHost;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Catalogue;
using ProvincialGateway.Matching;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Treatment;

/// <summary>Where the words come from that a code of the queue is matched by; the fullest first.</summary>
internal enum WordsSource
{
    /// <summary>The province's catalogue has the item and only its mapping is missing: what <c>catalogue match</c> would be given.</summary>
    Catalogue = 1,

    /// <summary>A line that waits for the mapping.</summary>
    WaitingLine = 2,

    /// <summary>A line that was stored without a mapping.</summary>
    StoredLine = 3,

    /// <summary>The queue's own name; nothing else is left of the lines.</summary>
    Name = 4,
}

/// <summary>A code of the queue in words.</summary>
/// <param name="Readings">One for every kind of item the code may be: a single one unless nothing says which.</param>
internal sealed record WordedCode(UnmappedCode Code, WordsSource Source, IReadOnlyList<CatalogueTexts> Readings);

/// <summary>Puts together what a node knows of codes that nobody has mapped.</summary>
internal sealed class UnmappedWords(HeldUploads held, LoadedAdapter adapter, DateOnly today)
{
    private static readonly ItemKind[] AllKinds = Enum.GetValues<ItemKind>();

    /// <param name="codes">Of this adapter.</param>
    public IReadOnlyList<WordedCode> Of(Session session, IReadOnlyList<UnmappedCode> codes)
    {
        var stored = FeeLineStore.LatestUnmapped(session, adapter.Id).ToDictionary(line => line.LocalCode, StringComparer.Ordinal);
        return [.. codes.Select(code => OfCatalogue(code) ?? OfWaitingLine(session, code) ?? OfStoredLine(code, stored) ?? OfName(code))];
    }

    private WordedCode? OfCatalogue(UnmappedCode code)
    {
        var index = adapter.Catalogue.At(today).Index;
        var at = index[code.LocalCode].Items;
        if ((index.Items.Find(at, today) ?? index.Items.Last(at)) is not { } item)
            return null;
        var texts = Texts(code, item.Kind, item.Validity) with
        {
            Name = item.LocalName,
            Unit = item.Unit,
            Specification = item.Specification,
            DoseForm = item.DoseForm,
            ItemClass = MatchingTables.LocalClass(item.ItemClass),
            Price = (item.LimitTertiary ?? item.LimitSecondary ?? item.LimitPrimary)?.ToDecimal(),
        };
        return new WordedCode(code, WordsSource.Catalogue, [texts]);
    }

    private WordedCode? OfWaitingLine(Session session, UnmappedCode code)
    {
        if (held.LineWaitingFor(session, adapter.Id, code.LocalCode) is not { } line)
            return null;
        var category = adapter.Catalogue.At(line.FeeDate).Codes.ToExchange(CodeSystem.FeeCategory, line.FeeCategory, line.FeeDate);
        var texts = Texts(code, default, new Validity(line.FeeDate, null)) with
        {
            Name = line.LocalName,
            Unit = line.Unit ?? "",
            Specification = line.Specification ?? "",
            DoseForm = line.DoseForm ?? "",
            Price = line.UnitPrice,
        };
        return new WordedCode(code, WordsSource.WaitingLine, Readings(texts, category));
    }

    private static WordedCode? OfStoredLine(UnmappedCode code, Dictionary<string, UnmappedLineRow> stored)
    {
        if (!stored.TryGetValue(code.LocalCode, out var line))
            return null;
        var texts = Texts(code, default, new Validity(ChinaTime.ParseIso(line.FeeDate), null)) with
        {
            Unit = line.Unit ?? "",
            Specification = line.Specification ?? "",
            DoseForm = line.DoseForm ?? "",
            Price = new UnitPrice(line.UnitPriceE4).ToDecimal(),
        };
        return new WordedCode(code, WordsSource.StoredLine, Readings(texts, line.FeeCategory));
    }

    private static WordedCode OfName(UnmappedCode code) => new(
        code, WordsSource.Name, Readings(Texts(code, default, new Validity(DateOnly.FromDateTime(ChinaTime.FromMs(code.FirstSeenAtMs).DateTime), null)), feeCategory: null));

    /// <summary>The fee category says what a drug or a consumable is; hospitals charge anything as a service or as other.</summary>
    private static IReadOnlyList<CatalogueTexts> Readings(CatalogueTexts texts, string? feeCategory) => feeCategory switch
    {
        "08" => [texts with { Kind = ItemKind.Consumable }],
        "09" or "11" => [texts with { Kind = ItemKind.Drug }],
        "10" => [texts with { Kind = ItemKind.Drug, IsCrudeDrug = true }],
        null or "14" => [.. AllKinds.Select(kind => texts with { Kind = kind })],
        _ => [texts with { Kind = ItemKind.Service }],
    };

    private static CatalogueTexts Texts(UnmappedCode code, ItemKind kind, Validity validity) => new()
    {
        Code = code.LocalCode,
        Name = code.LocalName,
        Kind = kind,
        Unit = "",
        Specification = "",
        DoseForm = "",
        Manufacturer = "",
        ItemClass = null,
        Price = null,
        Validity = validity,
        Line = 0,
    };
}
