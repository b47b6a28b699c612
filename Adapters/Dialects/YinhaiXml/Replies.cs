using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.YinhaiXml;

/// <summary>What the dialect keeps of a call to write its reply; its requests share it.</summary>
/// <param name="RequestCount">How many requests in a row are this call's.</param>
internal sealed record CallState(CallReader Reader, Transaction? Transaction, int RequestCount)
{
    public static int RequestsOf(HisRequest request) => request.State is CallState state ? state.RequestCount : 1;
}

/// <summary>
/// Results as appcode. Clients take anything below 0 as failure and show appmsg:
/// <list type="bullet">
/// <item>1: done;</item>
/// <item>−1: refused, final for this trade; appmsg says which side, field, reason and next step;</item>
/// <item>−2: result unknown; a writing trade is in the list of uncertain trades, anything else is simply sent again;</item>
/// <item>−3: taken, and waits for the mapping of the codes in appmsg; otherwise as −2;</item>
/// <item>−9: the node's answer does not fit the call: a fault of the gateway.</item>
/// </list>
/// </summary>
internal static class Replies
{
    private const int Done = 1;
    private const int Refused = -1;
    private const int ResultUnknown = -2;
    private const int Held = -3;
    private const int Unfitting = -9;

    private const string Uncertain =
        "该交易已列入不确定交易（getuncertaintytrade）；稍后以相同内容再次调用可取得结果，再 confirm 或 cancel，切勿另起新交易。"
        + " | The trade is among the uncertain ones (getuncertaintytrade). The same call later brings its result, then confirm or cancel it; do not begin a new one.";

    private const string AskAgain = "请稍后以相同内容重发。 | Send the same call again later.";

    private const string NoWords = "处理结果无法用本接口表示，请先查询不确定交易再操作。 | The result cannot be expressed in this interface; look into the uncertain trades first.";

    /// <param name="requests">Those of one call.</param>
    /// <param name="results">One for each.</param>
    public static CallReply To(IReadOnlyList<HisRequest> requests, IReadOnlyList<HisResult> results)
    {
        if (requests[0].State is not CallState state)
            return Text(null, Refused, results[0] is HisRefusal unread ? unread.Text : NoWords);
        var deciding = requests.Count == 1 ? 0 : state.Transaction!.Deciding(results);
        var (request, result) = (requests[deciding], results[deciding]);
        var call = state.Reader.Call;
        var reply = (state.Transaction?.Encode(state.Reader, result), result) switch
        {
            (Output output, _) => new CallReply { Call = call, AppCode = Done, AppMessage = "", Output = output.Text, File = File(output.File) },
            (Declined declined, _) => Text(call, Refused, declined.Text),
            (_, HisRefusal refusal) => RefusedReply(state, refusal),
            (_, HisPending pending) => Text(call, pending.WaitingFor.Count > 0 ? Held : ResultUnknown, Waiting(request, pending)),
            _ => Text(call, Unfitting, NoWords),
        };
        return reply with { TradeNumber = TradeNumber.Of(result.TransactionId) };
    }

    /// <summary>The same text for every call of a message none of whose calls was begun.</summary>
    public static CallReply NotProcessed(HisRequest request, HisRefusal refusal) => Text((request.State as CallState)?.Reader.Call, Refused, refusal.Text);

    // Refusals made behind the dialect know canonical names only; the hospital's programmer knows elements.
    private static CallReply RefusedReply(CallState state, HisRefusal refusal)
    {
        var text = state.Reader.ElementOf(refusal.Field) is { } element && !refusal.Text.Contains(element, StringComparison.Ordinal) ? $"{refusal.Text} ({element})" : refusal.Text;
        var reply = Text(state.Reader.Call, Refused, text);
        return state.Transaction?.Code == Transactions.Upload ? reply with { Output = FeeCalls.EncodeRefusedUpload(state.Reader, refusal).Text } : reply;
    }

    private static string Waiting(HisRequest request, HisPending pending) =>
        $"{pending.Chinese} | {pending.English} || {(request.NeedsConfirmation && pending.TransactionId.Length > 0 ? Uncertain : AskAgain)}";

    private static CallReply Text(ComCall? call, int code, string text) =>
        new() { Call = call, AppCode = code, AppMessage = LegacyXml.Carriable(text), Output = new Output().Text };

    private static FilePart? File(FilePart? file) => file is null ? null : file with { Name = LegacyXml.Carriable(file.Name) };
}
