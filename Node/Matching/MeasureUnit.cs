using System.Collections.Frozen;
using ProvincialGateway.Catalogue;

namespace ProvincialGateway.Matching;

/// <summary>A folded unit and what one of it is in the unit of its dimension.</summary>
internal sealed record MeasureUnit(string Text, Dimension Dimension, decimal Factor)
{
    private static readonly FrozenDictionary<ItemKind, FrozenDictionary<char, MeasureUnit[]>> ByKind = Enum.GetValues<ItemKind>().ToFrozenDictionary(
        kind => kind,
        kind => Of(kind).GroupBy(unit => unit.Text[0]).ToFrozenDictionary(group => group.Key, group => group.OrderByDescending(unit => unit.Text.Length).ToArray()));

    /// <summary>The longest unit that stands here and is not cut out of a longer Latin word; null when none does.</summary>
    public static MeasureUnit? At(ItemKind kind, string text, int place)
    {
        if (place >= text.Length || !ByKind[kind].TryGetValue(text[place], out var units))
            return null;
        foreach (var unit in units)
        {
            if (string.CompareOrdinal(text, place, unit.Text, 0, unit.Text.Length) == 0 && !Goes(text, place + unit.Text.Length))
                return unit;
        }
        return null;
    }

    private static bool Goes(string text, int end)
    {
        if (end >= text.Length || !char.IsAsciiLetter(text[end - 1]) || !char.IsAsciiLetter(text[end]))
            return false;
        // 0.25gx24: the x is a sign.
        return !(text[end] == 'x' && end + 1 < text.Length && char.IsAsciiDigit(text[end + 1]));
    }

    private static List<MeasureUnit> Of(ItemKind kind)
    {
        var units = new List<MeasureUnit>();
        Add(Dimension.Volume, 1, "ml", "毫升", "cc");
        Add(Dimension.Volume, 1000, "l", "升");
        Add(Dimension.Volume, 0.001m, "ul", "微升");
        Add(Dimension.Mass, 1, "mg", "毫克");
        Add(Dimension.Mass, 0.001m, "ug", "mcg", "微克");
        Add(Dimension.Mass, 1_000_000, "kg", "千克", "公斤");
        Add(Dimension.Mass, 1000, "克");
        switch (kind)
        {
            case ItemKind.Drug:
                Add(Dimension.Mass, 1000, "g");
                Add(Dimension.Mass, 0.000001m, "ng", "纳克");
                Add(Dimension.Activity, 1, "iu", "u", "单位", "国际单位", "活性单位", "效价单位", "axaiu", "axa单位");
                Add(Dimension.Activity, 1_000_000, "miu", "mu");
                Add(Dimension.Substance, 1, "mmol", "毫摩尔");
                Add(Dimension.Radioactivity, 1, "mbq");
                Add(Dimension.Radioactivity, 37, "mci");
                Add(Dimension.Percent, 1, "%");
                Add(Dimension.Puffs, 1, "揿", "掀", "喷", "吸", "按");
                Add(Dimension.Length, 10, "cm");
                Add(Dimension.Pack, 1, "片", "粒", "丸", "袋", "支", "瓶", "贴", "板", "盒", "枚", "包", "只", "管", "安瓿", "泡", "套", "张", "块", "小袋", "小瓶", "s", "t", "'s", "片装", "粒装", "支装", "袋装", "瓶装");
                break;
            case ItemKind.Consumable:
                Add(Dimension.Length, 1, "mm", "毫米");
                Add(Dimension.Length, 10, "cm", "厘米", "公分");
                Add(Dimension.Length, 1000, "m", "米");
                Add(Dimension.Length, 0.001m, "um", "微米");
                Add(Dimension.Gauge, 1, "g");
                Add(Dimension.French, 1, "f", "fr");
                Add(Dimension.Number, 1, "号", "#");
                Add(Dimension.Percent, 1, "%");
                Add(Dimension.Pack, 1, "支", "根", "个", "只", "套", "片", "块", "包", "袋", "瓶", "盒", "条", "枚", "张", "卷", "副", "付", "支装", "片装", "只装");
                break;
            case ItemKind.Service:
                Add(Dimension.Mass, 1000, "g");
                Add(Dimension.Time, 1, "分钟", "min");
                Add(Dimension.Time, 60, "小时", "h");
                Add(Dimension.Time, 1440, "天");
                Add(Dimension.Length, 10, "cm", "厘米", "公分");
                Add(Dimension.Length, 1, "mm", "毫米");
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(kind), kind, null);
        }
        return units;

        void Add(Dimension dimension, decimal factor, params ReadOnlySpan<string> texts)
        {
            foreach (var text in texts)
                units.Add(new MeasureUnit(text, dimension, factor));
        }
    }
}
