using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using ProvincialGateway.AdapterHost;
using ProvincialGateway.AdapterKit;
using ProvincialGateway.Catalogue;
using Spectre.Console;

namespace ProvincialGateway.Cli;

/// <summary>Adapters and conformance reports for people and for scripts.</summary>
internal static class AdapterRendering
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public static string ToJson(IReadOnlyList<AdapterStatus> statuses) => JsonSerializer.Serialize(statuses.Select(status => new
    {
        status.Id,
        status.State,
        ReasonChinese = NullIfEmpty(status.ReasonChinese),
        ReasonEnglish = NullIfEmpty(status.ReasonEnglish),
        status.Adapter?.Name,
        status.Adapter?.Version,
        Division = status.Adapter?.Division.Code,
        Dialect = status.Adapter?.Dialect.Name,
        status.Adapter?.ContractVersion,
        DialectContractVersion = status.Adapter?.Dialect.ContractVersion,
        Catalogue = status.Adapter?.Catalogue.Periods.Select(period => new { period.Version, period.From, period.To }),
        Samples = status.Adapter?.SamplesPassed,
        Unmapped = status.Adapter is { } adapter ? new { drug = Name(adapter.Unmapped.Drug), service = Name(adapter.Unmapped.Service), consumable = Name(adapter.Unmapped.Consumable) } : null,
        status.Adapter?.Health.Faults,
        status.Adapter?.Health.Overruns,
        status.Adapter?.Health.ThreadsLost,
        status.Adapter?.Health.QuarantinedUntil,
        RefusedReplacement = status.RefusedReplacement is { } refused ? new { refused.State, refused.ReasonChinese, refused.ReasonEnglish } : null,
    }), Json);

    public static void Write(IReadOnlyList<AdapterStatus> statuses, IAnsiConsole screen)
    {
        var table = new Table().Title("适配器 Adapters").Border(TableBorder.Rounded)
            .AddColumn("适配器 adapter").AddColumn("接口方言 dialect").AddColumn("目录 catalogue").AddColumn("样例 samples").AddColumn("无对照 unmapped");
        foreach (var status in statuses)
        {
            if (status.Adapter is { } adapter)
                table.AddRow(Cells(adapter));
            else
                table.AddRow(new Text(status.Id), new Text(status.State.ToString()), Text.Empty, Text.Empty, Text.Empty);
        }
        screen.Write(table);
        foreach (var status in statuses)
        {
            foreach (var note in Notes(status))
                screen.WriteLine(note);
        }
    }

    public static void Write(ConformanceReport report, IAnsiConsole screen)
    {
        var adapter = report.Adapter;
        screen.WriteLine($"{adapter.Id} {adapter.Version} {adapter.Dialect} {adapter.Name}".TrimEnd());
        var table = new Table().Title("一致性检验 Conformance").Border(TableBorder.Rounded)
            .AddColumn("检验").AddColumn("check").AddColumn(new TableColumn("次数 tried").RightAligned()).AddColumn(new TableColumn("ms").RightAligned()).AddColumn("结果 result");
        foreach (var check in report.Checks)
        {
            table.AddRow(new Text(check.Chinese), new Text(check.English), new Text(check.Tried.ToString("N0", CultureInfo.InvariantCulture)),
                new Text(check.DurationMs.ToString("N0", CultureInfo.InvariantCulture)), Result(check));
        }
        screen.Write(table);
        foreach (var check in report.Checks.Where(check => check.FaultsFound > 0))
        {
            screen.WriteLine($"✗ {check.Name}: {check.FaultsFound}");
            foreach (var fault in check.Faults)
                screen.WriteLine($"  {fault.Place}: {fault.Chinese} / {fault.English}");
        }
        foreach (var group in report.Unmapped.GroupBy(item => item.Handling))
            screen.WriteLine($"无对照 unmapped, {group.Key}: {string.Join(", ", group.Select(item => item.LocalCode).Take(20))}{(group.Count() > 20 ? " …" : "")} ({group.Count()})");
        screen.WriteLine(report.IsGreen ? $"✓ 全部通过 green (seed {report.Seed})" : $"✗ 未通过 not green (seed {report.Seed})");
    }

    private static Text[] Cells(LoadedAdapter adapter) =>
    [
        new($"{adapter.Id} {adapter.Version}\n{adapter.Name}"),
        new($"{adapter.Dialect.Name}\n契约 contract {adapter.ContractVersion}/{adapter.Dialect.ContractVersion}"),
        new(string.Join('\n', adapter.Catalogue.Periods.Select(period => $"{period.Version} {period}"))),
        new(adapter.SamplesPassed.ToString(CultureInfo.InvariantCulture)),
        new($"药品 drug {Name(adapter.Unmapped.Drug)}\n项目 service {Name(adapter.Unmapped.Service)}\n耗材 consumable {Name(adapter.Unmapped.Consumable)}"),
    ];

    private static IEnumerable<string> Notes(AdapterStatus status)
    {
        if (status.Adapter is not { } adapter)
        {
            yield return $"✗ {status.Id} {status.State}: {status.ReasonChinese} / {status.ReasonEnglish}";
            yield break;
        }
        if (status.RefusedReplacement is { } refused)
            yield return $"! {status.Id} {AdapterState.Loaded} ({adapter.Version}), 新版本未采用 replacement refused: {refused.State} {refused.ReasonChinese} / {refused.ReasonEnglish}";
        var health = adapter.Health;
        if (health.QuarantinedUntil is { } until)
            yield return string.Create(CultureInfo.InvariantCulture, $"! {status.Id} 暂停使用至 rests until {until:u}；gateway adapters reload {status.Id} 可立即恢复 ends it");
        if (health.Faults + health.Overruns + health.ThreadsLost > 0)
            yield return string.Create(CultureInfo.InvariantCulture, $"! {status.Id} 出错 faults {health.Faults}, 失控 overruns {health.Overruns}, 未收回线程 threads lost {health.ThreadsLost}");
    }

    private static Text Result(ConformanceCheck check) => check.Result switch
    {
        CheckResult.Passed => new Text("✓", new Style(Color.Green)),
        CheckResult.Failed => new Text($"✗ {check.FaultsFound}", new Style(Color.Red)),
        CheckResult.NotRun => new Text("- 未执行 not run"),
        _ => throw new ArgumentOutOfRangeException(nameof(check), check.Result, null),
    };

    private static string Name(UnmappedHandling handling) => handling switch
    {
        UnmappedHandling.Block => "block",
        UnmappedHandling.SelfPay => "self-pay",
        UnmappedHandling.ClassA => "class-a",
        _ => throw new ArgumentOutOfRangeException(nameof(handling), handling, null),
    };

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}
