using ProvincialGateway.Adapters.Contracts;
using static ProvincialGateway.Adapters.Contracts.OperationCoverage;

namespace ProvincialGateway.Dialects.YinhaiXml;

/// <summary>What Yinhai's interface says of each operation.</summary>
internal static class Coverage
{
    private const string NoPeriodChinese = "接口没有业务周期；用 46A 按日核对，或调用 /his/v1。", NoPeriodEnglish = "No business periods: compare by the day with 46A, or ask /his/v1.";
    private const string NoReconciliationChinese = "接口不比对；用 46A 下载清单自行核对，或调用 /his/v1。", NoReconciliationEnglish = "Compares nothing: 46A lists what stands, or ask /his/v1.";

    public static IReadOnlyList<string> Refused { get; } = [];

    public static IReadOnlyList<OperationCoverage> Operations { get; } =
    [
        By<Acknowledge>("init", "destroy"),
        By<VerifyPerson>("03").But("只能按卡（参数 card），不能按证件；不带日期与医疗类别，按当日。", "By the card only (parameter card), not by a certificate; neither day nor kind of visit, so it means today."),
        By<DescribeInstitution>("04", "05a", "52").But("各取一部分：医院、支付类别、时间。", "Each answers a part: the hospital, the kinds of payment, the time."),
        By<RegisterAdmission>("21").But("医疗类别不带，用设置的支付类别。", "No kind of visit: the setting's stands for it."),
        By<CancelAdmission>("22"),
        By<UpdateVisit>("23").But("空即不变，不能清空。", "Empty is unchanged; nothing can be emptied."),
        By<Discharge>("25"),
        By<CancelDischarge>("26"),
        By<RegisterOutpatient>("48").But("登记、明细、结算合为一次调用，不能单独登记；支付类别见设置 outpatientKinds、chronicKinds，慢特病的门诊诊断信息以病种编码开头。",
            "Registration, lines and settlement in one call, none alone; kinds as in the settings outpatientKinds and chronicKinds, in the latter 门诊诊断信息 begins with the code of the disease."),
        By<UploadFeeLines>("31", "48").But("无费用类别，按目录，目录没有时用设置的类别；有一行不符则整次不收。不能说明限制用药理由（yke186 恒为 1，不作理由），由参保地缓审。", "No fee category: the catalogue's, else the setting's. One refused line refuses the call. No reason of a restricted use (yke186 is always 1 and says nothing): the insured side asks."),
        By<WithdrawFeeLines>("32", "33"),
        By<PreviewSettlement>("43").But("只有住院；48 没有预结算，结算后可 cancel，或调用 /his/v1。", "Of stays: 48 has no preview, but can be taken back by cancel; or ask /his/v1."),
        By<Settle>("41", "48").But("没有中途结算；25 的出院原因 5 后再 21 为两次住院；分段结算调用 /his/v1。", "No interim settlement: a 25 with reason 5 and another 21 are two stays; settle in parts through /his/v1."),
        By<CancelSettlement>("42").But("退费原因不带，不读。", "The reason is not carried and not read."),
        By<ListSettlements>("44", "46A").But("44 只取一笔已结算的单据；46A 撤销为负数行。", "44 is the statement of one settlement; in 46A a cancellation is a row of negative amounts."),
        By<ConfirmTransaction>("confirm"),
        By<ReverseTransaction>("cancel").But("不能指明原交易类别，按 jylsh。", "Cannot say what kind of transaction is meant: jylsh names it."),
        By<ListUnconfirmed>("getuncertaintytrade"),
        Without<IssueSerial>("jylsh 在每个应答中给出，无需预取。", "Every reply carries its jylsh; none is fetched beforehand."),
        Without<OpenBusinessPeriod>(NoPeriodChinese, NoPeriodEnglish),
        Without<CloseBusinessPeriod>(NoPeriodChinese, NoPeriodEnglish),
        Without<QueryBusinessPeriod>(NoPeriodChinese, NoPeriodEnglish),
        Without<TranslateFeeLines>("31 的应答即含拆分；事先查询调用 /his/v1。", "31 answers with the split; beforehand ask /his/v1."),
        Without<RefundFeeLine>("退费为负数量的 31 明细，或 32 撤销该行。", "A refund is a line of 31 with a negative quantity, or 32 takes the line back."),
        Without<LookUpItem>("31 的应答只有拆分；等级与价格调用 /his/v1。", "31 answers with the split alone; class and price through /his/v1."),
        Without<LookUpApproval>("51、58 拒绝：审批由参保地办理，向其经办机构查询，或调用 /his/v1。", "51 and 58 are refused: approvals are the insured province's; ask its agency, or /his/v1."),
        Without<QueryTransaction>("getuncertaintytrade 列出未确认交易；原样重发得结果，或调用 /his/v1。", "getuncertaintytrade lists what is unconfirmed; the same call again brings its result; or ask /his/v1."),
        Without<QueryFeeLines>("31 的应答逐行给出；核对请调用 /his/v1。", "31 answered for every line; ask /his/v1 to compare."),
        Without<ConvertCode>("57、91 拒绝：编码对照由省中心维护；查询请调用 /his/v1。", "57 and 91 are refused: the province keeps the tables; ask /his/v1 for a code."),
        Without<ReconcileTotals>(NoReconciliationChinese, NoReconciliationEnglish),
        Without<ReconcileSettlements>(NoReconciliationChinese, NoReconciliationEnglish),
        Without<StateSettlements>(NoReconciliationChinese, NoReconciliationEnglish),
        Without<QueryReconciliation>(NoReconciliationChinese, NoReconciliationEnglish),
    ];
}
