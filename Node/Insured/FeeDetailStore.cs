using Google.Protobuf;
using Provincial.Exchange.V1;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Insured;

/// <summary>The value stands in <c>insured_detail_transfer.state</c>.</summary>
internal enum DetailTransferState
{
    Receiving = 1,
    Complete = 2,

    /// <summary>All lines are there and do not make the bill.</summary>
    Refused = 3,

    /// <summary>A transfer with a new id took its place.</summary>
    Replaced = 4,

    /// <summary>Its start could not be accepted; no line was stored.</summary>
    TurnedAway = 5,
}

/// <summary>A row of <c>insured_detail_transfer</c>.</summary>
internal sealed class DetailTransferRow
{
    public long Id { get; init; }
    public required string TransactionId { get; init; }
    public required string Sender { get; init; }

    /// <summary>Null, as are the two below, of a start that was turned away.</summary>
    public string? SettlementNumber { get; init; }
    public required byte[] Start { get; init; }
    public int? LineCount { get; init; }
    public byte[]? LinesSha256 { get; init; }
    public required DetailTransferState State { get; init; }

    /// <summary>As <see cref="LineRanges"/> are written.</summary>
    public string StoredRanges { get; init; } = "";
    public byte[]? Refusal { get; init; }
    public required long BegunAtMs { get; init; }
    public long? FinishedAtMs { get; init; }

    public LineRanges Stored => LineRanges.Parse(StoredRanges);

    public bool HasAllLines => Stored.Count == LineCount;
}

/// <summary>The SQL of received fee details. Every method runs in the caller's transaction.</summary>
internal static class FeeDetailStore
{
    private const string TransferColumns =
        "id, transaction_id, sender, settlement_number, start, line_count, lines_sha256, state, stored_ranges, refusal, begun_at_ms, finished_at_ms";

    private const string LineColumns =
        "line_number, line_serial, original_line_serial, prescription_number, local_code, local_name, exchange_code, exchange_name, mapping_quality, item_class, "
        + "catalogue_kind, fee_category, fee_date, unit_price_e4, quantity_e2, amount_fen, full_self_pay_fen, over_limit_fen, pre_self_pay_fen, in_scope_fen, "
        + "self_pay_basis_points, limit_e4, catalogue_version, restricted_use_reason, unit, specification, dose_form, department, doctor, approval_number, row_sha256";

    public static void Insert(Session session, DetailTransferRow transfer) => session.ExecuteExpecting(1,
        """
        INSERT INTO insured_detail_transfer (transaction_id, sender, settlement_number, start, line_count, lines_sha256, state, stored_ranges, refusal, begun_at_ms, finished_at_ms)
        VALUES (@TransactionId, @Sender, @SettlementNumber, @Start, @LineCount, @LinesSha256, @state, @StoredRanges, @Refusal, @BegunAtMs, @FinishedAtMs)
        """,
        new
        {
            transfer.TransactionId,
            transfer.Sender,
            transfer.SettlementNumber,
            transfer.Start,
            transfer.LineCount,
            transfer.LinesSha256,
            state = (int)transfer.State,
            transfer.StoredRanges,
            transfer.Refusal,
            transfer.BegunAtMs,
            transfer.FinishedAtMs,
        });

    public static DetailTransferRow? Find(Session session, string transactionId) => session.QuerySingleOrDefault<DetailTransferRow>(
        $"SELECT {TransferColumns} FROM insured_detail_transfer WHERE transaction_id = @transactionId", new { transactionId });

    /// <exception cref="InvalidOperationException">There is no such transfer.</exception>
    public static DetailTransferRow Get(Session session, long id) => session.QuerySingle<DetailTransferRow>(
        $"SELECT {TransferColumns} FROM insured_detail_transfer WHERE id = @id", new { id });

    /// <summary>The transfer of a settlement that counts: receiving, complete or refused.</summary>
    public static DetailTransferRow? Standing(Session session, string settlementNumber) => session.QuerySingleOrDefault<DetailTransferRow>(
        $"SELECT {TransferColumns} FROM insured_detail_transfer WHERE settlement_number = @settlementNumber AND state IN (1, 2, 3)", new { settlementNumber });

