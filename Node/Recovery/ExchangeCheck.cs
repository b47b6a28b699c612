using Provincial.Exchange.V1;
using ProvincialGateway.Ledger;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Recovery;

/// <summary>
/// What a peer says it exchanged with this node is the peer's word. Here it is held against itself and against what this node could have said:
/// who the two are, numbers that only this province issues and had not issued when the backup was taken, figures that add up.
/// </summary>
internal sealed class ExchangeCheck(Division self)
{
    /// <summary>Judges an exchange as it comes, before anything is taken in.</summary>
    /// <returns>Why it cannot be true, or null.</returns>
    public Remark? FaultIn(Session session, Division peer, Direction direction, string transactionId, ReadExchange? read) =>
        FaultIn(peer, direction, transactionId, read)
        ?? (direction is Direction.AskedHere && read is { Reply: { Refusal: null } reply } && NumberIn(reply) is { } number ? FaultIn(session, reply, number) : null);

    /// <summary>All but its number, which can be judged only before others are taken in: what holds whenever it is tried.</summary>
    /// <returns>Why it cannot be true, or null.</returns>
    public Remark? FaultIn(Division peer, Direction direction, string transactionId, ReadExchange? read)
    {
        if (read is null)
            return new("请求或应答无法识别，或方法不为本版所知", "request or reply cannot be read, or this release does not know the method");
        var (sender, receiver) = direction is Direction.AskedHere ? (peer, self) : (self, peer);
        if (read.Request.Header is not { } header || header.TransactionId != transactionId || read.Reply.TransactionId != transactionId
            || !TransactionId.TryParse(transactionId, out var id) || id.Sender.Province != sender
            || !IsOf(header.SenderDivision, sender) || !IsOf(header.ReceiverDivision, receiver))
        {
            return new("流水号、发送方或接收方与双方不符", "id, sender or receiver are not of these two provinces");
        }
        if (read.Reply.Refusal is { } refusal)
            return refusal.Code is RefusalCode.Unspecified ? new("拒绝没有代码", "a refusal without a code") : null;
        return direction is Direction.AskedHere ? FaultIn(read) : null;
    }

    /// <summary>The number this node issued with an answer, null when it issued none.</summary>
    public static string? NumberIn(IExchangeReply reply) => reply switch
    {
        RegisterAdmissionResponse { Admission: { } admission } => admission.VisitNumber,
        RegisterOutpatientResponse { Visit: { } visit } => visit.VisitNumber,
        SettleResponse { Settlement: { } settlement } => settlement.SettlementNumber,
        SubmitFilingResponse { Filing.Filing: { } filing } => filing.FilingNumber,
        _ => null,
    };

    private Remark? FaultIn(ReadExchange read)
    {
        if (!ChinaTime.IsOn(read.Reply.AnsweredAtMs, ChinaTime.DateOf(DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(read.Reply.AnsweredAtMs, 1, 253_370_764_799_999))).Iso()))
            return new("应答时间不在日历之内", "the answer's time is outside the calendar");
        if (read is { Request: SettleRequest settle, Reply: SettleResponse { Settlement: { } settlement } } && FaultIn(settle, settlement) is { } wrong)
            return wrong;
        return null;
    }

    private Remark? FaultIn(Session session, IExchangeReply reply, string number)
    {
        var kind = reply switch { SettleResponse => 'A', SubmitFilingResponse => 'F', _ => 'S' };
        if (number.Length != IssuedNumber.Length || number[0] != kind || number.AsSpan(1).ContainsAnyExceptInRange('0', '9') || !IsOf(number[1..7], self))
            return new($"{number} 不是本省签发的号码", $"{number} is no number that this province issues");
        var (counter, serial) = IssuedSerials.Of(number);
        if (session.QuerySingle<long>(
            """
            SELECT (@serial > coalesce((SELECT value FROM counter WHERE name = @counter), 0))
              OR EXISTS (SELECT 1 FROM recovery_gap WHERE counter = @counter AND @serial BETWEEN first_serial AND last_serial)
            """, new { counter, serial }) == 0)
        {
            return new($"备份之前已签发过 {number}，本节点记为他用或没有", $"{number} was issued before the backup was taken, and not for this");
        }
        return null;
    }

    private Remark? FaultIn(SettleRequest request, Settlement settlement)
    {
        if (settlement.Decision is not { Person: { } person, Charges: { } charges, Payments: { } payments })
            return new("结算没有参保人、费用或支付", "a settlement without person, charges or payments");
        if (LedgerBook.FaultOf(person, self.Code) is { } fault)
            return new($"结算的参保人不可信（{fault}）", fault);
        if (!charges.Equals(request.Bill?.Charges) || settlement.VisitNumber != request.Bill.VisitNumber)
            return new("结算的费用或就诊与请求不符", "charges or visit are not those asked for");
        if (!ChinaTime.IsOn(settlement.SettledAtMs, settlement.BusinessDate))
            return new("业务日期与结算时间不符", "a business date that is not the settlement time's");
        return SettlementFigures.MismatchOf(charges, payments) is { } mismatch ? new($"结算金额不平：{mismatch}", $"the figures do not add up: {mismatch}") : null;
    }

    private static bool IsOf(string division, Division province) => Division.TryParse(division, out var parsed) && parsed.Province == province;
}
