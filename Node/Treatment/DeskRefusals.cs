using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Catalogue;
using static ProvincialGateway.Treatment.TreatmentRefusals;

namespace ProvincialGateway.Treatment;

/// <summary>Every "no" about an institution's standing, its business periods, its reconciliation and its confirmations. Codes are documented in Protos/README.md.</summary>
internal static class DeskRefusals
{
    public static HisRefusal InstitutionSuspended(string reason, string? until) => Of("INSTITUTION_SUSPENDED", RefusingSide.Treatment, "institution_code",
        $"本机构的异地就医结算已暂停（{(until is null ? "恢复日期未定" : $"至 {until}（含）")}），原因：{reason}",
        $"this institution is suspended ({(until is null ? "until it is resumed" : $"up to and including {until}")}); the reason: {reason}",
        "请联系省级经办机构；暂停期间仍可查询、对账、签退和撤销，已受理的交易会继续办结。",
        "Call the provincial agency; queries, reconciliation, sign-out and undo still work, and what was accepted goes on.");

    public static HisRefusal BusinessNotOpened(string visitKind, IReadOnlyList<string> opened) => Of("BUSINESS_NOT_OPENED", RefusingSide.Treatment, "visit_kind",
        $"本机构没有开通就诊类别 {KindInChinese(visitKind)}，已开通：{string.Join("、", opened.Select(KindInChinese))}。",
        $"this institution is not opened for visit kind {KindInEnglish(visitKind)}; opened are {string.Join(", ", opened.Select(KindInEnglish))}.",
        "请核对就诊类别；需要开通时请联系省级经办机构。", "Check the visit kind; to have it opened call the provincial agency.");

    public static HisRefusal TooManyLines(string field, int max) => OutOfRange(field, $"一次最多 {max} 条", $"at most {max} in one message", "请分批发送。", "Send smaller batches.");

    public static HisRefusal TooManyDiagnoses(int max) => OutOfRange("diagnoses", $"最多 {max} 个诊断", $"at most {max} diagnoses", "请只保留主要诊断。", "Keep the main ones.");

    public static HisRefusal PageOutOfRange(string field, int min, int max) =>
        OutOfRange(field, $"应为 {min} 至 {max}", $"{min} to {max} is expected", "请更正后重发。", "Correct it and send again.");

    public static HisRefusal UnknownCodeSystem(IEnumerable<string> known) => OutOfRange("code_system",
        $"应为 {string.Join("、", known)} 之一", $"one of {string.Join(", ", known)} is expected", "请更正后重发。", "Correct it and send again.");

    public static HisRefusal NotTheRegistered(string field, string registered, string stated) => Of("VISIT_STATE", RefusingSide.Treatment, field,
        $"入院登记的 {field} 是 {registered}，不能改为 {stated}：该项已向参保地登记。",
        $"the admission was registered with {field} {registered}; it cannot become {stated}, because the insured province has it on record.",
        "登记有误时，请撤销入院登记后重新登记。", "If the admission is wrong, cancel it and register it again.");

    public static HisRefusal DiagnosesAreDischarged() => Of("VISIT_STATE", RefusingSide.Treatment, "diagnoses",
        "出院登记已经（或正在）把诊断报给参保地，不能只在本地更正。",
        "the discharge has carried the diagnoses to the insured province, or is carrying them; they cannot be corrected here alone.",
        "请用正确的诊断重新发送出院登记。", "Send the discharge again with the right diagnoses.");

    public static HisRefusal PeriodNotFound(string field) => Of("BUSINESS_PERIOD_NOT_FOUND", RefusingSide.Treatment, field,
        "本院没有该业务周期。", "this hospital has no such business period.",
        "请重新签到，并使用签到返回的业务周期号。", "Sign in again and use the number that the sign-in returns.");

    public static HisRefusal PeriodClosed(string number) => Of("BUSINESS_PERIOD_CLOSED", RefusingSide.Treatment, "business_period",
        $"业务周期 {number} 已签退，不能再计入结算或撤销。", $"business period {number} is closed; it takes no more settlements or cancellations.",
        "请重新签到后用新的业务周期号办理。", "Sign in again and use the new period.");

