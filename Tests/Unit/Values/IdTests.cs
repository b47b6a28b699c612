using NUnit.Framework;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Values;

[TestFixture]
public sealed class IdTests
{
    private static readonly Division Kunming = Division.Parse("530100");

    [Test]
    public void A_transaction_id_is_division_time_at_plus_eight_and_serial()
    {
        var id = TransactionId.Create(Division.Parse("440000"), DateTimeOffset.Parse("2016-06-20T16:30:05Z", null), 42);
        Assert.Multiple(() =>
        {
            Assert.That(id.Text, Is.EqualTo("440000201606210030050000000042"));
            Assert.That(TransactionId.Parse(id.Text), Is.EqualTo(id));
            Assert.That(id.Sender, Is.EqualTo(Division.Parse("440000")));
        });
    }

    [TestCase("44000020160621003005000000004")]
    [TestCase("4400002016062100300500000000422")]
    [TestCase("44000O201606210030050000000042")]
    [TestCase(null)]
    public void Other_texts_are_no_transaction_ids(string? text) => Assert.That(TransactionId.TryParse(text, out _), Is.False);

    [Test]
    public void Visit_and_settlement_numbers_carry_division_date_and_serial()
    {
        var on = new DateOnly(2018, 6, 12);
        var (visit, settlement) = (IssuedNumber.Visit(Kunming, on, 123), IssuedNumber.Settlement(Kunming, on, 456));
        Assert.Multiple(() =>
        {
            Assert.That(visit, Is.EqualTo("S5301001806120000123"));
            Assert.That(settlement, Is.EqualTo("A5301001806120000456"));
            Assert.That(IssuedNumber.IsVisit(visit), Is.True);
            Assert.That(IssuedNumber.IsVisit(settlement), Is.False);
            Assert.That(IssuedNumber.InsuredOf(settlement), Is.EqualTo(Kunming));
            Assert.That(() => IssuedNumber.Visit(Kunming, on, 10_000_000), Throws.TypeOf<ArgumentOutOfRangeException>());
        });
    }

    [TestCase("530000", "530100", true)]
    [TestCase("530100", "530102", true)]
    [TestCase("530100", "530300", false)]
    [TestCase("530102", "530102", true)]
    [TestCase("530102", "530103", false)]
    [TestCase("440000", "530100", false)]
    public void A_target_area_covers_itself_and_what_lies_below(string area, string division, bool covers) =>
        Assert.That(Division.Parse(area).Covers(Division.Parse(division)), Is.EqualTo(covers));

    [Test]
    public void A_business_date_is_the_date_at_plus_eight() =>
        Assert.That(ChinaTime.DateOf(DateTimeOffset.Parse("2016-12-31T16:00:00Z", null)), Is.EqualTo(new DateOnly(2017, 1, 1)));

    [Test]
    public void A_forgotten_id_throws_instead_of_passing_for_one() => Assert.Multiple(() =>
    {
        Assert.That(() => default(TransactionId).Text, Throws.InvalidOperationException);
        Assert.That(() => default(Division).Code, Throws.InvalidOperationException);
    });
}
