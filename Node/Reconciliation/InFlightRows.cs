using Provincial.Exchange.V1;
using ProvincialGateway.Ledger;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Reconciliation;

/// <summary>
/// What this node has sent of a ledger's rows and not learned the result of. Only the treatment side sends; what is parked has an answer that
/// somebody has to look at and is no longer in flight.
/// </summary>
internal static class InFlightRows
{
    /// <summary>In key order, sent from one day to another, both inclusive.</summary>
    /// <param name="afterKey">Exclusive; empty is before the first.</param>
    public static List<InFlightRow> List(Session session, Vault vault, LedgerSide side, Division partner, DateOnly from, DateOnly to, string afterKey, int max) =>
        side is LedgerSide.Insured ? [] : session.Query<Awaiting>(
            """
            SELECT o.transaction_id, o.kind, o.prepared_at_ms,
              CASE o.kind WHEN 3 THEN o.transaction_id WHEN 4 THEN o.original_id ELSE CASE r.kind WHEN 3 THEN r.transaction_id ELSE r.original_id END END AS settlement_id
            FROM outbound o LEFT JOIN outbound r ON r.transaction_id = o.original_id
            WHERE o.peer = @partner AND o.state = 1 AND (o.kind IN (3, 4) OR (o.kind = 7 AND r.kind IN (3, 4)))
              AND o.prepared_at_ms >= @fromMs AND o.prepared_at_ms < @untilMs AND o.transaction_id > @afterKey
            ORDER BY o.transaction_id LIMIT @max
            """,
            new { partner = partner.Code, fromMs = BeginOf(from), untilMs = BeginOf(to.AddDays(1)), afterKey, max }).ConvertAll(row => ToMessage(session, vault, row));

    private static InFlightRow ToMessage(Session session, Vault vault, Awaiting row)
    {
        // A reversal names an original that is stored, whatever became of it, and a settlement's request holds its bill.
        var bill = SettleRequest.Parser.ParseFrom(Outbox.RequestOf(Outbox.Find(session, row.SettlementId)!, vault)).Bill;
        return new InFlightRow
        {
            TransactionId = row.TransactionId,
            Kind = row.Kind switch
            {
                OutboundKind.Settlement => LedgerRowKind.Settlement,
                OutboundKind.SettlementCancellation => LedgerRowKind.Cancellation,
                _ => LedgerRowKind.Reversal,
            },
            SentAtMs = row.PreparedAtMs,
            VisitNumber = bill.VisitNumber,
            TotalFen = bill.Charges.TotalFen,
        };
    }

    private static long BeginOf(DateOnly day) => new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), ChinaTime.Offset).ToUnixTimeMilliseconds();

    private sealed class Awaiting
    {
        public required string TransactionId { get; init; }
        public required OutboundKind Kind { get; init; }
        public required long PreparedAtMs { get; init; }
        public required string SettlementId { get; init; }
    }
}
