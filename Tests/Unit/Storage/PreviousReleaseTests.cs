using NUnit.Framework;
using ProvincialGateway.Tests.Oversight;
using ProvincialGateway.Tests.Retention;

namespace ProvincialGateway.Tests.Storage;

/// <summary>
/// The databases of two provinces as the release with scripts 1 to 27 left them (version-27.zip, never made anew): a visit in every state, requests under way,
/// and a closed year whose messages are in an archive file. This release takes them over, and their books still hold.
/// </summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
internal sealed class PreviousReleaseTests
{
    private OlderBooks _books = null!;

    [SetUp]
    public void Unpack() => _books = OlderBooks.Frozen(27);

    [TearDown]
    public void Remove() => _books.Dispose();

    [Test]
    public async Task Every_row_of_every_table_is_there_afterwards_and_the_audit_is_clean()
    {
        var tables = new[] { _books.Treatment, _books.Insured }.SelectMany(folder => OlderBooks.Rows(folder,
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN ('schema_migration', 'sqlite_sequence')"), (folder, table) => (Folder: folder, Table: table))
            .Select(place => (place.Folder, place.Table, Columns: ColumnsOf(place.Folder, place.Table))).ToList();
        var before = tables.ConvertAll(place => RowsOf(place.Folder, place.Table, place.Columns));
        await _books.UpgradeAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(tables, Has.Count.GreaterThan(100));
            Assert.That(tables.ConvertAll(place => RowsOf(place.Folder, place.Table, place.Columns)), Is.EqualTo(before));
            Assert.That(_books.Findings(), Is.Empty);
        }
    }

    [Test]
    public async Task Messages_in_the_archive_are_read()
    {
        await using var year = ClosedYear.Open(_books.Insured);
        Assert.That(year.Moved(), Is.Positive);
        Assert.That(year.Messages().Values, Has.None.Empty);
    }

    [Test]
    public async Task A_request_of_which_nobody_knows_whether_it_was_sent_counts_as_sent()
    {
        const string Unknown = "SELECT transaction_id FROM outbound WHERE state IN (1, 4) AND attempted_at_ms IS NULL";
        Assert.That(OlderBooks.Rows(_books.Treatment, Unknown), Has.Count.EqualTo(1));
        await _books.UpgradeAsync();
        Assert.That(OlderBooks.Rows(_books.Treatment, Unknown), Is.Empty);
    }

    [Test]
    public async Task Stays_are_settled_and_cancelled_afterwards()
    {
        await using (var provinces = await TwoProvinces.ReopenAsync(_books.Root))
        {
            var stay = await provinces.Stays.StayAsync(1);
            await provinces.Stays.SettleAsync(stay);
            await provinces.Stays.CancelAsync(stay);
            await provinces.Stays.SettleAsync(stay);
        }
        Assert.That(_books.Findings(), Is.Empty);
    }

    // When an attempt was made is filled in where the release did not know.
    private static IReadOnlyList<string> ColumnsOf(string folder, string table) =>
        OlderBooks.Rows(folder, $"SELECT name FROM pragma_table_info('{table}') WHERE name <> 'attempted_at_ms'");

    private static string RowsOf(string folder, string table, IReadOnlyList<string> columns) =>
        $"{table}: {string.Join('\n', OlderBooks.Rows(folder, $"SELECT {string.Join(" || '|' || ", columns.Select(column => $"quote(\"{column}\")"))} FROM {table} ORDER BY 1"))}";
}
