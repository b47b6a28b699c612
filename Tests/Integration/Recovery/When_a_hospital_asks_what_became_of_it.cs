using Google.Protobuf;
using Grpc.Core;
using Microsoft.Data.Sqlite;
using NUnit.Framework;
using Provincial.Exchange.V1;
using ProvincialGateway.Configuration;
using ProvincialGateway.Storage;
using ProvincialGateway.Tests.Desk;
using ProvincialGateway.Tests.Support;
using TransactionState = Provincial.His.V1.TransactionState;

namespace ProvincialGateway.Tests.Recovery;

/// <summary>At any time, by the hospital's own id and by the node's: committed, not committed, or pending; what the disk says, across restarts.</summary>
internal sealed class When_a_hospital_asks_what_became_of_it : RecoveryTest
{
    private const int DiskRefuses = 1200, NotAnswered = 3003;
    private const int SqliteReadOnly = 8, SqliteFails = 10, SqliteFull = 13;

    protected override NodesConfiguration Configure(NodesConfiguration configuration) =>
        configuration with { Timeouts = configuration.Timeouts with { StorageProbeInterval = TimeSpan.FromHours(1) } };

    [Test]
    public async Task While_the_disk_is_full_or_read_only_it_is_told_and_nothing_new_is_begun()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn));
        await Yunnan.StopAsync();
        (await Guangzhou.SettleAsync(visit, "T1")).Pending();
        Logs.ExpectError(DiskRefuses);
        Logs.ExpectError(NotAnswered);
        var condition = Guangdong.Host.Database.Condition;
        foreach (var fault in (int[])[SqliteFull, SqliteReadOnly])
        {
            condition.Refuse(StorageUnavailableException.From(new SqliteException("", fault))!);
            Assert.That(await StatesAsync("T1", LastId()), Is.EqualTo(Both(TransactionState.Pending)));
            (await Guangzhou.LinesAsync(visit, 0, 10)).Granted();
            (await Guangzhou.VerifyAsync(Patient.OfKunming.ToReference())).Refused("NODE_UNAVAILABLE", Provincial.His.V1.RefusingSide.Treatment, "");
            (await Guangzhou.CancelAdmissionAsync(visit, "T2")).Pending();
            condition.Recover();
        }
        condition.Refuse(StorageUnavailableException.From(new SqliteException("", SqliteFails))!);
        (await Guangzhou.LinesAsync(visit, 0, 10)).Refused("NODE_UNAVAILABLE", Provincial.His.V1.RefusingSide.Treatment, "");
        condition.Recover();
        Assert.That(await Guangzhou.QueryAsync("T2"), Is.EqualTo(TransactionState.NotFound));
        await Yunnan.StartAsync(CancellationToken.None);
        LetTheResolverBegin();
        await StateAsync(Guangzhou, "T1", TransactionState.Committed);
    }

    [Test]
    public async Task A_transaction_that_goes_well_is_pending_while_it_is_asked_for_then_committed_then_undone()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn));
        var before = await Guangzhou.QueryAsync("T1");
        var settling = await WithholdReplyAsync(() => Guangzhou.SettleAsync(visit, "T1"));
        var id = LastId();
        var whileLeased = await StatesAsync("T1", id);
        Line.Mend();
        Line.Cut();
        (await settling).Pending();
        LetTheResolverBegin();
        await StateAsync(Guangzhou, "T1", TransactionState.Committed);
        var settlement = (await Guangzhou.SettleAsync(visit, "T1")).Granted().Result.SettlementNumber;
        var afterwards = await StatesAsync("T1", id);
        (await Guangzhou.CancelAsync(visit, settlement, "T2")).Granted();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(before, Is.EqualTo(TransactionState.NotFound));
            Assert.That(whileLeased, Is.EqualTo(Both(TransactionState.Pending)));
            Assert.That(afterwards, Is.EqualTo(Both(TransactionState.Committed)));
            Assert.That(await StatesAsync("T1", id), Is.EqualTo(Both(TransactionState.Undone)));
            Assert.That(await StatesAsync("T2", LastId()), Is.EqualTo(Both(TransactionState.Committed)), "The cancellation itself.");
            Assert.That(await HospitalOf(Guangdong, SecondHospital).QueryAsync(id), Is.EqualTo(TransactionState.NotFound), "Another hospital's is none of its business.");
        }
    }

    [Test]
    public async Task What_is_unanswered_is_pending_also_after_a_restart_and_its_reversal_with_it()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn));
        await Yunnan.StopAsync();
        (await Guangzhou.SettleAsync(visit, "T1")).Pending();
        var id = LastId();
        await Guangdong.RestartAsync(CancellationToken.None);
        var afterRestart = await StatesAsync("T1", id);
        (await Guangzhou.ReverseAsync("T1", "T2")).Pending();
        var reversal = LastId();
        var whileReversed = (await StatesAsync("T1", id), await StatesAsync("T2", reversal));
        await Yunnan.StartAsync(CancellationToken.None);
        LetTheResolverBegin();
        await StateAsync(Guangzhou, "T2", TransactionState.Committed);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(afterRestart, Is.EqualTo(Both(TransactionState.Pending)));
            Assert.That(whileReversed, Is.EqualTo((Both(TransactionState.Pending), Both(TransactionState.Pending))));
            Assert.That(await StatesAsync("T1", id), Is.EqualTo(Both(TransactionState.Refused)), "Void: it has had no effect and will have none.");
            Assert.That(await StatesAsync("T2", reversal), Is.EqualTo(Both(TransactionState.Committed)));
        }
    }

    [Test]
    public async Task What_is_parked_is_pending()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn));
        Logs.ExpectError(Parked);
        InFlightAtTheEnd = 1;
        await using var liar = await LieAsync(_ => new SettleResponse { TransactionId = "x" }.ToByteArray());
        (await Guangzhou.SettleAsync(visit, "T1")).Pending();
        await LatestIsAnsweredAsync();

        Assert.That(await StatesAsync("T1", LastId()), Is.EqualTo(Both(TransactionState.Pending)));
    }

    [Test]
    public async Task What_was_refused_or_turned_away_is_not_committed()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn));
        await using (await LieAsync(_ => new LyingPeer.Answer(StatusCode.PermissionDenied, null)))
            (await Guangzhou.SettleAsync(visit, "T1")).Refused("PEER_REJECTED", Provincial.His.V1.RefusingSide.Insured, "");
        var turnedAway = LastId();
        Line.LeadTo(Yunnan.PeerPort);
        await Yunnan.Host.Database.WriteAsync(session => session.ExecuteExpecting(1, "UPDATE person SET insurance_state = 2 WHERE person_number = '5301000001'"), CancellationToken.None);
        (await Guangzhou.SettleAsync(visit, "T2")).Refused("PERSON_NOT_INSURED", Provincial.His.V1.RefusingSide.Insured, "person");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await StatesAsync("T1", turnedAway), Is.EqualTo(Both(TransactionState.Refused)));
            Assert.That(await StatesAsync("T2", LastId()), Is.EqualTo(Both(TransactionState.Refused)));
        }
    }

    [Test]
    public async Task What_was_reversed_before_it_was_ever_sent_is_not_committed()
    {
        (await Guangzhou.ReverseAsync("T1", "T2")).Granted();

        Assert.That((await Guangzhou.QueryAsync("T1"), await Guangzhou.QueryAsync("T2")), Is.EqualTo((TransactionState.Refused, TransactionState.Committed)));
    }

    private async Task<(TransactionState, TransactionState)> StatesAsync(string own, string nodes) => (await Guangzhou.QueryAsync(own), await Guangzhou.QueryAsync(nodes));

    private static (TransactionState, TransactionState) Both(TransactionState state) => (state, state);

    private string LastId() => Guangdong.Value<string>("SELECT transaction_id FROM outbound ORDER BY rowid DESC LIMIT 1");
}