    public static HisRefusal PeriodPending(string number, IReadOnlyList<string> transactions, int count) => Of("BUSINESS_PERIOD_PENDING", RefusingSide.Treatment, "period_number",
        $"业务周期 {number} 有 {count} 笔交易参保地尚未应答：{string.Join("、", transactions)}{(count > transactions.Count ? " 等" : "")}。",
        $"{count} transactions of business period {number} are not answered yet: {string.Join(", ", transactions)}{(count > transactions.Count ? ", …" : "")}.",
        "请稍后查询这些交易，有结果（或冲正）后再签退。", "Query them later; sign out once they are answered, or reverse them.");

    public static HisRefusal PeriodMismatch(string field, string chinese, string english, string claimed, string stored) => Of("BUSINESS_PERIOD_MISMATCH", RefusingSide.Hospital, $"claimed.{field}",
        $"{chinese}不符：医院 {claimed}，中心 {stored}。业务周期没有签退。", $"{english} differs: the hospital has {claimed}, the node has {stored}. The period stays open.",
        "请逐笔对账，改正后再签退。", "Reconcile row by row, then sign out again.");

    public static HisRefusal ScopeReversed() => OutOfRange("scope.to", "早于起始日期", "it is before the first day", "请更正后重发。", "Correct it and send again.");

    public static HisRefusal ScopeTooWide(int rowsMax) => OutOfRange("scope",
        $"范围内超过 {rowsMax} 笔结算与撤销", $"more than {rowsMax} settlements and cancellations are in it", "请缩小日期范围分次办理。", "Narrow the dates and ask in parts.");

    public static HisRefusal TooManyClaims(int rowsMax) => OutOfRange("rows", $"一次最多 {rowsMax} 笔", $"at most {rowsMax} in one message", "请缩小日期范围分次对账。", "Narrow the dates and reconcile in parts.");

    public static HisRefusal ClaimWithoutKey(int index) => MissingField($"rows[{index}].settlement_number");

    public static HisRefusal RowsTwice() => OutOfRange("rows", "已用 rows_of 指明明细，rows 应为空", "rows_of names the rows already, rows must be empty",
        "请只用其中一种方式。", "Give the rows in one way only.");

    public static HisRefusal StatedRowsNotFound(string field) => OutOfRange(field, "本院没有以此编号提交的对账明细或对账结果", "this hospital has handed in no rows, and has no result, under this number",
        "请先上传明细文件，并使用返回的编号。", "Hand in the rows first and use the number that is returned.");

    public static HisRefusal TransactionNotFound() => Of("TRANSACTION_NOT_FOUND", RefusingSide.Treatment, "original_transaction_id",
        "本院没有待确认的该交易。", "this hospital has no such transaction to confirm.",
        "请核对交易流水号；可查询未确认的交易。", "Check the transaction id; the unconfirmed ones can be listed.");

    public static HisRefusal NotConfirmable(string chinese, string english) => Of("TRANSACTION_STATE", RefusingSide.Treatment, "original_transaction_id",
        $"该交易{chinese}，不能确认。", $"the transaction {english}; it cannot be confirmed.",
        "请查询该交易的结果，并按结果更正医院记录。", "Query what became of it and correct the hospital's own record.");

    private static HisRefusal OutOfRange(string field, string zh, string en, string nextZh, string nextEn) => Of("INVALID_FIELD", RefusingSide.Hospital, field,
        $"{field} 的值不正确：{zh}。", $"field {field} is not valid: {en}.", nextZh, nextEn);

    /// <summary>A visit kind in both languages.</summary>
    public static string Kind(string kind) => $"{kind} {ExchangeCodes.NameOf(CodeSystem.VisitKind, kind)?.Chinese} {ExchangeCodes.NameOf(CodeSystem.VisitKind, kind)?.English}";

    // Names first: the hospital knows the kinds by codes of its own.
    private static string KindInChinese(string kind) => $"{ExchangeCodes.NameOf(CodeSystem.VisitKind, kind)?.Chinese}（交换码 {kind}）";

    private static string KindInEnglish(string kind) => $"{ExchangeCodes.NameOf(CodeSystem.VisitKind, kind)?.English} (exchange code {kind})";
}
