using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using ProvincialGateway.Catalogue;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Catalogue;

internal sealed class FeeLineSplitTests
{
    private static readonly Config Property = Config.QuickThrowOnFailure.WithMaxTest(2000);

    private static readonly Arbitrary<ChargedLine> Lines = Arb.From(
        from price in Gen.Frequency((3, Gen.Choose(0, 200_000)), (1, Gen.Choose(0, 900_000_000)))
        from quantity in Gen.Frequency((3, Gen.Choose(1, 300).Select(whole => whole * 100)), (1, Gen.Choose(1, 20_000)))
        from itemClass in Gen.Elements(Enum.GetValues<ItemClass>())
        from selfPay in Gen.Frequency((3, Gen.Elements(0, 500, 1000, 1500, 3000, 10_000)), (1, Gen.Choose(0, 10_000)))
        from limit in Gen.Frequency((1, Gen.Constant<int?>(null)), (2, Gen.Choose(1, Math.Max(1, price * 2)).Select(value => (int?)value)))
        select new ChargedLine(price, quantity, itemClass, selfPay, limit));

    /// <summary>A line, and portions of its quantity to take back one after the other.</summary>
    private static readonly Arbitrary<(ChargedLine Line, int[] Portions)> Refunds = Arb.From(
        from line in Lines.Generator
        from portions in Gen.Choose(1, Math.Max(1, line.QuantityHundredths)).ArrayOf(6)
        select (line, portions));

    [Test]
    public void The_parts_of_every_line_add_up_to_its_amount() =>
        Prop.ForAll(Lines, line => line.Split().Amount == line.Amount && Parts(line.Split()).All(part => !part.IsNegative)).Check(Property);

    [Test]
    public void A_negative_line_is_the_exact_mirror_of_the_positive_one() =>
        Prop.ForAll(Lines, line =>
            FeeLineSplit.Split(line.Price, -line.Quantity, -line.Amount, line.ItemClass, line.SelfPay, line.Limit) == -line.Split()).Check(Property);

    [Test]
    public void Each_part_follows_the_rule_of_the_catalogue() =>
        Prop.ForAll(Lines, line =>
        {
            var split = line.Split();
            if (line.ItemClass == ItemClass.SelfPaid)
                return split == new LineSplit(line.Amount, Fen.Zero, Fen.Zero, Fen.Zero);
            var quantity = line.QuantityHundredths / 100m;
            var over = line.LimitUnits is { } limit ? Math.Max(0, line.PriceUnits - limit) / 10_000m * quantity : 0;
            var overLimit = Math.Round(over, 2, MidpointRounding.AwayFromZero);
            var preSelfPay = Math.Round(line.SelfPayPoints / 10_000m * ((line.Amount.Value / 100m) - overLimit), 2, MidpointRounding.AwayFromZero);
            return split.FullSelfPay.IsZero && split.OverLimit.Value == overLimit * 100 && split.PreSelfPay.Value == preSelfPay * 100;
        }).Check(Property);

    [Test]
    public void Taking_a_whole_line_back_at_once_negates_its_parts() =>
        Prop.ForAll(Lines, line => line.Amount.IsZero || line.RefundOf(line.Split(), line.Quantity, line.Amount) == -line.Split()).Check(Property);

    [Test]
    public void Refunds_one_after_the_other_never_take_more_of_a_part_than_is_there_and_end_at_zero() =>
        Prop.ForAll(Refunds, sample =>
        {
            var (line, portions) = sample;
            var remaining = line.Split();
            foreach (var portion in portions)
            {
                var quantity = new Quantity(portion);
                var amount = Fen.Min(line.Price.Times(quantity), remaining.Amount);
                if (amount.IsZero)
                    continue;
                var refund = line.RefundOf(remaining, quantity, amount);
                remaining += refund;
                if (refund.Amount != -amount || Parts(refund).Any(part => part > Fen.Zero) || Parts(remaining).Any(part => part.IsNegative))
                    return false;
            }
            return remaining.Amount.IsZero || line.RefundOf(remaining, line.Quantity, remaining.Amount) == -remaining;
        }).Check(Property);

    [Test]
    public void A_refund_asks_each_part_by_the_ratio_of_the_original()
    {
        // 24 × 0.8333 = 20.00 at 10 %: four of them are 3.33, of which 0.33 were paid first.
        var line = new ChargedLine(8333, 2400, ItemClass.Partial, 1000, null);
        var refund = line.RefundOf(line.Split(), new Quantity(400), new Fen(333));
        Assert.That(refund, Is.EqualTo(new LineSplit(Fen.Zero, Fen.Zero, new Fen(-33), new Fen(-300))));
    }

    [Test]
    public void What_rounding_asks_of_a_spent_part_comes_out_of_the_next()
    {
        var line = new ChargedLine(100, 300, ItemClass.Partial, 5000, null);
        var remaining = line.Split();
        Assert.That(remaining, Is.EqualTo(new LineSplit(Fen.Zero, Fen.Zero, new Fen(2), new Fen(1))));
        // One fen at 50 % rounds to one fen of pre-self-pay each time, but only two were charged.
        remaining += line.RefundOf(remaining, new Quantity(100), new Fen(1));
        remaining += line.RefundOf(remaining, new Quantity(100), new Fen(1));
        Assert.That(remaining, Is.EqualTo(new LineSplit(Fen.Zero, Fen.Zero, Fen.Zero, new Fen(1))));
        remaining += line.RefundOf(remaining, new Quantity(100), new Fen(1));
        Assert.That(remaining.Amount, Is.EqualTo(Fen.Zero));
    }

    [Test]
    public void What_cannot_be_split_is_refused()
    {
        var line = new ChargedLine(8333, 2400, ItemClass.Partial, 1000, null);
        Assert.That(() => FeeLineSplit.Split(line.Price, line.Quantity, new Fen(1999), line.ItemClass, line.SelfPay, null), Throws.ArgumentException);
        Assert.That(() => FeeLineSplit.Split(line.Price, line.Quantity, line.Amount, line.ItemClass, new BasisPoints(10_001), null), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => line.RefundOf(line.Split(), line.Quantity, new Fen(2001)), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => line.RefundOf(line.Split(), line.Quantity, Fen.Zero), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => line.RefundOf(line.Split(), new Quantity(-100), new Fen(83)), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => new LineSplit(new Fen(1), new Fen(-1), Fen.Zero, Fen.Zero), Throws.ArgumentException);
    }

    private static Fen[] Parts(LineSplit split) => [split.FullSelfPay, split.OverLimit, split.PreSelfPay, split.InScope];

    private sealed record ChargedLine(int PriceUnits, int QuantityHundredths, ItemClass ItemClass, int SelfPayPoints, int? LimitUnits)
    {
        public UnitPrice Price => new(PriceUnits);

        public Quantity Quantity => new(QuantityHundredths);

        public Fen Amount => Price.Times(Quantity);

        public BasisPoints SelfPay => new(SelfPayPoints);

        public UnitPrice? Limit => LimitUnits is { } limit ? new UnitPrice(limit) : null;

        public LineSplit Split() => FeeLineSplit.Split(Price, Quantity, Amount, ItemClass, SelfPay, Limit);

        public LineSplit RefundOf(LineSplit remaining, Quantity quantity, Fen amount) =>
            FeeLineSplit.RefundOf(remaining, Price, quantity, amount, ItemClass, SelfPay, Limit);
    }
}
