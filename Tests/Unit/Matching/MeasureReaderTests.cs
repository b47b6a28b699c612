using NUnit.Framework;
using ProvincialGateway.Catalogue;
using ProvincialGateway.Matching;

namespace ProvincialGateway.Tests.Matching;

[TestFixture]
internal sealed class MeasureReaderTests
{
    [TestCase("0.25g*24粒", "250mg", 24)]
    [TestCase("250mg×24粒/盒", "250mg", 24)]
    [TestCase("0.25gX24", "250mg", 24)]
    [TestCase("24粒*0.25克", "250mg", 24)]
    [TestCase("0.25g*12片*2板/盒", "250mg", 24)]
    [TestCase("12片/板×2板/盒 0.25g", "250mg", 24)]
    [TestCase("0.25g*24s", "250mg", 24)]
    [TestCase("10ml:1g", "1g:10ml", null)]
    [TestCase("1.0g/10毫升*5支", "1g:10ml", 5)]
    [TestCase("5%250ml", "12.5g:250ml", null)]
    [TestCase("0.9% 500ML", "4.5g:500ml", null)]
    [TestCase("10mg/ml 5ml", "50mg:5ml", null)]
    [TestCase("10mg/ml", "10mg:1ml", null)]
    [TestCase("80万单位", "800000IU", null)]
    [TestCase("12,500U", "12500IU", null)]
    [TestCase("0.48g(80万单位)", "480mg:800000IU", null)]
    [TestCase("100μg*200揿", "0.1mg:200揿", null)]
    [TestCase("每10丸重1.5g", "1.5g", null)]
    [TestCase("0.375g(0.25g:0.125g)", "125mg:250mg:375mg", null)]
    public void The_figures_of_a_drug(string specification, string figures, int? pack) => AssertRead(ItemKind.Drug, specification, figures, pack);

    [TestCase("7.5*9cm", "75mm:90mm")]
    [TestCase("10cm×10cm", "100mm:100mm")]
    [TestCase("22G", "22G")]
    [TestCase("Fr16", "16Fr")]
    [TestCase("16F", "16Fr")]
    [TestCase("7号", "7#")]
    [TestCase("3-0 75cm", "750mm:3-0")]
    [TestCase("3/0", "3-0")]
    [TestCase("5ML", "5ml")]
    public void The_figures_of_a_consumable(string specification, string figures) => AssertRead(ItemKind.Consumable, specification, figures, pack: null);

    [TestCase("24小时", "1440min")]
    [TestCase("30分钟", "30min")]
    public void The_figures_of_a_service(string specification, string figures) => AssertRead(ItemKind.Service, specification, figures, pack: null);

    [TestCase("维生素B12", "维生素b12")]
    [TestCase("复方氨基酸(18AA)", "复方氨基酸(18aa)")]
    [TestCase("654-2", "654-2")]
    [TestCase("12345678901234g", "12345678901234g")]
    [TestCase("", "")]
    [TestCase("*:/x每", "*:/x每")]
    public void A_number_without_a_unit_stays_in_the_text(string text, string rest)
    {
        var read = MeasureReader.Read(ItemKind.Drug, FoldedText.Of(text));
        Assert.That((read.Values.Length, read.Pack, read.Rest), Is.EqualTo((0, (decimal?)null, rest)));
    }

    [Test]
    public void Any_text_reads()
    {
        const string Signs = "0123456789.,*x:/-()+% 万千gmlfru粒片每盒单位 cm";
        var random = new Random(20261122);
        for (var round = 0; round < 20_000; round++)
        {
            var text = new string(random.GetItems<char>(Signs, random.Next(12)));
            foreach (var kind in Enum.GetValues<ItemKind>())
                Assert.That(() => MeasureReader.Read(kind, text), Throws.Nothing, () => $"seed 20261122, {kind}, '{text}'");
        }
    }

    private static void AssertRead(ItemKind kind, string text, string figures, int? pack)
    {
        var read = MeasureReader.Read(kind, FoldedText.Of(text));
        Assert.That((string.Join(':', read.Values), read.Pack), Is.EqualTo((figures, (decimal?)pack)), read.Rest);
    }
}
