namespace ProvincialGateway.Matching;

/// <summary>A manufacturer's name: without its legal form, and without the words most of them share.</summary>
internal sealed record ManufacturerName(string Proper, string Core)
{
    private const int ShortNameMin = 2;
    private const int TypingErrorMin = 4;

    private static readonly string[] LegalForms = ["股份有限公司", "有限责任公司", "集团有限公司", "有限公司", "总公司", "公司", "集团", "股份", "控股", "总厂", "co.ltd", "co.,ltd", "ltd", "inc"];

    private static readonly string[] Shared =
        ["生物制药", "生物制品", "生物工程", "生物技术", "生物科技", "制药厂", "制药", "药业", "医药", "药厂", "药品", "医疗器械", "医疗用品", "医用材料", "器械", "医疗", "科技", "技术", "发展", "实业", "产业", "工贸", "厂"];

    /// <returns>Null when the text names nobody.</returns>
    public static ManufacturerName? Of(string text)
    {
        var proper = Without(new string([.. FoldedText.Of(text).Where(character => char.IsLetterOrDigit(character) || character == '.')]), LegalForms);
        return proper.Length == 0 ? null : new ManufacturerName(proper, Without(proper, Shared) is { Length: > 0 } core ? core : proper);
    }

    public static Verdict Compare(ManufacturerName? local, ManufacturerName? exchange)
    {
        if (local is null || exchange is null)
            return local is null && exchange is null ? Verdict.Silent : local is null ? Verdict.ExchangeOnly : Verdict.LocalOnly;
        if (ReferenceEquals(local, exchange) || local.Proper == exchange.Proper)
            return Verdict.Agrees;
        if (IsShortFor(local, exchange) || IsShortFor(exchange, local))
            return Verdict.Near;
        return local.Core.Length >= TypingErrorMin && exchange.Core.Length >= TypingErrorMin && NameDistance.Edits(local.Core, exchange.Core) == 1 ? Verdict.Apart : Verdict.Differs;
    }

    // 恒瑞医药 for 江苏恒瑞医药, 石药欧意 for 石药集团欧意药业, 华药 for 华北制药.
    private static bool IsShortFor(ManufacturerName name, ManufacturerName full) =>
        (name.Core.Length >= ShortNameMin && full.Core.Contains(name.Core, StringComparison.Ordinal))
        || (name.Proper.Length >= ShortNameMin && name.Proper.Length < full.Proper.Length && IsSubsequence(name.Proper, full.Proper));

    private static bool IsSubsequence(string part, string whole)
    {
        var found = 0;
        foreach (var character in whole)
        {
            if (found < part.Length && part[found] == character)
                found++;
        }
        return found == part.Length;
    }

    private static string Without(string text, string[] words)
    {
        foreach (var word in words)
            text = text.Replace(word, "", StringComparison.Ordinal);
        return text;
    }
}
