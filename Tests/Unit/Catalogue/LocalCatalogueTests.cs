using System.Security.Cryptography;
using System.Text;
using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Catalogue;
using ProvincialGateway.Tables;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Catalogue;

internal sealed class LocalCatalogueTests
{
    private static readonly DateOnly Day = new(2018, 6, 12);

    [TestCase("D2,药品二,drugs,盒,,,01,2,10,,,,2016-01-01,", "kind")]
    [TestCase("D2,药品二,1,盒,,,01,2,10,,,,2016-01-01,", "kind")]
    [TestCase("D2,,drug,盒,,,01,2,10,,,,2016-01-01,", "local_name")]
    [TestCase(",药品二,drug,盒,,,01,2,10,,,,2016-01-01,", "local_code")]
    [TestCase("D2,药品二,drug,盒,,,01,2,100.01,,,,2016-01-01,", "self_pay_percent")]
    [TestCase("D2,药品二,drug,盒,,,01,2,-1,,,,2016-01-01,", "self_pay_percent")]
    [TestCase("D2,药品二,drug,盒,,,01,2,0.125,,,,2016-01-01,", "self_pay_percent")]
    [TestCase("D2,药品二,drug,盒,,,01,2,,,,,2016-01-01,", "self_pay_percent")]
    [TestCase("D2,药品二,drug,盒,,,01,2,10,0,,,2016-01-01,", "limit_tertiary")]
    [TestCase("D2,药品二,drug,盒,,,01,2,10,,1.23456,,2016-01-01,", "limit_secondary")]
    [TestCase("D2,药品二,drug,盒,,,01,2,10,,,十元,2016-01-01,", "limit_primary")]
    [TestCase("D2,药品二,drug,盒,,,01,2,10,,,,2016-02-30,", "valid_from")]
    [TestCase("D2,药品二,drug,盒,,,01,2,10,,,,20160101,", "valid_from")]
    [TestCase("D2,药品二,drug,盒,,,01,2,10,,,,2016-01-01,never", "valid_to")]
    [TestCase("D2,药品二,drug,盒,,,01,2,10,,,,2016-01-01,2016-01-01", "valid_to")]
    [TestCase("D2,药品二,drug,盒,,,77,2,10,,,,2016-01-01,", "fee_category")]
    [TestCase("D2,药品二,drug,盒,,,01,9,10,,,,2016-01-01,", "item_class")]
    [TestCase("D2,药品二,drug,盒,,,01,3,10,,,,2016-01-01,", "self_pay_percent")]
    [TestCase("D1,药品一,drug,盒,,,01,2,20,,,,2018-01-01,", "local_code")]
    [TestCase("D2,药品二,drug,盒,,,01,2,10,,,2016-01-01,", "")]
    [TestCase("D2,\"药品二,drug,盒,,,01,2,10,,,,2016-01-01,", "")]
    public void A_bad_item_row_is_named_by_line_and_column(string row, string column)
    {
        var text = new CatalogueText();
        text.Items.Add(row);
        Expect(text, "items.csv", 4, column);
    }

    [TestCase("D9,XD9,药品九,equivalent,valid,2016-01-01,", 4, "local_code")]
    [TestCase("D1,XD9,药品一,equivalent,valid,2018-01-01,", 4, "local_code")]
    [TestCase("S1,XS9,服务一,equivalent,valid,2015-01-01,2016-01-02", 3, "local_code")]
    [TestCase("S1,XS9,服务一,same,valid,2015-01-01,2016-01-01", 4, "quality")]
    [TestCase("S1,XS9,服务一,equivalent,active,2015-01-01,2016-01-01", 4, "status")]
    [TestCase("S1,交换九,服务一,equivalent,valid,2015-01-01,2016-01-01", 4, "exchange_code")]
    [TestCase("S1,,服务一,equivalent,valid,2015-01-01,2016-01-01", 4, "exchange_code")]
    public void A_bad_mapping_row_is_named_by_line_and_column_and_an_overlap_by_the_later_row(string row, int line, string column)
    {
        var text = new CatalogueText();
        text.Mappings.Add(row);
        Expect(text, "mappings.csv", line, column);
    }

    [TestCase("D9,21,,,5,2016-01-01,", 2, "local_code")]
    [TestCase("D1,22,,,5,2016-01-01,", 2, "person_class")]
    [TestCase("D1,21,-1,,5,2016-01-01,", 2, "price_from")]
    [TestCase("D1,21,5,5,5,2016-01-01,", 2, "price_to")]
    [TestCase("D1,21,,,101,2016-01-01,", 2, "self_pay_percent")]
    [TestCase("D1,21,,,5,2016-01-01,2015-01-01", 2, "valid_to")]
    [TestCase("D1,21,,,5,2016-01-01,\nD1,21,,,6,2017-01-01,", 3, "local_code")]
    [TestCase("D1,,0,10,5,2016-01-01,\nD1,,9.99,,6,2017-01-01,", 3, "local_code")]
    public void A_bad_ratio_row_is_named_by_line_and_column(string rows, int line, string column)
    {
        var text = new CatalogueText();
        text.Ratios.AddRange(rows.Split('\n'));
        Expect(text, "ratios.csv", line, column);
    }

