using System.Globalization;
using System.Xml.Linq;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.Province2016Xml;

/// <summary>
/// 0606: a verdict for every row, found by the client under its otransid: aae314 from 0 is "matches", below it aaa204 says why not. Rows that
/// only the node has follow under the node's transaction.
/// </summary>
internal static class ReconciliationReplies
{
    private const int Balanced = 0;
    private const int Pending = 1;
    private const int OnlyHospital = -1;
    private const int OnlyNode = -2;
    private const int Differs = -3;

    /// <summary>Null when the result does not answer the rows of the request.</summary>
    public static XElement? Settlements(XElement input, SettlementsReconciled reconciled)
    {
        var claimed = new InputReader(input).Rows(static row => (Transaction: row.Optional(Fields.OriginalTransaction) ?? "", AgencyPaid: ReconciliationRequests.AgencyPaid(row)), "rows");
        if (reconciled.Rows.Count < claimed.Count)
            return null;
        var rows = reconciled.Rows.Select((row, index) => index < claimed.Count
            ? Row(claimed[index].Transaction, Verdict(row, claimed[index].AgencyPaid))
            : Row(row.Row?.OriginalTransactionId ?? "", Verdict(row, agencyPaid: null)));
        return Reply.Output(Reply.Element("totalrow", Number(reconciled.Rows.Count)), Reply.Parent("detail", rows));
    }

    private static (int Code, string Reason) Verdict(HisReconciledSettlement row, long? agencyPaid) => row.Verdict switch
    {
        HisReconciliationVerdict.Balanced when Paid(row) is { } paid && agencyPaid is { } claimed && paid != claimed =>
            (Differs, $"ake149 经办机构支付总额不符，中心 {Yuan(paid)}。 | ake149 differs, the centre has {Yuan(paid)}."),
        HisReconciliationVerdict.Balanced => (Balanced, ""),
        HisReconciliationVerdict.Pending => (Pending, "参保地尚未应答，不作差异。 | the insured province has not answered yet; no difference."),
        HisReconciliationVerdict.OnlyHospital => (OnlyHospital, "中心无此结算。 | the centre has no such settlement."),
        HisReconciliationVerdict.OnlyNode => (OnlyNode, $"医院未上报，结算流水号 {row.Row?.SettlementNumber}，总额 {Total(row)}。 | not reported by the hospital: settlement {row.Row?.SettlementNumber}, total {Total(row)}."),
        _ => (Differs, $"{Shown(row.Field)} 不符，中心总额 {Total(row)}。 | {Shown(row.Field)} differs, the centre's total is {Total(row)}."),
    };

    private static XElement Row(string transaction, (int Code, string Reason) verdict) => Reply.Parent(
        "row", Reply.Element("otransid", transaction), Reply.Element("aae314", Number(verdict.Code)), Reply.Element("aaa204", verdict.Reason));

    private static decimal? Paid(HisReconciledSettlement row) => row.Row is { Figures: var figures } ? (decimal)figures.FundTotalFen + figures.AccountFen : null;

    private static string Total(HisReconciledSettlement row) => row.Row is { } own ? Yuan(own.Figures.TotalFen) : "-";

    private static string Shown(string? field) => field is null ? "-" : Fields.ElementOf(Transaction.Reconcile, $"rows[0].{field}") is { } element ? element.Split('/')[^1] : field;

    private static string Yuan(decimal fen) => (fen / 100m).ToString("0.00", CultureInfo.InvariantCulture);

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
