using Google.Protobuf;
using Provincial.Exchange.V1;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Treatment;

/// <summary>The value stands in <c>fee_transfer.state</c>.</summary>
internal enum FeeTransferState
{
    Owed = 1,

    /// <summary>The insured side has some of the lines.</summary>
    Receiving = 2,
    Complete = 3,

    /// <summary>The insured side said no; a person has to find out why.</summary>
    Refused = 4,

    /// <summary>The settlement was undone before the lines had arrived.</summary>
    Withdrawn = 5,
}

/// <summary>A row of <c>fee_transfer</c>.</summary>
internal sealed class FeeTransferRow
{
    public required string SettlementNumber { get; init; }
    public required FeeTransferState State { get; init; }

    /// <summary>Null, as are the four below, before the first attempt.</summary>
    public string? TransactionId { get; init; }
    public byte[]? Start { get; init; }
    public int? LineCount { get; init; }
    public byte[]? LinesSha256 { get; init; }
    public int? FeeVersion { get; init; }

    /// <summary>As <see cref="LineRanges"/> are written.</summary>
    public required string Acknowledged { get; init; }
    public required int Attempts { get; init; }
    public required int Failures { get; init; }
    public required long NextAttemptAtMs { get; init; }
    public string? LastError { get; init; }
    public byte[]? Refusal { get; init; }
    public required long OwedAtMs { get; init; }
    public long? FinishedAtMs { get; init; }

    /// <summary>How often a settlement of the visit was undone or restored so far.</summary>
    public required int Undos { get; init; }

    /// <summary>A cancellation or reversal is under way at the visit, and how the settlement stands at the insured side is not known.</summary>
    public required bool IsBeingUndone { get; init; }

    public LineRanges AcknowledgedRanges => LineRanges.Parse(Acknowledged);
}

/// <summary>
/// What this province owes of the lines behind its settlements: one row for each, made with the settlement, taken back with it while it is not
/// complete. Every method runs in the caller's transaction.
/// </summary>
internal static class FeeTransfers
{
    private const string Columns =
        "f.settlement_number, f.state, f.transaction_id, f.start, f.line_count, f.lines_sha256, f.fee_version, f.acknowledged, f.attempts, f.failures, "
        + "f.next_attempt_at_ms, f.last_error, f.refusal, f.owed_at_ms, f.finished_at_ms, "
        + "(SELECT count(*) FROM treatment_settlement m JOIN treatment_undo u USING (visit_id) WHERE m.settlement_number = f.settlement_number AND u.original_kind IN (3, 4)) AS undos, "
        + "(SELECT v.state IN (7, 13) FROM treatment_settlement b JOIN treatment_visit v ON v.id = b.visit_id WHERE b.settlement_number = f.settlement_number) AS is_being_undone";

    public static void Owe(Session session, string settlementNumber, long nowMs) => session.ExecuteExpecting(1,
        """
        INSERT INTO fee_transfer (settlement_number, peer, state, acknowledged, attempts, failures, next_attempt_at_ms, owed_at_ms)
        SELECT settlement_number, insured_province, 1, '', 0, 0, @nowMs, @nowMs FROM treatment_settlement WHERE settlement_number = @settlementNumber
        """,
        new { settlementNumber, nowMs });

    /// <summary>The settlement is undone: what has not arrived is not wanted any more. A refused id is put aside with its refusal.</summary>
    public static void Withdraw(Session session, string settlementNumber, long nowMs)
    {
        PutRefusedAside(session, settlementNumber, FeeTransferState.Withdrawn, nowMs);
        session.Execute(
            "UPDATE fee_transfer SET state = 5, finished_at_ms = @nowMs WHERE settlement_number = @settlementNumber AND state IN (1, 2)", new { settlementNumber, nowMs });
    }

    /// <summary>The settlement stands again, or its refused lines are to be sent once more. What was begun and not refused goes on under its id.</summary>
    /// <returns>False when there is nothing to send again.</returns>
    public static bool OweAgain(Session session, string settlementNumber, long nowMs) =>
        PutRefusedAside(session, settlementNumber, FeeTransferState.Owed, nowMs) || session.Execute(
            """
            UPDATE fee_transfer SET state = CASE acknowledged WHEN '' THEN 1 ELSE 2 END, finished_at_ms = NULL, failures = 0, next_attempt_at_ms = @nowMs
            WHERE settlement_number = @settlementNumber AND state = 5
            """,
            new { settlementNumber, nowMs }) == 1;

