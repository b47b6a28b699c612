using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;
using static ProvincialGateway.Tests.Dialects.NeusoftPipeMessages;

namespace ProvincialGateway.Tests.Dialects;

/// <summary>Any bytes give an envelope, and any envelope one line that fits the client's buffer.</summary>
public sealed class NeusoftPipeRobustnessTests
{
    private const int Seed = 1024;
    private const int Mutations = 20_000;

    private static readonly string[] Lines =
    [
        "INIT", "11", Identity, Admission, DischargeLine, Line, Refund, Settlement, Preview, "07|5301005301000001", "10|1024_2_1|1024_2_1", $"99|{Serial}|演示员甲",
        "03|1024_2_1|1110111001|21|心内科|演示医生丙|2010-06-12|肺炎|2010-06-20|J18.900||演示员甲|0", Line.With(6, "㼆𠮷|膏"),
    ];

    private static readonly byte[][] Fragments =
    [
        "|"u8.ToArray(), "||||"u8.ToArray(), [0xB2], [0xB2, 0x7C], [0x81, 0x30], [0x81, 0x30, 0x89], [0xFE, 0x9F], [0xFF], [0x80], [0], "\r\n"u8.ToArray(),
        "-"u8.ToArray(), "1E28"u8.ToArray(), "9999999999999999999999999999"u8.ToArray(), "0.00000000000000000000000000001"u8.ToArray(),
    ];

    [Test]
    public void Mutated_lines_are_always_answered()
    {
        TestContext.Out.WriteLine($"seed {Seed}");
        var random = new Random(Seed);
        var (understood, refused) = (0, 0);
        for (var i = 0; i < Mutations; i++)
        {
            var body = LegacyText.Gb18030.GetBytes(Lines[random.Next(Lines.Length)]).ToList();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
                Mutate(body, random);
            var envelope = Check([.. body]);
            understood += envelope.Requests.Count(request => request.Operation is not null);
            refused += envelope.Requests.Count(request => request.Refusal is not null);
        }

        TestContext.Out.WriteLine($"{understood} requests understood, {refused} refused");
        Assert.That(Math.Min(understood, refused), Is.GreaterThan(Mutations / 20), "mutations must neither all break the line nor all leave it alone");
    }

    [TestCaseSource(nameof(Lines))]
    public void A_line_cut_at_any_byte_is_answered(string line)
    {
        var bytes = LegacyText.Gb18030.GetBytes(line);
        for (var length = 0; length < bytes.Length; length++)
            Check(bytes[..length]);
    }

    [Test]
    public void Any_bytes_are_answered() => Prop.ForAll<byte[]>(bytes => Check(bytes).Requests.Count == 1).QuickCheckThrowOnFailure();

    [Test]
    public void Any_bytes_behind_any_code_are_answered() =>
        Prop.ForAll<byte[], byte>((bytes, choice) => Check([.. LegacyText.Gb18030.GetBytes(Lines[choice % Lines.Length][..2]), (byte)'|', .. bytes]).Requests.Count > 0).QuickCheckThrowOnFailure();

    [Test]
    public void A_line_of_a_million_delimiters_costs_nothing_and_is_refused() =>
        Assert.That(Check([.. "04"u8, .. Enumerable.Repeat((byte)'|', 1_000_000)]).Requests.Single().Refusal!.Field, Is.EqualTo("field count"));

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

    /// <summary>Decodes and answers twice: the same bytes both times, one line that fits, status first.</summary>
    private static HisEnvelope Check(byte[] body)
    {
        var envelope = Dialect.Decode(Message(body));
        var again = Dialect.Decode(Message(body));
        var reply = Dialect.Encode(envelope, Results(envelope)).Body;
        var text = LegacyText.Gb18030.GetString(reply);
        if (envelope.Requests.Any(request => request.Operation is null == request.Refusal is null) || reply.Length is 0 or > 1023 || text.Any(char.IsControl)
            || !(text == "0" || text.StartsWith("0|", StringComparison.Ordinal) || text.StartsWith("-1|", StringComparison.Ordinal))
            || !reply.AsSpan().SequenceEqual(Dialect.Encode(again, Results(again)).Body) || Dialect.EncodeFailure(Message(body), Refused).Body.Length == 0)
            Assert.Fail($"not answered properly: {Convert.ToBase64String(body)}");
        return envelope;
    }

    private static HisResult[] Results(HisEnvelope envelope) => [.. envelope.Requests.Select(request => request.Operation switch
    {
        null => request.Refusal!,
        VerifyPerson => new PersonVerified { TransactionId = "", Person = Person },
        UploadFeeLines { Lines: [var line] } => Stored(SplitLine with { UnitPrice = line.UnitPrice, Quantity = line.Quantity, AmountFen = line.AmountFen, InScopeFen = line.AmountFen }),
        RegisterAdmission => new AdmissionRegistered { TransactionId = TransactionId, VisitNumber = "S", Person = Person, DeductibleFen = 0, AdmissionOrdinal = 1 },
        Discharge => new Discharged { TransactionId = TransactionId, DischargeDate = new DateOnly(2010, 6, 20) },
        PreviewSettlement => Previewed(Figures),
        Settle => Settled(Figures),
        ReverseTransaction => new TransactionReversed { TransactionId = TransactionId, Effect = HisReversalEffect.Undone },
        _ => (HisResult)Pending,
    })];
}
