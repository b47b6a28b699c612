using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using Provincial.Exchange.V1;
using ProvincialGateway.Configuration;
using ProvincialGateway.Ledger;
using ProvincialGateway.Network;
using ProvincialGateway.Values;

namespace ProvincialGateway.Reconciliation;

/// <summary>The partner gave no answer that a reconciliation can go on with. The message says why in both languages; asking again later is safe.</summary>
internal sealed class PeerLedgerException(string message) : Exception(message);

/// <summary>How one question travels: the request's bytes in, what became of it out.</summary>
internal delegate Task<PeerOutcome> AskPeer(PeerMethod method, byte[] request, CancellationToken cancellation);

/// <summary>
/// The partner's ledger of one relation, asked over the exchange contract. What does not fit its question is no answer: a wrong id, cells out of
/// order, rows outside their range, a row that is not what its digest says. Counts what travels.
/// </summary>
internal sealed class PeerLedger(NodesConfiguration configuration, LedgerSide ownSide, Division self, Division partner, Func<CancellationToken, ValueTask<TransactionId>> nextId, AskPeer ask, TimeProvider time)
{
    private readonly LedgerRelation _relation = ownSide is LedgerSide.Treatment
        ? new() { TreatmentProvince = self.Code, InsuredProvince = partner.Code }
        : new() { TreatmentProvince = partner.Code, InsuredProvince = self.Code };

    /// <summary>Requests sent so far, and bytes of requests and replies as encoded.</summary>
    public (long Messages, long BytesSent, long BytesReceived) Traffic { get; private set; }

    /// <summary>The cells of some days, now.</summary>
    /// <exception cref="PeerLedgerException">No usable answer.</exception>
    public async Task<LedgerTotals> TotalsAsync(DateOnly from, DateOnly to, CancellationToken cancellation)
    {
        var request = new GetTotalsRequest { Header = await HeaderAsync(cancellation), Relation = _relation, FromDate = from.Iso(), ToDate = to.Iso() };
        var reply = await AskAsync(PeerMethod.GetTotals, request, GetTotalsResponse.Parser, cancellation);
        var totals = reply.Totals;
        Require(totals is { AsOfSequence: >= 0, InFlight: { RowCount: >= 0 } }, PeerMethod.GetTotals, "缺少数据", "data are missing");
        (string, string, string)? before = null;
        foreach (var total in totals.Cells)
        {
            Require(total is { Cell: not null, Sums: { RowCount: > 0, Charges: not null, Payments: not null }, RowsSha256.Length: 32 }
                && total.PersonCount >= 1 && total.PersonCount <= total.Sums.RowCount && total.VisitCount >= 1 && total.VisitCount <= total.Sums.RowCount,
                PeerMethod.GetTotals, "汇总单元不完整", "a cell is not whole");
            var cell = (total.Cell.BusinessDate, total.Cell.Scheme, total.Cell.ClearingType);
            Require(ChinaTime.TryParseIso(total.Cell.BusinessDate, out var date) && date >= from && date <= to && (before is null || Compare(before.Value, cell) < 0),
                PeerMethod.GetTotals, "汇总单元越界或次序不对", "cells are outside the days asked for, or out of order");
            before = cell;
        }
        return totals;
    }

    /// <summary>One digest for each range; at most <see cref="ReconciliationLimits.RangesMax"/> ranges.</summary>
    /// <param name="asOf">The point at which the partner's ledger is read; null is now.</param>
    /// <exception cref="PeerLedgerException">No usable answer.</exception>
    public async Task<IReadOnlyList<RangeDigest>> DigestsAsync(LedgerCell cell, IReadOnlyCollection<KeyRange> ranges, long? asOf, CancellationToken cancellation)
    {
        var request = new GetRangeDigestsRequest { Header = await HeaderAsync(cancellation), Relation = _relation, Cell = cell, Ranges = { ranges } };
        if (asOf is { } point)
            request.AsOfSequence = point;
        var reply = await AskAsync(PeerMethod.GetRangeDigests, request, GetRangeDigestsResponse.Parser, cancellation);
        Require(reply.Digests is { } list && (asOf is null || list.AsOfSequence == asOf) && list.Digests.Select(digest => digest.Range).SequenceEqual(ranges)
            && list.Digests.All(digest => digest is { RowCount: >= 0, RowsSha256.Length: 32 }), PeerMethod.GetRangeDigests, "与所问区间不符", "it does not fit the ranges asked for");
        return reply.Digests.Digests;
    }

