using System.Globalization;
using System.Text;
using NUnit.Framework;
using ProvincialGateway.AdapterHost;
using ProvincialGateway.AdapterKit;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Tests.AdapterKit;

/// <summary>Each check against a dialect that is wrong in just the way the check looks for, and against one that is not.</summary>
internal sealed class ConformanceCheckTests
{
    private const int Seed = 20160901;

    private static readonly HisFeeLine Line = new()
    {
        LineSerial = "1",
        LocalCode = "D1",
        LocalName = "测试",
        FeeCategory = "01",
        UnitPrice = 0.8333m,
        Quantity = 24,
        AmountFen = 2000,
        FeeDate = new DateOnly(2017, 9, 1),
    };

    private static readonly UploadFeeLines Upload = new() { Visit = new HisVisitReference { VisitNumber = "S1" }, Lines = [Line, Line with { LineSerial = "2", AmountFen = -333 }] };

    [Test]
    public void A_good_dialect_passes_every_check()
    {
        var dialect = new Scripted();
        foreach (var tally in (CheckTally[])[Total(dialect), Repeated(dialect), Reordered(dialect, new Scripted()), Money(dialect)])
        {
            Assert.That(tally.Faults, Is.Empty);
            Assert.That(tally.Tried, Is.Positive);
        }
    }

    [Test]
    public void A_dialect_that_throws_on_some_bytes_is_not_total()
    {
        var tally = Total(new Scripted { OnDecode = message => message.Body.Span.Contains((byte)0x81) ? throw new FormatException("530102197601010019") : null });

        Assert.That(tally.Found, Is.Positive);
        Assert.That(tally.Faults.Select(fault => fault.English), Is.All.Contains(nameof(FormatException)).And.All.Not.Contain("530102197601010019"));
        Assert.That(tally.Faults[0].Place, Does.Match($"^seed {Seed}, message \\d+$"), "enough to see it again");
    }

    [Test]
    public void A_dialect_that_answers_some_bytes_with_nothing_is_not_total()
    {
        var tally = Total(new Scripted { OnDecode = message => message.Body.Length == 0 ? new HisEnvelope { Requests = [] } : null });

        Assert.That(tally.Faults.Select(fault => fault.English), Is.Not.Empty.And.All.Contains("an envelope without a request"));
    }

    [Test]
    public void A_dialect_that_cannot_say_pending_is_not_total()
    {
        var tally = Total(new Scripted { OnEncode = results => results.OfType<HisPending>().Any() ? throw new NotSupportedException() : null });

        Assert.That(tally.Faults.Select(fault => fault.English), Is.Not.Empty.And.All.Contains(nameof(NotSupportedException)));
    }

    [Test]
    public void A_reply_that_cannot_be_sent_is_not_total()
    {
        var tally = Total(new Scripted { OnEncode = _ => new HisReply { Body = [], ContentType = "" } });

        Assert.That(tally.Faults.Select(fault => fault.English), Is.Not.Empty.And.All.Contains("cannot be sent"));
    }

    [Test]
    public void A_dialect_that_counts_is_not_deterministic()
    {
        var count = 0;
        var tally = Repeated(new Scripted { OnEncode = _ => Scripted.Reply($"reply {Interlocked.Increment(ref count)}") });

        Assert.That(tally.Faults.Select(fault => fault.English), Is.Not.Empty.And.All.Contains("answered with other bytes"));
    }

    [Test]
    public void A_dialect_that_is_not_safe_for_many_threads_is_not_deterministic()
    {
        using var met = new ManualResetEventSlim();
        var (first, inside) = (Environment.CurrentManagedThreadId, 0);
        var dialect = new Scripted();
        dialect.OnDecode = _ =>
        {
            if (Environment.CurrentManagedThreadId == first)
                return null;
            // Whoever comes while another thread is inside spoils what that one reads.
            if (Interlocked.Increment(ref inside) > 1)
                met.Set();
            met.Wait(TimeSpan.FromSeconds(10));
            Interlocked.Decrement(ref inside);
            return Scripted.Envelope("other");
        };

        Assert.That(Repeated(dialect).Faults.Select(fault => fault.English), Has.Some.Contains("read in two ways"));
    }

    [Test]
    public void A_dialect_that_remembers_depends_on_the_order()
    {
        var last = "";
        var fresh = new Scripted();
        fresh.OnDecode = message =>
        {
            var envelope = Scripted.Envelope(last);
            last = Encoding.UTF8.GetString(message.Body.Span);
            return envelope;
        };

        Assert.That(Reordered(new Scripted(), fresh).Found, Is.Positive);
    }

    [Test]
    public void An_amount_that_is_read_otherwise_is_found_line_by_line_and_in_sum()
    {
        var tally = Money(new Scripted { OnDecode = _ => Scripted.Envelope("lines", Upload with { Lines = [Line with { AmountFen = 2001 }, Upload.Lines[1]] }) });

        Assert.That(tally.Faults.Select(fault => fault.English), Has.Some.Contains("do not add up").And.Some.Contains("lines.0.amountFen of what is read"));
    }

