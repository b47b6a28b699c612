using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.YunnanYdjy;

/// <summary>82 and 98: what became of an earlier transaction. The node tells its state; the stored reply comes with the same call under the same serial.</summary>
internal static class StateCalls
{
    private const int ResultUnknown = -2;

    /// <summary>As a refusal of the treatment province: there is nothing to resend.</summary>
    private const int NoResult = 2;

    /// <summary>Clients pass nothing here; the DLL adds the serial it used last.</summary>
    public static HisOperation DecodeState(CallReader call) => new QueryTransaction { OriginalTransactionId = call.Required(Elements.SenderSerial) };

    /// <summary>TRANSSTAT 0 not found, 1 done, 2 refused, 3 not answered yet; CANCELSTAT 1 undone.</summary>
    public static OutputXml? EncodeState(CallReader call, HisResult result)
    {
        if (result is not TransactionFound { State: var state })
            return null;
        var transaction = state switch
        {
            HisTransactionState.NotFound => "0",
            HisTransactionState.Committed or HisTransactionState.Undone => "1",
            HisTransactionState.Refused => "2",
            _ => "3",
        };
        return new OutputXml().Add("TRANSSTAT", transaction).Add("CANCELSTAT", state == HisTransactionState.Undone ? "1" : "0");
    }

    public static HisOperation DecodeResend(CallReader call) => new QueryTransaction { OriginalTransactionId = call.Required(Elements.OldSenderSerial) };

    /// <summary>
    /// 0 says that the original is booked. A state can fill neither its output, which no client reads, nor its receiver serial: this call's own
    /// would be a handle to nothing.
    /// </summary>
    public static Outcome? EncodeResend(CallReader call, HisResult result) => result is not TransactionFound { State: var state } ? null : state switch
    {
        HisTransactionState.Committed => new OutputXml { ReceiverSerial = "" },
        HisTransactionState.Pending => new Declined(ResultUnknown, "原交易尚无结果，节点继续查询。 | The original has no result yet; the node goes on asking."),
        HisTransactionState.Refused => new Declined(NoResult, "原交易已被拒绝，未记账；用原流水号重发可再看原因。 | The original was refused and nothing was booked; send it again under its serial to see why."),
        HisTransactionState.Undone => new Declined(NoResult, "原交易已撤销或冲正。 | The original was cancelled or reversed."),
        _ => new Declined(NoResult, "没有该流水号的交易，未记账。 | There is no transaction with this serial; nothing was booked."),
    };
}
