using System.Text;
using NUnit.Framework;
using ProvincialGateway.Cli;

namespace ProvincialGateway.Tests.BadInput;

/// <summary>What both dialects must withstand. A subclass says how a thing is written in its dialect.</summary>
internal abstract class DialectBadInputTests : BadInputTest
{
    private const int BodyBytesMax = 10 * 1024 * 1024;

    /// <summary>Labels of the encoding of a good message, and of one that its bytes are not in.</summary>
    private static readonly (string Bytes, string Label)[] WrongLabels = [("gb18030", "utf-8"), ("utf-8", "GBK")];

    protected abstract HospitalStay NewStay(Func<string, string>? patient = null);

    [TestCase(0.2), TestCase(0.5), TestCase(0.99)]
    public async Task A_message_that_is_cut_off_is_refused_at_its_end(double share)
    {
        var stay = NewStay();
        var good = await stay.RawVerifyAsync();
        var cut = good with { Body = good.Body[..(int)(good.Body.Length * share)] };
        var reply = await StoringNothingAsync(() => cut.SendAsync(Client));
        AssertRefused(stay.RefusalIn(reply.Text), "MALFORMED_MESSAGE", "line 1 column [0-9]+|byte [0-9]+");
    }

    [Test]
    public async Task An_empty_body_is_refused()
    {
        var stay = NewStay();
        var empty = await stay.RawVerifyAsync() with { Body = [] };
        var reply = await StoringNothingAsync(() => empty.SendAsync(Client));
        AssertRefused(stay.RefusalIn(reply.Text), "MALFORMED_MESSAGE", "line 1 column 1");
    }

    [Test]
    public async Task Bytes_that_are_not_in_the_stated_charset_are_refused_at_the_first_wrong_byte([Range(0, 1)] int wrong)
    {
        var (bytes, label) = WrongLabels[wrong];
        var stay = NewStay();
        var mislabelled = stay.VerifyByCard with { Encoding = bytes, ContentType = $"text/xml; charset={label}" };
        var exchange = await StoringNothingAsync(() => stay.SendAsync(mislabelled));
        AssertRefused(stay.RefusalIn(exchange.Reply), "MALFORMED_MESSAGE", "byte [0-9]+");
    }

    [Test]
    public async Task An_unknown_charset_is_refused()
    {
        var stay = NewStay();
        var labelled = await stay.RawVerifyAsync() with { ContentType = "text/xml; charset=klingon" };
        var reply = await StoringNothingAsync(() => labelled.SendAsync(Client));
        AssertRefused(stay.RefusalIn(reply.Text), "MALFORMED_MESSAGE", "charset");
    }

    [TestCase("""<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>""")]
    [TestCase("""<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>""")]
    [TestCase("""<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">""")]
    public async Task A_document_type_is_refused_and_nothing_is_expanded_or_fetched(string documentType)
    {
        var stay = NewStay();
        var declarationEnd = stay.Verify.Template.IndexOf("?>", StringComparison.Ordinal) + 2;
        var step = stay.Verify with { Template = stay.Verify.Template.Insert(declarationEnd, documentType) };
        var exchange = await StoringNothingAsync(() => stay.SendAsync(step));
        AssertRefused(stay.RefusalIn(exchange.Reply), "MALFORMED_MESSAGE", "DTD");
    }

    [Test]
    public async Task An_entity_that_nobody_declared_is_refused()
    {
        var stay = NewStay();
        var step = stay.Verify with { Template = stay.Verify.Template.Insert(stay.Verify.Template.LastIndexOf("</", StringComparison.Ordinal), "&secret;") };
        var exchange = await StoringNothingAsync(() => stay.SendAsync(step));
        AssertRefused(stay.RefusalIn(exchange.Reply), "MALFORMED_MESSAGE", "line 1 column [0-9]+");
    }

    [TestCase(50 * 1024 * 1024, false), TestCase(BodyBytesMax + 1, false), TestCase(BodyBytesMax + 1, true)]
    public async Task A_body_above_the_limit_is_read_to_its_end_and_refused(int length, bool isChunked)
    {
        var stay = NewStay();
        var padding = new byte[length];
        Array.Fill(padding, (byte)' ');
        var good = await stay.RawVerifyAsync();
        good.Body.CopyTo(padding, 0);
        var huge = good with { Body = padding, IsChunked = isChunked };
        var reply = await StoringNothingAsync(() => huge.SendAsync(Client));
        AssertRefused(stay.RefusalIn(reply.Text), "BODY_TOO_LARGE", $"{BodyBytesMax}");
    }

    [Test]
    public async Task A_body_of_exactly_the_limit_is_answered()
    {
        var stay = NewStay();
        var padding = new byte[BodyBytesMax];
        Array.Fill(padding, (byte)' ');
        var good = await stay.RawVerifyAsync();
        good.Body.CopyTo(padding, 0);
        var reply = await (good with { Body = padding }).SendAsync(Client);
        Assert.That(stay.RefusalIn(reply.Text), Is.Null);
    }

