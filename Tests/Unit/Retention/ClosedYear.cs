using ProvincialGateway.Configuration;
using ProvincialGateway.Retention;
using ProvincialGateway.Storage;
using ProvincialGateway.Tests.Oversight;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Retention;

/// <summary>One node's folder whose year 2024 was closed with its one partner, opened; and what its sealed columns say.</summary>
internal sealed class ClosedYear : IAsyncDisposable
{
    public static readonly DateTimeOffset ClosedAt = new(2025, 2, 1, 9, 0, 0, ChinaTime.Offset);

    private ClosedYear(string folder)
    {
        Folder = folder;
        Books = DataFolder.OpenDatabase(folder, Time);
        Vault = DataFolder.OpenVault(folder);
    }

    public string Folder { get; }

    public string Archive => DataFolder.ArchivePath(Folder);

    public ManualTimeProvider Time { get; } = new(ClosedAt.AddMonths(24));

    public Database Books { get; }

    public Vault Vault { get; }

    public static ClosedYear Open(string folder) => new(folder);

    /// <param name="side">1 treatment, 2 insured.</param>
    public static async Task<ClosedYear> CloseAsync(string folder, int side)
    {
        var year = new ClosedYear(folder);
        await year.Books.WriteAsync(session => session.ExecuteExpecting(1,
            """
            INSERT INTO clearing_year (side, partner, year, statement_count, claimed_fen, deducted_fen, prepayment_offset_fen, payable_fen, closed_at_ms)
            VALUES (@side, @partner, 2024, 1, 1, 0, 0, 1, @at)
            """,
            new { side, partner = (side == 1 ? TwoProvinces.Insured : TwoProvinces.Treatment).Code, at = ClosedAt.ToUnixTimeMilliseconds() }), CancellationToken.None);
        return year;
    }

    public Archivist Archivist(int months = 24, Action<ArchiveStep>? reached = null, long fileBytesMax = 1 << 30) =>
        new(Books, Archive, new RetentionOptions { Months = months }, Time) { Reached = reached ?? (_ => { }), FileBytesMax = fileBytesMax, RowsOfStep = 5 };

    public async Task<ArchiveRun> RunAsync(int months = 24, Action<ArchiveStep>? reached = null, long fileBytesMax = 1 << 30)
    {
        using var archivist = Archivist(months, reached, fileBytesMax);
        return await archivist.RunAsync(CancellationToken.None);
    }

    /// <summary>What every sealed message says, wherever it is, in hex.</summary>
    public Dictionary<string, string> Messages() => Columns().SelectMany(column => Books.Read(session => session.Query<Kept>(
            $"SELECT {column.Key} AS Subject, {column.Name} AS Bytes FROM {column.Table} WHERE {column.Name} IS NOT NULL"))
        .Select(kept => ($"{column.Table}.{column.Name} {kept.Subject}", Convert.ToHexString(Vault.Open(kept.Bytes, $"{column.Purpose}.{column.Name}"))))).ToDictionary();

    /// <summary>Messages that are no longer in the database.</summary>
    public long Moved() => Columns().Sum(column => Books.Read(session => session.QuerySingle<long>(
        $"SELECT count(*) FROM {column.Table} WHERE substr({column.Name}, 1, 1) = x'02'")));

    public long Ask(string sql) => Books.Read(session => session.QuerySingle<long>(sql));

    public ValueTask DisposeAsync() => Books.DisposeAsync();

    private static IEnumerable<(string Table, string Name, string Key, string Purpose)> Columns() =>
    [
        ("inbox", "request", "transaction_id", "inbox"), ("inbox", "reply", "transaction_id", "inbox"),
        ("outbound", "request", "transaction_id", "outbound"), ("outbound", "reply", "transaction_id", "outbound"),
        ("his_request", "operation", "his_transaction_id", "his"), ("his_request", "result", "his_transaction_id", "his"),
    ];

    private sealed class Kept
    {
        public required string Subject { get; init; }
        public required byte[] Bytes { get; init; }
    }
}
