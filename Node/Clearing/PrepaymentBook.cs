using Provincial.Exchange.V1;
using ProvincialGateway.Configuration;
using ProvincialGateway.Ledger;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Clearing;

internal enum NoticeState
{
    /// <summary>Stored and not accepted by the other node yet.</summary>
    Sending = 1,

    Notified = 2,
    Received = 3,

    /// <summary>The other node refused the notice.</summary>
    Refused = 4,
}

internal enum TopUpStage
{
    Sending = 1,
    Requested = 2,
    Granted = 3,
    Declined = 4,
    Paid = 5,
    Refused = 6,
}

/// <summary>A row of <c>prepayment_notice</c>.</summary>
internal sealed record PrepaymentNoticeRow
{
    public required string NoticeId { get; init; }
    public required LedgerSide Side { get; init; }
    public required string Partner { get; init; }
    public required PrepaymentEntryKind Kind { get; init; }
    public required bool IsPayer { get; init; }
    public required long AmountFen { get; init; }
    public string? RequestId { get; init; }
    public required string PaidOn { get; init; }
    public required string BankReference { get; init; }
    public required NoticeState State { get; init; }
    public long? ReceivedFen { get; init; }
    public string? ReceivedOn { get; init; }

    /// <summary>Not refused, and not come back to the payer's bank.</summary>
    public bool IsGood => State is not NoticeState.Refused && ReceivedFen is not 0;

    /// <summary>What it brings, as far as is known: received or, before that, notified.</summary>
    public long BroughtFen => IsGood ? ReceivedFen ?? AmountFen : 0;

    /// <summary>The side that sends the money.</summary>
    public LedgerSide Payer => IsPayer ? Side : Relations.Other(Side);

    public PrepaymentNotice ToMessage()
    {
        var message = new PrepaymentNotice
        {
            NoticeTransactionId = NoticeId,
            State = State is NoticeState.Received ? PrepaymentNoticeState.Confirmed : PrepaymentNoticeState.Notified,
            NotifiedFen = AmountFen,
        };
        if (ReceivedFen is { } received)
            message.ReceivedFen = received;
        return message;
    }
}

/// <summary>A row of <c>prepayment_top_up</c>.</summary>
internal sealed record TopUpRow
{
    public required string RequestId { get; init; }
    public required LedgerSide Side { get; init; }
    public required string Partner { get; init; }
    public required long RequestedFen { get; init; }
    public required string DueDate { get; init; }
    public required string Reason { get; init; }
    public required TopUpStage State { get; init; }
    public long? GrantedFen { get; init; }
    public string? PayByDate { get; init; }
    public string? AnswerReason { get; init; }

    public TopUp ToMessage()
    {
        var message = new TopUp
        {
            RequestTransactionId = RequestId,
            RequestedFen = RequestedFen,
            State = State switch
            {
                TopUpStage.Granted => TopUpState.Granted,
                TopUpStage.Declined => TopUpState.Declined,
                TopUpStage.Paid => TopUpState.Paid,
                _ => TopUpState.Requested,
            },
        };
        if (GrantedFen is { } granted)
            message.GrantedFen = granted;
        return message;
    }
}

/// <summary>A row of <c>prepayment_entry</c>.</summary>
internal sealed record PrepaymentEntryRow
{
    public required long EntryNumber { get; init; }
    public required PrepaymentEntryKind Kind { get; init; }
    public required string BusinessDate { get; init; }
    public required long AmountFen { get; init; }
    public required long BalanceFen { get; init; }
    public required string Reference { get; init; }

    public PrepaymentEntry ToMessage() =>
        new() { EntryNumber = EntryNumber, Kind = Kind, BusinessDate = BusinessDate, AmountFen = AmountFen, BalanceFen = BalanceFen, Reference = Reference };
}

