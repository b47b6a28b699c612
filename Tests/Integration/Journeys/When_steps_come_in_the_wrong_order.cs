using NUnit.Framework;
using Provincial.His.V1;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Journeys;

/// <summary>Admission, fees, discharge, settlement; undone in reverse order. Everything else is refused and changes nothing.</summary>
internal sealed class When_steps_come_in_the_wrong_order : CountryTest
{
    [Test]
    public async Task A_settlement_before_the_discharge_is_refused()
    {
        var visit = await AdmitAsync(Guangzhou, Patient.OfKunming);
        (await Guangzhou.UploadAsync(visit, SampleBills.Guangzhou(FeesOn))).Granted();

        (await Guangzhou.SettleAsync(visit)).Refused("VISIT_STATE", RefusingSide.Treatment, "visit");

        Assert.That(Yunnan.Count("inbox"), Is.EqualTo(1), "The insured province is not asked.");
    }

    [Test]
    public async Task A_discharge_before_the_last_fee_date_is_refused()
    {
        var visit = await AdmitAsync(Guangzhou, Patient.OfKunming);
        (await Guangzhou.UploadAsync(visit, SampleBills.IntensiveCare(Today.AddDays(-1)))).Granted();

        (await Guangzhou.DischargeAsync(visit, Today.AddDays(-2))).Refused("DATE_OUTSIDE_STAY", RefusingSide.Hospital, "lines.fee_date");
        (await Guangzhou.DischargeAsync(visit, Today.AddDays(-1))).Granted();
    }

    [Test]
    public async Task A_discharge_before_the_admission_or_after_today_is_refused()
    {
        var visit = await AdmitAsync(Guangzhou, Patient.OfKunming);

        (await Guangzhou.DischargeAsync(visit, AdmittedOn.AddDays(-1))).Refused("DATE_OUTSIDE_STAY", RefusingSide.Hospital, "discharge_date");
        (await Guangzhou.DischargeAsync(visit, Today.AddDays(1))).Refused("DATE_OUTSIDE_STAY", RefusingSide.Hospital, "discharge_date");
    }

    [Test]
    public async Task An_admission_after_today_is_refused() =>
        (await Guangzhou.AdmitAsync(Patient.OfKunming.ToReference(), "ZY0001", Today.AddDays(1))).Refused("DATE_OUTSIDE_STAY", RefusingSide.Hospital, "admission_date");

