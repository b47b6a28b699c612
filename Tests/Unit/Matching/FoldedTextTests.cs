using System.Text;
using NUnit.Framework;
using ProvincialGateway.Matching;

namespace ProvincialGateway.Tests.Matching;

[TestFixture]
internal sealed class FoldedTextTests
{
    [TestCase("ＡＢＣ１２３％", "abc123%")]
    [TestCase("０．２５ｇ＊２４粒", "0.25g*24粒")]
    [TestCase("（甲）【乙】[丙]", "(甲)(乙)(丙)")]
    [TestCase("0.25g×24粒", "0.25g*24粒")]
    [TestCase("10ml：1g", "10ml:1g")]
    [TestCase("㎎㎖㎏μg㏄", "mgmlkgugml")]
    [TestCase("硝苯地平缓释片(Ⅱ)", "硝苯地平缓释片(ii)")]
    [TestCase("复方 甘草　片 ", "复方 甘草 片")]
    [TestCase("阿莫西林·克拉维酸", "阿莫西林克拉维酸")]
    [TestCase("①②", "12")]
    public void One_spelling_for_what_means_the_same(string written, string folded) => Assert.That(FoldedText.Of(written), Is.EqualTo(folded));

    [Test]
    public void Folding_twice_changes_nothing()
    {
        const string Text = "（Ⅱ）ＶＣ　０．５ｇ：２ｍｌ×１０支／盒★";
        Assert.That(FoldedText.Of(FoldedText.Of(Text)), Is.EqualTo(FoldedText.Of(Text)));
    }

    [Test]
    public void The_runtime_itself_does_not_fold_which_is_why_this_does() => Assert.That("Ａ㎎".Normalize(NormalizationForm.FormKC), Is.EqualTo("Ａ㎎"));
}
