using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Microsoft.Data.Sqlite;
using NUnit.Framework;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Processes;

/// <summary>
/// The whole of it, by the commands of Node/README.md: a backup while hospitals settle, the machine lost while they still do, the backup restored into a
/// new folder, and a node on it beside a peer that knows more. The hospitals do nothing but send again what is pending.
/// </summary>
[TestFixture]
internal sealed class RestoredUnderLoadTests : ProcessTest
{
    private const string Yunnan = "530000", Guangdong = "440000", Guangzhou = "H44010000001", Kunming = "H53010000001";

    private static readonly Patient[] Patients = [Patient.OfKunming, Patient.RetiredOfKunming, Patient.PostedOfKunming];

    /// <summary>For what takes several processes on a loaded machine.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private readonly ConcurrentQueue<Said> _said = new();
    private readonly List<Hospital> _hospitals = [];
    private volatile bool _isEnough;

    [TearDown]
    public void CloseHospitals() => _hospitals.ForEach(hospital => hospital.Dispose());

    [Test]
    public async Task A_node_restored_from_a_backup_made_under_load_agrees_with_its_peer_and_repeats_its_answers()
    {
        await Operated.ServeAsync(Guangdong);
        var yunnan = await Operated.ServeAsync(Yunnan);
        var (guangzhou, kunming) = (HospitalOf(Guangdong, Guangzhou, "25"), HospitalOf(Yunnan, Kunming, "21"));
        var settled = new SemaphoreSlim(0);
        var load = Patients.Select((patient, number) => SettleAgainAndAgainAsync(guangzhou, patient, $"ZY{number}", settled)).ToList();
        await SettledAsync(settled, 2 * Patients.Length);
        var backups = Path.Combine(Operated.Folder, "backups");
        await SucceedAsync(Yunnan, "backup", "--to", backups);

        // Of both roles, with a cancellation in either.
        var mine = await DischargeAsync(kunming, Patient.OfGuangzhou, SampleBills.Kunming(TimeProvider.System.Today().AddDays(-3)), "KM1");
        var first = Answered(await PatientlyAsync(() => kunming.SettleAsync(mine, "KM1-S1"))).Result.SettlementNumber;
        Answered(await PatientlyAsync(() => kunming.CancelAsync(mine, first, "KM1-C1")));
        Answered(await PatientlyAsync(() => kunming.SettleAsync(mine, "KM1-S2")));
        await SettledAsync(settled, 3 * Patients.Length);
        // Lines that were only here would have to be sent again by the hospital.
        await Eventually.GetAsync("the lines of Kunming to have arrived", () => Owed(Yunnan), Is.Empty);
        await yunnan.KillAsync();

        var (lost, data) = (Path.Combine(Operated.Folder, "lost"), Operated.DataFolders[0]);
        Directory.Move(data, lost);
        var restore = await Operated.RunAsync("restore", "--from", backups, "--keys", Path.Combine(lost, "keys"), "--data", data);
        Assert.That(await restore.WaitForExitAsync(GatewayProcess.Patience), Is.Zero, restore.Describe);
        await Operated.ServeAsync(Yunnan);
        while (settled.CurrentCount > 0)
            await settled.WaitAsync();
        await SettledAsync(settled, Patients.Length);
        _isEnough = true;
        await Task.WhenAll(load).WaitAsync(Patience);
        await Eventually.GetAsync("Yunnan to have recovered", () => Value("SELECT count(*) FROM recovery WHERE finished_at_ms IS NOT NULL"), Is.EqualTo(1));

        Assert.That(Value("SELECT count(*) FROM recovery_exchange"), Is.Positive, "The backup is older than the last settlements.");
        Assert.That(Value("SELECT count(*) FROM recovery_exchange WHERE state NOT IN (2, 3)"), Is.Zero);
        foreach (var said in _said)
            Assert.That(await said.Again(), Is.EqualTo(said.Answer), "A repeat is answered as the first time.");
        // What a hospital of the restored node repeats is known by what it is about: nothing is settled twice.
        await kunming.SettleAsync(mine, "KM1-S2");
        Assert.That(Value("SELECT count(*) FROM treatment_settlement WHERE state = 1"), Is.EqualTo(1));
        await Eventually.GetAsync("all lines to have arrived", () => Owed(Yunnan) + Owed(Guangdong), Is.Empty);
        var runs = JsonNode.Parse(await SucceedAsync(Yunnan, "reconcile", "run", "--partner", Guangdong, "--from", TimeProvider.System.Today().Iso(), "--json"))!;
        Assert.That(runs.AsArray().Select(run => (string?)run!["state"]), Is.All.EqualTo("balanced"), () => runs.ToJsonString());
        await Operated.AssertCleanBooksAsync();
    }

