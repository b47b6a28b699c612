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
    /// <param name="through">The sequence number of the last posting counted; null is all.</param>
    public static IReadOnlyList<TrialBalanceRow> Of(Session session, long? through = null) => session.Query<TrialBalanceRow>(
        """
        SELECT partner, account, sum(max(amount_fen, 0)) AS debit_fen, sum(max(-amount_fen, 0)) AS credit_fen
        FROM posting WHERE @through IS NULL OR sequence <= @through GROUP BY partner, account ORDER BY partner, account
        """,
        new { through });
}
