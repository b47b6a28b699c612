using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.NeusoftPipe;

/// <summary>
/// Results as lines. There is one failure, <c>-1|text</c>, so the text has to say which kind it is: a refusal begins with its code, an unknown
/// result with <c>[PENDING]</c> and a bill that waits for a mapping with <c>[WAITING]</c>. After those two the client sends the very same line
/// again to learn the result: repeats are recognised by what they are about.
/// </summary>
internal static class Answers
{
    private const string AskAgainChinese = "请勿当作失败重新登记、收费或冲销；稍后原样重发本交易即可得到结果。";
    private const string AskAgainEnglish = "Do not register, charge or undo anew; send this very call again later to get the result.";

    public static string To(Transaction? transaction, IReadOnlyList<HisResult> results)
    {
        if (results.FirstOrDefault(result => transaction?.Encode(result) is null) is { } failed)
            return Failed(failed, results.Any(result => transaction?.Encode(result) is not null));
        return transaction!.Encode(results[0])!.Line() ?? Unspoken(results[0]);
    }

    public static string Refused(HisRefusal refusal) =>
        PipeReply.Failed(refusal.Text, $"[{refusal.Code}] {refusal.Chinese} {refusal.NextStepChinese}");

    private static string Failed(HisResult result, bool otherPartDone)
    {
        // The only message of two parts is an update that is a discharge too.
        var (doneChinese, doneEnglish) = otherPartDone ? ("本次更新的另一部分已办理。", " The other part of this update is done.") : ("", "");
        return result switch
        {
            HisRefusal refusal => Refused(refusal with { Chinese = refusal.Chinese + doneChinese, English = refusal.English + doneEnglish }),
            HisPending pending => Pending(pending),
            TransactionReversed { Effect: HisReversalEffect.Voided } => PipeReply.Failed(
                "[UNKNOWN_SERIAL] 本节点没有发出过该流水号，没有可冲销的业务。请核对流水号。 / this node never issued that serial, nothing was undone. Check the serial."),
            _ => Unspoken(result),
        };
    }

    private static string Pending(HisPending pending)
    {
        var mark = pending.WaitingFor.Count > 0 ? $"[WAITING] 等待对照 {string.Join(' ', pending.WaitingFor)}：" : "[PENDING] 结果未明：";
        return PipeReply.Failed(
            $"{mark}{pending.Chinese} {AskAgainChinese} / {pending.English} {AskAgainEnglish}",
            $"{mark}{pending.Chinese} {AskAgainChinese}",
            $"{mark}{AskAgainChinese} {pending.TransactionId}");
    }

    private static string Unspoken(HisResult result) => PipeReply.Failed(
        $"[UNSPOKEN] 处理结果无法用本接口表示，交易流水号 {result.TransactionId}。请先查询，勿重复办理。 / the result of transaction {result.TransactionId} cannot be expressed here; query it before trying again.");
}
