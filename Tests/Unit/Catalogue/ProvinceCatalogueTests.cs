using NUnit.Framework;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Catalogue;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Catalogue;

/// <summary>The catalogues of the pilot provinces.</summary>
internal sealed class ProvinceCatalogueTests
{
    private static readonly DateOnly Day = new(2018, 6, 12);
    private static readonly LocalCatalogue Guangdong = Load("Guangdong");
    private static readonly LocalCatalogue Yunnan = Load("Yunnan");

    private static readonly UnmappedPolicy AllSelfPay = new() { Drug = UnmappedHandling.SelfPay, Service = UnmappedHandling.SelfPay, Consumable = UnmappedHandling.SelfPay };

    [Test]
    public void The_Guangzhou_bill_splits_to_its_worked_figures()
    {
        (string Code, decimal Price, decimal Quantity)[] bill =
        [
            ("F110200003", 250m, 10), ("Y009001", 375m, 4), ("C060001", 8600m, 1), ("Y000123", 0.8333m, 24), ("Y000456", 45m, 40), ("Z310702", 6000m, 1),
            ("C060010", 3000m, 1), ("Z320500", 5680m, 1), ("F110200001", 60m, 10), ("H120100003", 30m, 10), ("E110100002", 20m, 10), ("L250101", 25m, 6),
            ("L250305", 120m, 3), ("L250400", 90m, 5), ("X210300", 260m, 2), ("X220600", 240m, 2), ("X310700", 30m, 8), ("T330000", 180m, 48), ("Y000210", 4.5m, 60),
            ("Y000220", 0.52m, 110), ("Y000220", 0.52m, -10), ("Y000230", 48m, 40), ("S331500", 1500m, 1), ("C070001", 1304.5m, 4),
        ];
        var splits = bill.Select(line => Translated(Guangdong, line.Code, line.Price, line.Quantity).Split).ToList();

        Assert.That(Fen.Sum(splits.Select(split => split.Amount)), Is.EqualTo(Fen.FromYuan(50_000)));
        Assert.That(Fen.Sum(splits.Select(split => split.FullSelfPay)), Is.EqualTo(Fen.FromYuan(4_000)));
        Assert.That(Fen.Sum(splits.Select(split => split.OverLimit)), Is.EqualTo(Fen.FromYuan(600)));
        Assert.That(Fen.Sum(splits.Select(split => split.PreSelfPay)), Is.EqualTo(Fen.FromYuan(3_400)));
        Assert.That(Fen.Sum(splits.Select(split => split.InScope)), Is.EqualTo(Fen.FromYuan(42_000)));
    }

    [TestCase("XJ01CAA040E001", 0.8333, 24, 0, 0, 0, 2000)]
    [TestCase("XJ01CAA040E001", 0.8333, -4, 0, 0, 0, -333)]
    [TestCase("XJ01DDA100E002", 42, 20, 0, 0, 0, 84000)]
    [TestCase("XB01ABD075E003", 52, 10, 0, 0, 5200, 46800)]
    [TestCase("ZL110200001", 45, 8, 0, 4000, 0, 32000)]
    [TestCase("ZL120100003", 25, 8, 0, 0, 0, 20000)]
    [TestCase("ZL250101001", 22, 3, 0, 0, 0, 6600)]
    [TestCase("ZL210300001", 280, 2, 0, 0, 5600, 50400)]
    [TestCase("ZL331501007", 4800, 1, 0, 0, 48000, 432000)]
    [TestCase("HC060300011", 26000, 1, 0, 600000, 600000, 1400000)]
    [TestCase("ZL330100005", 1200, 1, 0, 0, 0, 120000)]
    [TestCase("ZL110200009", 150, 2, 30000, 0, 0, 0)]
    [TestCase("9999999999", 85, 4, 34000, 0, 0, 0)]
    public void A_line_of_the_Kunming_bill_splits_to_its_figures(string code, decimal price, decimal quantity, long full, long over, long pre, long scope)
    {
        var line = Translated(Yunnan, code, price, quantity);
        Assert.That(line.Split, Is.EqualTo(new LineSplit(new Fen(full), new Fen(over), new Fen(pre), new Fen(scope))));
        Assert.That(line.Unmapped, Is.EqualTo(code == "9999999999"));
    }

