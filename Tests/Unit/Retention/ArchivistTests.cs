using Google.Protobuf;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;
using Provincial.Exchange.V1;
using ProvincialGateway.Backup;
using ProvincialGateway.Configuration;
using ProvincialGateway.Insured;
using ProvincialGateway.Network;
using ProvincialGateway.Retention;
using ProvincialGateway.Storage;
using ProvincialGateway.Tests.Oversight;
using ProvincialGateway.Tests.Storage;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Retention;

/// <summary>The messages of a closed year leave the database and nothing is lost by it, whenever it is interrupted.</summary>
[TestFixture]
internal sealed class ArchivistTests
{
    private TempFolder _sound = null!;
    private AuditFolders _folders = null!;

    [OneTimeSetUp]
    public async Task Live()
    {
        _sound = new();
        await using var provinces = await TwoProvinces.StartAsync(_sound.Path);
        await provinces.Stays.LiveAsync();
    }

    [OneTimeTearDown]
    public void Remove() => _sound.Dispose();

    [SetUp]
    public void Copy() => _folders = AuditFolders.CopyOf(_sound);

    [TearDown]
    public void RemoveCopy() => _folders.Dispose();

    [TestCase(1)]
    [TestCase(2)]
    public async Task Every_final_message_of_the_year_moves_and_says_what_it_said(int side)
    {
        await using (var year = await ClosedYear.CloseAsync(FolderOf(side), side))
        {
            var before = year.Messages();
            var pages = year.Ask("SELECT page_count FROM pragma_page_count");

            var run = await year.RunAsync();

            using (Assert.EnterMultipleScope())
            {
                Assert.That(run.Files, Is.EqualTo((int[])[1]));
                Assert.That(year.Moved(), Is.EqualTo(run.Values).And.Positive);
                Assert.That(year.Ask("SELECT count(*) FROM outbound WHERE state IN (1, 4) AND (substr(request, 1, 1) = x'02' OR substr(reply, 1, 1) = x'02')"), Is.Zero, "what is open stays");
                Assert.That(year.Ask("SELECT count(*) FROM inbox WHERE x'01' IN (substr(request, 1, 1), substr(reply, 1, 1))"), Is.Zero);
                Assert.That(year.Ask("SELECT count(*) FROM outbound WHERE state IN (2, 3, 5) AND x'01' IN (substr(request, 1, 1), substr(reply, 1, 1))"), Is.Zero);
                Assert.That(year.Messages(), Is.EqualTo(before));
                Assert.That(year.Ask("SELECT page_count FROM pragma_page_count"), Is.LessThan(pages), "the file becomes smaller by itself");
                Assert.That((run.PagesFree, year.Ask("SELECT freelist_count FROM pragma_freelist_count")), Is.EqualTo((0, 0)));
            }
            Assert.That((await year.RunAsync()).Files, Is.Empty, "it is done once");
        }
        Assert.That(Findings(), Is.Empty);
    }

    [Test]
    public async Task Both_sides_archived_still_agree_byte_for_byte()
    {
        foreach (var side in (int[])[1, 2])
        {
            await using var year = await ClosedYear.CloseAsync(FolderOf(side), side);
            await year.RunAsync();
        }

        var report = _folders.Audit();

        Assert.That(Findings(), Is.Empty);
        Assert.That(report.Checks.Where(check => check.Name is "archive-files" or "archive-values" or "pair-replies").Select(check => check.Checked), Has.All.Positive);
    }

