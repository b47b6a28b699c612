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

    /// <summary>The counter of a ledger's sequence.</summary>
    public static string Counter(LedgerSide side, Division partner) => $"ledger.{(int)side}.{partner.Code}";

    /// <summary>The sequence number of the last row; 0 while there is none.</summary>
    public static long Last(Session session, LedgerSide side, Division partner) => session.QuerySingle<long>(
        "SELECT coalesce(max(sequence), 0) FROM ledger_row WHERE side = @side AND partner = @partner", new { side = (int)side, partner = partner.Code });

    public static LedgerRecord? Find(Session session, string transactionId) =>
        session.QuerySingleOrDefault<Stored>($"SELECT {Columns} FROM ledger_row WHERE transaction_id = @transactionId", new { transactionId })?.ToRecord();

    /// <summary>In sequence order, at most <paramref name="max"/>, after the sequence number <paramref name="after"/> and through <paramref name="through"/>.</summary>
    public static IReadOnlyList<LedgerRecord> InSequence(Session session, LedgerSide side, Division partner, long after, long through, int max) => Records(session.Query<Stored>(
        $"SELECT {Columns} FROM ledger_row WHERE side = @side AND partner = @partner AND sequence > @after AND sequence <= @through ORDER BY sequence LIMIT @max",
        new { side = (int)side, partner = partner.Code, after, through, max }));

    /// <summary>One cell's rows in key order, at most <paramref name="max"/>, written up to the sequence number <paramref name="asOf"/>.</summary>
    /// <param name="afterKey">Exclusive; empty is before the first.</param>
    /// <param name="throughKey">Inclusive; empty is past the last.</param>
    public static IReadOnlyList<LedgerRecord> InCell(
        Session session, LedgerSide side, Division partner, LedgerCell cell, string afterKey, string throughKey, long asOf, int max) => Records(session.Query<Stored>(
        $"""
        SELECT {Columns} FROM ledger_row
        WHERE side = @side AND partner = @partner AND business_date = @date AND scheme = @scheme AND clearing_type = @type
          AND transaction_id > @afterKey AND (@throughKey = '' OR transaction_id <= @throughKey) AND sequence <= @asOf
        ORDER BY transaction_id LIMIT @max
        """,
        new { side = (int)side, partner = partner.Code, date = cell.BusinessDate, scheme = cell.Scheme, type = cell.ClearingType, afterKey, throughKey, asOf, max }));

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

    private static List<LedgerRecord> Records(List<Stored> rows) => rows.ConvertAll(row => row.ToRecord());

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
