using Google.Protobuf;
using Provincial.Exchange.V1;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Ledger;

/// <summary>A row with its place in this node's books.</summary>
internal sealed record LedgerRecord
{
    public required LedgerSide Side { get; init; }

    public required Division Partner { get; init; }

    /// <summary>From 1, without gaps, of this side's ledger with this partner.</summary>
    public required long Sequence { get; init; }

    /// <summary>With its digest when it was read from the ledger.</summary>
    public required LedgerRow Row { get; init; }
}

/// <summary>The rows of <c>ledger_row</c>: append-only, read by transaction id, by cell in key order and by sequence.</summary>
internal static class LedgerRows
{
    private const string Columns =
        "side, partner, business_date, scheme, clearing_type, transaction_id, sequence, kind, settlement_number, visit_number, negated_transaction_id, insured_division, "
        + "person_number, institution_code, visit_kind, " + SettlementFigures.Columns + ", row_sha256";

    private const int ColumnsBeforeFigures = 15;

    /// <summary>The counter of a ledger's sequence.</summary>
    public static string Counter(LedgerSide side, Division partner) => $"ledger.{(int)side}.{partner.Code}";

    /// <summary>The sequence number of the last row; 0 while there is none.</summary>
    public static long Last(Session session, LedgerSide side, Division partner) => session.QuerySingle<long>(
        "SELECT coalesce(max(sequence), 0) FROM ledger_row WHERE side = @side AND partner = @partner", new { side = (int)side, partner = partner.Code });

    public static LedgerRecord? Find(Session session, string transactionId) =>
        session.QuerySingleOrDefault<Stored>($"SELECT {Columns} FROM ledger_row WHERE transaction_id = @transactionId", new { transactionId })?.ToRecord();

    /// <summary>In sequence order, at most <paramref name="max"/>, after the sequence number <paramref name="after"/> and through <paramref name="through"/>.</summary>
    public static IReadOnlyList<LedgerRecord> InSequence(Session session, LedgerSide side, Division partner, long after, long through, int max)
    {
        var records = new List<LedgerRecord>();
        using var rows = new RowScan(session, $"SELECT {Columns} FROM ledger_row WHERE side = ?1 AND partner = ?2 AND sequence > ?3 AND sequence <= ?4 ORDER BY sequence LIMIT ?5");
        rows.Each(row => records.Add(ReadRecord(row)), (int)side, partner.Code, after, through, max);
        return records;
    }

    /// <summary>One cell's rows in key order, at most <paramref name="max"/>, written up to the sequence number <paramref name="asOf"/>.</summary>
    /// <param name="afterKey">Exclusive; empty is before the first.</param>
    /// <param name="throughKey">Inclusive; empty is past the last.</param>
    public static IReadOnlyList<LedgerRecord> InCell(
        Session session, LedgerSide side, Division partner, LedgerCell cell, string afterKey, string throughKey, long asOf, int max) => session.Query<Stored>(
        $"""
        SELECT {Columns} FROM ledger_row
        WHERE side = @side AND partner = @partner AND business_date = @date AND scheme = @scheme AND clearing_type = @type
          AND transaction_id > @afterKey AND (@throughKey = '' OR transaction_id <= @throughKey) AND sequence <= @asOf
        ORDER BY transaction_id LIMIT @max
        """,
        new { side = (int)side, partner = partner.Code, date = cell.BusinessDate, scheme = cell.Scheme, type = cell.ClearingType, afterKey, throughKey, asOf, max }).ConvertAll(row => row.ToRecord());

    public static void Insert(Session session, LedgerRecord record, byte[] digest)
    {
        var row = record.Row;
        session.ExecuteExpecting(1,
            $"""
            INSERT INTO ledger_row ({Columns})
            VALUES (@Side, @Partner, @BusinessDate, @Scheme, @ClearingType, @TransactionId, @Sequence, @Kind, @SettlementNumber, @VisitNumber, @Negated, @InsuredDivision,
              @PersonNumber, @InstitutionCode, @VisitKind, {SettlementFigures.Parameters}, @digest)
            """,
            SettlementFigures.Of(row.Charges, row.Payments).With(new
            {
                Side = (int)record.Side,
                Partner = record.Partner.Code,
                row.Cell.BusinessDate,
                row.Cell.Scheme,
                row.Cell.ClearingType,
                row.TransactionId,
                record.Sequence,
                Kind = (int)row.Kind,
                row.SettlementNumber,
                row.VisitNumber,
                Negated = row.Kind is LedgerRowKind.Settlement ? null : row.NegatedTransactionId,
                row.InsuredDivision,
                row.PersonNumber,
                row.InstitutionCode,
                row.VisitKind,
                digest,
            }));
    }

