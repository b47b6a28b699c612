using NUnit.Framework;
using ProvincialGateway.Cli;

namespace ProvincialGateway.Tests.BadInput;

[TestFixture]
internal sealed class YunnanBadInputTests : DialectBadInputTests
{
    protected override string AmountElement => "AKC227|amount";

    [Test]
    public async Task A_code_without_a_mapping_is_taken_as_self_pay_and_waits_in_the_queue()
    {
        var stay = new KunmingStay(Client, Country);
        await stay.AdmitAsync();
        await stay.LineAsync();
        var exchange = await StoringNothingAsync(() => stay.PlayAsync(stay.UnmappedLine),
            Changed(Yunnan, "fee_line", 1), Changed(Yunnan, "his_request", 1), Changed(Yunnan, "treatment_visit", 0), Changed(Yunnan, "unmapped_item", 1));
        Assert.That(exchange.Reply, Does.Contain("AKC227&gt;340.00").And.Contain("AKC253&gt;340.00").And.Contain("AKC800&gt;0.00"));
    }

    [Test]
    public async Task A_serial_that_is_known_with_other_content_is_refused()
    {
        var stay = await AdmittedAsync();
        var line = await stay.LineAsync();
        await stay.PlayAsync(line);
        var other = WithOtherQuantity(line);
        var exchange = await StoringNothingAsync(() => stay.SendAsync(other));
        AssertRefused(stay.RefusalIn(exchange.Reply), "ID_CONFLICT", "quantity|amount");
        var repeated = await StoringNothingAsync(() => stay.PlayAsync(line));
        Assert.That(repeated.Reply, Does.Contain("AKC227&gt;20.00"), "the first answer stands");
    }

    [Test]
    public async Task A_buffer_too_small_for_the_reply_is_refused_before_anything_is_booked()
    {
        var stay = await AdmittedAsync();
        var line = (await stay.LineAsync()).With("<out name=\"OutputData\" size=\"2048\"/>", "<out name=\"OutputData\" size=\"256\"/>");
        var exchange = await StoringNothingAsync(() => stay.SendAsync(line));
        AssertRefused(stay.RefusalIn(exchange.Reply), "INVALID_FIELD", "out OutputData size");
    }

    [Test]
    public async Task In_a_batch_a_bad_call_is_refused_and_the_others_are_answered()
    {
        var stay = NewStay();
        var good = stay.Verify.Template[stay.Verify.Template.IndexOf("<ydjy ", StringComparison.Ordinal)..];
        var batch = stay.Verify with { Template = $"<?xml version=\"1.0\" encoding=\"GBK\"?><ydjyBatch version=\"1\">{good}{good.Replace("SIReadCard", "SIEatCard", StringComparison.Ordinal)}{good}</ydjyBatch>" };
        var exchange = await StoringNothingAsync(() => stay.SendAsync(batch));
        var calls = System.Xml.Linq.XElement.Parse(exchange.Reply).Elements("ydjy").Select(call => stay.RefusalIn(call.ToString())).ToList();
        Assert.That(calls, Has.Count.EqualTo(3));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(calls[0], Is.Null);
            AssertRefused(calls[1], "UNKNOWN_TRANSACTION", "SIEatCard");
            Assert.That(calls[2], Is.Null);
        }
    }

    protected override HospitalStay NewStay(Func<string, string>? patient = null) => new KunmingStay(Client, Country, patient);

    protected override string UnknownPatient(string message) =>
        message.Replace("440103195503030028", "440103190001010000", StringComparison.Ordinal).Replace("44010000020", "44019999990", StringComparison.Ordinal);

    protected override string UnfiledPatient(string message) => message
        .Replace("440103195503030028", "440103196604161015", StringComparison.Ordinal)
        .Replace("44010000020", "44010000100", StringComparison.Ordinal)
        .Replace("测试患者乙", "测试患者戌", StringComparison.Ordinal);

    protected override JourneyStep UnknownTransaction(HospitalStay stay) =>
        stay.Verify.With("function=\"SIReadCard\"", "function=\"RouteRepeater\"").With("<param name=\"CardData\">", "<param name=\"TransCode\">98</param><param name=\"CardData\">");

    protected override (JourneyStep Step, string Element) WithoutDiagnosis(JourneyStep admission) => (admission.With("&lt;AKC193&gt;S72.000&lt;/AKC193&gt;", ""), "AKC193");

    protected override JourneyStep WithFeeDateBeforeAdmission(JourneyStep line) => line.With("&lt;AKC221&gt;${day:-7:yyyy-MM-dd}", "&lt;AKC221&gt;${day:-9:yyyy-MM-dd}");

    protected override JourneyStep WithAmount(JourneyStep line, string amount) => line.With("&lt;AKC227&gt;20.00", $"&lt;AKC227&gt;{amount}");

    protected override JourneyStep WithOtherQuantity(JourneyStep line) => line.With("&lt;AKC226&gt;24.00", "&lt;AKC226&gt;48.00").With("&lt;AKC227&gt;20.00", "&lt;AKC227&gt;40.00");

    protected override JourneyStep AsRefund(JourneyStep line) => line.With("&lt;AKC226&gt;24.00", "&lt;AKC226&gt;-24.00").With("&lt;AKC227&gt;20.00", "&lt;AKC227&gt;-20.00");

    protected override (string Table, int Added)[] RefusedByTheInsuredSide(HospitalStay stay) =>
        [Changed(Yunnan, "his_request", 1), Changed(Yunnan, "outbound", 1), Changed(Yunnan, "period_transaction", 1), Changed(Yunnan, "treatment_visit", 0), Changed(Guangdong, "inbox", 1)];
}
