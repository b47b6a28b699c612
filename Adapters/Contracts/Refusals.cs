namespace ProvincialGateway.Adapters.Contracts;

/// <summary>Refusals that a dialect itself can give: the message is wrong before any rule is asked.</summary>
public static class Refusals
{
    public static HisRefusal Malformed(string position, string chinese, string english) => new()
    {
        TransactionId = "",
        Code = "MALFORMED_MESSAGE",
        Side = RefusingSide.Hospital,
        Field = position,
        Chinese = $"报文无法解析（{position}）：{chinese}",
        English = $"the message cannot be read at {position}: {english}",
        NextStepChinese = "请检查报文格式与编码后重发。",
        NextStepEnglish = "Correct format and encoding and send again.",
    };

    public static HisRefusal UnknownTransaction(string code) => new()
    {
        TransactionId = "",
        Code = "UNKNOWN_TRANSACTION",
        Side = RefusingSide.Hospital,
        Field = "transaction_code",
        Chinese = $"交易编号“{code}”不存在或本接口尚不支持。",
        English = $"transaction code '{code}' is unknown or not supported by this dialect.",
        NextStepChinese = "请核对交易编号。",
        NextStepEnglish = "Check the transaction code.",
    };

    /// <param name="element">The dialect's own element name, as the hospital's programmer knows it.</param>
    public static HisRefusal MissingField(string field, string element) => new()
    {
        TransactionId = "",
        Code = "MISSING_FIELD",
        Side = RefusingSide.Hospital,
        Field = field,
        Chinese = $"缺少必填项 {element}。",
        English = $"mandatory field {element} is missing or empty.",
        NextStepChinese = "请补全后重发。",
        NextStepEnglish = "Fill it in and send again.",
    };

    /// <inheritdoc cref="MissingField"/>
    public static HisRefusal InvalidField(string field, string element, string chinese, string english) => new()
    {
        TransactionId = "",
        Code = "INVALID_FIELD",
        Side = RefusingSide.Hospital,
        Field = field,
        Chinese = $"{element} 的值不正确：{chinese}",
        English = $"field {element} is not valid: {english}",
        NextStepChinese = "请更正后重发。",
        NextStepEnglish = "Correct it and send again.",
    };

    /// <summary>The hospital asks for an outpatient transaction that its dialect does not have, or that its province has not set up.</summary>
    public static HisRefusal OutpatientNotOpen(string field) => NotHere(field,
        "本省的该接口没有门诊交易，没有处理。", "this dialect has no outpatient transaction as this province uses it; nothing was done.",
        "请用同一令牌通过 /his/v1 办理门诊（RegisterOutpatient、UploadFeeLines、Settle）。",
        "Use /his/v1 with the same token for outpatient visits (RegisterOutpatient, UploadFeeLines, Settle).");

    /// <summary>The hospital asks for a settlement before the end of a stay in a dialect that cannot say so.</summary>
    public static HisRefusal InterimNotOpen(string field) => NotHere(field,
        "该接口只有正式结算，没有中途结算，没有处理。", "this dialect has the final settlement alone and no interim one; nothing was done.",
        "请在出院时一次结算，或用同一令牌通过 /his/v1 中途结算（Settle，interim 为 true）。",
        "Settle once at discharge, or use /his/v1 with the same token to settle in parts (Settle with interim true).");

    /// <summary>Family beds, and settlements at the beginning and end of a leave: no operation means them.</summary>
    public static HisRefusal LeaveNotOpen(string field) => NotHere(field,
        "跨省结算没有家庭病床和请假结算，没有处理。", "settlement between provinces has neither family beds nor settlements at a leave; nothing was done.",
        "请用普通住院；需分段结算的用中途结算。", "Register an ordinary stay; use an interim settlement to settle it in parts.");

    private static HisRefusal NotHere(string field, string chinese, string english, string nextChinese, string nextEnglish) => new()
    {
        TransactionId = "",
        Code = "UNKNOWN_TRANSACTION",
        Side = RefusingSide.Hospital,
        Field = field,
        Chinese = chinese,
        English = english,
        NextStepChinese = nextChinese,
        NextStepEnglish = nextEnglish,
    };
}
