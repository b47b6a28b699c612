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

    /// <summary>Outpatient visits cannot be registered at this node.</summary>
    public static HisRefusal OutpatientNotOpen(string field) => NotOpen(field,
        "异地门诊结算尚未在本节点开通。", "outpatient is not opened on this node yet.",
        "请按本地流程办理。", "Handle it locally.");

    /// <summary>Stays that are settled in parts: interim settlements, family beds.</summary>
    public static HisRefusal InterimNotOpen(string field) => NotOpen(field,
        "中途结算（含家庭病床）尚未在本节点开通。", "interim settlement, which family beds need too, is not opened on this node yet.",
        "请在出院时一次结算。", "Settle once at discharge.");

    /// <summary>Family beds, and settlements at the beginning and end of a leave.</summary>
    public static HisRefusal LeaveNotOpen(string field) => NotOpen(field,
        "家庭病床和请假结算尚未在本节点开通。", "family beds and settlements at a leave are not opened on this node yet.",
        "请用普通住院；需分段结算的用中途结算。", "Register an ordinary stay; use an interim settlement to settle it in parts.");

    private static HisRefusal NotOpen(string field, string chinese, string english, string nextChinese, string nextEnglish) => new()
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
