using NUnit.Framework;
using ProvincialGateway.Network;

namespace ProvincialGateway.Tests.Network;

internal sealed class ClockSkewTests
{
    private static readonly DateTimeOffset Sent = new(2017, 9, 20, 10, 0, 0, TimeSpan.Zero);

    [Test]
    public void The_answer_is_taken_to_be_of_the_middle_of_the_round_trip()
    {
        var clock = new ClockSkew();
        clock.Add(Sent, TimeSpan.FromSeconds(2), Sent.AddSeconds(31));
        Assert.That(clock.Best, Is.EqualTo(new ClockReading(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(2))));
        Assert.That(clock.Best!.Certain, Is.EqualTo(TimeSpan.FromSeconds(29)));
    }

    [Test]
    public void The_shortest_round_trip_knows_best_until_it_is_old()
    {
        var clock = new ClockSkew();
        Assert.That(clock.Best, Is.Null);
        clock.Add(Sent, TimeSpan.FromMilliseconds(4), Sent.AddSeconds(-7).AddMilliseconds(2));
        for (var later = 1; later < ClockSkew.Kept; later++)
            clock.Add(Sent.AddMinutes(later), TimeSpan.FromSeconds(1), Sent.AddMinutes(later));
        Assert.That(clock.Best!.Offset, Is.EqualTo(TimeSpan.FromSeconds(-7)));
        clock.Add(Sent.AddHours(1), TimeSpan.FromSeconds(1), Sent.AddHours(1).AddSeconds(0.5));
        Assert.That(clock.Best!.Offset.Duration(), Is.LessThanOrEqualTo(TimeSpan.FromSeconds(0.5)));
    }

    [Test]
    public void A_slow_line_is_no_wrong_clock()
    {
        var clock = new ClockSkew();
        clock.Add(Sent, TimeSpan.FromSeconds(20), Sent.AddSeconds(18));
        Assert.That(clock.Best!.Certain, Is.EqualTo(TimeSpan.Zero));
    }
}
