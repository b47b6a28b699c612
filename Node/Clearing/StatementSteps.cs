using Provincial.Exchange.V1;
using ProvincialGateway.Ledger;
using ProvincialGateway.Network;
using ProvincialGateway.Values;

namespace ProvincialGateway.Clearing;

/// <summary>The treatment province claims a range of its ledger, or the next revision of a disputed claim.</summary>
internal sealed class ProposeStatementStep() : AgencyStep<ProposeStatementRequest, ProposeStatementResponse>(PeerMethod.ProposeStatement, Side.Insured)
{
    public override string SubjectOf(ProposeStatementRequest request) => request.Statement?.StatementNumber ?? "";

    // The next month may be proposed before this side has read the treatment side's answer to its confirmation of the last one.
    public override AgencyMessageRow? OvertakenBy(AgencyScope scope, ProposeStatementRequest request) => base.OvertakenBy(scope, request)
        ?? (StatementBook.End(scope.Session, LedgerSide.Insured, scope.Partner).Last is { } last ? ClearingOutbox.OpenAbout(scope.Session, last.StatementNumber) : null);

    public override Refusal? Refuse(AgencyScope scope, ProposeStatementRequest request)
    {
        if (request.Statement is not { } statement)
            return ClearingRefusals.MissingField("statement");
        if (scope.SideIn(statement.Relation) is not { } own)
            return ClearingRefusals.InvalidField("statement.relation", "不是本报文双方", "not of the two sides of this message");
        if (scope.SenderOf(own) is not LedgerSide.Treatment)
            return ClearingRefusals.WrongSender("就医地", "the treatment province");
        if ((ClearingFields.SentAt(request.Header) ?? StatementRules.Fault(statement)) is { } wrong)
            return wrong;
        if (PlaceFault(scope, own, statement) is { } place)
            return place;
        if (Deductions.Fault(scope.Session, own, scope.Partner, statement) is { } source)
            return source;
        return PrepaymentBook.AvailableFen(scope.Session, own, scope.Partner, statement.StatementNumber) is var available && available < statement.PrepaymentOffsetFen
            ? ClearingRefusals.FigureMismatch("statement.prepayment_offset_fen", statement.PrepaymentOffsetFen, available)
            : null;
    }

    public override void Apply(AgencyScope scope, ProposeStatementRequest request)
    {
        var (statement, id, on) = (request.Statement, request.Header.TransactionId, ClearingFields.DateOf(request.Header));
        if (statement.Revision > 1)
            StatementBook.Replace(scope.Session, statement.StatementNumber, statement.Revision - 1);
        if (scope.IsSender)
            StatementBook.Propose(scope.Session, statement, id, on);
        else
            StatementBook.Insert(scope.Session, LedgerSide.Insured, scope.Partner, statement, StatementStage.Proposed, id, on);
    }

    public override ProposeStatementResponse Accept(AgencyScope scope, ProposeStatementRequest request) =>
        new() { Receipt = StatementBook.Find(scope.Session, request.Statement.StatementNumber, request.Statement.Revision)!.ToReceipt() };

    public override string? Contradiction(ProposeStatementRequest request, ProposeStatementResponse reply) => StatementReceipts.Contradiction(
        reply.Receipt, request.Statement.StatementNumber, request.Statement.Revision, StatementState.Proposed);

    /// <summary>Where the statement stands among the others of the relation.</summary>
    private static Refusal? PlaceFault(AgencyScope scope, LedgerSide own, Statement statement)
    {
        var known = StatementBook.LatestKnown(scope.Session, statement.StatementNumber);
        if (known is not null && known.Partner != scope.Partner.Code)
            return ClearingRefusals.StatementNotFound(statement.StatementNumber);
        if (statement.Revision > 1 || known is not null)
            return RevisionFault(known, statement);
        // On the side that makes it, the draft itself is the last one.
        var others = StatementBook.OfRelation(scope.Session, own, scope.Partner).Where(other => other.StatementNumber != statement.StatementNumber).ToList();
        if (others.Find(other => other.State is StatementStage.Proposed or StatementStage.Disputed) is { } open)
            return ClearingRefusals.StatementState(open.StatementNumber, open.Describe().Chinese, open.Describe().English, "上一期已确认", "the one before to be confirmed");
        var last = others.LastOrDefault();
        if (statement.FirstSequence != (last?.LastSequence ?? 0) + 1)
            return ClearingRefusals.StatementRange(statement.FirstSequence, (last?.LastSequence ?? 0) + 1);
        if (last is not null && string.CompareOrdinal(statement.Period, last.Period) <= 0)
            return ClearingRefusals.PeriodClosed(statement.Period, last.Period);
        return StatementBook.IsYearClosed(scope.Session, own, scope.Partner, int.Parse(statement.Period.AsSpan(0, 4), System.Globalization.CultureInfo.InvariantCulture))
            ? ClearingRefusals.PeriodClosed(statement.Period, statement.Period[..4])
            : null;
    }

