using Google.Protobuf;
using Provincial.Exchange.V1;
using ProvincialGateway.Configuration;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Clearing;

/// <summary>What came of an operator's step: refused here, or stored and, where the node serves, sent.</summary>
internal sealed record AgencyOutcome
{
    /// <summary>Null when this side's own rules refused, and nothing was stored.</summary>
    public string? TransactionId { get; init; }

    /// <summary>By this node, or by the peer's; null when there is none.</summary>
    public Refusal? Refusal { get; init; }

    public AgencyMessageState? State { get; init; }

    public string? LastError { get; init; }
}

/// <summary>
/// This agency's own steps: judged by its own books, stored with the exact bytes, then sent. With a node that does not serve they wait on disk
/// for its next start.
/// </summary>
internal sealed class AgencyDesk(NodesConfiguration configuration, Division self, Database database, TransactionIdSource ids, TimeProvider time, ClearingSender? sender)
{
    /// <summary>Closed while the books are not whole; open where no node serves.</summary>
    public RecoveryGate Gate { get; init; } = new();

    public Database Database => database;

    public Division Self => self;

    public NodesConfiguration Configuration => configuration;

    public TimeProvider Time => time;

    /// <param name="build">The request without its head, from this side's books as they stand in the transaction that stores it.</param>
    public async Task<AgencyOutcome> TakeAsync<TRequest, TReply>(
        AgencyStep<TRequest, TReply> step, Division partner, string @operator, Func<AgencyScope, TRequest> build, CancellationToken cancellation)
        where TRequest : class, IExchangeRequest, IMessage<TRequest>, new()
        where TReply : class, IExchangeReply, IMessage<TReply>, new()
    {
        Gate.Require(partner);
        var id = await ids.NextAsync(cancellation);
        var refusal = await database.WriteAsync(session => Store(step, ScopeOf(session, partner), id, @operator, build), cancellation);
        if (refusal is not null)
            return new AgencyOutcome { Refusal = refusal };
        if (sender is not null)
            await sender.SendAsync(id.Text, cancellation);
        return OutcomeOf(id.Text);
    }

    /// <summary>Sends a message without an answer, or with one that could not be true, at once and unchanged: the peer answers a known id from its own disk.</summary>
    /// <exception cref="ClearingRefusedException">There is no such message, or it was answered.</exception>
    public async Task<AgencyOutcome> ReleaseAsync(string transactionId, string by, string reason, CancellationToken cancellation)
    {
        await database.WriteAsync(session =>
        {
            if (ClearingOutbox.Find(session, transactionId) is not { } row)
                throw ClearingRefusedException.Of($"本节点没有报文 {transactionId}；请看 clearing messages --all", $"this node has no message {transactionId}; see clearing messages --all");
            if (row.State is AgencyMessageState.Accepted or AgencyMessageState.Refused)
                throw ClearingRefusedException.Of($"报文 {transactionId} 已有应答，无须重发", $"message {transactionId} was answered; there is nothing to release");
            Gate.Require(Division.Parse(row.Peer));
            ClearingOutbox.Release(session, transactionId, by, reason, time.NowMs());
        }, cancellation);
        if (sender is not null)
            await sender.SendAsync(transactionId, cancellation);
        return OutcomeOf(transactionId);
    }

    /// <summary>What became of a message so far.</summary>
    public AgencyOutcome OutcomeOf(string transactionId)
    {
        var row = database.Read(session => ClearingOutbox.Find(session, transactionId)) ?? throw new InvalidOperationException("The message was not stored.");
        return new AgencyOutcome
        {
            TransactionId = transactionId,
            State = row.State,
            LastError = row.LastError,
            Refusal = row.State is AgencyMessageState.Refused ? AgencySteps.Find(row.Rpc.Path)!.ParseReply(row.Reply!)!.Refusal : null,
        };
    }

    public AgencyScope ScopeOf(Session session, Division partner) =>
        new() { Session = session, Self = self, Partner = partner, IsSender = true, Options = configuration.Clearing, NowMs = time.NowMs() };

    private Refusal? Store<TRequest, TReply>(AgencyStep<TRequest, TReply> step, AgencyScope scope, TransactionId id, string @operator, Func<AgencyScope, TRequest> build)
        where TRequest : class, IExchangeRequest, IMessage<TRequest>, new()
        where TReply : class, IExchangeReply, IMessage<TReply>, new()
    {
        var request = build(scope);
        request.Header = RequestHeaders.Create(configuration, id, scope.Partner, @operator, time.GetUtcNow());
        var subject = step.SubjectOf(request);
        if (ClearingOutbox.OpenAbout(scope.Session, subject) is { } open)
        {
            return ClearingRefusals.StatementState(subject, $"{open.Method} 在途（{open.TransactionId}）", $"{open.Method} under way ({open.TransactionId})",
                "无在途报文", "no message under way");
        }
        if (step.Refuse(scope, request) is { } refusal)
        {
            refusal.Side = Side.Unspecified;
            return refusal;
        }
        // What cannot be sent would wait for ever.
        var bytes = request.ToByteArray();
        if (bytes.Length > configuration.Limits.MessageBytesMax)
        {
            return ClearingRefusals.InvalidField("request", $"报文 {bytes.Length} 字节，超过上限 {configuration.Limits.MessageBytesMax} 字节；请分几次异议或扣款，或调高 messageBytesMax",
                $"the message has {bytes.Length} bytes, above the limit of {configuration.Limits.MessageBytesMax}; dispute or deduct in several rounds, or raise messageBytesMax");
        }
        step.Prepare(scope, request);
        ClearingOutbox.Add(scope.Session, id.Text, scope.Partner, step.Method, subject, bytes, scope.NowMs);
        return null;
    }
}
