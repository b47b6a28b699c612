using Google.Protobuf;
using Provincial.Exchange.V1;
using ProvincialGateway.Ledger;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Clearing;

/// <summary>What an operator does with statements: cut, deduct and propose on the treatment side, confirm and dispute on the insured side, pay and receive.</summary>
internal sealed class StatementDesk(AgencyDesk desk)
{
    /// <summary>More than the head of a request takes, and more than the tag and length of a repeated field.</summary>
    private const int MessageHeadBytes = 4_096, FieldHeadBytes = 8;

    /// <summary>Rows that a refusal names; <c>details audit list --open</c> has all.</summary>
    private const int LeftOutShown = 10;

    /// <summary>
    /// Cuts the next statement: everything that stands in the ledger after the last one, up to now. What is settled meanwhile is of the next one.
    /// A draft that nobody else has seen is cut again.
    /// </summary>
    /// <param name="offsetFen">To be paid out of the prepayment; null takes as much as there is.</param>
    /// <param name="progress">Told the rows digested and their number.</param>
    /// <exception cref="ClearingRefusedException">The books do not allow it now.</exception>
    /// <exception cref="Network.NodeRecoveringException">The books are not whole.</exception>
    public async Task<ClearingStatement> CutAsync(Division partner, DateOnly period, long? offsetFen, Action<long, long>? progress, CancellationToken cancellation)
    {
        desk.Gate.Require(partner);
        var (place, totals) = desk.Database.Read(session =>
        {
            var found = PlaceOf(session, partner, period);
            var last = Math.Min(LedgerRows.Last(session, LedgerSide.Treatment, partner), found.First + StatementRules.RowsMax - 1);
            return (found with { Last = last }, LedgerRange.Read(session, LedgerSide.Treatment, partner, found.First, last, rows => progress?.Invoke(rows, last - found.First + 1)));
        });
        return await desk.Database.WriteAsync(session =>
        {
            // Asked again: another operator may have cut meanwhile.
            var now = PlaceOf(session, partner, period);
            if (now.First != place.First || now.Draft?.StatementNumber != place.Draft?.StatementNumber)
                throw ClearingRefusedException.Of("切单期间另有人切单，请重试", "somebody else cut a statement meanwhile; try again");
            return Draft(session, partner, period, place, totals, offsetFen);
        }, cancellation);
    }

    /// <summary>Adds a deduction to a draft. Of a disputed statement it begins the next revision; what the insured side objects to is not taken over by that.</summary>
    /// <exception cref="ClearingRefusedException">The deduction is not valid, or the statement is past changing.</exception>
    public Task<ClearingStatement> DeductAsync(string number, Deduction deduction, CancellationToken cancellation) => desk.Database.WriteAsync(session =>
    {
        var row = DraftOf(session, number, acceptObjections: false);
        var statement = row.ToStatement();
        statement.Deductions.Add(deduction);
        if ((Deductions.FormFault(deduction, "deduction") ?? Deductions.Fault(session, LedgerSide.Treatment, Division.Parse(row.Partner), statement, deduction)) is { } wrong)
            throw ClearingRefusedException.Of(wrong);
        return Rewrite(session, row, statement);
    }, cancellation);

    /// <summary>Takes a deduction out of a draft again.</summary>
    /// <param name="place">From 1, as the statement shows them.</param>
    /// <exception cref="ClearingRefusedException">There is no such draft or deduction.</exception>
    public Task<ClearingStatement> RemoveDeductionAsync(string number, int place, CancellationToken cancellation) => desk.Database.WriteAsync(session =>
    {
        var row = OwnDraft(session, number);
        var statement = row.ToStatement();
        if (place < 1 || place > statement.Deductions.Count)
            throw ClearingRefusedException.Of($"草稿 {number} 没有第 {place} 项扣款，共 {statement.Deductions.Count} 项；请看 clearing show", $"draft {number} has no deduction {place}, there are {statement.Deductions.Count}; see clearing show");
        statement.Deductions.RemoveAt(place - 1);
        return Rewrite(session, row, statement);
    }, cancellation);

    /// <summary>Takes away a draft that the other side has not seen. Of a disputed statement the revision that was disputed remains.</summary>
    /// <exception cref="ClearingRefusedException">It is no draft, or its proposal is under way.</exception>
    public Task DiscardAsync(string number, CancellationToken cancellation) => desk.Database.WriteAsync(session =>
    {
        var row = OwnDraft(session, number);
        StatementBook.DeleteDraft(session, row.StatementNumber, row.Revision);
    }, cancellation);

