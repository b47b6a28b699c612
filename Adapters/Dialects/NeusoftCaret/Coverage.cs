using ProvincialGateway.Adapters.Contracts;
using static ProvincialGateway.Adapters.Contracts.OperationCoverage;

namespace ProvincialGateway.Dialects.NeusoftCaret;

/// <summary>What the standard Neusoft interface says of each operation.</summary>
internal static class Coverage
{
    private const string NoListChinese = "接口只有 1110 总额对账；逐笔调用 /his/v1。", NoListEnglish = "Only 1110, which compares sums; row by row through /his/v1.";
    private const string OnePhaseChinese = "接口一步生效，无需确认。", OnePhaseEnglish = "One phase: nothing is to be confirmed.";

    public static IReadOnlyList<string> Refused { get; } = [];

    public static IReadOnlyList<OperationCoverage> Operations { get; } =
    [
        By<Acknowledge>("INIT"),
        By<OpenBusinessPeriod>("9100"),
        By<CloseBusinessPeriod>("9110").But("不带金额；先用 1110 对账。", "States no sums; reconcile by 1110 first."),
        By<ReconcileTotals>("1110").But("各基金逐项给出、合并比对；不平时不能说明差额，应答为失败。", "States the funds one by one, which are compared together; cannot say by how much it differs: it answers a failure."),
        By<VerifyPerson>("2100", "2102", "7100", "1500").But("读卡交易的人在读卡数据中；1500 只能说未封锁，拒绝即封锁原因。",
            "Who is meant stands in the card data; 1500 can only say that the person is not blocked, a refusal says why."),
        By<LookUpApproval>("1600"),
        By<RegisterAdmission>("2210", "7210").But("医疗类别不以 1 开头时；诊断只有文字时用设置的代码。", "Of kinds that do not begin with 1; a diagnosis in words only gets the setting's code."),
        By<RegisterOutpatient>("2210", "7210").But("医疗类别以 1 开头时；慢特病类别（设置 chronicKinds）的诊断编码为病种编码。",
            "Of kinds that begin with 1; in those of the setting chronicKinds the code of the diagnosis is the code of the disease."),
        By<UpdateVisit>("2230").But("仅 GX；NC、SDZ 拒绝，请取消后重新登记。", "GX only; NC and SDZ are refused and register anew."),
        By<CancelAdmission>("2240", "7220").But("SDZ 按原交易流水号，见 ReverseTransaction。", "SDZ names the serial instead, see ReverseTransaction."),
        By<UploadFeeLines>("2310", "7310").But("每次至多 50 行，且应答须容于缓冲区。不能说明限制用药理由，由参保地缓审。", "At most 50 lines a call, and their reply must fit the buffer. No reason of a restricted use: the insured side asks."),
        By<WithdrawFeeLines>("2320", "7321").But("全部撤销；医院流水号不唯一，单次上传按中心流水号，见 ReverseTransaction。",
            "All lines; one upload by the serial of its reply, see ReverseTransaction, because the hospital's own are not unique."),
        By<ReverseTransaction>("2240", "2320").But("2240 仅 SDZ，2320 须带上传应答的中心流水号；其他交易不能按流水号冲正，用各自的撤销。",
            "2240 in SDZ, 2320 with the serial of the upload's reply; other transactions have an undo of their own and none by serial."),
        By<PreviewSettlement>("2420", "7410").But("医疗类别与中途标志不影响预结算。", "Kind and interim mark make no difference to it."),
        By<Settle>("2410", "7420").But("账户只有用与不用；7420 不填出院日期即门诊结算。", "The account is used or not; a 7420 without 出院日期 settles an outpatient visit."),
        By<Discharge>("2410", "7420").But("没有单独的出院，随结算办理；门诊和中途结算不出院。", "No discharge of its own: the settlement of a stay that ends carries it."),
        By<CancelSettlement>("2430", "7430", "7140").But("单据号为医院自有，撤销就诊最后一笔结算；中途结算的前几笔，单据号填其应答的中心交易流水号或结算号。",
            "The document number is the hospital's own, and the visit's last settlement is cancelled; an earlier part is named there by the serial of its reply or its settlement number."),
        Without<IssueSerial>("流水号在每个应答第一段给出，无需预取。", "Every reply begins with its serial; none is fetched beforehand."),
        Without<QueryBusinessPeriod>("接口没有；用 1110 对账，或调用 /his/v1。", "Not in the interface; reconcile by 1110, or ask /his/v1."),
        Without<TranslateFeeLines>("2310 的应答即含拆分；事先查询调用 /his/v1。", "2310 answers with the split; beforehand ask /his/v1."),
        Without<RefundFeeLine>("退费为负数量的 2310 明细，或 2320 撤销后重传。", "A refund is a line of 2310 with a negative quantity, or 2320 and a new upload."),
        Without<LookUpItem>("2310 的应答含等级；事先查询调用 /his/v1。", "2310 answers with the class; beforehand ask /his/v1."),
        Without<CancelDischarge>("出院随结算办理；撤销出院调用 /his/v1。", "The settlement carries the discharge; to undo that ask /his/v1."),
        Without<QueryTransaction>("原样重发同一报文即得结果，或调用 /his/v1。", "Send the same message again for its result, or ask /his/v1."),
        Without<ConfirmTransaction>(OnePhaseChinese, OnePhaseEnglish),
        Without<ListUnconfirmed>(OnePhaseChinese, OnePhaseEnglish),
        Without<DescribeInstitution>("接口没有；调用 /his/v1。", "Not in the interface; ask /his/v1."),
        Without<QueryFeeLines>("接口没有；调用 /his/v1。", "Not in the interface; ask /his/v1."),
        Without<ConvertCode>("编码由网关转换；查询请调用 /his/v1。", "The node converts by itself; ask /his/v1 to see how."),
        Without<ReconcileSettlements>(NoListChinese, NoListEnglish),
        Without<ListSettlements>(NoListChinese, NoListEnglish),
        Without<StateSettlements>(NoListChinese, NoListEnglish),
        Without<QueryReconciliation>(NoListChinese, NoListEnglish),
    ];
}
