using ProvincialGateway.Catalogue;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Treatment;

/// <summary>Sums of the four parts of lines. Unlike the split of one line they may be of mixed sign.</summary>
internal readonly record struct PartSums(Fen FullSelfPay, Fen OverLimit, Fen PreSelfPay, Fen InScope)
{
    public static PartSums operator +(PartSums sums, LineSplit split) =>
        new(sums.FullSelfPay + split.FullSelfPay, sums.OverLimit + split.OverLimit, sums.PreSelfPay + split.PreSelfPay, sums.InScope + split.InScope);

    public static PartSums operator +(PartSums left, PartSums right) =>
        new(left.FullSelfPay + right.FullSelfPay, left.OverLimit + right.OverLimit, left.PreSelfPay + right.PreSelfPay, left.InScope + right.InScope);

    public static PartSums operator -(PartSums left, PartSums right) =>
        new(left.FullSelfPay - right.FullSelfPay, left.OverLimit - right.OverLimit, left.PreSelfPay - right.PreSelfPay, left.InScope - right.InScope);
}

/// <summary>A stored line, and what it would have been under the other version.</summary>
/// <param name="Terms">What the other version says; null on a refund line, which stands on the terms of its original.</param>
/// <param name="After">As stored where the other version would not have taken the line.</param>
internal sealed record RehearsedLine(FeeLineRow Stored, LineTerms? Terms, LineSplit Before, LineSplit After)
{
    /// <summary>The other version has no mapping, and the province does not take such a line.</summary>
    public bool IsBlocked => Terms is { IsBlocked: true };

    public string FeeCategory => Terms?.FeeCategory ?? Stored.FeeCategory;

    public string? ExchangeCode => Terms is { } terms ? terms.Mapping?.ExchangeCode : Stored.ExchangeCode;

    public string ItemClass => Terms?.ItemClass.Code() ?? Stored.ItemClass;

    public bool IsChanged => IsBlocked || Before != After || ExchangeCode != Stored.ExchangeCode || ItemClass != Stored.ItemClass || FeeCategory != Stored.FeeCategory;
}

/// <summary>One visit with its lines of the month.</summary>
/// <param name="Settlements">Those that stand, in the order in which they were made; a stay may have several.</param>
internal sealed record RehearsedVisit(VisitRow Visit, IReadOnlyList<TreatmentSettlementRow> Settlements, IReadOnlyList<RehearsedLine> Lines)
{
    /// <summary>The settlements, each with what its lines change by.</summary>
    public IReadOnlyList<RehearsedSettlement> Changes => [.. Settlements.Select(settlement => new RehearsedSettlement(settlement, Lines
        .Where(line => line.Stored.SettlementNumber == settlement.SettlementNumber)
        .Aggregate(default(PartSums), (sums, line) => sums + line.After - (default(PartSums) + line.Before))))];

    public PartSums Before => Lines.Aggregate(default(PartSums), (sums, line) => sums + line.Before);

    public PartSums After => Lines.Aggregate(default(PartSums), (sums, line) => sums + line.After);
}

/// <summary>
/// Stored lines translated and split anew under another version, to see what it would have changed. Reads only, a few visits at a time, so a
/// node that runs is not held up and a large month does not fill the memory.
/// </summary>
internal sealed class CatalogueRehearsal(Database database, string adapterId, CatalogueTimeline proposed, UnmappedPolicy policy)
{
    private const int VisitsAtOnce = 50;

    /// <summary>The visits that have lines of these fee dates, at this adapter's hospitals.</summary>
    /// <param name="from">Inclusive.</param>
    /// <param name="to">Exclusive.</param>
    public IReadOnlyList<long> Visits(DateOnly from, DateOnly to) => database.Read(session => session.Query<long>(
        """
        SELECT v.id FROM treatment_visit v JOIN institution i ON i.code = v.institution_code
        WHERE i.adapter = @adapterId AND EXISTS (
          SELECT 1 FROM fee_line l WHERE l.visit_id = v.id AND l.state = 1 AND l.fee_date >= @first AND l.fee_date < @end)
        ORDER BY v.id
        """,
        new { adapterId, first = from.Iso(), end = to.Iso() }));

