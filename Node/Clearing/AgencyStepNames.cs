using ProvincialGateway.Network;

namespace ProvincialGateway.Clearing;

/// <summary>What the agencies' messages are called on a screen.</summary>
internal static class AgencyStepNames
{
    /// <param name="method">The rpc's name.</param>
    public static string Of(string method) => method switch
    {
        nameof(PeerMethod.RequestTopUp) => "请求补充预付金 top-up request",
        nameof(PeerMethod.AnswerTopUp) => "答复补充请求 top-up answer",
        nameof(PeerMethod.NotifyPrepayment) => "预付金汇出通知 prepayment notice",
        nameof(PeerMethod.ConfirmPrepayment) => "预付金到账确认 prepayment receipt",
        nameof(PeerMethod.ProposeStatement) => "提出清算单 proposal",
        nameof(PeerMethod.ConfirmStatement) => "确认清算单 confirmation",
        nameof(PeerMethod.DisputeStatement) => "清算异议 dispute",
        nameof(PeerMethod.NotifyPayment) => "付款通知 payment notice",
        nameof(PeerMethod.ConfirmPayment) => "到账确认 payment receipt",
        _ => throw new ArgumentOutOfRangeException(nameof(method), method, "No message between agencies."),
    };
}
