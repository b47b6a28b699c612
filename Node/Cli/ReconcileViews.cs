using Provincial.Exchange.V1;
using ProvincialGateway.Ledger;
using ProvincialGateway.Reconciliation;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Cli;

/// <summary>A run as people and scripts see it. Lists leave out cells, rows in flight and differences.</summary>
internal sealed record RunView
{
    public required long Run { get; init; }
    public required string Partner { get; init; }
    public required LedgerSide Side { get; init; }
    public required string From { get; init; }
    public required string To { get; init; }
    public required RunCause Cause { get; init; }
    public required RunState State { get; init; }
    public required int Attempts { get; init; }
    public required DateTimeOffset BegunAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }
    public long? OwnSequence { get; init; }
    public long? PeerSequence { get; init; }
    public required long Messages { get; init; }
    public required long BytesSent { get; init; }
    public required long BytesReceived { get; init; }
    public required int DifferencesFound { get; init; }
    public required int DifferencesUnsettled { get; init; }
    public string? Reason { get; init; }
    public IReadOnlyList<CellView>? Cells { get; init; }
    public IReadOnlyList<InFlightView>? InFlight { get; init; }
    public IReadOnlyList<DifferenceView>? Differences { get; init; }
}

/// <summary>One cell; figures of a side without rows are zero.</summary>
internal sealed record CellView(string BusinessDate, string Scheme, string ClearingType, bool IsEqual, IReadOnlyList<CellFigure> Figures);

/// <summary>A count or a sum of money in fen, by both ledgers.</summary>
internal sealed record CellFigure(string Name, long Ours, long Theirs, bool IsMoney);

internal sealed record InFlightView(Holder Holder, string TransactionId, LedgerRowKind Kind, DateTimeOffset SentAt, string VisitNumber, Fen Total);

internal sealed record DifferenceView
{
    public required long Id { get; init; }
    public required string Partner { get; init; }
    public required LedgerSide Side { get; init; }
    public required string TransactionId { get; init; }
    public required string BusinessDate { get; init; }
    public required string SettlementNumber { get; init; }
    public required RowVerdict Verdict { get; init; }
    public Fen? OurTotal { get; init; }
    public Fen? TheirTotal { get; init; }
    public required IReadOnlyList<FieldDifference> Fields { get; init; }
    public required DifferenceState State { get; init; }
    public required bool IsBalanced { get; init; }
    public required DifferenceAction Proposal { get; init; }
    public required string ProposalReason { get; init; }
    public IReadOnlyList<HistoryView>? History { get; init; }
}

internal sealed record HistoryView(DateTimeOffset At, DifferenceEvent Event, DifferenceState State, DifferenceAction? Decision, string Who, string Why, long? Run);

internal static class ReconcileViews
{
    public static RunView Head(Session session, RunRow run)
    {
        var found = DifferenceStore.FoundBy(session, run.Id);
        return new RunView
        {
            Run = run.Id,
            Partner = run.Partner,
            Side = run.Side,
            From = run.FromDate,
            To = run.ToDate,
            Cause = run.Cause,
            State = run.State,
            Attempts = run.Attempts,
            BegunAt = ChinaTime.FromMs(run.BegunAtMs),
            EndedAt = run.EndedAtMs is { } ended ? ChinaTime.FromMs(ended) : null,
            OwnSequence = run.OwnSequence,
            PeerSequence = run.PeerSequence,
            Messages = run.MessageCount,
            BytesSent = run.BytesSent,
            BytesReceived = run.BytesReceived,
            DifferencesFound = found.Count,
            DifferencesUnsettled = found.Count(row => row.State is not DifferenceState.Settled),
            Reason = run.Reason,
        };
    }

    public static RunView Of(Session session, RunRow run) => Head(session, run) with
    {
        Cells = [.. RunStore.CellsOf(session, run.Id).GroupBy(cell => (cell.BusinessDate, cell.Scheme, cell.ClearingType)).Select(Of)],
        InFlight = [.. RunStore.InFlightOf(session, run.Id).Select(row =>
            new InFlightView(row.Holder, row.TransactionId, row.Kind, ChinaTime.FromMs(row.SentAtMs), row.VisitNumber, new Fen(row.TotalFen)))],
        Differences = [.. DifferenceStore.FoundBy(session, run.Id).Select(row => Of(row, []))],
    };

    public static DifferenceView Of(DifferenceRow row, IReadOnlyList<DifferenceEventRow> history)
    {
        var difference = row.ToDifference();
        return new DifferenceView
        {
            Id = row.Id,
            Partner = row.Partner,
            Side = row.Side,
            TransactionId = row.TransactionId,
            BusinessDate = row.BusinessDate,
            SettlementNumber = (difference.Ours ?? difference.Theirs)!.SettlementNumber,
            Verdict = row.Verdict,
            OurTotal = difference.Ours is { } ours ? new Fen(ours.Charges.TotalFen) : null,
            TheirTotal = difference.Theirs is { } theirs ? new Fen(theirs.Charges.TotalFen) : null,
            Fields = difference.Fields,
            State = row.State,
            IsBalanced = row.IsBalanced,
            Proposal = row.Proposal,
            ProposalReason = row.ProposalReason,
            History = history.Count == 0 ? null
                : [.. history.Select(entry => new HistoryView(ChinaTime.FromMs(entry.AtMs), entry.Kind, entry.State, entry.Decision, entry.Who, entry.Why, entry.RunId))],
        };
    }

    private static CellView Of(IGrouping<(string BusinessDate, string Scheme, string ClearingType), CellRow> cell)
    {
        var (ours, theirs) = (cell.SingleOrDefault(row => row.Holder is Holder.Ours), cell.SingleOrDefault(row => row.Holder is Holder.Theirs));
        var isEqual = ours is not null && theirs is not null && ours.RowsSha256.AsSpan().SequenceEqual(theirs.RowsSha256);
        return new CellView(cell.Key.BusinessDate, cell.Key.Scheme, cell.Key.ClearingType, isEqual,
        [
            new("row_count", ours?.RowCount ?? 0, theirs?.RowCount ?? 0, IsMoney: false),
            new("person_count", ours?.PersonCount ?? 0, theirs?.PersonCount ?? 0, IsMoney: false),
            new("visit_count", ours?.VisitCount ?? 0, theirs?.VisitCount ?? 0, IsMoney: false),
            .. Figures(ours).Zip(Figures(theirs)).Select(pair => new CellFigure(pair.First.Name, pair.First.Fen, pair.Second.Fen, IsMoney: true)),
        ]);
    }

    private static IEnumerable<(string Name, long Fen)> Figures(CellRow? row) => FigureFields.Of(row?.ToCharges() ?? new Charges(), row?.ToPayments() ?? new Payments());
}
