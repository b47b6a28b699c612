using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Catalogue;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Catalogue;

internal sealed class LineTranslationTests
{
    private static readonly DateOnly Day = new(2018, 6, 12);

    private static readonly UnmappedPolicy Block = new() { Drug = UnmappedHandling.Block, Service = UnmappedHandling.Block, Consumable = UnmappedHandling.Block };

    private static readonly UnmappedPolicy SelfPay = new() { Drug = UnmappedHandling.SelfPay, Service = UnmappedHandling.SelfPay, Consumable = UnmappedHandling.SelfPay };

    [TestCase("02", 30)]
    [TestCase("05", 20)]
    [TestCase("11", 10)]
    public void The_limit_is_that_of_the_institutions_tier(string level, int limitYuan)
    {
        var line = Translated(new CatalogueText().Loaded(), Line("D1", 50m, 4m, 20_000), level);
        Assert.That(line.Limit, Is.EqualTo(new UnitPrice(limitYuan * 10_000L)));
        Assert.That(line.Split.OverLimit.Value, Is.EqualTo((50 - limitYuan) * 400));
        Assert.That(line.Split.PreSelfPay.Value, Is.EqualTo(limitYuan * 40));
        Assert.That(line.Split.InScope.Value, Is.EqualTo(limitYuan * 360));
    }

    [Test]
    public void A_line_carries_everything_it_was_made_from()
    {
        var catalogue = new CatalogueText().Loaded();
        var line = Translated(catalogue, Line("D1", 12.5m, 2m, 2500));
        Assert.That((line.ExchangeCode, line.ExchangeName, line.Quality, line.FeeCategory), Is.EqualTo(("XD1", "药品一", MappingQuality.Equivalent, "09")));
        Assert.That((line.ItemClass.Code(), line.SelfPay.Value, line.CatalogueVersion, line.Unmapped), Is.EqualTo(("02", 1000, catalogue.Version, false)));
    }

    [Test]
    public void The_catalogue_and_not_the_hospital_says_which_fee_category_an_item_is() =>
        Assert.That(Translated(new CatalogueText().Loaded(), Line("D1", 1m, 1m, 100) with { FeeCategory = "02" }).FeeCategory, Is.EqualTo("09"));

    [Test]
    public void The_rows_of_the_fee_date_decide()
    {
        var text = new CatalogueText();
        text.Items[0] = "D1,药品一,drug,盒,,,01,2,10,,,,2016-01-01,2018-01-01";
        text.Items.Add("D1,药品一,drug,盒,,,01,2,20,,,,2018-01-01,");
        text.Mappings[0] = "D1,XD1,药品一,broader,valid,2016-01-01,2017-01-01";
        text.Mappings.Add("D1,XD2,药品一,narrower,valid,2017-01-01,");
        var catalogue = text.Loaded();

        var seen = new[] { new DateOnly(2016, 12, 31), new(2017, 1, 1), new(2018, 1, 1) }
            .Select(day => Translated(catalogue, Line("D1", 1m, 1m, 100) with { FeeDate = day }))
            .Select(line => (line.ExchangeCode, line.Quality, line.SelfPay.Value));

        Assert.That(seen, Is.EqualTo(new (string?, MappingQuality?, int)[]
        {
            ("XD1", MappingQuality.Broader, 1000), ("XD2", MappingQuality.Narrower, 1000), ("XD2", MappingQuality.Narrower, 2000),
        }));
    }

    [TestCase("D1", UnmappedHandling.Block, UnmappedHandling.SelfPay, false)]
    [TestCase("D1", UnmappedHandling.SelfPay, UnmappedHandling.Block, true)]
    [TestCase("unknown", UnmappedHandling.SelfPay, UnmappedHandling.Block, false)]
    [TestCase("unknown", UnmappedHandling.SelfPay, UnmappedHandling.SelfPay, true)]
    public void Without_a_mapping_the_provinces_policy_for_the_kind_decides_and_the_strictest_for_an_unknown_code(
        string code, UnmappedHandling drug, UnmappedHandling others, bool passes)
    {
        var text = new CatalogueText();
        text.Mappings.RemoveAt(0);
        var policy = new UnmappedPolicy { Drug = drug, Service = others, Consumable = others };

        var translated = LineTranslation.TryTranslate(Line(code, 10m, 3m, 3000), "02", text.Loaded(), policy, out var line, out var fault);

        Assert.That(translated, Is.EqualTo(passes));
        if (passes)
        {
            Assert.That((line!.Unmapped, line.ExchangeCode, line.ItemClass, line.SelfPay), Is.EqualTo((true, (string?)null, ItemClass.SelfPaid, BasisPoints.Whole)));
            Assert.That(line.Split, Is.EqualTo(new LineSplit(new Fen(3000), Fen.Zero, Fen.Zero, Fen.Zero)));
            Assert.That(line.FeeCategory, Is.EqualTo("09"));
        }
        else
        {
            Assert.That((fault!.Code, fault.Field, fault.Side), Is.EqualTo(("UNMAPPED_CODE", "local_code", RefusingSide.Treatment)));
            Assert.That(fault.Chinese, Does.Contain(code));
        }
    }

