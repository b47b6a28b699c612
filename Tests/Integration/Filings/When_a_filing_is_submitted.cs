using NUnit.Framework;
using Provincial.Exchange.V1;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Filings;

/// <summary>A treatment province submits and cancels filings; the insured province's operators decide what waits.</summary>
internal sealed class When_a_filing_is_submitted : FilingsTest
{
    [Test]
    public async Task A_referral_is_effective_at_once_for_six_months_and_the_person_is_filed_from_then_on()
    {
        var record = await SubmitAsync(Submission("04", Today));

        var listed = (await GetAsync()).Filings.Filings;
        var verified = (await Guangzhou.VerifyAsync(Patient.UnfiledOfKunming.ToReference())).Granted().Result.Person;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(record.Filing.FilingNumber, Is.EqualTo("F5301001709200000001"));
            Assert.That((record.State, record.Filing.ValidTo, record.SubmittedByDivision), Is.EqualTo((FilingState.Effective, "2018-03-19", "440000")));
            Assert.That(listed, Is.EqualTo(new[] { record }));
            Assert.That(verified.FilingNumber, Is.EqualTo(record.Filing.FilingNumber));
        }
    }

    [Test]
    public async Task A_long_term_filing_gives_nothing_until_it_is_approved()
    {
        var record = await SubmitAsync(Submission("02", Today, area: "440000"));
        var waiting = (await Guangzhou.VerifyAsync(Patient.UnfiledOfKunming.ToReference())).Granted().Result.Person;
        await using var desk = YunnanDesk();
        var queue = (await desk.AskAsync("filings", "list", "--state", "under-review")).AsArray();

        await desk.SucceedAsync("filings", "decide", record.Filing.FilingNumber, "approve", "--reason", "材料齐全", "--operator", "测试审核");

        var granted = (await Guangzhou.VerifyAsync(Patient.UnfiledOfKunming.ToReference())).Granted().Result.Person;
        var shown = await desk.AskAsync("filings", "show", record.Filing.FilingNumber);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((record.State, record.Filing.ValidTo), Is.EqualTo((FilingState.UnderReview, "")));
            Assert.That(waiting.HasFilingKind, Is.False);
            Assert.That((string)queue.Single()!["number"]!, Is.EqualTo(record.Filing.FilingNumber));
            Assert.That(granted.FilingKind, Is.EqualTo("02"));
            Assert.That(shown["versions"]!.AsArray().Select(version => ((string)version!["state"]!, (string)version["changedBy"]!)),
                Is.EqualTo(new[] { ("under-review", "440000"), ("effective", "测试审核") }));
            Assert.That((bool)shown["isTwoWay"]!, Is.True);
        }
        Assert.That(await desk.RefuseAsync("filings", "decide", record.Filing.FilingNumber, "reject", "--reason", "再审"), Does.Contain("FilingState"));
    }

    [Test]
    public async Task A_rejected_filing_stands_in_nobodys_way()
    {
        var record = await SubmitAsync(Submission("03", Today));
        await using var desk = YunnanDesk();
        await desk.SucceedAsync("filings", "decide", record.Filing.FilingNumber, "reject", "--reason", "材料不全");

        Assert.That((await SubmitAsync(Submission("03", Today))).State, Is.EqualTo(FilingState.UnderReview));
        Assert.That((await GetAsync()).Filings.Filings.Select(filing => filing.State), Is.EquivalentTo(new[] { FilingState.Rejected, FilingState.UnderReview }));
    }

    [Test]
    public async Task A_second_one_of_the_family_is_refused_and_names_the_first()
    {
        var first = await SubmitAsync(Submission("04", Today, area: "440000"));

        var refusal = await RefusedAsync(Submission("06", Today.AddDays(30)), RefusalCode.FilingOverlap, "valid_from");

        Assert.That(refusal.MessageEn, Does.Contain(first.Filing.FilingNumber));
        Assert.That(Yunnan.Count("filing", "submitted_by IS NOT NULL"), Is.EqualTo(1));
    }

    [Test]
    public async Task It_is_cancelled_by_who_submitted_it_once_and_of_the_right_person()
    {
        var record = await SubmitAsync(Submission("06", Today));
        var number = record.Filing.FilingNumber;

        await RefusedAsync(Cancellation(number, "5301000001"), RefusalCode.FilingNotFound);
        await RefusedAsync(Cancellation("F5301001709209999999"), RefusalCode.FilingNotFound);
        var home = Yunnan.Value<string>("SELECT min(filing_number) FROM filing WHERE person_number = '5301000001'");
        await RefusedAsync(Cancellation(home, "5301000001"), RefusalCode.FilingState);
        var cancelled = await CancelAsync(Cancellation(number));
        await RefusedAsync(Cancellation(number), RefusalCode.FilingState);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((cancelled.State, cancelled.HasCancelledAtMs), Is.EqualTo((FilingState.Cancelled, true)));
            Assert.That((await GetAsync(on: Today.Iso())).Filings.Filings, Is.Empty, "a cancelled one is not valid on any day");
            Assert.That((await GetAsync()).Filings.Filings, Has.Count.EqualTo(1), "and is listed without a day");
            Assert.That(Yunnan.Value<string>("SELECT group_concat(state) FROM filing_version WHERE filing_number = @number", new { number }), Is.EqualTo("1,9"));
        }
    }

    [Test]
    public async Task An_operator_of_the_treatment_side_does_it_by_command_and_sees_what_was_asked()
    {
        await using var desk = new Cli.OperatorDesk(Guangdong, Clock);
        string[] who = ["--peer", "530100", "--person", Unfiled];

        var submitted = await desk.AskAsync(["filings", "submit", .. who, "--kind", "04", "--area", "440100", "--from", Today.Iso(), "--reason", "转诊", "--diagnosis", "I20.000=心绞痛", "--institution", FirstHospital]);
        var number = (string)submitted["filing"]!["number"]!;
        var asked = (await desk.AskAsync(["filings", "ask", .. who])).AsArray();
        var twice = await desk.RefuseAsync(["filings", "submit", .. who, "--kind", "05", "--area", "440100", "--from", Today.Iso(), "--reason", "急诊"]);
        await desk.SucceedAsync(["filings", "withdraw", number, .. who, "--reason", "误报"]);
        var requests = (await desk.AskAsync("filings", "requests")).AsArray();

        using (Assert.EnterMultipleScope())
        {
            Assert.That((string)asked.Single()!["number"]!, Is.EqualTo(number));
            Assert.That(twice, Does.Contain(number));
            Assert.That(requests.Select(request => (string)request!["state"]!), Is.EqualTo(new[] { "answered", "refused", "answered" }));
            Assert.That(requests.ToJsonString(), Does.Not.Contain(Unfiled), "the person is not named in a list");
        }
    }
}
