using Microsoft.Data.Sqlite;
using NUnit.Framework;
using ProvincialGateway.Storage;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Storage;

internal sealed class GroupCommitTests
{
    [Test]
    public async Task Everything_that_waited_for_the_writer_shares_one_commit()
    {
        using var folder = new TempFolder();
        await using var database = Stores.Open(folder);
        using var gate = await WriterGate.CloseAsync(database);
        var waiting = Enumerable.Range(1, 50).Select(i => database.AddAsync($"{i}")).ToArray();
        await gate.OpenAsync();
        await Task.WhenAll(waiting);

        Assert.That(database.Statistics, Is.EqualTo(new DatabaseStatistics(Commits: 2, Works: 51, LargestGroup: 50)));
        Assert.That(database.Texts(), Has.Count.EqualTo(50));
    }

    [Test]
    public async Task A_group_takes_no_more_works_than_its_limit()
    {
        using var folder = new TempFolder();
        await using var database = Stores.Open(Stores.Options(folder) with { GroupMax = 8 });
        using var gate = await WriterGate.CloseAsync(database);
        var waiting = Enumerable.Range(1, 20).Select(i => database.AddAsync($"{i}")).ToArray();
        await gate.OpenAsync();
        await Task.WhenAll(waiting);

        Assert.That(database.Statistics, Is.EqualTo(new DatabaseStatistics(Commits: 1 + 3, Works: 21, LargestGroup: 8)));
    }

    [Test]
    public async Task Works_run_in_the_order_they_were_queued()
    {
        using var folder = new TempFolder();
        await using var database = Stores.Open(folder);
        using var gate = await WriterGate.CloseAsync(database);
        var waiting = Enumerable.Range(1, 20).Select(i => database.AddAsync($"{i}")).ToArray();
        await gate.OpenAsync();

        Assert.That(await Task.WhenAll(waiting), Is.EqualTo(Enumerable.Range(1, 20)));
    }

    [Test]
    public async Task A_failing_work_is_undone_alone_and_fails_its_own_caller_alone()
    {
        using var folder = new TempFolder();
        await using var database = Stores.Open(folder);
        using var gate = await WriterGate.CloseAsync(database);
        var before = database.AddAsync("before");
        var failing = database.WriteAsync(session =>
        {
            session.Add("half done");
            throw new InvalidOperationException("refused by a rule");
        }, CancellationToken.None);
        var after = database.AddAsync("after");
        await gate.OpenAsync();
        await Task.WhenAll(before, after);

        await Assert.ThatAsync(() => failing, Throws.InvalidOperationException.With.Message.EqualTo("refused by a rule"));
        Assert.That(database.Texts(), Is.EqualTo(new[] { "before", "after" }));
        Assert.That(database.Statistics, Is.EqualTo(new DatabaseStatistics(Commits: 2, Works: 3, LargestGroup: 3)));
    }

    [Test]
    public async Task A_broken_constraint_is_undone_alone_and_reaches_the_caller_as_sqlite_reports_it()
    {
        using var folder = new TempFolder();
        await using var database = Stores.Open(folder);
        await database.AddAsync("once");
        using var gate = await WriterGate.CloseAsync(database);
        var twice = database.WriteAsync(session =>
        {
            session.Add("half done");
            session.Add("once");
        }, CancellationToken.None);
        var orphan = database.WriteAsync(session => session.Execute("INSERT INTO note (text, parent) VALUES ('orphan', 99)"), CancellationToken.None);
        var other = database.AddAsync("other");
        await gate.OpenAsync();
        await other;

        await Assert.ThatAsync(() => twice, Throws.TypeOf<SqliteException>().With.Property(nameof(SqliteException.SqliteErrorCode)).EqualTo(19));
        await Assert.ThatAsync(() => orphan, Throws.TypeOf<SqliteException>().With.Message.Contains("FOREIGN KEY"));
        Assert.That(database.Texts(), Is.EqualTo(new[] { "once", "other" }));
    }

    [Test]
    public async Task A_work_sees_what_earlier_works_of_its_group_wrote_and_readers_do_not_until_the_commit()
    {
        using var folder = new TempFolder();
        await using var database = Stores.Open(folder);
        using var gate = await WriterGate.CloseAsync(database, session => session.Add("uncommitted"));
        var counted = database.WriteAsync(session => session.QuerySingle<long>("SELECT count(*) FROM note"), CancellationToken.None);

        Assert.That(database.Texts(), Is.Empty);
        await gate.OpenAsync();
        Assert.That(database.Texts(), Is.EqualTo(new[] { "uncommitted" }));
        Assert.That(await counted.WaitAsync(Stores.Deadline), Is.EqualTo(1));
    }

