using System.Collections.Frozen;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.YunnanYdjy;

/// <summary>99: the technical undoing of a transaction whose result the client never learned.</summary>
internal static class ReversalCalls
{
    private const string NothingToUndo = "0";
    private const string Undone = "1";
    private const string Forbidden = "2";

    /// <summary>
    /// What OldTransCode means. Null trusts the serial alone: clients write 11 when they reverse a 12 or a 23, and a 15 is either of two
    /// operations. A 22 is reversed under the serial of the 11 it undid, so it must be named, or the registration itself would fall.
    /// </summary>
    private static readonly FrozenDictionary<string, string?> Operations = new Dictionary<string, string?>
    {
        ["11"] = null,
        ["12"] = nameof(UploadFeeLines),
        ["14"] = nameof(Settle),
        ["15"] = null,
        ["21"] = nameof(CancelSettlement),
        ["22"] = nameof(CancelAdmission),
        ["23"] = nameof(RefundFeeLine),
        ["24"] = nameof(WithdrawFeeLines),
    }.ToFrozenDictionary();

    /// <summary>The refusals by which the books forbid an undoing; clients know them as CANCELSTAT 2.</summary>
    private static readonly FrozenSet<string> ForbiddingCodes = ["NOT_REVERSIBLE", "VISIT_STATE", "SETTLEMENT_STATE", "PERIOD_CLOSED"];

    public static HisOperation Decode(CallReader call)
    {
        var code = call.Required(Elements.OldTransCode);
        if (!Operations.TryGetValue(code, out var operation))
            call.Refuse(Elements.OldTransCode, "应为 11、12、14、15、21、22、23 或 24。", "11, 12, 14, 15, 21, 22, 23 or 24 is expected.");
        return new ReverseTransaction { OriginalTransactionId = call.Required(Elements.OldSenderSerial), OriginalOperation = operation };
    }

    /// <summary>
    /// A void serial and one that is undone already are both 无需冲正 to a client, which leaves the line "not sent" in either case. A
    /// forbidden reversal is no failure of the call, so its reason travels beside CANCELSTAT.
    /// </summary>
    public static OutputXml? Encode(CallReader call, HisResult result) => result switch
    {
        TransactionReversed { Effect: HisReversalEffect.Undone } => new OutputXml().Add("CANCELSTAT", Undone),
        TransactionReversed => new OutputXml().Add("CANCELSTAT", NothingToUndo),
        HisRefusal refusal when ForbiddingCodes.Contains(refusal.Code) => new OutputXml().Add("CANCELSTAT", Forbidden).AddFreeText("CANCELMSG", refusal.Text),
        _ => null,
    };
}
