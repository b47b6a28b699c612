using System.Text.Json.Nodes;
using Google.Protobuf;
using Microsoft.Data.Sqlite;
using NUnit.Framework;
using Provincial.His.V1;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Processes;

/// <summary>
/// What really happens to a province: the machine dies, and the newest backup is older than the last settlements. Nobody tells the node that its
/// data are old; Yunnan both treats and insures, and takes in again what Guangdong knows.
/// </summary>
[TestFixture(0)]
[TestFixture(3)]
internal sealed class OlderBackupTests(int kills) : ProcessTest
{
    private const string Yunnan = "530000", Guangdong = "440000", Guangzhou = "H44010000001", Kunming = "H53010000001";

    /// <summary>The true books, without the places rows happen to have.</summary>
    private static readonly string[] Books =
    [
        "SELECT person_number || ' ' || account_balance_fen FROM person",
        "SELECT person_number || ' ' || year || ' ' || deductible_paid_fen || ' ' || pool_paid_fen || ' ' || admissions FROM accumulator",
        "SELECT person_number || ' ' || year || ' ' || layer || ' ' || paid_fen || ' ' || base_fen FROM accumulator_layer",
        "SELECT settlement_number || ' ' || transaction_id || ' ' || total_fen || ' ' || fund_total_fen || ' ' || state || ' ' || settled_at_ms FROM insured_settlement",
        "SELECT visit_number || ' ' || admission_id || ' ' || state FROM insured_visit",
        "SELECT settlement_number || ' ' || transaction_id || ' ' || total_fen || ' ' || fund_total_fen || ' ' || state || ' ' || settled_at_ms FROM treatment_settlement",
        "SELECT side || ' ' || partner || ' ' || sequence || ' ' || hex(row_sha256) FROM ledger_row",
        "SELECT transaction_id || ' ' || account || ' ' || amount_fen || ' ' || business_date FROM posting",
        "SELECT transaction_id || ' ' || hex(content_hash) FROM inbox",
        "SELECT notice_id || ' ' || amount_fen || ' ' || state FROM prepayment_notice",
        "SELECT settlement_number || ' ' || state FROM fee_transfer WHERE state = 3",
    ];

    private readonly List<Hospital> _hospitals = [];

    [TearDown]
    public void CloseHospitals() => _hospitals.ForEach(hospital => hospital.Dispose());

    [Test]
    public async Task A_node_on_an_older_backup_recovers_by_itself_and_settles_nothing_before()
    {
        var today = TimeProvider.System.Today();
        var guangdong = await Operated.ServeAsync(Guangdong);
        var yunnan = await Operated.ServeAsync(Yunnan);
        var (guangzhou, kunming) = (HospitalOf(Guangdong, Guangzhou, "25"), HospitalOf(Yunnan, Kunming, "21"));
        var first = await DischargeAsync(guangzhou, Patient.OfKunming, SampleBills.Guangzhou(today.AddDays(-3)), "ZY0001", today);
        var old = (await GrantedAsync(() => guangzhou.SettleAsync(first, "T1"))).Result.SettlementNumber;
        await DetailsHaveArrivedAsync();

        // The backup is taken while the node is stopped.
        await yunnan.TerminateAsync();
        await yunnan.WaitForExitAsync(GatewayProcess.Patience);
        Copy(Operated.DataFolders[0], Path.Combine(Operated.Folder, "backup"));
        yunnan = await Operated.ServeAsync(Yunnan);

        var second = await DischargeAsync(guangzhou, Patient.PostedOfKunming, SampleBills.Guangzhou(today.AddDays(-3)), "ZY0002", today);
        await GrantedAsync(() => guangzhou.SettleAsync(second, "T2"));
        await GrantedAsync(() => guangzhou.CancelAsync(first, old, "C1"));
        await GrantedAsync(() => guangzhou.SettleAsync(first, "T3"));
        var open = (await GrantedAsync(() => guangzhou.AdmitAsync(Patient.RetiredOfKunming.ToReference(), "ZY0003", today.AddDays(-8), "A3"))).Result.VisitNumber;
        var mine = await DischargeAsync(kunming, Patient.OfGuangzhou, SampleBills.Kunming(today.AddDays(-3)), "KM0001", today);
        await GrantedAsync(() => kunming.SettleAsync(mine, "K1"));
        await AskAsync(Yunnan, "prepayment", "deposit", "--partner", Guangdong, "--amount", "100000.00", "--bank", "HD0", "--operator", "测试出纳");
        await DetailsHaveArrivedAsync();
        var truth = BooksOf(Yunnan);

        await yunnan.KillAsync();
        Restore();
        for (var kill = 0; kill < kills; kill++)
        {
            yunnan = Operated.Start(["serve", .. OperatedProvinces.About(Yunnan)]);
            await Eventually.GetAsync("something to be taken in", () => Value<long>("SELECT count(*) FROM sqlite_schema WHERE name = 'recovery'") == 0 ? 0
                : Value<long>("SELECT count(*) FROM recovery_exchange WHERE state > 1") + Value<long>("SELECT count(*) FROM recovery WHERE finished_at_ms IS NOT NULL"), Is.GreaterThan(kill));
            await yunnan.KillAsync();
        }
        if (kills > 0 && Value<long>("SELECT count(*) FROM recovery WHERE finished_at_ms IS NULL") == 1)
            yunnan = await RefusesAsync(guangdong, kunming, today);
        else
            yunnan = await Operated.ServeAsync(Yunnan);
        await Eventually.GetAsync("Yunnan to have recovered", () => Value<long>("SELECT count(*) FROM recovery WHERE finished_at_ms IS NOT NULL"), Is.EqualTo(1));

        Assert.That(BooksOf(Yunnan), Is.EqualTo(truth));
        Assert.That(Value<long>("SELECT count(*) FROM recovery_exchange WHERE state <> 2"), Is.Zero, "Every answer is the one that was given, byte for byte.");
        // Business goes on: numbers of its own, and both ledgers agree.
        (await guangzhou.UploadAsync(open, SampleBills.Guangzhou(today.AddDays(-3)))).Granted();
        await GrantedAsync(() => guangzhou.DischargeAsync(open, today, "D9"));
        await GrantedAsync(() => guangzhou.SettleAsync(open, "T9"));
        await DetailsHaveArrivedAsync();
        Assert.That((await AskAsync(Yunnan, "reconcile", "run", "--partner", Guangdong, "--from", today.Iso())).AsArray().Select(run => (string?)run!["state"]), Is.All.EqualTo("balanced"));
        Assert.That((string?)(await AskAsync(Yunnan, "recovery", "report"))["recovery"]!["foundBy"], Is.EqualTo(Guangdong));
        await Operated.AssertCleanBooksAsync();
    }