    public static int CountOf(Session session, string settlementNumber) => session.QuerySingle<int>(
        "SELECT count(*) FROM insured_detail_transfer WHERE settlement_number = @settlementNumber", new { settlementNumber });

    public static void Replace(Session session, long id, long nowMs) => session.ExecuteExpecting(1,
        "UPDATE insured_detail_transfer SET state = 4, finished_at_ms = @nowMs WHERE id = @id AND state IN (1, 3)", new { id, nowMs });

    public static void SetStored(Session session, long id, LineRanges stored) => session.ExecuteExpecting(1,
        "UPDATE insured_detail_transfer SET stored_ranges = @ranges WHERE id = @id AND state = 1", new { id, ranges = stored.ToString() });

    /// <returns>False when it had an outcome already, or was replaced.</returns>
    public static bool Finish(Session session, long id, Refusal? refusal, long nowMs) => session.Execute(
        "UPDATE insured_detail_transfer SET state = @state, refusal = @refusal, finished_at_ms = @nowMs WHERE id = @id AND state = 1",
        new { id, state = (int)(refusal is null ? DetailTransferState.Complete : DetailTransferState.Refused), refusal = refusal?.ToByteArray(), nowMs }) == 1;

    public static void InsertLine(Session session, long transferId, DetailLineRow line) => session.ExecuteExpecting(1,
        $"""
        INSERT INTO insured_detail_line (transfer_id, {LineColumns})
        VALUES (@TransferId, @LineNumber, @LineSerial, @OriginalLineSerial, @PrescriptionNumber, @LocalCode, @LocalName, @ExchangeCode, @ExchangeName, @MappingQuality, @ItemClass,
          @CatalogueKind, @FeeCategory, @FeeDate, @UnitPriceE4, @QuantityE2, @AmountFen, @FullSelfPayFen, @OverLimitFen, @PreSelfPayFen, @InScopeFen,
          @SelfPayBasisPoints, @LimitE4, @CatalogueVersion, @RestrictedUseReason, @Unit, @Specification, @DoseForm, @Department, @Doctor, @ApprovalNumber, @RowSha256)
        """,
        line with { TransferId = transferId });

    public static IReadOnlyList<DetailLineRow> Lines(Session session, long transferId, LineSpan span) => session.Query<DetailLineRow>(
        $"SELECT transfer_id, {LineColumns} FROM insured_detail_line WHERE transfer_id = @transferId AND line_number BETWEEN @First AND @Last ORDER BY line_number",
        new { transferId, span.First, span.Last });

    public static IReadOnlyList<byte[]> Digests(Session session, long transferId) => session.Query<byte[]>(
        "SELECT row_sha256 FROM insured_detail_line WHERE transfer_id = @transferId ORDER BY line_number", new { transferId });

    public static IReadOnlyList<CategorySum> CategorySums(Session session, long transferId) =>
    [
        .. session.Query<DetailSumRow>(
            """
            SELECT fee_category, sum(amount_fen) AS total_fen, sum(full_self_pay_fen) AS full_self_pay_fen, sum(over_limit_fen) AS over_limit_fen,
              sum(pre_self_pay_fen) AS pre_self_pay_fen, sum(in_scope_fen) AS in_scope_fen, count(*) AS line_count
            FROM insured_detail_line WHERE transfer_id = @transferId GROUP BY fee_category ORDER BY fee_category
            """,
            new { transferId }).Select(row => row.ToMessage()),
    ];

    private sealed class DetailSumRow
    {
        public required string FeeCategory { get; init; }
        public required long TotalFen { get; init; }
        public required long FullSelfPayFen { get; init; }
        public required long OverLimitFen { get; init; }
        public required long PreSelfPayFen { get; init; }
        public required long InScopeFen { get; init; }
        public required int LineCount { get; init; }

        public CategorySum ToMessage() => new()
        {
            FeeCategory = FeeCategory,
            LineCount = LineCount,
            Charges = new Charges
            {
                TotalFen = TotalFen,
                FullSelfPayFen = FullSelfPayFen,
                OverLimitFen = OverLimitFen,
                PreSelfPayFen = PreSelfPayFen,
                InScopeFen = InScopeFen,
            },
        };
    }
}
