using ProvincialGateway.Storage;

namespace ProvincialGateway.Ledger;

/// <summary>One account against one partner province over the whole ledger.</summary>
internal sealed record TrialBalanceRow
{
    public required string Partner { get; init; }

    public required Account Account { get; init; }

    public required long DebitFen { get; init; }

    public required long CreditFen { get; init; }

    /// <summary>Debit positive, credit negative.</summary>
    public long BalanceFen => checked(DebitFen - CreditFen);
}

internal static class TrialBalance
{
    /// <summary>By partner, then account; an account without postings has no row.</summary>
    /// <param name="through">
    /// The sequence number of the last posting counted; null is all. A posting set is one event: one of which a line lies behind the number is not
    /// counted at all, so that the balance is one at any number.
    /// </param>
    public static IReadOnlyList<TrialBalanceRow> Of(Session session, long? through = null) => session.Query<TrialBalanceRow>(
        """
        WITH cut AS (
          SELECT CASE WHEN max(line.sequence) > @through THEN min(line.sequence) - 1 ELSE @through END AS through
          FROM posting last JOIN posting line USING (transaction_id, event) WHERE last.sequence = @through)
        SELECT partner, account, sum(max(amount_fen, 0)) AS debit_fen, sum(max(-amount_fen, 0)) AS credit_fen
        FROM posting WHERE @through IS NULL OR sequence <= (SELECT through FROM cut) GROUP BY partner, account ORDER BY partner, account
        """,
        new { through });
}
