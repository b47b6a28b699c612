using System.Runtime.Versioning;
using Microsoft.Data.Sqlite;
using NUnit.Framework;
using ProvincialGateway.Backup;
using ProvincialGateway.Oversight;
using ProvincialGateway.Storage;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Backup;

internal sealed class BackupTests
{
    private NodeFolder _node = null!;

    [SetUp]
    public async Task Make() => _node = await NodeFolder.MakeAsync();

    [TearDown]
    public async Task Remove() => await _node.DisposeAsync();

    [Test]
    public async Task A_restored_folder_has_every_file_and_every_row_and_knows_that_it_was_restored()
    {
        await _node.CountAsync();
        File.WriteAllText(Path.Combine(_node.Data, "policy.json"), "{}");
        Directory.CreateDirectory(Path.Combine(_node.Data, "catalogue", "yunnan", "v1"));
        File.WriteAllText(Path.Combine(_node.Data, "catalogue", "yunnan", "v1", "items.csv"), "local_code\n");
        File.WriteAllText(Path.Combine(_node.Data, "catalogue", ".unfinished"), "is being written");
        var made = await _node.BackUpAsync(withKeys: true);

        using (var store = BackupStore.OpenForReading(_node.Backups))
            await new Restoration(store, store.Get(id: null), TimeProvider.System).RestoreAsync(_node.Beside("restored"), CancellationToken.None);

        var files = Directory.GetFiles(_node.Beside("restored"), "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(_node.Beside("restored"), file));
        Assert.That(files, Is.EquivalentTo(new[] { "gateway.db", "gateway.lock", "policy.json", "catalogue/yunnan/v1/items.csv", "keys/node.key", "keys/node.pem" }));
        Assert.That(Audit.Run([_node.Beside("restored")], TimeProvider.System).IsClean);
        await using var restored = DataFolder.OpenDatabase(_node.Beside("restored"), TimeProvider.System);
        Assert.That(NodeFolder.Counted(restored), Is.EqualTo((1L, 1L)));
        var row = restored.Read(session => session.QuerySingle<RestorationRow>("SELECT backup_taken_at_ms, backup, recovered_at_ms FROM restoration"));
        Assert.That((row.BackupTakenAtMs, row.Backup, row.RecoveredAtMs), Is.EqualTo((made.TakenAtMs, made.Id, (long?)null)));
    }

    [Test]
    public async Task An_unchanged_node_adds_nearly_nothing_and_a_small_change_little()
    {
        for (var i = 0; i < 200; i++)
            await _node.CountAsync(fillerBytes: 20_000);
        var first = await _node.BackUpAsync();
        var second = await _node.BackUpAsync();
        await _node.CountAsync();
        var third = await _node.BackUpAsync();

        Assert.That(first.NewBytes, Is.GreaterThan(8_000_000));
        Assert.That(second.NewBytes, Is.Zero);
        Assert.That(third.NewBytes, Is.InRange(1, 8 * BackupStore.ChunkSize));
        await _node.RestoreAsync(_node.Beside("second"), second.Id);
        await _node.RestoreAsync(_node.Beside("third"), third.Id);
        Assert.That(await NodeFolder.CountedInAsync(_node.Beside("second")), Is.EqualTo((200L, 200L)));
        Assert.That(await NodeFolder.CountedInAsync(_node.Beside("third")), Is.EqualTo((201L, 201L)));
    }

    /// <summary>Far more than one checkpoint's worth is written while the image is held, so it would show if pages moved into the file meanwhile.</summary>
    [Test]
    public async Task A_backup_taken_while_the_node_writes_is_one_state_of_it_and_holds_what_was_acknowledged_before()
    {
        using var stop = new CancellationTokenSource();
        long acknowledged = 0;
        var writing = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await _node.CountAsync(fillerBytes: 50_000);
                Interlocked.Increment(ref acknowledged);
            }
        });
        for (var round = 0; round < 4; round++)
        {
            var before = Interlocked.Read(ref acknowledged);
            var made = await _node.BackUpAsync();
            await _node.RestoreAsync(_node.Beside($"restored-{round}"), made.Id);
            var (debit, credit) = await NodeFolder.CountedInAsync(_node.Beside($"restored-{round}"));
            Assert.That(debit, Is.EqualTo(credit).And.GreaterThanOrEqualTo(before));
        }
        await stop.CancelAsync();
        await writing;
    }

    [Test]
    public async Task The_image_does_not_change_while_writes_fill_the_log_many_times_over()
    {
        using (var image = await _node.Database.HoldImageAsync(CancellationToken.None))
        {
            var before = Bytes(image);
            for (var i = 0; i < 400; i++)
                await _node.CountAsync(fillerBytes: 50_000);
            Assert.That(new FileInfo($"{_node.Database.Path}-wal"), Has.Length.GreaterThan(20_000_000L), "more than is checkpointed by itself");
            Assert.That(Bytes(image), Is.EqualTo(before));
        }
        await _node.CountAsync();
        Assert.That(_node.Database.Read(session => session.QuerySingle<string>("PRAGMA integrity_check")), Is.EqualTo("ok"));
    }

    /// <summary>The log that it keeps may be what fills the disk.</summary>
    [Test]
    public async Task A_backup_is_given_up_when_the_nodes_disk_takes_nothing_more_and_the_node_goes_on()
    {
        await _node.CountAsync();
        using (var image = await _node.Database.HoldImageAsync(CancellationToken.None))
        {
            _node.Database.Condition.Refuse(StorageUnavailableException.From(new SqliteException("", 13))!);
            await Eventually.GetAsync("the image to be given up", () => IsGivenUp(image), Is.True);
        }
        await Assert.ThatAsync(() => _node.BackUpAsync(), Throws.TypeOf<StorageUnavailableException>());
        Assert.That(Directory.GetFiles(_node.Backups, "*.backup"), Is.Empty);

        Assert.That(await _node.Database.ProbeAsync(CancellationToken.None));
        Assert.That(new FileInfo($"{_node.Database.Path}-wal"), Has.Length.LessThan(1_000_000L));
        await _node.BackUpAsync();
    }

    [Test]
    public async Task A_restore_overwrites_nothing_and_leaves_nothing_behind_when_it_refuses()
    {
        await _node.BackUpAsync();
        Directory.CreateDirectory(_node.Beside("there"));
        File.WriteAllText(Path.Combine(_node.Beside("there"), "something"), "");

        await Assert.ThatAsync(() => _node.RestoreAsync(_node.Beside("there")), Throws.TypeOf<StorageRefusedException>().With.Message.Contains("overwrites nothing"));
        await Assert.ThatAsync(() => _node.RestoreAsync(_node.Data), Throws.TypeOf<StorageRefusedException>().With.Message.Contains("不覆盖"));
        Directory.CreateDirectory(_node.Beside("other-keys"));
        var other = Vault.OpenOrCreate(Path.Combine(_node.Beside("other-keys"), "node.key"));
        await Assert.ThatAsync(() => _node.RestoreAsync(_node.Beside("new"), keys: _node.Beside("other-keys")),
            Throws.TypeOf<StorageRefusedException>().With.Message.Contains(other.Fingerprint).And.Message.Contains(_node.Vault.Fingerprint));
        Assert.That(Directory.GetDirectories(Path.GetDirectoryName(_node.Data)!).Select(Path.GetFileName), Is.EquivalentTo(new[] { "data", "backups", "there", "other-keys" }));
    }

    [Test]
    public async Task A_backup_without_the_keys_needs_them_to_be_restored()
    {
        await _node.BackUpAsync();
        using var store = BackupStore.OpenForReading(_node.Backups);
        Assert.That(store.Get(id: null).Files.Select(file => file.Path), Is.EqualTo(new[] { "gateway.db" }));
        await Assert.ThatAsync(() => new Restoration(store, store.Get(id: null), TimeProvider.System).RestoreAsync(_node.Beside("new"), CancellationToken.None),
            Throws.TypeOf<StorageRefusedException>().With.Message.Contains("--keys"));
    }

    [Test]
    public async Task Every_flipped_byte_is_noticed_before_anything_is_restored()
    {
        await _node.CountAsync(fillerBytes: 100_000);
        await _node.BackUpAsync();
        var pack = Directory.GetFiles(_node.Backups, "*.pack").Single();
        var whole = await File.ReadAllBytesAsync(pack);
        var random = new Random(7);
        for (var round = 0; round < 40; round++)
        {
            var altered = (byte[])whole.Clone();
            altered[random.Next(whole.Length)] ^= 0x10;
            await File.WriteAllBytesAsync(pack, altered);
            await Assert.ThatAsync(() => _node.RestoreAsync(_node.Beside($"flipped-{round}")), Throws.TypeOf<StorageRefusedException>(), $"round {round}");
            Assert.That(Directory.Exists(_node.Beside($"flipped-{round}")), Is.False);
        }
        var manifest = Directory.GetFiles(_node.Backups, "*.backup").Single();
        await File.WriteAllBytesAsync(pack, whole);
        await File.WriteAllTextAsync(manifest, (await File.ReadAllTextAsync(manifest)).Replace("530000", "440000", StringComparison.Ordinal));
        await Assert.ThatAsync(() => _node.RestoreAsync(_node.Beside("renamed")), Throws.TypeOf<StorageRefusedException>().With.Message.Contains("no backups"));
    }

    [Test]
    public async Task A_backup_that_was_killed_is_no_backup_and_the_next_one_clears_up_after_it()
    {
        await _node.CountAsync();
        var first = await _node.BackUpAsync();
        await File.WriteAllTextAsync(Path.Combine(_node.Backups, "0123456789abcdef.pack.new"), "half a pack");
        await File.WriteAllTextAsync(Path.Combine(_node.Backups, "20991231T000000Z-00000000.backup.new"), "half a manifest");
        await File.WriteAllTextAsync(Path.Combine(_node.Backups, "fedcba9876543210.pack"), "named, and not whole: the disk lied");
        using (var store = BackupStore.OpenForReading(_node.Backups))
            Assert.That((store.Get(id: null).Id, store.Damaged.Single()), Is.EqualTo((first.Id, "fedcba9876543210.pack")));

        await _node.CountAsync();
        var second = await _node.BackUpAsync();
        Assert.That(Directory.GetFiles(_node.Backups, "*.new"), Is.Empty);
        await _node.RestoreAsync(_node.Beside("restored"), second.Id);
        Assert.That(await NodeFolder.CountedInAsync(_node.Beside("restored")), Is.EqualTo((2L, 2L)));
    }

    [Test]
    public async Task Pruning_keeps_the_newest_whole_and_gives_the_room_of_the_others_back()
    {
        var ids = new List<string>();
        for (var round = 0; round < 6; round++)
        {
            // Each time other content in the same pages.
            await _node.Database.WriteAsync(session => session.Execute("DELETE FROM counter WHERE length(name) > 100"), CancellationToken.None);
            await _node.CountAsync(fillerBytes: 1_000_000);
            ids.Add((await _node.BackUpAsync(keep: 2)).Id);
        }
        using (var store = BackupStore.OpenForReading(_node.Backups))
            Assert.That(store.Backups.Select(backup => backup.Id), Is.EqualTo(ids[^2..]));
        Assert.That(Directory.GetFiles(_node.Backups).Sum(file => new FileInfo(file).Length), Is.LessThan(3 * new FileInfo(_node.Database.Path).Length));
        await _node.RestoreAsync(_node.Beside("fifth"), ids[4]);
        await _node.RestoreAsync(_node.Beside("sixth"), ids[5]);
        Assert.That(await NodeFolder.CountedInAsync(_node.Beside("fifth")), Is.EqualTo((5L, 5L)));
        Assert.That(await NodeFolder.CountedInAsync(_node.Beside("sixth")), Is.EqualTo((6L, 6L)));
    }

    [Test]
    [UnsupportedOSPlatform("windows")]
    public async Task A_folder_of_backups_is_one_nodes_own_outside_its_data_and_for_its_owner_only()
    {
        using (var inside = BackupStore.OpenForWriting(Path.Combine(_node.Data, "backups")))
            await Assert.ThatAsync(() => new BackupRun(inside, _node.Data, TimeProvider.System).MakeAsync(_node.Database, "test", withKeys: false, CancellationToken.None),
                Throws.TypeOf<StorageRefusedException>().With.Message.Contains("lies in the data folder"));
        await _node.BackUpAsync();
        using (BackupStore.OpenForWriting(_node.Backups))
            Assert.That(() => BackupStore.OpenForWriting(_node.Backups), Throws.TypeOf<StorageRefusedException>().With.Message.Contains("Another backup"));
        foreach (var file in Directory.GetFiles(_node.Backups, "*.*").Where(file => !file.EndsWith(".lock", StringComparison.Ordinal)))
            Assert.That(File.GetUnixFileMode(file), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite), file);
        Assert.That(File.GetUnixFileMode(_node.Backups), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute));
    }

    /// <summary>As on a medium that is only read: nothing is written, not even a lock.</summary>
    [Test]
    public async Task Readers_of_a_folder_of_backups_write_nothing_into_it_and_exclude_only_whoever_writes()
    {
        await _node.BackUpAsync();
        var @lock = Path.Combine(_node.Backups, "backup.lock");
        using (BackupStore.OpenForReading(_node.Backups))
        using (BackupStore.OpenForReading(_node.Backups))
            Assert.That(() => BackupStore.OpenForWriting(_node.Backups), Throws.TypeOf<StorageRefusedException>().With.Message.Contains("Another backup"));
        using (BackupStore.OpenForWriting(_node.Backups))
            Assert.That(() => BackupStore.OpenForReading(_node.Backups), Throws.TypeOf<StorageRefusedException>().With.Message.Contains("Another backup"));

        File.Delete(@lock);
        using (BackupStore.OpenForReading(_node.Backups))
            Assert.That(@lock, Does.Not.Exist);
    }

    [Test]
    public async Task Verifying_restores_audits_and_leaves_nothing()
    {
        await _node.CountAsync();
        await _node.BackUpAsync();
        var before = Directory.GetFileSystemEntries(_node.Backups);
        using (var store = BackupStore.OpenForReading(_node.Backups))
        {
            var report = new Restoration(store, store.Get(id: null), TimeProvider.System) { KeysFolder = _node.Keys }.Verify(_node.Backups, CancellationToken.None);
            Assert.That(report.IsClean);
        }
        Assert.That(Directory.GetFileSystemEntries(_node.Backups), Is.EquivalentTo(before));
    }

    private static bool IsGivenUp(DatabaseImage image)
    {
        try
        {
            Bytes(image);
            return false;
        }
        catch (StorageUnavailableException given)
        {
            return given.Fault is StorageFault.DiskFull;
        }
    }

    private static byte[] Bytes(DatabaseImage image)
    {
        var bytes = new byte[image.Length];
        image.Read(0, bytes);
        return bytes;
    }

    private sealed class RestorationRow
    {
        public required long BackupTakenAtMs { get; init; }

        public required string Backup { get; init; }

        public required long? RecoveredAtMs { get; init; }
    }
}
