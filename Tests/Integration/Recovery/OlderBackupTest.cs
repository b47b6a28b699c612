using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using ProvincialGateway.Cli;
using ProvincialGateway.Recovery;
using ProvincialGateway.Storage;
using ProvincialGateway.Tests.Clearing;
using ProvincialGateway.Tests.Cli;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Treatment;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Recovery;

/// <summary>Yunnan's data folder is copied while the node is stopped, and put back by hand later: nothing in it says that it is old.</summary>
internal abstract class OlderBackupTest : ClearingTest
{
    /// <summary>What two nodes have exchanged, and what it made of the books, without the places rows happen to have.</summary>
    private static readonly string[] Exchanged =
    [
        "SELECT person_number, account_balance_fen FROM person ORDER BY 1",
        "SELECT * FROM accumulator ORDER BY 1, 2",
        "SELECT * FROM accumulator_layer ORDER BY 1, 2, 3",
        "SELECT * FROM insured_visit ORDER BY visit_number",
        "SELECT * FROM insured_settlement ORDER BY settlement_number",
        "SELECT * FROM insured_settlement_layer ORDER BY 1, 2",
        "SELECT * FROM insured_settlement_filing ORDER BY 1",
        "SELECT * FROM insured_discharge ORDER BY transaction_id",
        // The answer to the undo of an admission or a discharge states no time: it is recovered with the answer's own, a moment later.
        "SELECT transaction_id, original_id, original_kind, by_reversal, visit_number, CASE WHEN by_reversal = 1 OR original_kind = 3 THEN undone_at_ms END, business_date, state FROM insured_undo ORDER BY 1",
        "SELECT transaction_id, sender, method, content_hash FROM inbox ORDER BY 1",
        "SELECT * FROM ledger_row ORDER BY side, partner, sequence",
        "SELECT transaction_id, event, subject, partner, account, amount_fen, business_date FROM posting ORDER BY 1, 5",
        "SELECT institution_code, hospital_visit_number, insured_division, admission_id, visit_number, state, visit_kind, admission_date, discharge_date, diagnoses, discharge_id, settlement_id, cancellation_id, person_class FROM treatment_visit ORDER BY admission_id",
        "SELECT settlement_number, transaction_id, insured_province, policy_version, total_fen, fund_total_fen, account_fen, cash_fen, settled_at_ms, business_date, state, cancellation_id, CASE state WHEN 1 THEN catalogue_versions END FROM treatment_settlement ORDER BY 1",
        "SELECT transaction_id, discharge_date, diagnoses, diagnoses_before, corrects FROM treatment_discharge ORDER BY 1",
        "SELECT transaction_id, original_id, original_kind, by_reversal, business_date, state FROM treatment_undo ORDER BY 1",
        "SELECT transaction_id, peer, kind, method, state, original_id FROM outbound ORDER BY 1",
        "SELECT line_serial, local_code, exchange_code, fee_date, unit_price_e4, quantity_e2, amount_fen, in_scope_fen, settlement_number FROM fee_line WHERE state = 1 AND settlement_number IS NOT NULL ORDER BY settlement_number, line_serial",
        "SELECT settlement_number, state, transaction_id, line_count, lines_sha256, acknowledged FROM fee_transfer f WHERE EXISTS (SELECT 1 FROM treatment_settlement s WHERE s.settlement_number = f.settlement_number AND s.state = 1) ORDER BY 1",
        "SELECT transaction_id, sender, settlement_number, line_count, lines_sha256, state FROM insured_detail_transfer t WHERE EXISTS (SELECT 1 FROM insured_settlement s WHERE s.settlement_number = t.settlement_number AND s.state = 1) ORDER BY 1",
        "SELECT * FROM prepayment_notice ORDER BY notice_id",
        "SELECT transaction_id, peer, method, subject, state FROM clearing_outbound ORDER BY 1",
        "SELECT statement_number, revision, side, partner, period, first_sequence, last_sequence, claimed_fen, payable_fen, state FROM clearing_statement ORDER BY 1, 2",
        "SELECT name, value FROM counter WHERE name GLOB 'visit.*' OR name GLOB 'settlement.*' OR name GLOB 'ledger.*' ORDER BY name",
    ];

    private TempFolder _backup = null!;

    [SetUp]
    public void MakeFolder() => _backup = new();

    [TearDown]
    public void RemoveFolder() => _backup.Dispose();

    /// <summary>Yunnan is stopped, its folder copied, and started again.</summary>
    protected async Task BackUpYunnanAsync()
    {
        await Yunnan.StopAsync();
        Copy(Yunnan.DataFolder, _backup.Path);
        await Yunnan.StartAsync(CancellationToken.None);
    }

    /// <summary>Yunnan is stopped and finds the older copy in place of its data.</summary>
    protected async Task PutBackAsync()
    {
        await Yunnan.StopAsync();
        foreach (var file in Directory.EnumerateFiles(Yunnan.DataFolder, "gateway.db*"))
            File.Delete(file);
        Copy(_backup.Path, Yunnan.DataFolder);
    }

