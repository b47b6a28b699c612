using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.NeusoftCaret;

/// <summary>Where a city's 2410 and 2420 have what not all of them have; 0 is nowhere.</summary>
internal sealed record SettlementLayout(int FieldCount, int AccountUse, int Interim, int Operator, int Total);

/// <summary>
/// 2420 preview, 2410 discharge and settlement in one (of an outpatient visit, and of a part of a stay, the settlement alone), 2430 cancellation. The
/// figures of NC keep
/// <c>总费用 = 账户支付 + 统筹 + 大病 + 公务员 + 企业补充 + 现金 + 商业补充 + 专项救助 + 单位分担</c>; those of SDZ <c>[47] − [50]</c> = everything
/// but cash.
/// </summary>
internal static class SettlementCalls
{
    public static readonly RowLayout Cancellation = new(21, (3, 20));

    /// <summary>The places SDZ's client reads, counted from 0, end at 294; it asks for more than 295.</summary>
    private const int SdzFieldCount = 296;

    private static readonly NumberedField Visit = new(1, "visit.hospital_visit_number", "流水号");
    private static readonly NumberedField Document = new(2, "invoice_number", "单据号");
    private static readonly NumberedField Kind = new(3, "visit_kind", "医疗类别");
    private static readonly NumberedField DischargedOn = new(5, "discharge_date", "出院日期");
    private static readonly NumberedField Reason = new(6, "discharge_reason", "出院原因");
    private static readonly NumberedField DiagnosisCode = new(7, "diagnoses[0].code", "出院诊断编码");
    private static readonly NumberedField DiagnosisName = new(8, "diagnoses[0].name", "出院诊断名称");

    private static readonly (NumberedField Code, NumberedField Name)[] SdzDiagnoses =
    [
        (new(9, "diagnoses[1].code", "副诊断1码"), new(10, "diagnoses[1].name", "副诊断1名")), (new(11, "diagnoses[2].code", "副诊断2码"), new(12, "diagnoses[2].name", "副诊断2名")),
    ];

    public static RowLayout Settlement(Profile profile) => new(Of(profile).FieldCount, (8, 50), (10, 50), (12, 50), (Of(profile).Operator, 20));

    public static IReadOnlyList<HisOperation> DecodePreview(CaretCall call)
    {
        call.Head.Required(Kind);
        return
        [
            new PreviewSettlement
            {
                Visit = VisitOf(call),
                ClaimedTotalFen = Total(call),
                AccountRequestedFen = AccountRequested(call, AccountUse(Of(call.Settings.Profile).AccountUse)),
            },
        ];
    }

    /// <summary>
    /// There is no discharge of its own: 2410 carries it, and a stay cannot be settled without. Of an outpatient visit, and of a stay that goes on,
    /// the end is none, whatever date and diagnosis the message states.
    /// </summary>
    public static IReadOnlyList<HisOperation> DecodeSettlement(CaretCall call)
    {
        var layout = Of(call.Settings.Profile);
        var isOutpatient = VisitCalls.IsOutpatient(call.Head.Required(Kind));
        var isInterim = IsInterim(call, new NumberedField(layout.Interim, "settlement_kind", "中途结算标志"));
        var settle = new Settle
        {
            Visit = VisitOf(call),
            ClaimedTotalFen = Total(call),
            AccountRequestedFen = AccountRequested(call, AccountUse(layout.AccountUse)),
            InvoiceNumber = Invoice(call, Document),
            Interim = isInterim ? true : null,
        };
        return isOutpatient || isInterim ? [settle] : [DischargeOf(call), settle];
    }

    private static Discharge DischargeOf(CaretCall call) => new()
    {
        Visit = VisitOf(call),
        DischargeDate = call.Head.RequiredDate(DischargedOn, VisitCalls.Time, VisitCalls.Day),
        DischargeReason = Given(call, Reason),
        Diagnoses = VisitCalls.Diagnoses(call, [(DiagnosisCode, DiagnosisName), .. call.Settings.Profile == Profile.Sdz ? SdzDiagnoses : []]),
    };

    /// <summary>
    /// A settlement that stands or is under way says more than its discharge, which a repeat finds done and closed. Else the discharge that
    /// failed is the cause.
    /// </summary>
    public static HisResult Deciding(IReadOnlyList<HisResult> results) => results switch
    {
        [var only] => only,
        [_, Settled or HisPending] => results[1],
        [HisPending or HisRefusal, _] => results[0],
        _ => results[1],
    };

    public static CaretOutput? EncodePreview(CaretCall call, HisResult result) =>
        result is SettlementPreviewed preview ? Figures(call, preview.Figures, preview.Person.AccountBalanceFen) : null;

    public static CaretOutput? EncodeSettlement(CaretCall call, HisResult result) =>
        result is Settled settled ? Figures(call, settled.Figures, settled.Person.AccountBalanceFen) : null;

    public static IReadOnlyList<HisOperation> DecodeCancellation(CaretCall call) => [CancellationOf(call, VisitOf(call), Document)];

    /// <summary>
    /// 单据号 is the hospital's own paper, and the visit's last settlement is meant, unless it is a number of ours: of a stay that was settled in parts
    /// an earlier part can be named.
    /// </summary>
    public static CancelSettlement CancellationOf(CaretCall call, HisVisitReference visit, NumberedField document)
    {
        var number = call.Head.Optional(document) ?? "";
        return new CancelSettlement
        {
            Visit = visit,
            SettlementNumber = NodeNumbers.IsSettlement(number) ? number : null,
            OriginalTransactionId = NodeNumbers.IsTransaction(number) ? number : null,
        };
    }

