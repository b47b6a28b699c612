using System.Text.Json;
using ProvincialGateway.Catalogue;
using ProvincialGateway.Values;

namespace ProvincialGateway.AdapterHost;

/// <summary>Reads one manifest member by member, so that one pass finds every fault.</summary>
internal sealed class AdapterManifestReader(string folderName)
{
    private const int NameLengthMax = 100;
    private const int SettingsMax = 50;
    private const int SettingLengthMax = 500;

    private readonly List<ManifestError> _errors = [];

    public AdapterManifestLoad Read(ReadOnlyMemory<byte> json)
    {
        var manifest = Document(json) is { } document ? Manifest(document) : null;
        return new AdapterManifestLoad { Manifest = _errors.Count == 0 ? manifest : null, Errors = _errors };
    }

    private JsonElement? Document(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false });
            return document.RootElement.Clone();
        }
        catch (JsonException fault)
        {
            Fault("", $"不是合法的 JSON：{fault.Message}", $"is not valid JSON: {fault.Message}");
            return null;
        }
    }

    private AdapterManifest Manifest(JsonElement document)
    {
        var root = Members("", document, ["id", "name", "division", "version", "contractVersion", "dialect", "assembly", "unmapped", "catalogue"], ["acceptedQualities", "settings"]);
        var catalogue = Members("catalogue", root.GetValueOrDefault("catalogue"), ["items", "mappings", "codes"], ["ratios"]);
        return new AdapterManifest
        {
            Id = Checked("id", root, text => text == folderName && AdapterManifest.IsId(text),
                $"应与文件夹名“{folderName}”相同，且只含小写字母、数字和连字符。", $"must equal the folder's name '{folderName}' and hold only lower-case letters, digits and hyphens."),
            Name = Checked("name", root, text => text.Trim().Length > 0 && text.Length <= NameLengthMax,
                $"应为 1 至 {NameLengthMax} 个字符。", $"must have 1 to {NameLengthMax} characters."),
            Division = Division(root),
            Version = Checked("version", root, IsVersion, "应为三段数字，如 1.0.0。", "must be three numbers, e.g. 1.0.0."),
            ContractVersion = ContractVersion(root),
            Dialect = Checked("dialect", root, AdapterManifest.IsId, "应为接口方言的名称（小写字母、数字和连字符）。", "must be the name of a dialect (lower-case letters, digits and hyphens)."),
            Assembly = Checked("assembly", root, IsDll, "应为本文件夹内的 .dll 文件名，不含路径。", "must be the file name of a .dll in this folder, without a path."),
            Settings = Settings(root.GetValueOrDefault("settings")),
            Unmapped = Unmapped(root.GetValueOrDefault("unmapped"), AcceptedQualities(root)),
            Items = InnerPath("items", catalogue),
            Mappings = InnerPath("mappings", catalogue),
            Codes = InnerPath("codes", catalogue),
            Ratios = catalogue.ContainsKey("ratios") ? InnerPath("ratios", catalogue) : null,
        };
    }

    /// <summary>The members of an object that must have the required ones and may have the optional ones; empty when there is no object.</summary>
    private Dictionary<string, JsonElement> Members(string path, JsonElement element, string[] required, string[] optional)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            // A missing object was reported where its parent was read.
            if (element.ValueKind != JsonValueKind.Undefined)
                Fault(path, "应为对象。", "must be an object.");
            return [];
        }
        var members = element.EnumerateObject().ToDictionary(member => member.Name, member => member.Value, StringComparer.Ordinal);
        foreach (var unknown in members.Keys.Except(required).Except(optional))
            Fault(Join(path, unknown), "未知的配置项。", "is not a known member.");
        foreach (var missing in required.Except(members.Keys))
            Fault(Join(path, missing), "缺少此项。", "is missing.");
        return members;
    }

    private string Checked(string field, Dictionary<string, JsonElement> members, Func<string, bool> isGood, string chinese, string english, string path = "")
    {
        if (!members.TryGetValue(field, out var element))
            return "";
        if (element.ValueKind == JsonValueKind.String && element.GetString() is { } text && isGood(text))
            return text;
        Fault(Join(path, field), chinese, english);
        return "";
    }

    private Division Division(Dictionary<string, JsonElement> root)
    {
        var code = Checked("division", root, text => Values.Division.TryParse(text, out _), "应为六位行政区划代码。", "must be a six-digit division code.");
        return code.Length > 0 ? Values.Division.Parse(code) : default;
    }

    private int ContractVersion(Dictionary<string, JsonElement> root)
    {
        if (!root.TryGetValue("contractVersion", out var element))
            return 0;
        if (element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var version) && version > 0)
            return version;
        Fault("contractVersion", "应为正整数。", "must be a whole number above 0.");
        return 0;
    }

    private Dictionary<string, string> Settings(JsonElement element)
    {
        if (element.ValueKind is not (JsonValueKind.Object or JsonValueKind.Undefined))
            Fault("settings", "应为对象。", "must be an object.");
        if (element.ValueKind != JsonValueKind.Object)
            return [];
        var settings = element.EnumerateObject().ToDictionary(member => member.Name, member => member.Value, StringComparer.Ordinal);
        if (settings.Count > SettingsMax)
            Fault("settings", $"不得超过 {SettingsMax} 项。", $"must not have more than {SettingsMax} members.");
        foreach (var (name, _) in settings.Where(setting => setting.Value.ValueKind != JsonValueKind.String || setting.Value.GetString()!.Length > SettingLengthMax))
            Fault($"settings.{name}", $"应为不超过 {SettingLengthMax} 个字符的文本。", $"must be a text of at most {SettingLengthMax} characters.");
        return settings.Where(setting => setting.Value.ValueKind == JsonValueKind.String)
            .ToDictionary(setting => setting.Key, setting => setting.Value.GetString()!, StringComparer.Ordinal);
    }

    private UnmappedPolicy Unmapped(JsonElement element, IReadOnlyList<MappingQuality> acceptedQualities)
    {
        var members = Members("unmapped", element, ["drug", "service", "consumable"], []);
        return new UnmappedPolicy
        {
            Drug = Handling("drug", members),
            Service = Handling("service", members),
            Consumable = Handling("consumable", members),
            AcceptedQualities = acceptedQualities,
        };
    }

    /// <summary>Every quality where the manifest does not say.</summary>
    private IReadOnlyList<MappingQuality> AcceptedQualities(Dictionary<string, JsonElement> root)
    {
        const string Field = "acceptedQualities";
        var all = Enum.GetValues<MappingQuality>();
        if (!root.TryGetValue(Field, out var element))
            return all;
        if (element.ValueKind == JsonValueKind.Array)
        {
            var named = element.EnumerateArray().Select(text => Array.Find(all, quality => text.ValueKind == JsonValueKind.String && text.ValueEquals(NameOf(quality)))).ToList();
            if (named.Count > 0 && named.All(all.Contains) && named.Distinct().Count() == named.Count)
                return named;
        }
        var names = string.Join(", ", all.Select(NameOf));
        Fault(Field, $"应为不重复的对照质量列表，可选：{names}；至少一项。", $"must be a list of at least one of {names}, each once.");
        return all;
    }

    private static string NameOf(MappingQuality quality) => quality switch
    {
        MappingQuality.Equivalent => "equivalent",
        MappingQuality.Broader => "broader",
        MappingQuality.Narrower => "narrower",
        _ => throw new ArgumentOutOfRangeException(nameof(quality), quality, null),
    };

    private UnmappedHandling Handling(string kind, Dictionary<string, JsonElement> members)
    {
        const string Block = "block";
        const string SelfPay = "self-pay";
        const string ClassA = "class-a";
        var text = Checked(kind, members, text => text is Block or SelfPay or ClassA, $"应为 {Block}、{SelfPay} 或 {ClassA}。", $"must be {Block}, {SelfPay} or {ClassA}.", "unmapped");
        return text switch { SelfPay => UnmappedHandling.SelfPay, ClassA => UnmappedHandling.ClassA, _ => UnmappedHandling.Block };
    }

    private string InnerPath(string field, Dictionary<string, JsonElement> catalogue) =>
        Checked(field, catalogue, SealedFiles.IsInnerPath, "应为本文件夹内的相对路径，以“/”分隔。", "must be a relative path inside this folder, separated by '/'.", "catalogue");

    private static bool IsVersion(string text) =>
        text.Split('.') is { Length: 3 } parts && parts.All(part => part.Length is > 0 and <= 5 && part.All(char.IsAsciiDigit));

    private static bool IsDll(string text) =>
        text.EndsWith(".dll", StringComparison.Ordinal) && text.Length > ".dll".Length && !text.Contains('/', StringComparison.Ordinal) && SealedFiles.IsInnerPath(text);

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    private void Fault(string field, string chinese, string english) => _errors.Add(new ManifestError(field, chinese, english));
}
