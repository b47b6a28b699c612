namespace ProvincialGateway.Adapters.Contracts;

/// <summary>What the hospital system sent, untouched. The body has already been limited to the node's size limit.</summary>
public sealed record HisMessage
{
    /// <summary>Path as called, without the host, e.g. <c>/Service1.asmx</c>.</summary>
    public required string Path { get; init; }

    /// <summary>The HTTP Content-Type header, or empty.</summary>
    public required string ContentType { get; init; }

    /// <summary>The HTTP SOAPAction header, or empty.</summary>
    public required string SoapAction { get; init; }

    public required ReadOnlyMemory<byte> Body { get; init; }
}

/// <summary>What goes back to the hospital system.</summary>
public sealed record HisReply
{
    public required byte[] Body { get; init; }

    public required string ContentType { get; init; }

    /// <summary>HTTP status; most dialects answer 200 and put the error into the message.</summary>
    public int HttpStatus { get; init; } = 200;
}

/// <summary>One decoded message: most carry one request, a batch carries several, answered in order.</summary>
public sealed record HisEnvelope
{
    public required IReadOnlyList<HisRequest> Requests { get; init; }

    /// <summary>What the dialect needs to write the reply (SOAP version, charset, sequence number); opaque to the node.</summary>
    public object? State { get; init; }
}

/// <summary>One request of a hospital: either an operation or the reason why there is none.</summary>
public sealed record HisRequest
{
    /// <summary>The dialect's own transaction code, e.g. <c>0304</c>; empty when it could not be read.</summary>
    public required string TransactionCode { get; init; }

    /// <summary>
    /// The hospital's own id of this request when the dialect has one: the same id with the same content is answered from disk, the same id
    /// with other content is refused. Null when the dialect has none; then the node recognises repeats by what they are about.
    /// </summary>
    public string? HisTransactionId { get; init; }

    /// <summary>The hospital's code as written in the message; null when the dialect does not carry it. Must match the token.</summary>
    public string? InstitutionCode { get; init; }

    /// <summary>The operator as written in the message (name or number).</summary>
    public string? Operator { get; init; }

    /// <summary>The business period the message names; a settlement counts in it. Null when the dialect has none.</summary>
    public string? BusinessPeriod { get; init; }

    /// <summary>
    /// The hospital will confirm or reverse what this request does (<see cref="ConfirmTransaction"/>, <see cref="ReverseTransaction"/>); until then
    /// the node lists it among <see cref="ListUnconfirmed"/>.
    /// </summary>
    public bool NeedsConfirmation { get; init; }

    public HisOperation? Operation { get; init; }

    /// <summary>Set exactly when <see cref="Operation"/> is null.</summary>
    public HisRefusal? Refusal { get; init; }

    /// <summary>What the dialect needs to write this request's part of the reply; opaque to the node.</summary>
    public object? State { get; init; }
}
