using System.Globalization;
using System.Text.RegularExpressions;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.NeusoftPipe;

/// <summary>04 one fee line or refund line, 10 all unsettled lines back.</summary>
internal static partial class FeeCalls
{
    private const string Time = "yyyy-MM-dd HH:mm:ss";

    /// <summary>A line's amount is price × quantity, formatted with four decimals.</summary>
    private const decimal FormattingNoise = 0.00005m;

    /// <summary>(3) 审批标志: approved or none needed; not approved, so the whole line is the patient's.</summary>
    private const string Approved = "0", NotApproved = "2";

    private static readonly NumberedField Visit = new(1, "visit.hospital_visit_number", "住院(门诊)号");
    private static readonly NumberedField Prescription = new(2, "lines[0].prescription_number", "处方号");
    private static readonly NumberedField FeeTime = new(3, "lines[0].fee_date", "时间");
    private static readonly NumberedField CentreCode = new(4, "lines[0].local_code", "中心编码");
    private static readonly NumberedField HospitalCode = new(5, "lines[0].local_code", "医院内码");
    private static readonly NumberedField ItemName = new(6, "lines[0].local_name", "名称");
    private static readonly NumberedField Price = new(7, "lines[0].unit_price", "单价");
    private static readonly NumberedField Quantity = new(8, "lines[0].quantity", "数量");
    private static readonly NumberedField Doctor = new(10, "lines[0].doctor", "处方医生");
    private static readonly NumberedField Unit = new(12, "lines[0].unit", "单位");
    private static readonly NumberedField Specification = new(13, "lines[0].specification", "规格");
    private static readonly NumberedField DoseForm = new(14, "lines[0].dose_form", "剂型");
    private static readonly NumberedField Original = new(15, "original_transaction_id", "冲销明细流水号");
    private static readonly NumberedField Amount = new(16, "lines[0].amount_fen", "金额");

    private static readonly NumberedField WithdrawnPrescription = new(2, "line_serials", "处方号");

    public static bool IsLineInPlace(IReadOnlyList<string> fields) =>
        FourDecimals().IsMatch(fields[6]) && TwoDecimals().IsMatch(fields[7]) && fields[8] is "0" or "1" && FourDecimals().IsMatch(fields[15]);

    public static IReadOnlyList<HisOperation> DecodeLine(FieldReader call, PipeSettings settings)
    {
        var price = call.RequiredDecimal(Price, decimalsMax: 4);
        if (price < 0)
            call.Refuse(Price, "不能为负。", "it must not be negative.");
        var quantity = call.RequiredDecimal(Quantity, decimalsMax: 2);
        if (quantity == 0)
            call.Refuse(Quantity, "不能为零。", "it must not be zero.");
        var fen = AmountFen(call, price, quantity);
        var feeDate = call.RequiredDate(FeeTime, Time);
        var visit = new HisVisitReference { HospitalVisitNumber = call.Required(Visit) };
        var code = call.Optional(CentreCode) ?? call.Required(HospitalCode);
        return quantity < 0 ? [Refund(call, visit, quantity, fen)] : [Upload(call, settings, visit, code, price, quantity, fen, feeDate)];
    }

    /// <summary>
    /// (2) × quantity is what the insurance looks at: the price up to its limit, nothing of a line that is the patient's in full. (3) tells such
    /// a line apart from one whose item has no mapping.
    /// </summary>
    public static PipeReply? EncodeLine(HisResult result) => result switch
    {
        FeeLinesStored { Lines: [var line] } stored => Reply(stored.TransactionId, line),
        FeeLineRefunded { Line: { } line } refunded => Reply(refunded.TransactionId, line),
        _ => null,
    };

