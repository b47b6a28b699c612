using System.Text.Json.Nodes;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.NationalJson;

/// <summary>2301 lines and refunds, 2302 withdrawal.</summary>
internal static class FeeMessages
{
    private const string EveryLine = "0000";

    /// <summary>Lines carry no category: the catalogue has it, and an item in no catalogue is "other".</summary>
    private const string OtherCategory = "14";

    /// <summary>医院审批标志 hosp_appr_flag: 0 none needed, 1 approved, 2 not approved.</summary>
    private const string ApprovedByHospital = "1";

    /// <summary>unchk_flag: the doctor says that the line needs no audit, and why.</summary>
    private const string UnauditedByDoctor = "2";

    /// <summary>The output buffer of the DLL's clients has 50000 bytes; a reply that does not fit would be lost after the lines are stored.</summary>
    private const int DllLinesMax = 70;

    public static HisOperation Upload(CallReader call)
    {
        var rows = call.Input.Rows(Fields.Lines) ?? [];
        if (rows.Count == 0)
            call.Input.Missing(Fields.Lines);
        if (call.IsFromDll && rows.Count > DllLinesMax)
            call.Input.Invalid(Fields.Lines, $"动态库接口一次最多上传{DllLinesMax}条。", $"at most {DllLinesMax} lines at a time through the DLL.");
        // One client says the visit in a second node beside the rows.
        var besides = call.Input.Child("data")?.Optional(Fields.VisitOfUpload);
        return new UploadFeeLines { Visit = OneVisit(rows, besides), Lines = [.. rows.Select(row => Line(call, row))] };
    }

    public static JsonNode? Stored(CallState state, HisResult result) => result is not FeeLinesStored stored ? null : new JsonObject
    {
        ["result"] = SplitLines.Of(state.Variant, stored.Lines),
    };

    /// <summary>A list with one client, an object with the others; 0000 anywhere means every line.</summary>
    public static HisOperation Withdraw(CallReader call)
    {
        var rows = call.Input.Rows(Fields.Withdrawn) ?? [call.Node("feeinfo")];
        if (rows.Count == 0)
            call.Input.Missing(Fields.Withdrawn);
        var serials = rows.Select(row => row.Required(Fields.LineSerial)).ToList();
        return new WithdrawFeeLines { Visit = OneVisit(rows, null), LineSerials = serials.Contains(EveryLine) ? null : serials };
    }

    private static HisVisitReference OneVisit(IReadOnlyList<ObjectReader> rows, string? besides)
    {
        string? visit = null;
        foreach (var row in rows)
        {
            var own = row.Optional(Fields.Visit) ?? besides ?? row.Required(Fields.Visit);
            if (own != (visit ??= own))
                row.Invalid(Fields.Visit, "一次只能处理同一就诊的明细。", "one message is about one visit.");
        }

        return new HisVisitReference { VisitNumber = visit ?? "" };
    }

    private static HisFeeLine Line(CallReader call, ObjectReader row)
    {
        var code = row.Required(call.Settings.ItemCode);
        return new HisFeeLine
        {
            LineSerial = row.Required(Fields.LineSerial),
            PrescriptionNumber = row.Optional(Fields.Prescription),
            LocalCode = code,
            LocalName = row.Optional(Fields.ItemName) ?? code,
            DeclaredCode = row.Optional(Fields.NationalCode),
            FeeCategory = row.Optional(Fields.FeeCategory) ?? OtherCategory,
            UnitPrice = UnitPrice(row),
            Quantity = Quantity(row),
            AmountFen = row.RequiredFen(Fields.Amount),
            FeeDate = row.RequiredDate(Fields.FeeTime),
            Specification = row.Optional(Fields.Specification),
            DoseForm = row.Optional(Fields.DoseForm),
            Department = row.Optional(Fields.LineDepartment),
            Doctor = row.Optional(Fields.LineDoctor),
            RestrictedUseReason = RestrictedUseReason(row),
        };
    }

    // A reason of its own has no place: the hospital's approval stands for it, in the words of the remark when there are any.
    private static string? RestrictedUseReason(ObjectReader row) =>
        row.Optional(Fields.Unaudited) == UnauditedByDoctor && row.Optional(Fields.UnauditedReason) is { } stated ? stated
        : row.Optional(Fields.HospitalApproval) == ApprovedByHospital ? row.Optional(Fields.LineRemark) ?? "医院审批通过"
        : null;

    private static decimal UnitPrice(ObjectReader row)
    {
        var price = row.RequiredDecimal(Fields.UnitPrice, decimalsMax: 4);
        if (price < 0)
            row.Invalid(Fields.UnitPrice, "不能为负；退单以负数量表示。", "it must not be negative; a refund has a negative quantity.");
        return price;
    }

    // Sign and original must agree: which of the two is the mistake would be a guess with money.
    private static decimal Quantity(ObjectReader row)
    {
        var quantity = row.RequiredDecimal(Fields.Quantity, decimalsMax: 2);
        var refunded = row.Optional(Fields.RefundedSerial);
        if (quantity == 0)
            row.Invalid(Fields.Quantity, "不能为零。", "it must not be zero.");
        if (quantity < 0 && refunded is null)
            row.Missing(Fields.RefundedSerial);
        if (quantity > 0 && refunded is not null)
            row.Invalid(Fields.Quantity, "退单（填有 init_feedetl_sn）的数量应为负数。", "the quantity of a refund (init_feedetl_sn is filled in) is negative.");
        return quantity;
    }
}
