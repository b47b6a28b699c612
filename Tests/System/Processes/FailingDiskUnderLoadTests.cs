using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using NUnit.Framework;
using ProvincialGateway.Bench;
using ProvincialGateway.Cli;
using ProvincialGateway.Oversight;
using ProvincialGateway.Tests.Crashes;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Processes;

/// <summary>The disk of the treatment node fails, or gives back other bytes, while its hospitals go on. What they were told stands in a truth book.</summary>
[TestFixture]
internal sealed class FailingDiskUnderLoadTests
{
    private const int Workplaces = 3, PersonsOfWorkplace = 200;

    private readonly List<GatewayProcess> _started = [];
    private TruthBook _truth = null!;
    private Uri _hospitals = null!;
    private FailingDisk _disk = null!;
    private PilotCountry _pilots = null!;

    [SetUp]
    public async Task PrepareAsync()
    {
        _truth = new();
        _disk = await FailingDisk.CompileAsync();
        _pilots = await PilotCountry.StartAsync(new PilotOptions { KeepFolder = true, Logging = (_, logging) => logging.SetMinimumLevel(LogLevel.Error) }, CancellationToken.None);
        await BenchPersons.ImportAsync(Insured.Host, Insured.Division, Treatment.Division, _pilots.Folder, Workplaces * PersonsOfWorkplace, CancellationToken.None);
        _hospitals = Treatment.HisAddress;
        await _pilots.DisposeAsync();
        var nodes = JsonNode.Parse(await File.ReadAllTextAsync(NodesFile))!;
        foreach (var (name, seconds) in (IEnumerable<(string, double)>)[("resolverIntervalSeconds", 0.1), ("resolverDelayMaxSeconds", 0.4), ("storageProbeSeconds", 0.1)])
            nodes["timeouts"]![name] = seconds;
        await File.WriteAllTextAsync(NodesFile, nodes.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
    }

    [TearDown]
    public async Task RemoveAsync()
    {
        foreach (var process in _started)
            await process.DisposeAsync();
        _started.Clear();
        _disk.Dispose();
        Directory.Delete(_pilots.Folder, recursive: true);
    }

    private PilotProvince Treatment => _pilots[PilotCountry.Guangdong];

    private PilotProvince Insured => _pilots[PilotCountry.Yunnan];

    private string NodesFile => Path.Combine(_pilots.Folder, "nodes.json");

    [Test]
    public async Task A_treatment_node_whose_disk_fails_again_and_again_loses_nothing_it_acknowledged_and_goes_on_by_itself()
    {
        await ServeAsync(Insured);
        var node = await ServeAsync(Treatment);
        await using var load = new Load(this);
        var times = 0;
        foreach (var fault in (string[])["enospc", "short", "eio", "fsync"])
        {
            await load.SettlesAsync();
            _disk.Fail(fault);
            times++;
            await Eventually.GetAsync($"a refusal because of {fault}", () => Said(node, "No more work is taken"), Is.GreaterThanOrEqualTo(times));
            await load.IsToldToWaitAsync();
            _disk.Repair();
            await Eventually.GetAsync($"the end of {fault}", () => Said(node, "The storage works again"), Is.EqualTo(Said(node, "No more work is taken")));
            times = Said(node, "No more work is taken");
        }
        await load.SettlesAsync();
        await load.EndAsync();
        await AssertAgreedAsync();
    }

    /// <summary>
    /// SQLite reads its log up to the first frame that is not whole, so what was committed after it is gone from this node. It says so, and takes in again what the
    /// other province knows before it settles anything.
    /// </summary>
    [Test]
    public async Task A_byte_that_changed_in_the_log_of_a_killed_node_costs_what_came_after_it_and_the_peer_gives_that_back()
    {
        await ServeAsync(Insured);
        var node = await ServeAsync(Treatment);
        await using (var load = new Load(this))
        {
            await load.SettlesAsync();
            await load.SettlesAsync();
            await load.EndAsync();
        }
        await node.KillAsync();
        var log = Path.Combine(Treatment.DataFolder, "gateway.db-wal");
        await using (var bytes = new FileStream(log, FileMode.Open))
        {
            bytes.Position = bytes.Length / 2;
            var changed = bytes.ReadByte() ^ 0x10;
            bytes.Position--;
            bytes.WriteByte((byte)changed);
        }

        var again = await ServeAsync(Treatment);
        await again.WaitForLineAsync("The log of the database was altered at byte");
        await again.WaitForLineAsync("Recovered: ");
        await AssertAgreedAsync();
    }

    private static int Said(GatewayProcess node, string text) => node.Output.Split(text).Length + node.Error.Split(text).Length - 2;

    private async Task<GatewayProcess> ServeAsync(PilotProvince province)
    {
        var environment = province == Treatment ? _disk.Environment : new Dictionary<string, string>();
        var node = GatewayProcess.StartWith(environment, _pilots.Folder, "serve", "--nodes", NodesFile, "--as", province.Division.Code, "--data", province.DataFolder);
        _started.Add(node);
        await node.WaitForLineAsync($"node {province.Division.Code} serves: ");
        return node;
    }

    private async Task AssertAgreedAsync()
    {
        await Eventually.GetAsync("every answer", () => Unanswered(Treatment) + Unanswered(Insured), Is.Zero);
        var report = Audit.Run([Treatment.DataFolder, Insured.DataFolder], TimeProvider.System);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(report.IsClean, Is.True, () => string.Join('\n', report.Checks.SelectMany(check => check.Findings)));
            Assert.That(report.InFlight, Is.Empty);
        }
        _truth.AssertHolds(Treatment.DataFolder, Insured.DataFolder, Treatment.Division.Code);
    }

