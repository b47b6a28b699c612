using System.Globalization;
using Google.Protobuf.Collections;
using Provincial.Exchange.V1;
using ProvincialGateway.Ledger;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Reconciliation;

/// <summary>What a partner may ask of a request and its reply; the same at both ends.</summary>
internal static class ReconciliationLimits
{
    /// <summary>Days of <c>GetTotals</c> and <c>ListInFlight</c>.</summary>
    public const int DaysMax = 31;

    /// <summary>Cells in one reply.</summary>
    public const int CellsMax = 2_000;

    /// <summary>Ranges in one <c>GetRangeDigests</c>.</summary>
    public const int RangesMax = 256;

    /// <summary>Rows of a page.</summary>
    public const int PageMax = 1_000;
}

/// <summary>This node's ledgers as its partners may ask about them. Reads only: a repeat reads again.</summary>
internal sealed class LedgerAnswers(Division self, Database database, Vault vault, TimeProvider time)
{
    /// <param name="peer">The province in the caller's certificate: it may ask about the ledgers the two share.</param>
    public GetTotalsResponse Totals(GetTotalsRequest request, Division peer)
    {
        var reply = new GetTotalsResponse { TransactionId = request.Header.TransactionId, AnsweredAtMs = time.NowMs() };
        var (side, from, to) = (SideOf(request.Relation), default(DateOnly), default(DateOnly));
        reply.Refusal = RelationFault(request.Relation, peer) ?? DaysFault(side, request.FromDate, request.ToDate, out from, out to);
        if (reply.Refusal is not null)
            return reply;
        return database.Read(session =>
        {
            if (PointOf(session, side, peer, request.HasAsOfSequence ? request.AsOfSequence : null, out var point) is { } fault)
                return Refused(reply, fault);
            var cells = CellScan.Totals(session, point, from, to);
            if (cells.Count > ReconciliationLimits.CellsMax)
                return Refused(reply, ReconciliationRefusals.InvalidField(side, "to_date", $"共 {cells.Count} 个汇总单元,最多 {ReconciliationLimits.CellsMax} 个", $"{cells.Count} cells, at most {ReconciliationLimits.CellsMax}; ask for fewer days"));
            var inFlight = InFlightRows.List(session, vault, side, peer, from, to, "", int.MaxValue);
            reply.Totals = new LedgerTotals
            {
                AsOfSequence = point.AsOf,
                Cells = { cells },
                InFlight = new InFlightTotal { RowCount = inFlight.Count, TotalFen = inFlight.Sum(row => row.TotalFen) },
            };
            return reply;
        });

        static GetTotalsResponse Refused(GetTotalsResponse reply, Refusal refusal)
        {
            reply.Refusal = refusal;
            return reply;
        }
    }

    /// <inheritdoc cref="Totals"/>
    public GetRangeDigestsResponse RangeDigests(GetRangeDigestsRequest request, Division peer)
    {
        var reply = new GetRangeDigestsResponse { TransactionId = request.Header.TransactionId, AnsweredAtMs = time.NowMs() };
        var side = SideOf(request.Relation);
        reply.Refusal = RelationFault(request.Relation, peer) ?? CellFault(side, request.Cell) ?? RangesFault(side, request.Ranges);
        if (reply.Refusal is not null)
            return reply;
        return database.Read(session =>
        {
            if (PointOf(session, side, peer, request.HasAsOfSequence ? request.AsOfSequence : null, out var point) is { } fault)
                reply.Refusal = fault;
            else
                reply.Digests = new RangeDigestList { AsOfSequence = point.AsOf, Digests = { CellScan.Digests(session, point, request.Cell, request.Ranges) } };
            return reply;
        });
    }

    /// <inheritdoc cref="Totals"/>
    public ListRowsResponse Rows(ListRowsRequest request, Division peer)
    {
        var reply = new ListRowsResponse { TransactionId = request.Header.TransactionId, AnsweredAtMs = time.NowMs() };
        var side = SideOf(request.Relation);
        reply.Refusal = RelationFault(request.Relation, peer) ?? CellFault(side, request.Cell)
            ?? RangeFault(side, "range", request.Range ?? new()) ?? PageFault(side, request.PageSize);
        if (reply.Refusal is not null)
            return reply;
        return database.Read(session =>
        {
            if (PointOf(session, side, peer, request.HasAsOfSequence ? request.AsOfSequence : null, out var point) is { } fault)
            {
                reply.Refusal = fault;
                return reply;
            }
            var range = request.Range ?? new();
            var rows = LedgerRows.InCell(session, side, peer, request.Cell, range.AfterKey, range.ThroughKey, point.AsOf, request.PageSize + 1);
            reply.Page = new LedgerRowPage { AsOfSequence = point.AsOf, Rows = { rows.Take(request.PageSize).Select(record => record.Row) }, More = rows.Count > request.PageSize };
            return reply;
        });
    }

    /// <inheritdoc cref="Totals"/>
    public ListInFlightResponse InFlight(ListInFlightRequest request, Division peer)
    {
        var reply = new ListInFlightResponse { TransactionId = request.Header.TransactionId, AnsweredAtMs = time.NowMs() };
        var (side, from, to) = (SideOf(request.Relation), default(DateOnly), default(DateOnly));
        reply.Refusal = RelationFault(request.Relation, peer) ?? DaysFault(side, request.FromDate, request.ToDate, out from, out to)
            ?? KeyFault(side, "after_key", request.AfterKey) ?? PageFault(side, request.PageSize);
        if (reply.Refusal is not null)
            return reply;
        var rows = database.Read(session => InFlightRows.List(session, vault, side, peer, from, to, request.AfterKey, request.PageSize + 1));
        reply.Page = new InFlightPage { Rows = { rows.Take(request.PageSize) }, More = rows.Count > request.PageSize };
        return reply;
    }

