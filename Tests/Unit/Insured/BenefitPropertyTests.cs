using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using ProvincialGateway.Insured;
using ProvincialGateway.Values;
using static ProvincialGateway.Tests.Insured.Policies;

namespace ProvincialGateway.Tests.Insured;

/// <summary>What holds for every non-negative bill under every policy at hand. A failure prints the replay of FsCheck.</summary>
internal sealed class BenefitPropertyTests
{
    private static readonly Config Many = Config.QuickThrowOnFailure.WithMaxTest(3_000);

    private static readonly BenefitPolicy[] Everything = All();

    private static readonly Arbitrary<Situation> Situations = Arb.From(AnySituation());

    [Test]
    public void The_equations_hold_for_any_bill() => Check.One(Many, Prop.ForAll(Situations, situation =>
    {
        var bill = situation.Bill;
        var decision = situation.Decided();
        var funds = decision.Pool + decision.CivilServant + decision.Enterprise + decision.EmployeeLargeAmount
            + decision.ResidentCriticalIllness + decision.MedicalAid + decision.OtherFund;
        Fen[] amounts =
        [
            decision.Deductible, decision.Pool, decision.CivilServant, decision.Enterprise, decision.EmployeeLargeAmount,
            decision.ResidentCriticalIllness, decision.MedicalAid, decision.OtherFund, decision.Account, decision.Cash, decision.HospitalBorne,
        ];
        return bill.Total == decision.FundTotal + decision.PersonalTotal + decision.HospitalBorne
            && decision.FundTotal == funds
            && decision.PersonalTotal == decision.Account + decision.Cash
            && decision.Deductible <= bill.InScope
            && decision.FundTotal <= bill.InScope
            && amounts.All(amount => !amount.IsNegative);
    }));

    [Test]
    public void More_in_scope_never_lowers_what_the_funds_pay_nor_what_the_person_pays() => Check.One(Many, Prop.ForAll(Situations, situation =>
    {
        var bill = situation.Bill;
        var less = situation.Decided();
        var more = situation.Policy.Decided(bill with { InScope = bill.InScope + situation.Extra, Total = bill.Total + situation.Extra });
        return more.FundTotal >= less.FundTotal && more.PersonalTotal >= less.PersonalTotal && more.Deductible >= less.Deductible;
    }));

    [Test]
    public void What_an_admission_is_told_of_the_deductible_is_what_its_bill_carries_as_far_as_it_reaches_it() => Check.One(Many, Prop.ForAll(Situations, situation =>
    {
        var (ordinal, due) = BenefitCalculation.AdmissionTerms(situation.Plan, situation.Bill, InstitutionTiers.OfLevel(situation.Bill.InstitutionLevel)!.Value);
        var decision = situation.Decided();
        return (decision.AdmissionOrdinal, decision.Deductible) == (ordinal, Fen.Min(due, situation.Bill.InScope));
    }));

    [Test]
    public void No_cap_is_ever_exceeded() => Check.One(Many, Prop.ForAll(Situations, situation =>
    {
        var (bill, decision) = (situation.Bill, situation.Decided());
        var cap = situation.Plan.PoolCap;
        var most = cap?.Amounts.For(bill.PersonClass);
        var before = cap?.Per == Counting.PerYear ? bill.PoolPaidIn(cap.Scope) : Fen.Zero;
        return (most is null || decision.Pool.IsZero || before + decision.Pool <= most)
            && situation.Plan.Layers.Where(layer => layer.AnnualCap is not null).All(layer =>
            {
                var paid = decision.Delta.LayerPaid.GetValueOrDefault(layer.Id);
                return paid.IsZero || bill.LayerPaidYear.GetValueOrDefault(layer.Id) + paid <= layer.AnnualCap;
            });
    }));

    [Test]
    public void The_accumulator_changes_are_what_was_paid() => Check.One(Many, Prop.ForAll(Situations, situation =>
    {
        var decision = situation.Decided();
        return decision.Delta.PoolPaid == decision.Pool
            && decision.Delta.DeductiblePaid == decision.Deductible
            && Fen.Sum(decision.Delta.LayerPaid.Values) == decision.FundTotal - decision.Pool
            && decision.Delta.LayerPaid.All(layer => layer.Value <= decision.Delta.LayerBase[layer.Key]);
    }));

    [Test]
    public void A_decision_is_the_same_every_time() => Check.One(Many, Prop.ForAll(
        Situations,
        situation => JsonSerializer.Serialize(situation.Decided()) == JsonSerializer.Serialize(situation.Decided())));

    [Test]
    public void Every_step_is_in_both_languages() => Check.One(Many, Prop.ForAll(
        Situations,
        situation => situation.Decided().Steps.All(step => step.Chinese.Any(character => character > 0x4E00) && step.English.All(character => character < 0x4E00))));

