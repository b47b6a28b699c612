using System.Globalization;
using System.Runtime.InteropServices;
using ProvincialGateway.Cli;
using ProvincialGateway.Oversight;
using ProvincialGateway.Values;

namespace ProvincialGateway.Bench;

/// <summary>
/// One measurement from the empty folder to the audited books: the echo and the settlements of each number of clients one after the other, so that what
/// else the machine does falls on both.
/// </summary>
internal sealed class BenchRun : IAsyncDisposable
{
    private const int Workers = 64;

    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan RestPause = TimeSpan.FromMilliseconds(200);
    private static readonly Division Treatment = PilotCountry.Shanghai, Insured = PilotCountry.Chongqing;

    private readonly BenchPlan _plan;
    private readonly BenchCountry _country;
    private readonly TextWriter _progress;
    private readonly CancellationToken _cancellation;
    private BenchProcess? _treatmentNode, _insuredNode;
    private int _nextStay;

    private BenchRun(BenchPlan plan, BenchCountry country, TextWriter progress, CancellationToken cancellation) =>
        (_plan, _country, _progress, _cancellation) = (plan, country, progress, cancellation);

    /// <returns>Null when the audit found a fault: then no figure is worth anything.</returns>
    public static async Task<BenchReport?> RunAsync(BenchPlan plan, TextWriter progress, CancellationToken cancellation)
    {
        await progress.WriteLineAsync($"准备 {plan.Persons} 名患者 / {plan.Persons} patients");
        using var country = await BenchCountry.PrepareAsync(plan.Persons, plan.Folder, plan.KeepFolder, cancellation);
        await using var run = new BenchRun(plan, country, progress, cancellation);
        return await run.MeasureAsync();
    }

    public async ValueTask DisposeAsync() => await StopNodesAsync();

    private async Task<BenchReport?> MeasureAsync()
    {
        _treatmentNode = await BenchProcess.StartAsync(BenchRole.Node, _country.Folder, Treatment, 0, _cancellation);
        _insuredNode = await BenchProcess.StartAsync(BenchRole.Node, _country.Folder, Insured, 0, _cancellation);
        var idle = await IdleAsync();
        using var hospital = new BenchHospital(_country.HisAddress, _country.Token, _country.Today, _plan.Lines);
        await hospital.SignInAsync(_cancellation);
        await _progress.WriteLineAsync("预热 warm-up");
        await SettleAsync(hospital, Workers, _plan.WarmUps);
        var (requestBytes, replyBytes) = _country.SettlementBytes();
        var levels = new List<BenchLevel>();
        foreach (var clients in _plan.Clients)
            levels.Add(await MeasureAsync(hospital, clients, requestBytes, replyBytes));
        var stored = _plan.Stored > 0 ? await MeasureStoredAsync(hospital, levels) : null;
        var soak = _plan.SoakStays > 0 ? await SoakAsync(hospital) : null;
        var openVisits = _plan.OpenVisits > 0 ? await MeasureStartAsync(hospital) : null;
        await StopNodesAsync();
        var inserts = await InsertsAsync(levels.MaxBy(level => level.Settlement.Count)!);
        if (!await IsAuditCleanAsync())
            return null;
        return new BenchReport
        {
            Plan = _plan,
            Processors = Environment.ProcessorCount,
            Runtime = RuntimeInformation.FrameworkDescription,
            Counted = _plan.Journey is BenchJourney.Settlement
                ? "结算：一次 2304 报文，报文字节到应答字节 / one settlement message (2304) of a discharged stay, from its bytes to the bytes of the reply"
                : $"整次住院：入院、{_plan.Lines} 行费用、出院、结算四次报文 / a whole stay: admission, {_plan.Lines} fee lines, discharge, settlement, four messages",
            RequestBytes = requestBytes,
            ReplyBytes = replyBytes,
            Levels = levels,
            Inserts = inserts,
            Idle = idle,
            Stored = stored,
            OpenVisits = openVisits,
            Soak = soak,
            Targets = [.. Targets(levels, idle, stored, openVisits, soak)],
            Audited = _country.Settlements(),
            Folder = _plan.KeepFolder ? _country.Keep() : null,
        };
    }

    /// <summary>Rows as long as what a settlement has left in both databases.</summary>
    private async Task<BenchInserts> InsertsAsync(BenchLevel level)
    {
        var rowBytes = Math.Max(256, (int)(level.Treatment.DatabaseBytes + level.Insured.DatabaseBytes));
        var (latencies, rowsPerCommit) = await RawInserts.MeasureAsync(_country.MakeFolder("raw"), rowBytes, Workers, _plan.BaselineTime, _cancellation);
        return new BenchInserts(Workers, rowBytes, latencies, rowsPerCommit);
    }

