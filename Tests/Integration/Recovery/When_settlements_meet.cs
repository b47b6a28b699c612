using NUnit.Framework;
using Provincial.His.V1;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Recovery;

/// <summary>Many cashiers at once: one settlement for each stay, every admission of a person in its place.</summary>
internal sealed class When_settlements_meet : RecoveryTest
{
    private const int Cashiers = 8;

    private static readonly Patient[] People =
    [
        Patient.OfKunming, Patient.RetiredOfKunming, Patient.PostedOfKunming, Patient.ResidentOfKunming, Patient.MinorOfKunming, Patient.LowIncomeOfKunming,
        Patient.UnfiledOfKunming, Patient.ExpiredOfKunming,
    ];

    [Test]
    public async Task One_stay_settled_by_many_under_one_id_is_settled_once()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn));

        var replies = await Task.WhenAll(Enumerable.Range(0, Cashiers).Select(_ => Guangzhou.SettleAsync(visit, "T1")));
        await StateAsync(Guangzhou, "T1", TransactionState.Committed);
        var final = await Guangzhou.SettleAsync(visit, "T1");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(replies.Where(reply => !reply.IsPending).Select(reply => reply.Text), Is.Not.Empty.And.All.EqualTo(final.Text));
            Assert.That(Yunnan.Count("insured_settlement"), Is.EqualTo(1));
            Assert.That(Guangdong.Count("outbound", "kind = 3"), Is.EqualTo(1));
        }
    }

    [Test]
    public async Task One_stay_settled_by_many_under_ids_of_their_own_is_settled_once_and_the_others_are_told_so()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn));

        var replies = await Task.WhenAll(Enumerable.Range(0, Cashiers).Select(cashier => Guangzhou.SettleAsync(visit, $"T{cashier}")));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(replies.Count(reply => reply.IsGranted), Is.EqualTo(1));
            Assert.That(replies.Count(reply => reply.RefusalCode == "VISIT_STATE"), Is.EqualTo(Cashiers - 1));
            Assert.That(Yunnan.Count("insured_settlement"), Is.EqualTo(1));
        }
    }

    [Test]
    public async Task One_stay_settled_by_many_without_ids_is_settled_once()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn));

        var replies = await Task.WhenAll(Enumerable.Range(0, Cashiers).Select(_ => Guangzhou.SettleAsync(visit)));
        var final = await Guangzhou.SettleAsync(visit);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(replies.Where(reply => !reply.IsPending).Select(reply => reply.Text), Is.Not.Empty.And.All.EqualTo(final.Text));
            Assert.That(Yunnan.Count("insured_settlement"), Is.EqualTo(1));
        }
    }

    [Test]
    public async Task Many_cancellations_of_one_settlement_give_back_once()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn));
        var settlement = (await Guangzhou.SettleAsync(visit)).Granted().Result.SettlementNumber;

        var replies = await Task.WhenAll(Enumerable.Range(0, Cashiers).Select(cashier => Guangzhou.CancelAsync(visit, settlement, $"T{cashier}")));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(replies.Count(reply => reply.IsGranted), Is.EqualTo(1));
            Assert.That(Yunnan.AccountBalanceFen("5301000001"), Is.EqualTo(2_000_00));
            Assert.That(Yunnan.Count("posting"), Is.EqualTo(6));
        }
    }

    [Test]
    public async Task One_admission_sent_by_many_opens_one_visit()
    {
        var replies = await Task.WhenAll(Enumerable.Range(0, Cashiers).Select(_ => Guangzhou.AdmitAsync(Patient.OfKunming.ToReference(), "ZY0001", AdmittedOn)));
        var final = await Guangzhou.AdmitAsync(Patient.OfKunming.ToReference(), "ZY0001", AdmittedOn);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(replies.Where(reply => !reply.IsPending).Select(reply => reply.Text), Is.Not.Empty.And.All.EqualTo(final.Text));
            Assert.That((Yunnan.Count("insured_visit"), Guangdong.Count("treatment_visit")), Is.EqualTo((1L, 1L)));
        }
    }

    [Test]
    public async Task Lines_that_race_with_a_settlement_are_counted_or_refused()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn));

        var uploads = Enumerable.Range(0, Cashiers).Select(number =>
            Guangzhou.UploadAsync(visit, [SampleBills.Line($"N{number}", "H120100003", "一级护理", "09", "30.0000", "1", FeesOn)])).ToList();
        var settled = (await Guangzhou.SettleAsync(visit)).Granted().Result;
        var replies = await Task.WhenAll(uploads);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(replies.Where(reply => !reply.IsGranted).Select(reply => reply.RefusalCode), Is.All.EqualTo("VISIT_STATE"));
            Assert.That(settled.Figures.TotalFen, Is.EqualTo(3_600_00 + (30_00 * replies.Count(reply => reply.IsGranted))));
        }
    }

    [Test]
    public async Task Sixty_four_stays_of_eight_people_are_settled_at_once_and_every_admission_has_its_place()
    {
        var visits = await Task.WhenAll(Enumerable.Range(0, 64).Select(number =>
            DischargeAsync(Guangzhou, People[number % People.Length], SampleBills.IntensiveCare(FeesOn), $"ZY{number:0000}")));

        var settled = await Task.WhenAll(visits.Select((visit, number) => Guangzhou.SettleAsync(visit, $"T{number}")));

        var results = settled.Select(reply => reply.Granted().Result).ToList();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(results.Select(result => result.SettlementNumber), Is.Unique);
            Assert.That(
                results.GroupBy(result => result.Person.PersonNumber).Select(person => person.Select(result => result.AdmissionOrdinal).Order()),
                Has.Exactly(People.Length).EqualTo(Enumerable.Range(1, 8)));
            Assert.That(Yunnan.Count("insured_settlement", "state = 1"), Is.EqualTo(64));
            Assert.That(Guangdong.Count("treatment_settlement", "state = 1"), Is.EqualTo(64));
            Assert.That(
                Yunnan.Value<long>("SELECT sum(amount_fen) FROM posting WHERE account = 3"), Is.EqualTo(-Guangdong.Value<long>("SELECT sum(amount_fen) FROM posting WHERE account = 4")));
        }
    }

    [Test]
    public async Task Sixty_four_stays_are_settled_although_the_line_breaks_under_them_again_and_again()
    {
        var visits = await Task.WhenAll(Enumerable.Range(0, 64).Select(number =>
            DischargeAsync(Guangzhou, People[number % People.Length], SampleBills.IntensiveCare(FeesOn), $"ZY{number:0000}")));

        var settling = Task.WhenAll(visits.Select((visit, number) => Guangzhou.SettleAsync(visit, $"T{number}")));
        for (long committed = 8; committed < 64 && !settling.IsCompleted; committed += 8)
        {
            await Eventually.GetAsync($"{committed} settlements, or all answers", () => settling.IsCompleted || Yunnan.Count("insured_settlement") >= committed, Is.True);
            Line.Cut();
        }
        var replies = await settling;
        LetTheResolverBegin();
        await Eventually.GetAsync("every stay to be settled", () => Guangdong.Count("treatment_settlement", "state = 1"), Is.EqualTo(64));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(replies.Where(reply => !reply.IsGranted && !reply.IsPending).Select(reply => reply.Text), Is.Empty);
            Assert.That(Yunnan.Count("insured_settlement", "state = 1"), Is.EqualTo(64));
        }
    }
}