    private static Refusal? RevisionFault(ClearingStatement? known, Statement statement)
    {
        if (known is null)
            return ClearingRefusals.StatementNotFound(statement.StatementNumber);
        if (known.State is not StatementStage.Disputed)
            return ClearingRefusals.StatementState(known.StatementNumber, known.Describe().Chinese, known.Describe().English, "有异议", "disputed");
        if (statement.Revision != known.Revision + 1)
            return ClearingRefusals.FigureMismatch("statement.revision", statement.Revision, known.Revision + 1);
        return (statement.Period, statement.FirstSequence, statement.LastSequence) == (known.Period, known.FirstSequence, known.LastSequence)
                && statement.RowsSha256.Span.SequenceEqual(known.RowsSha256)
            ? null
            : ClearingRefusals.StatementMismatch("statement.rows_sha256", "修订版须为同一清算期、同一台账范围", "a revision covers the same period and the same rows");
    }
}

/// <summary>The insured province agrees, to the fen.</summary>
internal sealed class ConfirmStatementStep() : AgencyStep<ConfirmStatementRequest, ConfirmStatementResponse>(PeerMethod.ConfirmStatement, Side.Treatment)
{
    public override string SubjectOf(ConfirmStatementRequest request) => request.StatementNumber;

    public override Refusal? Refuse(AgencyScope scope, ConfirmStatementRequest request)
    {
        if (ClearingFields.SentAt(request.Header) is { } wrongTime)
            return wrongTime;
        if (StatementReceipts.Open(scope, request.StatementNumber, request.Revision, out var statement) is { } wrong)
            return wrong;
        if (!request.RowsSha256.Span.SequenceEqual(statement.RowsSha256))
            return ClearingRefusals.StatementMismatch("rows_sha256", "摘要与所提出的不符", "not the digest that was proposed");
        return request.PayableFen == statement.PayableFen ? null : ClearingRefusals.FigureMismatch("payable_fen", request.PayableFen, statement.PayableFen);
    }

    public override void Apply(AgencyScope scope, ConfirmStatementRequest request)
    {
        var statement = StatementBook.Find(scope.Session, request.StatementNumber, request.Revision)!;
        var (id, on) = (request.Header.TransactionId, ClearingFields.DateOf(request.Header));
        StatementBook.Decide(scope.Session, statement.StatementNumber, statement.Revision, statement.PayableFen <= 0 ? StatementStage.Paid : StatementStage.Confirmed, id, on);
        ClearingPostings.Append(scope, id, PostingEvent.StatementConfirmed, statement.StatementNumber, on,
            ClearingPostings.StatementConfirmed(statement.Side, checked(statement.DeductedFen - statement.CarriedFen), statement.PrepaymentOffsetFen));
        if (statement.PrepaymentOffsetFen > 0)
            PrepaymentBook.Append(scope, statement.Side, PrepaymentEntryKind.ClearingOffset, on, -statement.PrepaymentOffsetFen, statement.StatementNumber, id);
    }

    public override ConfirmStatementResponse Accept(AgencyScope scope, ConfirmStatementRequest request) =>
        new() { Receipt = StatementBook.Find(scope.Session, request.StatementNumber, request.Revision)!.ToReceipt() };

    public override string? Contradiction(ConfirmStatementRequest request, ConfirmStatementResponse reply) => StatementReceipts.Contradiction(
        reply.Receipt, request.StatementNumber, request.Revision, request.PayableFen <= 0 ? StatementState.Paid : StatementState.Confirmed);
}

/// <summary>The insured province does not agree, and says about which rows and why.</summary>
internal sealed class DisputeStatementStep() : AgencyStep<DisputeStatementRequest, DisputeStatementResponse>(PeerMethod.DisputeStatement, Side.Treatment)
{
    /// <summary>With reasons of customary length these fit one message; a sender that may not send so much sends fewer.</summary>
    public const int RowsMax = 10_000;

    public override string SubjectOf(DisputeStatementRequest request) => request.StatementNumber;

