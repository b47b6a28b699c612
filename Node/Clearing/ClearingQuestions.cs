using Provincial.Exchange.V1;
using ProvincialGateway.Ledger;
using Row = Provincial.Exchange.V1.StatementRow;

namespace ProvincialGateway.Clearing;

/// <summary>What another agency may read: this side's books on what the two have with each other.</summary>
internal static class ClearingQuestions
{
    private const int PageMax = 1_000, PaymentsMax = 100;

    public static GetPrepaymentResponse Prepayment(AgencyScope scope, GetPrepaymentRequest request) => scope.SideIn(request.Relation) is { } own
        ? new() { Account = PrepaymentBook.Account(scope.Session, own, scope.Self, scope.Partner, scope.Agreement(own)) }
        : new() { Refusal = Said(scope, ClearingRefusals.InvalidField("relation", "不是本报文双方", "not of the two sides of this message")) };

    public static ListPrepaymentEntriesResponse Entries(AgencyScope scope, ListPrepaymentEntriesRequest request)
    {
        if (scope.SideIn(request.Relation) is not { } own)
            return new() { Refusal = Said(scope, ClearingRefusals.InvalidField("relation", "不是本报文双方", "not of the two sides of this message")) };
        if (PageFault(request.PageSize) is { } wrong)
            return new() { Refusal = Said(scope, wrong) };
        var entries = PrepaymentBook.Entries(scope.Session, own, scope.Partner, request.AfterEntryNumber, request.PageSize + 1);
        var page = new PrepaymentEntryPage { More = entries.Count > request.PageSize };
        page.Entries.Add(entries.Take(request.PageSize).Select(entry => entry.ToMessage()));
        return new() { Page = page };
    }

    public static GetStatementResponse Statement(AgencyScope scope, GetStatementRequest request)
    {
        var row = request.HasRevision ? StatementBook.Find(scope.Session, request.StatementNumber, request.Revision) : StatementBook.LatestKnown(scope.Session, request.StatementNumber);
        if (row is null or { State: StatementStage.Draft } || row.Partner != scope.Partner.Code)
            return new() { Refusal = Said(scope, ClearingRefusals.StatementNotFound(request.StatementNumber)) };
        var record = new StatementRecord { Statement = row.ToStatement(), State = row.ToState(), OpenFen = StatementBook.OpenFen(scope.Session, row) };
        record.Payments.Add(PaymentBook.Of(scope.Session, row.StatementNumber).Where(payment => payment.State is NoticeState.Notified or NoticeState.Received)
            .TakeLast(PaymentsMax).Select(payment => PaymentBook.ToMessage(scope.Session, payment)));
        return new() { Record = record };
    }

    public static ListStatementRowsResponse Rows(AgencyScope scope, ListStatementRowsRequest request)
    {
        if (PageFault(request.PageSize) is { } wrong)
            return new() { Refusal = Said(scope, wrong) };
        // A proposal may still be on its way back to this side when its rows are asked for already: the draft is that proposal.
        if (StatementBook.Find(scope.Session, request.StatementNumber, request.Revision) is not { Side: LedgerSide.Treatment } row || row.Partner != scope.Partner.Code
            || (row.State is StatementStage.Draft && ClearingOutbox.OpenAbout(scope.Session, row.StatementNumber) is null))
        {
            return new() { Refusal = Said(scope, ClearingRefusals.StatementNotFound(request.StatementNumber)) };
        }
        var rows = ClearedRows.Page(scope.Session, row, request.AfterSequence, request.PageSize);
        var page = new StatementRowPage { More = rows.Count > 0 && rows[^1].Sequence < row.LastSequence };
        page.Rows.Add(rows.Select(found => new Row { Sequence = found.Sequence, Row = found.Row! }));
        return new() { Page = page };
    }

    private static Refusal? PageFault(int size) => size is >= 1 and <= PageMax ? null : ClearingRefusals.InvalidField("page_size", $"应为 1..{PageMax}", $"1..{PageMax} is expected");

    // Either side may be asked; where the question names no relation between the two, this one is as good as the other.
    private static Refusal Said(AgencyScope scope, Refusal refusal)
    {
        refusal.Side = StatementBook.OfRelation(scope.Session, LedgerSide.Treatment, scope.Partner).Count > 0 ? Side.Treatment : Side.Insured;
        return refusal;
    }
}
