using System.Text.Json;
using ProvincialGateway.AdapterHost;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Catalogue;

namespace ProvincialGateway.AdapterKit;

/// <summary>
/// Fills in what samples lack by what the adapter does now: a new sample needs its <c>request.bin</c>, and <c>results.json</c> where it is to be
/// answered. Nothing that is there is changed. What was recorded is to be read before it is believed.
/// </summary>
internal sealed class SampleRecorder(LoadedAdapter adapter)
{
    private const string DefaultContentType = "text/plain; charset=utf-8";

    /// <returns>The files that were written, relative to <paramref name="samplesFolder"/>.</returns>
    /// <exception cref="IOException">A sample has no <c>request.bin</c>.</exception>
    /// <exception cref="JsonException">A file is not as documented.</exception>
    public IReadOnlyList<string> Record(string samplesFolder)
    {
        var written = new List<string>();
        foreach (var folder in ConformanceSample.FoldersIn(samplesFolder))
        {
            foreach (var (name, bytes) in Missing(folder))
            {
                File.WriteAllBytes(Path.Combine(folder, name), bytes);
                written.Add(Path.GetRelativePath(samplesFolder, Path.Combine(folder, name)));
            }
        }
        return written;
    }

    private IEnumerable<(string Name, byte[] Bytes)> Missing(string folder)
    {
        bool IsMissing(string name) => !File.Exists(Path.Combine(folder, name));
        if (IsMissing("request.json"))
            yield return ("request.json", Json(new SampleHeader { Path = $"/his/{adapter.Id}", ContentType = DefaultContentType, SoapAction = "" }));
        var header = HisJson.Read<SampleHeader>(File.ReadAllText(Path.Combine(folder, "request.json")));
        var message = new HisMessage { Path = header.Path, ContentType = header.ContentType, SoapAction = header.SoapAction, Body = File.ReadAllBytes(Path.Combine(folder, "request.bin")) };
        var envelope = adapter.Dialect.Decode(message);
        if (IsMissing("operation.json"))
            yield return ("operation.json", Json(envelope.Requests.Select(request => Stated(request, header.Day ?? DateOnly.MaxValue))));
        if (IsMissing("reply.bin") && Results(folder, envelope) is { } results)
            yield return ("reply.bin", adapter.Dialect.Encode(envelope, results).Body);
    }

    private SampleRequest Stated(HisRequest request, DateOnly day) => SampleRequest.Of(request) with
    {
        Untranslatable = request.Operation is { } operation && !HisCodes.TryToExchange(operation, adapter.Catalogue.Packed.Codes, day, out _, out var refusal)
            ? new SampleRefusal(refusal.Code, refusal.Field)
            : null,
    };

    private static List<HisResult>? Results(string folder, HisEnvelope envelope)
    {
        var path = Path.Combine(folder, "results.json");
        if (File.Exists(path))
            return HisJson.Read<List<HisResult>>(File.ReadAllText(path));
        return envelope.Requests.All(request => request.Refusal is not null) ? [.. envelope.Requests.Select(request => request.Refusal!)] : null;
    }

    private static byte[] Json<T>(T value) => [.. JsonSerializer.SerializeToUtf8Bytes(value, HisJson.Indented), (byte)'\n'];
}
