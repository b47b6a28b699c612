using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Treatment;

/// <summary>
/// A row reconciliation in three messages, as dialects with files have it: rows handed in, compared, fetched. Rows and result are kept where
/// every answered request is kept, under the hospital's own ids.
/// </summary>
internal sealed class StatedSettlements(HisInbox inbox, HospitalReconciliation reconciliation)
{
    public static HisResult State(HisCaller caller, TransactionId id) => caller.HisTransactionId is null
        ? TreatmentRefusals.MissingField("header.his_transaction_id")
        : new SettlementsStated { TransactionId = id.Text };

    public HisResult Reconcile(Session session, HisCaller caller, ReconcileSettlements operation, TransactionId id)
    {
        if (operation.Rows.Count > 0)
            return DeskRefusals.RowsTwice();
        return inbox.Recall(session, caller.Institution.Code, operation.RowsOf!) is { Operation: StateSettlements stated }
            ? reconciliation.Rows(session, caller, operation with { Rows = stated.Rows, RowsOf = null }, id)
            : DeskRefusals.StatedRowsNotFound("rows_of");
    }

    public HisResult Find(Session session, HisCaller caller, QueryReconciliation query, TransactionId id) =>
        inbox.Recall(session, caller.Institution.Code, query.OriginalTransactionId) is { Result: SettlementsReconciled reconciled }
            ? new ReconciliationFound { TransactionId = id.Text, Rows = reconciled.Rows }
            : DeskRefusals.StatedRowsNotFound("original_transaction_id");
}
