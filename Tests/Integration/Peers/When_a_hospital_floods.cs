using NUnit.Framework;
using Provincial.His.V1;
using ProvincialGateway.Configuration;
using ProvincialGateway.Tests.Recovery;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Peers;

/// <summary>A hospital system that does not wait.</summary>
internal sealed class When_a_hospital_floods : RecoveryTest
{
    private const int Retries = 600, PerSecond = 100;

    protected override NodesConfiguration Configure(NodesConfiguration configuration) =>
        configuration with { Limits = configuration.Limits with { HospitalCallsPerSecondMax = PerSecond } };

    [Test]
    public async Task One_settlement_asked_for_six_hundred_times_while_the_peer_is_down_is_one_settlement()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn));
        await Yunnan.StopAsync();
        var before = Guangdong.Count("outbound");

        // A minute of retries every 100 ms, as fast as they can be asked.
        for (var round = 0; round < Retries / 50; round++)
        {
            foreach (var reply in await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Guangzhou.SettleAsync(visit, "T1"))))
                reply.Pending();
        }
        Assert.That(Guangdong.Count("outbound"), Is.EqualTo(before + 1));

        await Yunnan.StartAsync(CancellationToken.None);
        LetTheResolverBegin();
        await Eventually.GetAsync("the settlement", async () => (await Guangzhou.SettleAsync(visit, "T1")).IsGranted, Is.True);
        Assert.That((Guangdong.Count("treatment_settlement"), Yunnan.Count("insured_settlement")), Is.EqualTo((1L, 1L)));
    }

    [Test]
    public async Task A_question_above_the_hospitals_share_is_refused_and_other_hospitals_are_served()
    {
        using var second = HospitalOf(Guangdong, SecondHospital);
        var flood = Task.WhenAll(Enumerable.Range(0, 5 * PerSecond).Select(_ => Guangzhou.PostAsync("IssueSerial", new IssueSerialRequest { Header = new HisHeader() }, IssueSerialResponse.Parser)));
        var served = (await second.VerifyAsync(Patient.OfKunming.ToReference())).IsGranted;
        var replies = await flood;

        var refused = replies.Where(reply => !reply.IsGranted).ToList();
        Assert.That(served, Is.True);
        Assert.That(refused, Has.Count.Positive.And.Count.LessThan(5 * PerSecond));
        foreach (var reply in refused)
            Assert.That(reply.Refused("NODE_UNAVAILABLE", RefusingSide.Treatment, ""), Has.Property("Chinese").Contain("本院请求过多").And.Property("English").Contain("too many requests of this hospital"));
        await Logs.WaitForAsync(1141, "too many requests");
    }
}
