using ProvincialGateway.Ledger;
using ProvincialGateway.Values;

namespace ProvincialGateway.Reconciliation;

/// <summary>Why a run was begun; the value stands in <c>reconciliation_run.cause</c>.</summary>
internal enum RunCause
{
    /// <summary>The day was over.</summary>
    Daily = 1,

    OnDemand = 2,

    /// <summary>Days of unsettled differences once more.</summary>
    Again = 3,
}

/// <summary>Where a run stands; the value stands in <c>reconciliation_run.state</c>.</summary>
internal enum RunState
{
    UnderWay = 1,
    Balanced = 2,
    Different = 3,

    /// <summary>The partner could not be asked to the end, or this node was stopped; nothing was decided.</summary>
    NotFinished = 4,
}

/// <summary>Which ledger is compared over which days.</summary>
/// <param name="Side">This node's part in it.</param>
/// <param name="To">Inclusive, at most 31 days from <paramref name="From"/>.</param>
internal sealed record RunScope(Division Partner, LedgerSide Side, DateOnly From, DateOnly To);

/// <summary>A row of <c>reconciliation_run</c>.</summary>
internal sealed class RunRow
{
    public required long Id { get; init; }
    public required string Partner { get; init; }
    public required LedgerSide Side { get; init; }
    public required string FromDate { get; init; }
    public required string ToDate { get; init; }
    public required RunCause Cause { get; init; }
    public required RunState State { get; init; }
    public required int Attempts { get; init; }
    public required long BegunAtMs { get; init; }
    public long? EndedAtMs { get; init; }
    public long? OwnSequence { get; init; }
    public long? PeerSequence { get; init; }
    public required long MessageCount { get; init; }
    public required long BytesSent { get; init; }
    public required long BytesReceived { get; init; }
    public string? Reason { get; init; }

    public RunScope Scope => new(Division.Parse(Partner), Side, ChinaTime.ParseIso(FromDate), ChinaTime.ParseIso(ToDate));
}

/// <summary>A row of <c>reconciliation_cell</c>.</summary>
internal sealed record CellRow : SettlementFigures
{
    public required string BusinessDate { get; init; }
    public required string Scheme { get; init; }
    public required string ClearingType { get; init; }
    public required Holder Holder { get; init; }
    public required long RowCount { get; init; }
    public required long PersonCount { get; init; }
    public required long VisitCount { get; init; }
    public required byte[] RowsSha256 { get; init; }
}

/// <summary>Whose figures or requests; the value stands in <c>holder</c> columns.</summary>
internal enum Holder
{
    Ours = 1,
    Theirs = 2,
}

/// <summary>A row of <c>reconciliation_in_flight</c>.</summary>
internal sealed class InFlightRecord
{
    public required Holder Holder { get; init; }
    public required string TransactionId { get; init; }
    public required Provincial.Exchange.V1.LedgerRowKind Kind { get; init; }
    public required long SentAtMs { get; init; }
    public required string VisitNumber { get; init; }
    public required long TotalFen { get; init; }
}