    [Test]
    public async Task A_settled_stay_takes_neither_lines_nor_a_discharge_nor_a_preview()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn));
        (await Guangzhou.SettleAsync(visit, "T1")).Granted();

        (await Guangzhou.UploadAsync(visit, SampleBills.IntensiveCare(FeesOn))).Refused("VISIT_STATE", RefusingSide.Treatment, "visit");
        (await Guangzhou.WithdrawAsync(visit, lineSerials: null)).Refused("VISIT_STATE", RefusingSide.Treatment, "visit");
        (await Guangzhou.DischargeAsync(visit, Today.AddDays(-1))).Refused("VISIT_STATE", RefusingSide.Treatment, "visit");
        (await Guangzhou.PreviewAsync(visit)).Refused("VISIT_STATE", RefusingSide.Treatment, "visit");
    }

    [Test]
    public async Task A_second_settlement_under_a_new_id_is_refused()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn));
        var settlement = (await Guangzhou.SettleAsync(visit, "T1")).Granted().Result.SettlementNumber;

        var refusal = (await Guangzhou.SettleAsync(visit, "T2")).Refused("VISIT_STATE", RefusingSide.Treatment, "visit");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(refusal.English, Does.Contain(settlement));
            Assert.That(Yunnan.Count("insured_settlement"), Is.EqualTo(1));
        }
    }

    [Test]
    public async Task A_second_cancellation_under_a_new_id_is_refused()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn));
        var settlement = (await Guangzhou.SettleAsync(visit, "T1")).Granted().Result.SettlementNumber;
        (await Guangzhou.CancelAsync(visit, settlement, "T2")).Granted();

        (await Guangzhou.CancelAsync(visit, settlement, "T3")).Refused("SETTLEMENT_STATE", RefusingSide.Treatment, "settlement_number");

        Assert.That(Yunnan.Count("posting"), Is.EqualTo(6), "Two settlements' worth of rows: one and its opposite.");
    }

    [Test]
    public async Task A_cancellation_without_a_settlement_is_refused()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn));

        (await Guangzhou.CancelAsync(visit, settlementNumber: null)).Refused("SETTLEMENT_NOT_FOUND", RefusingSide.Treatment, "settlement_number");
        (await Guangzhou.CancelAsync(visit, "A5301001709200000009")).Refused("SETTLEMENT_NOT_FOUND", RefusingSide.Treatment, "settlement_number");
    }

    [Test]
    public async Task After_a_cancellation_lines_may_change_and_the_new_settlement_counts_them()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn));
        var first = (await Guangzhou.SettleAsync(visit)).Granted().Result;
        (await Guangzhou.CancelAsync(visit, first.SettlementNumber)).Granted();
        (await Guangzhou.UploadAsync(visit, [SampleBills.Line("2", "T330000", "重症监护", "06", "180.0000", "10", FeesOn)])).Granted();

        var second = (await Guangzhou.SettleAsync(visit)).Granted().Result;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(second.SettlementNumber, Is.Not.EqualTo(first.SettlementNumber));
            Assert.That(second.Figures.TotalFen, Is.EqualTo(5_400_00));
            // (5400 - 1200) x 85 %.
            Assert.That(second.Figures.PoolFen, Is.EqualTo(3_570_00));
        }
    }

    [Test]
    public async Task An_unknown_visit_is_found_by_no_step()
    {
        const string visit = "S5301001709200000009";

        (await Guangzhou.UploadAsync(visit, SampleBills.IntensiveCare(FeesOn))).Refused("VISIT_NOT_FOUND", RefusingSide.Treatment, "visit");
        (await Guangzhou.PreviewAsync(visit)).Refused("VISIT_NOT_FOUND", RefusingSide.Treatment, "visit");
        (await Guangzhou.DischargeAsync(visit, Today)).Refused("VISIT_NOT_FOUND", RefusingSide.Treatment, "visit");
        (await Guangzhou.SettleAsync(visit)).Refused("VISIT_NOT_FOUND", RefusingSide.Treatment, "visit");
    }

    [Test]
    public async Task Another_hospitals_stay_cannot_be_reached()
    {
        var second = HospitalOf(Guangdong, SecondHospital);
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn));

        (await second.UploadAsync(visit, SampleBills.IntensiveCare(FeesOn))).Refused("VISIT_NOT_FOUND", RefusingSide.Treatment, "visit");
        (await second.WithdrawAsync(visit, lineSerials: null)).Refused("VISIT_NOT_FOUND", RefusingSide.Treatment, "visit");
        (await second.PreviewAsync(visit)).Refused("VISIT_NOT_FOUND", RefusingSide.Treatment, "visit");
        (await second.DischargeAsync(visit, Today)).Refused("VISIT_NOT_FOUND", RefusingSide.Treatment, "visit");
        (await second.SettleAsync(visit)).Refused("VISIT_NOT_FOUND", RefusingSide.Treatment, "visit");
        var settlement = (await Guangzhou.SettleAsync(visit)).Granted().Result.SettlementNumber;
        (await second.CancelAsync(visit, settlement)).Refused("SETTLEMENT_NOT_FOUND", RefusingSide.Treatment, "settlement_number");

        Assert.That(Yunnan.InsuredFigures(settlement).TotalFen, Is.EqualTo(3_600_00));
    }

    [Test]
    public async Task A_wrong_token_reaches_nothing()
    {
        using var stranger = new Hospital(Guangdong.HisAddress, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA") { InpatientKind = "25" };
        using var ofKunming = new Hospital(Guangdong.HisAddress, Yunnan.Tokens[KunmingHospital]) { InpatientKind = "25" };

        (await stranger.VerifyAsync(Patient.OfKunming.ToReference())).Refused("TOKEN_REFUSED", RefusingSide.Treatment, "token");
        (await ofKunming.VerifyAsync(Patient.OfKunming.ToReference())).Refused("TOKEN_REFUSED", RefusingSide.Treatment, "token");
    }
}
