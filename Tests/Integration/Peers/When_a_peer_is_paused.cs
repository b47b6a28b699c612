using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using Provincial.His.V1;
using ProvincialGateway.Configuration;
using ProvincialGateway.Network;
using ProvincialGateway.Tests.Cli;
using ProvincialGateway.Tests.Recovery;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Peers;

/// <summary>Dealings with a province that rest: by an operator's word on either side, or because its node has planned maintenance.</summary>
internal sealed class When_a_peer_is_paused : RecoveryTest
{
    private const int PeerDown = 1011;

    protected override NodesConfiguration Configure(NodesConfiguration configuration) =>
        configuration with { Timeouts = configuration.Timeouts with { PeerPingInterval = TimeSpan.FromSeconds(0.2) } };

    [SetUp]
    public async Task Meet()
    {
        foreach (var (node, other) in ((ProvincialGateway.Cli.PilotProvince, ProvincialGateway.Cli.PilotProvince)[])[(Guangdong, Yunnan), (Yunnan, Guangdong)])
            await Eventually.GetAsync("the nodes to agree on a release", () => StateOf(node, other).Information?.Agreed, Is.EqualTo(ProtocolRelease.Newest));
    }

    [Test]
    public async Task Steps_in_both_directions_wait_and_happen_when_it_is_resumed()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn));
        await using var desk = new OperatorDesk(Guangdong, Clock);
        await desk.SucceedAsync("peers", "pause", "530000", "--reason", "核对账目", "--operator", "测试经办");
        var answered = Yunnan.Count("inbox");

        Assert.That((await Guangzhou.SettleAsync(visit, "T1")).Pending(), Has.Property("Chinese").Contain("核对账目").And.Property("English").Contain("paused"));
        var asked = (await Guangzhou.VerifyAsync(Patient.OfKunming.ToReference())).Refused("PEER_UNAVAILABLE", RefusingSide.Treatment, "");
        (await Kunming.AdmitAsync(Patient.OfGuangzhou.ToReference(), "ZY0001", AdmittedOn, "T2")).Pending();
        LetTheResolverBegin();
        await Eventually.GetAsync("Yunnan to know", () => StateOf(Yunnan, Guangdong).Hold?.Cause, Is.EqualTo(PeerHoldCause.PausedThere));
        var meanwhile = (Guangdong.Value<long>("SELECT attempts FROM outbound WHERE state = 1"), Yunnan.Count("inbox"));
        var shown = await desk.AskAsync("peers", "show", "530000");

        await desk.SucceedAsync("peers", "resume", "530000", "--operator", "测试经办");
        await StateAsync(Guangzhou, "T1", TransactionState.Committed);
        await StateAsync(Kunming, "T2", TransactionState.Committed);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(asked.Chinese, Does.Contain("核对账目"));
            Assert.That(meanwhile, Is.EqualTo((1L, answered)), "No attempt was made, nothing arrived.");
            Assert.That(shown["heldBy"]!.GetValue<string>(), Is.EqualTo("paused-here"));
            Assert.That((shown["pausedBy"]!.GetValue<string>(), shown["unanswered"]!.GetValue<long>()), Is.EqualTo(("测试经办", 1L)));
            Assert.That(Guangdong.Value<string>("SELECT paused_by || ' ' || reason || ' ' || resumed_by FROM peer_pause"), Is.EqualTo("测试经办 核对账目 测试经办"));
        }
    }

    [Test]
    public async Task A_pause_outlives_a_restart_and_what_is_not_paused_cannot_be_resumed()
    {
        await using (var desk = new OperatorDesk(Guangdong, Clock))
        {
            await desk.SucceedAsync("peers", "pause", "530000", "--reason", "核对账目");
            Assert.That(await desk.RefuseAsync("peers", "pause", "530000", "--reason", "再次"), Does.Contain("paused already"));
            Assert.That(await desk.RefuseAsync("peers", "pause", "440000", "--reason", "自己"), Does.Contain("lists no peer"));
        }
        await Guangdong.RestartAsync(CancellationToken.None);

        (await Guangzhou.VerifyAsync(Patient.OfKunming.ToReference())).Refused("PEER_UNAVAILABLE", RefusingSide.Treatment, "");
        await using var again = new OperatorDesk(Guangdong, Clock);
        await again.SucceedAsync("peers", "resume", "530000");
        (await Guangzhou.VerifyAsync(Patient.OfKunming.ToReference())).Granted();
        Assert.That(await again.RefuseAsync("peers", "resume", "530000"), Does.Contain("not paused"));
    }

    [Test]
    public async Task Planned_maintenance_is_told_at_once_outlives_a_restart_of_the_peer_and_ends_with_a_word()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn));
        await using (var desk = new OperatorDesk(Yunnan, Clock))
            await desk.SucceedAsync("peers", "maintenance", "--until", "2017-09-20T13:30", "--reason", "系统升级");
        var told = StateOf(Guangdong, Yunnan).Hold;
        await Yunnan.StopAsync();
        await Guangdong.RestartAsync(CancellationToken.None);

        Assert.That((await Guangzhou.SettleAsync(visit, "T1")).Pending(), Has.Property("Chinese").Contain("2017-09-20 13:30").And.Property("English").Contain("系统升级"));
        var asked = (await Guangzhou.VerifyAsync(Patient.OfKunming.ToReference())).Refused("PEER_UNAVAILABLE", RefusingSide.Treatment, "");
        await Yunnan.StartAsync(CancellationToken.None);
        LetTheResolverBegin();
        await Eventually.GetAsync("the peer to be up again", () => StateOf(Guangdong, Yunnan).Status.Availability, Is.EqualTo(PeerAvailability.Up));
        var stillHeld = StateOf(Guangdong, Yunnan).Hold;
        await using var again = new OperatorDesk(Yunnan, Clock);
        await again.SucceedAsync("peers", "maintenance", "cancel");
        await StateAsync(Guangzhou, "T1", TransactionState.Committed);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((told?.Cause, stillHeld?.Cause), Is.EqualTo((PeerHoldCause.Maintenance, PeerHoldCause.Maintenance)));
            Assert.That(asked.Chinese, Is.EqualTo("参保地 530100 暂时没有应答（该省节点计划维护至 2017-09-20 13:30（系统升级），之后自动续办 / "
                + "that province's node is under planned maintenance until 2017-09-20 13:30 (系统升级); it goes on by itself after that）。本交易只是查询，没有产生任何结果。"));
            Assert.That(Guangdong.Count("peer_maintenance"), Is.Zero);
            Assert.That(await again.RefuseAsync("peers", "maintenance", "cancel"), Does.Contain("no planned maintenance"));
        }
    }

    [Test]
    public async Task Maintenance_is_over_when_its_time_is_over()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn));
        await using var desk = new OperatorDesk(Yunnan, Clock);
        await desk.SucceedAsync("peers", "maintenance", "--until", "2017-09-20T13:30", "--reason", "系统升级");
        (await Guangzhou.SettleAsync(visit, "T1")).Pending();

        Clock.PutForward(TimeSpan.FromHours(4));
        await StateAsync(Guangzhou, "T1", TransactionState.Committed);
    }

    [Test]
    public async Task A_node_that_stops_is_not_asked_any_more()
    {
        Yunnan.Host.Services.GetRequiredService<HealthStatuses>().Set("", serving: false);
        Yunnan.Host.Services.GetRequiredService<NodeDrain>().Begin();
        await Yunnan.Host.Services.GetRequiredService<OwnStanding>().TellAsync(CancellationToken.None);
        Assert.That(StateOf(Guangdong, Yunnan).Hold?.Cause, Is.EqualTo(PeerHoldCause.Draining));
        Assert.That((await Guangzhou.VerifyAsync(Patient.OfKunming.ToReference())).Refused("PEER_UNAVAILABLE", RefusingSide.Treatment, "").English, Does.Contain("stopping or restarting"));
        (await Kunming.VerifyAsync(Patient.OfGuangzhou.ToReference())).Refused("NODE_UNAVAILABLE", RefusingSide.Treatment, "");
        (await Kunming.AdmitAsync(Patient.OfGuangzhou.ToReference(), "ZY0001", AdmittedOn, "T2")).Pending();
        await Yunnan.RestartAsync(CancellationToken.None);
        await Eventually.GetAsync("Yunnan to answer again", async () => (await Guangzhou.VerifyAsync(Patient.OfKunming.ToReference())).IsGranted, Is.True);
    }

    [Test]
    public async Task A_province_that_is_barred_by_a_recovery_is_held_over_its_pings_and_goes_on_when_it_is_not_any_more()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn));
        var (gate, state) = (Yunnan.Host.Services.GetRequiredService<RecoveryGate>(), StateOf(Guangdong, Yunnan));
        var timesDown = TimesDown();
        gate.Open(new HashSet<Division> { Guangdong.Division });
        (await Guangzhou.SettleAsync(visit, "T1")).Pending();
        // Past the end of the first attempt, a ping in between: each renews what the peer said of itself.
        for (var round = 0; round < 4; round++)
        {
            Clock.PutForward(PeerState.PauseBelievedFor / 2);
            var now = Clock.GetUtcNow();
            await Eventually.GetAsync("a ping", () => state.Hold?.Until, Is.GreaterThan(now + PeerState.PauseBelievedFor));
        }
        var meanwhile = (Guangdong.Value<long>("SELECT attempts FROM outbound WHERE state = 1"), state.Hold?.Cause, state.Status.Availability);

        gate.Open(new HashSet<Division>());
        await StateAsync(Guangzhou, "T1", TransactionState.Committed);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(meanwhile, Is.EqualTo((1L, (PeerHoldCause?)PeerHoldCause.PausedThere, PeerAvailability.Up)));
            Assert.That(TimesDown(), Is.EqualTo(timesDown));
        }

        int TimesDown() => Logs.Entries.Count(entry => entry.EventId == PeerDown);
    }

    private static PeerState StateOf(ProvincialGateway.Cli.PilotProvince node, ProvincialGateway.Cli.PilotProvince peer) =>
        node.Host.Services.GetRequiredService<PeerDirectory>().Find(peer.Division)!.State;
}
