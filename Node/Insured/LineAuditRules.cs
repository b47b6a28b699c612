using System.Security.Cryptography;
using System.Text.Json;
using ProvincialGateway.Configuration;

namespace ProvincialGateway.Insured;

/// <summary>What a line may be found wanting by.</summary>
internal enum LineAuditRule
{
    /// <summary>The exchange catalogue puts the item into a less favourable class than it was settled in.</summary>
    Class = 1,

    /// <summary>An item of restricted use without a stated reason.</summary>
    Restricted = 2,

    /// <summary>More of an item on one day than the rules allow.</summary>
    Quantity = 3,

    /// <summary>The same item, day, price, quantity, prescription and doctor as another line.</summary>
    Duplicate = 4,

    /// <summary>A fee date before the admission or after the discharge.</summary>
    OutsideStay = 5,
}

/// <summary>审核结果: what becomes of a line.</summary>
internal enum LineAuditOutcome
{
    /// <summary>通过: it stands.</summary>
    Pass = 1,

    /// <summary>扣减: part of what the funds paid for it is taken back.</summary>
    Deduct = 2,

    /// <summary>拒付: all of it is.</summary>
    Refuse = 3,

    /// <summary>缓审: nothing yet, until somebody has explained it.</summary>
    Delay = 4,

    /// <summary>恢复: what was taken back before is given again.</summary>
    Restore = 5,
}

/// <summary>What one item may be used for and how much.</summary>
/// <param name="IsRestricted">A reason must be stated with each use.</param>
/// <param name="MaxPerDayE2">1/100 units a day; null is no limit.</param>
internal sealed record AuditedItem(string ExchangeCode, bool IsRestricted, long? MaxPerDayE2);

/// <summary>
/// The rules of a province's line audit: <c>line-audit.json</c> of the data folder. Without the file the outcomes below hold, and no item is
/// restricted or limited.
/// </summary>
internal sealed record LineAuditRules(
    IReadOnlyDictionary<LineAuditRule, LineAuditOutcome?> Outcomes, IReadOnlyDictionary<string, AuditedItem> Items, byte[] Sha256)
{
    public const string FileName = "line-audit.json";

    private const string Off = "off";

    private const long QuantityMaxE2 = 100_000_000;

    /// <summary>
    /// Doubts that somebody at the treatment side can explain wait; what no explanation mends is taken back. Most dialects of hospitals cannot say why
    /// an item of restricted use was used, so that a missing reason is a question first.
    /// </summary>
    public static readonly LineAuditRules Default = new(
        new Dictionary<LineAuditRule, LineAuditOutcome?>
        {
            [LineAuditRule.Class] = LineAuditOutcome.Delay,
            [LineAuditRule.Restricted] = LineAuditOutcome.Delay,
            [LineAuditRule.Quantity] = LineAuditOutcome.Deduct,
            [LineAuditRule.Duplicate] = LineAuditOutcome.Delay,
            [LineAuditRule.OutsideStay] = LineAuditOutcome.Refuse,
        },
        new Dictionary<string, AuditedItem>(), SHA256.HashData([]));

    /// <summary>The file of the data folder, or the defaults where there is none.</summary>
    /// <returns>Null, with every error, when the file is wrong.</returns>
    public static LineAuditRules? Load(string dataFolder, out IReadOnlyList<ConfigurationError> errors)
    {
        var path = Path.Combine(dataFolder, FileName);
        errors = [];
        return File.Exists(path) ? Read(File.ReadAllBytes(path), out errors) : Default;
    }

    /// <inheritdoc cref="Load"/>
    public static LineAuditRules? Read(byte[] utf8, out IReadOnlyList<ConfigurationError> errors)
    {
        var reading = new ConfigurationReading(FileName);
        var outcomes = new Dictionary<LineAuditRule, LineAuditOutcome?>();
        var items = new Dictionary<string, AuditedItem>(StringComparer.Ordinal);
        try
        {
            using var document = JsonDocument.Parse(utf8);
            var root = new JsonSection(document.RootElement, "$", reading);
            ReadOutcomes(root.Section("outcomes"), outcomes);
            foreach (var item in root.Sections("items", mayBeEmpty: true))
                ReadItem(item, items);
            root.End();
        }
        catch (JsonException broken)
        {
            reading.Reject("$", $"不是有效的 JSON：{broken.Message}", $"not valid JSON: {broken.Message}");
        }
        errors = reading.Errors;
        return errors.Count == 0 ? new LineAuditRules(outcomes, items, SHA256.HashData(utf8)) : null;
    }

    private static void ReadOutcomes(JsonSection section, Dictionary<LineAuditRule, LineAuditOutcome?> outcomes)
    {
        foreach (var (rule, byDefault) in Default.Outcomes)
        {
            var key = JsonNamingPolicy.SnakeCaseLower.ConvertName(rule.ToString());
            var stated = section.TextOr(key, byDefault!.Value.ToString().ToLowerInvariant());
            LineAuditOutcome? outcome = stated switch
            {
                "pass" => LineAuditOutcome.Pass,
                "deduct" => LineAuditOutcome.Deduct,
                "refuse" => LineAuditOutcome.Refuse,
                "delay" => LineAuditOutcome.Delay,
                _ => null,
            };
            if (outcome is null && stated != Off)
                section.Reject(key, "应为 pass、deduct、refuse、delay 或 off。", "pass, deduct, refuse, delay or off is expected");
            outcomes[rule] = outcome;
        }
        section.End();
    }

    private static void ReadItem(JsonSection section, Dictionary<string, AuditedItem> items)
    {
        var code = section.Text("exchange_code");
        var isRestricted = section.Flag("restricted", byDefault: false);
        var max = section.Number("max_per_day", 0, 0, QuantityMaxE2 / 100m);
        section.End();
        if (decimal.Round(max, 2) != max)
            section.Reject("max_per_day", "最多两位小数。", "at most two decimals");
        else if (code.Length > 0 && !items.TryAdd(code, new AuditedItem(code, isRestricted, max == 0 ? null : (long)(max * 100))))
            section.Reject("exchange_code", "该编码出现多次；请只保留一条。", "the code is given more than once; keep one");
    }
}
