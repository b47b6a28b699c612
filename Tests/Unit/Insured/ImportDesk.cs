using System.Text;
using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Insured;
using ProvincialGateway.Storage;
using ProvincialGateway.Tables;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Insured;

/// <summary>The database of a node in Yunnan, into which files are imported as an operator would.</summary>
internal sealed class ImportDesk : IAsyncDisposable
{
    public const string PersonHeader =
        "insured_division,person_number,name,certificate_kind,certificate_number,social_security_number,card_number,gender,birth_date,scheme,"
        + "person_class,civil_servant,employer_code,employer_name,account_balance_yuan,insurance_state";

    public const string FilingHeader = "filing_number,person_number,kind,target_area,valid_from,valid_to,state";

    public const string PersonA = "530100,P1,测试患者甲,01,530102197601010019,530102197601010019,A00000018,1,1976-01-01,310,11,0,53010001,昆明示例制造有限公司,2000.00,1";

    public const string PersonB = "530100,P2,测试患者丙,01,530103195006150314,530103195006150314,A00000038,1,1950-06-15,310,21,1,,,650.30,2";

    private readonly TempFolder _folder = new();
    private readonly ManualTimeProvider _clock = new();

    public ImportDesk(string province = "530000")
    {
        Province = Division.Parse(province);
        Persons = new PersonStore(Vault.OpenOrCreate(_folder.File("node.key")));
        Database = EmptyBooks.Open(_folder.File("gateway.db"), _clock);
    }

    public TimeProvider Time => _clock;

    public Division Province { get; }

    public PersonStore Persons { get; }

    public Database Database { get; }

    public Encoding WrittenIn { get; init; } = LegacyText.Utf8;

    public Encoding ReadAs { get; init; } = LegacyText.Utf8;

    public Task<ImportReport> ImportPersonsAsync(params string[] rows) => ImportPersonsAsync(Write("persons.csv", PersonHeader, rows));

    public Task<ImportReport> ImportFilingsAsync(params string[] rows) => ImportFilingsAsync(Write("filings.csv", FilingHeader, rows));

    public Task<ImportReport> ImportPersonsAsync(TableFile file) =>
        Database.WriteAsync(session => new PersonImport(Province, Persons, _clock).Run(session, file), CancellationToken.None);

    public Task<ImportReport> ImportFilingsAsync(TableFile file) =>
        Database.WriteAsync(session => new FilingImport(Province, _clock).Run(session, file), CancellationToken.None);

    public TableFile Write(string name, string header, params string[] rows)
    {
        File.WriteAllText(_folder.File(name), string.Join("\r\n", [header, .. rows]) + "\r\n", WrittenIn);
        return TableFile.Read(_folder.File(name), ReadAs);
    }

    public TableFile Sample(string table) =>
        TableFile.Read(Repository.PathTo("Node", "Samples", $"{Province}-{table}.csv"), LegacyText.Utf8);

    public long Count(string table) => Database.Read(session => session.QuerySingle<long>($"SELECT count(*) FROM {table}"));

    /// <summary>Every byte of a table, to see that nothing was written, not even the same again: two seals of one record differ.</summary>
    public List<string> Dump(string table) => Database.Read(session =>
    {
        var columns = session.Query<string>("SELECT name FROM pragma_table_info(@table)", new { table });
        return session.Query<string>($"SELECT {string.Join(" || '|' || ", columns.Select(column => $"quote({column})"))} FROM {table} ORDER BY 1");
    });

    public static void AssertCounts(ImportReport report, int added, int updated, int unchanged)
    {
        Assert.That(report.Errors, Is.Empty);
        Assert.That((report.Added, report.Updated, report.Unchanged), Is.EqualTo((added, updated, unchanged)));
    }

    public static void AssertRefused(ImportReport report, params (int Line, string Column)[] places)
    {
        Assert.That(report.Errors.Select(error => (error.Line, error.Column)), Is.EqualTo(places), string.Join('\n', report.Errors));
        Assert.That((report.Added, report.Updated, report.Unchanged), Is.EqualTo((0, 0, 0)));
        foreach (var error in report.Errors)
        {
            Assert.That(error.Chinese, Does.Match(@"\p{IsCJKUnifiedIdeographs}"));
            Assert.That(error.English, Does.Match("[a-z]{3}").And.Not.Match(@"\p{IsCJKUnifiedIdeographs}"));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        _folder.Dispose();
    }
}
