namespace ProvincialGateway.Adapters.Contracts;

/// <summary>Undoes an admission, or the registration of an outpatient visit, that has neither fee lines nor discharge nor settlement.</summary>
public sealed record CancelAdmission : HisOperation
{
    public required HisVisitReference Visit { get; init; }

    /// <summary>The transaction of the admission or registration, where a dialect names it: the hospital's serial or the node's. Refused when it is another visit's.</summary>
    public string? OriginalTransactionId { get; init; }
}

/// <summary>Undoes a discharge that has no settlement.</summary>
public sealed record CancelDischarge : HisOperation
{
    public required HisVisitReference Visit { get; init; }
}

/// <summary>
/// Voids a transaction whose result the hospital never learned. An id the node has never seen is void from then on: the original is refused
/// if it arrives later.
/// </summary>
public sealed record ReverseTransaction : HisOperation
{
    /// <summary>The hospital's own id of the transaction, or the node's where a dialect has been told that one.</summary>
    public required string OriginalTransactionId { get; init; }

    /// <summary>
    /// Record name of the operation that is meant, e.g. <c>Settle</c>; null trusts the id alone. When the id is another operation's, the one of
    /// this kind that names that id as its original is meant; where there is none, there is nothing to undo.
    /// </summary>
    public string? OriginalOperation { get; init; }
}

/// <summary>The second step of dialects that hold every writing transaction until the hospital has stored it too. A repeat changes nothing.</summary>
public sealed record ConfirmTransaction : HisOperation
{
    /// <summary>The node's transaction id of what is confirmed.</summary>
    public required string OriginalTransactionId { get; init; }
}

/// <summary>The transactions of this hospital that are neither confirmed nor reversed, oldest first; at most 500.</summary>
public sealed record ListUnconfirmed : HisOperation
{
    /// <summary>The dialect's own code (<see cref="HisRequest.TransactionCode"/>); null is all.</summary>
    public string? TransactionCode { get; init; }
}

public sealed record AdmissionCancelled : HisResult
{
    public required string VisitNumber { get; init; }
}

public sealed record DischargeCancelled : HisResult
{
    public required string VisitNumber { get; init; }
}

public sealed record TransactionReversed : HisResult
{
    public required HisReversalEffect Effect { get; init; }
}

public enum HisReversalEffect
{
    /// <summary>It had taken effect and was undone.</summary>
    Undone = 1,

    /// <summary>It was never seen; its id is void from now on.</summary>
    Voided = 2,

    /// <summary>It had been refused or is undone already: there was nothing to undo.</summary>
    NothingToUndo = 3,
}

public sealed record TransactionConfirmed : HisResult;

public sealed record UnconfirmedListed : HisResult
{
    public required IReadOnlyList<HisUnconfirmed> Transactions { get; init; }
}

public sealed record HisUnconfirmed
{
    /// <summary>The node's id.</summary>
    public required string OriginalTransactionId { get; init; }

    /// <summary>The dialect's own code.</summary>
    public required string TransactionCode { get; init; }
}
