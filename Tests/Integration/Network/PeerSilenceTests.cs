using System.Net;
using System.Net.Sockets;
using Grpc.Core;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using NUnit.Framework;
using ProvincialGateway.Configuration;
using ProvincialGateway.Network;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Network;

internal sealed class PeerSilenceTests : NetworkTest
{
    [Test]
    public async Task A_peer_that_never_answers_leaves_the_outcome_unknown_when_the_budget_is_spent()
    {
        await StartBothAsync();
        Guangdong.Persons.ThenHang();
        var call = CallAsync();
        await Guangdong.Persons.EnteredAsync();
        Assert.That(call.IsCompleted, Is.False);
        Yunnan.Time.Advance(new TimeoutOptions().InteractiveBudget);
        AssertUnknown(await call, "sent, outcome unknown");
        await Logs.WaitForAsync(1022);
    }

    [Test]
    public async Task An_attempt_that_takes_too_long_is_repeated_with_the_same_bytes()
    {
        var listing = NetworkNode.Listing(Yunnan.Entry, Guangdong.Entry);
        await Yunnan.StartAsync(listing with { Timeouts = listing.Timeouts with { RetriesMax = 1 } });
        await Guangdong.StartAsync(listing);
        Guangdong.Persons.ThenHang();
        var call = CallAsync();
        await Guangdong.Persons.EnteredAsync();
        Yunnan.Time.Advance(listing.Timeouts.Attempt);
        AssertAnswered(await call);
        Assert.That(Guangdong.Persons.Calls, Is.EqualTo(2));
    }

    [Test]
    public async Task The_peer_is_told_how_long_the_attempt_lasts()
    {
        await StartBothAsync();
        var timeout = "";
        Guangdong.Persons.Then((request, context) =>
        {
            timeout = context.GetHttpContext().Request.Headers["grpc-timeout"].ToString();
            return ScriptedPersonService.Answer(request);
        });
        AssertAnswered(await CallAsync());
        Assert.That(timeout, Is.EqualTo("3000m"));
    }

    [Test]
    public async Task A_caller_that_gives_up_after_sending_knows_nothing()
    {
        await StartBothAsync();
        Guangdong.Persons.ThenHang();
        using var impatience = new CancellationTokenSource();
        var call = CallAsync(ct: impatience.Token);
        await Guangdong.Persons.EnteredAsync();
        await impatience.CancelAsync();
        AssertUnknown(await call, "gave up waiting");
        Assert.That(Yunnan.PeerTo(Guangdong).State.Status.LastFailureAt, Is.Null, "an impatient caller is no fault of the peer");
    }

    [Test]
    public async Task A_caller_that_gives_up_before_sending_has_sent_nothing()
    {
        await StartBothAsync();
        AssertUnreachable(await CallAsync(ct: new(canceled: true)), "gave up waiting");
        Assert.That(Guangdong.Persons.Calls, Is.Zero);
    }

    [Test]
    public async Task A_connection_cut_during_the_call_leaves_the_outcome_unknown()
    {
        await StartBothAsync();
        Guangdong.Persons.Then((request, context) =>
        {
            context.GetHttpContext().Features.GetRequiredFeature<IConnectionLifetimeFeature>().Abort();
            return ScriptedPersonService.Answer(request);
        });
        AssertUnknown(await CallAsync(), "");
        AssertAnswered(await CallAsync());
    }

    [Test]
    public async Task A_peer_that_is_down_is_unreachable_and_answers_again_when_it_is_back()
    {
        var listing = NetworkNode.Listing(Yunnan.Entry, Guangdong.Entry);
        await Yunnan.StartAsync(listing);
        AssertUnreachable(await CallAsync(), "not connected");
        await Guangdong.StartAsync(listing);
        AssertAnswered(await CallAsync());
        await Guangdong.StopAsync();
        Assert.That(await CallAsync(), Is.Not.TypeOf<PeerOutcome.Answered>());
        await Guangdong.StartAsync(listing);
        AssertAnswered(await CallAsync());
    }

    [Test]
    public async Task A_peer_that_was_stopping_is_asked_whether_it_serves_before_a_call_is_held()
    {
        await StartBothAsync();
        var state = Yunnan.PeerTo(Guangdong).State;
        state.Heard(PeerHoldCause.Draining, maintenance: null);
        Guangdong.Health.Set("", serving: false);
        AssertUnreachable(await CallAsync(), "stopping or restarting");
        Assert.That((Guangdong.Persons.Calls, state.Hold?.Cause), Is.EqualTo((0, PeerHoldCause.Draining)));

        Guangdong.Health.Set("", serving: true);
        AssertAnswered(await CallAsync());
        Assert.That(state.Hold, Is.Null);
    }

    [Test]
    public async Task Whoever_has_given_up_asks_no_peer_whether_it_serves_again()
    {
        await Yunnan.StartAsync(NetworkNode.Listing(Yunnan.Entry, Guangdong.Entry));
        using var mute = Guangdong.Port.CreateListenSocket();
        mute.Listen();
        Yunnan.PeerTo(Guangdong).State.Heard(PeerHoldCause.Draining, maintenance: null);

        AssertUnreachable(await CallAsync(ct: new(canceled: true)), "stopping or restarting");
        Assert.That(mute.Poll(0, SelectMode.SelectRead), Is.False, "Nobody has connected.");
    }

