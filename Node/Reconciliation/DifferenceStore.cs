using Google.Protobuf;
using Provincial.Exchange.V1;
using ProvincialGateway.Ledger;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Reconciliation;

/// <summary>A row of <c>reconciliation_difference</c>.</summary>
internal sealed class DifferenceRow
{
    public required long Id { get; init; }
    public required string Partner { get; init; }
    public required LedgerSide Side { get; init; }
    public required string TransactionId { get; init; }
    public required RowVerdict Verdict { get; init; }
    public required string BusinessDate { get; init; }
    public byte[]? Ours { get; init; }
    public byte[]? Theirs { get; init; }
    public required DifferenceAction Proposal { get; init; }
    public required string ProposalReason { get; init; }
    public required DifferenceState State { get; init; }
    public required bool IsBalanced { get; init; }
    public required long FoundAtMs { get; init; }

    public RowDifference ToDifference() => new(TransactionId, Row(Ours), Row(Theirs));

    private static LedgerRow? Row(byte[]? bytes) => bytes is null ? null : LedgerRow.Parser.ParseFrom(bytes);
}

/// <summary>A row of <c>reconciliation_event</c>.</summary>
internal sealed class DifferenceEventRow
{
    public required long AtMs { get; init; }
    public required DifferenceEvent Kind { get; init; }
    public required DifferenceState State { get; init; }
    public DifferenceAction? Decision { get; init; }
    public required string Who { get; init; }
    public required string Why { get; init; }
    public long? RunId { get; init; }
}

/// <summary>The differences: one for each row, whatever number of runs finds it, with everything that happened to it.</summary>
internal static class DifferenceStore
{
    /// <summary>Who acts when a run does.</summary>
    public const string ByItself = "自动对账 reconciliation";

    private const string Columns = "id, partner, side, transaction_id, verdict, business_date, ours, theirs, proposal, proposal_reason, state, is_balanced, found_at_ms";

    public static DifferenceRow? Find(Session session, long id) =>
        session.QuerySingleOrDefault<DifferenceRow>($"SELECT {Columns} FROM reconciliation_difference WHERE id = @id", new { id });

    /// <summary>Latest business date first.</summary>
    public static List<DifferenceRow> List(Session session) => session.Query<DifferenceRow>($"SELECT {Columns} FROM reconciliation_difference ORDER BY business_date DESC, id");

    public static List<DifferenceRow> FoundBy(Session session, long run) => session.Query<DifferenceRow>(
        $"SELECT {Columns} FROM reconciliation_difference WHERE id IN (SELECT difference_id FROM reconciliation_finding WHERE run_id = @run) ORDER BY transaction_id", new { run });

    public static List<DifferenceEventRow> History(Session session, long id) => session.Query<DifferenceEventRow>(
        "SELECT at_ms, kind, state, decision, who, why, run_id FROM reconciliation_event WHERE difference_id = @id ORDER BY id", new { id });

    public static List<DifferenceRow> Unsettled(Session session, Division partner, LedgerSide side) => session.Query<DifferenceRow>(
        $"SELECT {Columns} FROM reconciliation_difference WHERE partner = @partner AND side = @side AND state <> 3 ORDER BY business_date, id", new { partner = partner.Code, side = (int)side });

    /// <summary>Takes in what a run found: new ones open, known ones stay what they are unless they have changed or were settled by themselves.</summary>
    public static void Take(Session session, long run, RunScope scope, RowDifference found, long nowMs)
    {
        var known = session.QuerySingleOrDefault<DifferenceRow>(
            $"SELECT {Columns} FROM reconciliation_difference WHERE partner = @partner AND side = @side AND transaction_id = @Key",
            new { partner = scope.Partner.Code, side = (int)scope.Side, found.Key });
        var id = known?.Id ?? Insert(session, scope, found, nowMs);
        if (known is null)
            Append(session, id, DifferenceEvent.Found, DifferenceState.Open, null, ByItself, Words(found), run, nowMs);
        else if (!IsSame(known, found, scope))
            Change(session, known, found, run, nowMs);
        else if (DifferencePolicy.ReopensWhenFound(known.State, known.IsBalanced, isSame: true))
            Move(session, known, DifferenceState.Open, DifferenceEvent.FoundAgain, null, ByItself, Words(found), run, nowMs);
        session.ExecuteExpecting(1, "INSERT INTO reconciliation_finding (run_id, difference_id) VALUES (@run, @id)", new { run, id });
    }

    /// <summary>Ends what lies within the days of a run and was not found by it.</summary>
    /// <param name="notDecided">Keys the run found, or met in flight.</param>
    public static int EndBalanced(Session session, long run, RunScope scope, IReadOnlySet<string> notDecided, long nowMs)
    {
        var balanced = Unsettled(session, scope.Partner, scope.Side).FindAll(row => !notDecided.Contains(row.TransactionId) && IsWithin(row.ToDifference(), scope));
        foreach (var row in balanced)
            Move(session, row, DifferenceState.Settled, DifferenceEvent.Balanced, null, ByItself, "两地台账已一致。 / Both ledgers agree.", run, nowMs);
        return balanced.Count;
    }

