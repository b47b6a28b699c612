using static ProvincialGateway.Tests.Support.Catalogues.CatalogueVocabulary;

namespace ProvincialGateway.Tests.Support.Catalogues;

/// <summary>Makes items in families: one ingredient in several forms, strengths, packs and of several makers. The neighbours are what makes matching hard.</summary>
internal sealed class ItemGenerator(Random random)
{
    private static readonly string[] OralForms = ["片", "胶囊", "颗粒", "分散片", "缓释片", "肠溶片", "软胶囊", "缓释胶囊", "口服溶液", "干混悬剂"];
    private static readonly string[] OtherForms = ["注射液", "粉针", "软膏", "乳膏", "滴眼液", "栓", "凝胶"];
    private static readonly string[] HerbForms = ["丸", "片", "胶囊", "颗粒", "口服液", "合剂", "糖浆", "软胶囊", "滴丸"];
    private static readonly decimal[] Strengths = [0.5m, 1, 2.5m, 5, 10, 20, 25, 40, 50, 75, 100, 150, 200, 250, 300, 400, 500];
    private static readonly decimal[] Volumes = [1, 2, 5, 10, 20, 50, 100, 250];

    private readonly HashSet<GeneratedItem> _made = [];

    public IEnumerable<GeneratedItem> Family() => (random.Next(100) switch
    {
        < 55 => DrugFamily(),
        < 65 => HerbalFamily(),
        < 68 => CrudeDrug(),
        < 84 => ServiceFamily(),
        _ => ConsumableFamily(),
    }).Where(item => _made.Add(item with { Price = 0, Class = "" })).ToList();

    public string Ingredient() => random.Next(12) == 0
        ? Pick(Known).Name
        : $"{Pick(Syllables)}{Pick(Syllables)}{(random.Next(3) == 0 ? Pick(Syllables).ToString() : "")}{Pick(Stems)}";

    public string Maker(string[] houses) => Pick(Places) + Pick(HouseNames) + Pick(houses);

    public T Pick<T>(IReadOnlyList<T> from) => from[random.Next(from.Count)];

    private char Pick(string from) => from[random.Next(from.Length)];

    private List<T> Some<T>(IReadOnlyList<T> from, int most) => [.. Enumerable.Range(0, random.Next(1, most + 1)).Select(_ => Pick(from)).Distinct()];

    private IEnumerable<GeneratedItem> DrugFamily()
    {
        var ingredient = Ingredient();
        var salts = random.Next(3) == 0 ? Some(Salts, 2) : [""];
        foreach (var salt in salts)
        {
            var isSodium = salt.Length == 0 && random.Next(8) == 0;
            foreach (var form in Some(OralForms, 3).Concat(Some(OtherForms, 2)))
            {
                foreach (var item in Strengthened(new GeneratedItem { Kind = "101", Stem = ingredient, Salt = salt, IsSodium = isSodium, Form = form, Class = Class() }))
                    yield return item;
            }
        }
    }

    private IEnumerable<GeneratedItem> HerbalFamily()
    {
        var name = Pick(Prefixes) + Pick(Herbs) + Pick(Herbs);
        foreach (var form in Some(HerbForms, 3))
        {
            foreach (var item in Strengthened(new GeneratedItem { Kind = "101", Stem = name, Form = form, Class = Class() }))
                yield return item;
        }
    }

    private IEnumerable<GeneratedItem> Strengthened(GeneratedItem item)
    {
        foreach (var strength in Some(Strengths, 3))
        {
            var volume = item.Form is "注射液" or "口服溶液" or "滴眼液" or "口服液" or "合剂" or "糖浆" ? Pick(Volumes) : 0;
            var (unit, packs) = PacksOf(item.Form);
            foreach (var pack in Some(packs, 2))
            {
                foreach (var maker in Enumerable.Range(0, random.Next(1, 4)).Select(_ => Maker(DrugHouses)).Distinct())
                    yield return item with { Strength = strength, Volume = volume, Pack = pack, PackUnit = unit, Maker = maker, Price = Price(pack) };
            }
        }
    }

    private static (string Unit, int[] Packs) PacksOf(string form) => form switch
    {
        "片" or "分散片" or "缓释片" or "肠溶片" => ("片", [7, 10, 12, 14, 20, 24, 28, 30, 36, 100]),
        "胶囊" or "软胶囊" or "缓释胶囊" => ("粒", [6, 10, 12, 14, 20, 24, 30, 36, 48]),
        "颗粒" or "干混悬剂" => ("袋", [6, 9, 10, 12, 20]),
        "丸" or "滴丸" => ("丸", [10, 60, 100, 180, 200]),
        "栓" => ("枚", [2, 5, 6, 7]),
        _ => ("支", [1, 2, 5, 10]),
    };

    private IEnumerable<GeneratedItem> CrudeDrug()
    {
        yield return new GeneratedItem { Kind = "102", Stem = Pick(["", "", "炒", "炙", "制", "酒", "醋", "盐"]) + Pick(Herbs), Class = Class(), Price = Price(1) };
    }

    private IEnumerable<GeneratedItem> ServiceFamily() => random.Next(10) switch
    {
        < 4 => Sided(Pick(Operations)),
        < 7 => Imaged(),
        _ => Analysed(),
    };

    private IEnumerable<GeneratedItem> Sided(string operation)
    {
        var site = Pick(Sites);
        foreach (var front in Some(["", "左侧", "右侧", "双侧", "经腹腔镜", "小儿"], 3))
            yield return Service(front + site, operation, random.Next(6) == 0 ? "(加收)" : "");
    }

    private IEnumerable<GeneratedItem> Imaged()
    {
        var image = Pick(Images);
        foreach (var site in Some(Sites, 4))
            yield return Service(random.Next(12) == 0 ? "床旁" + site : site, image, "");
    }

    private IEnumerable<GeneratedItem> Analysed()
    {
        var analyte = Pick(Analytes);
        foreach (var method in Some(Methods, 3))
            yield return Service(Pick(Samples), analyte + "测定", method);
    }

    private GeneratedItem Service(string front, string stem, string bracket) =>
        new() { Kind = "201", Stem = stem, Front = front, Bracket = bracket, PackUnit = "次", Class = Class(), Price = Price(5) };

    private IEnumerable<GeneratedItem> ConsumableFamily()
    {
        var item = new GeneratedItem { Kind = "301", Front = Pick(Materials), Stem = Pick(Products), Bracket = random.Next(4) == 0 ? Pick(["(单腔)", "(双腔)", "(三腔)"]) : "", PackUnit = Pick(["个", "支", "套"]), Class = Class() };
        foreach (var size in Some(Strengths, 4))
        {
            var width = random.Next(3) == 0 ? Pick(Strengths) : 0;
            foreach (var maker in Enumerable.Range(0, random.Next(1, 3)).Select(_ => Maker(DeviceHouses)).Distinct())
                yield return item with { Strength = size, Width = width, Maker = maker, Price = Price(10) };
        }
    }

    private string Class() => Pick(["01", "02", "02", "03"]);

    private decimal Price(int pieces) => Math.Round((decimal)(Math.Exp(random.NextDouble() * 5) * pieces / 10), 2) + 0.1m;
}
