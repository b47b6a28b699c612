using System.Text.RegularExpressions;
using NUnit.Framework;
using ProvincialGateway.Storage;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Storage;

/// <summary>Rules for every migration script, of whichever slice.</summary>
internal sealed partial class SchemaGuardTests
{
    [Test]
    public async Task Every_table_is_strict()
    {
        using var folder = new TempFolder();
        await using var database = Database.Open(Stores.Options(folder), TimeProvider.System);

        Assert.That(NotStrict(database), Is.Empty, "without STRICT, SQLite stores text in a money column and turns an overflow into a REAL");
    }

    [Test]
    public async Task The_strict_rule_notices_a_table_that_is_not()
    {
        using var folder = new TempFolder();
        var loose = MigrationScript.Parse("0002_loose.sql", "CREATE TABLE loose (fen INTEGER); CREATE TABLE tight (fen INTEGER PRIMARY KEY) STRICT, WITHOUT ROWID;");
        await using var database = Database.Open(Stores.Options(folder), TimeProvider.System, [Stores.Foundation, loose]);

        Assert.That(NotStrict(database), Is.EqualTo(new[] { "loose" }));
    }

    /// <summary>
    /// A pragma is ignored inside the migration's transaction, a transaction statement ends it; RAISE(ROLLBACK) and deferred constraints
    /// would let one work undo its whole group of writers.
    /// </summary>
    [TestCaseSource(nameof(Scripts))]
    public void A_script_leaves_transactions_to_the_migrator_and_the_writer(string fileName, string sql) =>
        Assert.That(Forbidden().Matches(Comment().Replace(sql, "")).Select(match => match.Value), Is.Empty, fileName);

    [TestCase("PRAGMA user_version = 1")]
    [TestCase("create trigger t before update on a begin select raise(rollback, 'no'); end")]
    [TestCase("CREATE TABLE a (b INTEGER REFERENCES c DEFERRABLE INITIALLY DEFERRED) STRICT")]
    public void The_transaction_rule_notices(string sql) => Assert.That(Forbidden().IsMatch(Comment().Replace(sql, "")), Is.True);

    [Test]
    public void Scripts_are_numbered_from_one_without_gaps() =>
        Assert.That(MigrationScript.Embedded.Select(script => script.Number), Is.EqualTo(Enumerable.Range(1, MigrationScript.Embedded.Count)).And.Not.Empty);

    private static IEnumerable<object[]> Scripts => MigrationScript.Embedded.Select(script => new object[] { script.FileName, script.Sql });

    private static List<string> NotStrict(Database database) => database.Read(session => session.Query<string>(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND strict = 0 AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"));

    [GeneratedRegex(@"\b(PRAGMA|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|VACUUM|ATTACH|DEFERRABLE|DEFERRED)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Forbidden();

    [GeneratedRegex(@"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'", RegexOptions.Singleline)]
    private static partial Regex Comment();
}
