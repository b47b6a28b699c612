using System.Text;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Tables;

namespace ProvincialGateway.Catalogue;

/// <summary>Where one table is read from.</summary>
/// <param name="Path">A file that need not exist: then the load says so.</param>
internal sealed record TableSource(string Path)
{
    /// <summary>Tried in this order. Only UTF-8 by default: a broken UTF-8 file would pass as garbled Chinese.</summary>
    public IReadOnlyList<Encoding> Encodings { get; init; } = [LegacyText.Utf8];

    /// <summary>What messages call the table.</summary>
    public string Name => System.IO.Path.GetFileName(Path);

    /// <summary>Sheet of a workbook; null takes the one called <see cref="PreferredSheet"/> where there is one, or else the first.</summary>
    public string? Sheet { get; init; }

    /// <inheritdoc cref="Sheet"/>
    public string PreferredSheet { get; init; } = "";

    private TableFile? File { get; init; }

    public TableFile Read() =>
        File
        ?? (Path.EndsWith(".xlsx", StringComparison.OrdinalIgnoreCase) ? TableFile.ReadXlsx(Path, Sheet, PreferredSheet) : TableFile.Read(Path, [.. Encodings]));

    /// <summary>The same table as it is now: whatever happens to the file, what was checked is what is stored.</summary>
    public TableSource Held() => this with { File = Read() };
}

/// <summary>The tables of one version of a catalogue.</summary>
internal sealed record CatalogueFiles
{
    public required TableSource Items { get; init; }

    public required TableSource Mappings { get; init; }

    public required TableSource Codes { get; init; }

    /// <summary>Null where no ratio depends on person or price.</summary>
    public required TableSource? Ratios { get; init; }

    public TableSource? this[CatalogueTable table] => table.Name switch
    {
        "items" => Items,
        "mappings" => Mappings,
        "codes" => Codes,
        "ratios" => Ratios,
        _ => throw new ArgumentOutOfRangeException(nameof(table), table.Name, null),
    };

    /// <inheritdoc cref="TableSource.Held"/>
    public CatalogueFiles Held() => new() { Items = Items.Held(), Mappings = Mappings.Held(), Codes = Codes.Held(), Ratios = Ratios?.Held() };

    /// <summary>The tables of a folder by their usual names; <c>ratios.csv</c> only where it is there.</summary>
    public static CatalogueFiles In(string folder)
    {
        var ratios = Path.Combine(folder, CatalogueTable.Ratios.FileName);
        return new CatalogueFiles
        {
            Items = new TableSource(Path.Combine(folder, CatalogueTable.Items.FileName)),
            Mappings = new TableSource(Path.Combine(folder, CatalogueTable.Mappings.FileName)),
            Codes = new TableSource(Path.Combine(folder, CatalogueTable.Codes.FileName)),
            Ratios = File.Exists(ratios) ? new TableSource(ratios) : null,
        };
    }
}

/// <summary>Either a catalogue or the full list of what is wrong with it: a catalogue with an error does not load at all.</summary>
public sealed record CatalogueLoad
{
    /// <summary>Null exactly when there are errors.</summary>
    public required LocalCatalogue? Catalogue { get; init; }

    public required IReadOnlyList<TableError> Errors { get; init; }
}
