using System.Text.Json.Nodes;
using NUnit.Framework;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Processes;

/// <summary><c>gateway check</c>: what it prints, and that its exit code is 0 exactly when the node could serve.</summary>
[TestFixture]
internal sealed class CheckCommandTests : ProcessTest
{
    private const string Yunnan = "530000";

    [Test]
    public async Task A_node_that_is_set_up_is_ready()
    {
        var check = await Operated.RunForAsync(Yunnan, "check");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await check.WaitForExitAsync(GatewayProcess.Patience), Is.Zero, check.Describe);
            Assert.That(check.Output, Does.Contain("✓ 可以启动 / ready to serve").And.Contain("adapter yunnan").And.Not.Contain("✗"));
            Assert.That(check.Error, Is.Empty);
        }
    }

    [Test]
    public async Task The_effective_configuration_is_one_JSON_document()
    {
        var check = await Operated.RunForAsync(Yunnan, "check", "--json");
        Assert.That(await check.WaitForExitAsync(GatewayProcess.Patience), Is.Zero, check.Describe);
        Assert.That(JsonNode.Parse(check.Output)!.ToJsonString(), Does.Contain("interactiveBudget"));
    }

    [Test]
    public async Task Everything_that_is_missing_is_listed()
    {
        using var folder = new TempFolder();
        var nodes = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Samples", "nodes.sample.json"));
        await File.WriteAllTextAsync(folder.File("nodes.json"), nodes.Replace("\"yunnan\"", "\"yunan\"", StringComparison.Ordinal));
        await using var check = await GatewayProcess.RunAsync(folder.Path, "check", "--as", Yunnan, "--data", "nowhere");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await check.WaitForExitAsync(GatewayProcess.Patience), Is.EqualTo(1), check.Describe);
            foreach (var province in (string[])["530000", "440000", "310000", "500000"])
                Assert.That(check.Output, Does.Contain($"{province} 没有证书指纹").And.Contain($"{province} has no certificate pin"));
            Assert.That(check.Output, Does.Contain("数据目录不存在").And.Contain("run gateway init first"));
            Assert.That(check.Output, Does.Match("✗ .*yunan.*adapter.json"));
            Assert.That(Directory.Exists(folder.File("nowhere")), Is.False, "a check changes nothing");
        }
    }

    [Test]
    public async Task A_policy_with_a_mistake_is_named_by_its_place()
    {
        var path = Path.Combine(Operated.Folder, OperatedProvinces.DataOf(Yunnan), "policy.json");
        var policy = await File.ReadAllTextAsync(path);
        try
        {
            await File.WriteAllTextAsync(path, policy.Replace("\"tertiary\": 85", "\"tertiary\": 185", StringComparison.Ordinal));
            foreach (var command in (string[])["check", "serve"])
            {
                var refused = await Operated.RunForAsync(Yunnan, command);
                using (Assert.EnterMultipleScope())
                {
                    Assert.That(await refused.WaitForExitAsync(GatewayProcess.Patience), Is.EqualTo(1), refused.Describe);
                    Assert.That(refused.Output + refused.Error, Does.Contain("policy.json $.plans[0].segments[0].ratios.tertiary"));
                }
            }
        }
        finally
        {
            await File.WriteAllTextAsync(path, policy);
        }
    }

    [TestCase("990000", "530000")]
    [TestCase("530100", "530000")]
    [TestCase("yunnan", "530000")]
    public async Task A_province_that_is_not_listed_is_refused_with_those_that_are(string self, string listed)
    {
        await using var check = await GatewayProcess.RunAsync(Operated.Folder, "check", "--as", self, "--data", "x");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await check.WaitForExitAsync(GatewayProcess.Patience), Is.EqualTo(1), check.Describe);
            Assert.That(check.Error, Does.Contain("--as").And.Contain(listed));
        }
    }

    [Test]
    public async Task A_misspelt_key_is_named_with_the_nearest_known_one()
    {
        using var folder = new TempFolder();
        var nodes = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Samples", "nodes.sample.json"));
        await File.WriteAllTextAsync(folder.File("nodes.json"), nodes.Replace("attemptSeconds", "atemptSeconds", StringComparison.Ordinal));
        await using var check = await GatewayProcess.RunAsync(folder.Path, "check", "--as", Yunnan, "--data", "x");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await check.WaitForExitAsync(GatewayProcess.Patience), Is.EqualTo(1), check.Describe);
            Assert.That(check.Error, Does.Contain("atemptSeconds").And.Contain("attemptSeconds"));
        }
    }
}
