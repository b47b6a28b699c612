using NUnit.Framework;
using ProvincialGateway.Tests.Cli;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Reconciliation;

/// <summary>What hospitals did is in both ledgers alike, and either side can say so with one question.</summary>
internal sealed class When_two_provinces_reconcile : CountryTest
{
    [Test]
    public async Task A_day_of_settlements_and_cancellations_is_equal_from_either_side()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn));
        var settlement = (await Guangzhou.SettleAsync(visit)).Granted().Result.SettlementNumber;
        (await Guangzhou.CancelAsync(visit, settlement)).Granted();
        (await Guangzhou.SettleAsync(visit, "T2")).Granted();
        await AllEndedAsync();

        foreach (var (province, partner, part) in new[] { (Guangdong, "530000", 0), (Yunnan, "440000", 1) })
        {
            await using var desk = new OperatorDesk(province, Clock);
            var runs = await desk.AskAsync("reconcile", "run", "--partner", partner, "--from", Today.Iso());
            var (mine, other) = (runs[part]!, runs[1 - part]!);
            using (Assert.EnterMultipleScope())
            {
                Assert.That(((string?)mine["state"], (int)mine["messages"]!, mine["cells"]!.AsArray().Count), Is.EqualTo(("balanced", 1, 1)));
                Assert.That((bool)mine["cells"]![0]!["isEqual"]!, Is.True);
                Assert.That((long)mine["cells"]![0]!["figures"]![0]!["ours"]!, Is.EqualTo(3), "a settlement, its opposite, and the settlement made again");
                Assert.That(((string?)other["state"], other["cells"]!.AsArray().Count), Is.EqualTo(("balanced", 0)), "nobody of Guangdong was treated in Yunnan");
                Assert.That((long)mine["bytesSent"]! + (long)mine["bytesReceived"]!, Is.LessThan(400));
            }
            Assert.That(await desk.SucceedAsync("reconcile", "show", (string)mine["run"]!.ToJsonString()), Does.Contain("✓").And.Contain("平 balanced"));
            Assert.That((await desk.AskAsync("reconcile", "list", "--partner", partner, "--state", "Balanced")).AsArray(), Has.Count.EqualTo(2));
            Assert.That(await desk.SucceedAsync("reconcile", "diffs"), Does.Contain("没有这样的差异"));
        }
    }

    [Test]
    public async Task A_partner_that_is_unknown_or_too_many_days_are_refused()
    {
        await using var desk = new OperatorDesk(Guangdong, Clock);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await desk.RefuseAsync("reconcile", "run", "--partner", "110000"), Does.Contain("--partner"));
            Assert.That(await desk.RefuseAsync("reconcile", "run", "--partner", "530000", "--from", "2017-08-01", "--to", "2017-09-01"), Does.Contain("31"));
            Assert.That(await desk.RefuseAsync("reconcile", "run", "--partner", "530000", "--from", "2017-02-29"), Does.Contain("--from"));
            Assert.That(await desk.RefuseAsync("reconcile", "show", "7"), Does.Contain("reconcile list"));
            Assert.That(await desk.RefuseAsync("reconcile", "settle", "7", "--by", "结算科", "--reason", "试"), Does.Contain("reconcile diffs"));
        }
    }
}
