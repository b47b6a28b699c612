using NUnit.Framework;
using ProvincialGateway.Storage;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Storage;

internal sealed class CrashTests
{
    [Test]
    public async Task What_was_acknowledged_survives_a_crash_and_what_was_not_committed_does_not()
    {
        using var folder = new TempFolder();
        var copy = Stores.Options(folder) with { Path = folder.File("crashed.db") };
        await using (var database = Stores.Open(folder))
        {
            await database.AddAsync("acknowledged");
            var log = new FileInfo($"{database.Path}-wal");
            var committedBytes = log.Length;
            using var gate = await WriterGate.CloseAsync(database, session =>
            {
                // More than the page cache holds, so that uncommitted pages are in the log when the machine stops.
                session.Execute("PRAGMA cache_size = 10");
                session.Add("uncommitted", bodyBytes: 4_000_000);
            });
            log.Refresh();
            Assert.That(log.Length, Is.GreaterThan(committedBytes + 1_000_000), "uncommitted pages are in the log");
            Stores.CopyAsCrashed(database.Path, copy.Path);
            await gate.OpenAsync();
        }
        await using var reopened = Stores.Open(copy);

        Assert.That(reopened.Texts(), Is.EqualTo(new[] { "acknowledged" }));
        await reopened.AddAsync("life goes on");
        Assert.That(reopened.Read(session => session.QuerySingle<string>("PRAGMA integrity_check")), Is.EqualTo("ok"));
    }

    [Test]
    public async Task A_log_torn_at_any_place_opens_as_a_prefix_of_whole_works()
    {
        const int Works = 12, Cuts = 60;
        using var folder = new TempFolder();
        byte[] file, log;
        await using (var database = Stores.Open(folder))
        {
            for (var i = 1; i <= Works; i++)
                await database.WriteAsync(session =>
                {
                    session.Add($"{i} debit");
                    session.Add($"{i} credit");
                }, CancellationToken.None);
            Stores.CopyAsCrashed(database.Path, folder.File("crashed.db"));
            file = await File.ReadAllBytesAsync(folder.File("crashed.db"));
            log = await File.ReadAllBytesAsync(folder.File("crashed.db-wal"));
        }

        var survivors = new List<int>();
        for (var cut = 0; cut <= Cuts; cut++)
            survivors.Add(await SurvivorsAsync(file, log[..(int)((long)log.Length * cut / Cuts)]));

        Assert.That(survivors, Is.Ordered);
        Assert.That(survivors[0], Is.Zero);
        Assert.That(survivors[^1], Is.EqualTo(Works));
        Assert.That(survivors.Distinct().Count(), Is.GreaterThan(Works / 2), "the cuts fall between the works");
    }

    [Test]
    public async Task Data_survive_when_a_foreign_reader_prevents_the_last_checkpoint()
    {
        using var folder = new TempFolder();
        var database = Stores.Open(folder);
        await database.AddAsync("early");
        using (var foreign = Stores.OpenForeign(database.Path))
        {
            using var reading = foreign.BeginTransaction(deferred: true);
            using var command = foreign.CreateCommand();
            command.CommandText = "SELECT count(*) FROM note";
            Assert.That(command.ExecuteScalar(), Is.EqualTo(1L));
            await database.AddAsync("late");
            await database.DisposeAsync();
            Assert.That(new FileInfo($"{database.Path}-wal"), Has.Length.GreaterThan(0L), "the log could not be emptied");
            Stores.CopyAsCrashed(database.Path, folder.File("crashed.db"));
        }
        await using var reopened = Stores.Open(Stores.Options(folder) with { Path = folder.File("crashed.db") });

        Assert.That(reopened.Texts(), Is.EqualTo(new[] { "early", "late" }));
    }

    [Test]
    public async Task Disposing_moves_everything_into_the_one_file()
    {
        using var folder = new TempFolder();
        await using (var database = Stores.Open(folder))
            await database.AddAsync("moved");

        Assert.That(Directory.GetFiles(folder.Path).Select(Path.GetFileName), Is.EquivalentTo(new[] { "node.db", DirectoryLock.FileName }));
        await using var reopened = Stores.Open(folder);
        Assert.That(reopened.Texts(), Is.EqualTo(new[] { "moved" }));
    }

    /// <summary>The number of works found, after checking that each is there whole and that none is missing in between.</summary>
    private static async Task<int> SurvivorsAsync(byte[] file, byte[] log)
    {
        using var folder = new TempFolder();
        var options = Stores.Options(folder);
        await File.WriteAllBytesAsync(options.Path, file);
        await File.WriteAllBytesAsync($"{options.Path}-wal", log);
        await using var database = Stores.Open(options);
        var texts = database.Texts();
        Assert.That(texts.Count % 2, Is.Zero, "no half of a work");
        Assert.That(texts, Is.EqualTo(Enumerable.Range(1, texts.Count / 2).SelectMany(i => new[] { $"{i} debit", $"{i} credit" })));
        return texts.Count / 2;
    }
}
