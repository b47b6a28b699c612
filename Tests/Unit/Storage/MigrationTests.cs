using Dapper;
using NUnit.Framework;
using ProvincialGateway.Storage;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Storage;

internal sealed class MigrationTests
{
    private static readonly MigrationScript First = MigrationScript.Parse("0001_first.sql", "CREATE TABLE first (id INTEGER PRIMARY KEY) STRICT;\nINSERT INTO first VALUES (1);\n");
    private static readonly MigrationScript Second = MigrationScript.Parse("0002_second.sql", "CREATE TABLE second (id INTEGER PRIMARY KEY) STRICT;\nINSERT INTO first VALUES (2);\n");

    private TempFolder _folder;

    [SetUp]
    public void Make() => _folder = new();

    [TearDown]
    public void Remove() => _folder.Dispose();

    [Test]
    public async Task Each_script_runs_once_and_is_recorded_with_its_time()
    {
        await OpenAndCloseAsync(1_000, First);
        await OpenAndCloseAsync(2_000, First, Second);
        await OpenAndCloseAsync(3_000, First, Second);

        using var foreign = Stores.OpenForeign(_folder.File("node.db"));
        Assert.That(foreign.Query<(long, string, string, long)>("SELECT number, name, sha256, applied_at_ms FROM schema_migration ORDER BY number"),
            Is.EqualTo(new[] { (1L, "first", First.Sha256, 1_000L), (2L, "second", Second.Sha256, 2_000L) }));
        Assert.That(foreign.Query<long>("SELECT id FROM first ORDER BY id"), Is.EqualTo(new[] { 1L, 2L }));
    }

    [Test]
    public async Task An_edited_script_is_refused_and_named()
    {
        await OpenAndCloseAsync(1_000, First, Second);
        var edited = First with { Sql = First.Sql + "-- only a comment" };

        Assert.That(() => Open(2_000, edited, Second),
            Throws.TypeOf<StorageRefusedException>().With.Message.Contains("0001_first.sql").And.Message.Contains("不得修改").And.Message.Contains("never edited"));
    }

    [Test]
    public async Task A_record_that_was_tampered_with_is_refused()
    {
        await OpenAndCloseAsync(1_000, First, Second);
        using (var foreign = Stores.OpenForeign(_folder.File("node.db")))
            foreign.Execute("DELETE FROM schema_migration WHERE number = 1");

        Assert.That(() => Open(2_000, First, Second), Throws.TypeOf<StorageRefusedException>());
    }

    [Test]
    public async Task A_database_newer_than_the_program_is_refused()
    {
        await OpenAndCloseAsync(1_000, First, Second);

        Assert.That(() => Open(2_000, First),
            Throws.TypeOf<StorageRefusedException>().With.Message.Contains("比程序新").And.Message.Contains("newer than the program").And.Message.Contains("0002_second.sql"));
    }

    [Test]
    public async Task Line_ends_of_another_platform_are_the_same_script()
    {
        var windows = First with { Sql = First.Sql.ReplaceLineEndings("\r\n") };
        Assert.That(windows.Sql, Is.Not.EqualTo(First.Sql));
        await OpenAndCloseAsync(1_000, windows);
        await OpenAndCloseAsync(2_000, First);
        await OpenAndCloseAsync(3_000, windows);
    }

    [Test]
    public async Task A_failing_script_leaves_the_database_as_the_previous_version_made_it()
    {
        await OpenAndCloseAsync(1_000, First);
        var failing = MigrationScript.Parse("0002_failing.sql", "CREATE TABLE half (id INTEGER) STRICT; INSERT INTO first VALUES (1);");
        Assert.That(() => Open(2_000, First, failing),
            Throws.TypeOf<StorageRefusedException>().With.Message.Contains("0002_failing.sql").And.Message.Contains("数据未改动").And.Message.Contains("unchanged"));

        await using var previous = Open(3_000, First);
        Assert.That(previous.Read(session => session.Query<string>("SELECT name FROM sqlite_schema WHERE type = 'table'")), Is.EquivalentTo(new[] { "schema_migration", "first" }));
    }

