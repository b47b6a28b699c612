using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.NationalJson;

/// <summary>
/// Results in the interface's envelope. <c>infcode</c> is also what a DLL shim returns from BUSINESS_HANDLE:
/// <list type="table">
/// <item><term>0</term><description>done</description></item>
/// <item><term>-1</term><description>result unknown yet: send the same message with the same msgid again, or reverse it with 2601</description></item>
/// <item><term>-2</term><description>refused, nothing was done; err_msg says which side, field, reason and next step</description></item>
/// </list>
/// </summary>
internal static class Replies
{
    private const int Done = 0;
    private const int Unknown = -1;
    private const int Refused = -2;

    private const string UnfittingText =
        "[GATEWAY_FAULT] 网关应答与请求不符，业务可能已经办理，请以同一 msgid 重发查询，并联系省中心。 | "
        + "The gateway's answer does not fit the request; the business may have been done. Send the same msgid again and call the provincial centre.";

    private static readonly JsonSerializerOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static HisReply To(CallState state, HisResult result, WireCharset charset) => result switch
    {
        HisRefusal refusal => Envelope(state, result, charset, Refused, null, Shown(state, refusal)),
        HisPending pending => Envelope(state, result, charset, Unknown, null, Shown(state, pending)),
        _ when state.Transaction?.Download?.Invoke(state, result) is { } file => new HisReply { Body = file, ContentType = "application/zip" },
        _ when state.Transaction?.Encode(state, result) is { } output => Envelope(state, result, charset, Done, output, null),
        _ => Envelope(state, result, charset, Unknown, null, UnfittingText),
    };

    private static HisReply Envelope(CallState state, HisResult result, WireCharset charset, int code, JsonNode? output, string? text)
    {
        var time = NodeTime.Of(result.TransactionId, TimeForm(state.Variant));
        var envelope = new JsonObject
        {
            ["infcode"] = code,
            ["inf_refmsgid"] = result.TransactionId,
            ["refmsg_time"] = time,
            ["respond_time"] = time,
            ["enctype"] = "",
            ["signtype"] = "",
            ["cainfo"] = "",
            ["err_msg"] = text,
            ["warn_msg"] = Warning(result),
            ["output"] = output,
        };
        return new HisReply
        {
            Body = charset.Bytes(envelope, Writing),
            ContentType = $"application/json; charset={charset.Label}",
        };
    }

    private static string TimeForm(ClientVariant variant) => variant switch
    {
        ClientVariant.NH => "yyyyMMddHHmmss",
        ClientVariant.HB => NodeTime.Separated,
        _ => "yyyyMMddHHmmss'000'",
    };

    // Refusals made behind the dialect know canonical names only; the hospital's programmer knows JSON paths.
    private static string Shown(CallState state, HisRefusal refusal) =>
        state.Places.Of(refusal.Field) is { } place && !refusal.Text.Contains(place, StringComparison.Ordinal) ? $"{refusal.Text} ({place})" : refusal.Text;

    private static string Shown(CallState state, HisPending pending)
    {
        var isReversible = state.Transaction?.ReversibleAs is not null;
        return new StringBuilder("[PENDING] ")
            .Append(pending.Chinese).Append(" 请稍后用同一 msgid 重发本报文取结果").Append(isReversible ? "，确需放弃时用 2601 冲正" : "").Append("；切勿用新 msgid 重新办理。 | ")
            .Append(pending.English).Append(" Send this message with the same msgid again to learn the result").Append(isReversible ? ", or reverse it with 2601" : "")
            .Append("; never start anew with another msgid.")
            .ToString();
    }

    private static string? Warning(HisResult result) => result is not TransactionReversed reversed ? null : reversed.Effect switch
    {
        HisReversalEffect.Undone => "原交易已冲正。 The original was undone.",
        HisReversalEffect.Voided => "未收到过原交易，其报文ID已作废。 The original was never received; its id is void from now on.",
        _ => "原交易未曾生效或已撤销，无需冲正。 The original had no effect or is undone already.",
    };
}
