using Provincial.Exchange.V1;
using ProvincialGateway.Ledger;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Treatment;
using ProvincialGateway.Values;

namespace ProvincialGateway.Reconciliation;

/// <summary>What an operator asked for cannot be done; the message says why and what can, in both languages.</summary>
internal sealed class DifferenceRefusedException(string message) : Exception(message);

/// <summary>
/// What operators decide about differences: looked at, with a decision that is carried out as far as this node can, and settled. Every step is kept
/// with who, when and why.
/// </summary>
internal sealed class DifferenceDesk(Database database, TransactionIdSource ids, TransactionDesk transactions, Reconciler reconciler, TimeProvider time)
{
    /// <summary>Moves an open or checked difference to checked and carries out the decision.</summary>
    /// <returns>What came of it, Chinese and English.</returns>
    /// <exception cref="DifferenceRefusedException">There is no such difference, it is settled, or this node cannot do that.</exception>
    public async Task<string> CheckAsync(long id, DifferenceAction decision, string who, string why, CancellationToken cancellation)
    {
        var row = database.Read(session => Get(session, id));
        var carriedOut = decision switch
        {
            DifferenceAction.AskAgain => await AskAgainAsync(row, who, why, cancellation),
            DifferenceAction.Reverse => await ReverseAsync(row, who, why, cancellation),
            DifferenceAction.AcceptInsured => await RecordAsync(row, decision, who, why, AcceptedInsured(row), cancellation),
            DifferenceAction.PartnerActs => await RecordAsync(row, decision, who, why,
                "已记录;请与对方联系,对方处理后再次对账即自动了结。 / Recorded; call the partner. The next run after it has acted settles by itself.", cancellation),
            _ => throw new ArgumentOutOfRangeException(nameof(decision), decision, "Not an action."),
        };
        return carriedOut;
    }

    /// <summary>Settles a checked difference as it stands.</summary>
    /// <exception cref="DifferenceRefusedException">There is no such difference, or it is not checked.</exception>
    public Task SettleAsync(long id, string who, string why, CancellationToken cancellation) => database.WriteAsync(session =>
    {
        var row = Get(session, id);
        if (row.State is not DifferenceState.Checked)
            throw new DifferenceRefusedException($"差异 {id} 尚未核查,请先用 reconcile check 记录结论。 / difference {id} is not checked yet; decide with reconcile check first.");
        DifferenceStore.Move(session, row, DifferenceState.Settled, DifferenceEvent.Settled, null, who, why, run: null, time.NowMs());
    }, cancellation);

    /// <summary>An unanswered or parked request goes back to the resolver; of anything else the insured side's record is asked for.</summary>
    private async Task<string> AskAgainAsync(DifferenceRow row, string who, string why, CancellationToken cancellation)
    {
        if (row.Side is not LedgerSide.Treatment)
            throw OnlyTreatment(row);
        var (isOpen, isTaken) = await database.WriteAsync(session =>
        {
            Check(session, row, DifferenceAction.AskAgain, who, why);
            var open = Outbox.Find(session, row.TransactionId) is { IsOpen: true };
            return (open, open && Act(() => transactions.AskAgain(session, row.TransactionId, who, why)));
        }, cancellation);
        if (isTaken)
            await transactions.SendAsync(row.TransactionId, cancellation);
        var result = isOpen ? StateOf(row.TransactionId) : await RecordOfAsync(row, cancellation);
        await CarriedOutAsync(row.Id, DifferenceAction.AskAgain, who, result);
        return result;
    }

    /// <summary>Has a request reversed that is open: nothing of it was booked here, so it can be the last step of its visit only.</summary>
    private async Task<string> ReverseAsync(DifferenceRow row, string who, string why, CancellationToken cancellation)
    {
        if (row.Side is not LedgerSide.Treatment)
            throw OnlyTreatment(row);
        var id = await ids.NextAsync(cancellation);
        await database.WriteAsync(session =>
        {
            Act(() =>
            {
                transactions.Reverse(session, row.TransactionId, id, who, why);
                return true;
            });
            Check(session, row, DifferenceAction.Reverse, who, why);
        }, cancellation);
        await transactions.SendAsync(id.Text, cancellation);
        var result = $"冲正流水 {id}: {StateOf(id.Text)}";
        await CarriedOutAsync(row.Id, DifferenceAction.Reverse, who, result);
        return result;
    }

    private static bool Act(Func<bool> act)
    {
        try
        {
            return act();
        }
        catch (TransactionRefusedException refused)
        {
            throw new DifferenceRefusedException(refused.Message);
        }
    }

