using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Tests.His;
using ProvincialGateway.Tests.Support;
using static ProvincialGateway.Tests.Dialects.NationalJsonMessages;

namespace ProvincialGateway.Tests.Dialects;

/// <summary>Any bytes give an envelope, and any envelope and result a well-formed reply.</summary>
public sealed class NationalJsonRobustnessTests
{
    private const int Seed = 310000;
    private const int Mutations = 20_000;

    private static readonly string[] Fragments =
    [
        "\"", "\\", "{", "}", "[", "]", ":", ",", "null", "true", "1e400", "-", "\0", "\\u0000", "\\ud83d", "\\udfb7", "\uE863", "\uFEFF", "99999999999999999999", "\"data\":", "\"input\":\"{\"",
        "\"in\":[", "\"mdtrtinfo\":7,", "\"feedetail\":[[]],", "\"DATA\":{},", "\"\\ud800\":1,",
    ];

    private static readonly string Samples = Repository.PathTo("Adapters", "Shanghai", "samples", "conformance");

    private static readonly HisMessage[] Originals =
        [.. Directory.GetDirectories(Samples).Order(StringComparer.Ordinal).Select(Sample)];

    private static readonly Type[] ResultTypes =
        [.. typeof(HisResult).Assembly.GetExportedTypes().Where(type => type.IsSubclassOf(typeof(HisResult)) && !type.IsAbstract)];

    [TestCase("2304-settle"), TestCase("2301-upload-hs-two-nodes"), TestCase("2401-rare-characters-escaped"), TestCase("2401-admit-hs-input-as-text"), TestCase("9101-upload-file")]
    public void A_message_cut_at_any_byte_is_refused_and_answered(string name)
    {
        var original = Sample(Path.Combine(Samples, name));
        for (var length = 0; length < original.Body.Length; length++)
        {
            var request = Check(original with { Body = original.Body[..length] }, Refused()).Requests.Single();
            Assert.That(request.Operation, Is.Null, $"cut at {length}");
        }

        Assert.That(Check(original, Refused()).Requests.Single().Operation, Is.Not.Null);
    }

    [Test]
    public void Mutated_messages_are_always_answered()
    {
        TestContext.Out.WriteLine($"seed {Seed}");
        var random = new Random(Seed);
        var records = new AnyRecord(random, listMin: 0);
        var (understood, refused) = (0, 0);
        for (var i = 0; i < Mutations; i++)
        {
            var original = Originals[random.Next(Originals.Length)];
            var body = original.Body.ToArray().ToList();
            for (var changes = random.Next(1, 5); changes > 0; changes--)
                Mutate(body, random);
            var envelope = Check(original with { Body = body.ToArray() }, (HisResult)records.Of(ResultTypes[random.Next(ResultTypes.Length)]));
            understood += envelope.Requests.Count(request => request.Operation is not null);
            refused += envelope.Requests.Count(request => request.Refusal is not null);
        }

        TestContext.Out.WriteLine($"{understood} understood, {refused} refused");
        Assert.That(Math.Min(understood, refused), Is.GreaterThan(Mutations / 20), "mutations must neither all break the message nor all leave it alone");
    }

    [Test]
    public void Every_result_is_written_in_answer_to_every_transaction()
    {
        TestContext.Out.WriteLine($"seed {Seed}");
        var records = new AnyRecord(new Random(Seed), listMin: 0);
        foreach (var original in Originals)
        {
            foreach (var type in ResultTypes)
                Check(original, (HisResult)records.Of(type));
        }
    }

    [Test]
    public void Random_bytes_are_refused_and_answered()
    {
        TestContext.Out.WriteLine($"seed {Seed}");
        var random = new Random(Seed);
        for (var i = 0; i < 5_000; i++)
        {
            var body = new byte[random.Next(200)];
            random.NextBytes(body);
            var message = Posted(body, i % 3 == 0 ? "/national/dll" : "/national", i % 2 == 0 ? "application/json" : "text/plain; charset=gbk");
            Assert.That(Check(message, Refused()).Requests.Single().Refusal, Is.Not.Null);
        }
    }

