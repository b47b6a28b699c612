using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using NUnit.Framework;
using ProvincialGateway.AdapterHost;
using ProvincialGateway.AdapterKit;
using ProvincialGateway.Network;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Cli;

/// <summary><c>gateway adapters</c> for authors: exit codes, files, and what is said when something is wrong.</summary>
internal sealed class AdapterKitCommandTests
{
    private TempFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task A_green_folder_gives_a_report_signed_with_the_vendors_key()
    {
        var key = WriteKey(ECCurve.NamedCurves.nistP256);
        var verified = await RunAsync("adapters", "verify", Packed("guangdong"), "--key", key, "--out", _folder.File("report.json"), "--messages", "200");
        Assert.That((verified.ExitCode, verified.Error), Is.EqualTo((0, "")));
        Assert.That(verified.Output, Does.Contain("✓ 全部通过 green").And.Contain("any bytes get an answer"));

        var read = await RunAsync("adapters", "verify-report", _folder.File("report.json"), "--adapter", Packed("guangdong"));
        Assert.That(read.ExitCode, Is.Zero, read.Error);
        Assert.That(read.Output, Does.Contain("signature good: sha256:").And.Contain("is what was verified"));
    }

    [Test]
    public async Task A_report_can_be_signed_with_the_nodes_key()
    {
        using (NodeCertificate.Create(_folder.Path, Division.Parse("440000"), "广东省", TimeProvider.System))
        {
        }
        var verified = await RunAsync("adapters", "verify", Packed("guangdong"), "--data", _folder.Path, "--out", _folder.File("report.json"), "--messages", "50");

        Assert.That(verified.ExitCode, Is.Zero, verified.Error);
        Assert.That(SignedReport.Read(_folder.File("report.json")).IsGreen, Is.True);
    }

    [Test]
    public async Task A_report_of_a_red_folder_is_written_and_stays_red()
    {
        using var spoilt = new AdapterFolder();
        spoilt.Replace("catalogue/items.csv", "阿莫西林胶囊", "阿莫西林片");
        var verified = await RunAsync("adapters", "verify", spoilt.File(""), "--key", WriteKey(ECCurve.NamedCurves.nistP256), "--out", _folder.File("report.json"));

        Assert.That(verified.ExitCode, Is.EqualTo(1));
        Assert.That(verified.Output, Does.Contain("items.csv differs").And.Contain("not run"));
        Assert.That((await RunAsync("adapters", "verify-report", _folder.File("report.json"))).ExitCode, Is.EqualTo(1), "a good signature does not make it green");
    }

    [Test]
    public async Task An_adapter_that_is_not_the_one_verified_is_told_apart()
    {
        await RunAsync("adapters", "verify", Packed("guangdong"), "--key", WriteKey(ECCurve.NamedCurves.nistP256), "--out", _folder.File("report.json"), "--messages", "50");
        using var other = new AdapterFolder("guangdong");
        other.Replace("catalogue/items.csv", "阿莫西林胶囊", "阿莫西林片");
        other.Seal();

        var read = await RunAsync("adapters", "verify-report", _folder.File("report.json"), "--adapter", other.File(""));

        Assert.That(read.ExitCode, Is.EqualTo(1));
        Assert.That(read.Output, Does.Contain("✗ catalogue/items.csv"));
    }

    [Test]
    public async Task A_signer_that_is_not_the_one_asked_for_is_refused()
    {
        await RunAsync("adapters", "verify", Packed("guangdong"), "--key", WriteKey(ECCurve.NamedCurves.nistP256), "--out", _folder.File("report.json"), "--messages", "50");

        var read = await RunAsync("adapters", "verify-report", _folder.File("report.json"), "--fingerprint", "sha256:00");

        Assert.That(read.ExitCode, Is.EqualTo(1));
        Assert.That(read.Error, Does.Contain("not by sha256:00"));
    }

    [Test]
    public async Task A_report_that_was_tampered_with_is_not_shown()
    {
        await RunAsync("adapters", "verify", Packed("guangdong"), "--key", WriteKey(ECCurve.NamedCurves.nistP256), "--out", _folder.File("report.json"), "--messages", "50");
        await File.AppendAllTextAsync(_folder.File("report.json"), " ");

        var read = await RunAsync("adapters", "verify-report", _folder.File("report.json"));

        Assert.That((read.ExitCode, read.Output), Is.EqualTo((1, "")));
        Assert.That(read.Error, Does.Contain("cannot be trusted"));
    }

