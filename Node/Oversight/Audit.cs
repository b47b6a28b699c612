using System.Data;
using Microsoft.Data.Sqlite;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Oversight;

/// <summary>
/// The one checker of all money and exactly-once invariants, over one or several nodes. It recomputes everything from the rows, reads only, and
/// may run beside the nodes.
/// </summary>
internal static class Audit
{
    private static readonly IReadOnlyList<NodeInvariant> OfKnownSchema =
    [
        .. StorageInvariants.All, .. ArchiveInvariants.All, .. FeeInvariants.All, .. CatalogueInvariants.All, .. HeldInvariants.All, .. VisitInvariants.All, .. UndoInvariants.All, .. TransactionInvariants.All, .. DeskInvariants.All,
        .. LedgerInvariants.All, .. LedgerRowInvariants.All, .. RecoveryInvariants.All, .. PersonInvariants.All, .. NumberInvariants.All, .. ReplyInvariants.All,
        .. DetailInvariants.All, .. FilingInvariants.All, .. ReconciliationInvariants.All, .. PrepaymentInvariants.All, .. ClearingInvariants.All,
    ];

    private static readonly IReadOnlyList<PairInvariant> OfPairs =
    [
        .. PairInvariants.All, .. LedgerRowInvariants.Pairs, .. DetailInvariants.Pairs, .. FilingInvariants.Pairs, .. PrepaymentInvariants.Pairs, .. ClearingInvariants.Pairs,
    ];

    /// <param name="dataFolders">Each node's data folder once. Every pair among them is compared in both directions.</param>
    /// <exception cref="StorageRefusedException">A folder holds no node's database, two hold the same node's, or a stopped node was started meanwhile.</exception>
    public static AuditReport Run(IReadOnlyList<string> dataFolders, TimeProvider time) => Run(dataFolders, time, (_, _) => true);

    /// <inheritdoc cref="Run(IReadOnlyList{string}, TimeProvider)"/>
    /// <param name="dealings">Whether treatment and insured province may have anything with each other: pairs that cannot are not compared.</param>
    public static AuditReport Run(IReadOnlyList<string> dataFolders, TimeProvider time, Func<Division, Division, bool> dealings)
    {
        ArgumentOutOfRangeException.ThrowIfZero(dataFolders.Count, nameof(dataFolders));
        using var open = new Opened();
        foreach (var folder in dataFolders)
            open.Nodes.Add(AuditedNode.Open(folder));
        RequireDistinct(open.Nodes);
        var checks = CheckNodes(open.Nodes);
        var inFlight = new List<AuditInFlight>();
        var balances = new List<AuditBalance>();
        if (open.Nodes.Count > 1)
            checks.AddRange(CheckPairs(open.Nodes, dealings, inFlight, balances));
        AddInFlightElsewhere(open.Nodes, inFlight);
        foreach (var node in open.Nodes)
            node.File.RequireUnchanged();
        return new AuditReport
        {
            AuditedAtMs = time.NowMs(),
            Nodes = [.. open.Nodes.Select(node => node.ToReport())],
            Checks = checks,
            Balances = balances,
            InFlight = inFlight,
        };
    }

    private static List<AuditCheck> CheckNodes(List<AuditedNode> nodes) =>
    [
        .. StorageInvariants.OfAnySchema.Select(invariant => Check(invariant, nodes, presumesSchema: false)),
        .. OfKnownSchema.Select(invariant => Check(invariant, nodes, presumesSchema: true)),
    ];

    private static AuditCheck Check(NodeInvariant invariant, List<AuditedNode> nodes, bool presumesSchema)
    {
        var tally = new AuditTally(invariant.Name, invariant.Chinese, invariant.English);
        foreach (var node in nodes)
        {
            var reason = presumesSchema ? SchemaReason(node) : null;
            reason ??= invariant.NeedsKey ? node.KeyReason : null;
            if (reason is not null)
                tally.Skip(node.Name, reason);
            else
                Guard(node.Name, tally, () => invariant.Examine(node, tally));
        }
        return tally.ToCheck();
    }

    private static IEnumerable<AuditCheck> CheckPairs(List<AuditedNode> nodes, Func<Division, Division, bool> dealings, List<AuditInFlight> inFlight, List<AuditBalance> balances)
    {
        var tallies = OfPairs.ToDictionary(invariant => invariant, invariant => new AuditTally(invariant.Name, invariant.Chinese, invariant.English));
        foreach (var (treatment, insured) in nodes.SelectMany(_ => nodes, (treatment, insured) => (treatment, insured)).Where(pair => pair.treatment != pair.insured && dealings(pair.treatment.Province, pair.insured.Province)))
        {
            if ((SchemaReason(treatment) ?? SchemaReason(insured)) is { } reason)
            {
                foreach (var tally in tallies.Values)
                    tally.Skip($"{treatment.Name}→{insured.Name}", reason);
                continue;
            }
            using var pair = AuditedPair.Open(treatment, insured);
            foreach (var (invariant, tally) in tallies)
                Check(invariant, pair, tally);
            inFlight.AddRange(pair.InFlight());
            if (pair.Balance() is { } balance && (balance.PayableFen, balance.ReceivableFen, balance.InFlightFen) != (0, 0, 0))
                balances.Add(balance);
        }
        return tallies.Values.Select(tally => tally.ToCheck());
    }

    private static void Check(PairInvariant invariant, AuditedPair pair, AuditTally tally)
    {
        if (invariant.NeedsKeys && (pair.Treatment.KeyReason ?? pair.Insured.KeyReason) is { } reason)
            tally.Skip(pair.Name, reason);
        else
            Guard(pair.Name, tally, () => invariant.Examine(pair, tally));
    }

    /// <remarks>A damaged page must not hide what the other checks find, and a check that broke off has not passed.</remarks>
    private static void Guard(string node, AuditTally tally, Action examine)
    {
        try
        {
            examine();
        }
        catch (SqliteException fault)
        {
            tally.Skip(node, $"读取数据库失败(SQLite {fault.SqliteExtendedErrorCode}) / the database could not be read (SQLite {fault.SqliteExtendedErrorCode})");
        }
        catch (Exception fault) when (fault is DataException or StorageInvariantException)
        {
            // Not its message: it quotes the value that does not fit.
            tally.Skip(node, "行内容与程序的类型不符 / a row does not fit the program's types");
        }
    }

    private static void AddInFlightElsewhere(List<AuditedNode> nodes, List<AuditInFlight> inFlight)
    {
        var known = nodes.Where(node => SchemaReason(node) is null).Select(node => node.Name).ToHashSet();
        foreach (var node in nodes.Where(node => known.Contains(node.Name)))
            inFlight.AddRange(AuditedPair.InFlightOf(node, known));
    }

    private static string? SchemaReason(AuditedNode node) => node.Schema.Count == 0 ? null
        : "数据库不是由本版程序的脚本建立 / the database was not built by this program's scripts";

    private static void RequireDistinct(List<AuditedNode> nodes)
    {
        if (nodes.GroupBy(node => node.Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new StorageRefusedException(
                $"多个数据目录属于同一节点 {twice.Key}:{string.Join(", ", twice.Select(node => node.Folder))};每个节点只指定一次。",
                $"Several data folders are of the same node {twice.Key}: {string.Join(", ", twice.Select(node => node.Folder))}; name each node once.");
    }

    private sealed class Opened : IDisposable
    {
        public List<AuditedNode> Nodes { get; } = [];

        public void Dispose() => Nodes.ForEach(node => node.Dispose());
    }
}
