using System.Globalization;

namespace ProvincialGateway.Tests.Support.Catalogues;

/// <summary>How the exchange catalogue writes an item: the standard way.</summary>
internal static class ExchangeSpelling
{
    public static string Name(GeneratedItem item) => item.Kind switch
    {
        "101" when item.Form == "粉针" => $"注射用{item.Salt}{item.Stem}{Sodium(item)}",
        "101" => $"{item.Salt}{item.Stem}{Sodium(item)}{item.Form}",
        _ => $"{item.Front}{item.Stem}{item.Bracket}",
    };

    public static string Sodium(GeneratedItem item) => item.IsSodium ? "钠" : "";

    public static string DoseForm(GeneratedItem item) => item.Kind switch
    {
        "101" => item.Form switch
        {
            "片" or "分散片" or "缓释片" or "肠溶片" => "片剂",
            "胶囊" or "软胶囊" or "缓释胶囊" => "胶囊剂",
            "颗粒" => "颗粒剂",
            "注射液" or "粉针" => "注射剂",
            "丸" => "丸剂",
            "滴丸" => "滴丸剂",
            "口服溶液" or "口服液" or "合剂" or "糖浆" => "口服液体剂",
            "栓" => "栓剂",
            "软膏" => "软膏剂",
            "乳膏" => "乳膏剂",
            "凝胶" => "凝胶剂",
            _ => item.Form,
        },
        "102" => "饮片",
        _ => "",
    };

    public static string Specification(GeneratedItem item)
    {
        if (item.Kind == "301")
            return item.Width > 0 ? $"{Plain(item.Strength)}mm*{Plain(item.Width)}mm" : item.Strength > 0 ? $"{Plain(item.Strength)}mm" : "";
        if (item.Kind != "101")
            return "";
        var content = Mass(item.Strength);
        return (item.Volume > 0 ? $"{Plain(item.Volume)}ml:{content}" : content) + $"*{item.Pack}{item.PackUnit}";
    }

    public static string Unit(GeneratedItem item) => item.Kind switch { "101" => "盒", "102" => "g", _ => item.PackUnit };

    public static string Plain(decimal value) => value.ToString("0.####", CultureInfo.InvariantCulture);

    private static string Mass(decimal milligrams) => milligrams >= 100 ? $"{Plain(milligrams / 1000)}g" : $"{Plain(milligrams)}mg";
}
