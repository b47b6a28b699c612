using System.Globalization;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.NeusoftCaret;

/// <summary>2310 fee lines, 2320 fee lines back.</summary>
internal static class FeeCalls
{
    /// <summary>What clients put into 中心编码 of an item they have no code for.</summary>
    private const string NoCentreCode = "AAAA";

    private const int RowsMax = 50;

    private static readonly NumberedField Visit = new(1, "visit.hospital_visit_number", "流水号");
    private static readonly NumberedField UndoneUpload = new(2, "original_transaction_id", "被撤销交易流水号");

    public static readonly RowLayout Withdrawal = new(5, (3, 20));

    public static RowLayout Lines(Profile profile) => new(
        profile switch { Profile.Nc => 23, Profile.Gx => 25, _ => 28 }, (8, 50), (12, 100), (14, 20), (15, 20), (16, 20), (17, 100), (18, 20), (19, 20), (22, 20), (23, 20));

    public static IReadOnlyList<HisOperation> DecodeLines(CaretCall call)
    {
        if (call.Rows.Count > RowsMax)
            call.Refuse(Refusals.Malformed("row count", $"一次最多 {RowsMax} 行。", $"at most {RowsMax} rows are taken at once."));
        var visit = call.Head.Required(Visit);
        var lines = new List<HisFeeLine>(call.Rows.Count);
        foreach (var (index, row) in call.Rows.Index())
        {
            if (row.Required(Visit) != visit)
                row.Refuse(Visit, "与第一行不是同一就诊。", "it is another visit than the first row's.");
            lines.Add(Line(call, row, index));
        }

        // 金额 and its two parts are at most as long as the amount; class, marks and delimiters follow.
        call.RefuseReplyOf(lines.Sum(line => (3 * (Amounts.Yuan(line.AmountFen).Length + 1)) + 16));
        return [new UploadFeeLines { Visit = new HisVisitReference { HospitalVisitNumber = visit }, Lines = Numbered(lines) }];
    }

    /// <summary>SDZ has one field more in front. 自费 holds what exceeds a price limit too.</summary>
    public static CaretOutput? EncodeLines(CaretCall call, HisResult result)
    {
        if (result is not FeeLinesStored stored)
            return null;
        var output = new CaretOutput();
        foreach (var line in stored.Lines)
        {
            output.Row();
            if (call.Settings.Profile == Profile.Sdz)
                output.AddPlainYuan(line.OverLimitFen);
            output.AddPlainYuan(line.AmountFen).AddPlainYuan(line.PreSelfPayFen).AddPlainYuan((decimal)line.FullSelfPayFen + line.OverLimitFen)
                .Add(line.ItemClass, IsSelfPaid(line) ? "1" : "0", "0", "");
        }

        return output;
    }

    /// <summary>
    /// Everything, or one upload by the serial its reply began with. The hospital's own serials are not unique, so none of them can name an
    /// upload.
    /// </summary>
    public static IReadOnlyList<HisOperation> DecodeWithdrawal(CaretCall call)
    {
        var visit = new HisVisitReference { HospitalVisitNumber = call.Head.Required(Visit) };
        if (call.Head.Optional(UndoneUpload) is not { } upload)
            return [new WithdrawFeeLines { Visit = visit }];
        if (!NodeNumbers.IsTransaction(upload))
            call.Head.Refuse(UndoneUpload, "应为空（全部撤销）或上传应答第一段的中心交易流水号。", "leave it empty for all lines, or give the serial the upload's reply began with.");
        return [new ReverseTransaction { OriginalTransactionId = upload, OriginalOperation = nameof(UploadFeeLines) }];
    }

    public static CaretOutput? EncodeWithdrawal(CaretCall call, HisResult result) =>
        result is FeeLinesWithdrawn or TransactionReversed { Effect: not HisReversalEffect.Voided } ? CaretOutput.Nothing : null;

    public static bool IsSelfPaid(HisSplitLine line) => line.FullSelfPayFen != 0 && line.FullSelfPayFen == line.AmountFen;

