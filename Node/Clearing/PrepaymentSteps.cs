using Provincial.Exchange.V1;
using ProvincialGateway.Ledger;
using ProvincialGateway.Network;
using ProvincialGateway.Values;

namespace ProvincialGateway.Clearing;

/// <summary>The treatment province asks for more.</summary>
internal sealed class RequestTopUpStep() : AgencyStep<RequestTopUpRequest, RequestTopUpResponse>(PeerMethod.RequestTopUp, Side.Insured)
{
    public override string SubjectOf(RequestTopUpRequest request) => request.Header.TransactionId;

    public override Refusal? Refuse(AgencyScope scope, RequestTopUpRequest request)
    {
        if (scope.SideIn(request.Relation) is not { } own)
            return ClearingRefusals.InvalidField("relation", "不是本报文双方", "not of the two sides of this message");
        if (scope.SenderOf(own) is not LedgerSide.Treatment)
            return ClearingRefusals.WrongSender("就医地", "the treatment province");
        if ((ClearingFields.Amount("amount_fen", request.AmountFen) ?? ClearingFields.Date("due_date", request.DueDate) ?? ClearingFields.Required("reason", request.Reason)) is { } wrong)
            return wrong;
        if (PrepaymentBook.TopUps(scope.Session, own, scope.Partner).Any(known => known.State is TopUpStage.Sending or TopUpStage.Requested))
            return ClearingRefusals.PrepaymentState("已有待答复的补充预付请求", "a top-up request waits for its answer already");
        // The sender's own figures justify the request; those of the receiver may be ahead of them.
        return scope.IsSender && request.Account.Level is not (PrepaymentLevel.Red or PrepaymentLevel.Exhausted)
            ? ClearingRefusals.PrepaymentState("预付金使用率未达红线，不能请求补充", "usage has not reached the red mark; a top-up may not be asked for")
            : null;
    }

    public override void Prepare(AgencyScope scope, RequestTopUpRequest request) => PrepaymentBook.InsertTopUp(scope, request, LedgerSide.Treatment, TopUpStage.Sending);

    public override void Apply(AgencyScope scope, RequestTopUpRequest request)
    {
        if (scope.IsSender)
            PrepaymentBook.MoveTopUp(scope.Session, request.Header.TransactionId, TopUpStage.Sending, TopUpStage.Requested);
        else
            PrepaymentBook.InsertTopUp(scope, request, LedgerSide.Insured, TopUpStage.Requested);
    }

    public override void Withdraw(AgencyScope scope, RequestTopUpRequest request) =>
        PrepaymentBook.MoveTopUp(scope.Session, request.Header.TransactionId, TopUpStage.Sending, TopUpStage.Refused);

    public override RequestTopUpResponse Accept(AgencyScope scope, RequestTopUpRequest request) =>
        new() { TopUp = PrepaymentBook.FindTopUp(scope.Session, request.Header.TransactionId)!.ToMessage() };

    public override string? Contradiction(RequestTopUpRequest request, RequestTopUpResponse reply) =>
        reply.TopUp is { } topUp && topUp.RequestTransactionId == request.Header.TransactionId && topUp.RequestedFen == request.AmountFen
            ? null : "应答的补充预付不是所请求的 / the top-up in the reply is not the one asked for";
}

/// <summary>The insured province promises what it will pay.</summary>
internal sealed class AnswerTopUpStep() : AgencyStep<AnswerTopUpRequest, AnswerTopUpResponse>(PeerMethod.AnswerTopUp, Side.Treatment)
{
    public override string SubjectOf(AnswerTopUpRequest request) => request.RequestTransactionId;

