using System.Text;
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
    private readonly byte[] _partner = Encoding.UTF8.GetBytes(statement.Partner);
    private string _reason = "";
    private long _findings;

    public ClearingStatement Statement => statement;

    /// <summary>Of the last row seen; the next page begins after it.</summary>
    public long LastSequence { get; private set; } = statement.FirstSequence - 1;

    /// <summary>The first findings, at most as many as one dispute can name.</summary>
    public IReadOnlyList<ObjectionRow> Objections => _objections;

    /// <summary>Nothing was found yet that makes further rows worthless.</summary>
    public bool IsWorthGoingOn => _reason.Length == 0;

    /// <summary>Takes the rows that follow the last one; what does not follow ends the examination.</summary>
    public ExaminedRows Examine(Session session, IReadOnlyList<Row> rows)
    {
        var examined = new ExaminedRows();
        using var ledger = new RowScan(session, "SELECT side, partner, row_sha256 FROM ledger_row WHERE transaction_id = ?1");
        foreach (var row in rows)
        {
            if (row.Sequence != LastSequence + 1 || row.Sequence > statement.LastSequence || !IsWhole(row.Row))
            {
                Fail($"台账序号 {LastSequence + 1} 处的行缺失、重复或不完整 / the row at sequence {LastSequence + 1} is missing, doubled or not whole");
                break;
            }
            LastSequence = row.Sequence;
            Remember(row.Row);
            if (Fault(session, ledger, row.Row) is { } fault)
                examined.Faults.Add((examined.Rows.Count, fault));
            examined.Rows.Add(new ClaimedRow(row.Row.TransactionId, row.Sequence, checked(row.Row.Payments.FundTotalFen + row.Row.Payments.AccountFen)));
        }
        return examined;
    }

    /// <summary>Notes what was found in rows that have been claimed, in the order of the rows.</summary>
    /// <param name="claimedBefore">What <see cref="ClearedRows.Claim"/> returned.</param>
    public void Note(ExaminedRows examined, IEnumerable<(int Place, string StatementNumber)> claimedBefore)
    {
        var doubled = claimedBefore.Select(claim => (claim.Place, Fault: new RowFault(
            DisputeKind.ClaimedBefore, "", $"已在清算单 {claim.StatementNumber} 中 / claimed in {claim.StatementNumber} already")));
        foreach (var (place, fault) in doubled.Concat(examined.Faults).OrderBy(found => found.Place))
            Object(examined.Rows[place], fault);
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

    private RowFault? Fault(Session session, RowScan ledger, LedgerRow row)
    {
        var digest = RowDigest.Of(row);
        _totals.Add(row, digest);
        var (isKnown, isEqual) = (false, false);
        ledger.Each(own => (isKnown, isEqual) = (own.Long(0) == (long)LedgerSide.Insured && own.Bytes(1).SequenceEqual(_partner), own.Bytes(2).SequenceEqual(digest)), row.TransactionId);
        if (!isKnown)
            return new RowFault(DisputeKind.UnknownRow, "", "参保地台账没有此行 / not in the insured side's ledger");
        if (!isEqual)
            return new RowFault(DisputeKind.DifferentFigures, DifferingField(session, row), "双方台账内容不同 / the two ledgers differ");
        return row.Kind is LedgerRowKind.Settlement && string.CompareOrdinal(row.Cell.BusinessDate, _oldest) < 0
            ? new RowFault(DisputeKind.TooLate, "cell.business_date", $"早于 {_oldest}，超过申报期限 / before {_oldest}: declared too late")
            : null;
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
    private void Remember(LedgerRow row)
    {
        if (_deducted.DeductedFen(row.TransactionId) is not null)
            _named[row.TransactionId] = Deductions.MostFen(row, isNegated: false);
        if (row.NegatedTransactionId.Length > 0)
            _negated.Add(row.NegatedTransactionId);
    }

    private void Object(ClaimedRow row, RowFault fault)
    {
        var (most, deducted) = (Math.Max(0, row.ClearedFen), _deducted.DeductedFen(row.TransactionId));
        // Objected to before, and nothing of it is claimed any more; a row that claims nothing is acknowledged with 0.00.
        if (deducted == most)
            return;
        Add(new ObjectionRow { RowTransactionId = row.TransactionId, Kind = fault.Kind, AmountFen = Math.Max(0, checked(most - (deducted ?? 0))), Field = fault.Field, Reason = fault.Reason });
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

    /// <summary>A row that can be digested, summed up and stored.</summary>
    private static bool IsWhole(LedgerRow? row) => row is { Cell: not null, Charges: not null, Payments: not null }
        && TransactionId.TryParse(row.TransactionId, out _)
        && IsPlain(row.Cell.BusinessDate) && IsPlain(row.Cell.Scheme) && IsPlain(row.Cell.ClearingType)
        && IsPlain(row.SettlementNumber) && IsPlain(row.VisitNumber) && IsPlain(row.NegatedTransactionId) && IsPlain(row.InsuredDivision)
        && IsPlain(row.PersonNumber) && IsPlain(row.InstitutionCode) && IsPlain(row.VisitKind)
        && AreOfABill(
            row.Charges.TotalFen, row.Charges.FullSelfPayFen, row.Charges.OverLimitFen, row.Charges.PreSelfPayFen, row.Charges.InScopeFen,
            row.Payments.DeductibleFen, row.Payments.PoolFen, row.Payments.CivilServantFen, row.Payments.EnterpriseFen, row.Payments.EmployeeLargeAmountFen,
            row.Payments.ResidentCriticalIllnessFen, row.Payments.MedicalAidFen, row.Payments.OtherFen, row.Payments.FundTotalFen, row.Payments.AccountFen,
            row.Payments.CashFen, row.Payments.PersonalTotalFen, row.Payments.HospitalBorneFen);

    /// <summary>So small that the sums of any month cannot overflow.</summary>
    private static bool AreOfABill(params ReadOnlySpan<long> figures) => !figures.ContainsAnyExceptInRange(-SettlementFigures.AmountMaxFen, SettlementFigures.AmountMaxFen);

    private static bool IsPlain(string text)
    {
        foreach (var character in text)
        {
            if (char.IsControl(character))
                return false;
        }
        return text.Length <= ClearingFields.TextMax;
    }

    private static string Oldest(ClearingStatement statement, int lateMonthsMax)
    {
        StatementRules.TryPeriod(statement.Period, out var period);
        return period.AddMonths(-lateMonthsMax).Iso();
    }
}

/// <summary>Rows of one statement that were compared with the own ledger and are still to be claimed; little of each is kept.</summary>
internal sealed class ExaminedRows
{
    public List<ClaimedRow> Rows { get; } = [];

    /// <summary>In the order of the rows, at most one of each.</summary>
    public List<(int Place, RowFault Fault)> Faults { get; } = [];

    public void Add(ExaminedRows more)
    {
        Faults.AddRange(more.Faults.Select(found => (Rows.Count + found.Place, found.Fault)));
        Rows.AddRange(more.Rows);
    }
}

/// <summary>What is wrong with a row.</summary>
/// <param name="Field">Where the ledgers differ; may be empty.</param>
internal sealed record RowFault(DisputeKind Kind, string Field, string Reason);
