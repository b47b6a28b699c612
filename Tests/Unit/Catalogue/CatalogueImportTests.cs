using System.Text;
using NUnit.Framework;
using ProvincialGateway.AdapterHost;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Catalogue;
using ProvincialGateway.Storage;
using ProvincialGateway.Tables;

namespace ProvincialGateway.Tests.Catalogue;

internal sealed class CatalogueImportTests
{
    private static readonly DateOnly Day = new(2018, 6, 12);

    private CatalogueDesk _desk = null!;

    [SetUp]
    public void Open() => _desk = new CatalogueDesk();

    [TearDown]
    public async Task CloseAsync() => await _desk.DisposeAsync();

    [Test]
    public async Task A_version_is_stored_in_canonical_form_and_its_name_is_its_content()
    {
        var text = Changed();
        text.Mappings.Add("D1,,,,draft,,");
        var report = await _desk.ImportAsync(_desk.Files("new", text));

        Assert.That((report.Result, report.Errors), Is.EqualTo((CatalogueImportResult.Stored, Array.Empty<TableError>())));
        var version = report.Version!;
        Assert.That((version.ItemCount, version.MappingCount, version.CodeCount, version.RatioCount, version.BaseVersion), Is.EqualTo((2, 3, 5, 0, _desk.Packed.Version)));
        Assert.That(_desk.Database.Read(session => CatalogueStore.Find(session, CatalogueDesk.Adapter, version.Version)), Is.EqualTo(version));
        var items = await File.ReadAllTextAsync(Path.Combine(_desk.Archive.FolderOf(CatalogueDesk.Adapter, version.Version), "items.csv"));
        Assert.That(items, Is.EqualTo($"{CatalogueText.ItemHeader}\nD1,药品一,drug,盒,,,01,1,0,30,20,10,2016-01-01,\nS1,服务一,service,次,,,02,1,0,,,,2016-01-01,\n"));
        Assert.That(_desk.Archive.Load(CatalogueDesk.Adapter, version.Version, _desk.Packed).Catalogue!.Version, Is.EqualTo(version.Version));
    }

    [Test]
    public async Task The_same_content_is_the_same_version_however_it_is_written()
    {
        var first = await _desk.ImportAsync("first", Changed());
        var other = Changed();
        other.Items.Reverse();
        other.Items[1] = "D1,药品一,DRUG, 盒 ,,,01,1,0.00,30.0000,\"20\",10,2016-01-01,";

        var again = await _desk.ImportAsync(_desk.Files("again", other, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true)));

