using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Catalogue;
using ProvincialGateway.Values;

namespace ProvincialGateway.AdapterHost;

/// <summary>What <c>adapter.json</c> says. Paths are relative to the adapter's folder, with '/', and stay inside it.</summary>
public sealed record AdapterManifest
{
    public const string FileName = "adapter.json";

    /// <summary>Lower-case letters, digits and hyphens, at most 32; equals the folder's name.</summary>
    public required string Id { get; init; }

    /// <summary>For people.</summary>
    public required string Name { get; init; }

    /// <summary>The province or city whose hospitals speak through this adapter.</summary>
    public required Division Division { get; init; }

    /// <summary>Three numbers, e.g. <c>1.0.0</c>.</summary>
    public required string Version { get; init; }

    /// <summary>The contract the adapter was made for; from 1.</summary>
    public required int ContractVersion { get; init; }

    /// <summary>The dialect's own name, e.g. <c>province2016-xml</c>.</summary>
    public required string Dialect { get; init; }

    /// <summary>File name of the dialect's DLL.</summary>
    public required string Assembly { get; init; }

    /// <summary>For the dialect, see <see cref="DialectSettings"/>; empty when the manifest gives none.</summary>
    public required IReadOnlyDictionary<string, string> Settings { get; init; }

    public required UnmappedPolicy Unmapped { get; init; }

    /// <summary>Path of <c>items.csv</c>.</summary>
    public required string Items { get; init; }

    /// <summary>Path of <c>mappings.csv</c>.</summary>
    public required string Mappings { get; init; }

    /// <summary>Path of <c>codes.csv</c>.</summary>
    public required string Codes { get; init; }

    /// <summary>Path of <c>ratios.csv</c>; null where no ratio depends on person or price.</summary>
    public required string? Ratios { get; init; }

    /// <param name="json">UTF-8.</param>
    /// <param name="folderName">What the id must be.</param>
    public static AdapterManifestLoad Read(ReadOnlyMemory<byte> json, string folderName) => new AdapterManifestReader(folderName).Read(json);

    /// <summary>Whether a text can be an adapter's id, and so a folder's name.</summary>
    public static bool IsId(string text) =>
        text.Length is > 0 and <= 32 && char.IsAsciiLetterLower(text[0]) && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
}

/// <summary>One thing that is wrong in a manifest.</summary>
/// <param name="Field">Path of the member, e.g. <c>unmapped.drug</c>; empty when the whole file is meant.</param>
public sealed record ManifestError(string Field, string Chinese, string English)
{
    public override string ToString() => $"{AdapterManifest.FileName} {Field}: {Chinese} | {English}";
}

/// <summary>Either a manifest or everything that is wrong with it.</summary>
public sealed record AdapterManifestLoad
{
    /// <summary>Null exactly when there are errors.</summary>
    public required AdapterManifest? Manifest { get; init; }

    public required IReadOnlyList<ManifestError> Errors { get; init; }
}
