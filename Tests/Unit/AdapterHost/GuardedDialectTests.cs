using System.Text;
using Microsoft.Extensions.Logging;
using NUnit.Framework;
using ProvincialGateway.AdapterHost;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.AdapterHost;

internal sealed class GuardedDialectTests
{
    private const int AdapterFault = 2010;
    private const string Personal = "530102197601010019";

    private static readonly HisMessage Message = new() { Path = "/x", ContentType = "text/plain", SoapAction = "", Body = Encoding.UTF8.GetBytes(Personal) };

    private static readonly HisEnvelope Read = new() { Requests = [new HisRequest { TransactionCode = "14", Operation = new Acknowledge() }] };

    private static readonly HisReply Answered = new() { Body = [1, 2, 3], ContentType = "text/xml" };

    private readonly Spoken _inner = new();
    private LogCapture _log = null!;
    private AdapterThreads _threads = null!;
    private GuardedDialect _dialect = null!;

    [SetUp]
    public void Guard()
    {
        _log = new LogCapture();
        _inner.OnDecode = _ => Read;
        _inner.OnEncode = (_, _) => Answered;
        _inner.OnFailure = (_, refusal) => new HisReply { Body = Encoding.UTF8.GetBytes(refusal.Code), ContentType = "text/xml" };
        _inner.OnDescribe = () => null;
        using var loggers = LoggerFactory.Create(logging => logging.AddProvider(_log.Provider("node")));
        var log = loggers.CreateLogger("adapters");
        _threads = new AdapterThreads("yunnan", AdapterBudget.Default, log);
        _dialect = new GuardedDialect("yunnan", _inner, _threads, new AdapterQuarantine(TimeProvider.System), log);
    }

    [TearDown]
    public void EndThreads() => _threads.Dispose();

    [Test]
    public void What_works_passes_through_unchanged()
    {
        Assert.That(_dialect.Decode(Message).Requests, Is.EqualTo(Read.Requests));
        Assert.That(_dialect.Encode(Read, [Done]), Is.SameAs(Answered));
        Assert.That(_dialect.Describe("/x", "wsdl", new Uri("http://node/x")), Is.Null);
        Assert.That((_dialect.Name, _dialect.ContractVersion, _dialect.Paths.Single()), Is.EqualTo(("spoken", AdapterContract.Version, "/spoken")));
        _log.AssertNoUnexpectedErrors();
    }

    [Test]
    public void An_exception_while_reading_becomes_a_refusal_in_the_dialects_own_words()
    {
        _inner.OnDecode = _ => throw new FormatException(Personal);

        var envelope = _dialect.Decode(Message);
        var refusal = envelope.Requests.Single().Refusal!;
        var reply = _dialect.Encode(envelope, [refusal]);

        Assert.That((refusal.Code, refusal.Side), Is.EqualTo(("ADAPTER_FAULT", RefusingSide.Treatment)));
        Assert.That(Encoding.UTF8.GetString(reply.Body), Is.EqualTo("ADAPTER_FAULT"));
        AssertLogged("Decode", nameof(FormatException));
    }

    [Test]
    public void An_exception_while_reading_and_failing_becomes_a_plain_server_error()
    {
        _inner.OnDecode = _ => throw new FormatException(Personal);
        _inner.OnFailure = (_, _) => throw new InvalidOperationException(Personal);

        var envelope = _dialect.Decode(Message);

        AssertPlain(_dialect.Encode(envelope, [envelope.Requests.Single().Refusal!]), "未办理任何业务", "nothing was done");
        AssertLogged("EncodeFailure", nameof(InvalidOperationException));
    }

    private static IEnumerable<TestCaseData<HisEnvelope?>> Breaches =>
    [
        new TestCaseData<HisEnvelope?>(null).SetArgDisplayNames("no envelope"),
        new TestCaseData<HisEnvelope?>(new HisEnvelope { Requests = null! }).SetArgDisplayNames("no list"),
        new TestCaseData<HisEnvelope?>(new HisEnvelope { Requests = [] }).SetArgDisplayNames("no request"),
        new TestCaseData<HisEnvelope?>(new HisEnvelope { Requests = [null!] }).SetArgDisplayNames("null request"),
        new TestCaseData<HisEnvelope?>(new HisEnvelope { Requests = [new HisRequest { TransactionCode = "" }] }).SetArgDisplayNames("neither"),
        new TestCaseData<HisEnvelope?>(new HisEnvelope { Requests = [new HisRequest { TransactionCode = "", Operation = new Acknowledge(), Refusal = Refusals.UnknownTransaction("1") }] })
            .SetArgDisplayNames("both"),
    ];