    [TestCase("Y000123", "XJ01CAA040E001", "02", "01")]
    [TestCase("Y000456", "XJ01DDA100E002", "02", "01")]
    [TestCase("Y000230", "XB01ABD075E003", "01", "02")]
    [TestCase("X210300", "ZL210300001", "01", "02")]
    public void The_same_item_has_one_exchange_code_and_another_class_in_each_province(string guangdong, string yunnan, string inGuangdong, string inYunnan)
    {
        var there = Translated(Guangdong, guangdong, 1m, 1m);
        var here = Translated(Yunnan, yunnan, 1m, 1m);
        Assert.That(there.ExchangeCode, Is.EqualTo(here.ExchangeCode).And.Not.Null);
        Assert.That((there.ItemClass.Code(), here.ItemClass.Code()), Is.EqualTo((inGuangdong, inYunnan)));
    }

    [TestCase(CodeSystem.VisitKind, "25", "21", null)]
    [TestCase(CodeSystem.VisitKind, "12", "21", "12")]
    [TestCase(CodeSystem.VisitKind, "21", null, "21")]
    [TestCase(CodeSystem.InstitutionLevel, "32", "02", null)]
    [TestCase(CodeSystem.InstitutionLevel, "3A", null, "02")]
    [TestCase(CodeSystem.FilingKind, "01", "01", "02")]
    [TestCase(CodeSystem.FilingKind, "02", "02", "01")]
    [TestCase(CodeSystem.FeeCategory, "02", "03", "11")]
    [TestCase(CodeSystem.ItemClass, "4", null, "02")]
    [TestCase(CodeSystem.Diagnosis, "M07800", "M07800", "N18.900")]
    public void One_local_code_means_different_things_in_two_provinces(CodeSystem system, string local, string? guangdong, string? yunnan) =>
        Assert.That((Guangdong.Codes.ToExchange(system, local, Day), Yunnan.Codes.ToExchange(system, local, Day)), Is.EqualTo((guangdong, yunnan)));

    [TestCase(CodeSystem.VisitKind, "21", "25", "21")]
    [TestCase(CodeSystem.ItemClass, "02", "2", "2")]
    [TestCase(CodeSystem.Scheme, "390", "390", "2")]
    [TestCase(CodeSystem.FilingKind, "04", "04", "11")]
    [TestCase(CodeSystem.Gender, "0", "0", "9")]
    [TestCase(CodeSystem.DischargeReason, "1", "1", "治愈")]
    public void One_exchange_code_comes_out_in_the_words_of_each_province(CodeSystem system, string exchange, string guangdong, string yunnan) =>
        Assert.That((Guangdong.Codes.ToLocal(system, exchange, Day), Yunnan.Codes.ToLocal(system, exchange, Day)), Is.EqualTo((guangdong, yunnan)));

    [Test]
    public void Both_provinces_can_say_every_exchange_code_a_reply_carries()
    {
        CodeSystem[] replied = [CodeSystem.ItemClass, CodeSystem.PersonClass, CodeSystem.FilingKind, CodeSystem.Gender, CodeSystem.CertificateKind];
        foreach (var system in replied)
        {
            foreach (var code in ExchangeCodes.Of(system))
            {
                Assert.That(Guangdong.Codes.ToLocal(system, code, Day), Is.Not.Null, $"Guangdong {system} {code}");
                Assert.That(Yunnan.Codes.ToLocal(system, code, Day), Is.Not.Null, $"Yunnan {system} {code}");
            }
        }
    }

    [Test]
    public void A_hospital_preparation_without_mapping_is_in_the_catalogue_and_waits()
    {
        Assert.That(Guangdong.Find("Y009901", Day)?.Kind, Is.EqualTo(ItemKind.Drug));
        Assert.That(Guangdong.FindMapping("Y009901", Day), Is.Null);
    }

    private static TranslatedLine Translated(LocalCatalogue catalogue, string code, decimal price, decimal quantity)
    {
        var line = new HisFeeLine
        {
            LineSerial = "1",
            LocalCode = code,
            LocalName = code,
            FeeCategory = "01",
            UnitPrice = price,
            Quantity = quantity,
            AmountFen = (long)Math.Round(price * quantity * 100, MidpointRounding.AwayFromZero),
            FeeDate = Day,
        };
        Assert.That(LineTranslation.TryTranslate(line, "02", null, CatalogueTimeline.Of(catalogue), AllSelfPay, out var translated, out var fault), Is.True, fault?.English);
        return translated!;
    }

    private static LocalCatalogue Load(string province)
    {
        var load = LocalCatalogue.Load(CatalogueFiles.In(Repository.PathTo("Adapters", province, "catalogue")));
        Assert.That(load.Errors, Is.Empty);
        return load.Catalogue!;
    }
}