    private async Task<bool> IsAuditCleanAsync()
    {
        await _progress.WriteLineAsync("审计 audit");
        var audit = Audit.Run([.. _country.DataFolders], TimeProvider.System);
        if (audit is { IsClean: true, InFlight.Count: 0 })
            return true;
        await _progress.WriteLineAsync("两个节点的审计发现问题，不报告任何数字；数据保留在下面的目录。 / the audit of both nodes found faults: no figures are reported, the data stay where they are.");
        await _progress.WriteLineAsync(_country.Keep());
        foreach (var finding in audit.Checks.SelectMany(check => check.Findings).Take(20))
            await _progress.WriteLineAsync($"  {finding.Node} {finding.Subject} {finding.Chinese} / {finding.English}");
        return false;
    }

    private async Task<BenchLevel> MeasureAsync(BenchHospital hospital, int clients, int requestBytes, int replyBytes)
    {
        var echo = await EchoAsync(clients, requestBytes, replyBytes);
        var (settlement, treatment, insured) = await SettleAsync(hospital, clients, _plan.SettlementsAt(clients));
        await _progress.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{clients} 个客户端 clients: {echo.PerSecond:N0} echo/s, {settlement.PerSecond:N0} settlements/s"));
        return new BenchLevel { Clients = clients, Echo = echo, Settlement = settlement, Treatment = treatment, Insured = insured };
    }

    private async Task<BenchLatencies> EchoAsync(int clients, int requestBytes, int replyBytes)
    {
        await using var server = await BenchProcess.StartAsync(BenchRole.Echo, _country.EchoFolder, Insured, replyBytes, _cancellation);
        using var client = new EchoClient(_country.EchoConfiguration, Treatment, _country.DataFolderOf(Treatment), Insured, requestBytes);
        await ClosedLoop.RunAsync(Workers, _plan.BaselineTime / 2, _ => client.CallAsync(), _cancellation);
        return await ClosedLoop.RunAsync(clients, _plan.BaselineTime, _ => client.CallAsync(), _cancellation);
    }

    private async Task<(BenchLatencies Latencies, BenchCost Treatment, BenchCost Insured)> SettleAsync(BenchHospital hospital, int clients, int count)
    {
        var first = _nextStay;
        _nextStay += count;
        var messages = _plan.Journey is BenchJourney.Settlement ? await MessagesAsync(hospital, first, count) : null;
        await RestAsync();
        var (treatment, insured) = (await _treatmentNode!.UseAsync(_cancellation), await _insuredNode!.UseAsync(_cancellation));
        var latencies = await ClosedLoop.RunAsync(clients, count, async number =>
        {
            var message = messages?[number] ?? hospital.Settlement(await hospital.MakeReadyAsync(Person(first + number), _cancellation));
            await hospital.PostAsync(message, _cancellation);
        }, _cancellation);
        return (latencies, BenchCost.Of(await _treatmentNode.UseAsync(_cancellation) - treatment, count), BenchCost.Of(await _insuredNode.UseAsync(_cancellation) - insured, count));
    }

    /// <summary>What was settled before has sent its fee lines after: it is no part of what is measured next.</summary>
    private async Task RestAsync()
    {
        while ((await _treatmentNode!.UseAsync(_cancellation)).OwedTransfers > 0)
            await Task.Delay(RestPause, _cancellation);
    }

    /// <summary>Settlement messages of stays that are made ready as in life, by their own messages.</summary>
    private async Task<byte[][]> MessagesAsync(BenchHospital hospital, int first, int count)
    {
        var messages = new byte[count][];
        await ClosedLoop.RunAsync(Workers, count, async number => messages[number] = hospital.Settlement(await hospital.MakeReadyAsync(Person(first + number), _cancellation)), _cancellation);
        return messages;
    }

    private async Task<BenchStored> MeasureStoredAsync(BenchHospital hospital, List<BenchLevel> levels)
    {
        var empty = levels.FirstOrDefault(level => level.Clients == Workers)?.Settlement.PerSecond ?? (await SettleAsync(hospital, Workers, _plan.Settlements)).Latencies.PerSecond;
        await _progress.WriteLineAsync($"先结算 {_plan.Stored} 笔 / {_plan.Stored} settlements first");
        await SettleAsync(hospital, Workers, _plan.Stored);
        return new BenchStored(_nextStay, empty, (await SettleAsync(hospital, Workers, _plan.Settlements)).Latencies.PerSecond);
    }

