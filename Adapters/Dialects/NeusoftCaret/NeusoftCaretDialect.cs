using System.Text;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.NeusoftCaret;

/// <summary>
/// The standard Neusoft <c>BUSINESS_HANDLE</c> text, <c>业务编号^…^入参^…^</c>, with the field lists of one city (setting <c>profile</c>), as raw
/// GB18030 bytes over HTTP or inside Guangxi's SOAP form. See README.md beside this file.
/// </summary>
/// <param name="settings">The province's <c>settings</c>.</param>
/// <exception cref="DialectSettingException">A setting that is missing, unknown or has no meaning.</exception>
public sealed class NeusoftCaretDialect(DialectSettings settings) : IHisDialect, IDialectCoverage
{
    private const string ReplyType = "text/plain; charset=GB18030";
    private const string Start = "INIT";

    private readonly CaretSettings _settings = CaretSettings.Of(settings);

    public string Name => "neusoft-caret";

    public int ContractVersion => AdapterContract.Version;

    public IReadOnlyList<string> Paths { get; } = ["/neusoft", "/RecvMsg"];

    public IReadOnlyList<string> TransactionCodes => Transactions.Codes;

    public IReadOnlyList<string> RefusedCodes => Coverage.Refused;

    public IReadOnlyList<OperationCoverage> Operations => Coverage.Operations;

    public HisEnvelope Decode(HisMessage message)
    {
        if (!RecvMsg.IsXml(message.Body.Span))
            return Decode(message.Body, soap: null);
        return RecvMsg.Read(message, out var refusal) is { } soap
            ? Decode(LegacyText.Encode(soap.InputData.Trim(), LegacyText.Gb18030), soap)
            : Unreadable("", refusal!, new CaretState(null, null, null, IsFault: true));
    }

    public HisReply Encode(HisEnvelope envelope, IReadOnlyList<HisResult> results)
    {
        if (envelope.Requests.Count != results.Count)
            throw new ArgumentException($"{envelope.Requests.Count} requests cannot be answered by {results.Count} results.", nameof(results));
        var state = StateOf(envelope);
        return Framed(state, Answers.To(state.Transaction, state.Call, results, BytesMax(state)));
    }

    public HisReply EncodeFailure(HisMessage message, HisRefusal refusal)
    {
        var state = StateOf(Decode(message));
        return Framed(state, Answers.NotProcessed(refusal, BytesMax(state)));
    }

    public HisReply? Describe(string path, string query, Uri publicAddress) => null;

    private static CaretState StateOf(HisEnvelope envelope) =>
        envelope.State as CaretState ?? throw new ArgumentException("The envelope was not decoded by this dialect.", nameof(envelope));

    /// <summary>Over HTTP a body may hold the three strings of <c>BUSINESS_HANDLE_EX</c>, each but the last closed by a NUL.</summary>
    private HisEnvelope Decode(ReadOnlyMemory<byte> body, RecvMsg? soap)
    {
        var state = new CaretState(null, null, soap, IsFault: false);
        var strings = Strings(body);
        var line = strings[0];
        if (line.IsEmpty)
            return Unreadable("", Refusals.Malformed("byte 0", "报文为空。", "the message is empty."), state);
        var card = soap is null ? CardOf(strings) : CardData.OfCardInfo(soap.CardInfo);
        if (card is null)
            return Unreadable("", Refusals.Malformed("card_data", "读卡数据不是 GB18030。", "the card data is not GB18030."), state);
        if (line.Span.SequenceEqual(Encoding.ASCII.GetBytes(Start)))
            return Read(new CaretEnvelope { Code = Start, Institution = null, Operator = null, Period = null, Serial = null, Input = default, InputAt = 0 }, card, soap);
        return CaretEnvelope.Read(line, out var code, out var refusal) is { } envelope ? Read(envelope, card, soap) : Unreadable(code, refusal!, state);
    }

    private HisEnvelope Read(CaretEnvelope envelope, CardData card, RecvMsg? soap)
    {
        var state = new CaretState(null, null, soap, IsFault: false);
        if (Transactions.Find(envelope.Code) is not { } transaction)
            return Unreadable(envelope.Code, Refusals.UnknownTransaction(envelope.Code), state);
        if (CaretRows.Read(envelope, transaction, _settings.Profile, out var refusal) is not { } rows)
            return Unreadable(envelope.Code, refusal!, state);
        var call = new CaretCall(envelope, card, _settings, rows) { IsUnlimited = soap is not null };
        var operations = transaction.Decode(call);
        if (transaction.KeepsSerial(_settings.Profile) && envelope.Serial is null)
            call.Refuse(Refusals.MissingField("his_transaction_id", $"{envelope.Code} 医院交易流水号"));
        return call.Refusal is { } wrong
            ? Unreadable(envelope.Code, wrong, state)
            : new HisEnvelope { Requests = [.. operations.Select(operation => Request(envelope, transaction, operation))], State = state with { Transaction = transaction, Call = call } };
    }

    private HisRequest Request(CaretEnvelope envelope, CaretTransaction transaction, HisOperation operation) => new()
    {
        TransactionCode = envelope.Code,
        HisTransactionId = transaction.KeepsSerial(_settings.Profile) ? envelope.Serial : null,
        InstitutionCode = envelope.Institution,
        Operator = envelope.Operator,
        BusinessPeriod = envelope.Period,
        Operation = operation,
    };

    private static HisEnvelope Unreadable(string code, HisRefusal refusal, CaretState state) => new()
    {
        Requests = [new HisRequest { TransactionCode = code, Refusal = refusal }],
        State = state,
    };

    private static List<ReadOnlyMemory<byte>> Strings(ReadOnlyMemory<byte> body)
    {
        var strings = new List<ReadOnlyMemory<byte>>();
        for (var rest = body; strings.Count < 3; rest = rest[(rest.Span.IndexOf((byte)0) + 1)..])
        {
            var end = rest.Span.IndexOf((byte)0);
            strings.Add((end < 0 ? rest : rest[..end]).Trim(" \t\r\n"u8));
            if (end < 0)
                break;
        }

        return strings;
    }

    private static CardData? CardOf(List<ReadOnlyMemory<byte>> strings)
    {
        var texts = new List<string>();
        foreach (var bytes in strings.Skip(1))
        {
            if (!LegacyText.TryDecode(bytes.Span, LegacyText.Gb18030, out var text, out _))
                return null;
            texts.Add(text);
        }

        return texts switch
        {
            [] => CardData.None,
            [var other] => CardData.OfStrings(other, ""),
            [var other, var card, ..] => CardData.OfStrings(other, card),
        };
    }

    private int BytesMax(CaretState state) => state.Soap is null && !state.IsFault ? _settings.BufferBytes - 1 : int.MaxValue;

    private static HisReply Framed(CaretState state, CaretReply reply)
    {
        if (state.IsFault)
            return RecvMsg.Fault(reply.Text ?? "");
        return state.Soap?.Write(reply) ?? new HisReply { Body = LegacyText.Encode(reply.Line, LegacyText.Gb18030), ContentType = ReplyType };
    }

    /// <summary>What a reply needs to know of its call.</summary>
    /// <param name="Transaction">Null when the call was refused while it was read.</param>
    /// <param name="Call">Null likewise.</param>
    /// <param name="Soap">Null when the line came as raw bytes.</param>
    /// <param name="IsFault">The SOAP form could not be read either.</param>
    private sealed record CaretState(CaretTransaction? Transaction, CaretCall? Call, RecvMsg? Soap, bool IsFault);
}
