using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Retention;

internal enum ArchiveFileState
{
    /// <summary>Whole on the disk, without its name yet.</summary>
    Written = 1,

    /// <summary>Its values are being replaced in the database.</summary>
    Placed = 2,

    Finished = 3,
}

/// <summary>A row of <c>archive_file</c>.</summary>
internal sealed class ArchiveFileRow
{
    public required int Number { get; init; }
    public required string Sha256 { get; init; }
    public required long ByteCount { get; init; }
    public required long ValueCount { get; init; }
    public required long WrittenAtMs { get; init; }
    public required ArchiveFileState State { get; init; }
}

/// <summary>What one side has had with one partner in a year, by this node's clock at +08:00.</summary>
internal sealed record ArchivePeriod
{
    /// <summary>0 requests of hospitals, 1 treatment, 2 insured.</summary>
    public required int Side { get; init; }

    /// <summary>Empty with side 0.</summary>
    public required string Partner { get; init; }

    public required int Year { get; init; }

    public long FromMs() => StartOf(Year);

    public long ToMs() => StartOf(Year + 1);

    private static long StartOf(int year) => new DateTimeOffset(year, 1, 1, 0, 0, 0, ChinaTime.Offset).ToUnixTimeMilliseconds();
}

/// <summary>A value that is to be moved.</summary>
internal sealed class DueRow
{
    public required long Rowid { get; init; }
    public required string KeyOne { get; init; }
    public required string KeyTwo { get; init; }
    public byte[]? First { get; init; }
    public byte[]? Second { get; init; }
}

/// <summary>The rows of the database that say what is archived.</summary>
internal static class ArchiveStore
{
    public static List<ArchiveFileRow> Files(Session session) => session.Query<ArchiveFileRow>(
        "SELECT number, sha256, byte_count, value_count, written_at_ms, state FROM archive_file ORDER BY number");

    public static void Add(Session session, ArchiveFileRow file) => session.ExecuteExpecting(1,
        "INSERT INTO archive_file (number, sha256, byte_count, value_count, written_at_ms, state) VALUES (@Number, @Sha256, @ByteCount, @ValueCount, @WrittenAtMs, 1)",
        new { file.Number, file.Sha256, file.ByteCount, file.ValueCount, file.WrittenAtMs });

    public static void Advance(Session session, int number, ArchiveFileState to) => session.ExecuteExpecting(1,
        "UPDATE archive_file SET state = @state WHERE number = @number", new { state = (int)to, number });

    public static void GiveUp(Session session, int number) => session.ExecuteExpecting(1, "DELETE FROM archive_file WHERE number = @number", new { number });

    /// <summary>
    /// Years closed long enough whose bytes are not moved yet. Requests of hospitals know no partner: theirs are due once the year is closed with all
    /// that were settled with.
    /// </summary>
    /// <param name="closedUpToMs">A year closed later is not due.</param>
    public static List<ArchivePeriod> Due(Session session, long closedUpToMs) => session.Query<ArchivePeriod>(
        """
        WITH closed (side, partner, year) AS (SELECT side, partner, year FROM clearing_year WHERE closed_at_ms <= @closedUpToMs)
        SELECT * FROM (
          SELECT side AS Side, partner AS Partner, year AS Year FROM closed
          UNION ALL
          SELECT DISTINCT 0, '', year FROM closed c WHERE side = 1 AND NOT EXISTS (
            SELECT 1 FROM ledger_row r WHERE r.side = 1 AND r.business_date BETWEEN c.year || '-01-01' AND c.year || '-12-31'
              AND (1, r.partner, c.year) NOT IN (SELECT side, partner, year FROM closed))) d
        WHERE NOT EXISTS (SELECT 1 FROM archive_period p WHERE p.side = d.Side AND p.partner = d.Partner AND p.year = d.Year)
        ORDER BY Year, Side, Partner
        """, new { closedUpToMs });

    public static List<ArchivePeriod> Archived(Session session) => session.Query<ArchivePeriod>(
        "SELECT side, partner, year FROM archive_period ORDER BY year, side, partner");

    public static void MarkArchived(Session session, ArchivePeriod period, long nowMs) => session.ExecuteExpecting(1,
        "INSERT INTO archive_period (side, partner, year, archived_at_ms) VALUES (@Side, @Partner, @Year, @nowMs)", new { period.Side, period.Partner, period.Year, nowMs });

    /// <summary>Rows of a period with sealed bytes, in the order of the table.</summary>
    public static List<DueRow> DueRows(Session session, ArchivedTable table, ArchivePeriod period, long after, int rowsMax) =>
        session.Query<DueRow>(DueRowsSql(table), new { after, partner = period.Partner, from = period.FromMs(), to = period.ToMs(), rowsMax });

    internal static string DueRowsSql(ArchivedTable table)
    {
        var (first, second) = (table.Columns[0], table.Columns[1]);
        return $"""
            SELECT rowid AS Rowid, {table.KeyOne} AS KeyOne, {table.KeyTwoOrEmpty} AS KeyTwo,
              CASE WHEN substr({first}, 1, 1) = x'01' THEN {first} END AS First, CASE WHEN substr({second}, 1, 1) = x'01' THEN {second} END AS Second
            FROM {table.Name} WHERE rowid > @after AND {table.Closed} AND x'01' IN (substr({first}, 1, 1), substr({second}, 1, 1))
            ORDER BY rowid LIMIT @rowsMax
            """;
    }

    /// <summary>Puts the place of a value where its bytes stand; done twice it changes nothing.</summary>
    /// <exception cref="StorageInvariantException">The column holds neither: what was copied is not what is there.</exception>
    public static void Replace(Session session, int file, ArchiveRow row)
    {
        var (table, column) = (ArchivedTable.Of(row.TableName, row.ColumnName), row.ColumnName);
        var place = ArchivedValue.Of(file, row.Row, row.Bytes).ToBytes();
        // Setting the rowid, to itself, takes the row out and puts it back, which is when SQLite merges pages: rewritten in place they stay as good as empty.
        if (session.Execute($"UPDATE {table.Name} SET {column} = @place, rowid = rowid WHERE {table.IsRow} AND {column} = @Bytes", new { row.KeyOne, row.KeyTwo, row.Bytes, place }) == 1)
            return;
        if (session.QuerySingle<long>($"SELECT count(*) FROM {table.Name} WHERE {table.IsRow} AND {column} = @place", new { row.KeyOne, row.KeyTwo, place }) != 1)
            throw new StorageInvariantException(
                $"归档文件 {ArchiveShelf.NameOf(file)} 中 {row.TableName} {row.KeyOne} 的内容与数据库不符;未作替换,请运行 gateway audit。",
                $"What archive file {ArchiveShelf.NameOf(file)} holds of {row.TableName} {row.KeyOne} is not what the database holds; nothing was replaced, run gateway audit.");
    }
}
