using Provincial.Exchange.V1;
using ProvincialGateway.Ledger;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Clearing;

/// <summary>The next revision of a disputed statement: the same rows, with the deductions that the dispute is about. Its figures are settled by the desk.</summary>
internal static class StatementRevision
{
    /// <summary>With what has to be given back of settlements that were undone meanwhile.</summary>
    /// <param name="acceptObjections">Deducts what the insured side objects to; false leaves the deductions as they were.</param>
    public static Statement Of(Session session, ClearingStatement disputed, bool acceptObjections)
    {
        var (statement, partner) = (disputed.ToStatement(), Division.Parse(disputed.Partner));
        statement.Revision++;
        // A settlement may have been undone within the range and be known only now.
        var due = HeldBack.Restorations(session, partner, statement.StatementNumber, statement.LastSequence).ToList();
        statement.Deductions.Add(due.Where(restoration => restoration.AmountFen != 0 && !statement.Deductions.Any(known => Deductions.IsSameRestoration(known, restoration))
            && HeldBack.IsNegated(session, LedgerSide.Treatment, partner, restoration.RowTransactionId, statement.LastSequence)));
        if (acceptObjections)
            Accept(session, disputed, statement);
        return statement;
    }

    /// <summary>Takes the objections over, as many as one statement may deduct; the insured side's next check finds the others again.</summary>
    private static void Accept(Session session, ClearingStatement disputed, Statement statement)
    {
        var rows = new ObjectedRows(session, disputed);
        foreach (var objection in StatementBook.DisputedRows(session, disputed))
        {
            if (statement.Deductions.Count == StatementRules.DeductionsMax)
                break;
            // Sent before such amounts were refused: never more than the row has.
            var amount = rows.Find(objection.RowTransactionId) is { } row ? Math.Clamp(objection.AmountFen, -row.TakenFen, row.LeftFen) : 0;
            var left = amount > 0 ? Strike(session, statement, objection.RowTransactionId, amount) : amount;
            if (left < 0)
                Release(session, disputed, statement, objection, -left);
            else if (left > 0 || amount == 0)
                statement.Deductions.Add(new Deduction { Kind = KindOf(objection), AmountFen = left, RowTransactionId = objection.RowTransactionId, Reason = objection.Reason });
        }
    }

    private static string KindOf(ObjectionRow objection) => objection.Kind is DisputeKind.Audit ? Deductions.Audit : Deductions.Other;

    /// <summary>What the statement would have restored of the row is not restored; it stays held back.</summary>
    /// <returns>What is left to be deducted.</returns>
    private static long Strike(Session session, Statement statement, string row, long amount)
    {
        foreach (var restoration in statement.Deductions.Where(deduction => Deductions.IsRestoration(deduction) && deduction.RowTransactionId == row).ToList())
        {
            var struck = Math.Min(amount, -restoration.AmountFen);
            (restoration.AmountFen, amount) = (restoration.AmountFen + struck, amount - struck);
            if (restoration.AmountFen == 0)
                statement.Deductions.Remove(restoration);
            HeldBack.Unresolve(session, row);
        }
        return amount;
    }

    /// <summary>Less is to be deducted for the row, of the objection's own kind: first what this statement takes, then what earlier ones hold back.</summary>
    private static void Release(Session session, ClearingStatement disputed, Statement statement, ObjectionRow objection, long amount)
    {
        foreach (var deduction in statement.Deductions.Where(deduction => Deductions.IsOfRow(deduction) && (deduction.RowTransactionId, deduction.Kind) == (objection.RowTransactionId, KindOf(objection)) && deduction.AmountFen > 0).ToList())
        {
            var less = Math.Min(amount, deduction.AmountFen);
            (deduction.AmountFen, amount) = (deduction.AmountFen - less, amount - less);
            if (deduction.AmountFen == 0)
                statement.Deductions.Remove(deduction);
        }
        foreach (var held in HeldBack.Rows(session, LedgerSide.Treatment, Division.Parse(disputed.Partner), 0, disputed.StatementNumber).Where(held => (held.RowTransactionId, held.Kind) == (objection.RowTransactionId, KindOf(objection)) && amount > 0))
        {
            var less = Math.Min(amount, held.HeldFen);
            amount -= less;
            if (less > 0)
                statement.Deductions.Add(new Deduction { Kind = held.Kind, AmountFen = -less, RowTransactionId = held.RowTransactionId, SourceStatementNumber = held.SourceStatementNumber, Reason = objection.Reason });
        }
    }
}