    [Test]
    public void An_item_whose_row_has_ended_keeps_its_kind_for_the_policy()
    {
        var text = new CatalogueText();
        text.Items[0] = "D1,药品一,drug,盒,,,01,2,10,,,,2016-01-01,2018-01-01";
        var policy = Block with { Drug = UnmappedHandling.SelfPay };
        Assert.That(LineTranslation.TryTranslate(Line("D1", 1m, 1m, 100), "02", text.Loaded(), policy, out var line, out _), Is.True);
        Assert.That(line!.Unmapped, Is.True);
    }

    [Test]
    public void An_unknown_item_in_an_unknown_category_is_a_fault_even_as_self_pay()
    {
        var line = Line("unknown", 1m, 1m, 100) with { FeeCategory = "88" };
        Assert.That(LineTranslation.TryTranslate(line, "02", new CatalogueText().Loaded(), SelfPay, out _, out var fault), Is.False);
        Assert.That((fault!.Code, fault.Field), Is.EqualTo(("UNMAPPED_CODE", "fee_category")));
    }

    [TestCase(0.8333, 24, 1999, "AMOUNT_MISMATCH", "amount_fen")]
    [TestCase(0.005, 1, 0, "AMOUNT_MISMATCH", "amount_fen")]
    [TestCase(10, -2, 2000, "AMOUNT_MISMATCH", "amount_fen")]
    [TestCase(-1, 1, -100, "INVALID_FIELD", "unit_price")]
    [TestCase(0.83333, 3, 250, "INVALID_FIELD", "unit_price")]
    [TestCase(1, 0, 0, "INVALID_FIELD", "quantity")]
    [TestCase(1, 0.125, 13, "INVALID_FIELD", "quantity")]
    public void Figures_that_do_not_hold_are_refused_with_the_field(decimal price, decimal quantity, long amountFen, string code, string field)
    {
        Assert.That(LineTranslation.TryTranslate(Line("D1", price, quantity, amountFen), "02", new CatalogueText().Loaded(), Block, out _, out var fault), Is.False);
        Assert.That((fault!.Code, fault.Field, fault.Side), Is.EqualTo((code, field, RefusingSide.Hospital)));
    }

    [Test]
    public void An_amount_mismatch_names_both_figures_and_the_line()
    {
        LineTranslation.TryTranslate(Line("D1", 0.8333m, 24m, 1999), "02", new CatalogueText().Loaded(), Block, out _, out var fault);
        var refusal = fault!.ToRefusal("", 2);
        Assert.That(refusal.Field, Is.EqualTo("lines[2].amount_fen"));
        Assert.That(refusal.Chinese, Does.StartWith("第 3 条明细").And.Contains("19.99").And.Contains("20.00"));
        Assert.That(refusal.English, Does.Contain("19.99").And.Contains("20.00"));
    }

    [Test]
    public void Half_a_fen_rounds_away_from_zero_in_both_directions()
    {
        var catalogue = new CatalogueText().Loaded();
        Assert.That(Translated(catalogue, Line("D1", 0.005m, 1m, 1)).Split.Amount, Is.EqualTo(new Fen(1)));
        Assert.That(Translated(catalogue, Line("D1", 0.005m, -1m, -1)).Split.Amount, Is.EqualTo(new Fen(-1)));
    }

    [Test]
    public void An_institution_level_that_is_none_is_a_programming_error() =>
        Assert.That(() => LineTranslation.TryTranslate(Line("D1", 1m, 1m, 100), "3A", new CatalogueText().Loaded(), Block, out _, out _), Throws.ArgumentException);

    private static TranslatedLine Translated(LocalCatalogue catalogue, HisFeeLine line, string level = "02")
    {
        Assert.That(LineTranslation.TryTranslate(line, level, catalogue, Block, out var translated, out var fault), Is.True, fault?.English);
        return translated!;
    }

    private static HisFeeLine Line(string code, decimal price, decimal quantity, long amountFen) => new()
    {
        LineSerial = "1",
        LocalCode = code,
        LocalName = "院内名称",
        FeeCategory = "01",
        UnitPrice = price,
        Quantity = quantity,
        AmountFen = amountFen,
        FeeDate = Day,
    };
}