    public static CaretOutput? EncodeCancellation(CaretCall call, HisResult result) => result is SettlementCancelled ? CaretOutput.Nothing : null;

    public static bool IsInterim(CaretCall call, NumberedField field)
    {
        var mark = call.Head.Optional(field);
        if (mark is not (null or "0" or "1"))
            call.Head.Refuse(field, "应为 0 正常结算或 1 中途结算。", "0 (final) or 1 (interim) is expected.");
        return mark == "1";
    }

    /// <summary>1 and empty use the account as the insured province's policy says, 0 not at all.</summary>
    public static long? AccountRequested(CaretCall call, NumberedField field)
    {
        switch (call.Head.Optional(field))
        {
            case null or "1":
                return null;
            case "0":
                return 0;
            default:
                call.Head.Refuse(field, "应为 0 不使用账户或 1 使用账户。", "0 (do not use the account) or 1 (use it) is expected.");
                return null;
        }
    }

    public static NumberedField AccountUse(int number) => new(number, "account_requested_fen", "账户使用标志");

    /// <summary>Clients write 0 where they have no code.</summary>
    public static string? Given(CaretCall call, NumberedField field) => call.Head.Optional(field) is { } value && value != "0" ? value : null;

    /// <summary>The number of the hospital's paper; clients write 0000 or 1111 where there is none.</summary>
    public static string? Invoice(CaretCall call, NumberedField field) => call.Head.Optional(field) is { } number and not ("0000" or "1111") ? number : null;

    private static SettlementLayout Of(Profile profile) => profile switch
    {
        Profile.Nc => new SettlementLayout(FieldCount: 13, AccountUse: 9, Interim: 10, Operator: 11, Total: 0),
        Profile.Gx => new SettlementLayout(FieldCount: 13, AccountUse: 9, Interim: 10, Operator: 11, Total: 12),
        _ => new SettlementLayout(FieldCount: 32, AccountUse: 16, Interim: 17, Operator: 18, Total: 0),
    };

    private static HisVisitReference VisitOf(CaretCall call) => new() { HospitalVisitNumber = call.Head.Required(Visit) };

    private static long? Total(CaretCall call) => call.Head.OptionalFen(new NumberedField(Of(call.Settings.Profile).Total, "claimed_total_fen", "总额"));

    private static CaretOutput Figures(CaretCall call, HisFigures figures, long balanceFen) =>
        call.Settings.Profile == Profile.Sdz ? SdzFigures(figures, balanceFen) : NcFigures(figures);

    /// <summary>
    /// 31 fields. NC's client adds 大病 to the cash the patient owes, because there it is paid back later; here all funds pay at once, so they
    /// stand in 统筹 and 大病 is 0. Sums by kind of item (药品费, 诊疗费) do not travel and are 0.
    /// </summary>
    private static CaretOutput NcFigures(HisFigures figures)
    {
        var pool = PoolAndLayers(figures);
        var entered = (decimal)figures.InScopeFen - figures.DeductibleFen;
        return new CaretOutput().Row()
            .AddYuan(figures.TotalFen).AddYuan((decimal)figures.FullSelfPayFen + figures.OverLimitFen).AddYuan(figures.AccountFen).AddYuan(pool).Add("0")
            .AddYuan(figures.CivilServantFen).AddYuan(figures.EnterpriseFen).AddYuan(figures.PreSelfPayFen).Add("0", "0")
            .AddYuan(figures.InScopeFen).AddYuan(figures.DeductibleFen).AddYuan(entered).AddYuan(entered - pool).Add("0", "0", "0")
            .AddYuan(figures.CashFen).Add("0", "0", "0").AddYuan(figures.OtherFundFen).AddYuan(figures.MedicalAidFen).AddYuan(figures.HospitalBorneFen)
            .Add("0", "0").AddYuan(figures.AccountFen).Add("0", "0", "0", "0");
    }

    /// <summary>What the hospital bears has no place of its own and is in [47] − [50] only.</summary>
    private static CaretOutput SdzFigures(HisFigures figures, long balanceFen)
    {
        var entered = (decimal)figures.InScopeFen - figures.DeductibleFen;
        var layers = (decimal)figures.EmployeeLargeAmountFen + figures.ResidentCriticalIllnessFen;
        var shown = new Dictionary<int, decimal>
        {
            [44] = entered,
            [47] = figures.TotalFen,
            [49] = figures.AccountFen,
            [50] = figures.CashFen,
            [51] = (decimal)figures.PoolFen + figures.EnterpriseFen + figures.OtherFundFen,
            [52] = figures.MedicalAidFen,
            [53] = figures.CivilServantFen,
            [57] = (decimal)figures.FullSelfPayFen + figures.OverLimitFen,
            [58] = figures.PreSelfPayFen,
            [60] = 0,
            [62] = 0,
            [69] = entered - figures.PoolFen - layers,
            [78] = 0,
            [79] = 0,
            [80] = 0,
            [81] = 0,
            [82] = 0,
            [149] = balanceFen,
            [287] = layers,
            [294] = layers,
        };
        var output = new CaretOutput().Row();
        for (var place = 0; place < SdzFieldCount; place++)
            _ = shown.TryGetValue(place, out var fen) ? output.AddYuan(fen) : output.Add("");
        return output;
    }

    private static decimal PoolAndLayers(HisFigures figures) => (decimal)figures.PoolFen + figures.EmployeeLargeAmountFen + figures.ResidentCriticalIllnessFen;
}
