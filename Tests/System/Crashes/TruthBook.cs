using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using NUnit.Framework;
using Provincial.His.V1;

namespace ProvincialGateway.Tests.Crashes;

/// <summary>
/// Everything that the hospitals of one direction of care were told, held against both databases: each settlement that was told is there once on both sides
/// with those figures, and nothing is there that nobody was told of but what a hospital voided itself.
/// </summary>
internal sealed class TruthBook
{
    private static readonly (string Column, Func<Figures, long> Of)[] Compared =
    [
        ("total_fen", figures => figures.TotalFen), ("full_self_pay_fen", figures => figures.FullSelfPayFen), ("over_limit_fen", figures => figures.OverLimitFen),
        ("pre_self_pay_fen", figures => figures.PreSelfPayFen), ("in_scope_fen", figures => figures.InScopeFen), ("deductible_fen", figures => figures.DeductibleFen),
        ("pool_fen", figures => figures.PoolFen), ("civil_servant_fen", figures => figures.CivilServantFen), ("enterprise_fen", figures => figures.EnterpriseFen),
        ("employee_large_amount_fen", figures => figures.EmployeeLargeAmountFen), ("resident_critical_illness_fen", figures => figures.ResidentCriticalIllnessFen),
        ("medical_aid_fen", figures => figures.MedicalAidFen), ("other_fund_fen", figures => figures.OtherFundFen), ("fund_total_fen", figures => figures.FundTotalFen),
        ("account_fen", figures => figures.AccountFen), ("cash_fen", figures => figures.CashFen), ("personal_total_fen", figures => figures.PersonalTotalFen),
        ("hospital_borne_fen", figures => figures.HospitalBorneFen),
    ];

    private readonly ConcurrentDictionary<string, int> _reversals = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Told> _settlements = new(StringComparer.Ordinal);
    private int _pending, _unanswered, _cancelled, _answered;

    public int Stays => _reversals.Count;

    public int Settlements => _settlements.Count;

    /// <summary>Steps that ended, with whatever answer.</summary>
    public int Answers => Volatile.Read(ref _answered);

    public void Answered() => Interlocked.Increment(ref _answered);

    public void Admitted(string visit) => Assert.That(_reversals.TryAdd(visit, 0), Is.True, $"visit {visit} was given twice");

    public void Settled(string visit, string number, Figures figures) => Assert.That(_settlements.TryAdd(number, new Told(visit, figures)), Is.True, $"settlement {number} was told for two transactions");

    public void Cancelled(string number)
    {
        Interlocked.Increment(ref _cancelled);
        _settlements[number] = _settlements[number] with { IsCancelled = true };
    }

    /// <summary>A settlement of the visit, that may have been made and that nobody was told of, is void.</summary>
    public void Reversed(string visit) => _reversals.AddOrUpdate(visit, _ => throw new InvalidOperationException("The visit is not known."), (_, count) => count + 1);

    public void Pending() => Interlocked.Increment(ref _pending);

    public void Unanswered() => Interlocked.Increment(ref _unanswered);

    /// <param name="treatmentFolder">Data folder of the hospitals' province.</param>
    /// <param name="insuredFolder">Data folder of the patients' one.</param>
    public void AssertHolds(string treatmentFolder, string insuredFolder, string treatmentProvince)
    {
        AssertHolds("treatment", treatmentFolder, "SELECT v.visit_number, s.* FROM treatment_settlement s JOIN treatment_visit v ON v.id = s.visit_id",
            "SELECT visit_number FROM treatment_visit WHERE visit_number IS NOT NULL");
        AssertHolds("insured", insuredFolder, $"SELECT s.visit_number, s.* FROM insured_settlement s WHERE treatment_province = '{treatmentProvince}'",
            $"SELECT visit_number FROM insured_visit WHERE treatment_province = '{treatmentProvince}'");
    }

    public override string ToString() =>
        $"{Stays} stays, {Settlements} settlements told, {_cancelled} of them cancelled, {_reversals.Values.Sum()} voided unanswered; {_pending} times pending, {_unanswered} times no answer at all";

    private void AssertHolds(string side, string folder, string settlements, string visits)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path.Combine(folder, "gateway.db"), Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        connection.Open();
        var kept = Rows(connection, settlements).ToDictionary(row => (string)row["settlement_number"], StringComparer.Ordinal);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Rows(connection, visits).Select(row => (string)row["visit_number"]), Is.EquivalentTo(_reversals.Keys), $"visits of the {side} side");
            foreach (var (number, told) in _settlements)
            {
                Assert.That(kept.Remove(number, out var row), Is.True, $"settlement {number} was told and is not at the {side} side");
                if (row is null)
                    continue;
                Assert.That(((string)row["visit_number"], (long)row["state"]), Is.EqualTo((told.Visit, told.IsCancelled ? 2L : 1L)), $"settlement {number} at the {side} side");
                Assert.That(Compared.Select(compared => (long)row[compared.Column]), Is.EqualTo(Compared.Select(compared => compared.Of(told.Figures))), $"figures of {number} at the {side} side");
            }
            foreach (var (number, row) in kept)
                Assert.That((long)row["state"], Is.EqualTo(2), $"settlement {number} stands at the {side} side and nobody was told of it");
            foreach (var group in kept.Values.GroupBy(row => (string)row["visit_number"], StringComparer.Ordinal))
                Assert.That(group.Count(), Is.LessThanOrEqualTo(_reversals.GetValueOrDefault(group.Key)), $"untold settlements of visit {group.Key} at the {side} side, against its reversals");
        }
    }

    private static List<Dictionary<string, object>> Rows(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<Dictionary<string, object>>();
        while (reader.Read())
        {
            var row = new Dictionary<string, object>(StringComparer.Ordinal);
            for (var column = 0; column < reader.FieldCount; column++)
                row.TryAdd(reader.GetName(column), reader.GetValue(column));
            rows.Add(row);
        }
        return rows;
    }

    private sealed record Told(string Visit, Figures Figures)
    {
        public bool IsCancelled { get; init; }
    }
}