    [TestCase("D1,21,,,5,2016-01-01,\nD1,,,,6,2016-01-01,")]
    [TestCase("D1,21,,,5,2016-01-01,\nD1,21,5,,6,2016-01-01,")]
    [TestCase("D1,,0,10,5,2016-01-01,\nD1,,10,,6,2016-01-01,")]
    [TestCase("D1,21,,,5,2016-01-01,2017-01-01\nD1,21,,,6,2017-01-01,")]
    public void Ratios_that_cannot_decide_the_same_line_with_the_same_rank_stand_together(string rows)
    {
        var text = new CatalogueText();
        text.Ratios.AddRange(rows.Split('\n'));
        Assert.That(text.Load().Errors, Is.Empty);
    }

    [Test]
    public void Far_too_many_ratios_of_one_item_are_one_error()
    {
        var text = new CatalogueText();
        text.Ratios.AddRange(Enumerable.Range(0, 600).Select(price => $"D1,,{price},{price + 1},5,2016-01-01,"));
        Assert.That(text.Load().Errors.Select(error => (error.File, error.Column)), Is.EqualTo(new[] { ("ratios.csv", "local_code") }));
    }

    [Test]
    public void References_to_items_are_not_reported_when_the_list_of_items_itself_cannot_be_read()
    {
        var text = new CatalogueText();
        text.Items.Clear();
        text.Items.Add("\0");
        Assert.That(text.Load().Errors.Select(error => error.File).Distinct(), Is.EqualTo(new[] { "items.csv" }));
    }

    [TestCase("Colour,1,红,1,红,both,2016-01-01,", "system")]
    [TestCase("Item,D1,药品一,XD1,药品一,both,2016-01-01,", "system")]
    [TestCase("ItemClass,4,特检特治,04,特,in,2016-01-01,", "exchange_code")]
    [TestCase("VisitKind,25,异地住院,25,异地住院,both,2016-01-01,", "exchange_code")]
    [TestCase("Diagnosis,I20.000,心绞痛,心绞痛,心绞痛,both,2016-01-01,", "exchange_code")]
    [TestCase("ItemClass,4,特检特治,02,乙,sometimes,2016-01-01,", "direction")]
    [TestCase("ItemClass,4,特检特治,02,乙,both,2016-01-01,", "direction")]
    [TestCase("Gender,3,男,1,男,in,2016-01-01,", "direction")]
    [TestCase("ItemClass,2,乙,01,甲,in,2018-01-01,", "local_code")]
    public void A_bad_code_row_is_named_by_line_and_column(string row, string column)
    {
        var text = new CatalogueText();
        text.Codes.Add(row);
        Expect(text, "codes.csv", 7, column);
    }

    [Test]
    public void One_load_lists_the_errors_of_all_three_files()
    {
        var text = new CatalogueText();
        text.Items.Add("D2,药品二,tablet,盒,,,01,2,110,,,,yesterday,");
        text.Items.Add("D1,药品一,drug,盒,,,01,2,10,,,,2017-01-01,");
        text.Mappings.Add("D7,XD7,药品七,equivalent,valid,2016-01-01,");
        text.Codes.Add("Gender,1,男,7,男,both,2016-01-01,");

        var load = text.Load();

        Assert.That(load.Catalogue, Is.Null);
        Assert.That(load.Errors.Select(error => (error.File, error.Line, error.Column)), Is.EqualTo(new[]
        {
            ("codes.csv", 7, "exchange_code"),
            ("items.csv", 4, "kind"),
            ("items.csv", 4, "self_pay_percent"),
            ("items.csv", 4, "valid_from"),
            ("items.csv", 5, "local_code"),
            ("mappings.csv", 4, "local_code"),
        }));
    }

    [Test]
    public void Every_row_that_an_open_row_overlaps_is_reported_also_after_a_short_one()
    {
        var text = new CatalogueText();
        text.Items.Add("D1,药品一,drug,盒,,,01,2,20,,,,2017-01-01,2018-01-01");
        text.Items.Add("D1,药品一,drug,盒,,,01,2,30,,,,2019-01-01,");
        Assert.That(text.Load().Errors.Select(error => (error.File, error.Line)), Is.EqualTo(new[] { ("items.csv", 4), ("items.csv", 5) }));
    }

    [Test]
    public void A_header_must_have_exactly_the_known_columns()
    {
        var text = new CatalogueText { CodeColumns = "system,local_code,local_name,exchange_code,name,direction,valid_from,valid_to,system" };
        var errors = text.Load().Errors.Where(error => error.File == "codes.csv");
        Assert.That(errors.Select(error => (error.Line, error.Column)), Is.EquivalentTo(new[] { (1, "exchange_name"), (1, "name"), (1, "system") }));
    }

