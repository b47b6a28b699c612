using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;
using static ProvincialGateway.Tests.His.CanonicalJsonMessages;

namespace ProvincialGateway.Tests.His;

/// <summary>Any bytes give an envelope, and any envelope a well-formed reply.</summary>
public sealed class CanonicalJsonRobustnessTests
{
    private const int Seed = 530000;
    private const int Mutations = 20_000;

    private static readonly string[] Fragments =
        ["\"", "{", "}", "[", "]", ",", ":", "null", "1e5", "-0", "0.0", "99999999999999999999", "\\ud800", "\\u0000", "\"@type\":\"x\",", "\"lines\":", "true", "\t", "\uFEFF", " "];

    private static readonly (string Operation, byte[] Body)[] Originals = [.. Operations().Select(type => (type.Name, Original(type)))];

    [Test]
    public void A_message_cut_at_any_byte_is_refused_and_answered()
    {
        foreach (var (operation, body) in Originals)
        {
            for (var length = 0; length < body.Length; length++)
                Assert.That(CheckedRoundTrip(operation, body[..length]).Operation, Is.Null, $"{operation} cut at {length}");
        }
    }

    [Test]
    public void Mutated_messages_are_always_answered()
    {
        TestContext.Out.WriteLine($"seed {Seed}");
        var random = new Random(Seed);
        var (understood, refused) = (0, 0);
        for (var i = 0; i < Mutations; i++)
        {
            var (operation, original) = Originals[random.Next(Originals.Length)];
            var body = original.ToList();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
                Mutate(body, random);
            var request = CheckedRoundTrip(operation, [.. body]);
            _ = request.Operation is null ? refused++ : understood++;
        }

        TestContext.Out.WriteLine($"{understood} requests understood, {refused} refused");
        Assert.That(Math.Min(understood, refused), Is.GreaterThan(Mutations / 20), "mutations must neither all break the message nor all leave it alone");
    }

    private static byte[] Original(Type operation)
    {
        var body = Body((HisOperation)new AnyRecord(new Random(Seed), listMin: 1, isComplete: true).Of(operation));
        body["header"] = new JsonObject { ["hisTransactionId"] = "17", ["operator"] = "收费员甲" };
        return Encoding.UTF8.GetBytes(body.ToJsonString());
    }

    private static HisRequest CheckedRoundTrip(string operation, byte[] body)
    {
        var envelope = Dialect.Decode(Message(operation, body));
        var request = envelope.Requests.Single();
        Assert.That(request.Operation is null, Is.EqualTo(request.Refusal is not null), "either an operation or a refusal");
        Assert.That(request.Refusal?.Field, Is.Not.EqualTo("message"), "what the check lets pass, the parser reads");
        var reply = Dialect.Encode(envelope, [request.Refusal ?? Refusals.UnknownTransaction("x")]);
        using var json = JsonDocument.Parse(reply.Body);
        Assert.That(json.RootElement.GetProperty("refusal").GetProperty("chinese").GetString(), Is.Not.Empty);
        return request;
    }

    private static void Mutate(List<byte> body, Random random)
    {
        var at = random.Next(body.Count);
        switch (random.Next(4))
        {
            case 0:
                body[at] = (byte)random.Next(256);
                break;
            case 1:
                body.RemoveAt(at);
                break;
            case 2:
                body.InsertRange(at, Encoding.UTF8.GetBytes(Fragments[random.Next(Fragments.Length)]));
                break;
            // A digit or letter in place of another keeps the JSON and changes a value or a name.
            case 3 when char.IsAsciiLetterOrDigit((char)body[at]):
                body[at] = (byte)"09azAZ"[random.Next(6)];
                break;
        }
    }
}
