using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.AdapterHost;

/// <summary>
/// Keeps what goes wrong in an adapter inside it. A fault while reading becomes a refusal: nothing has been done. A fault while answering must
/// not become one, because the answer may be about booked money: the hospital then gets a plain HTTP 500 that its client cannot mistake for an
/// answer, and asks again with the same id.
/// </summary>
internal sealed class GuardedDialect(string adapter, IHisDialect inner, ILogger log) : IHisDialect
{
    /// <summary>Far above any real reply; a reply beyond it is a runaway loop.</summary>
    public const int ReplyBytesMax = 16 * 1024 * 1024;

    /// <summary>For the self-check, which wants to see every fault.</summary>
    public IHisDialect Unguarded => inner;

    public string Name { get; } = inner.Name;

    public int ContractVersion { get; } = inner.ContractVersion;

    public IReadOnlyList<string> Paths { get; } = [.. inner.Paths];

    public HisEnvelope Decode(HisMessage message)
    {
        try
        {
            var envelope = inner.Decode(message);
            if (Breach(envelope) is not { } breach)
                return envelope;
            log.AdapterFault(adapter, nameof(Decode), breach);
        }
        catch (Exception fault)
        {
            log.AdapterFault(adapter, nameof(Decode), FaultPlace.Of(fault));
        }
        return new HisEnvelope { Requests = [new HisRequest { TransactionCode = "", Refusal = Unread() }], State = new UnreadMessage(message) };
    }

    public HisReply Encode(HisEnvelope envelope, IReadOnlyList<HisResult> results) => envelope.State is UnreadMessage unread
        ? EncodeFailure(unread.Message, results.OfType<HisRefusal>().FirstOrDefault() ?? Unread())
        : Reply(nameof(Encode), () => inner.Encode(envelope, results)) ?? Plain(Unanswered(results));

    public HisReply EncodeFailure(HisMessage message, HisRefusal refusal) =>
        Reply(nameof(EncodeFailure), () => inner.EncodeFailure(message, refusal)) ?? Plain(refusal.Text);

    public HisReply? Describe(string path, string query, Uri publicAddress)
    {
        try
        {
            return inner.Describe(path, query, publicAddress) is { } document ? Checked(nameof(Describe), document) : null;
        }
        catch (Exception fault)
        {
            log.AdapterFault(adapter, nameof(Describe), FaultPlace.Of(fault));
            return null;
        }
    }

    private HisReply? Reply(string step, Func<HisReply> encode)
    {
        try
        {
            return Checked(step, encode());
        }
        catch (Exception fault)
        {
            log.AdapterFault(adapter, step, FaultPlace.Of(fault));
            return null;
        }
    }

    private HisReply? Checked(string step, HisReply? reply)
    {
        var breach = reply switch
        {
            null or { Body: null } or { ContentType: null or "" } => "no body or content type",
            { Body.Length: > ReplyBytesMax } => $"a reply of {reply.Body.Length} bytes, above {ReplyBytesMax}",
            { HttpStatus: < 200 or > 599 } => $"HTTP status {reply.HttpStatus}",
            _ => null,
        };
        if (breach is null)
            return reply;
        log.AdapterFault(adapter, step, breach);
        return null;
    }

    private static string? Breach(HisEnvelope? envelope)
    {
        if (envelope?.Requests is not { Count: > 0 } requests)
            return "an envelope without a request";
        return requests.Any(request => request?.TransactionCode is null || request.Operation is null == request.Refusal is null)
            ? "a request with neither or both of operation and refusal"
            : null;
    }

    private static HisRefusal Unread() => new()
    {
        TransactionId = "",
        Code = "ADAPTER_FAULT",
        Side = RefusingSide.Treatment,
        Field = "",
        Chinese = "省端适配器处理该报文时出错，未办理任何业务。",
        English = "the province's adapter failed on this message; nothing was done.",
        NextStepChinese = "请联系省中心查看节点日志；报文无需修改。",
        NextStepEnglish = "Ask the provincial centre to read the node's log; the message itself need not be changed.",
    };

    private static string Unanswered(IReadOnlyList<HisResult> results)
    {
        var ids = string.Join(", ", results.Select(result => result.TransactionId).Where(id => id.Length > 0));
        return $"[ADAPTER_FAULT] 省端适配器无法生成应答，业务可能已经办理（交易流水号：{ids}）。请勿重新发起，稍后以同一流水号再次查询，并联系省中心。 | "
            + $"The province's adapter could not write the reply; the business may have been done (transactions: {ids}). Do not start a new one: "
            + "ask again with the same id and call the provincial centre.";
    }

    private static HisReply Plain(string text) => new()
    {
        Body = LegacyText.Encode(text, LegacyText.Utf8),
        ContentType = "text/plain; charset=utf-8",
        HttpStatus = 500,
    };

    private sealed record UnreadMessage(HisMessage Message);
}
