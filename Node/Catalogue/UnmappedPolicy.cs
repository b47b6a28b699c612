namespace ProvincialGateway.Catalogue;

/// <summary>What a province does with a line whose code it cannot translate; the strictest first.</summary>
public enum UnmappedHandling
{
    /// <summary>Refuses the line until the mapping exists.</summary>
    Block = 1,

    /// <summary>Counts the line as class C: full self-pay.</summary>
    SelfPay = 2,

    /// <summary>Counts the line as class A without pre-self-pay; the price limit of its catalogue row still holds where it has one.</summary>
    ClassA = 3,
}

/// <summary>When a province takes a code for translated, and what it does with one that is not, per kind of item.</summary>
public sealed record UnmappedPolicy
{
    public required UnmappedHandling Drug { get; init; }

    public required UnmappedHandling Service { get; init; }

    public required UnmappedHandling Consumable { get; init; }

    /// <summary>A mapping of any other quality counts as none. All by default.</summary>
    public IReadOnlyList<MappingQuality> AcceptedQualities { get; init; } = Enum.GetValues<MappingQuality>();

    /// <param name="kind">Null when the code is in no catalogue row; then the strictest of the three holds.</param>
    public UnmappedHandling For(ItemKind? kind) => kind switch
    {
        ItemKind.Drug => Drug,
        ItemKind.Service => Service,
        ItemKind.Consumable => Consumable,
        null => (UnmappedHandling)Math.Min((int)Drug, Math.Min((int)Service, (int)Consumable)),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    public bool Accepts(ItemMapping mapping)
    {
        foreach (var quality in AcceptedQualities)
        {
            if (quality == mapping.Quality)
                return true;
        }
        return false;
    }
}