    public override Refusal? Refuse(AgencyScope scope, AnswerTopUpRequest request)
    {
        if (PrepaymentBook.FindTopUp(scope.Session, request.RequestTransactionId) is not { } topUp || topUp.Partner != scope.Partner.Code)
            return ClearingRefusals.PrepaymentNotFound("request_transaction_id");
        if (scope.SenderOf(topUp.Side) is not LedgerSide.Insured)
            return ClearingRefusals.WrongSender("参保地", "the insured province");
        if (topUp.State is not TopUpStage.Requested)
            return ClearingRefusals.PrepaymentState("该补充预付请求已答复或未送达", "the top-up request is answered already, or never arrived");
        if (request.GrantedFen < 0 || request.GrantedFen > topUp.RequestedFen)
            return ClearingRefusals.InvalidField("granted_fen", $"应为 0..{topUp.RequestedFen} 分", $"0..{topUp.RequestedFen} fen is expected");
        return (request.GrantedFen > 0 ? ClearingFields.Date("pay_by_date", request.PayByDate)
                : request.PayByDate.Length > 0 ? ClearingRefusals.InvalidField("pay_by_date", "拒绝时应为空", "must be empty when declined") : null)
            ?? (request.GrantedFen < topUp.RequestedFen ? ClearingFields.Required("reason", request.Reason) : ClearingFields.Text("reason", request.Reason));
    }

    public override void Apply(AgencyScope scope, AnswerTopUpRequest request) => PrepaymentBook.AnswerTopUp(scope.Session, request);

    public override AnswerTopUpResponse Accept(AgencyScope scope, AnswerTopUpRequest request) =>
        new() { TopUp = PrepaymentBook.FindTopUp(scope.Session, request.RequestTransactionId)!.ToMessage() };

    public override string? Contradiction(AnswerTopUpRequest request, AnswerTopUpResponse reply) =>
        reply.TopUp is { } topUp && topUp.RequestTransactionId == request.RequestTransactionId && topUp.GrantedFen == request.GrantedFen
            ? null : "应答的补充预付不是所答复的 / the top-up in the reply is not the one answered";
}

/// <summary>The payer says that money is on its way: the insured province a deposit, the treatment province a return.</summary>
internal sealed class NotifyPrepaymentStep() : AgencyStep<NotifyPrepaymentRequest, NotifyPrepaymentResponse>(PeerMethod.NotifyPrepayment, Side.Unspecified)
{
    public override string SubjectOf(NotifyPrepaymentRequest request) => request.Header.TransactionId;

    public override Side AnsweringSide(AgencyScope scope, NotifyPrepaymentRequest request) => scope.SideIn(request.Relation) is LedgerSide.Treatment ? Side.Treatment : Side.Insured;

    public override Refusal? Refuse(AgencyScope scope, NotifyPrepaymentRequest request)
    {
        if (scope.SideIn(request.Relation) is not { } own)
            return ClearingRefusals.InvalidField("relation", "不是本报文双方", "not of the two sides of this message");
        if (PayerFault(request.Kind, scope.SenderOf(own)) is { } wrongPayer)
            return wrongPayer;
        if ((ClearingFields.Amount("amount_fen", request.AmountFen) ?? ClearingFields.Date("paid_on", request.PaidOn)
            ?? ClearingFields.Required("bank_reference", request.BankReference)) is { } wrong)
        {
            return wrong;
        }
        if (RepeatFault(PrepaymentBook.Notices(scope.Session, own, scope.Partner), request) is { } repeated)
            return repeated;
        // The holder decides alone what it can spare; the depositor's books can only be ahead of it.
        if (own is LedgerSide.Treatment && scope.IsSender && PrepaymentBook.AvailableFen(scope.Session, own, scope.Partner) is var available && available < request.AmountFen)
            return ClearingRefusals.PrepaymentShort(request.AmountFen, available);
        return TopUpFault(scope, request);
    }

    public override void Prepare(AgencyScope scope, NotifyPrepaymentRequest request) => PrepaymentBook.InsertNotice(scope, request, scope.SideIn(request.Relation)!.Value, NoticeState.Sending);

    public override void Apply(AgencyScope scope, NotifyPrepaymentRequest request)
    {
        var id = request.Header.TransactionId;
        if (!scope.IsSender)
        {
            PrepaymentBook.InsertNotice(scope, request, scope.SideIn(request.Relation)!.Value, NoticeState.Notified);
            return;
        }
        PrepaymentBook.MoveNotice(scope.Session, id, NoticeState.Sending, NoticeState.Notified);
        ClearingPostings.Append(scope, id, PostingEvent.PrepaymentNotified, id, ChinaTime.ParseIso(request.PaidOn), ClearingPostings.Sent(request.AmountFen));
    }

