using System.Globalization;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.YinhaiXml;

/// <summary>31 lines, 32 one line back, 33 all lines back.</summary>
internal static class FeeCalls
{
    /// <summary>What clients put into yka002 when an item has no centre code.</summary>
    private const string NoCentreCode = "NCL99999999";

    private const string Stored = "1";
    private const string NotStored = "-1";

    /// <summary>Only akc190 of the head is read: one caller swaps the others.</summary>
    public static HisOperation DecodeUpload(CallReader call) => new UploadFeeLines
    {
        Visit = new HisVisitReference { VisitNumber = call.Required(Elements.VisitOfLines) },
        Lines = call.Lines(Line),
    };

    /// <summary>yka315 = yka317 + yka318 + yka319: what exceeds a price limit is paid by the patient in full and counts to yka317.</summary>
    public static Output? EncodeUpload(CallReader call, HisResult result)
    {
        var visit = call.Optional(Elements.VisitOfLines);
        return result is FeeLinesStored stored
            ? new Output().AddRows(stored.Lines.Select(line => Output.Row(
                ("akc190", visit), ("yka105", line.LineSerial), ("yka317", Output.Yuan((decimal)line.FullSelfPayFen + line.OverLimitFen)),
                ("yka318", Output.Yuan(line.PreSelfPayFen)), ("yka319", Output.Yuan(line.InScopeFen)), ("code", Stored), ("message", ""))))
            : null;
    }

    /// <summary>
    /// A call is stored as a whole or not at all, so every row failed; the one that is to blame says why. Clients mark rows as sent before they
    /// look at the rows' codes, therefore the call fails too.
    /// </summary>
    public static Output EncodeRefusedUpload(CallReader call, HisRefusal refusal)
    {
        var visit = call.Optional(Elements.VisitOfLines);
        var rows = call.Lines(static line => line.Optional(Elements.LineSerial));
        return new Output().AddRows(rows.Select((serial, index) => Output.Row(
            ("akc190", visit), ("yka105", serial), ("yka317", ""), ("yka318", ""), ("yka319", ""), ("code", NotStored),
            ("message", IsAbout(refusal, index) ? refusal.Text : "同批其他明细被拒，本条未写入。 | not stored, because another line of the call was refused."))));
    }

    public static HisOperation DecodeWithdrawal(CallReader call) => new WithdrawFeeLines { Visit = VisitCalls.Visit(call), LineSerials = [call.Required(Elements.WithdrawnSerial)] };

    public static HisOperation DecodeWithdrawalOfAll(CallReader call) => new WithdrawFeeLines { Visit = VisitCalls.Visit(call) };

    public static Output? EncodeWithdrawal(CallReader call, HisResult result) => result is FeeLinesWithdrawn ? new Output() : null;

    private static bool IsAbout(HisRefusal refusal, int index) =>
        !refusal.Field.StartsWith("lines[", StringComparison.Ordinal) || refusal.Field.StartsWith(string.Create(CultureInfo.InvariantCulture, $"lines[{index}]"), StringComparison.Ordinal);

    public static HisFeeLine Line(CallReader row)
    {
        var price = row.RequiredDecimal(Elements.UnitPrice, decimalsMax: 4);
        if (price < 0)
            row.Refuse(Elements.UnitPrice, "单价不能为负；退费请用负数量。", "a price is not negative; a refund line has a negative quantity.");
        var quantity = row.RequiredDecimal(Elements.Quantity, decimalsMax: 2);
        if (quantity == 0)
            row.Refuse(Elements.Quantity, "数量不能为 0。", "a quantity is not 0.");
        return new HisFeeLine
        {
            LineSerial = row.Required(Elements.LineSerial),
            LocalCode = LocalCode(row),
            LocalName = row.Required(Elements.HospitalName),
            FeeCategory = row.Settings.UnlistedFeeCategory,
            UnitPrice = price,
            Quantity = quantity,
            AmountFen = row.RequiredFen(Elements.Amount),
            FeeDate = row.RequiredDate(Elements.FeeTime),
            Unit = row.Optional(Elements.Unit),
            Specification = row.Optional(Elements.Specification),
            DoseForm = row.Optional(Elements.DoseForm),
            Department = row.Optional(Elements.LineDepartment),
            Doctor = row.Optional(Elements.LineDoctor),
        };
    }

    // The province's catalogue is keyed by centre code; an unmapped item is known only by the hospital's own code.
    private static string LocalCode(CallReader row) =>
        row.Optional(Elements.CentreCode) is { } centre && centre != NoCentreCode ? centre : row.Required(Elements.HospitalCode);
}
