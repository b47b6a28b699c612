using NUnit.Framework;
using Provincial.Exchange.V1;
using ProvincialGateway.Clearing;
using ProvincialGateway.Configuration;
using ProvincialGateway.Ledger;
using ProvincialGateway.Network;
using ProvincialGateway.Tests.Reconciliation;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Clearing;

/// <summary>The insured side's check of a statement of many pages and several commits, with the other side's pages made from its books.</summary>
[TestFixture]
internal sealed class StatementCheckerTests
{
    private const int Seed = 20170930, RowCount = 1_500, PageRows = 64;

    private static readonly DateOnly Month = new(2017, 9, 1);

    private static readonly ManualTimeProvider Clock = new(new DateTimeOffset(2017, 10, 8, 9, 0, 0, TimeSpan.FromHours(8)));

    // Messages so small that a page has PageRows rows.
    private static readonly NodesConfiguration Configuration =
        new() { ProtocolRelease = "1.0", CatalogueRelease = "2016.1", Nodes = [], Limits = new LimitOptions { MessageBytesMax = PageRows * 1_024 } };

    private readonly List<long> _asked = [];
    private TwoLedgers _ledgers = null!;
    private TransactionIdSource _ids = null!;
    private ClearingStatement _cut = null!;
    private ClearingStatement _statement = null!;
    private List<LedgerRow> _rows = null!;

    [SetUp]
    public async Task Open()
    {
        _ledgers = new();
        _asked.Clear();
        var ledger = new GeneratedLedger(TwoLedgers.Treatment, TwoLedgers.Insured, new Random(Seed));
        _rows = [.. Enumerable.Range(0, RowCount).Select(place => ledger.Settlement(Month.AddDays(place % 30)))];
        await _ledgers.AppendAsync(LedgerSide.Treatment, _rows);
        _ids = await TransactionIdSource.OpenAsync(_ledgers.InsuredBooks, TwoLedgers.Insured, Clock, CancellationToken.None);
        _statement = await ProposeAsync();
    }

    [TearDown]
    public async Task Close() => await _ledgers.DisposeAsync();

    [Test]
    public async Task Equal_ledgers_are_found_right_whatever_the_order_of_the_own_rows()
    {
        var own = _rows.ToArray();
        new Random(Seed).Shuffle(own);
        await _ledgers.AppendAsync(LedgerSide.Insured, own);
        var (check, _) = await CheckAsync(PageAsync);

        Assert.That(check, Is.Not.Null.And.Property(nameof(CheckRow.IsClean)).True, check?.Reason);
        Assert.That((check!.RowCount, Claimed()), Is.EqualTo((RowCount, RowCount)));
        Assert.That(_asked.Distinct().Count(), Is.EqualTo(_asked.Count), "No page is asked for twice.");
    }

    [Test]
    public async Task Every_row_that_is_off_or_unknown_or_claimed_before_is_found_in_the_order_of_the_rows()
    {
        var random = new Random(Seed);
        await _ledgers.InsuredBooks.WriteAsync(session => ClearedRows.Claim(session, "B53000017080000001", [new ClaimedRow(_rows[10].TransactionId, 3, 0)]), CancellationToken.None);
        var (own, expected) = (new List<LedgerRow>(), new List<(string Id, DisputeKind Kind)> { (_rows[10].TransactionId, DisputeKind.ClaimedBefore) });
        foreach (var (row, place) in _rows.Select((row, place) => (row, place)))
        {
            // The row that is claimed already differs, too: what was found first is named first.
            var fate = place == 10 ? 0 : random.Next(100);
            own.AddRange(fate switch { 0 => [GeneratedLedger.OneFenOff(row)], 1 => [], _ => [row] });
            if (fate < 2)
                expected.Add((row.TransactionId, fate == 0 ? DisputeKind.DifferentFigures : DisputeKind.UnknownRow));
        }
        await _ledgers.AppendAsync(LedgerSide.Insured, own);
        var (check, _) = await CheckAsync(PageAsync);

        Assert.That((check!.FindingCount, check.Reason), Is.EqualTo((expected.Count, "")), $"seed {Seed}");
        var inOrder = expected.OrderBy(found => _rows.FindIndex(row => row.TransactionId == found.Id)).ToList();
        Assert.That(_ledgers.InsuredBooks.Read(session => StatementBook.Objections(session, _statement.StatementNumber, 1, ObjectionOrigin.Check)).Select(row => (row.RowTransactionId, row.Kind)),
            Is.EqualTo(inOrder), $"seed {Seed}");
    }

    [Test]
    public async Task What_a_cut_line_broke_off_goes_on_where_it_was()
    {
        await _ledgers.AppendAsync(LedgerSide.Insured, _rows);
        using var checker = new StatementChecker(Configuration, TwoLedgers.Insured, _ledgers.InsuredBooks, _ids, peers: null!, Clock);
        var (check, reason) = await checker.RunAsync(_statement,
            async (after, max, token) => after >= 12 * PageRows ? (null, "线路中断 / the line is cut") : await PageAsync(after, max, token), CancellationToken.None);
        Assert.That((check, reason), Is.EqualTo(((CheckRow?)null, "线路中断 / the line is cut")));
        Assert.That(Claimed(), Is.EqualTo(12 * PageRows));

        _asked.Clear();
        (check, _) = await checker.RunAsync(_statement, PageAsync, CancellationToken.None);
        Assert.That((check?.IsClean, _asked.Min()), Is.EqualTo((true, (long)(12 * PageRows))));
    }

