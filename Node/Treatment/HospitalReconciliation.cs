using Provincial.Exchange.V1;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Ledger;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Treatment;

/// <summary>A hospital's settlements beside the node's: sums, rows, and the list itself. Reads only.</summary>
internal sealed class HospitalReconciliation(Outbox outbox)
{
    private readonly InsuredAnswers _answers = new(outbox.ReplyOf);

    public HisResult Totals(Session session, HisCaller caller, ReconcileTotals operation, TransactionId id)
    {
        if (Refuse(session, caller, operation.Scope) is { } refused)
            return refused;
        if (TotalsOf(session, caller, operation.Scope) is not { } totals)
            return DeskRefusals.ScopeTooWide(SettlementMoves.RowsMax);
        return new TotalsReconciled { TransactionId = id.Text, Balanced = ClaimedTotals.FirstDifference(operation.Claimed, totals) is null, Totals = totals };
    }

    public HisResult List(Session session, HisCaller caller, ListSettlements operation, TransactionId id)
    {
        if (Refuse(session, caller, operation.Scope) is { } refused)
            return refused;
        return InScope(session, caller, operation.Scope) is { } rows
            ? new SettlementsListed { TransactionId = id.Text, Rows = [.. rows.Select(row => row.Told)] }
            : DeskRefusals.ScopeTooWide(SettlementMoves.RowsMax);
    }

    public HisResult Rows(Session session, HisCaller caller, ReconcileSettlements operation, TransactionId id)
    {
        if (operation.Rows.Count > SettlementMoves.RowsMax)
            return DeskRefusals.TooManyClaims(SettlementMoves.RowsMax);
        if (Refuse(session, caller, operation.Scope) is { } refused)
            return refused;
        if (operation.Rows.Index().FirstOrDefault(claim => claim.Item is { SettlementNumber: null, OriginalTransactionId: null }) is { Item: not null } nameless)
            return DeskRefusals.ClaimWithoutKey(nameless.Index);
        if (InScope(session, caller, operation.Scope) is not { } rows)
            return DeskRefusals.ScopeTooWide(SettlementMoves.RowsMax);
        var open = new OpenRows(rows);
        var verdicts = operation.Rows.Select(claim => Judge(session, caller, operation.Scope, claim, open)).ToList();
        verdicts.AddRange(open.Unclaimed().Select(row => new HisReconciledSettlement { Verdict = HisReconciliationVerdict.OnlyNode, Row = row.Told }));
        return new SettlementsReconciled { TransactionId = id.Text, Rows = verdicts };
    }

    private HisReconciledSettlement Judge(Session session, HisCaller caller, HisSettlementScope scope, HisClaimedSettlement claim, OpenRows open)
    {
        var transaction = claim.SettlementNumber is null ? HisInbox.Resolve(session, caller.Institution.Code, claim.OriginalTransactionId!) : null;
        if (open.Take(claim.SettlementNumber, transaction, claim.IsCancellation, out var isTaken) is { } row)
            return Compared(claim, row);
        // Claimed a second time: there is only one of it.
        if (isTaken)
            return Verdict(claim, HisReconciliationVerdict.OnlyHospital);
        if (OutsideScope(session, caller, claim, transaction) is { } elsewhere)
            return Verdict(claim, HisReconciliationVerdict.Differs) with { Field = WhyOutside(scope, elsewhere), Row = elsewhere.Told };
        return Verdict(claim, IsPending(session, caller, claim, transaction) ? HisReconciliationVerdict.Pending : HisReconciliationVerdict.OnlyHospital);
    }

    private static HisReconciledSettlement Verdict(HisClaimedSettlement claim, HisReconciliationVerdict verdict) => new() { RowKey = claim.RowKey, Verdict = verdict };

    private static HisReconciledSettlement Compared(HisClaimedSettlement claim, ToldMove row)
    {
        var field = claim.VisitNumber is not null && claim.VisitNumber != row.Move.VisitNumber ? "visit_number"
            : claim.TotalFen is not null && claim.TotalFen != row.Move.TotalFen ? "total_fen"
            : claim.FundTotalFen is not null && claim.FundTotalFen != row.Move.FundTotalFen ? "fund_total_fen"
            : claim.AccountFen is not null && claim.AccountFen != row.Move.AccountFen ? "account_fen"
            : null;
        return Verdict(claim, field is null ? HisReconciliationVerdict.Balanced : HisReconciliationVerdict.Differs) with { Field = field, Row = row.Told };
    }

    /// <summary>The node has it, but not among what the two sides compare: the usual case is that they count it on different days.</summary>
    private ToldMove? OutsideScope(Session session, HisCaller caller, HisClaimedSettlement claim, string? transaction)
    {
        var moves = claim.SettlementNumber is { } number ? SettlementMoves.ByNumber(session, caller.Institution.Code, number)
            : transaction is not null ? SettlementMoves.ByTransaction(session, caller.Institution.Code, transaction)
            : [];
        return moves.FirstOrDefault(move => move.IsCancellation == claim.IsCancellation) is { } found ? Tell(session, found) : null;
    }

    private static string WhyOutside(HisSettlementScope scope, ToldMove row) => row.Move switch
    {
        var move when scope.From > ChinaTime.ParseIso(move.CountedOn) || scope.To < ChinaTime.ParseIso(move.CountedOn) => "business_date",
        var move when scope.PeriodNumber is not null && scope.PeriodNumber != move.PeriodNumber => "period_number",
        { CancellationId: not null } when scope.WithoutCancelled => "state",
        var move when scope.ClearingType is { } type && type != ClearingTypes.Of(move.VisitKind) => "clearing_type",
        _ => "scheme",
    };

