using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.YunnanYdjy;

/// <summary>
/// A business cycle: 84 sums it, SIGNOUT closes it. AKC260 is, as in 14, everything that neither the account nor the patient's cash pays.
/// </summary>
internal static class PeriodCalls
{
    private const string CashDiffers =
        "AKC261 现金支付总额与 AKC264 - AKC260 - AKC255 不符，已按后者对账。 | AKC261 is not AKC264 - AKC260 - AKC255; the latter was reconciled.";

    public static HisOperation DecodeSums(CallReader call) => new QueryBusinessPeriod { PeriodNumber = call.Required(Elements.PeriodOfQuery) };

    public static OutputXml? EncodeSums(CallReader call, HisResult result)
    {
        if (result is not BusinessPeriodSummed { Totals: var totals })
            return null;
        decimal total = totals.TotalFen;
        return new OutputXml()
            .AddNumber("POSNUM", totals.SettlementCount).AddNumber("NEGNUM", totals.CancellationCount).AddYuan("AKC264", total)
            .AddYuan("AKC261", totals.CashFen).AddYuan("AKC255", totals.AccountFen).AddYuan("AKC260", total - totals.CashFen - totals.AccountFen);
    }

    /// <summary>
    /// Clients join two cash sums as text (12.3 and 4.5 become 12.34.5), so AKC261 is never believed: it follows from the three others, and
    /// with it AKC260 is compared too.
    /// </summary>
    public static HisOperation DecodeSignOut(CallReader call) => new CloseBusinessPeriod
    {
        PeriodNumber = call.Required(Elements.Period),
        Claimed = new HisClaimedTotals
        {
            SettlementCount = call.RequiredCount(Elements.ClaimedSettlements),
            CancellationCount = call.RequiredCount(Elements.ClaimedCancellations),
            TotalFen = call.RequiredFen(Elements.PeriodTotal),
            AccountFen = call.RequiredFen(Elements.PeriodAccount),
            CashFen = Cash(call),
        },
    };

    /// <summary>No client reads this output on success; the remark is for whoever looks into the record.</summary>
    public static OutputXml? EncodeSignOut(CallReader call, HisResult result)
    {
        if (result is not BusinessPeriodClosed)
            return null;
        var isAsWritten = Amounts.TryParseFen(call.Raw(Elements.PeriodCash), out var written) && written == Cash(call);
        return isAsWritten ? OutputXml.Nothing : new OutputXml().AddFreeText("MESSAGE", CashDiffers);
    }

    private static long Cash(CallReader call) => call.RequiredFen(Elements.PeriodTotal) - call.RequiredFen(Elements.PeriodFund) - call.RequiredFen(Elements.PeriodAccount);
}
