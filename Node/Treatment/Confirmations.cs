using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Treatment;

/// <summary>Whether a hospital has said that it stored what was done; the value stands in <c>confirmation.state</c>.</summary>
internal enum ConfirmationState
{
    Open = 1,
    Confirmed = 2,
    Reversed = 3,

    /// <summary>The insured side said no: there is nothing to confirm.</summary>
    Refused = 4,
}

/// <summary>
/// The second step of dialects with two phases. What was done stands from the first step on; this remembers which of it the hospital has not
/// confirmed yet, so that after a crash it can ask and then confirm or reverse each.
/// </summary>
internal sealed class Confirmations(TimeProvider time)
{
    private const int ListedMax = 500;

    /// <summary>In the transaction of the work itself.</summary>
    public void Enter(Session session, HisCaller caller, HisOperation operation, string transactionId)
    {
        if (!caller.NeedsConfirmation || operation is ConfirmTransaction)
            return;
        session.ExecuteExpecting(1,
            """
            INSERT INTO confirmation (transaction_id, institution_code, transaction_code, state, recorded_at_ms)
            VALUES (@transactionId, @Code, @TransactionCode, @state, @now)
            """,
            new { transactionId, caller.Institution.Code, caller.TransactionCode, state = (int)ConfirmationState.Open, now = time.NowMs() });
    }

    public HisResult Confirm(Session session, HisCaller caller, ConfirmTransaction confirm, TransactionId id)
    {
        var state = session.QuerySingleOrDefault<ConfirmationState?>(
            "SELECT state FROM confirmation WHERE transaction_id = @OriginalTransactionId AND institution_code = @Code", new { confirm.OriginalTransactionId, caller.Institution.Code });
        switch (state)
        {
            case null:
                return DeskRefusals.TransactionNotFound();
            case ConfirmationState.Reversed:
                return DeskRefusals.NotConfirmable("已冲正", "is reversed");
            case ConfirmationState.Refused:
                return DeskRefusals.NotConfirmable("已被拒绝", "was refused");
            case ConfirmationState.Open when Outbox.Find(session, confirm.OriginalTransactionId) is { State: not OutboundState.Answered }:
                return DeskRefusals.NotConfirmable("尚未得到参保地应答", "is not answered by the insured province yet");
            case ConfirmationState.Open:
                Decide(session, confirm.OriginalTransactionId, ConfirmationState.Confirmed, time.NowMs());
                break;
        }
        return new TransactionConfirmed { TransactionId = id.Text };
    }

    /// <summary>Oldest first.</summary>
    public static HisResult List(Session session, HisCaller caller, ListUnconfirmed list, TransactionId id) => new UnconfirmedListed
    {
        TransactionId = id.Text,
        Transactions = session.Query<HisUnconfirmed>(
            """
            SELECT transaction_id AS original_transaction_id, transaction_code FROM confirmation
            WHERE institution_code = @Code AND state = 1 AND (@TransactionCode IS NULL OR transaction_code = @TransactionCode)
            ORDER BY recorded_at_ms, transaction_id LIMIT @ListedMax
            """,
            new { caller.Institution.Code, list.TransactionCode, ListedMax }),
    };

    /// <summary>
    /// The transaction was undone by a reversal, in the caller's transaction. A hospital may reverse what it had confirmed; a transaction that
    /// needs no confirmation is left alone.
    /// </summary>
    public static void Reversed(Session session, string transactionId, long nowMs) => Decide(session, transactionId, ConfirmationState.Reversed, nowMs);

    /// <summary>The insured side refused the transaction, or its transport did.</summary>
    public void Refused(Session session, string transactionId) => Decide(session, transactionId, ConfirmationState.Refused, time.NowMs());

    private static void Decide(Session session, string transactionId, ConfirmationState state, long now) => session.Execute(
        "UPDATE confirmation SET state = @state, decided_at_ms = @now WHERE transaction_id = @transactionId AND state IN (1, 2)",
        new { transactionId, state = (int)state, now });
}
