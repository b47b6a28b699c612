using System.CommandLine;
using ProvincialGateway.AdapterHost;
using ProvincialGateway.Configuration;
using ProvincialGateway.Values;

namespace ProvincialGateway.Cli;

/// <summary>A command cannot do what was asked; the message says why and what to do, in both languages.</summary>
internal sealed class CommandRefusedException(string message) : Exception(message);

/// <summary>The options that say which node a command is about.</summary>
internal sealed class NodeSelection
{
    private readonly Option<FileInfo> _nodes = new("--nodes")
    {
        Description = "nodes.json：各省同一份节点名单 / the list of nodes, the same file for every province",
        DefaultValueFactory = _ => new FileInfo("nodes.json"),
    };

    private readonly Option<string> _self = new("--as")
    {
        Description = "本节点的省级代码，如 530000 / this node's province code, e.g. 530000",
        Required = true,
    };

    private readonly Option<DirectoryInfo> _data = new("--data")
    {
        Description = "数据目录：数据库、密钥、待遇政策 / the data folder: database, keys, policy",
        Required = true,
    };

    private readonly Option<DirectoryInfo> _adapters = new("--adapters")
    {
        Description = "适配器目录，每个适配器一个文件夹；默认为程序旁的 adapters / the adapters, one folder each; by default beside the program",
        DefaultValueFactory = _ => new DirectoryInfo(AdapterDirectory.PackedFolder),
    };

    /// <summary>For a command that works on a node's data only when asked to.</summary>
    public static NodeSelection WhenAsked()
    {
        var selection = new NodeSelection();
        (selection._self.Required, selection._data.Required) = (false, false);
        return selection;
    }

    public bool IsGiven(ParseResult parsed) => parsed.GetValue(_self) is not null && parsed.GetValue(_data) is not null;

    public void AddTo(Command command)
    {
        command.Add(_nodes);
        command.Add(_self);
        command.Add(_data);
        command.Add(_adapters);
    }

    public SelectedNode Read(ParseResult parsed)
    {
        var file = parsed.GetRequiredValue(_nodes);
        if (!file.Exists)
            throw new CommandRefusedException($"没有找到 {file.FullName}；可从 nodes.sample.json 复制一份。 / {file.FullName} is absent; start from a copy of nodes.sample.json.");
        var result = NodesFile.Parse(File.ReadAllText(file.FullName), file.Name);
        if (result.Configuration is not { } configuration)
            throw new CommandRefusedException(string.Join(Environment.NewLine, result.Errors));
        var self = Division.TryParse(parsed.GetRequiredValue(_self), out var division) && configuration.Find(division) is { } entry && entry.Division == division
            ? entry
            : throw new CommandRefusedException(
                $"--as 不在 {file.Name} 的名单中，可选：{Known(configuration)}。 / --as is not in {file.Name}; it lists {Known(configuration)}.");
        return new SelectedNode(configuration, result.Effective!, self, parsed.GetRequiredValue(_data).FullName)
        {
            AdaptersFolder = parsed.GetRequiredValue(_adapters).FullName,
        };
    }

    /// <summary>A running node carries out what is meant for it, whatever list of nodes the caller has.</summary>
    /// <exception cref="CommandRefusedException">The command line means another node.</exception>
    public void Require(SelectedNode running, ParseResult parsed)
    {
        if (parsed.GetRequiredValue(_self) != running.Self.Code)
        {
            throw new CommandRefusedException(
                $"{running.DataFolder} 由正在运行的节点 {running.Self} 使用；请核对 --as 与 --data。 / {running.DataFolder} is served by node {running.Self}; check --as and --data.");
        }
    }

    private static string Known(NodesConfiguration configuration) => string.Join(" ", configuration.Nodes.Select(node => node.Division.Code));
}

internal sealed record SelectedNode(NodesConfiguration Configuration, EffectiveConfiguration Effective, NodeEntry Entry, string DataFolder)
{
    public Division Self => Entry.Division;

    /// <summary>The packed adapters, one folder each.</summary>
    public string AdaptersFolder { get; init; } = AdapterDirectory.PackedFolder;

    /// <exception cref="CommandRefusedException">The folder is not there yet.</exception>
    public SelectedNode WithData() => Directory.Exists(DataFolder)
        ? this
        : throw new CommandRefusedException($"数据目录不存在：{DataFolder}；请先执行 gateway init。 / the data folder {DataFolder} is absent; run gateway init first.");
}
