using ProvincialGateway.Adapters.Contracts;
using static ProvincialGateway.Adapters.Contracts.OperationCoverage;

namespace ProvincialGateway.Dialects.Province2016Xml;

/// <summary>What the interface of 2016 says of each operation.</summary>
internal static class Coverage
{
    private const string NoPeriodChinese = "接口没有业务周期；按日用 0606 对账，或调用 /his/v1。", NoPeriodEnglish = "No business periods: reconcile by the day with 0606, or ask /his/v1.";
    private const string ByDayChinese = "接口只有 0606 逐笔日对账；汇总请调用 /his/v1。", ByDayEnglish = "Only 0606, row by row and day by day; sums are asked of /his/v1.";
    private const string NoFileChinese = "0606 在同一报文内带明细，无需先传文件。", NoFileEnglish = "0606 carries its rows itself, no file goes before it.";

    public static IReadOnlyList<string> Refused { get; } = ["1903"];

    public static IReadOnlyList<OperationCoverage> Operations { get; } =
    [
        By<VerifyPerson>("1904", "0211").But("1904 不比对含“?”的姓名。", "1904 does not compare a name that has a '?': a card reader put it there."),
        By<RegisterAdmission>("0212").But("接口无请求编号；同一住院号重发按内容识别。", "No id of its own: a repeat is recognised by the inpatient number and its content."),
        By<TranslateFeeLines>("28"),
        By<UploadFeeLines>("0301").But("aka185 恒为 0，不能说明限制用药理由，由参保地缓审。", "aka185 is always 0: no reason of a restricted use, the insured side asks."),
        By<WithdrawFeeLines>("0302").But("otransid 为某次上传的流水号而无明细号时拒绝，不当作全部撤销。", "An otransid of one upload without a line is refused, not read as every line."),
        By<QueryFeeLines>("0707").But("每页 500 行，不能另定。", "A page has 500 lines, which cannot be chosen."),
        By<Discharge>("0215"),
        By<Settle>("0304").But("ake122 账户标志恒为 0，不读；账户支付由参保地政策决定。中途结算为 ake170=1（省内格式 ykc675=3），补登拒绝。", "The account flag ake122 is always 0 and not read: the insured province's policy decides. Interim by ake170 1 (ykc675 3 within the province); ykc675 0 is refused."),
        By<CancelSettlement>("0305"),
        By<CancelAdmission>("0214", "18"),
        By<CancelDischarge>("0216"),
        By<ReverseTransaction>("1301", "0214", "18").But("只认 otransno 为 0212 至 0305 的住院交易，其余拒绝；0214、18 无就诊号时按原交易冲正。",
            "Only inpatient transactions, 0212 to 0305, may stand in otransno, others are refused; 0214 and 18 without a visit undo their otransid."),
        By<ReconcileSettlements>("0606").But("无结算现金、账户分项，只比总额与经办机构支付额。", "States neither cash nor account: total and what the agency pays are compared."),
        Without<RegisterOutpatient>("接口只有住院，门诊交易 3105、3202 拒绝；门诊调用 /his/v1。", "Inpatient only, 3105 and 3202 are refused; ask /his/v1 for outpatient."),
        Without<Acknowledge>("接口没有启动调用，无需调用。", "There is no start-up call and none is needed."),
        Without<IssueSerial>("交易流水号在每个应答中给出，无需预取。", "Every reply carries its transaction id; none is fetched beforehand."),
        Without<OpenBusinessPeriod>(NoPeriodChinese, NoPeriodEnglish),
        Without<CloseBusinessPeriod>(NoPeriodChinese, NoPeriodEnglish),
        Without<QueryBusinessPeriod>(NoPeriodChinese, NoPeriodEnglish),
        Without<RefundFeeLine>("退费为负数量的 0301 明细，或 0302 撤销后重传。", "A refund is a line of 0301 with a negative quantity, or 0302 and a new upload."),
        Without<LookUpItem>("28 只给中心编码；等级与价格调用 /his/v1。", "28 gives the centre code alone; class and price through /his/v1."),
        Without<LookUpApproval>("向参保地经办机构查询，或调用 /his/v1。", "Ask the insured province's agency, or /his/v1."),
        Without<PreviewSettlement>("接口没有预结算；结算后可用 0305 撤销，或调用 /his/v1 预结算。", "No preview: a settlement can be taken back by 0305; or preview through /his/v1."),
        Without<QueryTransaction>("结果未明时原样重发同一报文即得结果，或调用 /his/v1。", "Send the same message again for its result, or ask /his/v1."),
        Without<ConfirmTransaction>("接口一步生效，无需确认。", "One phase: nothing is to be confirmed."),
        Without<ListUnconfirmed>("接口一步生效，没有待确认交易。", "One phase: nothing waits for a confirmation."),
        Without<DescribeInstitution>("医院信息由省中心登记；调用 /his/v1 查询。", "Ask /his/v1 for what the province has registered."),
        Without<UpdateVisit>("无登记修改；0214 取消后重新 0212，出院诊断随 0215。", "Cancel by 0214 and register anew; 0215 carries the discharge diagnoses."),
        Without<ConvertCode>("诊断等编码由网关转换；查询请调用 /his/v1。", "The node converts by itself; ask /his/v1 to see how."),
        Without<ReconcileTotals>(ByDayChinese, ByDayEnglish),
        Without<ListSettlements>(ByDayChinese, ByDayEnglish),
        Without<StateSettlements>(NoFileChinese, NoFileEnglish),
        Without<QueryReconciliation>(NoFileChinese, NoFileEnglish),
    ];
}