    [Test]
    public async Task A_repeat_gets_the_very_bytes_and_another_content_the_name_of_what_differs()
    {
        await using var year = await ClosedYear.CloseAsync(_folders.Insured, side: 2);
        var before = year.Messages();
        await year.RunAsync();
        var id = year.Books.Read(session => session.QuerySingle<string>("SELECT min(transaction_id) FROM inbox WHERE method GLOB '*/Settle'"));
        var request = SettleRequest.Parser.ParseFrom(Convert.FromHexString(before[$"inbox.request {id}"]));
        var inbox = new Inbox(year.Books, year.Vault, year.Time);

        var repeated = await AskAsync(request);
        request.Header.Operator = "002";
        var other = await AskAsync(request);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Convert.ToHexString(repeated.ToByteArray()), Is.EqualTo(before[$"inbox.reply {id}"]));
            Assert.That(other.Refusal?.Code, Is.EqualTo(RefusalCode.IdConflict));
            Assert.That(other.Refusal?.Field, Does.Contain("operator"));
        }

        Task<SettleResponse> AskAsync(SettleRequest asked) => inbox.AnswerOnceAsync<SettleRequest, SettleResponse>(
            asked, PeerMethod.Settle.Path, TwoProvinces.Treatment, _ => throw new AssertionException("A repeat decides nothing."), CancellationToken.None);
    }

    [Test]
    public async Task Nothing_moves_before_its_time_or_where_it_is_off_or_while_the_year_is_open()
    {
        await using var year = await ClosedYear.CloseAsync(_folders.Insured, side: 2);

        Assert.That((await year.RunAsync(months: 25)).Files, Is.Empty, "closed 24 months ago");
        Assert.That((await year.RunAsync(months: 0)).Files, Is.Empty, "off");
        await using (var open = ClosedYear.Open(_folders.Treatment))
            Assert.That((await open.RunAsync()).Files, Is.Empty, "not closed");
        Assert.That((year.Moved(), Directory.Exists(year.Archive)), Is.EqualTo((0, false)));
    }

    [Test]
    public async Task Requests_of_hospitals_wait_for_the_year_with_every_partner()
    {
        await using var year = await ClosedYear.CloseAsync(_folders.Treatment, side: 1);
        await year.Books.WriteAsync(session => session.Execute(
            """
            CREATE TEMP TABLE other AS SELECT * FROM ledger_row WHERE side = 1 LIMIT 1;
            UPDATE other SET partner = '440000', transaction_id = '440000' || substr(transaction_id, 7);
            INSERT INTO ledger_row SELECT * FROM other;
            """), CancellationToken.None);

        await year.RunAsync();

        Assert.That(year.Ask("SELECT count(*) FROM his_request WHERE substr(operation, 1, 1) = x'02'"), Is.Zero);
        Assert.That(year.Ask("SELECT count(*) FROM outbound WHERE substr(request, 1, 1) = x'02'"), Is.Positive);
    }

    /// <remarks>The folder is copied as a kill would leave it: with the log of the database, while it is open.</remarks>
    [TestCase(ArchiveStep.Written)]
    [TestCase(ArchiveStep.Recorded)]
    [TestCase(ArchiveStep.Named)]
    [TestCase(ArchiveStep.Placed)]
    [TestCase(ArchiveStep.Replacing)]
    [TestCase(ArchiveStep.Finished)]
    public async Task Killed_at_any_step_it_has_lost_nothing_and_goes_on(ArchiveStep at)
    {
        using var killed = new TempFolder();
        Dictionary<string, string> before;
        long values;
        await using (var year = await ClosedYear.CloseAsync(_folders.Treatment, side: 1))
        {
            before = year.Messages();
            var isCopied = false;
            values = (await year.RunAsync(fileBytesMax: 8_192, reached: step =>
            {
                if (step == at && !isCopied)
                    CopyAll(year.Folder, killed.File("530000"));
                isCopied |= step == at;
            })).Values;
        }
        Assert.That(AuditFolders.Run(killed.File("530000")).Checks.SelectMany(check => check.Findings), Is.Empty, "before it goes on");

        await using (var again = ClosedYear.Open(killed.File("530000")))
        {
            Assert.That(again.Messages(), Is.EqualTo(before));
            await again.RunAsync(fileBytesMax: 8_192);
            using (Assert.EnterMultipleScope())
            {
                Assert.That(again.Messages(), Is.EqualTo(before));
                Assert.That(again.Moved(), Is.EqualTo(values));
                Assert.That(again.Ask("SELECT count(*) FROM archive_file WHERE state < 3"), Is.Zero);
                Assert.That(again.Ask("SELECT count(*) FROM archive_file"), Is.GreaterThan(1));
                Assert.That(Directory.EnumerateFiles(again.Archive).Count(), Is.EqualTo(again.Ask("SELECT count(*) FROM archive_file")), "nothing unfinished lies about");
            }
        }
        Assert.That(AuditFolders.Run(killed.File("530000")).Checks.SelectMany(check => check.Findings), Is.Empty);
    }

    [Test]
    public async Task A_recorded_file_that_a_backup_did_not_take_is_written_again()
    {
        await using var year = await ClosedYear.CloseAsync(_folders.Treatment, side: 1);
        var before = year.Messages();
        Assert.That(() => year.RunAsync(reached: step => throw new IOException($"{step}")), Throws.TypeOf<IOException>(), "written, nobody knows of it");
        Assert.That(() => year.RunAsync(reached: step => StopAt(step, ArchiveStep.Recorded)), Throws.TypeOf<IOException>());
        File.Delete(Path.Combine(year.Archive, ".000001.db"));

        var run = await year.RunAsync();

        Assert.That((run.Files, year.Moved()), Is.EqualTo(((int[])[1], run.Values)));
        Assert.That(year.Messages(), Is.EqualTo(before));
    }

    [Test]
    public async Task A_file_the_database_does_not_know_is_left_alone()
    {
        await using var year = await ClosedYear.CloseAsync(_folders.Treatment, side: 1);
        Directory.CreateDirectory(year.Archive);
        await File.WriteAllTextAsync(Path.Combine(year.Archive, "000001.db"), "of a later database");

        Assert.That((await year.RunAsync()).Files, Is.EqualTo((int[])[2]));

        Assert.That(await File.ReadAllTextAsync(Path.Combine(year.Archive, "000001.db")), Is.EqualTo("of a later database"));
    }

    [Test]
    public async Task An_altered_and_a_missing_file_are_found_and_named()
    {
        string path;
        await using (var year = await ClosedYear.CloseAsync(_folders.Insured, side: 2))
        {
            await year.RunAsync();
            path = Path.Combine(year.Archive, "000001.db");
        }
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);
        Assert.That(Named("archive-files"), Is.EqualTo((string[])["archive/000001.db"]));

        File.Delete(path);
        Assert.That((Named("archive-files"), Named("archive-values")), Is.EqualTo(((string[])["archive/000001.db"], (string[])["archive/000001.db"])));
        await using var without = ClosedYear.Open(_folders.Insured);
        Assert.That(without.Messages, Throws.TypeOf<SealBrokenException>().With.Message.Contains("000001.db").And.Message.Contains("restore this file"));
    }

    [Test]
    public async Task A_file_that_was_put_back_is_read_without_a_restart()
    {
        await using var year = await ClosedYear.CloseAsync(_folders.Insured, side: 2);
        var expected = year.Messages();
        await year.RunAsync();
        var path = Path.Combine(year.Archive, "000001.db");
        var bytes = await File.ReadAllBytesAsync(path);
        // In place, as a disk does it: the file that is open is the one that has changed.
        await WriteAsync([.. bytes.Select((value, at) => at < 4096 ? value : (byte)(value ^ 1))]);
        Assert.That(year.Messages, Throws.TypeOf<SealBrokenException>());

        await WriteAsync(bytes);
        Assert.That(year.Messages(), Is.EqualTo(expected));

        async Task WriteAsync(byte[] content)
        {
            await using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            await file.WriteAsync(content);
        }
    }

    [Test]
    public async Task A_place_that_belongs_to_another_row_is_found()
    {
        await using (var year = await ClosedYear.CloseAsync(_folders.Insured, side: 2))
            await year.RunAsync();

        AuditFolders.Spoil(_folders.Insured, "UPDATE inbox SET reply = (SELECT reply FROM inbox WHERE rowid = 2) WHERE rowid = 1");

        Assert.That(Named("archive-values"), Has.Length.EqualTo(1).And.Some.Length.EqualTo(30));
    }

    [Test]
    public async Task Committed_bytes_give_way_to_nothing_but_their_place_in_the_file_that_is_being_filled_in()
    {
        await using var year = await ClosedYear.CloseAsync(_folders.Treatment, side: 1);
        await using var insured = await ClosedYear.CloseAsync(_folders.Insured, side: 2);
        var place = Convert.ToHexString(new ArchivedValue(1, 1, new byte[16]).ToBytes());
        var other = Convert.ToHexString(new ArchivedValue(2, 1, new byte[16]).ToBytes());
        Refused($"UPDATE outbound SET reply = x'{place}' WHERE state = 2", "no file is being filled in");
        foreach (var (books, table) in new[] { (year, "outbound"), (insured, "inbox") })
        {
            await books.Books.WriteAsync(session => session.Execute("INSERT INTO archive_file VALUES (1, printf('%064d', 0), 1, 1, 1, 1); UPDATE archive_file SET state = 2"), CancellationToken.None);
            foreach (var change in new[]
            {
                $"request = x'{other}'", $"reply = x'{other}'", "reply = zeroblob(29)", $"reply = x'{place}00'", $"reply = x'{place}', method = 'x'", $"reply = x'{place}', transaction_id = 'x'",
                "reply = NULL", $"request = x'{place}', reply = zeroblob(40)", $"reply = x'{place}', rowid = 99999",
            })
            {
                Assert.That(() => books.Books.WriteAsync(session => session.Execute($"UPDATE {table} SET {change} WHERE rowid = 1"), CancellationToken.None), Throws.TypeOf<SqliteException>(), $"{table} {change}");
            }
        }
        Refused($"UPDATE outbound SET request = x'{place}' WHERE state IN (1, 4)", "open requests");
        await insured.Books.WriteAsync(session => session.Execute($"UPDATE inbox SET reply = x'{place}' WHERE rowid = 1"), CancellationToken.None);
        Assert.That(() => insured.Books.WriteAsync(session => session.Execute($"UPDATE inbox SET reply = x'{place[..^2]}01' WHERE rowid = 1"), CancellationToken.None), Throws.TypeOf<SqliteException>(), "a place is final");

        void Refused(string sql, string why) =>
            Assert.That(() => year.Books.WriteAsync(session => session.Execute(sql), CancellationToken.None), Throws.TypeOf<SqliteException>(), why);
    }

    [Test]
    public async Task A_backup_takes_the_archive_and_its_restoration_reads_it()
    {
        using var beside = new TempFolder();
        Dictionary<string, string> before;
        await using (var year = await ClosedYear.CloseAsync(_folders.Treatment, side: 1))
        {
            before = year.Messages();
            await year.RunAsync();
            using var store = BackupStore.OpenForWriting(beside.File("backups"));
            await new BackupRun(store, year.Folder, year.Time).MakeAsync(year.Books, "test", withKeys: false, CancellationToken.None);
        }

        using (var store = BackupStore.OpenForReading(beside.File("backups")))
            await new Restoration(store, store.Get(null), new ManualTimeProvider()) { KeysFolder = Path.Combine(_folders.Treatment, "keys") }.RestoreAsync(beside.File("restored"), CancellationToken.None);

        await using var restored = ClosedYear.Open(beside.File("restored"));
        Assert.That(restored.Messages(), Is.EqualTo(before));
        Assert.That(restored.Moved(), Is.Positive);
    }

    [Test]
    public async Task Books_of_the_first_release_can_be_archived()
    {
        using var older = await OlderBooks.OfReleaseAsync(26);
        await older.UpgradeAsync();
        foreach (var (folder, side) in new[] { (older.Treatment, 1), (older.Insured, 2) })
        {
            await using var year = await ClosedYear.CloseAsync(folder, side);
            var before = year.Messages();
            Assert.That((await year.RunAsync()).Values, Is.Positive);
            Assert.That(year.Messages(), Is.EqualTo(before));
        }
        Assert.That(older.Findings().Where(finding => finding.StartsWith("archive", StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public async Task It_runs_by_itself_once_a_night_an_hour_after_the_reconciliation()
    {
        await using var year = await ClosedYear.CloseAsync(_folders.Insured, side: 2);
        using var archivist = year.Archivist();
        using var nightly = new NightlyArchive(archivist, new ReconciliationOptions { DailyAt = new TimeOnly(9, 30) }, year.Time, NullLogger<NightlyArchive>.Instance);

        await nightly.RunDueAsync(CancellationToken.None);
        Assert.That(year.Moved(), Is.Zero, "at 09:00");
        year.Time.Advance(TimeSpan.FromHours(1.5));
        await nightly.RunDueAsync(CancellationToken.None);
        Assert.That(year.Moved(), Is.Positive, "at 10:30");
    }

    private string FolderOf(int side) => side == 1 ? _folders.Treatment : _folders.Insured;

    private IEnumerable<string> Findings() => _folders.Audit().Checks.SelectMany(check => check.Findings, (check, finding) => $"{check.Name}: {finding}");

    private string[] Named(string check) => [.. AuditFolders.Run(_folders.Insured).Checks.Single(found => found.Name == check).Findings.Select(finding => finding.Subject)];

    private static void StopAt(ArchiveStep step, ArchiveStep at)
    {
        if (step == at)
            throw new IOException($"{step}");
    }

    private static void CopyAll(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
            .Where(file => Path.GetFileName(file) != DirectoryLock.FileName))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            // Keeps the mode: a key that others may read is refused.
            File.Copy(file, target);
        }
    }
}
