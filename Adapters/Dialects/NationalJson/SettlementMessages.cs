using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.NationalJson;

/// <summary>
/// 2303 and 2206 preview, 2304 and 2207 settlement, 2305 and 2208 cancellation, 2601 reversal. The four parts of the bill that some clients send along are not read: most
/// write zeros there, and the node has them from the lines.
/// </summary>
internal static class SettlementMessages
{
    private const string SettlementNode = "mdtrtinfo";
    private const string ByItem = "01";
    private const string OfAStayThatGoesOn = "1";

    public static HisOperation Preview(CallReader call)
    {
        var node = Terms(call);
        return new PreviewSettlement
        {
            Visit = VisitMessages.Visit(node),
            ClaimedTotalFen = node.RequiredFen(Fields.ClaimedTotal),
            AccountRequestedFen = Account(node),
        };
    }

    public static HisOperation Settle(CallReader call)
    {
        var node = Terms(call);
        return new Settle
        {
            Visit = VisitMessages.Visit(node),
            ClaimedTotalFen = node.RequiredFen(Fields.ClaimedTotal),
            AccountRequestedFen = Account(node),
            InvoiceNumber = node.Optional(Fields.Invoice),
            Interim = node.Optional(Fields.InterimSettlement) == OfAStayThatGoesOn ? true : null,
        };
    }

    public static HisOperation Cancel(CallReader call)
    {
        var node = call.Node(SettlementNode);
        return new CancelSettlement { Visit = VisitMessages.Visit(node), SettlementNumber = node.Required(Fields.Settlement) };
    }

    /// <summary>Only what the interface declares reversible is: everything else is undone by its own transaction.</summary>
    public static HisOperation Reverse(CallReader call)
    {
        var node = call.Node();
        var code = node.Required(Fields.OriginalCode);
        var operation = Transactions.Find(code)?.ReversibleAs;
        if (operation is null && code.Length > 0)
            RefuseOriginal(node, code);
        return new ReverseTransaction { OriginalTransactionId = node.Required(Fields.OriginalMessage), OriginalOperation = operation };
    }

    private static void RefuseOriginal(ObjectReader node, string code)
    {
        var refusal = Refusals.InvalidField(Fields.OriginalCode.Canonical, node.Shown(Fields.OriginalCode),
            "只有 2207、2208、2304、2305、2401 可以冲正，其他交易请用相应的撤销交易。", "only 2207, 2208, 2304, 2305 and 2401 can be reversed; undo others by their own transaction.");
        node.Refuse(code.StartsWith("21", StringComparison.Ordinal) ? Transactions.NotOpened(refusal) : refusal);
    }

    // Booking a fixed-amount settlement as one by item would be a guess with money.
    private static ObjectReader Terms(CallReader call)
    {
        var node = call.Node(SettlementNode);
        if (node.Optional(Fields.InterimSettlement) is not (null or "0" or OfAStayThatGoesOn))
            node.Invalid(Fields.InterimSettlement, "应为 0 或 1。", "0 or 1 is expected.");
        if (node.Optional(Fields.SettlementWay) is not (null or ByItem))
            node.Invalid(Fields.SettlementWay, "仅支持 01 按项目结算。", "only 01 (by item) is supported.");
        call.Echo = call.Echo with
        {
            CredentialKind = node.Optional(Fields.CredentialKind),
            VisitKind = node.Optional(Fields.VisitKind),
            SettlementWay = node.Optional(Fields.SettlementWay),
        };
        return node;
    }

    private static long? Account(ObjectReader node)
    {
        var use = node.Optional(Fields.AccountUse);
        if (use is not (null or "0" or "1"))
            node.Invalid(Fields.AccountUse, "应为 0 或 1。", "0 or 1 is expected.");
        return use == "0" ? 0 : null;
    }
}
