using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.Province2016Xml;

/// <summary>0215, both forms of 0304, and 0305.</summary>
internal static class SettlementRequests
{
    // What every client writes as receipt number of a cross-province settlement: no number at all.
    private const string ReceiptPlaceholder = "1111";

    private const string FinalSettlement = "1";
    private const string NotInterim = "0";

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
        if (input.Optional(Fields.InterimSettlement) is not (null or NotInterim))
            input.Invalid(Fields.InterimSettlement, "不支持中途结算。", "an interim settlement is not supported.");
        return new Settle
        {
            Visit = FeeRequests.Visit(input),
            ClaimedTotalFen = input.RequiredFen(Fields.ClaimedTotal),
            InvoiceNumber = input.Optional(Fields.InvoiceNumber) is { } number && number != ReceiptPlaceholder ? number : null,
        };
    }

    public static Settle SettleWithinProvince(InputReader input)
    {
        if (input.Optional(Fields.SettlementKind) is not (null or FinalSettlement))
            input.Invalid(Fields.SettlementKind, "只支持 1 正式结算。", "only 1, the final settlement, is supported.");
        return new Settle
        {
            Visit = FeeRequests.Visit(input),
            ClaimedTotalFen = input.RequiredFen(Fields.ClaimedTotal),
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