        Assert.That((again.Result, again.Version!.Version), Is.EqualTo((CatalogueImportResult.AlreadyStored, first)));
        Assert.That(Directory.GetDirectories(Path.Combine(_desk.Folder, CatalogueDesk.Adapter)).Select(Path.GetFileName), Is.EqualTo(new[] { first }));
    }

    [Test]
    public async Task The_adapters_own_content_is_recognised_and_not_stored()
    {
        var text = new CatalogueText();
        text.Items.Reverse();
        var report = await _desk.ImportAsync(_desk.Files("same", text));
        Assert.That((report.Result, report.Version, Directory.Exists(_desk.Folder)), Is.EqualTo((CatalogueImportResult.SameAsPacked, (CatalogueVersionRow?)null, false)));
    }

    [Test]
    public async Task With_one_bad_row_nothing_is_stored()
    {
        var text = Changed();
        text.Items.Add("D1,药品一,drug,盒,,,01,1,0,\"1,234.50\",,,2017-01-01,");
        var report = await _desk.ImportAsync(_desk.Files("bad", text));
        Assert.That((report.Result, report.Version), Is.EqualTo(((CatalogueImportResult?)null, (CatalogueVersionRow?)null)));
        Assert.That(report.Errors.Select(error => (error.File, error.Line, error.Column)), Is.EqualTo(new[] { ("items.csv", 4, "limit_tertiary") }));
        Assert.That(report.Errors[0].English, Does.Contain("thousands separators"));
        Assert.That(Directory.Exists(_desk.Folder), Is.False);
        Assert.That(_desk.Database.Read(session => CatalogueStore.Versions(session, CatalogueDesk.Adapter)), Is.Empty);
    }

    [Test]
    public async Task Gb18030_with_characters_of_four_bytes_is_stored_as_the_same_text()
    {
        // 㐂 and 𠮷 are beyond GBK: four bytes each.
        var text = Changed();
        text.Items[0] = "D1,㐂药品𠮷,drug,盒,,,01,1,0,,,,2016-01-01,";
        Assert.That(LegacyText.Gb18030.GetByteCount("㐂𠮷"), Is.EqualTo(8));

        var report = await _desk.ImportAsync(_desk.Files("gb", text, LegacyText.Gb18030));

        Assert.That(report.Result, Is.EqualTo(CatalogueImportResult.Stored));
        Assert.That(_desk.Archive.Load(CatalogueDesk.Adapter, report.Version!.Version, _desk.Packed).Catalogue!.Find("D1", Day)?.LocalName, Is.EqualTo("㐂药品𠮷"));
        Assert.That((await _desk.ImportAsync(_desk.Files("utf", text))).Result, Is.EqualTo(CatalogueImportResult.AlreadyStored));
    }

    [Test]
    public async Task Text_that_looks_like_a_formula_is_kept_as_text()
    {
        var text = Changed();
        text.Items[0] = "D1,\"=HYPERLINK(\"\"x\"\")\",drug,@盒,+1,-x,01,1,0,,,,2016-01-01,";
        var version = await _desk.ImportAsync("formula", text);
        var item = _desk.Archive.Load(CatalogueDesk.Adapter, version, _desk.Packed).Catalogue!.Find("D1", Day)!.Value;
        Assert.That((item.LocalName, item.Unit, item.Specification, item.DoseForm), Is.EqualTo(("=HYPERLINK(\"x\")", "@盒", "+1", "-x")));
    }

    [Test]
    public async Task Tables_that_are_left_out_are_those_of_the_base()
    {
        var text = Changed();
        text.Ratios.Add("D1,21,,,5,2016-01-01,");
        var first = await _desk.ImportAsync("first", text);
        var @base = _desk.Archive.Read(CatalogueDesk.Adapter, first, _desk.Packed);
        text.Items[1] = "S1,服务一,service,次,,,02,1,0,9,,,2016-01-01,";

        var second = await _desk.ImportAsync(@base.Files with { Items = _desk.Files("second", text).Items }, @base);

        Assert.That((second.Version!.BaseVersion, second.Version.RatioCount), Is.EqualTo((first, 1)));
    }

    [Test]
    public async Task A_base_whose_files_were_changed_behind_the_nodes_back_is_not_built_upon()
    {
        await File.AppendAllTextAsync(_desk.Packed.Files.Items.Path, "D9,药品九,drug,盒,,,01,1,0,,,,2016-01-01,\n");
        var report = await _desk.ImportAsync(_desk.Packed.Files with { Mappings = _desk.Files("new", new CatalogueText()).Mappings });
        Assert.That(report.Errors.Select(error => error.File), Is.EqualTo(new[] { _desk.Packed.Version }));
    }

    [Test]
    public async Task What_an_import_left_behind_when_the_machine_stopped_is_used_by_the_next()
    {
        var version = await _desk.ImportAsync("first", Changed());
        await using var other = new CatalogueDesk();
        Directory.CreateDirectory(Path.Combine(other.Folder, CatalogueDesk.Adapter));
        Directory.Move(_desk.Archive.FolderOf(CatalogueDesk.Adapter, version), other.Archive.FolderOf(CatalogueDesk.Adapter, version));
        Assert.That((await other.ImportAsync(other.Files("again", Changed()))).Result, Is.EqualTo(CatalogueImportResult.Stored));
    }

    [Test]
    public async Task A_folder_of_that_name_with_other_content_is_refused()
    {
        var version = await _desk.ImportAsync("first", Changed());
        await using var other = new CatalogueDesk();
        Directory.CreateDirectory(other.Archive.FolderOf(CatalogueDesk.Adapter, version));
        Assert.That(async () => await other.ImportAsync(other.Files("again", Changed())), Throws.TypeOf<StorageRefusedException>().With.Message.Contains("Move the folder away"));
        Assert.That(other.Database.Read(session => CatalogueStore.Versions(session, CatalogueDesk.Adapter)), Is.Empty);
    }

    [Test]
    public async Task Activations_and_rollbacks_make_the_timeline()
    {
        var (first, text) = (await _desk.ImportAsync("first", Changed()), Changed());
        text.Items[0] = "D1,药品一,drug,盒,,,01,3,100,,,,2016-01-01,";
        var second = await _desk.ImportAsync("second", text);
        await _desk.ActivateAsync(first, Day);
        await _desk.ActivateAsync(second, Day.AddDays(10));

        var both = _desk.Timeline();
        Assert.That(both.Periods.Select(period => period.Version), Is.EqualTo(new[] { _desk.Packed.Version, first, second }));
        Assert.That(new[] { -1, 0, 9, 10 }.Select(day => both.At(Day.AddDays(day)).Find("D1", Day)?.SelfPay.Value), Is.EqualTo(new int?[] { 1000, 0, 0, 10_000 }));

        Assert.That((await RollBackAsync())!.Version, Is.EqualTo(second));
        Assert.That(_desk.Timeline(both).At(Day.AddDays(10)), Is.SameAs(both.At(Day)), "what is in memory is not read again");
        Assert.That((await RollBackAsync())!.Version, Is.EqualTo(first));
        Assert.That(await RollBackAsync(), Is.Null);
        Assert.That(_desk.Timeline().At(Day.AddDays(10)), Is.SameAs(_desk.Packed));
    }

    [Test]
    public async Task A_version_in_force_whose_files_were_changed_is_named_and_not_used()
    {
        var version = await _desk.ImportAsync("first", Changed());
        await _desk.ActivateAsync(version, Day);
        var file = Path.Combine(_desk.Archive.FolderOf(CatalogueDesk.Adapter, version), "items.csv");
        await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file)).Replace(",30,20,10,", ",31,20,10,", StringComparison.Ordinal));

        Assert.That(_desk.Archive.TimelineOf(CatalogueDesk.Adapter, _desk.Packed, null, out var errors), Is.Null);
        Assert.That(errors.Single().File, Is.EqualTo(version));
        Directory.Delete(_desk.Archive.FolderOf(CatalogueDesk.Adapter, version), recursive: true);
        Assert.That(_desk.Archive.TimelineOf(CatalogueDesk.Adapter, _desk.Packed, null, out errors), Is.Null);
        Assert.That(errors.Select(error => error.File), Has.Member($"{version}/items.csv"));
    }

    [Test]
    public async Task Versions_that_only_old_fee_dates_need_are_read_when_one_comes()
    {
        var (first, text) = (await _desk.ImportAsync("first", Changed()), Changed());
        text.Items[0] = "D1,药品一,drug,盒,,,01,3,100,,,,2016-01-01,";
        var second = await _desk.ImportAsync("second", text);
        await _desk.ActivateAsync(first, Day.AddDays(-200));
        await _desk.ActivateAsync(second, Day.AddDays(-91));
        var timeline = _desk.Timeline();
        Assert.That((timeline.Held(first)!.InMemory, timeline.Held(second)!.InMemory is not null), Is.EqualTo(((LocalCatalogue?)null, true)));
        Assert.That(timeline.At(Day.AddDays(-92)).Version, Is.EqualTo(first));

        Directory.Delete(_desk.Archive.FolderOf(CatalogueDesk.Adapter, first), recursive: true);
        Assert.That(() => _desk.Timeline().At(Day.AddDays(-92)), Throws.TypeOf<StorageRefusedException>().With.Message.Contains(first).And.Message.Contains("backup"));
        Assert.That(_desk.Timeline().At(Day).Version, Is.EqualTo(second), "recent lines are not held up by it");
    }

    [Test]
    public async Task A_running_nodes_adapter_switches_at_once_and_says_so()
    {
        using var adapters = _desk.LoadAdapters();
        var before = adapters.Find(CatalogueDesk.Adapter)!;
        var changed = before.Catalogue.Packed.Files with { Ratios = _desk.Files("ratio", WithRatio(before.Catalogue.Packed.Items[0].LocalCode)).Ratios };
        var import = new CatalogueImport(_desk.Database, _desk.Archive, _desk.Time);
        var report = await import.RunAsync(CatalogueDesk.Adapter, changed, before.Catalogue.Packed, before.Catalogue.Packed, CancellationToken.None);
        var told = new List<string>();
        adapters.CatalogueActivated += (_, activated) => told.Add($"{activated.AdapterId} {adapters.Find(activated.AdapterId)!.Catalogue.VersionAt(Day)}");
        await _desk.ActivateAsync(report.Version!.Version, Day);

        adapters.ReloadCatalogue(CatalogueDesk.Adapter);

        Assert.That(told, Is.EqualTo(new[] { $"{CatalogueDesk.Adapter} {report.Version.Version}" }));
        Assert.That((before.Catalogue.VersionAt(Day), adapters.Statuses.Single().Adapter!.Catalogue.VersionAt(Day)), Is.EqualTo((before.Catalogue.Packed.Version, report.Version.Version)),
            "a request under way keeps what it began with");
        using var restarted = _desk.LoadAdapters();
        Assert.That(restarted.Find(CatalogueDesk.Adapter)!.Catalogue.VersionAt(Day), Is.EqualTo(report.Version.Version));
    }

    [Test]
    public async Task A_reload_that_fails_leaves_the_former_versions_in_use()
    {
        using var adapters = _desk.LoadAdapters();
        var packed = adapters.Find(CatalogueDesk.Adapter)!.Catalogue.Packed;
        var report = await new CatalogueImport(_desk.Database, _desk.Archive, _desk.Time).RunAsync(
            CatalogueDesk.Adapter, packed.Files with { Ratios = _desk.Files("ratio", WithRatio(packed.Items[0].LocalCode)).Ratios }, packed, packed, CancellationToken.None);
        await _desk.ActivateAsync(report.Version!.Version, Day);
        Directory.Delete(_desk.Archive.FolderOf(CatalogueDesk.Adapter, report.Version.Version), recursive: true);

        Assert.That(() => adapters.ReloadCatalogue(CatalogueDesk.Adapter), Throws.TypeOf<StorageRefusedException>());

        Assert.That(adapters.Find(CatalogueDesk.Adapter)!.Catalogue.VersionAt(Day), Is.EqualTo(packed.Version));
        using var restarted = _desk.LoadAdapters();
        Assert.That(restarted.Statuses.Single().State, Is.EqualTo(AdapterState.CatalogueInvalid), "and a start does not go on without it");
    }

    private static CatalogueText Changed()
    {
        var text = new CatalogueText();
        text.Items[0] = "D1,药品一,drug,盒,,,01,1,0,30,20,10,2016-01-01,";
        return text;
    }

    private static CatalogueText WithRatio(string localCode)
    {
        var text = new CatalogueText();
        text.Ratios.Add($"{localCode},21,,,5,2016-01-01,");
        return text;
    }

    private Task<CatalogueActivationRow?> RollBackAsync() =>
        _desk.Database.WriteAsync(session => CatalogueStore.RollBack(session, CatalogueDesk.Adapter, "", 2), CancellationToken.None);
}
