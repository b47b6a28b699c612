using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Values;

namespace ProvincialGateway.Catalogue;

/// <summary>Why a line has no translation.</summary>
public sealed record LineFault
{
    /// <summary>The code of a fault that a mapping would cure.</summary>
    public const string UnmappedCode = "UNMAPPED_CODE";

    /// <summary><see cref="UnmappedCode"/>, AMOUNT_MISMATCH or INVALID_FIELD.</summary>
    public required string Code { get; init; }

    public required RefusingSide Side { get; init; }

    /// <summary>Field of the line, e.g. <c>local_code</c>.</summary>
    public required string Field { get; init; }

    public required string Chinese { get; init; }

    public required string English { get; init; }

    public required string NextStepChinese { get; init; }

    public required string NextStepEnglish { get; init; }

    /// <param name="index">Place of the line in its request, from 0.</param>
    public HisRefusal ToRefusal(string transactionId, int index) => new()
    {
        TransactionId = transactionId,
        Code = Code,
        Side = Side,
        Field = $"lines[{index}].{Field}",
        Chinese = $"第 {index + 1} 条明细：{Chinese}",
        English = $"line {index + 1}: {English}",
        NextStepChinese = NextStepChinese,
        NextStepEnglish = NextStepEnglish,
    };
}

internal static class LineFaults
{
    public static LineFault Invalid(string field, string chinese, string english) =>
        OfTheHospital("INVALID_FIELD", field, chinese, english);

    public static LineFault AmountMismatch(Fen stated, Fen computed, UnitPrice price, Quantity quantity) =>
        OfTheHospital("AMOUNT_MISMATCH", "amount_fen",
            $"金额 {stated} 与单价 {price} × 数量 {quantity} = {computed}（四舍五入到分）不符。",
            $"amount {stated} is not unit price {price} × quantity {quantity} = {computed} (rounded half away from zero to the fen).");

    public static LineFault NoMapping(HisFeeLine line) =>
        OfTheProvince("local_code",
            $"项目“{Shown.Of(line.LocalCode)}”{Shown.Of(line.LocalName)} 在 {line.FeeDate.Iso()} 没有有效的目录对照。",
            $"item '{Shown.Of(line.LocalCode)}' {Shown.Of(line.LocalName)} has no mapping in force on {line.FeeDate.Iso()}.");

    public static LineFault NoFeeCategory(HisFeeLine line) =>
        OfTheProvince("fee_category",
            $"项目“{Shown.Of(line.LocalCode)}”不在目录中，其收费类别“{Shown.Of(line.FeeCategory)}”也没有对照。",
            $"item '{Shown.Of(line.LocalCode)}' is not in the catalogue and its fee category '{Shown.Of(line.FeeCategory)}' has no exchange code either.");

    private static LineFault OfTheHospital(string code, string field, string chinese, string english) => new()
    {
        Code = code,
        Side = RefusingSide.Hospital,
        Field = field,
        Chinese = chinese,
        English = english,
        NextStepChinese = "请更正该明细后重新上传。",
        NextStepEnglish = "Correct the line and upload it again.",
    };

    private static LineFault OfTheProvince(string field, string chinese, string english) => new()
    {
        Code = LineFault.UnmappedCode,
        Side = RefusingSide.Treatment,
        Field = field,
        Chinese = chinese,
        English = english,
        NextStepChinese = "请核对编码；编码无误时请省中心补充对照，对照生效后重新上传。",
        NextStepEnglish = "Check the code; if it is right, ask the provincial centre for the mapping and upload again once it is in force.",
    };
}

/// <summary>A value of a hospital inside a message: short enough for the single message field of old dialects.</summary>
internal static class Shown
{
    private const int LengthMax = 40;

    public static string Of(string value) => value.Length <= LengthMax ? value : string.Concat(value.AsSpan(0, LengthMax), "…");
}