    /// <summary>Whole stays at 64 clients; what both nodes keep resident is looked at twenty times.</summary>
    private async Task<BenchSoak> SoakAsync(BenchHospital hospital)
    {
        const int Looks = 20;
        var samples = new List<long>();
        var stays = Math.Max(1, _plan.SoakStays / Looks);
        for (var look = 0; look < Looks; look++)
        {
            var first = _nextStay;
            _nextStay += stays;
            await ClosedLoop.RunAsync(Workers, stays, async number =>
                await hospital.PostAsync(hospital.Settlement(await hospital.MakeReadyAsync(Person(first + number), _cancellation)), _cancellation), _cancellation);
            samples.Add((await _treatmentNode!.UseAsync(_cancellation)).ResidentBytes + (await _insuredNode!.UseAsync(_cancellation)).ResidentBytes);
        }
        return new BenchSoak(Looks * stays, samples);
    }

    private async Task<BenchStart> MeasureStartAsync(BenchHospital hospital)
    {
        var first = _nextStay;
        _nextStay += _plan.OpenVisits;
        await _progress.WriteLineAsync($"登记 {_plan.OpenVisits} 名在院患者 / {_plan.OpenVisits} patients in beds");
        await ClosedLoop.RunAsync(Workers, _plan.OpenVisits, number => hospital.AdmitAsync(Person(first + number), _cancellation), _cancellation);
        await _treatmentNode!.DisposeAsync();
        _treatmentNode = await BenchProcess.StartAsync(BenchRole.Node, _country.Folder, Treatment, 0, _cancellation);
        return new BenchStart(_plan.OpenVisits, _treatmentNode.Ready.ReadyMs);
    }

    /// <summary>Both nodes as they stand a while after their start, before anybody asks them anything.</summary>
    private async Task<BenchIdle> IdleAsync()
    {
        await Task.Delay(IdleTime, _cancellation);
        return new BenchIdle(
            Math.Max(_treatmentNode!.Ready.ReadyMs, _insuredNode!.Ready.ReadyMs),
            Math.Max((await _treatmentNode.UseAsync(_cancellation)).ResidentBytes, (await _insuredNode.UseAsync(_cancellation)).ResidentBytes));
    }

    /// <summary>Number of the patient of a stay.</summary>
    private int Person(int stay) => 1 + stay % _plan.Persons;

    private async Task StopNodesAsync()
    {
        if (_treatmentNode is { } treatment)
            await treatment.DisposeAsync();
        if (_insuredNode is { } insured)
            await insured.DisposeAsync();
        (_treatmentNode, _insuredNode) = (null, null);
    }

    private static IEnumerable<BenchTarget> Targets(IEnumerable<BenchLevel> levels, BenchIdle idle, BenchStored? stored, BenchStart? openVisits, BenchSoak? soak)
    {
        if (levels.FirstOrDefault(level => level.Clients == Workers) is { } level)
        {
            yield return BenchTarget.AtLeast("64 个客户端时结算与回显之比", "rate at 64 clients, of the echo's", level.RateToEcho, 0.25);
            yield return BenchTarget.AtMost("64 个客户端时 p99 与回显之比", "p99 at 64 clients, times the echo's", level.P99ToEcho, 6);
            yield return BenchTarget.AtLeast("64 个客户端时每次落盘的结算笔数，就医地", "settlements for each disk sync at 64 clients, treatment side", 1 / level.Treatment.Commits, 8);
            yield return BenchTarget.AtLeast("同上，参保地", "the same, insured side", 1 / level.Insured.Commits, 8);
        }
        yield return BenchTarget.AtMost("空闲时常驻内存 MB", "resident when idle, MB", idle.ResidentBytes / 1e6, 150);
        if (stored is not null)
            yield return BenchTarget.AtLeast($"已存 {stored.Settlements} 笔时的速率与空库之比", $"rate with {stored.Settlements} settlements stored, of that without", stored.Ratio, 0.9);
        if (openVisits is not null)
            yield return BenchTarget.AtMost($"{openVisits.Visits} 名在院患者时的启动秒数", $"start with {openVisits.Visits} open visits, s", openVisits.ReadyMs / 1_000, 1);
        if (soak is not null)
            yield return BenchTarget.AtMost($"{soak.Settlements} 笔连续结算，常驻内存末四分之一与第二个四分之一之比", $"resident after {soak.Settlements} settlements, last quarter of them over the second", soak.Growth, 1.1);
    }
}
