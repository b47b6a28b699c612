using NUnit.Framework;
using Provincial.His.V1;
using ProvincialGateway.Configuration;
using ProvincialGateway.Tests.Recovery;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Peers;

/// <summary>A hospital system that does not wait.</summary>
internal sealed class When_a_hospital_floods : RecoveryTest
{
    private const int Retries = 600;

    // Two seconds of it may be used at once: that is more than the slow repeats of one test, and less than the flood of another.
    private const int PerSecond = 200;

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

    /// <summary>The clock goes on with each of them, so leases end, the resolver asks and asks again, and the circuit opens and is tried meanwhile.</summary>
    [Test]
    public async Task A_cashiers_program_that_repeats_a_settlement_each_100_ms_is_told_to_wait_each_time_and_settles_once_while_others_are_served()
    {
        using var second = HospitalOf(Guangdong, SecondHospital);
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn));
        await Yunnan.StopAsync();
        var before = Guangdong.Count("outbound");
        string? id = null;
        for (var round = 0; round < 300; round++)
        {
            var reply = await Guangzhou.SettleAsync(visit, "T1");
            reply.Pending();
            Assert.That(reply.TransactionId, Is.EqualTo(id ??= reply.TransactionId), "one transaction, named each time");
            if (round % 20 == 0)
                (await second.PostAsync("IssueSerial", new IssueSerialRequest { Header = new HisHeader() }, IssueSerialResponse.Parser)).Granted();
            Clock.PutForward(TimeSpan.FromMilliseconds(100));
        }
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Guangdong.Count("outbound"), Is.EqualTo(before + 1));
            Assert.That(Guangdong.Value<long>("SELECT attempts FROM outbound ORDER BY rowid DESC LIMIT 1"), Is.LessThan(60), "the hospital's repeats are not sent on");
        }

        await Yunnan.StartAsync(CancellationToken.None);
        LetTheResolverBegin();
        var settled = await Eventually.GetAsync("the settlement", async () =>
        {
            Clock.PutForward(TimeSpan.FromMilliseconds(100));
            return await Guangzhou.SettleAsync(visit, "T1");
        }, Has.Property(nameof(HospitalReply<SettleResponse>.IsGranted)).True);
        for (var round = 0; round < 20; round++)
            Assert.That((await Guangzhou.SettleAsync(visit, "T1")).Bytes, Is.EqualTo(settled.Bytes));
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
