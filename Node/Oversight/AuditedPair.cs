using ProvincialGateway.Network;

namespace ProvincialGateway.Oversight;

/// <summary>
/// Two nodes in one direction of care, as schemas <c>treatment</c> and <c>insured</c>, with their codes in <c>@treatment</c> and <c>@insured</c>.
/// Both may be running, so there are two snapshots: a statement "what A knows, B knows" is asked of the one that read A first.
/// </summary>
internal sealed class AuditedPair : IDisposable
{
    private AuditedPair(AuditedNode treatment, AuditedNode insured, AuditSnapshot treatmentFirst, AuditSnapshot insuredFirst)
    {
        (Treatment, Insured, TreatmentFirst, InsuredFirst) = (treatment, insured, treatmentFirst, insuredFirst);
    }

    public AuditedNode Treatment { get; }

    public AuditedNode Insured { get; }

    public AuditSnapshot TreatmentFirst { get; }

    public AuditSnapshot InsuredFirst { get; }

    public string Name => $"{Treatment.Name}→{Insured.Name}";

    /// <exception cref="Microsoft.Data.Sqlite.SqliteException">A file may no longer be read.</exception>
    public static AuditedPair Open(AuditedNode treatment, AuditedNode insured)
    {
        var codes = new { treatment = treatment.Name, insured = insured.Name };
        var treatmentFirst = AuditSnapshot.Take([("treatment", treatment.File), ("insured", insured.File)], codes);
        try
        {
            return new AuditedPair(treatment, insured, treatmentFirst, AuditSnapshot.Take([("insured", insured.File), ("treatment", treatment.File)], codes));
        }
        catch
        {
            treatmentFirst.Dispose();
            throw;
        }
    }

    /// <summary>Zero on both sides when the two have nothing with each other.</summary>
    public AuditBalance Balance() => new(
        Treatment.Name,
        Insured.Name,
        InsuredFirst.Count("SELECT coalesce(-sum(amount_fen), 0) FROM insured.posting WHERE account = 3 AND partner = @treatment"),
        // Without what the insured side answered after it was looked at.
        InsuredFirst.Count(
            """
            SELECT coalesce(sum(amount_fen), 0) FROM treatment.posting p WHERE account = 4 AND partner = @insured
              AND (EXISTS (SELECT 1 FROM insured.inbox i WHERE i.transaction_id = p.transaction_id)
                OR EXISTS (SELECT 1 FROM insured.clearing_outbound c WHERE c.transaction_id = p.transaction_id AND c.state = 2))
            """),
        InsuredFirst.Count(
            """
            SELECT coalesce(-sum(p.amount_fen), 0) FROM insured.posting p
            JOIN (SELECT transaction_id, state FROM treatment.outbound UNION ALL SELECT transaction_id, state FROM treatment.clearing_outbound) o USING (transaction_id)
            WHERE p.account = 3 AND p.partner = @treatment AND o.state IN (1, 4)
            """));

    /// <summary>What the treatment side sends to the insured one, or the first agency to the second.</summary>
    public IEnumerable<AuditInFlight> InFlight() => InsuredFirst.Rows<InFlightRow>(
        $"""
        SELECT o.*, EXISTS (SELECT 1 FROM insured.inbox i WHERE i.transaction_id = o.transaction_id) AS answered_by_peer,
          (SELECT coalesce(-sum(p.amount_fen), 0) FROM insured.posting p WHERE p.transaction_id = o.transaction_id AND p.account = 3) AS payable_fen
        FROM ({Unanswered("treatment.")}) o WHERE o.peer = @insured ORDER BY o.prepared_at_ms, o.transaction_id
        """).Select(row => row.ToReport(Treatment.Name));

    /// <summary>The same of one node alone: what the peer knows is not known.</summary>
    public static IEnumerable<AuditInFlight> InFlightOf(AuditedNode node, IReadOnlySet<string> knownPeers) => node.Snapshot.Rows<InFlightRow>(
        $"SELECT o.*, NULL AS answered_by_peer, 0 AS payable_fen FROM ({Unanswered("")}) o ORDER BY o.prepared_at_ms, o.transaction_id")
        .Where(row => !knownPeers.Contains(row.Peer)).Select(row => row.ToReport(node.Name));

    // Every table of messages to peers that are stored before they are sent; the numbers of the states are the same in all of them.
    private static string Unanswered(string schema) =>
        $"""
        SELECT transaction_id, peer, method, state, prepared_at_ms FROM {schema}outbound WHERE state IN (1, 4)
        UNION ALL SELECT transaction_id, peer, CASE kind WHEN 1 THEN 'SubmitFiling' ELSE 'CancelFiling' END, state, prepared_at_ms FROM {schema}filing_request WHERE state IN (1, 4)
        UNION ALL SELECT transaction_id, peer, method, state, prepared_at_ms FROM {schema}clearing_outbound WHERE state IN (1, 4)
        """;

    public void Dispose()
    {
        TreatmentFirst.Dispose();
        InsuredFirst.Dispose();
    }

    private sealed class InFlightRow
    {
        public required string TransactionId { get; init; }
        public required string Peer { get; init; }
        public required string Method { get; init; }
        public required OutboundState State { get; init; }
        public required long PreparedAtMs { get; init; }
        public long? AnsweredByPeer { get; init; }
        public required long PayableFen { get; init; }

        public AuditInFlight ToReport(string sender) =>
            new(sender, Peer, TransactionId, Method, State, PreparedAtMs, AnsweredByPeer is null ? null : AnsweredByPeer == 1, PayableFen);
    }
}
