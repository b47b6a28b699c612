using System.CommandLine;

namespace ProvincialGateway.Cli;

/// <summary><c>gateway adapters list|reload</c>: the adapters of one node, and what is loaded of them.</summary>
internal static class AdapterCommands
{
    public static Command Create() => new("adapters", "适配器：查看、重新装入、检验、新建 / adapters: list, reload, verify, make")
    {
        List(),
        Reload(),
        AdapterKitCommands.Verify(),
        AdapterKitCommands.VerifyReport(),
        AdapterKitCommands.New(),
        AdapterKitCommands.Record(),
        AdapterKitCommands.Pack(),
    };

    private static Command List()
    {
        var selection = new NodeSelection();
        var json = CommandJson.Option();
        var command = new Command("list", "本节点的适配器及其状态 / this node's adapters and their state\n例 example: gateway adapters list --as 530000 --data data-530000") { json };
        command.SetNodeAction(selection, async (work, parsed, cancellation) =>
        {
            if (parsed.GetValue(json))
                await work.Out.WriteLineAsync(AdapterRendering.ToJson(work.Adapters.Statuses).AsMemory(), cancellation);
            else
                AdapterRendering.Write(work.Adapters.Statuses, work.OpenScreen());
            return 0;
        });
        return command;
    }

    private static Command Reload()
    {
        var selection = new NodeSelection();
        var id = new Argument<string?>("id") { Description = "适配器编号；省略则全部 / the adapter's id; all when left out", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("reload", "在运行中的节点重新装入适配器；检验不通过则保留原版本 / load an adapter anew in the running node; what fails its checks is refused\n例 example: gateway adapters reload yunnan --as 530000 --data data-530000") { id };
        command.SetNodeAction(selection, async (work, parsed, cancellation) =>
        {
            if (work.Serving is null)
                throw new CommandRefusedException("节点没有运行；启动时会装入适配器。 / the node does not run; it loads its adapters when it starts.");
            var ids = parsed.GetValue(id) is { } one ? [one] : work.Adapters.Statuses.Select(status => status.Id).ToList();
            var loaded = 0;
            foreach (var adapter in ids)
                loaded += await ReloadAsync(work, adapter, cancellation) ? 1 : 0;
            return loaded == ids.Count ? 0 : 1;
        });
        return command;
    }

    private static async Task<bool> ReloadAsync(NodeWork work, string id, CancellationToken cancellation)
    {
        var status = work.Adapters.Reload(id)
            ?? throw new CommandRefusedException($"本节点没有配置适配器 {id}；请核对 nodes.json 的 adapters。 / this node has no adapter {id}; check 'adapters' in nodes.json.");
        if (status.Adapter is { } adapter)
        {
            await work.Out.WriteLineAsync($"✓ {id} {adapter.Version} {adapter.Dialect.Name} {adapter.Catalogue.Packed.Version}".AsMemory(), cancellation);
            return true;
        }
        await work.Error.WriteLineAsync($"✗ {id} {status.State}: {status.ReasonChinese} / {status.ReasonEnglish}".AsMemory(), cancellation);
        return false;
    }
}