    public override void Withdraw(AgencyScope scope, NotifyPrepaymentRequest request) =>
        PrepaymentBook.MoveNotice(scope.Session, request.Header.TransactionId, NoticeState.Sending, NoticeState.Refused);

    public override NotifyPrepaymentResponse Accept(AgencyScope scope, NotifyPrepaymentRequest request) =>
        new() { Notice = PrepaymentBook.FindNotice(scope.Session, request.Header.TransactionId)!.ToMessage() };

    public override string? Contradiction(NotifyPrepaymentRequest request, NotifyPrepaymentResponse reply) =>
        reply.Notice is { } notice && notice.NoticeTransactionId == request.Header.TransactionId && notice.NotifiedFen == request.AmountFen
            ? null : "应答的预付通知不是所发的 / the notice in the reply is not the one sent";

    /// <summary>What is paid once is not paid twice, also while the first notice waits for its receipt.</summary>
    private static Refusal? RepeatFault(IReadOnlyList<PrepaymentNoticeRow> notices, NotifyPrepaymentRequest request) => request.Kind switch
    {
        PrepaymentEntryKind.FirstDeposit when notices.Any(known => known.Kind is PrepaymentEntryKind.FirstDeposit && known.IsGood) =>
            ClearingRefusals.PrepaymentState("首次预付已通知过", "the first deposit was notified already"),
        // The difference is reckoned from receipts: until then a second notice would pay it again.
        PrepaymentEntryKind.YearlyAdjustment when notices.FirstOrDefault(known => known is { Kind: PrepaymentEntryKind.YearlyAdjustment, State: NoticeState.Sending or NoticeState.Notified }) is { } open =>
            ClearingRefusals.PrepaymentState($"年度调整 {open.NoticeId} 已通知，尚未确认到账", $"the yearly adjustment {open.NoticeId} was notified and is not confirmed yet"),
        _ => null,
    };

    private static Refusal? PayerFault(PrepaymentEntryKind kind, LedgerSide payer) => (kind, payer) switch
    {
        (PrepaymentEntryKind.FirstDeposit or PrepaymentEntryKind.UrgentTopUp, LedgerSide.Insured) => null,
        (PrepaymentEntryKind.FirstDeposit or PrepaymentEntryKind.UrgentTopUp, _) => ClearingRefusals.WrongSender("参保地", "the insured province"),
        (PrepaymentEntryKind.Return, LedgerSide.Treatment) => null,
        (PrepaymentEntryKind.Return, _) => ClearingRefusals.WrongSender("就医地", "the treatment province"),
        (PrepaymentEntryKind.YearlyAdjustment, _) => null,
        _ => ClearingRefusals.InvalidField("kind", "应为首次预付、年度调整、紧急补充或退还", "a first deposit, yearly adjustment, urgent top-up or return is expected"),
    };

    private static Refusal? TopUpFault(AgencyScope scope, NotifyPrepaymentRequest request)
    {
        if (request.Kind is not PrepaymentEntryKind.UrgentTopUp)
            return request.RequestTransactionId.Length == 0 ? null : ClearingRefusals.InvalidField("request_transaction_id", "非紧急补充时应为空", "must be empty for other kinds");
        if (PrepaymentBook.FindTopUp(scope.Session, request.RequestTransactionId) is not { } topUp || topUp.Partner != scope.Partner.Code)
            return ClearingRefusals.PrepaymentNotFound("request_transaction_id");
        if (topUp.State is not TopUpStage.Granted)
            return ClearingRefusals.PrepaymentState("该补充预付请求未获同意或已付清", "the top-up request is not granted, or paid already");
        var left = checked(topUp.GrantedFen!.Value - PrepaymentBook.Notices(scope.Session, topUp.Side, scope.Partner).Where(known => known.RequestId == topUp.RequestId).Sum(known => known.BroughtFen));
        return request.AmountFen <= left ? null : ClearingRefusals.PrepaymentState(
            $"该补充预付请求尚余 {new Fen(Math.Max(0, left))} 未付（在途的已扣除），不足 {new Fen(request.AmountFen)}",
            $"{new Fen(Math.Max(0, left))} of what was granted is left to be paid (what is under way is taken off), not {new Fen(request.AmountFen)}");
    }
}