    public static FeeTransferRow? Find(Session session, string settlementNumber) => session.QuerySingleOrDefault<FeeTransferRow>(
        $"SELECT {Columns} FROM fee_transfer f WHERE settlement_number = @settlementNumber", new { settlementNumber });

    /// <summary>The next one that is due to a peer. While an undo of the settlement is under way its lines wait.</summary>
    /// <param name="latestMs">The latest time that an attempt set by now can have: a later one was set while the clock was ahead, and is due.</param>
    public static string? NextDue(Session session, Division peer, long nowMs, long latestMs) =>
        // Two questions, because one with OR would sort all that is due for each transfer: after an outage that is much.
        FirstDue(session, peer, long.MinValue, nowMs) ?? FirstDue(session, peer, latestMs + 1, long.MaxValue);

    /// <summary>Parameters: Code, fromMs, toMs. In the order of the index, so that the first row that fits ends the search.</summary>
    internal const string FirstDueSql =
        """
        SELECT f.settlement_number FROM fee_transfer f INDEXED BY fee_transfer_due
        CROSS JOIN treatment_settlement s USING (settlement_number) CROSS JOIN treatment_visit v ON v.id = s.visit_id
        WHERE f.state IN (1, 2) AND f.peer = @Code AND f.next_attempt_at_ms BETWEEN @fromMs AND @toMs AND s.state = 1 AND v.state NOT IN (7, 13)
          AND NOT EXISTS (SELECT 1 FROM recovered_settlement r WHERE r.settlement_number = f.settlement_number)
        ORDER BY f.next_attempt_at_ms LIMIT 1
        """;

    private static string? FirstDue(Session session, Division peer, long fromMs, long toMs) => session.QuerySingleOrDefault<string?>(FirstDueSql, new { fromMs, toMs, peer.Code });

    /// <summary>A peer answers again: nothing waits for its next attempt any longer.</summary>
    public static void MakeDue(Session session, Division peer, long nowMs) => session.Execute(
        """
        UPDATE fee_transfer SET next_attempt_at_ms = @nowMs WHERE state IN (1, 2) AND peer = @Code AND next_attempt_at_ms > @nowMs
        """,
        new { nowMs, peer.Code });

    /// <summary>Transfers that are neither complete nor refused nor withdrawn.</summary>
    public static long CountOpen(Session session) => session.QuerySingle<long>("SELECT count(*) FROM fee_transfer WHERE state IN (1, 2) AND settlement_number NOT IN (SELECT settlement_number FROM recovered_settlement)");

    /// <summary>Makes the id and what it stands for, before anything is sent. An earlier id, whose lines were others, is never used again.</summary>
    /// <returns>False when the lines have changed since they were read, or nothing is owed any more.</returns>
    public static bool Prepare(Session session, string transactionId, FeeDetailStart start, byte[] message, int feeVersion) => session.Execute(
        """
        UPDATE fee_transfer SET transaction_id = @transactionId, start = @message, line_count = @LineCount, lines_sha256 = @digest, fee_version = @feeVersion,
          state = 1, acknowledged = '', attempts = 0
        WHERE settlement_number = @SettlementNumber AND state IN (1, 2) AND @feeVersion = (
          SELECT s.fee_version FROM treatment_settlement s WHERE s.settlement_number = fee_transfer.settlement_number AND s.state = 1)
        """,
        new { transactionId, message, start.LineCount, digest = start.LinesSha256.ToByteArray(), feeVersion, start.SettlementNumber }) == 1;

    /// <summary>The lines were changed and changed back while the settlement was undone: the id stands for them still.</summary>
    public static void SetFeeVersion(Session session, string settlementNumber, int feeVersion) => session.Execute(
        "UPDATE fee_transfer SET fee_version = @feeVersion WHERE settlement_number = @settlementNumber AND state IN (1, 2)", new { settlementNumber, feeVersion });

