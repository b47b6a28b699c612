using NUnit.Framework;
using ProvincialGateway.Treatment;

namespace ProvincialGateway.Tests.Treatment;

[TestFixture]
internal sealed class VisitMachineTests
{
    [Test]
    public void Every_state_answers_every_event_with_a_state_or_a_no() => Assert.Multiple(() =>
    {
        foreach (var course in Enum.GetValues<SettlementCourse>())
        {
            foreach (var state in Enum.GetValues<VisitState>())
            {
                foreach (var happened in Enum.GetValues<VisitEvent>())
                    Assert.That(() => VisitMachine.Next(course, state, happened), Throws.Nothing);
            }
        }
    });

    [Test]
    public void A_forgotten_state_is_no_state() =>
        Assert.That(() => VisitMachine.Next(SettlementCourse.Final, default, VisitEvent.AdmissionAccepted), Throws.TypeOf<ArgumentOutOfRangeException>());

    [Test]
    public void A_forgotten_course_is_no_course() =>
        Assert.That(() => VisitMachine.Next(default, VisitState.Admitted, VisitEvent.AdmissionAccepted), Throws.TypeOf<ArgumentOutOfRangeException>());

    [TestCase(SettlementCourse.Final)]
    [TestCase(SettlementCourse.Outpatient)]
    [TestCase(SettlementCourse.Interim)]
    public void Whatever_is_sent_ends_accepted_or_refused_or_reversed(SettlementCourse course) => Assert.Multiple(() =>
    {
        foreach (var state in Enum.GetValues<VisitState>().Where(state => state.ToString().EndsWith("Sent", StringComparison.Ordinal)).Except([VisitState.ReversalSent]))
        {
            var endings = Enum.GetValues<VisitEvent>().Where(happened => VisitMachine.Next(course, state, happened) is not null).ToList();
            var isReached = course is not SettlementCourse.Outpatient || state is not (VisitState.DischargeSent or VisitState.CorrectionSent or VisitState.DischargeCancellationSent);
            Assert.That(endings, Has.Count.EqualTo(isReached ? 3 : 0), state.ToString());
            if (!isReached)
                continue;
            foreach (var ending in (string[])["Accepted", "Refused", "Reversed"])
                Assert.That(endings.Count(happened => happened.ToString().EndsWith(ending, StringComparison.Ordinal)), Is.EqualTo(1), $"{state} {ending}");
        }
    });

    [Test]
    public void While_a_reversal_is_under_way_no_step_may_begin() => Assert.Multiple(() =>
    {
        foreach (var happened in Enum.GetValues<VisitEvent>())
            Assert.That(VisitMachine.Next(SettlementCourse.Final, VisitState.ReversalSent, happened), Is.Null, happened.ToString());
        Assert.That(VisitMachine.AllowsFeeChanges(VisitState.ReversalSent), Is.False);
    });

    /// <summary>Whether the reversed step was answered or not, the visit ends where it stood before that step was sent.</summary>
    [TestCase(SettlementCourse.Final, VisitState.Admitted, VisitEvent.DischargeSent, VisitEvent.DischargeAccepted, VisitEvent.DischargeReversed)]
    [TestCase(SettlementCourse.Final, VisitState.Discharged, VisitEvent.DischargeSent, VisitEvent.DischargeAccepted, VisitEvent.CorrectionReversed)]
    [TestCase(SettlementCourse.Final, VisitState.Discharged, VisitEvent.SettlementSent, VisitEvent.SettlementAccepted, VisitEvent.SettlementReversed)]
    [TestCase(SettlementCourse.Final, VisitState.Settled, VisitEvent.CancellationSent, VisitEvent.CancellationAccepted, VisitEvent.CancellationReversed)]
    [TestCase(SettlementCourse.Final, VisitState.Admitted, VisitEvent.AdmissionCancellationSent, VisitEvent.AdmissionCancellationAccepted, VisitEvent.AdmissionCancellationReversed)]
    [TestCase(SettlementCourse.Final, VisitState.Discharged, VisitEvent.DischargeCancellationSent, VisitEvent.DischargeCancellationAccepted, VisitEvent.DischargeCancellationReversed)]
    [TestCase(SettlementCourse.Outpatient, VisitState.Admitted, VisitEvent.SettlementSent, VisitEvent.SettlementAccepted, VisitEvent.SettlementReversed)]
    [TestCase(SettlementCourse.Outpatient, VisitState.Settled, VisitEvent.CancellationSent, VisitEvent.CancellationAccepted, VisitEvent.CancellationReversed)]
    [TestCase(SettlementCourse.Interim, VisitState.Admitted, VisitEvent.SettlementSent, VisitEvent.SettlementAccepted, VisitEvent.SettlementReversed)]
    [TestCase(SettlementCourse.Interim, VisitState.Admitted, VisitEvent.CancellationSent, VisitEvent.CancellationAccepted, VisitEvent.CancellationReversed)]
    public void A_reversal_leads_back_to_before_the_step(SettlementCourse course, VisitState before, VisitEvent sent, VisitEvent accepted, VisitEvent reversed)
    {
        var asked = VisitMachine.Next(course, before, sent)!.Value;
        var answered = VisitMachine.Next(course, asked, accepted)!.Value;
        Assert.That((VisitMachine.Next(course, asked, reversed), VisitMachine.Next(course, answered, reversed)), Is.EqualTo((before, before)));
    }

