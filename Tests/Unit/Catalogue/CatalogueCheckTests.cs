using System.Globalization;
using NUnit.Framework;
using ProvincialGateway.Catalogue;
using ProvincialGateway.Tables;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Catalogue;

/// <summary>Each kind of finding of <c>catalogue check</c>, and that a sound version has none.</summary>
internal sealed class CatalogueCheckTests
{
    private static readonly DateOnly From = new(2018, 6, 1);

    private CatalogueText _text = null!;

    [SetUp]
    public void Begin() => _text = new CatalogueText();

    [Test]
    public void A_sound_version_has_no_findings() => Assert.That(Findings(inForce: new CatalogueText(), exchange: Exchange()), Is.Empty);

    [Test]
    public void Two_local_codes_of_one_exchange_code_do_not_come_back_and_are_one_collapse()
    {
        _text.Items.Add("D2,药品二,drug,盒,,,01,1,0,,,,2016-01-01,");
        _text.Mappings.Add("D2,XD1,药品一,broader,valid,2016-01-01,");

        var findings = Findings(CatalogueCheckKind.RoundTrip, CatalogueCheckKind.ManyToOne);

        Assert.That(findings.Select(Text), Is.EqualTo(new[]
        {
            "RoundTrip Warning D2 XD1: comes back as D1.",
            "ManyToOne Warning D1 XD1: 2 local codes become this exchange code, and they differ in class or ratio: D1 D2.",
        }));
    }

    [Test]
    public void Codes_that_share_an_exchange_code_at_different_times_are_no_collapse()
    {
        _text.Items.Add("D2,药品二,drug,盒,,,01,2,10,,,,2019-01-01,");
        _text.Items[0] = "D1,药品一,drug,盒,,,01,2,10,30,20,10,2016-01-01,2019-01-01";
        _text.Mappings[0] = "D1,XD1,药品一,equivalent,valid,2016-01-01,2019-01-01";
        _text.Mappings.Add("D2,XD1,药品一,equivalent,valid,2019-01-01,");

        Assert.That(Findings(), Is.Empty);
    }

    [Test]
    public void A_code_of_a_table_that_comes_back_as_another_is_named_with_its_system()
    {
        _text.Codes.Add("FeeCategory,91,西药费二,09,西药费,in,2016-01-01,");

        Assert.That(Findings().Select(Text), Is.EqualTo(new[] { "RoundTrip Warning 91 09: as a FeeCategory comes back as 01." }));
    }

    [Test]
    public void A_class_that_is_another_than_in_force_and_than_the_exchanges_is_reported_for_each()
    {
        _text.Items[0] = "D1,药品一,drug,盒,,,01,1,0,30,20,10,2016-01-01,";

        Assert.That(Findings(new CatalogueText(), Exchange("XD1,药品一,101,,,,,02,,2016-01-01,"), CatalogueCheckKind.Class).Select(Text), Is.EqualTo(new[]
        {
            "Class Warning D1 : is 02 in the version in force and 01 in this one.",
            "Class Warning D1 XD1: is 02 in the exchange catalogue and 01 here.",
        }));
    }

    [Test]
    public void Days_between_two_rows_of_an_item_or_a_mapping_are_a_gap()
    {
        _text.Items[0] = "D1,药品一,drug,盒,,,01,2,10,,,,2016-01-01,2018-07-01";
        _text.Items.Add("D1,药品一,drug,盒,,,01,2,10,,,,2018-08-01,");
        _text.Mappings[0] = "D1,XD1,药品一,equivalent,valid,2016-01-01,2018-07-01";
        _text.Mappings.Add("D1,XD1,药品一,equivalent,valid,2018-08-01,");

        Assert.That(Findings(CatalogueCheckKind.Validity).Select(Text), Is.EqualTo(new[]
        {
            "Validity Warning D1 : has no row in the catalogue from 2018-07-01 until 2018-08-01.",
            "Validity Warning D1 : has no row in the mappings from 2018-07-01 until 2018-08-01.",
        }));
    }

    [Test]
    public void An_item_whose_mapping_ends_counts_as_unmapped_from_then_on()
    {
        _text.Mappings[0] = "D1,XD1,药品一,equivalent,valid,2016-01-01,2018-09-01";

        Assert.That(Findings(CatalogueCheckKind.Validity).Select(Text), Is.EqualTo(new[] { "Validity Warning D1 : has no mapping in force from 2018-09-01 on and is handled as Block." }));
    }

    [Test]
    public void A_mapping_on_a_day_without_its_item_and_an_item_that_the_version_drops_are_reported()
    {
        _text.Items[0] = "D1,药品一,drug,盒,,,01,2,10,,,,2018-09-01,";

        Assert.That(Findings(new CatalogueText(), null, CatalogueCheckKind.Validity).Select(Text), Is.EqualTo(new[]
        {
            "Validity Warning D1 XD1: is mapped on 2018-06-01, a day on which the catalogue has no row for it.",
            "Validity Warning D1 : is valid on 2018-06-01 in the version in force and not in this one.",
        }));
    }

