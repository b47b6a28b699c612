using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using Provincial.Exchange.V1;
using ProvincialGateway.Clearing;
using ProvincialGateway.Configuration;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Tests.Clearing;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Treatment;
using ProvincialGateway.Values;
using TransactionState = Provincial.His.V1.TransactionState;

namespace ProvincialGateway.Tests.Recovery;

/// <summary>
/// Nobody looks again for an hour, and nothing is due for an hour: what is done at once is done because the peer's health has returned, or this node's disk
/// takes work again, or because the node has started. The clock is not put forward.
/// </summary>
internal sealed class When_the_line_is_back : ClearingTest
{
    private const int StorageRefuses = 1200;

    private static readonly TimeSpan Never = TimeSpan.FromHours(1);

    private SqliteConnection _writer = null!;

    protected override NodesConfiguration Configure(NodesConfiguration configuration) => configuration with
    {
        Timeouts = configuration.Timeouts with { ResolverInterval = Never, ResolverDelayMax = Never, InteractiveBudget = TimeSpan.FromSeconds(60) },
    };

    [Test]
    public async Task A_settlement_is_made_at_once()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn));
        await MeetNobodyAsync(() => Guangzhou.SettleAsync(visit, "T1"));
        await LoseThePeerAsync();
        await ReturnAsync();

        await StateAsync(Guangzhou, "T1", TransactionState.Committed);
        Assert.That(Yunnan.Count("insured_settlement"), Is.EqualTo(1));
    }

    [Test]
    public async Task What_came_back_to_a_disk_that_took_nothing_is_asked_for_again_when_it_does()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn));
        await using var peer = await WriteNothingAfterAsync(PeerMethod.Settle);
        Logs.ExpectError(3003);
        (await Guangzhou.SettleAsync(visit, "T1")).Pending();
        await WriteAgainAsync();

        await StateAsync(Guangzhou, "T1", TransactionState.Committed);
        Assert.That((Guangdong.Value<long>("SELECT attempts FROM outbound WHERE kind = 3"), Yunnan.Count("insured_settlement")), Is.EqualTo((2L, 1L)));
    }

    [Test]
    public async Task A_filing_request_that_came_back_to_a_disk_that_took_nothing_is_asked_for_again_when_it_does()
    {
        (await Guangzhou.VerifyAsync(Patient.OfKunming.ToReference())).Granted();
        await using var peer = await WriteNothingAfterAsync(PeerMethod.SubmitFiling);
        var requests = Guangdong.Host.Services.GetRequiredService<FilingRequests>();
        await Assert.ThatAsync(() => requests.SubmitAsync(Filing(), Division.Parse("530100"), "测试经办", CancellationToken.None), Throws.TypeOf<StorageUnavailableException>());
        await WriteAgainAsync();

        await Eventually.GetAsync("the filing request to be answered", () => Guangdong.Value<long>("SELECT state FROM filing_request"), Is.EqualTo((long)OutboundState.Answered));
    }

    [Test]
    public async Task A_province_that_was_barred_is_told_at_once_that_it_is_not_any_more()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn));
        await Eventually.GetAsync("Yunnan to know who Guangdong is", async () =>
        {
            await Kunming.VerifyAsync(Patient.OfGuangzhou.ToReference());
            return Yunnan.Host.Services.GetRequiredService<PeerDirectory>().Find(Guangdong.Division)!.State.Information?.Agreed;
        }, Is.EqualTo(ProtocolRelease.Newest));
        var gate = Yunnan.Host.Services.GetRequiredService<RecoveryGate>();
        gate.Open(new HashSet<Division> { Guangdong.Division });
        (await Guangzhou.SettleAsync(visit, "T1")).Pending();

        gate.Open(new HashSet<Division>());
        await StateAsync(Guangzhou, "T1", TransactionState.Committed);
    }

    [Test]
    public async Task Stays_of_several_patients_are_taken_up_together()
    {
        var (first, second) = (await AdmitAsync(Guangzhou, Patient.OfKunming), await DischargeAsync(Kunming, Patient.OfGuangzhou, SampleBills.Kunming(FeesOn)));
        (await Guangzhou.UploadAsync(first, SampleBills.Guangzhou(FeesOn))).Granted();
        await MeetNobodyAsync(() => Guangzhou.DischargeAsync(first, Today, "T1"));
        await LoseThePeerAsync();
        // The other direction has a line of its own.
        (await Kunming.SettleAsync(second, "T2")).Granted();
        await ReturnAsync();

        await StateAsync(Guangzhou, "T1", TransactionState.Committed);
        Assert.That((await Guangzhou.SettleAsync(first, "T3")).IsGranted, Is.True);
    }

    [Test]
    public async Task A_filing_request_is_answered_at_once()
    {
        LeadNowhere();
        var requests = Guangdong.Host.Services.GetRequiredService<FilingRequests>();
        var row = await requests.SubmitAsync(Filing(), Division.Parse("530100"), "测试经办", CancellationToken.None);
        await LoseThePeerAsync();
        await ReturnAsync();

        Assert.That(row.State, Is.EqualTo(OutboundState.Awaiting));
        await Eventually.GetAsync("the filing request to be answered", () => Guangdong.Value<long>("SELECT state FROM filing_request"), Is.EqualTo((long)OutboundState.Answered));
    }

    [Test]
    public async Task A_message_of_clearing_is_accepted_at_once()
    {
        await SettleAsync();
        var draft = await CutAsync(September);
        await AllEndedAsync();
        LeadNowhere();
        var proposed = await Claimant.ProposeAsync(draft.StatementNumber, "测试经办", CancellationToken.None);
        await LoseThePeerAsync();
        await ReturnAsync();

        Assert.That(proposed.State, Is.EqualTo(AgencyMessageState.Awaiting));
        await Eventually.GetAsync("the proposal to be accepted", () => Statement(Guangdong, draft.StatementNumber).State, Is.EqualTo(StatementStage.Proposed));
    }

    [Test]
    public async Task The_lines_of_a_settlement_follow_at_once()
    {
        await SettleAsync();
        await AllEndedAsync();
        var settlement = Guangdong.Value<string>("SELECT settlement_number FROM fee_transfer");
        LeadNowhere();
        await LoseThePeerAsync();
        // As after an attempt that met the end of the line: owed, and due in an hour.
        await Guangdong.Host.Database.WriteAsync(session =>
        {
            var trigger = session.QuerySingle<string>("SELECT sql FROM sqlite_schema WHERE name = 'fee_transfer_complete_is_final'");
            session.Execute("DROP TRIGGER fee_transfer_complete_is_final");
            session.ExecuteExpecting(1,
                "UPDATE fee_transfer SET state = 1, acknowledged = '', finished_at_ms = NULL, next_attempt_at_ms = @due WHERE settlement_number = @settlement",
                new { settlement, due = Clock.NowMs() + (long)Never.TotalMilliseconds });
            session.Execute(trigger);
        }, CancellationToken.None);
        await ReturnAsync();

        await AllEndedAsync();
        Assert.That(Guangdong.Value<long>("SELECT state FROM fee_transfer"), Is.EqualTo((long)FeeTransferState.Complete));
    }

    [Test]
    public async Task What_a_killed_node_was_asking_for_is_asked_for_at_its_start()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn));
        await Yunnan.StopAsync();
        (await Guangzhou.SettleAsync(visit, "T1")).Pending();
        await Guangdong.StopAsync();
        // As a node leaves it that is killed while it waits for the answer.
        Execute(Guangdong.DataFolder, $"UPDATE outbound SET leased_by = 1, leased_until_ms = {long.MaxValue}, next_attempt_at_ms = {long.MaxValue} WHERE state = 1");
        await Yunnan.StartAsync(CancellationToken.None);
        await Guangdong.StartAsync(CancellationToken.None);

        await StateAsync(Guangzhou, "T1", TransactionState.Committed);
        Assert.That(Guangdong.Count("outbound", "leased_by IS NOT NULL"), Is.Zero);
    }

    [Test]
    public async Task What_is_leased_is_not_sent_by_anybody_else()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn));
        var settling = await WithholdReplyAsync(() => Guangzhou.SettleAsync(visit, "T1"));
        var (holder, answered) = (Guangdong.Value<long>("SELECT leased_by FROM outbound WHERE state = 1"), Yunnan.Count("inbox"));
        Guangdong.Host.Services.GetRequiredService<OutboxResolver>().Wake();
        await Guangdong.Host.Services.GetRequiredService<Outbox>().MakeDueAsync(Yunnan.Division, CancellationToken.None);
        var taken = await Guangdong.Host.Services.GetRequiredService<Outbox>().LeaseDueAsync(Yunnan.Division, 10, CancellationToken.None);
        Line.Mend();
        Line.Cut();
        (await settling).Pending();
        var attemptsMade = Guangdong.Value<long>("SELECT attempts FROM outbound WHERE state = 1");
        LetTheResolverBegin();
        Guangdong.Host.Services.GetRequiredService<OutboxResolver>().Wake();
        await StateAsync(Guangzhou, "T1", TransactionState.Committed);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((holder, taken.Count, attemptsMade), Is.EqualTo(((long)OutboundHolder.Caller, 0, 1L)));
            Assert.That(Guangdong.Value<long>("SELECT attempts FROM outbound ORDER BY rowid DESC LIMIT 1"), Is.EqualTo(2));
            Assert.That(Yunnan.Count("inbox"), Is.EqualTo(answered));
        }
    }

    private static SubmitFilingRequest Filing() => new()
    {
        Person = new PersonReference { InsuredDivision = "530100", PersonNumber = "5301000010" },
        Kind = "04",
        TargetArea = "440100",
        ValidFrom = "2017-09-20",
        Reason = "测试",
    };

    /// <summary>Enough attempts meet the end of the line that the peer counts as down.</summary>
    private async Task LoseThePeerAsync()
    {
        for (var attempt = 0; attempt < PeerState.FailuresToDown; attempt++)
            (await Guangzhou.VerifyAsync(Patient.OfKunming.ToReference())).Refused("PEER_UNAVAILABLE", Provincial.His.V1.RefusingSide.Treatment, "");
        Assert.That(Availability, Is.EqualTo(PeerAvailability.Down));
    }

    /// <summary>The line is whole, and enough questions are answered that the peer counts as up.</summary>
    private async Task ReturnAsync()
    {
        Line.LeadTo(Yunnan.PeerPort);
        await Eventually.GetAsync("the peer to be up", async () =>
        {
            await Guangzhou.VerifyAsync(Patient.OfKunming.ToReference());
            return Availability;
        }, Is.EqualTo(PeerAvailability.Up));
    }

    private PeerAvailability Availability => Guangdong.Host.Services.GetRequiredService<PeerDirectory>().Find(Yunnan.Division)!.State.Status.Availability;

    private static void Execute(string dataFolder, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(dataFolder, "gateway.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>From the first answer to such a request on, Guangdong's disk takes nothing.</summary>
    private async Task<AlteringPeer> WriteNothingAfterAsync(PeerMethod method)
    {
        await Guangdong.Host.Database.WriteAsync(session => { _writer = session.Connection.Inner; }, CancellationToken.None);
        var peer = await AlteringPeer.StartAsync(Yunnan, Guangdong, Clock, Logs);
        var answers = 0;
        peer.Alter = (name, reply) =>
        {
            if (name == method.Name && ++answers == 1)
                Set(_writer, "query_only = ON");
            return reply;
        };
        Logs.ExpectError(StorageRefuses);
        Line.LeadTo(peer.Port);
        return peer;
    }

    private async Task WriteAgainAsync()
    {
        await Logs.WaitForAsync(StorageRefuses);
        Set(_writer, "query_only = OFF");
    }

    private static void Set(SqliteConnection connection, string pragma)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"PRAGMA {pragma}";
        command.ExecuteNonQuery();
    }
}
