using Provincial.Exchange.V1;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Values;

namespace ProvincialGateway.Treatment;

/// <summary>Every "no" of the treatment side, in one place. Codes are documented in Protos/README.md.</summary>
internal static class TreatmentRefusals
{
    public static HisRefusal MissingField(string field) => Of("MISSING_FIELD", RefusingSide.Hospital, field,
        $"缺少必填项 {field}。", $"mandatory field {field} is missing.",
        "请补全后重发。", "Fill it in and send again.");

    public static HisRefusal InvalidField(string field, string zh, string en) => Of("INVALID_FIELD", RefusingSide.Hospital, field,
        $"{field} 的值不正确：{zh}。", $"field {field} is not valid: {en}.",
        "请更正后重发。", "Correct it and send again.");

    public static HisRefusal TransactionVoid(string transactionId, string reversalId) => Of("TRANSACTION_VOID", RefusingSide.Treatment, "header.his_transaction_id",
        $"该交易已由冲正（流水 {reversalId}）作废。", $"the transaction was voided by reversal {reversalId}.",
        "仍需办理的，请用新的流水号重新发起。", "Begin anew with a new id if the step is still wanted.") with
    { TransactionId = transactionId };

    public static HisRefusal UndoFirst((string Chinese, string English) obstacle) => Of("VISIT_STATE", RefusingSide.Treatment, "visit",
        $"不能撤销：{obstacle.Chinese}。", $"it cannot be undone: {obstacle.English}.",
        "请按 结算→出院→费用→入院 的相反次序逐步撤销；尚无应答的请先冲正或等待应答。",
        "Undo in reverse order: settlement, discharge, fee lines, admission; reverse what is unanswered, or wait for its answer.");

    public static HisRefusal NotReversible((string Chinese, string English) obstacle) => Of("NOT_REVERSIBLE", RefusingSide.Treatment, "original_transaction_id",
        $"原交易不能冲正：{obstacle.Chinese}。", $"the transaction cannot be reversed: {obstacle.English}.",
        "请先撤销其后的步骤，再冲正。", "Undo the later step first, then reverse.");

    public static HisRefusal IdConflict(string field) => Of("ID_CONFLICT", RefusingSide.Hospital, field,
        $"该交易流水号（或该业务）已受理且内容不同，不同之处：{field}。原交易的结果不变。",
        $"this transaction id (or this business) is known with other content; it differs in {field}. The first answer stands.",
        "请查询原交易；新的业务请用新的流水号。", "Query the original transaction; use a new id for new business.");

    public static HisRefusal VisitNotFound() => Of("VISIT_NOT_FOUND", RefusingSide.Treatment, "visit",
        "本院没有该就诊登记。", "this hospital has no such visit.",
        "请核对就诊登记号或住院号。", "Check the visit number or the hospital's own number.");

    public static HisRefusal VisitState(VisitRow visit, string neededZh, string neededEn)
    {
        var (chinese, english) = VisitMachine.Describe(visit.State, visit.IsOutpatient);
        var (order, orderEnglish) = visit.IsOutpatient
            ? ("请按 门诊登记→费用→结算 的次序办理，撤销按相反次序。", "Follow registration, fees, settlement; undo in reverse order.")
            : ("请按 入院→费用→出院→结算 的次序办理，撤销按相反次序。", "Follow admission, fees, discharge, settlement; undo in reverse order.");
        return Of("VISIT_STATE", RefusingSide.Treatment, "visit",
            $"就诊状态为“{chinese}”，本交易要求“{neededZh}”。", $"the visit is '{english}'; this step needs '{neededEn}'.", order, orderEnglish);
    }

    /// <summary>Nothing more is charged, corrected or previewed.</summary>
    public static HisRefusal NotOpen(VisitRow visit) => visit.IsOutpatient
        ? VisitState(visit, "已登记未结算", "registered and not settled")
        : VisitState(visit, "在院或已出院未结算", "admitted, or discharged and not settled");

    public static HisRefusal NotToBeSettled(VisitRow visit) => visit.IsOutpatient
        ? VisitState(visit, "已登记未结算", "registered and not settled")
        : VisitState(visit, "已出院未结算", "discharged and not settled");

    public static HisRefusal NotToBeSettledInParts(VisitRow visit) => visit.IsOutpatient
        ? InvalidField("interim", "门诊就诊没有中途结算", "an outpatient visit is not settled in parts")
        : VisitState(visit, "在院", "admitted");

