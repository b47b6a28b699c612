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
}

/// <summary>What the reply to a request needs from it; <see cref="Transaction"/> is null when the request was not understood.</summary>
internal sealed record RequestState(Transaction? Transaction, XElement Input)
{
    public static RequestState None { get; } = new(null, new XElement("input"));
}

/// <summary>Which code means which transaction, and which function reads it.</summary>
internal static class Transactions
{
    // 1903 computes card authentication data with the card issuer's keys, which no gateway has.
    private const string CardInnerAuthentication = "1903";

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
    };

    public static bool TryFind(string code, out Transaction transaction) => ByCode.TryGetValue(code, out transaction);

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
        _ => throw new InvalidOperationException($"Transaction {transaction} has no reader."),
    };

    public static HisRefusal Unknown(string code) => code == CardInnerAuthentication
        ? Refusals.UnknownTransaction(code) with
        {
            Chinese = "本网关不支持 1903 社保卡内部认证：鉴别数据须由发卡地密钥产生。",
            English = "1903 (card inner authentication) is not supported by this gateway: its data needs the card issuer's keys.",
            NextStepChinese = "请用读卡器基本信息读取（iReadCardBas）后直接调用 1904。",
            NextStepEnglish = "Read the card without authentication (iReadCardBas) and call 1904.",
        }
        : Refusals.UnknownTransaction(code);
}
