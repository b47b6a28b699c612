using ProvincialGateway.Ledger;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Clearing;

/// <summary>What a year's statements with one partner came to.</summary>
internal sealed record ClearingYear
{
    public required LedgerSide Side { get; init; }
    public required string Partner { get; init; }
    public required int Year { get; init; }
    public required int StatementCount { get; init; }
    public required long ClaimedFen { get; init; }
    public required long DeductedFen { get; init; }
    public required long PrepaymentOffsetFen { get; init; }
    public required long PayableFen { get; init; }
}

/// <summary>The close of a year: all its rows are claimed, all its statements paid, and it takes no further one.</summary>
internal static class ClearingYears
{
    /// <exception cref="ClearingRefusedException">The year is not over, something of it is open, or it is closed already.</exception>
    public static ClearingYear Close(Session session, LedgerSide side, Division partner, int year, long nowMs)
    {
        if (StatementBook.IsYearClosed(session, side, partner, year))
            throw ClearingRefusedException.Of($"{year} 年度已关闭", $"{year} is closed already");
        if (ChinaTime.DateOf(ChinaTime.FromMs(nowMs)).Year <= year)
            throw ClearingRefusedException.Of($"{year} 年度尚未结束", $"{year} is not over");
        var statements = StatementBook.OfRelation(session, side, partner).Where(row => row.Period.StartsWith($"{year}-", StringComparison.Ordinal)).ToList();
        if (statements.Find(row => row.State is not StatementStage.Paid) is { } open)
            throw ClearingRefusedException.Of($"清算单 {open.StatementNumber}（{open.Period}）{open.Describe().Chinese}，未结清", $"statement {open.StatementNumber} ({open.Period}) is {open.Describe().English}, not paid");
        if (Unclaimed(session, side, partner, year) is > 0 and var rows)
            throw ClearingRefusedException.Of($"{year} 年度尚有 {rows} 行未列入已确认的清算单", $"{rows} rows of {year} are in no confirmed statement");
        var closed = new ClearingYear
        {
            Side = side,
            Partner = partner.Code,
            Year = year,
            StatementCount = statements.Count,
            ClaimedFen = statements.Sum(row => row.ClaimedFen),
            DeductedFen = statements.Sum(row => row.DeductedFen),
            PrepaymentOffsetFen = statements.Sum(row => row.PrepaymentOffsetFen),
            PayableFen = statements.Sum(row => row.PayableFen),
        };
        session.ExecuteExpecting(1,
            """
            INSERT INTO clearing_year (side, partner, year, statement_count, claimed_fen, deducted_fen, prepayment_offset_fen, payable_fen, closed_at_ms)
            VALUES (@Side, @Partner, @Year, @StatementCount, @ClaimedFen, @DeductedFen, @PrepaymentOffsetFen, @PayableFen, @nowMs)
            """,
            new { Side = (int)side, closed.Partner, closed.Year, closed.StatementCount, closed.ClaimedFen, closed.DeductedFen, closed.PrepaymentOffsetFen, closed.PayableFen, nowMs });
        return closed;
    }

    private static long Unclaimed(Session session, LedgerSide side, Division partner, int year)
    {
        var range = new { side = (int)side, partner.Code, from = $"{year}-01-01", to = $"{year}-12-31", end = ClosedEnd(session, side, partner) };
        return side is LedgerSide.Treatment
            ? session.QuerySingle<long>("SELECT count(*) FROM ledger_row WHERE side = @side AND partner = @Code AND business_date BETWEEN @from AND @to AND sequence > @end", range)
            : session.QuerySingle<long>(
                """
                SELECT count(*) FROM ledger_row r WHERE side = @side AND partner = @Code AND business_date BETWEEN @from AND @to
                  AND NOT EXISTS (SELECT 1 FROM clearing_row c JOIN clearing_statement s USING (statement_number) WHERE c.transaction_id = r.transaction_id AND s.state IN (3, 6))
                """, range);
    }

    private static long ClosedEnd(Session session, LedgerSide side, Division partner) =>
        StatementBook.OfRelation(session, side, partner).LastOrDefault(row => row.IsClosed)?.LastSequence ?? 0;
}

/// <summary>What two provinces owe each other in both directions of care, by this side's books.</summary>
/// <param name="OwedToUsFen">Confirmed and not received yet, for what this province treated.</param>
/// <param name="OwedByUsFen">Confirmed and not received yet, for what the partner treated.</param>
internal sealed record ClearingNet(string Partner, long OwedToUsFen, long OwedByUsFen)
{
    /// <summary>Positive: the partner would have to pay, if the two paid once.</summary>
    public long NetFen => checked(OwedToUsFen - OwedByUsFen);

    public static ClearingNet Of(Session session, Division partner) => new(
        partner.Code, Open(session, LedgerSide.Treatment, partner), Open(session, LedgerSide.Insured, partner));

    /// <summary>What confirmed statements leave open; a negative one counts until a later one carries it.</summary>
    private static long Open(Session session, LedgerSide side, Division partner) => checked(
        StatementBook.OfRelation(session, side, partner).Where(row => row.State is StatementStage.Confirmed).Sum(row => StatementBook.OpenFen(session, row))
        + StatementBook.NotCarried(session, side, partner, "").Sum(row => row.PayableFen));
}
