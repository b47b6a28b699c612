using System.Text;
using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;
using static ProvincialGateway.Tests.Dialects.YinhaiXmlMessages;

namespace ProvincialGateway.Tests.Dialects;

/// <summary>Any bytes give an envelope, and any envelope a well-formed reply.</summary>
public sealed class YinhaiXmlRobustnessTests
{
    private const int Seed = 65534;
    private const int Mutations = 20_000;

    private static readonly string[] Fragments =
    [
        "&", "<", "&lt;", "&lt;row&gt;", "&lt;/row&gt;", "&lt;dataset&gt;", "&amp;lt;", "]]>", "\0", "<!DOCTYPE a>", "&lt;!DOCTYPE a&gt;", "encoding=\"base64\"", "&#0;", "<a>", "9999999999999999999", "-", "\uE863",
        "xml:space=\"x\"", "&lt;akc190&gt;1&lt;/akc190&gt;", "/",
    ];

    private static readonly HisMessage[] Originals =
    [
        Message(LegacyText.Gb18030.GetBytes($"<?xml version=\"1.0\" encoding=\"GBK\"?>{Call("31", Upload(Line, Line.With("yka105", "2")))}"), "text/xml; charset=GBK"),
        Message(LegacyText.Gb18030.GetBytes($"<?xml version=\"1.0\" encoding=\"GB2312\"?>{Call("03", "", Card + "㼆𠮷|")}"), "text/xml"),
        Utf8($"<yinhaiBatch>{Call("21", Input(Admission), Card)}{Call("43", Input(Settlement))}{Method("confirm", Param("jylsh", TradeNumber) + Param("jyyzm", TradeCheck))}</yinhaiBatch>"),
        Utf8(Call("41", Input(Settlement))),
        Utf8(Call("46A", Input([("prm_begindate", "2017/6/20"), ("prm_enddate", "2017-06-20"), ("prm_outputfile", "D:\\1.txt")]))),
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
    public void An_input_cut_at_any_character_is_refused_with_its_place()
    {
        var whole = Upload(Line, Line.With("yka105", "2"));
        for (var length = 1; length < whole.Length; length++)
            Assert.That(Refusal(Call("31", whole[..length])).Field, Does.Match("^jysr_xml line [0-9]+ column [0-9]+$"), $"cut at {length}");
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
        Assert.That(Refusal($"<yinhai method=\"call\">{deep}").Code, Is.EqualTo("MALFORMED_MESSAGE"));
        Assert.That(Refusal(Call("33", $"<input>{deep[..60_000]}")).Field, Is.EqualTo("jysr_xml line 1 column 30"));
    }

    [Test]
    public void Refusals_of_the_message_never_quote_its_values()
    {
        const string Secret = "测试患者丙";
        var messages = new[]
        {
            Call("21", $"<input><prm_akc193>{Secret}</input>", Card), Call("21", $"<input><{Secret}/><{Secret}></input>", Card), Call("03", "", $"{Secret}|1|2|3|{Secret}|"), Call("03", "", Secret),
            Call("31", Upload(Line.With("akc225", Secret).With("yke123", Secret))), Call("31", Upload(Line.With("ykd126", $"{Secret}<"))), Method("confirm", Param("jylsh", Secret) + Param("jyyzm", Secret)),
            $"<yinhai><{Secret}></yinhai>", Call("44", Input([("yka103", Secret)])),
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
        var calls = root.Name.LocalName == "yinhaiBatch" ? root.Elements().Count() : 1;
        if (envelope.Requests.Any(request => request.Operation is null == request.Refusal is null) || calls != envelope.Requests.Count
            || !reply.Body.AsSpan().SequenceEqual(Dialect.Encode(again, Results(again)).Body) || Dialect.EncodeFailure(message, Refused()).Body.Length == 0)
            Assert.Fail($"not answered properly: {Convert.ToBase64String(message.Body.Span)}");
        return envelope;
    }

    private static HisResult[] Results(HisEnvelope envelope) => [.. envelope.Requests.Select(request => request.Operation switch
    {
        null => request.Refusal!,
        VerifyPerson => new PersonVerified { TransactionId = TransactionId, Person = Person },
        Settle => Booked,
        UploadFeeLines => Refused("lines[1].local_code"),
        ListSettlements => new SettlementsListed { TransactionId = TransactionId, Rows = [Row] },
        _ => (HisResult)Pending,
    })];
}