/// <summary>The payee says that the money has arrived; the account changes now, on both sides, by what the bank credited.</summary>
internal sealed class ConfirmPrepaymentStep() : AgencyStep<ConfirmPrepaymentRequest, ConfirmPrepaymentResponse>(PeerMethod.ConfirmPrepayment, Side.Unspecified)
{
    public override string SubjectOf(ConfirmPrepaymentRequest request) => request.NoticeTransactionId;

    public override Side AnsweringSide(AgencyScope scope, ConfirmPrepaymentRequest request) =>
        PrepaymentBook.FindNotice(scope.Session, request.NoticeTransactionId) is { Side: LedgerSide.Treatment } ? Side.Treatment : Side.Insured;

    public override Refusal? Refuse(AgencyScope scope, ConfirmPrepaymentRequest request)
    {
        if (PrepaymentBook.FindNotice(scope.Session, request.NoticeTransactionId) is not { } notice || notice.Partner != scope.Partner.Code)
            return ClearingRefusals.PrepaymentNotFound("notice_transaction_id");
        if (notice.IsPayer == scope.IsSender)
            return ClearingRefusals.WrongSender("收款方", "the payee");
        if (notice.State is not NoticeState.Notified)
            return ClearingRefusals.PrepaymentState("该预付通知已确认、被拒或未送达", "the notice is confirmed already, was refused, or has not arrived");
        if (((request.ReceivedFen == 0 ? null : ClearingFields.Amount("received_fen", request.ReceivedFen)) ?? ClearingFields.Date("received_on", request.ReceivedOn)
            ?? ClearingFields.Text("bank_reference", request.BankReference)) is { } wrong)
        {
            return wrong;
        }
        // More than was set aside for a return could take the account below zero.
        return notice.Payer is LedgerSide.Treatment && request.ReceivedFen > notice.AmountFen
            ? ClearingRefusals.InvalidField("received_fen", $"退还到账不得超过通知金额 {notice.AmountFen} 分", $"a return may not bring more than the {notice.AmountFen} fen notified")
            : null;
    }

    public override void Apply(AgencyScope scope, ConfirmPrepaymentRequest request)
    {
        var notice = PrepaymentBook.FindNotice(scope.Session, request.NoticeTransactionId)!;
        var (id, on) = (request.Header.TransactionId, ChinaTime.ParseIso(request.ReceivedOn));
        var amount = notice.Payer is LedgerSide.Insured ? request.ReceivedFen : checked(-request.ReceivedFen);
        PrepaymentBook.Receive(scope.Session, request);
        if (amount != 0)
            PrepaymentBook.Append(scope, notice.Side, notice.Kind, on, amount, notice.NoticeId, id);
        ClearingPostings.Append(scope, id, PostingEvent.PrepaymentReceived, notice.NoticeId, on,
            ClearingPostings.PrepaymentReceived(notice.Side, notice.IsPayer, amount, checked(notice.AmountFen - request.ReceivedFen)));
        if (notice.RequestId is { } topUp)
            PrepaymentBook.SettleTopUp(scope.Session, topUp);
    }

    public override ConfirmPrepaymentResponse Accept(AgencyScope scope, ConfirmPrepaymentRequest request) =>
        new() { Notice = PrepaymentBook.FindNotice(scope.Session, request.NoticeTransactionId)!.ToMessage() };

    public override string? Contradiction(ConfirmPrepaymentRequest request, ConfirmPrepaymentResponse reply) =>
        reply.Notice is { State: PrepaymentNoticeState.Confirmed } notice && notice.NoticeTransactionId == request.NoticeTransactionId && notice.ReceivedFen == request.ReceivedFen
            ? null : "应答的预付通知不是所确认的 / the notice in the reply is not the one confirmed";
}