    /// <summary>Guangdong is frozen, so the recovery that was broken off cannot go on.</summary>
    private async Task<GatewayProcess> RefusesAsync(GatewayProcess guangdong, Hospital kunming, DateOnly today)
    {
        Signal(guangdong, "STOP");
        var yunnan = await Operated.ServeAsync(Yunnan);
        var refused = await kunming.AdmitAsync(Patient.OfGuangzhou.ToReference(), "KM0002", today);
        Signal(guangdong, "CONT");
        Assert.That(refused.Text, Does.Contain("较早的备份").And.Contain("older backup"));
        return yunnan;
    }

    private static void Signal(GatewayProcess process, string name)
    {
        using var kill = System.Diagnostics.Process.Start("kill", [$"-{name}", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
        Assert.That(kill.ExitCode, Is.Zero);
    }

    private Hospital HospitalOf(string province, string institution, string kind)
    {
        var hospital = new Hospital(Operated.HisAddress(province), Operated.Tokens[institution]) { InpatientKind = kind };
        _hospitals.Add(hospital);
        return hospital;
    }

    private static async Task<string> DischargeAsync(Hospital hospital, Patient patient, IEnumerable<FeeLine> lines, string number, DateOnly today)
    {
        var visit = (await GrantedAsync(() => hospital.AdmitAsync(patient.ToReference(), number, today.AddDays(-8), $"{number}-A"))).Result.VisitNumber;
        (await hospital.UploadAsync(visit, lines)).Granted();
        await GrantedAsync(() => hospital.DischargeAsync(visit, today, $"{number}-D"));
        return visit;
    }

    /// <summary>As a hospital does: what is pending is sent again under its id until it is answered. A line to a node that was just started may need a moment.</summary>
    private static async Task<T> GrantedAsync<T>(Func<Task<HospitalReply<T>>> step)
        where T : class, IMessage<T> =>
        (await Eventually.GetAsync("a hospital to have its answer", step, Has.Property(nameof(HospitalReply<>.IsPending)).False)).Granted();

    private Task<long> DetailsHaveArrivedAsync() => Eventually.GetAsync("all lines to have arrived",
        () => Value<long>("SELECT count(*) FROM fee_transfer WHERE state IN (1, 2)") + Value<long>("SELECT count(*) FROM fee_transfer WHERE state IN (1, 2)", Guangdong), Is.Zero);

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from, "gateway.db*"))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)), overwrite: true);
    }

    private void Restore()
    {
        foreach (var file in Directory.EnumerateFiles(Operated.DataFolders[0], "gateway.db*"))
            File.Delete(file);
        Copy(Path.Combine(Operated.Folder, "backup"), Operated.DataFolders[0]);
    }

    private string BooksOf(string province) => string.Join('\n', Books.SelectMany(sql => Rows(province, sql).Order(StringComparer.Ordinal).Prepend($"-- {sql}")));

    private async Task<JsonNode> AskAsync(string province, params IEnumerable<string> command)
    {
        var process = await Operated.RunForAsync(province, [.. command, "--json"]);
        Assert.That(await process.WaitForExitAsync(GatewayProcess.Patience), Is.Zero, $"{process.Command}: {process.Describe()}");
        return JsonNode.Parse(process.Output)!;
    }

    private T Value<T>(string sql, string province = Yunnan)
    {
        using var connection = Open(province);
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (T)command.ExecuteScalar()!;
    }

    private List<string> Rows(string province, string sql)
    {
        using var connection = Open(province);
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read())
            rows.Add(reader.GetString(0));
        return rows;
    }

    /// <summary>What is committed, beside the node that may be running.</summary>
    private SqliteConnection Open(string province)
    {
        var file = Path.Combine(Operated.Folder, OperatedProvinces.DataOf(province), "gateway.db");
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }
}
