using Provincial.Exchange.V1;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;

namespace ProvincialGateway.Treatment;

/// <summary>What the insured side has answered, read back from where this side keeps it.</summary>
/// <param name="open">The bytes of a reply.</param>
internal sealed class InsuredAnswers(Func<OutboundRow, byte[]> open)
{
    public InsuredAnswers(Vault vault)
        : this(row => Outbox.ReplyOf(row, vault))
    {
    }

    /// <summary>The opening of a visit, as it was granted; null while it is unanswered, and where it was refused.</summary>
    public Admission? OpeningOf(Session session, VisitRow visit) => Outbox.Find(session, visit.AdmissionId) switch
    {
        { State: OutboundState.Answered } row when row.IsOf(PeerMethod.RegisterOutpatient) => RegisterOutpatientResponse.Parser.ParseFrom(open(row)).Visit,
        { State: OutboundState.Answered } row => RegisterAdmissionResponse.Parser.ParseFrom(open(row)).Admission,
        _ => null,
    };

    /// <summary>A settlement that is booked here: as its own answer told it, or the answer to its reversal where that came first.</summary>
    /// <param name="transactionId">Of the settlement.</param>
    /// <exception cref="InvalidOperationException">No answer holds it: the store is damaged.</exception>
    public Settlement SettlementOf(Session session, string transactionId)
    {
        if (Outbox.Find(session, transactionId) is { State: OutboundState.Answered } settled && SettleResponse.Parser.ParseFrom(open(settled)).Settlement is { } answered)
            return answered;
        return Outbox.LastUndoing(session, transactionId, OutboundKind.Reversal) is { } reversal
            && Outbox.Find(session, reversal) is { State: OutboundState.Answered } undone
            && ReverseTransactionResponse.Parser.ParseFrom(open(undone)).Reversal?.Settlement is { } reversed
                ? reversed
                : throw new InvalidOperationException($"Settlement {transactionId} is booked, and no answer of the insured side holds it.");
    }
}
