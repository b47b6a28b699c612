using NUnit.Framework;
using Provincial.His.V1;
using ProvincialGateway.Ledger;
using ProvincialGateway.Tests.Desk;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Undo;

/// <summary>The hospital never learned the result and voids the transaction by its own id; the line between the provinces is in order.</summary>
internal sealed class When_a_transaction_is_reversed : CountryTest
{
    private const string Person = "5301000001";

    [Test]
    public async Task A_settlement_is_taken_back_in_rows_of_its_own_on_both_sides()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn));
        (await Guangzhou.SettleAsync(visit, "T1")).Granted();

        var reversed = (await Guangzhou.ReverseAsync("T1", "R1")).Granted();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(reversed.Result.Effect, Is.EqualTo(ReversalEffect.Undone));
            Assert.That((Yunnan.AccountBalanceFen(Person), Yunnan.Year(Person, 2017)), Is.EqualTo((2_000_00L, (0L, 0L, 0L))));
            Assert.That((Yunnan.Count("posting"), Yunnan.Count("posting", "event = 3"), Yunnan.Balance(Account.PayableToPartner)), Is.EqualTo((6L, 3L, 0L)));
            Assert.That((Guangdong.Count("posting"), Guangdong.Count("posting", "event = 3"), Guangdong.Balance(Account.ReceivableFromPartner)), Is.EqualTo((4L, 2L, 0L)));
            Assert.That((await Guangzhou.QueryAsync("T1"), await Guangzhou.QueryAsync("R1")), Is.EqualTo((TransactionState.Undone, TransactionState.Committed)));
        }
        (await Guangzhou.SettleAsync(visit, "T1")).Refused("TRANSACTION_VOID", RefusingSide.Treatment, "header.his_transaction_id");
        Assert.That((await Guangzhou.SettleAsync(visit, "T2")).Granted().Result.AdmissionOrdinal, Is.EqualTo(1));
    }

    [Test]
    public async Task A_repeat_of_the_reversal_is_answered_the_same_and_a_second_one_finds_nothing()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn));
        var settled = (await Guangzhou.SettleAsync(visit, "T1")).Granted().TransactionId;
        var first = await Guangzhou.ReverseAsync("T1", "R1");

        var repeated = await Guangzhou.ReverseAsync("T1", "R1");
        var nameless = await Guangzhou.ReverseAsync(settled);
        var second = (await Guangzhou.ReverseAsync("T1", "R2")).Granted().Result;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(new[] { repeated.Text, nameless.Text }, Is.All.EqualTo(first.Text));
            Assert.That(second.Effect, Is.EqualTo(ReversalEffect.NothingToUndo));
            Assert.That(Yunnan.Count("insured_undo"), Is.EqualTo(1));
        }
    }

    [Test]
    public async Task Dialects_without_ids_reverse_by_the_nodes_id()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn));
        var settled = (await Guangzhou.SettleAsync(visit)).Granted().TransactionId;

        Assert.That((await Guangzhou.ReverseAsync(settled, operation: "Settle")).Granted().Result.Effect, Is.EqualTo(ReversalEffect.Undone));

        Assert.That((await Guangzhou.SettleAsync(visit)).Granted().TransactionId, Is.Not.EqualTo(settled), "Sent again it is a new settlement.");
    }

    [Test]
    public async Task A_reversed_cancellation_restores_the_settlement()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn));
        var settled = (await Guangzhou.SettleAsync(visit, "T1")).Granted().Result;
        (await Guangzhou.CancelAsync(visit, settled.SettlementNumber, "K1")).Granted();

        Assert.That((await Guangzhou.ReverseAsync("K1", "R1")).Granted().Result.Effect, Is.EqualTo(ReversalEffect.Undone));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Yunnan.InsuredFigures(settled.SettlementNumber), Is.EqualTo(settled.Figures.ToBooks()));
            Assert.That(Guangdong.MirroredFigures(settled.SettlementNumber), Is.EqualTo(settled.Figures.ToBooks()));
            Assert.That((Yunnan.AccountBalanceFen(Person), Yunnan.Year(Person, 2017).Admissions), Is.EqualTo((0L, 1L)));
            Assert.That((Yunnan.Count("posting"), Guangdong.Count("posting")), Is.EqualTo((9L, 6L)), "Nothing is taken out of the books.");
            Assert.That((await Guangzhou.QueryAsync("T1"), await Guangzhou.QueryAsync("K1")), Is.EqualTo((TransactionState.Committed, TransactionState.Undone)));
        }
        (await Guangzhou.CancelAsync(visit, settled.SettlementNumber, "K1")).Refused("TRANSACTION_VOID", RefusingSide.Treatment, "header.his_transaction_id");
        (await Guangzhou.CancelAsync(visit, settled.SettlementNumber, "K2")).Granted();
        Assert.That(Yunnan.AccountBalanceFen(Person), Is.EqualTo(2_000_00));
    }

    [Test]
    public async Task A_reversed_admission_leaves_nothing_and_its_number_is_free()
    {
        (await Guangzhou.AdmitAsync(Patient.OfKunming.ToReference(), "ZY0001", AdmittedOn, "A1")).Granted();

        Assert.That((await Guangzhou.ReverseAsync("A1", "R1")).Granted().Result.Effect, Is.EqualTo(ReversalEffect.Undone));

        (await Guangzhou.AdmitAsync(Patient.OfKunming.ToReference(), "ZY0001", AdmittedOn, "A1")).Refused("TRANSACTION_VOID", RefusingSide.Treatment, "header.his_transaction_id");
        (await Guangzhou.AdmitAsync(Patient.OfKunming.ToReference(), "ZY0001", AdmittedOn, "A2")).Granted();
        Assert.That(Yunnan.Count("insured_visit", "state = 1"), Is.EqualTo(1));
    }

    [Test]
    public async Task A_reversed_discharge_gives_way_to_the_one_it_corrected()
    {
        var visit = await AdmitAsync(Guangzhou, Patient.OfKunming);
        (await Guangzhou.UploadAsync(visit, SampleBills.IntensiveCare(FeesOn))).Granted();
        (await Guangzhou.DischargeAsync(visit, Today.AddDays(-1), "D1")).Granted();
        (await Guangzhou.DischargeAsync(visit, Today, "D2")).Granted();

        Assert.That((await Guangzhou.ReverseAsync("D2", "R1")).Granted().Result.Effect, Is.EqualTo(ReversalEffect.Undone));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Yunnan.Value<string>("SELECT discharge_date FROM insured_visit"), Is.EqualTo("2017-09-19"));
            Assert.That(Guangdong.Value<string>("SELECT discharge_date FROM treatment_visit"), Is.EqualTo("2017-09-19"));
        }
        (await Guangzhou.SettleAsync(visit, "T1")).Granted();
    }

    [Test]
    public async Task A_reversed_discharge_without_an_earlier_one_leaves_the_patient_in_hospital()
    {
        var visit = await AdmitAsync(Guangzhou, Patient.OfKunming);
        (await Guangzhou.DischargeAsync(visit, Today, "D1")).Granted();

        (await Guangzhou.ReverseAsync("D1", "R1")).Granted();

        Assert.That((await Guangzhou.CancelAdmissionAsync(visit, "C1")).IsGranted, Is.True);
    }

    [Test]
    public async Task A_discharge_that_repeats_the_standing_one_has_done_nothing_and_is_told_the_same_for_good()
    {
        var visit = await AdmitAsync(Guangzhou, Patient.OfKunming);
        var discharged = await Guangzhou.DischargeAsync(visit, Today, "D1");
        var repeated = await Guangzhou.DischargeAsync(visit, Today, "D2");
        Assert.That((await Guangzhou.ReverseAsync("D2", "R1")).Granted().Result.Effect, Is.EqualTo(ReversalEffect.NothingToUndo));
        var stands = await Guangzhou.QueryAsync("D1");
        var third = await Guangzhou.DischargeAsync(visit, Today, "D3");
        (await Guangzhou.CancelDischargeAsync(visit)).Granted();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(discharged.IsGranted, Is.True);
            Assert.That(stands, Is.EqualTo(TransactionState.Committed));
            Assert.That(new[] { repeated.Text, third.Text, (await Guangzhou.DischargeAsync(visit, Today, "D3")).Text }, Is.All.EqualTo(discharged.Text));
            Assert.That(Yunnan.Value<long>("SELECT state FROM insured_visit"), Is.EqualTo(1), "A repeat discharges nobody again.");
        }
    }

    [Test]
    public async Task What_repeats_a_discharge_under_another_id_is_undone_and_void_with_it()
    {
        var visit = await AdmitAsync(Guangzhou, Patient.OfKunming);
        (await Guangzhou.DischargeAsync(visit, Today, "D1")).Granted();
        var repeated = await Guangzhou.DischargeAsync(visit, Today, "D2");
        var before = (await Guangzhou.QueryAsync("D1"), await Guangzhou.QueryAsync("D2"));
        (await Guangzhou.ReverseAsync("D1", "R1")).Granted();
        var after = (await Guangzhou.QueryAsync("D1"), await Guangzhou.QueryAsync("D2"));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(repeated.IsGranted, Is.True);
            Assert.That((before, after), Is.EqualTo(((TransactionState.Committed, TransactionState.Committed), (TransactionState.Undone, TransactionState.Undone))));
        }
        (await Guangzhou.DischargeAsync(visit, Today, "D1")).Refused("TRANSACTION_VOID", RefusingSide.Treatment, "header.his_transaction_id");
        (await Guangzhou.DischargeAsync(visit, Today, "D2")).Refused("TRANSACTION_VOID", RefusingSide.Treatment, "header.his_transaction_id");
        (await Guangzhou.DischargeAsync(visit, Today, "D3")).Granted();
        Assert.That(await Guangzhou.QueryAsync("D3"), Is.EqualTo(TransactionState.Committed));
    }

    /// <summary>A dialect shows the node's id to its hospital, which may send it as one of its own.</summary>
    [Test]
    public async Task The_nodes_id_as_the_id_of_a_repeat_is_told_of_as_any_other()
    {
        var visit = await AdmitAsync(Guangzhou, Patient.OfKunming);
        var id = (await Guangzhou.DischargeAsync(visit, Today, "D1")).Granted().TransactionId;
        (await Guangzhou.DischargeAsync(visit, Today, id)).Granted();
        Assert.That(await Guangzhou.QueryAsync(id), Is.EqualTo(TransactionState.Committed));

        (await Guangzhou.CancelDischargeAsync(visit, "C1")).Granted();
        Assert.That(await Guangzhou.QueryAsync(id), Is.EqualTo(TransactionState.Undone));
    }

    /// <summary>As of the discharge itself: a cancellation leaves the answer as it was given, and the query says what became of it.</summary>
    [Test]
    public async Task What_repeats_a_discharge_under_another_id_is_cancelled_with_it()
    {
        var visit = await AdmitAsync(Guangzhou, Patient.OfKunming);
        var discharged = await Guangzhou.DischargeAsync(visit, Today, "D1");
        (await Guangzhou.DischargeAsync(visit, Today, "D2")).Granted();
        (await Guangzhou.CancelDischargeAsync(visit, "C1")).Granted();

        using (Assert.EnterMultipleScope())
        {
            Assert.That((await Guangzhou.QueryAsync("D1"), await Guangzhou.QueryAsync("D2")), Is.EqualTo((TransactionState.Undone, TransactionState.Undone)));
            Assert.That(new[] { (await Guangzhou.DischargeAsync(visit, Today, "D1")).Text, (await Guangzhou.DischargeAsync(visit, Today, "D2")).Text }, Is.All.EqualTo(discharged.Text));
        }
        (await Guangzhou.ReverseAsync("C1", "R1")).Granted();
        Assert.That((await Guangzhou.QueryAsync("D1"), await Guangzhou.QueryAsync("D2")), Is.EqualTo((TransactionState.Committed, TransactionState.Committed)));
    }

    [Test]
    public async Task Reversed_cancellations_of_admission_and_discharge_bring_them_back()
    {
        var visit = await AdmitAsync(Guangzhou, Patient.OfKunming);
        (await Guangzhou.CancelAdmissionAsync(visit, "C1")).Granted();
        (await Guangzhou.ReverseAsync("C1", "R1")).Granted();
        (await Guangzhou.UploadAsync(visit, SampleBills.IntensiveCare(FeesOn))).Granted();
        (await Guangzhou.DischargeAsync(visit, Today, "D1")).Granted();
        (await Guangzhou.CancelDischargeAsync(visit, "C2")).Granted();
        (await Guangzhou.ReverseAsync("C2", "R2")).Granted();

        Assert.That((await Guangzhou.SettleAsync(visit, "T1")).IsGranted, Is.True);
    }

    [Test]
    public async Task An_id_that_never_came_is_void_whatever_comes_under_it_later()
    {
        foreach (var id in new[] { "A1", "U1", "D1", "T1", "P1" })
            Assert.That((await Guangzhou.ReverseAsync(id, $"R-{id}")).Granted().Result.Effect, Is.EqualTo(ReversalEffect.Voided));

        (await Guangzhou.AdmitAsync(Patient.OfKunming.ToReference(), "ZY0001", AdmittedOn, "A1")).Refused("TRANSACTION_VOID", RefusingSide.Treatment, "header.his_transaction_id");
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn));
        var before = Guangdong.RowCounts();
        (await Guangzhou.UploadAsync(visit, SampleBills.IntensiveCare(FeesOn), "U1")).Refused("TRANSACTION_VOID", RefusingSide.Treatment, "header.his_transaction_id");
        (await Guangzhou.DischargeAsync(visit, Today, "D1")).Refused("TRANSACTION_VOID", RefusingSide.Treatment, "header.his_transaction_id");
        (await Guangzhou.SettleAsync(visit, "T1")).Refused("TRANSACTION_VOID", RefusingSide.Treatment, "header.his_transaction_id");
        (await Guangzhou.ReverseAsync("anything", "P1")).Refused("TRANSACTION_VOID", RefusingSide.Treatment, "header.his_transaction_id");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Guangdong.RowCounts(), Is.EqualTo(before));
            Assert.That(await Guangzhou.QueryAsync("T1"), Is.EqualTo(TransactionState.Refused));
            Assert.That((await Guangzhou.ReverseAsync("T1")).Granted().Result.Effect, Is.EqualTo(ReversalEffect.Voided), "A repeat without an id is answered the same.");
            Assert.That((await Guangzhou.ReverseAsync("T1", "R-again")).Granted().Result.Effect, Is.EqualTo(ReversalEffect.NothingToUndo));
        }
    }

    [Test]
    public async Task What_was_refused_leaves_nothing_to_undo()
    {
        (await Guangzhou.AdmitAsync(Patient.SuspendedOfKunming.ToReference(), "ZY0001", AdmittedOn, "A1")).Refused("PERSON_NOT_INSURED", RefusingSide.Insured, "person");

        Assert.That((await Guangzhou.ReverseAsync("A1", "R1")).Granted().Result.Effect, Is.EqualTo(ReversalEffect.NothingToUndo));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Guangdong.Count("outbound"), Is.EqualTo(1), "The insured province is not asked.");
            Assert.That(await Guangzhou.QueryAsync("A1"), Is.EqualTo(TransactionState.Refused));
        }
    }

    [Test]
    public async Task What_is_cancelled_already_leaves_nothing_to_undo()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn));
        var settlement = (await Guangzhou.SettleAsync(visit, "T1")).Granted().Result.SettlementNumber;
        (await Guangzhou.CancelAsync(visit, settlement, "K1")).Granted();

        Assert.That((await Guangzhou.ReverseAsync("T1", "R1")).Granted().Result.Effect, Is.EqualTo(ReversalEffect.NothingToUndo));
    }

    [Test]
    public async Task What_something_rests_on_is_not_reversible_and_the_refusal_names_it()
    {
        (await Guangzhou.AdmitAsync(Patient.OfKunming.ToReference(), "ZY0001", AdmittedOn, "A1")).Granted();
        var visit = Guangdong.Value<string>("SELECT visit_number FROM treatment_visit");
        (await Guangzhou.UploadAsync(visit, SampleBills.IntensiveCare(FeesOn), "U1")).Granted();
        AssertNotReversible(await Guangzhou.ReverseAsync("A1", "R1"), "1 fee lines");
        (await Guangzhou.DischargeAsync(visit, Today.AddDays(-1), "D1")).Granted();
        var corrected = (await Guangzhou.DischargeAsync(visit, Today, "D2")).Granted().TransactionId;
        AssertNotReversible(await Guangzhou.ReverseAsync("A1", "R2"), corrected);
        AssertNotReversible(await Guangzhou.ReverseAsync("D1", "R3"), corrected);
        var settlement = (await Guangzhou.SettleAsync(visit, "T1")).Granted().Result.SettlementNumber;
        AssertNotReversible(await Guangzhou.ReverseAsync("A1", "R4"), settlement);
        AssertNotReversible(await Guangzhou.ReverseAsync("D2", "R5"), settlement);
        AssertNotReversible(await Guangzhou.ReverseAsync("U1", "R6"), settlement);
        (await Guangzhou.ReverseAsync("T1", "R7")).Granted();
        AssertNotReversible(await Guangzhou.ReverseAsync("R7", "R8"), "is a reversal");

        Assert.That(Yunnan.Count("inbox"), Is.EqualTo(5), "Only what can be reversed is asked.");
    }

    [Test]
    public async Task A_cancellation_cannot_be_reversed_after_a_new_settlement_or_other_lines()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn));
        var first = (await Guangzhou.SettleAsync(visit, "T1")).Granted().Result.SettlementNumber;
        (await Guangzhou.CancelAsync(visit, first, "K1")).Granted();
        (await Guangzhou.UploadAsync(visit, [SampleBills.Line("2", "T330000", "重症监护", "06", "180.0000", "1", FeesOn)], "U2")).Granted();
        AssertNotReversible(await Guangzhou.ReverseAsync("K1", "R1"), "fee lines have changed");
        var second = (await Guangzhou.SettleAsync(visit, "T2")).Granted().Result.SettlementNumber;
        AssertNotReversible(await Guangzhou.ReverseAsync("K1", "R2"), second);

        (await Guangzhou.ReverseAsync("T2", "R3")).Granted();
        (await Guangzhou.ReverseAsync("U2", "R4")).Granted();
        Assert.That((await Guangzhou.ReverseAsync("K1", "R5")).Granted().Result.Effect, Is.EqualTo(ReversalEffect.Undone), "Undone in reverse order it can.");
    }

    [Test]
    public async Task A_cancellation_cannot_be_reversed_after_another_stay_was_settled_with_what_it_gave_back()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn), "ZY0001");
        var first = (await Guangzhou.SettleAsync(visit, "T1")).Granted().Result.SettlementNumber;
        (await Guangzhou.CancelAsync(visit, first, "K1")).Granted();
        var other = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn), "ZY0002");
        var second = (await Guangzhou.SettleAsync(other, "T2")).Granted().Result;
        Assert.That(second.Figures.AccountFen, Is.Positive, "The account is in use again.");

        AssertNotReversible(await Guangzhou.ReverseAsync("K1", "R1"), second.SettlementNumber, RefusingSide.Insured);
        var whileItStands = Guangdong.Value<long>("SELECT state FROM treatment_visit WHERE id = 1");
        (await Guangzhou.ReverseAsync("T2", "R2")).Granted();

        Assert.That(whileItStands, Is.EqualTo(4), "A refused reversal changes nothing.");
        Assert.That((await Guangzhou.ReverseAsync("K1", "R3")).Granted().Result.Effect, Is.EqualTo(ReversalEffect.Undone));
    }

    [Test]
    public async Task A_restored_settlement_counts_as_later_than_a_cancellation_before_it()
    {
        var (one, two) = (await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn), "ZY0001"), await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn), "ZY0002"));
        (await Guangzhou.CancelAsync(one, (await Guangzhou.SettleAsync(one, "T1")).Granted().Result.SettlementNumber, "K1")).Granted();
        (await Guangzhou.CancelAsync(two, (await Guangzhou.SettleAsync(two, "T2")).Granted().Result.SettlementNumber, "K2")).Granted();
        (await Guangzhou.ReverseAsync("K1", "R1")).Granted();

        // Both took the whole account: together they would take more than there is.
        (await Guangzhou.ReverseAsync("K2", "R2")).Refused("NOT_REVERSIBLE", RefusingSide.Insured, "original_transaction_id");

        Assert.That(Yunnan.AccountBalanceFen(Person), Is.Zero);
    }

    [Test]
    public async Task A_cancelled_admission_whose_number_is_in_use_again_cannot_come_back()
    {
        var visit = await AdmitAsync(Guangzhou, Patient.OfKunming);
        (await Guangzhou.CancelAdmissionAsync(visit, "C1")).Granted();
        var again = (await Guangzhou.AdmitAsync(Patient.RetiredOfKunming.ToReference(), "ZY0001", AdmittedOn)).Granted().TransactionId;

        AssertNotReversible(await Guangzhou.ReverseAsync("C1", "R1"), again);
    }

    [Test]
    public async Task The_operation_that_is_meant_may_name_the_id_of_what_it_undid()
    {
        (await Guangzhou.AdmitAsync(Patient.OfKunming.ToReference(), "ZY0001", AdmittedOn, "A1")).Granted();
        var visit = Guangdong.Value<string>("SELECT visit_number FROM treatment_visit");
        Assert.That((await Guangzhou.ReverseAsync("A1", "R1", "CancelAdmission")).Granted().Result.Effect, Is.EqualTo(ReversalEffect.NothingToUndo), "There is none.");
        (await Guangzhou.CancelAdmissionAsync(visit, "C1", originalTransactionId: "A1")).Granted();

        Assert.That((await Guangzhou.ReverseAsync("A1", "R2", "CancelAdmission")).Granted().Result.Effect, Is.EqualTo(ReversalEffect.Undone));

        using (Assert.EnterMultipleScope())
        {
            Assert.That((await Guangzhou.QueryAsync("A1"), await Guangzhou.QueryAsync("C1")), Is.EqualTo((TransactionState.Committed, TransactionState.Undone)), "Never the admission.");
            Assert.That((await Guangzhou.ReverseAsync("A1", "R3", "Settle")).Granted().Result.Effect, Is.EqualTo(ReversalEffect.NothingToUndo));
            Assert.That((await Guangzhou.ReverseAsync("A9", "R4", "CancelAdmission")).Granted().Result.Effect, Is.EqualTo(ReversalEffect.Voided));
        }
        (await Guangzhou.ReverseAsync("A1", "R5", "CancelAdmision")).Refused("INVALID_FIELD", RefusingSide.Hospital, "original_operation");
        (await Guangzhou.ReverseAsync("A1", "R6", "RegisterAdmission")).Granted();
        Assert.That(await Guangzhou.QueryAsync("A1"), Is.EqualTo(TransactionState.Undone));
    }

    [Test]
    public async Task Another_hospitals_transaction_is_never_seen()
    {
        var second = HospitalOf(Guangdong, SecondHospital);
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn));
        var settled = (await Guangzhou.SettleAsync(visit, "T1")).Granted().TransactionId;

        foreach (var id in new[] { "T1", settled })
            Assert.That((await second.ReverseAsync(id, $"R-{id}")).Granted().Result.Effect, Is.EqualTo(ReversalEffect.Voided));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await Guangzhou.QueryAsync("T1"), Is.EqualTo(TransactionState.Committed));
            Assert.That((await Guangzhou.SettleAsync(visit, "T1")).IsGranted, Is.True);
        }
    }

    [Test]
    public async Task A_reversal_without_an_original_is_refused() =>
        (await Guangzhou.ReverseAsync("", "R1")).Refused("MISSING_FIELD", RefusingSide.Hospital, "original_transaction_id");

    [Test]
    public async Task A_reversed_settlement_counts_as_two_rows_of_the_business_period()
    {
        var period = await Guangzhou.SignInAsync("01");
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn));
        (await Guangzhou.SettleAtAsync(visit, period, id: "T1")).Granted();
        var request = new ReverseTransactionRequest { Header = new() { Operator = "01", BusinessPeriod = period, HisTransactionId = "R1" }, OriginalTransactionId = "T1" };
        (await Guangzhou.PostAsync("ReverseTransaction", request, ReverseTransactionResponse.Parser)).Granted();

        var totals = (await Guangzhou.SignOutAsync(period)).Granted().Result.Totals;

        Assert.That((totals.SettlementCount, totals.CancellationCount, totals.TotalFen), Is.EqualTo((1, 1, 0L)));
    }

    [Test]
    public async Task A_cancellation_in_a_closed_business_period_stays_as_it_was_summed()
    {
        var period = await Guangzhou.SignInAsync("01");
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn));
        (await Guangzhou.SettleAtAsync(visit, period, id: "T1")).Granted();
        (await Guangzhou.CancelAtAsync(visit, period, id: "K1")).Granted();
        (await Guangzhou.SignOutAsync(period)).Granted();

        AssertNotReversible(await Guangzhou.ReverseAsync("K1", "R1"), period);
    }

    private static void AssertNotReversible(HospitalReply<ReverseTransactionResponse> reply, string named, RefusingSide side = RefusingSide.Treatment) =>
        Assert.That(reply.Refused("NOT_REVERSIBLE", side, "original_transaction_id").English, Does.Contain(named));
}