    /// <summary>Begins the next revision of a disputed statement.</summary>
    /// <param name="acceptObjections">Deducts what the insured side objects to, by its amounts; false leaves the deductions to the operator.</param>
    /// <exception cref="ClearingRefusedException">It is not disputed, or its next revision has been begun.</exception>
    public Task<ClearingStatement> ReviseAsync(string number, bool acceptObjections, CancellationToken cancellation) => desk.Database.WriteAsync(
        session => StatementBook.Latest(session, number) is { Side: LedgerSide.Treatment, State: StatementStage.Draft } begun
            ? throw ClearingRefusedException.Of($"清算单 {number} 第 {begun.Revision} 版草稿已有；可提出（clearing propose）或作废（clearing discard）", $"revision {begun.Revision} of statement {number} is begun already; propose or discard it")
            : DraftOf(session, number, acceptObjections), cancellation);

    /// <summary>Proposes a draft. A disputed statement is proposed as its next revision once an operator has dealt with the objections to its rows.</summary>
    /// <exception cref="ClearingRefusedException">Rows are objected to and nobody has accepted or declined that.</exception>
    public async Task<AgencyOutcome> ProposeAsync(string number, string @operator, CancellationToken cancellation)
    {
        var row = await desk.Database.WriteAsync(session =>
        {
            if (StatementBook.Latest(session, number) is { Side: LedgerSide.Treatment, State: StatementStage.Disputed } disputed && StatementBook.DisputedRows(session, disputed) is { Count: > 0 } objections)
            {
                throw ClearingRefusedException.Of(
                    $"参保地对清算单 {number} 的 {objections.Count} 行有异议，要求扣 {new Fen(objections.Sum(row => row.AmountFen))}（clearing show）。接受：clearing revise {number} --accept-objections；不接受：clearing revise {number}，再自行扣款",
                    $"the insured side objects to {objections.Count} rows of statement {number} and would deduct {new Fen(objections.Sum(row => row.AmountFen))} (clearing show). To accept: clearing revise {number} --accept-objections; otherwise clearing revise {number} and deduct by hand");
            }
            return DraftOf(session, number, acceptObjections: false);
        }, cancellation);
        return await desk.TakeAsync(AgencySteps.ProposeStatement, Division.Parse(row.Partner), @operator,
            scope => new ProposeStatementRequest { Statement = StatementBook.Find(scope.Session, number, row.Revision)!.ToStatement() }, cancellation);
    }

    /// <exception cref="ClearingRefusedException">The own check is missing or found something, or findings of the line audit are not in the statement.</exception>
    public Task<AgencyOutcome> ConfirmAsync(string number, string @operator, CancellationToken cancellation)
    {
        var open = desk.Database.Read(session => Known(session, number, LedgerSide.Insured) is { State: StatementStage.Proposed } known ? LineAuditObjections.Claimed(session, known.Partner) : []);
        return open.Count == 0 ? ConfirmLeavingFindingsAsync(number, @operator, cancellation) : throw LeftOut(number, open);
    }

    /// <summary>Confirms whatever the audit of the lines has found: what the statement does not take up comes with the next one.</summary>
    /// <exception cref="ClearingRefusedException">The own check is missing or found something.</exception>
    public Task<AgencyOutcome> ConfirmLeavingFindingsAsync(string number, string @operator, CancellationToken cancellation)
    {
        var row = desk.Database.Read(session => Known(session, number, LedgerSide.Insured));
        return desk.TakeAsync(AgencySteps.ConfirmStatement, Division.Parse(row.Partner), @operator, scope =>
        {
            var known = Known(scope.Session, number, LedgerSide.Insured);
            if (known.State is StatementStage.Proposed && StatementBook.Check(scope.Session, number, known.Revision) is not { IsClean: true })
                throw ClearingRefusedException.Of($"清算单 {number} 尚未核对或核对有差异，不能确认；请看 clearing show", $"statement {number} is not checked yet or its check found differences; see clearing show");
            return new ConfirmStatementRequest { StatementNumber = number, Revision = known.Revision, RowsSha256 = ByteString.CopyFrom(known.RowsSha256), PayableFen = known.PayableFen };
        }, cancellation);
    }

