using NUnit.Framework;
using Provincial.His.V1;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Journeys;

/// <summary>A hospital that carries its own transaction ids may send any step again: it gets the first answer, byte for byte, and nothing happens twice.</summary>
internal sealed class When_a_hospital_repeats_a_step : CountryTest
{
    [Test]
    public async Task Every_step_of_a_stay_is_answered_with_the_bytes_of_its_first_answer_and_done_once()
    {
        var visit = "";
        var settlement = "";
        await Repeat(async () => Of(await Guangzhou.AdmitAsync(Patient.OfKunming.ToReference(), "ZY0001", AdmittedOn, "T1"), reply => visit = reply.Result.VisitNumber));
        await Repeat(async () => Of(await Guangzhou.UploadAsync(visit, SampleBills.Guangzhou(FeesOn), "T2")));
        await Repeat(async () => Of(await Guangzhou.WithdrawAsync(visit, ["1", "2"], "T3")));
        await Repeat(async () => Of(await Guangzhou.UploadAsync(visit, SampleBills.Guangzhou(FeesOn).Take(1), "T4")));
        await Repeat(async () => Of(await Guangzhou.RefundAsync(visit, "T4", "3", 750_00, "T5")));
        await Repeat(async () => Of(await Guangzhou.DischargeAsync(visit, Today, "T6")));
        await Repeat(async () => Of(await Guangzhou.SettleAsync(visit, "T7"), reply => settlement = reply.Result.SettlementNumber));
        await Repeat(async () => Of(await Guangzhou.CancelAsync(visit, settlement, "T8")));
        await Repeat(async () => Of(await Guangzhou.SettleAsync(visit, "T9"), reply => settlement = reply.Result.SettlementNumber));
    }

