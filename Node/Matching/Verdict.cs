namespace ProvincialGateway.Matching;

/// <summary>What two items say about one aspect of themselves.</summary>
internal enum Verdict : byte
{
    /// <summary>Neither says anything, or what is said cannot be weighed.</summary>
    Silent = 0,

    Agrees = 1,

    /// <summary>Agrees as far as both go; the local item says more, so the exchange item covers more.</summary>
    LocalMore = 2,

    /// <summary>Agrees as far as both go; the exchange item says more, so it covers less.</summary>
    ExchangeMore = 3,

    /// <summary>Each says something the other does not.</summary>
    BothMore = 4,

    /// <summary>Only the local item says anything.</summary>
    LocalOnly = 5,

    /// <summary>Only the exchange item says anything.</summary>
    ExchangeOnly = 6,

    /// <summary>Alike, not the same, no contradiction either.</summary>
    Near = 7,

    /// <summary>Counts against the pair but does not contradict it.</summary>
    Apart = 8,

    /// <summary>The two are not the same item.</summary>
    Differs = 9,
}
