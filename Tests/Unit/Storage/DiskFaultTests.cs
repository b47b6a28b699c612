using Dapper;
using Microsoft.Data.Sqlite;
using NUnit.Framework;
using ProvincialGateway.Storage;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Storage;

/// <summary>
/// Faults are provoked through SQLite's own limits on the writer's connection, because file modes do not bind a test run as root:
/// a page limit makes a full disk, a query-only connection a read-only one.
/// </summary>
internal sealed class DiskFaultTests
{
    private TempFolder _folder;
    private Database _database;
    private SqliteConnection _writer = null!;

    [SetUp]
    public async Task Open()
    {
        _folder = new();
        _database = Stores.Open(_folder);
        await _database.WriteAsync(session => { _writer = session.Connection.Inner; }, CancellationToken.None);
    }

    [TearDown]
    public async Task Close()
    {
        await _database.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task A_full_disk_fails_with_what_to_do_next_and_writing_goes_on_once_there_is_room()
    {
        FillDisk();
        await Assert.ThatAsync(() => _database.AddAsync("large", bodyBytes: 1_000_000),
            Throws.TypeOf<StorageUnavailableException>().With.Message.Contains("磁盘已满").And.Message.Contains("free disk space"));
        Assert.That(_database.Texts(), Is.Empty);

        FreeDisk();
        await _database.AddAsync("large", bodyBytes: 1_000_000);
        Assert.That(_database.Texts(), Is.EqualTo(new[] { "large" }));
    }

    [Test]
    public async Task A_full_disk_that_stops_one_statement_only_fails_its_own_caller_alone()
    {
        FillDisk();
        using var gate = await WriterGate.CloseAsync(_database);
        var before = _database.AddAsync("before");
        var large = _database.AddAsync("large", bodyBytes: 1_000_000);
        var after = _database.AddAsync("after");
        await gate.OpenAsync();
        await Task.WhenAll(before, after);

        await Assert.ThatAsync(() => large, Throws.TypeOf<StorageUnavailableException>().With.Message.Contains("disk is full"));
        Assert.That(_database.Texts(), Is.EqualTo(new[] { "before", "after" }));
    }

    /// <summary>Nobody of the group may then be told of a success, nor of a refusal that rests on it.</summary>
    [Test]
    public async Task A_full_disk_that_makes_sqlite_give_up_the_transaction_fails_the_whole_group_and_leaves_nothing_behind()
    {
        FillDisk();
        using var gate = await WriterGate.CloseAsync(_database);
        Task[] group =
        [
            _database.AddAsync("before"),
            _database.WriteAsync(session => { session.Add("before"); }, CancellationToken.None),
            _database.WriteAsync(AddTooMuch, CancellationToken.None),
            _database.AddAsync("after"),
        ];
        await gate.OpenAsync();

        foreach (var caller in group)
            await Assert.ThatAsync(() => caller.WaitAsync(Stores.Deadline), Throws.TypeOf<StorageUnavailableException>().With.Message.Contains("disk is full"));
        Assert.That(_database.Texts(), Is.Empty);

        FreeDisk();
        await _database.AddAsync("before");
        Assert.That(_database.Texts(), Is.EqualTo(new[] { "before" }));
    }

    [Test]
    public async Task A_work_that_hides_the_loss_of_its_transaction_is_not_told_that_it_succeeded_and_writes_nothing_after_it()
    {
        FillDisk();
        await Assert.ThatAsync(() => _database.WriteAsync(session =>
        {
            session.Add("small");
            Assert.That(() => AddTooMuch(session), Throws.TypeOf<SqliteException>());
            Assert.That(() => session.Execute("DELETE FROM note"), Throws.Exception, "outside a transaction it would be final at once");
            Assert.That(() => session.ExecuteEach("INSERT INTO note (text) VALUES (?1)", ["each"], Bind), Throws.InvalidOperationException);
            Assert.That(() => session.InsertEachNew("INSERT INTO note (text) VALUES (?1)", ["each"], Bind), Throws.InvalidOperationException);
            using var scan = new RowScan(session, "INSERT INTO note (text) VALUES ('scanned') RETURNING id");
            Assert.That(() => scan.Each(_ => { }), Throws.InvalidOperationException);
        }, CancellationToken.None), Throws.InstanceOf<StorageException>());

        Assert.That(_database.Texts(), Is.Empty);
    }

    [Test]
    public async Task A_transaction_that_cannot_begin_fails_its_callers_and_writing_goes_on_when_the_cause_is_gone()
    {
        _writer.Execute("PRAGMA query_only = ON");
        await Assert.ThatAsync(() => _database.AddAsync("1"),
            Throws.TypeOf<StorageUnavailableException>().With.Message.Contains("数据库文件只读").And.Message.Contains("read-only"));

        _writer.Execute("PRAGMA query_only = OFF");
        await _database.AddAsync("2");
        Assert.That(_database.Texts(), Is.EqualTo(new[] { "2" }));
    }

    [Test]
    public async Task A_foreign_write_lock_fails_after_the_busy_time_and_writing_goes_on_when_it_is_gone()
    {
        using (var foreign = Stores.OpenForeign(_database.Path))
        using (foreign.BeginTransaction(deferred: false))
            await Assert.ThatAsync(() => _database.AddAsync("1"),
                Throws.TypeOf<StorageUnavailableException>().With.Message.Contains("another program holds a lock"));

        await _database.AddAsync("2");
        Assert.That(_database.Texts(), Is.EqualTo(new[] { "2" }));
    }

    [Test]
    public async Task A_commit_that_fails_fails_every_caller_of_the_group_even_those_whose_work_had_failed()
    {
        using var gate = await WriterGate.CloseAsync(_database);
        var good = _database.AddAsync("good");
        var refused = _database.WriteAsync(_ => throw new InvalidOperationException("because of what 'good' wrote"), CancellationToken.None);
        var poison = _database.WriteAsync(session => session.Execute("""
            PRAGMA defer_foreign_keys = ON;
            INSERT INTO note (text, parent) VALUES ('orphan', 99);
            """), CancellationToken.None);
        await gate.OpenAsync();

        foreach (var caller in new[] { good, refused, poison })
            await Assert.ThatAsync(() => caller.WaitAsync(Stores.Deadline), Throws.TypeOf<StorageInvariantException>().With.Message.Contains("整组撤销"));
        Assert.That(_database.Texts(), Is.Empty);
        Assert.That(_database.Statistics, Is.EqualTo(new DatabaseStatistics(Commits: 2, Works: 2, LargestGroup: 1)));

        await _database.AddAsync("next");
        Assert.That(_database.Texts(), Is.EqualTo(new[] { "next" }));
    }

    /// <summary>A plain one-row insert, for which SQLite keeps no statement journal: when it hits the limit, the whole transaction is rolled back.</summary>
    private static void AddTooMuch(Session session) => session.Execute("INSERT INTO note (text, body) VALUES ('too much', zeroblob(1000000))");

    private static void Bind(PreparedStatement statement, string text) => statement.Bind(1, text);

    private void FillDisk() => _writer.Execute($"PRAGMA max_page_count = {_writer.ExecuteScalar<long>("PRAGMA page_count")}");

    private void FreeDisk() => _writer.Execute("PRAGMA max_page_count = 1000000");
}
