using ProvincialGateway.Values;

namespace ProvincialGateway.Storage;

/// <summary>Ties a data folder to one province and one key, the first time it is used and at every start after that.</summary>
internal static class NodeIdentity
{
    /// <exception cref="StorageRefusedException">The data belong to another province, or were sealed with another key.</exception>
    public static void Claim(Session session, Division province, Vault vault)
    {
        session.Execute(
            "INSERT INTO node_identity (only_row, division, vault_fingerprint) VALUES (1, @division, @fingerprint) ON CONFLICT DO NOTHING",
            new { division = province.Code, fingerprint = vault.Fingerprint });
        var kept = session.QuerySingle<KeptRow>("SELECT division AS Division, vault_fingerprint AS VaultFingerprint FROM node_identity");
        if (kept.Division != province.Code)
            throw new StorageRefusedException(
                $"数据目录属于节点 {kept.Division},不是本节点 {province.Code};请更正数据目录或节点配置。",
                $"The data folder belongs to node {kept.Division}, not to this node {province.Code}; correct the data folder or the node's configuration.");
        if (kept.VaultFingerprint != vault.Fingerprint)
            throw new StorageRefusedException(
                $"本节点 {province.Code} 的密钥文件与数据不匹配(数据 {kept.VaultFingerprint},密钥 {vault.Fingerprint});请恢复与该数据一起备份的密钥文件。",
                $"The key file of this node {province.Code} does not match its data (data {kept.VaultFingerprint}, key {vault.Fingerprint}); restore the key file that was backed up with these data.");
    }

    private sealed class KeptRow
    {
        public required string Division { get; init; }

        public required string VaultFingerprint { get; init; }
    }
}
