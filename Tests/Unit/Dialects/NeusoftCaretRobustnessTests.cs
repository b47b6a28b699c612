using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Dialects.NeusoftCaret;
using static ProvincialGateway.Tests.Dialects.NeusoftCaretMessages;
using Pipe = ProvincialGateway.Tests.Dialects.NeusoftPipeMessages;

namespace ProvincialGateway.Tests.Dialects;

/// <summary>Any bytes give an envelope, and any envelope one reply that fits the client's buffer.</summary>
public sealed class NeusoftCaretRobustnessTests
{
    private const int Seed = 2048;
    private const int Mutations = 15_000;

    private static readonly NeusoftCaretDialect[] Dialects = [Nc, Sdz, Gx];

    /// <summary>A call of every transaction.</summary>
    internal static readonly HisMessage[] Originals =
    [
        .. new[]
        {
            "INIT", Call("9100", ""), Call("9110", ""), Call("1110", "P1|68.67|5.00|23.67|40.00|0.00|0.00|0.00|0.00|"), Extended(Call("2100", "")), Extended(Call("2102", "")), Extended(Call("7100", "")), Call("7140", "1|名|A|500100|1|"), Call("7220", $"1|名|A|500100|{RemoteVisit}|"),
            Call("2320", "ZY1||员|"), Call("2210", NcAdmission.Replace("|21|", "|11|")), Call("2210", NcAdmission.Replace("|21|", "|16|")), Call("2410", NcSettlement.Replace("|21|", "|11|")),
            Call("2410", NcSettlement.Replace("|肺炎|1|0|", "|肺炎|1|1|")), Call("7210", RemoteAdmission.Replace("|21|", "|11|")), Call("7420", RemoteSettlement.Replace("20210120150000", "")), Call("2430", $"ZY1|{TransactionId}|员|0||"), Call("7410", RemoteSettlement), Call("7430", $"1|名|A|500100|{RemoteVisit}|A5001002101200000001|"),
            Call("1500", "1|3600000001|A1|21|20210115|"), Call("1600", "3600000001|1|00990001|ZY1|X||20210115|"), Call("2210", NcAdmission), Call("2210", GxAdmission),
            Extended(Call("2210", SdzAdmission)), Call("2230", "ZY1||||||员|||360100|"), Call("2240", "ZY1|员|21|"), Call("2310", NcLines),
            Call("2320", $"ZY1|{TransactionId}|员|"), Call("2410", NcSettlement), Call("2420", NcSettlement), Call("2430", "ZY1|FP|员|0||"), Call("7210", RemoteAdmission),
            Call("7310", RemoteLines), Call("7321", $"1|名|A|500100|{RemoteVisit}|"), Call("7420", RemoteSettlement), "9120^99003^op1^^1^0000^^",
        }.Select(Message),
        Soap(Call("2210", GxAdmission)), Soap(Call("2310", NcLines)),
    ];

    private static readonly byte[][] Fragments =
    [
        "|"u8.ToArray(), "^"u8.ToArray(), "$"u8.ToArray(), "^^^^"u8.ToArray(), [0xB2], [0xB2, 0x7C], [0xB2, 0x5E], [0x81, 0x30], [0x81, 0x30, 0x89], [0xFE, 0x9F], [0xFF], [0], "NULL"u8.ToArray(),
        "1E-28"u8.ToArray(), "1E+20"u8.ToArray(), "9999999999999999999999999999"u8.ToArray(), "<"u8.ToArray(), "&#0;"u8.ToArray(), "&amp;"u8.ToArray(), "\uFFFE"u8.ToArray(),
    ];

    [Test]
    public void Mutated_calls_are_always_answered()
    {
        TestContext.Out.WriteLine($"seed {Seed}");
        var random = new Random(Seed);
        var (understood, refused) = (0, 0);
        for (var i = 0; i < Mutations; i++)
        {
            var original = Originals[random.Next(Originals.Length)];
            var body = original.Body.ToArray().ToList();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
                Mutate(body, random);
            var envelope = Check(Dialects[i % Dialects.Length], original with { Body = body.ToArray() });
            understood += envelope.Requests.Count(request => request.Operation is not null);
            refused += envelope.Requests.Count(request => request.Refusal is not null);
        }

        TestContext.Out.WriteLine($"{understood} requests understood, {refused} refused");
        Assert.That(Math.Min(understood, refused), Is.GreaterThan(Mutations / 20), "mutations must neither all break the call nor all leave it alone");
    }

    [TestCaseSource(nameof(Originals))]
    public void A_call_cut_at_any_byte_is_answered(HisMessage original)
    {
        for (var length = 0; length < original.Body.Length; length++)
            Check(Nc, original with { Body = original.Body[..length] });
    }