    private LedgerSide SideOf(LedgerRelation? relation) => relation?.TreatmentProvince == self.Code ? LedgerSide.Treatment : LedgerSide.Insured;

    private Refusal? RelationFault(LedgerRelation? relation, Division peer)
    {
        if (relation is null)
            return ReconciliationRefusals.MissingField(LedgerSide.Insured, "relation");
        var isOfBoth = (relation.TreatmentProvince == self.Code && relation.InsuredProvince == peer.Code)
            || (relation.TreatmentProvince == peer.Code && relation.InsuredProvince == self.Code);
        return isOfBoth ? null : ReconciliationRefusals.InvalidField(SideOf(relation), "relation",
            $"只能询问本省 {self} 与 {peer} 之间的台账", $"only the ledgers between {self} and {peer} may be asked about");
    }

    private static Refusal? DaysFault(LedgerSide side, string fromDate, string toDate, out DateOnly from, out DateOnly to)
    {
        to = default;
        if (!ChinaTime.TryParseIso(fromDate, out from))
            return NoDate(side, "from_date");
        if (!ChinaTime.TryParseIso(toDate, out to))
            return NoDate(side, "to_date");
        var days = to.DayNumber - from.DayNumber + 1;
        return days is >= 1 and <= ReconciliationLimits.DaysMax && to < DateOnly.MaxValue ? null : ReconciliationRefusals.InvalidField(side, "to_date",
            $"应为 from_date 当日或其后,共不超过 {ReconciliationLimits.DaysMax} 天", $"must be from_date or later, at most {ReconciliationLimits.DaysMax} days in all");
    }

    private static Refusal? CellFault(LedgerSide side, LedgerCell? cell) => cell switch
    {
        null => ReconciliationRefusals.MissingField(side, "cell"),
        _ when !ChinaTime.TryParseIso(cell.BusinessDate, out _) => NoDate(side, "cell.business_date"),
        { Scheme.Length: 0 } => ReconciliationRefusals.MissingField(side, "cell.scheme"),
        { ClearingType.Length: 0 } => ReconciliationRefusals.MissingField(side, "cell.clearing_type"),
        _ => null,
    };

    private static Refusal? RangesFault(LedgerSide side, RepeatedField<KeyRange> ranges)
    {
        if (ranges.Count is 0 or > ReconciliationLimits.RangesMax)
            return ReconciliationRefusals.InvalidField(side, "ranges", $"应有 1 至 {ReconciliationLimits.RangesMax} 个区间", $"must be 1 to {ReconciliationLimits.RangesMax} ranges");
        for (var index = 0; index < ranges.Count; index++)
        {
            var field = string.Create(CultureInfo.InvariantCulture, $"ranges[{index}]");
            if (RangeFault(side, field, ranges[index]) is { } fault)
                return fault;
            if (index > 0 && (ranges[index - 1].ThroughKey.Length == 0 || string.CompareOrdinal(ranges[index - 1].ThroughKey, ranges[index].AfterKey) > 0))
                return ReconciliationRefusals.InvalidField(side, field, "与前一区间重叠或次序不对", "overlaps the range before it, or is out of order");
        }
        return null;
    }

    private static Refusal? RangeFault(LedgerSide side, string field, KeyRange range) =>
        KeyFault(side, $"{field}.after_key", range.AfterKey) ?? KeyFault(side, $"{field}.through_key", range.ThroughKey)
        ?? (range.ThroughKey.Length > 0 && string.CompareOrdinal(range.AfterKey, range.ThroughKey) >= 0
            ? ReconciliationRefusals.InvalidField(side, $"{field}.through_key", "应大于 after_key", "must be above after_key") : null);

    private static Refusal? KeyFault(LedgerSide side, string field, string key) => key.Length == 0 || (key.Length == TransactionId.Length && key.All(char.IsAsciiDigit)) ? null
        : ReconciliationRefusals.InvalidField(side, field, $"应为空或 {TransactionId.Length} 位数字", $"must be empty or {TransactionId.Length} digits");

    private static Refusal? PageFault(LedgerSide side, int pageSize) => pageSize is >= 1 and <= ReconciliationLimits.PageMax ? null
        : ReconciliationRefusals.InvalidField(side, "page_size", $"应为 1 至 {ReconciliationLimits.PageMax}", $"must be 1 to {ReconciliationLimits.PageMax}");

    private static Refusal NoDate(LedgerSide side, string field) => ReconciliationRefusals.InvalidField(side, field, "应为 yyyy-MM-dd 的日期", "must be a date, yyyy-MM-dd");

    private static Refusal? PointOf(Session session, LedgerSide side, Division peer, long? asked, out LedgerPoint point)
    {
        var last = LedgerRows.Last(session, side, peer);
        point = new(side, peer, asked ?? last);
        return point.AsOf >= 0 && point.AsOf <= last ? null : ReconciliationRefusals.InvalidField(side, "as_of_sequence",
            $"本方台账末号为 {last}", $"this side's ledger ends at {last}");
    }
}
