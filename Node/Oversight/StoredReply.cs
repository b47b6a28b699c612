using Google.Protobuf;
using Provincial.Exchange.V1;
using ProvincialGateway.Ledger;
using ProvincialGateway.Network;

namespace ProvincialGateway.Oversight;

/// <summary>A stored reply beside the rows that name its transaction id, the same for both sides. Figures are zero where no settlement has the id.</summary>
internal sealed record StoredReply : SettlementFigures
{
    public required string TransactionId { get; init; }

    /// <summary>As in the request's path.</summary>
    public required string Method { get; init; }

    /// <summary>Sealed.</summary>
    public required byte[] Reply { get; init; }

    /// <summary>Number of the visit this id admitted.</summary>
    public string? AdmittedNumber { get; init; }

    /// <summary>Discharge date of the discharge that has this id.</summary>
    public string? DischargeDate { get; init; }

    /// <summary>Number of the settlement that has this id or that this id undid or restored, and what else it states.</summary>
    public string? SettlementNumber { get; init; }
    public string? SettledVisitNumber { get; init; }
    public long? SettledAtMs { get; init; }
    public string? BusinessDate { get; init; }
    public string? PolicyVersion { get; init; }

    /// <summary>The transaction that this id undid, and of what kind, visit, time and date.</summary>
    public string? UndoneId { get; init; }
    public OutboundKind? UndoneKind { get; init; }
    public string? UndoneVisitNumber { get; init; }
    public long? UndoneAtMs { get; init; }
    public string? UndoneDate { get; init; }

    /// <summary>When the cancellation that this id reversed was made.</summary>
    public long? CancelledAtMs { get; init; }
    public string? CancellationDate { get; init; }

    /// <summary>This id is the reversal that made another one void.</summary>
    public bool Voids { get; init; }

    /// <summary>What the reply and the rows say differently; null when they agree.</summary>
    public (string Chinese, string English)? Difference(byte[] reply)
    {
        try
        {
            return Method switch
            {
                _ when Method == PeerMethod.RegisterAdmission.Path => Difference(RegisterAdmissionResponse.Parser.ParseFrom(reply)),
                _ when Method == PeerMethod.RegisterOutpatient.Path => Difference(RegisterOutpatientResponse.Parser.ParseFrom(reply)),
                _ when Method == PeerMethod.RegisterDischarge.Path => Difference(RegisterDischargeResponse.Parser.ParseFrom(reply)),
                _ when Method == PeerMethod.Settle.Path => Difference(SettleResponse.Parser.ParseFrom(reply)),
                _ when Method == PeerMethod.CancelSettlement.Path => Difference(CancelSettlementResponse.Parser.ParseFrom(reply)),
                _ when Method == PeerMethod.CancelAdmission.Path => Difference(CancelAdmissionResponse.Parser.ParseFrom(reply)),
                _ when Method == PeerMethod.CancelDischarge.Path => Difference(CancelDischargeResponse.Parser.ParseFrom(reply)),
                _ when Method == PeerMethod.ReverseTransaction.Path => Difference(ReverseTransactionResponse.Parser.ParseFrom(reply)),
                _ => ("审计不认识该方法的应答", "a reply of a method this audit does not know"),
            };
        }
        catch (InvalidProtocolBufferException)
        {
            return ("应答无法识别", "the reply is no message of the contract");
        }
    }

    private (string, string)? Difference(RegisterAdmissionResponse reply) => Difference(reply, reply.Admission);

    private (string, string)? Difference(RegisterOutpatientResponse reply) => Difference(reply, reply.Visit);

    private (string, string)? Difference(IExchangeReply reply, Admission? opened) =>
        OfFrame(reply, opened is not null, AdmittedNumber)
        ?? Unequal("就诊号", "visit number", opened?.VisitNumber, AdmittedNumber);

    // Of discharges older than the table that keeps them one by one, only the last of each visit is on record.
    private (string, string)? Difference(RegisterDischargeResponse reply) =>
        OfFrame(reply, reply.Discharge is not null, reply.Refusal is null ? reply.Discharge?.DischargeDate : DischargeDate)
        ?? (DischargeDate is null ? null : Unequal("出院日期", "discharge date", reply.Discharge?.DischargeDate, DischargeDate));

    private (string, string)? Difference(SettleResponse reply) => OfFrame(reply, reply.Settlement?.Decision is not null, SettlementNumber) ?? Difference(reply.Settlement);

