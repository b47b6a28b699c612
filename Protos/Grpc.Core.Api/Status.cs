namespace Grpc.Core;

/// <summary>The closed set of outcomes of a call; the numbers are the ones on the wire.</summary>
public enum StatusCode
{
    OK = 0,

    /// <summary>Usually by the caller.</summary>
    Cancelled = 1,

    /// <summary>Also what an exception without a status becomes on the server.</summary>
    Unknown = 2,

    /// <summary>Wrong whatever the state of the system; compare <see cref="FailedPrecondition"/>.</summary>
    InvalidArgument = 3,

    /// <summary>The work may still have been done.</summary>
    DeadlineExceeded = 4,
    NotFound = 5,
    AlreadyExists = 6,

    /// <summary>The caller is known but may not; compare <see cref="Unauthenticated"/>.</summary>
    PermissionDenied = 7,
    ResourceExhausted = 8,

    /// <summary>Do not retry before the state has been put right.</summary>
    FailedPrecondition = 9,

    /// <summary>A concurrency conflict: retry the whole sequence, not only this call.</summary>
    Aborted = 10,
    OutOfRange = 11,
    Unimplemented = 12,
    Internal = 13,

    /// <summary>Likely to pass: retry after a pause.</summary>
    Unavailable = 14,
    DataLoss = 15,

    /// <summary>No valid credentials came with the call.</summary>
    Unauthenticated = 16,
}

/// <summary>The outcome of a call. <c>default</c> is OK without detail.</summary>
public readonly struct Status
{
    public static readonly Status DefaultSuccess = new(StatusCode.OK, "");
    public static readonly Status DefaultCancelled = new(StatusCode.Cancelled, "");

    private readonly string? _detail;

    public Status(StatusCode statusCode, string detail) : this(statusCode, detail, null)
    {
    }

    /// <param name="debugException">What failed on this side; it is never sent to the other.</param>
    public Status(StatusCode statusCode, string detail, Exception? debugException)
    {
        StatusCode = statusCode;
        _detail = detail;
        DebugException = debugException;
    }

    public StatusCode StatusCode { get; }

    public string Detail => _detail ?? "";

    public Exception? DebugException { get; }

    public override string ToString() => DebugException is null
        ? $"Status(StatusCode=\"{StatusCode}\", Detail=\"{Detail}\")"
        : $"Status(StatusCode=\"{StatusCode}\", Detail=\"{Detail}\", DebugException=\"{DebugException.GetType()}: {DebugException.Message}\")";
}
