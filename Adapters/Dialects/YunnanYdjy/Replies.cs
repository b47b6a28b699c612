using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.YunnanYdjy;

/// <summary>What the dialect keeps of a call to write its reply.</summary>
internal sealed record CallState(CallReader Reader, Transaction? Transaction);

/// <summary>
/// Results as C return values. 0: done, the last buffer holds XML or nothing. Everything else puts a text there:
/// <list type="bullet">
/// <item>−1: not processed (message unreadable, token refused, node stopping) or, for a call that books nothing, no answer in time;</item>
/// <item>−2: result unknown, only for SIGNIN, SIGNOUT and YDJYBusiness_Handle; the client asks for a reversal;</item>
/// <item>1, 2, 3: refused and nothing done; the number is the refusing side: hospital's message, treatment province, insured province;</item>
/// <item>4: taken, and waits for the mapping of the codes in the text; sent again it is answered the same. Not −2, upon which clients would reverse it.</item>
/// </list>
/// </summary>
internal static class Replies
{
    private const int Done = 0;
    private const int NotProcessedValue = -1;
    private const int ResultUnknown = -2;
    private const int Held = 4;

    private const string NoWords = "处理结果无法用本接口表示，请查询或冲正后再试。 | The result cannot be expressed in this interface; query or reverse it before trying again.";

    public static CallReply To(HisRequest request, HisResult result)
    {
        if (request.State is not CallState state)
            return Text(null, NotProcessedValue, result, result is HisRefusal unread ? unread.Text : NoWords);
        var call = state.Reader.Call;
        // The transaction first: one knows a use even for a refusal.
        return (state.Transaction?.Encode(state.Reader, result), result) switch
        {
            (OutputXml output, _) => Success(call, result, output),
            (FilePart file, _) => new CallReply(call, Done, "", file.Name) { File = file },
            (Converted converted, _) => new CallReply(call, Done, "", "") { Conversion = converted.Text },
            (Declined declined, _) => Text(call, declined.ReturnValue, result, declined.Text),
            (_, HisRefusal refusal) => Text(call, (int)refusal.Side, result, Shown(state.Reader, refusal)),
            (_, HisPending { WaitingFor.Count: > 0 } held) => Text(call, Held, result, $"{held.Chinese} | {held.English}"),
            (_, HisPending pending) => Text(call, Unknown(call), result, $"{pending.Chinese} | {pending.English}"),
            _ => Text(call, Unknown(call), result, NoWords),
        };
    }

    /// <summary>The same text for every call of a message none of whose calls was begun.</summary>
    public static CallReply NotProcessed(HisRequest request, HisRefusal refusal)
    {
        var state = request.State as CallState;
        return state?.Transaction?.Encode(state.Reader, refusal) is Converted converted
            ? new CallReply(state.Reader.Call, NotProcessedValue, "", "") { Conversion = converted.Text }
            : Text(state?.Reader.Call, NotProcessedValue, refusal, refusal.Text);
    }

    // Refusals made behind the dialect know canonical names only; the hospital's programmer knows elements.
    private static string Shown(CallReader reader, HisRefusal refusal) =>
        reader.ElementOf(refusal.Field) is { } element && !refusal.Text.Contains(element.Shown, StringComparison.Ordinal)
            ? $"{refusal.Text} ({element.Shown})"
            : refusal.Text;

    private static CallReply Success(YdjyCall call, HisResult result, OutputXml output) =>
        new(call, Done, LegacyXml.Carriable(output.ReceiverSerial ?? result.TransactionId), output.Render(call.Buffers[^1].Size - 1, call.Ansi));

    private static CallReply Text(YdjyCall? call, int value, HisResult result, string text) =>
        new(call, value, LegacyXml.Carriable(result.TransactionId), call is null ? LegacyXml.Carriable(text) : LegacyText.Shorten(LegacyXml.Carriable(text), call.Buffers[^1].Size - 1, call.Ansi));

    private static int Unknown(YdjyCall call) => Transactions.Books(call.Function) ? ResultUnknown : NotProcessedValue;
}