    [Test]
    public void What_ended_before_the_version_decides_is_not_looked_at()
    {
        _text.Items.Add("D0,药品零,drug,盒,,,01,1,0,99,,,2016-01-01,2018-06-01");

        Assert.That(Findings(new CatalogueText(), Exchange()), Is.Empty);
    }

    [TestCase("30", "150", 0, TestName = "A limit five times the former is no outlier")]
    [TestCase("30", "150.0001", 1, TestName = "A limit a little above five times the former is an outlier")]
    [TestCase("30", "5.9999", 2, TestName = "A limit below a fifth of the former is an outlier, and below that of a lower tier")]
    public void Limits_are_held_against_the_version_in_force(string was, string now, int found)
    {
        var before = new CatalogueText();
        before.Items[0] = $"D1,药品一,drug,盒,,,01,2,10,{was},20,10,2016-01-01,";
        _text.Items[0] = $"D1,药品一,drug,盒,,,01,2,10,{now},20,10,2016-01-01,";

        var findings = Findings(before, null, CatalogueCheckKind.Price).Select(finding => finding.English).ToList();

        Assert.That(findings, Has.Count.EqualTo(found));
        Assert.That(findings.Where(text => text.Contains("goes from", StringComparison.Ordinal)), Has.Exactly(found > 0 ? 1 : 0).Items);
    }

    [Test]
    public void A_limit_far_from_the_reference_price_is_an_outlier()
    {
        Assert.That(Findings(null, Exchange("XD1,药品一,101,,,,,,5,2016-01-01,"), CatalogueCheckKind.Price).Select(finding => (finding.LocalCode, finding.ExchangeCode, finding.English)),
            Is.EqualTo(new[] { ("D1", "XD1", "its tertiary limit 30.0000 is far from the reference price 5.0000.") }));
    }

    [Test]
    public void A_target_that_is_no_exchange_code_or_not_any_more_is_an_error()
    {
        _text.Items.Add("D2,药品二,drug,盒,,,01,1,0,,,,2016-01-01,");
        _text.Mappings.Add("D2,XD2,药品二,equivalent,valid,2016-01-01,");

        Assert.That(Findings(null, Exchange("XD1,药品一,101,,,,,,,2016-01-01,2018-01-01"), CatalogueCheckKind.Target).Select(Text), Is.EqualTo(new[]
        {
            "Target Error D1 XD1: its target is no valid exchange code on 2018-06-01.",
            "Target Error D2 XD2: its target is not an exchange code.",
        }));
    }

    [Test]
    public void A_drug_mapped_to_a_service_is_a_warning() => Assert.That(
        Findings(null, Exchange("XD1,药品一,201,,,,,,,2016-01-01,"), CatalogueCheckKind.Target).Select(Text),
        Is.EqualTo(new[] { "Target Warning D1 XD1: a local Drug is mapped to the exchange kind 201." }));

    [Test]
    public void Without_an_exchange_catalogue_targets_are_not_checked()
    {
        _text.Mappings[0] = "D1,NOWHERE,药品一,equivalent,valid,2016-01-01,";
        Assert.That(Findings(CatalogueCheckKind.Target), Is.Empty);
    }

    private static string Text(CatalogueFinding finding) =>
        string.Create(CultureInfo.InvariantCulture, $"{finding.Check} {finding.Severity} {finding.LocalCode} {finding.ExchangeCode}: {finding.English}");

    private List<CatalogueFinding> Findings(params CatalogueCheckKind[] only) => Findings(null, null, only);

    private List<CatalogueFinding> Findings(CatalogueText? inForce, ExchangeCatalogue? exchange, params CatalogueCheckKind[] only)
    {
        var options = new CatalogueCheckOptions
        {
            InForce = inForce?.Loaded(),
            Exchange = exchange,
            Unmapped = new UnmappedPolicy { Drug = UnmappedHandling.Block, Service = UnmappedHandling.SelfPay, Consumable = UnmappedHandling.SelfPay },
            From = From,
            PriceFactor = 5,
        };
        return [.. new CatalogueCheck(_text.Loaded(), options).Run().Where(finding => only.Length == 0 || only.Contains(finding.Check))];
    }

    /// <summary>An exchange catalogue with the services of the small catalogue and this row for its drug.</summary>
    private static ExchangeCatalogue Exchange(string drug = "XD1,药品一,101,,,,,02,25,2016-01-01,")
    {
        using var folder = new TempFolder();
        var path = folder.File("exchange.csv");
        File.WriteAllLines(path, [string.Join(',', CatalogueTable.Exchange.Columns), drug, "XS1,服务一,201,,,,,01,,2016-01-01,"]);
        var errors = new List<TableError>();
        var exchange = ExchangeCatalogue.Load(new TableSource(path).Read(), errors);
        Assert.That(errors, Is.Empty);
        return exchange!;
    }
}
