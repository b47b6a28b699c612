using System.Text.Json;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.AdapterHost;

/// <summary>One folder of <c>samples/conformance</c>, read.</summary>
internal sealed record ConformanceSample
{
    public required string Name { get; init; }

    public required HisMessage Message { get; init; }

    /// <summary>The day on which coded fields are translated.</summary>
    public required DateOnly Day { get; init; }

    public required IReadOnlyList<SampleRequest> Requests { get; init; }

    /// <summary>Null when every request is refused: the refusals are then the results.</summary>
    public required IReadOnlyList<HisResult>? Results { get; init; }

    /// <summary>Null when the sample says nothing about the reply.</summary>
    public required byte[]? Reply { get; init; }

    /// <summary>The folders of an adapter's samples in their order; none where there is no <c>conformance</c>.</summary>
    public static IReadOnlyList<string> FoldersIn(string samplesFolder)
    {
        var folder = Path.Combine(samplesFolder, "conformance");
        // An empty folder is what remains of a sample that was removed: neither a build nor a hash list knows folders.
        return Directory.Exists(folder)
            ? [.. Directory.GetDirectories(folder).Where(sample => Directory.EnumerateFileSystemEntries(sample).Any()).Order(StringComparer.Ordinal)]
            : [];
    }

    /// <summary>All samples of an adapter that has passed its self-check.</summary>
    public static IReadOnlyList<ConformanceSample> ReadAll(string samplesFolder) => [.. FoldersIn(samplesFolder).Select(Read)];

    /// <summary>What the node answers to these requests: as stated, or the dialect's own refusals; null when neither fits.</summary>
    public IReadOnlyList<HisResult>? ResultsFor(HisEnvelope envelope)
    {
        var results = Results ?? [.. envelope.Requests.Select(request => request.Refusal).OfType<HisRefusal>()];
        return results.Count == envelope.Requests.Count ? results : null;
    }

    /// <summary>Throws <see cref="IOException"/> for a missing file and <see cref="JsonException"/> for one that is not as documented.</summary>
    public static ConformanceSample Read(string folder)
    {
        var header = HisJson.Read<SampleHeader>(Text(folder, "request.json"));
        var results = Path.Combine(folder, "results.json");
        var reply = Path.Combine(folder, "reply.bin");
        if (File.Exists(results) && !File.Exists(reply))
            throw new FileNotFoundException("results.json without reply.bin proves nothing.");
        return new ConformanceSample
        {
            Name = Path.GetFileName(folder),
            Message = new HisMessage
            {
                Path = header.Path,
                ContentType = header.ContentType,
                SoapAction = header.SoapAction,
                Body = File.ReadAllBytes(Path.Combine(folder, "request.bin")),
            },
            Day = header.Day ?? DateOnly.MaxValue,
            Requests = HisJson.Read<List<SampleRequest>>(Text(folder, "operation.json")),
            Results = File.Exists(results) ? HisJson.Read<List<HisResult>>(Text(folder, "results.json")) : null,
            Reply = File.Exists(reply) ? File.ReadAllBytes(reply) : null,
        };
    }

    private static string Text(string folder, string file)
    {
        var bytes = File.ReadAllBytes(Path.Combine(folder, file));
        return LegacyText.TryDecode(bytes, LegacyText.Utf8, out var text, out _) ? text : throw new JsonException($"{file} is not UTF-8.");
    }
}

/// <summary><c>request.json</c>.</summary>
internal sealed record SampleHeader
{
    public required string Path { get; init; }

    public required string ContentType { get; init; }

    public required string SoapAction { get; init; }

    /// <summary>Null stands for a day after every end, on which only rows without an end apply: a sample must not fail because time went by.</summary>
    public DateOnly? Day { get; init; }
}

/// <summary>One element of <c>operation.json</c>.</summary>
internal sealed record SampleRequest
{
    public required string TransactionCode { get; init; }

    public string? HisTransactionId { get; init; }

    public string? InstitutionCode { get; init; }

    public string? Operator { get; init; }

    public HisOperation? Operation { get; init; }

    public SampleRefusal? Refusal { get; init; }

    /// <summary>The operation is read, but the catalogue has no code for a field of it.</summary>
    public SampleRefusal? Untranslatable { get; init; }

    public static SampleRequest Of(HisRequest request) => new()
    {
        TransactionCode = request.TransactionCode,
        HisTransactionId = request.HisTransactionId,
        InstitutionCode = request.InstitutionCode,
        Operator = request.Operator,
        Operation = request.Operation,
        Refusal = request.Refusal is { } refusal ? new SampleRefusal(refusal.Code, refusal.Field) : null,
    };
}

internal sealed record SampleRefusal(string Code, string Field);
