using Provincial.Exchange.V1;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Ledger;

/// <summary>A settlement as its side has it on record: what its row in the ledger is made of.</summary>
/// <param name="VisitKind">Exchange code.</param>
internal sealed record RecordedSettlement(Division Partner, Settlement Settlement, string InstitutionCode, string VisitKind);

/// <summary>
/// Writes the rows of what was settled and undone before the ledger had rows. A migration names them in order; the rows themselves need the
/// node's key, so the first start after it writes them.
/// </summary>
internal static class LedgerArrears
{
    /// <param name="find">By transaction id.</param>
    public static void Pay(Session session, LedgerSide side, Func<string, RecordedSettlement> find)
    {
        foreach (var owed in session.Query<OwedRow>("SELECT transaction_id, kind, negated_transaction_id, business_date FROM ledger_row_owed WHERE side = @side ORDER BY place", new { side = (int)side }))
        {
            if (owed.Kind is LedgerRowKind.Settlement)
            {
                var settled = find(owed.TransactionId);
                LedgerBook.Settled(session, side, settled.Partner, owed.TransactionId, settled.Settlement, settled.InstitutionCode, settled.VisitKind);
            }
            else
            {
                LedgerBook.TakenBack(session, owed.Kind, owed.TransactionId, owed.NegatedTransactionId!, owed.BusinessDate);
            }
        }
        session.Execute("DELETE FROM ledger_row_owed WHERE side = @side", new { side = (int)side });
    }

    private sealed class OwedRow
    {
        public required string TransactionId { get; init; }
        public required LedgerRowKind Kind { get; init; }
        public string? NegatedTransactionId { get; init; }
        public required string BusinessDate { get; init; }
    }
}
