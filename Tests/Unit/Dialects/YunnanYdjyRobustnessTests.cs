using System.Text;
using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;
using static ProvincialGateway.Tests.Dialects.YunnanYdjyMessages;

namespace ProvincialGateway.Tests.Dialects;

/// <summary>Any bytes give an envelope, and any envelope a well-formed reply.</summary>
public sealed class YunnanYdjyRobustnessTests
{
    private const int Seed = 936;
    private const int Mutations = 20_000;

    private static readonly string[] Fragments =
        ["&", "<", "]]>", "\0", "<!DOCTYPE a>", "null=\"1\"", "encoding=\"base64\"", "&#0;", "<a>", "size=\"1\"", "9999999999999999999", "-", "\uE863", "xml:space=\"x\"", "acp=\"1\""];

    private static readonly HisMessage[] Originals =
    [
        Message(LegacyText.Gb18030.GetBytes($"<?xml version=\"1.0\" encoding=\"GBK\"?>{Business("12", Input(Line))}"), "text/xml; charset=GBK"),
        Message(LegacyText.Gb18030.GetBytes($"<?xml version=\"1.0\" encoding=\"GB2312\"?>{ReadCard("440100|1|2|3|㼆𠮷|")}"), "text/xml"),
        Utf8($"<ydjyBatch>{Business("11", Input(Admission))}{Route("72", Input(Preview))}{Business("23", Input(Refund))}</ydjyBatch>"),
        Utf8(Business("14", Input(Settlement))),
    ];

    [TestCaseSource(nameof(Originals))]
    public void A_message_cut_at_any_byte_is_refused_and_answered(HisMessage original)
    {
        for (var length = 0; length < original.Body.Length; length++)
        {
            var envelope = CheckedRoundTrip(original with { Body = original.Body[..length] });
            Assert.That(envelope.Requests.Select(request => request.Operation), Is.All.Null, $"cut at {length}");
        }

        Assert.That(CheckedRoundTrip(original).Requests.Select(request => request.Refusal), Is.All.Null);
    }

    [Test]
    public void Mutated_messages_are_always_answered()
    {
        TestContext.Out.WriteLine($"seed {Seed}");
        var random = new Random(Seed);
        var (understood, refused) = (0, 0);
        for (var i = 0; i < Mutations; i++)
        {
            var original = Originals[random.Next(Originals.Length)];
            var body = original.Body.ToArray().ToList();
            for (var changes = random.Next(1, 5); changes > 0; changes--)
                Mutate(body, random);
            var envelope = CheckedRoundTrip(original with { Body = body.ToArray(), ContentType = random.Next(4) == 0 ? "text/xml" : original.ContentType });
            understood += envelope.Requests.Count(request => request.Operation is not null);
            refused += envelope.Requests.Count(request => request.Refusal is not null);
        }

        TestContext.Out.WriteLine($"{understood} requests understood, {refused} refused");
        Assert.That(Math.Min(understood, refused), Is.GreaterThan(Mutations / 20), "mutations must neither all break the message nor all leave it alone");
    }

    [Test]
    public void Random_bytes_are_refused_and_answered()
    {
        TestContext.Out.WriteLine($"seed {Seed}");
        var random = new Random(Seed);
        for (var i = 0; i < 2_000; i++)
        {
            var body = new byte[random.Next(200)];
            random.NextBytes(body);
            Assert.That(CheckedRoundTrip(Message(body, i % 2 == 0 ? "text/xml; charset=gbk" : "")).Requests.Single().Refusal, Is.Not.Null);
        }
    }

    [Test]
    public void Deep_nesting_costs_nothing()
    {
        var deep = string.Concat(Enumerable.Repeat("<a>", 500_000));
        Assert.That(Refusal($"<ydjy function=\"SIGNIN\">{deep}").Code, Is.EqualTo("MALFORMED_MESSAGE"));
        Assert.That(Refusal(Business("24", $"<input>{deep}")).Code, Is.EqualTo("MALFORMED_MESSAGE"));
    }

    [Test]
    public void Refusals_of_the_message_never_quote_its_values()
    {
        const string Secret = "测试患者丙";
        var messages = new[]
        {
            Business("11", $"<input><AAE004>{Secret}</AAE005></input>"), Business("11", $"<input><{Secret}/><{Secret}></input>"),
            ReadCard($"440100|1|2|{Secret}"), ReadCard($"{Secret}|1|2|3|{Secret}|"), $"<ydjy><{Secret}></ydjy>",
            Business("12", Input(Line.With("AKC225", Secret).With("AKC221", Secret))),
        };
        foreach (var message in messages)
            Assert.That(Refusal(message).Text, Does.Not.Contain(Secret));
    }

    private static void Mutate(List<byte> body, Random random)
    {
        var at = random.Next(body.Count + 1);
        switch (random.Next(5))
        {
            case 0 when at < body.Count:
                body[at] = (byte)random.Next(256);
                break;
            case 1 when at < body.Count:
                body.RemoveRange(at, Math.Min(random.Next(1, 20), body.Count - at));
                break;
            case 2:
                body.InsertRange(at, Encoding.UTF8.GetBytes(Fragments[random.Next(Fragments.Length)]));
                break;
            case 3 when body.Count > 0:
                var from = random.Next(body.Count);
                body.InsertRange(at, body.GetRange(from, Math.Min(random.Next(1, 60), body.Count - from)));
                break;
            case 4 when at < body.Count && body[at] is >= (byte)'0' and <= (byte)'9':
                body[at] = (byte)('0' + random.Next(10));
                break;
        }
    }

    /// <summary>Decodes and answers twice: the same bytes both times, well-formed, one reply per request.</summary>
    private static HisEnvelope CheckedRoundTrip(HisMessage message)
    {
        var envelope = Dialect.Decode(message);
        var reply = Dialect.Encode(envelope, Results(envelope));
        var again = Dialect.Decode(message);
        var root = Root(reply);
        var calls = root.Name.LocalName == "ydjyBatch" ? root.Elements().Count() : 1;
        if (envelope.Requests.Any(request => request.Operation is null == request.Refusal is null) || calls != envelope.Requests.Count
            || !reply.Body.AsSpan().SequenceEqual(Dialect.Encode(again, Results(again)).Body) || Dialect.EncodeFailure(message, Refused()).Body.Length == 0)
            Assert.Fail($"not answered properly: {Convert.ToBase64String(message.Body.Span)}");
        return envelope;
    }

    private static HisResult[] Results(HisEnvelope envelope) => [.. envelope.Requests.Select(request => request.Operation switch
    {
        null => request.Refusal!,
        VerifyPerson => new PersonVerified { TransactionId = "", Person = Person },
        RegisterAdmission => new AdmissionRegistered { TransactionId = "1", VisitNumber = Visit, Person = Person, DeductibleFen = 160000, AdmissionOrdinal = 1 },
        PreviewSettlement => Previewed(Figures),
        Settle => Refused(),
        _ => (HisResult)Pending,
    })];
}
