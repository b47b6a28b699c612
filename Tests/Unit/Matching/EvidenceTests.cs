using NUnit.Framework;
using ProvincialGateway.Catalogue;
using ProvincialGateway.Matching;
using static ProvincialGateway.Tests.Matching.MatchedRows;

namespace ProvincialGateway.Tests.Matching;

/// <summary>What forbids that a proposal is accepted unseen, at whatever score the user sets, and that the reasons say so.</summary>
[TestFixture]
internal sealed class EvidenceTests
{
    private static readonly TestCaseData[] Contradictions =
    [
        new(Drug("阿莫西林胶囊", "0.25g"), Drug("阿莫西林胶囊", "0.5g"), "规格不同", "other strength") { TestName = "{m}(another_strength)" },
        new(Drug("氯化钠注射液", "0.9% 250ml"), Drug("氯化钠注射液", "500ml:4.5g"), "规格不同", "other strength") { TestName = "{m}(another_volume)" },
        new(Drug("阿莫西林胶囊", "0.25g"), Drug("阿莫西林分散片", "0.25g"), "剂型不同", "other dose form") { TestName = "{m}(another_form)" },
        new(Drug("布洛芬缓释胶囊", "0.3g"), Drug("布洛芬胶囊", "0.3g"), "剂型不同", "other dose form") { TestName = "{m}(another_release)" },
        new(Drug("阿奇霉素注射液", "0.5g"), Drug("注射用阿奇霉素", "0.5g"), "剂型不同", "other dose form") { TestName = "{m}(powder_for_solution)" },
        new(Drug("头孢克肟胶囊", "0.1g"), Drug("头孢克洛胶囊", "0.1g"), "名称只差一字", "one character differs") { TestName = "{m}(an_ingredient_that_differs_by_one_character)" },
        new(Drug("泼尼松片", "5mg"), Drug("泼尼松龙片", "5mg"), "交换名称多“龙”", "the exchange name also says") { TestName = "{m}(an_ingredient_with_one_character_more)" },
        new(Drug("维生素B6片", "10mg"), Drug("维生素B1片", "10mg"), "字母数字不同", "letters and digits") { TestName = "{m}(another_number_in_the_name)" },
        new(Drug("盐酸左氧氟沙星片", "0.1g"), Drug("乳酸左氧氟沙星片", "0.1g"), "盐基不同", "other salt") { TestName = "{m}(another_salt)" },
        new(Drug("阿莫西林胶囊", "0.25g*24粒"), Drug("阿莫西林胶囊", "0.25g*12粒"), "包装不同", "other pack") { TestName = "{m}(another_pack)" },
        new(Drug("阿莫西林胶囊", "0.25g", maker: "甲乙制药"), Drug("阿莫西林胶囊", "0.25g", maker: "丙丁药业"), "厂家不同", "other manufacturer") { TestName = "{m}(another_manufacturer)" },
        new(Drug("小儿布洛芬颗粒", "0.1g"), Drug("布洛芬颗粒", "0.1g"), "人群", "age group") { TestName = "{m}(for_children_only_on_one_side)" },
        new(Drug("阿莫西林胶囊", "0.25g", "片剂"), Drug("阿莫西林胶囊", "0.25g"), "本地行自身矛盾", "the local row contradicts itself") { TestName = "{m}(a_row_against_itself)" },
        new(Drug("门冬胰岛素注射液", "3ml:300单位(笔芯)"), Drug("门冬胰岛素注射液", "3ml:300单位(特充)"), "规格说明不同", "other specification words") { TestName = "{m}(other_words_in_the_specification)" },
        new(Drug("阿莫西林胶囊", "0.25g*24粒"), Drug("阿莫西林胶囊", "0.25g", maker: "甲乙制药"), "包装仅本地有", "pack only stated locally") { TestName = "{m}(each_side_more_exact_in_something)" },
        new(Service("左肾切除术"), Service("右肾切除术"), "侧别", "side") { TestName = "{m}(the_other_side)" },
        new(Service("腰椎磁共振平扫"), Service("颈椎磁共振平扫"), "部位", "site") { TestName = "{m}(another_site)" },
        new(Service("胸部CT平扫"), Service("胸部CT增强"), "方式不同", "manner differs") { TestName = "{m}(another_manner)" },
        new(Service("一级护理"), Service("二级护理"), "名称只差一字", "one character differs") { TestName = "{m}(another_grade)" },
        new(Service("小儿静脉穿刺置管术"), Service("静脉穿刺置管术"), "人群", "age group") { TestName = "{m}(a_service_for_children)" },
        new(Service("全身麻醉加收"), Service("全身麻醉"), "加收 ≠ —", "加收 ≠ —") { TestName = "{m}(a_supplement)" },
        new(Service("乙肝表面抗原测定"), Service("乙肝表面抗体测定"), "抗原 ≠ 抗体", "抗原 ≠ 抗体") { TestName = "{m}(antigen_for_antibody)" },
        new(Service("免疫球蛋白G测定"), Service("免疫球蛋白M测定"), "字母数字不同", "letters and digits") { TestName = "{m}(another_immunoglobulin)" },
        new(Consumable("静脉留置针", "22G"), Consumable("静脉留置针", "24G"), "规格不同", "other strength or size") { TestName = "{m}(another_gauge)" },
        new(Consumable("导尿管(双腔)", "16Fr"), Consumable("导尿管(三腔)", "16Fr"), "双腔 ≠ 三腔", "双腔 ≠ 三腔") { TestName = "{m}(another_lumen)" },
        new(Consumable("可吸收缝合线", "3-0"), Consumable("可吸收缝合线", "4-0"), "规格不同", "other strength or size") { TestName = "{m}(another_thread)" },
    ];

