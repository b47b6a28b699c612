using Provincial.Exchange.V1;
using ProvincialGateway.Ledger;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Clearing;

/// <summary>A row of <c>clearing_payment</c>.</summary>
internal sealed record PaymentRow
{
    public required string NoticeId { get; init; }
    public required LedgerSide Side { get; init; }
    public required string Partner { get; init; }
    public required long AmountFen { get; init; }
    public required string Source { get; init; }
    public required string PaidOn { get; init; }
    public required string BankReference { get; init; }
    public required NoticeState State { get; init; }
    public long? ReceivedFen { get; init; }
    public string? ReceivedOn { get; init; }
}

/// <summary>One statement's part of a payment.</summary>
internal sealed record PaymentShareRow
{
    public required string StatementNumber { get; init; }
    public required long AmountFen { get; init; }
    public long? ReceivedFen { get; init; }
}

/// <summary>Payments between the two sides, notified by the payer and booked by the receipt.</summary>
internal static class PaymentBook
{
    private const string Columns = "notice_id, side, partner, amount_fen, source, paid_on, bank_reference, state, received_fen, received_on";

    public static PaymentRow? Find(Session session, string noticeId) =>
        session.QuerySingleOrDefault<PaymentRow>($"SELECT {Columns} FROM clearing_payment WHERE notice_id = @noticeId", new { noticeId });

    public static IReadOnlyList<PaymentShareRow> Shares(Session session, string noticeId) => session.Query<PaymentShareRow>(
        "SELECT statement_number, amount_fen, received_fen FROM clearing_payment_share WHERE notice_id = @noticeId ORDER BY statement_number", new { noticeId });

    /// <summary>Payments that cover a statement, oldest first.</summary>
    public static IReadOnlyList<PaymentRow> Of(Session session, string statementNumber) => session.Query<PaymentRow>(
        $"SELECT {Columns} FROM clearing_payment WHERE notice_id IN (SELECT notice_id FROM clearing_payment_share WHERE statement_number = @statementNumber) ORDER BY rowid",
        new { statementNumber });

    public static IReadOnlyList<PaymentRow> OfRelation(Session session, LedgerSide side, Division partner) => session.Query<PaymentRow>(
        $"SELECT {Columns} FROM clearing_payment WHERE side = @side AND partner = @Code ORDER BY rowid", new { side = (int)side, partner.Code });

    /// <summary>What of a statement may still be notified: payable less what was received and what is on its way.</summary>
    public static long ToNotifyFen(Session session, ClearingStatement statement) => checked(statement.PayableFen - session.QuerySingle<long>(
        """
        SELECT coalesce(sum(CASE p.state WHEN 3 THEN s.received_fen ELSE s.amount_fen END), 0)
        FROM clearing_payment_share s JOIN clearing_payment p USING (notice_id) WHERE s.statement_number = @StatementNumber AND p.state <> 4
        """,
        new { statement.StatementNumber }));

    /// <summary>A transfer of this side to the partner, of any kind, that was notified with the same bank reference; null when there is none.</summary>
    public static (string NoticeId, string PaidOn)? WithReference(Session session, Division partner, string bankReference) => session.QuerySingleOrDefault<ReferenceRow>(
        """
        SELECT notice_id, paid_on FROM (
          SELECT notice_id, paid_on FROM clearing_payment WHERE side = 2 AND partner = @Code AND bank_reference = @bankReference AND state <> 4
          UNION ALL SELECT notice_id, paid_on FROM prepayment_notice WHERE is_payer AND partner = @Code AND bank_reference = @bankReference AND state <> 4)
        ORDER BY paid_on, notice_id LIMIT 1
        """,
        new { partner.Code, bankReference }) is { } found ? (found.NoticeId, found.PaidOn) : null;

    public static void Insert(AgencyScope scope, NotifyPaymentRequest request, LedgerSide side, NoticeState state)
    {
        scope.Session.ExecuteExpecting(1,
            """
            INSERT INTO clearing_payment (notice_id, side, partner, amount_fen, source, paid_on, bank_reference, state)
            VALUES (@Id, @side, @Partner, @AmountFen, @Source, @PaidOn, @BankReference, @state)
            """,
            new { Id = request.Header.TransactionId, side = (int)side, Partner = scope.Partner.Code, request.AmountFen, request.Source, request.PaidOn, request.BankReference, state = (int)state });
        foreach (var share in request.Shares)
        {
            scope.Session.ExecuteExpecting(1, "INSERT INTO clearing_payment_share (notice_id, statement_number, amount_fen) VALUES (@Id, @StatementNumber, @AmountFen)",
                new { Id = request.Header.TransactionId, share.StatementNumber, share.AmountFen });
        }
    }

    public static void Move(Session session, string noticeId, NoticeState from, NoticeState to) => session.ExecuteExpecting(1,
        "UPDATE clearing_payment SET state = @to WHERE notice_id = @noticeId AND state = @from", new { noticeId, from = (int)from, to = (int)to });

    public static void Receive(Session session, ConfirmPaymentRequest request)
    {
        session.ExecuteExpecting(1,
            """
            UPDATE clearing_payment SET state = 3, receipt_id = @Id, received_fen = @Received, returned_fen = amount_fen - @Received, received_on = @ReceivedOn,
              received_reference = @BankReference
            WHERE notice_id = @NoticeTransactionId AND state = 2
            """,
            new { Id = request.Header.TransactionId, Received = request.ReceivedShares.Sum(share => share.AmountFen), request.ReceivedOn, request.BankReference, request.NoticeTransactionId });
        // What the receipt does not name did not arrive.
        session.Execute("UPDATE clearing_payment_share SET received_fen = 0 WHERE notice_id = @NoticeTransactionId", new { request.NoticeTransactionId });
        foreach (var share in request.ReceivedShares)
        {
            session.ExecuteExpecting(1, "UPDATE clearing_payment_share SET received_fen = @AmountFen WHERE notice_id = @NoticeTransactionId AND statement_number = @StatementNumber",
                new { share.AmountFen, request.NoticeTransactionId, share.StatementNumber });
        }
    }

    public static PaymentRecord ToMessage(Session session, PaymentRow payment)
    {
        var shares = Shares(session, payment.NoticeId);
        var message = new PaymentRecord
        {
            NoticeTransactionId = payment.NoticeId,
            State = payment.State is NoticeState.Received ? PaymentState.Received : PaymentState.Notified,
            AmountFen = payment.AmountFen,
            PaidOn = payment.PaidOn,
            BankReference = payment.BankReference,
            ReceivedOn = payment.ReceivedOn ?? "",
        };
        message.Shares.Add(shares.Select(share => new PaymentShare { StatementNumber = share.StatementNumber, AmountFen = share.AmountFen }));
        message.ReceivedShares.Add(shares.Where(share => share.ReceivedFen > 0).Select(share => new PaymentShare { StatementNumber = share.StatementNumber, AmountFen = share.ReceivedFen!.Value }));
        return message;
    }

    private sealed class ReferenceRow
    {
        public required string NoticeId { get; init; }
        public required string PaidOn { get; init; }
    }
}
