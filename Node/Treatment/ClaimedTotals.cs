using System.Globalization;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Values;

namespace ProvincialGateway.Treatment;

/// <param name="Field">snake_case.</param>
/// <param name="Claimed">The hospital's figure in words: a count, or yuan.</param>
/// <param name="Stored">The node's.</param>
internal sealed record TotalsDifference(string Field, string Chinese, string English, string Claimed, string Stored);

/// <summary>The sums a hospital claims beside the node's. Pure.</summary>
internal static class ClaimedTotals
{
    /// <summary>The first sum that is claimed and differs, counts before amounts; null when none does.</summary>
    public static TotalsDifference? FirstDifference(HisClaimedTotals claimed, HisSettlementTotals stored) =>
        Count("settlement_count", "结算笔数", "the number of settlements", claimed.SettlementCount, stored.SettlementCount)
        ?? Count("cancellation_count", "撤销笔数", "the number of cancellations", claimed.CancellationCount, stored.CancellationCount)
        ?? Amount("total_fen", "医疗费总额", "the total", claimed.TotalFen, stored.TotalFen)
        ?? Amount("fund_total_fen", "基金支付合计", "what the funds pay", claimed.FundTotalFen, stored.FundTotalFen)
        ?? Amount("account_fen", "个人账户支付合计", "what the personal accounts pay", claimed.AccountFen, stored.AccountFen)
        ?? Amount("cash_fen", "现金支付合计", "the cash", claimed.CashFen, stored.CashFen);

    private static TotalsDifference? Count(string field, string chinese, string english, int? claimed, int stored) => claimed is { } count && count != stored
        ? new(field, chinese, english, count.ToString(CultureInfo.InvariantCulture), stored.ToString(CultureInfo.InvariantCulture))
        : null;

    private static TotalsDifference? Amount(string field, string chinese, string english, long? claimed, long stored) => claimed is { } fen && fen != stored
        ? new(field, chinese, english, new Fen(fen).ToString(), new Fen(stored).ToString())
        : null;
}