    /// <param name="rows">What the operator objects to; null takes what the own check found.</param>
    /// <param name="reason">About the statement as a whole; may be empty when there are rows.</param>
    public Task<AgencyOutcome> DisputeAsync(string number, IReadOnlyList<ObjectionRow>? rows, string reason, string @operator, CancellationToken cancellation)
    {
        var row = desk.Database.Read(session => Known(session, number, LedgerSide.Insured));
        return desk.TakeAsync(AgencySteps.DisputeStatement, Division.Parse(row.Partner), @operator, scope =>
        {
            var known = Known(scope.Session, number, LedgerSide.Insured);
            var found = StatementBook.Check(scope.Session, number, known.Revision)?.Reason ?? "";
            var request = new DisputeStatementRequest { StatementNumber = number, Revision = known.Revision, Reason = reason.Length > 0 ? reason : rows is null ? found : "" };
            var objections = rows ?? [.. StatementBook.Objections(scope.Session, number, known.Revision, ObjectionOrigin.Check).DistinctBy(objection => objection.RowTransactionId)];
            request.Rows.Add(Fitting(request, objections.Select(objection => objection.ToMessage())));
            return request;
        }, cancellation);
    }

    /// <summary>As many rows as one message may carry; the others are left to the dispute of the next revision.</summary>
    private IEnumerable<DisputedRow> Fitting(DisputeStatementRequest request, IEnumerable<DisputedRow> rows)
    {
        var left = desk.Configuration.Limits.MessageBytesMax - MessageHeadBytes - request.CalculateSize();
        return rows.Take(DisputeStatementStep.RowsMax).TakeWhile(row => (left -= row.CalculateSize() + FieldHeadBytes) > 0);
    }

    /// <param name="shares">Statement numbers with what is paid of each; null as amount is all that is open.</param>
    public Task<AgencyOutcome> PayAsync(
        Division partner, IReadOnlyList<(string Number, long? AmountFen)> shares, string source, DateOnly paidOn, string bankReference, string @operator, CancellationToken cancellation) =>
        desk.TakeAsync(AgencySteps.NotifyPayment, partner, @operator, scope =>
        {
            var request = new NotifyPaymentRequest { Relation = Relations.Of(LedgerSide.Insured, scope.Self, partner), Source = source, PaidOn = paidOn.Iso(), BankReference = bankReference };
            request.Shares.Add(shares.Select(share => new PaymentShare
            {
                StatementNumber = share.Number,
                AmountFen = share.AmountFen ?? PaymentBook.ToNotifyFen(scope.Session, Known(scope.Session, share.Number, LedgerSide.Insured)),
            }));
            request.AmountFen = request.Shares.Sum(share => share.AmountFen);
            return request;
        }, cancellation);

    /// <param name="received">By statement; null is everything as notified, and none that nothing arrived: the payer has the money back at its bank and may pay anew.</param>
    public Task<AgencyOutcome> ReceiveAsync(
        string noticeId, IReadOnlyList<(string Number, long AmountFen)>? received, DateOnly receivedOn, string bankReference, string @operator, CancellationToken cancellation)
    {
        var payment = desk.Database.Read(session => PaymentBook.Find(session, noticeId))
            ?? throw ClearingRefusedException.Of($"没有付款通知 {noticeId}；清算单的付款通知见 clearing show", $"there is no payment notice {noticeId}; the notices of a statement are in clearing show");
        return desk.TakeAsync(AgencySteps.ConfirmPayment, Division.Parse(payment.Partner), @operator, scope =>
        {
            var request = new ConfirmPaymentRequest { NoticeTransactionId = noticeId, ReceivedOn = receivedOn.Iso(), BankReference = bankReference };
            var shares = received ?? [.. PaymentBook.Shares(scope.Session, noticeId).Select(share => (share.StatementNumber, share.AmountFen))];
            request.ReceivedShares.Add(shares.Select(share => new PaymentShare { StatementNumber = share.Item1, AmountFen = share.Item2 }));
            return request;
        }, cancellation);
    }

    /// <summary>The latest revision that both sides know, where this province has that side.</summary>
    public static ClearingStatement Known(Session session, string number, LedgerSide side) =>
        StatementBook.LatestKnown(session, number) is { } row && row.Side == side ? row : throw Unknown(number);

