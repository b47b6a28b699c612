using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.NeusoftCaret;

/// <summary>INIT, 9100 sign-in, 9110 sign-out, 1110 reconciliation of a period.</summary>
internal static class SessionCalls
{
    public static readonly RowLayout NoFields = new(1);
    public static readonly RowLayout Sums = new(9);

    private static readonly NumberedField Period = new(1, "period_number", "业务周期号");
    private static readonly NumberedField Total = new(2, "claimed.total_fen", "医疗费总额");
    private static readonly NumberedField Account = new(3, "claimed.account_fen", "账户支付合计");
    private static readonly NumberedField Cash = new(4, "claimed.cash_fen", "现金合计");

    private static readonly NumberedField[] Funds =
    [
        new(5, "claimed.fund_total_fen", "统筹合计"), new(6, "claimed.fund_total_fen", "救助金合计"), new(7, "claimed.fund_total_fen", "公务员补助合计"),
        new(8, "claimed.fund_total_fen", "企业补充合计"), new(9, "claimed.fund_total_fen", "其他基金合计"),
    ];

    public static IReadOnlyList<HisOperation> DecodeStart(CaretCall call) => [new Acknowledge()];

    public static CaretOutput? EncodeStart(CaretCall call, HisResult result) => result is Acknowledged ? CaretOutput.Nothing : null;

    public static IReadOnlyList<HisOperation> DecodeSignIn(CaretCall call)
    {
        if (call.Envelope.Operator is null)
            call.Refuse(Refusals.MissingField("operator_number", "9100 操作员编号"));
        return [new OpenBusinessPeriod { OperatorNumber = call.Envelope.Operator ?? "" }];
    }

    public static CaretOutput? EncodeSignIn(CaretCall call, HisResult result) =>
        result is BusinessPeriodOpened opened ? new CaretOutput().Row().Add(opened.PeriodNumber) : null;

    public static IReadOnlyList<HisOperation> DecodeSignOut(CaretCall call)
    {
        if (call.Envelope.Period is null)
            call.Refuse(Refusals.MissingField("period_number", "9110 业务周期号"));
        return [new CloseBusinessPeriod { PeriodNumber = call.Envelope.Period ?? "" }];
    }

    public static CaretOutput? EncodeSignOut(CaretCall call, HisResult result) => result is BusinessPeriodClosed ? CaretOutput.Nothing : null;

    /// <summary>The funds are stated one by one and compared together: cities count the smaller ones to different columns.</summary>
    public static IReadOnlyList<HisOperation> DecodeReconciliation(CaretCall call) =>
    [
        new ReconcileTotals
        {
            Scope = new HisSettlementScope { PeriodNumber = call.Head.Required(Period), WithoutCancelled = false },
            Claimed = new HisClaimedTotals
            {
                TotalFen = call.Head.RequiredFen(Total),
                AccountFen = call.Head.OptionalFen(Account),
                CashFen = call.Head.OptionalFen(Cash),
                FundTotalFen = Funds.Sum(fund => call.Head.OptionalFen(fund) ?? 0),
            },
        },
    ];

    public static CaretOutput? EncodeReconciliation(CaretCall call, HisResult result) =>
        result is TotalsReconciled { Balanced: true } ? new CaretOutput().Row().Add("0") : null;
}