    [TestCaseSource(nameof(Breaches))]
    public void An_envelope_that_breaks_the_contract_becomes_a_refusal(HisEnvelope? envelope)
    {
        _inner.OnDecode = _ => envelope!;

        Assert.That(_dialect.Decode(Message).Requests.Single().Refusal!.Code, Is.EqualTo("ADAPTER_FAULT"));
        AssertLogged("Decode", "request");
    }

    [Test]
    public void An_exception_while_answering_never_says_that_nothing_was_done()
    {
        _inner.OnEncode = (_, _) => throw new ArgumentException(Personal);

        var reply = _dialect.Encode(Read, [Done]);

        AssertPlain(reply, "请勿重新发起", "may have been done", Done.TransactionId);
        Assert.That(Encoding.UTF8.GetString(reply.Body), Does.Not.Contain("nothing was done"));
        AssertLogged("Encode", nameof(ArgumentException));
    }

    private static IEnumerable<TestCaseData<HisReply?>> BadReplies =>
    [
        new TestCaseData<HisReply?>(null).SetArgDisplayNames("no reply"),
        new TestCaseData<HisReply?>(new HisReply { Body = null!, ContentType = "text/xml" }).SetArgDisplayNames("no body"),
        new TestCaseData<HisReply?>(new HisReply { Body = [], ContentType = "" }).SetArgDisplayNames("no content type"),
        new TestCaseData<HisReply?>(new HisReply { Body = [], ContentType = "text/xml", HttpStatus = 0 }).SetArgDisplayNames("no status"),
        new TestCaseData<HisReply?>(new HisReply { Body = new byte[GuardedDialect.ReplyBytesMax + 1], ContentType = "text/xml" }).SetArgDisplayNames("too large"),
    ];

    [TestCaseSource(nameof(BadReplies))]
    public void A_reply_that_cannot_be_sent_becomes_a_plain_server_error(HisReply? reply)
    {
        _inner.OnEncode = (_, _) => reply!;

        AssertPlain(_dialect.Encode(Read, [Done]), Done.TransactionId);
        AssertLogged("Encode", "");
    }

    [Test]
    public void The_largest_reply_passes()
    {
        _inner.OnEncode = (_, _) => new HisReply { Body = new byte[GuardedDialect.ReplyBytesMax], ContentType = "text/xml" };

        Assert.That(_dialect.Encode(Read, [Done]).HttpStatus, Is.EqualTo(200));
    }

    [Test]
    public void A_description_that_fails_is_no_description()
    {
        _inner.OnDescribe = () => throw new FormatException(Personal);

        Assert.That(_dialect.Describe("/x", "wsdl", new Uri("http://node/x")), Is.Null);
        AssertLogged("Describe", nameof(FormatException));
    }

    private static Acknowledged Done { get; } = new() { TransactionId = "530000201606150910000000000012" };

    private static void AssertPlain(HisReply reply, params string[] texts)
    {
        Assert.That((reply.HttpStatus, reply.ContentType), Is.EqualTo((500, "text/plain; charset=utf-8")));
        foreach (var text in texts)
            Assert.That(Encoding.UTF8.GetString(reply.Body), Does.Contain(text));
        Assert.That(Encoding.UTF8.GetString(reply.Body), Does.Not.Contain(Personal));
    }

    private void AssertLogged(string step, string fault)
    {
        var entries = _log.Entries.Where(entry => entry.EventId == AdapterFault && entry.Message.Contains($"failed in {step}: ", StringComparison.Ordinal)).ToList();
        Assert.That(entries, Has.Count.EqualTo(1));
        Assert.That(entries[0].Message, Does.Contain(fault).And.Not.Contain(Personal));
        Assert.That(entries[0].Exception, Is.Null, "an exception's message may quote the hospital");
    }

    private sealed class Spoken : IHisDialect
    {
        public Func<HisMessage, HisEnvelope> OnDecode { get; set; } = null!;

        public Func<HisEnvelope, IReadOnlyList<HisResult>, HisReply> OnEncode { get; set; } = null!;

        public Func<HisMessage, HisRefusal, HisReply> OnFailure { get; set; } = null!;

        public Func<HisReply?> OnDescribe { get; set; } = null!;

        public string Name => "spoken";

        public int ContractVersion => AdapterContract.Version;

        public IReadOnlyList<string> Paths => ["/spoken"];

        public HisEnvelope Decode(HisMessage message) => OnDecode(message);

        public HisReply Encode(HisEnvelope envelope, IReadOnlyList<HisResult> results) => OnEncode(envelope, results);

        public HisReply EncodeFailure(HisMessage message, HisRefusal refusal) => OnFailure(message, refusal);

        public HisReply? Describe(string path, string query, Uri publicAddress) => OnDescribe();
    }
}
