using System.Text;
using NUnit.Framework;
using ProvincialGateway.AdapterHost;
using ProvincialGateway.Catalogue;

namespace ProvincialGateway.Tests.AdapterHost;

internal sealed class AdapterManifestTests
{
    private const string Good = """
        {
          "id": "yunnan", "name": "云南省适配器 Yunnan adapter", "division": "530000", "version": "1.0.0", "contractVersion": 1,
          "dialect": "yunnan-ydjy-xml", "assembly": "ProvincialGateway.Dialects.YunnanYdjy.dll",
          "unmapped": { "drug": "block", "service": "self-pay", "consumable": "block" },
          "catalogue": { "items": "catalogue/items.csv", "mappings": "catalogue/mappings.csv", "codes": "catalogue/codes.csv" }
        }
        """;

    [Test]
    public void A_good_manifest_is_read_whole()
    {
        var load = Read(Good);

        Assert.That(load.Errors, Is.Empty);
        var manifest = load.Manifest!;
        Assert.That((manifest.Id, manifest.Division.Code, manifest.Version, manifest.ContractVersion), Is.EqualTo(("yunnan", "530000", "1.0.0", 1)));
        Assert.That((manifest.Dialect, manifest.Assembly), Is.EqualTo(("yunnan-ydjy-xml", "ProvincialGateway.Dialects.YunnanYdjy.dll")));
        Assert.That((manifest.Items, manifest.Mappings, manifest.Codes), Is.EqualTo(("catalogue/items.csv", "catalogue/mappings.csv", "catalogue/codes.csv")));
        Assert.That(
            (manifest.Unmapped.Drug, manifest.Unmapped.Service, manifest.Unmapped.Consumable),
            Is.EqualTo((UnmappedHandling.Block, UnmappedHandling.SelfPay, UnmappedHandling.Block)));
    }

    [Test]
    public void Ratios_accepted_qualities_and_class_A_may_be_stated()
    {
        var manifest = Read(Good.Replace("\"self-pay\"", "\"class-a\"", StringComparison.Ordinal)
            .Replace("\"codes\":", "\"ratios\": \"catalogue/ratios.csv\", \"codes\":", StringComparison.Ordinal)
            .Replace("\"catalogue\":", "\"acceptedQualities\": [\"broader\", \"equivalent\"], \"catalogue\":", StringComparison.Ordinal)).Manifest!;
        Assert.That((manifest.Unmapped.Service, manifest.Ratios), Is.EqualTo((UnmappedHandling.ClassA, "catalogue/ratios.csv")));
        Assert.That(manifest.Unmapped.AcceptedQualities, Is.EqualTo(new[] { MappingQuality.Broader, MappingQuality.Equivalent }));
        Assert.That((Read(Good).Manifest!.Ratios, Read(Good).Manifest!.Unmapped.AcceptedQualities.Count), Is.EqualTo(((string?)null, 3)));
    }

