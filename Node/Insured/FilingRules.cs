using System.Text.Json;
using ProvincialGateway.Configuration;
using ProvincialGateway.Values;

namespace ProvincialGateway.Insured;

/// <summary>Until when a filing may still be made for a visit that has begun.</summary>
internal enum MakeUpLimit
{
    /// <summary>As long as the visit is not settled, the discharge included.</summary>
    Settlement = 1,

    /// <summary>Only before the discharge is registered.</summary>
    Discharge = 2,

    Never = 3,
}

/// <summary>The rules of one insured division. Every value has the national default.</summary>
internal sealed record FilingRule
{
    /// <summary>How long a temporary filing (04..06) lasts at least, and when nobody says how long; 1..36.</summary>
    public int TemporaryMonths { get; init; } = 6;

    /// <summary>How long a temporary filing may be asked for; from <see cref="TemporaryMonths"/> to 60.</summary>
    public int TemporaryMonthsMax { get; init; } = 12;

    /// <summary>How long a long-term filing (01..03) lasts when nobody says how long; 0 is until cancelled, at most 600.</summary>
    public int LongTermMonths { get; init; }

    /// <summary>Kinds that are effective when they are submitted; the others wait for a decision.</summary>
    public IReadOnlyList<string> EffectiveAtOnce { get; init; } = ["04", "05", "06"];

    /// <summary>Kinds that another province may submit.</summary>
    public IReadOnlyList<string> PeersMaySubmit { get; init; } = ["01", "02", "03", "04", "05", "06"];

    /// <summary>Visit kinds that count as filed as an emergency (05) when there is no filing.</summary>
    public IReadOnlyList<string> EmergencyVisitKinds { get; init; } = ["13", "24"];

    public MakeUpLimit MakeUpUntil { get; init; } = MakeUpLimit.Settlement;

    /// <summary>Long-term filers have benefits at home too.</summary>
    public bool TwoWay { get; init; } = true;

    /// <summary>Whether a filing may be ended although a visit that is not settled rests on it; the visit then settles without it.</summary>
    public bool EndUnderOpenVisit { get; init; }

    /// <summary>The last day of a filing that is asked for until <paramref name="asked"/>; null is until cancelled.</summary>
    /// <param name="asked">Null when the sender leaves it to the rules.</param>
    public DateOnly? LastDay(string kind, DateOnly from, DateOnly? asked)
    {
        if (FilingRow.IsLongTermKind(kind))
            return asked ?? (LongTermMonths == 0 ? null : FilingValidity.LastDay(from, LongTermMonths));
        var least = FilingValidity.LastDay(from, TemporaryMonths);
        return asked > least ? asked : least;
    }

    /// <summary>The last day a temporary filing may be asked for.</summary>
    public DateOnly LastDayMax(DateOnly from) => FilingValidity.LastDay(from, TemporaryMonthsMax);
}

/// <summary>
/// The filing rules of this province: <c>filing-rules.json</c> of the data folder, read at start. Without the file the defaults hold everywhere.
/// A division without rules of its own has those of its city, else the file's <c>default</c>.
/// </summary>
internal sealed class FilingRules
{
    public const string FileName = "filing-rules.json";

    public static readonly FilingRules Defaults = new(new FilingRule(), new Dictionary<Division, FilingRule>());

    private static readonly Dictionary<string, MakeUpLimit> Limits = new()
    {
        ["settlement"] = MakeUpLimit.Settlement,
        ["discharge"] = MakeUpLimit.Discharge,
        ["never"] = MakeUpLimit.Never,
    };

    private readonly FilingRule _byDefault;
    private readonly IReadOnlyDictionary<Division, FilingRule> _divisions;

    private FilingRules(FilingRule byDefault, IReadOnlyDictionary<Division, FilingRule> divisions) => (_byDefault, _divisions) = (byDefault, divisions);

    public FilingRule For(Division insured) =>
        _divisions.TryGetValue(insured, out var own) ? own
        : _divisions.TryGetValue(Division.Parse($"{insured.Code[..4]}00"), out var city) ? city
        : _byDefault;

    /// <summary>Null, with every error, when there is a file and it is wrong.</summary>
    public static FilingRules? Load(string dataFolder, Division province, out IReadOnlyList<ConfigurationError> errors)
    {
        var path = Path.Combine(dataFolder, FileName);
        if (File.Exists(path))
            return Parse(File.ReadAllText(path), province, out errors);
        errors = [];
        return Defaults;
    }

