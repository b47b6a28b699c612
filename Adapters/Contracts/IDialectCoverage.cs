namespace ProvincialGateway.Adapters.Contracts;

/// <summary>
/// A dialect that says what it covers: the source of the conformance table in Adapters/README.md, held against what the dialect does by a test.
/// Optional, because a dialect works without.
/// </summary>
public interface IDialectCoverage
{
    /// <summary>Every code the dialect looks up, once.</summary>
    IReadOnlyList<string> TransactionCodes { get; }

    /// <summary>Those of them it knows only to refuse them with a reason of their own, because no operation means what they ask.</summary>
    IReadOnlyList<string> RefusedCodes { get; }

    /// <summary>Every canonical operation once, in any order.</summary>
    IReadOnlyList<OperationCoverage> Operations { get; }
}

/// <summary>How a dialect says one canonical operation, or that it cannot.</summary>
public sealed record OperationCoverage
{
    private OperationCoverage()
    {
    }

    /// <summary>Record name, e.g. <c>Settle</c>.</summary>
    public required string Operation { get; init; }

    /// <summary>Empty when the dialect has no message for it.</summary>
    public required IReadOnlyList<string> TransactionCodes { get; init; }

    /// <summary>
    /// What the dialect cannot say of the operation, and what happens then; empty when it says all of it. Without a code: what the hospital does
    /// instead.
    /// </summary>
    public string Chinese { get; private init; } = "";

    /// <inheritdoc cref="Chinese"/>
    public string English { get; private init; } = "";

    public static OperationCoverage By<TOperation>(params IReadOnlyList<string> codes)
        where TOperation : HisOperation => new() { Operation = typeof(TOperation).Name, TransactionCodes = codes };

    /// <summary>Not in the dialect.</summary>
    public static OperationCoverage Without<TOperation>(string chinese, string english)
        where TOperation : HisOperation => By<TOperation>().But(chinese, english);

    public OperationCoverage But(string chinese, string english) => this with { Chinese = chinese, English = english };
}
