using System.Text;
using System.Text.Json.Nodes;
using ProvincialGateway.AdapterHost;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Dialects.NationalJson;
using ProvincialGateway.Dialects.NeusoftPipe;
using ProvincialGateway.Dialects.Province2016Xml;
using ProvincialGateway.Dialects.YinhaiXml;
using ProvincialGateway.Dialects.YunnanYdjy;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Dialects;

/// <summary>One dialect with the settings of one kind of province, and messages it understands.</summary>
internal sealed record FuzzSubject(string Name, IHisDialect Dialect, IReadOnlyList<HisMessage> Samples)
{
    private static readonly IReadOnlyList<(string Dialect, string Folder)> SampleFolders = [.. ProvinceFolders(), .. DialectFolders()];

    /// <summary>Every dialect, and of those with settings every one that changes what is read or written.</summary>
    public static IReadOnlyList<FuzzSubject> All { get; } =
    [
        Of("", new Province2016XmlDialect()),
        Of("", new YunnanYdjyDialect()),
        Of("", new NationalJsonDialect()),
        Of("GZ", new NationalJsonDialect(Settings("variant=GZ", "item-code=med_list_codg"))),
        Of("NH", new NationalJsonDialect(Settings("variant=NH"))),
        Of("HB", new NationalJsonDialect(Settings("variant=HB"))),
        Of("", new NeusoftPipeDialect()),
        Of("card", new NeusoftPipeDialect(Settings("insuredNumber=card", "insuredDivision=530100", "claimedTotal=ignore"))),
        Of("NC", NeusoftCaretMessages.Nc),
        Of("SDZ", NeusoftCaretMessages.Sdz),
        Of("GX", NeusoftCaretMessages.Gx),
        Of("sub-centres", new YinhaiXmlDialect(Settings("visitKind=31", "unlistedFeeCategory=99", "subCentres=9900=520000", "outpatientKinds=11", "chronicKinds=18"))),
        Of("", new YinhaiXmlDialect(Settings("visitKind=21", "unlistedFeeCategory=14"))),
    ];

    public override string ToString() => Name;

    /// <summary>The recorded messages of all provinces that speak a dialect, and of the dialect itself.</summary>
    public static IReadOnlyList<ConformanceSample> Recorded(string dialect) =>
        [.. SampleFolders.Where(found => found.Dialect == dialect).SelectMany(found => Directory.GetDirectories(found.Folder)).Order(StringComparer.Ordinal).Select(ConformanceSample.Read)];

    private static FuzzSubject Of(string settings, IHisDialect dialect) =>
        new(settings.Length == 0 ? dialect.Name : $"{dialect.Name} {settings}", dialect, [.. Recorded(dialect.Name).Select(sample => sample.Message), .. Built(dialect.Name)]);

    // Messages of transactions, batches and encodings that no recorded sample has.
    private static HisMessage[] Built(string dialect) => dialect switch
    {
        "neusoft-caret" => NeusoftCaretRobustnessTests.Originals,
        "yinhai-xml" => YinhaiXmlRobustnessTests.Originals,
        "yunnan-ydjy-xml" => YunnanYdjyRobustnessTests.Originals,
        // The two codes of one transaction, of which the samples have each in one of its forms.
        "province2016-xml" => [Renamed(dialect, "0214", "18"), Renamed(dialect, "18", "0214")],
        _ => [],
    };

    private static HisMessage Renamed(string dialect, string code, string other)
    {
        var message = Recorded(dialect).First(sample => sample.Requests is [{ Operation: not null } request] && request.TransactionCode == code).Message;
        return message with { Body = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(message.Body.Span).Replace($">{code}<", $">{other}<")) };
    }

    private static IEnumerable<(string Dialect, string Folder)> ProvinceFolders() =>
        from folder in Directory.GetDirectories(Repository.PathTo("Adapters"))
        let manifest = Path.Combine(folder, "adapter.json")
        where File.Exists(manifest)
        select ((string)JsonNode.Parse(File.ReadAllText(manifest))!["dialect"]!, Path.Combine(folder, "samples", "conformance"));

    // A dialect without a province keeps its samples itself.
    private static IEnumerable<(string Dialect, string Folder)> DialectFolders() =>
        new (string Dialect, string Folder)[] { ("yinhai-xml", "YinhaiXml"), ("neusoft-caret", "NeusoftCaret"), ("neusoft-pipe", "NeusoftPipe") }
            .Select(entry => (entry.Dialect, Folder: Repository.PathTo("Adapters", "Dialects", entry.Folder, "samples", "conformance")))
            .Where(entry => Directory.Exists(entry.Folder));

    private static DialectSettings Settings(params IReadOnlyList<string> settings) => new(settings.Select(setting => setting.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]));
}
