using ProvincialGateway.Network;
using ProvincialGateway.Storage;

namespace ProvincialGateway.Treatment;

/// <summary>The SQL of discharges, of what the insured side undid, and of what hospitals had voided. Every method runs in the caller's transaction.</summary>
internal static class UndoStore
{
    private const string DischargeColumns = "transaction_id, visit_id, discharge_date, diagnoses, diagnoses_before, corrects";
    private const string UndoColumns = "transaction_id, original_id, original_kind, by_reversal, visit_id, undone_at_ms, business_date";

    public static void InsertDischarge(Session session, DischargeRow discharge) => session.ExecuteExpecting(1,
        $"INSERT INTO treatment_discharge ({DischargeColumns}) VALUES (@TransactionId, @VisitId, @DischargeDate, @Diagnoses, @DiagnosesBefore, @Corrects)", discharge);

    /// <exception cref="InvalidOperationException">No such discharge was accepted.</exception>
    public static DischargeRow GetDischarge(Session session, string transactionId) => session.QuerySingle<DischargeRow>(
        $"SELECT {DischargeColumns} FROM treatment_discharge WHERE transaction_id = @transactionId", new { transactionId });

    public static void Insert(Session session, UndoRow undo) => session.ExecuteExpecting(1,
        $"""
        INSERT INTO treatment_undo ({UndoColumns}, state)
        VALUES (@TransactionId, @OriginalId, @OriginalKind, @ByReversal, @VisitId, @UndoneAtMs, @BusinessDate, 1)
        """,
        new { undo.TransactionId, undo.OriginalId, OriginalKind = (int)undo.OriginalKind, undo.ByReversal, undo.VisitId, undo.UndoneAtMs, undo.BusinessDate });

    public static UndoRow? Find(Session session, string transactionId) => session.QuerySingleOrDefault<UndoRow>(
        $"SELECT {UndoColumns} FROM treatment_undo WHERE transaction_id = @transactionId", new { transactionId });

    /// <summary>The undo by which a transaction is undone now.</summary>
    public static UndoRow? StandingOn(Session session, string originalId) => session.QuerySingleOrDefault<UndoRow>(
        $"SELECT {UndoColumns} FROM treatment_undo WHERE original_id = @originalId AND state = 1", new { originalId });

    public static bool IsStanding(Session session, string transactionId) =>
        session.QuerySingle<long>("SELECT count(*) FROM treatment_undo WHERE transaction_id = @transactionId AND state = 1", new { transactionId }) > 0;

    /// <summary>The last undo of a visit's transactions of one kind that stands.</summary>
    public static string? LastOf(Session session, long visitId, OutboundKind originalKind) => session.QuerySingleOrDefault<string?>(
        "SELECT transaction_id FROM treatment_undo WHERE visit_id = @visitId AND original_kind = @originalKind AND state = 1 ORDER BY rowid DESC LIMIT 1",
        new { visitId, originalKind = (int)originalKind });

    /// <summary>A cancellation was reversed: what it had undone is in force again.</summary>
    public static void Lift(Session session, string transactionId) => session.ExecuteExpecting(1,
        "UPDATE treatment_undo SET state = 2 WHERE transaction_id = @transactionId AND state = 1", new { transactionId });

    /// <param name="originalId">The node's id, or the hospital's own of a transaction never seen.</param>
    public static VoidRow? FindVoid(Session session, string institutionCode, string originalId) => session.QuerySingleOrDefault<VoidRow>(
        "SELECT original_id, reversal_id, effect FROM his_void WHERE institution_code = @institutionCode AND original_id = @originalId", new { institutionCode, originalId });

    public static void InsertVoid(Session session, string institutionCode, VoidRow row, long nowMs)
    {
        session.ExecuteExpecting(1,
            "INSERT INTO his_void (institution_code, original_id, reversal_id, effect, voided_at_ms) VALUES (@institutionCode, @OriginalId, @ReversalId, @effect, @nowMs)",
            new { institutionCode, row.OriginalId, row.ReversalId, effect = (int)row.Effect, nowMs });
        // What is void needs no confirmation any more.
        Confirmations.Reversed(session, row.OriginalId, nowMs);
    }
}
