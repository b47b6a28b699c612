using System.Text;
using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Catalogue;
using ProvincialGateway.Storage;
using ProvincialGateway.Tables;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Treatment;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Treatment;

internal sealed class InstitutionImportTests
{
    private const string Header = "code,name,division,level_local,adapter";
    private const string Wide = "code,name,division,level_local,price_level_local,deductible_level_local,visit_kinds,adapter,dialect";
    private const string Hospital = "H1,昆明示例医院,530100,3A,yunnan";

    private TempFolder _folder;
    private Database _database;

    [SetUp]
    public void Open()
    {
        _folder = new();
        _database = EmptyBooks.Open(_folder.File("gateway.db"), TimeProvider.System);
    }

    [TearDown]
    public async Task Close()
    {
        await _database.DisposeAsync();
        _folder.Dispose();
    }

    [TestCase("440000", "Guangdong", "province2016-xml", "H44010000001")]
    [TestCase("530000", "Yunnan", "yunnan-ydjy-xml", "H53010000001")]
    public async Task The_samples_are_imported_with_the_tables_of_their_own_province_and_a_second_time_change_nothing(string province, string adapter, string dialect, string first)
    {
        var sample = TableFile.Read(Repository.PathTo("Node", "Samples", $"{province}-institutions.csv"), LegacyText.Utf8);
        var import = new InstitutionImport(Division.Parse(province), id => string.Equals(id, adapter, StringComparison.OrdinalIgnoreCase) ? new InstitutionAdapter(CodesOf(adapter), dialect) : null, new ManualTimeProvider());

        var report = await _database.WriteAsync(session => import.Run(session, sample), CancellationToken.None);

        Assert.That(report.Rows.Errors, Is.Empty);
        Assert.That((report.Rows.Added, report.NewTokens.Count), Is.EqualTo((4, 4)));
        Assert.That(_database.Read(session => InstitutionStore.ByCode(session, first))!.Level, Is.EqualTo("02"));
        var again = await _database.WriteAsync(session => import.Run(session, sample), CancellationToken.None);
        Assert.That((again.Rows.Added, again.Rows.Updated, again.Rows.Unchanged, again.NewTokens.Count), Is.EqualTo((0, 0, 4, 0)));
    }

    [Test]
    public async Task A_new_institution_gets_a_token_of_its_own_that_is_stored_as_a_hash_only()
    {
        var report = await ImportAsync(Hospital, "H2,昆明示例骨科医院,530100,2A,yunnan");

        Assert.That(report.NewTokens.Select(token => token.Code), Is.EqualTo(new[] { "H1", "H2" }));
        Assert.That(report.NewTokens.Select(token => token.Token), Is.Unique.And.All.Matches("^[A-Za-z0-9_-]{43}$"));
        foreach (var (code, token) in report.NewTokens)
        {
            Assert.That(ByToken(token)!.Code, Is.EqualTo(code));
            Assert.That(_database.Read(session => session.QuerySingle<long>("SELECT count(*) FROM institution WHERE instr(token_hash, @token)", new { token })), Is.Zero);
        }
        Assert.That(ByToken(report.NewTokens[0].Token), Is.EqualTo(new InstitutionRow { Code = "H1", Name = "昆明示例医院", Division = "530100", Level = "02", Adapter = "yunnan", Dialect = "yunnan-ydjy-xml" }));
    }

    [Test]
    public async Task A_changed_institution_keeps_its_token()
    {
        var token = (await ImportAsync(Hospital)).NewTokens.Single().Token;

        var report = await ImportAsync("H1,昆明示例医院(新),530400,2A,yunnan");

        Assert.That((report.Rows.Added, report.Rows.Updated, report.Rows.Unchanged, report.NewTokens.Count), Is.EqualTo((0, 1, 0, 0)));
        Assert.That(ByToken(token), Is.EqualTo(new InstitutionRow { Code = "H1", Name = "昆明示例医院(新)", Division = "530400", Level = "05", Adapter = "yunnan", Dialect = "yunnan-ydjy-xml" }));
    }

    [Test]
    public async Task A_rotated_token_replaces_the_old_one_and_an_unknown_institution_gets_none()
    {
        var old = (await ImportAsync(Hospital)).NewTokens.Single().Token;

        var token = await _database.WriteAsync(session => InstitutionStore.RotateToken(session, "H1"), CancellationToken.None);

        Assert.That(ByToken(token!)!.Code, Is.EqualTo("H1"));
        Assert.That(ByToken(old), Is.Null);
        Assert.That(await _database.WriteAsync(session => InstitutionStore.RotateToken(session, "H9"), CancellationToken.None), Is.Null);
    }

