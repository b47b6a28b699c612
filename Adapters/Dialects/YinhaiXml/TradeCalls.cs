using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.YinhaiXml;

/// <summary>The methods besides call: what becomes of a writing trade after the hospital has, or has not, stored it too.</summary>
internal static class TradeCalls
{
    public static HisOperation DecodeAcknowledge(CallReader call) => new Acknowledge();

    public static Output? EncodeAcknowledge(CallReader call, HisResult result) => result is Acknowledged ? new Output() : null;

    public static HisOperation DecodeConfirm(CallReader call)
    {
        var original = Original(call);
        if (!string.Equals(call.Required(Elements.TradeCheck), TradeNumber.CheckOf(call.Required(Elements.TradeNumber)), StringComparison.OrdinalIgnoreCase))
            call.Refuse(Elements.TradeCheck, "与交易流水号不符。", "it does not belong to this jylsh.");
        return new ConfirmTransaction { OriginalTransactionId = original };
    }

    public static Output? EncodeConfirm(CallReader call, HisResult result) => result is TransactionConfirmed ? new Output() : null;

    public static HisOperation DecodeCancel(CallReader call) => new ReverseTransaction { OriginalTransactionId = Original(call) };

    public static Output? EncodeCancel(CallReader call, HisResult result) => result is TransactionReversed ? new Output() : null;

    /// <summary>A blank jybh asks for all.</summary>
    public static HisOperation DecodeUncertain(CallReader call) =>
        new ListUnconfirmed { TransactionCode = call.Optional(Elements.TransactionCode) is { } code ? Transactions.Canonical(code) : null };

    public static Output? EncodeUncertain(CallReader call, HisResult result) => result is UnconfirmedListed listed
        ? new Output().AddRows(listed.Transactions.Select(trade => Output.Row(("yke014", TradeNumber.Of(trade.OriginalTransactionId)), ("yke015", trade.TransactionCode))))
        : null;

    private static string Original(CallReader call)
    {
        if (TradeNumber.TryRead(call.Required(Elements.TradeNumber), out var original))
            return original;
        call.Refuse(Elements.TradeNumber, "应为 call 返回的交易流水号（20位）。", "the jylsh of a reply to call is expected, 20 characters.");
        return "";
    }
}
