using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using NUnit.Framework;
using ProvincialGateway.Bench;
using ProvincialGateway.Cli;
using ProvincialGateway.Oversight;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Crashes;

/// <summary>
/// Guangdong and Yunnan as two processes, each with hospitals that treat the other's people, and a line cut open between everybody: one killer goes through
/// the named steps, one load of hospitals goes on.
/// </summary>
internal sealed class CrashCountry : IAsyncDisposable
{
    private const int Persons = 3_000, Workplaces = 3;

    /// <summary>
    /// How long the nodes are left alone for each direction to answer something. Without it a node just started would be dead again before its first request
    /// had left: on a slow machine nothing but starts would be tested.
    /// </summary>
    private static readonly TimeSpan AliveMax = TimeSpan.FromSeconds(4);

    /// <summary>How long a step is waited for before the kill is made at random instead.</summary>
    private static readonly TimeSpan StepWithin = TimeSpan.FromSeconds(2);

    private readonly string _folder;
    private readonly Random _random;
    private readonly List<CrashDirection> _directions = [];
    private readonly Dictionary<string, int> _kills = new(StringComparer.Ordinal);
    private readonly Queue<CrashStep> _steps = new();
    private volatile bool _isOver, _isPaused;

    private CrashCountry(string folder, int seed) => (_folder, _random) = (folder, new Random(seed));

    public int Kills => _kills.Values.Sum();

    private IEnumerable<CrashProvince> Provinces => _directions.Select(direction => direction.Sender);

    /// <summary>Keys, persons, hospitals, lines; both nodes serve.</summary>
    public static async Task<CrashCountry> StartAsync(int seed)
    {
        var pilots = await PilotCountry.StartAsync(new PilotOptions { KeepFolder = true, Logging = (_, logging) => logging.SetMinimumLevel(LogLevel.Error) }, CancellationToken.None);
        var country = new CrashCountry(pilots.Folder, seed);
        try
        {
            await using (pilots)
            {
                var (guangdong, yunnan) = (pilots[PilotCountry.Guangdong], pilots[PilotCountry.Yunnan]);
                await BenchPersons.ImportAsync(yunnan.Host, yunnan.Division, guangdong.Division, country._folder, Persons, CancellationToken.None);
                await BenchPersons.ImportAsync(guangdong.Host, guangdong.Division, yunnan.Division, country._folder, Persons, CancellationToken.None);
                var provinces = (guangdong: new CrashProvince(guangdong.Division.Code, country._folder), yunnan: new CrashProvince(yunnan.Division.Code, country._folder));
                country.Add(guangdong, provinces.guangdong, yunnan, provinces.yunnan, new CrashCare("H44010000001", "25", yunnan.Division, ("T330000", "重症监护", "06", "180.0000")));
                country.Add(yunnan, provinces.yunnan, guangdong, provinces.guangdong, new CrashCare("H53010000001", "21", guangdong.Division, ("ZL120100003", "一级护理", "09", "25.0000")));
            }
            await Task.WhenAll(country.Provinces.Select(province => province.ServeAsync()));
            return country;
        }
        catch
        {
            await country.DisposeAsync();
            throw;
        }
    }

    /// <summary>Kills until there were so many, converges and audits now and then and at the end.</summary>
    public async Task RunAsync(int kills, int convergeEvery)
    {
        var load = Task.WhenAll(_directions.SelectMany(direction => direction.Hospitals).Select(hospital => Task.Run(() => LiveAsync(hospital))));
        try
        {
            for (var next = convergeEvery; Kills < kills && !_isOver;)
            {
                await CrashAsync();
                if (Kills >= next && Kills < kills)
                {
                    await PausedAsync(AssertAgreedAsync);
                    next += convergeEvery;
                }
                if (_random.Next(8) == 0)
                    await DisturbAsync();
                await LiveALittleAsync();
            }
        }
        finally
        {
            _isOver = true;
        }
        await load;
        await AssertAgreedAsync();
        foreach (var direction in _directions)
        {
            direction.Truth.AssertHolds(direction.Sender.DataFolder, direction.Peer.DataFolder, direction.Sender.Code);
            Assert.That(direction.Truth.Settlements, Is.GreaterThan(0), "Nothing was settled: nothing was tested.");
        }
    }