    public static ClearingRefusedException Unknown(string number) =>
        ClearingRefusedException.Of($"本节点没有清算单 {number}，或本省不是应办理的一方；请看 clearing list", $"this node has no statement {number}, or it is not this side's to deal with; see clearing list");

    private static ClearingRefusedException LeftOut(string number, IReadOnlyList<OpenFinding> open)
    {
        var rows = string.Join("，", open.Take(LeftOutShown).Select(finding => $"{finding.TransactionId} {new Fen(finding.DueFen)}")) + (open.Count > LeftOutShown ? " …" : "");
        var sum = new Fen(open.Sum(finding => finding.DueFen));
        return ClearingRefusedException.Of(
            $"清算单 {number} 未计入 {open.Count} 行的明细审核结果，合计 {sum}（{rows}）；请先 clearing dispute {number} --line-audit，或以 --leave-findings 确认，留待下期",
            $"statement {number} leaves out what the line audit found in {open.Count} rows, {sum} in all; clearing dispute {number} --line-audit puts it in, --leave-findings confirms and leaves it to the next statement");
    }

    private ClearingStatement Draft(Session session, Division partner, DateOnly period, Place place, RangeTotals totals, long? offsetFen)
    {
        var number = place.Draft?.StatementNumber
            ?? IssuedNumber.Statement(desk.Self, period, Counters.Next(session, $"statement.{desk.Self.Code}.{period:yyMM}"));
        var statement = new Statement
        {
            StatementNumber = number,
            Revision = 1,
            Relation = Relations.Of(LedgerSide.Treatment, desk.Self, partner),
            Period = PeriodText(period),
            FirstSequence = place.First,
            LastSequence = place.Last,
            Total = totals.Total,
            RowsSha256 = ByteString.CopyFrom(totals.RowsSha256),
            ClaimedFen = totals.ClaimedFen,
        };
        statement.Sums.Add(totals.Sums);
        statement.Deductions.Add(StatementBook.NotCarried(session, LedgerSide.Treatment, partner, number).Select(CarriedOver));
        statement.Deductions.Add(HeldBack.Restorations(session, partner, number, place.Last));
        // What was deducted by hand stays; what follows from the books was just made anew.
        var made = statement.Deductions.ToList();
        statement.Deductions.Add(place.Draft?.ToStatement().Deductions
            .Where(deduction => !Deductions.IsCarriedOver(deduction) && !made.Exists(other => Deductions.IsSameRestoration(other, deduction))) ?? []);
        if (place.Draft is { } draft)
            StatementBook.DeleteDraft(session, draft.StatementNumber, draft.Revision);
        Settle(session, partner, statement, offsetFen);
        StatementBook.Insert(session, LedgerSide.Treatment, partner, statement, StatementStage.Draft, null, null);
        return StatementBook.Latest(session, number)!;
    }

    private static Deduction CarriedOver(ClearingStatement source) => new()
    {
        Kind = Deductions.Other,
        AmountFen = checked(-source.PayableFen),
        SourceStatementNumber = source.StatementNumber,
        Reason = $"结转 {source.Period} 期负数 / carried over from {source.Period}",
    };

    /// <summary>Fills the figures that follow from claim and deductions.</summary>
    private static void Settle(Session session, Division partner, Statement statement, long? offsetFen)
    {
        statement.DeductedFen = statement.Deductions.Sum(deduction => deduction.AmountFen);
        var due = checked(statement.ClaimedFen - statement.DeductedFen);
        var most = Math.Max(0, Math.Min(due, PrepaymentBook.AvailableFen(session, LedgerSide.Treatment, partner, statement.StatementNumber)));
        if (offsetFen is < 0 || offsetFen > most)
            throw ClearingRefusedException.Of($"预付金抵扣应在 0.00 至 {new Fen(most)} 之间", $"an offset between 0.00 and {new Fen(most)} is possible");
        statement.PrepaymentOffsetFen = offsetFen ?? most;
        statement.PayableFen = checked(due - statement.PrepaymentOffsetFen);
    }