    private static async Task SettledAsync(SemaphoreSlim settled, int times)
    {
        for (var waited = 0; waited < times; waited++)
            Assert.That(await settled.WaitAsync(Patience), Is.True, "The hospitals do not get on.");
    }

    /// <summary>Settles and cancels one stay, until it is enough; ends with a settlement that stands.</summary>
    private async Task SettleAgainAndAgainAsync(Hospital hospital, Patient patient, string number, SemaphoreSlim settled)
    {
        var visit = await DischargeAsync(hospital, patient, SampleBills.Guangzhou(TimeProvider.System.Today().AddDays(-3)), number);
        for (var round = 1; ; round++)
        {
            var id = $"{number}-S{round}";
            var settlement = (await GrantedAsync(() => hospital.SettleAsync(visit, id))).Result.SettlementNumber;
            settled.Release();
            if (_isEnough)
                return;
            var cancelId = $"{number}-C{round}";
            await GrantedAsync(() => hospital.CancelAsync(visit, settlement, cancelId));
        }
    }

    private static async Task<string> DischargeAsync(Hospital hospital, Patient patient, IEnumerable<Provincial.His.V1.FeeLine> lines, string number)
    {
        var today = TimeProvider.System.Today();
        var visit = Answered(await PatientlyAsync(() => hospital.AdmitAsync(patient.ToReference(), number, today.AddDays(-8), $"{number}-A"))).Result.VisitNumber;
        Answered(await PatientlyAsync(() => hospital.UploadAsync(visit, lines, $"{number}-U")));
        Answered(await PatientlyAsync(() => hospital.DischargeAsync(visit, today, $"{number}-D")));
        return visit;
    }

    /// <summary>And remembers what was said, to send it once more later.</summary>
    private async Task<T> GrantedAsync<T>(Func<Task<HospitalReply<T>>> step)
        where T : class, IMessage<T>
    {
        var reply = await PatientlyAsync(step);
        _said.Enqueue(new Said(reply.Text, async () => (await step()).Text));
        return Answered(reply);
    }

    private static T Answered<T>(HospitalReply<T> reply)
        where T : class, IMessage<T> => reply.Granted();

    /// <summary>As a hospital does: what is pending is sent again under its id until it is answered.</summary>
    private static async Task<HospitalReply<T>> PatientlyAsync<T>(Func<Task<HospitalReply<T>>> step)
        where T : class, IMessage<T>
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            var reply = await step();
            if (!reply.IsPending || patience.IsCancellationRequested)
                return reply;
            await Task.Delay(TimeSpan.FromMilliseconds(100), patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private Hospital HospitalOf(string province, string institution, string kind)
    {
        var hospital = new Hospital(Operated.HisAddress(province), Operated.Tokens[institution]) { InpatientKind = kind };
        _hospitals.Add(hospital);
        return hospital;
    }

    private async Task<string> SucceedAsync(string province, params IEnumerable<string> command)
    {
        var process = await Operated.RunForAsync(province, command);
        Assert.That(await process.WaitForExitAsync(GatewayProcess.Patience), Is.Zero, $"{process.Command}: {process.Describe()}");
        return process.Output;
    }

    /// <summary>What is committed, beside the node that may be running.</summary>
    private long Value(string sql) => (long)Scalar(sql, Yunnan);

    /// <summary>Transfers of lines that are not over.</summary>
    private string Owed(string province) =>
        (string)Scalar("SELECT coalesce(group_concat(settlement_number || ' in state ' || state || ': ' || coalesce(last_error, '')), '') FROM fee_transfer WHERE state IN (1, 2)", province);

    private object Scalar(string sql, string province)
    {
        var file = Path.Combine(Operated.Folder, OperatedProvinces.DataOf(province), "gateway.db");
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar()!;
    }

    /// <param name="Answer">What the hospital was told.</param>
    /// <param name="Again">Sends the same message.</param>
    private sealed record Said(string Answer, Func<Task<string>> Again);
}