    [Test]
    public void A_reversed_admission_is_the_end_whether_it_was_answered_or_not() => Assert.Multiple(() =>
    {
        Assert.That(VisitMachine.Next(SettlementCourse.Final, VisitState.AdmissionSent, VisitEvent.AdmissionReversed), Is.EqualTo(VisitState.AdmissionUndone));
        Assert.That(VisitMachine.Next(SettlementCourse.Final, VisitState.Admitted, VisitEvent.AdmissionReversed), Is.EqualTo(VisitState.AdmissionUndone));
    });

    [Test]
    public void Undo_runs_in_reverse_order_only() => Assert.Multiple(() =>
    {
        Assert.That(VisitMachine.Next(SettlementCourse.Final, VisitState.Settled, VisitEvent.DischargeCancellationSent), Is.Null);
        Assert.That(VisitMachine.Next(SettlementCourse.Final, VisitState.Settled, VisitEvent.AdmissionCancellationSent), Is.Null);
        Assert.That(VisitMachine.Next(SettlementCourse.Final, VisitState.Discharged, VisitEvent.AdmissionCancellationSent), Is.Null);
        VisitEvent[] back = [VisitEvent.CancellationSent, VisitEvent.CancellationAccepted, VisitEvent.DischargeCancellationSent, VisitEvent.DischargeCancellationAccepted,
            VisitEvent.AdmissionCancellationSent, VisitEvent.AdmissionCancellationAccepted];
        Assert.That(back.Aggregate(VisitState.Settled, (state, happened) => VisitMachine.Next(SettlementCourse.Final, state, happened)!.Value), Is.EqualTo(VisitState.AdmissionUndone));
    });

    [Test]
    public void Every_state_has_words() => Assert.Multiple(() =>
    {
        foreach (var state in Enum.GetValues<VisitState>())
            Assert.That(() => VisitMachine.Describe(state, isOutpatient: false), Throws.Nothing);
        Assert.That(Enum.GetValues<VisitState>().Select(state => VisitMachine.Describe(state, isOutpatient: false).Chinese), Is.Unique);
        Assert.That(Enum.GetValues<VisitState>().Select(state => VisitMachine.Describe(state, isOutpatient: true).Chinese), Is.Unique.And.None.Contains("入院"));
    });

    [Test]
    public void A_stay_goes_forward_and_is_undone_backward()
    {
        VisitEvent[] stay = [VisitEvent.AdmissionAccepted, VisitEvent.DischargeSent, VisitEvent.DischargeAccepted, VisitEvent.SettlementSent, VisitEvent.SettlementAccepted,
            VisitEvent.CancellationSent, VisitEvent.CancellationAccepted, VisitEvent.SettlementSent, VisitEvent.SettlementAccepted];
        Assert.That(stay.Aggregate(VisitState.AdmissionSent, (state, happened) => VisitMachine.Next(SettlementCourse.Final, state, happened)!.Value), Is.EqualTo(VisitState.Settled));
    }

    [Test]
    public void A_settled_visit_takes_no_fees_and_no_discharge() => Assert.Multiple(() =>
    {
        Assert.That(VisitMachine.AllowsFeeChanges(VisitState.Settled), Is.False);
        Assert.That(VisitMachine.AllowsFeeChanges(VisitState.SettlementSent), Is.False);
        Assert.That(VisitMachine.Next(SettlementCourse.Final, VisitState.Settled, VisitEvent.DischargeSent), Is.Null);
    });

    [Test]
    public void An_outpatient_visit_is_settled_without_a_discharge_and_undone_backward()
    {
        VisitEvent[] visit = [VisitEvent.AdmissionAccepted, VisitEvent.SettlementSent, VisitEvent.SettlementAccepted, VisitEvent.CancellationSent, VisitEvent.CancellationAccepted,
            VisitEvent.AdmissionCancellationSent, VisitEvent.AdmissionCancellationAccepted];
        Assert.That(visit.Aggregate(VisitState.AdmissionSent, (state, happened) => VisitMachine.Next(SettlementCourse.Outpatient, state, happened)!.Value), Is.EqualTo(VisitState.AdmissionUndone));
        Assert.That(VisitMachine.Next(SettlementCourse.Outpatient, VisitState.Admitted, VisitEvent.DischargeSent), Is.Null);
        Assert.That(VisitMachine.Next(SettlementCourse.Outpatient, VisitState.Settled, VisitEvent.AdmissionCancellationSent), Is.Null);
    }
}