    /// <summary>Moves a difference with an entry in its history, compare-and-set on the state it was read in.</summary>
    /// <exception cref="StorageInvariantException">It has moved meanwhile.</exception>
    public static void Move(
        Session session, DifferenceRow row, DifferenceState next, DifferenceEvent happened, DifferenceAction? decision, string who, string why, long? run, long nowMs)
    {
        session.ExecuteExpecting(1,
            "UPDATE reconciliation_difference SET state = @next, is_balanced = @balanced WHERE id = @Id AND state = @from",
            new { next = (int)next, balanced = happened is DifferenceEvent.Balanced ? 1 : 0, row.Id, from = (int)row.State });
        Append(session, row.Id, happened, next, decision, who, why, run, nowMs);
    }

    /// <summary>An entry that moves nothing.</summary>
    public static void Append(
        Session session, long id, DifferenceEvent happened, DifferenceState state, DifferenceAction? decision, string who, string why, long? run, long nowMs) => session.ExecuteExpecting(1,
        """
        INSERT INTO reconciliation_event (difference_id, at_ms, kind, state, decision, who, why, run_id)
        VALUES (@id, @nowMs, @happened, @state, @decision, @who, @why, @run)
        """,
        new { id, nowMs, happened = (int)happened, state = (int)state, decision = (int?)decision, who, why, run });

    public static void Repropose(Session session, long id, Proposal proposal) => session.ExecuteExpecting(1,
        "UPDATE reconciliation_difference SET proposal = @Action, proposal_reason = @Reason WHERE id = @id", new { id, Action = (int)proposal.Action, proposal.Reason });

    private static long Insert(Session session, RunScope scope, RowDifference found, long nowMs)
    {
        var proposal = Propose(session, scope, found);
        return session.QuerySingle<long>(
            """
            INSERT INTO reconciliation_difference (partner, side, transaction_id, verdict, business_date, ours, theirs, proposal, proposal_reason, state, is_balanced, found_at_ms)
            VALUES (@partner, @side, @Key, @Verdict, @BusinessDate, @ours, @theirs, @Action, @Reason, 1, 0, @nowMs) RETURNING id
            """,
            new
            {
                partner = scope.Partner.Code,
                side = (int)scope.Side,
                found.Key,
                Verdict = (int)found.Verdict,
                found.BusinessDate,
                ours = found.Ours?.ToByteArray(),
                theirs = found.Theirs?.ToByteArray(),
                Action = (int)proposal.Action,
                proposal.Reason,
                nowMs,
            });
    }

    private static void Change(Session session, DifferenceRow known, RowDifference found, long run, long nowMs)
    {
        var proposal = Propose(session, new RunScope(Division.Parse(known.Partner), known.Side, default, default), found);
        session.ExecuteExpecting(1,
            """
            UPDATE reconciliation_difference SET verdict = @Verdict, business_date = @BusinessDate, ours = @ours, theirs = @theirs, proposal = @Action, proposal_reason = @Reason
            WHERE id = @Id AND state = @from
            """,
            new
            {
                known.Id,
                Verdict = (int)found.Verdict,
                found.BusinessDate,
                ours = found.Ours?.ToByteArray(),
                theirs = found.Theirs?.ToByteArray(),
                Action = (int)proposal.Action,
                proposal.Reason,
                from = (int)known.State,
            });
        var again = DifferencePolicy.ReopensWhenFound(known.State, known.IsBalanced, isSame: false);
        Move(session, known, DifferenceState.Open, again ? DifferenceEvent.FoundAgain : DifferenceEvent.FoundOtherwise, null, ByItself, Words(found), run, nowMs);
    }

    private static Proposal Propose(Session session, RunScope scope, RowDifference found) =>
        DifferencePolicy.Propose(scope.Side, found.Verdict, scope.Side is LedgerSide.Treatment ? Outbox.Find(session, found.Key)?.State : null);

    /// <summary>A run that sees one half only of a row that lies on two days sees nothing new.</summary>
    private static bool IsSame(DifferenceRow known, RowDifference found, RunScope scope)
    {
        var before = known.ToDifference();
        if (before == found)
            return true;
        return before.Verdict is RowVerdict.Differs && found.Theirs is null && before.Ours!.Equals(found.Ours) && !IsWithin(before.Theirs!, scope);
    }

    private static bool IsWithin(RowDifference difference, RunScope scope) =>
        (difference.Ours is { } ours && IsWithin(ours, scope)) || (difference.Theirs is { } theirs && IsWithin(theirs, scope));

    private static bool IsWithin(LedgerRow row, RunScope scope) =>
        string.CompareOrdinal(row.Cell.BusinessDate, scope.From.Iso()) >= 0 && string.CompareOrdinal(row.Cell.BusinessDate, scope.To.Iso()) <= 0;

    private static string Words(RowDifference found) => found.Verdict switch
    {
        RowVerdict.OnlyOurs => "仅本方有。 / Only in this node's ledger.",
        RowVerdict.OnlyTheirs => "仅对方有。 / Only in the partner's ledger.",
        _ => $"内容不同 differs: {string.Join(", ", found.Fields.Select(field => field.Name))}",
    };
}