    [Test]
    public void Any_bytes_are_answered() => Prop.ForAll<byte[], byte>((bytes, choice) => Check(Dialects[choice % 3], Message(bytes)).Requests.Count == 1).QuickCheckThrowOnFailure();

    [Test]
    public void Any_bytes_as_input_of_any_call_are_answered()
    {
        string[] codes = ["9100", "1110", "1500", "2100", "2210", "2230", "2240", "2310", "2320", "2410", "2420", "2430", "7100", "7210", "7220", "7310", "7410", "7420", "7430"];
        Prop.ForAll<byte[], byte>((bytes, choice) =>
            Check(Dialects[choice % 3], Message([.. LegacyText.Gb18030.GetBytes($"{codes[choice % codes.Length]}^1^2^3^4^5^"), .. bytes, .. "^1^"u8])).Requests.Count > 0).QuickCheckThrowOnFailure();
    }

    [TestCase((byte)'|')]
    [TestCase((byte)'^')]
    [TestCase((byte)'$')]
    public void A_call_of_a_million_delimiters_costs_nothing_and_is_refused(byte delimiter) =>
        Assert.That(Check(Nc, Message([.. "2310^1^2^3^4^5^ZY1|"u8, .. Enumerable.Repeat(delimiter, 1_000_000)])).Requests.Single().Refusal, Is.Not.Null);

    [Test]
    public void Deep_XML_costs_nothing() =>
        Assert.That(Refusal(Gx, Message(string.Concat(Enumerable.Repeat("<a>", 500_000)))).Code, Is.EqualTo("MALFORMED_MESSAGE"));

    private static void Mutate(List<byte> body, Random random)
    {
        var at = random.Next(body.Count + 1);
        switch (random.Next(4))
        {
            case 0 when at < body.Count:
                body[at] = (byte)random.Next(256);
                break;
            case 1 when at < body.Count:
                body.RemoveRange(at, Math.Min(random.Next(1, 12), body.Count - at));
                break;
            case 2:
                body.InsertRange(at, Fragments[random.Next(Fragments.Length)]);
                break;
            case 3 when at < body.Count && body[at] is >= (byte)'0' and <= (byte)'9':
                body[at] = (byte)('0' + random.Next(10));
                break;
        }
    }

    /// <summary>Decodes and answers twice: the same bytes both times, framed as the call was, within the buffer.</summary>
    private static HisEnvelope Check(NeusoftCaretDialect dialect, HisMessage message)
    {
        var envelope = dialect.Decode(message);
        var again = dialect.Decode(message);
        var reply = dialect.Encode(envelope, Results(envelope));
        var isLine = reply.ContentType.StartsWith("text/plain", StringComparison.Ordinal);
        var text = isLine ? Text(reply) : "";
        if (envelope.Requests.Any(request => request.Operation is null == request.Refusal is null)
            || (isLine && (reply.Body.Length > 2047 || text.Count(character => character == '^') != 4 || !text.EndsWith("|||^", StringComparison.Ordinal) || text.Any(char.IsControl)))
            || !reply.Body.AsSpan().SequenceEqual(dialect.Encode(again, Results(again)).Body) || dialect.EncodeFailure(message, Pipe.Refused).Body.Length == 0)
            Assert.Fail($"not answered properly: {Convert.ToBase64String(message.Body.Span)}");
        return envelope;
    }

    private static HisResult[] Results(HisEnvelope envelope) => [.. envelope.Requests.Select(request => request.Operation switch
    {
        null => request.Refusal!,
        VerifyPerson => new PersonVerified { TransactionId = "", Person = Pipe.Person },
        RegisterOutpatient => new OutpatientRegistered { TransactionId = TransactionId, VisitNumber = RemoteVisit, Person = Pipe.Person, DeductibleFen = 0 },
        RegisterAdmission => new AdmissionRegistered { TransactionId = TransactionId, VisitNumber = RemoteVisit, Person = Pipe.Person, DeductibleFen = 0, AdmissionOrdinal = 1 },
        UploadFeeLines upload => new FeeLinesStored
        {
            TransactionId = TransactionId,
            Lines = [.. upload.Lines.Select(line => Pipe.SplitLine with { LocalCode = line.LocalCode, LocalName = line.LocalName, UnitPrice = line.UnitPrice, Quantity = line.Quantity, AmountFen = line.AmountFen })],
            VisitTotalFen = 0,
        },
        PreviewSettlement => Pipe.Previewed(Pipe.Figures),
        Discharge => new Discharged { TransactionId = "2", DischargeDate = new DateOnly(2021, 1, 20) },
        Settle => Pipe.Settled(Pipe.Figures),
        ReverseTransaction => new TransactionReversed { TransactionId = TransactionId, Effect = HisReversalEffect.Undone },
        _ => (HisResult)Pipe.Pending,
    })];
}
