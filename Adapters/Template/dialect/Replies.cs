using System.Globalization;
using System.Text;
using ProvincialGateway.Adapters.Contracts;

namespace KeyValueLines;

/// <summary>A result as lines. The first says how it went: <c>ok</c>, <c>pending</c> (ask again with the same serial) or <c>refused</c>.</summary>
internal static class Replies
{
    public static string Write(HisResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        var lines = new StringBuilder();
        foreach (var (key, value) in Lines(result).Prepend(("transaction", result.TransactionId)).Prepend(("status", Status(result))))
            lines.Append(key).Append('=').Append(value.ReplaceLineEndings(" ")).Append('\n');
        return lines.ToString();
    }

    private static string Status(HisResult result) => result switch
    {
        HisRefusal => "refused",
        HisPending => "pending",
        _ => "ok",
    };

    private static (string Key, string Value)[] Lines(HisResult result) => result switch
    {
        HisRefusal refusal => [("code", refusal.Code), ("field", refusal.Field), ("message", refusal.Text)],
        HisPending pending => [("message", $"{pending.Chinese} | {pending.English}")],
        PersonVerified verified => Person(verified.Person),
        AdmissionRegistered admitted => [("visit", admitted.VisitNumber), ("deductible", Amounts.Yuan(admitted.DeductibleFen)), .. Person(admitted.Person)],
        FeeLinesStored stored => [.. stored.Lines.Select(Line), ("total", Amounts.Yuan(stored.VisitTotalFen))],
        FeeLinesWithdrawn withdrawn => [("lines", withdrawn.LineCount.ToString(CultureInfo.InvariantCulture))],
        Discharged discharged => [("date", Iso(discharged.DischargeDate))],
        SettlementPreviewed previewed => Figures(previewed.Figures),
        Settled settled => [("settlement", settled.SettlementNumber), ("visit", settled.VisitNumber), .. Figures(settled.Figures), ("balance", Amounts.Yuan(settled.Person.AccountBalanceFen))],
        SettlementCancelled cancelled => [("settlement", cancelled.SettlementNumber)],
        TransactionFound found => [("state", found.State.ToString())],
        // What this dialect never asks for cannot be answered to it.
        _ => throw new ArgumentException($"There is no reply for {result.GetType().Name}."),
    };

    private static (string Key, string Value)[] Person(HisPerson person) =>
    [
        ("person", person.PersonNumber),
        ("name", person.Name),
        ("class", person.PersonClass),
        ("scheme", person.Scheme),
        ("balance", Amounts.Yuan(person.AccountBalanceFen)),
        ("filing", person.FilingNumber ?? ""),
    ];

    private static (string Key, string Value) Line(HisSplitLine line) => ("line",
        $"{line.LineSerial}|{line.ItemClass}|{Amounts.Yuan(line.FullSelfPayFen)}|{Amounts.Yuan(line.OverLimitFen)}|{Amounts.Yuan(line.PreSelfPayFen)}|{Amounts.Yuan(line.InScopeFen)}");

    private static (string Key, string Value)[] Figures(HisFigures figures) =>
    [
        ("total", Amounts.Yuan(figures.TotalFen)),
        ("self_pay", Amounts.Yuan(figures.FullSelfPayFen)),
        ("over_limit", Amounts.Yuan(figures.OverLimitFen)),
        ("pre_self_pay", Amounts.Yuan(figures.PreSelfPayFen)),
        ("in_scope", Amounts.Yuan(figures.InScopeFen)),
        ("deductible", Amounts.Yuan(figures.DeductibleFen)),
        ("funds", Amounts.Yuan(figures.FundTotalFen)),
        ("account", Amounts.Yuan(figures.AccountFen)),
        ("cash", Amounts.Yuan(figures.CashFen)),
    ];

    private static string Iso(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
