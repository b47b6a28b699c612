using Provincial.Exchange.V1;
using ProvincialGateway.Values;

namespace ProvincialGateway.Insured;

/// <summary>Every "no" of the insured side, in one place: code, field, reason and next step in both languages, without personal data.</summary>
internal static class InsuredRefusals
{
    private const string SendsAnew = "sends a new transaction.";

    public static Refusal MissingField(string field) => Of(RefusalCode.MissingField, field,
        $"缺少必填项 {field}。", $"mandatory field {field} is empty.",
        "请就医地补全后用新的交易流水号重发。", $"The treatment side completes it and {SendsAnew}");

    public static Refusal InvalidField(string field, string zh, string en) => Of(RefusalCode.InvalidField, field,
        $"{field} 的值不正确：{zh}。", $"field {field} is not valid: {en}.",
        "请就医地更正后用新的交易流水号重发。", $"The treatment side corrects it and {SendsAnew}");

    /// <summary>The next step is for who sent a message; nothing of use for an operator who typed it here.</summary>
    public static bool IsForSender(Refusal refusal) => refusal.Code is RefusalCode.InvalidField or RefusalCode.MissingField && refusal.NextStepEn.EndsWith(SendsAnew, StringComparison.Ordinal);

    public static Refusal IdConflict(string field) => Of(RefusalCode.IdConflict, field,
        $"交易流水号已被使用且内容不同，不同之处：{field}。原交易的结果不变。", $"the transaction id is known with other content; it differs in {field}. The first answer stands.",
        "请查询原交易结果；新的业务请用新的交易流水号。", "Query the original transaction; use a new id for new business.");

    public static Refusal PersonNotFound() => Of(RefusalCode.PersonNotFound, "person",
        "参保地查无此人。", "the insured province has no such person.",
        "请核对参保地、证件号码或卡号。", "Check the insured division and the certificate or card number.");

    public static Refusal PersonMismatch(string field) => Of(RefusalCode.PersonMismatch, field,
        $"{field} 与参保地登记不一致。", $"{field} differs from the insured province's record.",
        "请核对证件；登记有误的请到参保地经办机构更正。", "Check the document; a wrong record is corrected by the insured agency.");

    /// <param name="standing">On the day the insurance has to cover.</param>
    public static Refusal NotInsured(PersonStanding standing) => Of(RefusalCode.PersonNotInsured, "person",
        $"{standing.Day.Iso()} {StandingText(standing).Zh},不能享受直接结算。", $"on {standing.Day.Iso()} {StandingText(standing).En}; direct settlement is not possible.",
        NextStepOf(standing).Zh, NextStepOf(standing).En);

    public static Refusal FilingMissing() => Of(RefusalCode.FilingMissing, "filing",
        "未办理异地就医备案。", "there is no filing for treatment elsewhere.",
        "请参保人在出院结算前向参保地补办备案。", "The insured person files with the insured agency before the discharge settlement.");

    public static Refusal FilingExpired(DateOnly on) => Of(RefusalCode.FilingExpired, "filing",
        $"备案在 {on.Iso()} 无效。", $"the filing is not valid on {on.Iso()}.",
        "请参保人在出院结算前向参保地续办备案。", "The insured person renews the filing before the discharge settlement.");

    public static Refusal FilingArea(Division treatment) => Of(RefusalCode.FilingArea, "filing",
        $"备案的就医地不包含 {treatment.Code}。", $"the filing does not cover division {treatment.Code}.",
        "请参保人向参保地变更备案就医地。", "The insured person changes the target area of the filing.");

    public static Refusal VisitNotFound() => Of(RefusalCode.VisitNotFound, "visit_number",
        "参保地没有该就诊登记，或该登记属于其他就医地。", "the insured province has no such visit, or it belongs to another treatment province.",
        "请核对就诊登记号。", "Check the visit number.");

    public static Refusal VisitState(string stateZh, string stateEn, string neededZh, string neededEn) => Of(RefusalCode.VisitState, "visit_number",
        $"就诊状态为“{stateZh}”，本交易要求“{neededZh}”。", $"the visit is '{stateEn}'; this step needs '{neededEn}'.",
        "请按 入院→费用→出院→结算 的次序办理，撤销按相反次序。", "Follow admission, fees, discharge, settlement; undo in reverse order.");

    public static Refusal NoDischarge() => Of(RefusalCode.VisitState, "visit_number",
        "门诊就诊没有出院登记。", "an outpatient visit has no discharge.",
        "请直接结算。", "Settle it as it is.");