    [Test]
    public async Task The_three_levels_the_business_types_and_the_dialect_are_read()
    {
        await ImportAsync(Wide, "H1,昆明示例医院,530100,3A,2A,3A,52 21 21,yunnan,yunnan-ydjy-xml", "H2,昆明示例骨科医院,530100,2A,,,,yunnan,");

        Assert.That(ByCode("H1"), Is.EqualTo(new InstitutionRow
        {
            Code = "H1",
            Name = "昆明示例医院",
            Division = "530100",
            Level = "02",
            PriceLevel = "05",
            DeductibleLevel = "02",
            VisitKinds = "21 52",
            Adapter = "yunnan",
            Dialect = "yunnan-ydjy-xml",
        }));
        Assert.That((ByCode("H2")!.PriceLevel, ByCode("H2")!.DeductibleLevel, ByCode("H2")!.VisitKinds), Is.EqualTo((default(string), default(string), default(string))));
        Assert.That((ByCode("H2")!.Opens("21"), ByCode("H2")!.Opens("52"), ByCode("H2")!.Opens("11")), Is.EqualTo((true, true, false)), "every inpatient kind and no other");
        Assert.That((ByCode("H1")!.Opens("21"), ByCode("H1")!.Opens("22")), Is.EqualTo((true, false)));
    }

    [Test]
    public async Task A_file_without_the_later_columns_leaves_what_they_say_and_an_empty_field_takes_it_back()
    {
        await ImportAsync(Wide, "H1,昆明示例医院,530100,3A,2A,2A,21,yunnan,");
        await _database.WriteAsync(session => Suspensions.Suspend(session, "H1", "测试", until: null, nowMs: 1), CancellationToken.None);

        var narrow = await ImportAsync("H1,昆明示例医院(新),530100,3A,yunnan");
        var kept = ByCode("H1")!;
        var wide = await ImportAsync(Wide, "H1,昆明示例医院(新),530100,3A,,,,yunnan,");

        Assert.That((narrow.Rows.Updated, wide.Rows.Updated), Is.EqualTo((1, 1)));
        Assert.That((kept.PriceLevel, kept.DeductibleLevel, kept.VisitKinds, kept.SuspensionReason), Is.EqualTo(("05", "05", "21", "测试")));
        Assert.That((ByCode("H1")!.PriceLevel, ByCode("H1")!.VisitKinds, ByCode("H1")!.SuspensionReason), Is.EqualTo((default(string), default(string), "测试")));
    }

    [TestCase("H2,昆明示例医院,530100,3A,9Z,,,yunnan,", "price_level_local")]
    [TestCase("H2,昆明示例医院,530100,3A,,9Z,,yunnan,", "deductible_level_local")]
    [TestCase("H2,昆明示例医院,530100,3A,,,21 23,yunnan,", "visit_kinds")]
    [TestCase("H2,昆明示例医院,530100,3A,,,\"21,22\",yunnan,", "visit_kinds")]
    [TestCase("H2,昆明示例医院,530100,3A,,,,yunnan,province2016-xml", "dialect")]
    public async Task A_bad_field_of_a_later_column_is_named(string row, string column)
    {
        var report = await ImportAsync(Wide, row);

        Assert.That(report.Rows.Errors.Select(error => (error.Line, error.Column)), Is.EqualTo(new[] { (2, column) }), string.Join('\n', report.Rows.Errors));
    }

    [Test]
    public async Task A_column_that_nobody_knows_is_refused()
    {
        var report = await ImportAsync("code,name,division,level_local,adapter,price_level", "H1,昆明示例医院,530100,3A,yunnan,2A");

        Assert.That(report.Rows.Errors.Select(error => (error.Line, error.Column)), Is.EqualTo(new[] { (1, "price_level") }));
    }

    [Test]
    public async Task A_suspension_holds_through_its_last_day_and_a_later_one_replaces_it()
    {
        await ImportAsync(Hospital);
        await _database.WriteAsync(session => Suspensions.Suspend(session, "H1", "甲", new DateOnly(2016, 9, 30), nowMs: 10), CancellationToken.None);
        var first = ByCode("H1")!;
        await _database.WriteAsync(session => Suspensions.Suspend(session, "H1", "乙", until: null, nowMs: 5), CancellationToken.None);
        var second = ByCode("H1")!;

        Assert.That((first.IsSuspendedOn(new(2016, 9, 30)), first.IsSuspendedOn(new(2016, 10, 1))), Is.EqualTo((true, false)));
        Assert.That((second.SuspensionReason, second.IsSuspendedOn(new(2099, 1, 1))), Is.EqualTo(("乙", true)));
        Assert.That(await _database.WriteAsync(session => Suspensions.End(session, "H1", nowMs: 20), CancellationToken.None), Is.True);
        Assert.That(await _database.WriteAsync(session => Suspensions.End(session, "H1", nowMs: 30), CancellationToken.None), Is.False);
        Assert.That(ByCode("H1")!.IsSuspendedOn(new(2016, 9, 30)), Is.False);
        Assert.That(_database.Read(session => session.Query<string>("SELECT reason || ended_at_ms FROM suspension ORDER BY id")), Is.EqualTo(new[] { "甲10", "乙20" }));
    }

