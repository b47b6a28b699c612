using System.Runtime.CompilerServices;
using ProvincialGateway.Insured;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Policies;

/// <summary>
/// What the funds pay, and nothing else: the plan and every figure of it looked up before the clock starts, then longs. No refusals, no equations, no
/// decision, no accumulators. The least that the same sums can cost.
/// </summary>
internal static class BareArithmetic
{
    private static readonly ConditionalWeakTable<DecideCase[], Figures[]> Prepared = [];

    public static long FundTotal(DecideCase[] cases)
    {
        var funds = 0L;
        foreach (var one in Prepared.GetValue(cases, all => [.. all.Select(Figures.Of).OfType<Figures>()]))
            funds += FundTotal(one);
        return funds;
    }

    private static long FundTotal(Figures one)
    {
        var above = one.InScope - Math.Min(Math.Max(0, one.Deductible - one.DeductiblePaid), one.InScope);
        var pool = 0L;
        var cut = 0L;
        if (one.Fixed is { } amount)
        {
            var share = Math.Min(Share(amount, one.Factor), above);
            pool = Math.Min(share, one.Room);
            cut = share - pool;
        }
        else if (one.Ratio > 0)
        {
            var share = Share(above, one.Ratio);
            pool = Math.Min(share, one.Room);
            if (one.Room <= share)
                cut = above - Filling(pool, one.Ratio);
        }
        var (left, funds) = (one.InScope - pool, pool);
        foreach (var layer in one.Layers)
        {
            var (reached, share) = (layer.TakesCut ? cut : left, 0L);
            var (lower, upper) = (Math.Max(0, layer.Before - layer.Threshold), Math.Max(0, layer.Before + reached - layer.Threshold));
            foreach (var (from, to, ratio) in layer.Bands)
                share += Share(Math.Max(0, Math.Min(upper, to) - Math.Max(lower, from)), ratio);
            var paid = reached == 0 ? 0 : Math.Min(share, layer.Room);
            (left, funds) = (left - paid, funds + paid);
            cut -= layer.TakesCut ? paid : 0;
        }
        return funds;
    }

    private static long Share(long amount, int ratio) => (long)((((Int128)amount * ratio) + (BasisPoints.One / 2)) / BasisPoints.One);

    private static long Filling(long target, int ratio) => target == 0 ? 0 : (long)((((Int128)target * BasisPoints.One) - (BasisPoints.One / 2) + ratio - 1) / ratio);

    private sealed record Layer(bool TakesCut, long Threshold, long Before, long Room, (long From, long To, int Ratio)[] Bands);

    private sealed record Figures(long InScope, long Deductible, long DeductiblePaid, int Ratio, long? Fixed, int Factor, long Room, Layer[] Layers)
    {
        public static Figures? Of(DecideCase one)
        {
            var (bill, tier) = (one.Bill, InstitutionTiers.OfLevel(one.Bill.InstitutionLevel)!.Value);
            if (one.Policy.Find(bill.PoolingArea, bill.Scheme, bill.VisitKind, bill.ChronicDisease, bill.PersonClass, bill.ServiceDate) is not { } plan
                || plan.RemoteFor(bill.FilingKind) is not { Effect: not RemoteEffect.Refuse } remote || remote.Effect.Apply(BasisPoints.Whole).Value == 0)
                return null;
            var rule = plan.Deductible;
            return new Figures(
                bill.InScope.Value,
                remote.DeductibleFactor.ShareOf(rule.For(bill.PersonClass, tier, bill.OrdinalIn(rule.Scope), bill.StayDays)).Value,
                rule.Per == Counting.PerYear ? bill.DeductiblePaidIn(rule.Scope).Value : 0,
                plan.Pool is PoolRule.Ratios { Segments: [var segment] } ? remote.Effect.Apply(segment.Ratios.For(bill.PersonClass)[tier]).Value : 0,
                (plan.Pool as PoolRule.FixedAmount)?.For(bill.PersonClass, tier, bill.StayDays).Value,
                remote.Effect.Apply(BasisPoints.Whole).Value,
                plan.PoolCap is { } cap ? Math.Max(0, cap.Amounts.For(bill.PersonClass).Value - (cap.Per == Counting.PerYear ? bill.PoolPaidIn(cap.Scope).Value : 0)) : long.MaxValue,
                [.. plan.Layers.Where(layer => layer.Covers(bill.PersonClass)).Select(layer => Of(layer, bill, remote))]);
        }

        private static Layer Of(SupplementaryLayer layer, BenefitCase bill, RemoteRule remote) => new(
            layer.Kind == LayerKind.EmployeeLargeAmount,
            layer.Threshold.Value,
            layer.Per == Counting.PerYear ? bill.LayerBaseYear.GetValueOrDefault(layer.Id).Value : 0,
            layer.AnnualCap is { } cap ? Math.Max(0, cap.Value - bill.LayerPaidYear.GetValueOrDefault(layer.Id).Value) : long.MaxValue,
            [.. layer.Bands.Select(band => (band.From.Value, band.To?.Value ?? long.MaxValue, (layer.RemoteAdjusted ? remote.Effect.Apply(band.Ratio) : band.Ratio).Value))]);
    }
}
