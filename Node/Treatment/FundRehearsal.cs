using Provincial.Exchange.V1;
using ProvincialGateway.Insured;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Treatment;

internal enum FundOutcome
{
    Computed = 1,

    /// <summary>No policy of the insured province was given.</summary>
    NoPolicy = 2,

    /// <summary>
    /// The policy given does not make the settlements that stand, or an answer of an earlier release does not hold all it was made from: then its
    /// result for other sums would be worth nothing.
    /// </summary>
    NotReproduced = 3,

    /// <summary>The policy would not settle the other sums.</summary>
    Refused = 4,
}

/// <summary>A standing settlement, and what other terms of its lines would change its bill by.</summary>
internal sealed record RehearsedSettlement(TreatmentSettlementRow Settlement, PartSums Change);

/// <param name="Stored">What the visit's settlements came to.</param>
/// <param name="Computed">What the policy decides on the other sums; null unless computed.</param>
internal sealed record FundChange(FundOutcome Outcome, PayerSums Stored, PayerSums? Computed);

/// <summary>
/// What a settled visit would have cost the funds with other sums. The insured province alone decides that; with its policy file the decisions can
/// be made again here, and only where the same file also makes the settlements as they stand is the result shown.
/// </summary>
internal sealed class FundRehearsal(Vault vault, IReadOnlyList<BenefitPolicy> policies)
{
    private readonly InsuredAnswers _answers = new(vault);

    /// <param name="settlements">All that stand of one visit, in the order in which they were made; at least one.</param>
    public FundChange Of(Session session, IReadOnlyList<RehearsedSettlement> settlements)
    {
        var stored = settlements.Aggregate(PayerSums.Zero, (sums, part) => sums + PayerSums.Of(part.Settlement));
        if (policies.FirstOrDefault(policy => policy.Province.Code == settlements[0].Settlement.InsuredProvince) is not { } policy)
            return new FundChange(FundOutcome.NoPolicy, stored, null);
        var (asSettled, other) = (new DecidedParts(policy), new DecidedParts(policy));
        foreach (var (settlement, change) in settlements)
        {
            if (CaseOf(session, settlement, policy, asSettled.Stay) is not { } settled)
                return new FundChange(FundOutcome.NotReproduced, stored, null);
            var changed = other.Instead(asSettled, Changed(settled, change));
            if (asSettled.Decide(settled) != PayerSums.Of(settlement))
                return new FundChange(FundOutcome.NotReproduced, stored, null);
            if (other.Decide(changed) is null)
                return new FundChange(FundOutcome.Refused, stored, null);
        }
        return new FundChange(FundOutcome.Computed, stored, other.Sums);
    }

    private static BenefitCase Changed(BenefitCase settled, PartSums change) => settled with
    {
        FullSelfPay = settled.FullSelfPay + change.FullSelfPay,
        OverLimit = settled.OverLimit + change.OverLimit,
        PreSelfPay = settled.PreSelfPay + change.PreSelfPay,
        InScope = settled.InScope + change.InScope,
    };

    /// <summary>What the insured side decided on, from the request and the answer this node keeps; null where they do not hold all of it.</summary>
    /// <param name="stay">What of the visit the settlements before it came to.</param>
    private BenefitCase? CaseOf(Session session, TreatmentSettlementRow settlement, BenefitPolicy policy, StaySoFar? stay)
    {
        var row = Outbox.Find(session, settlement.TransactionId) ?? throw new InvalidOperationException("A settlement is stored whose request is not.");
        var bill = SettleRequest.Parser.ParseFrom(Outbox.RequestOf(row, vault)).Bill;
        var decision = _answers.SettlementOf(session, settlement.TransactionId).Decision;
        var (person, year, counted) = (decision.Person, decision.Person.Accumulators, decision.CountedBefore);
        var (visit, day) = (VisitStore.Get(session, settlement.VisitId), ChinaTime.ParseIso(bill.ServiceDate));
        if (!Division.TryParse(person.InsuredDivision, out var area) || year.Admissions < 0)
            return null;
        var plan = policy.Find(area, person.Scheme, visit.VisitKind, visit.ChronicDisease, person.PersonClass, day);
        if (counted is null ? IsMoreCounted(plan, year, stay) : plan is { CountsPartOfTheYear: true } && plan.Header.Version != settlement.PolicyVersion)
            return null;
        return new BenefitCase
        {
            PoolingArea = area,
            Scheme = person.Scheme,
            PersonClass = person.PersonClass,
            InstitutionLevel = bill.Institution.Level,
            VisitKind = visit.VisitKind,
            ChronicDisease = visit.ChronicDisease,
            FilingKind = counted is null ? person.Filing?.Kind : counted.FilingKind is { Length: > 0 } kind ? kind : null,
            AdmissionOrdinal = year.Admissions + 1,
            ServiceDate = day,
            StayDays = BenefitCase.DaysOf(ChinaTime.ParseIso(visit.AdmissionDate), day),
            Total = new Fen(settlement.TotalFen),
            FullSelfPay = new Fen(settlement.FullSelfPayFen),
            OverLimit = new Fen(settlement.OverLimitFen),
            PreSelfPay = new Fen(settlement.PreSelfPayFen),
            InScope = new Fen(settlement.InScopeFen),
            PoolPaidYear = new Fen(year.PoolPaidFen),
            DeductiblePaidYear = new Fen(year.DeductiblePaidFen),
            YearByKind = [],
            Counted = counted is null ? null : new CountedYear(decision.AdmissionOrdinal, new Fen(counted.DeductiblePaidFen), new Fen(counted.PoolPaidFen)),
            LayerPaidYear = LayersOf(counted, layer => layer.PaidYearFen),
            LayerBaseYear = LayersOf(counted, layer => layer.BaseYearFen),
            Stay = stay is null ? null : stay with { LayerBase = LayersOf(counted, layer => layer.BaseStayFen) },
            // The answer states what the account has left after it has paid.
            AccountBalance = new Fen(person.AccountBalanceFen) + new Fen(settlement.AccountFen),
            AccountRequested = bill.HasAccountRequestedFen ? new Fen(bill.AccountRequestedFen) : null,
        };
    }

