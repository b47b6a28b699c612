using System.Net;
using System.Net.Http.Headers;
using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Cli;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Cli;

internal sealed class JourneyPlayerTests
{
    // 23:30 UTC is already the next day at +08:00.
    private static readonly DateTimeOffset At = new(2017, 9, 20, 23, 30, 5, TimeSpan.Zero);

    private static readonly JourneyStep Step = new()
    {
        Name = "admission",
        Zh = "入院登记",
        En = "admission",
        Path = "/ydjy",
        ContentType = "text/xml; charset=GBK",
        SoapAction = "\"urn:call\"",
        Encoding = "gb18030",
        Body = "admission.xml",
        Template = "<a>测试 ${day:-8:yyyyMMdd} ${now:yyyyMMddHHmmss}</a>",
        Success = "<code>0</code>",
    };

    [Test]
    public async Task Dates_are_of_the_business_day_and_text_goes_out_in_the_encoding_of_the_step()
    {
        using var his = new FakeHis("<code>0</code>");
        var exchange = await his.PlayAsync(Step);
        Assert.That(exchange.Fault, Is.Null);
        Assert.That(his.Body, Is.EqualTo(LegacyText.Gb18030.GetBytes("<a>测试 20170913 20170921073005</a>")));
    }

    [Test]
    public async Task The_token_the_content_type_and_the_soap_action_are_sent_as_they_stand()
    {
        using var his = new FakeHis("<code>0</code>");
        await his.PlayAsync(Step);
        Assert.That(his.Headers, Is.EqualTo("Bearer token | text/xml; charset=GBK | \"urn:call\""));
    }

    [Test]
    public async Task What_a_reply_holds_inside_escaped_xml_fills_later_requests()
    {
        using var his = new FakeHis("<out>&lt;code&gt;0&lt;/code&gt;&lt;visit&gt;S1&lt;/visit&gt;&lt;visit&gt;S2&lt;/visit&gt;</out>");
        await his.PlayAsync(Step with { Capture = new Dictionary<string, string> { ["visit_number"] = "visit" } });
        await his.PlayAsync(Step with { Template = "<v>${visit_number}</v>" });
        Assert.That(his.Body, Is.EqualTo("<v>S1</v>"u8.ToArray()));
    }

    [Test]
    public async Task What_a_json_reply_holds_at_any_depth_fills_later_requests()
    {
        using var his = new FakeHis("""{"code":0,"output":[{"visit":null},{"inner":{"visit":"S1","count":12}}],"visit":"S2"}""");
        var first = await his.PlayAsync(Step with { Success = "\"code\":0", Capture = new Dictionary<string, string> { ["visit_number"] = "visit", ["count"] = "count" } });
        await his.PlayAsync(Step with { Success = "\"code\":0", Template = "${visit_number} ${count}" });
        Assert.That(first.Fault, Is.Null);
        Assert.That(his.Body, Is.EqualTo("S1 12"u8.ToArray()));
    }

    [TestCase("""{"code":0,"visit":""}""")]
    [TestCase("""{"code":0,"visit":{}}""")]
    [TestCase("""{"code":0,"text":"\"visit\":\"S1\""}""")]
    public async Task A_json_reply_without_what_later_steps_need_is_a_fault(string reply)
    {
        using var his = new FakeHis(reply);
        var exchange = await his.PlayAsync(Step with { Success = "\"code\":0", Capture = new Dictionary<string, string> { ["visit_number"] = "visit" } });
        Assert.That(exchange.Fault, Does.Contain("visit"));
    }

    [Test]
    public async Task A_reply_that_does_not_say_success_is_a_fault()
    {
        using var his = new FakeHis("<code>1</code>");
        Assert.That((await his.PlayAsync(Step)).Fault, Does.Contain("<code>0</code>"));
    }

    [Test]
    public async Task A_reply_without_what_later_steps_need_is_a_fault()
    {
        using var his = new FakeHis("<code>0</code><visit></visit>");
        var exchange = await his.PlayAsync(Step with { Capture = new Dictionary<string, string> { ["visit_number"] = "visit" } });
        Assert.That(exchange.Fault, Does.Contain("visit"));
    }

    [Test]
    public async Task A_reply_with_bytes_outside_its_charset_is_a_fault()
    {
        using var his = new FakeHis([.. "<code>0</code>"u8, 0xFF], "text/xml; charset=utf-8");
        Assert.That((await his.PlayAsync(Step)).Fault, Does.Contain("14"));
    }

    [Test]
    public async Task An_http_error_is_a_fault_whatever_the_body_says()
    {
        using var his = new FakeHis("<code>0</code>") { Status = HttpStatusCode.InternalServerError };
        Assert.That((await his.PlayAsync(Step)).Fault, Is.EqualTo("HTTP 500"));
    }

    [Test]
    public void A_placeholder_that_nothing_fills_is_never_sent()
    {
        using var his = new FakeHis("<code>0</code>");
        Assert.That(() => his.PlayAsync(Step with { Template = "${visit_number}" }), Throws.InvalidOperationException.With.Message.Contains("visit_number"));
        Assert.That(his.Body, Is.Empty);
    }

    [Test]
    public async Task Playing_ends_after_the_first_step_that_failed()
    {
        using var his = new FakeHis("<code>1</code>");
        var played = new List<JourneyExchange>();
        await foreach (var exchange in his.Player.PlayAsync([Step, Step], CancellationToken.None))
            played.Add(exchange);
        Assert.That(played, Has.Count.EqualTo(1));
    }

    /// <summary>Answers every message alike and keeps the last one.</summary>
    private sealed class FakeHis : HttpMessageHandler
    {
        private readonly byte[] _reply;
        private readonly string _contentType;
        private readonly HttpClient _client;

        public FakeHis(string reply)
            : this(LegacyText.Gb18030.GetBytes(reply), "text/xml; charset=GBK")
        {
        }

        public FakeHis(byte[] reply, string contentType)
        {
            (_reply, _contentType) = (reply, contentType);
            _client = new HttpClient(this, disposeHandler: false);
            Player = new JourneyPlayer(_client, new Uri("http://127.0.0.1:1"), "token", new ManualTimeProvider(At));
        }

        public JourneyPlayer Player { get; }

        public HttpStatusCode Status { get; init; } = HttpStatusCode.OK;

        public byte[] Body { get; private set; } = [];

        public string Headers { get; private set; } = "";

        public Task<JourneyExchange> PlayAsync(JourneyStep step) => Player.PlayAsync(step, CancellationToken.None);

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Body = await request.Content!.ReadAsByteArrayAsync(cancellationToken);
            Headers = $"{request.Headers.Authorization} | {request.Content.Headers.ContentType} | {string.Join(' ', request.Headers.GetValues("SOAPAction"))}";
            var content = new ByteArrayContent(_reply) { Headers = { ContentType = MediaTypeHeaderValue.Parse(_contentType) } };
            return new HttpResponseMessage(Status) { Content = content };
        }

        protected override void Dispose(bool disposing)
        {
            _client.Dispose();
            base.Dispose(disposing);
        }
    }
}
