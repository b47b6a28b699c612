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

/// <summary>Sums and digests over the rows of a ledger, each in one pass in the order in which the rows are kept.</summary>
internal static class CellScan
{
    // The plus keeps the index of the sequence away: rows are wanted in the order of the primary key.
    private const string OfPoint = "FROM ledger_row WHERE side = ?1 AND partner = ?2 AND +sequence <= ?3";
    private const string OfCell = $"{OfPoint} AND business_date = ?4 AND scheme = ?5 AND clearing_type = ?6 AND transaction_id > ?7 AND transaction_id <= ?8 ORDER BY transaction_id";

    // Above every key: keys are digits.
    private const string PastTheLast = "~";

    /// <summary>The cells with rows from one business date to another, both inclusive, ordered by date, scheme and clearing type.</summary>
    public static List<CellTotal> Totals(Session session, LedgerPoint point, DateOnly from, DateOnly to)
    {
        var cells = new List<CellTotal>();
        using var open = new OpenCell();
        using var rows = new RowScan(session,
            $"""
            SELECT business_date, scheme, clearing_type, insured_division, person_number, visit_number, row_sha256, {SettlementFigures.Columns} {OfPoint}
              AND business_date BETWEEN ?4 AND ?5
            ORDER BY business_date, scheme, clearing_type, transaction_id
            """);
        rows.Each(row =>
        {
            if (!open.Is(row))
            {
                open.CloseInto(cells);
                open.Begin(row);
            }
            open.Add(row);
        }, (int)point.Side, point.Partner.Code, point.AsOf, from.Iso(), to.Iso());
        open.CloseInto(cells);
        return cells;
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

    /// <summary>The cell the pass is in.</summary>
    private sealed class OpenCell : IDisposable
    {
        private const int FirstFigure = 7, FigureCount = 18;

        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private readonly long[] _sums = new long[FigureCount];
        private readonly HashSet<(string Division, string Number)> _persons = [];
        private readonly HashSet<string> _visits = [];
        private readonly byte[][] _cell = [[], [], []];
        private long _rows;

        public bool Is(RowScan row) => row.Bytes(0).SequenceEqual(_cell[0]) && row.Bytes(1).SequenceEqual(_cell[1]) && row.Bytes(2).SequenceEqual(_cell[2]);

        public void Begin(RowScan row)
        {
            for (var part = 0; part < _cell.Length; part++)
                _cell[part] = row.Bytes(part).ToArray();
        }

        public void Add(RowScan row)
        {
            _rows++;
            _persons.Add((row.Text(3), row.Text(4)));
            _visits.Add(row.Text(5));
            _hash.AppendData(row.Bytes(6));
            for (var figure = 0; figure < FigureCount; figure++)
                _sums[figure] += row.Long(FirstFigure + figure);
        }

        public void CloseInto(List<CellTotal> cells)
        {
            if (_rows == 0)
                return;
            var figures = Figures();
            cells.Add(new CellTotal
            {
                Cell = new LedgerCell { BusinessDate = Text(0), Scheme = Text(1), ClearingType = Text(2) },
                Sums = new LedgerSums { RowCount = _rows, Charges = figures.ToCharges(), Payments = figures.ToPayments() },
                PersonCount = _persons.Count,
                VisitCount = _visits.Count,
                RowsSha256 = ByteString.CopyFrom(_hash.GetHashAndReset()),
            });
            _rows = 0;
            Array.Clear(_sums);
            _persons.Clear();
            _visits.Clear();
        }

        public void Dispose() => _hash.Dispose();

        private string Text(int part) => System.Text.Encoding.UTF8.GetString(_cell[part]);

        // In the order of SettlementFigures.Columns.
        private SettlementFigures Figures() => new()
        {
            TotalFen = _sums[0],
            FullSelfPayFen = _sums[1],
            OverLimitFen = _sums[2],
            PreSelfPayFen = _sums[3],
            InScopeFen = _sums[4],
            DeductibleFen = _sums[5],
            PoolFen = _sums[6],
            CivilServantFen = _sums[7],
            EnterpriseFen = _sums[8],
            EmployeeLargeAmountFen = _sums[9],
            ResidentCriticalIllnessFen = _sums[10],
            MedicalAidFen = _sums[11],
            OtherFundFen = _sums[12],
            FundTotalFen = _sums[13],
            AccountFen = _sums[14],
            CashFen = _sums[15],
            PersonalTotalFen = _sums[16],
            HospitalBorneFen = _sums[17],
        };
    }
}
