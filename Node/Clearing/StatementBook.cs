using Google.Protobuf;
using Provincial.Exchange.V1;
using ProvincialGateway.Ledger;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Clearing;

internal enum StatementStage
{
    /// <summary>Of the treatment side alone.</summary>
    Draft = 1,

    Proposed = 2,
    Confirmed = 3,
    Disputed = 4,
    Replaced = 5,

    /// <summary>Receipts have reached the payable amount, or nothing was to be transferred.</summary>
    Paid = 6,
}

/// <summary>A row of <c>clearing_statement</c>.</summary>
internal sealed record ClearingStatement
{
    public required string StatementNumber { get; init; }
    public required int Revision { get; init; }
    public required LedgerSide Side { get; init; }
    public required string Partner { get; init; }
    public required string Period { get; init; }
    public required long FirstSequence { get; init; }
    public required long LastSequence { get; init; }
    public required byte[] RowsSha256 { get; init; }
    public required long ClaimedFen { get; init; }
    public required long DeductedFen { get; init; }
    public required long CarriedFen { get; init; }
    public required long PrepaymentOffsetFen { get; init; }
    public required long PayableFen { get; init; }
    public required byte[] Message { get; init; }
    public required StatementStage State { get; init; }
    public string? ProposalId { get; init; }
    public string? ProposedOn { get; init; }
    public string? DecisionId { get; init; }
    public string? DecidedOn { get; init; }

    /// <summary>Agreed by both sides: its period is closed.</summary>
    public bool IsClosed => State is StatementStage.Confirmed or StatementStage.Paid;

    public long RowCount => LastSequence - FirstSequence + 1;

    public Statement ToStatement() => Statement.Parser.ParseFrom(Message);

    public (string Chinese, string English) Describe() => Describe(State);

    public static (string Chinese, string English) Describe(StatementStage state) => state switch
    {
        StatementStage.Draft => ("草稿", "draft"),
        StatementStage.Proposed => ("已提出", "proposed"),
        StatementStage.Confirmed => ("已确认", "confirmed"),
        StatementStage.Disputed => ("有异议", "disputed"),
        StatementStage.Replaced => ("已被替代", "replaced"),
        StatementStage.Paid => ("已结清", "paid"),
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "Not a state of a statement."),
    };

    public StatementReceipt ToReceipt() => new() { StatementNumber = StatementNumber, Revision = Revision, State = ToState() };

    public StatementState ToState() => State switch
    {
        StatementStage.Proposed => StatementState.Proposed,
        StatementStage.Confirmed => StatementState.Confirmed,
        StatementStage.Disputed => StatementState.Disputed,
        StatementStage.Replaced => StatementState.Replaced,
        StatementStage.Paid => StatementState.Paid,
        // A draft is nobody else's business.
        _ => throw new InvalidOperationException("A draft has no state for the other side."),
    };
}

/// <summary>A row of <c>clearing_objection</c>.</summary>
internal sealed record ObjectionRow
{
    public required string RowTransactionId { get; init; }
    public required DisputeKind Kind { get; init; }
    public required long AmountFen { get; init; }
    public required string Field { get; init; }
    public required string Reason { get; init; }

    public DisputedRow ToMessage() => new() { RowTransactionId = RowTransactionId, Kind = Kind, AmountFen = AmountFen, Field = Field, Reason = Reason };

    public static ObjectionRow Of(DisputedRow row) =>
        new() { RowTransactionId = row.RowTransactionId, Kind = row.Kind, AmountFen = row.AmountFen, Field = row.Field, Reason = row.Reason };
}

internal enum ObjectionOrigin
{
    Check = 1,
    Dispute = 2,
}

/// <summary>A row of <c>clearing_check</c>.</summary>
internal sealed record CheckRow
{
    public required long RowCount { get; init; }
    public required long FindingCount { get; init; }
    public required string Reason { get; init; }
    public required long CheckedAtMs { get; init; }

    public bool IsClean => FindingCount == 0 && Reason.Length == 0;
}

/// <summary>Statements of one side with their deductions, checks and objections.</summary>
internal static class StatementBook
{
    private const string Columns =
        "statement_number, revision, side, partner, period, first_sequence, last_sequence, rows_sha256, claimed_fen, deducted_fen, carried_fen, prepayment_offset_fen, payable_fen, "
        + "message, state, proposal_id, proposed_on, decision_id, decided_on";

    /// <summary>The latest revision, a draft included.</summary>
    public static ClearingStatement? Latest(Session session, string number) => session.QuerySingleOrDefault<ClearingStatement>(
        $"SELECT {Columns} FROM clearing_statement WHERE statement_number = @number ORDER BY revision DESC LIMIT 1", new { number });

    public static ClearingStatement? Find(Session session, string number, int revision) => session.QuerySingleOrDefault<ClearingStatement>(
        $"SELECT {Columns} FROM clearing_statement WHERE statement_number = @number AND revision = @revision", new { number, revision });

