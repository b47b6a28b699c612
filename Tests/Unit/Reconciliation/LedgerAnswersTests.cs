using NUnit.Framework;
using Provincial.Exchange.V1;
using ProvincialGateway.Ledger;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Reconciliation;

/// <summary>What a partner may ask about a ledger, and what it is refused.</summary>
[TestFixture]
internal sealed class LedgerAnswersTests
{
    private const string Day = "2016-06-20", Key = "530000201606200900000000000001";

    private TwoLedgers _ledgers = null!;

    [OneTimeSetUp]
    public async Task Open()
    {
        _ledgers = new();
        var ledger = new GeneratedLedger(TwoLedgers.Treatment, TwoLedgers.Insured, new Random(1));
        await _ledgers.AppendAsync(LedgerSide.Insured, Enumerable.Range(0, 5).Select(_ => ledger.Settlement(ChinaTime.ParseIso(Day), "310")));
    }

    [OneTimeTearDown]
    public async Task Close() => await _ledgers.DisposeAsync();

    [TestCase("2016-06-20", "2016-06-19", "to_date")]
    [TestCase("2016-06-20", "2016-07-21", "to_date")]
    [TestCase("2016-02-30", "2016-03-01", "from_date")]
    [TestCase("2016-06-20", "", "to_date")]
    public void Days_out_of_order_too_many_or_none_are_refused(string from, string to, string field) =>
        AssertRefused(Totals(from, to).Refusal, RefusalCode.InvalidField, field);

    [Test]
    public void Thirty_one_days_are_answered() => Assert.That(Totals("2016-06-20", "2016-07-20").Totals.Cells.Single().Sums.RowCount, Is.EqualTo(5));

    [TestCase("530000", "310000")]
    [TestCase("310000", "440000")]
    [TestCase("", "")]
    public void A_ledger_that_is_not_of_the_two_is_refused(string treatment, string insured)
    {
        var request = new GetTotalsRequest { Header = new(), Relation = new() { TreatmentProvince = treatment, InsuredProvince = insured }, FromDate = Day, ToDate = Day };
        AssertRefused(_ledgers.AnswersOf(LedgerSide.Insured).Totals(request, TwoLedgers.Treatment).Refusal, RefusalCode.InvalidField, "relation");
    }

    [Test]
    public void A_question_without_a_relation_or_a_cell_is_refused()
    {
        var answers = _ledgers.AnswersOf(LedgerSide.Insured);
        AssertRefused(answers.Totals(new() { Header = new() }, TwoLedgers.Treatment).Refusal, RefusalCode.MissingField, "relation");
        AssertRefused(answers.Rows(new() { Header = new(), Relation = Relation, PageSize = 1 }, TwoLedgers.Treatment).Refusal, RefusalCode.MissingField, "cell");
        AssertRefused(answers.RangeDigests(new() { Header = new(), Relation = Relation, Cell = new() { BusinessDate = "x" } }, TwoLedgers.Treatment).Refusal, RefusalCode.InvalidField, "cell.business_date");
    }

    [TestCase(-1)]
    [TestCase(6)]
    public void A_point_the_ledger_has_not_reached_is_refused(long asOf) => AssertRefused(Totals(Day, Day, asOf).Refusal, RefusalCode.InvalidField, "as_of_sequence");

    [TestCase(0, 0)]
    [TestCase(3, 3)]
    public void A_point_shows_the_rows_up_to_it(long asOf, long rows) =>
        Assert.That((Totals(Day, Day, asOf).Totals.AsOfSequence, Totals(Day, Day, asOf).Totals.Cells.Sum(cell => cell.Sums.RowCount)), Is.EqualTo((asOf, rows)));