    [TestCase("\"catalogue\": {", "\"acceptedQualities\": [], \"catalogue\": {", "acceptedQualities")]
    [TestCase("\"catalogue\": {", "\"acceptedQualities\": [\"same\"], \"catalogue\": {", "acceptedQualities")]
    [TestCase("\"catalogue\": {", "\"acceptedQualities\": [\"broader\", \"broader\"], \"catalogue\": {", "acceptedQualities")]
    [TestCase("\"catalogue\": {", "\"acceptedQualities\": \"broader\", \"catalogue\": {", "acceptedQualities")]
    [TestCase("\"codes\": \"", "\"ratios\": \"../ratios.csv\", \"codes\": \"", "catalogue.ratios")]
    [TestCase("\"id\": \"yunnan\"", "\"id\": \"guangdong\"", "id")]
    [TestCase("\"id\": \"yunnan\"", "\"id\": 53", "id")]
    [TestCase("\"id\": \"yunnan\", ", "", "id")]
    [TestCase("云南省适配器 Yunnan adapter", " ", "name")]
    [TestCase("530000", "53000", "division")]
    [TestCase("1.0.0", "1.0", "version")]
    [TestCase("1.0.0", "1.0.0-beta", "version")]
    [TestCase("\"contractVersion\": 1", "\"contractVersion\": 1.5", "contractVersion")]
    [TestCase("\"contractVersion\": 1", "\"contractVersion\": 0", "contractVersion")]
    [TestCase("\"contractVersion\": 1", "\"contractVersion\": \"1\"", "contractVersion")]
    [TestCase("yunnan-ydjy-xml", "Yunnan XML", "dialect")]
    [TestCase("\"ProvincialGateway", "\"../ProvincialGateway", "assembly")]
    [TestCase("YdjyX.dll", "YdjyX.exe", "assembly")]
    [TestCase("\"service\": \"self-pay\"", "\"service\": \"ignore\"", "unmapped.service")]
    [TestCase("\"service\": \"self-pay\", ", "", "unmapped.service")]
    [TestCase("\"drug\": \"block\",", "\"drug\": \"block\", \"drugs\": \"block\",", "unmapped.drugs")]
    [TestCase("catalogue/items.csv", "/etc/items.csv", "catalogue.items")]
    [TestCase("catalogue/items.csv", "../other/items.csv", "catalogue.items")]
    [TestCase("catalogue/items.csv", "catalogue\\\\items.csv", "catalogue.items")]
    [TestCase("\"catalogue\": {", "\"catalog\": {", "catalog,catalogue")]
    [TestCase("\"version\":", "\"settings\": [], \"version\":", "settings")]
    [TestCase("\"version\":", "\"settings\": { \"charset\": 1, \"x\": \"y\" }, \"version\":", "settings.charset")]
    [TestCase("\"version\":", "\"Version\":", "Version,version")]
    [TestCase("\"version\":", "\"id\":", "")]
    [TestCase("\"version\":", "version:", "")]
    [TestCase("\"unmapped\": { \"drug\": \"block\", \"service\": \"self-pay\", \"consumable\": \"block\" }", "\"unmapped\": \"block\"", "unmapped")]
    public void A_fault_is_named_by_its_field(string text, string by, string fields)
    {
        var source = Good.Replace("YunnanYdjy.dll", "YunnanYdjyX.dll", StringComparison.Ordinal);
        Assert.That(source, Does.Contain(text));

        var load = Read(source.Replace(text, by, StringComparison.Ordinal));

        Assert.That(load.Manifest, Is.Null);
        Assert.That(load.Errors.Select(error => error.Field), Is.EqualTo(fields.Split(',')));
        Assert.That(load.Errors.Select(error => error.Chinese), Is.All.Match("[\u4e00-\u9fff]"));
        Assert.That(load.Errors.Select(error => error.English), Is.All.Match("^[\x20-\x7e]+$"));
    }

    [Test]
    public void Settings_may_be_given()
    {
        var manifest = Read(Good.Replace("\"version\":", "\"settings\": { \"charset\": \"gbk\" }, \"version\":", StringComparison.Ordinal)).Manifest!;

        Assert.That(manifest.Settings, Is.EqualTo(new Dictionary<string, string> { ["charset"] = "gbk" }));
        Assert.That(Read(Good).Manifest!.Settings, Is.Empty);
    }

    [Test]
    public void All_faults_are_found_at_once()
    {
        var spoilt = Good.Replace("530000", "x", StringComparison.Ordinal).Replace("1.0.0", "1", StringComparison.Ordinal)
            .Replace("\"self-pay\"", "0", StringComparison.Ordinal).Replace("\"codes\"", "\"code\"", StringComparison.Ordinal);

        Assert.That(Read(spoilt).Errors.Select(error => error.Field), Is.EquivalentTo(new[] { "division", "version", "unmapped.service", "catalogue.code", "catalogue.codes" }));
    }

    [TestCase("[]")]
    [TestCase("null")]
    [TestCase("")]
    public void What_is_no_object_is_refused(string json) => Assert.That(Read(json).Errors, Has.Count.EqualTo(1));

    private static AdapterManifestLoad Read(string json) => AdapterManifest.Read(Encoding.UTF8.GetBytes(json), "yunnan");
}