    private static long Unanswered(PilotProvince province)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path.Combine(province.DataFolder, "gateway.db"), Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM outbound WHERE state IN (1, 4)";
        return (long)command.ExecuteScalar()!;
    }

    /// <summary>Workplaces of a hospital: one stay after the other, each step sent with an id of its own, and with the same one until it is answered.</summary>
    private sealed class Load : IAsyncDisposable
    {
        private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

        private readonly FailingDiskUnderLoadTests _test;
        private readonly Task _living;
        private volatile bool _isOver;
        private int _toldToWait;

        public Load(FailingDiskUnderLoadTests test) =>
            (_test, _living) = (test, Task.WhenAll(Enumerable.Range(0, Workplaces).Select(place => Task.Run(() => LiveAsync(place)))));

        /// <summary>Some more stays.</summary>
        public async Task SettlesAsync()
        {
            var enough = _test._truth.Settlements + Workplaces;
            await WaitAsync("settlements", () => _test._truth.Settlements >= enough);
        }

        public async Task IsToldToWaitAsync()
        {
            var enough = Volatile.Read(ref _toldToWait) + Workplaces;
            await WaitAsync("hospitals that are told to wait", () => Volatile.Read(ref _toldToWait) >= enough);
        }

        private async Task WaitAsync(string what, Func<bool> isSo)
        {
            await Eventually.GetAsync(what, () => _living.IsFaulted || isSo(), Is.True);
            if (_living.IsFaulted)
                await _living;
        }

        public Task EndAsync()
        {
            _isOver = true;
            return _living.WaitAsync(GatewayProcess.Patience);
        }

        public async ValueTask DisposeAsync()
        {
            _isOver = true;
            await _living.WaitAsync(GatewayProcess.Patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        private async Task LiveAsync(int place)
        {
            using var hospital = new Hospital(_test._hospitals, _test.Treatment.Tokens["H44010000001"]) { InpatientKind = "25" };
            var today = TimeProvider.System.Today();
            for (var stay = 0; !_isOver; stay++)
            {
                var name = $"W{place}-{stay}";
                var person = BenchPersons.Reference(_test.Insured.Division, place * PersonsOfWorkplace + stay % PersonsOfWorkplace + 1);
                var visit = (await AnswerAsync(() => hospital.AdmitAsync(person, name, today.AddDays(-3), $"{name}-A"))).Result.VisitNumber;
                _test._truth.Admitted(visit);
                var line = SampleBills.Line("1", "T330000", "重症监护", "06", "180.0000", "3", today.AddDays(-1));
                await AnswerAsync(() => hospital.UploadAsync(visit, [line], $"{name}-U"));
                await AnswerAsync(() => hospital.DischargeAsync(visit, today, $"{name}-D"));
                var settled = (await AnswerAsync(() => hospital.SettleAsync(visit, $"{name}-S", line.AmountFen))).Result;
                _test._truth.Settled(visit, settled.SettlementNumber, settled.Figures);
            }
        }

        private async Task<T> AnswerAsync<T>(Func<Task<HospitalReply<T>>> ask)
            where T : class, Google.Protobuf.IMessage<T>
        {
            var started = TimeProvider.System.GetTimestamp();
            while (await ask() is { } reply)
            {
                if (!reply.IsPending)
                    return reply.Granted();
                Interlocked.Increment(ref _toldToWait);
                if (TimeProvider.System.GetElapsedTime(started) > GatewayProcess.Patience)
                    throw new AssertionException($"A step was not answered in time: {reply.Text}");
                await Task.Delay(Pause);
            }
            throw new InvalidOperationException("There is always a reply.");
        }
    }
}
