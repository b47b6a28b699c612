using ProvincialGateway.AdapterHost;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.AdapterKit;

/// <summary>
/// Any bytes get an answer: samples that were spoilt in every way a line or a client can, and noise. Each is read and then answered as refused, as
/// pending and as a failure outside any request; nothing may throw, overrun, or give what cannot be sent.
/// </summary>
internal sealed class TotalityCheck(IHisDialect dialect, IReadOnlyList<ConformanceSample> samples, int seed, int messages)
{
    private static readonly HisRefusal Refused = Refusals.InvalidField("visit_kind", "测试 test", "一致性检查 & <测试>", "conformance check & <test>");

    private static readonly HisPending Pending = new() { TransactionId = "530000201606150910000000000012", Chinese = "待确认 & <测试>", English = "pending & <test>" };

    public void Run(CheckTally tally)
    {
        var spoiler = new MessageSpoiler(seed, [.. samples.Select(sample => sample.Message)]);
        for (var number = 0; number < messages; number++)
        {
            var message = spoiler.Next();
            tally.Try();
            Answer($"seed {seed}, message {number}", message, tally);
        }
    }

    private void Answer(string place, HisMessage message, CheckTally tally)
    {
        if (tally.Call(place, () => dialect.Decode(message)) is { } envelope)
        {
            if (GuardedDialect.Breach(envelope) is { } breach)
                tally.Fault(place, $"违反契约：{breach}。", $"it breaks the contract: {breach}.");
            else
                Answer(place, envelope, tally);
        }
        Send(place, () => dialect.EncodeFailure(message, Refused), tally);
    }

    private void Answer(string place, HisEnvelope envelope, CheckTally tally)
    {
        foreach (var answer in (HisResult[])[Refused, Pending])
            Send(place, () => dialect.Encode(envelope, [.. envelope.Requests.Select(request => request.Refusal ?? answer)]), tally);
    }

    private static void Send(string place, Func<HisReply> encode, CheckTally tally)
    {
        var found = tally.Found;
        var reply = tally.Call(place, encode);
        if (tally.Found == found && GuardedDialect.Breach(reply) is { } breach)
            tally.Fault(place, $"应答不能发送：{breach}。", $"its reply cannot be sent: {breach}.");
    }
}

/// <summary>Messages that were damaged on the way or never were any. The same seed gives the same messages.</summary>
internal sealed class MessageSpoiler(int seed, IReadOnlyList<HisMessage> good)
{
    private const int NoiseMax = 4096, RepeatsMax = 2000, HeaderNoiseMax = 60;

    // Halves of characters of GBK and UTF-8, marks of order, and what text formats give a meaning to.
    private static readonly byte[][] Pieces =
    [
        [0x81], [0xFF], [0xC3, 0x28], [0xEF, 0xBB, 0xBF], [0xFE, 0xFF], [0x00], [0x80, 0x80], "\u0001"u8.ToArray(), "<![CDATA["u8.ToArray(), "&#0;"u8.ToArray(),
        "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\">]>&a;"u8.ToArray(), "\""u8.ToArray(), "|||"u8.ToArray(), "^$"u8.ToArray(), "{\"a\":["u8.ToArray(), "1e999"u8.ToArray(),
        "-99999999999999999999999999.99"u8.ToArray(), "0.00000000000000000001"u8.ToArray(), "20170230"u8.ToArray(), "\r\n"u8.ToArray(), "测试"u8.ToArray(),
    ];

    private static readonly HisMessage Nothing = new() { Path = "/", ContentType = "", SoapAction = "", Body = ReadOnlyMemory<byte>.Empty };

    private readonly Random _random = new(seed);

    public HisMessage Next()
    {
        var message = good.Count == 0 ? Nothing : good[_random.Next(good.Count)];
        var body = message.Body.ToArray();
        for (var damage = _random.Next(3); damage >= 0; damage--)
            body = Spoil(body);
        message = message with { Body = body };
        return _random.Next(10) switch
        {
            0 => message with { ContentType = Text(), SoapAction = Text() },
            1 => message with { Path = $"/{Text()}", ContentType = "" },
            _ => message,
        };
    }

    private byte[] Spoil(byte[] body)
    {
        var at = _random.Next(body.Length + 1);
        return _random.Next(8) switch
        {
            0 => Flipped(body),
            1 => body[..at],
            2 => [.. body[..at], .. body[Math.Min(body.Length, at + _random.Next(200))..]],
            3 => [.. body[..at], .. Pieces[_random.Next(Pieces.Length)], .. body[at..]],
            4 => [.. body[..at], .. Other()],
            5 => Repeated(body, at),
            6 => Noise(_random.Next(NoiseMax)),
            _ => [.. body[..at], .. Noise(_random.Next(20)), .. body[Math.Min(body.Length, at + 5)..]],
        };
    }

    private byte[] Flipped(byte[] body)
    {
        if (body.Length == 0)
            return body;
        var flipped = body.ToArray();
        for (var times = _random.Next(1, 6); times > 0; times--)
            flipped[_random.Next(flipped.Length)] ^= (byte)(1 << _random.Next(8));
        return flipped;
    }

    private byte[] Repeated(byte[] body, int at)
    {
        var piece = body[at..Math.Min(body.Length, at + _random.Next(1, 40))];
        return [.. body[..at], .. Enumerable.Repeat(piece, _random.Next(RepeatsMax)).SelectMany(bytes => bytes), .. body[at..]];
    }

    private byte[] Other()
    {
        if (good.Count == 0)
            return [];
        var other = good[_random.Next(good.Count)].Body.ToArray();
        return other[_random.Next(other.Length + 1)..];
    }

    private byte[] Noise(int length)
    {
        var noise = new byte[length];
        _random.NextBytes(noise);
        return noise;
    }

    private string Text() => string.Concat(Noise(_random.Next(HeaderNoiseMax)).Select(value => (char)(value % 95 + 32)));
}
