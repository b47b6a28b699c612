using System.Collections.Frozen;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.YinhaiXml;

/// <summary>One transaction of the interface: how its call is read and its result written.</summary>
/// <param name="Code">jybh as the interface writes it, or the method's name.</param>
/// <param name="Decode">May return operations that are not usable when <see cref="CallReader.Refusal"/> is set. At least one.</param>
/// <param name="Encode">Null when the result is not one this transaction can have.</param>
internal sealed record Transaction(string Code, Func<CallReader, IReadOnlyList<HisOperation>> Decode, Func<CallReader, HisResult, Outcome?> Encode)
{
    public Transaction(string code, Func<CallReader, HisOperation> decode, Func<CallReader, HisResult, Outcome?> encode)
        : this(code, call => [decode(call)], encode)
    {
    }

    /// <summary>The hospital confirms or cancels it after it has stored it too: of several operations the last, which the others lead to.</summary>
    public bool IsWriting { get; init; }

    /// <summary>Which of the results of one call is the call's.</summary>
    public Func<IReadOnlyList<HisResult>, int> Deciding { get; init; } = _ => 0;
}

/// <summary>Every transaction by jybh, and the methods besides call.</summary>
internal static class Transactions
{
    private static readonly FrozenDictionary<string, Transaction> ByCode = new Transaction[]
    {
        new("03", PersonCalls.DecodeVerify, PersonCalls.EncodeVerify),
        new("04", CentreCalls.Decode, CentreCalls.EncodeInstitution),
        new("05a", CentreCalls.Decode, CentreCalls.EncodeKinds),
        new("52", CentreCalls.Decode, CentreCalls.EncodeTime),
        new("21", VisitCalls.DecodeAdmission, VisitCalls.EncodeAdmission) { IsWriting = true },
        new("22", VisitCalls.DecodeCancellation, VisitCalls.EncodeCancellation) { IsWriting = true },
        new("23", VisitCalls.DecodeCorrection, VisitCalls.EncodeCorrection),
        new("25", VisitCalls.DecodeDischarge, VisitCalls.EncodeDischarge),
        new("26", VisitCalls.DecodeDischargeCancellation, VisitCalls.EncodeDischargeCancellation),
        new(Upload, FeeCalls.DecodeUpload, FeeCalls.EncodeUpload),
        new("32", FeeCalls.DecodeWithdrawal, FeeCalls.EncodeWithdrawal),
        new("33", FeeCalls.DecodeWithdrawalOfAll, FeeCalls.EncodeWithdrawal),
        new("41", SettlementCalls.DecodeSettlement, SettlementCalls.EncodeSettlement) { IsWriting = true },
        new("42", SettlementCalls.DecodeCancellation, SettlementCalls.EncodeCancellation) { IsWriting = true },
        new("43", SettlementCalls.DecodePreview, SettlementCalls.EncodePreview),
        new("44", ListCalls.DecodeStatement, ListCalls.EncodeStatement),
        new("46A", ListCalls.DecodeList, ListCalls.EncodeList),
        new("48", OutpatientCalls.Decode, OutpatientCalls.Encode) { IsWriting = true, Deciding = OutpatientCalls.Deciding },
    }.ToFrozenDictionary(transaction => transaction.Code, StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenDictionary<string, Transaction> ByMethod = new Transaction[]
    {
        new(ComMethod.Init.Name, TradeCalls.DecodeAcknowledge, TradeCalls.EncodeAcknowledge),
        new(ComMethod.Destroy.Name, TradeCalls.DecodeAcknowledge, TradeCalls.EncodeAcknowledge),
        new(ComMethod.Confirm.Name, TradeCalls.DecodeConfirm, TradeCalls.EncodeConfirm),
        new(ComMethod.Cancel.Name, TradeCalls.DecodeCancel, TradeCalls.EncodeCancel),
        new(ComMethod.Uncertain.Name, TradeCalls.DecodeUncertain, TradeCalls.EncodeUncertain),
    }.ToFrozenDictionary(transaction => transaction.Code);

    public const string Upload = "31";

    /// <summary>Methods besides call by their names, as a request states its code.</summary>
    public static IReadOnlyList<string> Codes { get; } = [.. ByCode.Values.Concat(ByMethod.Values).Select(transaction => transaction.Code).Order(StringComparer.Ordinal)];

    /// <summary>Null when there is none.</summary>
    public static Transaction? Find(ComMethod method, string code) => method == ComMethod.Call ? ByCode.GetValueOrDefault(code) : ByMethod[method.Name];

    /// <summary>As the interface writes it, whatever case a client uses.</summary>
    public static string Canonical(string code) => ByCode.TryGetValue(code, out var transaction) ? transaction.Code : code;

    public static HisRefusal Unknown(string code) => code.ToUpperInvariant() switch
    {
        "71" or "72B" or "73" or "74" or "74A" or "75" =>
            NotHere(code, "本节点尚未开放清算业务", "clearing is not opened on this node yet", "请暂按省中心现行办法办理", "follow the provincial centre's present procedure"),
        "02" => NotHere(code, "社保卡密码由发卡地管理，本接口不能修改", "the password of a card is kept by its issuer; this interface cannot change it",
            "请持卡人到发卡地经办机构修改", "the holder changes it with the agency that issued the card"),
        "51" or "58" => NotHere(code, "待遇审批与特殊病由参保地办理", "approvals of benefits are the insured province's", "请向参保地经办机构查询或申请", "ask the insured province's agency"),
        "57" or "61" or "91" or "RZ01" or "T01" or "T02" or "T04" => NotHere(code, "目录与编码对照由省中心维护，本接口不提供整表传输",
            "catalogues and code tables are kept by the provincial centre; this interface does not transfer whole tables", "请向省中心索取", "ask the provincial centre for them"),
        _ => Refusals.UnknownTransaction(code),
    };

    private static HisRefusal NotHere(string code, string chinese, string english, string nextChinese, string nextEnglish) => Refusals.UnknownTransaction(code) with
    {
        Chinese = $"{chinese}（交易 {code}），没有处理。",
        English = $"{english} (transaction {code}); nothing was done.",
        NextStepChinese = $"{nextChinese}。",
        NextStepEnglish = $"{char.ToUpperInvariant(nextEnglish[0])}{nextEnglish[1..]}.",
    };
}
