using ProvincialGateway.Adapters.Contracts;
using static ProvincialGateway.Adapters.Contracts.OperationCoverage;

namespace ProvincialGateway.Dialects.NationalJson;

/// <summary>What the national platform's interface says of each operation.</summary>
internal static class Coverage
{
    private const string OnePhaseChinese = "接口一步生效，无需确认；放弃时用 2601。", OnePhaseEnglish = "One phase: nothing is to be confirmed; 2601 gives up.";

    public static IReadOnlyList<string> Refused { get; } = [];

    public static IReadOnlyList<OperationCoverage> Operations { get; } =
    [
        By<OpenBusinessPeriod>("9001"),
        By<CloseBusinessPeriod>("9002").But("不带金额，不能在签退时对账；用 3201。", "States no sums, so nothing is compared at sign-out; use 3201."),
        By<VerifyPerson>("1101").But("电子凭证须连国家平台，单独使用时拒绝，须同时带证件号。", "An electronic credential needs the national platform and is refused without a certificate number beside it."),
        By<RegisterAdmission>("2401").But("insutype 不读，险种以参保地为准。", "insutype is not read: the insured province's record decides the scheme."),
        By<RegisterOutpatient>("2201").But("接口不带医疗类别和病种：有 med_type、dise_codg 则读，否则用设置的类别。诊断由 2203 补。", "The published 2201 has neither kind nor disease: med_type and dise_codg are read where sent, else the setting's kind stands. 2203 brings the diagnoses."),
        By<Discharge>("2402"),
        By<UpdateVisit>("2403", "2203", "2203A").But("2203 的 med_type 须与挂号一致；病种编码不读。", "The med_type of a 2203 must be the registered one; its disease is not read."),
        By<CancelAdmission>("2404", "2202"),
        By<CancelDischarge>("2405"),
        By<UploadFeeLines>("2301", "2204").But("经 DLL 每次至多 70 行；2204 无退费行；init_feedetl_sn 必填但不核对原行；限制用药理由取 hosp_appr_flag 1 与 memo，或 unchk_memo。", "At most 70 lines through the DLL; 2204 has no refunds; init_feedetl_sn is required and not held against the original line. A restricted use is justified by hosp_appr_flag 1 with memo, or by unchk_memo."),
        By<WithdrawFeeLines>("2302", "2205").But("2205 只支持批次号 0000。", "2205 takes batch 0000 only."),
        By<PreviewSettlement>("2303", "2206", "2206A"),
        By<Settle>("2304", "2207", "2207A").But("按定额结算和工伤拒绝。", "Fixed amounts and work injury are refused."),
        By<CancelSettlement>("2305", "2208", "2208A").But("应答的余额为空，参保地不告知。", "The balance in the reply is null: the insured province does not tell it."),
        By<ReverseTransaction>("2601").But("只冲正 2207、2208、2304、2305、2401。", "Of 2207, 2208, 2304, 2305 and 2401 only."),
        By<ReconcileTotals>("3201").But("clr_type 11 门诊、21 住院；其他拒绝。", "Clearing types 11 (outpatient) and 21 (inpatient), others are refused."),
        By<StateSettlements>("9101").But("只接受 3202 的对账文件。", "Only the rows for a 3202."),
        By<ReconcileSettlements>("3202").But("文件号旁的合计不读，以明细为准。", "The sums beside the file number are not read, its rows are."),
        By<QueryReconciliation>("9102").But("DLL 不能下载文件，拒绝；用 /national。", "Refused through the DLL, which cannot take a file; use /national."),
        Without<Acknowledge>("接口没有启动调用；DLL 的 INIT 无需转发。", "No start-up call; the DLL's INIT needs no message."),
        Without<IssueSerial>("msgid 由医院自行编制。", "The hospital makes its msgid itself."),
        Without<TranslateFeeLines>("2301 的应答即含拆分；事先查询调用 /his/v1。", "2301 answers with the split; beforehand ask /his/v1."),
        Without<RefundFeeLine>("退费为负数量的 2301 明细（带 init_feedetl_sn）。", "A refund is a line of 2301 with a negative count and init_feedetl_sn."),
        Without<LookUpItem>("2301 的应答含等级与限价；事先查询调用 /his/v1。", "2301 answers with class and limit; beforehand ask /his/v1."),
        Without<LookUpApproval>("向参保地经办机构查询，或调用 /his/v1。", "Ask the insured province's agency, or /his/v1."),
        Without<QueryTransaction>("以同一 msgid 重发原报文即得结果，或调用 /his/v1。", "Send the message again with its msgid for the result, or ask /his/v1."),
        Without<ConfirmTransaction>(OnePhaseChinese, OnePhaseEnglish),
        Without<ListUnconfirmed>(OnePhaseChinese, OnePhaseEnglish),
        Without<DescribeInstitution>("接口没有；调用 /his/v1。", "Not in the interface; ask /his/v1."),
        Without<QueryFeeLines>("5204 拒绝；调用 /his/v1。", "5204 is refused; ask /his/v1."),
        Without<ConvertCode>("编码由网关转换；查询请调用 /his/v1。", "The node converts by itself; ask /his/v1 to see how."),
        Without<QueryBusinessPeriod>("接口没有；用 3201 对账，或调用 /his/v1。", "Not in the interface; reconcile by 3201, or ask /his/v1."),
        Without<ListSettlements>("5203 拒绝；以 3202 的结果文件核对，或调用 /his/v1。", "5203 is refused; the result file of 3202 names every settlement; or ask /his/v1."),
    ];
}
