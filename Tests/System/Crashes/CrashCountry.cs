using System.Text.Json;
using System.Text.Json.Nodes;
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

    /// <summary>How long a step is waited for; it is a matter of milliseconds on a machine that has time. After it the kill is made at random, and counted as missed.</summary>
    private static readonly TimeSpan StepWithin = TimeSpan.FromSeconds(8);

    /// <summary>Far above what a kill and the last stays take: whoever waits longer is told where everything stands.</summary>
    private static readonly TimeSpan CrashMax = TimeSpan.FromMinutes(2), LastStaysMax = TimeSpan.FromMinutes(4);

    private readonly string _folder;
    private readonly Random _random;
    private readonly CrashTally _tally;
    private readonly List<CrashDirection> _directions = [];
    private readonly CrashDraws _draws;
    private readonly Lock _pausing = new();
    private volatile bool _isOver, _isPaused;
    private TimeSpan _reaching, _starting, _living;

    private CrashCountry(string folder, int seed, CrashTally tally) =>
        (_folder, _random, _draws, _tally) = (folder, new Random(seed), new CrashDraws(new Random(seed)), tally);

    private IEnumerable<CrashProvince> Provinces => _directions.Select(direction => direction.Sender);

    /// <summary>Keys, persons, hospitals, lines; both nodes serve.</summary>
    public static async Task<CrashCountry> StartAsync(int seed, CrashTally tally)
    {
        var pilots = await PilotCountry.StartAsync(new PilotOptions { KeepFolder = true, Logging = (_, logging) => logging.SetMinimumLevel(LogLevel.Error) }, CancellationToken.None);
        var country = new CrashCountry(pilots.Folder, seed, tally);
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

    /// <summary>Kills until it is enough, converges and audits now and then and at the end.</summary>
    /// <param name="isEnough">Asked before each crash.</param>
    /// <param name="convergeEvery">Crashes.</param>
    public async Task RunAsync(Func<bool> isEnough, int convergeEvery)
    {
        try
        {
            await CrashUntilAsync(isEnough, convergeEvery);
            await AssertAgreedAsync();
        }
        catch
        {
            // Whatever was waited for in vain: where both nodes stand says why.
            await TestContext.Out.WriteLineAsync(string.Join('\n', Provinces.Select(province => $"{province.Describe()}\n{province.Open()}")));
            throw;
        }
        foreach (var direction in _directions)
        {
            direction.Truth.AssertHolds(direction.Sender.DataFolder, direction.Peer.DataFolder, direction.Sender.Code);
            Assert.That(direction.Truth.Settlements, Is.GreaterThan(0), "Nothing was settled: nothing was tested.");
        }
    }

    /// <summary>What happened, for the test's output.</summary>
    public string Describe() => string.Join('\n',
    [
        .. _directions.Select(direction => $"{direction.Sender.Code} treats {direction.Peer.Code}: {direction.Truth}"),
        .. Provinces.Select(province => $"{province.Code}: {province.Starts.Count} starts, {province.Starts.Time.TotalMilliseconds / Math.Max(1, province.Starts.Count):0} ms each; "
            + $"{province.ProcessorTime.TotalSeconds:0.0} s of processor time"),
        $"{_reaching.TotalSeconds:0} s until steps were reached, {_starting.TotalSeconds:0} s of starts, {_living.TotalSeconds:0} s left alone",
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
                if (TryBegin(hospital))
                    await hospital.StayAsync();
                else
                    await Task.Delay(20);
            }
        }
        catch
        {
            // Whoever is failed ends it for all, while what they stand before is there to be looked at.
            _isOver = true;
            await TestContext.Out.WriteLineAsync(string.Join('\n', Provinces.Select(province => province.Open())));
            throw;
        }
    }

    private async Task CrashUntilAsync(Func<bool> isEnough, int convergeEvery)
    {
        var load = Task.WhenAll(_directions.SelectMany(direction => direction.Hospitals).Select(hospital => Task.Run(() => LiveAsync(hospital))));
        try
        {
            for (var crashes = 1; !isEnough() && !_isOver; crashes++)
            {
                var victims = await CrashAsync();
                await StartAsync(victims);
                if (crashes % convergeEvery == 0)
                    await PausedAsync(AssertAgreedAsync);
                await Task.WhenAll(LiveALittleAsync(), _random.Next(2) == 0 ? DisturbAsync(_draws.NextDisturbance()) : Task.CompletedTask);
            }
        }
        finally
        {
            _isOver = true;
        }
        await load.WaitAsync(LastStaysMax);
    }

    /// <returns>False while nobody may begin anything.</returns>
    private bool TryBegin(CrashHospital hospital)
    {
        lock (_pausing)
            return hospital.IsBusy = !_isPaused;
    }

    /// <returns>Who is dead.</returns>
    private async Task<IReadOnlyList<CrashProvince>> CrashAsync()
    {
        var started = TimeProvider.System.GetTimestamp();
        var (step, direction) = (_draws.NextStep(), _directions[_random.Next(_directions.Count)]);
        var crash = new ArmedCrash(step, _draws.VictimsOf(step, direction.Sender, direction.Peer), _draws.MomentOf(step));
        var isMissed = false;
        if (step is CrashStep.AtRandom)
        {
            await crash.KillAsync();
        }
        else
        {
            direction.Trap.Arm(crash);
            // A connection that stands needs no new one.
            if (step is CrashStep.BeforeSend)
                direction.Line.Cut();
            await Task.WhenAny(crash.Sprung, Task.Delay(StepWithin));
            if (isMissed = direction.Trap.Disarm(crash))
                await crash.KillAsync();
        }
        await crash.Sprung.WaitAsync(CrashMax);
        _tally.Crashed(step, crash.Victims.Count, isAtStep: !isMissed && crash.IsAtStep);
        _reaching += TimeProvider.System.GetElapsedTime(started);
        return crash.Victims;
    }

    /// <summary>Starts them again, two times of three in vain at first.</summary>
    private async Task StartAsync(IReadOnlyList<CrashProvince> victims)
    {
        var started = TimeProvider.System.GetTimestamp();
        if (_random.Next(3) > 0)
        {
            await Task.WhenAll(victims.Select(victim => victim.StartInVainAsync(_random.NextDouble())));
            _tally.Crashed(CrashStep.DuringStart, victims.Count, isAtStep: true);
        }
        await Task.WhenAll(victims.Select(victim => victim.ServeAsync()));
        _starting += TimeProvider.System.GetElapsedTime(started);
    }

    private async Task LiveALittleAsync()
    {
        var before = _directions.ConvertAll(direction => direction.Truth.Answers);
        var started = TimeProvider.System.GetTimestamp();
        await Task.Delay(_random.Next(200));
        while (_directions.Where((direction, index) => direction.Truth.Answers == before[index]).Any() && TimeProvider.System.GetElapsedTime(started) < AliveMax)
            await Task.Delay(20);
        _living += TimeProvider.System.GetElapsedTime(started);
    }

    private async Task DisturbAsync(Disturbance disturbance)
    {
        var direction = _directions[_random.Next(_directions.Count)];
        switch (disturbance)
        {
            case Disturbance.SenderStopped:
                await StandStillAsync(direction.Sender);
                break;
            case Disturbance.PeerStopped:
                await StandStillAsync(direction.Peer);
                break;
            case Disturbance.LineCut:
                direction.Line.Cut();
                break;
            case Disturbance.LineSlow:
                direction.Line.Delay = TimeSpan.FromMilliseconds(250);
                await Task.Delay(900);
                direction.Line.Delay = TimeSpan.Zero;
                break;
            case Disturbance.LineHalfClosed:
                direction.Line.HalfClose();
                await Task.Delay(300);
                direction.Line.Cut();
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(disturbance), disturbance, "Unknown disturbance.");
        }
        _tally.Disturbed(disturbance);
    }

    private static async Task StandStillAsync(CrashProvince province)
    {
        province.Signal("STOP");
        await Task.Delay(1_200);
        province.Signal("CONT");
    }

    private async Task PausedAsync(Func<Task> act)
    {
        lock (_pausing)
            _isPaused = true;
        await Eventually.GetAsync("the hospitals to end their stays", () => _directions.SelectMany(direction => direction.Hospitals).Count(hospital => hospital.IsBusy), Is.Zero);
        await act();
        _isPaused = false;
    }

    /// <summary>By themselves, in seconds: nothing is under way any more, and the books of both agree.</summary>
    private async Task AssertAgreedAsync()
    {
        foreach (var province in Provinces)
            await Eventually.GetAsync($"{province.Code} to have every answer", () => province.Unanswered(), Is.Zero);
        var report = Audit.Run([.. Provinces.Select(province => province.DataFolder)], TimeProvider.System);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(report.IsClean, Is.True, () => string.Join('\n', report.Checks.SelectMany(check => check.Findings)));
            Assert.That(report.InFlight, Is.Empty);
        }
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