    [Test]
    public void Ranges_out_of_order_overlapping_inverted_too_many_or_none_are_refused()
    {
        var (low, high) = (Key[..^1] + "2", Key[..^1] + "7");
        AssertRefused(Digests().Refusal, RefusalCode.InvalidField, "ranges");
        AssertRefused(Digests([.. Enumerable.Range(0, 257).Select(_ => new KeyRange())]).Refusal, RefusalCode.InvalidField, "ranges");
        AssertRefused(Digests(Range(high, low)).Refusal, RefusalCode.InvalidField, "ranges[0].through_key");
        AssertRefused(Digests(Range("", high), Range(low, "")).Refusal, RefusalCode.InvalidField, "ranges[1]");
        AssertRefused(Digests(Range("", ""), Range(high, "")).Refusal, RefusalCode.InvalidField, "ranges[1]");
        AssertRefused(Digests(Range("5300", "")).Refusal, RefusalCode.InvalidField, "ranges[0].after_key");
    }

    [Test]
    public void An_empty_range_has_the_digest_of_nothing()
    {
        var digest = Digests(Range("", "100000000000000000000000000000")).Digests.Digests.Single();
        Assert.That((digest.RowCount, digest.RowsSha256.ToByteArray()), Is.EqualTo((0L, RowDigest.Over([]))));
    }

    [TestCase(0)]
    [TestCase(1001)]
    public void A_page_has_one_to_a_thousand_rows(int size)
    {
        var answers = _ledgers.AnswersOf(LedgerSide.Insured);
        AssertRefused(answers.Rows(new() { Header = new(), Relation = Relation, Cell = Cell, PageSize = size }, TwoLedgers.Treatment).Refusal, RefusalCode.InvalidField, "page_size");
        AssertRefused(answers.InFlight(new() { Header = new(), Relation = Relation, FromDate = Day, ToDate = Day, PageSize = size }, TwoLedgers.Treatment).Refusal, RefusalCode.InvalidField, "page_size");
    }

    [Test]
    public void Pages_follow_one_another_by_the_last_key()
    {
        var (keys, after, pages) = (new List<string>(), "", 0);
        while (true)
        {
            var page = _ledgers.AnswersOf(LedgerSide.Insured).Rows(new() { Header = new(), Relation = Relation, Cell = Cell, Range = Range(after, ""), PageSize = 2 }, TwoLedgers.Treatment).Page;
            keys.AddRange(page.Rows.Select(row => row.TransactionId));
            pages++;
            if (!page.More)
                break;
            after = keys[^1];
        }
        Assert.That((pages, keys.Count), Is.EqualTo((3, 5)));
        Assert.That(keys, Is.Ordered.Using((IComparer<string>)StringComparer.Ordinal).And.Unique);
    }

    private static LedgerRelation Relation => GeneratedLedger.RelationOf(TwoLedgers.Treatment, TwoLedgers.Insured);

    private static LedgerCell Cell => new() { BusinessDate = Day, Scheme = "310", ClearingType = "21" };

    private static KeyRange Range(string after, string through) => new() { AfterKey = after, ThroughKey = through };

    private GetTotalsResponse Totals(string from, string to, long? asOf = null)
    {
        var request = new GetTotalsRequest { Header = new(), Relation = Relation, FromDate = from, ToDate = to };
        if (asOf is { } point)
            request.AsOfSequence = point;
        return _ledgers.AnswersOf(LedgerSide.Insured).Totals(request, TwoLedgers.Treatment);
    }

    private GetRangeDigestsResponse Digests(params IEnumerable<KeyRange> ranges) =>
        _ledgers.AnswersOf(LedgerSide.Insured).RangeDigests(new() { Header = new(), Relation = Relation, Cell = Cell, Ranges = { ranges } }, TwoLedgers.Treatment);

    private static void AssertRefused(Refusal? refusal, RefusalCode code, string field)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That((refusal?.Code, refusal?.Field), Is.EqualTo(((RefusalCode?)code, field)));
            Assert.That(refusal?.MessageZh, Does.Contain(field));
            Assert.That(refusal?.MessageEn, Does.Contain(field));
        }
    }
}
