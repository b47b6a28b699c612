using System.Text.Json.Nodes;
using NUnit.Framework;
using Provincial.His.V1;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Journeys;

/// <summary>Who is turned away at the counter, by which side and why.</summary>
internal sealed class When_the_person_may_not_settle : CountryTest
{
    [TestCase("5301000008", "530103197907070812", TestName = "Somebody_whose_insurance_is_suspended_is_refused")]
    [TestCase("5301000009", "530102199112120929", TestName = "Somebody_on_record_as_not_insured_is_refused")]
    [TestCase("5301000013", "530103197508181312", TestName = "Somebody_whose_insurance_has_ended_is_refused")]
    public async Task Somebody_without_valid_insurance_is_refused(string personNumber, string securityNumber)
    {
        var person = new PersonReference { InsuredDivision = "530100", PersonNumber = personNumber, SocialSecurityNumber = securityNumber };

        (await Guangzhou.VerifyAsync(person)).Refused("PERSON_NOT_INSURED", RefusingSide.Insured, "person");
        (await Guangzhou.AdmitAsync(person, "ZY0001", AdmittedOn)).Refused("PERSON_NOT_INSURED", RefusingSide.Insured, "person");

        Assert.That(Yunnan.Count("insured_visit"), Is.Zero);
    }

    [Test]
    public async Task Somebody_with_another_name_than_on_record_is_refused_and_the_record_is_not_told()
    {
        var person = Patient.OfKunming.ToReference();
        person.Name = "测试患者丙";

        var refused = await Guangzhou.VerifyAsync(person);

        refused.Refused("PERSON_MISMATCH", RefusingSide.Insured, "person.name");
        Assert.That(refused.Text, Does.Not.Contain("测试患者"));
    }

    [Test]
    public async Task A_card_of_somebody_else_is_refused()
    {
        var person = Patient.OfKunming.ToReference();
        person.CardNumber = "A00000038";

        (await Guangzhou.AdmitAsync(person, "ZY0001", AdmittedOn)).Refused("PERSON_MISMATCH", RefusingSide.Insured, "person.card_number");
    }

    [Test]
    public async Task Somebody_unknown_to_the_insured_province_is_refused()
    {
        var person = new PersonReference { InsuredDivision = "530100", SocialSecurityNumber = "530102197001010012" };

        (await Guangzhou.VerifyAsync(person)).Refused("PERSON_NOT_FOUND", RefusingSide.Insured, "person");
    }

    [Test]
    public async Task A_province_that_is_not_connected_is_refused_by_the_hospitals_own_side()
    {
        var person = new PersonReference { InsuredDivision = "610100", SocialSecurityNumber = "610102197001010012" };

        (await Guangzhou.VerifyAsync(person)).Refused("PEER_UNKNOWN", RefusingSide.Treatment, "insured_division");
        (await Guangzhou.AdmitAsync(person, "ZY0001", AdmittedOn)).Refused("PEER_UNKNOWN", RefusingSide.Treatment, "insured_division");
    }

    [Test]
    public async Task The_provinces_own_people_are_not_treated_elsewhere()
    {
        var person = Patient.OfGuangzhou.ToReference();

        (await Guangzhou.VerifyAsync(person)).Refused("PEER_UNKNOWN", RefusingSide.Treatment, "insured_division");
        (await Guangzhou.AdmitAsync(person, "ZY0001", AdmittedOn)).Refused("PEER_UNKNOWN", RefusingSide.Treatment, "insured_division");
    }

    [TestCase("5301000010", "530111196903301016", 59_50, TestName = "A_person_without_a_filing_settles_with_the_unfiled_factor")]
    [TestCase("5301000011", "530112194710101120", 62_30, TestName = "A_person_whose_filing_has_expired_settles_with_the_unfiled_factor")]
    public async Task An_unfiled_person_settles_with_the_unfiled_factor(string personNumber, string securityNumber, int basisPoints)
    {
        var admitted = (await Guangzhou.AdmitAsync(
            new() { InsuredDivision = "530100", PersonNumber = personNumber, SocialSecurityNumber = securityNumber }, "ZY0001", AdmittedOn)).Granted().Result;
        (await Guangzhou.UploadAsync(admitted.VisitNumber, SampleBills.Guangzhou(FeesOn))).Granted();
        (await Guangzhou.DischargeAsync(admitted.VisitNumber, Today)).Granted();

        var settled = (await Guangzhou.SettleAsync(admitted.VisitNumber)).Granted().Result;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(admitted.Person.HasFilingKind, Is.False);
            // (42000 - 1200) x 85 % (retired 89 %) x 0.70.
            Assert.That(settled.Figures.PoolFen, Is.EqualTo(40_800_00L * basisPoints / 100_00));
        }
    }

    [Test]
    public async Task A_filing_for_another_province_counts_as_none()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.FiledForShanghaiOfKunming, SampleBills.IntensiveCare(FeesOn));

        var settled = (await Guangzhou.SettleAsync(visit)).Granted().Result;

        // Resident: (3600 - 880) x 60 % x 0.60.
        Assert.That((settled.Person.HasFilingKind, settled.Figures.PoolFen), Is.EqualTo((false, 979_20L)));
    }
}

