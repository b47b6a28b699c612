using NUnit.Framework;
using ProvincialGateway.Catalogue;
using ProvincialGateway.Matching;

namespace ProvincialGateway.Tests.Matching;

[TestFixture]
internal sealed class MeasureComparisonTests
{
    [TestCase("0.25g", "250mg", "Agrees")]
    [TestCase("0.25g", "0.5g", "Differs")]
    [TestCase("0.9%250ml", "250ml:2.25g", "Agrees")]
    [TestCase("0.9%", "250ml:2.25g", "ExchangeMore")]
    [TestCase("5%", "250ml:25g", "Differs")]
    [TestCase("0.5g", "100ml:0.5g", "ExchangeMore")]
    [TestCase("100ml:0.5g", "0.5g", "LocalMore")]
    [TestCase("4.5g", "4g:0.5g", "ExchangeMore")]
    [TestCase("80万单位", "0.48g(80万单位)", "ExchangeMore")]
    [TestCase("80万单位", "0.48g", "BothMore")]
    [TestCase("", "0.25g", "ExchangeOnly")]
    [TestCase("0.25g", "", "LocalOnly")]
    [TestCase("", "", "Silent")]
    [TestCase("10ml:1g", "20ml:1g", "Differs")]
    public void What_two_strengths_say_about_each_other(string local, string exchange, string verdict) =>
        Assert.That(MeasureComparison.Of(Figures(ItemKind.Drug, local), Figures(ItemKind.Drug, exchange)).ToString(), Is.EqualTo(verdict));

    [TestCase("10*10cm", "10*20cm", "Differs")]
    [TestCase("10*20cm", "200mm*100mm", "Agrees")]
    [TestCase("22G", "24G", "Differs")]
    public void What_two_sizes_say_about_each_other(string local, string exchange, string verdict) =>
        Assert.That(MeasureComparison.Of(Figures(ItemKind.Consumable, local), Figures(ItemKind.Consumable, exchange)).ToString(), Is.EqualTo(verdict));

    [Test]
    public void Both_ways_say_the_same()
    {
        string[] texts = ["", "0.25g", "250mg", "0.5g", "0.9%", "250ml:2.25g", "100ml", "80万单位", "0.48g(80万单位)", "4g:0.5g", "4.5g"];
        foreach (var (left, right) in texts.SelectMany(left => texts.Select(right => (left, right))))
        {
            var there = MeasureComparison.Of(Figures(ItemKind.Drug, left), Figures(ItemKind.Drug, right));
            var back = MeasureComparison.Of(Figures(ItemKind.Drug, right), Figures(ItemKind.Drug, left));
            Assert.That(back, Is.EqualTo(Turned(there)), $"{left} / {right}");
        }
    }

    private static Verdict Turned(Verdict verdict) => verdict switch
    {
        Verdict.LocalMore => Verdict.ExchangeMore,
        Verdict.ExchangeMore => Verdict.LocalMore,
        Verdict.LocalOnly => Verdict.ExchangeOnly,
        Verdict.ExchangeOnly => Verdict.LocalOnly,
        _ => verdict,
    };

    private static Measure[] Figures(ItemKind kind, string text) => MeasureReader.Read(kind, FoldedText.Of(text)).Values;
}
