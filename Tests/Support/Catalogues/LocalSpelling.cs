using static ProvincialGateway.Tests.Support.Catalogues.CatalogueVocabulary;

namespace ProvincialGateway.Tests.Support.Catalogues;

/// <summary>One row of a local catalogue and what it still says about the item it means.</summary>
internal sealed record LocalRow(string Name, string DoseForm, string Specification, string Unit, string Manufacturer, string Class, decimal? Price)
{
    public required bool StatesSalt { get; init; }

    public required bool StatesStrength { get; init; }

    public required bool StatesPack { get; init; }

    public required bool StatesMaker { get; init; }
}

/// <summary>
/// How a province writes the same item down: full-width characters, other brackets, the salt behind the name, other units, short forms, packs written
/// otherwise, short names of manufacturers, remarks, typing errors, things left out. Every habit has its own chance, so rows differ.
/// </summary>
internal sealed class LocalSpelling(Random random, Func<string, bool> isTaken)
{
    private bool _statesSalt = true;

    /// <param name="isWhole">Nothing that tells the item from others may be left out or misspelt.</param>
    public LocalRow Of(GeneratedItem item, bool isWhole)
    {
        _statesSalt = true;
        var statesPack = !Chance(isWhole ? 0 : 12);
        var statesStrength = isWhole || !Chance(3);
        var inName = statesStrength && Chance(8);
        var specification = statesStrength ? Specification(item, statesPack) : "";
        var name = item.Kind == "101" ? DrugName(item, isWhole) : item.Kind == "102" ? item.Stem : OtherName(item);
        var statesMaker = item.Maker.Length > 0 && Chance(75);
        if (!isWhole && Chance(3))
            name = Mistyped(name);
        if (inName && specification.Length > 0)
            (name, specification) = ($"{name}{Bracketed(specification)}", Chance(50) ? "" : specification);
        return new LocalRow(
            Remarked(Widened(name)), Chance(80) ? ExchangeSpelling.DoseForm(item) : "", Widened(specification), item.Kind == "101" && Chance(60) ? item.PackUnit : ExchangeSpelling.Unit(item),
            statesMaker ? MakerOf(item.Maker) : "", Chance(3) ? "02" : item.Class, Chance(70) ? Priced(item) : null)
        {
            StatesSalt = _statesSalt,
            StatesStrength = statesStrength,
            StatesPack = statesPack && statesStrength,
            StatesMaker = statesMaker,
        };
    }

    private bool Chance(int percent) => random.Next(100) < percent;

    private T Pick<T>(params ReadOnlySpan<T> from) => from[random.Next(from.Length)];

    private string DrugName(GeneratedItem item, bool isWhole)
    {
        var stem = Chance(30) && Array.Find(Known, known => known.Name == item.Stem).Alias is { } alias ? alias : item.Stem;
        stem += ExchangeSpelling.Sodium(item);
        var (before, behind) = (item.Salt, "");
        if (item.Salt.Length > 0 && Chance(20))
            (before, behind) = ("", Chance(60) ? $"({item.Salt})" : "盐");
        if (behind == "盐")
            (stem, behind) = ($"{stem}{item.Salt}盐", "");
        if (item.Salt.Length > 0 && !isWhole && Chance(4))
            (before, behind, stem, _statesSalt) = ("", "", item.Stem, false);
        return item.Form switch
        {
            "粉针" => Pick($"注射用{before}{stem}{behind}", $"注射用{before}{stem}{behind}", $"{before}{stem}粉针{behind}", $"{before}{stem}{behind}(注射用)", $"{before}{stem}冻干粉针剂{behind}"),
            "注射液" => $"{before}{stem}{Pick("注射液", "注射液", "注射液", "针", "针剂")}{behind}",
            "颗粒" => $"{before}{stem}{Pick("颗粒", "颗粒", "颗粒剂", "冲剂")}{behind}",
            "胶囊" => $"{before}{stem}{Pick("胶囊", "胶囊", "胶囊剂", "硬胶囊")}{behind}",
            "片" => $"{before}{stem}{Pick("片", "片", "片", "片剂")}{behind}",
            "滴眼液" => $"{before}{stem}{Pick("滴眼液", "眼药水", "滴眼剂")}{behind}",
            _ => $"{before}{stem}{item.Form}{behind}",
        };
    }

