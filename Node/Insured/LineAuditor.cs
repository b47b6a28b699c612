using ProvincialGateway.Catalogue;
using ProvincialGateway.Ledger;
using ProvincialGateway.Values;

namespace ProvincialGateway.Insured;

/// <summary>A settled bill whose lines are looked through.</summary>
/// <param name="From">First day of the stay.</param>
/// <param name="To">Last day of the stay.</param>
internal sealed record AuditedBill(SettlementFigures Settled, DateOnly From, DateOnly To);

/// <summary>What the rules find in one line.</summary>
/// <param name="AmountFen">Taken back from what the funds paid for the line; 0 unless the outcome deducts or refuses.</param>
/// <param name="Responsible">Exchange code: 02 doctor, 03 hospital.</param>
internal sealed record LineFinding(
    int LineNumber, LineAuditRule Rule, LineAuditOutcome Outcome, long AmountFen, string Responsible, string Chinese, string English);

/// <summary>
/// The rules over the lines of one bill. Pure. Money is what the funds paid for a line: its share of the fund total by what it has in scope, rounded
/// so that the shares of all lines make the fund total to the fen.
/// </summary>
internal sealed class LineAuditor(LineAuditRules rules, ExchangeCatalogue? exchange)
{
    private const string Doctor = "02", Hospital = "03";

    /// <param name="lines">All of the bill, in line order.</param>
    /// <returns>By line, then rule. What several rules take from one line is together not more than its share.</returns>
    public IReadOnlyList<LineFinding> Examine(AuditedBill bill, IReadOnlyList<DetailLineRow> lines)
    {
        var shares = FundShares(bill.Settled, lines);
        var left = NetShares(shares, lines);
        var seen = new HashSet<object>();
        var excess = ExcessQuantities(lines);
        var findings = new List<LineFinding>();
        foreach (var line in lines.Where(line => line.QuantityE2 > 0))
        {
            foreach (var doubt in Doubts(bill, line, seen, excess).Where(doubt => rules.Outcomes[doubt.Rule] is not null))
            {
                var outcome = rules.Outcomes[doubt.Rule]!.Value;
                var amount = outcome switch
                {
                    LineAuditOutcome.Refuse => left[line.LineNumber],
                    LineAuditOutcome.Deduct => Math.Min(left[line.LineNumber], Rounded.OfProduct(shares[line.LineNumber], doubt.QuantityE2, line.QuantityE2)),
                    _ => 0,
                };
                left[line.LineNumber] -= amount;
                findings.Add(new LineFinding(line.LineNumber, doubt.Rule, outcome, amount, doubt.Responsible, doubt.Chinese, doubt.English));
            }
        }
        return findings;
    }

    /// <summary>What the funds paid for each line: with refund lines, whose shares are negative, exactly the fund total.</summary>
    public static IReadOnlyDictionary<int, long> FundShares(SettlementFigures settled, IReadOnlyList<DetailLineRow> lines)
    {
        var shares = new Dictionary<int, long>(lines.Count);
        var (scope, before) = (0L, 0L);
        foreach (var line in lines)
        {
            scope = checked(scope + line.InScopeFen);
            var through = settled.InScopeFen == 0 ? 0 : Rounded.OfProduct(scope, settled.FundTotalFen, settled.InScopeFen);
            shares[line.LineNumber] = line.InScopeFen == 0 ? 0 : through - before;
            before = line.InScopeFen == 0 ? before : through;
        }
        return shares;
    }

    /// <summary>What is left of each line's share after its refunds: nothing is taken back twice.</summary>
    public static Dictionary<int, long> NetShares(IReadOnlyDictionary<int, long> shares, IReadOnlyList<DetailLineRow> lines)
    {
        var refunded = lines.Where(line => line.OriginalLineSerial.Length > 0).ToLookup(line => line.OriginalLineSerial, line => shares[line.LineNumber]);
        return lines.Where(line => line.QuantityE2 > 0)
            .ToDictionary(line => line.LineNumber, line => Math.Max(0, shares[line.LineNumber] + refunded[line.LineSerial].Sum()));
    }

    private IEnumerable<Doubt> Doubts(AuditedBill bill, DetailLineRow line, HashSet<object> seen, Dictionary<int, long> excess)
    {
        if (ClassDoubt(line) is { } doubt)
            yield return doubt;
        if (rules.Items.TryGetValue(line.ExchangeCode, out var item) && item.IsRestricted && line.RestrictedUseReason.Length == 0)
            yield return new Doubt(LineAuditRule.Restricted, line.QuantityE2, Doctor, "限制使用的药品未说明使用理由", "an item of restricted use without a stated reason");
        if (excess.TryGetValue(line.LineNumber, out var tooMuch))
            yield return new Doubt(LineAuditRule.Quantity, tooMuch, Doctor, $"当日用量超过限量 {Units(tooMuch)}", $"{Units(tooMuch)} more on the day than is allowed");
        if (!seen.Add((line.ExchangeCode, line.LocalCode, line.FeeDate, line.UnitPriceE4, line.QuantityE2, line.PrescriptionNumber, line.Doctor)))
            yield return new Doubt(LineAuditRule.Duplicate, line.QuantityE2, Hospital, "与另一行同一项目、日期、单价、数量、处方和医生", "the same item, day, price, quantity, prescription and doctor as another line");
        var on = ChinaTime.ParseIso(line.FeeDate);
        if (on < bill.From || on > bill.To)
            yield return new Doubt(LineAuditRule.OutsideStay, line.QuantityE2, Hospital,
                $"费用日期 {on.Iso()} 不在住院期间 {bill.From.Iso()} 至 {bill.To.Iso()}", $"the fee date {on.Iso()} is outside the stay, {bill.From.Iso()} to {bill.To.Iso()}");
    }

    private Doubt? ClassDoubt(DetailLineRow line)
    {
        if (line.ExchangeCode.Length == 0 || exchange?.Find(line.ExchangeCode, ChinaTime.ParseIso(line.FeeDate)) is not { ItemClass: { } known })
            return null;
        var settled = ItemClassCode.Parse(line.ItemClass);
        return settled >= known ? null : new Doubt(LineAuditRule.Class, line.QuantityE2, Hospital,
            $"按 {line.ItemClass} 类结算，交换目录为 {known.Code()} 类", $"settled in class {line.ItemClass}, the exchange catalogue says {known.Code()}");
    }

    /// <summary>By line, how much of it is above the day's limit: what was given last is what was too much. Refunds of the day count against it.</summary>
    private Dictionary<int, long> ExcessQuantities(IReadOnlyList<DetailLineRow> lines)
    {
        var excess = new Dictionary<int, long>();
        foreach (var day in lines.Where(line => rules.Items.ContainsKey(line.ExchangeCode)).GroupBy(line => (line.ExchangeCode, line.FeeDate)))
        {
            if (rules.Items[day.Key.ExchangeCode].MaxPerDayE2 is not { } max)
                continue;
            var tooMuch = day.Sum(line => line.QuantityE2) - max;
            foreach (var line in day.Where(line => line.QuantityE2 > 0).Reverse().TakeWhile(_ => tooMuch > 0))
            {
                excess[line.LineNumber] = Math.Min(tooMuch, line.QuantityE2);
                tooMuch -= excess[line.LineNumber];
            }
        }
        return excess;
    }

    private static string Units(long quantityE2) => (quantityE2 / 100m).ToString("0.##", System.Globalization.CultureInfo.InvariantCulture);

    /// <param name="QuantityE2">1/100 units of the line that are meant.</param>
    private sealed record Doubt(LineAuditRule Rule, long QuantityE2, string Responsible, string Chinese, string English);
}
