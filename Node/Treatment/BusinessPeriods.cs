using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Treatment;

/// <summary>
/// Business periods of operators, from sign-in to sign-out, for as many days as it takes. Only which transactions count in a period is stored;
/// its sums are made from the settlements each time.
/// </summary>
internal sealed class BusinessPeriods(TimeProvider time)
{
    /// <summary>Transactions that a refusal names.</summary>
    private const int NamedMax = 10;

    public HisResult Open(Session session, HisCaller caller, OpenBusinessPeriod open, TransactionId id)
    {
        session.ExecuteExpecting(1,
            "INSERT INTO business_period (period_number, institution_code, operator_number, opened_at_ms) VALUES (@Text, @Code, @OperatorNumber, @now)",
            new { id.Text, caller.Institution.Code, open.OperatorNumber, now = time.NowMs() });
        return new BusinessPeriodOpened { TransactionId = id.Text, PeriodNumber = id.Text };
    }

    /// <summary>
    /// Counts a settlement, cancellation or reversal in its period: the one the message names, else the only open one of the message's operator,
    /// else none. To be called in the transaction that stores the request, as its last check and before anything is changed.
    /// </summary>
    /// <returns>The refusal when the message names a period that takes nothing.</returns>
    public static HisRefusal? Enter(Session session, HisCaller caller, TransactionId id)
    {
        var number = caller.BusinessPeriod ?? OnlyOpenOf(session, caller);
        if (number is null)
            return null;
        if (Find(session, caller, number) is not { } period)
            return DeskRefusals.PeriodNotFound("business_period");
        if (period.ClosedAtMs is not null)
            return DeskRefusals.PeriodClosed(number);
        session.ExecuteExpecting(1, "INSERT INTO period_transaction (transaction_id, period_number) VALUES (@Text, @number)", new { id.Text, number });
        return null;
    }

    /// <summary>
    /// Counts an operator's reversal of an open transaction where that counts: what the hospital never learned of adds up to nothing there. No period is
    /// closed over an open transaction.
    /// </summary>
    public static void EnterWith(Session session, TransactionId reversal, string originalId) => session.Execute(
        "INSERT INTO period_transaction (transaction_id, period_number) SELECT @Text, period_number FROM period_transaction WHERE transaction_id = @originalId",
        new { reversal.Text, originalId });

    /// <summary>The closed period that a transaction counts in; null when it counts in none or in one that is open.</summary>
    public static string? ClosedWith(Session session, string transactionId) => session.QuerySingleOrDefault<string?>(
        """
        SELECT period_number FROM period_transaction JOIN business_period USING (period_number) WHERE transaction_id = @transactionId AND closed_at_ms IS NOT NULL
        """,
        new { transactionId });

    public static HisResult Query(Session session, HisCaller caller, QueryBusinessPeriod query, TransactionId id) => Find(session, caller, query.PeriodNumber) is null
        ? DeskRefusals.PeriodNotFound("period_number")
        : new BusinessPeriodSummed { TransactionId = id.Text, PeriodNumber = query.PeriodNumber, Totals = TotalsOf(session, caller, query.PeriodNumber) };

    /// <summary>
    /// Refused while a transaction of the period is unanswered, because its answer would change sums that were closed, and while a claimed sum
    /// differs. A period that is closed already is answered with the same sums: nothing can be added to it.
    /// </summary>
    public HisResult Close(Session session, HisCaller caller, CloseBusinessPeriod close, TransactionId id)
    {
        if (Find(session, caller, close.PeriodNumber) is not { } period)
            return DeskRefusals.PeriodNotFound("period_number");
        if (Pending(session, close.PeriodNumber) is { Count: > 0 } pending)
            return DeskRefusals.PeriodPending(close.PeriodNumber, [.. pending.Take(NamedMax)], pending.Count);
        var totals = TotalsOf(session, caller, close.PeriodNumber);
        if (close.Claimed is { } claimed && ClaimedTotals.FirstDifference(claimed, totals) is { } difference)
            return DeskRefusals.PeriodMismatch(difference.Field, difference.Chinese, difference.English, difference.Claimed, difference.Stored);
        if (period.ClosedAtMs is null)
        {
            session.ExecuteExpecting(1, "UPDATE business_period SET closed_at_ms = max(@now, opened_at_ms) WHERE period_number = @PeriodNumber AND closed_at_ms IS NULL",
                new { now = time.NowMs(), close.PeriodNumber });
        }
        return new BusinessPeriodClosed { TransactionId = id.Text, PeriodNumber = close.PeriodNumber, Totals = totals };
    }

    /// <summary>Whether this hospital has such a period, open or closed.</summary>
    public static bool Exists(Session session, HisCaller caller, string number) => Find(session, caller, number) is not null;

    private static HisSettlementTotals TotalsOf(Session session, HisCaller caller, string number) =>
        SettlementMoves.Totals(session, caller.Institution.Code, new HisSettlementScope { PeriodNumber = number, WithoutCancelled = false });

    private static List<string> Pending(Session session, string number) => session.Query<string>(
        """
        SELECT transaction_id FROM period_transaction JOIN outbound o USING (transaction_id)
        WHERE period_number = @number AND o.state IN (@awaiting, @parked) ORDER BY transaction_id
        """,
        new { number, awaiting = (int)OutboundState.Awaiting, parked = (int)OutboundState.Parked });

    // With several, nobody can say which till the money is in.
    private static string? OnlyOpenOf(Session session, HisCaller caller) => session.Query<string>(
        """
        SELECT period_number FROM business_period WHERE institution_code = @Code AND operator_number = @Operator AND closed_at_ms IS NULL LIMIT 2
        """,
        new { caller.Institution.Code, caller.Operator }) is [var only] ? only : null;

    private static PeriodRow? Find(Session session, HisCaller caller, string number) => session.QuerySingleOrDefault<PeriodRow>(
        "SELECT opened_at_ms, closed_at_ms FROM business_period WHERE period_number = @number AND institution_code = @Code", new { number, caller.Institution.Code });

    private sealed class PeriodRow
    {
        public required long OpenedAtMs { get; init; }
        public long? ClosedAtMs { get; init; }
    }
}