    [Test]
    public async Task A_report_needs_a_key_of_the_right_kind()
    {
        var report = _folder.File("report.json");
        Assert.That((await RunAsync("adapters", "verify", Packed("guangdong"), "--out", report)).Error, Does.Contain("openssl ecparam -name prime256v1"));
        Assert.That((await RunAsync("adapters", "verify", Packed("guangdong"), "--out", report, "--key", WriteKey(ECCurve.NamedCurves.nistP384))).Error, Does.Contain("no P-256 private key"));
        Assert.That((await RunAsync("adapters", "verify", Packed("guangdong"), "--out", report, "--key", _folder.File("nowhere.pem"))).Error, Does.Contain("no P-256 private key"));
        Assert.That(report, Does.Not.Exist);
    }

    [Test]
    public async Task The_report_can_be_had_as_JSON()
    {
        var verified = await RunAsync("adapters", "verify", Packed("guangdong"), "--json", "--messages", "50", "--seed", "12");

        Assert.That(JsonNode.Parse(verified.Output)!["seed"]!.GetValue<int>(), Is.EqualTo(12));
    }

    [TestCase("verify")]
    [TestCase("record")]
    [TestCase("pack", "--out", "adapters")]
    public async Task A_folder_without_an_adapter_is_named(params string[] command)
    {
        var refused = await RunAsync(["adapters", command[0], _folder.Path, .. command[1..]]);

        Assert.That(refused.ExitCode, Is.EqualTo(1));
        Assert.That(refused.Error, Does.Contain($"no adapter.json in {_folder.Path}"));
    }

    [Test]
    public async Task A_folder_that_a_node_would_refuse_is_not_packed()
    {
        await RunAsync(New("shaanxi"));
        await File.AppendAllTextAsync(_folder.File("new/catalogue/mappings.csv"), "NOBODY,X,Y,equivalent,valid,2016-01-01,\n");

        var refused = await RunAsync("adapters", "pack", _folder.File("new"), "--out", _folder.File("adapters"));

        Assert.That(refused.ExitCode, Is.EqualTo(1));
        Assert.That(refused.Error, Does.Contain("CatalogueInvalid").And.Contain("NOBODY"));
        Assert.That(Directory.Exists(_folder.File("adapters/shaanxi")), Is.False);
    }

    [TestCase("Shaanxi", "610000", "province2016-xml", "lower-case letters")]
    [TestCase("shaanxi", "61", "province2016-xml", "six-digit")]
    [TestCase("shaanxi", "610000", "Nobody's", "known are")]
    [TestCase("shaanxi", "610000", "nobody", "known are", "province2016-xml", "yunnan-ydjy-xml", "--with-dll")]
    public async Task What_cannot_be_made_is_refused_with_what_can(string id, string division, string dialect, params string[] reasons)
    {
        var refused = await RunAsync("adapters", "new", id, "--division", division, "--dialect", dialect, "--out", _folder.File("new"));

        Assert.That((refused.ExitCode, refused.Output), Is.EqualTo((1, "")));
        foreach (var reason in reasons)
            Assert.That(refused.Error, Does.Contain(reason));
        Assert.That(Directory.Exists(_folder.File("new")), Is.False);
    }

    [Test]
    public async Task A_folder_that_is_not_empty_is_left_alone()
    {
        Assert.That((await RunAsync(New("shaanxi"))).ExitCode, Is.Zero);

        var again = await RunAsync(New("sichuan"));

        Assert.That(again.ExitCode, Is.EqualTo(1));
        Assert.That(again.Error, Does.Contain("is not empty"));
        Assert.That(NewAdapter.ReadManifest(_folder.File("new"))["id"]!.GetValue<string>(), Is.EqualTo("shaanxi"));
    }

    private string[] New(string id) => ["adapters", "new", id, "--division", "610000", "--dialect", "province2016-xml", "--out", _folder.File("new")];

    private string WriteKey(ECCurve curve)
    {
        using var key = ECDsa.Create(curve);
        File.WriteAllText(_folder.File("key.pem"), key.ExportECPrivateKeyPem());
        return _folder.File("key.pem");
    }

    private static string Packed(string id) => Path.Combine(AdapterDirectory.PackedFolder, id);

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter(CultureInfo.InvariantCulture);
        using var error = new StringWriter(CultureInfo.InvariantCulture);
        var invocation = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null, Output = output, Error = error };
        var exitCode = await Program.RunAsync(Program.Root().Parse(arguments), invocation, CancellationToken.None);
        return (exitCode, output.ToString(), error.ToString());
    }
}
