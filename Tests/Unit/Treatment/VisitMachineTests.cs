using NUnit.Framework;
using ProvincialGateway.Treatment;

namespace ProvincialGateway.Tests.Treatment;

[TestFixture]
internal sealed class VisitMachineTests
{
    [Test]
    public void Every_state_answers_every_event_with_a_state_or_a_no() => Assert.Multiple(() =>
    {
        foreach (var state in Enum.GetValues<VisitState>())
        {
            foreach (var happened in Enum.GetValues<VisitEvent>())
                Assert.That(() => VisitMachine.Next(state, happened), Throws.Nothing);
        }
    });

    [Test]
    public void A_forgotten_state_is_no_state() =>
        Assert.That(() => VisitMachine.Next(default, VisitEvent.AdmissionAccepted), Throws.TypeOf<ArgumentOutOfRangeException>());

    [Test]
    public void Whatever_is_sent_ends_accepted_or_refused() => Assert.Multiple(() =>
    {
        foreach (var state in Enum.GetValues<VisitState>().Where(state => state.ToString().EndsWith("Sent", StringComparison.Ordinal)).Except([VisitState.ReversalSent]))
        {
            var endings = Enum.GetValues<VisitEvent>().Where(happened => VisitMachine.Next(state, happened) is not null).ToList();
            Assert.That(endings.Count, Is.EqualTo(3), state.ToString());
            foreach (var ending in (string[])["Accepted", "Refused", "Reversed"])
                Assert.That(endings.Count(happened => happened.ToString().EndsWith(ending, StringComparison.Ordinal)), Is.EqualTo(1), $"{state} {ending}");
        }
    });

    [Test]
    public void While_a_reversal_is_under_way_no_step_may_begin() => Assert.Multiple(() =>
    {
        foreach (var happened in Enum.GetValues<VisitEvent>())
            Assert.That(VisitMachine.Next(VisitState.ReversalSent, happened), Is.Null, happened.ToString());
        Assert.That(VisitMachine.AllowsFeeChanges(VisitState.ReversalSent), Is.False);
    });

    /// <summary>Whether the reversed step was answered or not, the visit ends where it stood before that step was sent.</summary>
    [TestCase(VisitState.Admitted, VisitEvent.DischargeSent, VisitEvent.DischargeAccepted, VisitEvent.DischargeReversed)]
    [TestCase(VisitState.Discharged, VisitEvent.DischargeSent, VisitEvent.DischargeAccepted, VisitEvent.CorrectionReversed)]
    [TestCase(VisitState.Discharged, VisitEvent.SettlementSent, VisitEvent.SettlementAccepted, VisitEvent.SettlementReversed)]
    [TestCase(VisitState.Settled, VisitEvent.CancellationSent, VisitEvent.CancellationAccepted, VisitEvent.CancellationReversed)]
    [TestCase(VisitState.Admitted, VisitEvent.AdmissionCancellationSent, VisitEvent.AdmissionCancellationAccepted, VisitEvent.AdmissionCancellationReversed)]
    [TestCase(VisitState.Discharged, VisitEvent.DischargeCancellationSent, VisitEvent.DischargeCancellationAccepted, VisitEvent.DischargeCancellationReversed)]
    public void A_reversal_leads_back_to_before_the_step(VisitState before, VisitEvent sent, VisitEvent accepted, VisitEvent reversed)
    {
        var asked = VisitMachine.Next(before, sent)!.Value;
        var answered = VisitMachine.Next(asked, accepted)!.Value;
        Assert.That((VisitMachine.Next(asked, reversed), VisitMachine.Next(answered, reversed)), Is.EqualTo((before, before)));
    }

    [Test]
    public void A_reversed_admission_is_the_end_whether_it_was_answered_or_not() => Assert.Multiple(() =>
    {
        Assert.That(VisitMachine.Next(VisitState.AdmissionSent, VisitEvent.AdmissionReversed), Is.EqualTo(VisitState.AdmissionUndone));
        Assert.That(VisitMachine.Next(VisitState.Admitted, VisitEvent.AdmissionReversed), Is.EqualTo(VisitState.AdmissionUndone));
    });

    [Test]
    public void Undo_runs_in_reverse_order_only() => Assert.Multiple(() =>
    {
        Assert.That(VisitMachine.Next(VisitState.Settled, VisitEvent.DischargeCancellationSent), Is.Null);
        Assert.That(VisitMachine.Next(VisitState.Settled, VisitEvent.AdmissionCancellationSent), Is.Null);
        Assert.That(VisitMachine.Next(VisitState.Discharged, VisitEvent.AdmissionCancellationSent), Is.Null);
        VisitEvent[] back = [VisitEvent.CancellationSent, VisitEvent.CancellationAccepted, VisitEvent.DischargeCancellationSent, VisitEvent.DischargeCancellationAccepted,
            VisitEvent.AdmissionCancellationSent, VisitEvent.AdmissionCancellationAccepted];
        Assert.That(back.Aggregate(VisitState.Settled, (state, happened) => VisitMachine.Next(state, happened)!.Value), Is.EqualTo(VisitState.AdmissionUndone));
    });

    [Test]
    public void Every_state_has_words() => Assert.Multiple(() =>
    {
        foreach (var state in Enum.GetValues<VisitState>())
            Assert.That(() => VisitMachine.Describe(state), Throws.Nothing);
        Assert.That(Enum.GetValues<VisitState>().Select(state => VisitMachine.Describe(state).Chinese), Is.Unique);
    });

    [Test]
    public void A_stay_goes_forward_and_is_undone_backward()
    {
        VisitEvent[] stay = [VisitEvent.AdmissionAccepted, VisitEvent.DischargeSent, VisitEvent.DischargeAccepted, VisitEvent.SettlementSent, VisitEvent.SettlementAccepted,
            VisitEvent.CancellationSent, VisitEvent.CancellationAccepted, VisitEvent.SettlementSent, VisitEvent.SettlementAccepted];
        Assert.That(stay.Aggregate(VisitState.AdmissionSent, (state, happened) => VisitMachine.Next(state, happened)!.Value), Is.EqualTo(VisitState.Settled));
    }

    [Test]
    public void A_settled_visit_takes_no_fees_and_no_discharge() => Assert.Multiple(() =>
    {
        Assert.That(VisitMachine.AllowsFeeChanges(VisitState.Settled), Is.False);
        Assert.That(VisitMachine.AllowsFeeChanges(VisitState.SettlementSent), Is.False);
        Assert.That(VisitMachine.Next(VisitState.Settled, VisitEvent.DischargeSent), Is.Null);
    });
}
