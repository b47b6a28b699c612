using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using ProvincialGateway.AdapterHost;
using ProvincialGateway.Catalogue;
using ProvincialGateway.Storage;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Catalogue;

/// <summary>A node's data folder, database and archive, with the small catalogue as the adapter's own tables.</summary>
internal sealed class CatalogueDesk : IAsyncDisposable
{
    public const string Adapter = "yunnan";

    private readonly TempFolder _folder = new();

    public CatalogueDesk()
    {
        Database = EmptyBooks.OpenIn(_folder.Path, Time);
        Archive = new CatalogueArchive(Database, DataFolder.CataloguePath(_folder.Path), Time);
        Packed = LocalCatalogue.Load(Files("packed", new CatalogueText())).Catalogue!;
    }

    public ManualTimeProvider Time { get; } = new(new DateTimeOffset(2018, 6, 12, 9, 0, 0, TimeSpan.FromHours(8)));

    public Database Database { get; }

    public CatalogueArchive Archive { get; }

    public LocalCatalogue Packed { get; }

    public string Folder => DataFolder.CataloguePath(_folder.Path);

    public string File(string name) => _folder.File(name);

    /// <summary>Writes the tables into a folder of that name.</summary>
    public CatalogueFiles Files(string name, CatalogueText text, Encoding? encoding = null)
    {
        var folder = Directory.CreateDirectory(_folder.File(name)).FullName;
        return new CatalogueFiles
        {
            Items = Write("items", [CatalogueText.ItemHeader, .. text.Items]),
            Mappings = Write("mappings", [CatalogueText.MappingHeader, .. text.Mappings]),
            Codes = Write("codes", [CatalogueText.CodeHeader, .. text.Codes]),
            Ratios = text.Ratios.Count > 0 ? Write("ratios", [CatalogueText.RatioHeader, .. text.Ratios]) : null,
        };

        TableSource Write(string table, IEnumerable<string> lines)
        {
            var path = Path.Combine(folder, $"{table}.csv");
            System.IO.File.WriteAllText(path, string.Join('\n', lines) + "\n", encoding ?? new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
            return new TableSource(path) { Encodings = [encoding ?? Adapters.Contracts.LegacyText.Utf8] };
        }
    }

    public Task<CatalogueImportReport> ImportAsync(CatalogueFiles files, LocalCatalogue? @base = null) =>
        new CatalogueImport(Database, Archive, Time).RunAsync(Adapter, files, Packed, @base ?? Packed, CancellationToken.None);

    /// <returns>The version.</returns>
    public async Task<string> ImportAsync(string name, CatalogueText text) => (await ImportAsync(Files(name, text))).Version!.Version;

    public Task ActivateAsync(string version, DateOnly from) => Database.WriteAsync(
        session => CatalogueStore.Activate(session, Adapter, version, from.ToString("yyyy-MM-dd", null), "", 1), CancellationToken.None);

    public CatalogueTimeline Timeline(CatalogueTimeline? current = null) =>
        Archive.TimelineOf(Adapter, Packed, current, out var errors) ?? throw new InvalidOperationException(errors[0].English);

    public AdapterDirectory LoadAdapters() =>
        AdapterDirectory.Load(AdapterDirectory.PackedFolder, [Adapter], Archive, passed: null, NullLogger<AdapterDirectory>.Instance);

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        _folder.Dispose();
    }
}
