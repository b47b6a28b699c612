using Microsoft.Data.Sqlite;
using NUnit.Framework;
using ProvincialGateway.Insured;
using ProvincialGateway.Tests.Oversight;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Storage;

/// <summary>
/// Books of the release before filings had versions (scripts 1 to 12), with filings that hold, that have ended and that were cancelled, and with visits and
/// settlements that rest on them.
/// </summary>
[Parallelizable(ParallelScope.Self)]
internal sealed class FilingUpgradeTests
{
    private const int Before = 12;

    private const string Filings = "SELECT filing_number || ' ' || person_number || ' ' || kind || ' ' || target_area || ' ' || valid_from || ' ' || coalesce(valid_to, '-') || ' ' || state FROM filing ORDER BY filing_number";

    private OlderBooks _books = null!;

    [SetUp]
    public async Task LiveBeforeAsync()
    {
        _books = await OlderBooks.OfReleaseAsync(Before);
        OlderBooks.Execute(_books.Insured,
            """
            INSERT INTO filing (filing_number, person_number, kind, target_area, valid_from, valid_to, state) VALUES
              ('F4', 'P003', '04', '530100', '2023-01-01', '2023-06-30', 1), ('F5', 'P003', '06', '440000', '2024-02-01', NULL, 9)
            """);
    }

    [TearDown]
    public void Remove() => _books.Dispose();

    [Test]
    public async Task Every_filing_says_what_it_said_is_its_own_first_version_and_nobodys_submission()
    {
        var before = OlderBooks.Rows(_books.Insured, Filings);
        await _books.UpgradeAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(before, Has.Count.EqualTo(5));
            Assert.That(OlderBooks.Rows(_books.Insured, Filings), Is.EqualTo(before));
            Assert.That(OlderBooks.Rows(_books.Insured, Filings.Replace("FROM filing ", "FROM filing_version JOIN (SELECT filing_number, person_number FROM filing) USING (filing_number) ", StringComparison.Ordinal)), Is.EqualTo(before));
            Assert.That(OlderBooks.Rows(_books.Insured, "SELECT DISTINCT version || coalesce(submitted_by, '-') || coalesce(transaction_id, '-') || coalesce(visit_number, '-') || recorded_at_ms FROM filing"), Is.EqualTo(new[] { "1---0" }));
            Assert.That(_books.Findings(), Is.Empty);
        }
    }

    [Test]
    public async Task Visits_rest_on_the_same_filings_and_no_settlement_is_given_one_that_nobody_recorded()
    {
        const string Resting = "SELECT visit_number || ' ' || coalesce(filing_number, '-') || ' ' || state FROM insured_visit ORDER BY visit_number";
        var before = OlderBooks.Rows(_books.Insured, Resting);
        await _books.UpgradeAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(before, Has.Count.EqualTo(12));
            Assert.That(OlderBooks.Rows(_books.Insured, Resting), Is.EqualTo(before));
            Assert.That(OlderBooks.Rows(_books.Insured, "SELECT settlement_number FROM insured_settlement_filing"), Is.Empty);
            Assert.That(OlderBooks.Rows(_books.Insured, "PRAGMA foreign_key_check"), Is.Empty);
        }
    }

    [TestCase("DELETE FROM filing WHERE filing_number = 'F5'", "cancelled, never deleted")]
    [TestCase("UPDATE filing SET person_number = 'P001', version = 2 WHERE filing_number = 'F5'", "whose filing it is")]
    [TestCase("UPDATE filing SET kind = '05' WHERE filing_number = 'F4'", "by its next version")]
    [TestCase("UPDATE filing_version SET kind = '05'", "append-only")]
    public async Task What_was_there_before_is_kept_by_the_rules_of_this_release(string statement, string reason)
    {
        await _books.UpgradeAsync();

        Assert.That(() => OlderBooks.Execute(_books.Insured, statement), Throws.TypeOf<SqliteException>().With.Message.Contains(reason));
    }

    [Test]
    public async Task An_old_filing_is_changed_counted_by_a_new_settlement_and_cancelled()
    {
        await using (var provinces = await TwoProvinces.ReopenAsync(_books.Root))
        {
            await provinces.InsuredBooks.WriteAsync(session =>
            {
                var register = new FilingRegister(FilingRules.Defaults);
                Assert.That(register.Change(session, FilingStore.Find(session, "F3")!, new FilingChange { ValidTo = new DateOnly(2024, 12, 31) }, Change(provinces)), Is.Null);
            }, CancellationToken.None);
            await provinces.Stays.SettleOneAsync(3);
            await provinces.InsuredBooks.WriteAsync(session =>
            {
                var register = new FilingRegister(FilingRules.Defaults);
                Assert.That(register.Cancel(session, FilingStore.Find(session, "F3")!, Change(provinces)), Is.Null);
                Assert.That(PersonRegister.Freeze(session, "P003", new(2024, 7, 1), null, Change(provinces)), Is.Null);
            }, CancellationToken.None);
        }

        using (Assert.EnterMultipleScope())
        {
            Assert.That(OlderBooks.Rows(_books.Insured, "SELECT version || ' ' || coalesce(valid_to, '-') || ' ' || state FROM filing_version WHERE filing_number = 'F3' ORDER BY version"),
                Is.EqualTo(new[] { "1 - 1", "2 2024-12-31 1", "3 2024-12-31 9" }));
            Assert.That(OlderBooks.Rows(_books.Insured, "SELECT filing_number || ' ' || filing_version || ' ' || kind FROM insured_settlement_filing"), Is.EqualTo(new[] { "F3 2 02" }));
            Assert.That(_books.Findings(), Is.Empty);
        }
    }

    private static Change Change(TwoProvinces provinces) => new("测试经办", "测试", provinces.Time.NowMs());
}