    /// <summary>By place, in the order of <see cref="Columns"/>: a month has rows by the million.</summary>
    private static LedgerRecord ReadRecord(RowScan row)
    {
        var figure = ColumnsBeforeFigures;
        return new LedgerRecord
        {
            Side = (LedgerSide)row.Long(0),
            Partner = Division.Parse(row.Text(1)),
            Sequence = row.Long(6),
            Row = new LedgerRow
            {
                Cell = new LedgerCell { BusinessDate = row.Text(2), Scheme = row.Text(3), ClearingType = row.Text(4) },
                TransactionId = row.Text(5),
                Kind = (LedgerRowKind)row.Long(7),
                SettlementNumber = row.Text(8),
                VisitNumber = row.Text(9),
                NegatedTransactionId = row.Text(10),
                InsuredDivision = row.Text(11),
                PersonNumber = row.Text(12),
                InstitutionCode = row.Text(13),
                VisitKind = row.Text(14),
                Charges = new Charges
                {
                    TotalFen = row.Long(figure++),
                    FullSelfPayFen = row.Long(figure++),
                    OverLimitFen = row.Long(figure++),
                    PreSelfPayFen = row.Long(figure++),
                    InScopeFen = row.Long(figure++),
                },
                Payments = new Payments
                {
                    DeductibleFen = row.Long(figure++),
                    PoolFen = row.Long(figure++),
                    CivilServantFen = row.Long(figure++),
                    EnterpriseFen = row.Long(figure++),
                    EmployeeLargeAmountFen = row.Long(figure++),
                    ResidentCriticalIllnessFen = row.Long(figure++),
                    MedicalAidFen = row.Long(figure++),
                    OtherFen = row.Long(figure++),
                    FundTotalFen = row.Long(figure++),
                    AccountFen = row.Long(figure++),
                    CashFen = row.Long(figure++),
                    PersonalTotalFen = row.Long(figure++),
                    HospitalBorneFen = row.Long(figure++),
                },
                RowSha256 = ByteString.CopyFrom(row.Bytes(figure)),
            },
        };
    }

    /// <summary>A row of <c>ledger_row</c>.</summary>
    internal sealed record Stored : SettlementFigures
    {
        public required int Side { get; init; }
        public required string Partner { get; init; }
        public required string BusinessDate { get; init; }
        public required string Scheme { get; init; }
        public required string ClearingType { get; init; }
        public required string TransactionId { get; init; }
        public required long Sequence { get; init; }
        public required int Kind { get; init; }
        public required string SettlementNumber { get; init; }
        public required string VisitNumber { get; init; }
        public string? NegatedTransactionId { get; init; }
        public required string InsuredDivision { get; init; }
        public required string PersonNumber { get; init; }
        public required string InstitutionCode { get; init; }
        public required string VisitKind { get; init; }
        public required byte[] RowSha256 { get; init; }

        public LedgerRecord ToRecord() => new()
        {
            Side = (LedgerSide)Side,
            Partner = Division.Parse(Partner),
            Sequence = Sequence,
            Row = new LedgerRow
            {
                TransactionId = TransactionId,
                Kind = (LedgerRowKind)Kind,
                Cell = new LedgerCell { BusinessDate = BusinessDate, Scheme = Scheme, ClearingType = ClearingType },
                SettlementNumber = SettlementNumber,
                VisitNumber = VisitNumber,
                NegatedTransactionId = NegatedTransactionId ?? "",
                InsuredDivision = InsuredDivision,
                PersonNumber = PersonNumber,
                InstitutionCode = InstitutionCode,
                VisitKind = VisitKind,
                Charges = ToCharges(),
                Payments = ToPayments(),
                RowSha256 = ByteString.CopyFrom(RowSha256),
            },
        };
    }
}
