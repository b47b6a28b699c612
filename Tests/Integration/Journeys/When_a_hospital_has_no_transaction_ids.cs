using NUnit.Framework;
using Provincial.His.V1;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Journeys;

/// <summary>Most legacy dialects carry no request id: a repeat is recognised by what it is about, and what differs is refused by name.</summary>
internal sealed class When_a_hospital_has_no_transaction_ids : CountryTest
{
    [Test]
    public async Task A_repeated_admission_gets_the_same_visit()
    {
        var first = await Guangzhou.AdmitAsync(Patient.OfKunming.ToReference(), "ZY0001", AdmittedOn);

        var repeated = await Guangzhou.AdmitAsync(Patient.OfKunming.ToReference(), "ZY0001", AdmittedOn);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(repeated.Granted(), Is.EqualTo(first.Granted()));
            Assert.That(Yunnan.Count("insured_visit"), Is.EqualTo(1));
        }
    }

    [Test]
    public async Task An_inpatient_number_that_stands_for_another_stay_is_a_conflict()
    {
        await AdmitAsync(Guangzhou, Patient.OfKunming);

        (await Guangzhou.AdmitAsync(Patient.OfKunming.ToReference(), "ZY0001", AdmittedOn.AddDays(1))).Refused("ID_CONFLICT", RefusingSide.Hospital, "admission_date");
        (await Guangzhou.AdmitAsync(Patient.RetiredOfKunming.ToReference(), "ZY0001", AdmittedOn))
            .Refused("ID_CONFLICT", RefusingSide.Hospital, "person.social_security_number");

        Assert.That(Yunnan.Count("insured_visit"), Is.EqualTo(1));
    }

    [Test]
    public async Task An_inpatient_number_is_free_again_when_its_admission_was_refused()
    {
        (await Guangzhou.AdmitAsync(Patient.SuspendedOfKunming.ToReference(), "ZY0001", AdmittedOn)).Refused("PERSON_NOT_INSURED", RefusingSide.Insured, "person");

        var admitted = await Guangzhou.AdmitAsync(Patient.OfKunming.ToReference(), "ZY0001", AdmittedOn);

        Assert.That(admitted.Granted().Result.Person.PersonNumber, Is.EqualTo("5301000001"));
    }

    [Test]
    public async Task A_repeated_discharge_gets_the_first_answer_and_a_corrected_one_replaces_it()
    {
        var visit = await AdmitAsync(Guangzhou, Patient.OfKunming);
        var first = (await Guangzhou.DischargeAsync(visit, Today.AddDays(-1))).Granted();

        var repeated = (await Guangzhou.DischargeAsync(visit, Today.AddDays(-1))).Granted();
        var empty = (await Guangzhou.DischargeAsync(visit, leftOn: null)).Granted();
        var corrected = (await Guangzhou.DischargeAsync(visit, Today)).Granted();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(repeated, Is.EqualTo(first));
            Assert.That(empty, Is.EqualTo(first), "What is left out stays as it was.");
            Assert.That(corrected.Result.DischargeDate, Is.EqualTo("2017-09-20"));
            Assert.That(Yunnan.Value<string>("SELECT discharge_date FROM insured_visit"), Is.EqualTo("2017-09-20"));
            Assert.That(Guangdong.Value<string>("SELECT discharge_date FROM treatment_visit"), Is.EqualTo("2017-09-20"));
        }
    }

    [Test]
    public async Task A_repeated_settlement_gets_the_first_answer_and_settles_nothing_more()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn));
        var first = await Guangzhou.SettleAsync(visit, claimedTotalFen: 50_000_00);
        var (treatment, insured) = (Guangdong.RowCounts(), Yunnan.RowCounts());

        var repeated = await Guangzhou.SettleAsync(visit, claimedTotalFen: 50_000_00);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(repeated.Bytes, Is.EqualTo(first.Bytes));
            Assert.That(repeated.IsGranted, Is.True);
            Assert.That((Guangdong.RowCounts(), Yunnan.RowCounts()), Is.EqualTo((treatment, insured)));
        }
    }

    [Test]
    public async Task A_second_settlement_of_another_total_is_refused_and_names_the_one_that_stands()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn));
        var settled = (await Guangzhou.SettleAsync(visit, claimedTotalFen: 50_000_00)).Granted().Result;

        var refusal = (await Guangzhou.SettleAsync(visit, claimedTotalFen: 49_999_99)).Refused("VISIT_STATE", RefusingSide.Treatment, "visit");

        Assert.That(refusal.Chinese, Does.Contain(settled.SettlementNumber));
    }

    [Test]
    public async Task A_repeated_cancellation_gets_the_first_answer_and_gives_nothing_back_twice()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn));
        var settlement = (await Guangzhou.SettleAsync(visit)).Granted().Result.SettlementNumber;
        var first = await Guangzhou.CancelAsync(visit, settlement);

        var byNumber = await Guangzhou.CancelAsync(visit, settlement);
        var byVisit = await Guangzhou.CancelAsync(visit, settlementNumber: null);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(first.IsGranted, Is.True);
            Assert.That(byNumber.Bytes, Is.EqualTo(first.Bytes));
            Assert.That(byVisit.Bytes, Is.EqualTo(first.Bytes));
            Assert.That(Yunnan.AccountBalanceFen("5301000001"), Is.EqualTo(2_000_00));
            Assert.That(Yunnan.Count("posting"), Is.EqualTo(6));
        }
    }

    [Test]
    public async Task The_cancellation_of_an_older_settlement_does_not_touch_the_one_that_stands()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn));
        var first = (await Guangzhou.SettleAsync(visit)).Granted().Result.SettlementNumber;
        (await Guangzhou.CancelAsync(visit, first)).Granted();
        var second = (await Guangzhou.SettleAsync(visit)).Granted().Result.SettlementNumber;

        (await Guangzhou.CancelAsync(visit, first)).Refused("SETTLEMENT_STATE", RefusingSide.Treatment, "settlement_number");

        Assert.That(Yunnan.InsuredFigures(second).PoolFen, Is.EqualTo(34_680_00));
    }
}