    private Place PlaceOf(Session session, Division partner, DateOnly period)
    {
        var statements = StatementBook.OfRelation(session, LedgerSide.Treatment, partner);
        var draft = statements.FirstOrDefault(row => row.State is StatementStage.Draft);
        if (draft is { Revision: > 1 } || statements.FirstOrDefault(row => row.State is StatementStage.Proposed or StatementStage.Disputed) is not null)
        {
            var open = statements.First(row => !row.IsClosed);
            throw ClearingRefusedException.Of($"清算单 {open.StatementNumber}（{open.Period}）尚未确认，不能切下一期", $"statement {open.StatementNumber} ({open.Period}) is not confirmed yet; the next one cannot be cut");
        }
        if (draft is not null && (draft.Period != PeriodText(period) || ClearingOutbox.OpenAbout(session, draft.StatementNumber) is not null))
            throw ClearingRefusedException.Of($"{draft.Period} 期草稿 {draft.StatementNumber} 待提出或在途；切错的以 clearing discard 作废", $"draft {draft.StatementNumber} of {draft.Period} waits to be proposed, or is under way; one cut by mistake is taken away with clearing discard");
        var last = statements.LastOrDefault(row => row.IsClosed);
        if (last is not null && string.CompareOrdinal(PeriodText(period), last.Period) <= 0)
            throw ClearingRefusedException.Of(ClearingRefusals.PeriodClosed(PeriodText(period), last.Period));
        if (StatementBook.IsYearClosed(session, LedgerSide.Treatment, partner, period.Year))
            throw ClearingRefusedException.Of(ClearingRefusals.PeriodClosed(PeriodText(period), $"{period.Year}"));
        if (period > desk.Time.Today())
            throw ClearingRefusedException.Of($"清算期 {PeriodText(period)} 尚未开始", $"period {PeriodText(period)} has not begun");
        return new Place((last?.LastSequence ?? 0) + 1, 0, draft);
    }

    /// <summary>The draft to work on; of a disputed statement the next revision, which is begun here.</summary>
    private static ClearingStatement DraftOf(Session session, string number, bool acceptObjections)
    {
        var row = NotUnderWay(session, number);
        return row.State switch
        {
            StatementStage.Draft => row,
            StatementStage.Disputed => Insert(session, Division.Parse(row.Partner), StatementRevision.Of(session, row, acceptObjections)),
            StatementStage.Confirmed or StatementStage.Paid => throw ClearingRefusedException.Of(ClearingRefusals.StatementClosed(number, row.Describe().Chinese, row.Describe().English)),
            _ => throw ClearingRefusedException.Of(ClearingRefusals.StatementState(number, row.Describe().Chinese, row.Describe().English, "草稿或有异议", "draft or disputed")),
        };
    }

    private static ClearingStatement OwnDraft(Session session, string number) => NotUnderWay(session, number) is { State: StatementStage.Draft } draft ? draft
        : throw ClearingRefusedException.Of($"清算单 {number} 不是草稿，对方已知，不能改动", $"statement {number} is no draft: the other side knows it, and it is not changed");

    private static ClearingStatement NotUnderWay(Session session, string number)
    {
        if (StatementBook.Latest(session, number) is not { Side: LedgerSide.Treatment } row)
            throw Unknown(number);
        return ClearingOutbox.OpenAbout(session, number) is { } open
            ? throw ClearingRefusedException.Of($"清算单 {number} 的 {open.Method} 在途（{open.TransactionId}）", $"{open.Method} of statement {number} is under way ({open.TransactionId})")
            : row;
    }

    private static ClearingStatement Rewrite(Session session, ClearingStatement draft, Statement statement)
    {
        StatementBook.DeleteDraft(session, draft.StatementNumber, draft.Revision);
        return Insert(session, Division.Parse(draft.Partner), statement);
    }

    private static ClearingStatement Insert(Session session, Division partner, Statement statement)
    {
        // A deduction can leave less to be paid than the prepayment was to pay.
        var due = checked(statement.ClaimedFen - statement.Deductions.Sum(deduction => deduction.AmountFen));
        Settle(session, partner, statement, Math.Max(0, Math.Min(statement.PrepaymentOffsetFen, due)));
        StatementBook.Insert(session, LedgerSide.Treatment, partner, statement, StatementStage.Draft, null, null);
        return StatementBook.Latest(session, statement.StatementNumber)!;
    }

    private static string PeriodText(DateOnly period) => period.ToString("yyyy-MM", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Where the next statement stands.</summary>
    private sealed record Place(long First, long Last, ClearingStatement? Draft);
}