    /// <summary>
    /// The price with four decimals. Some clients send amount ÷ quantity with up to 28: what the hospital charged is the amount, and the rounded
    /// price must give it back, else the line says two things and is refused.
    /// </summary>
    public static (decimal Price, long AmountFen) PriceAndAmount(FieldReader row, NumberedField price, decimal quantity, long? amountFen)
    {
        var exact = row.RequiredUnformatted(price, decimalsMax: 28);
        if (exact < 0)
            row.Refuse(price, "不能为负。", "it must not be negative.");
        var rounded = decimal.Round(exact, 4, MidpointRounding.AwayFromZero);
        var fen = amountFen ?? Amounts.RoundToFen(exact * quantity);
        if (Amounts.RoundToFen(rounded * quantity) != fen)
            row.Refuse(price, "保留四位小数后乘数量不等于金额。", "rounded to four decimals, it times the quantity is not the amount.");
        return (rounded, fen);
    }

    public static decimal Quantity(FieldReader row, NumberedField field)
    {
        var quantity = row.RequiredUnformatted(field, decimalsMax: 2);
        if (quantity == 0)
            row.Refuse(field, "不能为零。", "it must not be zero.");
        return quantity;
    }

    /// <summary>Equal rows of one message are as many lines; sent again they are the same ones.</summary>
    public static List<HisFeeLine> Numbered(IEnumerable<HisFeeLine> lines)
    {
        var seen = new Dictionary<string, int>();
        return [.. lines.Select(line =>
        {
            var times = seen[line.LineSerial] = seen.GetValueOrDefault(line.LineSerial) + 1;
            return times == 1 ? line : line with { LineSerial = string.Create(CultureInfo.InvariantCulture, $"{line.LineSerial}#{times}") };
        })];
    }

    private static HisFeeLine Line(CaretCall call, FieldReader row, int index)
    {
        NumberedField Field(int number, string name, string chinese) => new(number, $"lines[{index}].{name}", chinese);
        var (category, prescription, time) = (Field(3, "fee_category", "费用类别"), Field(4, "prescription_number", "处方号"), Field(5, "fee_date", "处方日期"));
        var (own, centre) = (Field(6, "local_code", "医院内码"), Field(7, "local_code", "中心编码"));
        var (price, quantity) = (Field(9, "unit_price", "单价"), Field(10, "quantity", "数量"));
        var amount = Field(call.Settings.Profile == Profile.Sdz ? 25 : 0, "amount_fen", "金额");
        var number = Quantity(row, quantity);
        var (unitPrice, fen) = PriceAndAmount(row, price, number, row.OptionalFen(amount));
        return new HisFeeLine
        {
            LineSerial = LineIdentity.Of([prescription, time, own, centre, price, quantity, amount], row),
            PrescriptionNumber = row.Optional(prescription),
            LocalCode = LocalCode(call, row, own, centre),
            LocalName = row.Required(Field(8, "local_name", "名称")),
            DeclaredCode = call.Settings.IsKeyedByHospitalCode ? CentreCode(row, centre) : null,
            FeeCategory = row.Optional(category) ?? call.Settings.OtherFeeCategory,
            UnitPrice = unitPrice,
            Quantity = number,
            AmountFen = fen,
            FeeDate = row.RequiredDate(time, VisitCalls.Time, VisitCalls.Day),
            DoseForm = row.Optional(Field(11, "dose_form", "剂型")),
            Specification = row.Optional(Field(12, "specification", "规格")),
            Doctor = row.Optional(Field(16, "doctor", "处方医师")) ?? row.Optional(Field(15, "doctor", "医生姓名")),
            Unit = row.Optional(Field(18, "unit", "单位")),
            Department = row.Optional(Field(19, "department", "科别名称")),
        };
    }

    /// <summary>The code the province's catalogue is keyed by; an unmapped item is known only by the hospital's own.</summary>
    public static string LocalCode(CaretCall call, FieldReader row, NumberedField own, NumberedField centre) =>
        call.Settings.IsKeyedByHospitalCode ? row.Required(own) : CentreCode(row, centre) ?? row.Required(own);

    public static string? CentreCode(FieldReader row, NumberedField centre) => row.Optional(centre) is { } code && code != NoCentreCode ? code : null;
}