    [Test]
    public async Task A_read_is_one_snapshot_even_when_a_write_commits_in_its_middle()
    {
        using var folder = new TempFolder();
        await using var database = Stores.Open(folder);
        await database.AddAsync("first");

        var (before, after) = database.Read(session =>
        {
            const string Count = "SELECT count(*) FROM note";
            var before = session.QuerySingle<long>(Count);
            database.AddAsync("second").GetAwaiter().GetResult();
            return (before, session.QuerySingle<long>(Count));
        });

        Assert.That((before, after), Is.EqualTo((1L, 1L)));
        Assert.That(database.Texts(), Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Cancelling_in_the_queue_frees_the_caller_at_once_and_the_work_never_runs()
    {
        using var folder = new TempFolder();
        await using var database = Stores.Open(folder);
        using var gate = await WriterGate.CloseAsync(database);
        using var cancellation = new CancellationTokenSource();
        var cancelled = database.WriteAsync(session => session.Add("cancelled"), cancellation.Token);
        await cancellation.CancelAsync();

        await Assert.ThatAsync(() => cancelled.WaitAsync(Stores.Deadline), Throws.InstanceOf<OperationCanceledException>());
        await gate.OpenAsync();
        await database.AddAsync("next");
        Assert.That(database.Texts(), Is.EqualTo(new[] { "next" }));
    }

    [Test]
    public async Task Cancelling_before_the_call_queues_nothing()
    {
        using var folder = new TempFolder();
        await using var database = Stores.Open(folder);

        await Assert.ThatAsync(() => database.WriteAsync(session => session.Add("never"), new CancellationToken(canceled: true)),
            Throws.InstanceOf<OperationCanceledException>());
        await database.AddAsync("next");
        Assert.That(database.Texts(), Is.EqualTo(new[] { "next" }));
    }

    [Test]
    public async Task Cancelling_a_work_that_has_started_comes_too_late()
    {
        using var folder = new TempFolder();
        await using var database = Stores.Open(folder);
        using var cancellation = new CancellationTokenSource();
        var id = await database.WriteAsync(session =>
        {
            cancellation.Cancel();
            return session.Add("done");
        }, cancellation.Token);

        Assert.That(id, Is.EqualTo(1));
        Assert.That(database.Texts(), Is.EqualTo(new[] { "done" }));
    }

    [Test]
    public async Task A_full_queue_refuses_and_says_so_in_both_languages()
    {
        using var folder = new TempFolder();
        await using var database = Stores.Open(Stores.Options(folder) with { QueueMax = 2 });
        using var gate = await WriterGate.CloseAsync(database);
        var waiting = new[] { database.AddAsync("1"), database.AddAsync("2") };

        await Assert.ThatAsync(() => database.AddAsync("3"),
            Throws.TypeOf<StorageBusyException>().With.Message.Contains("写入队列已满").And.Message.Contains("write queue is full"));
        await gate.OpenAsync();
        await Task.WhenAll(waiting);
        await database.AddAsync("4");
        Assert.That(database.Texts(), Is.EqualTo(new[] { "1", "2", "4" }));
    }

    [Test]
    public async Task A_read_that_finds_every_reader_taken_is_refused_and_not_stuck()
    {
        using var folder = new TempFolder();
        await using var database = Stores.Open(Stores.Options(folder) with { ReadersMax = 1 });

        Assert.That(() => database.Read(_ => database.Texts()), Throws.TypeOf<StorageBusyException>());
        Assert.That(database.Texts(), Is.Empty);
    }

    [Test]
    public async Task Disposing_first_commits_what_is_queued_and_then_refuses()
    {
        using var folder = new TempFolder();
        var database = Stores.Open(folder);
        using var gate = await WriterGate.CloseAsync(database);
        var waiting = Enumerable.Range(1, 5).Select(i => database.AddAsync($"{i}")).ToArray();
        var disposing = database.DisposeAsync();

        await Assert.ThatAsync(() => database.AddAsync("late"), Throws.TypeOf<ObjectDisposedException>());
        await gate.OpenAsync();
        await Task.WhenAll(waiting);
        await disposing;
        Assert.That(() => database.Texts(), Throws.TypeOf<ObjectDisposedException>());

        await using var reopened = Stores.Open(folder);
        Assert.That(reopened.Texts(), Has.Count.EqualTo(5));
    }

    [Test]
    public async Task Many_threads_at_once_lose_nothing()
    {
        using var folder = new TempFolder();
        await using var database = Stores.Open(folder);
        var numbers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            var mine = new List<long>();
            for (var i = 0; i < 50; i++)
                mine.Add(await database.WriteAsync(session => Counters.Next(session, "shared"), CancellationToken.None));
            return mine;
        }))).WaitAsync(Stores.Deadline);

        Assert.That(numbers.SelectMany(mine => mine).Order(), Is.EqualTo(Enumerable.Range(1, 400)));
        Assert.That(numbers, Has.All.Ordered);
        Assert.That(database.Statistics.Works, Is.EqualTo(400));
    }
}