    /// <summary>The latest revision that the other side knows.</summary>
    public static ClearingStatement? LatestKnown(Session session, string number) => session.QuerySingleOrDefault<ClearingStatement>(
        $"SELECT {Columns} FROM clearing_statement WHERE statement_number = @number AND state <> 1 ORDER BY revision DESC LIMIT 1", new { number });

    /// <summary>Of one relation, in the order of their ranges: each number by its latest revision.</summary>
    public static IReadOnlyList<ClearingStatement> OfRelation(Session session, LedgerSide side, Division partner) => session.Query<ClearingStatement>(
        $"""
        SELECT {Columns} FROM clearing_statement s WHERE side = @side AND partner = @Code
          AND revision = (SELECT max(revision) FROM clearing_statement l WHERE l.statement_number = s.statement_number)
        ORDER BY period, statement_number
        """,
        new { side = (int)side, partner.Code });

    public static IReadOnlyList<ClearingStatement> All(Session session) => session.Query<ClearingStatement>(
        $"""
        SELECT {Columns} FROM clearing_statement s
        WHERE revision = (SELECT max(revision) FROM clearing_statement l WHERE l.statement_number = s.statement_number)
        ORDER BY period DESC, side, partner
        """);

    /// <summary>Statements that this insured side has agreed to and whose rows it has not looked at: what it had found it has forgotten, and its answer stands.</summary>
    public static IReadOnlyList<ClearingStatement> Unexamined(Session session) => session.Query<ClearingStatement>(
        $"""
        SELECT {Columns} FROM clearing_statement s
        WHERE side = 2 AND state IN (3, 6) AND NOT EXISTS (SELECT 1 FROM clearing_check k WHERE (k.statement_number, k.revision) = (s.statement_number, s.revision))
        ORDER BY period, statement_number
        """);

    /// <summary>Where the next statement of a relation has to begin, and the last one; null while there is none.</summary>
    public static (long NextSequence, ClearingStatement? Last) End(Session session, LedgerSide side, Division partner) =>
        OfRelation(session, side, partner) is [.., var last] ? (last.LastSequence + 1, last) : (1, null);

    public static void Insert(Session session, LedgerSide side, Division partner, Statement statement, StatementStage state, string? proposalId, DateOnly? proposedOn)
    {
        session.ExecuteExpecting(1,
            $"""
            INSERT INTO clearing_statement ({Columns})
            VALUES (@StatementNumber, @Revision, @side, @Code, @Period, @FirstSequence, @LastSequence, @rows, @ClaimedFen, @DeductedFen, @carried, @PrepaymentOffsetFen, @PayableFen,
              @message, @state, @proposalId, @proposedOn, NULL, NULL)
            """,
            new
            {
                statement.StatementNumber,
                statement.Revision,
                side = (int)side,
                partner.Code,
                statement.Period,
                statement.FirstSequence,
                statement.LastSequence,
                rows = statement.RowsSha256.ToByteArray(),
                statement.ClaimedFen,
                statement.DeductedFen,
                carried = Deductions.CarriedFen(statement),
                statement.PrepaymentOffsetFen,
                statement.PayableFen,
                message = statement.ToByteArray(),
                state = (int)state,
                proposalId,
                proposedOn = proposedOn?.Iso(),
            });
        foreach (var (deduction, place) in statement.Deductions.Select((deduction, place) => (deduction, place)))
        {
            session.ExecuteExpecting(1,
                """
                INSERT INTO clearing_deduction (statement_number, revision, place, kind, amount_fen, row_transaction_id, line_number, responsible, source_statement_number, reason)
                VALUES (@StatementNumber, @Revision, @place, @Kind, @AmountFen, @RowTransactionId, @Line, @Responsible, @SourceStatementNumber, @Reason)
                """,
                new
                {
                    statement.StatementNumber,
                    statement.Revision,
                    place,
                    deduction.Kind,
                    deduction.AmountFen,
                    deduction.RowTransactionId,
                    Line = deduction.HasLineNumber ? deduction.LineNumber : (int?)null,
                    deduction.Responsible,
                    deduction.SourceStatementNumber,
                    deduction.Reason,
                });
        }
    }

    /// <summary>Takes a draft away: another one replaces it, or the period waits.</summary>
    public static void DeleteDraft(Session session, string number, int revision) =>
        session.ExecuteExpecting(1, "DELETE FROM clearing_statement WHERE statement_number = @number AND revision = @revision AND state = 1", new { number, revision });

    /// <summary>The draft becomes what was proposed.</summary>
    public static void Propose(Session session, Statement statement, string proposalId, DateOnly on) => session.ExecuteExpecting(1,
        "UPDATE clearing_statement SET state = 2, proposal_id = @proposalId, proposed_on = @on WHERE statement_number = @StatementNumber AND revision = @Revision AND state = 1",
        new { statement.StatementNumber, statement.Revision, proposalId, on = on.Iso() });

    public static void Replace(Session session, string number, int revision) =>
        session.ExecuteExpecting(1, "UPDATE clearing_statement SET state = 5 WHERE statement_number = @number AND revision = @revision AND state = 4", new { number, revision });

