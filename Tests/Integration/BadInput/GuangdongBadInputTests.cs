using NUnit.Framework;
using ProvincialGateway.Cli;

namespace ProvincialGateway.Tests.BadInput;

[TestFixture]
internal sealed class GuangdongBadInputTests : DialectBadInputTests
{
    protected override string AmountElement => "akc264";

    [Test]
    public async Task A_code_without_a_mapping_keeps_the_message_waiting_and_the_code_in_the_queue()
    {
        var stay = await AdmittedAsync();
        var line = (await stay.LineAsync()).With("&lt;ake005&gt;F110200003", "&lt;ake005&gt;ZZ0000999");
        var exchange = await StoringNothingAsync(
            () => stay.SendAsync(line), Changed(Guangdong, "unmapped_item", 1), Changed(Guangdong, "held_upload", 1), Changed(Guangdong, "held_code", 1));
        Assert.That(exchange.Reply, Does.Contain("errorcode&gt;-2&lt;/errorcode").And.Contain("PENDING").And.Contain("ZZ0000999"));
    }

    [Test]
    public async Task A_document_type_inside_the_inner_text_is_refused()
    {
        var stay = NewStay();
        var step = stay.VerifyByCard.With("&lt;input&gt;", "&lt;!DOCTYPE input [&lt;!ENTITY a SYSTEM \"file:///etc/hostname\"&gt;]&gt;&lt;input&gt;").With("A00000018", "&amp;a;");
        var exchange = await StoringNothingAsync(() => stay.SendAsync(step));
        AssertRefused(stay.RefusalIn(exchange.Reply), "MALFORMED_MESSAGE", "Inxml line 1");
    }

    [Test]
    public async Task An_admission_number_that_is_known_with_other_content_is_refused()
    {
        var stay = NewStay();
        var admission = await stay.AdmissionAsync();
        await stay.PlayAsync(admission);
        var other = admission.With("I20.000", "I10.x00");
        var exchange = await StoringNothingAsync(() => stay.SendAsync(other));
        AssertRefused(stay.RefusalIn(exchange.Reply), "ID_CONFLICT", "akc193");
    }

    [Test]
    public async Task A_total_that_differs_from_the_stored_lines_is_refused_with_the_difference()
    {
        var stay = await AdmittedAsync();
        await stay.PlayAsync(await stay.LineAsync());
        await stay.PlayAsync(await stay.DischargeAsync());
        var settlement = await stay.SettlementAsync("2500.01");
        var exchange = await StoringNothingAsync(() => stay.SendAsync(settlement));
        AssertRefused(stay.RefusalIn(exchange.Reply), "TOTAL_MISMATCH", "0\\.01.*akc264");
    }

    protected override HospitalStay NewStay(Func<string, string>? patient = null) => new GuangzhouStay(Client, Country, patient);

    protected override string UnknownPatient(string message) => message.Replace("530102197601010019", "530102190001010000", StringComparison.Ordinal);

    protected override string UnfiledPatient(string message) => message.Replace("530102197601010019", "530111196903301016", StringComparison.Ordinal);

    protected override JourneyStep UnknownTransaction(HospitalStay stay) => stay.Verify.With("<TransNo>0211<", "<TransNo>0298<");

    protected override (JourneyStep Step, string Element) WithoutDiagnosis(JourneyStep admission) => (admission.With("&lt;akc193&gt;I20.000&lt;/akc193&gt;", ""), "akc193");

    protected override JourneyStep WithFeeDateBeforeAdmission(JourneyStep line) => line.With("&lt;akc221&gt;${day:-1:yyyyMMdd}", "&lt;akc221&gt;${day:-9:yyyyMMdd}");

    protected override JourneyStep WithAmount(JourneyStep line, string amount) => line.With("&lt;akc264&gt;2500.00", $"&lt;akc264&gt;{amount}");

    protected override JourneyStep WithOtherQuantity(JourneyStep line) => line.With("&lt;akc226&gt;10&lt;", "&lt;akc226&gt;20&lt;").With("&lt;akc264&gt;2500.00", "&lt;akc264&gt;5000.00");

    protected override JourneyStep AsRefund(JourneyStep line) => line.With("&lt;akc226&gt;10&lt;", "&lt;akc226&gt;-10&lt;").With("&lt;akc264&gt;2500.00", "&lt;akc264&gt;-2500.00");

    protected override (string Table, int Added)[] RefusedByTheInsuredSide(HospitalStay stay) =>
        [Changed(Guangdong, "outbound", 1), Changed(Guangdong, "treatment_visit", 0), Changed(Yunnan, "inbox", 1)];
}
