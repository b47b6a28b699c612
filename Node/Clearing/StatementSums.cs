using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;
using Provincial.Exchange.V1;
using ProvincialGateway.Ledger;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Clearing;

/// <summary>What a range of the ledger comes to: sums by scheme and clearing type, and the digest over its rows. However long the range, little memory.</summary>
internal sealed record RangeTotals(IReadOnlyList<StatementSum> Sums, LedgerSums Total, byte[] RowsSha256)
{
    /// <summary>Funds and personal accounts: what the settlements made payable.</summary>
    public long ClaimedFen => checked(Total.Payments.FundTotalFen + Total.Payments.AccountFen);
}

/// <summary>Reads the totals of a range of this side's own ledger.</summary>
internal static class LedgerRange
{
    private const int ReportEvery = 10_000;

    private static readonly string SumColumns = string.Join(", ", SettlementFigures.Columns.Split(", ").Select(column => $"sum({column}) AS {column}"));

    /// <param name="progress">Told the number of rows digested so far.</param>
    public static RangeTotals Read(Session session, LedgerSide side, Division partner, long first, long last, Action<long>? progress = null)
    {
        var range = new { side = (int)side, partner = partner.Code, first, last };
        var sums = session.Query<SumRow>(
            $"""
            SELECT scheme, clearing_type, count(*) AS row_count, count(DISTINCT insured_division || person_number) AS person_count, count(DISTINCT visit_number) AS visit_count, {SumColumns}
            FROM ledger_row WHERE side = @side AND partner = @partner AND sequence BETWEEN @first AND @last
            GROUP BY scheme, clearing_type ORDER BY scheme, clearing_type
            """, range).ConvertAll(row => row.ToMessage());
        return new RangeTotals(sums, TotalOf(sums), Digest(session, side, partner, first, last, progress));
    }

    public static LedgerSums TotalOf(IEnumerable<StatementSum> sums)
    {
        var total = new LedgerSums { Charges = new Charges(), Payments = new Payments() };
        foreach (var sum in sums)
            Add(total, sum.Sums.RowCount, sum.Sums.Charges, sum.Sums.Payments);
        return total;
    }

    public static void Add(LedgerSums total, long rows, Charges charges, Payments payments)
    {
        checked
        {
            total.RowCount += rows;
            total.Charges.TotalFen += charges.TotalFen;
            total.Charges.FullSelfPayFen += charges.FullSelfPayFen;
            total.Charges.OverLimitFen += charges.OverLimitFen;
            total.Charges.PreSelfPayFen += charges.PreSelfPayFen;
            total.Charges.InScopeFen += charges.InScopeFen;
            total.Payments.DeductibleFen += payments.DeductibleFen;
            total.Payments.PoolFen += payments.PoolFen;
            total.Payments.CivilServantFen += payments.CivilServantFen;
            total.Payments.EnterpriseFen += payments.EnterpriseFen;
            total.Payments.EmployeeLargeAmountFen += payments.EmployeeLargeAmountFen;
            total.Payments.ResidentCriticalIllnessFen += payments.ResidentCriticalIllnessFen;
            total.Payments.MedicalAidFen += payments.MedicalAidFen;
            total.Payments.OtherFen += payments.OtherFen;
            total.Payments.FundTotalFen += payments.FundTotalFen;
            total.Payments.AccountFen += payments.AccountFen;
            total.Payments.CashFen += payments.CashFen;
            total.Payments.PersonalTotalFen += payments.PersonalTotalFen;
            total.Payments.HospitalBorneFen += payments.HospitalBorneFen;
        }
    }

