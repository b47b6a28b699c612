using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Treatment;

/// <summary>
/// Reverses what never left the province: stored lines and refunds are withdrawn, withdrawn lines come back, all of a transaction or none. The
/// fees of the visit must be open to changes, and nothing may rest on the lines.
/// </summary>
internal sealed class FeeLineReversal(Vault vault, TimeProvider time)
{
    private readonly HisInbox _hisInbox = new(vault, time);
    private readonly HeldUploads _held = new(vault, time);

    private static readonly Func<FeeLineRow, long>[] Parts =
        [line => line.QuantityE2, line => line.FullSelfPayFen, line => line.OverLimitFen, line => line.PreSelfPayFen, line => line.InScopeFen];

    public Intent Reverse(Session session, HisCaller caller, NamedTransaction.Local original, TransactionId id) => original.Operation switch
    {
        nameof(UploadFeeLines) or nameof(RefundFeeLine) => TakeBack(session, caller, original.TransactionId, id),
        nameof(WithdrawFeeLines) => Restore(session, caller, original.TransactionId, id),
        nameof(ReverseTransaction) => Refuse(UndoChain.IsReversal),
        // It repeated the discharge that stood already, under an id of its own.
        nameof(Discharge) => Done(session, caller, original.TransactionId, id, HisReversalEffect.NothingToUndo),
        _ => Refuse(($"操作 {original.Operation} 不能冲正", $"operation {original.Operation} is not reversible")),
    };

    private Intent TakeBack(Session session, HisCaller caller, string originalId, TransactionId id)
    {
        // Lines that still wait for a mapping are nothing yet that could stand in the way.
        if (_held.Find(session, originalId) is { } waiting)
        {
            _held.Withdraw(session, waiting, _ => true);
            return Done(session, caller, originalId, id, HisReversalEffect.Undone);
        }
        var lines = FeeLineStore.StoredBy(session, originalId);
        if (lines.Count == 0)
            return Done(session, caller, originalId, id, HisReversalEffect.NothingToUndo);
        var visit = VisitStore.Get(session, lines[0].VisitId);
        if (Closed(session, visit) is { } closed)
            return Refuse(closed);
        var standing = lines.Where(line => line.IsActive).ToList();
        if (standing.Find(line => line.SettlementNumber is not null) is { } settled)
            return Refuse(($"结算 {settled.SettlementNumber} 有效", $"settlement {settled.SettlementNumber} stands"));
        if (standing.SelectMany(line => FeeLineStore.RefundsOf(session, line.Id)).FirstOrDefault() is { } refund)
            return Refuse(($"明细已退费（流水 {refund.TransactionId}）", $"refund {refund.TransactionId} takes back part of its lines"));
        standing.ForEach(line => FeeLineStore.WithdrawOne(session, line.Id, id.Text));
        if (standing.Count > 0)
            VisitStore.FeesChanged(session, visit.Id);
        return Done(session, caller, originalId, id, HisReversalEffect.Undone);
    }

    /// <summary>A line whose own transaction was reversed meanwhile stays withdrawn, and so does a refund of it.</summary>
    private Intent Restore(Session session, HisCaller caller, string originalId, TransactionId id)
    {
        if (FeeLineStore.FindWithdrawal(session, originalId) is not { } withdrawal)
            return WithoutRecord(session, caller, originalId, id);
        if (withdrawal.WaitingCount > 0)
            return Refuse(("它还撤下了等待目录对照的明细", "it took back lines that waited for a mapping too"));
        var lines = FeeLineStore.WithdrawnBy(session, originalId).Where(line => !IsVoid(session, caller, line)).ToList();
        if (lines.Count == 0)
            return Done(session, caller, originalId, id, HisReversalEffect.NothingToUndo);
        var visit = VisitStore.Get(session, lines[0].VisitId);
        if ((Closed(session, visit) ?? Conflict(session, visit, lines)) is { } obstacle)
            return Refuse(obstacle);
        lines.ForEach(line => FeeLineStore.Restore(session, line.Id, originalId));
        VisitStore.FeesChanged(session, visit.Id);
        return Done(session, caller, originalId, id, HisReversalEffect.Undone);
    }

    /// <summary>It withdrew nothing, or it did before withdrawals were kept.</summary>
    private Intent WithoutRecord(Session session, HisCaller caller, string originalId, TransactionId id) =>
        _hisInbox.Recall(session, caller.Institution.Code, originalId) is { Result: FeeLinesWithdrawn { LineCount: > 0 } }
            ? Refuse(("未记录它撤销了哪些明细", "which lines it withdrew is not on record"))
            : Done(session, caller, originalId, id, HisReversalEffect.NothingToUndo);

    private static bool IsVoid(Session session, HisCaller caller, FeeLineRow line) =>
        UndoStore.FindVoid(session, caller.Institution.Code, line.TransactionId) is not null
        || (line.RefundOf is { } original && IsVoid(session, caller, FeeLineStore.Get(session, original)));

    private static (string Chinese, string English)? Closed(Session session, VisitRow visit) =>
        visit.AllowsFeeChanges ? null : UndoChain.LastStep(session, visit);

    /// <summary>What has happened since the lines were withdrawn and cannot stand beside them.</summary>
    private static (string Chinese, string English)? Conflict(Session session, VisitRow visit, List<FeeLineRow> lines)
    {
        foreach (var line in lines)
        {
            if (FeeLineStore.BySerial(session, visit.Id, line.LineSerial) is { } again)
                return ($"明细 {line.LineSerial} 已重新上传（流水 {again.TransactionId}）", $"line {line.LineSerial} is uploaded again by {again.TransactionId}");
            if (line.RefundOf is { } taken && FeeLineStore.Get(session, taken).SettlementNumber is { } settlement)
                return ($"其原明细已由结算 {settlement} 结算", $"the line it takes back is settled by {settlement}");
            if (visit.DischargeDate is { } left && string.CompareOrdinal(line.FeeDate, left) > 0)
                return ($"明细 {line.LineSerial} 的日期 {line.FeeDate} 晚于出院日期 {left}", $"line {line.LineSerial} of {line.FeeDate} lies after the discharge on {left}");
        }
        return lines.Where(line => line.RefundOf is not null).GroupBy(line => line.RefundOf!.Value)
            .Select(refunds => Conflict(session, FeeLineStore.Get(session, refunds.Key), lines, [.. refunds])).FirstOrDefault(conflict => conflict is not null);
    }

    private static (string Chinese, string English)? Conflict(Session session, FeeLineRow original, List<FeeLineRow> lines, List<FeeLineRow> refunds)
    {
        if (!original.IsActive && lines.TrueForAll(line => line.Id != original.Id))
            return ($"明细 {original.LineSerial} 已撤销，其退费不能恢复", $"line {original.LineSerial} is withdrawn, so its refund cannot come back");
        var all = FeeLineStore.RefundsOf(session, original.Id).Concat(refunds).Append(original).ToList();
        return Parts.All(part => all.Sum(part) >= 0)
            ? null
            : ($"明细 {original.LineSerial} 已另行退费", $"line {original.LineSerial} has been refunded otherwise");
    }

    private Intent Done(Session session, HisCaller caller, string originalId, TransactionId id, HisReversalEffect effect)
    {
        UndoStore.InsertVoid(session, caller.Institution.Code, new VoidRow { OriginalId = originalId, ReversalId = id.Text, Effect = effect }, time.NowMs());
        return Intent.Done(new TransactionReversed { TransactionId = id.Text, Effect = effect });
    }

    private static Intent Refuse((string Chinese, string English) obstacle) => Intent.Refuse(TreatmentRefusals.NotReversible(obstacle));
}
