using Provincial.Exchange.V1;
using ProvincialGateway.Ledger;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Clearing;

/// <summary>
/// Four kinds of deduction: one that names no source holds money back; one that carries over names a source statement and no row, and is what
/// the treatment side owes from there; one that restores names the source and has the opposite sign of what was held back there; and one of the
/// audit may name a row and the closed statement that claimed it, and holds back or restores what the audit found since.
/// </summary>
internal static class Deductions
{
    public const string Audit = "10", Inspection = "20", ReserveWithheld = "40", Other = "99";

    public static readonly IReadOnlyList<string> Kinds = [Audit, Inspection, ReserveWithheld, Other];

    private static readonly string[] Responsibles = ["", "01", "02", "03", "11"];

    /// <summary>What an objection becomes.</summary>
    public static string KindOf(DisputeKind objection) => objection is DisputeKind.Audit ? Audit : Other;

    public static bool IsCarriedOver(Deduction deduction) => deduction is { SourceStatementNumber.Length: > 0, RowTransactionId: "", AmountFen: > 0 };

    public static long CarriedFen(Statement statement) => statement.Deductions.Where(IsCarriedOver).Sum(deduction => deduction.AmountFen);

    /// <summary>What a single deduction has to be, whoever looks at it.</summary>
    public static Refusal? FormFault(Deduction deduction, string field)
    {
        if (!Kinds.Contains(deduction.Kind))
            return ClearingRefusals.InvalidField($"{field}.kind", "应为 10、20、40 或 99", "10, 20, 40 or 99 is expected");
        if (deduction.AmountFen == 0 || Math.Abs(Math.Max(deduction.AmountFen, -ClearingFields.AmountMaxFen - 1)) > ClearingFields.AmountMaxFen)
            return ClearingRefusals.InvalidField($"{field}.amount_fen", "为零或超出范围", "zero or out of range");
        if (!Responsibles.Contains(deduction.Responsible))
            return ClearingRefusals.InvalidField($"{field}.responsible", "应为 01、02、03、11 或空", "01, 02, 03, 11 or empty is expected");
        if (deduction is { AmountFen: < 0, SourceStatementNumber: "", RowTransactionId: "" })
            return ClearingRefusals.InvalidField($"{field}.source_statement_number", "负扣款须指明来源清算单或台账行", "a negative deduction names its source statement or a row");
        return ClearingFields.Required($"{field}.reason", deduction.Reason);
    }

    /// <summary>Whether the sources that deductions name bear them out, by this side's closed statements.</summary>
    public static Refusal? SourceFault(Session session, LedgerSide own, Division partner, Statement statement)
    {
        var owed = StatementBook.NotCarried(session, own, partner, statement.StatementNumber).ToDictionary(row => row.StatementNumber, row => checked(-row.PayableFen));
        foreach (var (deduction, place) in statement.Deductions.Select((deduction, place) => (deduction, place)))
        {
            var field = $"statement.deductions[{place}]";
            if (IsCarriedOver(deduction))
            {
                if (!owed.Remove(deduction.SourceStatementNumber, out var due))
                    return ClearingRefusals.StatementMismatch($"{field}.source_statement_number", "来源清算单没有待结转的负数", "the source statement has no negative amount to carry over");
                if (deduction.AmountFen != due)
                    return ClearingRefusals.FigureMismatch($"{field}.amount_fen", deduction.AmountFen, due);
            }
            else if (deduction.SourceStatementNumber.Length > 0 && !IsOfAuditedRow(deduction) && RestorationFault(session, statement, deduction, field) is { } wrong)
            {
                return wrong;
            }
        }
        return owed.Count == 0 ? RowFault(session, own, partner, statement) : ClearingRefusals.StatementMismatch("statement.deductions",
            $"清算单 {owed.First().Key} 的负数 {new Fen(-owed.First().Value)} 未结转", $"statement {owed.First().Key} owes {new Fen(owed.First().Value)} and is not carried over");
    }

    /// <summary>
    /// Whether all that statements deduct for each row lies between nothing and what it claims, and every row that the audit means is of this
    /// statement or of the closed one named beside it.
    /// </summary>
    public static Refusal? RowFault(Session session, LedgerSide own, Division partner, Statement statement)
    {
        foreach (var (deduction, place) in statement.Deductions.Select((deduction, place) => (deduction, place)).Where(found => found.deduction.RowTransactionId.Length > 0))
        {
            var (field, row) = ($"statement.deductions[{place}]", deduction.RowTransactionId);
            if (deduction.Kind == Audit && (ClearedRows.ClosedIn(session, own, partner, row) ?? "") != deduction.SourceStatementNumber)
                return ClearingRefusals.StatementMismatch($"{field}.source_statement_number", $"来源应为行 {row} 所在的已关闭清算单；本期的行不写来源", $"the source is the closed statement of row {row}; a row of this one has none");
            // A row in a statement's own range may be missing in the insured side's ledger: that is for its check to say.
            if (RowAccount.Of(session, own, partner, statement, row) is { IsWithin: false } account)
                return ClearingRefusals.StatementMismatch($"{field}.amount_fen",
                    $"行 {row} 申请 {new Fen(account.ClearedFen)}，各期合计扣款为 {new Fen(account.DeductedFen)}（审核 {new Fen(account.AuditedFen)}），超出范围",
                    $"row {row} claims {new Fen(account.ClearedFen)}; {new Fen(account.DeductedFen)} deducted for it in all ({new Fen(account.AuditedFen)} as audit) is out of range");
        }
        return null;
    }

    private static bool IsOfAuditedRow(Deduction deduction) => deduction is { Kind: Audit, RowTransactionId.Length: > 0 };

    private static Refusal? RestorationFault(Session session, Statement statement, Deduction deduction, string field)
    {
        var held = StatementBook.HeldBackFen(session, deduction.SourceStatementNumber, deduction.Kind, deduction.RowTransactionId, statement.StatementNumber);
        // All of this statement's restorations of the same thing together.
        var restored = statement.Deductions
            .Where(other => other.SourceStatementNumber == deduction.SourceStatementNumber && other.Kind == deduction.Kind && other.RowTransactionId == deduction.RowTransactionId && !IsCarriedOver(other))
            .Sum(other => other.AmountFen);
        return Math.Sign(restored) == -Math.Sign(held) && Math.Abs(restored) <= Math.Abs(held) ? null
            : ClearingRefusals.StatementMismatch($"{field}.amount_fen", $"恢复 {restored} 分，来源清算单尚扣 {held} 分", $"{restored} fen restored, {held} fen are held back from the source statement");
    }
}
