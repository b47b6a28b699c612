using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ProvincialGateway.AdapterKit;

/// <summary>What the conformance suite found: evidence that a province can ask of a vendor. Names files, fields and codes, never what a message held.</summary>
internal sealed record ConformanceReport
{
    public const string CurrentFormat = "provincial-gateway adapter conformance 1";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        // Chinese as it is: the document is read by people.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public required string Format { get; init; }

    public required string GatewayVersion { get; init; }

    /// <summary>What the node speaks, e.g. <c>1-2</c>.</summary>
    public required string ContractVersions { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required double DurationMs { get; init; }

    /// <summary>Every random choice of the run follows from it.</summary>
    public required int Seed { get; init; }

    public required VerifiedAdapter Adapter { get; init; }

    /// <summary>In the order in which they ran. A check that could not run because of an earlier one is not green either.</summary>
    public required IReadOnlyList<ConformanceCheck> Checks { get; init; }

    /// <summary>Catalogue rows without a mapping, and what happens to a line with such a code.</summary>
    public required IReadOnlyList<UnmappedItem> Unmapped { get; init; }

    /// <summary>Of the adapter as a node loads it, without the hash list.</summary>
    public required IReadOnlyList<VerifiedFile> Files { get; init; }

    /// <summary>Null until the report is signed.</summary>
    public ReportSigner? Signer { get; init; }

    public bool IsGreen => Checks.All(check => check.Result == CheckResult.Passed);

    public byte[] ToUtf8() => JsonSerializer.SerializeToUtf8Bytes(this, Json);

    /// <exception cref="JsonException">It is no such report.</exception>
    public static ConformanceReport Read(ReadOnlySpan<byte> utf8) =>
        JsonSerializer.Deserialize<ConformanceReport>(utf8, Json) is { Format: CurrentFormat } report ? report : throw new JsonException($"The format is not '{CurrentFormat}'.");
}

internal enum CheckResult
{
    Passed = 1,
    Failed = 2,

    /// <summary>An earlier check failed.</summary>
    NotRun = 3,
}

/// <summary>One property, and how it was tried.</summary>
internal sealed record ConformanceCheck
{
    /// <summary>Stable, e.g. <c>totality</c>.</summary>
    public required string Name { get; init; }

    public required string Chinese { get; init; }

    public required string English { get; init; }

    public required CheckResult Result { get; init; }

    /// <summary>How many times the property was tried; what is counted depends on the check.</summary>
    public required long Tried { get; init; }

    public required double DurationMs { get; init; }

    /// <summary>The first of them.</summary>
    public required IReadOnlyList<CheckFault> Faults { get; init; }

    /// <summary>All of them.</summary>
    public required long FaultsFound { get; init; }
}

/// <param name="Place">A sample, a file or a code.</param>
internal sealed record CheckFault(string Place, string Chinese, string English);

internal sealed record VerifiedAdapter
{
    public required string Id { get; init; }

    public string? Name { get; init; }

    public string? Division { get; init; }

    public string? Version { get; init; }

    public string? Dialect { get; init; }

    /// <summary>Of the manifest.</summary>
    public int? ContractVersion { get; init; }

    /// <summary>Of the DLL.</summary>
    public int? DialectContractVersion { get; init; }

    public string? CatalogueVersion { get; init; }

    public int? CatalogueItems { get; init; }

    public int? Samples { get; init; }
}

/// <param name="Handling"><c>block</c>, <c>self-pay</c> or <c>class-a</c>: what happens to a line with this code.</param>
/// <param name="Reason">As the adapter's author gave it; null when it is not listed.</param>
internal sealed record UnmappedItem(string LocalCode, string LocalName, string Kind, string Handling, string? Reason);

/// <param name="Sha256">Hexadecimal digits.</param>
internal sealed record VerifiedFile(string Name, string Sha256);

/// <summary>Who vouches for the report. The signature itself stands beside it.</summary>
internal sealed record ReportSigner
{
    public const string OnlyAlgorithm = "ECDSA-P256-SHA256";

    public required string Algorithm { get; init; }

    /// <summary>PEM.</summary>
    public required string PublicKey { get; init; }

    /// <summary><c>sha256:</c> and the hexadecimal digits over the public key's DER form (SubjectPublicKeyInfo).</summary>
    public required string Fingerprint { get; init; }
}
