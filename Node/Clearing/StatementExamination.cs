using System.Text.Json;
using Provincial.Exchange.V1;
using ProvincialGateway.Insured;
using ProvincialGateway.Ledger;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;
using Row = Provincial.Exchange.V1.StatementRow;

namespace ProvincialGateway.Clearing;

/// <summary>
/// The insured side's check of a statement, row by row in the order of the treatment side's sequence: is each row in its own ledger with the same
/// content, not claimed before and not too old, and do the rows make the sums and the digest that were proposed?
/// </summary>
internal sealed class StatementExamination(ClearingStatement statement, int lateMonthsMax) : IDisposable
{
    private readonly RunningTotals _totals = new();
    private readonly List<ObjectionRow> _objections = [];
    private readonly DeductedRows _deducted = new(statement.ToStatement());
    private readonly Dictionary<string, long> _named = [];
    private readonly HashSet<string> _negated = [];
    private readonly string _oldest = Oldest(statement, lateMonthsMax);
    private string _reason = "";
    private long _findings;

    /// <summary>Of the last row seen; the next page begins after it.</summary>
    public long LastSequence { get; private set; } = statement.FirstSequence - 1;

    /// <summary>The first findings, at most as many as one dispute can name.</summary>
    public IReadOnlyList<ObjectionRow> Objections => _objections;

    /// <summary>Examines rows and claims them for the statement, in the caller's transaction.</summary>
    /// <returns>False when the rows do not follow one another: there is nothing more to be learned from them.</returns>
    public bool Add(Session session, IReadOnlyList<Row> rows)
    {
        var known = Known(session, rows);
        var claims = new Dictionary<string, Row>(rows.Count);
        foreach (var row in rows)
        {
            if (row.Sequence != LastSequence + 1 || row.Sequence > statement.LastSequence || !IsWhole(row.Row))
            {
                Fail($"台账序号 {LastSequence + 1} 处的行缺失、重复或不完整 / the row at sequence {LastSequence + 1} is missing, doubled or not whole");
                break;
            }
            LastSequence = row.Sequence;
            Examine(session, row, known.GetValueOrDefault(row.Row.TransactionId), claims);
        }
        session.ExecuteEach("INSERT INTO clearing_row (transaction_id, statement_number, sequence) VALUES (?1, ?2, ?3)", claims.Values,
            (bound, row) => bound.Bind(1, row.Row.TransactionId).Bind(2, statement.StatementNumber).Bind(3, row.Sequence));
        return _reason.Length == 0;
    }

    /// <summary>What the rows come to, beside what was proposed. Called after the last row.</summary>
    public CheckRow Conclude(Session session, long nowMs)
    {
        ForgetUndone();
        if (_reason.Length == 0)
            CompareTotals(statement.ToStatement());
        if (_reason.Length == 0)
            CompareDeductions(session);
        return new CheckRow { RowCount = LastSequence - statement.FirstSequence + 1, FindingCount = _findings, Reason = _reason, CheckedAtMs = nowMs };
    }

    public void Dispose() => _totals.Dispose();

    private void Examine(Session session, Row received, OwnRow? own, Dictionary<string, Row> claims)
    {
        var (row, digest) = (received.Row, RowDigest.Of(received.Row));
        _totals.Add(row, digest);
        Note(row);
        var isNew = own?.ClaimedBy is null && claims.TryAdd(row.TransactionId, received);
        if (!isNew && (own?.ClaimedBy ?? statement.StatementNumber) == statement.StatementNumber && own?.ClaimedAt != received.Sequence)
            Fail($"行 {row.TransactionId} 在本清算单内重复 / row {row.TransactionId} is claimed twice in this statement");
        else if (!isNew && own!.ClaimedBy != statement.StatementNumber)
            Object(row, DisputeKind.ClaimedBefore, "", $"已在清算单 {own.ClaimedBy} 中 / claimed in {own.ClaimedBy} already");
        else if (own?.RowSha256 is null || own.Side != (int)LedgerSide.Insured || own.Partner != statement.Partner)
            Object(row, DisputeKind.UnknownRow, "", "参保地台账没有此行 / not in the insured side's ledger");
        else if (!digest.AsSpan().SequenceEqual(own.RowSha256))
            Object(row, DisputeKind.DifferentFigures, DifferingField(session, row), "双方台账内容不同 / the two ledgers differ");
        else if (row.Kind is LedgerRowKind.Settlement && string.CompareOrdinal(row.Cell.BusinessDate, _oldest) < 0)
            Object(row, DisputeKind.TooLate, "cell.business_date", $"早于 {_oldest}，超过申报期限 / before {_oldest}: declared too late");
    }

