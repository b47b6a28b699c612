using System.Globalization;

namespace ProvincialGateway.Tests.Support.Catalogues;

/// <summary>
/// An exchange catalogue, a local catalogue that means most of its items in other words, and the right answers. The same seed gives the same files.
/// About a tenth of the local rows have no counterpart: another strength, another form, an ingredient that differs by one character, another side.
/// </summary>
public sealed class GeneratedCatalogues
{
    private const string ExchangeHeader = "exchange_code,exchange_name,kind,dose_form,specification,unit,manufacturer,item_class,reference_price,valid_from,valid_to";

    private const string LocalHeader =
        "local_code,local_name,kind,unit,specification,dose_form,fee_category,item_class,self_pay_percent,limit_tertiary,limit_secondary,limit_primary,manufacturer,valid_from,valid_to";

    private readonly Random _random;
    private readonly ItemGenerator _items;
    private readonly List<GeneratedItem> _catalogue = [];
    private readonly ILookup<GeneratedItem, int> _byBare;
    private readonly ILookup<string, int> _byStem;
    private readonly HashSet<string> _names;
    private readonly List<string> _local = [LocalHeader];
    private readonly List<string> _truth = ["local_code,exchange_code"];

    public GeneratedCatalogues(int seed, int localRows, int exchangeRows)
    {
        _random = new Random(seed);
        _items = new ItemGenerator(_random);
        while (_catalogue.Count < exchangeRows)
            _catalogue.AddRange(_items.Family().Take(exchangeRows - _catalogue.Count));
        _byBare = _catalogue.Index().ToLookup(item => item.Item.Bare, item => item.Index);
        _byStem = _catalogue.Index().ToLookup(item => item.Item.Stem, item => item.Index);
        _names = [.. _catalogue.Select(ExchangeSpelling.Name)];
        Exchange = [ExchangeHeader, .. _catalogue.Select((item, index) => ExchangeLine(item, index))];
        for (var row = 0; row < localRows; row++)
            AddLocal(row);
    }

    public IReadOnlyList<string> Exchange { get; }

    public IReadOnlyList<string> Local => _local;

    /// <summary>Every exchange code that fits all that the local row still says; an empty code where there is none.</summary>
    public IReadOnlyList<string> Truth => _truth;

    public void WriteTo(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var (name, lines) in (ReadOnlySpan<(string, IReadOnlyList<string>)>)[("exchange.csv", Exchange), ("items.csv", Local), ("truth.csv", Truth)])
            File.WriteAllLines(Path.Combine(folder, name), lines);
    }

    private static string Code(int index) => string.Create(CultureInfo.InvariantCulture, $"X{index:000000}");

    private static string ExchangeLine(GeneratedItem item, int index) => Line(
        Code(index), ExchangeSpelling.Name(item), item.Kind, ExchangeSpelling.DoseForm(item), ExchangeSpelling.Specification(item), ExchangeSpelling.Unit(item), item.Maker, item.Class,
        ExchangeSpelling.Plain(item.Price), "2020-01-01", "");

    private static string Line(params IEnumerable<string> cells) => string.Join(',', cells);

    private void AddLocal(int row)
    {
        var source = _catalogue[_random.Next(_catalogue.Count)];
        var stranger = _random.Next(10) == 0 ? Stranger(source) : null;
        var item = stranger ?? source;
        var local = new LocalSpelling(_random, _names.Contains).Of(item, isWhole: stranger is not null);
        var code = string.Create(CultureInfo.InvariantCulture, $"L{row:000000}");
        var kind = item.Kind switch { "101" or "102" => "drug", "201" => "service", _ => "consumable" };
        _local.Add(Line(code, local.Name, kind, local.Unit, local.Specification, local.DoseForm, "01", local.Class, "0",
            local.Price is { } price ? ExchangeSpelling.Plain(price) : "", "", "", local.Manufacturer, "2021-01-01", ""));
        var right = stranger is null ? Fitting(item, local).Select(Code).ToList() : [""];
        _truth.AddRange(right.Select(answer => $"{code},{answer}"));
    }

    private IEnumerable<int> Fitting(GeneratedItem item, LocalRow local)
    {
        var stated = Stated(item, local);
        return _byStem[item.Stem].Where(index => Stated(_catalogue[index], local) == stated);
    }

    private static GeneratedItem Stated(GeneratedItem item, LocalRow local) => item.Bare with
    {
        Salt = local.StatesSalt ? item.Salt : "",
        IsSodium = local.StatesSalt && item.IsSodium,
        Strength = local.StatesStrength ? item.Strength : 0,
        Volume = local.StatesStrength ? item.Volume : 0,
        Width = local.StatesStrength ? item.Width : 0,
        Pack = local.StatesPack ? item.Pack : 0,
        Maker = local.StatesMaker ? item.Maker : "",
    };

    /// <summary>A near relation that the exchange catalogue does not have; null when it has.</summary>
    private GeneratedItem? Stranger(GeneratedItem source)
    {
        var stranger = source.Kind switch
        {
            "101" => _random.Next(7) switch
            {
                0 => source with { Strength = source.Strength * 3 },
                4 => source with { Salt = source.Salt.Length > 0 ? "硝酸" : "", IsSodium = false, Strength = source.Strength * 2 },
                5 => source with { Volume = source.Volume * 4, Strength = source.Volume > 0 ? source.Strength : source.Strength / 2 },
                6 => source with { Salt = source.Salt.Length > 0 ? _items.Pick(CatalogueVocabulary.Salts) : "" },
                1 => source with { Form = _items.Pick(["片", "胶囊", "颗粒", "注射液", "粉针", "缓释片", "分散片"]) },
                2 => source with { Stem = OneCharacterOff(source.Stem) },
                _ => source with { Stem = _items.Ingredient() },
            },
            "201" => _random.Next(3) switch
            {
                0 => source with { Front = _items.Pick(CatalogueVocabulary.Sites), Stem = _items.Pick(CatalogueVocabulary.Operations) },
                1 => source with { Front = _items.Pick(["左侧", "右侧", "小儿", "床旁"]) + source.Front[Math.Max(0, source.Front.Length - 2)..] },
                _ => source with { Bracket = source.Bracket.Length > 0 ? _items.Pick(CatalogueVocabulary.Methods) : "(加收)" },
            },
            "301" => _random.Next(2) == 0 ? source with { Strength = source.Strength + 3 } : source with { Stem = _items.Pick(CatalogueVocabulary.Products), Front = "记忆合金" },
            _ => source with { Stem = "生" + source.Stem },
        };
        return _byBare.Contains(stranger.Bare) || (stranger.Stem != source.Stem && _names.Contains(ExchangeSpelling.Name(stranger))) ? null : stranger;
    }

    private string OneCharacterOff(string stem)
    {
        var place = _random.Next(stem.Length);
        return stem[..place] + CatalogueVocabulary.Syllables[_random.Next(CatalogueVocabulary.Syllables.Length)] + stem[(place + 1)..];
    }
}
