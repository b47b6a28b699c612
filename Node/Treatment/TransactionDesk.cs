using Google.Protobuf;
using Provincial.Exchange.V1;
using ProvincialGateway.Configuration;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Treatment;

/// <summary>What an operator asked for cannot be done; the message says why and what can, in both languages.</summary>
internal sealed class TransactionRefusedException(string chinese, string english) : Exception($"{chinese} / {english}");

/// <summary>What the peer has on record of one of this node's transactions.</summary>
/// <param name="Record">Null when it gave no usable answer.</param>
/// <param name="Note">Why it gave none, Chinese and English; empty otherwise.</param>
internal sealed record PeerHolding(TransactionRecord? Record, string Note);

/// <summary>The reply that this node keeps, as it came.</summary>
internal sealed record KeptReply(byte[] Bytes, bool IsDoubted);

/// <summary>
/// What operators do about requests that stay unanswered or whose answer cannot be true. Each act is one transaction with its record of who, when and why,
/// and none of them makes an effect of its own: a request is asked for again under its own id, which the peer answers once for all, or it is reversed, which
/// a visit takes once at a time.
/// </summary>
internal sealed class TransactionDesk(
    NodesConfiguration configuration, Database database, TransactionIdSource ids, PeerDirectory peers, Outbox outbox, FilingRequests filings, RecoveryGate gate, OutboxOptions options,
    TimeProvider time)
{
    /// <summary>Asks for an unanswered request at once. Returns when what came of it is recorded, or at once when it is being asked for already.</summary>
    /// <exception cref="TransactionRefusedException">There is none, it is not unanswered, or something else comes first.</exception>
    public async Task RetryAsync(string transactionId, string who, string why, CancellationToken cancellation)
    {
        var isTaken = await database.WriteAsync(session =>
        {
            var row = Get(session, transactionId);
            if (row.State is OutboundState.Parked)
                throw new TransactionRefusedException($"交易 {transactionId} 的应答不可信,已搁置;核对后请用 transactions release", $"transaction {transactionId} is parked; once it is looked into, use transactions release");
            return AskAgain(session, row, who, why);
        }, cancellation);
        if (isTaken)
            await SendAsync(transactionId, cancellation);
    }

    /// <summary>Puts the answer that could not be true aside and asks the peer for it once more.</summary>
    /// <exception cref="TransactionRefusedException">There is none, it is not parked, or something else comes first.</exception>
    public async Task ReleaseAsync(string transactionId, string who, string why, CancellationToken cancellation)
    {
        var isTaken = await database.WriteAsync(session =>
        {
            var row = Get(session, transactionId);
            if (row.State is OutboundState.Awaiting)
                throw new TransactionRefusedException($"交易 {transactionId} 未搁置,尚无应答;可用 transactions retry 立即再问", $"transaction {transactionId} is not parked, it is unanswered; transactions retry asks at once");
            return AskAgain(session, row, who, why);
        }, cancellation);
        if (isTaken)
            await SendAsync(transactionId, cancellation);
    }

    /// <summary>Has an unanswered or parked request reversed, as its hospital could: whatever the peer made of it is void afterwards.</summary>
    /// <returns>The reversal's id; what came of it so far is recorded.</returns>
    /// <exception cref="TransactionRefusedException">There is none, its result is known, it is no request of a visit, or a reversal is under way.</exception>
    public async Task<string> ReverseAsync(string transactionId, string who, string why, CancellationToken cancellation)
    {
        var id = await ids.NextAsync(cancellation);
        await database.WriteAsync(session => Reverse(session, transactionId, id, who, why), cancellation);
        await outbox.SendAsync(id.Text, cancellation);
        return id.Text;
    }

    /// <summary>
    /// In the caller's transaction: an unanswered request is to be asked for again at once, of a parked one the answer that could not be true is put aside.
    /// </summary>
    /// <returns>Whether <see cref="SendAsync"/> is to follow; nothing is done for a request that is being asked for.</returns>
    /// <exception cref="TransactionRefusedException">Something else comes first, or its result is known.</exception>
    public bool AskAgain(Session session, string transactionId, string who, string why) => AskAgain(session, Get(session, transactionId), who, why);

    /// <summary>Stores the reversal in the caller's transaction, which is followed by <see cref="SendAsync"/> with its id.</summary>
    /// <exception cref="TransactionRefusedException">As <see cref="ReverseAsync"/>.</exception>
    public void Reverse(Session session, string transactionId, TransactionId id, string who, string why)
    {
        var row = Get(session, transactionId);
        if (row.IsOfFiling)
            throw new TransactionRefusedException($"备案请求 {transactionId} 不冲正;得到应答后如需撤销,用 filings withdraw", $"filing request {transactionId} is not reversed; once it is answered, filings withdraw cancels the filing");
        if (row.Kind is TransactionKind.Reversal)
            throw new TransactionRefusedException($"{transactionId} 本身是冲正,不能再冲正;搁置的用 transactions release 再问", $"{transactionId} is a reversal itself; if it is parked, transactions release asks again");
        var original = Outbox.Find(session, transactionId)!;
        var visit = VisitStore.Get(session, original.VisitId);
        if (visit.ReversalId is { } underWay)
            throw new TransactionRefusedException($"该就诊的冲正 {underWay} 正在进行,请等待其结果", $"reversal {underWay} of this visit is under way; wait for its answer");
        BusinessPeriods.EnterWith(session, id, transactionId);
        VisitStore.BeginReversal(session, visit, original.Kind, id.Text);
        var request = new ReverseTransactionRequest
        {
            Header = RequestHeaders.Create(configuration, id, Division.Parse(visit.InsuredDivision), who, time.GetUtcNow()),
            OriginalTransactionId = transactionId,
        };
        outbox.Add(session, new OutboundRequest(id, Division.Parse(original.Peer), OutboundKind.Reversal, visit.Id, PeerMethod.ReverseTransaction, request.ToByteArray()) { OriginalId = transactionId });
        Append(session, row, TransactionActKind.Reverse, who, why, reversalId: id.Text);
    }

    /// <summary>Makes the attempt that an act before it, committed by now, has prepared.</summary>
    public Task SendAsync(string transactionId, CancellationToken cancellation) =>
        database.Read(session => FilingRequestStore.Find(session, transactionId)) is null
            ? outbox.SendAsync(transactionId, cancellation)
            : filings.AskAsync(transactionId, cancellation);

    /// <summary>Asks the peer what it has on record of a transaction, by its id. Nothing is stored or changed on either side.</summary>
    public async Task<PeerHolding> AskPeerAsync(Division peer, string transactionId, CancellationToken cancellation)
    {
        if (peers.Find(peer) is not { } client)
            return new PeerHolding(null, $"nodes.json 中没有 {peer} / province {peer} is not in nodes.json");
        var id = await ids.NextAsync(cancellation);
        var request = new GetTransactionRequest { Header = RequestHeaders.Create(configuration, id, peer, "", time.GetUtcNow()), OriginalTransactionId = transactionId };
        return await client.CallAsync(PeerMethod.GetTransaction, request.ToByteArray(), cancellation) switch
        {
            PeerOutcome.Answered(var reply) => Read(reply, id.Text),
            PeerOutcome.Rejected(var status, var detail) => new PeerHolding(null, $"{status}: {detail}"),
            PeerOutcome.Unreachable(var reason) => new PeerHolding(null, reason),
            PeerOutcome.Unknown(var reason) => new PeerHolding(null, reason),
            var outcome => throw new InvalidOperationException($"Outcome {outcome.GetType().Name} is not handled."),
        };
    }

    /// <summary>The answer of a parked request, that could not be true, or of an answered one, that was applied; null of any other.</summary>
    public KeptReply? ReplyOf(string transactionId) =>
        database.Read(session => Outbox.Find(session, transactionId)) is { State: OutboundState.Parked or OutboundState.Answered } row
            ? new(outbox.ReplyOf(row), row.State is OutboundState.Parked)
        : database.Read(session => FilingRequestStore.Find(session, transactionId)) is { State: OutboundState.Parked or OutboundState.Answered } filing
            ? new(filings.ReplyOf(filing), filing.State is OutboundState.Parked)
        : null;

    private bool AskAgain(Session session, TransactionRow row, string who, string why)
    {
        if (row.ReversalId is { } reversal)
            throw new TransactionRefusedException($"交易 {row.TransactionId} 的冲正 {reversal} 正在进行,由其结果决定", $"reversal {reversal} of transaction {row.TransactionId} is under way and decides");
        var isParked = row.State is OutboundState.Parked;
        var doubted = !isParked ? null : row.IsOfFiling ? FilingRequestStore.Find(session, row.TransactionId)!.Reply : Outbox.Find(session, row.TransactionId)!.Reply;
        if (row.IsOfFiling)
            FilingRequestStore.AskAgain(session, row.TransactionId, options, time.NowMs());
        else if (!OutboundLeases.TakeForOperator(session, row.TransactionId, options, time.NowMs()))
        {
            // Somebody is asking already: there is nothing to add to that.
            if (row.LeasedUntilMs > time.NowMs())
                return false;
            throw new TransactionRefusedException("同一就诊有更早的交易未了结,请先处理;见 transactions list", "an earlier transaction of the same visit is open and comes first; see transactions list");
        }
        Append(session, row, isParked ? TransactionActKind.Release : TransactionActKind.Retry, who, why, doubted);
        return true;
    }

    /// <summary>A request whose result is not known. While the books are not whole no act rests on them.</summary>
    private TransactionRow Get(Session session, string transactionId)
    {
        gate.Require();
        var row = TransactionBook.Find(session, transactionId)
            ?? throw new TransactionRefusedException($"本节点没有发出交易 {transactionId};用 transactions list 查看", $"this node has sent no transaction {transactionId}; see transactions list");
        gate.Require(Division.Parse(row.Peer));
        return row.State switch
        {
            OutboundState.Awaiting or OutboundState.Parked => row,
            OutboundState.Answered => throw new TransactionRefusedException(
                $"交易 {transactionId} 已有结果并已入账,不由此处更改;要撤销请由医院办理,或在清算中扣款", $"transaction {transactionId} has its answer, which is on record; it is undone by its hospital, or deducted in clearing"),
            OutboundState.Rejected => throw new TransactionRefusedException($"交易 {transactionId} 未被对方受理,两地均无影响", $"transaction {transactionId} was turned away; it has had no effect on either side"),
            OutboundState.Void => throw new TransactionRefusedException($"交易 {transactionId} 已被冲正作废", $"transaction {transactionId} is void by a reversal"),
            var state => throw new InvalidOperationException($"State {state} is not handled."),
        };
    }

    private void Append(Session session, TransactionRow row, TransactionActKind act, string who, string why, byte[]? doubted = null, string? reversalId = null) =>
        TransactionBook.Append(session, new TransactionAct
        {
            Sequence = 0,
            TransactionId = row.TransactionId,
            Act = act,
            StateBefore = row.State,
            Contradiction = doubted is null ? null : row.LastError,
            ReversalId = reversalId,
            ActedBy = who,
            Reason = why,
            ActedAtMs = time.NowMs(),
        }, doubted);

    private static PeerHolding Read(byte[] reply, string id)
    {
        try
        {
            var answer = GetTransactionResponse.Parser.ParseFrom(reply);
            return answer switch
            {
                _ when answer.TransactionId != id => new PeerHolding(null, "应答属于另一流水号 / it answers another transaction id"),
                { Refusal: { } refusal } => new PeerHolding(null, $"{refusal.Code} {refusal.MessageZh} / {refusal.MessageEn}"),
                { Transaction.State: TransactionState.NotSeen or TransactionState.Answered or TransactionState.Void } => new PeerHolding(answer.Transaction, ""),
                _ => new PeerHolding(null, "应答无法识别 / the answer cannot be read"),
            };
        }
        catch (InvalidProtocolBufferException)
        {
            return new PeerHolding(null, "应答无法识别 / the answer cannot be read");
        }
    }
}
