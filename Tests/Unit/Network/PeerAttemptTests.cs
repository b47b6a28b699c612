using NUnit.Framework;
using ProvincialGateway.Network;

namespace ProvincialGateway.Tests.Network;

internal sealed class PeerAttemptTests
{
    [Test]
    public void What_started_before_the_end_may_have_left()
    {
        var attempt = new PeerAttempt(TimeSpan.FromSeconds(1));
        attempt.Start();
        Assert.That(attempt.Close(), Is.True);
    }

    [Test]
    public void What_ended_before_it_started_never_leaves()
    {
        var attempt = new PeerAttempt(TimeSpan.FromSeconds(1));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(attempt.Close(), Is.False);
            Assert.That(attempt.Start, Throws.InstanceOf<OperationCanceledException>());
            Assert.That(attempt.Close(), Is.False);
        }
    }

    [Test]
    public void A_connection_may_ask_for_the_bytes_again()
    {
        var attempt = new PeerAttempt(TimeSpan.FromSeconds(1));
        attempt.Start();
        Assert.That(attempt.Start, Throws.Nothing);
    }
}
