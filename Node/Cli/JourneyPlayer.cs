using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Values;

namespace ProvincialGateway.Cli;

/// <summary>
/// Plays a journey against a node's hospital port as the hospital's own system would: raw bytes in the dialect's encoding, values taken from
/// earlier replies. A reply counts only when it is read without loss, says success and holds everything later steps need.
/// </summary>
internal sealed partial class JourneyPlayer
{
    private readonly Dictionary<string, string> _captured = new(StringComparer.Ordinal);
    private readonly HttpClient _client;
    private readonly Uri _hisAddress;
    private readonly string _token;
    private readonly TimeProvider _time;

    /// <param name="client">Sends the messages; stays the caller's.</param>
    /// <param name="hisAddress">The node's hospital port.</param>
    /// <param name="token">The institution's token.</param>
    /// <param name="time">Decides what "today" is in the messages, at +08:00.</param>
    public JourneyPlayer(HttpClient client, Uri hisAddress, string token, TimeProvider time) =>
        (_client, _hisAddress, _token, _time) = (client, hisAddress, token, time);

    /// <summary>What was taken from replies so far, by placeholder name.</summary>
    public IReadOnlyDictionary<string, string> Captured => _captured;

    /// <summary>Plays the steps in order and ends after the first that failed.</summary>
    public async IAsyncEnumerable<JourneyExchange> PlayAsync(IEnumerable<JourneyStep> steps, [EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var step in steps)
        {
            var exchange = await PlayAsync(step, cancellation);
            yield return exchange;
            if (exchange.Fault is not null)
                yield break;
        }
    }

    /// <exception cref="InvalidOperationException">The template has a placeholder that nothing fills, or an unknown encoding.</exception>
    /// <exception cref="HttpRequestException">The node is not there.</exception>
    public async Task<JourneyExchange> PlayAsync(JourneyStep step, CancellationToken cancellation)
    {
        var request = Fill(step.Template);
        var encoding = LegacyText.ByLabel(step.Encoding) ?? throw new InvalidOperationException($"Encoding '{step.Encoding}' of {step.Body} is not known.");
        var bytes = encoding.GetBytes(request);
        using var message = new HttpRequestMessage(HttpMethod.Post, new Uri(_hisAddress, step.Path)) { Content = new ByteArrayContent(bytes) };
        message.Content.Headers.TryAddWithoutValidation("Content-Type", step.ContentType);
        message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _token);
        if (step.SoapAction.Length > 0)
            message.Headers.TryAddWithoutValidation("SOAPAction", step.SoapAction);
        var started = _time.GetTimestamp();
        using var response = await _client.SendAsync(message, cancellation);
        var replyBytes = await response.Content.ReadAsByteArrayAsync(cancellation);
        var elapsed = _time.GetElapsedTime(started);
        var fault = Read(response.Content.Headers.ContentType, replyBytes, out var reply) ?? Judge(step, response.StatusCode, JourneyReply.Of(reply));
        return new JourneyExchange
        {
            Step = step,
            Request = request,
            RequestBytes = bytes,
            Reply = reply,
            ReplyBytes = replyBytes,
            HttpStatus = (int)response.StatusCode,
            Elapsed = elapsed,
            Fault = fault,
        };
    }

    private static string? Read(MediaTypeHeaderValue? contentType, byte[] bytes, out string reply)
    {
        reply = "";
        if (LegacyText.ByLabel(contentType?.CharSet ?? "utf-8") is not { } encoding)
            return $"应答的字符集“{contentType?.CharSet}”无法识别。 / the charset '{contentType?.CharSet}' of the reply is not known.";
        return LegacyText.TryDecode(bytes, encoding, out reply, out var badByteAt)
            ? null
            : $"应答第 {badByteAt} 字节不是 {encoding.WebName}。 / byte {badByteAt} of the reply is not {encoding.WebName}.";
    }

    private string? Judge(JourneyStep step, HttpStatusCode status, JourneyReply reply)
    {
        if (status != HttpStatusCode.OK)
            return $"HTTP {(int)status}";
        if (!reply.Matches(step.Success))
            return $"应答不符合预期（{step.Success}）。 / the reply is not what the step expects ({step.Success}).";
        var captures = step.Capture.Select(each => (each.Key, Shown: each.Value, Value: reply.First(each.Value)))
            .Concat(step.CaptureMatch.Select(each => (each.Key, Shown: each.Value, Value: reply.FirstMatch(each.Value))));
        foreach (var (name, shown, value) in captures)
        {
            if (value is null)
                return $"应答中没有 {shown}。 / the reply has no {shown}.";
            _captured[name] = value;
        }
        return null;
    }

    private string Fill(string template) => Placeholders().Replace(template, match => match.Groups switch
    {
        var groups when groups["days"].Success => Now().AddDays(int.Parse(groups["days"].ValueSpan, CultureInfo.InvariantCulture))
            .ToString(groups["format"].Value, CultureInfo.InvariantCulture),
        var groups when groups["clock"].Success => Now().ToString(groups["clock"].Value, CultureInfo.InvariantCulture),
        var groups => _captured.TryGetValue(groups["name"].Value, out var value)
            ? value
            : throw new InvalidOperationException($"Nothing fills the placeholder {match.Value}."),
    });

    private DateTimeOffset Now() => ChinaTime.Local(_time.GetUtcNow());

    [GeneratedRegex(@"\$\{(?:day:(?<days>[+-]?\d{1,4}):(?<format>[^}]+)|now:(?<clock>[^}]+)|(?<name>[a-z][a-z0-9_]*))\}")]
    private static partial Regex Placeholders();
}
