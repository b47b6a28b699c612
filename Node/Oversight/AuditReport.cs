using ProvincialGateway.Network;

namespace ProvincialGateway.Oversight;

/// <summary>What an audit looked at and what it found. A report names ids, numbers and amounts, never a person.</summary>
internal sealed record AuditReport
{
    /// <summary>UTC milliseconds of the auditing machine.</summary>
    public required long AuditedAtMs { get; init; }

    public required IReadOnlyList<AuditNode> Nodes { get; init; }

    public required IReadOnlyList<AuditCheck> Checks { get; init; }

    /// <summary>One for each pair of the given nodes that has something to settle, by direction.</summary>
    public required IReadOnlyList<AuditBalance> Balances { get; init; }

    /// <summary>Requests whose answer has not been applied: work under way, explained and counted, not a finding.</summary>
    public required IReadOnlyList<AuditInFlight> InFlight { get; init; }

    /// <summary>Every check was made and found nothing. A check that could not be made is not a success.</summary>
    public bool IsClean => Checks.All(check => check is { Found: 0, NotCheckedReason: null });
}

/// <param name="Province">The node's province code, from its own database.</param>
/// <param name="Running">A write-ahead log was there: the node runs, or was not stopped cleanly.</param>
/// <param name="HasKey">The key the data were sealed with was there; without it sealed messages cannot be checked.</param>
internal sealed record AuditNode(string Folder, string Province, bool Running, bool HasKey);

/// <param name="Checked">How many things the invariant was asked of.</param>
/// <param name="Found">How many break it; <paramref name="Findings"/> keeps the first of them.</param>
/// <param name="NotCheckedReason">Chinese and English; null when every node given was checked.</param>
internal sealed record AuditCheck(
    string Name, string Chinese, string English, long Checked, long Found, IReadOnlyList<AuditFinding> Findings, string? NotCheckedReason);

/// <param name="Node">Province code, or "treatment→insured" where two nodes disagree.</param>
/// <param name="Subject">An id, a number or the place of a row.</param>
internal sealed record AuditFinding(string Node, string Subject, string Chinese, string English);

/// <summary>What the insured province owes the treatment province by each side's own books, in fen: payable = receivable + in flight.</summary>
internal sealed record AuditBalance(string Treatment, string Insured, long PayableFen, long ReceivableFen, long InFlightFen);

/// <param name="Sender">Province code; of a bill, the treatment side.</param>
/// <param name="Method">The rpc's name, such as <c>Settle</c>, <c>SubmitFiling</c> or <c>ProposeStatement</c>.</param>
/// <param name="AnsweredByPeer">Whether the receiver has answered already; null when its folder was not given.</param>
/// <param name="PayableFen">What the receiver, as the insured side, has booked for it; negative for a cancellation.</param>
internal sealed record AuditInFlight(
    string Sender, string Receiver, string TransactionId, string Method, OutboundState State, long PreparedAtMs, bool? AnsweredByPeer, long PayableFen);