    /// <summary>A line that a standing settlement of the stay has settled.</summary>
    public static HisRefusal LineSettled(string field, string settlementNumber) => Of("VISIT_STATE", RefusingSide.Treatment, field,
        $"该明细已由结算 {settlementNumber} 结算。", $"the line is settled by settlement {settlementNumber}.",
        "请先撤销该结算。", "Cancel that settlement first.");

    public static HisRefusal NoDischarge() => Of("VISIT_STATE", RefusingSide.Treatment, "visit",
        "门诊就诊没有出院登记。", "an outpatient visit has no discharge.",
        "费用上传后可直接结算。", "Settle it once its fee lines are stored.");

    public static HisRefusal AlreadySettled(string settlementNumber) => Of("VISIT_STATE", RefusingSide.Treatment, "visit",
        $"该就诊已结算，结算业务号 {settlementNumber}。", $"the visit is settled already, settlement number {settlementNumber}.",
        "请用原交易流水号查询结算结果，或先撤销结算。", "Query the settlement with its own transaction id, or cancel it first.");

    public static HisRefusal PreviewStale() => Of("PREVIEW_STALE", RefusingSide.Treatment, "visit",
        "费用在预结算之后有变化。", "fees changed after the preview.",
        "请重新预结算后再结算。", "Preview again, then settle.");

    public static HisRefusal NoFeeLines() => Of("MISSING_FIELD", RefusingSide.Hospital, "lines",
        "该就诊没有费用明细。", "the visit has no fee lines.",
        "请先上传费用明细。", "Upload the fee lines first.");

    public static HisRefusal TotalMismatch(long claimedFen, long storedFen) => Of("TOTAL_MISMATCH", RefusingSide.Hospital, "claimed_total_fen",
        $"医院总额 {new Fen(claimedFen)} 与已上传明细合计 {new Fen(storedFen)} 不符，相差 {new Fen(checked(claimedFen - storedFen))}。",
        $"the hospital's total {new Fen(claimedFen)} differs from the stored lines {new Fen(storedFen)} by {new Fen(checked(claimedFen - storedFen))}.",
        "请核对并重新上传费用明细。", "Check the fee lines and upload what is missing.");

    public static HisRefusal NegativeTotal(string what, long fen) => Of("NEGATIVE_TOTAL", RefusingSide.Hospital, what,
        $"{what} 合计为负数 {new Fen(fen)}，不能结算。", $"{what} adds up to a negative amount, {new Fen(fen)}; it cannot be settled.",
        "请核对退费明细。", "Check the refund lines.");

    public static HisRefusal DateOutsideStay(string field, string date, string from, string to) => Of("DATE_OUTSIDE_STAY", RefusingSide.Hospital, field,
        $"{field} {date} 不在住院期间 {from} 至 {to} 之内。", $"{field} {date} lies outside the stay {from} to {to}.",
        "请更正日期后重发。", "Correct the date and send again.");

    public static HisRefusal LineConflict(int index, string lineSerial) => Of("LINE_CONFLICT", RefusingSide.Hospital, $"lines[{index}].line_serial",
        $"第 {index + 1} 条明细的序列号 {lineSerial} 已上传且内容不同。", $"line {index + 1}: serial {lineSerial} is stored with other content.",
        "请先撤销该明细再上传。", "Withdraw the stored line first.");

    public static HisRefusal LineWaits(int index, string lineSerial) => Of("LINE_CONFLICT", RefusingSide.Hospital, $"lines[{index}].line_serial",
        $"第 {index + 1} 条明细的序列号 {lineSerial} 已在等待对照的费用明细中。", $"line {index + 1}: serial {lineSerial} is in an upload that waits for a mapping.",
        "请等待续办，或先撤销该明细再上传。", "Wait for it, or withdraw the line first.");

    public static HisRefusal HeldWithdrawn() => Of("LINES_WITHDRAWN", RefusingSide.Hospital, "lines",
        "这批费用明细在等待对照期间已被撤销。", "these fee lines were withdrawn while they waited for a mapping.",
        "如仍需要，请用新的流水号重新上传。", "If they are still wanted, upload them under a new id.");

    public static HisRefusal BillWaits(IReadOnlyList<string> codes) => Of("BILL_WAITS", RefusingSide.Treatment, "lines",
        $"费用明细正在等待编码 {string.Join("、", codes)} 的目录对照。", $"fee lines wait for the mapping of {string.Join(", ", codes)}.",
        "请在对照生效后再办理，或撤销这些明细。", "Try again once the mapping is in force, or withdraw these lines.");

