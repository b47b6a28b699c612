using Provincial.Exchange.V1;
using ProvincialGateway.Ledger;
using ProvincialGateway.Network;
using ProvincialGateway.Values;

namespace ProvincialGateway.Clearing;

/// <summary>The insured province says that money for confirmed statements is on its way.</summary>
internal sealed class NotifyPaymentStep() : AgencyStep<NotifyPaymentRequest, NotifyPaymentResponse>(PeerMethod.NotifyPayment, Side.Treatment)
{
    public const int SharesMax = 24;

    public static readonly IReadOnlyList<string> Sources = ["201", "203", "204", "99902"];

    public override string SubjectOf(NotifyPaymentRequest request) => request.Header.TransactionId;

    public override Refusal? Refuse(AgencyScope scope, NotifyPaymentRequest request)
    {
        if (scope.SideIn(request.Relation) is not { } own)
            return ClearingRefusals.InvalidField("relation", "不是本报文双方", "not of the two sides of this message");
        if (scope.SenderOf(own) is not LedgerSide.Insured)
            return ClearingRefusals.WrongSender("参保地", "the insured province");
        if (!Sources.Contains(request.Source))
            return ClearingRefusals.InvalidField("source", "应为 201、203、204 或 99902", "201, 203, 204 or 99902 is expected");
        if ((ClearingFields.Amount("amount_fen", request.AmountFen) ?? ClearingFields.Date("paid_on", request.PaidOn)
            ?? ClearingFields.Required("bank_reference", request.BankReference) ?? PaymentShares.Fault("shares", request.Shares)) is { } wrong)
        {
            return wrong;
        }
        var shared = request.Shares.Sum(share => share.AmountFen);
        if (shared != request.AmountFen)
            return ClearingRefusals.FigureMismatch("amount_fen", request.AmountFen, shared);
        return request.Shares.Select(share => ShareFault(scope, own, share)).FirstOrDefault(fault => fault is not null);
    }

    public override void Prepare(AgencyScope scope, NotifyPaymentRequest request) => PaymentBook.Insert(scope, request, LedgerSide.Insured, NoticeState.Sending);

    public override void Apply(AgencyScope scope, NotifyPaymentRequest request)
    {
        var id = request.Header.TransactionId;
        if (!scope.IsSender)
        {
            PaymentBook.Insert(scope, request, LedgerSide.Treatment, NoticeState.Notified);
            return;
        }
        PaymentBook.Move(scope.Session, id, NoticeState.Sending, NoticeState.Notified);
        ClearingPostings.Append(scope, id, PostingEvent.PaymentNotified, id, ChinaTime.ParseIso(request.PaidOn), ClearingPostings.Sent(request.AmountFen));
    }

    public override void Withdraw(AgencyScope scope, NotifyPaymentRequest request) =>
        PaymentBook.Move(scope.Session, request.Header.TransactionId, NoticeState.Sending, NoticeState.Refused);

    public override NotifyPaymentResponse Accept(AgencyScope scope, NotifyPaymentRequest request) =>
        new() { Payment = PaymentBook.ToMessage(scope.Session, PaymentBook.Find(scope.Session, request.Header.TransactionId)!) };

    public override string? Contradiction(NotifyPaymentRequest request, NotifyPaymentResponse reply) =>
        reply.Payment is { } payment && payment.NoticeTransactionId == request.Header.TransactionId && payment.AmountFen == request.AmountFen
            ? null : "应答的付款不是所通知的 / the payment in the reply is not the one notified";

    private static Refusal? ShareFault(AgencyScope scope, LedgerSide own, PaymentShare share)
    {
        if (StatementBook.LatestKnown(scope.Session, share.StatementNumber) is not { } statement || statement.Side != own || statement.Partner != scope.Partner.Code)
            return ClearingRefusals.StatementNotFound(share.StatementNumber);
        if (statement.State is not StatementStage.Confirmed)
            return ClearingRefusals.StatementState(statement.StatementNumber, statement.Describe().Chinese, statement.Describe().English, "已确认", "confirmed");
        var open = PaymentBook.ToNotifyFen(scope.Session, statement);
        return share.AmountFen <= open ? null : ClearingRefusals.FigureMismatch($"shares[{share.StatementNumber}].amount_fen", share.AmountFen, open);
    }
}

