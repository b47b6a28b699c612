using System.CommandLine;
using System.Globalization;
using ProvincialGateway.Insured;
using ProvincialGateway.Tables;
using ProvincialGateway.Values;

namespace ProvincialGateway.Cli;

/// <summary><c>gateway catalogue dry-run</c>: a month of stored bills under another version, and what would change.</summary>
internal sealed class CatalogueDryRunCommand
{
    private readonly CatalogueSelection _selection = new();
    private readonly Argument<string> _version = CatalogueSelection.Version("version", "要试算的版本 / the version to try");
    private readonly Option<string> _month = new("--month") { Description = "费用日期所在月份 yyyy-MM / month of the fee dates, yyyy-MM", Required = true };
    private readonly Option<DateOnly?> _from = new("--from") { Description = "从该费用日期起按新版本，默认该月首日 / first fee date the version decides; by default the first of the month" };
    private readonly Option<FileInfo[]> _policies = new("--policy") { Description = "参保地的待遇政策文件，可给多个 / benefit policy files of insured provinces", AllowMultipleArgumentsPerToken = true };
    private readonly Option<int> _limit = new("--limit") { Description = "每张表显示的行数 / rows shown of each table", DefaultValueFactory = _ => 30 };
    private readonly Option<FileInfo?> _codesCsv = new("--codes-csv") { Description = "把变化的项目写入该 CSV / write the codes that change into this CSV" };
    private readonly Option<FileInfo?> _visitsCsv = new("--visits-csv") { Description = "把变化的就诊写入该 CSV / write the visits that change into this CSV" };
    private readonly Option<bool> _json = CommandJson.Option();

    public static Command Create()
    {
        var dryRun = new CatalogueDryRunCommand();
        var command = new Command("dry-run",
            "按新版本重新转换、分割一个月的已存明细，列出变化；不改任何数据 / translate and split a month of stored lines anew and show what changes; changes no data\n"
            + "例 example: gateway catalogue dry-run 0123456789ab --month 2017-09 --policy 440000-policy.json --as 530000 --data data-530000")
        {
            dryRun._version, dryRun._month, dryRun._from, dryRun._policies, dryRun._limit, dryRun._codesCsv, dryRun._visitsCsv, dryRun._json,
        };
        dryRun._selection.SetAction(command, (work, parsed, _) => dryRun.RunAsync(work, parsed));
        return command;
    }

    private async Task<int> RunAsync(CatalogueWork work, ParseResult parsed)
    {
        var first = MonthOf(parsed.GetRequiredValue(_month));
        var (from, to) = (parsed.GetValue(_from) ?? first, first.AddMonths(1));
        if (from < first || from >= to)
            throw new CommandRefusedException($"--from 应在 {first.Iso()} 至 {to.AddDays(-1).Iso()} 之间。 / --from must be from {first.Iso()} to {to.AddDays(-1).Iso()}.");
        var policies = (parsed.GetValue(_policies) ?? []).Select(PolicyOf).ToList();
        var report = await CatalogueDryRun.RunAsync(work, work.Find(parsed.GetRequiredValue(_version)), from, to, policies);
        if (parsed.GetValue(_codesCsv) is { } codes)
            WriteCodes(codes.FullName, report);
        if (parsed.GetValue(_visitsCsv) is { } visits)
            WriteVisits(visits.FullName, report);
        if (parsed.GetValue(_json))
            await work.Node.Out.WriteLineAsync(CommandJson.Of(report));
        else
            CatalogueDryRun.Write(report, work.Node.OpenScreen(), parsed.GetValue(_limit));
        return 0;
    }

    private static DateOnly MonthOf(string text) => ChinaTime.TryParseIso($"{text}-01", out var first)
        ? first
        : throw new CommandRefusedException($"--month {text} 不是 yyyy-MM 格式的月份。 / --month {text} is not a month of the form yyyy-MM.");

    private static BenefitPolicy PolicyOf(FileInfo file)
    {
        if (!file.Exists)
            throw new CommandRefusedException($"没有找到政策文件 {file.FullName}。 / there is no policy file {file.FullName}.");
        return BenefitPolicy.TryParse(File.ReadAllBytes(file.FullName), out var policy, out var errors)
            ? policy
            : throw new CommandRefusedException(string.Join(Environment.NewLine, errors.Select(error => $"{file.Name} {error.Path}: {error.Chinese} / {error.English}")));
    }

    private static void WriteCodes(string path, DryRunReport report)
    {
        using var csv = new PeopleCsv(path,
            "local_code", "local_name", "old_exchange_code", "new_exchange_code", "old_class", "new_class", "old_fee_category", "new_fee_category", "refused", "lines",
            "old_full_self_pay", "new_full_self_pay", "old_over_limit", "new_over_limit", "old_pre_self_pay", "new_pre_self_pay", "old_in_scope", "new_in_scope");
        foreach (var code in report.Totals.Codes)
        {
            csv.Row(
                code.LocalCode, code.LocalName, code.OldExchangeCode ?? "", code.NewExchangeCode ?? "", code.OldClass, code.NewClass, code.OldFeeCategory, code.NewFeeCategory,
                code.IsBlocked ? "1" : "0", code.LineCount.ToString(CultureInfo.InvariantCulture),
                code.Before.FullSelfPay.ToString(), code.After.FullSelfPay.ToString(), code.Before.OverLimit.ToString(), code.After.OverLimit.ToString(),
                code.Before.PreSelfPay.ToString(), code.After.PreSelfPay.ToString(), code.Before.InScope.ToString(), code.After.InScope.ToString());
        }
    }

    private static void WriteVisits(string path, DryRunReport report)
    {
        using var csv = new PeopleCsv(path,
            "institution", "visit_number", "insured_division", "settlement_numbers", "refused_lines", "full_self_pay_change", "over_limit_change", "pre_self_pay_change", "in_scope_change",
            "fund_result", "old_pool", "new_pool", "old_funds", "new_funds", "old_account", "new_account", "old_cash", "new_cash");
        foreach (var visit in report.Visits)
        {
            var change = visit.Change;
            csv.Row([
                visit.Institution, visit.VisitNumber, visit.InsuredDivision, string.Join(' ', visit.Settlements), visit.BlockedLines.ToString(CultureInfo.InvariantCulture),
                change.FullSelfPay.ToString(), change.OverLimit.ToString(), change.PreSelfPay.ToString(), change.InScope.ToString(), visit.Fund?.Outcome.ToString() ?? "", .. Funds(visit)]);
        }
    }

    private static IEnumerable<string> Funds(DryRunVisit visit)
    {
        if (visit.Fund is not { Stored: var stored, Computed: { } computed })
            return Enumerable.Repeat("", 8);
        Fen[] figures = [stored.Pool, computed.Pool, stored.FundTotal, computed.FundTotal, stored.Account, computed.Account, stored.Cash, computed.Cash];
        return figures.Select(figure => figure.ToString());
    }
}
