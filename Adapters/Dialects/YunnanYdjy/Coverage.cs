using ProvincialGateway.Adapters.Contracts;
using static ProvincialGateway.Adapters.Contracts.OperationCoverage;

namespace ProvincialGateway.Dialects.YunnanYdjy;

/// <summary>What Yunnan's interface says of each operation.</summary>
internal static class Coverage
{
    private const string OnePhaseChinese = "接口一步生效，无需确认。", OnePhaseEnglish = "One phase: nothing is to be confirmed.";
    private const string BySumsChinese = "按业务周期由 SIGNOUT、84 对总账，83、85 下载逐笔；其他范围调用 /his/v1。",
        BySumsEnglish = "SIGNOUT and 84 reconcile the sums of a cycle, 83 and 85 list it; other scopes through /his/v1.";

    public static IReadOnlyList<string> Refused { get; } = ["ModifyPassword"];

    public static IReadOnlyList<OperationCoverage> Operations { get; } =
    [
        By<Acknowledge>("YDJYDLLINIT", "Conversion").But("Conversion 的类型不认识时原样返回。", "A Conversion of an unknown type comes back unchanged."),
        By<OpenBusinessPeriod>("SIGNIN"),
        By<CloseBusinessPeriod>("SIGNOUT").But("现金不信 AKC261（客户端按文本拼接），由总额减出。", "Cash is not taken from AKC261, which clients join as text, but from the total."),
        By<QueryBusinessPeriod>("84"),
        By<VerifyPerson>("SIReadCard").But("只能按读卡数据，不能按证件；不带日期与医疗类别，按当日。", "By the card only, not by a certificate; neither day nor kind of visit, so it means today."),
        By<ConvertCode>("Conversion").But("不能转换时返回原码，与转换为同码不能区分。", "What cannot be converted comes back as it was, which looks like an equal code."),
        By<IssueSerial>("81"),
        By<QueryTransaction>("82", "98").But("只知状态；结果用原流水号重发原交易取得。", "Knows the state only; the original call with its serial brings the result."),
        By<PreviewSettlement>("72").But("截止日期不读，预结算全部明细。", "The cut-off time is not read: all lines are previewed."),
        By<LookUpItem>("73"),
        By<LookUpApproval>("74", "75"),
        By<RegisterOutpatient>("11").But("AKA130 以 1 开头时；AKA123 为 1 时 AKA120 为慢特病病种。", "Where AKA130 begins with 1; with AKA123 1 the disease of a chronic disease visit is AKA120."),
        By<RegisterAdmission>("11").But("参保地为四位统筹区号，按地市级处理。", "The insured area has four digits and means the prefecture."),
        By<UploadFeeLines>("12").But("一次一行。不能说明限制用药理由，由参保地缓审。", "One line a call. No reason of a restricted use: the insured side asks."),
        By<RefundFeeLine>("23"),
        By<WithdrawFeeLines>("24").But("只能全部撤销；单行用 23 或 99。", "All lines or none; a single one by 23 or 99."),
        By<Settle>("14").But("截止日期不读，结算全部明细；AKA050 只有 1，没有中途结算，分段结算调用 /his/v1。", "The cut-off time is not read: all lines are settled. AKA050 is always 1, so there is no interim settlement; settle in parts through /his/v1."),
        By<Discharge>("15").But("门诊就诊没有出院，拒绝。", "A clinic visit has no discharge: refused."),
        By<UpdateVisit>("15").But("与出院元素同时填写时只办出院。", "Beside elements of a discharge those of the admission are not read."),
        By<CancelSettlement>("21").But("发票号不读，就诊只有一笔有效结算。", "The invoice number is not read: a visit has one standing settlement."),
        By<CancelAdmission>("22"),
        By<ReverseTransaction>("99"),
        By<ListSettlements>("83", "85"),
        Without<TranslateFeeLines>("12 的应答即含转换与拆分；事先查询用 73 或 /his/v1。", "12 answers with translation and split; beforehand 73 or /his/v1."),
        Without<CancelDischarge>("用 99 冲正出院的 15；或调用 /his/v1。", "99 undoes the 15 that discharged; or ask /his/v1."),
        Without<QueryFeeLines>("每个 12 已应答；核对请调用 /his/v1。", "Every 12 was answered; ask /his/v1 to compare."),
        Without<DescribeInstitution>("接口没有；调用 /his/v1。", "Not in the interface; ask /his/v1."),
        Without<ConfirmTransaction>(OnePhaseChinese, OnePhaseEnglish),
        Without<ListUnconfirmed>(OnePhaseChinese, OnePhaseEnglish),
        Without<ReconcileTotals>(BySumsChinese, BySumsEnglish),
        Without<ReconcileSettlements>(BySumsChinese, BySumsEnglish),
        Without<StateSettlements>(BySumsChinese, BySumsEnglish),
        Without<QueryReconciliation>(BySumsChinese, BySumsEnglish),
    ];
}
