using ProvincialGateway.Adapters.Contracts;
using static ProvincialGateway.Adapters.Contracts.OperationCoverage;

namespace ProvincialGateway.Dialects.NeusoftPipe;

/// <summary>What Chongqing's pipe interface says of each operation.</summary>
internal static class Coverage
{
    private const string NoPeriodChinese = "接口没有业务周期与签到签退；对账调用 /his/v1。", NoPeriodEnglish = "No business periods, sign-in or sign-out; reconcile through /his/v1.";
    private const string NoListChinese = "接口没有对账交易；调用 /his/v1。", NoListEnglish = "The interface reconciles nothing; ask /his/v1.";
    private const string OnePhaseChinese = "接口一步生效，无需确认；放弃时用 99。", OnePhaseEnglish = "One phase: nothing is to be confirmed; 99 gives up.";

    public static IReadOnlyList<string> Refused { get; } = [];

    public static IReadOnlyList<OperationCoverage> Operations { get; } =
    [
        By<Acknowledge>("INIT"),
        By<VerifyPerson>("01").But("只有医保号；参保地由号码前六位或本省设置给出，不带日期与医疗类别。",
            "An insured number only: its first six digits or the province's setting are the division; neither day nor kind of visit."),
        By<RegisterAdmission>("02").But("一个诊断，可为文字；无编码时用设置的代码。床位、联系人不带。", "One diagnosis, in words too: without a code the setting's stands for it. No bed, no contact."),
        By<UpdateVisit>("03"),
        By<Discharge>("03").But("以更新标志中的出院日期为准；床位不带。", "A marked discharge date makes it one; no bed."),
        By<UploadFeeLines>("04").But("一次一行；无费用类别，按目录，目录没有时用设置的类别。不能说明限制用药理由，由参保地缓审。", "One line a call; no fee category: the catalogue's, else the setting's. No reason of a restricted use: the insured side asks."),
        By<RefundFeeLine>("04").But("负数量并带冲销明细流水号。", "A negative quantity with the serial of the line."),
        By<WithdrawFeeLines>("10").But("只能删除整个就诊的明细；单条用 99。", "All lines of a visit or none; a single one by 99."),
        By<PreviewSettlement>("06").But("截止日期、床日核对格式但不带，预结算全部明细。", "End date and days are checked and not carried: all lines are previewed."),
        By<Settle>("05").But("截止日期、床日同 06；发票号不带；请假结算和转家庭病床拒绝。", "End date and days as in 06; no invoice number; settlements at a leave or for a family bed are refused."),
        By<LookUpApproval>("07").But("不能指明项目。", "Cannot name an item."),
        By<DescribeInstitution>("11").But("应答只有医院编码。", "Answers the hospital's code alone."),
        By<ReverseTransaction>("99").But("不能指明原交易类别；未发出过的流水号报错。", "Cannot say what kind of transaction is meant; a serial that was never issued is a failure."),
        By<RegisterOutpatient>("02").But("医疗类别为门诊时；13 特殊病门诊的第7项为病种编码。", "Where the kind is outpatient; of kind 13 the seventh field is the code of the disease."),
        Without<IssueSerial>("流水号在每个应答中给出，无需预取。", "Every reply carries its serial; none is fetched beforehand."),
        Without<OpenBusinessPeriod>(NoPeriodChinese, NoPeriodEnglish),
        Without<CloseBusinessPeriod>(NoPeriodChinese, NoPeriodEnglish),
        Without<QueryBusinessPeriod>(NoPeriodChinese, NoPeriodEnglish),
        Without<TranslateFeeLines>("04 的应答即含可报单价；事先查询调用 /his/v1。", "04 answers with the insured price; beforehand ask /his/v1."),
        Without<LookUpItem>("04 的应答即含可报单价；事先查询调用 /his/v1。", "04 answers with the insured price; beforehand ask /his/v1."),
        Without<CancelSettlement>("用 99 冲销 05 的流水号。", "99 with the serial of the 05."),
        Without<CancelAdmission>("用 99 冲销 02 的流水号。", "99 with the serial of the 02."),
        Without<CancelDischarge>("再发 03 更正出院日期；撤销出院调用 /his/v1。", "Another 03 corrects the discharge; to undo it ask /his/v1."),
        Without<QueryTransaction>("原样重发同一行即得结果，或调用 /his/v1。", "Send the same line again for its result, or ask /his/v1."),
        Without<ConfirmTransaction>(OnePhaseChinese, OnePhaseEnglish),
        Without<ListUnconfirmed>(OnePhaseChinese, OnePhaseEnglish),
        Without<QueryFeeLines>("接口没有；调用 /his/v1。", "Not in the interface; ask /his/v1."),
        Without<ConvertCode>("编码由网关转换；查询请调用 /his/v1。", "The node converts by itself; ask /his/v1 to see how."),
        Without<ReconcileTotals>(NoListChinese, NoListEnglish),
        Without<ReconcileSettlements>(NoListChinese, NoListEnglish),
        Without<ListSettlements>(NoListChinese, NoListEnglish),
        Without<StateSettlements>(NoListChinese, NoListEnglish),
        Without<QueryReconciliation>(NoListChinese, NoListEnglish),
    ];
}