    [Test]
    public async Task A_failing_script_undoes_those_before_it_so_that_the_previous_version_still_runs()
    {
        await OpenAndCloseAsync(1_000, First);
        var failing = MigrationScript.Parse("0003_failing.sql", "INSERT INTO first VALUES (1);");
        Assert.That(() => Open(2_000, First, Second, failing), Throws.TypeOf<StorageRefusedException>().With.Message.Contains("0003_failing.sql"));

        await using var previous = Open(3_000, First);
        Assert.That(previous.Read(session => session.Query<string>("SELECT name FROM sqlite_schema WHERE type = 'table'")), Is.EquivalentTo(new[] { "schema_migration", "first" }));
    }

    [Test]
    public async Task A_script_may_rebuild_a_table_that_others_refer_to()
    {
        var referring = MigrationScript.Parse("0002_referring.sql", "CREATE TABLE second (id INTEGER PRIMARY KEY REFERENCES first (id)) STRICT; INSERT INTO second VALUES (1);");
        var rebuilding = MigrationScript.Parse("0003_rebuilding.sql",
            "CREATE TABLE first_3 (id INTEGER PRIMARY KEY, more TEXT) STRICT; INSERT INTO first_3 (id) SELECT id FROM first; DROP TABLE first; ALTER TABLE first_3 RENAME TO first;");
        await OpenAndCloseAsync(1_000, First, referring);

        await using var database = Open(2_000, First, referring, rebuilding);

        Assert.That(database.Read(session => session.QuerySingle<long>("SELECT count(*) FROM second JOIN first USING (id)")), Is.EqualTo(1));
        await Assert.ThatAsync(() => database.WriteAsync(session => session.Execute("INSERT INTO second VALUES (9)"), CancellationToken.None), Throws.TypeOf<Microsoft.Data.Sqlite.SqliteException>());
    }

    [Test]
    public async Task A_script_that_leaves_a_reference_to_no_row_is_undone()
    {
        var referring = MigrationScript.Parse("0002_referring.sql", "CREATE TABLE second (id INTEGER PRIMARY KEY REFERENCES first (id)) STRICT; INSERT INTO second VALUES (1);");
        var losing = MigrationScript.Parse("0003_losing.sql", "DELETE FROM first;");
        await OpenAndCloseAsync(1_000, First, referring);

        Assert.That(() => Open(2_000, First, referring, losing),
            Throws.TypeOf<StorageRefusedException>().With.Message.Contains("0003_losing.sql").And.Message.Contains("reference to no row"));
        await using var previous = Open(3_000, First, referring);
        Assert.That(previous.Read(session => session.QuerySingle<long>("SELECT count(*) FROM first")), Is.EqualTo(1));
    }

    [Test]
    public void A_database_of_another_program_is_refused_and_left_alone()
    {
        using (var foreign = Stores.OpenForeign(_folder.File("node.db")))
            foreign.Execute("CREATE TABLE theirs (id INTEGER)");
        Assert.That(() => Open(1_000, First), Throws.TypeOf<StorageRefusedException>().With.Message.Contains("不是本程序建立的"));

        using var look = Stores.OpenForeign(_folder.File("node.db"));
        Assert.That(look.Query<string>("SELECT name FROM sqlite_schema"), Is.EqualTo(new[] { "theirs" }));
    }

    [Test]
    public void Scripts_with_a_gap_in_their_numbers_are_refused() =>
        Assert.That(() => Open(1_000, First, Second with { Number = 3 }), Throws.TypeOf<StorageInvariantException>().With.Message.Contains("0003_second.sql"));

    [TestCase("first.sql")]
    [TestCase("1_first.sql")]
    [TestCase("0001first.sql")]
    [TestCase("0001_first.txt")]
    [TestCase("+001_first.sql")]
    [TestCase("0001_.sql")]
    public void A_file_name_of_another_form_is_refused(string fileName) =>
        Assert.That(() => MigrationScript.Parse(fileName, ""), Throws.TypeOf<FormatException>());

    private Database Open(long nowMs, params MigrationScript[] scripts) => Database.Open(Stores.Options(_folder), new FixedTime(nowMs), scripts);

    private async Task OpenAndCloseAsync(long nowMs, params MigrationScript[] scripts)
    {
        await using var database = Open(nowMs, scripts);
    }

    private sealed class FixedTime(long nowMs) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(nowMs);
    }
}
