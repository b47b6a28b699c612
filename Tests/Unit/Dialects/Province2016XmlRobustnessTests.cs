using System.Globalization;
using System.Text;
using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Dialects.Province2016Xml;

namespace ProvincialGateway.Tests.Dialects;

/// <summary>Any bytes give an envelope, and any envelope a reply that is XML.</summary>
public sealed class Province2016XmlRobustnessTests
{
    private const int Inputs = 20_000;
    private const int Seed = 20160525;

    private static readonly string[] Tokens =
    [
        "<", ">", "&", "&lt;", "&gt;", "&amp;lt;", "&#0;", "&#xD800;", "]]>", "<![CDATA[", "<!--", "<!DOCTYPE a [<!ENTITY x 'y'>]>", "&x;", "\0", "\r", "\u0001",
        "<row>", "</row>", "</detail>", "<a:b/>", " xmlns='x'", "<?xml version='1.0'?>", "-", "99999999999999999999999999999999", "\uFDD0", "\uFEFF", "𠮷",
    ];

    private static readonly string[] ContentTypes =
        ["text/xml; charset=utf-8", "text/xml; charset=gbk", "text/xml", "application/soap+xml; charset=GB18030", "charset=", "text/xml; charset=utf-7", ""];

    private static readonly string[] Understood =
    [
        "1904-verify-card", "0211-verify-person", "0212-register-admission", "28-translate-fees", "0301-upload-fees", "0302-withdraw-all",
        "0215-discharge", "0304-settle", "0304-settle-within-province", "0305-cancel-settlement",
        "0214-cancel-admission", "18-cancel-admission-without-visit", "0216-cancel-discharge", "1301-reverse-settlement", "0707-query-fee-lines", "0606-reconcile-differences",
    ];

    private readonly Province2016XmlDialect _dialect = new();

    [TestCase("0304-settle"), TestCase("0212-gbk-body-rare-characters")]
    public void A_body_cut_at_any_byte_is_refused_with_a_position(string name)
    {
        var whole = Province2016XmlSamples.Sample(name);
        for (var length = 0; length < whole.Body.Length; length++)
        {
            var refusal = Answered(whole with { Body = whole.Body[..length] }).Refusal;

            Assert.That(refusal?.Code, Is.EqualTo("MALFORMED_MESSAGE"), $"cut at {length}");
            Assert.That(refusal?.Field, Does.Match("^(SOAP|Inxml) (byte|line) [0-9]+"), $"cut at {length}");
        }
        Assert.That(Answered(whole).Operation, Is.Not.Null);
    }

    [Test]
    public void An_inner_text_cut_at_any_character_is_refused_with_a_position()
    {
        var whole = Province2016XmlSamples.Inner("0301-upload-fees");
        for (var length = 0; length < whole.Length; length++)
        {
            var refusal = Answered(Province2016XmlSamples.Call("0301", whole[..length])).Refusal;

            Assert.That(refusal?.Field, Does.Match("^Inxml line [0-9]+ column [0-9]+$"), $"cut at {length}");
        }
    }

    [Test]
    public void Twenty_thousand_damaged_messages_all_get_an_answer()
    {
        TestContext.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {Seed}"));
        var random = new Random(Seed);
        var originals = Province2016XmlSamples.Names.Select(Province2016XmlSamples.Sample).ToArray();
        var (understood, refused) = (0, 0);
        for (var input = 0; input < Inputs; input++)
        {
            var message = random.Next(2) == 0 ? Damaged(originals[random.Next(originals.Length)], originals, random) : DamagedInside(originals, random);
            try
            {
                _ = Answered(message).Operation is null ? refused++ : understood++;
            }
            catch (Exception problem) when (problem is not AssertionException)
            {
                Assert.Fail($"input {input} of seed {Seed} ({Convert.ToBase64String(message.Body.Span)}): {problem}");
            }
        }
        TestContext.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{understood} understood, {refused} refused"));
        Assert.That(Math.Min(understood, refused), Is.GreaterThan(Inputs / 50), "the damage is either always or never fatal");
    }

    private HisRequest Answered(HisMessage message)
    {
        var envelope = _dialect.Decode(message);
        Assert.That(envelope.Requests, Has.Count.EqualTo(1));
        var request = envelope.Requests[0];
        Assert.That(request.Operation is null, Is.Not.EqualTo(request.Refusal is null));
        HisResult result = request switch
        {
            { Refusal: { } refusal } => refusal,
            { Operation: QueryFeeLines } => Lines,
            { Operation: ReconcileSettlements } => Reconciled,
            _ => Settlement,
        };
        var reply = _dialect.Encode(envelope, [result]);
        var encoding = reply.ContentType.Contains("GB", StringComparison.Ordinal) ? LegacyText.Gb18030 : Encoding.UTF8;
        Assert.That(Province2016XmlSamples.Result(reply, encoding).Text("transid"), Is.EqualTo(result.TransactionId));
        return request;
    }

    private static Settled Settlement { get; } = (Settled)Province2016XmlSamples.Results("0304-settle")[0];

    private static FeeLinesFound Lines { get; } = (FeeLinesFound)Province2016XmlSamples.Results("0707-query-fee-lines")[0];

    private static SettlementsReconciled Reconciled { get; } = (SettlementsReconciled)Province2016XmlSamples.Results("0606-reconcile-differences")[0];

    private static HisMessage Damaged(HisMessage original, HisMessage[] originals, Random random)
    {
        return original with
        {
            Body = Damaged(original.Body.ToArray(), originals, random),
            ContentType = random.Next(20) == 0 ? ContentTypes[random.Next(ContentTypes.Length)] : original.ContentType,
        };
    }

    /// <summary>The envelope stays whole, so that the damage reaches the readers of the transactions.</summary>
    private static HisMessage DamagedInside(HisMessage[] originals, Random random)
    {
        var sample = Understood[random.Next(Understood.Length)];
        var inner = Encoding.UTF8.GetString(Damaged(Encoding.UTF8.GetBytes(Province2016XmlSamples.Inner(sample)), originals, random));
        return Province2016XmlSamples.Call(sample[..sample.IndexOf('-', StringComparison.Ordinal)], inner);
    }

    private static byte[] Damaged(byte[] original, HisMessage[] originals, Random random)
    {
        var bytes = original.ToList();
        for (var damages = random.Next(1, 4); damages > 0; damages--)
            Damage(bytes, originals, random);
        return [.. bytes];
    }

    private static void Damage(List<byte> bytes, HisMessage[] originals, Random random)
    {
        var at = random.Next(bytes.Count + 1);
        var length = random.Next(Math.Min(64, bytes.Count - at) + 1);
        switch (random.Next(6))
        {
            case 0 when at < bytes.Count:
                bytes[at] = (byte)random.Next(256);
                break;
            case 1:
                bytes.RemoveRange(at, length);
                break;
            case 2:
                bytes.InsertRange(at, bytes.GetRange(at, length));
                break;
            case 3:
                bytes.InsertRange(at, Encoding.UTF8.GetBytes(Tokens[random.Next(Tokens.Length)]));
                break;
            case 4:
                var other = originals[random.Next(originals.Length)].Body.Span;
                var from = random.Next(other.Length);
                bytes.InsertRange(at, other[from..Math.Min(other.Length, from + 64)].ToArray());
                break;
            default:
                // Inside a value: digits to digits, so that the message stays well formed.
                while (at < bytes.Count && !char.IsAsciiDigit((char)bytes[at]))
                    at++;
                if (at < bytes.Count)
                    bytes[at] = (byte)('0' + random.Next(10));
                break;
        }
    }
}