    protected Task<string?> RecoveredAsync() => Eventually.GetAsync("Yunnan to have recovered", () => Report()?.FinishedAt, Is.Not.Null);

    protected RecoveryReport? Report() => Yunnan.Host.Database.Read(RecoveryReport.Of);

    protected string Dump() => string.Join('\n', Exchanged.SelectMany(sql => Rows(Yunnan, sql).Prepend($"-- {sql[..Math.Min(60, sql.Length)]}")));

    protected async Task DetailsHaveArrivedAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await AllEndedAsync();
        await Yunnan.Host.Services.GetRequiredService<FeeDetailSender>().AllEndedAsync(patience.Token);
    }

    /// <summary>Before the backup a settlement and an open stay on either side; after it everything that can come of them, and more.</summary>
    protected async Task LiveAsync()
    {
        var first = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn));
        var old = (await Guangzhou.SettleAsync(first, "T1")).Granted().Result.SettlementNumber;
        var inKunming = await AdmitAsync(Kunming, Patient.OfGuangzhou, "KM0001");
        await DetailsHaveArrivedAsync();
        await BackUpYunnanAsync();

        await DepositAsync(100_000_00);
        var second = await DischargeAsync(Guangzhou, Patient.PostedOfKunming, SampleBills.Guangzhou(FeesOn), "ZY0002");
        (await Guangzhou.SettleAsync(second, "T2")).Granted();
        (await Guangzhou.CancelAsync(first, old, "C1")).Granted();
        (await Guangzhou.SettleAsync(first, "T3")).Granted();
        (await Guangzhou.CancelAdmissionAsync(await AdmitAsync(Guangzhou, Patient.ResidentOfKunming, "ZY0004"), "C4")).Granted();
        await AdmitAsync(Guangzhou, Patient.RetiredOfKunming, "ZY0003");
        (await Kunming.UploadAsync(inKunming, SampleBills.Kunming(FeesOn))).Granted();
        (await Kunming.DischargeAsync(inKunming, Today)).Granted();
        var mine = (await Kunming.SettleAsync(inKunming, "K1")).Granted().Result.SettlementNumber;
        (await Kunming.CancelAsync(inKunming, mine, "K2")).Granted();
        (await Kunming.SettleAsync(inKunming, "K3")).Granted();
        await DetailsHaveArrivedAsync();
    }

    /// <summary>Business as usual: the open stay is settled under a number of its own, and both ledgers agree.</summary>
    protected async Task GoOnAsync()
    {
        var open = Guangdong.Value<string>("SELECT visit_number FROM treatment_visit WHERE hospital_visit_number = 'ZY0003'");
        (await Guangzhou.UploadAsync(open, SampleBills.Guangzhou(FeesOn))).Granted();
        (await Guangzhou.DischargeAsync(open, Today)).Granted();
        (await Guangzhou.SettleAsync(open, "T9")).Granted();
        await DetailsHaveArrivedAsync();
        Assert.That(Yunnan.Value<long>("SELECT count(*) FROM accumulator a JOIN person p USING (person_number)"), Is.Positive);
        await ReconcileAsync();
    }

    protected async Task ReconcileAsync()
    {
        await using var desk = new OperatorDesk(Yunnan, Clock);
        var runs = (await desk.AskAsync("reconcile", "run", "--partner", "440000", "--from", Today.Iso())).AsArray();
        Assert.That(runs.Select(run => (string?)run!["state"]), Is.All.EqualTo("balanced"), () => runs.ToJsonString());
    }

    protected static string WithoutCounters(string dump) => dump[..dump.IndexOf("-- SELECT name, value FROM counter", StringComparison.Ordinal)];

    private static List<string> Rows(PilotProvince province, string sql)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path.Combine(province.DataFolder, "gateway.db"), Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read())
            rows.Add(string.Join(" | ", Enumerable.Range(0, reader.FieldCount).Select(column => reader.GetValue(column) is byte[] bytes ? Convert.ToHexString(bytes) : $"{reader.GetValue(column)}")));
        return rows;
    }

    /// <summary>What stands in Yunnan's folder while its node is stopped.</summary>
    protected async Task ChangeBooksAsync(Action<Session> change)
    {
        await using var database = DataFolder.OpenDatabase(Yunnan.DataFolder, Clock);
        await database.WriteAsync(session =>
        {
            change(session);
            return true;
        }, CancellationToken.None);
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "gateway.db*"))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)), overwrite: true);
    }

    /// <summary>Somebody whom the backup does not know.</summary>
    protected static class Imported
    {
        public static readonly Patient Patient = new("530100", "5301000077", "测试患者寅", "530102197601010077");

        public const string Persons =
            """
            insured_division,person_number,name,certificate_kind,certificate_number,social_security_number,card_number,gender,birth_date,scheme,person_class,civil_servant,employer_code,employer_name,account_balance_yuan,insurance_state
            530100,5301000077,测试患者寅,01,530102197601010077,530102197601010077,,1,1976-01-01,310,11,0,,,500.00,1

            """;

        public const string Filings =
            """
            filing_number,person_number,kind,target_area,valid_from,valid_to,state
            BA5301007700,5301000077,02,440000,2017-01-01,,1

            """;
    }
}
