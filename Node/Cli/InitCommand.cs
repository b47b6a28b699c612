using System.CommandLine;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;

namespace ProvincialGateway.Cli;

/// <summary><c>gateway init</c>: data folder, key, certificate, empty database; prints what the other provinces need.</summary>
internal static class InitCommand
{
    public static Command Create()
    {
        var selection = new NodeSelection();
        var command = new Command("init", "建立数据目录、密钥与证书 / make the data folder, its keys and its certificate\n例 example: gateway init --nodes nodes.json --as 530000 --data data-530000");
        selection.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var node = selection.Read(parsed);
            await RunAsync(node, cancellation);
            return 0;
        });
        return command;
    }

    private static async Task RunAsync(SelectedNode node, CancellationToken cancellation)
    {
        Directory.CreateDirectory(node.DataFolder);
        using var certificate = File.Exists(NodeCertificate.PathIn(node.DataFolder))
            ? NodeCertificate.Load(node.DataFolder)
            : NodeCertificate.Create(node.DataFolder, node.Self, node.Entry.Name, TimeProvider.System);
        var vault = DataFolder.OpenVault(node.DataFolder);
        await using (var database = DataFolder.OpenDatabase(node.DataFolder, TimeProvider.System))
            await database.WriteAsync(session => NodeIdentity.Claim(session, node.Self, vault), cancellation);
        Console.WriteLine($"""
            节点 {node.Self.Code} {node.Entry.Name} 已就绪：{node.DataFolder}
            Node {node.Self.Code} is ready in {node.DataFolder}

            请把下面的指纹写入各省 nodes.json 中 {node.Self.Code} 的 "certificates"：
            Put this pin into "certificates" of {node.Self.Code} in every province's nodes.json:
              "{certificate.Pin}"
            证书有效期至 valid until {certificate.Certificate.NotAfter:yyyy-MM-dd}

            密钥在 {Path.Combine(node.DataFolder, "keys")}，请与数据库一起备份，切勿外传。
            The keys in {Path.Combine(node.DataFolder, "keys")} belong into the backup beside the database, and nowhere else.
            """);
    }
}