    public override Refusal? Refuse(AgencyScope scope, DisputeStatementRequest request)
    {
        if (ClearingFields.SentAt(request.Header) is { } wrongTime)
            return wrongTime;
        if (StatementReceipts.Open(scope, request.StatementNumber, request.Revision, out var statement) is { } wrong)
            return wrong;
        if (request.Rows.Count > RowsMax)
            return ClearingRefusals.InvalidField("rows", $"超过 {RowsMax} 行", $"more than {RowsMax}");
        if (request.Rows.Count == 0 && request.Reason.Length == 0)
            return ClearingRefusals.MissingField("reason");
        if (ClearingFields.Text("reason", request.Reason) is { } reason)
            return reason;
        var (objected, seen) = (new ObjectedRows(scope.Session, statement), new HashSet<string>());
        foreach (var (row, place) in request.Rows.Select((row, place) => (row, place)))
        {
            if (!seen.Add(row.RowTransactionId))
                return ClearingRefusals.InvalidField($"rows[{place}].row_transaction_id", "该行重复", "the row is named twice");
            if (RowFault(objected, row, $"rows[{place}]") is { } fault)
                return fault;
        }
        return null;
    }

    public override void Apply(AgencyScope scope, DisputeStatementRequest request)
    {
        StatementBook.Decide(scope.Session, request.StatementNumber, request.Revision, StatementStage.Disputed, request.Header.TransactionId, ClearingFields.DateOf(request.Header));
        var rows = request.Rows.Select(ObjectionRow.Of);
        // What is said of the whole statement is kept as a row without a key.
        if (request.Reason.Length > 0)
            rows = rows.Append(new ObjectionRow { RowTransactionId = "", Kind = DisputeKind.Audit, AmountFen = 0, Field = "", Reason = request.Reason });
        StatementBook.InsertObjections(scope.Session, request.StatementNumber, request.Revision, ObjectionOrigin.Dispute, [.. rows]);
    }

    public override DisputeStatementResponse Accept(AgencyScope scope, DisputeStatementRequest request) =>
        new() { Receipt = StatementBook.Find(scope.Session, request.StatementNumber, request.Revision)!.ToReceipt() };

    public override string? Contradiction(DisputeStatementRequest request, DisputeStatementResponse reply) =>
        StatementReceipts.Contradiction(reply.Receipt, request.StatementNumber, request.Revision, StatementState.Disputed);

    private static Refusal? RowFault(ObjectedRows rows, DisputedRow row, string field)
    {
        if (!Enum.IsDefined(row.Kind) || row.Kind is DisputeKind.Unspecified)
            return ClearingRefusals.InvalidField($"{field}.kind", "未知的异议种类", "not a kind of dispute");
        if (Math.Abs(Math.Max(row.AmountFen, -ClearingFields.AmountMaxFen - 1)) > ClearingFields.AmountMaxFen)
            return ClearingRefusals.InvalidField($"{field}.amount_fen", "超出范围", "out of range");
        if ((ClearingFields.Text($"{field}.field", row.Field) ?? ClearingFields.Required($"{field}.reason", row.Reason)) is { } wrong)
            return wrong;
        if (rows.Find(row.RowTransactionId) is not { } objected)
            return ClearingRefusals.InvalidField($"{field}.row_transaction_id", "该行不在本清算单及以前的清算单内", "the row is neither of this statement nor of an earlier one");
        return row.AmountFen >= -objected.TakenFen && row.AmountFen <= objected.LeftFen ? null
            : ClearingRefusals.StatementMismatch($"{field}.amount_fen", $"要求扣 {new Fen(row.AmountFen)}，该行尚可扣 {new Fen(objected.LeftFen)}",
                $"{new Fen(row.AmountFen)} are to be deducted, {new Fen(objected.LeftFen)} of the row are left to deduct");
    }
}

/// <summary>What the three steps of a statement have in common.</summary>
internal static class StatementReceipts
{
    /// <summary>The proposed revision that the insured side decides about.</summary>
    public static Refusal? Open(AgencyScope scope, string number, int revision, out ClearingStatement statement)
    {
        statement = null!;
        if (StatementBook.LatestKnown(scope.Session, number) is not { } known || known.Partner != scope.Partner.Code)
            return ClearingRefusals.StatementNotFound(number);
        if (scope.SenderOf(known.Side) is not LedgerSide.Insured)
            return ClearingRefusals.WrongSender("参保地", "the insured province");
        if (known.State is StatementStage.Confirmed or StatementStage.Paid)
            return ClearingRefusals.StatementClosed(number, known.Describe().Chinese, known.Describe().English);
        if (known.State is not StatementStage.Proposed)
            return ClearingRefusals.StatementState(number, known.Describe().Chinese, known.Describe().English, "已提出", "proposed");
        if (known.Revision != revision)
            return ClearingRefusals.FigureMismatch("revision", revision, known.Revision);
        statement = known;
        return null;
    }

    public static string? Contradiction(StatementReceipt? receipt, string number, int revision, StatementState state) =>
        receipt is not null && (receipt.StatementNumber, receipt.Revision, receipt.State) == (number, revision, state) ? null : $"回执不是 {number} 第 {revision} 版的（{state}） / the receipt is not of {number} revision {revision}, {state}";
}
