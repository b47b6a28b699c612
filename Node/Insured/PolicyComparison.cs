using ProvincialGateway.Ledger;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Insured;

/// <summary>What each payer bears of a bill, or of many.</summary>
internal sealed record PayerSums
{
    public static readonly PayerSums Zero = new();

    public Fen Deductible { get; init; }
    public Fen Pool { get; init; }
    public Fen CivilServant { get; init; }
    public Fen Enterprise { get; init; }
    public Fen EmployeeLargeAmount { get; init; }
    public Fen ResidentCriticalIllness { get; init; }
    public Fen MedicalAid { get; init; }
    public Fen OtherFund { get; init; }
    public Fen FundTotal { get; init; }
    public Fen Account { get; init; }
    public Fen Cash { get; init; }

    public static PayerSums operator +(PayerSums left, PayerSums right) => Join(left, right, (a, b) => a + b);

    public static PayerSums operator -(PayerSums left, PayerSums right) => Join(left, right, (a, b) => a - b);

    public static PayerSums Of(BenefitDecision decision) => new()
    {
        Deductible = decision.Deductible,
        Pool = decision.Pool,
        CivilServant = decision.CivilServant,
        Enterprise = decision.Enterprise,
        EmployeeLargeAmount = decision.EmployeeLargeAmount,
        ResidentCriticalIllness = decision.ResidentCriticalIllness,
        MedicalAid = decision.MedicalAid,
        OtherFund = decision.OtherFund,
        FundTotal = decision.FundTotal,
        Account = decision.Account,
        Cash = decision.Cash,
    };

    public static PayerSums Of(SettlementFigures row) => new()
    {
        Deductible = new Fen(row.DeductibleFen),
        Pool = new Fen(row.PoolFen),
        CivilServant = new Fen(row.CivilServantFen),
        Enterprise = new Fen(row.EnterpriseFen),
        EmployeeLargeAmount = new Fen(row.EmployeeLargeAmountFen),
        ResidentCriticalIllness = new Fen(row.ResidentCriticalIllnessFen),
        MedicalAid = new Fen(row.MedicalAidFen),
        OtherFund = new Fen(row.OtherFundFen),
        FundTotal = new Fen(row.FundTotalFen),
        Account = new Fen(row.AccountFen),
        Cash = new Fen(row.CashFen),
    };

    private static PayerSums Join(PayerSums left, PayerSums right, Func<Fen, Fen, Fen> join) => new()
    {
        Deductible = join(left.Deductible, right.Deductible),
        Pool = join(left.Pool, right.Pool),
        CivilServant = join(left.CivilServant, right.CivilServant),
        Enterprise = join(left.Enterprise, right.Enterprise),
        EmployeeLargeAmount = join(left.EmployeeLargeAmount, right.EmployeeLargeAmount),
        ResidentCriticalIllness = join(left.ResidentCriticalIllness, right.ResidentCriticalIllness),
        MedicalAid = join(left.MedicalAid, right.MedicalAid),
        OtherFund = join(left.OtherFund, right.OtherFund),
        FundTotal = join(left.FundTotal, right.FundTotal),
        Account = join(left.Account, right.Account),
        Cash = join(left.Cash, right.Cash),
    };
}

/// <summary>What one version of the policy decides.</summary>
/// <param name="Version">Of the plan; null when it refuses.</param>
internal sealed record ComparedDecision(string? Version, PayerSums Sums, BenefitRefusal? Refusal);

/// <summary>One settlement that the two versions do not decide alike.</summary>
internal sealed record ComparedSettlement(string SettlementNumber, string BusinessDate, string ServiceDate, string TreatmentProvince, string Scheme, string VisitKind, ComparedDecision Old, ComparedDecision New)
{
    public PayerSums Change => New.Sums - Old.Sums;
}

/// <param name="NotAsStored">Settlements that the old version does not decide as they were settled: another policy or other facts decided them.</param>
internal sealed record PolicyComparisonReport(
    string From, string To, int Settlements, int NotAsStored, int OldRefused, int NewRefused, PayerSums Stored, PayerSums Old, PayerSums New, IReadOnlyList<ComparedSettlement> Changed)
{
    public PayerSums Change => New - Old;
}

