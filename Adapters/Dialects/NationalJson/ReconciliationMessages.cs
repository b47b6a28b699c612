using System.Globalization;
using System.Text.Json.Nodes;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.NationalJson;

/// <summary>3201 totals, 3202 rows that 9101 has handed in before.</summary>
internal static class ReconciliationMessages
{
    public const string Balanced = "0";
    public const string OnlyNode = "101";
    public const string OnlyHospital = "102";
    public const string Differs = "103";

    private const string Unbalanced = "1";
    private const string Inpatient = "21", Outpatient = "11", Pharmacy = "41";

    /// <summary>How long a result file is promised to be there; it stays longer.</summary>
    private const int DownloadDays = 30;

    public static HisOperation Totals(CallReader call)
    {
        var node = call.Node();
        var scope = Scope(call, node);
        call.Echo = call.Echo with { ClaimedCount = node.OptionalCount(Fields.ClaimedCount) };
        return new ReconcileTotals
        {
            Scope = scope,
            Claimed = new HisClaimedTotals
            {
                TotalFen = node.RequiredFen(Fields.ClaimedTotal),
                FundTotalFen = node.RequiredFen(Fields.ClaimedFund),
                AccountFen = node.OptionalFen(Fields.ClaimedAccount),
                CashFen = node.OptionalFen(Fields.ClaimedCash),
            },
        };
    }

    public static JsonNode? TotalsCompared(CallState state, HisResult result)
    {
        if (result is not TotalsReconciled reconciled || state.Operation is not ReconcileTotals operation)
            return null;
        var differences = Differences(operation.Claimed, state.Echo.ClaimedCount, reconciled.Totals).ToList();
        var info = new JsonObject
        {
            [state.Variant == ClientVariant.GZ ? "clr_optins" : "setl_optins"] = state.Echo.ClearingAgency,
            ["stmt_rslt"] = reconciled.Balanced && differences.Count == 0 ? Balanced : Unbalanced,
            ["stmt_rslt_dscr"] = differences.Count > 0 ? string.Join('；', differences) : reconciled.Balanced ? "平 balanced" : "不平 not balanced",
        };
        if (state.Variant == ClientVariant.HB)
            info["exp_content"] = null;
        if (state.Variant == ClientVariant.GZ)
        {
            info["clr_way"] = null;
            info["clr_type"] = state.Echo.ClearingKind;
            info["stmt_begndate"] = Day(operation.Scope.From);
            info["stmt_enddate"] = Day(operation.Scope.To);
        }

        return new JsonObject { ["stmtinfo"] = info };
    }

    /// <summary>The sums beside the file's number are not read: the rows are what is compared.</summary>
    public static HisOperation Rows(CallReader call)
    {
        var node = call.Node();
        return new ReconcileSettlements { Scope = Scope(call, node), Rows = [], RowsOf = node.Required(Fields.StatedFile) };
    }

    public static JsonNode? RowsCompared(CallState state, HisResult result) => result is not SettlementsReconciled ? null : new JsonObject
    {
        ["fileinfo"] = new JsonObject
        {
            ["file_qury_no"] = state.Echo.MessageId,
            ["filename"] = $"{state.Echo.MessageId}.zip",
            ["dld_endtime"] = NodeTime.Of(result.TransactionId)?.Date.AddDays(DownloadDays).ToString("yyyy-MM-dd 23:59:59", CultureInfo.InvariantCulture) ?? "",
        },
    };

    private static HisSettlementScope Scope(CallReader call, ObjectReader node)
    {
        var kind = node.Optional(Fields.ClearingKind);
        if (kind == Pharmacy)
            call.Refuse(Transactions.NotOpened(Refusals.InvalidField(Fields.ClearingKind.Canonical, node.Shown(Fields.ClearingKind), "", "")));
        else if (kind is not (null or Inpatient or Outpatient))
            node.Invalid(Fields.ClearingKind, "仅支持 11 门诊和 21 住院。", "only 11 (outpatient) and 21 (inpatient) are supported.");
        var refunds = node.Optional(Fields.WithRefunds);
        if (refunds is not (null or "0" or "1"))
            node.Invalid(Fields.WithRefunds, "应为 0（不含退费）或 1（含退费）。", "0 (without refunds) or 1 (with refunds) is expected.");
        call.Echo = call.Echo with { ClearingAgency = node.Optional(Fields.ClearingAgency), ClearingKind = kind };
        return new HisSettlementScope
        {
            From = node.RequiredDate(Fields.From),
            To = node.RequiredDate(Fields.To),
            Scheme = node.Optional(Fields.Scheme),
            ClearingType = kind,
            WithoutCancelled = refunds == "0",
        };
    }

    private static IEnumerable<string> Differences(HisClaimedTotals claimed, int? count, HisSettlementTotals totals) =>
        from sum in new (string Name, string English, decimal? Claimed, decimal Own)[]
        {
            ("笔数", "count", count, (decimal)totals.SettlementCount + totals.CancellationCount),
            ("医疗费总额", "total", claimed.TotalFen / 100m, totals.TotalFen / 100m),
            ("基金支付总额", "funds", claimed.FundTotalFen / 100m, totals.FundTotalFen / 100m),
            ("个人账户", "account", claimed.AccountFen / 100m, totals.AccountFen / 100m),
            ("现金", "cash", claimed.CashFen / 100m, totals.CashFen / 100m),
        }
        let stated = sum.Claimed ?? sum.Own
        where stated != sum.Own
        select $"{sum.Name} {sum.English}: 医院 hospital {Amounts.Plainly(stated)}, 中心 node {Amounts.Plainly(sum.Own)}";

    private static string? Day(DateOnly? date) => date is { } day ? PersonMessages.Day(day) : null;
}