    [Test]
    public async Task A_repeat_after_the_settlement_was_cancelled_still_tells_the_first_answer()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn));
        var settled = await Guangzhou.SettleAsync(visit, "T1");
        (await Guangzhou.CancelAsync(visit, settled.Granted().Result.SettlementNumber, "T2")).Granted();

        var repeated = await Guangzhou.SettleAsync(visit, "T1");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(repeated.Text, Is.EqualTo(settled.Text));
            Assert.That(await Guangzhou.QueryAsync("T1"), Is.EqualTo(TransactionState.Undone));
            Assert.That(Yunnan.Count("insured_settlement", "state = 1"), Is.Zero, "A repeat must not settle again what was cancelled.");
        }
    }

    [Test]
    public async Task A_repeat_after_a_restart_of_both_nodes_is_answered_from_disk()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn));
        var settled = await Guangzhou.SettleAsync(visit, "T1");
        await Yunnan.RestartAsync(CancellationToken.None);
        await Guangdong.RestartAsync(CancellationToken.None);

        var repeated = await Guangzhou.SettleAsync(visit, "T1");

        Assert.That(repeated.Bytes, Is.EqualTo(settled.Bytes));
    }

    [Test]
    public async Task The_same_id_with_other_content_is_a_conflict_that_names_the_field()
    {
        var person = Patient.OfKunming.ToReference();
        var visit = (await Guangzhou.AdmitAsync(person, "ZY0001", AdmittedOn, "T1")).Granted().Result.VisitNumber;
        (await Guangzhou.AdmitAsync(person, "ZY0001", AdmittedOn.AddDays(1), "T1")).Refused("ID_CONFLICT", RefusingSide.Hospital, "admission_date");
        (await Guangzhou.AdmitAsync(person, "ZY0001", AdmittedOn, "T1", diagnosis: "I20.800")).Refused("ID_CONFLICT", RefusingSide.Hospital, "diagnoses[0].code");

        var lines = SampleBills.IntensiveCare(FeesOn);
        (await Guangzhou.UploadAsync(visit, lines, "T2")).Granted();
        (await Guangzhou.UploadAsync(visit, [SampleBills.Line("1", "T330000", "重症监护", "06", "180.0000", "21", FeesOn)], "T2"))
            .Refused("ID_CONFLICT", RefusingSide.Hospital, "lines[0].quantity");
        (await Guangzhou.UploadAsync(visit, [.. lines, SampleBills.Line("2", "T330000", "重症监护", "06", "180.0000", "1", FeesOn)], "T2"))
            .Refused("ID_CONFLICT", RefusingSide.Hospital, "lines[1]");

        (await Guangzhou.DischargeAsync(visit, Today, "T3")).Granted();
        (await Guangzhou.DischargeAsync(visit, Today.AddDays(-1), "T3")).Refused("ID_CONFLICT", RefusingSide.Hospital, "discharge_date");

        (await Guangzhou.SettleAsync(visit, "T4")).Granted();
        (await Guangzhou.SettleAsync(visit, "T4", accountRequestedFen: 0)).Refused("ID_CONFLICT", RefusingSide.Hospital, "account_requested_fen");
        (await Guangzhou.SettleAsync(visit, "T3")).Refused("ID_CONFLICT", RefusingSide.Hospital, "operation");

        Assert.That(Yunnan.Count("insured_settlement"), Is.EqualTo(1), "The first answers stand.");
    }

    [Test]
    public async Task Two_hospitals_may_use_the_same_ids()
    {
        var second = HospitalOf(Guangdong, SecondHospital);

        var one = await Guangzhou.AdmitAsync(Patient.OfKunming.ToReference(), "ZY0001", AdmittedOn, "T1");
        var other = await second.AdmitAsync(Patient.RetiredOfKunming.ToReference(), "ZY0001", AdmittedOn, "T1");

        Assert.That(other.Granted().Result.VisitNumber, Is.Not.EqualTo(one.Granted().Result.VisitNumber));
    }

    [Test]
    public async Task A_refused_step_may_be_sent_again_under_its_own_id_when_nothing_was_begun()
    {
        var visit = await AdmitAsync(Guangzhou, Patient.OfKunming);
        (await Guangzhou.UploadAsync(visit, SampleBills.IntensiveCare(Today.AddDays(-30)), "T1")).Refused("DATE_OUTSIDE_STAY", RefusingSide.Hospital, "lines[0].fee_date");

        var corrected = await Guangzhou.UploadAsync(visit, SampleBills.IntensiveCare(FeesOn), "T1");

        Assert.That(corrected.Granted().Result.VisitTotalFen, Is.EqualTo(3_600_00));
    }

    [Test]
    public async Task A_step_the_insured_province_refused_stays_refused_under_its_id()
    {
        var refused = await Guangzhou.AdmitAsync(Patient.SuspendedOfKunming.ToReference(), "ZY0001", AdmittedOn, "T1");
        refused.Refused("PERSON_NOT_INSURED", RefusingSide.Insured, "person");

        var repeated = await Guangzhou.AdmitAsync(Patient.SuspendedOfKunming.ToReference(), "ZY0001", AdmittedOn, "T1");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(repeated.Bytes, Is.EqualTo(refused.Bytes));
            Assert.That(await Guangzhou.QueryAsync("T1"), Is.EqualTo(TransactionState.Refused));
            Assert.That(Yunnan.Count("inbox"), Is.EqualTo(1));
        }
    }

    /// <summary>The answer to a query names the state by either id, and only to the hospital that asked.</summary>
    [Test]
    public async Task A_query_tells_what_became_of_a_step_by_either_id()
    {
        var second = HospitalOf(Guangdong, SecondHospital);
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn));
        var settled = await Guangzhou.SettleAsync(visit, "T1");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await Guangzhou.QueryAsync("T1"), Is.EqualTo(TransactionState.Committed));
            Assert.That(await Guangzhou.QueryAsync(settled.TransactionId), Is.EqualTo(TransactionState.Committed));
            Assert.That(await Guangzhou.QueryAsync("T2"), Is.EqualTo(TransactionState.NotFound));
            Assert.That(await second.QueryAsync("T1"), Is.EqualTo(TransactionState.NotFound));
            Assert.That(await second.QueryAsync(settled.TransactionId), Is.EqualTo(TransactionState.NotFound));
        }
    }

    private static byte[] Of<T>(HospitalReply<T> reply, Action<T>? look = null)
        where T : class, Google.Protobuf.IMessage<T>
    {
        look?.Invoke(reply.Granted());
        reply.Granted();
        return reply.Bytes;
    }

    private async Task Repeat(Func<Task<byte[]>> step)
    {
        var first = await step();
        var (treatment, insured) = (Guangdong.RowCounts(), Yunnan.RowCounts());
        for (var repeat = 0; repeat < 2; repeat++)
            Assert.That(await step(), Is.EqualTo(first));
        Assert.That((Guangdong.RowCounts(), Yunnan.RowCounts()), Is.EqualTo((treatment, insured)));
    }
}
