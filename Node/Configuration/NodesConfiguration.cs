using ProvincialGateway.Values;

namespace ProvincialGateway.Configuration;

/// <summary>What nodes.json says: the same file for every node, so that all provinces agree on who is who. Holds no secrets.</summary>
internal sealed record NodesConfiguration
{
    /// <summary>The one major release of the exchange contract that this software speaks.</summary>
    public const int ProtocolMajor = 1;

    /// <summary>
    /// Release of the exchange contract, "major.minor", e.g. "1.0", that every node speaks: what is said to a peer before it has told what it speaks.
    /// Its major is <see cref="ProtocolMajor"/>.
    /// </summary>
    public required string ProtocolRelease { get; init; }

    /// <summary>Learned while the node runs; not of the file. A node has one of its own.</summary>
    public AgreedReleases Agreed { get; init; } = new();

    /// <summary>Release of the exchange code set, e.g. "2016.1".</summary>
    public required string CatalogueRelease { get; init; }

    public LimitOptions Limits { get; init; } = new();

    public TimeoutOptions Timeouts { get; init; } = new();

    public ReconciliationOptions Reconciliation { get; init; } = new();

    public RetentionOptions Retention { get; init; } = new();

    /// <summary>Prepayment and clearing: one agreement for all pairs, and those that differ.</summary>
    public ClearingOptions Clearing { get; init; } = new();

    /// <summary>One entry for each province, in the order of the file.</summary>
    public required IReadOnlyList<NodeEntry> Nodes { get; init; }

    /// <summary>The node that answers for a division, found by the division's province; null when that province has none.</summary>
    public NodeEntry? Find(Division anyDivision) => Nodes.FirstOrDefault(node => node.Division == anyDivision.Province);

    /// <summary>What a request to a division's node is written in: the newest release both speak, once that is known. Never newer than this software.</summary>
    public string ReleaseFor(Division anyDivision) => Agreed.With(anyDivision)?.ToString()
        ?? (Configuration.ProtocolRelease.TryParse(ProtocolRelease, out var configured) && configured.IsAtLeast(Configuration.ProtocolRelease.Newest)
            ? Configuration.ProtocolRelease.Newest.ToString()
            : ProtocolRelease);
}

/// <summary>One province's node as every other node sees it.</summary>
internal sealed record NodeEntry
{
    /// <summary>The province's own code, e.g. 530000: the id of the node.</summary>
    public required Division Division { get; init; }

    public required string Name { get; init; }

    /// <summary>Where peers reach the node: https, host and port only.</summary>
    public required Uri Address { get; init; }

    /// <summary>Where the province's own hospital systems reach the node: http, loopback unless <see cref="AllowRemoteHis"/>.</summary>
    public required Uri HisAddress { get; init; }

    /// <summary>The hospital port carries personal data without encryption; true says that the network between protects it.</summary>
    public bool AllowRemoteHis { get; init; }

    /// <summary>Ids of the adapters the node loads.</summary>
    public IReadOnlyList<string> Adapters { get; init; } = [];

    /// <summary>The certificates by which the node is known. Two overlap while one replaces the other; none means it cannot connect yet.</summary>
    public IReadOnlyList<CertificatePin> Certificates { get; init; } = [];
}
