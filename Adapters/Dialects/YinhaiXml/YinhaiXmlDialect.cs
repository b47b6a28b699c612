using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.YinhaiXml;

/// <summary>
/// The COM interface of Yinhai (<c>yh_interface_call</c>, <c>confirm</c>, <c>cancel</c>, <c>getuncertaintytrade</c>): each method call travels as
/// a <c>yinhai</c> element over HTTP, its XML argument as escaped text. See README.md beside this file.
/// </summary>
public sealed class YinhaiXmlDialect : IHisDialect, IDialectCoverage
{
    /// <summary>Codes in a refusal are quoted; a client that sends rubbish must not get it all back.</summary>
    private const int QuotedCodeMax = 32;

    private readonly YinhaiSettings _settings;

    /// <param name="settings"><c>visitKind</c>, <c>unlistedFeeCategory</c>, optionally <c>subCentres</c>.</param>
    /// <exception cref="DialectSettingException">A setting is missing, unknown or not usable.</exception>
    public YinhaiXmlDialect(DialectSettings settings) => _settings = new YinhaiSettings(settings);

    public string Name => "yinhai-xml";

    public int ContractVersion => AdapterContract.Version;

    public IReadOnlyList<string> Paths { get; } = ["/yinhai"];

    public IReadOnlyList<string> TransactionCodes => Transactions.Codes;

    public IReadOnlyList<string> RefusedCodes => Coverage.Refused;

    public IReadOnlyList<OperationCoverage> Operations => Coverage.Operations;

    public HisEnvelope Decode(HisMessage message)
    {
        if (!XmlCharset.TryDecode(message, EnvelopeReader.CallName, out var charset, out var text, out var undecoded))
            return Unreadable(charset, undecoded);
        var calls = EnvelopeReader.Read(text, out var isBatch, out var refusal);
        return calls is null
            ? Unreadable(charset, refusal!)
            : new HisEnvelope { Requests = [.. calls.SelectMany(Requests)], State = new ComFrame(charset, isBatch) };
    }

    public HisReply Encode(HisEnvelope envelope, IReadOnlyList<HisResult> results)
    {
        if (envelope.Requests.Count != results.Count)
            throw new ArgumentException($"{envelope.Requests.Count} requests cannot be answered by {results.Count} results.", nameof(results));
        var replies = new List<CallReply>();
        for (var first = 0; first < results.Count; first += CallState.RequestsOf(envelope.Requests[first]))
        {
            var count = CallState.RequestsOf(envelope.Requests[first]);
            replies.Add(Replies.To([.. envelope.Requests.Skip(first).Take(count)], [.. results.Skip(first).Take(count)]));
        }

        return EnvelopeWriter.Write(Frame(envelope), replies);
    }

    public HisReply EncodeFailure(HisMessage message, HisRefusal refusal)
    {
        var envelope = Decode(message);
        var calls = envelope.Requests.DistinctBy(request => request.State ?? request);
        return EnvelopeWriter.Write(Frame(envelope), [.. calls.Select(request => Replies.NotProcessed(request, refusal))]);
    }

    public HisReply? Describe(string path, string query, Uri publicAddress) => null;

    private static ComFrame Frame(HisEnvelope envelope) =>
        envelope.State as ComFrame ?? throw new ArgumentException("The envelope was not decoded by this dialect.", nameof(envelope));

    private static HisEnvelope Unreadable(XmlCharset charset, HisRefusal refusal) => new()
    {
        Requests = [new HisRequest { TransactionCode = "", Refusal = refusal }],
        State = new ComFrame(charset, IsBatch: false),
    };

    // The interface has no id of its own for a request (jylsh is given out by the node), so repeats are recognised by what they are about.
    private IEnumerable<HisRequest> Requests(ComCall call)
    {
        var reader = new CallReader(call, _settings);
        var code = call.Method == ComMethod.Call ? reader.Required(Elements.TransactionCode) : call.Method?.Name ?? call.Name;
        var transaction = call.Method is null ? null : Transactions.Find(call.Method, code);
        if (call.Hospital is null)
            reader.Refuse(Refusals.MissingField("institution_code", "hospital 医院编码"));
        if (transaction is null)
            reader.Refuse(Transactions.Unknown(Clip(code)));
        var operations = transaction?.Decode(reader);
        var operatorName = Elements.Operators.Select(reader.Optional).FirstOrDefault(name => name is not null);
        var request = new HisRequest { TransactionCode = Clip(transaction?.Code ?? code), InstitutionCode = call.Hospital, Operator = operatorName };
        if (reader.Refusal is not null || operations is null)
            return [request with { NeedsConfirmation = transaction is { IsWriting: true }, Refusal = reader.Refusal, State = new CallState(reader, transaction, RequestCount: 1) }];
        var state = new CallState(reader, transaction, operations.Count);
        return operations.Select((operation, index) => request with
        {
            NeedsConfirmation = transaction is { IsWriting: true } && index == operations.Count - 1,
            Operation = operation,
            State = state,
        });
    }

    private static string Clip(string code) => code.Length <= QuotedCodeMax ? code : code[..QuotedCodeMax];
}
