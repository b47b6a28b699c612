using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.YunnanYdjy;

/// <summary>
/// Yunnan's out-of-area interface of 2016 (<c>YDJYInterface.dll</c>): each exported call travels as a <c>ydjy</c> element over HTTP, its XML
/// arguments as escaped text. See README.md beside this file.
/// </summary>
public sealed class YunnanYdjyDialect : IHisDialect, IDialectCoverage
{
    /// <summary>30 digits and the closing NUL.</summary>
    private const int ReceiverSerialSize = 31;

    /// <summary>Codes in a refusal are quoted; a client that sends rubbish must not get it all back.</summary>
    private const int QuotedCodeMax = 32;

    public string Name => "yunnan-ydjy-xml";

    public int ContractVersion => AdapterContract.Version;

    public IReadOnlyList<string> Paths { get; } = ["/ydjy"];

    public IReadOnlyList<string> TransactionCodes => Transactions.Codes;

    public IReadOnlyList<string> RefusedCodes => Coverage.Refused;

    public IReadOnlyList<OperationCoverage> Operations => Coverage.Operations;

    public HisEnvelope Decode(HisMessage message)
    {
        if (!XmlCharset.TryDecode(message, EnvelopeReader.Place, out var charset, out var text, out var undecoded))
            return Unreadable(charset, undecoded);
        var calls = EnvelopeReader.Read(text, charset.Bytes, out var isBatch, out var refusal);
        return calls is null
            ? Unreadable(charset, refusal!)
            : new HisEnvelope { Requests = [.. calls.Select(Request)], State = new YdjyFrame(charset, isBatch) };
    }

    public HisReply Encode(HisEnvelope envelope, IReadOnlyList<HisResult> results)
    {
        if (envelope.Requests.Count != results.Count)
            throw new ArgumentException($"{envelope.Requests.Count} requests cannot be answered by {results.Count} results.", nameof(results));
        return EnvelopeWriter.Write(Frame(envelope), [.. envelope.Requests.Zip(results, Replies.To)]);
    }

    public HisReply EncodeFailure(HisMessage message, HisRefusal refusal)
    {
        var envelope = Decode(message);
        return EnvelopeWriter.Write(Frame(envelope), [.. envelope.Requests.Select(request => Replies.NotProcessed(request, refusal))]);
    }

    public HisReply? Describe(string path, string query, Uri publicAddress) => null;

    private static YdjyFrame Frame(HisEnvelope envelope) =>
        envelope.State as YdjyFrame ?? throw new ArgumentException("The envelope was not decoded by this dialect.", nameof(envelope));

    private static HisEnvelope Unreadable(XmlCharset charset, HisRefusal refusal) => new()
    {
        Requests = [new HisRequest { TransactionCode = "", Refusal = refusal }],
        State = new YdjyFrame(charset, IsBatch: false),
    };

    private static HisRequest Request(YdjyCall call)
    {
        var reader = new CallReader(call);
        var transCode = reader.Optional(Elements.TransCode) ?? "";
        var transaction = Transactions.Find(call.Function, transCode);
        var operation = transaction is null ? null : Operation(reader, transaction);
        var (operatorNumber, period) = (reader.Optional(Elements.OperatorNumber), reader.Optional(Elements.BusinessCycle));
        var refusal = reader.Refusal ?? (transaction is null ? Refusals.UnknownTransaction(Clip(transCode.Length > 0 ? transCode : call.Function)) : null);
        return new HisRequest
        {
            TransactionCode = Clip(transaction?.Code ?? (transCode.Length > 0 ? transCode : call.Function)),
            HisTransactionId = Transactions.Books(call.Function) ? reader.Optional(Elements.SenderSerial) : null,
            InstitutionCode = call.Hospital,
            Operator = operatorNumber,
            BusinessPeriod = period,
            Operation = refusal is null ? operation : null,
            Refusal = refusal,
            State = new CallState(reader, transaction),
        };
    }

    private static HisOperation Operation(CallReader reader, Transaction transaction)
    {
        if (reader.Call.Hospital is null)
            reader.Refuse(Refusals.MissingField("institution_code", "hospital 医院编码"));
        if (Transactions.Books(reader.Call.Function))
            reader.Required(Elements.SenderSerial);
        RefuseSmallBuffers(reader, transaction);
        return transaction.Decode(reader);
    }

    // A reply that does not fit would fail in the client after the transaction is booked, so it is refused before.
    private static void RefuseSmallBuffers(CallReader reader, Transaction transaction)
    {
        var buffers = reader.Call.Buffers;
        foreach (var buffer in buffers)
        {
            var needed = ReferenceEquals(buffer, buffers[^1]) ? transaction.OutputBytes + 1 : buffer.IsReceiverSerial ? ReceiverSerialSize : 1;
            if (buffer.Size < needed)
                reader.Refuse(Refusals.InvalidField("out_size", $"out {Clip(buffer.Name)} size", $"输出缓冲区至少需要{needed}字节。", $"the output buffer needs at least {needed} bytes."));
        }
    }

    private static string Clip(string code) => code.Length <= QuotedCodeMax ? code : code[..QuotedCodeMax];
}