    public static void Decide(Session session, string number, int revision, StatementStage state, string decisionId, DateOnly on) => session.ExecuteExpecting(1,
        """
        UPDATE clearing_statement SET state = @state, decision_id = @decisionId, decided_on = @on
        WHERE statement_number = @number AND revision = @revision AND state = 2
        """,
        new { number, revision, state = (int)state, decisionId, on = on.Iso() });

    /// <summary>Payable less what was received.</summary>
    public static long OpenFen(Session session, ClearingStatement statement) => checked(statement.PayableFen - session.QuerySingle<long>(
        "SELECT coalesce(sum(received_fen), 0) FROM clearing_payment_share WHERE statement_number = @StatementNumber", new { statement.StatementNumber }));

    /// <summary>A confirmed statement whose receipts have reached its payable amount is paid.</summary>
    public static void SettleIfPaid(Session session, string number) => session.Execute(
        """
        UPDATE clearing_statement SET state = 6 WHERE statement_number = @number AND state = 3
          AND payable_fen <= (SELECT coalesce(sum(received_fen), 0) FROM clearing_payment_share WHERE statement_number = @number)
        """,
        new { number });

    public static bool IsYearClosed(Session session, LedgerSide side, Division partner, int year) => session.QuerySingle<long>(
        "SELECT count(*) FROM clearing_year WHERE side = @side AND partner = @Code AND year = @year", new { side = (int)side, partner.Code, year }) > 0;

    public static CheckRow? Check(Session session, string number, int revision) => session.QuerySingleOrDefault<CheckRow>(
        "SELECT row_count, finding_count, reason, checked_at_ms FROM clearing_check WHERE statement_number = @number AND revision = @revision", new { number, revision });

    public static void InsertCheck(Session session, string number, int revision, CheckRow check) => session.ExecuteExpecting(1,
        """
        INSERT INTO clearing_check (statement_number, revision, row_count, finding_count, reason, checked_at_ms)
        VALUES (@number, @revision, @RowCount, @FindingCount, @Reason, @CheckedAtMs)
        """,
        new { number, revision, check.RowCount, check.FindingCount, check.Reason, check.CheckedAtMs });

    public static IReadOnlyList<ObjectionRow> Objections(Session session, string number, int revision, ObjectionOrigin origin) => session.Query<ObjectionRow>(
        """
        SELECT row_transaction_id, kind, amount_fen, field, reason FROM clearing_objection
        WHERE statement_number = @number AND revision = @revision AND origin = @origin ORDER BY place
        """,
        new { number, revision, origin = (int)origin });

    /// <summary>The rows that a dispute names, each once.</summary>
    public static IReadOnlyList<ObjectionRow> DisputedRows(Session session, ClearingStatement disputed) =>
        [.. Objections(session, disputed.StatementNumber, disputed.Revision, ObjectionOrigin.Dispute).Where(row => row.RowTransactionId.Length > 0).DistinctBy(row => row.RowTransactionId)];

    /// <summary>What the check of a revision found of a row that is claimed.</summary>
    public static long FoundFen(Session session, ClearingStatement statement, string rowTransactionId) => session.QuerySingle<long>(
        """
        SELECT coalesce(max(amount_fen), 0) FROM clearing_objection
        WHERE statement_number = @StatementNumber AND revision = @Revision AND origin = 1 AND row_transaction_id = @rowTransactionId
        """,
        new { statement.StatementNumber, statement.Revision, rowTransactionId });

    public static void InsertObjections(Session session, string number, int revision, ObjectionOrigin origin, IReadOnlyList<ObjectionRow> rows)
    {
        foreach (var (row, place) in rows.Select((row, place) => (row, place)))
        {
            session.ExecuteExpecting(1,
                """
                INSERT INTO clearing_objection (statement_number, revision, place, origin, row_transaction_id, kind, amount_fen, field, reason)
                VALUES (@number, @revision, @place, @origin, @RowTransactionId, @kind, @AmountFen, @Field, @Reason)
                """,
                new { number, revision, place, origin = (int)origin, row.RowTransactionId, kind = (int)row.Kind, row.AmountFen, row.Field, row.Reason });
        }
    }

    /// <summary>Confirmed statements of a relation in which the treatment side owes and which no later statement carries, oldest first.</summary>
    public static IReadOnlyList<ClearingStatement> NotCarried(Session session, LedgerSide side, Division partner, string exceptNumber) => session.Query<ClearingStatement>(
        $"""
        SELECT {Columns} FROM clearing_statement s WHERE side = @side AND partner = @Code AND state IN (3, 6) AND payable_fen < 0
          AND NOT EXISTS (
            SELECT 1 FROM clearing_deduction d JOIN clearing_statement c ON c.statement_number = d.statement_number AND c.revision = d.revision
            WHERE d.source_statement_number = s.statement_number AND d.row_transaction_id = '' AND d.amount_fen > 0 AND c.state IN (3, 6) AND c.statement_number <> @exceptNumber)
        ORDER BY period
        """,
        new { side = (int)side, partner.Code, exceptNumber });
}
