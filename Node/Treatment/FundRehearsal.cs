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
    /// The policy given does not make the settlement that stands, or the answer does not hold all it was made from (what has reached single layers in
    /// the year): then its result for other sums would be worth nothing.
    /// </summary>
    NotReproduced = 3,

    /// <summary>The policy would not settle the other sums.</summary>
    Refused = 4,
}

/// <param name="PoolFen">And the others: what the policy decides on the other sums; zero unless computed.</param>
internal sealed record FundChange(FundOutcome Outcome, long PoolFen, long FundTotalFen, long AccountFen, long CashFen);

/// <summary>
/// What a settled bill would have cost the funds with other sums. The insured province alone decides that; with its policy file the decision can
/// be computed here, and only where the same file also makes the settlement as it stands is the result shown.
/// </summary>
internal sealed class FundRehearsal(Vault vault, IReadOnlyList<BenefitPolicy> policies)
{
    public FundChange Of(Session session, TreatmentSettlementRow settlement, PartSums change)
    {
        if (policies.FirstOrDefault(policy => policy.Province.Code == settlement.InsuredProvince) is not { } policy)
            return Without(FundOutcome.NoPolicy);
        if (CaseOf(session, settlement, policy) is not { } settled || policy.Decide(settled) is not BenefitDecision before || !IsSame(before, settlement))
            return Without(FundOutcome.NotReproduced);
        var other = settled with
        {
            FullSelfPay = settled.FullSelfPay + change.FullSelfPay,
            OverLimit = settled.OverLimit + change.OverLimit,
            PreSelfPay = settled.PreSelfPay + change.PreSelfPay,
            InScope = settled.InScope + change.InScope,
        };
        return policy.Decide(other) is BenefitDecision after
            ? new FundChange(FundOutcome.Computed, after.Pool.Value, after.FundTotal.Value, after.Account.Value, after.Cash.Value)
            : Without(FundOutcome.Refused);
    }

    private static FundChange Without(FundOutcome outcome) => new(outcome, 0, 0, 0, 0);

    private static bool IsSame(BenefitDecision decision, TreatmentSettlementRow settlement) =>
        decision.Deductible.Value == settlement.DeductibleFen && decision.Pool.Value == settlement.PoolFen && decision.FundTotal.Value == settlement.FundTotalFen
        && decision.Account.Value == settlement.AccountFen && decision.Cash.Value == settlement.CashFen;

    /// <summary>What the insured side decided on, from the request and the answer this node keeps; null where they do not hold all of it.</summary>
    private BenefitCase? CaseOf(Session session, TreatmentSettlementRow settlement, BenefitPolicy policy)
    {
        var row = Outbox.Find(session, settlement.TransactionId) ?? throw new InvalidOperationException("A settlement is stored whose request is not.");
        var bill = SettleRequest.Parser.ParseFrom(Outbox.RequestOf(row, vault)).Bill;
        // What of the stay was settled before is the insured side's knowledge.
        if (VisitStore.SettlementsOf(session, settlement.VisitId).Any(other => other is { State: 1, Interim: true }))
            return null;
        var decision = SettleResponse.Parser.ParseFrom(Outbox.ReplyOf(row, vault)).Settlement.Decision;
        var (person, year) = (decision.Person, decision.Person.Accumulators);
        var (visit, day) = (VisitStore.Get(session, settlement.VisitId), ChinaTime.ParseIso(bill.ServiceDate));
        if (!Division.TryParse(person.InsuredDivision, out var area) || year.Admissions < 0)
            return null;
        // What reached each layer earlier in the year, and what of the year a plan counts apart, is not in the answer.
        if (year.Admissions > 0 && policy.Find(area, person.Scheme, visit.VisitKind, chronicDisease: null, person.PersonClass, day) is { } plan
            && (plan.Layers.Count > 0 || plan.CountsPartOfTheYear))
            return null;
        return new BenefitCase
        {
            PoolingArea = area,
            Scheme = person.Scheme,
            PersonClass = person.PersonClass,
            InstitutionLevel = bill.Institution.Level,
            VisitKind = visit.VisitKind,
            FilingKind = person.Filing?.Kind,
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
            LayerPaidYear = new Dictionary<string, Fen>(),
            LayerBaseYear = new Dictionary<string, Fen>(),
            // The answer states what the account has left after it has paid.
            AccountBalance = new Fen(person.AccountBalanceFen) + new Fen(settlement.AccountFen),
            AccountRequested = bill.HasAccountRequestedFen ? new Fen(bill.AccountRequestedFen) : null,
        };
    }
}
