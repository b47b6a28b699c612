using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.Province2016Xml;

/// <summary>0606: the settlements of one day as the hospital has them.</summary>
internal static class ReconciliationRequests
{
    private const string Settlement = "1";
    private const string Cancellation = "-1";

    /// <summary>
    /// Most clients send what still stands (aaa113 is always 1), some both halves of a cancelled settlement. The first row that says −1 tells
    /// which; without one the cancelled ones are left out, or they would look forgotten.
    /// </summary>
    public static ReconcileSettlements Settlements(InputReader input)
    {
        var day = input.RequiredDate(Fields.ReconciledDay);
        var rows = input.Rows(Row, "rows").Select((row, index) => row with { RowKey = $"{index + 1}" }).ToList();
        return new ReconcileSettlements
        {
            Scope = new HisSettlementScope { From = day, To = day, WithoutCancelled = rows.TrueForAll(row => !row.IsCancellation) },
            Rows = rows,
        };
    }

    /// <summary>ake149 counts the account among what the agency pays, which the contract keeps apart; the reply compares it.</summary>
    public static long? AgencyPaid(InputReader row) => Signed(row, row.OptionalFen(Fields.RowAgencyPaid));

    private static HisClaimedSettlement Row(InputReader row)
    {
        AgencyPaid(row);
        var claimed = new HisClaimedSettlement
        {
            RowKey = "",
            SettlementNumber = row.Optional(Fields.SettlementNumber),
            OriginalTransactionId = row.Optional(Fields.OriginalTransaction),
            VisitNumber = row.Optional(Fields.RowVisitNumber),
            IsCancellation = IsCancellation(row),
            TotalFen = Signed(row, row.OptionalFen(Fields.RowTotal)),
        };
        if (claimed is { SettlementNumber: null, OriginalTransactionId: null })
            row.Missing(Fields.SettlementNumber);
        return claimed;
    }

    private static bool IsCancellation(InputReader row)
    {
        var kind = row.Optional(Fields.RowKind) ?? Settlement;
        if (kind is not (Settlement or Cancellation))
            row.Invalid(Fields.RowKind, "应为 1 结算 或 -1 结算回退。", "it must be 1 (settlement) or -1 (cancellation).");
        return kind == Cancellation;
    }

    // Whether a cancellation is written with a minus is not known; aaa113 says what it is either way.
    private static long? Signed(InputReader row, long? fen) => fen is { } amount && IsCancellation(row) ? -Math.Abs(amount) : fen;
}
