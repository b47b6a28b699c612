using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;

namespace ProvincialGateway.Treatment;

/// <summary>What a hospital means by a transaction id in a reversal.</summary>
internal abstract record NamedTransaction
{
    private NamedTransaction()
    {
    }

    /// <summary>No transaction of this hospital has the id.</summary>
    internal sealed record Unseen : NamedTransaction;

    /// <summary>The id is another operation's, and none of the kind that is meant names it as its original.</summary>
    internal sealed record Nothing : NamedTransaction;

    /// <summary>A transaction that needed no other province.</summary>
    internal sealed record Local(string TransactionId, string Operation) : NamedTransaction;

    /// <summary>A transaction with the insured province.</summary>
    internal sealed record Exchange(OutboundRow Row, VisitRow Visit) : NamedTransaction;
}

/// <summary>Finds a hospital's transaction by its own id or the node's, and by the kind of operation that is meant.</summary>
internal sealed class NamedTransactions(HisInbox hisInbox, HeldUploads held)
{
    private static readonly Dictionary<OutboundKind, string> Operations = new()
    {
        [OutboundKind.Admission] = nameof(RegisterAdmission),
        [OutboundKind.Discharge] = nameof(Discharge),
        [OutboundKind.Settlement] = nameof(Settle),
        [OutboundKind.SettlementCancellation] = nameof(CancelSettlement),
        [OutboundKind.AdmissionCancellation] = nameof(CancelAdmission),
        [OutboundKind.DischargeCancellation] = nameof(CancelDischarge),
        [OutboundKind.Reversal] = nameof(ReverseTransaction),
    };

    /// <param name="operation">Record name of the operation that is meant; null trusts the id alone.</param>
    public NamedTransaction Find(Session session, string institutionCode, string anyTransactionId, string? operation)
    {
        if (HisInbox.Resolve(session, institutionCode, anyTransactionId) is not { } transactionId || Find(session, institutionCode, transactionId) is not { } found)
            return new NamedTransaction.Unseen();
        if (operation is null || operation == OperationOf(found))
            return found;
        // Some systems name the transaction that was to be undone, not the one that undoes it.
        return Undoing(session, transactionId, operation) is { } undoing && Find(session, institutionCode, undoing) is { } meant ? meant : new NamedTransaction.Nothing();
    }

    private NamedTransaction? Find(Session session, string institutionCode, string transactionId)
    {
        if (Outbox.Find(session, transactionId) is { } row)
            return VisitStore.Get(session, row.VisitId) is var visit && visit.InstitutionCode == institutionCode ? new NamedTransaction.Exchange(row, visit) : null;
        return LocalOperation(session, institutionCode, transactionId) is { } operation ? new NamedTransaction.Local(transactionId, operation) : null;
    }

    /// <summary>Known by the hospital's request, or, where its dialect has no ids, by the lines that wait, are stored or were withdrawn under the transaction.</summary>
    private string? LocalOperation(Session session, string institutionCode, string transactionId)
    {
        if (hisInbox.OperationOf(session, institutionCode, transactionId) is { } asked)
            return asked.GetType().Name;
        if (held.Find(session, transactionId) is { } waiting)
            return waiting.InstitutionCode == institutionCode ? nameof(UploadFeeLines) : null;
        var stored = FeeLineStore.StoredBy(session, transactionId) is [var first, ..] ? first : null;
        var withdrawal = FeeLineStore.FindWithdrawal(session, transactionId);
        return (stored?.VisitId ?? withdrawal?.VisitId) is not { } visit || VisitStore.Get(session, visit).InstitutionCode != institutionCode ? null
            : stored is null ? nameof(WithdrawFeeLines)
            : stored.RefundOf is null ? nameof(UploadFeeLines)
            : nameof(RefundFeeLine);
    }

    private static string? Undoing(Session session, string originalId, string operation) => operation switch
    {
        nameof(CancelSettlement) => Outbox.LastUndoing(session, originalId, OutboundKind.SettlementCancellation),
        nameof(CancelAdmission) => Outbox.LastUndoing(session, originalId, OutboundKind.AdmissionCancellation),
        nameof(CancelDischarge) => Outbox.LastUndoing(session, originalId, OutboundKind.DischargeCancellation),
        nameof(RefundFeeLine) => FeeLineStore.LastRefunding(session, originalId),
        _ => null,
    };

    private static string OperationOf(NamedTransaction transaction) => transaction switch
    {
        NamedTransaction.Local local => local.Operation,
        NamedTransaction.Exchange { Row: var row } when row.IsOf(PeerMethod.RegisterOutpatient) => nameof(RegisterOutpatient),
        NamedTransaction.Exchange exchange => Operations[exchange.Row.Kind],
        _ => throw new InvalidOperationException("Only a transaction that was found has an operation."),
    };
}
