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

/// <summary>What is left of a line after the refunds that take it back.</summary>
/// <param name="QuantityE2">1/100 units; of a refund what it takes back beyond the lines before it, negative or 0.</param>
/// <param name="ShareFen">Of what the funds paid; likewise.</param>
internal readonly record struct NetLine(long QuantityE2, long ShareFen);

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
        var net = NetLines(FundShares(bill.Settled, lines), lines);
        var left = bill.Settled.FundTotalFen;
        var seen = new HashSet<object>();
        var excess = ExcessQuantities(lines, net);
        var findings = new List<LineFinding>();
        // Of a line that is refunded altogether nothing is left to be found wanting.
        foreach (var line in lines.Where(line => line.QuantityE2 > 0 && net[line.LineNumber].QuantityE2 > 0))
        {
            var (quantity, share) = net[line.LineNumber];
            var leftOfLine = share;
            foreach (var doubt in Doubts(bill, line, seen, excess).Where(doubt => rules.Outcomes[doubt.Rule] is not null))
            {
                var outcome = rules.Outcomes[doubt.Rule]!.Value;
                var wanted = outcome switch
                {
                    LineAuditOutcome.Refuse => leftOfLine,
                    LineAuditOutcome.Deduct => Math.Min(leftOfLine, Rounded.OfProduct(share, Math.Min(doubt.QuantityE2, quantity), quantity)),
                    _ => 0,
                };
                // A refund that no line answers for is one of the bill: together the findings take no more than the funds paid.
                var amount = Math.Min(wanted, left);
                (leftOfLine, left) = (leftOfLine - amount, left - amount);
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

    /// <summary>
    /// Refunds set against the lines that they take back: the line they name, or else the latest lines before them of the same code and price. What finds
    /// no line stays with the refund. All lines together keep their sums of quantity and share, so that nothing is taken back twice.
    /// </summary>
    public static IReadOnlyDictionary<int, NetLine> NetLines(IReadOnlyDictionary<int, long> shares, IReadOnlyList<DetailLineRow> lines)
    {
        var net = lines.ToDictionary(line => line.LineNumber, line => new NetLine(line.QuantityE2, shares[line.LineNumber]));
        var before = new Dictionary<(string, long), List<DetailLineRow>>();
        var bySerial = lines.Where(line => line.QuantityE2 > 0).ToLookup(line => line.LineSerial);
        foreach (var line in lines)
        {
            if (!before.TryGetValue((line.LocalCode, line.UnitPriceE4), out var alike))
                before.Add((line.LocalCode, line.UnitPriceE4), alike = []);
            if (line.QuantityE2 > 0)
                alike.Add(line);
            else
                net[line.LineNumber] = Refund(net, net[line.LineNumber], line.OriginalLineSerial.Length > 0 ? bySerial[line.OriginalLineSerial] : [], alike);
        }
        return net;
    }

    /// <param name="named">Line that the refund names.</param>
    /// <param name="alike">Lines before it of the same code and price; what is used up is taken from the end.</param>
    /// <returns>What is left of the refund.</returns>
    private static NetLine Refund(Dictionary<int, NetLine> net, NetLine refund, IEnumerable<DetailLineRow> named, List<DetailLineRow> alike)
    {
        foreach (var line in named)
            refund = Refund(net, refund, line);
        while (refund.QuantityE2 < 0 && alike.Count > 0)
        {
            refund = Refund(net, refund, alike[^1]);
            if (net[alike[^1].LineNumber].QuantityE2 == 0)
                alike.RemoveAt(alike.Count - 1);
        }
        return refund;
    }

    private static NetLine Refund(Dictionary<int, NetLine> net, NetLine refund, DetailLineRow line)
    {
        var (quantity, share) = net[line.LineNumber];
        var taken = Math.Min(-refund.QuantityE2, quantity);
        if (taken == 0)
            return refund;
        // A line gives back no more than its share: what rounding or another ratio leaves over stays with the refund.
        var ofRefund = Math.Min(share, Rounded.OfProduct(-refund.ShareFen, taken, -refund.QuantityE2));
        net[line.LineNumber] = new NetLine(quantity - taken, share - ofRefund);
        return new NetLine(refund.QuantityE2 + taken, refund.ShareFen + ofRefund);
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

    /// <summary>By line, how much of it is above the day's limit: what was given last is what was too much. What was refunded was not given.</summary>
    private Dictionary<int, long> ExcessQuantities(IReadOnlyList<DetailLineRow> lines, IReadOnlyDictionary<int, NetLine> net)
    {
        var excess = new Dictionary<int, long>();
        foreach (var day in lines.Where(line => rules.Items.ContainsKey(line.ExchangeCode)).GroupBy(line => (line.ExchangeCode, line.FeeDate)))
        {
            if (rules.Items[day.Key.ExchangeCode].MaxPerDayE2 is not { } max)
                continue;
            var tooMuch = day.Sum(line => net[line.LineNumber].QuantityE2) - max;
            foreach (var line in day.Where(line => net[line.LineNumber].QuantityE2 > 0).Reverse().TakeWhile(_ => tooMuch > 0))
            {
                excess[line.LineNumber] = Math.Min(tooMuch, net[line.LineNumber].QuantityE2);
                tooMuch -= excess[line.LineNumber];
            }
        }
        return excess;
    }

    private static string Units(long quantityE2) => (quantityE2 / 100m).ToString("0.##", System.Globalization.CultureInfo.InvariantCulture);

    /// <param name="QuantityE2">1/100 units of the line that are meant.</param>
    private sealed record Doubt(LineAuditRule Rule, long QuantityE2, string Responsible, string Chinese, string English);
}
