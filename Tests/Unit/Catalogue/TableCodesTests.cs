using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Catalogue;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Catalogue;

internal sealed class TableCodesTests
{
    private static readonly DateOnly Day = new(2018, 6, 12);

    [Test]
    public void Many_local_codes_go_in_and_the_chosen_one_comes_out()
    {
        var codes = With("ItemClass,4,特检特治,02,乙,in,2016-01-01,");
        Assert.That(codes.ToExchange(CodeSystem.ItemClass, "4", Day), Is.EqualTo("02"));
        Assert.That(codes.ToExchange(CodeSystem.ItemClass, "2", Day), Is.EqualTo("02"));
        Assert.That(codes.ToLocal(CodeSystem.ItemClass, "02", Day), Is.EqualTo("2"));
    }

    [Test]
    public void An_out_row_answers_only_outward()
    {
        var codes = With("Gender,9,未说明,9,未说明,both,2016-01-01,", "Gender,9,未说明,0,未知,out,2016-01-01,");
        Assert.That(codes.ToLocal(CodeSystem.Gender, "0", Day), Is.EqualTo("9"));
        Assert.That(codes.ToExchange(CodeSystem.Gender, "9", Day), Is.EqualTo("9"));
    }

    [Test]
    public void The_same_local_code_may_mean_something_else_after_its_row_ended()
    {
        var codes = With("Scheme,2,城镇居民,391,城镇居民,both,2016-01-01,2017-01-01", "Scheme,2,城乡居民,390,城乡居民,both,2017-01-01,");
        Assert.That(codes.ToExchange(CodeSystem.Scheme, "2", new DateOnly(2016, 12, 31)), Is.EqualTo("391"));
        Assert.That(codes.ToExchange(CodeSystem.Scheme, "2", new DateOnly(2017, 1, 1)), Is.EqualTo("390"));
        Assert.That(codes.ToLocal(CodeSystem.Scheme, "391", new DateOnly(2017, 1, 1)), Is.Null);
    }

    [Test]
    public void Nothing_is_guessed()
    {
        var codes = With();
        Assert.That(codes.ToExchange(CodeSystem.ItemClass, "7", Day), Is.Null);
        Assert.That(codes.ToExchange(CodeSystem.VisitKind, "21", Day), Is.Null, "a system without rows");
        Assert.That(codes.ToLocal(CodeSystem.ItemClass, "01", new DateOnly(2015, 12, 31)), Is.Null, "before the first row");
    }

    [Test]
    public void Of_several_items_with_one_exchange_code_the_equivalent_one_comes_out()
    {
        var text = new CatalogueText();
        text.Items.Add("A0,药品一(自费),drug,盒,,,01,3,100,,,,2016-01-01,");
        text.Mappings.Add("A0,XD1,药品一,broader,valid,2016-01-01,");
        var codes = text.Loaded().Codes;
        Assert.That(codes.ToExchange(CodeSystem.Item, "A0", Day), Is.EqualTo("XD1"));
        Assert.That(codes.ToLocal(CodeSystem.Item, "XD1", Day), Is.EqualTo("D1"));
    }

    [Test]
    public void Every_closed_code_system_has_exchange_codes_with_both_names()
    {
        foreach (var system in Enum.GetValues<CodeSystem>().Where(ExchangeCodes.Closes))
        {
            Assert.That(ExchangeCodes.Of(system), Is.Not.Empty, system.ToString());
            Assert.That(ExchangeCodes.Of(system).Select(code => ExchangeCodes.NameOf(system, code)), Has.None.Null);
        }
        Assert.That(ExchangeCodes.Of(CodeSystem.FeeCategory), Is.EqualTo(Enumerable.Range(1, 14).Select(code => $"{code:00}")));
        Assert.That(ExchangeCodes.Of(CodeSystem.ItemClass).Select(ItemClassCode.Parse), Is.EqualTo(Enum.GetValues<ItemClass>()));
        Assert.That(ExchangeCodes.Of(CodeSystem.InstitutionLevel), Has.All.Matches<string>(level => InstitutionTiers.OfLevel(level!) is not null));
    }

    private static ICodeTranslator With(params string[] rows)
    {
        var text = new CatalogueText();
        text.Codes.AddRange(rows);
        return text.Loaded().Codes;
    }
}
