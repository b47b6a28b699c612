using System.Xml.Linq;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.Province2016Xml;

internal enum Transaction
{
    /// <summary>1904 卡鉴权.</summary>
    VerifyCard = 1,

    /// <summary>0211 身份识别.</summary>
    VerifyPerson = 2,

    /// <summary>0212 入院登记.</summary>
    RegisterAdmission = 3,

    /// <summary>28: the proxy's local conversion of hospital codes.</summary>
    TranslateFees = 4,

    /// <summary>0301 住院费用明细上传.</summary>
    UploadFees = 5,

    /// <summary>0302 取消费用上传.</summary>
    WithdrawFees = 6,

    /// <summary>0215 出院登记.</summary>
    Discharge = 7,

    /// <summary>0304 费用结算, cross-province form.</summary>
    Settle = 8,

    /// <summary>0304 费用结算, intra-province form: same code, other elements.</summary>
    SettleWithinProvince = 9,

    /// <summary>0305 取消结算.</summary>
    CancelSettlement = 10,

    /// <summary>1903 社保卡内部认证.</summary>
    AuthenticateCard = 11,

    /// <summary>0214 取消入院登记; one code path of the clients calls it 18.</summary>
    CancelAdmission = 12,

    /// <summary>0216 取消出院登记.</summary>
    CancelDischarge = 13,

    /// <summary>1301 冲正交易.</summary>
    Reverse = 14,

    /// <summary>0707 已上传费用明细查询.</summary>
    QueryFeeLines = 15,

    /// <summary>0606 日对账.</summary>
    Reconcile = 16,
}

/// <summary>What the reply to a request needs from it; <see cref="Transaction"/> is null when the request was not understood.</summary>
internal sealed record RequestState(Transaction? Transaction, XElement Input)
{
    /// <summary>For a message whose <c>Inxml</c> could not be read.</summary>
    public static RequestState Unread(Transaction? transaction) => new(transaction, new XElement("input"));
}

/// <summary>Which code means which transaction, and which function reads it.</summary>
internal static class Transactions
{
    private static readonly Dictionary<string, Transaction> ByCode = new(StringComparer.Ordinal)
    {
        ["1904"] = Transaction.VerifyCard,
        ["0211"] = Transaction.VerifyPerson,
        ["0212"] = Transaction.RegisterAdmission,
        ["28"] = Transaction.TranslateFees,
        ["0301"] = Transaction.UploadFees,
        ["0302"] = Transaction.WithdrawFees,
        ["0215"] = Transaction.Discharge,
        ["0304"] = Transaction.Settle,
        ["0305"] = Transaction.CancelSettlement,
        ["1903"] = Transaction.AuthenticateCard,
        ["0214"] = Transaction.CancelAdmission,
        ["18"] = Transaction.CancelAdmission,
        ["0216"] = Transaction.CancelDischarge,
        ["1301"] = Transaction.Reverse,
        ["0707"] = Transaction.QueryFeeLines,
        ["0606"] = Transaction.Reconcile,
    };

    // 清分 6527 6521 6522, 月度申报 0521 0522 0524 0534-0537, 病案首页 0801-0806.
    private static readonly HashSet<string> NotOpened =
    [
        "6527", "6521", "6522", "0521", "0522", "0524", "0534", "0535", "0536", "0537", "0801", "0802", "0803", "0804", "0805", "0806",
    ];

    /// <summary>3105 and 3202 are outpatient transactions of which only the numbers are known; no message of theirs was ever seen.</summary>
    public static bool IsOutpatient(string code) => code is "3105" or "3202";

    public static IReadOnlyList<string> Codes { get; } = [.. ByCode.Keys.Order(StringComparer.Ordinal)];

    public static Transaction? Find(string code) => ByCode.TryGetValue(code, out var transaction) ? transaction : null;

    /// <summary>The two forms of 0304 differ by <c>ykc675</c> (结算类型), which only the intra-province one has.</summary>
    public static Transaction FormOf(Transaction transaction, XElement input) =>
        transaction == Transaction.Settle && InnerXml.Children(input, Fields.SettlementKind.Element).Any()
            ? Transaction.SettleWithinProvince
            : transaction;

    public static HisOperation Read(Transaction transaction, InputReader input) => transaction switch
    {
        Transaction.VerifyCard => PersonRequests.VerifyCard(input),
        Transaction.VerifyPerson => PersonRequests.VerifyPerson(input),
        Transaction.RegisterAdmission => PersonRequests.RegisterAdmission(input),
        Transaction.TranslateFees => FeeRequests.Translate(input),
        Transaction.UploadFees => FeeRequests.Upload(input),
        Transaction.WithdrawFees => FeeRequests.Withdraw(input),
        Transaction.Discharge => SettlementRequests.Discharge(input),
        Transaction.Settle => SettlementRequests.Settle(input),
        Transaction.SettleWithinProvince => SettlementRequests.SettleWithinProvince(input),
        Transaction.CancelSettlement => SettlementRequests.Cancel(input),
        Transaction.AuthenticateCard => PersonRequests.AuthenticateCard(input),
        Transaction.CancelAdmission => UndoRequests.CancelAdmission(input),
        Transaction.CancelDischarge => UndoRequests.CancelDischarge(input),
        Transaction.Reverse => UndoRequests.Reverse(input),
        Transaction.QueryFeeLines => FeeRequests.Query(input),
        Transaction.Reconcile => ReconciliationRequests.Settlements(input),
        _ => throw new InvalidOperationException($"Transaction {transaction} has no reader."),
    };

    public static HisRefusal Unknown(string code) => IsOutpatient(code) ? Outpatient(code, Fields.TransactionCode)
        : NotOpened.Contains(code) ? AtTheCentre(code)
        : Refusals.UnknownTransaction(code);

    public static HisRefusal Outpatient(string code, Field field) => Refusals.OutpatientNotOpen(field.Canonical) with
    {
        Chinese = $"本接口没有门诊交易（{code}），没有处理。",
        English = $"this dialect has no outpatient transaction ({code}); nothing was done.",
    };

    private static HisRefusal AtTheCentre(string code) => Refusals.UnknownTransaction(code) with
    {
        Chinese = $"本节点尚未开放清分、月度申报和病案首页交易（{code}），没有处理。",
        English = $"clearing, monthly declaration and medical record front pages ({code}) are not opened on this node yet; nothing was done.",
        NextStepChinese = "请暂按省中心现行办法办理；开放后无需改动报文。",
        NextStepEnglish = "Follow the provincial centre's present procedure; the message stays as it is when this opens.",
    };
}