    public static HisRefusal LineNotFound(string what) => Of("LINE_NOT_FOUND", RefusingSide.Hospital, what,
        "没有找到要处理的费用明细。", "no such stored fee line.",
        "请核对原交易流水号或明细序列号。", "Check the original transaction or the line's serial.");

    public static HisRefusal RefundTooLarge(string field, string asked, string left) => Of("INVALID_FIELD", RefusingSide.Hospital, field,
        $"退费 {asked} 超过该明细剩余的 {left}。", $"a refund of {asked} exceeds the {left} that remain of the line.",
        "请核对退费数量和金额。", "Check quantity and amount of the refund.");

    public static HisRefusal InvalidRefund(string field, string zh, string en) => Of("INVALID_FIELD", RefusingSide.Hospital, field, zh, en,
        "请更正后重发。", "Correct it and send again.");

    public static HisRefusal SettlementNotFound() => Of("SETTLEMENT_NOT_FOUND", RefusingSide.Treatment, "settlement_number",
        "本院没有该结算。", "this hospital has no such settlement.",
        "请核对结算业务号。", "Check the settlement number.");

    public static HisRefusal SettlementCancelled(string settlementNumber) => Of("SETTLEMENT_STATE", RefusingSide.Treatment, "settlement_number",
        $"结算 {settlementNumber} 已撤销。", $"settlement {settlementNumber} is already cancelled.",
        "无需再次撤销。", "Nothing more to cancel.");

    public static HisRefusal PeerUnknown(string division) => Of("PEER_UNKNOWN", RefusingSide.Treatment, "insured_division",
        $"参保地 {division} 所在省不在本节点的名单（nodes.json）中。", $"the province of insured division {division} is not in this node's nodes.json.",
        "请核对参保地区划，或请省级管理员接入该省。", "Check the insured division, or ask the administrator to connect that province.");

    public static HisRefusal PeerUnavailable(string division, string reason) => Of("PEER_UNAVAILABLE", RefusingSide.Treatment, "",
        $"参保地 {division} 暂时没有应答（{reason}）。本交易只是查询，没有产生任何结果。", $"the insured province {division} does not answer now ({reason}). This was a query only, nothing was done.",
        "请稍后重试。", "Try again later.");

    public static HisRefusal PeerRejected(string transactionId, string division, string reason) => Of("PEER_REJECTED", RefusingSide.Insured, "",
        $"参保地 {division} 的节点拒收了报文（{reason}），双方均未记账。", $"the node of {division} turned the message away ({reason}); neither side has booked anything.",
        "请联系省级管理员核对两地节点配置。", "Ask the administrator to compare both nodes' configuration.") with
    { TransactionId = transactionId };

    public static HisRefusal NotImplemented(string operation) => Of("NOT_IMPLEMENTED", RefusingSide.Treatment, "operation",
        $"本节点尚不支持操作 {operation}。", $"this node does not support operation {operation} yet.",
        "请核对接口文档。", "See the interface documentation.");

    /// <summary>The insured side's refusal, passed on unchanged.</summary>
    public static HisRefusal From(Refusal refusal, string transactionId) => new()
    {
        TransactionId = transactionId,
        Code = CodeName(refusal.Code),
        Side = refusal.Side switch
        {
            Side.Hospital => RefusingSide.Hospital,
            Side.Treatment => RefusingSide.Treatment,
            _ => RefusingSide.Insured,
        },
        Field = refusal.Field,
        Chinese = refusal.MessageZh,
        English = refusal.MessageEn,
        NextStepChinese = refusal.NextStepZh,
        NextStepEnglish = refusal.NextStepEn,
    };

    // The proto name without its prefix; a code of a newer release keeps its number.
    private static string CodeName(RefusalCode code) =>
        RefusalCodeNames.TryGetValue(code, out var name) ? name : $"REFUSAL_{(int)code}";

    private static readonly Dictionary<RefusalCode, string> RefusalCodeNames = CommonReflection.Descriptor.EnumTypes
        .Single(type => type.Name == nameof(RefusalCode)).Values
        .ToDictionary(value => (RefusalCode)value.Number, value => value.Name["REFUSAL_CODE_".Length..]);

    public static HisRefusal Of(string code, RefusingSide side, string field, string zh, string en, string nextZh, string nextEn) => new()
    {
        TransactionId = "",
        Code = code,
        Side = side,
        Field = field,
        Chinese = zh,
        English = en,
        NextStepChinese = nextZh,
        NextStepEnglish = nextEn,
    };
}