/// <summary>The prepayment's tables: entries, notices and top-ups of one relation.</summary>
internal static class PrepaymentBook
{
    private const string NoticeColumns = "notice_id, side, partner, kind, is_payer, amount_fen, request_id, paid_on, bank_reference, state, received_fen, received_on";
    private const string TopUpColumns = "request_id, side, partner, requested_fen, due_date, reason, state, granted_fen, pay_by_date, answer_reason";

    public static PrepaymentNoticeRow? FindNotice(Session session, string noticeId) => session.QuerySingleOrDefault<PrepaymentNoticeRow>(
        $"SELECT {NoticeColumns} FROM prepayment_notice WHERE notice_id = @noticeId", new { noticeId });

    public static IReadOnlyList<PrepaymentNoticeRow> Notices(Session session, LedgerSide side, Division partner) => session.Query<PrepaymentNoticeRow>(
        $"SELECT {NoticeColumns} FROM prepayment_notice WHERE side = @side AND partner = @Code ORDER BY rowid", new { side = (int)side, partner.Code });

    public static TopUpRow? FindTopUp(Session session, string requestId) => session.QuerySingleOrDefault<TopUpRow>(
        $"SELECT {TopUpColumns} FROM prepayment_top_up WHERE request_id = @requestId", new { requestId });

    public static IReadOnlyList<TopUpRow> TopUps(Session session, LedgerSide side, Division partner) => session.Query<TopUpRow>(
        $"SELECT {TopUpColumns} FROM prepayment_top_up WHERE side = @side AND partner = @Code ORDER BY rowid", new { side = (int)side, partner.Code });

    /// <summary>Of the insured side: asked for and not answered, or granted and less than that is sent.</summary>
    public static IReadOnlyList<TopUpRow> OpenTopUps(Session session) => session.Query<TopUpRow>(
        $"""
        SELECT {TopUpColumns} FROM prepayment_top_up t WHERE side = 2 AND (state = 2 OR (state = 3 AND granted_fen > (
          SELECT coalesce(sum(coalesce(received_fen, amount_fen)), 0) FROM prepayment_notice n WHERE n.request_id = t.request_id AND n.state <> 4)))
        ORDER BY due_date, request_id
        """);

    /// <summary>By number, at most <paramref name="max"/>.</summary>
    public static IReadOnlyList<PrepaymentEntryRow> Entries(Session session, LedgerSide side, Division partner, long after, int max) => session.Query<PrepaymentEntryRow>(
        """
        SELECT entry_number, kind, business_date, amount_fen, balance_fen, reference FROM prepayment_entry
        WHERE side = @side AND partner = @Code AND entry_number > @after ORDER BY entry_number LIMIT @max
        """,
        new { side = (int)side, partner.Code, after, max });

    /// <summary>Where the entries stand: the last number and the balance after it; zeros while there is none.</summary>
    public static (long LastNumber, long BalanceFen) Standing(Session session, LedgerSide side, Division partner) => session.QuerySingleOrDefault<PrepaymentEntryRow>(
        """
        SELECT entry_number, kind, business_date, amount_fen, balance_fen, reference FROM prepayment_entry
        WHERE side = @side AND partner = @Code ORDER BY entry_number DESC LIMIT 1
        """,
        new { side = (int)side, partner.Code }) is { } last ? (last.EntryNumber, last.BalanceFen) : (0, 0);

    /// <summary>What this side's ledger says is owed for settlements and not paid, offset or deducted yet.</summary>
    public static long UsedFen(Session session, LedgerSide side, Division partner)
    {
        var account = Relations.Claim(side);
        var balance = session.QuerySingle<long>(
            "SELECT coalesce(sum(amount_fen), 0) FROM posting WHERE partner = @Code AND account = @account", new { partner.Code, account = (int)account });
        return side is LedgerSide.Treatment ? balance : checked(-balance);
    }

