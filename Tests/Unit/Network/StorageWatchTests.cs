using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using NUnit.Framework;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Tests.Support;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace ProvincialGateway.Tests.Network;

internal sealed class StorageWatchTests : LoggedTest
{
    [Test]
    public async Task Health_follows_the_storage_and_a_probe_at_the_interval_ends_the_refusal()
    {
        using var folder = new TempFolder();
        var time = new ManualTimeProvider();
        await using var database = EmptyBooks.Open(folder.File("node.db"), time);
        var statuses = new HealthStatuses();
        statuses.Set("", serving: true);
        using var loggers = LoggerFactory.Create(logging => logging.AddProvider(Logs.Provider("530000")));
        using var watch = new StorageWatch(database, statuses, TimeSpan.FromSeconds(1), time, loggers.CreateLogger<StorageWatch>());
        await watch.StartAsync(CancellationToken.None);
        Logs.ExpectError(1200);

        database.Condition.Refuse(StorageUnavailableException.From(new SqliteException("", 10))!);
        Assert.That((await Logs.WaitForAsync(1200)).Message, Does.Contain("磁盘读写失败").And.Contain("the disk failed"));
        Assert.That(statuses.Observe("").Status, Is.EqualTo(ServingStatus.NotServing));

        await Eventually.GetAsync("health", () =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return statuses.Observe("").Status;
        }, Is.EqualTo(ServingStatus.Serving));
        await Logs.WaitForAsync(1201);
        Assert.That(database.Condition.Cause, Is.Null);
        await watch.StopAsync(CancellationToken.None);
    }

    /// <summary>A disk that fails and then shows a damaged file wants something else done than to be mounted again.</summary>
    [Test]
    public async Task Another_cause_that_is_found_meanwhile_is_said_too()
    {
        using var folder = new TempFolder();
        var time = new ManualTimeProvider();
        await using var database = EmptyBooks.Open(folder.File("node.db"), time);
        using var loggers = LoggerFactory.Create(logging => logging.AddProvider(Logs.Provider("530000")));
        using var watch = new StorageWatch(database, new HealthStatuses(), TimeSpan.FromSeconds(1), time, loggers.CreateLogger<StorageWatch>());
        await watch.StartAsync(CancellationToken.None);
        Logs.ExpectError(1200);
        database.Condition.Refuse(StorageUnavailableException.From(new SqliteException("", 10))!);
        await Logs.WaitForAsync(1200, "the disk failed");

        database.Condition.Refuse(StorageUnavailableException.From(new SqliteException("", 11))!);
        await Eventually.GetAsync("the damage to be said", () =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return Logs.Entries.Count(entry => entry.EventId == 1200 && entry.Message.Contains("the database file is damaged", StringComparison.Ordinal));
        }, Is.GreaterThan(0));
        await watch.StopAsync(CancellationToken.None);
    }

    /// <summary>Whoever says afterwards that the node has started says no more than that.</summary>
    [Test]
    public async Task A_storage_that_refuses_at_the_start_keeps_the_node_from_serving_before_it_is_said_to_be_started()
    {
        using var folder = new TempFolder();
        await using var database = EmptyBooks.Open(folder.File("node.db"), TimeProvider.System);
        var statuses = new HealthStatuses();
        using var loggers = LoggerFactory.Create(logging => logging.AddProvider(Logs.Provider("530000")));
        using var watch = new StorageWatch(database, statuses, TimeSpan.FromHours(1), TimeProvider.System, loggers.CreateLogger<StorageWatch>());
        Logs.ExpectError(1200);
        database.Condition.Refuse(StorageUnavailableException.From(new SqliteException("", 13))!);

        var started = watch.StartAsync(CancellationToken.None);
        statuses.Set("", serving: true);
        Assert.That(statuses.Observe("").Status, Is.EqualTo(ServingStatus.NotServing));
        await started;
        await Logs.WaitForAsync(1200);
        await watch.StopAsync(CancellationToken.None);
    }

    [Test]
    public async Task A_fault_that_nobody_foresaw_does_not_end_the_watch()
    {
        using var folder = new TempFolder();
        var time = new ManualTimeProvider();
        var database = EmptyBooks.Open(folder.File("node.db"), time);
        var statuses = new HealthStatuses();
        using var loggers = LoggerFactory.Create(logging => logging.AddProvider(Logs.Provider("530000")));
        using var watch = new StorageWatch(database, statuses, TimeSpan.FromSeconds(1), time, loggers.CreateLogger<StorageWatch>());
        await watch.StartAsync(CancellationToken.None);
        Logs.ExpectError(1200);
        Logs.ExpectError(6001);
        database.Condition.Refuse(StorageUnavailableException.From(new SqliteException("", 10))!);
        await Logs.WaitForAsync(1200);
        await database.DisposeAsync();

        await Eventually.GetAsync("two attempts", () =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return Logs.Entries.Count(entry => entry.EventId == 6001);
        }, Is.GreaterThan(1));
        Assert.That(watch.ExecuteTask!.IsCompleted, Is.False);
        await watch.StopAsync(CancellationToken.None);
    }
}
