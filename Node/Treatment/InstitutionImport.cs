using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Catalogue;
using ProvincialGateway.Storage;
using ProvincialGateway.Tables;
using ProvincialGateway.Values;

namespace ProvincialGateway.Treatment;

/// <param name="NewTokens">One per added institution, valid once the transaction has committed. Shown once: only their hashes are stored.</param>
internal sealed record InstitutionImportReport(ImportReport Rows, IReadOnlyList<(string Code, string Token)> NewTokens);

/// <summary>What the import has to know of an adapter.</summary>
/// <param name="Dialect">The dialect it speaks.</param>
internal sealed record InstitutionAdapter(ICodeTranslator Codes, string Dialect);

/// <summary>
/// The designated institutions of this province, from a CSV file, all or none. Institutions that are stored but not in the file stay; a known
/// one keeps its token (see <see cref="InstitutionStore.RotateToken"/>), its suspension, and what the file has no column for.
/// </summary>
/// <param name="adapterOf">An adapter by its id; null for one this node has not loaded.</param>
internal sealed class InstitutionImport(Division province, Func<string, InstitutionAdapter?> adapterOf, TimeProvider time)
{
    private const int CodeLengthMax = 30;
    private const string PriceLevel = "price_level_local", DeductibleLevel = "deductible_level_local", VisitKinds = "visit_kinds", Dialect = "dialect";

    private static readonly string[] Columns = ["code", "name", "division", "level_local", "adapter"];

    /// <summary>Later than the files of the first release.</summary>
    private static readonly string[] OptionalColumns = [PriceLevel, DeductibleLevel, VisitKinds, Dialect];

    /// <summary>Checks every row against itself, the others and the adapters; writes only when all of them are good.</summary>
    public InstitutionImportReport Run(Session session, TableFile file)
    {
        var errors = new List<TableError>();
        var given = GivenColumns(file);
        var rows = file.Rows([.. Columns, .. given], FieldValues.Quoted, errors);
        var institutions = rows.ConvertAll(row => Read(row, given));
        rows.RequireUnique("code", row => row["code"]);
        if (errors.Count > 0)
            return new InstitutionImportReport(ImportReport.Refused(errors), []);
        var tokens = new List<(string Code, string Token)>();
        var changes = institutions.ConvertAll(institution => Store(session, institution, given, tokens));
        return new InstitutionImportReport(ImportReport.Done(changes), tokens);
    }

    /// <summary>The optional columns that the file has: those that a reading with all columns does not miss in the header.</summary>
    private static List<string> GivenColumns(TableFile file)
    {
        var probe = new List<TableError>();
        file.Rows([.. Columns, .. OptionalColumns], FieldValues.Quoted, probe);
        return [.. OptionalColumns.Except(probe.Where(error => error.Line == 1).Select(error => error.Column))];
    }

    private InstitutionRow Read(CsvRow row, List<string> given)
    {
        var (code, name, division, adapter) = (row.Code("code", CodeLengthMax, "-"), row.Text("name"), row.DivisionOf(province, "division"), Adapter(row));
        return new InstitutionRow
        {
            Code = code,
            Name = name,
            Division = division?.Code ?? "",
            Level = row.Text("level_local") is { Length: > 0 } local ? Level(row, "level_local", local, adapter) : "",
            PriceLevel = given.Contains(PriceLevel) ? OptionalLevel(row, PriceLevel, adapter) : null,
            DeductibleLevel = given.Contains(DeductibleLevel) ? OptionalLevel(row, DeductibleLevel, adapter) : null,
            VisitKinds = given.Contains(VisitKinds) ? Kinds(row) : null,
            Adapter = row["adapter"],
            Dialect = given.Contains(Dialect) ? SpokenDialect(row, adapter) : adapter?.Dialect,
        };
    }

    private InstitutionAdapter? Adapter(CsvRow row)
    {
        var id = row.Text("adapter");
        var adapter = id.Length == 0 ? null : adapterOf(id);
        if (id.Length > 0 && adapter is null)
        {
            row.Fault("adapter",
                $"本节点没有加载适配器“{id}”；请核对名称与节点配置。",
                $"'{id}' is no adapter this node has loaded; check the name and the node's configuration.");
        }
        return adapter;
    }

    private string? OptionalLevel(CsvRow row, string column, InstitutionAdapter? adapter) =>
        row.Optional(column) is { Length: > 0 } local ? Level(row, column, local, adapter) : null;

    // Without its adapter a level cannot be read, which the adapter's own fault has said already.
    private string Level(CsvRow row, string column, string local, InstitutionAdapter? adapter)
    {
        if (adapter is null)
            return "";
        if (adapter.Codes.ToExchange(CodeSystem.InstitutionLevel, local, time.Today()) is { } level && ExchangeCodes.Contains(CodeSystem.InstitutionLevel, level))
            return level;
        row.Fault(column,
            $"适配器“{row["adapter"]}”今天没有医院等级“{local}”的对照；请核对代码，或在其 codes 文件中补充。",
            $"adapter '{row["adapter"]}' has no exchange code for institution level '{local}' today; check the code, or add it to the adapter's codes file.");
        return "";
    }

    private static string? Kinds(CsvRow row)
    {
        var kinds = VisitKindList.Read(row.Optional(VisitKinds), out var unknown);
        if (unknown.Count > 0)
        {
            var codes = string.Join(" ", ExchangeCodes.Of(CodeSystem.VisitKind));
            row.Fault(VisitKinds,
                $"“{string.Join(" ", unknown)}”不是就诊类别交换码；请填 {codes} 中的代码，以空格分隔。",
                $"'{string.Join(" ", unknown)}' is no exchange visit kind; list codes of {codes}, separated by blanks.");
        }
        return kinds;
    }

    private static string? SpokenDialect(CsvRow row, InstitutionAdapter? adapter)
    {
        var stated = row.Optional(Dialect);
        if (adapter is not null && stated.Length > 0 && stated != adapter.Dialect)
        {
            row.Fault(Dialect,
                $"适配器“{row["adapter"]}”使用的接口方言是 {adapter.Dialect}，不是“{stated}”；请核对适配器或方言。",
                $"adapter '{row["adapter"]}' speaks {adapter.Dialect}, not '{stated}'; check adapter or dialect.");
        }
        return adapter?.Dialect;
    }

    private static RowChange Store(Session session, InstitutionRow institution, List<string> given, List<(string Code, string Token)> tokens)
    {
        if (InstitutionStore.ByCode(session, institution.Code) is { } known)
        {
            var changed = Merged(known, institution, given);
            if (changed == known)
                return RowChange.Unchanged;
            InstitutionStore.Update(session, changed);
            return RowChange.Updated;
        }
        var token = InstitutionStore.NewToken();
        InstitutionStore.Insert(session, institution, InstitutionStore.HashOf(token));
        tokens.Add((institution.Code, token));
        return RowChange.Added;
    }

    private static InstitutionRow Merged(InstitutionRow known, InstitutionRow read, List<string> given) => read with
    {
        PriceLevel = given.Contains(PriceLevel) ? read.PriceLevel : known.PriceLevel,
        DeductibleLevel = given.Contains(DeductibleLevel) ? read.DeductibleLevel : known.DeductibleLevel,
        VisitKinds = given.Contains(VisitKinds) ? read.VisitKinds : known.VisitKinds,
        SuspensionReason = known.SuspensionReason,
        SuspendedUntil = known.SuspendedUntil,
    };
}
