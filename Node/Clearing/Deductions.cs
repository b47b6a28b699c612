using Provincial.Exchange.V1;
using ProvincialGateway.Ledger;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Clearing;

/// <summary>
/// Four kinds of deduction: one that names no source holds money back; with an amount of 0.00 it acknowledges an objection to a row that moves no
/// money; one that carries over names a source statement and no row, and is what the treatment side owes from there; a negative one restores, and
/// names the statement in which the money was held back.
/// </summary>
internal static class Deductions
{
    public const string Audit = "10", Inspection = "20", ReserveWithheld = "40", Other = "99";

    public static readonly IReadOnlyList<string> Kinds = [Audit, Inspection, ReserveWithheld, Other];

    private static readonly string[] Responsibles = ["", "01", "02", "03", "11"];

    public static bool IsCarriedOver(Deduction deduction) => deduction is { SourceStatementNumber.Length: > 0, RowTransactionId: "", AmountFen: > 0 };

    public static bool IsRestoration(Deduction deduction) => deduction.AmountFen < 0;

    /// <summary>Holds something of a row back, or acknowledges an objection to it.</summary>
    public static bool IsOfRow(Deduction deduction) => deduction is { RowTransactionId.Length: > 0, SourceStatementNumber: "" };

    /// <summary>Whether both give back the same thing.</summary>
    public static bool IsSameRestoration(Deduction one, Deduction other) => IsRestoration(one) && IsRestoration(other)
        && (one.SourceStatementNumber, one.Kind, one.RowTransactionId) == (other.SourceStatementNumber, other.Kind, other.RowTransactionId);

    public static long CarriedFen(Statement statement) => statement.Deductions.Where(IsCarriedOver).Sum(deduction => deduction.AmountFen);

    /// <summary>What a single deduction has to be, whoever looks at it.</summary>
    public static Refusal? FormFault(Deduction deduction, string field)
    {
        if (!Kinds.Contains(deduction.Kind))
            return ClearingRefusals.InvalidField($"{field}.kind", "应为 10、20、40 或 99", "10, 20, 40 or 99 is expected");
        if (deduction.AmountFen is < -ClearingFields.AmountMaxFen or > ClearingFields.AmountMaxFen || (deduction.AmountFen == 0 && !IsOfRow(deduction)))
            return ClearingRefusals.InvalidField($"{field}.amount_fen", "为零或超出范围；零只用于对台账行异议的说明", "zero or out of range; zero only acknowledges an objection to a row");
        if (!Responsibles.Contains(deduction.Responsible))
            return ClearingRefusals.InvalidField($"{field}.responsible", "应为 01、02、03、11 或空", "01, 02, 03, 11 or empty is expected");
        if (deduction is { AmountFen: < 0, SourceStatementNumber: "" })
            return ClearingRefusals.InvalidField($"{field}.source_statement_number", "负扣款只能恢复原扣款，须指明来源清算单", "a negative deduction restores, and names the statement it was deducted in");
        if (deduction is { AmountFen: > 0, SourceStatementNumber.Length: > 0, RowTransactionId.Length: > 0 })
            return ClearingRefusals.InvalidField($"{field}.source_statement_number", "扣台账行的款不得指明来源清算单", "a deduction of a row names no source statement");
        return ClearingFields.Required($"{field}.reason", deduction.Reason);
    }

    /// <summary>Whether the books bear out what a statement deducts, carries over and restores. The insured side looks at the rows when it has them.</summary>
    public static Refusal? Fault(Session session, LedgerSide own, Division partner, Statement statement) =>
        CarriedFault(session, own, partner, statement)
        ?? Faults(session, own, partner, statement).FirstOrDefault()
        ?? (own is LedgerSide.Treatment ? NotReturned(session, partner, statement) : null);

    /// <summary>The same of one deduction alone, as it is typed.</summary>
    public static Refusal? Fault(Session session, LedgerSide own, Division partner, Statement statement, Deduction deduction) =>
        IsRestoration(deduction) && RestorationFault(session, own, partner, statement, deduction, "deduction") is { } wrong ? wrong
        : deduction.RowTransactionId.Length > 0 && own is LedgerSide.Treatment ? RowFault(session, partner, statement, new DeductedRows(statement), deduction.RowTransactionId, "deduction")
        : null;

    private static IEnumerable<Refusal> Faults(Session session, LedgerSide own, Division partner, Statement statement)
    {
        var (rows, seen) = (new DeductedRows(statement), new HashSet<string>());
        foreach (var (deduction, place) in statement.Deductions.Select((deduction, place) => (deduction, place)))
        {
            var field = $"statement.deductions[{place}]";
            if (IsRestoration(deduction) && RestorationFault(session, own, partner, statement, deduction, field) is { } wrong)
                yield return wrong;
            if (own is LedgerSide.Treatment && deduction.RowTransactionId.Length > 0 && seen.Add(deduction.RowTransactionId)
                && RowFault(session, partner, statement, rows, deduction.RowTransactionId, field) is { } ofRow)
            {
                yield return ofRow;
            }
        }
    }

