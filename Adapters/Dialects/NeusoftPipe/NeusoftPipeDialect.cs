using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.NeusoftPipe;

/// <summary>
/// Chongqing's <c>BUSINESS_HANDLE</c> calls of about 2003 to 2012: one line of <c>|</c>-separated GB18030 fields in, one out, over HTTP. See
/// README.md beside this file.
/// </summary>
public sealed class NeusoftPipeDialect : IHisDialect, IDialectCoverage
{
    private const string ReplyType = "text/plain; charset=GB18030";

    private readonly PipeSettings _settings;

    public NeusoftPipeDialect()
        : this(DialectSettings.None)
    {
    }

    /// <exception cref="DialectSettingException">A setting that is unknown or has no meaning.</exception>
    public NeusoftPipeDialect(DialectSettings settings) => _settings = PipeSettings.Of(settings);

    public string Name => "neusoft-pipe";

    public int ContractVersion => AdapterContract.Version;

    public IReadOnlyList<string> Paths { get; } = ["/neusoft"];

    public IReadOnlyList<string> TransactionCodes => Transactions.Codes;

    public IReadOnlyList<string> RefusedCodes => Coverage.Refused;

    public IReadOnlyList<OperationCoverage> Operations => Coverage.Operations;

    public HisEnvelope Decode(HisMessage message)
    {
        var line = PipeLine.Trim(message.Body);
        var code = PipeLine.Code(line.Span);
        if (line.IsEmpty)
            return Unreadable(code, Refusals.Malformed("byte 0", "报文为空。", "the message is empty."));
        if (Transactions.Find(code) is not { } transaction)
            return Unreadable(code, Refusals.UnknownTransaction(code));
        return PipeLine.Read(line.Span, transaction, out var refusal) is { } fields
            ? Read(transaction, new FieldReader(code, fields))
            : Unreadable(code, refusal!);
    }

    public HisReply Encode(HisEnvelope envelope, IReadOnlyList<HisResult> results)
    {
        if (envelope.Requests.Count != results.Count)
            throw new ArgumentException($"{envelope.Requests.Count} requests cannot be answered by {results.Count} results.", nameof(results));
        return Reply(Answers.To(envelope.State as Transaction, results));
    }

    public HisReply EncodeFailure(HisMessage message, HisRefusal refusal) => Reply(Answers.Refused(refusal));

    public HisReply? Describe(string path, string query, Uri publicAddress) => null;

    private HisEnvelope Read(Transaction transaction, FieldReader call)
    {
        var operations = transaction.Decode(call, _settings);
        // Read before the refusal is: a name that cannot be read is a refusal too.
        var operatorName = transaction.Operator == 0 ? null : call.Optional(new NumberedField(transaction.Operator, "operator", "经办人"));
        return call.Refusal is { } refusal
            ? Unreadable(transaction.Code, refusal)
            : new HisEnvelope
            {
                Requests = [.. operations.Select(operation => new HisRequest { TransactionCode = transaction.Code, Operator = operatorName, Operation = operation })],
                State = transaction,
            };
    }

    private static HisEnvelope Unreadable(string code, HisRefusal refusal) => new()
    {
        Requests = [new HisRequest { TransactionCode = code, Refusal = refusal }],
    };

    private static HisReply Reply(string line) => new() { Body = LegacyText.Encode(line, LegacyText.Gb18030), ContentType = ReplyType };
}