    [TestCase(""), TestCase("Bearer 0000000000000000000000000000000000000000"), TestCase("Bearer"), TestCase("Basic ####"), TestCase("Digest x")]
    public async Task Without_a_valid_token_nothing_is_answered(string authorization)
    {
        var stay = NewStay();
        var turnedAway = await stay.RawVerifyAsync() with { Authorization = authorization };
        var reply = await StoringNothingAsync(() => turnedAway.SendAsync(Client));
        AssertRefused(stay.RefusalIn(reply.Text), "TOKEN_REFUSED", "令牌.*Authorization: Bearer");
        await Logs.WaitForAsync(3002, "TOKEN_REFUSED");
    }

    [Test]
    public async Task A_token_of_the_other_province_is_no_token_here()
    {
        var stay = NewStay();
        var foreign = Country.Provinces.First(province => province != stay.Node).Tokens.First().Value;
        var turnedAway = await stay.RawVerifyAsync() with { Authorization = $"Bearer {foreign}" };
        var reply = await StoringNothingAsync(() => turnedAway.SendAsync(Client));
        AssertRefused(stay.RefusalIn(reply.Text), "TOKEN_REFUSED", "token");
    }

    [Test]
    public async Task A_message_that_names_another_hospital_than_the_token_is_refused()
    {
        var stay = NewStay();
        var copied = await stay.RawVerifyAsync() with { Authorization = $"Bearer {stay.OtherToken}" };
        var reply = await StoringNothingAsync(() => copied.SendAsync(Client));
        AssertRefused(stay.RefusalIn(reply.Text), "INSTITUTION_MISMATCH", "institution code");
    }

