using Google.Protobuf;
using ProvincialGateway.Ledger;
using ProvincialGateway.Reconciliation;
using ProvincialGateway.Storage;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Oversight;

/// <summary>A reconciliation of the treatment side's first settlement, of which the partner had one fen more in the pool; and what can be wrong with it.</summary>
internal static class ReconciledDay
{
    public static readonly (string Name, string Sql, string[] Noticed)[] Breaches =
    [
        ("A run that says it was balanced", "UPDATE reconciliation_run SET state = 2", ["reconciliation-runs"]),
        ("A run over other days than it counted", "UPDATE reconciliation_run SET from_date = '2024-05-01', to_date = '2024-05-01'", ["reconciliation-runs", "reconciliation-cells"]),
        ("A run that counted a fen too many", "UPDATE reconciliation_cell SET cash_fen = cash_fen + 1 WHERE holder = 1", ["reconciliation-cells"]),
        ("A run that counted one person fewer", "UPDATE reconciliation_cell SET person_count = 0 WHERE holder = 1", ["column-checks", "reconciliation-cells"]),
        ("A difference that was found by no run", "DELETE FROM reconciliation_finding", ["reconciliation-runs", "reconciliation-differences"]),
        ("A difference that was settled without a word", "UPDATE reconciliation_difference SET state = 3", ["reconciliation-differences"]),
        ("A difference that was settled before anybody checked it",
            """
            UPDATE reconciliation_difference SET state = 3;
            INSERT INTO reconciliation_event (difference_id, at_ms, kind, state, who, why) SELECT id, 1, 6, 3, 'x', 'x' FROM reconciliation_difference
            """, ["reconciliation-differences"]),
    ];

    public static Task StoreAsync(Database treatmentBooks) => treatmentBooks.WriteAsync(Store, CancellationToken.None);

    private static void Store(Session session)
    {
        var first = LedgerRows.InSequence(session, LedgerSide.Treatment, TwoProvinces.Insured, 0, 1, 1).Single();
        var day = ChinaTime.ParseIso(first.Row.Cell.BusinessDate);
        var scope = new RunScope(TwoProvinces.Insured, LedgerSide.Treatment, day, day);
        var ours = CellScan.Totals(session, new LedgerPoint(scope.Side, scope.Partner, first.Sequence), day, day).Single();
        var theirs = ours.Clone();
        theirs.RowsSha256 = ByteString.CopyFrom(new byte[32]);
        var run = RunStore.Begin(session, scope, RunCause.Daily, 1)!.Value;
        Reconciler.Store(session, run, scope, new ComparedLedgers
        {
            OwnSequence = first.Sequence,
            PeerSequence = 1,
            Cells = [new ComparedCell(ours.Cell, ours, theirs)],
            OwnInFlight = [],
            PeerInFlight = [],
            Differences = [new RowDifference(first.Row.TransactionId, first.Row, GeneratedLedger.OneFenOff(first.Row))],
        }, default, 2);
    }
}
