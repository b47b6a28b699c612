using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;
using Provincial.Exchange.V1;
using ProvincialGateway.Network;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Network;

internal sealed class PeerHoldTests
{
    private readonly ManualTimeProvider _time = new();
    private PeerState _state = null!;
    private int _cameUp;

    [SetUp]
    public void Begin()
    {
        _state = new PeerState(Division.Parse("530000"), _time, NullLogger.Instance);
        _cameUp = 0;
        _state.CameUp += (_, _) => _cameUp++;
    }

    [Test]
    public void A_paused_peer_is_held_until_it_is_resumed_whatever_it_says()
    {
        _state.Set(new PeerPause("测试经办", "核对账目", _time.GetUtcNow()));
        _state.Heard(cause: null, maintenance: null);
        Assert.That(_state.Hold, Has.Property("Cause").EqualTo(PeerHoldCause.PausedHere).And.Property("Text").Contain("核对账目"));
        _state.Set((PeerPause?)null);
        Assert.That((_state.Hold, _cameUp), Is.EqualTo(((PeerHold?)null, 1)));
    }

    [Test]
    public void A_peer_with_maintenance_is_held_in_its_window_and_nobody_has_to_say_that_it_is_over()
    {
        var now = _time.GetUtcNow();
        _state.Heard(cause: null, new Maintenance(now.AddHours(1), now.AddHours(2), "升级"));
        Assert.That(_state.Hold, Is.Null);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.That(_state.Hold, Has.Property("Cause").EqualTo(PeerHoldCause.Maintenance).And.Property("Until").EqualTo(now.AddHours(2)));
        _state.LookAtHold();
        _time.Advance(TimeSpan.FromHours(1));
        Assert.That(_state.Hold, Is.Null);
        _state.LookAtHold();
        Assert.That((_cameUp, _state.TimesUp), Is.EqualTo((1, 1)), "what was under way meanwhile is due at once");
    }

    [Test]
    public void Maintenance_that_is_over_early_is_over_with_the_peers_next_word()
    {
        var now = _time.GetUtcNow();
        _state.Heard(cause: null, new Maintenance(now, now.AddHours(2), "升级"));
        Assert.That(_state.Hold, Is.Not.Null);
        _state.Heard(cause: null, maintenance: null);
        Assert.That((_state.Hold, _cameUp), Is.EqualTo(((PeerHold?)null, 1)));
    }

    [TestCase(DoorReason.Draining, PeerHoldCause.Draining)]
    [TestCase(DoorReason.Paused, PeerHoldCause.PausedThere)]
    public void What_a_peer_says_at_its_door_is_believed_for_a_moment(DoorReason reason, PeerHoldCause cause)
    {
        _state.Heard(new TurnedAway(reason));
        Assert.That(_state.Hold, Has.Property("Cause").EqualTo(cause));
        _time.Advance(PeerState.PauseBelievedFor);
        Assert.That(_state.Hold, Is.Null);
    }

    [Test]
    public void A_peer_that_serves_is_not_stopping_any_more_and_a_pause_stays_one()
    {
        _state.Heard(new TurnedAway(DoorReason.Draining));
        _state.HeardServing();
        Assert.That((_state.Hold, _cameUp), Is.EqualTo(((PeerHold?)null, 1)));
        _state.Heard(new TurnedAway(DoorReason.Paused));
        _state.HeardServing();
        Assert.That(_state.Hold?.Cause, Is.EqualTo(PeerHoldCause.PausedThere));
    }

    [Test]
    public void A_peer_whose_part_is_missing_is_held_before_anything_else_and_waits_no_longer_than_that()
    {
        _state.Set(PeerHold.Recovering("尚未补齐", "not taken in yet"));
        _state.Heard(new TurnedAway(DoorReason.Paused));
        Assert.That(_state.Hold, Has.Property("Cause").EqualTo(PeerHoldCause.Recovering).And.Property("Text").EqualTo("尚未补齐 / not taken in yet"));
        _state.Heard(cause: null, maintenance: null);
        _state.Set((PeerHold?)null);
        Assert.That((_state.Hold, _cameUp), Is.EqualTo(((PeerHold?)null, 1)));
    }

    [TestCase(DoorReason.Busy)]
    [TestCase(DoorReason.TooLarge)]
    public void A_peer_that_takes_no_more_at_the_moment_is_not_held(DoorReason reason)
    {
        _state.Heard(new TurnedAway(reason));
        Assert.That(_state.Hold, Is.Null);
    }

    [TestCase(0, 5, "reason")]
    [TestCase(5, 5, "reason")]
    [TestCase(1, long.MaxValue, "reason")]
    [TestCase(1, 2, "")]
    [TestCase(1, 2, "two\nlines")]
    public void A_window_that_is_none_is_not_believed(long from, long until, string reason) =>
        Assert.That(Maintenance.Read(new PlannedMaintenance { FromMs = from, UntilMs = until, Reason = reason }), Is.Null);
}