    /// <summary>What happened, for the test's output.</summary>
    public string Describe() => string.Join('\n',
    [
        $"{Kills} kills: {string.Join(", ", _kills.OrderBy(kill => kill.Key, StringComparer.Ordinal).Select(kill => $"{kill.Key} {kill.Value}"))}",
        .. _directions.Select(direction => $"{direction.Sender.Code} treats {direction.Peer.Code}: {direction.Truth}"),
        .. Provinces.Select(province => $"{province.Code}: {province.Starts.Count} starts, {province.Starts.Time.TotalMilliseconds / Math.Max(1, province.Starts.Count):0} ms each"),
    ]);

    public async ValueTask DisposeAsync()
    {
        foreach (var province in Provinces)
            await province.DisposeAsync();
        foreach (var direction in _directions)
            await direction.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private void Add(PilotProvince sender, CrashProvince sending, PilotProvince peer, CrashProvince called, CrashCare care)
    {
        var trap = new CrashTrap();
        var line = new PeerLine(sender.DataFolder, peer.DataFolder, peer.PeerPort, trap);
        var his = new HospitalLine(sender.HisAddress.Port, trap);
        var truth = new TruthBook();
        WriteNodes(sending, peer, line.Port);
        _directions.Add(new CrashDirection(sending, called, trap, line, his, truth,
            [.. Enumerable.Range(1, Workplaces).Select(place => new CrashHospital(
                care, his.Address, sender.Tokens[care.Institution], $"W{place}", new Range(Persons / Workplaces * (place - 1) + 1, Persons / Workplaces * place), new Random(_random.Next()), truth))]));
    }

    /// <summary>The list of nodes as one province has it: the other stands at the end of the line. A dead or frozen peer is given up soon and asked again soon.</summary>
    private void WriteNodes(CrashProvince province, PilotProvince other, int line)
    {
        var nodes = JsonNode.Parse(File.ReadAllText(Path.Combine(_folder, "nodes.json")))!;
        nodes["nodes"]!.AsArray().Single(entry => (string)entry!["division"]! == other.Division.Code)!["address"] = $"https://127.0.0.1:{line}";
        foreach (var (name, seconds) in (IEnumerable<(string, double)>)[("interactiveBudgetSeconds", 1.5), ("attemptSeconds", 0.8), ("breakerBreakDurationSeconds", 0.5), ("resolverIntervalSeconds", 0.1), ("resolverDelayMaxSeconds", 0.4)])
            nodes["timeouts"]![name] = seconds;
        File.WriteAllText(province.NodesFile, nodes.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
    }

    private async Task LiveAsync(CrashHospital hospital)
    {
        try
        {
            while (!_isOver)
            {
                if (_isPaused)
                    await Task.Delay(20);
                else
                    await hospital.StayAsync();
            }
        }
        catch
        {
            // Whoever is failed ends it for all, while what they stand before is there to be looked at.
            _isOver = true;
            await TestContext.Out.WriteLineAsync(string.Join('\n', Provinces.Select(Open)));
            throw;
        }
    }

    private async Task CrashAsync()
    {
        if (_steps.Count == 0)
            Array.ForEach(Shuffled(), _steps.Enqueue);
        var (step, direction) = (_steps.Dequeue(), _directions[_random.Next(_directions.Count)]);
        var crash = new ArmedCrash(step, VictimsOf(step, direction), MomentOf(step));
        if (step is CrashStep.AtRandom)
        {
            await Task.Delay(_random.Next(300));
            await crash.KillAsync();
        }
        else
        {
            direction.Trap.Arm(crash);
            // A connection that stands needs no new one.
            if (step is CrashStep.BeforeSend)
                direction.Line.Cut();
            await Task.WhenAny(crash.Sprung, Task.Delay(StepWithin));
            if (direction.Trap.Disarm(crash))
                (step, _) = (CrashStep.AtRandom, crash.KillAsync());
        }
        await crash.Sprung;
        _kills[step.ToString()] = _kills.GetValueOrDefault(step.ToString()) + crash.Victims.Count;
        await Task.WhenAll(crash.Victims.Select(victim => victim.ServeAsync()));
    }

    private async Task LiveALittleAsync()
    {
        var before = _directions.ConvertAll(direction => direction.Truth.Answers);
        var started = TimeProvider.System.GetTimestamp();
        while (_directions.Where((direction, index) => direction.Truth.Answers == before[index]).Any() && TimeProvider.System.GetElapsedTime(started) < AliveMax)
            await Task.Delay(20);
        await Task.Delay(_random.Next(200));
    }

    private CrashStep[] Shuffled()
    {
        var steps = Enum.GetValues<CrashStep>();
        _random.Shuffle(steps);
        return steps;
    }

    private IReadOnlyList<CrashProvince> VictimsOf(CrashStep step, CrashDirection direction)
    {
        var (sender, peer) = (direction.Sender, direction.Peer);
        return step switch
        {
            CrashStep.AtRandom or CrashStep.AfterSend or CrashStep.AfterPeerCommit => _random.Next(3) switch { 0 => [sender], 1 => [peer], _ => [sender, peer] },
            CrashStep.BeforePeerCommit or CrashStep.DuringPeerCommit => _random.Next(3) == 0 ? [peer, sender] : [peer],
            _ => _random.Next(3) == 0 ? [sender, peer] : [sender],
        };
    }

    private TimeSpan MomentOf(CrashStep step) => step is CrashStep.DuringPeerCommit or CrashStep.DuringLocalCommit ? TimeSpan.FromMilliseconds(1 + _random.Next(8)) : TimeSpan.Zero;

    /// <summary>What is no crash: a node that stands still for longer than an attempt, a line that is cut, slow, or closed by half.</summary>
    private async Task DisturbAsync()
    {
        var direction = _directions[_random.Next(_directions.Count)];
        switch (_random.Next(5))
        {
            case 0:
                direction.Sender.Signal("STOP");
                await Task.Delay(1_200);
                direction.Sender.Signal("CONT");
                break;
            case 1:
                direction.Peer.Signal("STOP");
                await Task.Delay(1_200);
                direction.Peer.Signal("CONT");
                break;
            case 2:
                direction.Line.Cut();
                break;
            case 3:
                direction.Line.Delay = TimeSpan.FromMilliseconds(250);
                await Task.Delay(900);
                direction.Line.Delay = TimeSpan.Zero;
                break;
            default:
                direction.Line.HalfClose();
                await Task.Delay(300);
                direction.Line.Cut();
                break;
        }
    }

    private async Task PausedAsync(Func<Task> act)
    {
        _isPaused = true;
        await Eventually.GetAsync("the hospitals to end their stays", () => _directions.SelectMany(direction => direction.Hospitals).Count(hospital => hospital.IsBusy), Is.Zero);
        await act();
        _isPaused = false;
    }

    /// <summary>By themselves, in seconds: nothing is under way any more, and the books of both agree.</summary>
    private async Task AssertAgreedAsync()
    {
        foreach (var province in Provinces)
            await Eventually.GetAsync($"{province.Code} to have every answer", () => Unanswered(province), Is.Zero);
        var report = Audit.Run([.. Provinces.Select(province => province.DataFolder)], TimeProvider.System);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(report.IsClean, Is.True, () => string.Join('\n', report.Checks.SelectMany(check => check.Findings)));
            Assert.That(report.InFlight, Is.Empty);
        }
    }

    private static long Unanswered(CrashProvince province) => Scalar<long>(province, "SELECT count(*) FROM outbound WHERE state IN (1, 4)");

    /// <summary>What a province still waits for, in its own words.</summary>
    private static string Open(CrashProvince province) => Scalar<string>(province,
        """
        SELECT coalesce(group_concat(transaction_id || ' ' || method || ' state ' || state || ', ' || attempts || ' attempts, next in ' || (next_attempt_at_ms - unixepoch() * 1000)
          || ' ms: ' || coalesce(last_error, ''), char(10)), '') FROM outbound WHERE state IN (1, 4)
        """) is { Length: > 0 } open ? $"{province.Code} waits for\n{open}" : $"{province.Code} waits for nothing";

    private static T Scalar<T>(CrashProvince province, string sql)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path.Combine(province.DataFolder, "gateway.db"), Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (T)command.ExecuteScalar()!;
    }

    /// <summary>One province treats the other's people.</summary>
    private sealed record CrashDirection(
        CrashProvince Sender, CrashProvince Peer, CrashTrap Trap, PeerLine Line, HospitalLine Hospital, TruthBook Truth, IReadOnlyList<CrashHospital> Hospitals) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            foreach (var hospital in Hospitals)
                hospital.Dispose();
            await Hospital.DisposeAsync();
            await Line.DisposeAsync();
        }
    }
}
