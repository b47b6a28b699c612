using ProvincialGateway.Storage;

namespace ProvincialGateway.Oversight;

/// <param name="Subject">Script, table, index or trigger.</param>
internal sealed record SchemaFault(string Subject, string Chinese, string English);

/// <summary>Whether a database was built by exactly this program's scripts: the checks are written for those tables and no others.</summary>
internal static class SchemaFaults
{
    public static IReadOnlyList<SchemaFault> Of(AuditSnapshot snapshot)
    {
        var recorded = snapshot.Texts("SELECT number, name, sha256 FROM schema_migration ORDER BY number").ToList();
        var faults = new List<SchemaFault>();
        foreach (var (index, script) in MigrationScript.Embedded.Index())
        {
            if (index >= recorded.Count)
                faults.Add(new(script.FileName, "数据库尚未升级到此脚本;请先用本版程序启动一次节点", "the database is older than this script; start the node once with this program"));
            else if (recorded[index][2] != script.Sha256)
                faults.Add(new(script.FileName, "数据库由另一内容的脚本建立", "the database was built from another text of this script"));
        }
        foreach (var later in recorded.Skip(MigrationScript.Embedded.Count))
            faults.Add(new($"{later[0]}_{later[1]}", "本程序没有此脚本;请用较新的程序审计", "this program has no such script; audit with the newer program"));
        return faults;
    }
}
