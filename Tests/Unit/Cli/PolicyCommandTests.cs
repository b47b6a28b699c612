using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using NUnit.Framework;
using ProvincialGateway.Tests.Insured;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Cli;

/// <summary>The policy commands that need no node.</summary>
internal sealed class PolicyCommandTests
{
    private static readonly string[] Worked =
    [
        "--area", "530100", "--scheme", "310", "--person-class", "11", "--institution-level", "02", "--visit-kind", "21", "--filing-kind", "02", "--service-date", "2024-05-20",
        "--stay-days", "8", "--full-self-pay", "4000.00", "--over-limit", "600", "--pre-self-pay", "3400", "--in-scope", "42000.00", "--account-balance", "2000.00",
    ];

    private TempFolder _files = null!;

    [SetUp]
    public void MakeFolder()
    {
        _files = new TempFolder();
        File.WriteAllBytes(_files.File("policy.json"), Policies.SampleBytes("530000"));
    }

    [TearDown]
    public void RemoveFolder() => _files.Dispose();

    [Test]
    public async Task A_sound_file_is_shown_plan_by_plan()
    {
        var (exitCode, output, _) = await RunAsync("policy", "check", _files.File("policy.json"));

        Assert.That(exitCode, Is.Zero);
        Assert.That(output, Does.Contain("sample, not official").And.Contain("530100-310-sample-1").And.Contain("M03900").And.Contain("no errors"));
    }

    [Test]
    public async Task A_file_with_errors_is_refused_with_all_of_them()
    {
        var json = JsonNode.Parse(Policies.SampleBytes("530000"))!;
        json["plans"]![0]!["deductable"] = 1;
        json["plans"]![1]!["pool_cap"]!["amount"] = "1.00";
        File.WriteAllText(_files.File("bad.json"), json.ToJsonString());

        var (exitCode, output, _) = await RunAsync("policy", "check", _files.File("bad.json"), "--json");

        var report = JsonNode.Parse(output)!;
        Assert.That(exitCode, Is.EqualTo(1));
        Assert.That((bool)report["accepted"]!, Is.False);
        Assert.That(report["errors"]!.AsArray().Select(error => (string?)error!["path"]), Is.EquivalentTo(new[] { "$.plans[0].deductable", "$.plans[1].pool_cap" }));
    }

    [Test]
    public async Task A_bill_given_by_options_is_explained_to_the_fen()
    {
        var (exitCode, output, error) = await RunAsync(["policy", "explain", "--policy", _files.File("policy.json"), .. Worked, "--json"]);

        Assert.That(exitCode, Is.Zero, error);
        var report = JsonNode.Parse(output)!;
        Assert.That(((string?)report["sums"]!["pool"], (string?)report["sums"]!["cash"], (string?)report["policyVersion"]), Is.EqualTo(("34680.00", "13320.00", "530100-310-sample-1")));
        Assert.That(report["steps"]!.AsArray(), Has.Count.EqualTo(8));
    }

    [Test]
    public async Task A_bill_in_a_file_brings_its_year_along_and_options_override_it()
    {
        File.WriteAllText(_files.File("bill.json"),
            """
            { "area": "530100", "scheme": "390", "person_class": "31", "institution_level": "02", "visit_kind": "21", "filing_kind": "02", "service_date": "2024-05-20",
              "in_scope": "10880.00", "year": [ { "scheme": "390", "visit_kind": "21", "settlements": 1, "deductible_paid": "880.00", "pool_paid": "20000.00" } ],
              "layers": [ { "id": "critical-illness", "paid": "0.00", "base": "11000.00" } ] }
            """);

        var (_, output, error) = await RunAsync("policy", "explain", "--policy", _files.File("policy.json"), "--bill", _files.File("bill.json"), "--in-scope", "10440.00", "--json");

        var report = JsonNode.Parse(output.Length > 0 ? output : throw new AssertionException(error))!;
        Assert.That((int)report["admissionOrdinal"]!, Is.EqualTo(2));
        // Second admission: half of 880. Pool 60 % of 10000; 4440 left, of which 3440 above the threshold with 11000 from before: 60 %.
        Assert.That(((string?)report["sums"]!["deductible"], (string?)report["sums"]!["residentCriticalIllness"]), Is.EqualTo(("440.00", "2064.00")));
    }

    [Test]
    public async Task Every_error_of_a_bill_is_named_with_its_path()
    {
        File.WriteAllText(_files.File("bill.json"), """{ "area": "53", "scheme": "310", "in_scop": "1.00", "stay_days": 0, "year": [ { "scheme": "310" } ] }""");

        var (exitCode, _, error) = await RunAsync("policy", "explain", "--policy", _files.File("policy.json"), "--bill", _files.File("bill.json"));

        Assert.That(exitCode, Is.EqualTo(1));
        foreach (var path in new[] { "$.area:", "$.in_scop:", "$.in_scope:", "$.stay_days:", "$.person_class:", "$.year[0].settlements:" })
            Assert.That(error, Does.Contain(path));
    }

    [Test]
    public async Task A_bill_the_policy_refuses_is_refused_with_the_reason()
    {
        var (exitCode, output, _) = await RunAsync(["policy", "explain", "--policy", _files.File("policy.json"), .. Worked.Select(word => word == "310" ? "340" : word)]);

        Assert.That(exitCode, Is.EqualTo(1));
        Assert.That(output, Does.Contain("参保地 530100 不予结算").And.Contain("no benefit plan for scheme 340"));
    }

    [TestCase("policy", "explain")]
    [TestCase("policy", "explain", "--settlement", "A5301001709200000001")]
    [TestCase("policy", "check", "nowhere.json")]
    public async Task What_is_missing_is_said(params string[] command)
    {
        var (exitCode, _, error) = await RunAsync(command);

        Assert.That(exitCode, Is.EqualTo(1));
        Assert.That(error, Does.Contain("--settlement").Or.Contain("nowhere.json"));
    }

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] command)
    {
        using var output = new StringWriter(CultureInfo.InvariantCulture);
        using var error = new StringWriter(CultureInfo.InvariantCulture);
        var invocation = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null, Output = output, Error = error };
        var exitCode = await Program.RunAsync(Program.Root().Parse(command), invocation, CancellationToken.None);
        return (exitCode, output.ToString(), error.ToString());
    }
}
