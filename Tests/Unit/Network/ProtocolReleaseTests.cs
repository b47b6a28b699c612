using NUnit.Framework;
using ProvincialGateway.Configuration;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Network;

internal sealed class ProtocolReleaseTests
{
    [TestCase("1.0", "1.0", Description = "an older node")]
    [TestCase("1.0 1.1", "1.1")]
    [TestCase("1.1 1.0 1.2", "1.1", Description = "a newer node")]
    [TestCase("2.0 1.1", "1.1")]
    [TestCase("nonsense 1.0 -1.1", "1.0")]
    public void The_newest_that_both_speak_is_used(string theirs, string common) =>
        Assert.That(ProtocolRelease.Common(theirs.Split(' ')).ToString(), Is.EqualTo(common));

    [TestCase("2.0")]
    [TestCase("1.2 1.3")]
    [TestCase("nonsense")]
    public void There_may_be_none(string theirs) => Assert.That(ProtocolRelease.Common(theirs.Split(' ')), Is.Null);

    [Test]
    public void Before_a_peer_has_told_it_is_spoken_to_as_the_file_says()
    {
        var configuration = new NodesConfiguration { ProtocolRelease = "1.0", CatalogueRelease = "2016.1", Nodes = [] };
        configuration.Agreed.Agree(Division.Parse("530000"), new(1, 1));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(configuration.ReleaseFor(Division.Parse("530102")), Is.EqualTo("1.1"));
            Assert.That(configuration.ReleaseFor(Division.Parse("310000")), Is.EqualTo("1.0"));
        }
    }
}
