using NUnit.Framework;
using ProvincialGateway.Network;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Network;

internal sealed class NodeDrainTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    private readonly ManualTimeProvider _time = new();

    [Test]
    public async Task An_idle_node_has_drained_at_once()
    {
        using var drain = new NodeDrain();
        Assert.That(drain.Begin(), Is.Zero);
        Assert.That(await drain.FinishAsync(Limit, _time), Is.Zero);
    }

    [Test]
    public async Task What_is_in_flight_is_waited_for_and_nothing_new_is_let_in()
    {
        using var drain = new NodeDrain();
        Assert.That(drain.TryEnter() && drain.TryEnter(), Is.True);
        Assert.That(drain.Begin(), Is.EqualTo(2));
        var finishing = drain.FinishAsync(Limit, _time);
        Assert.That(drain.TryEnter(), Is.False);
        drain.Leave();
        Assert.That(finishing.IsCompleted, Is.False);
        drain.Leave();
        Assert.That(await finishing, Is.Zero);
    }

    [Test]
    public async Task What_takes_longer_than_the_limit_is_not_waited_for()
    {
        using var drain = new NodeDrain();
        drain.TryEnter();
        drain.Begin();
        var finishing = drain.FinishAsync(Limit, _time);
        _time.Advance(Limit);
        Assert.That(await finishing, Is.EqualTo(1));
        Assert.That(drain.GivenUp.IsCancellationRequested, Is.False);
        drain.GiveUp();
        Assert.That(drain.GivenUp.IsCancellationRequested, Is.True);
    }
}