    private static Refusal? CarriedFault(Session session, LedgerSide own, Division partner, Statement statement)
    {
        var owed = StatementBook.NotCarried(session, own, partner, statement.StatementNumber).ToDictionary(row => row.StatementNumber, row => checked(-row.PayableFen));
        foreach (var (deduction, place) in statement.Deductions.Select((deduction, place) => (deduction, place)).Where(named => IsCarriedOver(named.deduction)))
        {
            var field = $"statement.deductions[{place}]";
            if (!owed.Remove(deduction.SourceStatementNumber, out var due))
                return ClearingRefusals.StatementMismatch($"{field}.source_statement_number", "来源清算单没有待结转的负数", "the source statement has no negative amount to carry over");
            if (deduction.AmountFen != due)
                return ClearingRefusals.FigureMismatch($"{field}.amount_fen", deduction.AmountFen, due);
        }
        return owed.Count == 0 ? null : ClearingRefusals.StatementMismatch("statement.deductions",
            $"清算单 {owed.First().Key} 的负数 {new Fen(-owed.First().Value)} 未结转", $"statement {owed.First().Key} owes {new Fen(owed.First().Value)} and is not carried over");
    }

    private static Refusal? RestorationFault(Session session, LedgerSide own, Division partner, Statement statement, Deduction deduction, string field)
    {
        var held = HeldBack.Of(session, own, partner, deduction.SourceStatementNumber, deduction.Kind, deduction.RowTransactionId, statement.StatementNumber);
        // All of this statement's restorations of the same thing together.
        var restored = checked(-statement.Deductions.Where(other => IsSameRestoration(other, deduction)).Sum(other => other.AmountFen));
        return restored <= held ? null
            : ClearingRefusals.StatementMismatch($"{field}.amount_fen",
                $"恢复 {new Fen(restored)}，来源清算单 {deduction.SourceStatementNumber} 在本方向尚扣 {new Fen(held)}",
                $"{new Fen(restored)} restored, {new Fen(held)} are held back since statement {deduction.SourceStatementNumber} of this relation");
    }

    /// <summary>What is taken from a row of the treatment side's own ledger: never more than the row claims, and nothing once it is undone.</summary>
    private static Refusal? RowFault(Session session, Division partner, Statement statement, DeductedRows rows, string row, string field)
    {
        if (ClearedRows.Claimed(session, partner, statement.LastSequence, row) is not { } record)
            return ClearingRefusals.InvalidField($"{field}.row_transaction_id", "该行不在本清算单及以前的清算单内", "the row is neither of this statement nor of an earlier one");
        var most = MostFen(record.Row, HeldBack.IsNegated(session, LedgerSide.Treatment, partner, row, statement.LastSequence));
        var taken = rows.StandingFen(session, LedgerSide.Treatment, partner, row, record.Sequence >= statement.FirstSequence);
        return taken >= 0 && taken <= most ? null : OverTaken(field, row, taken, most);
    }

    /// <summary>The most that may be taken from a row: what it claims, and nothing of one that gives money back or is undone.</summary>
    public static long MostFen(LedgerRow row, bool isNegated) => isNegated ? 0 : Math.Max(0, checked(row.Payments.FundTotalFen + row.Payments.AccountFen));

    public static Refusal OverTaken(string field, string row, long taken, long most) => ClearingRefusals.StatementMismatch($"{field}.amount_fen",
        $"行 {row} 共扣 {new Fen(taken)}，应在 0.00 至 {new Fen(most)} 之间", $"{new Fen(taken)} are taken from row {row} in all, 0.00 to {new Fen(most)} is possible");

    /// <summary>A settlement that was undone owes nothing, so nothing of it may stay held back: the negative row would take it twice.</summary>
    private static Refusal? NotReturned(Session session, Division partner, Statement statement)
    {
        var rows = new DeductedRows(statement);
        foreach (var held in HeldBack.Rows(session, LedgerSide.Treatment, partner, statement.LastSequence, statement.StatementNumber).Where(row => row.IsNegated))
        {
            var left = rows.StandingFen(session, LedgerSide.Treatment, partner, held.RowTransactionId, isOfStatement: false);
            if (left != 0)
                return ClearingRefusals.StatementMismatch("statement.deductions",
                    $"行 {held.RowTransactionId} 已撤销，尚扣 {new Fen(left)}，应退回；请重新切单", $"row {held.RowTransactionId} was undone and {new Fen(left)} of it are still held back; cut the statement again");
        }
        return null;
    }
}
