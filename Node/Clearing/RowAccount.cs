using Provincial.Exchange.V1;
using ProvincialGateway.Ledger;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Clearing;

/// <summary>What one ledger row claims and what is deducted for it: by the closed statements of the relation and by one more.</summary>
internal sealed record RowAccount
{
    /// <summary>Of funds and personal account; negative in a row that takes another back.</summary>
    public required long ClearedFen { get; init; }

    /// <summary>Of every kind.</summary>
    public required long DeductedFen { get; init; }

    /// <summary>Of the kind <see cref="Deductions.Audit"/>.</summary>
    public required long AuditedFen { get; init; }

    /// <summary>What can still be deducted, with the sign of the row.</summary>
    public long LeftFen => checked(ClearedFen - DeductedFen);

    /// <summary>Not more is deducted than the row claims, and not more restored than was deducted.</summary>
    public bool IsWithin => IsBetween(DeductedFen) && IsBetween(AuditedFen);

    public RowAccount With(string kind, long amountFen) => this with
    {
        DeductedFen = checked(DeductedFen + amountFen),
        AuditedFen = checked(AuditedFen + (kind == Deductions.Audit ? amountFen : 0)),
    };

    /// <param name="statement">Counted as it stands here, whatever of it is stored.</param>
    /// <returns>Null when this side's ledger with the partner has no such row.</returns>
    public static RowAccount? Of(Session session, LedgerSide own, Division partner, Statement statement, string transactionId)
    {
        if (LedgerRows.Find(session, transactionId) is not { } row || row.Side != own || row.Partner != partner)
            return null;
        var closed = session.QuerySingle<Sums>(
            """
            SELECT coalesce(sum(d.amount_fen), 0) AS deducted_fen, coalesce(sum(d.amount_fen) FILTER (WHERE d.kind = '10'), 0) AS audited_fen
            FROM clearing_deduction d JOIN clearing_statement s USING (statement_number, revision)
            WHERE d.row_transaction_id = @transactionId AND s.side = @own AND s.partner = @Code AND s.state IN (3, 6) AND s.statement_number <> @StatementNumber
            """,
            new { transactionId, own = (int)own, partner.Code, statement.StatementNumber });
        var account = new RowAccount
        {
            ClearedFen = checked(row.Row.Payments.FundTotalFen + row.Row.Payments.AccountFen),
            DeductedFen = closed.DeductedFen,
            AuditedFen = closed.AuditedFen,
        };
        return statement.Deductions.Where(deduction => deduction.RowTransactionId == transactionId)
            .Aggregate(account, (sum, deduction) => sum.With(deduction.Kind, deduction.AmountFen));
    }

    private bool IsBetween(long fen) => fen >= Math.Min(0, ClearedFen) && fen <= Math.Max(0, ClearedFen);

    private sealed class Sums
    {
        public required long DeductedFen { get; init; }
        public required long AuditedFen { get; init; }
    }
}