    private static string DifferingField(Session session, LedgerRow row)
    {
        var own = LedgerRows.Find(session, row.TransactionId)!.Row;
        (own.RowSha256, var theirs) = (Google.Protobuf.ByteString.Empty, row.Clone());
        theirs.RowSha256 = Google.Protobuf.ByteString.Empty;
        return MessageDifference.FirstPath(own, theirs) ?? "";
    }

    private void CompareTotals(Statement proposed)
    {
        var totals = _totals.ToTotals();
        if (LastSequence != statement.LastSequence)
            Fail($"只收到 {LastSequence - statement.FirstSequence + 1} 行，应为 {statement.RowCount} 行 / {LastSequence - statement.FirstSequence + 1} rows came, {statement.RowCount} are claimed");
        else if (!totals.RowsSha256.AsSpan().SequenceEqual(statement.RowsSha256))
            Fail("各行摘要与所提出的不符 / the rows do not make the proposed digest");
        else if (!totals.Sums.SequenceEqual(proposed.Sums))
            Fail(SumsDifference(totals, proposed));
    }

    private static string SumsDifference(RangeTotals totals, Statement proposed)
    {
        var off = checked(proposed.ClaimedFen - totals.ClaimedFen);
        return $"各行之和与所提出的分项不符，申请额相差 {new Fen(off)} / the rows do not make the proposed sums; the claim is off by {new Fen(off)}";
    }

    /// <summary>What the deductions will be held against: figures of the rows they name, and rows that are undone by others.</summary>
    private void Note(LedgerRow row)
    {
        if (_deducted.DeductedFen(row.TransactionId) is not null)
            _named[row.TransactionId] = Deductions.MostFen(row, isNegated: false);
        if (row.NegatedTransactionId.Length > 0)
            _negated.Add(row.NegatedTransactionId);
    }

    private void Object(LedgerRow row, DisputeKind kind, string field, string reason)
    {
        var (most, deducted) = (Deductions.MostFen(row, isNegated: false), _deducted.DeductedFen(row.TransactionId));
        // Objected to before, and nothing of it is claimed any more; a row that claims nothing is acknowledged with 0.00.
        if (deducted == most)
            return;
        Add(new ObjectionRow { RowTransactionId = row.TransactionId, Kind = kind, AmountFen = Math.Max(0, checked(most - (deducted ?? 0))), Field = field, Reason = reason });
    }

    private void Add(ObjectionRow objection)
    {
        _findings++;
        if (_objections.Count < DisputeStatementStep.RowsMax)
            _objections.Add(objection);
    }

    /// <summary>A row that the statement itself undoes claims nothing: an objection to it takes nothing, and 0.00 acknowledges it.</summary>
    private void ForgetUndone()
    {
        _findings -= _objections.RemoveAll(objection => _negated.Contains(objection.RowTransactionId) && _deducted.DeductedFen(objection.RowTransactionId) == 0);
        for (var place = 0; place < _objections.Count; place++)
        {
            if (_negated.Contains(_objections[place].RowTransactionId))
                _objections[place] = _objections[place] with { AmountFen = 0 };
        }
    }

    /// <summary>What is deducted or restored for single rows: of this statement or an earlier one, never more than the row claims, nothing of one that was undone.</summary>
    private void CompareDeductions(Session session)
    {
        var partner = Division.Parse(statement.Partner);
        foreach (var row in _deducted.Rows)
        {
            if (_named.TryGetValue(row, out var claimed))
                Bound(row, _deducted.StandingFen(session, LedgerSide.Insured, partner, row, isOfStatement: true), _negated.Contains(row) ? 0 : claimed);
            else
                CompareEarlier(session, partner, row);
        }
        foreach (var held in HeldBack.Rows(session, LedgerSide.Insured, partner, statement.LastSequence, statement.StatementNumber).Where(row => row.IsNegated))
        {
            if (_deducted.StandingFen(session, LedgerSide.Insured, partner, held.RowTransactionId, isOfStatement: false) != 0)
                Fail($"行 {held.RowTransactionId} 已撤销，其扣款未全部退回 / row {held.RowTransactionId} was undone and what was deducted for it is not all given back");
        }
    }

