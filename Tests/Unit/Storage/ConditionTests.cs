using Dapper;
using Microsoft.Data.Sqlite;
using NUnit.Framework;
using ProvincialGateway.Storage;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Storage;

/// <summary>When the storage refuses work, how it finds out that it may take work again, and what a start does after an unclean stop.</summary>
internal sealed class ConditionTests
{
    private TempFolder _folder;
    private Database _database = null!;
    private SqliteConnection _writer = null!;

    [SetUp]
    public async Task Open()
    {
        _folder = new();
        _database = Database.Open(Stores.Options(_folder), TimeProvider.System);
        await _database.WriteAsync(session => { _writer = session.Connection.Inner; }, CancellationToken.None);
    }

    [TearDown]
    public async Task Close()
    {
        await _database.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task A_full_disk_is_refused_until_a_probe_finds_room()
    {
        _writer.Execute($"PRAGMA max_page_count = {_writer.ExecuteScalar<long>("PRAGMA page_count")}");
        await FillAsync();
        Assert.That(_database.Condition.Cause?.Fault, Is.EqualTo(StorageFault.DiskFull));
        var (first, second) = (_database.Condition.Refusal, _database.Condition.Refusal);
        Assert.That(first, Is.Not.SameAs(second), "one exception object for each caller");
        Assert.That(await _database.ProbeAsync(CancellationToken.None), Is.False);

        var changed = _database.Condition.Observe().Changed;
        _writer.Execute("PRAGMA max_page_count = 1000000");
        Assert.That(await _database.ProbeAsync(CancellationToken.None));
        Assert.That(_database.Condition.Cause, Is.Null);
        Assert.That(changed.IsCompleted);
    }

    [Test]
    public async Task A_disk_that_cannot_even_be_asked_for_its_room_is_refused_until_it_is_there_again()
    {
        _database.Condition.Refuse(StorageUnavailableException.From(new SqliteException("", 13))!);
        var (folder, away) = (Path.GetDirectoryName(_database.Path)!, $"{Path.GetDirectoryName(_database.Path)}-away");
        Directory.Move(folder, away);
        try
        {
            Assert.That(await _database.ProbeAsync(CancellationToken.None), Is.False);
        }
        finally
        {
            Directory.Move(away, folder);
        }
        Assert.That(await _database.ProbeAsync(CancellationToken.None));
    }

    /// <summary>Else a log that filled the disk would stay for ever: a backup that waits for another disk keeps it, and nothing is written that could move it.</summary>
    [Test]
    public async Task An_image_is_given_up_when_the_disk_is_full_and_a_probe_moves_the_log_into_the_file_before_it_looks_for_room()
    {
        await _database.DisposeAsync();
        _database = Database.Open(Stores.Options(_folder) with { FreeBytesMin = long.MaxValue }, TimeProvider.System);
        var log = new FileInfo($"{_database.Path}-wal");
        using var image = await _database.HoldImageAsync(CancellationToken.None);
        for (var i = 0; i < 20; i++)
            await CountAsync();
        log.Refresh();
        Assert.That(log, Has.Length.GreaterThan(0L), "the image keeps it");

        _database.Condition.Refuse(StorageUnavailableException.From(new SqliteException("", 13))!);
        await Eventually.GetAsync("the log to be moved into the file", async () =>
        {
            Assert.That(await _database.ProbeAsync(CancellationToken.None), Is.False);
            log.Refresh();
            return log.Length;
        }, Is.Zero);
        Assert.That(() => image.Read(0, new byte[100]), Throws.TypeOf<StorageUnavailableException>().With.Message.Contains("磁盘已满"));
    }

    [Test]
    public async Task A_disk_that_fails_between_two_groups_is_refused_and_the_connection_is_given_up()
    {
        var condition = new StorageCondition();
        var opened = 0;
        SqliteConnection Open()
        {
            opened++;
            return Connections.OpenWriter(_folder.File("other.db"), TimeSpan.FromSeconds(1));
        }
        await File.WriteAllBytesAsync(_folder.File("other.db"), []);
        await using var writer = new GroupWriter(Open(), Open, condition, groupMax: 8, queueMax: 8);

        await Assert.ThatAsync(() => writer.BetweenAsync<bool>(_ => throw StorageUnavailableException.LogInUse()), Throws.TypeOf<StorageUnavailableException>());
        Assert.That(condition.Cause, Is.Null, "a busy moment is nobody else's");
        await Assert.ThatAsync(() => writer.BetweenAsync<bool>(_ => throw new SqliteException("", 10)), Throws.TypeOf<StorageUnavailableException>());
        Assert.That(condition.Cause?.Fault, Is.EqualTo(StorageFault.InputOutput));
        await writer.Enqueue(session => session.Execute("CREATE TABLE note (text TEXT)"), CancellationToken.None).WaitAsync(Stores.Deadline);
        Assert.That(opened, Is.EqualTo(2));
        await writer.DisposeAsync();
        writer.Connection?.Dispose();
    }

    [Test]
    public async Task A_read_only_and_a_locked_file_are_refused_until_a_probe_writes()
    {
        _writer.Execute("PRAGMA query_only = ON");
        await Assert.ThatAsync(() => CountAsync(), Throws.TypeOf<StorageUnavailableException>());
        Assert.That(_database.Condition.Cause?.Fault, Is.EqualTo(StorageFault.ReadOnly));
        _writer.Execute("PRAGMA query_only = OFF");
        Assert.That(await _database.ProbeAsync(CancellationToken.None));

        using (var foreign = Stores.OpenForeign(_database.Path))
        using (foreign.BeginTransaction(deferred: false))
        {
            await Assert.ThatAsync(() => CountAsync(), Throws.TypeOf<StorageUnavailableException>());
            Assert.That(_database.Condition.Cause?.Fault, Is.EqualTo(StorageFault.Locked));
            Assert.That(await _database.ProbeAsync(CancellationToken.None), Is.False);
        }
        Assert.That(await _database.ProbeAsync(CancellationToken.None));
    }

    /// <summary>Else a caller that asks why, or repeats at once, would find a storage that takes work.</summary>
    [Test]
    public async Task Who_is_told_of_a_loss_finds_the_storage_refusing_in_the_same_moment()
    {
        _writer.Execute("PRAGMA query_only = ON");
        for (var round = 0; round < 1000; round++)
        {
            var lost = CountAsync();
            while (!lost.IsCompleted)
                Thread.SpinWait(1); // Pausing would let the moment pass.
            Assert.That(_database.Condition.Cause?.Fault, Is.EqualTo(StorageFault.ReadOnly), $"round {round}");
            await Assert.ThatAsync(() => lost, Throws.TypeOf<StorageUnavailableException>());
            _database.Condition.Recover();
        }
        _writer.Execute("PRAGMA query_only = OFF");
    }

    [Test]
    public async Task Damage_is_not_forgotten_by_a_probe()
    {
        _database.Condition.Refuse(StorageUnavailableException.From(new SqliteException("", 11))!);
        Assert.That(await _database.ProbeAsync(CancellationToken.None), Is.False);
        _database.Condition.Recover();
        Assert.That(_database.Condition.Cause?.Fault, Is.EqualTo(StorageFault.Damaged));
    }

    [Test]
    public async Task After_an_unclean_stop_the_start_looks_at_the_file_and_a_torn_log_loses_its_tail_alone()
    {
        for (var i = 0; i < 20; i++)
            await CountAsync();
        var crashed = Crashed();
        await using (var log = new FileStream($"{crashed}-wal", FileMode.Open))
        {
            log.Position = log.Length - 100;
            log.WriteByte(0x5a);
        }
        await using var reopened = Database.Open(new DatabaseOptions { Path = crashed }, TimeProvider.System);
        Assert.That(reopened.LastStop, Has.Property(nameof(LastStop.WasClean)).False.And.Property(nameof(LastStop.Checked)).Not.Null);
        Assert.That(reopened.LastStop.LogBytes, Is.GreaterThan(0));
        Assert.That(reopened.Read(session => session.QuerySingle<long>("SELECT value FROM counter WHERE name = 'c'")), Is.EqualTo(19));
    }

    /// <summary>Behind a place where a write was torn there is one commit at most; behind one where a byte has changed there may be many, which were acknowledged.</summary>
    [Test]
    public async Task A_byte_that_changed_in_the_log_is_told_from_a_torn_tail_and_marks_the_data_as_older()
    {
        // The tables are in the file, the counts in the log.
        _writer.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
        for (var i = 0; i < 20; i++)
            await CountAsync();
        var log = await File.ReadAllBytesAsync($"{_database.Path}-wal");
        var random = new Random(11);
        var damaged = 0;
        for (var round = 0; round < 40; round++)
        {
            var altered = (byte[])log.Clone();
            var at = random.Next(log.Length);
            altered[at] ^= (byte)(1 << random.Next(8));
            var crashed = Crashed($"crashed-{round}");
            await File.WriteAllBytesAsync($"{crashed}-wal", altered);
            await using var reopened = Database.Open(new DatabaseOptions { Path = crashed }, TimeProvider.System);
            var (left, marks) = reopened.Read(session => (
                session.QuerySingle<long>("SELECT coalesce(max(value), 0) FROM counter WHERE name = 'c'"), session.QuerySingle<long>("SELECT count(*) FROM restoration")));
            Assert.That(marks, Is.EqualTo(reopened.LastStop.Damage is null ? 0 : 1), $"byte {at}");
            if (left < 19)
                Assert.That(reopened.LastStop.Damage, Is.Not.Null.And.Property(nameof(LogDamage.Commits)).InRange(20 - left - 1, 20 - left), $"byte {at}, {left} left");
            else
                Assert.That(reopened.LastStop.Damage, Is.Null, $"byte {at}, {left} left");
            damaged += left < 19 ? 1 : 0;
        }
        Assert.That(damaged, Is.InRange(20, 39), "both are met");
    }

    /// <summary>While somebody reads, the log is moved into the file and not begun anew. What is lost of it then is lost in part.</summary>
    [Test]
    public async Task A_log_that_is_damaged_before_what_was_moved_into_the_file_already_is_no_older_state_and_refuses_the_start()
    {
        _writer.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
        for (var i = 0; i < 20; i++)
            await CountAsync();
        using var reader = Stores.OpenForeign(_database.Path);
        using var reading = reader.BeginTransaction(deferred: true);
        reader.ExecuteScalar<long>("SELECT value FROM counter", transaction: reading);
        _writer.Execute("PRAGMA wal_checkpoint(PASSIVE)");
        for (var i = 0; i < 5; i++)
            await CountAsync();
        var crashed = Crashed();
        await using (var log = new FileStream($"{crashed}-wal", FileMode.Open))
        {
            log.Position = log.Length / 3;
            log.WriteByte(0x5a);
        }
        for (var start = 0; start < 2; start++)
            Assert.That(() => Database.Open(new DatabaseOptions { Path = crashed }, TimeProvider.System),
                Throws.TypeOf<StorageRefusedException>().With.Message.Contains("node.db-wal").And.Message.Contains("gateway restore"), $"start {start}");
    }

    [Test]
    public async Task A_damage_is_found_once_also_when_the_node_is_killed_again_at_once()
    {
        _writer.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
        for (var i = 0; i < 20; i++)
            await CountAsync();
        var crashed = Crashed();
        await using (var log = new FileStream($"{crashed}-wal", FileMode.Open))
        {
            log.Position = log.Length / 2;
            log.WriteByte(0x5a);
        }
        await using var reopened = Database.Open(new DatabaseOptions { Path = crashed }, TimeProvider.System);
        Assert.That(reopened.LastStop.Damage, Is.Not.Null);
        var again = Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(crashed)!, "again")).FullName;
        Stores.CopyAsCrashed(crashed, Path.Combine(again, "gateway.db"));

