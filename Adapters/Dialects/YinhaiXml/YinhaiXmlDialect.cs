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
            : new HisEnvelope { Requests = [.. calls.Select(Request)], State = new ComFrame(charset, isBatch) };
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

    private static ComFrame Frame(HisEnvelope envelope) =>
        envelope.State as ComFrame ?? throw new ArgumentException("The envelope was not decoded by this dialect.", nameof(envelope));

    private static HisEnvelope Unreadable(XmlCharset charset, HisRefusal refusal) => new()
    {
        Requests = [new HisRequest { TransactionCode = "", Refusal = refusal }],
        State = new ComFrame(charset, IsBatch: false),
    };

    // The interface has no id of its own for a request (jylsh is given out by the node), so repeats are recognised by what they are about.
    private HisRequest Request(ComCall call)
    {
        var reader = new CallReader(call, _settings);
        var code = call.Method == ComMethod.Call ? reader.Required(Elements.TransactionCode) : call.Method?.Name ?? call.Name;
        var transaction = call.Method is null ? null : Transactions.Find(call.Method, code);
        if (call.Hospital is null)
            reader.Refuse(Refusals.MissingField("institution_code", "hospital 医院编码"));
        if (transaction is null)
            reader.Refuse(Transactions.Unknown(Clip(code)));
        var operation = transaction?.Decode(reader);
        var operatorName = Elements.Operators.Select(reader.Optional).FirstOrDefault(name => name is not null);
        return new HisRequest
        {
            TransactionCode = Clip(transaction?.Code ?? code),
            InstitutionCode = call.Hospital,
            Operator = operatorName,
            NeedsConfirmation = transaction is { IsWriting: true },
            Operation = reader.Refusal is null ? operation : null,
            Refusal = reader.Refusal,
            State = new CallState(reader, transaction),
        };
    }

    private static string Clip(string code) => code.Length <= QuotedCodeMax ? code : code[..QuotedCodeMax];
}
