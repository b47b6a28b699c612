using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.YunnanYdjy;

/// <summary>73 price, 74 and 75 approvals, 12 one fee line, 23 part of a line back, 24 all lines back.</summary>
internal static class FeeCalls
{
    /// <summary>What clients put into AKC222 of 12 when they have no centre code.</summary>
    private const string NoCentreCode = "9999999999";

    private const string Approved = "1";
    private const string NoApproval = "100";

    private const decimal BasisPointsPerOne = 10_000m;

    /// <summary>AKC222 may be empty: a hospital asks for unmapped items too.</summary>
    public static HisOperation DecodeItem(CallReader call)
    {
        var price = call.RequiredDecimal(Elements.ItemPrice, decimalsMax: 4);
        if (price < 0)
            call.Refuse(Elements.ItemPrice, "不能为负。", "it must not be negative.");
        return new LookUpItem { Code = call.Optional(Elements.ItemCode), UnitPrice = price };
    }

    public static OutputXml? EncodeItem(CallReader call, HisResult result) =>
        result is ItemLookedUp item ? new OutputXml().AddNumber("AKC225", item.UsableUnitPrice).Add("AKA065", item.ItemClass) : null;

    /// <summary>AKC222 holds the hospital's internal item number here and AKC221 a time in the workstation's format; the time is not needed.</summary>
    public static HisOperation DecodeApproval(CallReader call) => new LookUpApproval { Code = call.Optional(Elements.ItemCode) };

    public static OutputXml? EncodeApproval(CallReader call, HisResult result) =>
        result is ApprovalLookedUp found ? new OutputXml().Add("AKC180", found.ApprovalNumber is null ? NoApproval : Approved).Add("AAE073", found.ApprovalNumber) : null;

    /// <summary>75 asks for all approvals of a kind (AKC170), which the contract does not carry: an approval that names no item is the answer.</summary>
    public static HisOperation DecodeApprovals(CallReader call) => new LookUpApproval();

    public static OutputXml? EncodeApprovals(CallReader call, HisResult result) => result switch
    {
        ApprovalLookedUp { ApprovalNumber: null } => new OutputXml().Add("AKC180", NoApproval),
        ApprovalLookedUp found => new OutputXml().Add("AKC180", Approved).Add("APPROVECNT", "1").Add("AAE073_1", found.ApprovalNumber).Add("AKC222_1", "").Add("AKC223_1", ""),
        _ => null,
    };

    /// <summary>AKC190 is the hospital's own number here, unlike in every other transaction.</summary>
    public static HisOperation DecodeLine(CallReader call) => new UploadFeeLines
    {
        Visit = new HisVisitReference { HospitalVisitNumber = call.Required(Elements.VisitOfLine) },
        Lines = [Line(call)],
    };

    /// <summary>
    /// AKC227 = AKC253 + AKC228 + AKC800: what exceeds a price limit is paid by the patient in full and counts to AKC253. AKC229 is a fraction,
    /// 0.1 for ten percent.
    /// </summary>
    public static OutputXml? EncodeLine(CallReader call, HisResult result) =>
        result is FeeLinesStored { Lines: [var line] }
            ? new OutputXml()
                .AddNumber("AKC225", line.UnitPrice).Add("AKA065", line.ItemClass).Add("AAE073", call.Optional(Elements.LineApproval))
                .AddNumber("AKC229", line.SelfPayBasisPoints / BasisPointsPerOne).AddYuan("AKC227", line.AmountFen)
                .AddYuan("AKC253", (decimal)line.FullSelfPayFen + line.OverLimitFen).AddYuan("AKC228", line.PreSelfPayFen).AddYuan("AKC800", line.InScopeFen)
            : null;

    /// <summary>HANDLEID is the serial of the 12: clients keep the sender's, documents speak of the receiver's, so it may be either.</summary>
    public static HisOperation DecodeRefund(CallReader call) => new RefundFeeLine
    {
        Visit = VisitCalls.Visit(call),
        OriginalTransactionId = call.Required(Elements.Handle),
        Quantity = Positive(call, Elements.RefundQuantity, call.RequiredDecimal(Elements.RefundQuantity, decimalsMax: 2)),
        AmountFen = Positive(call, Elements.RefundAmount, call.RequiredFen(Elements.RefundAmount)),
    };

    public static OutputXml? EncodeRefund(CallReader call, HisResult result) =>
        result is FeeLineRefunded left ? new OutputXml().AddNumber("REMAINCNT", left.RemainingQuantity).AddYuan("REMAINFEE", left.RemainingAmountFen) : null;

    public static HisOperation DecodeWithdrawal(CallReader call) => new WithdrawFeeLines { Visit = VisitCalls.Visit(call) };

    public static OutputXml? EncodeWithdrawal(CallReader call, HisResult result) => result is FeeLinesWithdrawn ? OutputXml.Nothing : null;

    private static HisFeeLine Line(CallReader call)
    {
        var price = call.RequiredDecimal(Elements.LinePrice, decimalsMax: 4);
        if (price < 0)
            call.Refuse(Elements.LinePrice, "不能为负。", "it must not be negative.");
        var quantity = call.RequiredDecimal(Elements.LineQuantity, decimalsMax: 2);
        if (quantity == 0)
            call.Refuse(Elements.LineQuantity, "不能为零。", "it must not be zero.");
        return new HisFeeLine
        {
            LineSerial = call.Required(Elements.LineSerial),
            PrescriptionNumber = call.Optional(Elements.Prescription),
            LocalCode = LocalCode(call),
            LocalName = call.Required(Elements.HospitalName),
            FeeCategory = call.Required(Elements.FeeCategory),
            UnitPrice = price,
            Quantity = quantity,
            AmountFen = call.RequiredFen(Elements.LineAmount),
            FeeDate = call.RequiredDate(Elements.FeeDate),
            Unit = call.Optional(Elements.LineUnit),
            Specification = call.Optional(Elements.Specification),
            DoseForm = call.Optional(Elements.DoseForm),
            Department = call.Optional(Elements.LineDepartment),
            Doctor = call.Optional(Elements.LineDoctor),
            ApprovalNumber = call.Optional(Elements.LineApproval),
        };
    }

    // The province's catalogue is keyed by centre code; an unmapped item is known only by the hospital's own code.
    private static string LocalCode(CallReader call) =>
        call.Optional(Elements.CentreCode) is { } centre && centre != NoCentreCode ? centre : call.Required(Elements.HospitalCode);

    private static decimal Positive(CallReader call, Element element, decimal value)
    {
        if (value <= 0)
            call.Refuse(element, "应大于零。", "it must be greater than zero.");
        return value;
    }

    private static long Positive(CallReader call, Element element, long value) => (long)Positive(call, element, (decimal)value);
}
