using System.Text.Encodings.Web;
using System.Text.Json;
using Provincial.Exchange.V1;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Treatment;

/// <summary>The diagnoses of a visit as the JSON its row keeps: <c>[["I20.000","不稳定型心绞痛"], …]</c>, main diagnosis first.</summary>
internal static class Diagnoses
{
    // Stored data, never put into HTML: Chinese stays readable.
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string ToJson(IEnumerable<Diagnosis> diagnoses) =>
        JsonSerializer.Serialize(diagnoses.Select(diagnosis => new[] { diagnosis.Code, diagnosis.Name }), Readable);

    public static string ToJson(IEnumerable<HisDiagnosis> diagnoses) => ToJson(ToMessages(diagnoses));

    public static IEnumerable<Diagnosis> FromJson(string json) =>
        (JsonSerializer.Deserialize<string[][]>(json) ?? []).Select(pair => new Diagnosis { Code = pair[0], Name = pair[1] });

    public static IEnumerable<Diagnosis> ToMessages(IEnumerable<HisDiagnosis> diagnoses) =>
        diagnoses.Select(diagnosis => new Diagnosis { Code = diagnosis.Code, Name = diagnosis.Name ?? "" });
}
