using System.Security.Cryptography;
using Google.Protobuf;
using Provincial.Exchange.V1;
using ProvincialGateway.Ledger;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Reconciliation;

/// <summary>A ledger as it stood when it had this many rows: append-only, so the same point always shows the same rows.</summary>
/// <param name="AsOf">The sequence number of the last row that counts; 0 is the empty ledger.</param>
internal readonly record struct LedgerPoint(LedgerSide Side, Division Partner, long AsOf);

/// <summary>A row's key with its digest.</summary>
internal readonly record struct RowKey(string Key, byte[] Sha256);

/// <summary>Sums and digests over the rows of a ledger, in the order in which the rows are kept.</summary>
internal static class CellScan
{
    // The plus keeps the index of the sequence away: rows are wanted in the order of the primary key.
    private const string OfPoint = "FROM ledger_row WHERE side = ?1 AND partner = ?2 AND +sequence <= ?3";
    private const string OfCell = $"{OfPoint} AND business_date = ?4 AND scheme = ?5 AND clearing_type = ?6 AND transaction_id > ?7 AND transaction_id <= ?8 ORDER BY transaction_id";

    private static readonly string Sums = string.Join(", ", SettlementFigures.Columns.Split(", ").Select(column => $"sum({column}) AS {column}"));

    // Above every key: keys are digits.
    private const string PastTheLast = "~";

    /// <summary>The cells with rows from one business date to another, both inclusive, ordered by date, scheme and clearing type.</summary>
    public static List<CellTotal> Totals(Session session, LedgerPoint point, DateOnly from, DateOnly to)
    {
        // SQLite adds up what it reads in a fraction of the time it takes to hand it over; rows are handed over with what only a set can count.
        var sums = session.Query<CellSums>(
            $"""
            SELECT business_date, scheme, clearing_type, count(*) AS row_count, {Sums}
            FROM ledger_row WHERE side = @Side AND partner = @Partner AND +sequence <= @AsOf AND business_date BETWEEN @from AND @to
            GROUP BY business_date, scheme, clearing_type ORDER BY business_date, scheme, clearing_type
            """,
            new { Side = (int)point.Side, Partner = point.Partner.Code, point.AsOf, from = from.Iso(), to = to.Iso() });
        using var rows = new RowScan(session, $"SELECT insured_division || ' ' || person_number, visit_number, row_sha256 {OfCell}");
        return sums.ConvertAll(cell => Total(rows, point, cell));
    }

    private static CellTotal Total(RowScan rows, LedgerPoint point, CellSums sums)
    {
        var cell = new LedgerCell { BusinessDate = sums.BusinessDate, Scheme = sums.Scheme, ClearingType = sums.ClearingType };
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var (persons, visits) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        rows.Each(row =>
        {
            persons.Add(row.Text(0));
            visits.Add(row.Text(1));
            hash.AppendData(row.Bytes(2));
        }, Args(point, cell, new KeyRange()));
        return new CellTotal
        {
            Cell = cell,
            Sums = new LedgerSums { RowCount = sums.RowCount, Charges = sums.ToCharges(), Payments = sums.ToPayments() },
            PersonCount = persons.Count,
            VisitCount = visits.Count,
            RowsSha256 = ByteString.CopyFrom(hash.GetHashAndReset()),
        };
    }

    /// <summary>One digest for each range, in its order.</summary>
    public static List<RangeDigest> Digests(Session session, LedgerPoint point, LedgerCell cell, IEnumerable<KeyRange> ranges)
    {
        using var rows = new RowScan(session, $"SELECT row_sha256 {OfCell}");
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var digests = new List<RangeDigest>();
        foreach (var range in ranges)
        {
            var count = 0L;
            rows.Each(row =>
            {
                hash.AppendData(row.Bytes(0));
                count++;
            }, Args(point, cell, range));
            digests.Add(new RangeDigest { Range = range, RowCount = count, RowsSha256 = ByteString.CopyFrom(hash.GetHashAndReset()) });
        }
        return digests;
    }

    /// <summary>All keys of a cell in order.</summary>
    public static List<RowKey> Keys(Session session, LedgerPoint point, LedgerCell cell)
    {
        using var rows = new RowScan(session, $"SELECT transaction_id, row_sha256 {OfCell}");
        var keys = new List<RowKey>();
        rows.Each(row => keys.Add(new(row.Text(0), row.Bytes(1).ToArray())), Args(point, cell, new KeyRange()));
        return keys;
    }

    private static object[] Args(LedgerPoint point, LedgerCell cell, KeyRange range) =>
    [
        (int)point.Side, point.Partner.Code, point.AsOf, cell.BusinessDate, cell.Scheme, cell.ClearingType,
        range.AfterKey, range.ThroughKey.Length == 0 ? PastTheLast : range.ThroughKey,
    ];

    /// <summary>The sums of a cell, under the names of its columns.</summary>
    private sealed record CellSums : SettlementFigures
    {
        public required string BusinessDate { get; init; }
        public required string Scheme { get; init; }
        public required string ClearingType { get; init; }
        public required long RowCount { get; init; }
    }
}
