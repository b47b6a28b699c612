using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.YunnanYdjy;

/// <summary>
/// 72 preview, 14 settlement, 21 cancellation. The figures keep these identities to the fen:
/// <list type="number">
/// <item><c>AKC264 = AKC260 + AKC255 + AKC261</c>: AKC260 is everything that neither the account nor the patient's cash pays.</item>
/// <item><c>AKC264 = AKC801 + CKC120 + CKC121 + CKC155 + CKC156 + CKC161 + CKC162 + CKC170</c>: CKC120 holds full self-pay and over-limit
/// parts, CKC155 what in-scope costs leave after deductible, pool and large-amount or critical-illness payments.</item>
/// <item><c>AKC260 = CKC156 + CKC162 + AKC803 + AKC804 + AKC806 + AKC807</c>: the supplements pay on top of the personal parts of 2. AKC806
/// is enterprise and other funds, AKC807 what the hospital bears; both are sent only when not zero.</item>
/// <item><c>AKC272 = AKC290 − AKC801 = 0</c>: AKC290 is the deductible this bill carries, all of it charged.</item>
/// </list>
/// The contract has no figures per segment, so CKC161, CKC170, AKC802, CKC103, AKC805 and AKC808 are 0 and their amounts stand in CKC155 and
/// AKC804.
/// </summary>
internal static class SettlementCalls
{
    private const string FinalSettlement = "1";

    /// <summary>AKC064 is echoed, so it must not be able to flood the buffer.</summary>
    private const int ClaimedTextMax = 32;

    /// <summary>AKC221, up to when prescriptions count, is not carried: all stored lines of the visit are settled together.</summary>
    public static HisOperation DecodePreview(CallReader call)
    {
        var claimed = call.RequiredFen(Elements.ClaimedTotal);
        if (call.Raw(Elements.ClaimedTotal) is { Length: > ClaimedTextMax })
            call.Refuse(Elements.ClaimedTotal, $"超过{ClaimedTextMax}个字符。", $"longer than {ClaimedTextMax} characters.");
        return new PreviewSettlement
        {
            Visit = VisitCalls.Visit(call),
            ClaimedTotalFen = claimed,
            AccountRequestedFen = Account(call),
        };
    }

    /// <summary>Clients compare AKC264 with the AKC064 they sent as text, so an equal amount is returned exactly as it was written.</summary>
    public static OutputXml? EncodePreview(CallReader call, HisResult result)
    {
        if (result is not SettlementPreviewed preview)
            return null;
        var written = call.Raw(Elements.ClaimedTotal);
        var isEqual = Amounts.TryParseFen(written, out var claimed) && claimed == preview.Figures.TotalFen;
        return Output(preview.Figures, preview.AdmissionOrdinal, isEqual ? written : null);
    }

    /// <summary>
    /// Of a stay or a clinic visit. Only AKA050 1 is known, the final settlement; booking another kind as one would be a guess with money.
    /// </summary>
    public static HisOperation DecodeSettlement(CallReader call)
    {
        if (call.Required(Elements.SettlementKind) is not (FinalSettlement or ""))
            call.Refuse(Refusals.InterimNotOpen(Elements.SettlementKind.Field));
        return new Settle
        {
            Visit = VisitCalls.Visit(call),
            AccountRequestedFen = Account(call),
            InvoiceNumber = call.Optional(Elements.Invoice),
        };
    }

    public static OutputXml? EncodeSettlement(CallReader call, HisResult result) =>
        result is Settled settled ? Output(settled.Figures, settled.AdmissionOrdinal, totalText: null) : null;

    /// <summary>HANDLEID may hold the sender's or the receiver's serial of the 14.</summary>
    public static HisOperation DecodeCancellation(CallReader call) => new CancelSettlement
    {
        Visit = VisitCalls.Visit(call),
        OriginalTransactionId = call.Required(Elements.Handle),
    };

    public static OutputXml? EncodeCancellation(CallReader call, HisResult result) => result is SettlementCancelled ? OutputXml.Nothing : null;

    private static long? Account(CallReader call)
    {
        var fen = call.OptionalFen(Elements.AccountRequested);
        if (fen < 0)
            call.Refuse(Elements.AccountRequested, "不能为负。", "it must not be negative.");
        return fen;
    }

    // decimal, because figures that do not add up are another part's fault and must still be shown, not overflow here.
    private static OutputXml Output(HisFigures figures, int admissionOrdinal, string? totalText)
    {
        decimal total = figures.TotalFen;
        var insured = total - figures.AccountFen - figures.CashFen;
        var largeAmount = (decimal)figures.EmployeeLargeAmountFen + figures.ResidentCriticalIllnessFen;
        var personalInScope = (decimal)figures.InScopeFen - figures.DeductibleFen - figures.PoolFen - largeAmount;
        var output = new OutputXml();
        _ = totalText is null ? output.AddYuan("AKC264", total) : output.Add("AKC264", totalText);
        output
            .AddYuan("AKC260", insured).AddYuan("AKC255", figures.AccountFen).AddYuan("AKC261", figures.CashFen)
            .AddYuan("AKC290", figures.DeductibleFen).AddNumber("AKC090", admissionOrdinal).AddYuan("AKC272", 0).AddYuan("AKC801", figures.DeductibleFen)
            .AddYuan("CKC120", (decimal)figures.FullSelfPayFen + figures.OverLimitFen).AddYuan("CKC121", figures.PreSelfPayFen)
            .AddYuan("CKC155", personalInScope).AddYuan("CKC156", figures.PoolFen)
            .AddYuan("CKC161", 0).AddYuan("CKC162", largeAmount).AddYuan("CKC170", 0)
            .AddYuan("AKC802", 0).AddYuan("AKC803", figures.MedicalAidFen).AddYuan("AKC804", figures.CivilServantFen)
            .AddYuan("CKC103", 0).AddYuan("AKC805", 0).AddYuan("AKC808", 0);
        var otherFunds = (decimal)figures.EnterpriseFen + figures.OtherFundFen;
        if (otherFunds != 0)
            output.AddYuan("AKC806", otherFunds);
        if (figures.HospitalBorneFen != 0)
            output.AddYuan("AKC807", figures.HospitalBorneFen);
        return output;
    }
}
