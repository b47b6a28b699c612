using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;
using ProvincialGateway.AdapterHost;
using ProvincialGateway.AdapterKit;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.AdapterKit;

/// <summary>The whole suite over every adapter folder of the repository, and over folders that are wrong in one way.</summary>
internal sealed class ConformanceSuiteTests
{
    private static readonly string[] Names =
        ["files", "manifest", "contract", "dialect", "catalogue", "samples", "totality", "determinism", "order", "money", "mapping"];

    /// <summary>A province folder that is added is verified without a line of test code.</summary>
    private static IEnumerable<string> Sources => Directory.GetDirectories(Repository.PathTo("Adapters"))
        .Where(folder => File.Exists(Path.Combine(folder, AdapterManifest.FileName)))
        .Select(folder => Path.GetFileName(folder))
        .Order();

    [TestCaseSource(nameof(Sources))]
    public void Every_adapter_of_the_repository_is_green(string name)
    {
        using var room = new TempFolder();
        var report = Verify(AdapterPacker.WriteInto(AdapterSource.Read(Repository.PathTo("Adapters", name), AdapterSource.DialectsFolder), room.Path));

        Assert.That(report.Checks.SelectMany(check => check.Faults.Select(fault => $"{check.Name} {fault.Place}: {fault.English}")), Is.Empty);
        Assert.That(report.IsGreen, Is.True);
        Assert.That(report.Checks.Select(check => check.Name), Is.EqualTo(Names));
        Assert.That(report.Checks.Select(check => check.Tried), Is.All.Positive, "every check has tried something");
        TestContext.Out.WriteLine($"{name}: {report.DurationMs:0} ms");
    }

    [Test]
    public void The_template_is_among_them() => Assert.That(Sources, Is.SupersetOf(new[] { "Guangdong", "Template", "Yunnan" }));

    [Test]
    public void A_report_says_what_was_verified_and_how()
    {
        using var folder = new AdapterFolder();
        var report = Verify(folder.File(""));

        Assert.That((report.Format, report.Seed, report.GatewayVersion, report.ContractVersions), Is.EqualTo((ConformanceReport.CurrentFormat, 7, "9.9.9", "1-3")));
        Assert.That(report.Adapter, Has.Property(nameof(VerifiedAdapter.Id)).EqualTo("yunnan").And.Property(nameof(VerifiedAdapter.Dialect)).EqualTo("yunnan-ydjy-xml")
            .And.Property(nameof(VerifiedAdapter.Samples)).EqualTo(69));
        Assert.That(report.Files.Select(file => $"{file.Sha256}  {file.Name}"), Is.EquivalentTo(File.ReadAllLines(folder.File(SealedFiles.ListName))));
        Assert.That(report.Unmapped.Select(item => (item.LocalCode, item.Handling)), Has.Member(("ZY00000001", "self-pay")));
        Assert.That(report.Unmapped.Select(item => item.Reason), Is.All.Not.Null);
    }

    [Test]
    public void A_report_holds_nothing_of_the_messages()
    {
        using var folder = new AdapterFolder();
        folder.Replace("samples/conformance/settlement-14/operation.json", "\"accountRequestedFen\": 10000", "\"accountRequestedFen\": 10001");
        folder.Seal();

        var text = System.Text.Encoding.UTF8.GetString(Verify(folder.File("")).ToUtf8());

        Assert.That(text, Does.Contain("settlement-14").And.Not.Contain("10001").And.Not.Contain("测试患者"));
    }

    [Test]
    public void The_same_seed_finds_the_same()
    {
        using var folder = AdapterFolder.Unruly();
        var (one, other) = (Verify(folder.File("")), Verify(folder.File("")));

        Assert.That(one.Checks.Select(check => (check.Name, check.Result, check.Tried, check.FaultsFound)), Is.EqualTo(other.Checks.Select(check => (check.Name, check.Result, check.Tried, check.FaultsFound))));
    }

    [Test]
    public void An_adapter_without_samples_is_not_green()
    {
        using var folder = AdapterFolder.Unruly();
        var report = Verify(folder.File(""));

        Assert.That(report.IsGreen, Is.False);
        Assert.That(report.Checks.Single(check => check.Name == "samples").Faults.Single().English, Does.Contain("no sample"));
    }

    [TestCase("files", "adapter.sha256 is missing")]
    [TestCase("manifest", "division")]
    [TestCase("contract", "contract version 4")]
    [TestCase("dialect", "is not 'other'")]
    [TestCase("catalogue", "items.csv:2 kind")]
    [TestCase("samples", "[0].operation.account_requested_fen")]
    public void What_fails_at_loading_fails_its_check_and_ends_the_run(string name, string reason)
    {
        using var folder = new AdapterFolder();
        Spoil(folder, name);
        var report = Verify(folder.File(""));

        var failed = report.Checks.Single(check => check.Name == name);
        Assert.That((failed.Result, failed.FaultsFound), Is.EqualTo((CheckResult.Failed, 1)));
        Assert.That(failed.Faults[0].English, Does.Contain(reason));
        Assert.That(report.Checks.TakeWhile(check => check.Name != name).Select(check => check.Result), Is.All.EqualTo(CheckResult.Passed));
        Assert.That(report.Checks.SkipWhile(check => check.Name != name).Skip(1).Select(check => check.Result), Is.All.EqualTo(CheckResult.NotRun));
        Assert.That(report.IsGreen, Is.False);
        Assert.That(report.Checks.Select(check => check.Name), Is.EqualTo(Names));
    }

    private static void Spoil(AdapterFolder folder, string check)
    {
        switch (check)
        {
            case "files":
                File.Delete(folder.File(SealedFiles.ListName));
                return;
            case "manifest":
                folder.ChangeManifest("division", "53");
                break;
            case "contract":
                folder.ChangeManifest("contractVersion", 4);
                break;
            case "dialect":
                folder.ChangeManifest("dialect", "other");
                break;
            case "catalogue":
                folder.Replace("catalogue/items.csv", ",drug,", ",medicine,");
                break;
            case "samples":
                folder.Replace("samples/conformance/settlement-14/operation.json", "\"accountRequestedFen\": 10000", "\"accountRequestedFen\": 10001");
                break;
        }
        folder.Seal();
    }

    private static ConformanceReport Verify(string folder) => new ConformanceSuite(Path.TrimEndingDirectorySeparator(folder), new ConformanceOptions
    {
        Seed = 7,
        MessagesSpoilt = 500,
        GatewayVersion = "9.9.9",
        Time = TimeProvider.System,
    }, NullLogger.Instance).Run();
}
