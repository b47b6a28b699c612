using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using ProvincialGateway.AdapterHost;
using ProvincialGateway.Insured;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;

namespace ProvincialGateway.Cli;

/// <summary><c>gateway check</c>: what would be in force if the node were started, and everything that is wrong; exit code 0 only when nothing is.</summary>
internal static class CheckCommand
{
    public static Command Create()
    {
        var selection = new NodeSelection();
        var json = new Option<bool>("--json") { Description = "只输出生效配置的 JSON / the effective configuration only, as JSON" };
        var command = new Command("check", "检查配置、证书、适配器与政策后退出 / check configuration, certificate, adapters and policy, then exit\n例 example: gateway check --nodes nodes.sample.json --as 530000 --data data-530000") { json };
        selection.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var node = selection.Read(parsed);
            if (parsed.GetValue(json))
            {
                Console.WriteLine(node.Effective.ToJson());
                return 0;
            }
            Console.WriteLine(node.Effective.ToText());
            var faults = Problems(node).ToList();
            foreach (var fault in faults)
                Console.WriteLine($"✗ {fault}");
            foreach (var warning in await ClockWarningsAsync(parsed, node, cancellation))
                Console.WriteLine($"⚠ {warning}");
            Console.WriteLine(faults.Count == 0 ? "✓ 可以启动 / ready to serve" : $"✗ {faults.Count} 个问题 / problems");
            return faults.Count == 0 ? 0 : 1;
        });
        return command;
    }

    private static IEnumerable<string> Problems(SelectedNode node)
    {
        foreach (var peer in node.Configuration.Nodes.Where(peer => peer.Certificates.Count == 0))
        {
            yield return $"{peer.Division.Code} 没有证书指纹，无法与其连接；请填写该省 gateway init 输出的指纹。 / {peer.Division.Code} has no certificate pin and cannot connect; "
                + "enter the pin that gateway init printed there.";
        }
        foreach (var fault in CertificateFaults(node).Concat(PolicyFaults(node)).Concat(FilingFaults(node)).Concat(AdapterFaults(node)))
            yield return fault;
    }

    /// <summary>Only the node that serves has heard its peers' clocks; none of its business keeps it from serving.</summary>
    private static async Task<IReadOnlyList<string>> ClockWarningsAsync(ParseResult parsed, SelectedNode node, CancellationToken cancellation)
    {
        using var served = Directory.Exists(node.DataFolder) ? await ControlSocket.ConnectAsync(node.DataFolder, cancellation) : null;
        if (served is null)
            return [];
        using var output = new StringWriter(CultureInfo.InvariantCulture);
        string[] words = ["peers", "list", "--json", .. ControlClient.AbsoluteArguments(parsed).Skip(1)];
        var invocation = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null, Output = output, Error = TextWriter.Null };
        if (await Program.RunAsync(Program.Root().Parse(words), invocation, cancellation) != 0)
            return [];
        return [.. JsonNode.Parse(output.ToString())!.AsArray().OfType<JsonObject>().Where(peer => peer["isClockWrong"]?.GetValue<bool>() == true).Select(peer =>
            $"{peer["division"]} 的时钟与本节点相差 {peer["clockOffsetMs"]} 毫秒，请分别校时。 / the clock of {peer["division"]} is {peer["clockOffsetMs"]} ms from this node's; compare both with a time server.")];
    }

    private static IEnumerable<string> CertificateFaults(SelectedNode node)
    {
        if (!Directory.Exists(node.DataFolder))
        {
            yield return $"数据目录不存在：{node.DataFolder}；请先执行 gateway init。 / the data folder {node.DataFolder} is absent; run gateway init first.";
            yield break;
        }
        var (certificate, fault) = LoadCertificate(node.DataFolder);
        if (fault is not null)
            yield return fault;
        using (certificate)
        {
            if (certificate is not null && node.Entry.Certificates.Count > 0 && !node.Entry.Certificates.Contains(certificate.Pin))
            {
                yield return $"本节点证书 {certificate.Pin} 不在 nodes.json 中 {node.Self.Code} 的 certificates 里。 / "
                    + $"this node's certificate {certificate.Pin} is not among the certificates of {node.Self.Code} in nodes.json.";
            }
        }
    }

    private static (NodeCertificate?, string?) LoadCertificate(string dataFolder)
    {
        try
        {
            return (NodeCertificate.Load(dataFolder), null);
        }
        catch (StorageException fault)
        {
            return (null, fault.Message);
        }
    }

    private static IEnumerable<string> PolicyFaults(SelectedNode node)
    {
        if (!Directory.Exists(node.DataFolder))
            return [];
        var source = BenefitPolicySource.Load(node.DataFolder, out var errors);
        return source is { Policy: null }
            ? [$"没有 {BenefitPolicySource.FileName}：本省参保人的结算会被拒绝。 / there is no {BenefitPolicySource.FileName}: settlements of this province's people will be refused."]
            : errors.Select(error => $"{BenefitPolicySource.FileName} {error.Path}: {error.Chinese} / {error.English}");
    }

    private static IEnumerable<string> FilingFaults(SelectedNode node)
    {
        FilingRules.Load(node.DataFolder, node.Self, out var errors);
        return errors.Select(error => error.ToString());
    }

    private static IEnumerable<string> AdapterFaults(SelectedNode node)
    {
        using var loggers = LoggerFactory.Create(_ => { });
        using var adapters = AdapterDirectory.Load(node.AdaptersFolder, node.Entry.Adapters, archive: null, passed: null, loggers.CreateLogger<AdapterDirectory>());
        foreach (var status in adapters.Statuses)
        {
            if (status.Adapter is { } adapter)
                Console.WriteLine($"✓ 适配器 adapter {adapter.Id} {adapter.Version}: {adapter.Dialect.Name}, 目录 catalogue {adapter.Catalogue.Packed.Version}, 样例 samples {adapter.SamplesPassed}");
        }
        return [.. adapters.Statuses.Where(status => status.Adapter is null)
            .Select(status => $"适配器 adapter {status.Id} {status.State}: {status.ReasonChinese} / {status.ReasonEnglish}")];
    }
}
