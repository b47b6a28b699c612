using Provincial.Exchange.V1;
using ProvincialGateway.Ledger;

namespace ProvincialGateway.Reconciliation;

/// <summary>Every "no" to a question about a ledger: nothing was done, and a question may be asked anew.</summary>
internal static class ReconciliationRefusals
{
    public static Refusal MissingField(LedgerSide side, string field) => Of(RefusalCode.MissingField, side, field, $"缺少必填项 {field}。", $"mandatory field {field} is empty.");

    public static Refusal InvalidField(LedgerSide side, string field, string zh, string en) =>
        Of(RefusalCode.InvalidField, side, field, $"{field} 的值不正确：{zh}。", $"field {field} is not valid: {en}.");

    private static Refusal Of(RefusalCode code, LedgerSide side, string field, string zh, string en) => new()
    {
        Code = code,
        Side = side is LedgerSide.Treatment ? Side.Treatment : Side.Insured,
        Field = field,
        MessageZh = zh,
        MessageEn = en,
        NextStepZh = "请对账的一方更正后用新的交易流水号再问。",
        NextStepEn = "The side that reconciles corrects it and asks with a new transaction id.",
    };
}