    private (string, string)? Difference(CancelSettlementResponse reply) =>
        OfFrame(reply, reply.Cancellation is not null, UndoneKind is OutboundKind.Settlement ? SettlementNumber : UndoneId)
        ?? Difference(reply.Cancellation, UndoneAtMs, UndoneDate);

    private (string, string)? Difference(CancelAdmissionResponse reply) =>
        OfFrame(reply, reply.Undone is not null, UndoneId) ?? Difference(reply.Undone, OutboundKind.Admission);

    private (string, string)? Difference(CancelDischargeResponse reply) =>
        OfFrame(reply, reply.Undone is not null, UndoneId) ?? Difference(reply.Undone, OutboundKind.Discharge);

    private (string, string)? Difference(VisitUndone? undone, OutboundKind kind) => undone is null ? null
        : Unequal("就诊号", "visit number", undone.VisitNumber, UndoneVisitNumber) ?? Unequal("撤销对象", "what is undone", kind, UndoneKind);

    private (string, string)? Difference(ReverseTransactionResponse reply)
    {
        var reversal = reply.Reversal;
        var isUndone = reversal?.Effect is ReversalEffect.Undone;
        // A reversal that found nothing to undo has no effect to be found.
        if (OfFrame(reply, reversal is not null, reversal is null || isUndone ? UndoneId : UndoneId ?? TransactionId) is { } wrong)
            return wrong;
        if ((Unequal("撤销", "undone", isUndone, UndoneId is not null) ?? Unequal("作废", "voided", reversal?.Effect is ReversalEffect.Voided, Voids)) is { } other)
            return other;
        if (!isUndone)
            return null;
        return Unequal("冲正时间", "reversal time", reversal!.ReversedAtMs, UndoneAtMs)
            ?? Unequal("冲正日期", "reversal date", reversal.BusinessDate, UndoneDate)
            ?? Unequal("所附结算", "settlement enclosed", reversal.Settlement is not null, UndoneKind is OutboundKind.Settlement)
            ?? Unequal("所附撤销", "cancellation enclosed", reversal.Cancellation is not null, UndoneKind is OutboundKind.SettlementCancellation)
            ?? Difference(reversal.Settlement)
            ?? Difference(reversal.Cancellation, CancelledAtMs, CancellationDate);
    }

    private (string, string)? Difference(Settlement? settlement) => settlement is null ? null
        : Unequal("结算号", "settlement number", settlement.SettlementNumber, SettlementNumber)
            ?? Unequal("就诊号", "visit number", settlement.VisitNumber, SettledVisitNumber)
            ?? Unequal("结算时间", "settlement time", settlement.SettledAtMs, SettledAtMs)
            ?? Unequal("业务日期", "business date", settlement.BusinessDate, BusinessDate)
            ?? Unequal("政策版本", "policy version", settlement.Decision.PolicyVersion, PolicyVersion)
            ?? Unequal("费用", "charges", settlement.Decision.Charges, ToCharges())
            ?? Unequal("支付", "payments", settlement.Decision.Payments, ToPayments());

    private (string, string)? Difference(Cancellation? cancellation, long? atMs, string? date) => cancellation is null ? null
        : Unequal("结算号", "settlement number", cancellation.SettlementNumber, SettlementNumber)
            ?? Unequal("撤销时间", "cancellation time", cancellation.CancelledAtMs, atMs)
            ?? Unequal("撤销日期", "cancellation date", cancellation.BusinessDate, date);

    /// <summary>The id, and that there is an effect exactly when the reply gives data.</summary>
    private (string, string)? OfFrame(IExchangeReply reply, bool hasData, string? effect) => (reply.TransactionId == TransactionId, hasData, reply.Refusal, effect) switch
    {
        (false, _, _, _) => ("应答属于另一流水号", "the reply is of another transaction id"),
        (_, false, null, _) => ("应答既无数据也无拒绝", "the reply has neither data nor refusal"),
        (_, true, _, null) => ("应答已受理,但没有相应记录", "the reply accepts, nothing of it is on record"),
        (_, false, _, not null) => ("应答为拒绝,但有相应记录", "the reply refuses, yet its effect is on record"),
        _ => null,
    };

    private static (string, string)? Unequal<T>(string chinese, string english, T replied, T kept) => EqualityComparer<T>.Default.Equals(replied, kept)
        ? null
        : ($"{chinese}:应答 {replied},记录 {kept}", $"{english}: {replied} replied, {kept} on record");
}
