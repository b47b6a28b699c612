using Provincial.Exchange.V1;
using ProvincialGateway.Values;

namespace ProvincialGateway.Clearing;

/// <summary>Every "no" between two agencies, in one place. The side that says it is filled in where it is said.</summary>
internal static class ClearingRefusals
{
    public static Refusal MissingField(string field) => Of(RefusalCode.MissingField, field,
        $"缺少必填项 {field}。", $"mandatory field {field} is empty.", "请补全后用新的交易流水号重发。", "Fill it in and send a new transaction.");

    public static Refusal InvalidField(string field, string zh, string en) => Of(RefusalCode.InvalidField, field,
        $"{field} 的值不正确：{zh}。", $"field {field} is not valid: {en}.", "请更正后用新的交易流水号重发。", "Correct it and send a new transaction.");

    public static Refusal WrongSender(string zh, string en) => Of(RefusalCode.InvalidField, "header.sender_division",
        $"本报文应由{zh}发送。", $"this message is for {en} to send.", "请核对业务方向。", "Check the direction of the relation.");

    public static Refusal PrepaymentNotFound(string field) => Of(RefusalCode.PrepaymentNotFound, field,
        "没有该补充预付请求或预付通知。", "there is no such top-up request or prepayment notice.",
        "请以 gateway prepayment list 核对编号；对方未收到的，以原流水号重发前一报文。",
        "Check the number with gateway prepayment list; if it never arrived, send the message before it again, under its own id.");

    public static Refusal PrepaymentState(string zh, string en) => Of(RefusalCode.PrepaymentState, "",
        $"{zh}。", $"{en}.", "请以 gateway prepayment list 核对双方分录后再办。", "Compare both sides' entries (gateway prepayment list) and go on from there.");

    public static Refusal PrepaymentShort(long wantedFen, long availableFen) => Of(RefusalCode.PrepaymentState, "amount_fen",
        $"预付金可用余额 {new Fen(availableFen)}，不足 {new Fen(wantedFen)}（在途退还和清算抵扣已扣除）。",
        $"the prepayment has {new Fen(availableFen)} available, not {new Fen(wantedFen)} (returns under way and offsets not yet confirmed are taken off).",
        "请减少金额。", "Lower the amount.");

    public static Refusal PrepaymentExhausted(long balanceFen, long usedFen) => Of(RefusalCode.PrepaymentExhausted, "",
        $"预付金 {new Fen(balanceFen)} 已用完：已结算未清算 {new Fen(usedFen)}，按协议暂停直接结算。",
        $"the prepayment of {new Fen(balanceFen)} is used up: {new Fen(usedFen)} settled and not cleared yet; by the agreement nothing more is settled.",
        "请就医地发起补充预付请求；非患者责任，可先按普通患者结算。", "The treatment side asks for a top-up; the patient is not at fault.");

    public static Refusal StatementNotFound(string number) => Of(RefusalCode.StatementNotFound, "statement_number",
        $"没有清算单 {number} 或该付款通知。", $"there is no statement or payment {number}.", "请核对编号；未送达的，以原流水号重发。", "Check the number; if it never arrived, send it again under its own id.");

    public static Refusal StatementState(string number, string stateZh, string stateEn, string neededZh, string neededEn) => Of(RefusalCode.StatementState, "statement_number",
        $"清算单 {number} 状态为“{stateZh}”，本步骤要求“{neededZh}”。", $"statement {number} is '{stateEn}'; this step needs '{neededEn}'.",
        "请以 gateway clearing show 查看后按其状态办理。", "See gateway clearing show and go on from the state it shows.");

    /// <summary>Of a statement that is confirmed or paid, and so never changed again.</summary>
    public static Refusal StatementClosed(string number, string stateZh, string stateEn) => Of(RefusalCode.StatementState, "statement_number",
        $"清算单 {number} 状态为“{stateZh}”，已确认的清算单不再变动。", $"statement {number} is '{stateEn}'; a confirmed statement is not changed any more.",
        "迟到的审核扣款，参保地在下一张清算单上以 gateway clearing dispute --line-audit 提出；其他扣款由就医地以 gateway clearing deduct 记入下一期草稿（先 gateway clearing cut）。",
        "What the line audit finds late the insured side objects to in the next statement: gateway clearing dispute --line-audit. Other deductions go into the treatment side's next draft: gateway clearing cut, then gateway clearing deduct.");

    public static Refusal StatementRange(long statedFrom, long due) => Of(RefusalCode.StatementRange, "statement.first_sequence",
        $"清算单从台账序号 {statedFrom} 起，应从 {due} 起。", $"the statement begins at ledger sequence {statedFrom}, {due} is due.",
        "请查询上一清算单，按其末号续接。", "Ask for the last statement and propose the range that follows.");

    public static Refusal StatementMismatch(string field, string zh, string en) => Of(RefusalCode.StatementMismatch, field,
        $"{zh}。", $"{en}.", "请核对双方台账后重新提出。", "Compare both ledgers, then propose or notify anew.");

    public static Refusal FigureMismatch(string field, long stated, long own) => StatementMismatch(field,
        // In 128 bits: what another side states may be any figure.
        $"{field} 为 {stated}，本方为 {own}，相差 {(Int128)stated - own}", $"{field} is {stated}, {own} here: off by {(Int128)stated - own}");

    public static Refusal PeriodClosed(string period, string last) => Of(RefusalCode.PeriodClosed, "statement.period",
        $"清算期 {period} 已关闭（最近一期 {last}）。", $"clearing period {period} is closed (the last is {last}).",
        "请并入下一清算期。", "Put it into the next period.");

    private static Refusal Of(RefusalCode code, string field, string zh, string en, string nextZh, string nextEn) => new()
    {
        Code = code,
        // Replaced by whoever answers; what an operator is told before sending is of neither.
        Side = Side.Unspecified,
        Field = field,
        MessageZh = zh,
        MessageEn = en,
        NextStepZh = nextZh,
        NextStepEn = nextEn,
    };
}