    /// <summary>All rows of a range, page by page.</summary>
    /// <param name="asOf">The point at which the partner's ledger is read; null is now.</param>
    /// <exception cref="PeerLedgerException">No usable answer.</exception>
    public async Task<List<LedgerRow>> RowsAsync(LedgerCell cell, KeyRange range, long? asOf, CancellationToken cancellation)
    {
        var rows = new List<LedgerRow>();
        while (true)
        {
            var rest = new KeyRange { AfterKey = rows.Count == 0 ? range.AfterKey : rows[^1].TransactionId, ThroughKey = range.ThroughKey };
            var request = new ListRowsRequest { Header = await HeaderAsync(cancellation), Relation = _relation, Cell = cell, Range = rest, PageSize = ReconciliationLimits.PageMax };
            if (asOf is { } point)
                request.AsOfSequence = point;
            var page = (await AskAsync(PeerMethod.ListRows, request, ListRowsResponse.Parser, cancellation)).Page;
            Require(page is not null && (asOf is null || page.AsOfSequence == asOf) && page.Rows.Count <= ReconciliationLimits.PageMax && (page.Rows.Count > 0 || !page.More),
                PeerMethod.ListRows, "与所问不符", "it does not fit the question");
            foreach (var row in page.Rows)
            {
                Require(IsWhole(row, cell, rows.Count == 0 ? range.AfterKey : rows[^1].TransactionId, range.ThroughKey), PeerMethod.ListRows,
                    "有一行越界、次序不对或与其摘要不符", "a row is outside the range, out of order or not what its digest says");
                rows.Add(row);
            }
            if (!page.More)
                return rows;
        }
    }

    /// <summary>What the partner has sent and not learned the result of; asked for in pieces of days the contract allows.</summary>
    /// <exception cref="PeerLedgerException">No usable answer.</exception>
    public async Task<List<InFlightRow>> InFlightAsync(DateOnly from, DateOnly to, CancellationToken cancellation)
    {
        var rows = new List<InFlightRow>();
        for (var begin = from; begin <= to; begin = begin.AddDays(ReconciliationLimits.DaysMax))
        {
            var end = begin.AddDays(ReconciliationLimits.DaysMax - 1);
            await InFlightAsync(rows, begin, end < to ? end : to, cancellation);
        }
        return rows;
    }

    /// <summary>What the partner knows of a transaction this node sent it: reads only.</summary>
    /// <exception cref="PeerLedgerException">No usable answer.</exception>
    public async Task<GetTransactionResponse> TransactionAsync(string transactionId, CancellationToken cancellation)
    {
        var request = new GetTransactionRequest { Header = await HeaderAsync(cancellation), OriginalTransactionId = transactionId };
        return await AskAsync(PeerMethod.GetTransaction, request, GetTransactionResponse.Parser, cancellation);
    }

    private async Task InFlightAsync(List<InFlightRow> rows, DateOnly from, DateOnly to, CancellationToken cancellation)
    {
        var after = "";
        while (true)
        {
            var request = new ListInFlightRequest
            {
                Header = await HeaderAsync(cancellation),
                Relation = _relation,
                FromDate = from.Iso(),
                ToDate = to.Iso(),
                AfterKey = after,
                PageSize = ReconciliationLimits.PageMax,
            };
            var page = (await AskAsync(PeerMethod.ListInFlight, request, ListInFlightResponse.Parser, cancellation)).Page;
            Require(page is not null && page.Rows.Count <= ReconciliationLimits.PageMax && (page.Rows.Count > 0 || !page.More), PeerMethod.ListInFlight, "与所问不符", "it does not fit the question");
            foreach (var row in page.Rows)
            {
                Require(TransactionId.TryParse(row.TransactionId, out _) && string.CompareOrdinal(row.TransactionId, after) > 0 && row.Kind is >= LedgerRowKind.Settlement and <= LedgerRowKind.Reversal,
                    PeerMethod.ListInFlight, "在途行次序不对或不完整", "rows in flight are out of order or not whole");
                after = row.TransactionId;
                rows.Add(row);
            }
            if (!page.More)
                return;
        }
    }