    [Test]
    public async Task The_token_may_be_a_password_or_stand_in_the_path()
    {
        var stay = NewStay();
        var good = await stay.RawVerifyAsync();
        var basic = good with { Authorization = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"his:{stay.Token}")) };
        var prefixed = good with { Authorization = "", Address = new Uri(stay.Node.HisAddress, $"/token/{stay.Token}{good.Address.AbsolutePath}") };
        var wrong = prefixed with { Address = new Uri(stay.Node.HisAddress, $"/token/{stay.Token[1..]}{good.Address.AbsolutePath}") };
        using (Assert.EnterMultipleScope())
        {
            Assert.That(stay.RefusalIn((await basic.SendAsync(Client)).Text), Is.Null);
            Assert.That(stay.RefusalIn((await prefixed.SendAsync(Client)).Text), Is.Null);
            Assert.That(stay.RefusalIn((await wrong.SendAsync(Client)).Text), Does.StartWith("[TOKEN_REFUSED]"));
        }
    }

    [Test]
    public async Task An_unknown_transaction_is_refused()
    {
        var stay = NewStay();
        var exchange = await StoringNothingAsync(() => stay.SendAsync(UnknownTransaction(stay)));
        AssertRefused(stay.RefusalIn(exchange.Reply), "UNKNOWN_TRANSACTION", "98");
    }

    [Test]
    public async Task A_mandatory_field_that_is_absent_is_named()
    {
        var stay = NewStay();
        var (step, element) = WithoutDiagnosis(await stay.AdmissionAsync());
        var exchange = await StoringNothingAsync(() => stay.SendAsync(step));
        AssertRefused(stay.RefusalIn(exchange.Reply), "MISSING_FIELD", element);
    }

    [Test]
    public async Task A_person_whom_the_insured_province_does_not_know_is_refused()
    {
        var stay = NewStay(UnknownPatient);
        var exchange = await StoringNothingAsync(() => stay.SendAsync(stay.Verify));
        AssertRefused(stay.RefusalIn(exchange.Reply), "PERSON_NOT_FOUND", "参保地 insured side.*certificate or card number");
    }

    [Test]
    public async Task A_fee_date_outside_the_stay_is_refused()
    {
        var stay = await AdmittedAsync();
        var line = WithFeeDateBeforeAdmission(await stay.LineAsync());
        var exchange = await StoringNothingAsync(() => stay.SendAsync(line));
        AssertRefused(stay.RefusalIn(exchange.Reply), "DATE_OUTSIDE_STAY", @"lines\[0\]\.fee_date");
    }

    [Test]
    public async Task An_amount_that_is_not_price_times_quantity_is_refused()
    {
        var stay = await AdmittedAsync();
        var line = WithAmount(await stay.LineAsync(), "19.99");
        var exchange = await StoringNothingAsync(() => stay.SendAsync(line));
        AssertRefused(stay.RefusalIn(exchange.Reply), "AMOUNT_MISMATCH", "amount");
    }

    [TestCase("20.001"), TestCase("1e1"), TestCase("NaN"), TestCase("２０"), TestCase("999999999999999999999999999999"), TestCase("92233720368547758.08"), TestCase("-92233720368547758.08")]
    public async Task An_amount_that_is_no_amount_in_yuan_is_refused(string amount)
    {
        var stay = await AdmittedAsync();
        var line = WithAmount(await stay.LineAsync(), amount);
        var exchange = await StoringNothingAsync(() => stay.SendAsync(line));
        AssertRefused(stay.RefusalIn(exchange.Reply), "INVALID_FIELD", AmountElement);
    }

    [Test]
    public async Task A_line_serial_that_is_stored_with_other_content_is_refused()
    {
        var stay = await AdmittedAsync();
        await stay.PlayAsync(await stay.LineAsync());
        // Yunnan's serial for the call is fetched anew: the same line in another call.
        var other = WithOtherQuantity(await stay.LineAsync());
        var exchange = await StoringNothingAsync(() => stay.SendAsync(other));
        AssertRefused(stay.RefusalIn(exchange.Reply), "LINE_CONFLICT", "line 1: serial");
    }

    [Test]
    public async Task A_bill_that_adds_up_to_less_than_nothing_is_not_settled()
    {
        var stay = await AdmittedAsync();
        await stay.PlayAsync(AsRefund(await stay.LineAsync()));
        await stay.PlayAsync(await stay.DischargeAsync());
        var settlement = await stay.SettlementAsync($"-{GuangzhouStay.LineTotal}");
        var exchange = await StoringNothingAsync(() => stay.SendAsync(settlement));
        AssertRefused(stay.RefusalIn(exchange.Reply), "NEGATIVE_TOTAL", "total_fen.*-[0-9]");
    }

    [Test]
    public async Task A_bill_without_lines_is_not_settled()
    {
        var stay = await AdmittedAsync();
        await stay.PlayAsync(await stay.DischargeAsync());
        var settlement = await stay.SettlementAsync("0.00");
        var exchange = await StoringNothingAsync(() => stay.SendAsync(settlement));
        AssertRefused(stay.RefusalIn(exchange.Reply), "MISSING_FIELD", "fee lines");
    }

    [Test]
    public async Task A_settlement_before_the_discharge_is_refused()
    {
        var stay = await AdmittedAsync();
        await stay.PlayAsync(await stay.LineAsync());
        var settlement = await stay.SettlementAsync(GuangzhouStay.LineTotal);
        var exchange = await StoringNothingAsync(() => stay.SendAsync(settlement));
        AssertRefused(stay.RefusalIn(exchange.Reply), "VISIT_STATE", "needs 'discharged");
    }

    [Test]
    public async Task A_patient_without_a_filing_is_not_settled_where_the_policy_demands_one()
    {
        var stay = NewStay(UnfiledPatient);
        await stay.AdmitAsync();
        await stay.PlayAsync(await stay.LineAsync());
        await stay.PlayAsync(await stay.DischargeAsync());
        var settlement = await stay.SettlementAsync(GuangzhouStay.LineTotal);
        var exchange = await StoringNothingAsync(() => stay.SendAsync(settlement), RefusedByTheInsuredSide(stay));
        AssertRefused(stay.RefusalIn(exchange.Reply), "FILING_MISSING", "参保地 insured side.*filing");
    }

    [Test]
    public async Task A_client_that_goes_away_in_the_middle_of_a_body_leaves_nothing([Values] bool inGoodOrder)
    {
        var stay = await AdmittedAsync();
        var line = await stay.LineAsync();
        var before = Stored();
        await BrokenPost.SendAsync(stay.Node, line.Path, line.ContentType, stay.Token, Encoding.ASCII.GetBytes(line.Template[..100]), announced: 100_000, inGoodOrder);
        await Logs.WaitForAsync(3004, line.Path);
        before.AssertSame(Stored());
    }

    protected static (string, int) Changed(PilotProvince province, string table, int added) => ($"{province.Division}.{table}", added);

    protected async Task<HospitalStay> AdmittedAsync()
    {
        var stay = NewStay();
        await stay.AdmitAsync();
        return stay;
    }

    protected abstract string AmountElement { get; }

    protected abstract string UnknownPatient(string message);

    protected abstract string UnfiledPatient(string message);

    protected abstract JourneyStep UnknownTransaction(HospitalStay stay);

    protected abstract (JourneyStep Step, string Element) WithoutDiagnosis(JourneyStep admission);

    protected abstract JourneyStep WithFeeDateBeforeAdmission(JourneyStep line);

    protected abstract JourneyStep WithAmount(JourneyStep line, string amount);

    protected abstract JourneyStep WithOtherQuantity(JourneyStep line);

    protected abstract JourneyStep AsRefund(JourneyStep line);

    /// <summary>The request and the refusal are kept on both sides: the hospital may ask what became of it.</summary>
    protected abstract (string Table, int Added)[] RefusedByTheInsuredSide(HospitalStay stay);
}
