using System.CommandLine;
using ProvincialGateway.Catalogue;
using ProvincialGateway.Values;

namespace ProvincialGateway.Cli;

/// <summary><c>gateway catalogue activate</c>: from a fee date on, a version decides. Refuses a version in which <c>check</c> finds errors.</summary>
internal sealed class CatalogueActivateCommand
{
    private const int ShownMax = 20;

    private readonly CatalogueSelection _selection = new();
    private readonly Argument<string> _version = new("version") { Description = "要生效的版本 / the version to put in force" };
    private readonly Option<DateOnly> _from = new("--from") { Description = "首个费用日期 yyyy-MM-dd / first fee date, yyyy-MM-dd", Required = true };
    private readonly Option<string> _reason = new("--reason") { Description = "依据，如文件号 / why, e.g. the number of a notice", DefaultValueFactory = _ => "" };
    private readonly Option<bool> _noDryRun = new("--no-dry-run") { Description = "不试算 / without a dry run" };

    public static Command Create()
    {
        var activate = new CatalogueActivateCommand();
        var command = new Command("activate",
            "从某个费用日期起启用一个版本；先检查并试算最近一个月 / put a version in force from a fee date on; checks it first and tries it on the latest month\n"
            + "例 example: gateway catalogue activate 0123456789ab --from 2017-10-01 --as 530000 --data data-530000")
        {
            activate._version, activate._from, activate._reason, activate._noDryRun,
        };
        activate._selection.SetAction(command, activate.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(CatalogueWork work, ParseResult parsed, CancellationToken cancellation)
    {
        var (name, from) = (parsed.GetRequiredValue(_version), parsed.GetValue(_from));
        var row = work.Node.Database.Read(session => CatalogueStore.Find(session, work.Adapter.Id, name)) ?? throw new CommandRefusedException(
            $"没有已导入的目录版本 {name}；用 gateway catalogue list 查看。要退回适配器自带的目录，请用 catalogue rollback。 / "
            + $"no version {name} has been imported; see gateway catalogue list. To go back to the adapter's own tables use catalogue rollback.");
        var version = work.Find(row.Version);
        if (!IsSound(work, version, from))
            return 1;
        if (!parsed.GetValue(_noDryRun))
            await TryOnLatestMonthAsync(work, version);
        await work.Node.Database.WriteAsync(
            session => CatalogueStore.Activate(session, work.Adapter.Id, row.Version, from.Iso(), parsed.GetRequiredValue(_reason), work.Node.Time.NowMs()), cancellation);
        work.Node.Adapters.ReloadCatalogue(work.Adapter.Id);
        CataloguePeriods.Write(work);
        if (from < work.Today)
            await work.Node.Out.WriteLineAsync("已存的明细保持原版本；重新上传才按新版本分割。 / Lines that are stored keep their version; only lines uploaded from now on are split by the new one.");
        return 0;
    }

    private static bool IsSound(CatalogueWork work, LocalCatalogue version, DateOnly from)
    {
        var (errors, warnings) = (0, 0);
        foreach (var finding in CatalogueCheckCommand.Findings(work, version, work.Exchange(null), from, CatalogueCheckCommand.PriceFactorDefault))
        {
            if (finding.Severity == FindingSeverity.Warning)
                warnings++;
            else if (++errors <= ShownMax)
                work.Node.Error.WriteLine($"✗ {finding.Check} {finding.LocalCode} {finding.ExchangeCode}: {finding.Chinese} / {finding.English}");
        }
        if (warnings > 0)
            work.Node.Out.WriteLine($"检查有 {warnings} 项警告，见 catalogue check {version.Version} / {warnings} warnings, see catalogue check {version.Version}");
        if (errors > 0)
            work.Node.Error.WriteLine($"检查有 {errors} 处错误，未启用；见 catalogue check {version.Version} / {errors} errors, not activated; see catalogue check {version.Version}");
        return errors == 0;
    }

    /// <summary>The month up to now in which there are lines: what the version would have made of it says most about the next.</summary>
    private static async Task TryOnLatestMonthAsync(CatalogueWork work, LocalCatalogue version)
    {
        if (work.Node.Database.Read(session => Treatment.FeeLineStore.LastFeeDate(session, work.Adapter.Id)) is not { } last)
        {
            await work.Node.Out.WriteLineAsync("没有已存的明细可试算 / there are no stored lines to try it on");
            return;
        }
        var day = ChinaTime.ParseIso(last);
        var first = new DateOnly(day.Year, day.Month, 1);
        var report = await CatalogueDryRun.RunAsync(work, version, first, first.AddMonths(1), []);
        CatalogueDryRun.Write(report, work.Node.OpenScreen(), ShownMax);
    }
}

/// <summary><c>gateway catalogue rollback</c>: undoes the last activation.</summary>
internal static class CatalogueRollbackCommand
{
    public static Command Create()
    {
        var selection = new CatalogueSelection();
        var reason = new Option<string>("--reason") { Description = "原因 / why", DefaultValueFactory = _ => "" };
        var command = new Command("rollback", "撤销最后一次启用 / undo the last activation\n例 example: gateway catalogue rollback --reason 限价有误 --as 530000 --data data-530000") { reason };
        selection.SetAction(command, async (work, parsed, cancellation) =>
        {
            var undone = await work.Node.Database.WriteAsync(
                session => CatalogueStore.RollBack(session, work.Adapter.Id, parsed.GetRequiredValue(reason), work.Node.Time.NowMs()), cancellation)
                ?? throw new CommandRefusedException("没有可撤销的启用：一直使用适配器自带的目录。 / there is no activation to undo: the adapter's own tables have been in force all along.");
            work.Node.Adapters.ReloadCatalogue(work.Adapter.Id);
            await work.Node.Out.WriteLineAsync($"已撤销版本 {undone.Version} 自 {undone.FromDate} 起的启用 / undone: version {undone.Version} from {undone.FromDate} on");
            CataloguePeriods.Write(work);
            return 0;
        });
        return command;
    }
}

/// <summary>What is in force now, after a change.</summary>
internal static class CataloguePeriods
{
    public static void Write(CatalogueWork work)
    {
        var timeline = work.Node.Adapters.Find(work.Adapter.Id)!.Catalogue;
        foreach (var period in timeline.Periods)
        {
            var today = period.Contains(work.Today) ? " ← 今天 today" : "";
            work.Node.Out.WriteLine($"{period.From?.Iso(),-10} .. {period.To?.Iso(),-10} {period.Version}{(period.Version == timeline.Packed.Version ? " 自带 packed" : "")}{today}");
        }
    }
}
