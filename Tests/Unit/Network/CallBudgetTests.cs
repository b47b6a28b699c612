using NUnit.Framework;
using ProvincialGateway.Network;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Network;

internal sealed class CallBudgetTests
{
    private readonly ManualTimeProvider _time = new();

    [Test]
    public void So_many_may_be_under_way_and_each_end_makes_room_for_one()
    {
        var budget = new CallBudget(new(ConcurrentMax: 3, PerSecondMax: 1_000), _time);
        for (var call = 0; call < 3; call++)
            Assert.That(budget.TryEnter(), Is.Null);
        Assert.That(budget.TryEnter(), Is.GreaterThan(TimeSpan.Zero));
        budget.Leave();
        Assert.That(budget.TryEnter(), Is.Null);
        Assert.That(budget.Counts, Is.EqualTo(new CallCounts(Running: 3, Taken: 4, TurnedAway: 1)));
    }

    [Test]
    public void What_was_not_used_of_two_seconds_may_be_used_at_once_and_no_more()
    {
        var budget = new CallBudget(new(ConcurrentMax: 1, PerSecondMax: 10), _time);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.That(Taken(budget, calls: 100), Is.EqualTo(20));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.That(Taken(budget, calls: 100), Is.EqualTo(10));
    }

    [Test]
    public void Whoever_waits_as_long_as_told_is_let_in()
    {
        var budget = new CallBudget(new(ConcurrentMax: 1, PerSecondMax: 4), _time);
        Taken(budget, calls: 8);
        var pause = budget.TryEnter();
        Assert.That(pause, Is.EqualTo(TimeSpan.FromSeconds(0.25)));
        _time.Advance(pause!.Value);
        Assert.That(budget.TryEnter(), Is.Null);
    }

    private static int Taken(CallBudget budget, int calls)
    {
        var taken = 0;
        for (var call = 0; call < calls; call++)
        {
            if (budget.TryEnter() is not null)
                continue;
            taken++;
            budget.Leave();
        }
        return taken;
    }
}