    /// <summary>The balance less what is promised already: returns under way and offsets of statements that are not confirmed yet.</summary>
    public static long AvailableFen(Session session, LedgerSide side, Division partner, string exceptStatement = "") => checked(
        Standing(session, side, partner).BalanceFen
        - session.QuerySingle<long>(
            """
            SELECT coalesce(sum(amount_fen), 0) FROM prepayment_notice
            WHERE side = @side AND partner = @Code AND state IN (1, 2) AND is_payer = (@side = 1)
            """,
            new { side = (int)side, partner.Code })
        - session.QuerySingle<long>(
            """
            SELECT coalesce(sum(prepayment_offset_fen), 0) FROM clearing_statement
            WHERE side = @side AND partner = @Code AND state IN (1, 2) AND statement_number <> @exceptStatement
            """,
            new { side = (int)side, partner.Code, exceptStatement }));

    public static PrepaymentAccount Account(Session session, LedgerSide side, Division self, Division partner, AgreementOptions agreement)
    {
        var (last, balance) = Standing(session, side, partner);
        var agreed = session.QuerySingle<long>(
            "SELECT coalesce(sum(amount_fen), 0) FROM prepayment_entry WHERE side = @side AND partner = @Code AND kind IN (1, 2)", new { side = (int)side, partner.Code });
        var used = UsedFen(session, side, partner);
        var account = new PrepaymentAccount
        {
            Relation = Relations.Of(side, self, partner),
            AgreedFen = agreed,
            BalanceFen = balance,
            UsedFen = used,
            Level = PrepaymentUsage.LevelOf(used, balance, last > 0, agreement),
            OnTheWayFen = session.QuerySingle<long>(
                """
                SELECT coalesce(sum(CASE WHEN is_payer = (@side = 2) THEN amount_fen ELSE -amount_fen END), 0) FROM prepayment_notice
                WHERE side = @side AND partner = @Code AND state = 2
                """,
                new { side = (int)side, partner.Code }),
            LastEntryNumber = last,
        };
        if (balance > 0)
            account.UsageBasisPoints = PrepaymentUsage.BasisPointsOf(used, balance);
        return account;
    }

    public static void InsertNotice(AgencyScope scope, NotifyPrepaymentRequest request, LedgerSide side, NoticeState state) => scope.Session.ExecuteExpecting(1,
        """
        INSERT INTO prepayment_notice (notice_id, side, partner, kind, is_payer, amount_fen, request_id, paid_on, bank_reference, state)
        VALUES (@Id, @side, @Partner, @Kind, @IsSender, @AmountFen, @RequestId, @PaidOn, @BankReference, @state)
        """,
        new
        {
            Id = request.Header.TransactionId,
            side = (int)side,
            Partner = scope.Partner.Code,
            Kind = (int)request.Kind,
            scope.IsSender,
            request.AmountFen,
            RequestId = request.RequestTransactionId is "" ? null : request.RequestTransactionId,
            request.PaidOn,
            request.BankReference,
            state = (int)state,
        });

    public static void MoveNotice(Session session, string noticeId, NoticeState from, NoticeState to) => session.ExecuteExpecting(1,
        "UPDATE prepayment_notice SET state = @to WHERE notice_id = @noticeId AND state = @from", new { noticeId, from = (int)from, to = (int)to });

    public static void Receive(Session session, ConfirmPrepaymentRequest request) => session.ExecuteExpecting(1,
        """
        UPDATE prepayment_notice SET state = 3, receipt_id = @Id, received_fen = @ReceivedFen, returned_fen = amount_fen - @ReceivedFen, received_on = @ReceivedOn, received_reference = @BankReference
        WHERE notice_id = @NoticeTransactionId AND state = 2
        """,
        new { Id = request.Header.TransactionId, request.ReceivedFen, request.ReceivedOn, request.BankReference, request.NoticeTransactionId });

