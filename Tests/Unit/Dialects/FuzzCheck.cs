using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using ProvincialGateway.AdapterHost;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Dialects.YunnanYdjy;

namespace ProvincialGateway.Tests.Dialects;

/// <summary>What a dialect did that no message may make it do.</summary>
internal sealed class FuzzFault(string what) : Exception(what);

/// <summary>What has to hold for one message, whatever is in it.</summary>
internal sealed class FuzzCheck(IHisDialect dialect, FuzzResults results)
{
    /// <summary>Bytes that reading and answering may allocate altogether, for each byte of the message and its reply. The most seen is 137.</summary>
    public const int BytesPerByte = 300;

    /// <summary>What a message may allocate however short it is, because its results can be long texts. The most seen is a million bytes.</summary>
    public const int BytesAlways = 2 * 1024 * 1024;

    // A GBK client may really read by code page 936, which has fewer characters than the GB18030 that GBK messages are read in. Yunnan's DLL copies
    // bytes into an ANSI buffer, where neither a numeric reference nor an escape would be undone.
    private static readonly Encoding CodePage936 =
        CodePagesEncodingProvider.Instance.GetEncoding(936, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)!;

    /// <param name="isThorough">Reads and answers a second time and looks into the reply.</param>
    /// <returns>The requests of the message.</returns>
    /// <exception cref="FuzzFault">Something does not hold.</exception>
    public IReadOnlyList<HisRequest> Run(HisMessage message, Random random, bool isThorough)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var envelope = dialect.Decode(message);
        var answers = results.To(envelope, random);
        var reply = dialect.Encode(envelope, answers);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        if (allocated > BytesAlways + (BytesPerByte * ((long)message.Body.Length + reply.Body.Length)))
            throw new FuzzFault($"{allocated} bytes were allocated for a message of {message.Body.Length} and a reply of {reply.Body.Length} bytes.");
        if (envelope.Requests.Count == 0)
            throw new FuzzFault("There is no request.");
        foreach (var request in envelope.Requests)
            Check(request);
        CheckCarried(reply);
        if (isThorough)
            CheckAgain(message, envelope, answers, reply);
        return envelope.Requests;
    }

    private static void Check(HisRequest request)
    {
        if (request.Operation is null == request.Refusal is null)
            throw new FuzzFault("A request must have exactly one of operation and refusal.");
        if (request.Refusal is not { } refusal)
            return;
        if (refusal.Field.Length == 0)
            throw new FuzzFault($"The refusal {refusal.Code} names no position and no field.");
        if (refusal is not { Code.Length: > 0, Chinese.Length: > 0, English.Length: > 0, NextStepChinese.Length: > 0, NextStepEnglish.Length: > 0, Side: RefusingSide.Hospital, TransactionId: "" })
            throw new FuzzFault($"The refusal {refusal.Code} does not say everything in both languages.");
    }

    private void CheckAgain(HisMessage message, HisEnvelope envelope, IReadOnlyList<HisResult> answers, HisReply reply)
    {
        var again = dialect.Decode(message);
        if (!envelope.Requests.Select(Written).SequenceEqual(again.Requests.Select(Written)))
            throw new FuzzFault("The same bytes were read in two ways.");
        if (!reply.Body.AsSpan().SequenceEqual(dialect.Encode(again, answers).Body))
            throw new FuzzFault("The same results were written in two ways.");
        CheckWellFormed(reply);
        var failure = dialect.EncodeFailure(message, FuzzResults.Failure);
        CheckCarried(failure);
        CheckWellFormed(failure);
    }

    private static string Written(HisRequest request) => JsonSerializer.Serialize(SampleRequest.Of(request) with { Operation = null })
        + request.BusinessPeriod + request.NeedsConfirmation + (request.Operation is { } operation ? HisJson.Write(operation) : request.Refusal!.Text);

    /// <summary>The reply is text in the encoding its label states.</summary>
    private void CheckCarried(HisReply reply)
    {
        try
        {
            if (EncodingOf(reply) is { } encoding && encoding.GetCharCount(reply.Body) == 0)
                throw new FuzzFault("The reply is empty.");
        }
        catch (DecoderFallbackException fault)
        {
            throw new FuzzFault($"The reply is not {reply.ContentType} at byte {fault.Index}.");
        }
    }

    private void CheckWellFormed(HisReply reply)
    {
        if (EncodingOf(reply) is not { } encoding)
            return;
        if (reply.ContentType.Contains("xml", StringComparison.Ordinal))
            XDocument.Parse(encoding.GetString(reply.Body));
        else if (reply.ContentType.Contains("json", StringComparison.Ordinal))
            JsonDocument.Parse(encoding.GetString(reply.Body)).Dispose();
    }

    /// <summary>Null for a reply that is no text.</summary>
    public Encoding? EncodingOf(HisReply reply)
    {
        if (reply.ContentType == "application/zip")
            return null;
        var label = reply.ContentType.Split("charset=") is [_, var stated] ? stated.Split(';')[0].Trim() : throw new FuzzFault($"The reply {reply.ContentType} states no charset.");
        return label.ToUpperInvariant() switch
        {
            "UTF-8" => LegacyText.Utf8,
            "GB18030" => LegacyText.Gb18030,
            "GBK" => dialect is YunnanYdjyDialect ? LegacyText.Gb18030 : CodePage936,
            _ => throw new FuzzFault($"The reply states the charset {label}."),
        };
    }
}