    /// <summary>Null, with every error, when the text is wrong.</summary>
    public static FilingRules? Parse(string json, Division province, out IReadOnlyList<ConfigurationError> errors)
    {
        var reading = new ConfigurationReading(FileName);
        errors = reading.Errors;
        try
        {
            using var document = JsonDocument.Parse(json);
            var rules = Read(document.RootElement, province, reading);
            return reading.Errors.Count == 0 ? rules : null;
        }
        catch (JsonException fault)
        {
            var (line, column) = (fault.LineNumber + 1, fault.BytePositionInLine + 1);
            reading.Reject("$", $"不是有效的 JSON:第 {line} 行第 {column} 字节处有语法错误。", $"not valid JSON: syntax error in line {line} at byte {column}");
            return null;
        }
    }

    private static FilingRules Read(JsonElement root, Division province, ConfigurationReading reading)
    {
        var file = new JsonSection(root, "$", reading);
        file.Ignore("$schema");
        file.Ignore("notice");
        var byDefault = Rule(file.Section("default"), new FilingRule());
        var divisions = new Dictionary<Division, FilingRule>();
        file.Ignore("divisions");
        if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("divisions", out _))
        {
            foreach (var section in file.Sections("divisions"))
                ReadDivision(section, province, byDefault, divisions);
        }
        file.End();
        return new FilingRules(byDefault, divisions);
    }

    private static void ReadDivision(JsonSection section, Division province, FilingRule byDefault, Dictionary<Division, FilingRule> divisions)
    {
        var code = section.Text("division");
        var rule = Rule(section, byDefault);
        if (code.Length == 0)
            return;
        if (!Division.TryParse(code, out var division) || division.Province != province)
            section.Reject("division", $"应为本省 {province} 的六位行政区划代码。", $"must be a six-digit division of this province {province}");
        else if (!divisions.TryAdd(division, rule))
            section.Reject("division", $"{division} 出现多次;请只保留一项。", $"{division} is given more than once; keep one");
    }

    private static FilingRule Rule(JsonSection section, FilingRule inherited)
    {
        var rule = new FilingRule
        {
            TemporaryMonths = section.Whole("temporaryMonths", inherited.TemporaryMonths, 1, 36),
            TemporaryMonthsMax = section.Whole("temporaryMonthsMax", inherited.TemporaryMonthsMax, 1, 60),
            LongTermMonths = section.Whole("longTermMonths", inherited.LongTermMonths, 0, 600),
            EffectiveAtOnce = Codes(section, "effectiveAtOnce", inherited.EffectiveAtOnce, BenefitCodes.FilingKinds),
            PeersMaySubmit = Codes(section, "peersMaySubmit", inherited.PeersMaySubmit, BenefitCodes.FilingKinds),
            EmergencyVisitKinds = Codes(section, "emergencyVisitKinds", inherited.EmergencyVisitKinds, BenefitCodes.VisitKinds),
            MakeUpUntil = MakeUp(section, inherited.MakeUpUntil),
            TwoWay = section.Flag("twoWay", inherited.TwoWay),
            EndUnderOpenVisit = section.Flag("endUnderOpenVisit", inherited.EndUnderOpenVisit),
        };
        if (rule.TemporaryMonthsMax < rule.TemporaryMonths)
            section.Reject("temporaryMonthsMax", $"应不少于 temporaryMonths({rule.TemporaryMonths})。", $"must not be less than temporaryMonths ({rule.TemporaryMonths})");
        section.End();
        return rule;
    }

    private static IReadOnlyList<string> Codes(JsonSection section, string key, IReadOnlyList<string> inherited, IReadOnlyList<string> known)
    {
        if (!section.Has(key))
        {
            section.Ignore(key);
            return inherited;
        }
        var codes = section.Texts(key);
        foreach (var code in codes.Where(code => !known.Contains(code)).Distinct())
            section.Reject(key, $"“{code}”不是交换码;可用:{string.Join("、", known)}。", $"'{code}' is no exchange code; known: {string.Join(", ", known)}");
        if (codes.Distinct().Count() < codes.Count)
            section.Reject(key, "同一代码出现多次。", "a code is given more than once");
        return codes;
    }

    private static MakeUpLimit MakeUp(JsonSection section, MakeUpLimit inherited)
    {
        const string Key = "makeUpUntil";
        if (!section.Has(Key))
        {
            section.Ignore(Key);
            return inherited;
        }
        var text = section.Text(Key);
        if (Limits.TryGetValue(text, out var limit))
            return limit;
        if (text.Length > 0)
            section.Reject(Key, $"应为 {string.Join("、", Limits.Keys)} 之一。", $"must be one of {string.Join(", ", Limits.Keys)}");
        return inherited;
    }
}
