using System.Text.Json.Nodes;
using NUnit.Framework;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Processes;

/// <summary><c>gateway institutions</c>: the registry as an operator works with it.</summary>
[TestFixture]
internal sealed class InstitutionCommandTests : ProcessTest
{
    private const string Yunnan = "530000", Hospital = "H53010000001", Reason = "定点协议到期未续签";

    [Test]
    public async Task The_list_shows_levels_business_types_adapter_and_dialect()
    {
        var table = await SucceedAsync("institutions", "list");
        var yuxi = (await ListAsync("--division", "530400")).Single();
        var none = await ListAsync("--adapter", "guangdong");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(table, Does.Contain("昆明示例医院").And.Contain("02/02/02").And.Contain("03/03/05").And.Contain("yunnan-ydjy-xml").And.Contain("正常 active"));
            Assert.That((Text(yuxi, "level"), Text(yuxi, "priceLevel"), Text(yuxi, "deductibleLevel")), Is.EqualTo(("03", "03", "05")));
            Assert.That(yuxi["visitKinds"]!.AsArray().Select(kind => kind!.GetValue<string>()), Is.EqualTo(new[] { "21", "22", "24", "52" }), "what an empty field means");
            Assert.That(Text(yuxi, "dialect"), Is.EqualTo("yunnan-ydjy-xml"), "the adapter's, where the file states none");
            Assert.That(none, Is.Empty);
        }
    }

    [Test]
    public async Task A_hospital_is_suspended_shown_and_resumed()
    {
        var suspended = await SucceedAsync("institutions", "suspend", Hospital, "--reason", Reason, "--until", "2099-12-31");
        var shown = (await ListAsync("--state", "suspended")).Single();
        await SucceedAsync("institutions", "resume", Hospital);
        var again = await RefuseAsync("institutions", "resume", Hospital);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(suspended, Does.Contain("2099-12-31").And.Contain("暂停 suspended"));
            Assert.That((Text(shown, "code"), Text(shown, "reason"), Text(shown, "until")), Is.EqualTo((Hospital, Reason, "2099-12-31")));
            Assert.That(await ListAsync("--state", "suspended"), Is.Empty);
            Assert.That(again, Does.Contain("没有被暂停").And.Contain("is not suspended"));
        }
    }

    [TestCase("H99999999999", Reason, "2099-12-31", "there is no institution H99999999999")]
    [TestCase(Hospital, Reason, "2099/12/31", "--until takes a date")]
    [TestCase(Hospital, Reason, "2016-12-31", "is past")]
    [TestCase(Hospital, " ", "2099-12-31", "--reason takes 1 to 100 characters")]
    public async Task A_suspension_that_makes_no_sense_is_refused(string code, string reason, string until, string why)
    {
        Assert.That(await RefuseAsync("institutions", "suspend", code, "--reason", reason, "--until", until), Does.Contain(why));
        Assert.That(await ListAsync("--state", "suspended"), Is.Empty);
    }

    [Test]
    public async Task A_token_is_rotated_and_never_printed_for_an_import_that_failed()
    {
        var rotated = await SucceedAsync("institutions", "rotate-token", "H53010000002");
        var file = Path.Combine(Operated.Folder, "bad.csv");
        await File.WriteAllTextAsync(file, "code,name,division,level_local,adapter\nH53019999999,测试医院,530100,3A,yunnan\nH53019999998,测试医院,530100,9Z,yunnan\n");
        var import = await Operated.RunForAsync(Yunnan, "institutions", "import", file);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(rotated.Trim(), Does.Match("^H53010000002 [A-Za-z0-9_-]{43}$").And.Not.Contain(Operated.Tokens["H53010000002"]));
            Assert.That(await import.WaitForExitAsync(GatewayProcess.Patience), Is.EqualTo(1));
            Assert.That(import.Output, Does.Not.Contain("H53019999999"));
            Assert.That(import.Error, Does.Contain("bad.csv:3 level_local"));
        }
    }

    private async Task<IReadOnlyList<JsonNode>> ListAsync(params string[] filters) =>
        [.. JsonNode.Parse(await SucceedAsync(["institutions", "list", "--json", .. filters]))!.AsArray().Select(entry => entry!)];

    private static string? Text(JsonNode entry, string member) => entry[member]?.GetValue<string>();

    private async Task<string> SucceedAsync(params string[] command)
    {
        var process = await Operated.RunForAsync(Yunnan, command);
        Assert.That(await process.WaitForExitAsync(GatewayProcess.Patience), Is.Zero, process.Describe);
        return process.Output;
    }

    private async Task<string> RefuseAsync(params string[] command)
    {
        var process = await Operated.RunForAsync(Yunnan, command);
        Assert.That(await process.WaitForExitAsync(GatewayProcess.Patience), Is.EqualTo(1), process.Describe);
        return process.Error;
    }
}