/// <summary>The treatment province's receipt: it books what the bank credited.</summary>
internal sealed class ConfirmPaymentStep() : AgencyStep<ConfirmPaymentRequest, ConfirmPaymentResponse>(PeerMethod.ConfirmPayment, Side.Insured)
{
    public override string SubjectOf(ConfirmPaymentRequest request) => request.NoticeTransactionId;

    public override Refusal? Refuse(AgencyScope scope, ConfirmPaymentRequest request)
    {
        if (PaymentBook.Find(scope.Session, request.NoticeTransactionId) is not { } payment || payment.Partner != scope.Partner.Code)
            return ClearingRefusals.StatementNotFound(request.NoticeTransactionId);
        if (scope.SenderOf(payment.Side) is not LedgerSide.Treatment)
            return ClearingRefusals.WrongSender("就医地", "the treatment province");
        if (payment.State is not NoticeState.Notified)
            return ClearingRefusals.StatementState(request.NoticeTransactionId, "已收款或被拒", "received already, or refused", "已通知", "notified");
        if ((ClearingFields.Date("received_on", request.ReceivedOn) ?? ClearingFields.Text("bank_reference", request.BankReference)
            // Of a transfer that never arrived no statement receives anything.
            ?? (request.ReceivedShares.Count == 0 ? null : PaymentShares.Fault("received_shares", request.ReceivedShares))) is { } wrong)
        {
            return wrong;
        }
        var notified = PaymentBook.Shares(scope.Session, payment.NoticeId).ToDictionary(share => share.StatementNumber, share => share.AmountFen);
        return request.ReceivedShares.FirstOrDefault(share => share.AmountFen > notified.GetValueOrDefault(share.StatementNumber)) is { } over
            ? ClearingRefusals.FigureMismatch($"received_shares[{over.StatementNumber}].amount_fen", over.AmountFen, notified.GetValueOrDefault(over.StatementNumber))
            : null;
    }

    public override void Apply(AgencyScope scope, ConfirmPaymentRequest request)
    {
        var payment = PaymentBook.Find(scope.Session, request.NoticeTransactionId)!;
        var received = request.ReceivedShares.Sum(share => share.AmountFen);
        PaymentBook.Receive(scope.Session, request);
        foreach (var share in request.ReceivedShares)
            StatementBook.SettleIfPaid(scope.Session, share.StatementNumber);
        ClearingPostings.Append(scope, request.Header.TransactionId, PostingEvent.PaymentReceived, payment.NoticeId, ChinaTime.ParseIso(request.ReceivedOn),
            ClearingPostings.PaymentReceived(payment.Side, received, checked(payment.AmountFen - received)));
    }

    public override ConfirmPaymentResponse Accept(AgencyScope scope, ConfirmPaymentRequest request) =>
        new() { Payment = PaymentBook.ToMessage(scope.Session, PaymentBook.Find(scope.Session, request.NoticeTransactionId)!) };

    public override string? Contradiction(ConfirmPaymentRequest request, ConfirmPaymentResponse reply) =>
        reply.Payment is { State: PaymentState.Received } payment && payment.NoticeTransactionId == request.NoticeTransactionId
            ? null : "应答的付款不是所确认到账的 / the payment in the reply is not the one received";
}

internal static class PaymentShares
{
    /// <summary>What the parts of a payment have to be: some, each statement once, each positive.</summary>
    public static Refusal? Fault(string field, IReadOnlyList<PaymentShare> shares)
    {
        if (shares.Count is 0 or > NotifyPaymentStep.SharesMax)
            return ClearingRefusals.InvalidField(field, $"应为 1..{NotifyPaymentStep.SharesMax} 项", $"1..{NotifyPaymentStep.SharesMax} are expected");
        return shares.DistinctBy(share => share.StatementNumber).Count() < shares.Count
            ? ClearingRefusals.InvalidField(field, "清算单重复", "a statement is named twice")
            : shares.Select((share, place) => ClearingFields.Amount($"{field}[{place}].amount_fen", share.AmountFen)).FirstOrDefault(fault => fault is not null);
    }
}