    [Test]
    public void A_missing_file_is_an_error_and_not_an_exception()
    {
        var load = LocalCatalogue.Load(new CatalogueFiles
        {
            Items = new TableSource("/nowhere/a.csv"),
            Mappings = new TableSource("/nowhere/b.csv"),
            Codes = new TableSource("/nowhere/c.csv"),
            Ratios = new TableSource("/nowhere/d.csv"),
        });
        Assert.That(load.Catalogue, Is.Null);
        Assert.That(load.Errors.Select(error => error.File), Is.EquivalentTo(new[] { "a.csv", "b.csv", "c.csv", "d.csv" }));
    }

    [Test]
    public void A_byte_order_mark_changes_nothing_but_the_version()
    {
        var plain = new CatalogueText().Loaded();
        var marked = new CatalogueText { Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: true) }.Loaded();
        Assert.That(marked.Find("D1", Day), Is.EqualTo(plain.Find("D1", Day)));
        Assert.That(marked.Version, Is.Not.EqualTo(plain.Version));
    }

    [Test]
    public void Gb18030_is_read_only_when_told()
    {
        var text = new CatalogueText { Encoding = LegacyText.Gb18030 };
        Assert.That(text.Load().Errors, Has.Count.EqualTo(3).And.All.Matches<TableError>(error => error is { Line: > 0 } && error.English.Contains("not UTF-8", StringComparison.Ordinal)));

        text.Encodings = [LegacyText.Utf8, LegacyText.Gb18030];
        Assert.That(text.Loaded().Find("D1", Day)?.LocalName, Is.EqualTo("药品一"));
    }

    [Test]
    public void The_version_is_the_hash_of_the_bytes_of_the_three_files()
    {
        var text = new CatalogueText();
        var bytes = Encoding.UTF8.GetBytes(string.Concat(
            new[] { (CatalogueText.ItemHeader, text.Items), (CatalogueText.MappingHeader, text.Mappings), (CatalogueText.CodeHeader, text.Codes) }
                .Select(file => string.Join('\n', [file.Item1, .. file.Item2]) + "\n")));
        Assert.That(text.Loaded().Version, Is.EqualTo(Convert.ToHexStringLower(SHA256.HashData(bytes))[..12]));
    }

    [Test]
    public void A_replaced_row_ends_on_the_day_the_new_one_starts()
    {
        var text = new CatalogueText();
        text.Items[0] = "D1,药品一,drug,盒,,,01,2,10,,,,2016-01-01,2018-01-01";
        text.Items.Add("D1,药品一,drug,盒,,,01,1,0,,,,2018-01-01,");
        var catalogue = text.Loaded();

        Assert.That(catalogue.Find("D1", new DateOnly(2015, 12, 31)), Is.Null);
        Assert.That(catalogue.Find("D1", new DateOnly(2016, 1, 1))?.SelfPay, Is.EqualTo(new BasisPoints(1000)));
        Assert.That(catalogue.Find("D1", new DateOnly(2017, 12, 31))?.SelfPay, Is.EqualTo(new BasisPoints(1000)));
        Assert.That(catalogue.Find("D1", new DateOnly(2018, 1, 1))?.SelfPay, Is.EqualTo(new BasisPoints(0)));
        Assert.That(catalogue.Find("d1", Day), Is.Null, "codes are compared exactly");
    }

    [Test]
    public void Item_codes_may_change_as_long_as_the_tables_cover_every_day_of_the_item()
    {
        var text = new CatalogueText();
        text.Codes[0] = "FeeCategory,01,西药费,09,西药费,both,2016-01-01,2017-01-01";
        text.Codes.Add("FeeCategory,01,中成药费,11,中成药费,both,2017-01-01,");
        Assert.That(text.Load().Errors, Is.Empty);

        text.Codes[^1] = "FeeCategory,01,中成药费,11,中成药费,both,2017-01-02,";
        var error = text.Load().Errors.Single();
        Assert.That((error.File, error.Line, error.Column), Is.EqualTo(("items.csv", 2, "fee_category")));
        Assert.That(error.English, Does.Contain("2017-01-01"));
    }

    [Test]
    public void Drafts_and_retired_mappings_are_as_if_they_were_not_there()
    {
        var text = new CatalogueText();
        text.Mappings[0] = "D1,XD1,药品一,equivalent,draft,2016-01-01,";
        text.Mappings.Add("D1,XD0,药品一,broader,retired,2016-01-01,");
        var catalogue = text.Loaded();
        Assert.That(catalogue.FindMapping("D1", Day), Is.Null);
        Assert.That(catalogue.Codes.ToExchange(CodeSystem.Item, "D1", Day), Is.Null);
        Assert.That(catalogue.Codes.ToLocal(CodeSystem.Item, "XD1", Day), Is.Null);
    }

    private static void Expect(CatalogueText text, string file, int line, string column)
    {
        var load = text.Load();
        Assert.That(load.Catalogue, Is.Null);
        Assert.That(load.Errors.Select(error => (error.File, error.Line, error.Column)), Is.EqualTo(new[] { (file, line, column) }),
            string.Join('\n', load.Errors));
        Assert.That(load.Errors[0].Chinese, Does.Match(@"\p{IsCJKUnifiedIdeographs}"));
        Assert.That(load.Errors[0].English, Does.Match("[a-z]{3}").And.Not.Contains("。"));
    }
}