    /// <summary>Each of the visits, in order, as it is asked for.</summary>
    public IEnumerable<RehearsedVisit> Rehearse(IReadOnlyList<long> visits, DateOnly from, DateOnly to)
    {
        foreach (var chunk in visits.Chunk(VisitsAtOnce))
        {
            foreach (var visit in database.Read(session => Array.ConvertAll(chunk, id => Rehearse(session, id, from, to))))
                yield return visit;
        }
    }

    private RehearsedVisit Rehearse(Session session, long visitId, DateOnly from, DateOnly to)
    {
        var visit = VisitStore.Get(session, visitId);
        var institution = InstitutionStore.ByCode(session, visit.InstitutionCode) ?? throw new InvalidOperationException("A visit names an institution that is not stored.");
        var tier = InstitutionTiers.OfLevel(institution.Level) ?? throw new InvalidOperationException("An institution is stored with a level that is none.");
        var setting = new LineSetting(tier, visit.PersonClass);
        var originals = new Dictionary<long, (LineTerms Terms, LineSplit Remaining)>();
        var lines = new List<RehearsedLine>();
        foreach (var line in FeeLineStore.Of(session, visitId).Where(line => IsWithin(line, from, to)))
        {
            if (line.RefundOf is { } original)
                lines.Add(Refund(line, original, originals));
            else
                lines.Add(Charge(line, setting, originals));
        }
        return new RehearsedVisit(visit, [.. VisitStore.SettlementsOf(session, visitId).Where(settlement => settlement.State == 1)], lines);
    }

    private static bool IsWithin(FeeLineRow line, DateOnly from, DateOnly to) =>
        string.CompareOrdinal(line.FeeDate, from.Iso()) >= 0 && string.CompareOrdinal(line.FeeDate, to.Iso()) < 0;

    private RehearsedLine Charge(FeeLineRow line, LineSetting setting, Dictionary<long, (LineTerms Terms, LineSplit Remaining)> originals)
    {
        var (price, day, before) = (new UnitPrice(line.UnitPriceE4), ChinaTime.ParseIso(line.FeeDate), SplitOf(line));
        var terms = LineTerms.Of(proposed.At(day), policy, line.LocalCode, price, day, setting);
        if (terms.IsBlocked)
            return new RehearsedLine(line, terms, before, before);
        var after = FeeLineSplit.Split(price, new Quantity(line.QuantityE2), new Fen(line.AmountFen), terms.ItemClass, terms.SelfPay, terms.Limit);
        originals.Add(line.Id, (terms, after));
        return new RehearsedLine(line, terms, before, after);
    }

    /// <summary>A refund takes back by the terms of its line; where those did not change hands, neither did the refund.</summary>
    private static RehearsedLine Refund(FeeLineRow line, long original, Dictionary<long, (LineTerms Terms, LineSplit Remaining)> originals)
    {
        var before = SplitOf(line);
        if (!originals.TryGetValue(original, out var taken))
            return new RehearsedLine(line, null, before, before);
        var (terms, remaining) = taken;
        var after = FeeLineSplit.RefundOf(
            remaining, new UnitPrice(line.UnitPriceE4), -new Quantity(line.QuantityE2), -new Fen(line.AmountFen), terms.ItemClass, terms.SelfPay, terms.Limit);
        originals[original] = (terms, remaining + after);
        return new RehearsedLine(line, terms, before, after);
    }

    private static LineSplit SplitOf(FeeLineRow row) =>
        new(new Fen(row.FullSelfPayFen), new Fen(row.OverLimitFen), new Fen(row.PreSelfPayFen), new Fen(row.InScopeFen));
}
