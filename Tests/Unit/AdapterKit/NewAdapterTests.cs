using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;
using ProvincialGateway.AdapterHost;
using ProvincialGateway.AdapterKit;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.AdapterKit;

/// <summary>What <c>adapters new</c> writes, and what becomes of it.</summary>
internal sealed class NewAdapterTests
{
    private TempFolder _folder = null!;

    private static IEnumerable<string> PackedIds => Directory.GetDirectories(AdapterDirectory.PackedFolder)
        .Where(folder => File.Exists(Path.Combine(folder, AdapterManifest.FileName)))
        .Select(folder => Path.GetFileName(folder))
        .Order();

    [SetUp]
    public void MakeFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCaseSource(nameof(PackedIds))]
    public void A_folder_of_tables_is_green_from_the_start(string pattern)
    {
        var adapter = Requested(DialectOf(pattern));
        TableAdapter.Write(adapter, Path.Combine(AdapterDirectory.PackedFolder, pattern));

        var report = Verify();
        Assert.That(report.Checks.SelectMany(check => check.Faults.Select(fault => $"{check.Name} {fault.Place}: {fault.English}")), Is.Empty);
        Assert.That(report.Checks.Select(check => check.Result), Is.All.EqualTo(CheckResult.Passed));
        Assert.That((report.Adapter.Id, report.Adapter.Division, report.Adapter.Name, report.Adapter.Version), Is.EqualTo(("shaanxi", "610000", "陕西省适配器 Shaanxi adapter", "1.0.0")));
        Assert.That(report.Adapter.CatalogueItems, Is.InRange(5, 100), "a sample, not somebody else's catalogue");
        Assert.That(File.ReadAllText(adapter.PathOf("README.md")), Does.Contain("610000").And.Contain("adapters verify"));
        Assert.That(Directory.EnumerateFiles(adapter.Folder, "*.dll", SearchOption.AllDirectories), Is.Empty, "the dialect comes with the node");
    }

    [Test]
    public void The_journey_of_a_folder_of_tables_is_about_a_hospital_of_its_own()
    {
        var adapter = Requested("province2016-xml");
        TableAdapter.Write(adapter, Path.Combine(AdapterDirectory.PackedFolder, "guangdong"));

        Assert.That(JsonNode.Parse(File.ReadAllText(adapter.PathOf("samples/journey/journey.json")))!["institution"]!.GetValue<string>(), Is.EqualTo("H61010000001"));
        Assert.That(Directory.EnumerateFiles(adapter.PathOf("samples/journey")).Select(File.ReadAllText), Has.None.Contains("H44010000001"));
    }

    [Test]
    public void A_folder_with_a_dialect_is_the_template_under_other_names()
    {
        var adapter = Requested("shaanxi-lines") with { Id = "north-city" };
        DllAdapter.Write(adapter, DllAdapter.TemplateFolder, AppContext.BaseDirectory);

        var files = Directory.EnumerateFiles(adapter.Folder, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(adapter.Folder, file)).ToList();
        Assert.That(files, Is.SupersetOf(new[] { "README.md", "adapter.json", "dialect/NorthCity.csproj", "dialect/NorthCityDialect.cs", "lib/ProvincialGateway.Adapters.Contracts.dll", "samples/conformance/07-settle/reply.bin" }));
        Assert.That(files, Has.None.Contains("obj").And.None.Contains("bin/").And.None.Contains("KeyValueLines"));
        Assert.That(files.Where(file => file.EndsWith(".cs", StringComparison.Ordinal) || file.EndsWith(".json", StringComparison.Ordinal)).Select(file => File.ReadAllText(adapter.PathOf(file))),
            Has.None.Contains("KeyValueLines").And.None.Contains("key-value-lines").And.None.Contains("/his/template"));
        var manifest = NewAdapter.ReadManifest(adapter.Folder);
        Assert.That((manifest["assembly"]!.GetValue<string>(), manifest["dialect"]!.GetValue<string>(), manifest["id"]!.GetValue<string>()), Is.EqualTo(("NorthCity.dll", "shaanxi-lines", "north-city")));
    }

    [Test]
    public void What_is_recorded_is_what_the_samples_of_the_template_hold()
    {
        var packed = Path.Combine(AdapterDirectory.PackedFolder, "yunnan");
        using var directory = AdapterFolder.Load(AdapterDirectory.PackedFolder, ["yunnan"], new LogCapture());
        var samples = Path.Combine(_folder.Path, "samples");
        foreach (var name in (string[])["settlement-14", "malformed-empty"])
        {
            Directory.CreateDirectory(Path.Combine(samples, "conformance", name));
            foreach (var file in Directory.EnumerateFiles(Path.Combine(packed, "samples", "conformance", name)).Where(file => Path.GetFileName(file) is "request.bin" or "request.json" or "results.json"))
                File.Copy(file, Path.Combine(samples, "conformance", name, Path.GetFileName(file)));
        }

        var written = new SampleRecorder(directory.Find("yunnan")!).Record(samples);

        Assert.That(written, Is.EqualTo(new[] { "malformed-empty", "settlement-14" }.SelectMany(name => new[] { $"conformance/{name}/operation.json", $"conformance/{name}/reply.bin" })));
        foreach (var name in written)
        {
            var (recorded, kept) = (Path.Combine(samples, name), Path.Combine(packed, "samples", name));
            if (name.EndsWith(".bin", StringComparison.Ordinal))
                Assert.That(File.ReadAllBytes(recorded), Is.EqualTo(File.ReadAllBytes(kept)), name);
            else
                Assert.That(HisJson.FirstDifference(File.ReadAllText(recorded), File.ReadAllText(kept)), Is.Null, name);
        }
        Assert.That(new SampleRecorder(directory.Find("yunnan")!).Record(samples), Is.Empty, "nothing that is there is changed");
    }

    [Test]
    public void A_packed_adapter_is_whole_and_takes_the_place_of_the_former_one()
    {
        var adapter = Requested("province2016-xml");
        TableAdapter.Write(adapter, Path.Combine(AdapterDirectory.PackedFolder, "guangdong"));
        var adapters = Directory.CreateDirectory(_folder.File("adapters")).FullName;
        AdapterPacker.Pack(Source(), adapters);
        File.WriteAllText(Path.Combine(adapters, "shaanxi", "left over"), "");

        var packed = AdapterPacker.Pack(Source(), adapters);

        Assert.That(packed, Is.EqualTo(Path.Combine(adapters, "shaanxi")));
        Assert.That(SealedFiles.Check(packed), Is.Empty);
        Assert.That(Directory.GetFileSystemEntries(adapters), Is.EqualTo(new[] { packed }), "nothing else is left");
        Assert.That(File.Exists(Path.Combine(packed, "README.md")), Is.False, "what a node does not need does not travel");
        Assert.That(AdapterSource.Read(packed, "nowhere").IsPacked, Is.True);
    }

    private NewAdapter Requested(string dialect) => new()
    {
        Id = "shaanxi",
        Name = "陕西省适配器 Shaanxi adapter",
        Division = Division.Parse("610000"),
        Dialect = dialect,
        Folder = _folder.File("shaanxi"),
    };

    private AdapterSource Source() => AdapterSource.Read(_folder.File("shaanxi"), AdapterSource.DialectsFolder);

    private ConformanceReport Verify() => new ConformanceSuite(AdapterPacker.WriteInto(Source(), _folder.File("packed")), new ConformanceOptions
    {
        Seed = 3,
        MessagesSpoilt = 200,
        GatewayVersion = "",
        Time = TimeProvider.System,
    }, NullLogger.Instance).Run();

    private static string DialectOf(string id) => NewAdapter.ReadManifest(Path.Combine(AdapterDirectory.PackedFolder, id))["dialect"]!.GetValue<string>();
}