        await using var second = Database.Open(new DatabaseOptions { Path = Path.Combine(again, "gateway.db") }, TimeProvider.System);
        Assert.That(second.LastStop.Damage, Is.Null);
        Assert.That(second.Read(session => session.QuerySingle<long>("SELECT count(*) FROM restoration")), Is.EqualTo(1));
    }

    [Test]
    public async Task A_damaged_file_refuses_to_start_and_names_the_restore_and_goes_on_refusing()
    {
        var crashed = await BrokenAsync();
        for (var start = 0; start < 2; start++)
            Assert.That(() => Database.Open(new DatabaseOptions { Path = crashed }, TimeProvider.System),
                Throws.InstanceOf<StorageException>().With.Message.Contains("gateway restore"), $"start {start}");
    }

    [Test]
    public async Task A_file_too_large_for_the_start_is_looked_at_while_the_node_serves()
    {
        await CountAsync();
        await using var reopened = Database.Open(new DatabaseOptions { Path = Crashed(), CheckAtStartMax = 0 }, TimeProvider.System);
        Assert.That(reopened.LastStop.IsUnchecked);

        Assert.That(await reopened.CheckAsync(CancellationToken.None), Is.Not.Null);
        Assert.That(await reopened.CheckAsync(CancellationToken.None), Is.Null, "once");
    }

    [Test]
    public async Task Damage_that_is_found_while_the_node_serves_ends_its_work_and_names_the_restore()
    {
        var crashed = await BrokenAsync();
        await using var reopened = Database.Open(new DatabaseOptions { Path = crashed, CheckAtStartMax = 0 }, TimeProvider.System);

        await Assert.ThatAsync(() => reopened.CheckAsync(CancellationToken.None), Throws.TypeOf<StorageRefusedException>().With.Message.Contains("gateway restore"));
        Assert.That(reopened.Condition.Cause?.Fault, Is.EqualTo(StorageFault.Damaged));
    }

    [Test]
    public async Task A_clean_stop_is_not_looked_into()
    {
        Assert.That(_database.LastStop.WasClean, "a new folder");
        await _database.DisposeAsync();
        await using var reopened = Database.Open(Stores.Options(_folder), TimeProvider.System);
        Assert.That(reopened.LastStop, Has.Property(nameof(LastStop.WasClean)).True.And.Property(nameof(LastStop.Checked)).Null);
    }

    [Test]
    public async Task Free_pages_are_given_back_in_steps_while_others_write()
    {
        for (var i = 0; i < 100; i++)
            await _database.WriteAsync(session => session.Execute("INSERT INTO counter (name, value) VALUES (hex(randomblob(20000)), 1)"), CancellationToken.None);
        await _database.WriteAsync(session => session.Execute("DELETE FROM counter WHERE length(name) > 100"), CancellationToken.None);
        var (before, steps, left) = (_writer.ExecuteScalar<long>("PRAGMA page_count"), 0, long.MaxValue);
        for (; left > 0; steps++)
        {
            left = await _database.CompactAsync(pagesMax: 100);
            await CountAsync();
        }
        Assert.That(steps, Is.InRange(5, 100), "each step is small, and more than one page");
        Assert.That(_writer.ExecuteScalar<long>("PRAGMA page_count"), Is.LessThan(before / 2));
        Assert.That(_database.Read(session => session.QuerySingle<string>("PRAGMA integrity_check")), Is.EqualTo("ok"));
    }

    [Test]
    public async Task A_file_of_an_older_release_is_rebuilt_once_and_shrinks_in_steps_from_then_on()
    {
        _writer.Execute("PRAGMA auto_vacuum = NONE; VACUUM");
        await Assert.ThatAsync(() => _database.CompactAsync(100), Throws.TypeOf<StorageRefusedException>().With.Message.Contains("gateway compact"));
        await _database.RebuildAsync();
        Assert.That(await _database.CompactAsync(100), Is.Zero);
        await CountAsync();
    }

    /// <summary>
    /// As <see cref="Crashed"/>, with pages near its end lost. The rows are short, so that each page has an order that is gone then: a lost page of a
    /// long value is a value of zeros, which SQLite does not find.
    /// </summary>
    private async Task<string> BrokenAsync()
    {
        await _database.WriteAsync(session => session.Execute(
            """
            INSERT INTO counter (name, value)
            WITH RECURSIVE row (number) AS (VALUES (1) UNION ALL SELECT number + 1 FROM row LIMIT 2000)
            SELECT printf('%08d%0400d', number, 0), 1 FROM row
            """), CancellationToken.None);
        await _database.DisposeAsync();
        var crashed = Crashed();
        await using (var file = new FileStream(crashed, FileMode.Open))
        {
            file.Position = file.Length - (40 * 4096);
            file.Write(new byte[20 * 4096]);
        }
        return crashed;
    }

    private string Crashed(string name = "crashed")
    {
        Directory.CreateDirectory(_folder.File(name));
        var copy = Path.Combine(_folder.File(name), "node.db");
        File.Copy(_database.Path, copy);
        if (File.Exists($"{_database.Path}-wal"))
            File.Copy($"{_database.Path}-wal", $"{copy}-wal");
        // The mark of a process that did not come to its end.
        File.WriteAllText(Path.Combine(_folder.File(name), DirectoryLock.FileName), "\n");
        return copy;
    }

    private Task<long> CountAsync() => _database.WriteAsync(session => Counters.Next(session, "c"), CancellationToken.None).WaitAsync(Stores.Deadline);

    private Task FillAsync() => Assert.ThatAsync(
        () => _database.WriteAsync(session => session.Execute("INSERT INTO storage_probe (only_row, probed_at_ms, filler) VALUES (1, 1, zeroblob(1000000))"), CancellationToken.None).WaitAsync(Stores.Deadline),
        Throws.TypeOf<StorageUnavailableException>());
}
