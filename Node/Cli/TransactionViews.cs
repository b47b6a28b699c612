using System.Globalization;
using Google.Protobuf;
using Provincial.Exchange.V1;
using ProvincialGateway.Network;
using ProvincialGateway.Treatment;
using ProvincialGateway.Values;

namespace ProvincialGateway.Cli;

/// <summary>One request to another province as an operator sees it.</summary>
internal sealed record TransactionEntry
{
    public required string TransactionId { get; init; }
    public required string Peer { get; init; }
    public required TransactionKind Kind { get; init; }
    public required OutboundState State { get; init; }

    /// <summary>Unanswered for longer than an outage should last: somebody has to look after it.</summary>
    public required bool Overdue { get; init; }

    /// <summary>The visit it is of, and the hospital; null of a request about a filing.</summary>
    public string? HospitalVisitNumber { get; init; }
    public string? VisitNumber { get; init; }
    public string? Institution { get; init; }
    public required int Attempts { get; init; }
    public required string StoredAt { get; init; }
    public string? AttemptedAt { get; init; }

    /// <summary>When it is sent again by itself; null of one that is not, or is being sent.</summary>
    public string? NextAttemptAt { get; init; }
    public string? AnsweredAt { get; init; }

    /// <summary>Who is asking for it now, and until when at the latest; null while nobody is.</summary>
    public OutboundHolder? AskedBy { get; init; }
    public string? AskedUntil { get; init; }

    /// <summary>What it undoes, and the reversal of it that is under way.</summary>
    public string? OriginalId { get; init; }
    public string? ReversalId { get; init; }

    /// <summary>Why it is not answered, or why its answer cannot be true.</summary>
    public string? Note { get; init; }

    public static TransactionEntry Of(TransactionRow row, long nowMs)
    {
        var isAsked = row.LeasedUntilMs > nowMs;
        return new()
        {
            TransactionId = row.TransactionId,
            Peer = row.Peer,
            Kind = row.Kind,
            State = row.State,
            Overdue = TransactionBook.IsOverdue(row, nowMs),
            HospitalVisitNumber = row.HospitalVisitNumber,
            VisitNumber = row.VisitNumber,
            Institution = row.InstitutionCode,
            Attempts = row.Attempts,
            StoredAt = Time(row.PreparedAtMs),
            AttemptedAt = row.AttemptedAtMs is { } attempted ? Time(attempted) : null,
            NextAttemptAt = row.State is OutboundState.Awaiting && !isAsked && row.ReversalId is null ? Time(row.NextAttemptAtMs) : null,
            AnsweredAt = row.AnsweredAtMs is { } answered ? Time(answered) : null,
            AskedBy = isAsked ? row.LeasedBy : null,
            AskedUntil = isAsked ? Time(row.LeasedUntilMs!.Value) : null,
            OriginalId = row.OriginalId,
            ReversalId = row.ReversalId,
            Note = row.LastError,
        };
    }

    internal static string Time(long ms) => ChinaTime.FromMs(ms).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}

/// <param name="OldestAt">When the oldest of them was stored.</param>
internal sealed record TransactionTotalEntry(string Peer, OutboundState State, int Count, int Overdue, string OldestAt)
{
    public static TransactionTotalEntry Of(TransactionTotal total) => new(total.Peer, total.State, total.Count, total.Overdue, TransactionEntry.Time(total.OldestAtMs));

    /// <summary>Only a person ends it.</summary>
    public bool NeedsOperator => State is OutboundState.Parked || Overdue > 0;
}

internal sealed record TransactionActEntry(string At, TransactionActKind Act, OutboundState StateBefore, string By, string Reason, string? Contradiction, string? ReversalId)
{
    public static TransactionActEntry Of(TransactionAct act) =>
        new(TransactionEntry.Time(act.ActedAtMs), act.Act, act.StateBefore, act.ActedBy, act.Reason, act.Contradiction, act.ReversalId);
}

/// <summary>What the peer has on record.</summary>
/// <param name="State">not-seen, granted, refused, void, or unknown where the peer gave no usable answer.</param>
/// <param name="Refusal">Its code.</param>
/// <param name="IsAnswerWeDoubt">Whether the reply it keeps is, byte for byte, the one that could not be true here; null where there is none of either.</param>
/// <param name="Note">Why it is unknown.</param>
/// <param name="IsAnswerWeApplied">Whether the reply it keeps is, byte for byte, the one that this node has booked; null where there is none of either.</param>
internal sealed record PeerEntry(string State, string? Method, string? Refusal, bool? IsAnswerWeDoubt, string? Note, bool? IsAnswerWeApplied)
{
    public static PeerEntry Of(PeerHolding holding, KeptReply? kept) => holding.Record switch
    {
        null => new("unknown", null, null, null, holding.Note, null),
        { State: TransactionState.NotSeen } => new("not-seen", null, null, null, null, null),
        { State: TransactionState.Void } => new("void", null, null, null, null, null),
        var record => Answered(record, kept),
    };

    // Every reply of the contract keeps its refusal at one of a few places; the method says which message it is.
    private static PeerEntry Answered(TransactionRecord record, KeptReply? kept)
    {
        var refusal = RefusalIn(record);
        bool? isSame = kept is null ? null : record.Reply.Span.SequenceEqual(kept.Bytes);
        return new(refusal is null ? "granted" : "refused", record.Method, refusal, kept is { IsDoubted: true } ? isSame : null, null, kept is { IsDoubted: false } ? isSame : null);
    }

    private static string? RefusalIn(TransactionRecord record)
    {
        try
        {
            var reply = ReplyParsers.GetValueOrDefault(record.Method)?.ParseFrom(record.Reply) as IExchangeReply;
            return reply?.Refusal?.Code.ToString();
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    private static readonly Dictionary<string, MessageParser> ReplyParsers = new()
    {
        [PeerMethod.RegisterAdmission.Path] = RegisterAdmissionResponse.Parser,
        [PeerMethod.RegisterOutpatient.Path] = RegisterOutpatientResponse.Parser,
        [PeerMethod.RegisterDischarge.Path] = RegisterDischargeResponse.Parser,
        [PeerMethod.Settle.Path] = SettleResponse.Parser,
        [PeerMethod.CancelSettlement.Path] = CancelSettlementResponse.Parser,
        [PeerMethod.CancelAdmission.Path] = CancelAdmissionResponse.Parser,
        [PeerMethod.CancelDischarge.Path] = CancelDischargeResponse.Parser,
        [PeerMethod.ReverseTransaction.Path] = ReverseTransactionResponse.Parser,
        [PeerMethod.SubmitFiling.Path] = SubmitFilingResponse.Parser,
        [PeerMethod.CancelFiling.Path] = CancelFilingResponse.Parser,
    };
}

/// <param name="Peer">Null when the node does not serve, so that nobody could be asked.</param>
internal sealed record TransactionDetails(TransactionEntry Transaction, PeerEntry? Peer, IReadOnlyList<TransactionActEntry> Acts);