    [TestCase(",昆明示例医院,530100,3A,yunnan", "code")]
    [TestCase("H 2,昆明示例医院,530100,3A,yunnan", "code")]
    [TestCase("H1,昆明示例医院,530100,3A,yunnan", "code", Description = "the code of line 2")]
    [TestCase("H2,,530100,3A,yunnan", "name")]
    [TestCase("H2,昆明示例医院,440100,3A,yunnan", "division")]
    [TestCase("H2,昆明示例医院,昆明,3A,yunnan", "division")]
    [TestCase("H2,昆明示例医院,530100,,yunnan", "level_local")]
    [TestCase("H2,昆明示例医院,530100,32,yunnan", "level_local")]
    [TestCase("H2,昆明示例医院,530100,future,yunnan", "level_local")]
    [TestCase("H2,昆明示例医院,530100,invented,yunnan", "level_local")]
    [TestCase("H2,昆明示例医院,530100,3A,", "adapter")]
    [TestCase("H2,昆明示例医院,530100,3A,guangdong", "adapter")]
    [TestCase("H2,昆明示例医院,530100,3A,Yunnan", "adapter")]
    [TestCase("H2,昆明示例医院,530100,3A", "")]
    public async Task A_bad_field_is_named_by_line_and_column_and_nothing_of_the_file_is_stored(string row, string column)
    {
        var report = await ImportAsync(Hospital, row);

        Assert.That(report.Rows.Errors.Select(error => (error.Line, error.Column)), Is.EqualTo(new[] { (3, column) }), string.Join('\n', report.Rows.Errors));
        Assert.That(report.Rows.Errors[0].Chinese, Does.Match(@"\p{IsCJKUnifiedIdeographs}"));
        Assert.That((report.Rows.Added, report.NewTokens.Count), Is.EqualTo((0, 0)));
        Assert.That(_database.Read(session => session.QuerySingle<long>("SELECT count(*) FROM institution")), Is.Zero);
    }

    [Test]
    public async Task Every_fault_of_every_row_is_reported()
    {
        var report = await ImportAsync("H1,,5301,3A,none", "H1,昆明示例医院,530100,9Z,yunnan");
        Assert.That(report.Rows.Errors.Select(error => (error.Line, error.Column)),
            Is.EqualTo(new[] { (2, "name"), (2, "division"), (2, "adapter"), (3, "level_local"), (3, "code") }));
    }

    [Test]
    public async Task Gb18030_is_read_when_told_and_refused_otherwise()
    {
        Assert.That((await ImportAsync(LegacyText.Gb18030, LegacyText.Utf8, Hospital)).Rows.Errors, Has.Count.EqualTo(1));
        Assert.That((await ImportAsync(LegacyText.Gb18030, LegacyText.Gb18030, Hospital)).Rows.Added, Is.EqualTo(1));
        Assert.That(_database.Read(session => InstitutionStore.ByCode(session, "H1"))!.Name, Is.EqualTo("昆明示例医院"));
    }

    /// <param name="rows">May begin with a header of their own.</param>
    private Task<InstitutionImportReport> ImportAsync(params string[] rows) => ImportAsync(LegacyText.Utf8, LegacyText.Utf8, rows);

    private Task<InstitutionImportReport> ImportAsync(Encoding writtenIn, Encoding readAs, params string[] rows)
    {
        string[] lines = rows[0].StartsWith("code,", StringComparison.Ordinal) ? rows : [Header, .. rows];
        File.WriteAllText(_folder.File("institutions.csv"), string.Join('\n', lines), writtenIn);
        var file = TableFile.Read(_folder.File("institutions.csv"), readAs);
        var import = new InstitutionImport(Division.Parse("530000"), id => id == "yunnan" ? new InstitutionAdapter(new Levels(), "yunnan-ydjy-xml") : null, new ManualTimeProvider());
        return _database.WriteAsync(session => import.Run(session, file), CancellationToken.None);
    }

    private InstitutionRow? ByCode(string code) => _database.Read(session => InstitutionStore.ByCode(session, code));

    private InstitutionRow? ByToken(string token) => _database.Read(session => InstitutionStore.ByToken(session, token));

    private static ICodeTranslator CodesOf(string folder) => LocalCatalogue.Load(CatalogueFiles.In(Repository.PathTo("Adapters", folder, "catalogue"))).Catalogue!.Codes;

    /// <summary>The levels of a province, one that begins tomorrow, and a program's answer that is no exchange code.</summary>
    private sealed class Levels : ICodeTranslator
    {
        public string? ToExchange(CodeSystem system, string localCode, DateOnly day) => (system, localCode) switch
        {
            (CodeSystem.InstitutionLevel, "3A") => "02",
            (CodeSystem.InstitutionLevel, "2A") => "05",
            (CodeSystem.InstitutionLevel, "future") => day > new DateOnly(2016, 9, 1) ? "05" : null,
            (CodeSystem.InstitutionLevel, "invented") => "12",
            _ => null,
        };

        public string? ToLocal(CodeSystem system, string exchangeCode, DateOnly day) => throw new NotSupportedException("An import translates inward only.");
    }
}
