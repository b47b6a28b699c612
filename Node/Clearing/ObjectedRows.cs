using Provincial.Exchange.V1;
using ProvincialGateway.Ledger;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Clearing;

/// <summary>A row that the insured side may object to: of the statement under dispute, or of an earlier one.</summary>
/// <param name="TakenFen">Deducted for it so far, this revision included.</param>
/// <param name="LeftFen">What more could be deducted: the row's claim less what is taken; nothing of a row that gives money back or was undone.</param>
internal sealed record ObjectedRow(long TakenFen, long LeftFen);

/// <summary>Rows under dispute by this side's books. Both sides come to the same figures.</summary>
internal sealed class ObjectedRows(Session session, ClearingStatement statement)
{
    private readonly DeductedRows _deducted = new(statement.ToStatement());
    private readonly Division _partner = Division.Parse(statement.Partner);

    /// <returns>Null when neither the statement nor an earlier one of the relation has the row.</returns>
    public ObjectedRow? Find(string transactionId)
    {
        if (SequenceOf(transactionId) is not { } sequence)
            return null;
        var taken = _deducted.StandingFen(session, statement.Side, _partner, transactionId, sequence >= statement.FirstSequence);
        // A row that only the other side has: the own check says what of it is claimed.
        if (LedgerRows.Find(session, transactionId) is not { } record || record.Side != statement.Side || record.Partner != _partner)
            return new ObjectedRow(taken, Math.Max(0, StatementBook.FoundFen(session, statement, transactionId)));
        var most = Deductions.MostFen(record.Row, HeldBack.IsNegated(session, statement.Side, _partner, transactionId, statement.LastSequence));
        return new ObjectedRow(taken, Math.Max(0, checked(most - taken)));
    }

    /// <summary>The treatment side's number of a row that is claimed by now.</summary>
    private long? SequenceOf(string transactionId) => statement.Side is LedgerSide.Treatment
        ? ClearedRows.Claimed(session, _partner, statement.LastSequence, transactionId)?.Sequence
        : session.QuerySingleOrDefault<long?>(
            """
            SELECT c.sequence FROM clearing_row c WHERE c.transaction_id = @transactionId AND c.sequence <= @LastSequence
              AND EXISTS (SELECT 1 FROM clearing_statement s WHERE s.statement_number = c.statement_number AND s.side = 2 AND s.partner = @Partner)
            """,
            new { transactionId, statement.LastSequence, statement.Partner });
}

/// <summary>What the deductions of one statement take from each row they name.</summary>
internal sealed class DeductedRows
{
    private readonly string _statementNumber;
    private readonly Dictionary<string, (long DeductedFen, long RestoredFen)> _rows = [];

    public DeductedRows(Statement statement)
    {
        _statementNumber = statement.StatementNumber;
        foreach (var deduction in statement.Deductions.Where(deduction => deduction.RowTransactionId.Length > 0))
        {
            var (deducted, restored) = _rows.GetValueOrDefault(deduction.RowTransactionId);
            _rows[deduction.RowTransactionId] = Deductions.IsRestoration(deduction) ? (deducted, checked(restored - deduction.AmountFen)) : (checked(deducted + deduction.AmountFen), restored);
        }
    }

    public IReadOnlyCollection<string> Rows => _rows.Keys;

    /// <summary>Without what is restored of it; null when no deduction names the row, which is less than one of 0.00.</summary>
    public long? DeductedFen(string row) => _rows.TryGetValue(row, out var found) ? found.DeductedFen : null;

    public long RestoredFen(string row) => _rows.GetValueOrDefault(row).RestoredFen;

    /// <summary>What of a row stays held back with the statement. A row of the statement itself stands for this claim alone, an earlier one for all.</summary>
    public long StandingFen(Session session, LedgerSide own, Division partner, string row, bool isOfStatement)
    {
        var (deducted, restored) = _rows.GetValueOrDefault(row);
        return isOfStatement ? deducted : checked(HeldBack.OfRow(session, own, partner, row, _statementNumber) + deducted - restored);
    }
}
