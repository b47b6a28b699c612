using NUnit.Framework;
using ProvincialGateway.Ledger;
using ProvincialGateway.Network;
using ProvincialGateway.Reconciliation;

namespace ProvincialGateway.Tests.Reconciliation;

/// <summary>What is proposed for a difference, and when one that was settled opens again.</summary>
[TestFixture]
internal sealed class DifferencePolicyTests
{
    [TestCase(LedgerSide.Treatment, RowVerdict.OnlyTheirs, OutboundState.Parked, DifferenceAction.AskAgain)]
    [TestCase(LedgerSide.Treatment, RowVerdict.OnlyTheirs, OutboundState.Rejected, DifferenceAction.AskAgain)]
    [TestCase(LedgerSide.Treatment, RowVerdict.OnlyTheirs, null, DifferenceAction.PartnerActs)]
    [TestCase(LedgerSide.Treatment, RowVerdict.OnlyOurs, OutboundState.Answered, DifferenceAction.AskAgain)]
    [TestCase(LedgerSide.Treatment, RowVerdict.Differs, OutboundState.Answered, DifferenceAction.AcceptInsured)]
    [TestCase(LedgerSide.Insured, RowVerdict.OnlyOurs, null, DifferenceAction.PartnerActs)]
    [TestCase(LedgerSide.Insured, RowVerdict.OnlyTheirs, null, DifferenceAction.AcceptInsured)]
    [TestCase(LedgerSide.Insured, RowVerdict.Differs, null, DifferenceAction.AcceptInsured)]
    public void Every_difference_has_a_proposal_with_its_reason_in_both_languages(LedgerSide side, RowVerdict verdict, OutboundState? sent, DifferenceAction expected)
    {
        var proposal = DifferencePolicy.Propose(side, verdict, sent);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(proposal.Action, Is.EqualTo(expected));
            Assert.That(proposal.Reason, Does.Contain(" / ").And.Contain("。"));
        }
    }

    [TestCase(DifferenceState.Open, false, true, false)]
    [TestCase(DifferenceState.Checked, false, true, false)]
    [TestCase(DifferenceState.Settled, false, true, false, TestName = "What_people_settled_as_it_stands_stays_settled")]
    [TestCase(DifferenceState.Settled, true, true, true, TestName = "What_settled_by_itself_and_is_there_again_opens")]
    [TestCase(DifferenceState.Settled, false, false, true, TestName = "What_was_settled_with_other_content_opens")]
    public void A_settled_difference_opens_again_only_for_a_reason(DifferenceState state, bool isBalanced, bool isSame, bool expected) =>
        Assert.That(DifferencePolicy.ReopensWhenFound(state, isBalanced, isSame), Is.EqualTo(expected));
}
