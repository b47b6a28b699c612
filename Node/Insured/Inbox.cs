using System.Security.Cryptography;
using Google.Protobuf;
using Provincial.Exchange.V1;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Insured;

/// <summary>
/// Exactly once for requests of other provinces: the decision, its effects and the reply bytes are one transaction, and a repeat of the same
/// id and content gets the committed bytes. The same id with other content is refused, and the first answer stands.
/// </summary>
internal sealed class Inbox(Database database, Vault vault, TimeProvider time)
{
    public const string RequestPurpose = "inbox.request";
    public const string ReplyPurpose = "inbox.reply";

    /// <param name="decide">Either gives data and has written its effects in the session, or gives a refusal and has written nothing.</param>
    public Task<TReply> AnswerOnceAsync<TRequest, TReply>(
        TRequest request, string method, Division sender, Func<Session, TReply> decide, CancellationToken cancellation)
        where TRequest : IExchangeRequest, IMessage<TRequest>, new()
        where TReply : class, IExchangeReply, IMessage<TReply>, new()
    {
        var id = request.Header!.TransactionId;
        var content = request.ToByteArray();
        var hash = SHA256.HashData(content);
        return database.WriteAsync(session =>
        {
            if (Find(session, id) is { } known)
                return Repeat<TRequest, TReply>(known, request, method, sender, hash);
            if (FeeDetailStore.Find(session, id) is not null)
                return Conflict<TReply>(id, "method");
            var reply = FindVoid(session, id) is null ? decide(session) : new TReply { Refusal = InsuredRefusals.TransactionVoid() };
            Complete(reply, id);
            Insert(session, id, sender, method, content, reply.ToByteArray(), time.NowMs());
            return reply;
        }, cancellation);
    }

    /// <summary>The committed reply of an id of this sender, or that the id is void, or null when it was never seen from it.</summary>
    public TransactionRecord? Lookup(Session session, string id, Division sender)
    {
        if (Find(session, id) is { } known && known.Sender == sender.Code)
        {
            return new TransactionRecord
            {
                State = TransactionState.Answered,
                Method = known.Method,
                Reply = ByteString.CopyFrom(vault.Open(known.Reply, ReplyPurpose)),
            };
        }
        return FindVoid(session, id) == sender.Code ? new TransactionRecord { State = TransactionState.Void } : null;
    }

    public static bool Knows(Session session, string id) => Find(session, id) is not null;

    public static bool IsVoid(Session session, string id) => FindVoid(session, id) is not null;

    /// <summary>The request that was answered under an id, as it came.</summary>
    /// <exception cref="InvalidOperationException">No such request was answered.</exception>
    public byte[] RequestOf(Session session, string id) => vault.Open(
        (Find(session, id) ?? throw new InvalidOperationException($"No request {id} was answered.")).Request, RequestPurpose);

    /// <summary>Voids an id that was never seen, in the transaction of the reversal: what comes under it later is refused.</summary>
    public void MakeVoid(Session session, string originalId, string reversalId, Division sender) => session.ExecuteExpecting(1,
        "INSERT INTO insured_void (reversal_id, original_id, sender, voided_at_ms) VALUES (@reversalId, @originalId, @Code, @now)",
        new { reversalId, originalId, sender.Code, now = time.NowMs() });

    /// <summary>Fills id and time of a reply that is not stored (reading and previews).</summary>
    public void Complete(IExchangeReply reply, string id)
    {
        reply.TransactionId = id;
        reply.AnsweredAtMs = time.NowMs();
    }

    private TReply Repeat<TRequest, TReply>(InboxRow known, TRequest request, string method, Division sender, byte[] hash)
        where TRequest : IExchangeRequest, IMessage<TRequest>, new()
        where TReply : class, IExchangeReply, IMessage<TReply>, new()
    {
        if (known.Sender == sender.Code && known.Method == method && known.ContentHash.AsSpan().SequenceEqual(hash))
            return new MessageParser<TReply>(() => new TReply()).ParseFrom(vault.Open(known.Reply, ReplyPurpose));
        return Conflict<TReply>(request.Header!.TransactionId, DifferingField(known, request, method, sender));
    }

    private TReply Conflict<TReply>(string id, string field)
        where TReply : class, IExchangeReply, new()
    {
        var conflict = new TReply { Refusal = InsuredRefusals.IdConflict(field) };
        Complete(conflict, id);
        return conflict;
    }

    private string DifferingField<TRequest>(InboxRow known, TRequest request, string method, Division sender)
        where TRequest : IExchangeRequest, IMessage<TRequest>, new()
    {
        if (known.Sender != sender.Code)
            return "header.sender_division";
        if (known.Method != method)
            return "method";
        var first = new MessageParser<TRequest>(() => new TRequest()).ParseFrom(vault.Open(known.Request, RequestPurpose));
        return MessageDifference.FirstPath(first, request) ?? "unknown fields";
    }

    /// <summary>Stores an answer that was given before this node forgot it. Its effects are the caller's.</summary>
    /// <param name="receivedAtMs">By this node's clock, when it was given.</param>
    public void Restore(Session session, string id, Division sender, string method, byte[] request, byte[] reply, long receivedAtMs) =>
        Insert(session, id, sender, method, request, reply, receivedAtMs);

    private void Insert(Session session, string id, Division sender, string method, byte[] request, byte[] reply, long receivedAtMs) =>
        session.ExecuteExpecting(1,
            """
            INSERT INTO inbox (transaction_id, sender, method, content_hash, request, reply, received_at_ms)
            VALUES (@id, @sender, @method, @hash, @request, @reply, @receivedAtMs)
            """,
            new
            {
                id,
                sender = sender.Code,
                method,
                hash = SHA256.HashData(request),
                request = vault.Seal(request, RequestPurpose),
                reply = vault.Seal(reply, ReplyPurpose),
                receivedAtMs,
            });

    /// <summary>Whose id it is, when it is void.</summary>
    private static string? FindVoid(Session session, string id) =>
        session.QuerySingleOrDefault<string?>("SELECT sender FROM insured_void WHERE original_id = @id LIMIT 1", new { id });

    private static InboxRow? Find(Session session, string id) => session.QuerySingleOrDefault<InboxRow>(
        """
        SELECT sender AS Sender, method AS Method, content_hash AS ContentHash, request AS Request, reply AS Reply
        FROM inbox WHERE transaction_id = @id
        """,
        new { id });

    private sealed class InboxRow
    {
        public required string Sender { get; init; }
        public required string Method { get; init; }
        public required byte[] ContentHash { get; init; }
        public required byte[] Request { get; init; }
        public required byte[] Reply { get; init; }
    }
}
