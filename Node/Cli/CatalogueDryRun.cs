using System.Globalization;
using ProvincialGateway.Catalogue;
using ProvincialGateway.Insured;
using ProvincialGateway.Treatment;
using ProvincialGateway.Values;
using Spectre.Console;

namespace ProvincialGateway.Cli;

/// <summary>One visit whose bill would have been another.</summary>
/// <param name="Settlements">Those that stand; a stay may have several.</param>
/// <param name="Fund">Of all of them together; null on a visit that is not settled.</param>
internal sealed record DryRunVisit(
    string Institution, string VisitNumber, string InsuredDivision, IReadOnlyList<string> Settlements, PartSums Before, PartSums After, long BlockedLines, FundChange? Fund)
{
    public PartSums Change => After - Before;
}

/// <summary>What a month of stored lines would have been under another version.</summary>
internal sealed record DryRunReport(string Version, DateOnly From, DateOnly To, RehearsalTotals Totals, IReadOnlyList<DryRunVisit> Visits);

/// <summary>Runs a rehearsal and shows it.</summary>
internal static class CatalogueDryRun
{
    /// <param name="from">First fee date that the version would decide.</param>
    /// <param name="to">First fee date that is not looked at any more.</param>
    public static async Task<DryRunReport> RunAsync(CatalogueWork work, LocalCatalogue version, DateOnly from, DateOnly to, IReadOnlyList<BenefitPolicy> policies)
    {
        var console = work.Node.OpenScreen();
        if (console.Profile.Capabilities.Interactive)
            return await BarProgress.RunAsync(console, progress => Task.FromResult(Run(work, version, from, to, policies, progress)));
        return Run(work, version, from, to, policies, new LineProgress(work.Node.Error, work.Node.Time));
    }