    private static byte[] Digest(Session session, LedgerSide side, Division partner, long first, long last, Action<long>? progress)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var command = session.Connection.Inner.CreateCommand();
        command.Transaction = session.Transaction;
        command.CommandText = "SELECT row_sha256 FROM ledger_row WHERE side = $side AND partner = $partner AND sequence BETWEEN $first AND $last ORDER BY sequence";
        command.Parameters.AddRange([new SqliteParameter("$side", (int)side), new SqliteParameter("$partner", partner.Code), new SqliteParameter("$first", first), new SqliteParameter("$last", last)]);
        using var reader = command.ExecuteReader();
        long rows = 0;
        var digest = new byte[SHA256.HashSizeInBytes];
        while (reader.Read())
        {
            reader.GetBytes(0, 0, digest, 0, digest.Length);
            hash.AppendData(digest);
            if (++rows % ReportEvery == 0)
                progress?.Invoke(rows);
        }
        if (rows != last - first + 1)
            throw new StorageInvariantException(
                $"台账序号 {first}..{last} 应有 {last - first + 1} 行，实有 {rows} 行；请保留日志并联系技术支持。",
                $"The ledger should have {last - first + 1} rows numbered {first}..{last}, there are {rows}; keep the log and call support.");
        return hash.GetHashAndReset();
    }

    private sealed record SumRow : SettlementFigures
    {
        public required string Scheme { get; init; }
        public required string ClearingType { get; init; }
        public required long RowCount { get; init; }
        public required long PersonCount { get; init; }
        public required long VisitCount { get; init; }

        public StatementSum ToMessage() => new()
        {
            Scheme = Scheme,
            ClearingType = ClearingType,
            Sums = new LedgerSums { RowCount = RowCount, Charges = ToCharges(), Payments = ToPayments() },
            PersonCount = PersonCount,
            VisitCount = VisitCount,
        };
    }
}

/// <summary>The same totals of rows as another side sends them, one after another.</summary>
internal sealed class RunningTotals : IDisposable
{
    private readonly SortedDictionary<(string Scheme, string Type), Cell> _cells = new(Comparer<(string Scheme, string Type)>.Create((left, right) =>
        string.CompareOrdinal(left.Scheme, right.Scheme) is not 0 and var byScheme ? byScheme : string.CompareOrdinal(left.Type, right.Type)));

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <param name="row">Its texts are no longer than <see cref="ClearingFields.TextMax"/>.</param>
    /// <param name="digest">Computed from the row itself.</param>
    public void Add(LedgerRow row, byte[] digest)
    {
        var key = (row.Cell.Scheme, row.Cell.ClearingType);
        if (!_cells.TryGetValue(key, out var cell))
            _cells.Add(key, cell = new Cell());
        LedgerRange.Add(cell.Sums, 1, row.Charges, row.Payments);
        cell.Persons.Add(Mark(row.InsuredDivision, row.PersonNumber));
        cell.Visits.Add(Mark(row.VisitNumber, ""));
        _hash.AppendData(digest);
    }

    public RangeTotals ToTotals()
    {
        var sums = _cells.Select(cell => new StatementSum
        {
            Scheme = cell.Key.Scheme,
            ClearingType = cell.Key.Type,
            Sums = cell.Value.Sums,
            PersonCount = cell.Value.Persons.Count,
            VisitCount = cell.Value.Visits.Count,
        }).ToList();
        return new RangeTotals(sums, LedgerRange.TotalOf(sums), _hash.GetCurrentHash());
    }

    public void Dispose() => _hash.Dispose();

    /// <summary>128 bits of the digest of two texts as one: a month has a million of them.</summary>
    private static UInt128 Mark(string first, string second)
    {
        Span<byte> text = stackalloc byte[Encoding.UTF8.GetMaxByteCount(2 * ClearingFields.TextMax)];
        var length = Encoding.UTF8.GetBytes(first, text);
        length += Encoding.UTF8.GetBytes(second, text[length..]);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text[..length], digest);
        return BinaryPrimitives.ReadUInt128BigEndian(digest);
    }

    private sealed class Cell
    {
        public LedgerSums Sums { get; } = new() { Charges = new Charges(), Payments = new Payments() };

        public HashSet<UInt128> Persons { get; } = [];

        public HashSet<UInt128> Visits { get; } = [];
    }
}
