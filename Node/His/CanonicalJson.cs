using System.Text.Json;
using Google.Protobuf;
using Provincial.His.V1;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Treatment;

namespace ProvincialGateway.His;

/// <summary>
/// <c>POST /his/v1/{operation}</c>: the messages of <c>provincial.his.v1</c> as proto3 JSON, for hospitals without a legacy dialect. A request is
/// checked against its shape before <see cref="JsonParser"/> reads it, because the parser names neither the place nor the field of a fault and
/// cannot tell an absent amount from zero.
/// </summary>
internal sealed class CanonicalJson : IHisDialect
{
    private const string PathPrefix = "/his/v1/";
    private const string ContentType = "application/json; charset=utf-8";

    /// <summary>Levels of nesting; the deepest request has three.</summary>
    private const int DepthMax = 16;

    private const int HisTransactionIdMax = 64;
    private const string HeaderName = "header";

    private static readonly CanonicalJsonPlace TransactionIdPlace = new("header.his_transaction_id", "header.hisTransactionId");
    private static readonly CanonicalJsonFault TransactionIdTooLong = new($"超过 {HisTransactionIdMax} 个字符。", $"it is longer than {HisTransactionIdMax} characters.");

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = DepthMax };
    private static readonly JsonParser Parser = new(new JsonParser.Settings(DepthMax));

    // Only what is optional may be left out, in replies as in requests: a zero is written.
    private static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default.WithFormatDefaultValues(true));

    private static readonly CanonicalJsonRecord HeaderShape = new(typeof(Header), HisHeader.Descriptor);
    private static readonly CanonicalJsonRecord RefusalShape = new(typeof(HisRefusal), Refusal.Descriptor);
    private static readonly CanonicalJsonRecord PendingShape = new(typeof(HisPending), Pending.Descriptor);

    public string Name => "canonical-json";

    public int ContractVersion => AdapterContract.Version;

    public IReadOnlyList<string> Paths { get; } = [.. CanonicalJsonOperation.All.Select(operation => PathPrefix + operation.Name)];

    public HisEnvelope Decode(HisMessage message)
    {
        var name = message.Path[(message.Path.LastIndexOf('/') + 1)..];
        var operation = CanonicalJsonOperation.Find(name);
        var request = operation is null
            ? Refused(CanonicalJsonMembers.Shown(name), Refusals.UnknownTransaction(CanonicalJsonMembers.Shown(name)))
            : Read(operation, message.Body.Span);
        return new HisEnvelope { Requests = [request], State = operation };
    }

    public HisReply Encode(HisEnvelope envelope, IReadOnlyList<HisResult> results)
    {
        if (envelope.Requests.Count != 1 || results.Count != 1)
            throw new ArgumentException($"{envelope.Requests.Count} requests and {results.Count} results: a message carries one of each.", nameof(results));
        return Reply(envelope.State as CanonicalJsonOperation, results[0]);
    }

    public HisReply EncodeFailure(HisMessage message, HisRefusal refusal) => Reply(operation: null, refusal);

    public HisReply? Describe(string path, string query, Uri publicAddress) => null;

    private static HisRequest Read(CanonicalJsonOperation operation, ReadOnlySpan<byte> body)
    {
        if (operation.Record is not { } record)
            return Refused(operation.Name, TreatmentRefusals.NotImplemented(operation.Name));
        if (!LegacyText.TryDecode(body, LegacyText.Utf8, out var text, out var badByteAt))
            return Refused(operation.Name, Refusals.Malformed($"byte {badByteAt}", "字节不是 UTF-8。", "the byte is not UTF-8."));
        try
        {
            return Check(record, text) is { } refusal ? Refused(operation.Name, refusal) : Request(operation, record, Parser.Parse(text, operation.Request));
        }
        catch (JsonException fault)
        {
            return Refused(operation.Name, Refusals.Malformed(
                $"line {fault.LineNumber + 1}, byte {fault.BytePositionInLine + 1}", $"不是合法的 JSON，或嵌套超过 {DepthMax} 层。", $"not valid JSON, or nested deeper than {DepthMax} levels."));
        }
        catch (Exception fault) when (fault is InvalidProtocolBufferException or InvalidJsonException)
        {
            // The check let something pass that the parser does not. Nothing has been done, so it is a refusal all the same.
            return Refused(operation.Name, Refusals.Malformed("message", "不是本操作的 proto3 JSON 报文。", "not the proto3 JSON message of this operation."));
        }
    }

    private static HisRefusal? Check(CanonicalJsonRecord record, string text)
    {
        using var json = JsonDocument.Parse(text, Strict);
        var message = json.RootElement;
        if (message.ValueKind is not JsonValueKind.Object)
            return Refusals.Malformed("line 1, byte 1", CanonicalJsonFault.NotAnObject.Chinese, CanonicalJsonFault.NotAnObject.English);
        return record.Check(message, CanonicalJsonPlace.Message) ?? (message.TryGetProperty(HeaderName, out var header) ? CheckHeader(header) : null);
    }

    private static HisRefusal? CheckHeader(JsonElement header)
    {
        var place = CanonicalJsonPlace.Message.Member(HeaderName, HeaderName);
        return HeaderShape.IsAbsent(header) ? null : HeaderShape.Check(header, place);
    }

    private static HisRequest Request(CanonicalJsonOperation operation, CanonicalJsonRecord record, IMessage message)
    {
        var header = operation.Request.FindFieldByName(HeaderName).Accessor.GetValue(message) is HisHeader given ? (Header)HeaderShape.Read(given) : new Header();
        if (header.HisTransactionId?.Length > HisTransactionIdMax)
            return Refused(operation.Name, TransactionIdPlace.Invalid(TransactionIdTooLong));
        return new HisRequest
        {
            TransactionCode = operation.Name,
            HisTransactionId = header.HisTransactionId,
            InstitutionCode = header.InstitutionCode,
            Operator = header.Operator,
            BusinessPeriod = header.BusinessPeriod,
            Operation = (HisOperation)record.Read(message),
        };
    }

    private static HisRequest Refused(string operation, HisRefusal refusal) => new() { TransactionCode = operation, Refusal = refusal };

    private static HisReply Reply(CanonicalJsonOperation? operation, HisResult result)
    {
        // Refusals look alike in every response, so one to no known operation borrows any.
        var response = (operation?.Response ?? IssueSerialResponse.Descriptor).Parser.ParseFrom([]);
        var (outcome, shape) = result switch
        {
            HisRefusal => ("refusal", RefusalShape),
            HisPending => ("pending", PendingShape),
            _ when operation?.ResultType == result.GetType() => ("result", operation.Result!),
            _ => throw new ArgumentException($"{result.GetType().Name} does not answer {operation?.Name ?? "an unknown operation"}.", nameof(result)),
        };
        response.Descriptor.FindFieldByName("transaction_id").Accessor.SetValue(response, result.TransactionId);
        response.Descriptor.FindFieldByName(outcome).Accessor.SetValue(response, shape.Write(result));
        return new HisReply
        {
            Body = LegacyText.Encode(Formatter.Format(response), LegacyText.Utf8),
            ContentType = ContentType,
            HttpStatus = CanonicalJsonStatus.Of(result),
        };
    }

    /// <summary>The head of a request; it becomes part of <see cref="HisRequest"/>.</summary>
    private sealed record Header
    {
        public string? HisTransactionId { get; init; }

        public string? InstitutionCode { get; init; }

        public string? Operator { get; init; }

        public string? BusinessPeriod { get; init; }
    }
}
