namespace ProvincialGateway.Adapters.Contracts;

/// <summary>
/// The message format of one family of hospital systems: bytes in, canonical operations out, and back. An implementation has a public
/// parameterless constructor, keeps no state between calls and may be called from many threads at once. It knows the format only:
/// catalogue and code translation is done by the node, so coded fields pass through in the hospital's local codes, in both directions.
/// </summary>
public interface IHisDialect
{
    /// <summary>Stable id, e.g. <c>province2016-xml</c>: what <c>adapter.json</c> names.</summary>
    string Name { get; }

    /// <summary>The <see cref="AdapterContract.Version"/> this dialect was built for.</summary>
    int ContractVersion { get; }

    /// <summary>HTTP paths that real clients of this dialect are compiled to call, besides <c>/his/{adapter}</c>. Each starts with '/'.</summary>
    IReadOnlyList<string> Paths { get; }

    /// <summary>
    /// Total: any bytes give an envelope, never an exception. What cannot be understood becomes a request whose
    /// <see cref="HisRequest.Refusal"/> says position, field and reason.
    /// </summary>
    HisEnvelope Decode(HisMessage message);

    /// <summary>
    /// The reply in the dialect's own format and encoding. <paramref name="results"/> answers <see cref="HisEnvelope.Requests"/> one to one.
    /// Coded fields of the results are already local codes. Deterministic: equal input gives equal bytes, so a replay is byte-identical.
    /// </summary>
    HisReply Encode(HisEnvelope envelope, IReadOnlyList<HisResult> results);

    /// <summary>
    /// The reply to a failure outside any request (token refused, body too large, node stopping), in the dialect's own error convention.
    /// </summary>
    HisReply EncodeFailure(HisMessage message, HisRefusal refusal);

    /// <summary>A document real clients fetch before they call (a WSDL), or null when there is none at this path and query.</summary>
    HisReply? Describe(string path, string query, Uri publicAddress);
}