    [Test]
    public async Task A_check_that_a_restart_broke_off_begins_anew_and_claims_nothing_twice()
    {
        await _ledgers.AppendAsync(LedgerSide.Insured, _rows);
        await CheckAsync(async (after, max, token) => after >= 12 * PageRows ? (null, "x") : await PageAsync(after, max, token));

        var (check, _) = await CheckAsync(PageAsync);
        Assert.That((check?.IsClean, Claimed()), Is.EqualTo((true, RowCount)));
    }

    [Test]
    public async Task A_partner_may_give_fewer_rows_than_it_was_asked_for()
    {
        await _ledgers.AppendAsync(LedgerSide.Insured, _rows);
        var (check, _) = await CheckAsync((after, max, token) => PageAsync(after, Math.Min(max, 17), token));
        Assert.That((check?.IsClean, check?.RowCount), Is.EqualTo((true, (long)RowCount)));
    }

    [Test]
    public async Task A_partner_that_says_too_early_that_there_are_no_more_rows_is_not_agreed_with()
    {
        await _ledgers.AppendAsync(LedgerSide.Insured, _rows);
        var (check, _) = await CheckAsync(async (after, max, token) =>
        {
            var (page, reason) = await PageAsync(after, max, token);
            page!.More &= after < 10 * PageRows;
            return (page, reason);
        });
        Assert.That((check?.RowCount, check?.Reason), Is.EqualTo((11L * PageRows, $"只收到 {11 * PageRows} 行，应为 {RowCount} 行 / {11 * PageRows} rows came, {RowCount} are claimed")));
    }

    [Test]
    public async Task A_partner_that_repeats_its_rows_for_ever_is_soon_asked_no_more()
    {
        await _ledgers.AppendAsync(LedgerSide.Insured, _rows);
        var (check, _) = await CheckAsync((_, max, token) => PageAsync(0, max, token));
        Assert.That(check?.Reason, Does.Contain($"sequence {PageRows + 1} is missing"));
        Assert.That(_asked, Has.Count.LessThan(10));
    }

    [Test]
    public async Task A_row_claimed_at_two_places_of_one_statement_is_found()
    {
        await _ledgers.AppendAsync(LedgerSide.Insured, _rows);
        var (check, _) = await CheckAsync(async (after, max, token) =>
        {
            var (page, reason) = await PageAsync(after, max, token);
            if (after == 0)
                page!.Rows[7].Row = page.Rows[6].Row;
            return (page, reason);
        });
        Assert.That((check?.FindingCount, check?.IsClean), Is.EqualTo((1L, false)));
        Assert.That(_ledgers.InsuredBooks.Read(session => StatementBook.Objections(session, _statement.StatementNumber, 1, ObjectionOrigin.Check)).Single().Kind, Is.EqualTo(DisputeKind.ClaimedBefore));
    }

    [TestCase(long.MaxValue)]
    [TestCase(long.MinValue)]
    public async Task Figures_that_no_sum_can_hold_are_no_row(long fen)
    {
        await _ledgers.AppendAsync(LedgerSide.Insured, _rows);
        var (check, _) = await CheckAsync(async (after, max, token) =>
        {
            var (page, reason) = await PageAsync(after, max, token);
            page!.Rows[1].Row.Payments.CashFen = fen;
            return (page, reason);
        });
        Assert.That(check?.Reason, Does.Contain("sequence 2 is missing, doubled or not whole"));
    }

    private async Task<(CheckRow? Check, string? Reason)> CheckAsync(FetchRows fetch)
    {
        using var checker = new StatementChecker(Configuration, TwoLedgers.Insured, _ledgers.InsuredBooks, _ids, peers: null!, Clock);
        return await checker.RunAsync(_statement, fetch, CancellationToken.None);
    }

    private Task<(StatementRowPage? Page, string? Reason)> PageAsync(long after, int max, CancellationToken cancellation)
    {
        lock (_asked)
            _asked.Add(after);
        var rows = _ledgers.TreatmentBooks.Read(session => ClearedRows.Page(session, _cut, after, max));
        var page = new StatementRowPage { More = rows.Count > 0 && rows[^1].Sequence < RowCount };
        page.Rows.Add(rows.Select(found => new StatementRow { Sequence = found.Sequence, Row = found.Row }));
        return Task.FromResult<(StatementRowPage?, string?)>((page, null));
    }

    /// <summary>Cut by the treatment side, known to both.</summary>
    private async Task<ClearingStatement> ProposeAsync()
    {
        var treatmentIds = await TransactionIdSource.OpenAsync(_ledgers.TreatmentBooks, TwoLedgers.Treatment, Clock, CancellationToken.None);
        var desk = new StatementDesk(new AgencyDesk(Configuration, TwoLedgers.Treatment, _ledgers.TreatmentBooks, treatmentIds, Clock, sender: null));
        _cut = await desk.CutAsync(TwoLedgers.Insured, Month, 0, null, CancellationToken.None);
        await _ledgers.InsuredBooks.WriteAsync(session => StatementBook.Insert(
            session, LedgerSide.Insured, TwoLedgers.Treatment, _cut.ToStatement(), StatementStage.Proposed, "530000201710080900000000000001", new DateOnly(2017, 10, 8)), CancellationToken.None);
        return _ledgers.InsuredBooks.Read(session => StatementBook.Latest(session, _cut.StatementNumber)!);
    }

    private long Claimed() => _ledgers.InsuredBooks.Read(session => session.QuerySingle<long>("SELECT count(*) FROM clearing_row WHERE statement_number = @StatementNumber", new { _statement.StatementNumber }));
}