/// <summary>
/// A month of standing settlements decided anew under two policies, in the order in which they were made. Each policy has years and accounts of
/// its own: up to the month they are what the settlements before it made them, from then on what its own decisions make them. Writes nothing.
/// </summary>
internal sealed class PolicyComparison(SettledBills bills, BenefitPolicy old, BenefitPolicy @new)
{
    /// <param name="begin">Is told how many settlements there are; what it returns is called once for each.</param>
    public PolicyComparisonReport Run(Session session, DateOnly from, DateOnly to, Func<int, Action<string>> begin)
    {
        var rows = SettledBills.Standing(session, from, to);
        var step = begin(rows.Count);
        var (oldTrack, newTrack) = (new Track(old, session, from), new Track(@new, session, from));
        var (stored, oldSums, newSums) = (PayerSums.Zero, PayerSums.Zero, PayerSums.Zero);
        var (notAsStored, oldRefused, newRefused) = (0, 0, 0);
        var changed = new List<ComparedSettlement>();
        foreach (var row in rows)
        {
            var bill = bills.Open(session, row);
            var (before, after, actual) = (oldTrack.Decide(bill), newTrack.Decide(bill), PayerSums.Of(row));
            (stored, oldSums, newSums) = (stored + actual, oldSums + before.Sums, newSums + after.Sums);
            notAsStored += before.Sums == actual && before.Refusal is null ? 0 : 1;
            oldRefused += before.Refusal is null ? 0 : 1;
            newRefused += after.Refusal is null ? 0 : 1;
            if (before.Sums != after.Sums || before.Refusal?.Code != after.Refusal?.Code)
                changed.Add(new ComparedSettlement(row.SettlementNumber, row.BusinessDate, row.ServiceDate, row.TreatmentProvince, row.Scheme, bill.Visit.VisitKind, before, after));
            step(row.SettlementNumber);
        }
        return new PolicyComparisonReport(from.Iso(), to.AddDays(-1).Iso(), rows.Count, notAsStored, oldRefused, newRefused, stored, oldSums, newSums, changed);
    }

    /// <summary>One policy's view of the month: its own years, stays and accounts.</summary>
    private sealed class Track(BenefitPolicy policy, Session session, DateOnly from)
    {
        private readonly Dictionary<(string Person, int Year), BenefitYear> _years = [];
        private readonly Dictionary<string, Fen> _accountSaved = [];

        /// <summary>By visit number, of the stays that it has decided a part of.</summary>
        private readonly Dictionary<string, StaySoFar> _stays = [];

        public ComparedDecision Decide(SettledBill bill)
        {
            var (person, year) = (bill.Settlement.PersonNumber, YearOf(bill.Settlement));
            // What this policy left in the account, over what was left in truth. A settlement cancelled since may have lowered the balance that was seen.
            var saved = _accountSaved.GetValueOrDefault(person);
            var asked = bill.ToCase(year, Fen.Max(Fen.Zero, bill.AccountBalance + saved));
            if (_stays.TryGetValue(bill.Visit.VisitNumber, out var stay))
                asked = asked with { Stay = stay };
            var outcome = policy.Decide(asked);
            var paid = outcome is BenefitDecision decided ? decided.Account : Fen.Zero;
            _accountSaved[person] = saved + new Fen(bill.Settlement.AccountFen) - paid;
            if (outcome is not BenefitDecision decision)
                return new ComparedDecision(null, PayerSums.Zero, (BenefitRefusal)outcome);
            year.Add(asked, decision);
            _stays[bill.Visit.VisitNumber] = StaySoFar.After(asked, decision);
            return new ComparedDecision(decision.PolicyVersion, PayerSums.Of(decision), null);
        }

        private BenefitYear YearOf(InsuredSettlementRow row)
        {
            var key = (row.PersonNumber, row.AccumulatorYear);
            if (!_years.TryGetValue(key, out var year))
                _years[key] = year = SettledBills.YearBefore(session, row.PersonNumber, row.AccumulatorYear, from);
            return year;
        }
    }
}