    [TestCaseSource(nameof(Contradictions))]
    public void A_contradiction_forbids_acceptance_at_any_score(CatalogueTexts local, CatalogueTexts exchange, string chinese, string english)
    {
        var match = Match(local, accept: 0, exchange);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(match.Decision, Is.Not.EqualTo(MatchDecision.Accepted));
            Assert.That(match.Proposals, Has.Count.EqualTo(1), "the proposal is still shown");
            Assert.That(Reasons(match), Does.Contain(chinese).And.Contain(english));
        }
    }

    [TestCase("阿莫西林胶囊", "0.25g*24粒", "阿莫西林胶囊（甲）", "250mg×12粒×2板")]
    [TestCase("盐酸二甲双胍片", "0.5g", "二甲双胍片(盐酸)", "500mg")]
    [TestCase("氯化钠注射液", "250ml:2.25g", "0.9%氯化钠注射液", "250ml")]
    [TestCase("硝苯地平片", "10mg*100片", "心痛定片", "0.01g*100片/瓶")]
    [TestCase("注射用头孢曲松钠", "1g", "头孢曲松钠粉针", "1.0g")]
    public void The_same_drug_in_other_words_is_equivalent(string exchange, string exchangeSpecification, string local, string specification)
    {
        var evidence = Weigh(Drug(local, specification), Drug(exchange, exchangeSpecification));
        Assert.That((evidence.MayBeAccepted, evidence.Quality, evidence.Score >= MatchOptions.AcceptDefault), Is.EqualTo((true, MappingQuality.Equivalent, true)));
    }

    [Test]
    public void The_side_with_a_specification_the_other_lacks_is_the_narrower_one()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Weigh(Drug("阿莫西林胶囊", "0.25g"), Drug("阿莫西林胶囊", "0.25g*24粒")).Quality, Is.EqualTo(MappingQuality.Narrower));
            Assert.That(Weigh(Drug("阿莫西林胶囊", "0.25g*24粒"), Drug("阿莫西林胶囊", "0.25g")).Quality, Is.EqualTo(MappingQuality.Broader));
            Assert.That(Weigh(Drug("阿莫西林胶囊", "0.25g"), Drug("阿莫西林胶囊", "0.25g", maker: "甲乙制药")).Quality, Is.EqualTo(MappingQuality.Narrower));
            Assert.That(Weigh(Drug("阿莫西林胶囊", "0.25g*24粒"), Drug("阿莫西林胶囊", "0.25g", maker: "甲乙制药")).Quality, Is.Null);
        }
    }

    [Test]
    public void Every_piece_of_evidence_moves_the_score()
    {
        var local = Drug("阿莫西林胶囊", "0.25g*24粒", "胶囊剂", "甲乙制药") with { ItemClass = ItemClass.Full, Price = 10 };
        var same = local with { Code = "X0" };
        CatalogueTexts[] worse =
        [
            same with { Name = "阿莫西淋胶囊" }, same with { Name = "阿莫西林片", DoseForm = "片剂" }, same with { Specification = "0.5g*24粒" }, same with { Specification = "0.25g*12粒" },
            same with { Manufacturer = "丙丁药业" }, same with { ItemClass = ItemClass.Partial }, same with { Price = 9_000 }, same with { Name = "盐酸阿莫西林胶囊" },
        ];
        var best = Weigh(local, same).Score;
        Assert.That(best, Is.EqualTo(100));
        Assert.That(worse.Select(row => Weigh(local, row).Score), Has.All.LessThan(best));
    }

    [Test]
    public void A_price_by_the_piece_agrees_with_a_price_by_the_pack()
    {
        var local = Drug("阿莫西林胶囊", "0.25g") with { Price = 0.5m };
        Assert.That(Weigh(local, Drug("阿莫西林胶囊", "0.25g*24粒") with { Price = 12 }).Price, Is.EqualTo(Verdict.Agrees));
    }
}
