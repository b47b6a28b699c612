using System.CommandLine;
using ProvincialGateway.AdapterHost;
using ProvincialGateway.Catalogue;
using ProvincialGateway.Tables;
using ProvincialGateway.Values;

namespace ProvincialGateway.Cli;

/// <summary>The options that say which catalogue of which node a command is about.</summary>
internal sealed class CatalogueSelection
{
    private readonly NodeSelection _node = new();

    private readonly Option<string?> _adapter = new("--adapter")
    {
        Description = "适配器；节点只有一个适配器时可省略 / the adapter; may be left out where the node has one only",
    };

    public void SetAction(Command command, Func<CatalogueWork, ParseResult, CancellationToken, Task<int>> work)
    {
        command.Add(_adapter);
        command.SetNodeAction(_node, (node, parsed, cancellation) => work(new CatalogueWork(node, parsed.GetValue(_adapter)), parsed, cancellation));
    }

    public static Argument<string> Version(string name, string description) => new(name)
    {
        Description = $"{description}；版本号，或 current（今天有效的版本）、packed（适配器自带的版本） / a version, or current (in force today), or packed (the adapter's own)",
    };
}

/// <summary>What a command on one catalogue works with.</summary>
internal sealed class CatalogueWork
{
    private const string Current = "current";
    private const string Packed = "packed";

    public CatalogueWork(NodeWork node, string? adapterId)
    {
        Node = node;
        Adapter = AdapterOf(node, adapterId);
        Archive = new CatalogueArchive(node.Database, DataFolder.CataloguePath(node.Node.DataFolder), node.Time);
    }

    public NodeWork Node { get; }

    public LoadedAdapter Adapter { get; }

    public CatalogueArchive Archive { get; }

    public DateOnly Today => Node.Time.Today();

    /// <summary>The version a person names.</summary>
    /// <exception cref="CommandRefusedException">There is no such version.</exception>
    public LocalCatalogue Find(string version)
    {
        var timeline = Adapter.Catalogue;
        if (version == Packed || version == timeline.Packed.Version)
            return timeline.Packed;
        if (version == Current || version == timeline.VersionAt(Today))
            return timeline.At(Today);
        if (Node.Database.Read(session => CatalogueStore.Find(session, Adapter.Id, version)) is null)
            throw new CommandRefusedException(
                $"适配器 {Adapter.Id} 没有目录版本 {version}；用 gateway catalogue list 查看。 / adapter {Adapter.Id} has no catalogue version {version}; see gateway catalogue list.");
        return Archive.Read(Adapter.Id, version, timeline.Packed);
    }

    /// <summary>The exchange catalogue of a file, or the node's own; null where neither is there.</summary>
    /// <exception cref="CommandRefusedException">The file has errors; they have been written out.</exception>
    public ExchangeCatalogue? Exchange(TableSource? given)
    {
        if (given is null && !File.Exists(Archive.ExchangePath))
            return null;
        var errors = new List<TableError>();
        var exchange = ExchangeCatalogue.Load((given ?? new TableSource(Archive.ExchangePath)).Read(), errors);
        return exchange ?? throw new CommandRefusedException(string.Join(Environment.NewLine, errors.Take(50)));
    }

    private static LoadedAdapter AdapterOf(NodeWork node, string? id)
    {
        if (id is null && node.Adapters.Statuses is [var only])
            id = only.Id;
        var ids = string.Join(" ", node.Adapters.Statuses.Select(status => status.Id));
        if (id is null)
            throw new CommandRefusedException($"请用 --adapter 指定适配器：{ids}。 / name one with --adapter: {ids}.");
        if (node.Adapters.Find(id) is { } adapter)
            return adapter;
        var status = node.Adapters.Statuses.FirstOrDefault(status => status.Id == id);
        throw new CommandRefusedException(status is null
            ? $"本节点没有配置适配器 {id}，现有：{ids}。 / this node has no adapter {id}; it has {ids}."
            : $"适配器 {id} 没有装入（{status.State}）：{status.ReasonChinese} / adapter {id} is not loaded ({status.State}): {status.ReasonEnglish}");
    }
}
