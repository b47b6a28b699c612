using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.NeusoftCaret;

/// <summary>How many fields a row has, and which of them hold texts that clients cut by bytes.</summary>
/// <param name="FieldCount">More are refused, fewer are empty at the end.</param>
/// <param name="Names">Byte length of each text field by its number.</param>
internal sealed record RowLayout(int FieldCount, params IReadOnlyList<(int Number, int Bytes)> Names)
{
    public bool IsCut(int index, int bytes) => Names.Contains((index + 1, bytes));
}

/// <summary>One transaction: how its call is read and its results written.</summary>
internal sealed record CaretTransaction
{
    /// <summary>Four digits, or <c>INIT</c>.</summary>
    public required string Code { get; init; }

    /// <summary>Layout of a row in a profile; the index tells a head row from the others.</summary>
    public required Func<Profile, int, RowLayout> Layout { get; init; }

    /// <summary>Operations that are not usable when the call has a refusal.</summary>
    public required Func<CaretCall, IReadOnlyList<HisOperation>> Decode { get; init; }

    /// <summary>The result that decides over the call, where a message is several requests.</summary>
    public Func<IReadOnlyList<HisResult>, HisResult> Deciding { get; init; } = results => results[0];

    /// <summary>Null when the result is not one this transaction can have.</summary>
    public required Func<CaretCall, HisResult, CaretOutput?> Encode { get; init; }

    /// <summary>The C function's value when it is done; not 0 where clients take 0 for a failure.</summary>
    public Func<Profile, int> Done { get; init; } = _ => 0;

    /// <summary>Whether the hospital's own serial is kept as the request's id, because a later message names it.</summary>
    public Func<Profile, bool> KeepsSerial { get; init; } = _ => false;
}