    /// <summary>Answers of earlier releases tell the totals of the year alone: not what single layers have seen, nor what a plan counts apart, nor of the stay.</summary>
    private static bool IsMoreCounted(BenefitPlan? plan, Accumulators year, StaySoFar? stay) =>
        stay is not null || (year.Admissions > 0 && plan is not null && (plan.Layers.Count > 0 || plan.CountsPartOfTheYear));

    private static Dictionary<string, Fen> LayersOf(CountedBefore? counted, Func<CountedLayer, long> figure) =>
        counted is null ? [] : counted.Layers.DistinctBy(layer => layer.Layer).ToDictionary(layer => layer.Layer, layer => new Fen(figure(layer)));

    /// <summary>The parts of one stay as one policy decides them, one after the other.</summary>
    private sealed class DecidedParts(BenefitPolicy policy)
    {
        /// <summary>What the parts have added, by calendar year.</summary>
        private readonly Dictionary<int, BenefitYear> _years = [];

        public StaySoFar? Stay { get; private set; }

        public PayerSums Sums { get; private set; } = PayerSums.Zero;

        /// <summary>Null when the policy refuses.</summary>
        public PayerSums? Decide(BenefitCase bill)
        {
            if (policy.Decide(bill) is not BenefitDecision decision)
                return null;
            YearOf(bill).Add(bill, decision);
            Stay = StaySoFar.After(bill, decision);
            var sums = PayerSums.Of(decision);
            Sums += sums;
            return sums;
        }

        /// <summary>A bill that comes after these parts instead of the settled ones: stay, year and account are what these have made of them.</summary>
        /// <param name="settled">The same parts as they were settled, this bill not yet.</param>
        public BenefitCase Instead(DecidedParts settled, BenefitCase bill)
        {
            if (Stay is null)
                return bill;
            var (mine, theirs) = (YearOf(bill), settled.YearOf(bill));
            var (deductible, pool) = (mine.DeductiblePaid - theirs.DeductiblePaid, mine.PoolPaid - theirs.PoolPaid);
            return bill with
            {
                Stay = Stay,
                DeductiblePaidYear = bill.DeductiblePaidYear + deductible,
                PoolPaidYear = bill.PoolPaidYear + pool,
                Counted = bill.Counted is { } counted ? counted with { DeductiblePaid = counted.DeductiblePaid + deductible, PoolPaid = counted.PoolPaid + pool } : null,
                LayerPaidYear = Moved(bill.LayerPaidYear, mine.LayerPaid, theirs.LayerPaid),
                LayerBaseYear = Moved(bill.LayerBaseYear, mine.LayerBase, theirs.LayerBase),
                AccountBalance = Fen.Max(Fen.Zero, bill.AccountBalance + settled.Sums.Account - Sums.Account),
            };
        }

        private static Dictionary<string, Fen> Moved(IReadOnlyDictionary<string, Fen> stated, IReadOnlyDictionary<string, Fen> mine, IReadOnlyDictionary<string, Fen> theirs) =>
            stated.Keys.Union(mine.Keys).Union(theirs.Keys)
                .ToDictionary(layer => layer, layer => stated.GetValueOrDefault(layer) + mine.GetValueOrDefault(layer) - theirs.GetValueOrDefault(layer));

        private BenefitYear YearOf(BenefitCase bill)
        {
            if (!_years.TryGetValue(bill.ServiceDate.Year, out var year))
                _years[bill.ServiceDate.Year] = year = new BenefitYear();
            return year;
        }
    }
}
