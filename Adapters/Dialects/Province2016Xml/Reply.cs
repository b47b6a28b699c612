using System.Globalization;
using System.Xml.Linq;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.Province2016Xml;

/// <summary>
/// The text a client gets back: <c>result</c> with <c>transid</c>, <c>errorcode</c>, <c>errormsg</c> and <c>output</c>, all always present,
/// because clients read them without a null check. Clients take any negative <c>errorcode</c> as failure and show <c>errormsg</c>.
/// <list type="table">
/// <item><term>0</term><description>done</description></item>
/// <item><term>-1</term><description>refused: final for this transaction, errormsg says which side, field, reason and next step</description></item>
/// <item><term>-2</term><description>pending: sent and not answered yet; repeat the same message later, never a new transaction</description></item>
/// <item><term>-9</term><description>the node's answer does not fit the request: a fault of the gateway; ask before repeating</description></item>
/// </list>
/// </summary>
internal static class Reply
{
    private const int Done = 0;
    private const int Refused = -1;
    private const int Pending = -2;
    private const int Unfitting = -9;

    // Only a label: the text travels in the encoding of the envelope. Clients of this family know no other.
    private const string Declaration = """<?xml version="1.0" encoding="GBK"?>""";

    public static string Text(RequestState state, HisResult result) => result switch
    {
        HisRefusal refusal => Text(result, Refused, Shown(state.Transaction, refusal), FailedOutput(state.Transaction)),
        HisPending pending => Text(
            result, Pending,
            $"[PENDING] {pending.Chinese} 交易处理中：请稍后以相同内容重发查询结果，切勿作为新交易重发。 | "
            + $"{pending.English} Pending: send the same message again later to learn the result; do not send it as a new transaction.",
            FailedOutput(state.Transaction)),
        TransactionReversed { Effect: not HisReversalEffect.Undone } when state.Transaction == Transaction.CancelAdmission => Text(
            result, Refused, UndoRequests.NoSuchAdmission, Output()),
        _ => OutputOf(state, result) is { } output
            ? Text(result, Done, "", output)
            : Text(
                result, Unfitting,
                $"[GATEWAY_FAULT] 网关应答（{result.GetType().Name}）与请求不符，请联系省中心核对交易后再操作。 | "
                + $"The gateway's answer ({result.GetType().Name}) does not fit the request: have the provincial centre check the transaction first.",
                FailedOutput(state.Transaction)),
    };

    /// <summary>An <c>output</c> with these elements in order; one without a known value is empty.</summary>
    public static XElement Output(IEnumerable<string> names, IReadOnlyDictionary<string, string> values) =>
        Output([.. names.Select(name => Element(name, values.GetValueOrDefault(name, "")))]);

    public static XElement Output(params IEnumerable<XElement> children) => Parent("output", children);

    public static XElement Parent(string name, params IEnumerable<XElement> children)
    {
        // An element with empty text is written <x></x>, as this generation does, and not <x />.
        var parent = new XElement(name, "");
        parent.Add(children);
        return parent;
    }

    public static XElement Element(string name, string value) => new(name, LegacyXml.Carriable(value));

    public static string Date(DateOnly date) => date.ToString("yyyyMMdd", CultureInfo.InvariantCulture);

    /// <summary>Wall clock in China, <c>yyyyMMddHHmmss</c>.</summary>
    public static string Time(DateTimeOffset moment) => BusinessTime.Local(moment).ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture);

    /// <summary>The business day of a moment.</summary>
    public static string Day(DateTimeOffset moment) => Date(DateOnly.FromDateTime(BusinessTime.Local(moment)));

    private static XElement? OutputOf(RequestState state, HisResult result) => (state.Transaction, result) switch
    {
        (Transaction.VerifyCard, PersonVerified verified) => PersonReplies.CardVerified(verified),
        (Transaction.VerifyPerson, PersonVerified verified) => PersonReplies.Verified(verified),
        (Transaction.RegisterAdmission, AdmissionRegistered admission) => PersonReplies.Admitted(admission),
        (Transaction.TranslateFees, FeeLinesTranslated translated) => FeeReplies.Translated(state.Input, translated),
        (Transaction.UploadFees, FeeLinesStored) => Output(),
        (Transaction.WithdrawFees, FeeLinesWithdrawn) => Output(),
        (Transaction.Discharge, Discharged) => Output(),
        (Transaction.Settle, Settled settled) => SettlementReplies.Settled(settled),
        (Transaction.SettleWithinProvince, Settled settled) => SettlementReplies.SettledWithinProvince(state.Input, settled),
        (Transaction.CancelSettlement, SettlementCancelled cancelled) => SettlementReplies.Cancelled(cancelled),
        (Transaction.CancelAdmission, AdmissionCancelled or TransactionReversed { Effect: HisReversalEffect.Undone }) => Output(),
        (Transaction.CancelDischarge, DischargeCancelled) => Output(),
        (Transaction.Reverse, TransactionReversed) => Output(),
        (Transaction.QueryFeeLines, FeeLinesFound found) => FeeReplies.Found(state.Input, found),
        (Transaction.Reconcile, SettlementsReconciled reconciled) => ReconciliationReplies.Settlements(state.Input, reconciled),
        _ => null,
    };

    /// <summary>Clients of the card transactions read these without a null check, before they look at the code.</summary>
    private static XElement FailedOutput(Transaction? transaction) => transaction switch
    {
        Transaction.AuthenticateCard => Output(Element("aaa315", ""), Element("aaa316", "")),
        Transaction.VerifyCard => Output(Element("aab301", "")),
        _ => Output(),
    };

    private static string Text(HisResult result, int code, string message, XElement output) => Declaration + LegacyXml.Text(Parent(
        "result",
        Element("transid", result.TransactionId),
        Element("errorcode", code.ToString(CultureInfo.InvariantCulture)),
        Element("errormsg", message),
        output));

    // Refusals made behind the dialect know canonical names only; the hospital's programmer knows elements.
    private static string Shown(Transaction? transaction, HisRefusal refusal) =>
        Fields.ElementOf(transaction, refusal.Field) is { } element && !refusal.Text.Contains(element, StringComparison.Ordinal)
            ? $"{refusal.Text} ({element})"
            : refusal.Text;
}
