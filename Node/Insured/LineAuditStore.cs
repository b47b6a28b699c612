using ProvincialGateway.Storage;

namespace ProvincialGateway.Insured;

/// <summary>A row of <c>line_audit</c>: what a rule found or a person decided.</summary>
internal record LineAuditRow
{
    public long Sequence { get; init; }
    public required long TransferId { get; init; }
    public required int LineNumber { get; init; }
    public required string SettlementNumber { get; init; }

    /// <summary>Null: a person's decision.</summary>
    public LineAuditRule? Rule { get; init; }
    public required LineAuditOutcome Outcome { get; init; }

    /// <summary>Change of the line's deduction.</summary>
    public required long AmountFen { get; init; }
    public required string Responsible { get; init; }
    public required string ReasonZh { get; init; }
    public required string ReasonEn { get; init; }
    public required string DecidedBy { get; init; }
    public required long DecidedAtMs { get; init; }
}

/// <summary>Findings and decisions about received lines, append-only.</summary>
internal static class LineAuditStore
{
    private const string Columns =
        "sequence, transfer_id, line_number, settlement_number, rule, outcome, amount_fen, responsible, reason_zh, reason_en, decided_by, decided_at_ms";

    /// <summary>Complete transfers that the rules have not been through yet, in the order in which they were completed.</summary>
    public static IReadOnlyList<long> Waiting(Session session) => session.Query<long>(
        """
        SELECT id FROM line_audit_owed JOIN insured_detail_transfer ON id = transfer_id ORDER BY finished_at_ms, id
        """);

    public static bool IsDone(Session session, long transferId) => session.QuerySingle<bool>(
        "SELECT EXISTS (SELECT 1 FROM line_audit_run WHERE transfer_id = @transferId)", new { transferId });

    public static void Done(Session session, long transferId, byte[] rules, int findings, long nowMs) => session.ExecuteExpecting(1,
        "INSERT INTO line_audit_run (transfer_id, rules_sha256, finding_count, audited_at_ms) VALUES (@transferId, @rules, @findings, @nowMs)",
        new { transferId, rules, findings, nowMs });

    public static void Append(Session session, LineAuditRow row) => session.ExecuteExpecting(1,
        $"""
        INSERT INTO line_audit ({Columns})
        VALUES (@Sequence, @TransferId, @LineNumber, @SettlementNumber, @Rule, @Outcome, @AmountFen, @Responsible, @ReasonZh, @ReasonEn, @DecidedBy, @DecidedAtMs)
        """,
        row with { Sequence = Counters.Next(session, "line_audit") });

    /// <summary>In order, of one settlement.</summary>
    public static IReadOnlyList<LineAuditRow> Of(Session session, string settlementNumber) => session.Query<LineAuditRow>(
        $"SELECT {Columns} FROM line_audit WHERE settlement_number = @settlementNumber ORDER BY sequence", new { settlementNumber });

    /// <summary>The row of each line that stands, newest first.</summary>
    /// <param name="partner">Province code; null is all.</param>
    public static IReadOnlyList<StandingLineAudit> Standing(Session session, string? partner, LineAuditOutcome? outcome, int max) => session.Query<StandingLineAudit>(
        $"""
        SELECT {string.Join(", ", Columns.Split(", ").Select(column => $"a.{column}"))}, s.treatment_province AS partner, l.local_code, l.local_name, l.fee_date,
          (SELECT sum(amount_fen) FROM line_audit b WHERE b.transfer_id = a.transfer_id AND b.line_number = a.line_number) AS deducted_fen
        FROM line_audit a JOIN insured_settlement s USING (settlement_number) JOIN insured_detail_line l USING (transfer_id, line_number)
        WHERE a.sequence = (SELECT max(sequence) FROM line_audit b WHERE b.transfer_id = a.transfer_id AND b.line_number = a.line_number)
          AND (@partner IS NULL OR s.treatment_province = @partner) AND (@outcome IS NULL OR a.outcome = @outcome)
        ORDER BY a.sequence DESC LIMIT @max
        """,
        new { partner, outcome = (int?)outcome, max });
}

/// <summary>A line with its last finding or decision.</summary>
internal sealed record StandingLineAudit : LineAuditRow
{
    public required string Partner { get; init; }
    public required string LocalCode { get; init; }
    public required string LocalName { get; init; }
    public required string FeeDate { get; init; }

    /// <summary>What is taken back for the line in all.</summary>
    public required long DeductedFen { get; init; }
}
