using Provincial.Exchange.V1;
using ProvincialGateway.Ledger;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Clearing;

/// <summary>
/// Three kinds of deduction: one that names no source holds money back; one that carries over names a source statement and no row, and is what
/// the treatment side owes from there; one that restores names the source and has the opposite sign of what was held back there.
/// </summary>
internal static class Deductions
{
    public const string Audit = "10", Inspection = "20", ReserveWithheld = "40", Other = "99";

    public static readonly IReadOnlyList<string> Kinds = [Audit, Inspection, ReserveWithheld, Other];

    private static readonly string[] Responsibles = ["", "01", "02", "03", "11"];

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
            else if (deduction.SourceStatementNumber.Length > 0 && RestorationFault(session, statement, deduction, field) is { } wrong)
            {
                return wrong;
            }
        }
        return owed.Count == 0 ? null : ClearingRefusals.StatementMismatch("statement.deductions",
            $"清算单 {owed.First().Key} 的负数 {new Fen(-owed.First().Value)} 未结转", $"statement {owed.First().Key} owes {new Fen(owed.First().Value)} and is not carried over");
    }

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
