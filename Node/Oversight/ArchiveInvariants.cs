using Microsoft.Data.Sqlite;
using ProvincialGateway.Retention;
using ProvincialGateway.Storage;

namespace ProvincialGateway.Oversight;

/// <summary>What was moved out of the database is still there, byte for byte, and belongs to the row it was taken from.</summary>
internal static class ArchiveInvariants
{
    public static readonly IReadOnlyList<NodeInvariant> All =
    [
        new("archive-files", "归档文件齐全且未被改动", "Every archive file is there and is what was written", NeedsKey: false, CheckFiles),
        new("archive-values", "归档的报文与其记录一一对应", "Every archived message is in its file under the row it belongs to, and every value of a file is in use", NeedsKey: false, CheckValues),
    ];

    private static void CheckFiles(AuditedNode node, AuditTally tally)
    {
        foreach (var file in Placed(node))
        {
            tally.Count(1);
            var path = ShelfOf(node).PathOf(file.Number);
            if (!File.Exists(path))
            {
                tally.Find(node.Name, Subject(file.Number), "归档文件缺失;请从备份恢复", "the archive file is missing; restore it from a backup");
                continue;
            }
            using var bytes = File.OpenRead(path);
            if (bytes.Length != file.ByteCount || ArchiveWriter.DigestOf(bytes) != file.Sha256)
                tally.Find(node.Name, Subject(file.Number), "归档文件损坏或被改动;请从备份恢复", "the archive file is damaged or was altered; restore it from a backup");
        }
    }

    private static void CheckValues(AuditedNode node, AuditTally tally)
    {
        var shelf = ShelfOf(node);
        var files = Placed(node).ToDictionary(file => file.Number);
        var (used, unreadable) = (new Dictionary<int, long>(), new HashSet<int>());
        foreach (var (table, column) in ArchivedTable.All.SelectMany(table => table.Columns, (table, column) => (table, column)))
        {
            foreach (var row in node.Snapshot.Rows<PlaceRow>(
                $"SELECT {table.KeyOne} AS KeyOne, {table.KeyTwoOrEmpty} AS KeyTwo, {column} AS Bytes FROM {table.Name} WHERE substr({column}, 1, 1) = x'02'"))
            {
                tally.Count(1);
                if (!ArchivedValue.TryRead(row.Bytes, out var value) || !files.ContainsKey(value.File))
                    tally.Find(node.Name, row.KeyOne, $"{table.Name}.{column} 指向的归档文件没有记录", $"{table.Name}.{column} names an archive file that is not recorded");
                else if (!unreadable.Contains(value.File))
                    Compare(value, new ArchiveRow { Row = value.Row, TableName = table.Name, ColumnName = column, KeyOne = row.KeyOne, KeyTwo = row.KeyTwo, Bytes = row.Bytes });
            }
        }
        foreach (var file in files.Values.Where(file => file.State == ArchiveFileState.Finished && !unreadable.Contains(file.Number) && used.GetValueOrDefault(file.Number) != file.ValueCount))
            tally.Find(node.Name, Subject(file.Number), $"{file.ValueCount} 个值中只有 {used.GetValueOrDefault(file.Number)} 个在用", $"only {used.GetValueOrDefault(file.Number)} of {file.ValueCount} values are in use");

        void Compare(ArchivedValue value, ArchiveRow expected)
        {
            try
            {
                var found = shelf.Find(value);
                used[value.File] = used.GetValueOrDefault(value.File) + 1;
                if (found is null || found with { Bytes = expected.Bytes } != expected || !value.IsOf(found.Bytes))
                    tally.Find(node.Name, expected.KeyOne, $"{Subject(value.File)} 中没有 {expected.TableName}.{expected.ColumnName} 的原文", $"{Subject(value.File)} does not hold what {expected.TableName}.{expected.ColumnName} was");
            }
            catch (Exception fault) when (fault is SqliteException or SealBrokenException)
            {
                unreadable.Add(value.File);
                tally.Find(node.Name, Subject(value.File), "归档文件无法读取;请从备份恢复", "the archive file cannot be read; restore it from a backup");
            }
        }
    }

    private static List<ArchiveFileRow> Placed(AuditedNode node) =>
        [.. node.Snapshot.Rows<ArchiveFileRow>("SELECT number, sha256, byte_count, value_count, written_at_ms, state FROM archive_file WHERE state > 1 ORDER BY number")];

    private static ArchiveShelf ShelfOf(AuditedNode node) => new(DataFolder.ArchivePath(node.Folder));

    private static string Subject(int file) => $"archive/{ArchiveShelf.NameOf(file)}";

    private sealed class PlaceRow
    {
        public required string KeyOne { get; init; }
        public required string KeyTwo { get; init; }
        public required byte[] Bytes { get; init; }
    }
}
