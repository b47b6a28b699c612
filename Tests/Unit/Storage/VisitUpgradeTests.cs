using Microsoft.Data.Sqlite;
using NUnit.Framework;
using Provincial.Exchange.V1;
using ProvincialGateway.Tests.Oversight;

namespace ProvincialGateway.Tests.Storage;

/// <summary>
/// Books of the release before outpatient visits and settlements in parts (scripts 1 to 17): settlements that stand, that were cancelled and made again, with
/// withdrawn and refunded lines.
/// </summary>
[Parallelizable(ParallelScope.Self)]
internal sealed class VisitUpgradeTests
{
    private const int Before = 17, SettledAgain = 2, Cancelled = 3, Changed = 1;

    private OlderBooks _books = null!;

    [SetUp]
    public async Task LiveBeforeAsync()
    {
        _books = await OlderBooks.OfReleaseAsync(Before);
        // Fees that were changed before the settlement: what is behind it is the visit's seventh version of them.
        OlderBooks.Execute(_books.Treatment, $"UPDATE treatment_visit SET fee_version = 7 WHERE id = {Changed}");
    }

    [TearDown]
    public void Remove() => _books.Dispose();

    [Test]
    public async Task A_standing_settlement_is_whole_and_knows_its_lines_and_a_cancelled_one_none()
    {
        await _books.UpgradeAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(OlderBooks.Rows(_books.Treatment, "SELECT visit_id || ' ' || state || ' ' || interim || ' ' || coalesce(fee_version, '-') FROM treatment_settlement ORDER BY visit_id, state"),
                Is.EqualTo(new[] { "1 1 0 7", "2 1 0 0", "2 2 0 -", "3 2 0 -", "14 1 0 0", "15 1 0 0" }));
            Assert.That(OlderBooks.Rows(_books.Insured, "SELECT DISTINCT interim || ' ' || admissions FROM insured_settlement"), Is.EqualTo(new[] { "0 1" }));
            Assert.That(OlderBooks.Rows(_books.Treatment, "SELECT DISTINCT coalesce(chronic_disease, '-') FROM treatment_visit"), Is.EqualTo(new[] { "-" }));
            Assert.That(_books.Findings(), Is.Empty);
        }
    }

    [Test]
    public async Task The_lines_of_a_standing_settlement_are_its_own_those_withdrawn_or_of_other_visits_nobodys()
    {
        await _books.UpgradeAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(OlderBooks.Rows(_books.Treatment, "SELECT line_serial FROM fee_line l JOIN treatment_settlement s USING (settlement_number) WHERE l.visit_id = 2 AND s.state = 1 ORDER BY line_serial"),
                Is.EqualTo(new[] { "1", "1/r", "2", "3", "4" }));
            Assert.That(OlderBooks.Rows(_books.Treatment, "SELECT DISTINCT visit_id || '' FROM fee_line WHERE settlement_number IS NOT NULL ORDER BY visit_id"), Is.EqualTo(new[] { "1", "2", "14", "15" }));
            Assert.That(OlderBooks.Rows(_books.Treatment, "SELECT line_serial FROM fee_line WHERE settlement_number IS NOT NULL AND (state <> 1 OR settlement_number IN (SELECT settlement_number FROM treatment_settlement WHERE state = 2))"), Is.Empty);
        }
    }

    [Test]
    public async Task Every_figure_of_every_settlement_is_as_it_was()
    {
        const string Money = "SELECT settlement_number || ' ' || state || ' ' || total_fen || ' ' || in_scope_fen || ' ' || deductible_fen || ' ' || pool_fen || ' ' || account_fen || ' ' || cash_fen FROM {0} ORDER BY 1";
        var (treatment, insured) = (string.Format(null, Money, "treatment_settlement"), string.Format(null, Money, "insured_settlement"));
        var before = (OlderBooks.Rows(_books.Treatment, treatment), OlderBooks.Rows(_books.Insured, insured));
        await _books.UpgradeAsync();

        Assert.That((before.Item1.Count, before.Item2.Count), Is.EqualTo((6, 7)));
        Assert.That(OlderBooks.Rows(_books.Treatment, treatment), Is.EqualTo(before.Item1));
        Assert.That(OlderBooks.Rows(_books.Insured, insured), Is.EqualTo(before.Item2));
    }

    [TestCase(true, "UPDATE treatment_settlement SET state = 1 WHERE visit_id = 2")]
    [TestCase(false, "UPDATE insured_settlement SET state = 1 WHERE visit_number = 'S6101002406030000002'")]
    [TestCase(true, "UPDATE fee_line SET settlement_number = (SELECT max(settlement_number) FROM treatment_settlement) WHERE state = 2")]
    [TestCase(true, "UPDATE treatment_visit SET chronic_disease = 'I10'")]
    public async Task A_visit_has_one_final_settlement_and_a_withdrawn_line_none(bool isTreatment, string statement)
    {
        await _books.UpgradeAsync();

        Assert.That(() => OlderBooks.Execute(isTreatment ? _books.Treatment : _books.Insured, statement), Throws.TypeOf<SqliteException>());
    }

    [Test]
    public async Task An_old_settlement_is_cancelled_restored_and_made_again_and_new_stays_go_on()
    {
        await using (var provinces = await TwoProvinces.ReopenAsync(_books.Root))
        {
            var undo = new UndoneStays(provinces);
            await undo.ReverseOpenAsync();
            await provinces.Stays.CancelAsync(SettledAgain);
            var unsettled = OlderBooks.Rows(_books.Treatment, $"SELECT line_serial FROM fee_line WHERE visit_id = {SettledAgain} AND settlement_number IS NOT NULL");
            var restored = await undo.ReverseAsync(SettledAgain, provinces.Visit(SettledAgain).CancellationId!);
            await provinces.Stays.SettleAsync(Cancelled);
            await provinces.Stays.SettleOneAsync(3);

            Assert.That(unsettled, Is.Empty);
            Assert.That(restored!.Reversal?.Effect, Is.EqualTo(ReversalEffect.Undone));
        }

        using (Assert.EnterMultipleScope())
        {
            foreach (var visit in new[] { SettledAgain, Cancelled })
            {
                Assert.That(OlderBooks.Rows(_books.Treatment, $"SELECT line_serial FROM fee_line l JOIN treatment_settlement s USING (settlement_number) WHERE l.visit_id = {visit} AND s.state = 1"), Has.Count.EqualTo(5), $"visit {visit}");
            }
            Assert.That(OlderBooks.Rows(_books.Treatment, "SELECT transaction_id FROM outbound WHERE state = 1"), Is.Empty);
            Assert.That(_books.Findings(), Is.Empty);
        }
    }
}
