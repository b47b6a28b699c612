using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Catalogue;
using ProvincialGateway.Storage;
using ProvincialGateway.Tables;
using ProvincialGateway.Values;

namespace ProvincialGateway.Insured;

/// <summary>
/// Filings that were made at home, from a CSV file of the province's own system, all or none. Filings that are stored but not in the file
/// stay. The file decides: it may change, cancel and revive a filing, also one that an open visit rests on.
/// </summary>
/// <remarks>
/// A person may have a long-term and a temporary filing for the same area and time, but not two of one family: the same rule by which a
/// filing of another province is refused. To replace a filing, cancel or end the old one in the same file.
/// </remarks>
internal sealed class FilingImport(Division province, TimeProvider time)
{
    private const int NumberLengthMax = 30;

    private static readonly string[] Columns = ["filing_number", "person_number", "kind", "target_area", "valid_from", "valid_to", "state"];

    /// <summary>Checks every row against itself, the others and what is stored; writes only when all of them are good.</summary>
    public ImportReport Run(Session session, TableFile file)
    {
        var errors = new List<TableError>();
        // Whoever is abroad for treatment is personal too, and a person's row may stand in this file by mistake.
        var rows = file.Rows(Columns, FieldValues.Withheld, errors);
        var entries = rows.ConvertAll(Read);
        rows.RequireUnique("filing_number", row => row["filing_number"]);
        foreach (var entry in entries.Where(entry => entry.Row.IsGood))
            RequireKnownPerson(session, entry);
        RequireNoOverlap(session, entries);
        return errors.Count > 0 ? ImportReport.Refused(errors) : ImportReport.Done(entries.ConvertAll(entry => Store(session, entry)));
    }

    private Entry Read(CsvRow row)
    {
        var from = row.Date("valid_from");
        var to = row.OptionalDate("valid_to");
        if (to < from)
            row.Fault("valid_to", "早于 valid_from（截止日当天仍有效）。", "is before valid_from (the last day is included).");
        return new Entry(row, new FilingRow
        {
            FilingNumber = row.Code("filing_number", NumberLengthMax, "-"),
            PersonNumber = row.Text("person_number"),
            Kind = row.ExchangeCode(CodeSystem.FilingKind, "kind"),
            TargetArea = TargetArea(row),
            ValidFrom = from?.Iso() ?? "",
            ValidTo = to?.Iso(),
            State = State(row),
        });
    }

    private string TargetArea(CsvRow row)
    {
        var area = row.Division("target_area");
        if (area is { } target && target.Province == province)
            row.Fault("target_area", $"是本省 {province} 的地区；备案的就医地应在外省。", $"is in this province {province}; a filing is for treatment in another one.");
        return area?.Code ?? "";
    }

    private static FilingStatus State(CsvRow row)
    {
        switch (row.Text("state"))
        {
            case "1":
                return FilingStatus.Effective;
            case "9":
                return FilingStatus.Cancelled;
            case { Length: > 0 }:
                row.Fault("state", "应为 1 有效或 9 已撤销。", "must be 1 effective or 9 cancelled.");
                break;
        }
        return FilingStatus.Cancelled;
    }

    private static void RequireKnownPerson(Session session, Entry entry)
    {
        if (PersonStore.ByNumber(session, entry.Filing.PersonNumber) is null)
            entry.Row.Fault("person_number", "库中没有此人；请核对个人编号，或先导入人员。", "names nobody stored here; check the number, or import the person first.");
        if (FilingStore.Find(session, entry.Filing.FilingNumber) is { } known && known.PersonNumber != entry.Filing.PersonNumber)
            entry.Row.Fault("filing_number", "已属于库中另一人的备案；请核对备案号。", "is the number of another person's stored filing; check it.");
    }

    private static void RequireNoOverlap(Session session, List<Entry> entries)
    {
        var replaced = entries.Select(entry => entry.Filing.FilingNumber).ToHashSet(StringComparer.Ordinal);
        var effective = entries.Where(entry => entry.Row.IsGood && entry.Filing.State == FilingStatus.Effective);
        foreach (var person in effective.GroupBy(entry => entry.Filing.PersonNumber))
        {
            var standing = FilingStore.Standing(session, person.Key).Where(filing => !replaced.Contains(filing.FilingNumber)).ToList();
            foreach (var (row, filing) in person)
            {
                if (standing.Find(filing.Overlaps) is { } other)
                    row.Fault("valid_from", $"与此人的备案 {other.FilingNumber} 类别、地区和有效期重叠。", $"overlaps this person's filing {other.FilingNumber} in family, area and time.");
                standing.Add(filing);
            }
        }
    }

    private RowChange Store(Session session, Entry entry)
    {
        var change = new Change("import", "import", time.NowMs());
        if (FilingStore.Find(session, entry.Filing.FilingNumber) is not { } known)
        {
            FilingStore.Insert(session, entry.Filing, change);
            return RowChange.Added;
        }
        if (known.SaysTheSameAs(entry.Filing))
            return RowChange.Unchanged;
        FilingStore.Replace(session, known, entry.Filing, change);
        return RowChange.Updated;
    }

    private readonly record struct Entry(CsvRow Row, FilingRow Filing);
}