    private string OtherName(GeneratedItem item)
    {
        var (front, stem) = (item.Front, item.Stem);
        foreach (var (standard, others) in (ReadOnlySpan<(string, string[])>)
            [("X线计算机体层", ["CT", "X线计算机断层"]), ("磁共振", ["MRI", "核磁共振"]), ("彩色多普勒超声检查", ["彩超", "彩色超声"]), ("B型超声检查", ["B超"]), ("X线摄影", ["X线片", "DR"]),
             ("测定", ["检测", ""]), ("乙型肝炎", ["乙肝"]), ("丙型肝炎", ["丙肝"]), ("切除", ["摘除"]), ("置入", ["植入"]), ("一次性使用", ["一次性"]), ("缝合线", ["缝线"]), ("左侧", ["左"]), ("右侧", ["右"]), ("小儿", ["儿童"])])
        {
            if (Chance(40))
                (front, stem) = (front.Replace(standard, Pick<string>(others), StringComparison.Ordinal), stem.Replace(standard, Pick<string>(others), StringComparison.Ordinal));
        }
        if (item.Kind == "201" && stem.EndsWith('术') && Chance(20))
            stem = stem[..^1];
        if (item.Kind == "201" && Chance(8))
            stem += "费";
        if (item.Kind == "201" && front.Length > 0 && item.Bracket.Length == 0 && Chance(15))
            return $"{stem}({front})";
        return $"{front}{stem}{item.Bracket}";
    }

    private string Specification(GeneratedItem item, bool withPack)
    {
        if (item.Kind == "301")
            return Sizes(item);
        if (item.Kind != "101")
            return "";
        var content = Pick($"{ExchangeSpelling.Plain(item.Strength)}mg", $"{ExchangeSpelling.Plain(item.Strength / 1000)}g", $"{ExchangeSpelling.Plain(item.Strength)}毫克", $"{ExchangeSpelling.Plain(item.Strength / 1000)}克");
        var volume = $"{ExchangeSpelling.Plain(item.Volume)}{Pick("ml", "ml", "mL", "毫升")}";
        if (item.Volume > 0)
            content = Pick($"{volume}:{content}", $"{content}/{volume}", $"{content} {volume}");
        if (!withPack)
            return content;
        var times = Pick("*", "×", "x", "＊");
        var box = Pick("", "", "/盒", "/瓶");
        return item.Pack % 2 == 0 && item.Pack >= 12 && Chance(25)
            ? $"{content}{times}{item.Pack / 2}{item.PackUnit}{times}2板{box}"
            : Pick($"{content}{times}{item.Pack}{item.PackUnit}{box}", $"{content}{times}{item.Pack}{item.PackUnit}{box}", $"{content}{times}{item.Pack}", $"{item.Pack}{item.PackUnit}{times}{content}");
    }

    private string Sizes(GeneratedItem item)
    {
        if (item.Strength == 0)
            return "";
        var (length, width) = (ExchangeSpelling.Plain(item.Strength), ExchangeSpelling.Plain(item.Width));
        var (longer, wider) = (ExchangeSpelling.Plain(item.Strength / 10), ExchangeSpelling.Plain(item.Width / 10));
        return item.Width == 0 ? Pick($"{length}mm", $"{longer}cm", $"{length}毫米") : Pick($"{length}mm×{width}mm", $"{longer}*{wider}cm", $"{length}*{width}mm");
    }

    private string MakerOf(string maker)
    {
        var place = maker[..2];
        var house = DrugHouses.Concat(DeviceHouses).First(maker.EndsWith);
        var name = maker[2..^house.Length];
        return Pick(maker, maker, place + name, name + house[..2], place + name + house[..2], Chance(50) ? maker.Replace("股份", "", StringComparison.Ordinal) : maker);
    }

    private decimal Priced(GeneratedItem item)
    {
        var perPiece = item.Pack > 1 && Chance(40) ? item.Pack : 1;
        return Math.Max(0.0001m, Math.Round(item.Price / perPiece * (decimal)(0.8 + (random.NextDouble() * 0.6)), 4));
    }

    private string Widened(string text) => Chance(10)
        ? string.Concat(text.Select(character => character is > ' ' and <= '~' ? (char)(character - '!' + '！') : character))
        : Chance(20) ? text.Replace('(', Pick('（', '【', '[')).Replace(')', '）') : text;

    private string Bracketed(string text) => Chance(50) ? $"({text})" : text;

    private string Remarked(string name) => random.Next(100) switch
    {
        < 3 => "★" + name,
        < 6 => name + Pick("(甲)", "（乙）", "[集采]", "(国基)", "▲"),
        < 8 => name.Length > 4 ? $"{name[..3]} {name[3..]}" : name,
        < 10 => name + Pick("(恒舒)", "(安必灵)", "(进口)"),
        _ => name,
    };

    /// <summary>One character wrong. A mistake that happens to be another item's name cannot be found by anybody, so it is not made.</summary>
    private string Mistyped(string name)
    {
        var places = Enumerable.Range(0, name.Length).Where(place => Array.Exists(Confusions, pair => pair.Right == name[place])).ToList();
        var place = places.Count > 0 ? places[random.Next(places.Count)] : random.Next(name.Length);
        var wrong = places.Count > 0 ? Array.Find(Confusions, pair => pair.Right == name[place]).Wrong : Syllables[random.Next(Syllables.Length)];
        var mistyped = name[..place] + wrong + name[(place + 1)..];
        return isTaken(mistyped) ? name : mistyped;
    }
}
