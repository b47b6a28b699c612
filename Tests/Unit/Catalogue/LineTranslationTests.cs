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

        var translated = LineTranslation.TryTranslate(Line(code, 10m, 3m, 3000), "02", null, text.Timeline(), policy, out var line, out var fault);

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

    [TestCase("D1", "02", 1000, 2000, "09", "101")]
    [TestCase("S1", "02", 0, 3000, "03", "201")]
    [TestCase("unknown", "02", 0, 3000, "09", "101")]
    public void A_province_may_count_what_is_unmapped_as_class_A_up_to_the_price_limit_of_the_item(
        string code, string level, long overLimit, long inScope, string feeCategory, string kind)
    {
        var text = new CatalogueText();
        text.Mappings.Clear();
        text.Items[0] = "D1,药品一,drug,盒,,,01,2,10,6.6667,,,2016-01-01,";
        var policy = new UnmappedPolicy { Drug = UnmappedHandling.ClassA, Service = UnmappedHandling.ClassA, Consumable = UnmappedHandling.ClassA };

        Assert.That(LineTranslation.TryTranslate(Line(code, 10m, 3m, 3000), level, null, text.Timeline(), policy, out var line, out _), Is.True);

        Assert.That((line!.Unmapped, line.ItemClass, line.SelfPay.Value, line.FeeCategory, line.CatalogueKind), Is.EqualTo((true, ItemClass.Full, 0, feeCategory, kind)));
        Assert.That(line.Split, Is.EqualTo(new LineSplit(Fen.Zero, new Fen(overLimit), Fen.Zero, new Fen(inScope))));
    }

    [Test]
    public void An_unknown_code_is_handled_as_the_strictest_kind_is()
    {
        var policy = new UnmappedPolicy { Drug = UnmappedHandling.SelfPay, Service = UnmappedHandling.ClassA, Consumable = UnmappedHandling.ClassA };
        Assert.That(LineTranslation.TryTranslate(Line("unknown", 10m, 3m, 3000), "02", null, new CatalogueText().Timeline(), policy, out var line, out _), Is.True);
        Assert.That(line!.ItemClass, Is.EqualTo(ItemClass.SelfPaid));
    }

    [TestCase("equivalent", true)]
    [TestCase("broader", true)]
    [TestCase("narrower", false)]
    public void A_mapping_of_a_quality_that_is_not_accepted_counts_as_none(string quality, bool accepted)
    {
        var text = new CatalogueText();
        text.Mappings[0] = $"D1,XD1,药品一,{quality},valid,2016-01-01,";
        var policy = SelfPay with { AcceptedQualities = [MappingQuality.Equivalent, MappingQuality.Broader] };

        Assert.That(LineTranslation.TryTranslate(Line("D1", 10m, 3m, 3000), "02", null, text.Timeline(), policy, out var line, out _), Is.True);

        Assert.That((line!.ExchangeCode, line.Quality is not null, line.ItemClass), Is.EqualTo((accepted ? "XD1" : null, accepted, accepted ? ItemClass.Partial : ItemClass.SelfPaid)));
    }

    // D1 states 10 %. Whoever is retired (21) pays 5 %, and from 8 yuan on 20 %; anybody else 15 % below 5 yuan.
    [TestCase(null, 10, 1000)]
    [TestCase("11", 10, 1000)]
    [TestCase("11", 4.9999, 1500)]
    [TestCase("11", 5, 1000)]
    [TestCase("21", 4, 500)]
    [TestCase("21", 7.9999, 500)]
    [TestCase("21", 8, 2000)]
    public void The_ratio_may_depend_on_the_persons_class_and_on_the_price_and_the_most_specific_row_decides(string? personClass, decimal price, int basisPoints)
    {
        var text = new CatalogueText();
        text.Ratios.AddRange(["D1,21,,,5,2016-01-01,", "D1,21,8,,20,2016-01-01,", "D1,,,5,15,2016-01-01,"]);
        var line = Line("D1", price, 1m, (long)Math.Round(price * 100, MidpointRounding.AwayFromZero));

        Assert.That(LineTranslation.TryTranslate(line, "02", personClass, text.Timeline(), Block, out var translated, out var fault), Is.True, fault?.English);

        Assert.That(translated!.SelfPay.Value, Is.EqualTo(basisPoints));
    }

    [Test]
    public void A_ratio_row_applies_on_its_own_days_only_and_never_to_class_C()
    {
        var text = new CatalogueText();
        text.Items[1] = "S1,服务一,service,次,,,02,3,100,,,,2016-01-01,";
        text.Ratios.AddRange(["D1,,,,30,2018-06-13,", "S1,,,,30,2016-01-01,"]);
        Assert.That(Translated(text.Loaded(), Line("D1", 1m, 1m, 100)).SelfPay.Value, Is.EqualTo(1000));
        Assert.That(Translated(text.Loaded(), Line("D1", 1m, 1m, 100) with { FeeDate = Day.AddDays(1) }).SelfPay.Value, Is.EqualTo(3000));
        var selfPaid = Translated(text.Loaded(), Line("S1", 1m, 1m, 100));
        Assert.That((selfPaid.SelfPay, selfPaid.Split.FullSelfPay.Value), Is.EqualTo((BasisPoints.Whole, 100L)));
    }

    [TestCase("drug", "01", "101")]
    [TestCase("drug", "10", "102")]
    [TestCase("service", "02", "201")]
    [TestCase("consumable", "02", "301")]
    public void The_kind_that_travels_with_the_line_is_the_items_and_tells_herbs_by_their_category(string kind, string category, string catalogueKind)
    {
        var text = new CatalogueText();
        text.Items[0] = $"D1,药品一,{kind},盒,,,{category},1,0,,,,2016-01-01,";
        text.Codes.Add("FeeCategory,10,中药饮片费,10,中药饮片费,both,2016-01-01,");
        Assert.That(Translated(text.Loaded(), Line("D1", 1m, 1m, 100)).CatalogueKind, Is.EqualTo(catalogueKind));
    }

    [Test]
    public void An_item_whose_row_has_ended_keeps_its_kind_for_the_policy()
    {
        var text = new CatalogueText();
        text.Items[0] = "D1,药品一,drug,盒,,,01,2,10,,,,2016-01-01,2018-01-01";
        var policy = Block with { Drug = UnmappedHandling.SelfPay };
        Assert.That(LineTranslation.TryTranslate(Line("D1", 1m, 1m, 100), "02", null, text.Timeline(), policy, out var line, out _), Is.True);
        Assert.That(line!.Unmapped, Is.True);
    }

    [Test]
    public void An_unknown_item_in_an_unknown_category_is_a_fault_even_as_self_pay()
    {
        var line = Line("unknown", 1m, 1m, 100) with { FeeCategory = "88" };
        Assert.That(LineTranslation.TryTranslate(line, "02", null, new CatalogueText().Timeline(), SelfPay, out _, out var fault), Is.False);
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
        Assert.That(LineTranslation.TryTranslate(Line("D1", price, quantity, amountFen), "02", null, new CatalogueText().Timeline(), Block, out _, out var fault), Is.False);
        Assert.That((fault!.Code, fault.Field, fault.Side), Is.EqualTo((code, field, RefusingSide.Hospital)));
    }

    [Test]
    public void An_amount_mismatch_names_both_figures_and_the_line()
    {
        LineTranslation.TryTranslate(Line("D1", 0.8333m, 24m, 1999), "02", null, new CatalogueText().Timeline(), Block, out _, out var fault);
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
        Assert.That(() => LineTranslation.TryTranslate(Line("D1", 1m, 1m, 100), "3A", null, new CatalogueText().Timeline(), Block, out _, out _), Throws.ArgumentException);

    private static TranslatedLine Translated(LocalCatalogue catalogue, HisFeeLine line, string level = "02")
    {
        Assert.That(LineTranslation.TryTranslate(line, level, null, CatalogueTimeline.Of(catalogue), Block, out var translated, out var fault), Is.True, fault?.English);
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
