using System.Xml.Linq;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.Province2016Xml;

/// <summary>
/// The cross-province hospital interface of 2016: SOAP operation <c>CallService(TransNo, Inxml)</c> whose second string is an XML text.
/// Speaks both hops of that generation, the hospital-side proxy (ASP.NET asmx) and the agency behind it (Axis2), and answers each caller in
/// the SOAP version, namespace and charset it used.
/// </summary>
/// <remarks>
/// The interface has no id of its own for a request (<c>transid</c> is always sent empty), so repeats are recognised by their content.
/// </remarks>
public sealed class Province2016XmlDialect : IHisDialect, IDialectCoverage
{
    public string Name => "province2016-xml";

    public int ContractVersion => AdapterContract.Version;

    public IReadOnlyList<string> Paths { get; } = [Wsdl.ProxyPath, Wsdl.AgencyWsdlPath, Wsdl.AgencyPath];

    public IReadOnlyList<string> TransactionCodes => Transactions.Codes;

    public IReadOnlyList<string> RefusedCodes => Coverage.Refused;

    public IReadOnlyList<OperationCoverage> Operations => Coverage.Operations;

    public HisEnvelope Decode(HisMessage message)
    {
        var call = SoapEnvelope.Read(message);
        return new HisEnvelope { Requests = [Request(call)], State = call.Form };
    }

    public HisReply Encode(HisEnvelope envelope, IReadOnlyList<HisResult> results)
    {
        if (envelope.State is not SoapForm form || envelope.Requests is not [{ State: RequestState state }] || results is not [var result])
            throw new ArgumentException("The envelope must come from this dialect and have exactly one result.", nameof(results));
        return SoapEnvelope.Write(form, Reply.Text(state, result));
    }

    public HisReply EncodeFailure(HisMessage message, HisRefusal refusal)
    {
        var call = SoapEnvelope.Read(message);
        return SoapEnvelope.Write(call.Form, Reply.Text(RequestState.Unread(Transactions.Find(call.TransNo)), refusal));
    }

    public HisReply? Describe(string path, string query, Uri publicAddress) => Wsdl.At(path, query, publicAddress);

    private static HisRequest Request(SoapCall call)
    {
        if (call.Refusal is { } unreadable)
            return Refused(call.TransNo, unreadable);
        if (Transactions.Find(call.TransNo) is not { } transaction)
            return Refused(call.TransNo, Transactions.Unknown(call.TransNo));
        if (!InnerXml.TryRead(call.Inxml, out var input, out var malformed))
            return Refused(call.TransNo, malformed, transaction);
        return Read(call.TransNo, Transactions.FormOf(transaction, input), input);
    }

    private static HisRequest Read(string code, Transaction transaction, XElement input)
    {
        var reader = new InputReader(input);
        var institution = reader.Optional(Fields.InstitutionCode);
        var operatorName = reader.Optional(Fields.Operator);
        var operation = Transactions.Read(transaction, reader);
        return new HisRequest
        {
            TransactionCode = code,
            InstitutionCode = institution,
            Operator = operatorName,
            Operation = reader.Refusal is null ? operation : null,
            Refusal = reader.Refusal,
            State = new RequestState(transaction, input),
        };
    }

    private static HisRequest Refused(string code, HisRefusal refusal, Transaction? transaction = null) =>
        new() { TransactionCode = code, Refusal = refusal, State = RequestState.Unread(transaction) };
}