/// <summary>A referral that ends on 2017-07-10, in the middle of the stay.</summary>
internal sealed class When_a_filing_runs_out_during_the_stay : CountryTest
{
    protected override DateTimeOffset Begin => new(2017, 7, 12, 10, 0, 0, TimeSpan.FromHours(8));

    [Test]
    public async Task It_counts_for_the_whole_stay_because_it_held_at_the_admission()
    {
        var admitted = (await Guangzhou.AdmitAsync(Patient.ExpiredOfKunming.ToReference(), "ZY0001", AdmittedOn)).Granted().Result;
        (await Guangzhou.UploadAsync(admitted.VisitNumber, SampleBills.IntensiveCare(FeesOn))).Granted();
        (await Guangzhou.DischargeAsync(admitted.VisitNumber, Today)).Granted();

        var settled = (await Guangzhou.SettleAsync(admitted.VisitNumber)).Granted().Result;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(admitted.Person.FilingKind, Is.EqualTo("04"));
            Assert.That(settled.Person.FilingKind, Is.EqualTo("04"));
            // Retired: (3600 - 1200) x 89 % x 0.90 for a referral.
            Assert.That(settled.Figures.PoolFen, Is.EqualTo(1_922_40));
            Assert.That(Yunnan.Count("insured_settlement_filing", "kind = '04' AND filing_version = 1"), Is.EqualTo(1));
        }
    }

    [Test]
    public async Task It_counts_when_the_stay_ends_on_its_last_day()
    {
        var visit = await AdmitAsync(Guangzhou, Patient.ExpiredOfKunming);
        (await Guangzhou.UploadAsync(visit, SampleBills.IntensiveCare(FeesOn))).Granted();
        (await Guangzhou.DischargeAsync(visit, new DateOnly(2017, 7, 10))).Granted();

        var settled = (await Guangzhou.SettleAsync(visit)).Granted().Result;

        // Retired: (3600 - 1200) x 89 % x 0.90 for a referral.
        Assert.That((settled.Person.FilingKind, settled.Figures.PoolFen), Is.EqualTo(("04", 1_922_40L)));
    }
}

/// <summary>The same people where the policy does not settle without a filing.</summary>
internal sealed class When_the_policy_refuses_people_without_a_filing : CountryTest
{
    protected override void Arrange()
    {
        var path = Path.Combine(Yunnan.DataFolder, "policy.json");
        var policy = JsonNode.Parse(File.ReadAllText(path))!;
        foreach (var plan in policy["plans"]!.AsArray())
            plan!["remote"]!["unfiled"] = new JsonObject { ["refuse"] = true };
        File.WriteAllText(path, policy.ToJsonString());
    }

    [TestCase("5301000010", "530111196903301016", "FILING_MISSING", TestName = "Somebody_who_never_filed_is_refused")]
    [TestCase("5301000011", "530112194710101120", "FILING_EXPIRED", TestName = "Somebody_whose_filing_has_expired_is_refused")]
    [TestCase("5301000012", "530102198305051225", "FILING_AREA", TestName = "Somebody_who_filed_for_another_area_is_refused")]
    public async Task Somebody_without_a_valid_filing_is_refused_by_name(string personNumber, string securityNumber, string code)
    {
        var visit = await DischargeAsync(Guangzhou, new("530100", personNumber, "", securityNumber), SampleBills.IntensiveCare(FeesOn));

        (await Guangzhou.PreviewAsync(visit)).Refused(code, RefusingSide.Insured, "filing");
        (await Guangzhou.SettleAsync(visit, "T1")).Refused(code, RefusingSide.Insured, "filing");

        Assert.That(Yunnan.Count("insured_settlement"), Is.Zero);
    }

    [Test]
    public async Task A_filing_made_before_the_settlement_cures_it_under_a_new_id()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.UnfiledOfKunming, SampleBills.IntensiveCare(FeesOn));
        (await Guangzhou.SettleAsync(visit, "T1")).Refused("FILING_MISSING", RefusingSide.Insured, "filing");
        await Yunnan.Host.Database.WriteAsync(session => session.ExecuteExpecting(1,
            """
            INSERT INTO filing (filing_number, person_number, kind, target_area, valid_from, valid_to, state)
            VALUES ('BA5301002017000099', '5301000010', '04', '440100', '2017-09-01', NULL, 1)
            """), CancellationToken.None);

        (await Guangzhou.SettleAsync(visit, "T1")).Refused("FILING_MISSING", RefusingSide.Insured, "filing");
        var settled = (await Guangzhou.SettleAsync(visit, "T2")).Granted().Result;

        using (Assert.EnterMultipleScope())
        {
            // (3600 - 1200) x 85 % x 0.90 for a referral.
            Assert.That(settled.Figures.PoolFen, Is.EqualTo(1_836_00));
            Assert.That(await Guangzhou.QueryAsync("T1"), Is.EqualTo(TransactionState.Refused));
        }
    }

    [Test]
    public async Task Somebody_with_a_filing_settles_as_ever()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn));

        Assert.That((await Guangzhou.SettleAsync(visit)).Granted().Result.Figures.PoolFen, Is.EqualTo(34_680_00));
    }
}
