using System.Text;
using ProvincialGateway.Adapters.Contracts;

namespace KeyValueLines;

/// <summary>
/// A small but whole dialect: one call a message, UTF-8, one <c>key=value</c> a line. Start reading here; <see cref="Calls"/> makes operations of
/// the lines, <see cref="Replies"/> makes lines of the results. Format: the README beside this folder.
/// </summary>
public sealed class KeyValueLinesDialect : IHisDialect
{
    public string Name => "key-value-lines";

    public int ContractVersion => AdapterContract.Version;

    /// <summary>Clients call <c>/his/{adapter}</c>; a dialect whose clients are compiled to call a path of their own names it here.</summary>
    public IReadOnlyList<string> Paths => [];

    public HisEnvelope Decode(HisMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return new HisEnvelope { Requests = [Read(message.Body.Span)] };
    }

    public HisReply Encode(HisEnvelope envelope, IReadOnlyList<HisResult> results)
    {
        ArgumentNullException.ThrowIfNull(results);
        return Reply(results[0]);
    }

    public HisReply EncodeFailure(HisMessage message, HisRefusal refusal) => Reply(refusal);

    public HisReply? Describe(string path, string query, Uri publicAddress) => null;

    private static HisRequest Read(ReadOnlySpan<byte> body)
    {
        if (!LegacyText.TryDecode(body, LegacyText.Utf8, out var text, out var badByteAt))
            return Refused("", Refusals.Malformed($"byte {badByteAt}", "不是 UTF-8。", "it is not UTF-8."));
        if (!Fields.TryRead(text, out var fields, out var refusal))
            return Refused("", refusal);
        var call = fields.Optional("call") ?? "";
        var operation = Calls.Read(call, fields);
        return fields.Refusal is { } fault ? Refused(call, fault) : new HisRequest
        {
            TransactionCode = call,
            HisTransactionId = fields.Optional("serial"),
            InstitutionCode = fields.Optional("hospital"),
            Operator = fields.Optional("operator"),
            Operation = operation,
        };
    }

    private static HisRequest Refused(string call, HisRefusal refusal) => new() { TransactionCode = call, Refusal = refusal };

    private static HisReply Reply(HisResult result) => new()
    {
        Body = LegacyText.Encode(Replies.Write(result), LegacyText.Utf8),
        ContentType = $"text/plain; charset={Encoding.UTF8.WebName}",
    };
}
