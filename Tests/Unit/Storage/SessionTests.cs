using Microsoft.Data.Sqlite;
using NUnit.Framework;
using ProvincialGateway.Storage;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Storage;

internal sealed class SessionTests
{
    private TempFolder _folder;
    private Database _database;

    [SetUp]
    public void Open()
    {
        _folder = new();
        _database = Stores.Open(_folder);
    }

    [TearDown]
    public async Task Close()
    {
        await _database.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task A_compare_and_set_that_misses_fails_and_undoes_the_whole_work()
    {
        await _database.AddAsync("kept");

        await Assert.ThatAsync(() => _database.WriteAsync(session =>
        {
            session.ExecuteExpecting(1, "UPDATE note SET text = 'changed' WHERE text = 'kept'");
            session.ExecuteExpecting(1, "UPDATE note SET text = 'x' WHERE text = @absent", new { absent = "测试患者甲" });
        }, CancellationToken.None), Throws.TypeOf<StorageInvariantException>()
            .With.Message.Contains("1 rows should have changed, 0 did").And.Message.Contains("应更新 1 行,实际 0 行").And.Message.Not.Contains("测试患者甲"));
        Assert.That(_database.Texts(), Is.EqualTo(new[] { "kept" }));
    }

    [Test]
    public async Task A_value_that_does_not_fit_is_reported_without_being_quoted()
    {
        await _database.AddAsync("测试患者甲");

        Assert.That(() => _database.Read(session => session.Query<Misfit>("SELECT text AS Number FROM note")),
            Throws.TypeOf<StorageInvariantException>().With.Message.Contains("Number").And.Property(nameof(Exception.InnerException)).Null
                .And.Matches<Exception>(fault => !$"{fault}".Contains("测试患者甲", StringComparison.Ordinal)));
    }

    [Test]
    public void A_reader_cannot_write() =>
        Assert.That(() => _database.Read(session => session.Execute("INSERT INTO note (text) VALUES ('sneaked in')")),
            Throws.TypeOf<StorageUnavailableException>().With.Message.Contains("read-only"));

    [Test]
    public async Task A_session_that_escapes_its_work_is_dead()
    {
        Session escaped = null!;
        await _database.WriteAsync(session => { escaped = session; }, CancellationToken.None);
        Assert.That(() => escaped.Execute("DELETE FROM note"), Throws.TypeOf<ObjectDisposedException>());

        _database.Read(session => escaped = session);
        Assert.That(() => escaped.Query<long>("SELECT 1"), Throws.TypeOf<ObjectDisposedException>());
    }

    [Test]
    public void An_asynchronous_work_is_refused_because_it_would_leave_its_transaction()
    {
        Assert.That(() => _database.WriteAsync(async session => await Task.Run(() => session.Add("lost")), CancellationToken.None), Throws.ArgumentException);
        Assert.That(() => _database.Read(async session => await Task.Run(() => session.Query<long>("SELECT 1"))), Throws.ArgumentException);
    }

    [Test]
    public async Task A_work_may_not_wait_for_its_own_writer_or_read_past_its_own_writes()
    {
        await Assert.ThatAsync(() => _database.WriteAsync(_ => _database.AddAsync("nested").GetAwaiter().GetResult(), CancellationToken.None),
            Throws.InvalidOperationException);
        await Assert.ThatAsync(() => _database.WriteAsync(_ => _database.Texts(), CancellationToken.None), Throws.InvalidOperationException);
    }

    [TestCase("COMMIT")]
    [TestCase("ROLLBACK")]
    public async Task A_work_that_ends_the_transaction_itself_is_a_bug_that_fails_the_group_and_not_the_writer(string statement)
    {
        await Assert.ThatAsync(() => _database.WriteAsync(session => session.Execute(statement), CancellationToken.None).WaitAsync(Stores.Deadline),
            Throws.TypeOf<StorageInvariantException>());
        await _database.AddAsync("next");
        Assert.That(_database.Texts(), Is.EqualTo(new[] { "next" }));
    }

    [TestCase("journal_mode", "wal")]
    [TestCase("synchronous", "2")]
    [TestCase("foreign_keys", "1")]
    [TestCase("recursive_triggers", "1")]
    [TestCase("busy_timeout", "50")]
    public async Task Every_connection_has_the_settings_that_durability_rests_on(string pragma, string expected)
    {
        string Setting(Session session) => session.QuerySingle<string>($"PRAGMA {pragma}");

        Assert.That(await _database.WriteAsync(Setting, CancellationToken.None), Is.EqualTo(expected));
        Assert.That(_database.Read(Setting), Is.EqualTo(expected));
    }

    [Test]
    public async Task Replacing_a_row_cannot_slip_past_a_trigger_that_forbids_deletion()
    {
        await _database.WriteAsync(session => session.Execute("""
            INSERT INTO note (id, text) VALUES (1, 'posted');
            CREATE TRIGGER note_append_only BEFORE DELETE ON note BEGIN SELECT RAISE(ABORT, 'append-only'); END;
            """), CancellationToken.None);

        await Assert.ThatAsync(() => _database.WriteAsync(session => session.Execute("INSERT OR REPLACE INTO note (id, text) VALUES (1, 'forged')"), CancellationToken.None),
            Throws.TypeOf<SqliteException>().With.Message.Contains("append-only"));
        Assert.That(_database.Texts(), Is.EqualTo(new[] { "posted" }));
    }

    private sealed class Misfit
    {
        public required long Number { get; init; }
    }
}
