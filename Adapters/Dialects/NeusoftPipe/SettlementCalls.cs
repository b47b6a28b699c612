using System.Globalization;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.NeusoftPipe;

/// <summary>
/// 05 settlement and 06 preview. The client's identity holds to the fen, with the numbers of 05:
/// <c>总额 = [(2)−(10)] + (3) + (4) + (5) + (6) + (9) + (10)</c>. (2) is pool, enterprise and other funds and medical aid, (10) the medical aid
/// in it, (3) account, (4) civil servant, (5) cash, (6) employee large amount and resident critical illness, (9) what the hospital bears.
/// </summary>
internal static class SettlementCalls
{
    private const string Date = "yyyyMMdd";
    private const string FinalSettlement = "0", OutpatientSettlement = "1", InterimSettlement = "10";
    private const int DaysLengthMax = 5;

    private static readonly NumberedField Visit = new(1, "visit.hospital_visit_number", "住院(门诊)号");
    private static readonly NumberedField Kind = new(2, "settlement_kind", "结算标志");
    private static readonly NumberedField DaysOfSettlement = new(3, "bed_days", "住院床日");
    private static readonly NumberedField AccountUse = new(5, "account_requested_fen", "账户支付");
    private static readonly NumberedField FeesUntil = new(6, "fees_until", "费用终止日期");
    private static readonly NumberedField TotalOfSettlement = new(7, "claimed_total_fen", "总额");

    private static readonly NumberedField PreviewUntil = new(2, "fees_until", "截止日期");
    private static readonly NumberedField DaysOfPreview = new(3, "bed_days", "住院床日");
    private static readonly NumberedField TotalOfPreview = new(4, "claimed_total_fen", "总额");

    /// <summary>
    /// The end date and the days are checked and not carried: a settlement takes all lines that have none yet, and the total says whether both mean
    /// the same.
    /// </summary>
    public static IReadOnlyList<HisOperation> DecodeSettlement(FieldReader call, PipeSettings settings)
    {
        var kind = call.Required(Kind);
        RefuseKind(call, kind);
        RefuseDays(call, DaysOfSettlement);
        call.OptionalDate(FeesUntil, Date);
        return
        [
            new Settle
            {
                Visit = new HisVisitReference { HospitalVisitNumber = call.Required(Visit) },
                ClaimedTotalFen = Total(call, TotalOfSettlement, settings),
                AccountRequestedFen = AccountRequested(call),
                Interim = kind == InterimSettlement ? true : null,
            },
        ];
    }

    public static PipeReply? EncodeSettlement(HisResult result) => result is Settled { Figures: var figures } settled
        ? Shares(new PipeReply().Add(Serials.Of(settled.TransactionId)), figures, settled.Person.AccountBalanceFen).AddYuan(figures.MedicalAidFen).AddYuan(0)
        : null;

    public static IReadOnlyList<HisOperation> DecodePreview(FieldReader call, PipeSettings settings)
    {
        RefuseDays(call, DaysOfPreview);
        call.OptionalDate(PreviewUntil, Date);
        return
        [
            new PreviewSettlement
            {
                Visit = new HisVisitReference { HospitalVisitNumber = call.Required(Visit) },
                ClaimedTotalFen = Total(call, TotalOfPreview, settings),
            },
        ];
    }

    public static PipeReply? EncodePreview(HisResult result) => result is SettlementPreviewed { Figures: var figures } preview
        ? Shares(new PipeReply(), figures, preview.Person.AccountBalanceFen).AddYuan(figures.MedicalAidFen)
        : null;

    // decimal, because figures that do not add up are another part's fault and must still be shown, not overflow here.
    private static PipeReply Shares(PipeReply reply, HisFigures figures, long balanceFen) => reply
        .AddYuan((decimal)figures.PoolFen + figures.EnterpriseFen + figures.OtherFundFen + figures.MedicalAidFen)
        .AddYuan(figures.AccountFen)
        .AddYuan(figures.CivilServantFen)
        .AddYuan(figures.CashFen)
        .AddYuan((decimal)figures.EmployeeLargeAmountFen + figures.ResidentCriticalIllnessFen)
        .AddYuan(0)
        .AddYuan(balanceFen)
        .AddYuan(figures.HospitalBorneFen);

    private static void RefuseKind(FieldReader call, string kind)
    {
        if (kind is "20" or "40" or "50")
            call.Refuse(Refusals.LeaveNotOpen(Kind.Name));
        else if (kind is not (FinalSettlement or OutpatientSettlement or InterimSettlement))
            call.Refuse(Kind, "应为 0 正常结算、1 门诊结算或 10 中途结算。", "0 (final), 1 (outpatient) or 10 (interim) is expected.");
    }

    /// <summary>0 uses the account as the insured province's policy says, 1 not at all.</summary>
    private static long? AccountRequested(FieldReader call)
    {
        switch (call.Required(AccountUse))
        {
            case "0":
                return null;
            case "1":
                return 0;
            default:
                call.Refuse(AccountUse, "应为 0 使用账户或 1 不使用账户。", "0 (use the account) or 1 (do not) is expected.");
                return null;
        }
    }

    private static long? Total(FieldReader call, NumberedField field, PipeSettings settings)
    {
        var fen = call.RequiredFen(field);
        return settings.ComparesTotal ? fen : null;
    }

    private static void RefuseDays(FieldReader call, NumberedField field)
    {
        if (call.Optional(field) is { } days && !(days.Length <= DaysLengthMax && int.TryParse(days, NumberStyles.None, CultureInfo.InvariantCulture, out _)))
            call.Refuse(field, "应为整数。", "a whole number is expected.");
    }
}
