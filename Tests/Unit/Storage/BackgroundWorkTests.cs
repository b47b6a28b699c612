using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;
using ProvincialGateway.Storage;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Storage;

internal sealed class BackgroundWorkTests
{
    [Test]
    public async Task Whatever_goes_wrong_is_logged_and_the_service_goes_on()
    {
        var logs = new LogCapture();
        using var factory = LoggerFactory.Create(logging => logging.AddProvider(logs.Provider("node")));
        var done = await BackgroundWork.AttemptAsync(() => throw new OverflowException("a figure"), Fail, factory.CreateLogger("work"), CancellationToken.None);

        Assert.That(done, Is.False);
        Assert.That(logs.Entries.Select(entry => (entry.EventId, entry.Level)), Is.EqualTo(new[] { (6001, LogLevel.Error) }));
    }

    [Test]
    public async Task What_the_storage_does_not_allow_now_is_said_in_the_services_own_words()
    {
        string? said = null;
        Assert.That(await BackgroundWork.AttemptAsync(() => throw new StorageBusyException("忙", "busy"), reason => said = reason, NullLogger.Instance, CancellationToken.None), Is.False);
        Assert.That(said, Does.Contain("busy"));
        Assert.That(await BackgroundWork.AttemptAsync(() => Task.CompletedTask, Fail, NullLogger.Instance, CancellationToken.None), Is.True);
    }

    [Test]
    public void A_stop_of_the_node_ends_it_and_another_cancellation_does_not()
    {
        using var stopping = new CancellationTokenSource();
        Assert.That(async () => await BackgroundWork.AttemptAsync(() => throw new OperationCanceledException(), Fail, NullLogger.Instance, stopping.Token), Throws.Nothing);
        stopping.Cancel();
        Assert.That(async () => await BackgroundWork.AttemptAsync(() => throw new OperationCanceledException(), Fail, NullLogger.Instance, stopping.Token), Throws.InstanceOf<OperationCanceledException>());
    }

    private static void Fail(string reason) => Assert.Fail(reason);
}