    [Test]
    public void What_the_pool_cap_cuts_off_begins_at_the_first_fen_the_pool_could_not_pay_for()
    {
        var chongqing = Sample("500000");
        var cap = Yuan("47000");
        var rooms = from room in Gen.Choose(1, 40_000) from beyond in Gen.OneOf(Gen.Choose(0, 3), Gen.Choose(0, 500)) select (Room: new Fen(room), Beyond: new Fen(beyond));
        Check.One(Many.WithMaxTest(300), Prop.ForAll(Arb.From(rooms), sample =>
        {
            var ratio = new BasisPoints(8_500);
            var filling = Enumerable.Range(0, 50_000).Select(fen => new Fen(fen)).First(fen => ratio.ShareOf(fen) >= sample.Room);
            var bill = KunmingEmployee.OfInScope(Yuan("880") + filling + sample.Beyond) with
            {
                PoolingArea = Division.Parse("500000"),
                PoolPaidYear = cap - sample.Room,
            };
            var decision = chongqing.Decided(bill);
            return decision.Pool == sample.Room && decision.EmployeeLargeAmount == sample.Beyond;
        }));
    }

    /// <summary>Bills of a few fen up to a million yuan, with accumulators around the caps and thresholds.</summary>
    private static Gen<Situation> AnySituation() =>
        from policy in Gen.Elements(Everything)
        from plan in Gen.Elements<BenefitPlan>(policy.Plans)
        from personClass in Gen.Elements<string>(plan.Header.PersonClasses ?? PersonClass.All)
        from disease in Gen.Elements<string?>(plan.Header.ChronicDiseases is { } own ? [.. own] : [null])
        from level in Gen.Choose(1, 11)
        from kind in Gen.Elements<string>(plan.Header.VisitKinds)
        from filing in Gen.Elements<string?>([.. BenefitCodes.FilingKinds, null])
        where plan.RemoteFor(filing).Effect is not RemoteEffect.Refuse
        from ordinal in Gen.Choose(1, 6)
        from days in Gen.OneOf(Gen.Choose(1, 30), Gen.Choose(1, 400))
        from earlier in AnyPart(plan).ListOf(2)
        from inScope in AnyAmount()
        from parts in AnyAmount().ListOf(3)
        from paid in AnyAmount().ListOf(2)
        from layers in AnyAmount().ListOf(2 * plan.Layers.Count)
        from balance in AnyAmount()
        from request in Gen.OneOf(Gen.Constant<Fen?>(null), AnyAmount().Select(amount => (Fen?)amount))
        from extra in AnyAmount()
        select new Situation(policy, policy.Find(plan.Header.Area, plan.Header.Scheme, kind, disease, personClass, plan.Header.From)!, extra, new BenefitCase
        {
            PoolingArea = plan.Header.Area,
            Scheme = plan.Header.Scheme,
            PersonClass = personClass,
            InstitutionLevel = $"{level:00}",
            VisitKind = kind,
            ChronicDisease = disease,
            StayDays = days,
            YearByKind = earlier,
            FilingKind = filing,
            AdmissionOrdinal = ordinal,
            ServiceDate = plan.Header.From,
            Total = inScope + Fen.Sum(parts),
            FullSelfPay = parts[0],
            OverLimit = parts[1],
            PreSelfPay = parts[2],
            InScope = inScope,
            PoolPaidYear = paid[0],
            DeductiblePaidYear = paid[1],
            LayerPaidYear = plan.Layers.Index().ToDictionary(layer => layer.Item.Id, layer => layers[2 * layer.Index]),
            LayerBaseYear = plan.Layers.Index().ToDictionary(layer => layer.Item.Id, layer => layers[(2 * layer.Index) + 1]),
            AccountBalance = balance,
            AccountRequested = request,
        });

    private static Gen<YearPart> AnyPart(BenefitPlan plan) =>
        from kind in Gen.Elements<string>(BenefitCodes.VisitKinds)
        from disease in Gen.Elements<string>(BenefitCodes.ChronicDiseases)
        from amounts in AnyAmount().ListOf(2)
        from settlements in Gen.Choose(1, 4)
        select new YearPart(plan.Header.Scheme, kind, kind == BenefitCodes.ChronicOutpatient ? disease : null, amounts[0], amounts[1], settlements);

    private static Gen<Fen> AnyAmount() => Gen.Frequency(
        (2, Gen.Constant(0)),
        (3, Gen.Choose(0, 300)),
        (3, Gen.Choose(0, 500_000)),
        (3, Gen.Choose(0, 10_000_000)),
        (1, Gen.Choose(0, 100_000_000))).Select(fen => new Fen(fen));

    private sealed record Situation(BenefitPolicy Policy, BenefitPlan Plan, Fen Extra, BenefitCase Bill)
    {
        public BenefitDecision Decided() => Policy.Decided(Bill);

        public override string ToString() => $"{Plan.Header.Version}, extra {Extra}: {Bill}";
    }
}
