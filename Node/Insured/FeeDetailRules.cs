using Provincial.Exchange.V1;
using ProvincialGateway.Ledger;
using ProvincialGateway.Network;
using ProvincialGateway.Values;

namespace ProvincialGateway.Insured;

/// <summary>Whether a start is the settled bill's and a chunk keeps to the contract. Pure.</summary>
internal static class FeeDetailRules
{
    private static readonly string[] ItemClasses = ["01", "02", "03"];
    private static readonly string[] CatalogueKinds = ["101", "102", "103", "104", "201", "301"];

    /// <param name="settled">The bill that was settled.</param>
    public static Refusal? FaultIn(FeeDetailStart start, Bill settled)
    {
        if (start.Charges is null)
            return InsuredRefusals.MissingField("start.charges");
        if (start.LinesSha256.Length != 32)
            return InsuredRefusals.InvalidField("start.lines_sha256", "应为 32 字节", "32 bytes are expected");
        if (start.LineCount is < 1 or > FeeDetailLimits.LinesOfBillMax)
            return InsuredRefusals.InvalidField("start.line_count", $"应为 1..{FeeDetailLimits.LinesOfBillMax}", $"1..{FeeDetailLimits.LinesOfBillMax} is expected");
        if (start.LineCount != settled.LineCount)
            return InsuredRefusals.InvalidField(
                "start.line_count", $"为 {start.LineCount} 行，结算为 {settled.LineCount} 行", $"{start.LineCount} lines are announced, {settled.LineCount} were settled");
        foreach (var (part, stated, other) in ChargeParts.Of(start.Charges, settled.Charges))
        {
            if (stated != other)
                return InsuredRefusals.NotSettledCharges($"start.charges.{part}", stated, other);
        }
        return null;
    }

    /// <param name="lineCount">Of the whole transfer.</param>
    public static Refusal? FaultIn(FeeDetailChunk chunk, int lineCount)
    {
        if (chunk.Lines.Count is 0 or > FeeDetailLimits.LinesOfChunkMax)
            return InsuredRefusals.InvalidField("chunk.lines", $"每批 1..{FeeDetailLimits.LinesOfChunkMax} 行", $"a chunk has 1..{FeeDetailLimits.LinesOfChunkMax} lines");
        if (chunk.CalculateSize() >= FeeDetailLimits.ChunkBytesMax)
            return InsuredRefusals.InvalidField("chunk", "应小于 1 MiB", "a chunk stays below 1 MiB");
        if (chunk.FirstLineNumber < 1 || chunk.FirstLineNumber > lineCount - chunk.Lines.Count + 1)
            return InsuredRefusals.InvalidField("chunk.first_line_number", $"行号应在 1..{lineCount} 之内", $"line numbers lie within 1..{lineCount}");
        for (var index = 0; index < chunk.Lines.Count; index++)
        {
            if (chunk.Lines[index].LineNumber != chunk.FirstLineNumber + index)
                return InsuredRefusals.InvalidField($"chunk.lines[{index}].line_number", "行号应连续", "line numbers are consecutive");
            if (FaultIn(chunk.Lines[index]) is var (field, chinese, english))
                return InsuredRefusals.InvalidField($"chunk.lines[{index}].{field}", chinese, english);
        }
        return null;
    }

    private static (string Field, string Chinese, string English)? FaultIn(FeeDetailLine line)
    {
        foreach (var (field, text, isMandatory, charactersMax) in Texts(line))
        {
            if (isMandatory && text.Length == 0)
                return (field, "不能为空", "it may not be empty");
            if (text.Length > charactersMax)
                return (field, $"超过 {charactersMax} 个字符", $"more than {charactersMax} characters");
            if (text.Any(char.IsControl))
                return (field, "含有控制字符", "it contains a control character");
        }
        return CodeFault(line) ?? FigureFault(line);
    }

    private static (string Field, string Chinese, string English)? CodeFault(FeeDetailLine line) => line switch
    {
        _ when !ItemClasses.Contains(line.ItemClass) => ("item_class", "应为 01..03", "01..03 is expected"),
        _ when !CatalogueKinds.Contains(line.CatalogueKind) => ("catalogue_kind", "不是交换码", "not an exchange code"),
        _ when line.FeeCategory is not { Length: 2 } category || !int.TryParse(category, out var number) || number is < 1 or > 14 => ("fee_category", "应为 01..14", "01..14 is expected"),
        _ when !ChinaTime.TryParseIso(line.FeeDate, out _) => ("fee_date", "应为 yyyy-MM-dd", "yyyy-MM-dd is expected"),
        _ when !Enum.IsDefined(line.MappingQuality) => ("mapping_quality", "不是本协议的值", "not a value of this contract"),
        _ when (line.MappingQuality is MappingQuality.Unmapped) != (line.ExchangeCode.Length == 0) => ("mapping_quality", "与交换码是否为空不一致", "it contradicts the exchange code"),
        _ => null,
    };