    private void CompareEarlier(Session session, Division partner, string row)
    {
        if (!ClearedRows.IsClaimedBefore(session, statement, row))
        {
            Fail($"扣款所指的行 {row} 不在本清算单及以前的清算单内 / row {row} that is deducted from is neither of this statement nor of an earlier one");
            return;
        }
        var (standing, restored) = (_deducted.StandingFen(session, LedgerSide.Insured, partner, row, isOfStatement: false), _deducted.RestoredFen(row));
        var own = LedgerRows.Find(session, row) is { Side: LedgerSide.Insured } record && record.Partner == partner ? record.Row : null;
        // Of a row that this side does not have nothing more can be judged than that its deduction does not grow.
        Bound(row, standing, own is null ? HeldBack.OfRow(session, LedgerSide.Insured, partner, row, statement.StatementNumber)
            : Deductions.MostFen(own, HeldBack.IsNegated(session, LedgerSide.Insured, partner, row, statement.LastSequence)));
        if (own is null && restored > 0)
            Add(new ObjectionRow { RowTransactionId = row, Kind = DisputeKind.UnknownRow, AmountFen = restored, Field = "", Reason = "恢复的行参保地台账仍没有 / restored, and still not in the insured side's ledger" });
    }

    private void Bound(string row, long takenFen, long mostFen)
    {
        if (takenFen < 0 || takenFen > mostFen)
            Fail($"行 {row} 共扣 {new Fen(takenFen)}，应在 0.00 至 {new Fen(mostFen)} 之间 / {new Fen(takenFen)} are taken from row {row}, 0.00 to {new Fen(mostFen)} is possible");
    }

    private void Fail(string reason)
    {
        if (_reason.Length == 0)
            _reason = reason;
    }

    /// <summary>A row that can be digested and stored.</summary>
    private static bool IsWhole(LedgerRow? row) => row is { Cell: not null, Charges: not null, Payments: not null }
        && TransactionId.TryParse(row.TransactionId, out _)
        && Texts(row).All(text => text.Length <= ClearingFields.TextMax && !text.Any(char.IsControl))
        && ClearingFields.AreWithin(row.Charges, row.Payments, ClearingFields.AmountMaxFen)
        && Math.Abs(row.Payments.FundTotalFen + row.Payments.AccountFen) <= ClearingFields.AmountMaxFen;

    private static string[] Texts(LedgerRow row) =>
    [
        row.Cell.BusinessDate, row.Cell.Scheme, row.Cell.ClearingType, row.SettlementNumber, row.VisitNumber, row.NegatedTransactionId, row.InsuredDivision, row.PersonNumber,
        row.InstitutionCode, row.VisitKind,
    ];

    private static Dictionary<string, OwnRow> Known(Session session, IReadOnlyList<Row> rows)
    {
        // What is no id is no row either, and may hold characters that SQLite reads otherwise.
        var ids = JsonSerializer.Serialize(rows.Select(row => row.Row?.TransactionId ?? "").Where(id => TransactionId.TryParse(id, out _)).Distinct());
        return session.Query<OwnRow>(
            """
            SELECT j.value AS transaction_id, r.side, r.partner, r.row_sha256, c.statement_number AS claimed_by, c.sequence AS claimed_at
            FROM json_each(@ids) j LEFT JOIN ledger_row r ON r.transaction_id = j.value LEFT JOIN clearing_row c ON c.transaction_id = j.value
            """,
            new { ids }).ToDictionary(row => row.TransactionId);
    }

    private static string Oldest(ClearingStatement statement, int lateMonthsMax)
    {
        StatementRules.TryPeriod(statement.Period, out var period);
        return period.AddMonths(-lateMonthsMax).Iso();
    }

    private sealed class OwnRow
    {
        public required string TransactionId { get; init; }
        public int? Side { get; init; }
        public string? Partner { get; init; }
        public byte[]? RowSha256 { get; init; }
        public string? ClaimedBy { get; init; }
        public long? ClaimedAt { get; init; }
    }
}
