using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using ProvincialGateway.Network;

namespace ProvincialGateway.Tests.Network;

[TestFixture]
public sealed class BackOffTests
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(5), Longest = TimeSpan.FromSeconds(300);

    [TestCase(1, 5)]
    [TestCase(2, 10)]
    [TestCase(3, 20)]
    [TestCase(6, 160)]
    [TestCase(7, 300)]
    [TestCase(1_000_000, 300)]
    public void The_pause_doubles_up_to_the_longest(int attempts, int seconds) =>
        Assert.That(new BackOff(First, Longest, () => 1).After(attempts), Is.EqualTo(TimeSpan.FromSeconds(seconds)));

    [Test]
    public void Half_of_the_pause_is_drawn_by_lot()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(new BackOff(First, Longest, () => 0).After(2), Is.EqualTo(TimeSpan.FromSeconds(5)));
            Assert.That(new BackOff(First, Longest, () => 0.5).After(2), Is.EqualTo(TimeSpan.FromSeconds(7.5)));
        }
    }

    [Test]
    public void No_lot_and_no_number_of_attempts_makes_a_pause_outside_its_bounds() => Prop.ForAll(
        ArbMap.Default.ArbFor<int>(), ArbMap.Default.ArbFor<NormalFloat>(), (attempts, lot) =>
        {
            var pause = new BackOff(First, Longest, () => lot.Get).After(attempts);
            return pause >= First / 2 && pause <= Longest;
        }).QuickCheckThrowOnFailure();

    [Test]
    public void The_same_lots_make_the_same_pauses()
    {
        var (pauses, same, others) = (Pauses(7), Pauses(7), Pauses(8));

        Assert.That(pauses, Is.EqualTo(same).And.Not.EqualTo(others));

        static List<TimeSpan> Pauses(int seed)
        {
            var backOff = new BackOff(First, Longest, new Random(seed).NextDouble);
            return [.. Enumerable.Range(1, 50).Select(backOff.After)];
        }
    }

    [Test]
    public void What_a_node_draws_lies_between_nothing_and_one()
    {
        var drawn = Enumerable.Range(0, 1_000).Select(_ => BackOff.Draw()).ToList();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(drawn, Is.All.InRange(0.0, 1.0));
            Assert.That(drawn.Distinct().Count(), Is.GreaterThan(900));
        }
    }
}
