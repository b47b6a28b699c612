using NUnit.Framework;
using Provincial.His.V1;
using ProvincialGateway.Tests.Cli;
using ProvincialGateway.Tests.Recovery;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Reconciliation;

/// <summary>The insured side has settled and the answer has not arrived: no difference. An answer that cannot be true is one, until it is asked for again or reversed.</summary>
internal sealed class When_a_settlement_is_on_its_way : RecoveryTest
{
    [Test]
    public async Task A_row_in_flight_is_shown_apart_by_both_sides_and_balances_when_it_arrives()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn));
        await LoseReplyAsync(() => Guangzhou.SettleAsync(visit, "T1"));
        Line.Mend();

        foreach (var (province, partner, side, holder) in new[] { (Guangdong, "530000", "treatment", "ours"), (Yunnan, "440000", "insured", "theirs") })
        {
            await using var desk = new OperatorDesk(province, Clock);
            var run = (await desk.AskAsync("reconcile", "run", "--partner", partner, "--side", side, "--from", Today.Iso()))[0]!;
            using (Assert.EnterMultipleScope())
            {
                Assert.That(((string?)run["state"], run["differences"]!.AsArray().Count), Is.EqualTo(("balanced", 0)));
                Assert.That(run["inFlight"]!.AsArray().Select(row => ((string?)row!["holder"], (string?)row["visitNumber"], (string?)row["kind"])), Is.EqualTo([(holder, visit, "settlement")]));
                Assert.That((bool)run["cells"]![0]!["isEqual"]!, Is.False);
            }
        }

        LetTheResolverBegin();
        await StateAsync(Guangzhou, "T1", TransactionState.Committed);
        await using var later = new OperatorDesk(Guangdong, Clock);
        var again = (await later.AskAsync("reconcile", "run", "--partner", "530000", "--side", "treatment", "--from", Today.Iso()))[0]!;
        Assert.That(((bool)again["cells"]![0]!["isEqual"]!, again["inFlight"]!.AsArray().Count, (int)again["messages"]!), Is.EqualTo((true, 0, 1)));
    }

    [Test]
    public async Task An_answer_that_still_cannot_be_true_when_asked_for_again_is_proposed_to_be_reversed()
    {
        Logs.ExpectError(Parked);
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn));
        await LoseReplyAsync(() => Guangzhou.SettleAsync(visit, "T1"));
        Line.Mend();
        await using var desk = new OperatorDesk(Guangdong, Clock);
        await using (await LieAsync(_ => [0xff]))
        {
            LetTheResolverBegin();
            await Eventually.GetAsync("the settlement to be parked", () => Guangdong.Count("outbound", "state = 4"), Is.EqualTo(1));
            Line.LeadTo(Yunnan.PeerPort);
            await desk.RunAsync("reconcile", "run", "--partner", "530000", "--side", "treatment", "--from", Today.Iso());
        }
        await using (await LieAsync(_ => [0xff]))
        {
            Assert.That(await desk.SucceedAsync("reconcile", "check", "1", "--decision", "ask-again", "--by", "结算科", "--reason", "再问一次"), Does.Contain("still cannot be true"));
            Line.LeadTo(Yunnan.PeerPort);
        }

        Assert.That((string?)(await desk.AskAsync("reconcile", "diff", "1"))["proposal"], Is.EqualTo("reverse"));
        Assert.That(await desk.SucceedAsync("reconcile", "check", "1", "--decision", "reverse", "--by", "结算科", "--reason", "仍不可信"), Does.Contain("Answered and applied"));
    }

    [TestCase("ask-again", 1)]
    [TestCase("reverse", 2)]
    public async Task An_answer_that_could_not_be_true_is_a_difference_that_a_decision_ends(string decision, int rows)
    {
        Logs.ExpectError(Parked);
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn));
        await LoseReplyAsync(() => Guangzhou.SettleAsync(visit, "T1"));
        Line.Mend();
        await using (await LieAsync(_ => [0xff]))
        {
            LetTheResolverBegin();
            await Eventually.GetAsync("the settlement to be parked", () => Guangdong.Count("outbound", "state = 4"), Is.EqualTo(1));
            Line.LeadTo(Yunnan.PeerPort);
        }
        await using var desk = new OperatorDesk(Guangdong, Clock);

        var (exitCode, _, _) = await desk.RunAsync("reconcile", "run", "--partner", "530000", "--side", "treatment", "--from", Today.Iso());
        var found = (await desk.AskAsync("reconcile", "diffs", "--state", "Open"))[0]!;
        Assert.That((exitCode, (string?)found["verdict"], (string?)found["proposal"]), Is.EqualTo((2, "only-theirs", "ask-again")));
        Assert.That(await desk.RefuseAsync("reconcile", "settle", "1", "--by", "结算科", "--reason", "未核查"), Does.Contain("reconcile check"));

        var decided = await desk.SucceedAsync("reconcile", "check", "1", "--decision", decision, "--by", "结算科", "--reason", "应答曾不可信");
        Assert.That(decided, Does.Contain("Answered and applied"));
        var after = (await desk.AskAsync("reconcile", "run", "--partner", "530000", "--side", "treatment", "--from", Today.Iso()))[0]!;
        var difference = await desk.AskAsync("reconcile", "diff", "1");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(((string?)after["state"], (long)after["cells"]![0]!["figures"]![0]!["ours"]!), Is.EqualTo(("balanced", (long)rows)));
            Assert.That(((string?)difference["state"], (bool)difference["isBalanced"]!), Is.EqualTo(("settled", true)));
            Assert.That(difference["history"]!.AsArray().Select(entry => (string?)entry!["event"]), Is.EqualTo(["found", "checked", "carried-out", "balanced"]));
        }
    }
}
