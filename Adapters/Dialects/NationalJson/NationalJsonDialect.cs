using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.NationalJson;

/// <summary>
/// The national platform's JSON envelope (<c>infno</c> …) as hospital systems really send it: one reader for every client's spelling, replies in
/// the spelling of the client that asked. Also carried as raw bytes by a shim with the exports of the Neusoft DLL. See README.md beside this file.
/// </summary>
public sealed class NationalJsonDialect : IHisDialect, IDialectCoverage
{
    /// <summary>Codes in a refusal are quoted; a client that sends rubbish must not get it all back.</summary>
    private const int QuotedCodeMax = 16;

    private const int MessageIdMax = 30;

    /// <summary>工伤: another insurance, settled by another agency.</summary>
    private const string WorkInjurySystem = "GSXT";

    private readonly NationalSettings _settings;

    public NationalJsonDialect()
        : this(DialectSettings.None)
    {
    }

    /// <param name="settings"><c>variant</c> (auto, CQ, GZ, NH, HB) and <c>item-code</c> (medins_list_codg, med_list_codg) and <c>outpatient-kind</c> (a local visit kind).</param>
    /// <exception cref="DialectSettingException">A value or a name that does not exist.</exception>
    public NationalJsonDialect(DialectSettings settings) => _settings = NationalSettings.Of(settings);

    public string Name => "national-json";

    public int ContractVersion => AdapterContract.Version;

    public IReadOnlyList<string> Paths => Routes.Paths;

    public IReadOnlyList<string> TransactionCodes => Transactions.Known;

    public IReadOnlyList<string> RefusedCodes => Coverage.Refused;

    public IReadOnlyList<OperationCoverage> Operations => Coverage.Operations;

    public HisEnvelope Decode(HisMessage message)
    {
        var (json, refusal) = MessageBytes.Read(message, out var charset);
        var parsed = refusal is null ? JsonText.Read(json.Span, "", out refusal) : null;
        return new HisEnvelope
        {
            Requests = [parsed is { } read ? Request(new CallReader(read, _settings, MessageBytes.IsFromDll(message.Path)), message.Path) : Unread(refusal!)],
            State = charset,
        };
    }

    public HisReply Encode(HisEnvelope envelope, IReadOnlyList<HisResult> results)
    {
        if (envelope.State is not WireCharset charset || envelope.Requests is not [{ State: CallState state }] || results is not [var result])
            throw new ArgumentException("The envelope must come from this dialect and have exactly one result.", nameof(results));
        return Replies.To(state, result, charset);
    }

    public HisReply EncodeFailure(HisMessage message, HisRefusal refusal) => Encode(Decode(message), [refusal]);

    public HisReply? Describe(string path, string query, Uri publicAddress) => null;

    private HisRequest Unread(HisRefusal refusal) => new()
    {
        TransactionCode = "",
        Refusal = refusal,
        State = new CallState(null, _settings.Variant ?? ClientVariant.CQ, new Echo(), new Places(), null),
    };

    private static HisRequest Request(CallReader call, string path)
    {
        var code = call.Envelope.Required(Fields.TransactionCode).ToUpperInvariant();
        RefuseCode(call, code, path);
        ReadEnvelope(call);
        var (operatorName, period) = (call.Envelope.Optional(Fields.Operator), call.Envelope.Optional(Fields.SignNumber));
        var variant = call.Settings.Variant ?? Recognised(call, code);
        var transaction = Transactions.Find(code);
        var decoded = transaction?.Decode(call);
        // Every value has been read by now: only now is it known that nothing is wrong.
        var operation = call.Refusal is null ? decoded : null;
        return new HisRequest
        {
            TransactionCode = Clip(code),
            HisTransactionId = call.Echo.MessageId,
            InstitutionCode = call.Echo.Institution,
            Operator = operatorName,
            BusinessPeriod = period,
            Operation = operation,
            Refusal = call.Refusal,
            State = new CallState(transaction, variant, call.Echo, call.Places, operation),
        };
    }

    private static void RefuseCode(CallReader call, string code, string path)
    {
        if (code.Length > 0 && Transactions.Find(code) is null)
            call.Refuse(Transactions.Unknown(Clip(code)));
        if (Routes.CodeOf(path) is { } addressed && !addressed.Equals(code, StringComparison.OrdinalIgnoreCase))
            call.Envelope.Invalid(Fields.TransactionCode, $"与接口地址的交易编号 {addressed} 不符。", $"the address is that of transaction {addressed}.");
        if (call.Envelope.Optional(Fields.ReceivingSystem) == WorkInjurySystem)
            call.Envelope.Invalid(Fields.ReceivingSystem, "工伤业务不在本网关办理。", "work injury insurance is not settled by this gateway.");
    }

    private static void ReadEnvelope(CallReader call)
    {
        var messageId = call.Envelope.Required(Fields.MessageId);
        if (messageId.Length > MessageIdMax)
            call.Envelope.Invalid(Fields.MessageId, $"超过{MessageIdMax}个字符。", $"longer than {MessageIdMax} characters.");
        call.Echo = new Echo
        {
            MessageId = messageId.Length == 0 ? null : messageId,
            Institution = call.Envelope.Required(Fields.Institution) is { Length: > 0 } institution ? institution : null,
            TreatmentArea = call.Envelope.Optional(Fields.TreatmentArea),
        };
    }

    // Only Guangzhou's client names a receiving area and signs in with a node called data; only Zhongshan's has the receiving system 01.
    private static ClientVariant Recognised(CallReader call, string code) =>
        call.Envelope.Has("recer_admdvs") || (code == "9001" && call.Input.Child("signIn") is null) ? ClientVariant.GZ
        : call.Envelope.Optional(Fields.ReceivingSystem) == "01" ? ClientVariant.NH
        : ClientVariant.CQ;

    private static string Clip(string code) => code.Length <= QuotedCodeMax ? code : code[..QuotedCodeMax];
}