    private string StateOf(string transactionId) =>
        database.Read(session => Outbox.Find(session, transactionId))!.State switch
        {
            OutboundState.Answered => "参保地已应答并入账,请再次对账。 / Answered and applied; reconcile the day again.",
            OutboundState.Awaiting => "尚无应答,节点继续自动查询。 / No answer yet; the node goes on asking by itself.",
            OutboundState.Parked => "应答仍不可信,未入账;请与参保地联系,或冲正。 / The answer still cannot be true and was not applied; call the insured side, or reverse.",
            OutboundState.Rejected => "参保地节点未受理。 / The insured side's node turned it away.",
            OutboundState.Void => "已被冲正作废。 / It is void by a reversal.",
            var state => throw new InvalidOperationException($"State {state} is not handled."),
        };

    private async Task<string> RecordOfAsync(DifferenceRow row, CancellationToken cancellation)
    {
        try
        {
            var record = (await reconciler.LedgerOf(Division.Parse(row.Partner), row.Side).TransactionAsync(row.TransactionId, cancellation)).Transaction;
            return record?.State switch
            {
                TransactionState.NotSeen => "参保地从未收到该流水。 / The insured side has never seen the transaction.",
                TransactionState.Answered => $"参保地有该流水的应答({record.Method})。 / The insured side has answered it ({record.Method}).",
                TransactionState.Void => "参保地已将该流水作废。 / The transaction is void at the insured side.",
                _ => "参保地的应答无法识别。 / What the insured side says cannot be read.",
            };
        }
        catch (PeerLedgerException fault)
        {
            return fault.Message;
        }
    }

    private Task<string> RecordAsync(DifferenceRow row, DifferenceAction decision, string who, string why, string result, CancellationToken cancellation) => database.WriteAsync(session =>
    {
        Check(session, row, decision, who, why);
        return result;
    }, cancellation);

    private void Check(Session session, DifferenceRow row, DifferenceAction decision, string who, string why)
    {
        // Read again: it may have moved since.
        var now = Get(session, row.Id);
        DifferenceStore.Move(session, now, DifferenceState.Checked, DifferenceEvent.Checked, decision, who, why, run: null, time.NowMs());
    }

    private Task CarriedOutAsync(long id, DifferenceAction decision, string who, string result) => database.WriteAsync(session =>
    {
        var row = DifferenceStore.Find(session, id)!;
        DifferenceStore.Append(session, id, DifferenceEvent.CarriedOut, row.State, decision, who, result, run: null, time.NowMs());
        if (decision is DifferenceAction.AskAgain && DifferencePolicy.ProposeAfterAsking(Outbox.Find(session, row.TransactionId)?.State) is { } proposal)
            DifferenceStore.Repropose(session, id, proposal);
    }, CancellationToken.None);

    /// <summary>No ledger is changed by it: what corrects the money is said, and who does it.</summary>
    private static string AcceptedInsured(DifferenceRow row) => (row.Side, row.Verdict) switch
    {
        (LedgerSide.Treatment, RowVerdict.OnlyTheirs) =>
            "以参保地记录为准;本地没有该行,不会申报清算。参保人确已结算的,由医院以新流水补办前请参保地核对该行。 / The insured side's record holds. This side has no such row and will not claim it; before the hospital settles anew, the insured side looks into the row.",
        (LedgerSide.Insured, RowVerdict.OnlyTheirs) =>
            "以本地记录为准;该行申报清算时逐行核对会指出,以 clearing dispute 提出异议。 / This side's record holds. When the row is claimed the check of the statement names it: object with clearing dispute.",
        (LedgerSide.Insured, _) =>
            "以本地记录为准,台账不改动;就医地申报时逐行核对会指出差额,以 clearing dispute 提出异议,再以 settle 了结。 / This side's record holds; no ledger changes. The check of the statement names the row: object with clearing dispute, then settle.",
        _ =>
            "以参保地记录为准,台账不改动;差额在清算中以 clearing deduct 扣调后以 settle 了结。 / The insured side's record holds; no ledger changes. Correct with clearing deduct, then settle.",
    };

    private static DifferenceRow Get(Session session, long id)
    {
        var row = DifferenceStore.Find(session, id) ?? throw new DifferenceRefusedException($"没有差异 {id};用 reconcile diffs 查看。 / there is no difference {id}; see reconcile diffs.");
        return row.State is not DifferenceState.Settled ? row : throw new DifferenceRefusedException($"差异 {id} 已了结,不再改动。 / difference {id} is settled and changes no more.");
    }

    private static DifferenceRefusedException OnlyTreatment(DifferenceRow row) => new(
        $"本节点是参保地,未发送交易 {row.TransactionId};查询与冲正由就医地 {row.Partner} 发起,请选 partner-acts。 / this node is the insured side and has not sent transaction {row.TransactionId}; asking and reversing begin at the treatment side {row.Partner}: choose partner-acts.");
}
