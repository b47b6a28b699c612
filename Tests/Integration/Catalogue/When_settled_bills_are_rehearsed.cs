using System.Text.Json.Nodes;
using NUnit.Framework;
using Provincial.His.V1;
using ProvincialGateway.Tests.Cli;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Catalogue;

/// <summary>What funds would have paid under another catalogue, where a decision rests on more than its own bill: earlier admissions of the year, earlier parts of a stay.</summary>
internal sealed class When_settled_bills_are_rehearsed : CatalogueTest
{
    /// <summary>注射用头孢曲松钠, 45.00: 乙 with 10 % pre-self-pay in the packed catalogue, 甲 in the version that is tried.</summary>
    private const string Drug = "Y000456";

    private static string PolicyOfYunnan => Path.Combine(AppContext.BaseDirectory, "Samples", "530000-policy.json");

    [Test]
    public async Task The_second_stay_of_a_year_that_the_plan_counts_apart_is_computed_too()
    {
        await SettleAsync("ZY0001");
        var second = await SettleAsync("ZY0002");

        var visit = (await RehearseAsync()).Single(found => (string)found["settlements"]!.AsArray().Single()! == second.SettlementNumber);

        // Half a deductible, 600.00; 85 % of the 180.00 that come into scope.
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Paid(visit, "stored"), Is.EqualTo("600.00 35190.00"));
            Assert.That(Paid(visit, "computed"), Is.EqualTo("600.00 35343.00"));
        }
    }

    [Test]
    public async Task The_parts_of_a_stay_are_decided_one_after_the_other()
    {
        var visit = await AdmitAsync(Guangzhou, Patient.OfKunming);
        (await Guangzhou.UploadAsync(visit, [Line("1", "20")])).Granted();
        var first = (await Guangzhou.SettleInPartAsync(visit, "T1")).Granted().Result;
        (await Guangzhou.UploadAsync(visit, [Line("2", "20")])).Granted();
        (await Guangzhou.DischargeAsync(visit, Today)).Granted();
        var last = (await Guangzhou.SettleAsync(visit, "T2")).Granted().Result;
        await AllEndedAsync();

        var found = (await RehearseAsync()).Single();

        // 810.00 and 390.00 of the deductible leave 420.00; in full, 900.00 and 300.00 leave 600.00.
        using (Assert.EnterMultipleScope())
        {
            Assert.That(found["settlements"]!.AsArray().Select(number => (string)number!), Is.EqualTo(new[] { first.SettlementNumber, last.SettlementNumber }));
            Assert.That(Paid(found, "stored"), Is.EqualTo("1200.00 357.00"));
            Assert.That(Paid(found, "computed"), Is.EqualTo("1200.00 510.00"));
        }
    }

    [Test]
    public async Task A_stay_that_goes_on_is_rehearsed_as_far_as_it_is_settled()
    {
        var visit = await AdmitAsync(Guangzhou, Patient.OfKunming);
        (await Guangzhou.UploadAsync(visit, [Line("1", "40")])).Granted();
        (await Guangzhou.SettleInPartAsync(visit, "T1")).Granted();
        (await Guangzhou.UploadAsync(visit, [Line("2", "40")])).Granted();
        await AllEndedAsync();

        var found = (await RehearseAsync()).Single();

        // The second line is in no settlement: 360.00 come into scope, 180.00 of them settled.
        using (Assert.EnterMultipleScope())
        {
            Assert.That((string)found["change"]!["inScope"]!, Is.EqualTo("360.00"));
            Assert.That(Paid(found, "stored"), Is.EqualTo("1200.00 357.00"));
            Assert.That(Paid(found, "computed"), Is.EqualTo("1200.00 510.00"));
        }
    }

    [Test]
    public async Task A_policy_that_counts_otherwise_than_the_one_that_decided_is_not_taken_for_it()
    {
        await SettleAsync("ZY0001");
        await SettleAsync("ZY0002");
        var changed = Write("530000-other.json", File.ReadAllText(PolicyOfYunnan).Replace("530100-310-sample-1", "530100-310-other", StringComparison.Ordinal));

        var found = await RehearseAsync(changed);

        Assert.That(found.Select(visit => (string)visit["fund"]!["outcome"]!), Is.All.EqualTo("not-reproduced"));
    }

    [Test]
    public async Task A_month_with_a_stay_in_parts_is_decided_by_its_own_policy_as_it_was_settled()
    {
        var visit = await AdmitAsync(Guangzhou, Patient.OfKunming);
        (await Guangzhou.UploadAsync(visit, [Line("1", "20")])).Granted();
        (await Guangzhou.SettleInPartAsync(visit, "T1")).Granted();
        (await Guangzhou.UploadAsync(visit, [Line("2", "40")])).Granted();
        (await Guangzhou.DischargeAsync(visit, Today)).Granted();
        (await Guangzhou.SettleAsync(visit, "T2")).Granted();
        await SettleAsync("ZY0002");
        await using var yunnan = new OperatorDesk(Yunnan, Clock);

        var report = await yunnan.AskAsync("policy", "compare", PolicyOfYunnan, PolicyOfYunnan, "--month", "2017-09");

        Assert.That(((int)report["settlements"]!, (int)report["notAsStored"]!), Is.EqualTo((3, 0)));
    }

    private async Task<Settled> SettleAsync(string inpatientNumber)
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn), inpatientNumber);
        var settled = (await Guangzhou.SettleAsync(visit)).Granted().Result;
        await AllEndedAsync();
        return settled;
    }

    /// <returns>The visits that the version with the drug in full changes.</returns>
    private async Task<List<JsonNode>> RehearseAsync(string? policy = null)
    {
        var version = await ImportAsync("--items", WithRows("items", row => row.StartsWith($"{Drug},", StringComparison.Ordinal) ? row.Replace(",01,2,10,", ",01,1,0,", StringComparison.Ordinal) : row));
        var report = await Operator.AskAsync("catalogue", "dry-run", version, "--month", "2017-09", "--policy", policy ?? PolicyOfYunnan);
        return [.. report["visits"]!.AsArray().Select(visit => visit!)];
    }

    private FeeLine Line(string serial, string quantity) => SampleBills.Line(serial, Drug, "注射用头孢曲松钠", "01", "45.0000", quantity, FeesOn);

    /// <summary>Deductible and pool.</summary>
    private static string Paid(JsonNode visit, string which) =>
        (string)visit["fund"]!["outcome"]! == "computed" ? $"{visit["fund"]![which]!["deductible"]} {visit["fund"]![which]!["pool"]}" : (string)visit["fund"]!["outcome"]!;
}