    private static (string Field, string Chinese, string English)? FigureFault(FeeDetailLine line) => line switch
    {
        { UnitPriceTenThousandths: < 0 } => ("unit_price_ten_thousandths", "不能为负", "it is not negative"),
        { QuantityHundredths: 0 } => ("quantity_hundredths", "不能为零", "it is never zero"),
        { SelfPayBasisPoints: < 0 or > 10_000 } => ("self_pay_basis_points", "应为 0..10000", "0..10000 is expected"),
        { HasPriceLimitTenThousandths: true, PriceLimitTenThousandths: < 0 } => ("price_limit_ten_thousandths", "不能为负", "it is not negative"),
        { Charges: null } => ("charges", "不能为空", "it may not be empty"),
        _ when ChargeParts.Of(line.Charges).Any(part => Int128.Abs(part.Amount) > SettlementFigures.AmountMaxFen) => ("charges", "金额过大", "an amount is too large"),
        _ when line.Charges.TotalFen != line.Charges.FullSelfPayFen + line.Charges.OverLimitFen + line.Charges.PreSelfPayFen + line.Charges.InScopeFen =>
            ("charges.total_fen", "不等于四部分之和", "not the sum of its four parts"),
        _ when ChargeParts.Of(line.Charges).Any(part => part.Amount != 0 && part.Amount > 0 != line.QuantityHundredths > 0) =>
            ("charges", "某一部分与数量正负相反", "a part has the opposite sign of the quantity"),
        // What a refund takes back may be the rest of its line, to the fen.
        { OriginalLineSerial.Length: 0 } when line.Charges.TotalFen != AmountOf(line) => ("charges.total_fen", "不等于单价×数量", "not price × quantity"),
        _ => null,
    };

    // Half a fen away from zero: |price × quantity| is in 1/1,000,000 yuan, of which 10,000 make a fen.
    private static Int128 AmountOf(FeeDetailLine line)
    {
        var fen = ((2 * Int128.Abs((Int128)line.UnitPriceTenThousandths * line.QuantityHundredths)) + 10_000) / 20_000;
        return line.QuantityHundredths < 0 ? -fen : fen;
    }

    private static IEnumerable<(string Field, string Text, bool IsMandatory, int CharactersMax)> Texts(FeeDetailLine line) =>
    [
        ("line_serial", line.LineSerial, true, FeeDetailLimits.TextMax),
        ("original_line_serial", line.OriginalLineSerial, false, FeeDetailLimits.TextMax),
        ("prescription_number", line.PrescriptionNumber, false, FeeDetailLimits.TextMax),
        ("local_code", line.LocalCode, true, FeeDetailLimits.TextMax),
        ("local_name", line.LocalName, false, FeeDetailLimits.TextMax),
        ("exchange_code", line.ExchangeCode, false, FeeDetailLimits.TextMax),
        ("exchange_name", line.ExchangeName, false, FeeDetailLimits.TextMax),
        ("catalogue_version", line.CatalogueVersion, true, FeeDetailLimits.TextMax),
        ("restricted_use_reason", line.RestrictedUseReason, false, FeeDetailLimits.RestrictedUseReasonMax),
        ("unit", line.Unit, false, FeeDetailLimits.TextMax),
        ("specification", line.Specification, false, FeeDetailLimits.TextMax),
        ("dose_form", line.DoseForm, false, FeeDetailLimits.TextMax),
        ("department", line.Department, false, FeeDetailLimits.TextMax),
        ("doctor", line.Doctor, false, FeeDetailLimits.TextMax),
        ("approval_number", line.ApprovalNumber, false, FeeDetailLimits.TextMax),
    ];
}

/// <summary>The figures of <see cref="Charges"/> by their names in the contract.</summary>
internal static class ChargeParts
{
    public static IEnumerable<(string Part, long Amount)> Of(Charges charges)
    {
        yield return ("total_fen", charges.TotalFen);
        yield return ("full_self_pay_fen", charges.FullSelfPayFen);
        yield return ("over_limit_fen", charges.OverLimitFen);
        yield return ("pre_self_pay_fen", charges.PreSelfPayFen);
        yield return ("in_scope_fen", charges.InScopeFen);
    }

    public static IEnumerable<(string Part, long Left, long Right)> Of(Charges left, Charges right) =>
        Of(left).Zip(Of(right), (first, second) => (first.Part, first.Amount, second.Amount));
}