    public static Refusal DateOutsideStay(string field, DateOnly date, DateOnly from, DateOnly? to) => Of(RefusalCode.DateOutsideStay, field,
        $"{field}={date.Iso()} 不在住院期间 {from.Iso()} 至 {to?.Iso() ?? "今"} 之内。", $"{field}={date.Iso()} lies outside the stay {from.Iso()} to {to?.Iso() ?? "now"}.",
        "请更正日期后用新的交易流水号重发。", "Correct the date and send a new transaction.");

    public static Refusal SettlementNotFound() => Of(RefusalCode.SettlementNotFound, "settlement_number",
        "参保地没有该结算，或该结算属于其他就医地。", "the insured province has no such settlement, or it belongs to another treatment province.",
        "请核对结算业务号。", "Check the settlement number.");

    public static Refusal SettlementCancelled() => Of(RefusalCode.SettlementState, "settlement_number",
        "该结算已撤销。", "the settlement is already cancelled.",
        "无需再次撤销。", "Nothing more to cancel.");

    public static Refusal DetailsOfUndoneSettlement() => Of(RefusalCode.SettlementState, "start.settlement_number",
        "该结算已撤销或冲正，不再接收其费用明细。", "the settlement was cancelled or reversed; its lines are not wanted.",
        "无需再传；结算恢复后用新的交易流水号重传。", "Nothing to send; if the settlement is restored, send with a new transaction id.");

    public static Refusal DetailsComplete(string transactionId) => Of(RefusalCode.SettlementState, "start.settlement_number",
        $"该结算的费用明细已由传输 {transactionId} 收齐。", $"the lines of this settlement are complete by transfer {transactionId}.",
        "请以 GetFeeDetailProgress 核对。", "Compare with GetFeeDetailProgress.");

    public static Refusal DetailsReplaced() => Of(RefusalCode.SettlementState, "header.transaction_id",
        "该传输已被新的传输代替。", "a transfer with a new transaction id has taken the place of this one.",
        "请以 GetFeeDetailProgress 查询当前传输。", "Ask GetFeeDetailProgress for the one that counts.");

    public static Refusal TooManyTransfers(int transfersMax) => Of(RefusalCode.SettlementState, "start.settlement_number",
        $"该结算的费用明细已传输 {transfersMax} 次仍未成功，不再接收。", $"{transfersMax} transfers of this settlement's lines have come to nothing; no more are taken.",
        "请与参保地技术人员查明原因。", "Find the cause together with the insured province.");

    public static Refusal NotSettledCharges(string field, long stated, long settled) => Of(RefusalCode.TotalMismatch, field,
        $"{field} 为 {new Fen(stated)}，结算为 {new Fen(settled)}，相差 {new Fen(checked(stated - settled))}。",
        $"{field} is {new Fen(stated)}, {new Fen(settled)} was settled: off by {new Fen(checked(stated - settled))}.",
        "请就医地核对明细与结算后用新的交易流水号重传。", "The treatment side compares lines and settlement and sends with a new transaction id.");

    public static Refusal LinesDoNotMakeTheBill(string zh, string en) => Of(RefusalCode.TotalMismatch, "chunk.lines",
        $"明细与结算的大类汇总不符：{zh}。", $"the lines are not the settled category sums: {en}.",
        "请就医地核对明细后用新的交易流水号重传。", "The treatment side checks the lines and sends them with a new transaction id.");

    public static Refusal LineConflict(int lineNumber, string field) => Of(RefusalCode.LineConflict, "chunk.lines",
        $"第 {lineNumber} 行已存且内容不同，不同之处：{field}。已存的不变。", $"line {lineNumber} is stored with other content; it differs in {field}. What is stored stands.",
        "请查明哪一份正确，再用新的交易流水号重传全部明细。", "Find out which one is right, then send all lines with a new transaction id.");

    public static Refusal TransactionVoid() => Of(RefusalCode.TransactionVoid, "header.transaction_id",
        "该交易流水号在到达之前已被冲正作废，未作任何处理。", "the transaction id was voided by a reversal before it arrived; nothing was done.",
        "仍需办理的，请用新的交易流水号重新发起。", "Begin anew with a new transaction id if the step is still wanted.");

    public static Refusal UndoFirst(Obstacle obstacle) => Of(RefusalCode.VisitState, "visit_number",
        $"不能撤销：{obstacle.Chinese}。", $"it cannot be undone: {obstacle.English}.",
        "请按 结算→出院→费用→入院 的相反次序逐步撤销。", "Undo in reverse order: settlement, discharge, fee lines, admission.");