    /// <summary>Appends an entry with the next number and the balance after it.</summary>
    public static void Append(AgencyScope scope, LedgerSide side, PrepaymentEntryKind kind, DateOnly on, long amountFen, string reference, string transactionId)
    {
        var (last, balance) = Standing(scope.Session, side, scope.Partner);
        scope.Session.ExecuteExpecting(1,
            """
            INSERT INTO prepayment_entry (side, partner, entry_number, kind, business_date, amount_fen, balance_fen, reference, transaction_id)
            VALUES (@side, @Partner, @Number, @kind, @On, @amountFen, @Balance, @reference, @transactionId)
            """,
            new
            {
                side = (int)side,
                Partner = scope.Partner.Code,
                Number = last + 1,
                kind = (int)kind,
                On = on.Iso(),
                amountFen,
                Balance = checked(balance + amountFen),
                reference,
                transactionId,
            });
    }

    public static void InsertTopUp(AgencyScope scope, RequestTopUpRequest request, LedgerSide side, TopUpStage state) => scope.Session.ExecuteExpecting(1,
        """
        INSERT INTO prepayment_top_up (request_id, side, partner, requested_fen, due_date, reason, state)
        VALUES (@Id, @side, @Partner, @AmountFen, @DueDate, @Reason, @state)
        """,
        new { Id = request.Header.TransactionId, side = (int)side, Partner = scope.Partner.Code, request.AmountFen, request.DueDate, request.Reason, state = (int)state });

    public static void MoveTopUp(Session session, string requestId, TopUpStage from, TopUpStage to) => session.ExecuteExpecting(1,
        "UPDATE prepayment_top_up SET state = @to WHERE request_id = @requestId AND state = @from", new { requestId, from = (int)from, to = (int)to });

    public static void AnswerTopUp(Session session, AnswerTopUpRequest request) => session.ExecuteExpecting(1,
        """
        UPDATE prepayment_top_up SET state = @State, granted_fen = @GrantedFen, pay_by_date = @PayBy, answer_id = @Id, answer_reason = @Reason
        WHERE request_id = @RequestTransactionId AND state = 2
        """,
        new
        {
            State = (int)(request.GrantedFen == 0 ? TopUpStage.Declined : TopUpStage.Granted),
            request.GrantedFen,
            PayBy = request.PayByDate is "" ? null : request.PayByDate,
            Id = request.Header.TransactionId,
            request.Reason,
            request.RequestTransactionId,
        });

    /// <summary>A top-up whose confirmed deposits have reached what was granted is paid.</summary>
    public static void SettleTopUp(Session session, string requestId) => session.Execute(
        """
        UPDATE prepayment_top_up SET state = 5 WHERE request_id = @requestId AND state = 3
          AND granted_fen <= (SELECT coalesce(sum(received_fen), 0) FROM prepayment_notice n WHERE n.request_id = @requestId AND n.state = 3)
        """,
        new { requestId });
}

/// <summary>How far a prepayment is used, by the marks of the agreement. Pure.</summary>
internal static class PrepaymentUsage
{
    /// <summary>In 1/10000, rounded half away from zero.</summary>
    /// <param name="balanceFen">Above zero.</param>
    public static long BasisPointsOf(long usedFen, long balanceFen) => Rounded.OfProduct(usedFen, BasisPoints.One, balanceFen);

    /// <param name="hasEntries">Whether the two provinces have a prepayment at all.</param>
    public static PrepaymentLevel LevelOf(long usedFen, long balanceFen, bool hasEntries, AgreementOptions agreement)
    {
        if (!hasEntries)
            return PrepaymentLevel.Normal;
        if (balanceFen <= usedFen)
            return PrepaymentLevel.Exhausted;
        // Compared without dividing: a mark is reached or not, to the fen.
        var (used, balance) = ((Int128)usedFen * 100, (Int128)balanceFen);
        return used >= balance * agreement.RedPercent ? PrepaymentLevel.Red
            : used >= balance * agreement.YellowPercent ? PrepaymentLevel.Yellow
            : PrepaymentLevel.Normal;
    }
}
