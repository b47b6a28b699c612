using NUnit.Framework;
using ProvincialGateway.Catalogue;

namespace ProvincialGateway.Tests.Catalogue;

/// <summary>What <c>catalogue diff</c> says of two versions, row by row and field by field.</summary>
internal sealed class CatalogueDiffTests
{
    private CatalogueDesk _desk = null!;

    [SetUp]
    public void Open() => _desk = new CatalogueDesk();

    [TearDown]
    public async Task CloseAsync() => await _desk.DisposeAsync();

    [Test]
    public void Added_removed_and_changed_rows_of_every_table_are_named_with_their_fields()
    {
        var text = new CatalogueText();
        text.Items[0] = "D1,药品一,drug,盒,,,01,1,0,30,,10,2016-01-01,";
        text.Items[1] = "S2,服务二,service,次,,,02,1,0,,,,2016-01-01,";
        text.Mappings[1] = "S2,XS2,服务二,equivalent,valid,2016-01-01,";
        text.Codes.Add("Gender,1,男,1,男,both,2016-01-01,");
        text.Ratios.Add("D1,21,,,5,2016-01-01,");

        Assert.That(Differences(text), Is.EquivalentTo(new[]
        {
            "items D1 2016-01-01 Changed: item_class 2→1, self_pay_percent 10→0, limit_secondary 20→",
            "items S2 2016-01-01 Added: local_code →S2, local_name →服务二, kind →service, unit →次, fee_category →02, item_class →1, self_pay_percent →0, valid_from →2016-01-01",
            "items S1 2016-01-01 Removed: local_code S1→, local_name 服务一→, kind service→, unit 次→, fee_category 02→, item_class 1→, self_pay_percent 0→, valid_from 2016-01-01→",
            "mappings S2 2016-01-01 valid Added: local_code →S2, exchange_code →XS2, exchange_name →服务二, quality →equivalent, status →valid, valid_from →2016-01-01",
            "mappings S1 2016-01-01 valid Removed: local_code S1→, exchange_code XS1→, exchange_name 服务一→, quality equivalent→, status valid→, valid_from 2016-01-01→",
            "codes Gender 1 1 both 2016-01-01 Added: system →Gender, local_code →1, local_name →男, exchange_code →1, exchange_name →男, direction →both, valid_from →2016-01-01",
            "ratios D1 21 2016-01-01 Added: local_code →D1, person_class →21, self_pay_percent →5, valid_from →2016-01-01",
        }));
    }

    [Test]
    public void The_order_of_rows_and_the_form_of_numbers_are_no_difference()
    {
        var text = new CatalogueText();
        text.Items.Reverse();
        text.Items[1] = "D1,药品一,DRUG, 盒 ,,,01,2,10.00,30.0000,\"20\",10,2016-01-01,";

        Assert.That(Differences(text), Is.Empty);
    }

    [Test]
    public void Drafts_that_repeat_each_other_are_rows_of_their_own()
    {
        var text = new CatalogueText();
        text.Mappings.AddRange(["D1,,,,draft,,", "D1,XD9,,,draft,,"]);

        Assert.That(Differences(text), Is.EqualTo(new[]
        {
            "mappings D1 draft Added: local_code →D1, status →draft", "mappings D1 draft #2 Added: local_code →D1, exchange_code →XD9, status →draft",
        }));
    }

    private List<string> Differences(CatalogueText text) =>
    [
        .. CatalogueDiff.Of(_desk.Packed.Files, _desk.Files("new", text)).Select(row =>
            $"{row.Table} {row.Key} {row.Kind}: {string.Join(", ", row.Fields.Select(field => $"{field.Column} {field.Old}→{field.New}"))}"),
    ];
}
