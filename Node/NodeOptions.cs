using ProvincialGateway.AdapterHost;
using ProvincialGateway.Configuration;
using ProvincialGateway.Network;
using ProvincialGateway.Values;

namespace ProvincialGateway;

/// <summary>What makes one node this node; everything else is in <c>nodes.json</c>, the same for all.</summary>
internal sealed record NodeOptions
{
    public required NodesConfiguration Configuration { get; init; }

    /// <summary>Which province of the configuration this node is.</summary>
    public required Division Self { get; init; }

    /// <summary>Database, keys and policy; must exist (<c>gateway init</c> makes it).</summary>
    public required string DataFolder { get; init; }

    /// <summary>The packed adapters, one folder each; by default beside the program.</summary>
    public string AdaptersFolder { get; init; } = AdapterDirectory.PackedFolder;

    /// <summary>For nodes that share a process; null in production.</summary>
    public AdapterAssemblies? SharedAssemblies { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Draws the lots of pauses between attempts, from 0 to 1, for many threads.</summary>
    public Func<double> Lot { get; init; } = BackOff.Draw;

    /// <summary>Ports reserved beforehand, for nodes that share a process; empty in production.</summary>
    public IReadOnlyList<ReservedPort> ReservedPorts { get; init; } = [];

    /// <summary>Where log events go.</summary>
    public required Action<ILoggingBuilder> Logging { get; init; }
}

/// <summary>The node must not start like this. The message lists every reason in both languages with the next step.</summary>
internal sealed class NodeRefusedException(string message) : Exception(message);
