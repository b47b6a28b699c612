using System.Text.Json.Nodes;
using NUnit.Framework;
using Provincial.Exchange.V1;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Filings;

/// <summary>补备案: the patient is admitted without a filing, and it is made before the settlement.</summary>
internal sealed class When_a_filing_is_made_for_an_open_visit : FilingsTest
{
    // (3600 - 1200) x 85 %, x 0.90 filed as an emergency, x 0.70 unfiled.
    private const long Filed = 1_836_00, NotFiled = 1_428_00;

    [Test]
    public async Task It_counts_from_the_admission_and_the_visit_and_the_settlement_record_it()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.UnfiledOfKunming, SampleBills.IntensiveCare(FeesOn));
        var before = (await Guangzhou.PreviewAsync(visit)).Granted().Result.Figures.PoolFen;
        var record = await SubmitAsync(Submission("05", AdmittedOn, visit));

        var settled = (await Guangzhou.SettleAsync(visit)).Granted().Result;

        using (Assert.EnterMultipleScope())
        {
            Assert.That((before, settled.Figures.PoolFen), Is.EqualTo((NotFiled, Filed)));
            Assert.That(settled.Person.FilingNumber, Is.EqualTo(record.Filing.FilingNumber));
            Assert.That(Yunnan.Value<string>("SELECT filing_number FROM insured_visit"), Is.EqualTo(record.Filing.FilingNumber));
            Assert.That(Yunnan.Value<string>("SELECT filing_number || ' ' || filing_version || ' ' || kind FROM insured_settlement_filing"), Is.EqualTo($"{record.Filing.FilingNumber} 1 05"));
        }
    }

    [Test]
    public async Task While_the_visit_rests_on_it_neither_side_ends_it()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.UnfiledOfKunming, SampleBills.IntensiveCare(FeesOn));
        var number = (await SubmitAsync(Submission("05", AdmittedOn, visit))).Filing.FilingNumber;
        await using var desk = YunnanDesk();

        var refusal = await RefusedAsync(Cancellation(number), RefusalCode.FilingState);
        var atHome = await desk.RefuseAsync("filings", "cancel", number, "--reason", "撤销");
        var shortened = await desk.RefuseAsync("filings", "change", number, "--from", Today.Iso(), "--reason", "缩短");
        await desk.SucceedAsync("filings", "change", number, "--kind", "04", "--reason", "改为转诊");
        (await Guangzhou.SettleAsync(visit)).Granted();
        await CancelAsync(Cancellation(number));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(refusal.MessageEn, Does.Contain(visit));
            Assert.That(atHome, Does.Contain(visit));
            Assert.That(shortened, Does.Contain(visit));
            Assert.That(Yunnan.Value<string>("SELECT filing_version || ' ' || kind FROM insured_settlement_filing"), Is.EqualTo("2 04"), "the version of the settlement");
            Assert.That(Yunnan.Count("filing_version", $"filing_number = '{number}'"), Is.EqualTo(3));
        }
    }

    [Test]
    public async Task The_insured_sides_operator_records_it_at_home_and_it_counts()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.UnfiledOfKunming, SampleBills.IntensiveCare(FeesOn));
        await using var desk = YunnanDesk();
        string[] record = ["filings", "record", Unfiled, "--area", "440100", "--from", AdmittedOn.Iso(), "--reason", "本人申请", "--kind"];
        var unknown = await desk.RefuseAsync([.. record, "07"]);
        var backwards = await desk.RefuseAsync([.. record, "05", "--to", AdmittedOn.AddDays(-1).Iso()]);
        var shown = await desk.AskAsync([.. record, "05"]);
        var again = await desk.RefuseAsync([.. record, "05"]);
        var nobody = await desk.RefuseAsync("filings", "record", "5301999999", "--kind", "05", "--area", "440100", "--reason", "本人申请");
        var home = await desk.RefuseAsync("filings", "record", Unfiled, "--kind", "05", "--area", "530300", "--reason", "本人申请");

        using (Assert.EnterMultipleScope())
        {
            Assert.That((await Guangzhou.SettleAsync(visit)).Granted().Result.Figures.PoolFen, Is.EqualTo(Filed));
            Assert.That(((string?)shown["filing"]!["state"], (string?)shown["filing"]!["to"]), Is.EqualTo(("effective", AdmittedOn.AddMonths(6).AddDays(-1).Iso())));
            Assert.That(unknown, Does.Contain("--kind").And.Contain("01, 02"));
            Assert.That(backwards, Does.Contain("valid_to"));
            Assert.That(again, Does.Contain((string)shown["filing"]!["number"]!));
            Assert.That(nobody, Does.Contain("PersonNotFound"));
            Assert.That(home, Does.Contain("--area"));
        }
    }

    [Test]
    public async Task Every_open_visit_that_rests_on_it_is_looked_at()
    {
        var first = await AdmitAsync(Guangzhou, Patient.UnfiledOfKunming);
        var number = (await SubmitAsync(Submission("05", AdmittedOn, first, area: "440000"))).Filing.FilingNumber;
        using var foshan = HospitalOf(Guangdong, "H44060000001");
        var second = await AdmitAsync(foshan, Patient.UnfiledOfKunming, "ZY0002");
        await using var desk = YunnanDesk();

        var shown = await desk.AskAsync("filings", "show", number);
        var refused = await desk.RefuseAsync("filings", "change", number, "--area", "440100", "--reason", "缩小");

        Assert.That(shown["restingVisits"]!.AsArray().Select(visit => (string)visit!), Is.EquivalentTo(new[] { first, second }));
        Assert.That(refused, Does.Contain(second));
    }

    [Test]
    public async Task It_is_refused_when_it_does_not_fit_the_visit()
    {
        var visit = await AdmitAsync(Guangzhou, Patient.UnfiledOfKunming);
        var other = await AdmitAsync(Guangzhou, Patient.OfKunming, "ZY0002");

        await RefusedAsync(Submission("05", AdmittedOn), RefusalCode.InvalidField, "valid_from");
        await RefusedAsync(Submission("05", AdmittedOn.AddDays(-1), visit), RefusalCode.DateOutsideStay, "valid_from");
        await RefusedAsync(Submission("05", AdmittedOn.AddDays(1), visit), RefusalCode.DateOutsideStay, "valid_from");
        await RefusedAsync(Submission("05", AdmittedOn, other), RefusalCode.VisitNotFound, "visit_number");
        await RefusedAsync(Submission("05", AdmittedOn, "S5301001709200009999"), RefusalCode.VisitNotFound, "visit_number");
        await RefusedAsync(Submission("05", AdmittedOn, visit, area: "440600"), RefusalCode.FilingArea, "filing");
        await RefusedAsync(Submission("05", AdmittedOn, visit, area: "310000"), RefusalCode.InvalidField, "target_area");

        Assert.That(Yunnan.Count("filing", "submitted_by IS NOT NULL"), Is.Zero);
    }

    [Test]
    public async Task An_operator_names_the_visit_and_the_kind_and_the_admission_says_the_rest()
    {
        var visit = await AdmitAsync(Guangzhou, Patient.UnfiledOfKunming);
        await using var desk = new Cli.OperatorDesk(Guangdong, Clock);

        var other = await desk.RefuseAsync("filings", "submit", "--visit", visit, "--person", "5301000001", "--kind", "05", "--reason", "急诊入院");
        var unknown = await desk.RefuseAsync("filings", "submit", "--visit", "S5301001709200009999", "--kind", "05", "--reason", "急诊入院");
        var submitted = await desk.AskAsync("filings", "submit", "--visit", visit, "--kind", "05", "--reason", "急诊入院");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(other, Does.Contain("--person").And.Not.Contain(Unfiled), "the other person is not named");
            Assert.That(unknown, Does.Contain("S5301001709200009999").And.Contain("visits list"));
            Assert.That((string)submitted["filing"]!["from"]!, Is.EqualTo(AdmittedOn.Iso()));
            Assert.That(Yunnan.Value<string>("SELECT person_number || ' ' || visit_number || ' ' || target_area FROM filing WHERE submitted_by IS NOT NULL"), Is.EqualTo($"{Unfiled} {visit} 440100"));
        }
    }

    [Test]
    public async Task Without_a_visit_an_operator_has_to_say_it_all()
    {
        await using var desk = new Cli.OperatorDesk(Guangdong, Clock);
        string[] who = ["--peer", "530100", "--person", Unfiled];

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await desk.RefuseAsync("filings", "submit", "--kind", "04", "--reason", "转诊"), Does.Contain("--peer"));
            Assert.That(await desk.RefuseAsync("filings", "submit", "--peer", "530100", "--kind", "04", "--reason", "转诊"), Does.Contain("--person"));
            Assert.That(await desk.RefuseAsync(["filings", "submit", .. who, "--kind", "04", "--from", Today.Iso(), "--reason", "转诊"]), Does.Contain("--area"));
            Assert.That(await desk.RefuseAsync(["filings", "submit", .. who, "--kind", "04", "--area", "440100", "--reason", "转诊"]), Does.Contain("--from"));
            Assert.That(Guangdong.Count("filing_request"), Is.Zero, "nothing is stored or sent");
        }
    }

    [Test]
    public async Task After_the_settlement_it_is_too_late()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.UnfiledOfKunming, SampleBills.IntensiveCare(FeesOn));
        (await Guangzhou.SettleAsync(visit)).Granted();

        await RefusedAsync(Submission("05", AdmittedOn, visit), RefusalCode.VisitState, "visit_number");
    }
}

