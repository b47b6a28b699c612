using NUnit.Framework;
using ProvincialGateway.Catalogue;
using ProvincialGateway.Matching;
using static ProvincialGateway.Tests.Matching.MatchedRows;

namespace ProvincialGateway.Tests.Matching;

[TestFixture]
internal sealed class ItemProfileTests
{
    [TestCase("阿莫西林胶囊", "阿莫西林", "", "capsule/plain")]
    [TestCase("★阿莫西林胶囊（甲）", "阿莫西林", "", "capsule/plain")]
    [TestCase("阿 莫西林 胶囊▲", "阿莫西林", "", "capsule/plain")]
    [TestCase("盐酸左氧氟沙星片", "左氧氟沙星", "盐酸", "tablet/plain")]
    [TestCase("左氧氟沙星片(盐酸)", "左氧氟沙星", "盐酸", "tablet/plain")]
    [TestCase("左氧氟沙星盐酸盐分散片", "左氧氟沙星", "盐酸", "tablet/dispersible")]
    [TestCase("注射用头孢曲松钠", "头孢曲松", "钠", "injection/powder")]
    [TestCase("头孢曲松钠粉针剂", "头孢曲松", "钠", "injection/powder")]
    [TestCase("注射用哌拉西林钠他唑巴坦钠", "哌拉西林他唑巴坦", "钠", "injection/powder")]
    [TestCase("地塞米松磷酸钠针", "地塞米松", "磷酸钠", "injection")]
    [TestCase("克林霉素磷酸酯注射液", "克林霉素", "磷酸酯", "injection/plain")]
    [TestCase("阿托伐他汀钙片", "阿托伐他汀", "钙", "tablet/plain")]
    [TestCase("氯化钠注射液", "氯化钠", "", "injection/plain")]
    [TestCase("0.9%氯化钠注射液250ml", "氯化钠", "", "injection/plain")]
    [TestCase("碳酸氢钠片", "碳酸氢钠", "", "tablet/plain")]
    [TestCase("葡萄糖酸钙注射液", "葡萄糖酸钙", "", "injection/plain")]
    [TestCase("丙戊酸钠片", "丙戊酸钠", "", "tablet/plain")]
    [TestCase("硫酸镁注射液", "硫酸镁", "", "injection/plain")]
    [TestCase("硫酸庆大霉素注射液", "庆大霉素", "硫酸", "injection/plain")]
    [TestCase("醋酸钙片", "醋酸钙", "", "tablet/plain")]
    [TestCase("鲑降钙素注射液", "鲑降钙素", "", "injection/plain")]
    [TestCase("吸入用布地奈德混悬液", "布地奈德", "", "inhalation")]
    [TestCase("六味地黄丸(浓缩丸)", "六味地黄", "", "pill/concentrated")]
    [TestCase("碘酊", "碘酊", "", null)]
    [TestCase("阿司匹林肠溶片", "阿司匹林", "", "tablet/enteric")]
    [TestCase("乙酰水杨酸肠溶片", "阿司匹林", "", "tablet/enteric")]
    [TestCase("小儿氨酚黄那敏颗粒", "儿童氨酚黄那敏", "", "granule/plain")]
    [TestCase("维Ｃ针", "维生素c", "", "injection")]
    public void A_drugs_name_is_taken_apart(string name, string core, string salts, string? form)
    {
        var profile = ItemProfile.Of(Drug(name));
        Assert.That((profile.Name.Core, profile.Salts, profile.Form?.Path), Is.EqualTo((core, salts, form)));
    }

    [TestCase("胸部ＣＴ平扫", "胸部计算机断层平扫")]
    [TestCase("胸部X线计算机体层(CT)平扫", "胸部计算机断层平扫")]
    [TestCase("心脏彩超", "心脏彩色超声")]
    [TestCase("心脏彩色多普勒超声检查", "心脏彩色超声")]
    [TestCase("谷丙转氨酶检测", "丙氨酸氨基转移酶")]
    [TestCase("胆囊摘除术", "胆囊切除")]
    [TestCase("左侧肾切除", "左肾切除")]
    [TestCase("Ⅰ级护理", "一级护理")]
    [TestCase("手术费", "手术")]
    public void A_services_name_is_brought_to_one_wording(string name, string core) => Assert.That(ItemProfile.Of(Service(name)).Name.Full, Is.EqualTo(core));

    [Test]
    public void A_word_is_not_found_inside_the_word_it_stands_for() =>
        Assert.That(ItemProfile.Of(Consumable("静脉套管针")).Name.Full, Is.EqualTo(ItemProfile.Of(Consumable("静脉留置针")).Name.Full));

    [Test]
    public void Latin_words_are_not_cut() => Assert.That(ItemProfile.Of(Service("cTnI")).Name.Core, Is.EqualTo("ctni"));

    [Test]
    public void A_crude_drug_is_no_tablet()
    {
        var slices = ItemProfile.Of(Drug("甘草片", form: "饮片"));
        Assert.That((slices.Name.Core, slices.Form?.Path), Is.EqualTo(("甘草片", "herb")));
    }

    [TestCase("阿莫西林胶囊", "", "片剂")]
    [TestCase("阿莫西林胶囊0.5g", "0.25g", "胶囊剂")]
    [TestCase("阿莫西林胶囊24粒", "0.25g*12粒", "胶囊剂")]
    public void An_item_may_contradict_itself(string name, string specification, string form) => Assert.That(ItemProfile.Of(Drug(name, specification, form)).ContradictsItself, Is.True);

    [TestCase("阿莫西林胶囊", "0.25g", "胶囊剂")]
    [TestCase("阿莫西林胶囊0.25g", "250mg*24粒", "")]
    [TestCase("阿司匹林肠溶片", "100mg", "片剂")]
    [TestCase("5%葡萄糖注射液", "250ml", "注射剂")]
    [TestCase("复方丹参片", "薄膜衣片 0.32g", "片剂")]
    public void Saying_a_thing_twice_is_no_contradiction(string name, string specification, string form) => Assert.That(ItemProfile.Of(Drug(name, specification, form)).ContradictsItself, Is.False);

    [TestCase("(甲)")]
    [TestCase("片")]
    [TestCase("★")]
    [TestCase("0.25g")]
    [TestCase("()")]
    public void Every_name_leaves_something_to_compare(string name)
    {
        foreach (var kind in Enum.GetValues<ItemKind>())
            Assert.That(() => ItemProfile.Of(Drug(name) with { Kind = kind }).Name, Throws.Nothing);
    }
}
