using Provincial.Exchange.V1;
using ProvincialGateway.Insured;
using ProvincialGateway.Storage;
using ProvincialGateway.Treatment;
using ProvincialGateway.Values;

namespace ProvincialGateway.Cli;

/// <summary>One transfer as its node has it, on whichever side.</summary>
internal sealed record DetailTransfer
{
    public required string SettlementNumber { get; init; }

    /// <summary>Null while nothing was sent.</summary>
    public string? TransactionId { get; init; }

    /// <summary>The other province of the settlement.</summary>
    public required string Partner { get; init; }

    /// <summary>This node sends; otherwise it receives.</summary>
    public required bool IsTreatment { get; init; }

    /// <summary>owed, receiving, complete, refused or withdrawn.</summary>
    public required string State { get; init; }

    /// <summary>The settlement itself was cancelled or reversed.</summary>
    public required bool IsUndone { get; init; }

    public int? LineCount { get; init; }

    /// <summary>Lines at the insured side, as far as this node knows.</summary>
    public required int Arrived { get; init; }

    /// <summary>Why it was refused, or why the last attempt failed; Chinese and English.</summary>
    public string? Reason { get; init; }
}

/// <param name="Lines">As the insured side has them; as they will be sent where this node is the treatment side.</param>
internal sealed record DetailsOfSettlement(DetailTransfer Transfer, IReadOnlyList<DetailLine> Lines);

internal sealed record DetailLine(
    int LineNumber, string LineSerial, string OriginalLineSerial, string LocalCode, string LocalName, string ExchangeCode, string ExchangeName, string MappingQuality,
    string ItemClass, string CatalogueKind, string FeeCategory, string FeeDate, decimal UnitPrice, decimal Quantity, long AmountFen, long FullSelfPayFen, long OverLimitFen,
    long PreSelfPayFen, long InScopeFen, string CatalogueVersion, string PrescriptionNumber, string Unit, string Specification, string Doctor);

/// <summary>Reads what <c>details</c> shows. Every method runs in the caller's transaction.</summary>
internal static class DetailTransfers
{
    /// <summary>Those that are not complete first, then by settlement.</summary>
    public static IReadOnlyList<DetailTransfer> List(Session session) =>
    [
        .. session.Query<Row>(
            """
            SELECT settlement_number, f.transaction_id, s.insured_province AS partner, 1 AS is_treatment,
              CASE f.state WHEN 1 THEN 'owed' WHEN 2 THEN 'receiving' WHEN 3 THEN 'complete' WHEN 4 THEN 'refused' ELSE 'withdrawn' END AS state,
              s.state = 2 AS is_undone, f.line_count, f.acknowledged AS ranges, f.refusal, f.last_error
            FROM fee_transfer f JOIN treatment_settlement s USING (settlement_number)
            UNION ALL
            SELECT settlement_number, t.transaction_id, s.treatment_province, 0,
              CASE t.state WHEN 1 THEN 'receiving' WHEN 2 THEN 'complete' WHEN 3 THEN 'refused' ELSE 'owed' END,
              s.state = 2, t.line_count, coalesce(t.stored_ranges, ''), t.refusal, NULL
            FROM insured_settlement s LEFT JOIN insured_detail_transfer t USING (settlement_number)
            WHERE coalesce(t.state, 1) IN (1, 2, 3) AND (t.state IS NOT NULL OR s.state = 1)
            """).Select(row => row.ToTransfer()).OrderBy(transfer => transfer.State is "complete" or "withdrawn").ThenBy(transfer => transfer.SettlementNumber, StringComparer.Ordinal),
    ];

    /// <summary>Null when this node has no such settlement.</summary>
    public static DetailsOfSettlement? Find(Session session, string settlementNumber)
    {
        if (List(session).FirstOrDefault(transfer => transfer.SettlementNumber == settlementNumber) is not { } transfer)
            return null;
        return new DetailsOfSettlement(transfer, [.. LinesOf(session, transfer).Select(ToLine)]);
    }

    private static IEnumerable<FeeDetailLine> LinesOf(Session session, DetailTransfer transfer)
    {
        if (!transfer.IsTreatment)
        {
            return FeeDetailStore.Standing(session, transfer.SettlementNumber) is { LineCount: { } count } received
                ? FeeDetailStore.Lines(session, received.Id, new LineSpan(1, count)).Select(row => row.ToMessage())
                : [];
        }
        // The lines of an undone settlement may be others by now.
        var lines = transfer.IsUndone ? 0 : FeeLineStore.CountOf(session, transfer.SettlementNumber);
        return lines == 0 ? [] : FeeDetailLines.Read(session, transfer.SettlementNumber, new LineSpan(1, lines));
    }

    private static DetailLine ToLine(FeeDetailLine line) => new(
        line.LineNumber, line.LineSerial, line.OriginalLineSerial, line.LocalCode, line.LocalName, line.ExchangeCode, line.ExchangeName, line.MappingQuality.ToString().ToLowerInvariant(),
        line.ItemClass, line.CatalogueKind, line.FeeCategory, line.FeeDate, new UnitPrice(line.UnitPriceTenThousandths).ToDecimal(), new Quantity(line.QuantityHundredths).ToDecimal(),
        line.Charges.TotalFen, line.Charges.FullSelfPayFen, line.Charges.OverLimitFen, line.Charges.PreSelfPayFen, line.Charges.InScopeFen, line.CatalogueVersion,
        line.PrescriptionNumber, line.Unit, line.Specification, line.Doctor);

    private sealed class Row
    {
        public required string SettlementNumber { get; init; }
        public string? TransactionId { get; init; }
        public required string Partner { get; init; }
        public required bool IsTreatment { get; init; }
        public required string State { get; init; }
        public required bool IsUndone { get; init; }
        public int? LineCount { get; init; }
        public required string Ranges { get; init; }
        public byte[]? Refusal { get; init; }
        public string? LastError { get; init; }

        public DetailTransfer ToTransfer() => new()
        {
            SettlementNumber = SettlementNumber,
            TransactionId = TransactionId,
            Partner = Partner,
            IsTreatment = IsTreatment,
            State = State,
            IsUndone = IsUndone,
            LineCount = LineCount,
            Arrived = LineRanges.Parse(Ranges).Count,
            Reason = Refusal is null ? LastError : ReasonIn(Provincial.Exchange.V1.Refusal.Parser.ParseFrom(Refusal)),
        };

        private static string ReasonIn(Refusal refusal) => $"{refusal.Code}: {refusal.MessageZh} {refusal.NextStepZh} / {refusal.MessageEn} {refusal.NextStepEn}";
    }
}
