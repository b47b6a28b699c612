namespace ProvincialGateway.Catalogue;

internal enum CatalogueCheckKind
{
    /// <summary>Local code to exchange code and back is not where it began.</summary>
    RoundTrip = 1,

    /// <summary>Several local codes become one exchange code.</summary>
    ManyToOne = 2,

    /// <summary>The class is another than the exchange's, or than in the version in force.</summary>
    Class = 3,

    /// <summary>Days without a row, or with an item or a mapping alone.</summary>
    Validity = 4,

    /// <summary>A limit far from the reference price or from the former limit.</summary>
    Price = 5,

    /// <summary>A mapping to what is no exchange code.</summary>
    Target = 6,
}

internal enum FindingSeverity
{
    /// <summary>May be meant: somebody should look.</summary>
    Warning = 1,

    /// <summary>The version must not be activated.</summary>
    Error = 2,
}

/// <summary>One thing that somebody should look at before a version is activated.</summary>
/// <param name="LocalCode">Empty where an exchange code is meant.</param>
/// <param name="ExchangeCode">Empty where there is none.</param>
internal sealed record CatalogueFinding(CatalogueCheckKind Check, FindingSeverity Severity, string LocalCode, string ExchangeCode, string Chinese, string English);
