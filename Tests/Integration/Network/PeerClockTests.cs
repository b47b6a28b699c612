using NUnit.Framework;
using ProvincialGateway.Configuration;
using ProvincialGateway.Network;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Network;

/// <summary>Two nodes whose clocks differ: it is measured and warned of, and nothing else.</summary>
internal sealed class PeerClockTests : NetworkTest
{
    private const int Skewed = 1144, InOrder = 1145;

    [Test]
    public async Task A_clock_that_is_off_is_measured_warned_of_once_and_forgotten_when_it_is_right_again()
    {
        var listing = NetworkNode.Listing(Yunnan.Entry, Guangdong.Entry);
        Guangdong.Time.Advance(TimeSpan.FromSeconds(30));
        await Guangdong.StartAsync(listing);
        await Yunnan.StartAsync(listing, monitored: true);
        await Logs.WaitForAsync(Skewed, "440000");
        var measured = Yunnan.PeerTo(Guangdong).State.Clock.Best;
        AssertAnswered(await CallAsync());

        await PingAfterAsync(TimeSpan.FromSeconds(30), TimeSpan.Zero);
        for (var ping = 0; ping < ClockSkew.Kept; ping++)
            await PingAfterAsync(listing.Timeouts.PeerPingInterval, listing.Timeouts.PeerPingInterval);
        await Logs.WaitForAsync(InOrder, "440000");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(measured?.Offset, Is.EqualTo(TimeSpan.FromSeconds(30)));
            Assert.That(Logs.Entries.Count(entry => entry.EventId == Skewed), Is.EqualTo(1));
        }
    }

    [Test]
    public async Task Both_learn_what_the_other_speaks_and_write_in_the_newest_release_that_both_do()
    {
        var listing = NetworkNode.Listing(Yunnan.Entry, Guangdong.Entry);
        await Guangdong.StartAsync(listing);
        await Yunnan.StartAsync(listing, monitored: true);
        await Logs.WaitForAsync(1146, "440000");
        Assert.That(Yunnan.PeerTo(Guangdong).State.Information, Has.Property("Agreed").EqualTo(ProtocolRelease.Newest).And.Property("CatalogueRelease").EqualTo("2016.1"));
    }

    private async Task PingAfterAsync(TimeSpan yunnan, TimeSpan guangdong)
    {
        var known = Yunnan.PeerTo(Guangdong).State.Status.LastSuccessAt;
        Guangdong.Time.Advance(guangdong);
        Yunnan.Time.Advance(yunnan);
        await Eventually.GetAsync("the next ping", () => Yunnan.PeerTo(Guangdong).State.Status.LastSuccessAt, Is.GreaterThan(known ?? default));
    }
}