    private async Task<TReply> AskAsync<TReply>(PeerMethod method, IExchangeRequest request, MessageParser<TReply> parser, CancellationToken cancellation)
        where TReply : class, IExchangeReply, IMessage<TReply>
    {
        var bytes = request.ToByteArray();
        Traffic = (Traffic.Messages + 1, Traffic.BytesSent + bytes.Length, Traffic.BytesReceived);
        switch (await ask(method, bytes, cancellation))
        {
            case PeerOutcome.Answered(var answer):
                Traffic = Traffic with { BytesReceived = Traffic.BytesReceived + answer.Length };
                return Read(method, request.Header!.TransactionId, parser, answer);
            case PeerOutcome.Rejected(var status, var detail):
                throw NoAnswer(method, $"{status}: {detail}", $"{status}: {detail}");
            case PeerOutcome.Unreachable(var reason):
                cancellation.ThrowIfCancellationRequested();
                throw NoAnswer(method, reason, reason);
            case PeerOutcome.Unknown(var reason):
                cancellation.ThrowIfCancellationRequested();
                throw NoAnswer(method, reason, reason);
            case var outcome:
                throw new InvalidOperationException($"Outcome {outcome.GetType().Name} is not handled.");
        }
    }

    private TReply Read<TReply>(PeerMethod method, string id, MessageParser<TReply> parser, byte[] answer)
        where TReply : class, IExchangeReply, IMessage<TReply>
    {
        TReply reply;
        try
        {
            reply = parser.ParseFrom(answer);
        }
        catch (InvalidProtocolBufferException)
        {
            throw NoAnswer(method, "应答无法识别", "the answer cannot be read");
        }
        Require(reply.TransactionId == id, method, "应答属于另一流水号", "it answers another transaction id");
        return reply.Refusal is { } refusal ? throw NoAnswer(method, $"{refusal.Code} {refusal.MessageZh}", $"{refusal.Code} {refusal.MessageEn}") : reply;
    }

    private async Task<RequestHeader> HeaderAsync(CancellationToken cancellation) =>
        RequestHeaders.Create(configuration, await nextId(cancellation), partner, "", time.GetUtcNow());

    private void Require([DoesNotReturnIf(false)] bool holds, PeerMethod method, string chinese, string english)
    {
        if (!holds)
            throw NoAnswer(method, $"应答不可信：{chinese}", $"the answer cannot be true: {english}");
    }

    private PeerLedgerException NoAnswer(PeerMethod method, string chinese, string english) => new(chinese == english
        ? $"{partner} {method.Name}: {chinese}"
        : $"{partner} {method.Name}: {chinese} / {english}");

    private static bool IsWhole(LedgerRow row, LedgerCell cell, string after, string through)
    {
        var inRange = TransactionId.TryParse(row.TransactionId, out _) && string.CompareOrdinal(row.TransactionId, after) > 0
            && (through.Length == 0 || string.CompareOrdinal(row.TransactionId, through) <= 0);
        if (!inRange || !cell.Equals(row.Cell) || row.Charges is null || row.Payments is null || row.Kind is < LedgerRowKind.Settlement or > LedgerRowKind.Reversal)
            return false;
        try
        {
            return row.RowSha256.Span.SequenceEqual(RowDigest.Of(row));
        }
        catch (ArgumentException)
        {
            // A control character, which no row may hold.
            return false;
        }
    }

    private static int Compare((string Date, string Scheme, string Type) one, (string Date, string Scheme, string Type) other) =>
        string.CompareOrdinal(one.Date, other.Date) is not 0 and var dates ? dates
        : string.CompareOrdinal(one.Scheme, other.Scheme) is not 0 and var schemes ? schemes
        : string.CompareOrdinal(one.Type, other.Type);
}
