using System.Text.Json;

namespace ProvincialGateway.Cli;

/// <summary>A whole stay as a hospital system would send it: what stands in <c>samples/journey/journey.json</c> of an adapter.</summary>
internal sealed record Journey
{
    private static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>Code of the institution that sends the messages.</summary>
    public required string Institution { get; init; }

    /// <summary>The hospital's own number of the stay, for dialects whose replies never tell the visit number.</summary>
    public string? HospitalVisitNumber { get; init; }

    public required IReadOnlyList<JourneyStep> Steps { get; init; }

    /// <param name="samplesFolder">An adapter's <c>samples</c>.</param>
    /// <exception cref="JsonException">The file is not a journey.</exception>
    /// <exception cref="IOException">The file or a body is absent.</exception>
    public static Journey Read(string samplesFolder)
    {
        var folder = Path.Combine(samplesFolder, "journey");
        var journey = JsonSerializer.Deserialize<Journey>(File.ReadAllText(Path.Combine(folder, "journey.json")), Strict)
            ?? throw new JsonException("journey.json is null.");
        return journey with { Steps = [.. journey.Steps.Select(step => step with { Template = File.ReadAllText(Path.Combine(folder, step.Body)) })] };
    }
}

/// <summary>One message of a journey.</summary>
internal sealed record JourneyStep
{
    /// <summary>What kind of step it is, e.g. <c>settlement</c>; several may share a name.</summary>
    public required string Name { get; init; }

    public required string Zh { get; init; }

    public required string En { get; init; }

    public required string Path { get; init; }

    public required string ContentType { get; init; }

    public string SoapAction { get; init; } = "";

    /// <summary><c>utf-8</c> or <c>gb18030</c>: how the filled template becomes bytes.</summary>
    public required string Encoding { get; init; }

    /// <summary>File of the template.</summary>
    public required string Body { get; init; }

    /// <summary>What later steps need from the reply: placeholder name and name of an XML element or JSON member.</summary>
    public IReadOnlyDictionary<string, string> Capture { get; init; } = new Dictionary<string, string>();

    /// <summary>The same for replies that are neither: placeholder name and a pattern whose first group is taken.</summary>
    public IReadOnlyDictionary<string, string> CaptureMatch { get; init; } = new Dictionary<string, string>();

    /// <summary>What the reply must match; XML after its entities were replaced once.</summary>
    public required string Success { get; init; }

    /// <summary>The text of <see cref="Body"/>.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public string Template { get; init; } = "";
}

/// <summary>A step as it was played.</summary>
internal sealed record JourneyExchange
{
    public required JourneyStep Step { get; init; }

    public required string Request { get; init; }

    public required byte[] RequestBytes { get; init; }

    public required string Reply { get; init; }

    public required byte[] ReplyBytes { get; init; }

    public required int HttpStatus { get; init; }

    public required TimeSpan Elapsed { get; init; }

    /// <summary>Why the step failed; null when it went well.</summary>
    public string? Fault { get; init; }
}
