using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Catalogue;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Catalogue;

internal sealed class CatalogueTimelineTests
{
    private const string Packed = "packed";

    private static readonly DateOnly Begin = new(2017, 1, 1);

    [Test]
    public void Before_any_activation_the_adapters_own_tables_decide_every_day()
    {
        var packed = new CatalogueText().Loaded();
        var timeline = CatalogueTimeline.Of(packed);
        Assert.That((timeline.At(DateOnly.MinValue), timeline.At(DateOnly.MaxValue)), Is.EqualTo((packed, packed)));
        Assert.That(timeline.Periods, Is.EqualTo(new[] { new CataloguePeriod(null, null, packed.Version) }));
    }

    [Test]
    public void An_activation_decides_from_its_day_on_over_everything_activated_before()
    {
        Assert.That(PeriodsOf(("A", 10), ("B", 20)), Is.EqualTo(new[] { (Packed, (int?)null, (int?)10), ("A", 10, 20), ("B", 20, null) }));
        Assert.That(PeriodsOf(("A", 10), ("B", 20), ("C", 10)), Is.EqualTo(new[] { (Packed, (int?)null, (int?)10), ("C", 10, null) }));
        Assert.That(PeriodsOf(("A", 10), ("B", 20), ("A", 15)), Is.EqualTo(new[] { (Packed, (int?)null, (int?)10), ("A", 10, 15), ("A", 15, null) }));
    }

    [Test]
    public void Whatever_was_activated_the_last_activation_up_to_a_day_decides_it() => Prop.ForAll(
        Arb.From(Gen.Choose(0, 40).Select(day => day).ArrayOf()),
        starts =>
        {
            var activations = starts.Select((start, index) => Activation(index + 1, $"V{index}", start)).ToList();
            var periods = CatalogueArchive.PeriodsOf(Packed, activations);
            var joined = periods.Zip(periods.Skip(1)).All(pair => pair.First.To == pair.Second.From);
            return joined && periods[0].From is null && periods[^1].To is null && Enumerable.Range(-1, 43).All(day =>
                periods.Single(period => period.Contains(Begin.AddDays(day))).Version
                == (activations.LastOrDefault(activation => ChinaTime.ParseIso(activation.FromDate) <= Begin.AddDays(day))?.Version ?? Packed));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Test]
    public void Lines_of_one_bill_are_split_by_the_versions_of_their_fee_dates()
    {
        var packed = new CatalogueText().Loaded();
        var text = new CatalogueText();
        text.Items[0] = "D1,药品一,drug,盒,,,01,1,0,,,,2016-01-01,";
        text.Codes.Add("Gender,1,男,1,男,both,2016-01-01,");
        var changed = text.Loaded();
        var timeline = Timeline(packed, changed, Begin);

        Assert.That((timeline.At(Begin.AddDays(-1)), timeline.At(Begin)), Is.EqualTo((packed, changed)));
        Assert.That((timeline.VersionAt(Begin.AddDays(-1)), timeline.VersionAt(Begin)), Is.EqualTo((packed.Version, changed.Version)));
        Assert.That((timeline.Codes.ToExchange(CodeSystem.Gender, "1", Begin.AddDays(-1)), timeline.Codes.ToLocal(CodeSystem.Gender, "1", Begin)), Is.EqualTo(((string?)null, "1")));
    }

    [Test]
    public void A_version_on_demand_is_read_when_a_line_asks_and_not_before()
    {
        var (packed, old, reads) = (new CatalogueText().Loaded(), new CatalogueText().Loaded(), 0);
        var timeline = CatalogueTimeline.Of(
            packed,
            [new CataloguePeriod(null, Begin, "old"), new CataloguePeriod(Begin, null, packed.Version)],
            version => version == packed.Version ? HeldVersion.Of(packed) : HeldVersion.OnDemand(() =>
            {
                reads++;
                return old;
            }));
        Assert.That((timeline.At(Begin), reads), Is.EqualTo((packed, 0)));
        Assert.That((timeline.At(Begin.AddDays(-1)), timeline.At(Begin.AddDays(-2)), reads), Is.EqualTo((old, old, 1)));
    }

    private static CatalogueTimeline Timeline(LocalCatalogue packed, LocalCatalogue changed, DateOnly from) => CatalogueTimeline.Of(
        packed,
        [new CataloguePeriod(null, from, packed.Version), new CataloguePeriod(from, null, changed.Version)],
        version => HeldVersion.Of(version == packed.Version ? packed : changed));

    private static IEnumerable<(string, int?, int?)> PeriodsOf(params (string Version, int Start)[] activations) =>
        CatalogueArchive.PeriodsOf(Packed, [.. activations.Select((activation, index) => Activation(index + 1, activation.Version, activation.Start))])
            .Select(period => (period.Version, DayOf(period.From), DayOf(period.To)));

    private static int? DayOf(DateOnly? day) => day is { } date ? date.DayNumber - Begin.DayNumber : null;

    private static CatalogueActivationRow Activation(int sequence, string version, int start) =>
        new() { Sequence = sequence, Version = version, FromDate = Begin.AddDays(start).Iso(), Reason = "", DecidedAtMs = 0 };
}
