using System.Globalization;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.NeusoftCaret;

/// <summary>One reply before it is framed: what the C function returns and what it puts into its buffer.</summary>
/// <param name="Value">0 done (1 where a client wants it), −1 result unknown, −2 refused.</param>
/// <param name="Line"><c>中心交易流水号^1^输出参数^value|||^</c>.</param>
/// <param name="Text">The message of a failure, null when it is none.</param>
internal sealed record CaretReply(int Value, string Line, string? Text);

/// <summary>
/// Results as replies. The caller's DLL returns the number that opens the fourth part: −2 is a refusal with nothing done, −1 is the interface's
/// system error, which says that the result is unknown.
/// </summary>
internal static class Answers
{
    private const int Unknown = -1, Refusal = -2;

    private const string AskAgainChinese = "请勿当作失败重新办理；稍后原样重发本交易即可得到结果。";
    private const string AskAgainEnglish = "Do not start anew; send this very call again later to get the result.";

    // Names of people and places shorten first to what their columns hold, then further.
    private static readonly int[] NameLengths = [int.MaxValue, 50, 20, 10, 0];

    /// <param name="transaction">Null when the call was never read.</param>
    /// <param name="call">Null likewise.</param>
    /// <param name="results">One for each request.</param>
    /// <param name="bytesMax">What the buffer holds without its closing NUL.</param>
    public static CaretReply To(CaretTransaction? transaction, CaretCall? call, IReadOnlyList<HisResult> results, int bytesMax)
    {
        var result = transaction is null ? results[0] : transaction.Deciding(results);
        if (call is not null && transaction!.Encode(call, result) is { } output)
            return Done(transaction.Done(call.Settings.Profile), result, output, bytesMax);
        return result switch
        {
            HisRefusal refusal => Refused(refusal, Refusal, bytesMax),
            HisPending pending => Pending(pending, bytesMax),
            TransactionReversed { Effect: HisReversalEffect.Voided } => Failed(Refusal, result, bytesMax,
                "[UNKNOWN_SERIAL] 本节点没有发出过该流水号，没有可撤销的业务。请核对流水号。 / this node never issued that serial, nothing was undone. Check the serial."),
            TotalsReconciled { Totals: var totals } => Failed(Refusal, result, bytesMax, Unbalanced(totals)),
            _ => Unspoken(result, bytesMax),
        };
    }

    /// <summary>A failure outside any request: nothing was begun, and the call may be sent again.</summary>
    public static CaretReply NotProcessed(HisRefusal refusal, int bytesMax) => Refused(refusal, Unknown, bytesMax);

    private static CaretReply Done(int value, HisResult result, CaretOutput output, int bytesMax)
    {
        foreach (var length in NameLengths)
        {
            var line = Line(result.TransactionId, output.Text(length), value);
            if (LegacyText.Gb18030.GetByteCount(line) <= bytesMax)
                return new CaretReply(value, line, null);
        }

        return Unspoken(result, bytesMax);
    }

    private static CaretReply Refused(HisRefusal refusal, int value, int bytesMax) =>
        Failed(value, refusal, bytesMax, refusal.Text, $"[{refusal.Code}] {refusal.Chinese} {refusal.NextStepChinese}");

    private static CaretReply Pending(HisPending pending, int bytesMax)
    {
        var mark = pending.WaitingFor.Count > 0 ? $"[WAITING] 等待对照 {string.Join(' ', pending.WaitingFor)}：" : "[PENDING] 结果未明：";
        return Failed(Unknown, pending, bytesMax,
            $"{mark}{pending.Chinese} {AskAgainChinese} / {pending.English} {AskAgainEnglish}",
            $"{mark}{pending.Chinese} {AskAgainChinese}",
            $"{mark}{AskAgainChinese}");
    }

    private static CaretReply Unspoken(HisResult result, int bytesMax) => Failed(Unknown, result, bytesMax,
        "[UNSPOKEN] 处理结果无法用本接口表示。请先查询，勿重复办理。 / the result cannot be expressed here; query it before trying again.");

    private static string Unbalanced(HisSettlementTotals totals) =>
        $"[NOT_BALANCED] 对账不平。中心：医疗费总额 {Amounts.Yuan(totals.TotalFen)}，基金 {Amounts.Yuan(totals.FundTotalFen)}，账户 {Amounts.Yuan(totals.AccountFen)}，现金 {Amounts.Yuan(totals.CashFen)}，"
        + string.Create(CultureInfo.InvariantCulture, $"结算 {totals.SettlementCount} 笔，撤销 {totals.CancellationCount} 笔。请逐笔核对。 / the sums differ; the centre's are given. Compare row by row.");

    /// <summary>The longest of the wordings that fits, else the last one shortened; the frame is never cut.</summary>
    private static CaretReply Failed(int value, HisResult result, int bytesMax, params ReadOnlySpan<string> wordings)
    {
        var room = bytesMax - LegacyText.Gb18030.GetByteCount(Line(result.TransactionId, "", value));
        var text = "";
        foreach (var wording in wordings)
        {
            text = CaretOutput.InOneField(wording);
            if (LegacyText.Gb18030.GetByteCount(text) <= room)
                return new CaretReply(value, Line(result.TransactionId, text, value), text);
        }

        text = LegacyText.Shorten(text, room, LegacyText.Gb18030);
        return new CaretReply(value, Line(result.TransactionId, text, value), text);
    }

    private static string Line(string transactionId, string output, int value) =>
        string.Create(CultureInfo.InvariantCulture, $"{CaretOutput.InOneField(transactionId)}^1^{output}^{value}|||^");
}
