using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.Province2016Xml;

/// <summary>0215, both forms of 0304, and 0305.</summary>
internal static class SettlementRequests
{
    // What every client writes as receipt number of a cross-province settlement: no number at all.
    private const string ReceiptPlaceholder = "1111";

    // ykc675 结算类型 of the intra-province form.
    public const string Final = "1";
    public const string InPart = "3";

    // ake170 中途结算标志 of the cross-province form.
    private const string NotInterim = "0";
    private const string IsInterim = "1";

    /// <summary>
    /// The doctor is the licence number (akc056); ake021, the doctor's identity card number, is not needed and therefore not read.
    /// </summary>
    public static Discharge Discharge(InputReader input)
    {
        var diagnoses = DischargeDiagnoses(input);
        return new Discharge
        {
            Visit = FeeRequests.Visit(input),
            DischargeDate = input.OptionalDate(Fields.DischargeDate),
            Diagnoses = diagnoses,
            DischargeReason = input.Optional(Fields.DischargeReason),
            Department = input.Optional(Fields.DischargeDepartment),
            Bed = input.Optional(Fields.DischargeBed),
            Doctor = input.Optional(Fields.DischargeDoctor),
        };
    }

    /// <summary>
    /// Only the total counts: every split is a literal 0 that no client means, and so is the account flag ake122, which therefore leaves the
    /// personal account to the insured province's policy.
    /// </summary>
    public static Settle Settle(InputReader input)
    {
        var mark = input.Optional(Fields.InterimSettlement);
        if (mark is not (null or NotInterim or IsInterim))
            input.Invalid(Fields.InterimSettlement, "应为 0 出院结算或 1 中途结算。", "0 (final) or 1 (interim) is expected.");
        return new Settle
        {
            Visit = FeeRequests.Visit(input),
            ClaimedTotalFen = input.RequiredFen(Fields.ClaimedTotal),
            InvoiceNumber = input.Optional(Fields.InvoiceNumber) is { } number && number != ReceiptPlaceholder ? number : null,
            Interim = mark == IsInterim ? true : null,
        };
    }

    /// <summary>0 补登 registers afterwards what was settled elsewhere, which no operation means.</summary>
    public static Settle SettleWithinProvince(InputReader input)
    {
        var kind = input.Optional(Fields.SettlementKind);
        if (kind is not (null or Final or InPart))
            input.Invalid(Fields.SettlementKind, "应为 1 正式结算或 3 中途结算；本接口不能补登，零星报销请到参保地经办机构。",
                "1 (final) or 3 (interim) is expected; nothing is registered afterwards here, the insured province's agency reimburses that.");
        return new Settle
        {
            Visit = FeeRequests.Visit(input),
            ClaimedTotalFen = input.RequiredFen(Fields.ClaimedTotal),
            Interim = kind == InPart ? true : null,
        };
    }

    /// <summary>
    /// Found by number, then transaction, then visit. The times akc194 and ykc706 are not read: clients confuse them. The intra-province form
    /// has the number only in ykc618.
    /// </summary>
    public static CancelSettlement Cancel(InputReader input)
    {
        var cancellation = new CancelSettlement
        {
            Visit = new HisVisitReference { VisitNumber = input.Optional(Fields.VisitNumber) },
            SettlementNumber = input.Optional(Fields.SettlementNumber) ?? input.Optional(Fields.SettlementNumberWithinProvince),
            OriginalTransactionId = input.Optional(Fields.OriginalTransaction),
        };
        if (cancellation is { Visit.VisitNumber: null, SettlementNumber: null, OriginalTransactionId: null })
            input.Missing(Fields.SettlementNumber);
        return cancellation;
    }

    private static List<HisDiagnosis> DischargeDiagnoses(InputReader input)
    {
        var main = input.Optional(Fields.DischargeDiagnosis);
        var further = PersonRequests.FurtherDiagnoses(input, Fields.SecondDischargeDiagnosis, Fields.ThirdDischargeDiagnosis).ToList();
        if (main is not null)
            return [new HisDiagnosis { Code = main, Name = input.Optional(Fields.DischargeDiagnosisName) }, .. further];
        if (further.Count > 0)
            input.Missing(Fields.DischargeDiagnosis);
        return [];
    }
}
