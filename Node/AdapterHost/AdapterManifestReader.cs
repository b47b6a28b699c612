using System.Text.Json;
using ProvincialGateway.Catalogue;
using ProvincialGateway.Values;

namespace ProvincialGateway.AdapterHost;

/// <summary>Reads one manifest member by member, so that one pass finds every fault.</summary>
internal sealed class AdapterManifestReader(string folderName)
{
    private const int NameLengthMax = 100;

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
        var root = Members("", document, "id", "name", "division", "version", "contractVersion", "dialect", "assembly", "unmapped", "catalogue");
        var catalogue = Members("catalogue", root.GetValueOrDefault("catalogue"), "items", "mappings", "codes");
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
            Unmapped = Unmapped(root.GetValueOrDefault("unmapped")),
            Items = InnerPath("items", catalogue),
            Mappings = InnerPath("mappings", catalogue),
            Codes = InnerPath("codes", catalogue),
        };
    }

    /// <summary>The members of an object that must have exactly these; empty when there is no object.</summary>
    private Dictionary<string, JsonElement> Members(string path, JsonElement element, params string[] names)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            // A missing object was reported where its parent was read.
            if (element.ValueKind != JsonValueKind.Undefined)
                Fault(path, "应为对象。", "must be an object.");
            return [];
        }
        var members = element.EnumerateObject().ToDictionary(member => member.Name, member => member.Value, StringComparer.Ordinal);
        foreach (var unknown in members.Keys.Except(names))
            Fault(Join(path, unknown), "未知的配置项。", "is not a known member.");
        foreach (var missing in names.Except(members.Keys))
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

    private UnmappedPolicy Unmapped(JsonElement element)
    {
        var members = Members("unmapped", element, "drug", "service", "consumable");
        return new UnmappedPolicy { Drug = Handling("drug", members), Service = Handling("service", members), Consumable = Handling("consumable", members) };
    }

    private UnmappedHandling Handling(string kind, Dictionary<string, JsonElement> members)
    {
        const string Block = "block";
        const string SelfPay = "self-pay";
        var text = Checked(kind, members, text => text is Block or SelfPay, $"应为 {Block} 或 {SelfPay}。", $"must be {Block} or {SelfPay}.", "unmapped");
        return text == SelfPay ? UnmappedHandling.SelfPay : UnmappedHandling.Block;
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
