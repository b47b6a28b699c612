using Grpc.Core;
using Microsoft.Data.Sqlite;
using NUnit.Framework;
using Provincial.His.V1;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Recovery;

/// <summary>The peer's door says that it will never take the request, and that nothing was done: the step is over exactly when no other attempt can have got through.</summary>
internal sealed class When_a_door_turns_a_request_away : RecoveryTest
{
    [Test]
    public async Task After_attempts_that_met_nobody_the_hospital_is_told_so_and_the_stay_goes_on()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn));
        await MeetNobodyAsync(() => Guangzhou.SettleAsync(visit, "T1"));
        var whileNobodyWasThere = Guangdong.Value<string>("SELECT last_error FROM outbound WHERE kind = 3");
        await using (await LieAsync(_ => new LyingPeer.Answer(StatusCode.Unimplemented, null)))
        {
            LetTheResolverBegin();
            await StateAsync(Guangzhou, "T1", TransactionState.Refused);
        }

        Assert.That(whileNobodyWasThere, Does.Contain("not connected").Or.Contain("circuit"));
        Assert.That(Guangdong.Value<long>("SELECT attempts FROM outbound WHERE kind = 3"), Is.GreaterThan(1), "Each of them is counted, and the pauses grew by them.");
        (await Guangzhou.SettleAsync(visit, "T1")).Refused("PEER_REJECTED", RefusingSide.Insured, "");
        Line.LeadTo(Yunnan.PeerPort);
        await Guangzhou.SettleAsync(visit, "T2");
        LetTheResolverBegin();
        await StateAsync(Guangzhou, "T2", TransactionState.Committed);
        Assert.That((Guangdong.Count("treatment_settlement"), Yunnan.Count("insured_settlement")), Is.EqualTo((1L, 1L)));
    }

    [Test]
    public async Task After_an_attempt_that_may_have_been_booked_the_hospital_is_told_to_wait()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn));
        await LoseReplyAsync(() => Guangzhou.SettleAsync(visit, "T1"));
        Line.Mend();
        await using (await LieAsync(_ => new LyingPeer.Answer(StatusCode.Unimplemented, null)))
        {
            LetTheResolverBegin();
            await Eventually.GetAsync("the door to turn it away", () => Guangdong.Value<string>("SELECT last_error FROM outbound WHERE kind = 3"), Does.StartWith("Unimplemented"));
        }
        Assert.That(await Guangzhou.QueryAsync("T1"), Is.EqualTo(TransactionState.Pending));
        Line.LeadTo(Yunnan.PeerPort);
        LetTheResolverBegin();
        await StateAsync(Guangzhou, "T1", TransactionState.Committed);
        Assert.That((Guangdong.Count("treatment_settlement"), Yunnan.Count("insured_settlement")), Is.EqualTo((1L, 1L)));
    }

    /// <summary>The node died during the first attempt: nothing says what became of it.</summary>
    [Test]
    public async Task After_an_attempt_that_a_crash_cut_short_the_hospital_is_told_to_wait()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn));
        await MeetNobodyAsync(() => Guangzhou.SettleAsync(visit, "T1"));
        await Guangdong.StopAsync();
        using (var books = new SqliteConnection($"Data Source={Path.Combine(Guangdong.DataFolder, "gateway.db")};Pooling=False"))
        {
            books.Open();
            using var attempt = books.CreateCommand();
            attempt.CommandText = "UPDATE outbound SET perhaps_received = perhaps_received + 1, leased_by = 2, leased_until_ms = next_attempt_at_ms WHERE kind = 3";
            attempt.ExecuteNonQuery();
        }
        await using (await LieAsync(_ => new LyingPeer.Answer(StatusCode.Unimplemented, null)))
        {
            await Guangdong.StartAsync(CancellationToken.None);
            await Eventually.GetAsync("the door to turn it away", () => Guangdong.Value<string>("SELECT last_error FROM outbound WHERE kind = 3"), Does.StartWith("Unimplemented"));
        }
        Assert.That(await Guangzhou.QueryAsync("T1"), Is.EqualTo(TransactionState.Pending));
        Line.LeadTo(Yunnan.PeerPort);
        LetTheResolverBegin();
        await StateAsync(Guangzhou, "T1", TransactionState.Committed);
    }
}
