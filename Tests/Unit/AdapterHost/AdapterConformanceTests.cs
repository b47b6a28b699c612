using NUnit.Framework;
using ProvincialGateway.AdapterHost;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.AdapterHost;

/// <summary>Runs over every adapter the build packed: a province folder that is added is tested without a line of test code.</summary>
internal sealed class AdapterConformanceTests
{
    // A build removes the files of a province that left the sources and may leave its empty folder.
    private static IEnumerable<string> PackedIds => Directory.GetDirectories(AdapterDirectory.PackedFolder)
        .Where(folder => File.Exists(Path.Combine(folder, AdapterManifest.FileName)))
        .Select(folder => Path.GetFileName(folder))
        .Order();

    [TestCaseSource(nameof(PackedIds))]
    public void A_packed_adapter_does_what_its_samples_say(string id)
    {
        var log = new LogCapture();
        using var directory = AdapterFolder.Load(AdapterDirectory.PackedFolder, [id], log);

        var status = directory.Statuses.Single();
        Assert.That(status.State, Is.EqualTo(AdapterState.Loaded), status.ReasonEnglish);
        Assert.That(status.Adapter!.SamplesPassed, Is.GreaterThanOrEqualTo(10), "a shipped adapter proves its dialect by samples");
        Assert.That(status.Adapter.Catalogue.Packed.Items, Is.Not.Empty);
        log.AssertNoUnexpectedErrors();
    }

    [Test]
    public void The_pilot_provinces_are_packed() => Assert.That(PackedIds, Is.SupersetOf(new[] { "chongqing", "guangdong", "shanghai", "yunnan" }));

    [TestCaseSource(nameof(PackedIds))]
    public void A_packed_adapter_holds_its_own_files_and_nothing_of_the_node(string id)
    {
        var folder = Path.Combine(AdapterDirectory.PackedFolder, id);
        var dlls = Directory.EnumerateFiles(folder, "*.dll", SearchOption.AllDirectories).Select(Path.GetFileName).ToList();

        Assert.That(dlls, Has.Count.EqualTo(1).And.All.StartsWith("ProvincialGateway.Dialects."));
        var listed = File.ReadAllLines(Path.Combine(folder, SealedFiles.ListName)).Select(line => line[66..]).ToList();
        Assert.That(listed, Is.Unique.And.EqualTo(listed.Order(StringComparer.OrdinalIgnoreCase)));
        Assert.That(SealedFiles.Check(folder), Is.Empty);
    }
}
