using ProvincialGateway.Tables;

namespace ProvincialGateway.Catalogue;

/// <summary>The three tables of an adapter, as paths. UTF-8 with or without byte order mark.</summary>
public sealed record CatalogueFiles
{
    public required string Items { get; init; }

    public required string Mappings { get; init; }

    public required string Codes { get; init; }

    /// <summary>A file that is not UTF-8 is read as GB18030 instead of refused. Off by default: a broken UTF-8 file would pass as garbled Chinese.</summary>
    public bool DetectGb18030 { get; init; }
}

/// <summary>Either a catalogue or the full list of what is wrong with it: a catalogue with an error does not load at all.</summary>
public sealed record CatalogueLoad
{
    /// <summary>Null exactly when there are errors.</summary>
    public required LocalCatalogue? Catalogue { get; init; }

    public required IReadOnlyList<TableError> Errors { get; init; }
}