    // A pending settlement has no number yet; a pending cancellation is found by the number of what it cancels.
    private static bool IsPending(Session session, HisCaller caller, HisClaimedSettlement claim, string? transaction)
    {
        var waiting = claim switch
        {
            { SettlementNumber: { } number, IsCancellation: true } => VisitStore.FindSettlement(session, number) is { } settlement
                && VisitStore.Get(session, settlement.VisitId) is var visit && visit.SettlementId == settlement.TransactionId ? visit.CancellationId : null,
            _ => transaction,
        };
        return waiting is not null && Outbox.Find(session, waiting) is { State: OutboundState.Awaiting or OutboundState.Parked } row
            && VisitStore.Get(session, row.VisitId).InstitutionCode == caller.Institution.Code
            && row.Kind == (claim.IsCancellation ? OutboundKind.SettlementCancellation : OutboundKind.Settlement);
    }

    /// <summary>Null when the scope holds too many rows. With a scheme the sums are made from the rows, because the scheme stands in the insured side's answers.</summary>
    private HisSettlementTotals? TotalsOf(Session session, HisCaller caller, HisSettlementScope scope)
    {
        if (scope.Scheme is null)
            return SettlementMoves.Totals(session, caller.Institution.Code, scope);
        if (InScope(session, caller, scope) is not { } rows)
            return null;
        return new HisSettlementTotals
        {
            SettlementCount = rows.Count(row => !row.Move.IsCancellation),
            CancellationCount = rows.Count(row => row.Move.IsCancellation),
            TotalFen = rows.Sum(row => row.Move.TotalFen),
            FundTotalFen = rows.Sum(row => row.Move.FundTotalFen),
            AccountFen = rows.Sum(row => row.Move.AccountFen),
            CashFen = rows.Sum(row => row.Move.CashFen),
        };
    }

    private List<ToldMove>? InScope(Session session, HisCaller caller, HisSettlementScope scope) =>
        SettlementMoves.List(session, caller.Institution.Code, scope)?
            .Select(move => Tell(session, move)).Where(row => scope.Scheme is null || row.Told.Scheme == scope.Scheme).ToList();

    private static HisRefusal? Refuse(Session session, HisCaller caller, HisSettlementScope scope) =>
        scope.To < scope.From ? DeskRefusals.ScopeReversed()
        : scope.ClearingType is not (null or ClearingTypes.Outpatient or ClearingTypes.Inpatient)
            ? TreatmentRefusals.InvalidField("scope.clearing_type", "应为 11（门诊）或 21（住院）", "11 (outpatient) or 21 (inpatient) is expected")
        : scope.PeriodNumber is not null && !BusinessPeriods.Exists(session, caller, scope.PeriodNumber) ? DeskRefusals.PeriodNotFound("scope.period_number")
        : null;

    private ToldMove Tell(Session session, SettlementMove move)
    {
        var asked = Outbox.Find(session, move.SettlementId) ?? throw new InvalidOperationException($"Settlement {move.SettlementNumber} has no outbound row.");
        var person = _answers.SettlementOf(session, move.SettlementId).Decision.Person;
        return new ToldMove(move, new HisSettlementRow
        {
            OriginalTransactionId = move.TransactionId,
            HisTransactionId = move.HisTransactionId,
            IsCancellation = move.IsCancellation,
            SettlementNumber = move.SettlementNumber,
            VisitNumber = move.VisitNumber,
            HospitalVisitNumber = move.HospitalVisitNumber,
            PersonNumber = person.PersonNumber,
            Name = person.Name,
            InsuredDivision = move.InsuredDivision,
            Scheme = person.Scheme,
            InvoiceNumber = SettleRequest.Parser.ParseFrom(outbox.RequestOf(asked)).Bill.InvoiceNumber is { Length: > 0 } invoice ? invoice : null,
            SettledAt = ChinaTime.FromMs(move.AtMs),
            Figures = HisPersons.Figures(move.ToCharges(), move.ToPayments()),
        });
    }

    /// <param name="Told">The row as the hospital is told it, in exchange codes.</param>
    private sealed record ToldMove(SettlementMove Move, HisSettlementRow Told);

    /// <summary>The node's rows that no claim has taken yet.</summary>
    private sealed class OpenRows(IReadOnlyList<ToldMove> rows)
    {
        private readonly Dictionary<(string, bool), ToldMove> _byNumber = rows.ToDictionary(row => (row.Move.SettlementNumber, row.Move.IsCancellation));
        private readonly Dictionary<(string, bool), ToldMove> _byTransaction = rows.ToDictionary(row => (row.Move.TransactionId, row.Move.IsCancellation));
        private readonly HashSet<ToldMove> _taken = new(ReferenceEqualityComparer.Instance);

        public ToldMove? Take(string? number, string? transaction, bool isCancellation, out bool isTaken)
        {
            var row = number is not null ? _byNumber.GetValueOrDefault((number, isCancellation))
                : transaction is not null ? _byTransaction.GetValueOrDefault((transaction, isCancellation))
                : null;
            isTaken = row is not null && !_taken.Add(row);
            return isTaken ? null : row;
        }

        public IEnumerable<ToldMove> Unclaimed() => rows.Where(row => !_taken.Contains(row));
    }
}