/// <summary>The same where the insured division has rules of its own.</summary>
internal sealed class When_the_insured_division_has_rules_of_its_own : FilingsTest
{
    protected override void Arrange()
    {
        base.Arrange();
        var rules = new JsonObject
        {
            ["default"] = new JsonObject { ["temporaryMonths"] = 3 },
            ["divisions"] = new JsonArray(new JsonObject
            {
                ["division"] = "530100",
                ["makeUpUntil"] = "discharge",
                ["peersMaySubmit"] = new JsonArray("04", "05"),
                ["effectiveAtOnce"] = new JsonArray("05"),
                ["endUnderOpenVisit"] = true,
            }),
        };
        File.WriteAllText(Path.Combine(Yunnan.DataFolder, "filing-rules.json"), rules.ToJsonString());
    }

    [Test]
    public async Task They_are_applied()
    {
        var visit = await AdmitAsync(Guangzhou, Patient.UnfiledOfKunming);
        await RefusedAsync(Submission("06", Today), RefusalCode.InvalidField, "kind");
        var emergency = await SubmitAsync(Submission("05", AdmittedOn, visit));
        var ended = await CancelAsync(Cancellation(emergency.Filing.FilingNumber));
        (await Guangzhou.DischargeAsync(visit, Today)).Granted();
        await RefusedAsync(Submission("05", AdmittedOn, visit), RefusalCode.VisitState, "visit_number");

        using (Assert.EnterMultipleScope())
        {
            // From 2017-09-12, three months.
            Assert.That((emergency.State, emergency.Filing.ValidTo), Is.EqualTo((FilingState.Effective, "2017-12-11")));
            Assert.That(ended.State, Is.EqualTo(FilingState.Cancelled), "although the visit is open");
            Assert.That((await SubmitAsync(Submission("04", Today))).State, Is.EqualTo(FilingState.UnderReview));
        }
    }
}

/// <summary>An admission of an emergency kind.</summary>
internal sealed class When_an_emergency_is_admitted_without_a_filing : FilingsTest
{
    [Test]
    public async Task It_counts_as_filed()
    {
        using var hospital = new Hospital(Guangdong.HisAddress, Guangdong.Tokens[FirstHospital]) { InpatientKind = EmergencyKind };
        var visit = await DischargeAsync(hospital, Patient.UnfiledOfKunming, SampleBills.IntensiveCare(FeesOn));

        var settled = (await hospital.SettleAsync(visit)).Granted().Result;

        using (Assert.EnterMultipleScope())
        {
            // (3600 - 1200) x 85 % x 0.90.
            Assert.That(settled.Figures.PoolFen, Is.EqualTo(1_836_00));
            Assert.That(Yunnan.Count("insured_settlement_filing", "filing_number IS NULL AND kind = '05'"), Is.EqualTo(1));
        }
    }

    /// <summary>Guangdong's local code of exchange kind 24.</summary>
    private const string EmergencyKind = "24";
}
