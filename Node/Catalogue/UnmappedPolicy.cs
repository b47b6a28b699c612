namespace ProvincialGateway.Catalogue;

/// <summary>What a province does with a line whose code it cannot translate.</summary>
public enum UnmappedHandling
{
    /// <summary>Refuses the line until the mapping exists.</summary>
    Block = 1,

    /// <summary>Counts the line as full self-pay.</summary>
    SelfPay = 2,
}

/// <summary>The handling per kind of item.</summary>
public sealed record UnmappedPolicy
{
    public required UnmappedHandling Drug { get; init; }

    public required UnmappedHandling Service { get; init; }

    public required UnmappedHandling Consumable { get; init; }

    /// <param name="kind">Null when the code is in no catalogue row; then the strictest of the three holds.</param>
    public UnmappedHandling For(ItemKind? kind) => kind switch
    {
        ItemKind.Drug => Drug,
        ItemKind.Service => Service,
        ItemKind.Consumable => Consumable,
        null => (UnmappedHandling)Math.Min((int)Drug, Math.Min((int)Service, (int)Consumable)),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };
}
