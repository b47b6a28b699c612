using System.Globalization;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.His;

/// <summary>What the hospital port itself refuses, before any rule of a visit is asked. None of these is ever stored.</summary>
internal static class HisRefusals
{
    public static HisRefusal TokenRefused() => Of("TOKEN_REFUSED", RefusingSide.Treatment, "token",
        "接入令牌缺失或无效。", "the access token is missing or not valid.",
        "请在 Authorization: Bearer 中填写本院令牌；令牌由省级管理员发放。", "Send this hospital's token as Authorization: Bearer; the provincial administrator issues it.");

    public static HisRefusal InstitutionMismatch() => Of("INSTITUTION_MISMATCH", RefusingSide.Hospital, "institution_code",
        "报文中的医疗机构编码与令牌所属机构不符。", "the institution code in the message is not the one the token was issued for.",
        "请核对医疗机构编码和令牌。", "Check the institution code and the token.");

    public static HisRefusal AdapterMismatch(string adapter) => Of("INSTITUTION_MISMATCH", RefusingSide.Hospital, "path",
        $"本机构使用的适配器是 {adapter}，与所调用的地址不符。", $"this institution's adapter is {adapter}, not the one at this address.",
        $"请改用 /his/{adapter} 或该接口自己的地址。", $"Call /his/{adapter} or that dialect's own path.");

    public static HisRefusal AdapterNotLoaded(string adapter) => Of("ADAPTER_NOT_LOADED", RefusingSide.Treatment, "",
        $"适配器 {adapter} 未能加载，本节点暂不能处理该机构的报文。", $"adapter {adapter} is not loaded; this node cannot serve the institution now.",
        "请省级管理员执行 gateway check 查看原因。", "The administrator runs gateway check to see why.");

    public static HisRefusal BodyTooLarge(int bytesMax) => Of("BODY_TOO_LARGE", RefusingSide.Hospital, "",
        string.Create(CultureInfo.InvariantCulture, $"报文超过 {bytesMax} 字节，没有处理。"), string.Create(CultureInfo.InvariantCulture, $"the message exceeds {bytesMax} bytes; nothing was done."),
        "请分批上传明细后重发。", "Send the lines in smaller batches.");

    /// <summary>The storage cannot be read: not even who asks is known, and what an earlier message came to is not changed by this answer.</summary>
    public static HisRefusal StorageUnavailable(string reason) => Of("NODE_UNAVAILABLE", RefusingSide.Treatment, "",
        $"本节点暂时无法处理（{reason}）。", $"this node cannot answer now ({reason}).",
        "请稍后用同一报文（同一流水号）重发，勿另发新交易。", "Send the same request (same serial) again later, not a new transaction.");

    /// <summary>
    /// The node could not finish. A question may be asked again; anything else may have been begun and stored, so its result is unknown until the
    /// same request is sent again.
    /// </summary>
    public static HisResult Unfinished(HisOperation operation, string reason) => operation switch
    {
        VerifyPerson or PreviewSettlement or TranslateFeeLines or LookUpItem or LookUpApproval or IssueSerial or QueryTransaction or Acknowledge
            or DescribeInstitution or ConvertCode or QueryFeeLines or QueryBusinessPeriod or ReconcileTotals or ReconcileSettlements or ListSettlements
            or QueryReconciliation or ListUnconfirmed =>
            Of("NODE_UNAVAILABLE", RefusingSide.Treatment, "", $"本节点暂时无法处理（{reason}）。", $"this node cannot answer now ({reason}).", "请稍后重试。", "Try again later."),
        _ => new HisPending
        {
            TransactionId = "",
            Chinese = $"本节点暂时无法确认结果（{reason}）。请稍后用同一报文（同一流水号）重发查询结果，勿另发新交易。",
            English = $"this node cannot confirm the result now ({reason}). Send the same request (same serial) again later, not a new transaction.",
        },
    };

    private static HisRefusal Of(string code, RefusingSide side, string field, string zh, string en, string nextZh, string nextEn) => new()
    {
        TransactionId = "",
        Code = code,
        Side = side,
        Field = field,
        Chinese = zh,
        English = en,
        NextStepChinese = nextZh,
        NextStepEnglish = nextEn,
    };
}
