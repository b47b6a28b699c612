using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Catalogue;
using ProvincialGateway.Storage;
using ProvincialGateway.Tables;
using ProvincialGateway.Values;

namespace ProvincialGateway.Treatment;

/// <param name="NewTokens">One per added institution. Shown once: only their hashes are stored.</param>
internal sealed record InstitutionImportReport(ImportReport Rows, IReadOnlyList<(string Code, string Token)> NewTokens);

/// <summary>
/// The designated institutions of this province, from a CSV file, all or none. Institutions that are stored but not in the file stay, and a
/// known institution keeps its token: see <see cref="InstitutionStore.RotateToken"/>.
/// </summary>
/// <param name="codesOf">The code tables of an adapter by its id; null for an adapter this node has not loaded.</param>
internal sealed class InstitutionImport(Division province, Func<string, ICodeTranslator?> codesOf, TimeProvider time)
{
    private const int CodeLengthMax = 30;

    private static readonly string[] Columns = ["code", "name", "division", "level_local", "adapter"];

    /// <summary>Checks every row against itself, the others and the adapters; writes only when all of them are good.</summary>
    public InstitutionImportReport Run(Session session, TableFile file)
    {
        var errors = new List<TableError>();
        var rows = file.Rows(Columns, FieldValues.Quoted, errors);
        var institutions = rows.ConvertAll(Read);
        rows.RequireUnique("code", row => row["code"]);
        if (errors.Count > 0)
            return new InstitutionImportReport(ImportReport.Refused(errors), []);
        var tokens = new List<(string Code, string Token)>();
        var changes = institutions.ConvertAll(institution => Store(session, institution, tokens));
        return new InstitutionImportReport(ImportReport.Done(changes), tokens);
    }

    private InstitutionRow Read(CsvRow row) => new()
    {
        Code = row.Code("code", CodeLengthMax, "-"),
        Name = row.Text("name"),
        Division = row.DivisionOf(province, "division")?.Code ?? "",
        Level = Level(row),
        Adapter = row.Text("adapter"),
    };

    private string Level(CsvRow row)
    {
        var local = row.Text("level_local");
        var adapter = row["adapter"];
        if (local.Length == 0 || adapter.Length == 0)
            return "";
        if (codesOf(adapter) is not { } codes)
        {
            row.Fault("adapter",
                $"本节点没有加载适配器“{adapter}”；请核对名称与节点配置。",
                $"'{adapter}' is no adapter this node has loaded; check the name and the node's configuration.");
            return "";
        }
        if (codes.ToExchange(CodeSystem.InstitutionLevel, local, time.Today()) is { } level && ExchangeCodes.Contains(CodeSystem.InstitutionLevel, level))
            return level;
        row.Fault("level_local",
            $"适配器“{adapter}”今天没有医院等级“{local}”的对照；请核对代码，或在其 codes 文件中补充。",
            $"adapter '{adapter}' has no exchange code for institution level '{local}' today; check the code, or add it to the adapter's codes file.");
        return "";
    }

    private static RowChange Store(Session session, InstitutionRow institution, List<(string Code, string Token)> tokens)
    {
        var known = InstitutionStore.ByCode(session, institution.Code);
        if (known == institution)
            return RowChange.Unchanged;
        if (known is not null)
        {
            InstitutionStore.Put(session, institution, tokenHash: null);
            return RowChange.Updated;
        }
        var token = InstitutionStore.NewToken();
        InstitutionStore.Put(session, institution, InstitutionStore.HashOf(token));
        tokens.Add((institution.Code, token));
        return RowChange.Added;
    }
}
