using NUnit.Framework;
using Provincial.His.V1;
using ProvincialGateway.Ledger;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Undo;

/// <summary>Settlement, discharge, fee lines, admission: what is known to both sides is undone in that order and no other.</summary>
internal sealed class When_a_stay_is_undone : CountryTest
{
    [Test]
    public async Task The_whole_stay_goes_back_step_by_step_and_the_books_are_as_before()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn));
        var settlement = (await Guangzhou.SettleAsync(visit)).Granted().Result.SettlementNumber;

        (await Guangzhou.CancelAsync(visit, settlement)).Granted();
        var discharge = (await Guangzhou.CancelDischargeAsync(visit)).Granted().Result;
        (await Guangzhou.WithdrawAsync(visit, lineSerials: null)).Granted();
        var admission = (await Guangzhou.CancelAdmissionAsync(visit)).Granted().Result;

        using (Assert.EnterMultipleScope())
        {
            Assert.That((discharge.VisitNumber, admission.VisitNumber), Is.EqualTo((visit, visit)));
            Assert.That(Yunnan.Value<string>("SELECT state || ' ' || coalesce(discharge_date, '-') || ' ' || coalesce(discharge_id, '-') FROM insured_visit"), Is.EqualTo("4 - -"));
            Assert.That(Guangdong.Value<string>("SELECT state || ' ' || coalesce(discharge_date, '-') || ' ' || coalesce(discharge_id, '-') FROM treatment_visit"), Is.EqualTo("11 - -"));
            Assert.That((Yunnan.AccountBalanceFen("5301000001"), Yunnan.Year("5301000001", 2017)), Is.EqualTo((2_000_00L, (0L, 0L, 0L))));
            Assert.That((Yunnan.Balance(Account.PayableToPartner), Guangdong.Balance(Account.ReceivableFromPartner)), Is.EqualTo((0L, 0L)));
        }
    }

    [Test]
    public async Task Each_step_out_of_order_is_refused_and_names_what_has_to_be_undone_first()
    {
        var visit = await AdmitAsync(Guangzhou, Patient.OfKunming);
        (await Guangzhou.UploadAsync(visit, SampleBills.IntensiveCare(FeesOn))).Granted();
        AssertNames(await Guangzhou.CancelAdmissionAsync(visit, "C1"), "1 fee lines", "1 条费用明细");
        AssertNames(await Guangzhou.CancelDischargeAsync(visit, "C2"), "the admission", "入院登记");

        var discharge = (await Guangzhou.DischargeAsync(visit, Today)).Granted().TransactionId;
        AssertNames(await Guangzhou.CancelAdmissionAsync(visit, "C3"), discharge, discharge);

        var settlement = (await Guangzhou.SettleAsync(visit)).Granted().Result.SettlementNumber;
        AssertNames(await Guangzhou.CancelAdmissionAsync(visit, "C4"), settlement, settlement);
        AssertNames(await Guangzhou.CancelDischargeAsync(visit, "C5"), settlement, settlement);

        Assert.That(Yunnan.Count("inbox"), Is.EqualTo(3), "The insured province is asked nothing that cannot be.");
    }

    [Test]
    public async Task Lines_that_wait_for_a_mapping_stand_in_the_way_like_stored_ones()
    {
        var visit = await AdmitAsync(Guangzhou, Patient.OfKunming);
        (await Guangzhou.UploadAsync(visit, [SampleBills.Line("1", "Y999999", "未对照药品", "01", "10.0000", "1", FeesOn)], "U1")).Pending();

        AssertNames(await Guangzhou.CancelAdmissionAsync(visit, "C1"), "wait for a mapping", "等待目录对照");
        (await Guangzhou.ReverseAsync("U1", "R1")).Granted();

        (await Guangzhou.CancelAdmissionAsync(visit, "C2")).Granted();
    }

    [Test]
    public async Task After_its_discharge_is_cancelled_the_stay_goes_on()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn));

        (await Guangzhou.CancelDischargeAsync(visit)).Granted();
        (await Guangzhou.SettleAsync(visit, "T1")).Refused("VISIT_STATE", RefusingSide.Treatment, "visit");
        (await Guangzhou.UploadAsync(visit, [SampleBills.Line("2", "T330000", "重症监护", "06", "180.0000", "10", Today)])).Granted();
        (await Guangzhou.DischargeAsync(visit, Today)).Granted();

        Assert.That((await Guangzhou.SettleAsync(visit, "T2")).Granted().Result.Figures.TotalFen, Is.EqualTo(5_400_00));
    }

    [Test]
    public async Task Cancelling_a_corrected_discharge_leaves_none()
    {
        var visit = await AdmitAsync(Guangzhou, Patient.OfKunming);
        (await Guangzhou.DischargeAsync(visit, Today.AddDays(-1), "D1")).Granted();
        (await Guangzhou.DischargeAsync(visit, Today, "D2")).Granted();

        (await Guangzhou.CancelDischargeAsync(visit)).Granted();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Yunnan.Value<long>("SELECT state FROM insured_visit"), Is.EqualTo(1));
            Assert.That(Guangdong.Value<long>("SELECT state FROM treatment_visit"), Is.EqualTo(2));
            Assert.That(await Guangzhou.QueryAsync("D2"), Is.EqualTo(TransactionState.Undone));
        }
    }

    [Test]
    public async Task The_diagnoses_of_a_cancelled_discharge_go_with_it()
    {
        var visit = await AdmitAsync(Guangzhou, Patient.OfKunming);
        var before = Guangdong.Value<string>("SELECT diagnoses FROM treatment_visit");
        var request = new DischargeRequest { Header = new(), Visit = new() { VisitNumber = visit }, Diagnoses = { new Diagnosis { Code = "I10.x00" } } };
        (await Guangzhou.PostAsync("Discharge", request, DischargeResponse.Parser)).Granted();
        Assert.That(Guangdong.Value<string>("SELECT diagnoses FROM treatment_visit"), Is.Not.EqualTo(before));

        (await Guangzhou.CancelDischargeAsync(visit)).Granted();

        Assert.That(Guangdong.Value<string>("SELECT diagnoses FROM treatment_visit"), Is.EqualTo(before));
    }

    [Test]
    public async Task A_cancelled_admission_frees_the_inpatient_number()
    {
        var first = await AdmitAsync(Guangzhou, Patient.OfKunming);
        (await Guangzhou.CancelAdmissionAsync(first)).Granted();

        var second = await AdmitAsync(Guangzhou, Patient.RetiredOfKunming);
        (await Guangzhou.UploadAsync(second, SampleBills.IntensiveCare(FeesOn))).Granted();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(second, Is.Not.EqualTo(first));
            Assert.That((await Guangzhou.UploadAsync(first, SampleBills.IntensiveCare(FeesOn))).RefusalCode, Is.EqualTo("VISIT_STATE"));
            Assert.That((await Guangzhou.DischargeAsync(first, Today)).RefusalCode, Is.EqualTo("VISIT_STATE"));
        }
    }

    [Test]
    public async Task A_repeat_is_answered_the_same_with_an_id_and_without()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn));
        var discharge = await Guangzhou.CancelDischargeAsync(visit, "C1");
        var dischargeAgain = await Guangzhou.CancelDischargeAsync(visit, "C1");
        var dischargeNameless = await Guangzhou.CancelDischargeAsync(visit);
        (await Guangzhou.WithdrawAsync(visit, lineSerials: null)).Granted();
        var admission = await Guangzhou.CancelAdmissionAsync(visit, "C2");
        var admissionAgain = await Guangzhou.CancelAdmissionAsync(visit, "C2");
        var admissionNameless = await Guangzhou.CancelAdmissionAsync(visit);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(new[] { discharge.IsGranted, admission.IsGranted }, Is.All.True);
            Assert.That(new[] { dischargeAgain.Text, dischargeNameless.Text }, Is.All.EqualTo(discharge.Text));
            Assert.That(new[] { admissionAgain.Text, admissionNameless.Text }, Is.All.EqualTo(admission.Text));
            Assert.That(Yunnan.Count("insured_undo"), Is.EqualTo(2));
            Assert.That((await Guangzhou.CancelAdmissionAsync(visit, "C3")).RefusalCode, Is.EqualTo("VISIT_STATE"), "Under an id of its own it is something new.");
        }
    }

    [Test]
    public async Task An_undone_step_is_told_as_undone_and_its_undo_as_done()
    {
        (await Guangzhou.AdmitAsync(Patient.OfKunming.ToReference(), "ZY0001", AdmittedOn, "A1")).Granted();
        var visit = Guangdong.Value<string>("SELECT visit_number FROM treatment_visit");
        (await Guangzhou.DischargeAsync(visit, Today, "D1")).Granted();
        (await Guangzhou.CancelDischargeAsync(visit, "C1")).Granted();
        var cancelled = (await Guangzhou.CancelAdmissionAsync(visit, "C2", originalTransactionId: "A1")).Granted();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(new[] { await Guangzhou.QueryAsync("A1"), await Guangzhou.QueryAsync("D1") }, Is.All.EqualTo(TransactionState.Undone));
            Assert.That(new[] { await Guangzhou.QueryAsync("C1"), await Guangzhou.QueryAsync("C2"), await Guangzhou.QueryAsync(cancelled.TransactionId) }, Is.All.EqualTo(TransactionState.Committed));
        }
    }

    [Test]
    public async Task The_transaction_that_is_named_must_be_this_visits_admission()
    {
        var visit = await AdmitAsync(Guangzhou, Patient.OfKunming, "ZY0001");
        (await Guangzhou.AdmitAsync(Patient.RetiredOfKunming.ToReference(), "ZY0002", AdmittedOn, "A2")).Granted();

        (await Guangzhou.CancelAdmissionAsync(visit, "C1", originalTransactionId: "A2")).Refused("INVALID_FIELD", RefusingSide.Hospital, "original_transaction_id");
        (await Guangzhou.CancelAdmissionAsync(visit, "C2", originalTransactionId: "A9")).Refused("INVALID_FIELD", RefusingSide.Hospital, "original_transaction_id");

        (await Guangzhou.CancelAdmissionAsync(visit, "C3", originalTransactionId: Guangdong.Value<string>("SELECT admission_id FROM treatment_visit WHERE id = 1"))).Granted();
    }

    [Test]
    public async Task Another_hospitals_stay_cannot_be_undone()
    {
        var second = HospitalOf(Guangdong, SecondHospital);
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn));

        (await second.CancelDischargeAsync(visit)).Refused("VISIT_NOT_FOUND", RefusingSide.Treatment, "visit");
        (await second.CancelAdmissionAsync(visit)).Refused("VISIT_NOT_FOUND", RefusingSide.Treatment, "visit");
    }

    private static void AssertNames<T>(HospitalReply<T> reply, string english, string chinese)
        where T : class, Google.Protobuf.IMessage<T>
    {
        var refusal = reply.Refused("VISIT_STATE", RefusingSide.Treatment, "visit");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(refusal.English, Does.Contain(english));
            Assert.That(refusal.Chinese, Does.Contain(chinese));
        }
    }
}