    public static Refusal NotReversible(Obstacle obstacle) => Of(RefusalCode.NotReversible, "original_transaction_id",
        $"原交易不能冲正：{obstacle.Chinese}。", $"the transaction cannot be reversed: {obstacle.English}.",
        "请先撤销其后的步骤；不能撤销的，在清算中以扣款更正。", "Undo the later step first; otherwise correct by a deduction in clearing.");

    public static Refusal TotalMismatch(string field, long stated, long computed) => Of(RefusalCode.TotalMismatch, field,
        $"{field} 为 {new Fen(stated)}，按分项相加应为 {new Fen(computed)}，相差 {new Fen(checked(stated - computed))}。",
        $"{field} is {new Fen(stated)}, the parts add up to {new Fen(computed)}: off by {new Fen(checked(stated - computed))}.",
        "请就医地核对费用后用新的交易流水号重发。", "The treatment side checks the bill and sends a new transaction.");

    public static Refusal Negative(string field, long amount) => Of(RefusalCode.NegativeTotal, field,
        $"{field} 为负数 {new Fen(amount)}，不能结算。", $"{field} is negative, {new Fen(amount)}; it cannot be settled.",
        "请核对退费明细。", "Check the refund lines.");

    public static Refusal PolicyMissing(string zh, string en) => Of(RefusalCode.PolicyMissing, "bill.service_date", zh, en,
        "请参保地经办机构维护待遇政策。", "The insured agency maintains the benefit policy.");

    /// <summary>Said before the visit is opened, so that nobody charges for what no fund can settle.</summary>
    public static Refusal NoPlan(string visitKind, string? chronicDisease, DateOnly on) => Of(RefusalCode.PolicyMissing, "visit_kind",
        $"参保人的待遇政策在 {on.Iso()} 不含就诊类型 {visitKind}{(chronicDisease is null ? "" : $"、病种 {chronicDisease}")}。",
        $"the person's benefit policy has no plan for visit kind {visitKind}{(chronicDisease is null ? "" : $", disease {chronicDisease},")} on {on.Iso()}.",
        "请核对就诊类型；无误时由个人先行结算后回参保地办理，或由参保地补充政策。", "Check the visit kind; if it is right, the person pays and applies at the insured side, or the insured side adds a plan.");

    private static (string Zh, string En) NextStepOf(PersonStanding standing) => standing is { IsDead: true, DiedOn: { } died }
        ? ($"请把出院日期更正为不晚于 {died.Iso()} 后结算,其后的费用退回或由个人承担;死亡登记有误的,请家属到参保地经办机构更正。",
            $"Correct the discharge to {died.Iso()} at the latest and settle; what was charged later is withdrawn or the person's own. If the record is wrong, the family has the insured agency correct it.")
        : ("请参保人向参保地经办机构查询;住院期间待遇终止的,可按终止前的最后一日办理出院结算。",
            "The insured person asks the insured agency; a stay during which the benefits ended can be discharged and settled as of the last day before.");

    private static (string Zh, string En) StandingText(PersonStanding standing) => standing switch
    {
        { IsDead: true } => ($"参保人已死亡,待遇至 {standing.DiedOn!.Value.Iso()} 止", $"the benefits had ended with the person's death on {standing.DiedOn!.Value.Iso()}"),
        { State: not PersonStanding.Normal } => ($"参保状态为{StateText(standing.State).Zh}", $"the insurance is {StateText(standing.State).En}"),
        { Freeze: { } freeze } => ($"待遇冻结({freeze.FromDate} 至 {freeze.ToDate ?? "解冻"})", $"the benefits are frozen ({freeze.FromDate} to {freeze.ToDate ?? "further notice"})"),
        _ => throw new ArgumentOutOfRangeException(nameof(standing), standing, "This person is insured."),
    };

    private static (string Zh, string En) StateText(int state) => state switch
    {
        0 => ("未参保", "absent"),
        2 => ("暂停参保", "suspended"),
        3 => ("无效", "invalid"),
        4 => ("终止参保", "ended"),
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "Not a state without benefits."),
    };

    public static Refusal Of(RefusalCode code, string field, string zh, string en, string nextZh, string nextEn) => new()
    {
        Code = code,
        Side = Side.Insured,
        Field = field,
        MessageZh = zh,
        MessageEn = en,
        NextStepZh = nextZh,
        NextStepEn = nextEn,
    };
}