    [Test]
    public void Mutated_files_are_read_or_refused()
    {
        TestContext.Out.WriteLine($"seed {Seed}");
        var random = new Random(Seed);
        var original = Zip($"{Settlement}\t{Visit}\t5001000003\t458.60\t181.00\t100\t0\n{NodeId}\t{Visit}\tnull\t-458.60\t-181.00\t-100.00\t1");
        var read = 0;
        for (var i = 0; i < 5_000; i++)
        {
            var file = original.ToArray();
            for (var changes = random.Next(1, 6); changes > 0; changes--)
                file[random.Next(file.Length)] = (byte)random.Next(256);
            var message = Envelope("9101", new JsonObject { ["fsUploadIn"] = new JsonObject { ["in"] = Convert.ToBase64String(file[..(random.Next(4) == 0 ? random.Next(file.Length) : file.Length)]) } });
            var request = Check(Posted(message), Refused()).Requests.Single();
            read += request.Operation is null ? 0 : 1;
        }

        Assert.That(read, Is.InRange(1, 4_999));
    }

    [Test]
    public void Deep_nesting_costs_nothing([Values("[", "{\"input\":", "{\"a\":[")] string open)
    {
        var message = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(open, 500_000)));

        Assert.That(Refusal(Posted(message)).Code, Is.EqualTo("MALFORMED_MESSAGE"));
        Assert.That(Refusal(Envelope("2304", Encoding.UTF8.GetString(message))).Code, Is.EqualTo("MALFORMED_MESSAGE"));
    }

    [Test]
    public void Refusals_of_the_message_never_quote_its_values()
    {
        const string Secret = "测试患者丙";
        JsonObject[] messages =
        [
            Envelope("2304", Data(Terms.With("medfee_sumamt", Secret))), Envelope("2304", Data(Terms.With("mid_setl_flag", Secret))),
            Envelope("2401", Data(Admission.With("begntime", Secret))), Envelope("1101", Data(Card.With("mdtrt_cert_type", Secret))),
            Envelope("1101", Data(Card.With("card_sn", Secret + Secret)), ""), Envelope("1101", Data(Card), Secret),
            Envelope("2304", Data(Terms)).With("msgid", string.Concat(Enumerable.Repeat(Secret, 10))), Envelope("2601", Data(new JsonObject { ["oinfno"] = Secret })),
            Envelope("3201", Data(Totals.With("clr_type", Secret))), Envelope("2304", Secret),
        ];
        foreach (var message in messages)
            Assert.That(Refusal(message).Text, Does.Not.Contain(Secret), message.ToJsonString());
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

    /// <summary>Decodes and answers twice: the same bytes both times, and JSON or a file.</summary>
    private static HisEnvelope Check(HisMessage message, HisResult result)
    {
        var envelope = Dialect.Decode(message);
        var request = envelope.Requests.Single();
        var answer = request.Refusal ?? result;
        var reply = Dialect.Encode(envelope, [answer]);
        var again = Dialect.Encode(Dialect.Decode(message), [answer]);
        if (request.Operation is null == request.Refusal is null || !reply.Body.AsSpan().SequenceEqual(again.Body) || !IsWellFormed(reply)
            || !IsWellFormed(Dialect.EncodeFailure(message, Refused())))
            Assert.Fail($"not answered properly: {Convert.ToBase64String(message.Body.Span)}");
        return envelope;
    }

    private static bool IsWellFormed(HisReply reply)
    {
        if (reply.ContentType == "application/zip")
        {
            using var zip = new ZipArchive(new MemoryStream(reply.Body), ZipArchiveMode.Read);
            return zip.Entries.Count == 1;
        }

        return Parsed(reply)["infcode"]!.GetValueKind() == JsonValueKind.Number;
    }

    private static HisMessage Sample(string folder)
    {
        var header = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "request.json")))!;
        return Posted(File.ReadAllBytes(Path.Combine(folder, "request.bin")), (string)header["path"]!, (string)header["contentType"]!);
    }

    private static byte[] Zip(string text)
    {
        using var file = new MemoryStream();
        using (var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = zip.CreateEntry("detail.txt").Open();
            entry.Write(Encoding.UTF8.GetBytes(text));
        }

        return file.ToArray();
    }
}
