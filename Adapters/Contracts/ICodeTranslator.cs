namespace ProvincialGateway.Adapters.Contracts;

/// <summary>The code systems that differ from province to province. The value names are the <c>system</c> column of <c>codes.csv</c>.</summary>
public enum CodeSystem
{
    /// <summary>Drugs, services and consumables; their mapping also has class, ratio and price limits.</summary>
    Item = 1,
    Diagnosis = 2,
    FeeCategory = 3,
    ItemClass = 4,
    PersonClass = 5,
    Scheme = 6,
    InstitutionLevel = 7,
    VisitKind = 8,
    FilingKind = 9,
    Gender = 10,
    CertificateKind = 11,
    DischargeReason = 12,

    /// <summary>门诊慢特病病种; local lists use the exchange codes with other meanings.</summary>
    ChronicDisease = 13,
}

/// <summary>
/// Local code ↔ exchange code on a given day. The node's own implementation reads the adapter's tables; an adapter brings one of its own only
/// where tables cannot say it. Pure and thread safe.
/// </summary>
public interface ICodeTranslator
{
    /// <summary>Null when no mapping is valid on that day.</summary>
    string? ToExchange(CodeSystem system, string localCode, DateOnly day);

    /// <inheritdoc cref="ToExchange"/>
    string? ToLocal(CodeSystem system, string exchangeCode, DateOnly day);
}