    /// <summary>The message can name one prescription; the interface's own clients send the visit's number there and mean all of it.</summary>
    public static IReadOnlyList<HisOperation> DecodeWithdrawal(FieldReader call, PipeSettings settings)
    {
        var visit = call.Required(Visit);
        if (call.Optional(WithdrawnPrescription) is { } prescription && prescription != visit)
            call.Refuse(WithdrawnPrescription, "只能删除整个就诊的明细（处方号同住院号）；单条请用 99 冲销。",
                "only all lines of a visit can be deleted, with the visit's number here; undo a single line by 99.");
        return [new WithdrawFeeLines { Visit = new HisVisitReference { HospitalVisitNumber = visit } }];
    }

    public static PipeReply? EncodeWithdrawal(HisResult result) => result is FeeLinesWithdrawn ? new PipeReply() : null;

    private static UploadFeeLines Upload(
        FieldReader call, PipeSettings settings, HisVisitReference visit, string code, decimal price, decimal quantity, long fen, DateOnly feeDate)
    {
        if (call.Optional(Original) is not null)
            call.Refuse(Original, "数量为正时应为空。", "it is empty when the quantity is positive.");
        return new UploadFeeLines
        {
            Visit = visit,
            Lines =
            [
                new HisFeeLine
                {
                    LineSerial = LineSerial(call),
                    PrescriptionNumber = call.Optional(Prescription),
                    LocalCode = code,
                    LocalName = call.Required(ItemName),
                    FeeCategory = settings.OtherFeeCategory,
                    UnitPrice = price,
                    Quantity = quantity,
                    AmountFen = fen,
                    FeeDate = feeDate,
                    Unit = call.Optional(Unit),
                    Specification = call.Optional(Specification),
                    DoseForm = call.Optional(DoseForm),
                    Doctor = call.Optional(Doctor),
                },
            ],
        };
    }

    private static RefundFeeLine Refund(FieldReader call, HisVisitReference visit, decimal quantity, long fen)
    {
        var original = Serials.IdOf(call.Required(Original));
        if (original is null)
            call.Refuse(Original, "不是本接口发出的明细流水号。", "this is no line serial of this interface.");
        return new RefundFeeLine
        {
            Visit = visit,
            OriginalTransactionId = original ?? "",
            Quantity = -quantity,
            AmountFen = -fen,
            LineSerial = LineSerial(call),
        };
    }

    /// <summary>The same document, time, item, price, quantity, original and amount are the same line; who sends it is not.</summary>
    private static string LineSerial(FieldReader call) => LineIdentity.Of([Prescription, FeeTime, CentreCode, HospitalCode, Price, Quantity, Original, Amount], call);

    private static long AmountFen(FieldReader call, decimal price, decimal quantity)
    {
        var amount = call.RequiredDecimal(Amount, decimalsMax: 4);
        var product = price * quantity;
        // Sites that keep amounts in fen send them rounded.
        if (Math.Abs(amount - product) > FormattingNoise && amount != decimal.Round(product, 2, MidpointRounding.AwayFromZero))
            call.Refuse(Amount, "不等于单价乘数量。", "it is not price times quantity.");
        return Amounts.RoundToFen(product);
    }

    private static PipeReply Reply(string transactionId, HisSplitLine line)
    {
        var price = line switch
        {
            { FullSelfPayFen: not 0 } or { Quantity: 0 } => 0,
            { OverLimitFen: 0 } => line.UnitPrice,
            _ => ((decimal)line.AmountFen - line.OverLimitFen) / 100m / line.Quantity,
        };
        return new PipeReply().Add(Serials.Of(transactionId)).Add(decimal.Round(price, 4, MidpointRounding.AwayFromZero).ToString("0.0000", CultureInfo.InvariantCulture))
            .Add(line is { ExchangeCode: null, FullSelfPayFen: not 0 } ? NotApproved : Approved);
    }

    [GeneratedRegex(@"\A-?\d{1,12}\.\d{4}\z", RegexOptions.CultureInvariant)]
    private static partial Regex FourDecimals();

    [GeneratedRegex(@"\A-?\d{1,12}\.\d{2}\z", RegexOptions.CultureInvariant)]
    private static partial Regex TwoDecimals();
}