    public static void Write(DryRunReport report, IAnsiConsole console, int limit)
    {
        var totals = report.Totals;
        console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"试算 Dry run of {report.Version}, {report.From.Iso()} .. {report.To.AddDays(-1).Iso()}: 明细 lines {totals.LineCount:N0}, 变化 changed {totals.ChangedLineCount:N0}, 将被拒收 would be refused {totals.BlockedLineCount:N0}; 就诊 visits {totals.VisitCount:N0}, 变化 changed {totals.ChangedVisitCount:N0}"));
        if (totals.ChangedLineCount == 0)
            return;
        console.Write(Parts(totals));
        console.Write(Codes(totals.Codes, limit));
        if (totals.Codes.Count > limit)
            console.WriteLine(CatalogueTables.More(totals.Codes.Count - limit));
        console.Write(Visits(report.Visits, limit));
        if (report.Visits.Count > limit)
            console.WriteLine(CatalogueTables.More(report.Visits.Count - limit));
        console.WriteLine("基金结果由参保地决定；“-”表示未给出其政策（--policy）或本节点无从复算该结算。已结算的单据不会因目录变化而改变。");
        console.WriteLine("Fund results are decided by the insured province; '-' means that its policy was not given (--policy) or that this node cannot recompute the settlement. What is settled stays settled.");
    }

    private static DryRunReport Run(CatalogueWork work, LocalCatalogue version, DateOnly from, DateOnly to, IReadOnlyList<BenefitPolicy> policies, IDemoProgress progress)
    {
        var proposed = work.Archive.TimelineWith(work.Adapter.Id, work.Adapter.Catalogue, version.Version, from);
        var rehearsal = new CatalogueRehearsal(work.Node.Database, work.Adapter.Id, proposed, work.Adapter.Unmapped);
        var funds = new FundRehearsal(work.Node.Vault, policies);
        var (totals, changed) = (new RehearsalTotals(), new List<DryRunVisit>());
        var visits = rehearsal.Visits(from, to);
        var step = progress.Begin("试算 dry run", Math.Max(1, visits.Count));
        foreach (var visit in rehearsal.Rehearse(visits, from, to))
        {
            totals.Add(visit);
            if (visit.Lines.Any(line => line.IsChanged))
                changed.Add(Changed(work, visit, funds));
            step(visit.Visit.InstitutionCode);
        }
        return new DryRunReport(version.Version, from, to, totals, [.. changed.OrderByDescending(visit => Math.Abs(visit.Change.InScope.Value))]);
    }

    private static DryRunVisit Changed(CatalogueWork work, RehearsedVisit visit, FundRehearsal funds)
    {
        var (before, after) = (visit.Before, visit.After);
        return new DryRunVisit(
            visit.Visit.InstitutionCode, visit.Visit.VisitNumber ?? visit.Visit.HospitalVisitNumber, visit.Visit.InsuredDivision,
            [.. visit.Settlements.Select(settlement => settlement.SettlementNumber)], before, after,
            visit.Lines.Count(line => line.IsBlocked),
            visit.Settlements.Count > 0 ? work.Node.Database.Read(session => funds.Of(session, visit.Changes)) : null);
    }

    private static Table Parts(RehearsalTotals totals)
    {
        var table = CatalogueTables.New("四部分合计（元） Sums of the four parts, yuan", "", "全自费 full self-pay", "超限价 over limit", "先自付 pre-self-pay", "范围内 in scope");
        Row("现 stored", totals.Before);
        Row("新 new", totals.After);
        Row("变化 change", totals.After - totals.Before);
        return table;

        void Row(string name, PartSums sums) =>
            table.AddRow(new Text(name), Yuan(sums.FullSelfPay), Yuan(sums.OverLimit), Yuan(sums.PreSelfPay), Yuan(sums.InScope));
    }

    private static Table Codes(IReadOnlyList<RehearsedCode> codes, int limit)
    {
        var table = CatalogueTables.New("变化的项目（元） Codes that change, yuan", "本地代码 local", "交换码 exchange", "类别 class", "明细 lines", "范围内 in scope", "变化 change");
        foreach (var code in codes.Take(limit))
        {
            table.AddRow(
                new Text($"{code.LocalCode}\n{code.LocalName}"),
                new Text(Change(code.OldExchangeCode ?? "-", code.IsBlocked ? "拒收 refused" : code.NewExchangeCode ?? "-", "\n")),
                new Text($"{Change(code.OldClass, code.NewClass, " → ")}{(code.OldFeeCategory == code.NewFeeCategory ? "" : $"\n{code.OldFeeCategory} → {code.NewFeeCategory}")}"),
                CatalogueTables.Number(code.LineCount), Yuan(code.After.InScope), Yuan((code.After - code.Before).InScope));
        }
        return table;
    }

    private static Table Visits(IReadOnlyList<DryRunVisit> visits, int limit)
    {
        var table = CatalogueTables.New("变化的就诊（元） Visits that change, yuan", "就诊 visit\n结算 settlement", "全自费\nfull", "超限价\nover", "先自付\npre", "范围内\nin scope", "统筹 pool\n现→新", "基金 funds\n现→新", "现金 cash\n现→新");
        foreach (var visit in visits.Take(limit))
        {
            var change = visit.Change;
            table.AddRow(
                new Text($"{visit.VisitNumber}\n{(visit.Settlements.Count == 0 ? "未结算 not settled" : string.Join('\n', visit.Settlements))}"),
                Yuan(change.FullSelfPay), Yuan(change.OverLimit), Yuan(change.PreSelfPay), Yuan(change.InScope),
                Funds(visit.Fund, sums => sums.Pool), Funds(visit.Fund, sums => sums.FundTotal), Funds(visit.Fund, sums => sums.Cash));
        }
        return table;
    }

    private static Text Funds(FundChange? fund, Func<PayerSums, Fen> of) => fund switch
    {
        { Stored: var stored, Computed: { } computed } => new Text(string.Create(CultureInfo.InvariantCulture, $"{of(stored).Value / 100m:N2}\n{of(computed).Value / 100m:N2}")).RightJustified(),
        { Outcome: FundOutcome.Refused } => new Text("拒绝 refused"),
        _ => new Text("-"),
    };

    private static string Change(string old, string @new, string arrow) => old == @new ? old : $"{old}{arrow}{@new}";

    private static Text Yuan(Fen amount) => CatalogueTables.Yuan(amount.Value);
}