    [Test]
    public void A_line_that_is_lost_is_found()
    {
        var tally = Money(new Scripted { OnDecode = _ => Scripted.Envelope("lines", Upload with { Lines = [Line] }) });

        Assert.That(tally.Faults.Select(fault => fault.English), Has.Some.Contains("lines.1.amountFen"));
    }

    [Test]
    public void An_amount_that_passes_through_floating_point_is_found()
    {
        var tally = Money(new Scripted { OnEncode = results => Scripted.Reply(((float)Total(results) / 100f).ToString("0.00", CultureInfo.InvariantCulture)) });

        Assert.That(tally.Faults.Select(fault => fault.English), Has.Some.Contains("but not 12345845601 fen"));
    }

    [Test]
    public void An_amount_that_is_rounded_is_found()
    {
        var tally = Money(new Scripted { OnEncode = results => Scripted.Reply(Amounts.Yuan((Total(results) + 3) / 5 * 5)) });

        Assert.That(tally.Faults.Select(fault => fault.Place), Is.Not.Empty.And.All.Contains("visitTotalFen"));
    }

    [Test]
    public void What_is_derived_from_amounts_is_the_dialects_own()
    {
        var tally = Money(new Scripted { OnEncode = results => Scripted.Reply($"{Amounts.Yuan(Total(results))} ratio {Total(results) / 7m:0.0000} {(Total(results) > 200_000 ? "much" : "little")}") });

        Assert.That(tally.Faults, Is.Empty);
    }

    [Test]
    public void Amounts_in_fen_and_left_out_zeros_are_fine()
    {
        Assert.That(Money(new Scripted { OnEncode = results => Scripted.Reply(Total(results) == 0 ? "none" : $"{Total(results)}") }).Faults, Is.Empty);
        Assert.That(Money(new Scripted { OnEncode = _ => Scripted.Reply("no amount at all") }).Faults, Is.Empty);
    }

    private static long Total(IReadOnlyList<HisResult> results) => results.OfType<FeeLinesStored>().Sum(stored => stored.VisitTotalFen);

    private static CheckTally Total(Scripted dialect) => Tally(tally => new TotalityCheck(dialect, Samples, Seed, 600).Run(tally));

    private static CheckTally Repeated(Scripted dialect) => Tally(tally => SampleOutcomes.CompareRepeated(dialect, Samples, tally));

    private static CheckTally Reordered(Scripted dialect, Scripted fresh) => Tally(tally => SampleOutcomes.CompareReordered(dialect, fresh, Samples, Seed, tally));

    private static CheckTally Money(Scripted dialect) => Tally(tally => new MoneyCheck(dialect, new Same(), Samples).Run(tally));

    private static CheckTally Tally(Action<CheckTally> check)
    {
        var tally = new CheckTally();
        check(tally);
        return tally;
    }

    private static IReadOnlyList<ConformanceSample> Samples { get; } = [.. new[] { "one", "two", "three", "four", "five" }.Select(name => new ConformanceSample
    {
        Name = name,
        Message = new HisMessage { Path = "/", ContentType = "text/plain", SoapAction = "", Body = Encoding.UTF8.GetBytes($"message {name} 测试") },
        Day = DateOnly.MaxValue,
        Requests = [new SampleRequest { TransactionCode = "lines", Operation = Upload }],
        Results = [new FeeLinesStored { TransactionId = "1", Lines = [], VisitTotalFen = name == "one" ? 0 : 166_700 }],
        Reply = null,
    })];

    /// <summary>Reads every message as the same upload and answers with its total, unless told otherwise.</summary>
    private sealed class Scripted : IHisDialect
    {
        public Func<HisMessage, HisEnvelope?> OnDecode { get; set; } = _ => null;

        public Func<IReadOnlyList<HisResult>, HisReply?> OnEncode { get; set; } = _ => null;

        public string Name => "scripted";

        public int ContractVersion => AdapterContract.Version;

        public IReadOnlyList<string> Paths => [];

        public HisEnvelope Decode(HisMessage message) => OnDecode(message) ?? Envelope("lines");

        public HisReply Encode(HisEnvelope envelope, IReadOnlyList<HisResult> results) =>
            OnEncode(results) ?? Reply(string.Join(';', results.Select(result => result is FeeLinesStored stored ? Amounts.Yuan(stored.VisitTotalFen) : result.GetType().Name)));

        public HisReply EncodeFailure(HisMessage message, HisRefusal refusal) => Reply(refusal.Text);

        public HisReply? Describe(string path, string query, Uri publicAddress) => null;

        public static HisEnvelope Envelope(string code, HisOperation? operation = null) =>
            new() { Requests = [new HisRequest { TransactionCode = code, Operation = operation ?? Upload }] };

        public static HisReply Reply(string text) => new() { Body = Encoding.UTF8.GetBytes(text), ContentType = "text/plain" };
    }

    private sealed class Same : ICodeTranslator
    {
        public string? ToExchange(CodeSystem system, string localCode, DateOnly day) => localCode;

        public string? ToLocal(CodeSystem system, string exchangeCode, DateOnly day) => exchangeCode;
    }
}
