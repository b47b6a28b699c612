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
}
