using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Values;

[TestFixture]
public sealed class MoneyTests
{
    [TestCase("0", 0)]
    [TestCase("-1.67", -167)]
    [TestCase("458.6000", 45860)]
    [TestCase("13320.00", 1332000)]
    public void Yuan_texts_are_read_to_the_fen(string text, long fen)
    {
        Assert.That(Fen.TryParseYuan(text, out var amount), Is.True);
        Assert.That(amount.Value, Is.EqualTo(fen));
    }

    [TestCase("1.005")]
    [TestCase("1,000.00")]
    [TestCase("1e3")]
    [TestCase("")]
    [TestCase("99999999999999999999999")]
    public void Anything_else_is_not_money(string text) => Assert.That(Fen.TryParseYuan(text, out _), Is.False);

    [Test]
    public void A_text_of_an_amount_reads_back_as_the_amount() => Prop.ForAll<int>(value =>
    {
        var amount = new Fen(value);
        return Fen.TryParseYuan(amount.ToString(), out var read) && read == amount;
    }).QuickCheckThrowOnFailure();

    [Test]
    public void Money_that_leaves_its_range_throws_instead_of_wrapping() =>
        Assert.That(() => new Fen(long.MaxValue) + new Fen(1), Throws.TypeOf<OverflowException>());

    [Test]
    public void Share_and_remainder_always_add_up() => Prop.ForAll<int, PositiveInt>((value, points) =>
    {
        var (share, remainder) = new BasisPoints(points.Get % (BasisPoints.One + 1)).Split(new Fen(value));
        return share + remainder == new Fen(value);
    }).QuickCheckThrowOnFailure();

    [Test]
    public void A_share_of_a_negative_amount_mirrors_the_share_of_the_positive_one() => Prop.ForAll<int, PositiveInt>((value, points) =>
    {
        var ratio = new BasisPoints(points.Get % (BasisPoints.One + 1));
        return ratio.ShareOf(-new Fen(value)) == -ratio.ShareOf(new Fen(value));
    }).QuickCheckThrowOnFailure();

    [TestCase(1, 5000, 1)] // half a fen rounds away from zero
    [TestCase(-1, 5000, -1)]
    [TestCase(1, 4999, 0)]
    [TestCase(4080000, 8500, 3468000)]
    public void Shares_round_half_away_from_zero(long amount, int basisPoints, long share) =>
        Assert.That(new BasisPoints(basisPoints).ShareOf(new Fen(amount)).Value, Is.EqualTo(share));

    [TestCase("0.8333", "24", 2000)]
    [TestCase("0.8333", "-4", -333)]
    [TestCase("62.0000", "1", 6200)]
    public void Price_times_quantity_is_rounded_by_line(string price, string quantity, long fen)
    {
        var culture = System.Globalization.CultureInfo.InvariantCulture;
        Assert.That(UnitPrice.TryFromDecimal(decimal.Parse(price, culture), out var unitPrice), Is.True);
        Assert.That(Quantity.TryFromDecimal(decimal.Parse(quantity, culture), out var units), Is.True);
        Assert.That(unitPrice.Times(units).Value, Is.EqualTo(fen));
    }

    [Test]
    public void A_product_is_rounded_as_big_integers_say_whatever_its_size() => Prop.ForAll(Any64, Any64, (left, right) =>
    {
        var (quotient, rest) = BigInteger.DivRem(BigInteger.Abs((BigInteger)left * right), 10_000);
        var exact = (quotient + (rest >= 5_000 ? 1 : 0)) * (BigInteger.Multiply(left, right).Sign < 0 ? -1 : 1);
        return exact >= long.MinValue && exact <= long.MaxValue
            ? Rounded.OfProduct(left, right, 10_000) == (long)exact
            : Overflows(() => Rounded.OfProduct(left, right, 10_000));
    }).QuickCheckThrowOnFailure();

    [Test]
    public void A_decimal_scales_to_the_whole_number_that_it_is_or_not_at_all() => Prop.ForAll(Any64, Gen.Choose(0, 9).ToArbitrary(), (mantissa, scale) =>
    {
        var value = new decimal(mantissa % 1_000_000_000_000) / (decimal)Math.Pow(10, scale);
        if (Math.Abs(value) > 100_000_000m)
            return true;
        var isExact = decimal.Truncate(value * 10_000m) == value * 10_000m;
        return ExactDecimal.TryScale(value, 4, out var scaled) == isExact && (!isExact || scaled == value * 10_000m);
    }).QuickCheckThrowOnFailure();

    /// <summary>Small, large and at the ends.</summary>
    private static Arbitrary<long> Any64 => Gen.OneOf(
        ArbMap.Default.GeneratorFor<int>().Select(value => (long)value),
        ArbMap.Default.GeneratorFor<DoNotSize<long>>().Select(value => value.Item),
        Gen.Elements(long.MinValue, long.MinValue + 1, long.MinValue / 2, long.MaxValue / 2, long.MaxValue, 0, 1, -1)).ToArbitrary();

    private static bool Overflows(Action work)
    {
        try
        {
            work();
            return false;
        }
        catch (OverflowException)
        {
            return true;
        }
    }
}
