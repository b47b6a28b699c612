namespace ProvincialGateway.Oversight;

/// <summary>The file is whole, of this program, and its sealed columns open.</summary>
internal static class StorageInvariants
{
    /// <summary>These two can be asked of any database; all others presume the tables of this program.</summary>
    public static readonly IReadOnlyList<NodeInvariant> OfAnySchema =
    [
        new("database-integrity", "数据库文件完好", "The database file is intact", NeedsKey: false, CheckIntegrity),
        new("migrations", "数据库由本程序的脚本建立", "The database was built by this program's scripts", NeedsKey: false, CheckMigrations),
    ];

    public static readonly IReadOnlyList<NodeInvariant> All =
    [
        new("schema", "表、索引、触发器与脚本一致", "Tables, indexes and triggers are as the scripts make them", NeedsKey: false, CheckSchema),
        new("column-checks", "每行符合所在表的约束", "Every row keeps the CHECKs of its table", NeedsKey: false, CheckColumns),
        NodeInvariant.OfRows(
            "foreign-keys", "引用的记录都存在", "Every reference has its row",
            "SELECT count(*) FROM node.sqlite_schema s, pragma_foreign_key_list(s.name, 'node') WHERE s.type = 'table'",
            new RowRule("PRAGMA node.foreign_key_check", "第 {1} 行引用的 {2} 记录不存在", "row {1} refers to a row of {2} that does not exist")),
        new("node-key", "密钥文件与数据匹配", "The key file is the one of these data", NeedsKey: false, CheckKey),
        new("sealed-columns", "密封的个人信息和医院请求可用本节点密钥打开", "Sealed personal data and hospital requests open with the node's key", NeedsKey: true, CheckSealed),
    ];

    /// <summary>
    /// The sealed columns that no other check opens, with the purpose their slice seals them for, and words that name a row without naming a
    /// person. Requests and answered replies are opened where they are compared with what is on record.
    /// </summary>
    private static readonly (string Table, string Column, string Purpose, string Subject, string Where)[] SealedColumns =
    [
        ("outbound", "reply", "outbound.reply", "transaction_id", "state = 4 OR (state = 5 AND reply IS NOT NULL)"),
        ("person", "details", "person.details", "'person row ' || rowid", "TRUE"),
        ("treatment_visit", "admission", "treatment.admission", "'treatment_visit ' || id", "TRUE"),
        ("his_request", "operation", "his.operation", "transaction_id", "TRUE"),
        ("his_request", "result", "his.result", "transaction_id", "result IS NOT NULL"),
        ("recovery_exchange", "request", "recovery.request", "transaction_id", "request IS NOT NULL"),
        ("recovery_exchange", "reply", "recovery.reply", "transaction_id", "reply IS NOT NULL"),
        ("filing_request", "request", "filing.request", "transaction_id", "TRUE"),
        ("filing_request", "reply", "filing.reply", "transaction_id", "reply IS NOT NULL"),
        ("transaction_act", "reply", "outbound.reply", "transaction_id", "reply IS NOT NULL AND transaction_id IN (SELECT transaction_id FROM outbound)"),
        ("transaction_act", "reply", "filing.reply", "transaction_id", "reply IS NOT NULL AND transaction_id IN (SELECT transaction_id FROM filing_request)"),
        ("held_upload", "operation", "held.operation", "transaction_id", "TRUE"),
        ("held_upload", "result", "held.result", "transaction_id", "result IS NOT NULL"),
    ];

    private static void CheckIntegrity(AuditedNode node, AuditTally tally)
    {
        foreach (var row in node.Snapshot.Texts("PRAGMA node.integrity_check"))
        {
            if (row[0] != "ok")
                tally.Find(node.Name, "gateway.db", $"数据库自检:{row[0]};请停止节点,从备份恢复", $"the database's own check says: {row[0]}; stop the node and restore a backup");
        }
        tally.Count(node.Snapshot.Count("SELECT count(*) FROM node.sqlite_schema WHERE type IN ('table', 'index')"));
    }

    private static void CheckMigrations(AuditedNode node, AuditTally tally)
    {
        foreach (var fault in node.Schema)
            tally.Find(node.Name, fault.Subject, fault.Chinese, fault.English);
        tally.Count(node.Snapshot.Count("SELECT count(*) FROM schema_migration"));
    }

    // An append-only table whose trigger was dropped can be edited without a trace.
    private static void CheckSchema(AuditedNode node, AuditTally tally)
    {
        var expected = ExpectedSchema.OfThisProgram.Objects;
        var found = node.Snapshot.Texts("SELECT name, sql FROM node.sqlite_schema WHERE sql IS NOT NULL AND name <> 'schema_migration'").ToDictionary(row => row[0], row => row[1]);
        tally.Count(expected.Count);
        foreach (var name in expected.Keys.Except(found.Keys))
            tally.Find(node.Name, name, "数据库中没有", "is not in the database");
        foreach (var name in found.Keys.Except(expected.Keys))
            tally.Find(node.Name, name, "不是脚本建立的", "was not made by the scripts");
        foreach (var name in expected.Keys.Where(name => found.TryGetValue(name, out var sql) && sql != expected[name]))
            tally.Find(node.Name, name, "与脚本不同", "differs from the scripts");
    }

    private static void CheckColumns(AuditedNode node, AuditTally tally)
    {
        foreach (var table in ExpectedSchema.OfThisProgram.Checks.GroupBy(check => check.Table, check => check.Condition))
        {
            var sums = string.Join(", ", table.Select(condition => $"coalesce(sum(NOT ({condition})), 0)"));
            var breaking = node.Snapshot.Texts($"SELECT {sums} FROM {table.Key}").Single();
            foreach (var (condition, rows) in table.Zip(breaking).Where(check => check.Second != "0"))
                tally.Find(node.Name, table.Key, $"{rows} 行不符合 {condition}", $"{rows} rows break {condition}");
            tally.Count(breaking.Length);
        }
    }

    private static void CheckKey(AuditedNode node, AuditTally tally)
    {
        if (node.KeyIsForeign)
            tally.Find(node.Name, "keys/node.key", "密钥不是封存这些数据的那一个;请恢复与数据一起备份的密钥文件", "not the key these data were sealed with; restore the key file that was backed up with them");
        else if (node.KeyReason is { } reason)
            tally.Skip(node.Name, reason);
        else
            tally.Count(1);
    }

    private static void CheckSealed(AuditedNode node, AuditTally tally)
    {
        foreach (var (table, column, purpose, subject, where) in SealedColumns)
        {
            foreach (var row in node.Snapshot.Rows<SealedRow>($"SELECT {subject} AS subject, {column} AS bytes FROM {table} WHERE {where}"))
            {
                tally.Count(1);
                if (node.Open(row.Bytes, purpose) is null)
                    tally.Find(node.Name, row.Subject, $"{table}.{column} 无法打开:被改动,或由另一密钥密封", $"{table}.{column} does not open: altered, or sealed with another key");
            }
        }
    }

    private sealed class SealedRow
    {
        public required string Subject { get; init; }
        public required byte[] Bytes { get; init; }
    }
}
