using System.Text.Json.Nodes;
using NUnit.Framework;
using Provincial.His.V1;
using ProvincialGateway.Tests.Cli;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Policies;

/// <summary>What operators of the insured province see of a policy: a stored explanation, and a month under another version.</summary>
internal sealed class When_the_policy_changes : CountryTest
{
    private TempFolder _files = null!;

    private string PolicyPath => Path.Combine(Yunnan.DataFolder, "policy.json");

    [SetUp]
    public void MakeFolder() => _files = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _files.Dispose();

    [Test]
    public async Task The_stored_explanation_is_what_the_patient_was_told_and_outlives_the_policy()
    {
        var settled = await SettleAsync("ZY0001");
        var told = settled.Steps.Select(step => step.Chinese).ToList();

        var before = await AskAsync("policy", "explain", "--settlement", settled.SettlementNumber);
        await Yunnan.StopAsync();
        File.Copy(WriteChanged(plan => plan["version"] = "530100-310-other"), PolicyPath, overwrite: true);
        await Yunnan.StartAsync(CancellationToken.None);
        var after = await AskAsync("policy", "explain", "--settlement", settled.SettlementNumber);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Texts(before), Is.EqualTo(told).And.Not.Empty);
            Assert.That(after.ToJsonString(), Is.EqualTo(before.ToJsonString()));
            Assert.That((string?)before["policyVersion"], Is.EqualTo("530100-310-sample-1"));
            Assert.That((string?)before["policyHash"], Is.EqualTo(Yunnan.Value<string>("SELECT hash FROM benefit_policy ORDER BY first_used_at_ms LIMIT 1")));
            Assert.That((string?)before["sums"]!["pool"], Is.EqualTo("34680.00"));
        }
    }

    [Test]
    public async Task An_explanation_is_a_table_and_says_when_the_settlement_is_undone()
    {
        var settled = await SettleAsync("ZY0001");
        (await Guangzhou.CancelAsync(settled.VisitNumber, settled.SettlementNumber)).Granted();

        await using var desk = new OperatorDesk(Yunnan, Clock);
        var table = await desk.SucceedAsync("policy", "explain", "--settlement", settled.SettlementNumber);

        Assert.That(table, Does.Contain("undone").And.Contain("DEDUCTIBLE").And.Contain("34,680.00"));
        Assert.That(await desk.RefuseAsync("policy", "explain", "--settlement", "A5301001709209999999"), Does.Contain("A5301001709209999999"));
    }

    [Test]
    public async Task The_same_policy_decides_every_settlement_as_it_was_settled()
    {
        await SettleAsync("ZY0001");
        await SettleAsync("ZY0002");

        var report = await CompareAsync(PolicyPath);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(((int)report["settlements"]!, (int)report["notAsStored"]!), Is.EqualTo((2, 0)));
            Assert.That(report["changed"]!.AsArray(), Is.Empty);
            Assert.That((string?)report["old"]!["pool"], Is.EqualTo("69870.00"), "34680 + (42000 - 600) × 85 %");
        }
    }

    [Test]
    public async Task Another_version_is_applied_in_order_with_the_years_it_would_have_made_itself()
    {
        var first = await SettleAsync("ZY0001");
        var second = await SettleAsync("ZY0002");
        var undone = await SettleAsync("ZY0003");
        (await Guangzhou.CancelAsync(undone.VisitNumber, undone.SettlementNumber)).Granted();
        var before = Yunnan.Year("5301000001", 2017);

        var report = await CompareAsync(WriteChanged(plan =>
        {
            plan["deductible"]!["amounts"]!["tertiary"] = "2000.00";
            plan["pool_cap"]!["amount"] = "50000.00";
        }));

        using (Assert.EnterMultipleScope())
        {
            var changed = report["changed"]!.AsArray();
            Assert.That(changed.Select(one => (string?)one!["settlementNumber"]), Is.EqualTo(new[] { first.SettlementNumber, second.SettlementNumber }));
            Assert.That((string?)changed[0]!["new"]!["sums"]!["pool"], Is.EqualTo("34000.00"), "(42000 - 2000) × 85 %");
            Assert.That((string?)changed[1]!["new"]!["sums"]!["pool"], Is.EqualTo("16000.00"), "what the first leaves of the cap");
            Assert.That((string?)changed[1]!["new"]!["sums"]!["deductible"], Is.EqualTo("1000.00"), "the second admission");
            Assert.That((string?)report["change"]!["pool"], Is.EqualTo("-19870.00"));
            Assert.That((string?)report["change"]!["cash"], Is.EqualTo("19870.00"));
            Assert.That(Yunnan.Year("5301000001", 2017), Is.EqualTo(before), "a comparison changes nothing");
        }
    }

    [Test]
    public async Task What_was_settled_before_the_month_stays_as_it_was_settled()
    {
        await SettleAsync("ZY0001");
        Clock.PutForward(TimeSpan.FromDays(30));
        await SettleAsync("ZY0002");

        var report = await CompareAsync(WriteChanged(plan => plan["pool_cap"]!["amount"] = "40000.00"), "2017-10");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(((int)report["settlements"]!, (int)report["notAsStored"]!), Is.EqualTo((1, 0)));
            Assert.That((string?)report["old"]!["pool"], Is.EqualTo("35190.00"));
            Assert.That((string?)report["new"]!["pool"], Is.EqualTo("5320.00"), "40000 less the 34680 of September");
        }
    }

    [Test]
    public async Task A_settlement_the_new_version_would_refuse_is_named()
    {
        await SettleAsync("ZY0001");

        await using var desk = new OperatorDesk(Yunnan, Clock);
        var table = await desk.SucceedAsync("policy", "compare", PolicyPath, WriteChanged(plan => plan["from"] = "2017-10-01"), "--month", "2017-09");

        Assert.That(table, Does.Contain("refused").And.Contain("NotInForce").And.Contain("-34,680.00"));
        Assert.That(await desk.RefuseAsync("policy", "compare", PolicyPath, PolicyPath, "--month", "2017-13"), Does.Contain("2017-13"));
    }

    private async Task<SettlementGranted> SettleAsync(string inpatientNumber)
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn), inpatientNumber);
        var result = (await Guangzhou.SettleAsync(visit)).Granted().Result;
        return new(visit, result.SettlementNumber, [.. result.Steps]);
    }

    private Task<JsonNode> CompareAsync(string newPolicy, string month = "2017-09") => AskAsync("policy", "compare", PolicyPath, newPolicy, "--month", month);

    private async Task<JsonNode> AskAsync(params string[] command)
    {
        await using var desk = new OperatorDesk(Yunnan, Clock);
        return await desk.AskAsync(command);
    }

    /// <summary>The province's policy with another plan for inpatient employees.</summary>
    private string WriteChanged(Action<JsonNode> change)
    {
        var json = JsonNode.Parse(File.ReadAllText(PolicyPath))!;
        change(json["plans"]![0]!);
        var path = _files.File("changed.json");
        File.WriteAllText(path, json.ToJsonString());
        return path;
    }

    private static IEnumerable<string> Texts(JsonNode explained) => explained["steps"]!.AsArray().Select(step => (string)step!["chinese"]!);

    private sealed record SettlementGranted(string VisitNumber, string SettlementNumber, IReadOnlyList<BenefitStep> Steps);
}

/// <summary>Admitted in December, discharged in January.</summary>
internal sealed class When_a_stay_crosses_the_year : CountryTest
{
    protected override DateTimeOffset Begin => new(2018, 1, 3, 10, 0, 0, TimeSpan.FromHours(8));

    [Test]
    public async Task It_counts_in_the_year_of_the_discharge()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn));
        var settled = (await Guangzhou.SettleAsync(visit)).Granted().Result;

        Assert.That(settled.AdmissionOrdinal, Is.EqualTo(1));
        Assert.That((Yunnan.Year("5301000001", 2017), Yunnan.Year("5301000001", 2018)), Is.EqualTo(((0L, 0L, 0L), (1_200_00L, 34_680_00L, 1L))));
    }
}