    /// <summary>Counts an attempt before it is made, and sets when the one after it is due.</summary>
    /// <returns>The row as the attempt finds it; null when nothing is owed any more.</returns>
    public static FeeTransferRow? BeginAttempt(Session session, string settlementNumber, Func<FeeTransferRow, long> nextAttemptAtMs)
    {
        if (Find(session, settlementNumber) is not { State: FeeTransferState.Owed or FeeTransferState.Receiving, TransactionId: not null } transfer)
            return null;
        session.ExecuteExpecting(1,
            """
            UPDATE fee_transfer SET attempts = attempts + 1, failures = failures + 1, next_attempt_at_ms = @next
            WHERE settlement_number = @settlementNumber AND state IN (1, 2)
            """,
            new { settlementNumber, next = nextAttemptAtMs(transfer) });
        return transfer;
    }

    /// <summary>What the insured side has said it has. More than before is no failure.</summary>
    public static void Acknowledge(Session session, FeeTransferRow transfer, LineRanges stored)
    {
        var hasGrown = stored.Count > transfer.AcknowledgedRanges.Count;
        session.Execute(
            """
            UPDATE fee_transfer SET acknowledged = @ranges, state = CASE @ranges WHEN '' THEN 1 ELSE 2 END, failures = CASE WHEN @hasGrown THEN 0 ELSE failures END
            WHERE transaction_id = @TransactionId AND state IN (1, 2)
            """,
            new { ranges = stored.ToString(), hasGrown, transfer.TransactionId });
    }

    public static void Complete(Session session, FeeTransferRow transfer, long nowMs) => session.Execute(
        """
        UPDATE fee_transfer SET state = 3, acknowledged = '1-' || line_count, last_error = NULL, finished_at_ms = @nowMs
        WHERE transaction_id = @TransactionId AND state IN (1, 2)
        """,
        new { transfer.TransactionId, nowMs });

    /// <summary>
    /// The insured side said no, and a refused id stays refused. When the settlement is being undone, or was undone or restored since the attempt began, the
    /// refusal may be about how it stood then: the id is put aside, and what is still owed in the end goes under a new one.
    /// </summary>
    /// <param name="transfer">As the attempt found it.</param>
    /// <returns>Whether the transfer is refused now.</returns>
    public static bool Refuse(Session session, FeeTransferRow transfer, Refusal refusal, long nowMs)
    {
        if (Find(session, transfer.SettlementNumber) is not { State: FeeTransferState.Owed or FeeTransferState.Receiving or FeeTransferState.Withdrawn } now
            || now.TransactionId != transfer.TransactionId)
        {
            return false;
        }
        session.ExecuteExpecting(1,
            "UPDATE fee_transfer SET state = 4, refusal = @refusal, last_error = NULL, finished_at_ms = @nowMs WHERE transaction_id = @TransactionId",
            new { refusal = refusal.ToByteArray(), transfer.TransactionId, nowMs });
        return (now.Undos == transfer.Undos && !now.IsBeingUndone)
            || !PutRefusedAside(session, transfer.SettlementNumber, now.State is FeeTransferState.Withdrawn ? FeeTransferState.Withdrawn : FeeTransferState.Owed, nowMs);
    }

    /// <param name="nextAttemptAtMs">Null leaves it as the attempt set it.</param>
    public static void Fail(Session session, string settlementNumber, string reason, long? nextAttemptAtMs) => session.Execute(
        """
        UPDATE fee_transfer SET last_error = @reason, next_attempt_at_ms = coalesce(@nextAttemptAtMs, next_attempt_at_ms)
        WHERE settlement_number = @settlementNumber AND state IN (1, 2)
        """,
        new { settlementNumber, reason, nextAttemptAtMs });

    private static bool PutRefusedAside(Session session, string settlementNumber, FeeTransferState to, long nowMs) => session.Execute(
        """
        UPDATE fee_transfer SET state = @to, transaction_id = NULL, start = NULL, line_count = NULL, lines_sha256 = NULL, fee_version = NULL, refusal = NULL,
          acknowledged = '', attempts = 0, failures = 0, next_attempt_at_ms = @nowMs, finished_at_ms = CASE @to WHEN 5 THEN @nowMs END
        WHERE settlement_number = @settlementNumber AND state = 4
        """,
        new { settlementNumber, to = (int)to, nowMs }) == 1;
}
