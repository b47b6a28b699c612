using System.Text.Json.Nodes;
using NUnit.Framework;
using ProvincialGateway.Tests.Recovery;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Cli;

/// <summary>Visits and settlements as the clerks of both provinces see them.</summary>
internal sealed class When_an_operator_looks_at_care : RecoveryTest
{
    private const string Certificate = "530102197601010019";

    private OperatorDesk _guangdong = null!, _yunnan = null!;

    [SetUp]
    public void OpenDesks() => (_guangdong, _yunnan) = (new OperatorDesk(Guangdong, Clock), new OperatorDesk(Yunnan, Clock));

    [TearDown]
    public async Task CloseDesks()
    {
        await _guangdong.DisposeAsync();
        await _yunnan.DisposeAsync();
    }

    [Test]
    public async Task Both_sides_list_the_same_visit_and_settlement_each_as_its_own_part()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn));
        var settled = (await Guangzhou.SettleAsync(visit)).Granted().Result;

        var visits = (Treated: await OneAsync(_guangdong, "visits"), Insured: await OneAsync(_yunnan, "visits"));
        var settlements = (Treated: await OneAsync(_guangdong, "settlements"), Insured: await OneAsync(_yunnan, "settlements"));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Words(visits.Treated, "side", "partner", "visitNumber", "institution", "state", "settlements", "from", "to"),
                Is.EqualTo($"treatment 530000 {visit} {FirstHospital} settled 1 {AdmittedOn.Iso()} {Today.Iso()}"));
            Assert.That(Words(visits.Insured, "side", "partner", "visitNumber", "institution", "state", "settlements", "personNumber"),
                Is.EqualTo($"insured 440000 {visit} {FirstHospital} settled 1 {Patient.OfKunming.PersonNumber}"));
            Assert.That(Words(settlements.Treated, "side", "partner", "settlementNumber", "total", "fundTotal", "account", "cash", "state"),
                Is.EqualTo($"treatment 530000 {settled.SettlementNumber} 50000.00 34680.00 2000.00 13320.00 standing"));
            Assert.That(Words(settlements.Insured, "side", "partner", "total", "fundTotal"), Is.EqualTo("insured 440000 50000.00 34680.00"));
            Assert.That(visits.Treated["personNumber"], Is.Null, "the person is another province's");
        }
    }

    [Test]
    public async Task A_list_is_narrowed_by_each_of_its_options()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn));
        (await Guangzhou.SettleAsync(visit)).Granted();
        (string Option, string Meets, string Misses)[] ofBoth =
            [("--side", "treatment", "insured"), ("--partner", "530000", "310000"), ("--hospital", FirstHospital, SecondHospital)];
        (string Option, string Meets, string Misses)[] ofVisits =
            [.. ofBoth, ("--state", "settled", "admitted"), ("--from", AdmittedOn.Iso(), AdmittedOn.AddDays(1).Iso()), ("--to", AdmittedOn.Iso(), AdmittedOn.AddDays(-1).Iso())];
        (string Option, string Meets, string Misses)[] ofSettlements =
            [.. ofBoth, ("--state", "standing", "undone"), ("--from", Today.Iso(), Today.AddDays(1).Iso()), ("--to", Today.Iso(), Today.AddDays(-1).Iso())];

        using (Assert.EnterMultipleScope())
        {
            foreach (var (noun, (option, meets, misses)) in ofVisits.Select(row => ("visits", row)).Concat(ofSettlements.Select(row => ("settlements", row))))
            {
                Assert.That((await _guangdong.AskAsync(noun, "list", option, meets)).AsArray(), Has.Count.EqualTo(1), $"{noun} {option} {meets}");
                Assert.That((await _guangdong.AskAsync(noun, "list", option, misses)).AsArray(), Is.Empty, $"{noun} {option} {misses}");
            }
        }
    }

    [Test]
    public async Task A_settlement_is_shown_with_its_funds_and_the_explanation_that_was_stored_by_both_sides()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn));
        var settled = (await Guangzhou.SettleAsync(visit)).Granted().Result;

        var (treated, insured) = (await ShownAsync(_guangdong, settled.SettlementNumber), await ShownAsync(_yunnan, settled.SettlementNumber));
        var printed = await _guangdong.SucceedAsync("settlements", "show", settled.SettlementNumber);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(treated["steps"]!.AsArray().Select(step => (string)step!["chinese"]!), Is.EqualTo(settled.Steps.Select(step => step.Chinese)));
            Assert.That(insured["steps"]!.ToJsonString(), Is.EqualTo(treated["steps"]!.ToJsonString()));
            Assert.That(insured["sums"]!.ToJsonString(), Is.EqualTo(treated["sums"]!.ToJsonString()));
            Assert.That(Words(treated["sums"]!, "deductible", "pool", "fundTotal", "account", "cash"), Is.EqualTo("1200.00 34680.00 34680.00 2000.00 13320.00"));
            Assert.That(Words(treated["bill"]!, "total", "fullSelfPay", "overLimit", "preSelfPay", "inScope"), Is.EqualTo("50000.00 4000.00 600.00 3400.00 42000.00"));
            Assert.That(Words(treated["person"]!, "number", "name", "certificate"), Is.EqualTo("5301000001 测**** 01:530*************19"));
            Assert.That(printed, Does.Contain("34,680.00").And.Contain("DEDUCTIBLE").And.Contain("测****").And.Not.Contain(Certificate).And.Not.Contain("测试患者甲"));
        }
    }

    [Test]
    public async Task A_settlement_whose_answer_was_lost_and_reversed_is_explained_all_the_same()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn));
        await LoseReplyAsync(() => Guangzhou.SettleAsync(visit, "T1"));
        Line.Mend();
        (await Guangzhou.ReverseAsync("T1", "R1")).Granted();

        var listed = await OneAsync(_guangdong, "settlements");
        var shown = await ShownAsync(_guangdong, (string)listed["settlementNumber"]!);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((string)listed["state"]!, Is.EqualTo("undone"));
            Assert.That(shown["steps"]!.AsArray(), Is.Not.Empty);
            Assert.That((string?)shown["undoneBy"], Has.Length.EqualTo(30));
            Assert.That((string)(await _guangdong.AskAsync("visits", "show", visit))["visit"]!["state"]!, Is.EqualTo("discharged"));
        }
    }

    [Test]
    public async Task A_visit_is_shown_by_its_number_or_the_hospitals_own()
    {
        var visit = await AdmitAsync(Guangzhou, Patient.OfKunming);
        (await Guangzhou.UploadAsync(visit, SampleBills.IntensiveCare(FeesOn))).Granted();

        var (byNumber, byHospital) = (await _guangdong.AskAsync("visits", "show", visit), await _guangdong.AskAsync("visits", "show", "ZY0001"));
        var atHome = await _yunnan.AskAsync("visits", "show", visit);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(byHospital.ToJsonString(), Is.EqualTo(byNumber.ToJsonString()));
            Assert.That(Words(byNumber, "stateEn", "charged", "unsettled"), Is.EqualTo("admitted 3600.00 3600.00"));
            Assert.That((string)byNumber["person"]!["name"]!, Is.EqualTo("测****"));
            Assert.That((string?)atHome["filingNumber"], Is.EqualTo((string?)byNumber["filingNumber"]).And.Not.Null);
        }
    }

    [Test]
    public async Task An_admission_that_waits_is_listed_without_a_number()
    {
        await LoseReplyAsync(() => Guangzhou.AdmitAsync(Patient.OfKunming.ToReference(), "ZY0001", AdmittedOn, "T1"));

        var waiting = (await _guangdong.AskAsync("visits", "list", "--state", "waiting")).AsArray().Single()!;
        var shown = await _guangdong.AskAsync("visits", "show", "ZY0001");

        using (Assert.EnterMultipleScope())
        {
            Assert.That((waiting["visitNumber"], (string)waiting["hospitalVisitNumber"]!), Is.EqualTo(((JsonNode?)null, "ZY0001")));
            Assert.That((string)shown["stateEn"]!, Does.Contain("not answered"));
            Assert.That(shown["person"], Is.Null);
        }
        Line.Mend();
        LetTheResolverBegin();
        await StateAsync(Guangzhou, "T1", Provincial.His.V1.TransactionState.Committed);
    }

    [Test]
    public async Task What_is_wrong_with_a_question_is_named_with_where_to_look()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await _guangdong.RefuseAsync("visits", "show", "S5301001709209999999"), Does.Contain("S5301001709209999999").And.Contain("visits list"));
            Assert.That(await _guangdong.RefuseAsync("settlements", "show", "A5301001709209999999"), Does.Contain("A5301001709209999999").And.Contain("settlements list"));
            Assert.That(await _guangdong.RefuseAsync("visits", "list", "--partner", "53"), Does.Contain("--partner"));
            Assert.That(await _guangdong.RefuseAsync("visits", "list", "--from", "2017-9-1"), Does.Contain("--from"));
            Assert.That(await _guangdong.RefuseAsync("settlements", "list", "--from", "2017-09-20", "--to", "2017-09-01"), Does.Contain("--to").And.Contain("--from"));
            Assert.That(await _guangdong.SucceedAsync("visits", "list"), Does.Contain("no such visits"));
            Assert.That(await _guangdong.SucceedAsync("settlements", "list"), Does.Contain("no such settlements"));
        }
    }

    [TestCase("缺少 --reason。 / --reason is required.", "persons", "freeze", "5301000001")]
    [TestCase("缺少 <number>。 / <number> is missing.", "visits", "show")]
    [TestCase("'abc' does not have the right form (<run>).", "reconcile", "show", "abc")]
    [TestCase("'open' is none of the values to choose from (--state): waiting admitted discharged settled refused undone", "visits", "list", "--state", "open")]
    [TestCase("'--stat' is not known.", "visits", "list", "--stat", "admitted")]
    [TestCase("--limit 应为 1 至 100000 / --limit must be 1 to 100000", "visits", "list", "--limit", "0")]
    public async Task A_command_line_that_cannot_be_understood_is_said_in_both_languages_with_where_to_look(string expected, params string[] command)
    {
        var refused = await _guangdong.RefuseAsync(command);

        Assert.That(refused, Does.Contain(expected).And.Contain($"gateway {command[0]} {command[1]} --help").And.Not.Contain("System."));
    }

    private static async Task<JsonNode> OneAsync(OperatorDesk desk, string noun) => (await desk.AskAsync(noun, "list")).AsArray().Single()!;

    private static Task<JsonNode> ShownAsync(OperatorDesk desk, string settlement) => desk.AskAsync("settlements", "show", settlement);

    private static string Words(JsonNode node, params string[] members) => string.Join(' ', members.Select(member => node[member]));
}