    [Test]
    public async Task A_port_that_takes_connections_and_says_nothing_is_unreachable()
    {
        await Yunnan.StartAsync(NetworkNode.Listing(Yunnan.Entry, Guangdong.Entry));
        using var mute = Guangdong.Port.CreateListenSocket();
        mute.Listen();
        var call = CallAsync();
        using var connection = await mute.AcceptAsync();
        Yunnan.Time.Advance(new TimeoutOptions().InteractiveBudget);
        AssertUnreachable(await call, "no connection within the time limit");
    }

    [Test]
    public async Task Repeated_failure_opens_the_circuit_and_a_success_closes_it()
    {
        var listing = NetworkNode.Listing(Yunnan.Entry, Guangdong.Entry);
        var timeouts = listing.Timeouts with { BreakerMinimumThroughput = 2 };
        await Yunnan.StartAsync(listing with { Timeouts = timeouts });
        var state = Yunnan.PeerTo(Guangdong).State;
        AssertUnreachable(await CallAsync(), "not connected");
        AssertUnreachable(await CallAsync(), "not connected");
        Assert.That(state.Status.Circuit, Is.EqualTo(PeerCircuit.Open));

        await Guangdong.StartAsync(listing);
        AssertUnreachable(await CallAsync(), "circuit is open");
        Assert.That(Guangdong.Persons.Calls, Is.Zero);

        Yunnan.Time.Advance(timeouts.BreakerBreakDuration);
        AssertAnswered(await CallAsync());
        Assert.That(state.Status.Circuit, Is.EqualTo(PeerCircuit.Closed));
        await Logs.WaitForAsync(1012, "Open");
    }

    [Test]
    public async Task The_monitor_notices_that_a_peer_comes_and_goes()
    {
        var listing = NetworkNode.Listing(Yunnan.Entry, Guangdong.Entry);
        var timeouts = listing.Timeouts with { RetriesMax = PeerState.FailuresToDown };
        await Guangdong.StartAsync(listing);
        await Yunnan.StartAsync(listing with { Timeouts = timeouts }, monitored: true);
        await Logs.WaitForAsync(1010, "440000");
        await Guangdong.StopAsync();
        Yunnan.Time.Advance(timeouts.PeerPingInterval);
        await Logs.WaitForAsync(1011, "440000");
        Assert.That(Yunnan.PeerTo(Guangdong).State.Status, Has.Property("Availability").EqualTo(PeerAvailability.Down).And.Property("LastError").Not.Empty);
    }

    /// <summary>
    /// Two answers in a row make a peer up. With the shipped timeouts the second would come an interval after the first, and the first only when an open circuit
    /// lets it through: half a minute for nothing.
    /// </summary>
    [Test]
    public async Task A_peer_that_was_down_and_has_answered_is_asked_again_at_once()
    {
        var listing = NetworkNode.Listing(Yunnan.Entry, Guangdong.Entry) with { Timeouts = new() };
        await Guangdong.StartAsync(listing);
        await Yunnan.StartAsync(listing, monitored: true);
        await Logs.WaitForAsync(1010, "440000");
        await Guangdong.StopAsync();
        var state = Yunnan.PeerTo(Guangdong).State;
        await AdvanceUntilAsync("the peer to be down and not to be called", () => state.Status is { Availability: PeerAvailability.Down, Circuit: PeerCircuit.Open });
        await Guangdong.StartAsync(listing);
        var backAt = Yunnan.Time.GetUtcNow();
        var before = state.Status.LastSuccessAt;
        await AdvanceUntilAsync("the peer to answer", () => state.Status.LastSuccessAt != before);
        var answeredAt = Yunnan.Time.GetUtcNow();

        await Eventually.GetAsync("the peer to be up", () => state.Status.Availability, Is.EqualTo(PeerAvailability.Up));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Yunnan.Time.GetUtcNow(), Is.EqualTo(answeredAt), "no time went by");
            Assert.That(answeredAt - backAt, Is.LessThanOrEqualTo(listing.Timeouts.PeerPingInterval + TimeSpan.FromSeconds(1)), "the next ping, circuit or not");
            Assert.That(state.Status.Circuit, Is.EqualTo(PeerCircuit.Closed));
            AssertAnswered(await CallAsync());
        }
    }

    [Test]
    public void A_reserved_port_refuses_callers_until_and_after_somebody_listens()
    {
        using var port = new ReservedPort();
        Assert.That(() => Connect(port), Throws.TypeOf<SocketException>());
        for (var round = 0; round < 3; round++)
        {
            using (var listening = port.CreateListenSocket())
            {
                listening.Listen();
                Assert.That(() => Connect(port), Throws.Nothing);
            }
            Assert.That(() => Connect(port), Throws.TypeOf<SocketException>());
        }
    }

    // In small steps: an attempt under way must not run out of a time that nobody has waited.
    private Task<bool> AdvanceUntilAsync(string what, Func<bool> isSo) => Eventually.GetAsync(what, () =>
    {
        if (isSo())
            return true;
        Yunnan.Time.Advance(TimeSpan.FromMilliseconds(200));
        return false;
    }, Is.True);

    private static void Connect(ReservedPort port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(new IPEndPoint(IPAddress.Loopback, port.Port));
    }
}
