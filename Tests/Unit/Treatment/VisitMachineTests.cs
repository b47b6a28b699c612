using NUnit.Framework;
using ProvincialGateway.Treatment;

namespace ProvincialGateway.Tests.Treatment;

[TestFixture]
public sealed class VisitMachineTests
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
        foreach (var state in Enum.GetValues<VisitState>().Where(state => state.ToString().EndsWith("Sent", StringComparison.Ordinal)))
        {
            var endings = Enum.GetValues<VisitEvent>().Where(happened => VisitMachine.Next(state, happened) is not null).ToList();
            Assert.That(endings.Count, Is.EqualTo(2), state.ToString());
            Assert.That(endings.Count(ending => ending.ToString().EndsWith("Accepted", StringComparison.Ordinal)), Is.EqualTo(1), state.ToString());
            Assert.That(endings.Count(ending => ending.ToString().EndsWith("Refused", StringComparison.Ordinal)), Is.EqualTo(1), state.ToString());
        }
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
