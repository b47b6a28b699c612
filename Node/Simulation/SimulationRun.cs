using System.Globalization;
using ProvincialGateway.Ledger;
using ProvincialGateway.Network;
using ProvincialGateway.Reconciliation;
using ProvincialGateway.Values;

namespace ProvincialGateway.Simulation;

/// <summary>
/// One run from its seed to its verdict: patients come while things go wrong, then everything is healed, what is open has to end by itself, the ledgers are
/// reconciled, and the books of all nodes and hospitals are compared.
/// </summary>
internal sealed class SimulationRun : IDisposable
{
    private static readonly TimeSpan Trouble = TimeSpan.FromMinutes(5), FirstStart = TimeSpan.FromSeconds(2), RecoveryMax = TimeSpan.FromMinutes(30), Look = TimeSpan.FromSeconds(5);
    private const int PartnersMax = 3;
    private const double ShiftsPerJourney = 0.25;

    private readonly SimulationOptions _options;
    private readonly Journal _journal;
    private readonly FaultPlan _faults;
    private readonly SimulatedCountry _country;
    private readonly List<SimulatedHospital> _hospitals;
    private readonly SimulationTally _tally = new();
    private readonly List<string> _failures = [];
    private readonly List<int> _journeys = [];

    private SimulationRun(SimulationOptions options, PreparedCountry prepared)
    {
        _options = options;
        _journal = new Journal(options.Trace, PreparedCountry.Begin);
        _faults = new FaultPlan(options.Faults, options.Seed, options.Only?.Faults?.ToHashSet(StringComparer.Ordinal));
        _country = new SimulatedCountry(prepared, options.Nodes, _faults, _journal);
        _country.Network.Planted = options.Planted?.Invoke();
        _hospitals = [.. _country.Nodes.Select(node => new SimulatedHospital(_country, node, _tally))];
    }

    private Pump Pump => _country.Pump;

    /// <summary>Runs on this thread and nowhere else, so that several runs may go on at once, each on its own.</summary>
    /// <exception cref="SimulationBrokenException">The run left its thread, or simulated code threw where nobody catches it.</exception>
    public static SimulationReport Run(SimulationOptions options, PreparedCountry prepared, CancellationToken cancellation)
    {
        using var run = new SimulationRun(options, prepared);
        return run.Run(cancellation);
    }

    public void Dispose()
    {
        _country.Dispose();
        _journal.Dispose();
    }

    private SimulationReport Run(CancellationToken cancellation)
    {
        var recovery = TimeSpan.Zero;
        IReadOnlyList<string> outcome = [];
        try
        {
            recovery = Live(cancellation);
            _country.Stop();
            using var verdict = new SimulationVerdict(_country, _hospitals);
            _failures.AddRange(verdict.Failures());
            outcome = [.. verdict.Outcome()];
        }
        catch (SimulationBrokenException broken)
        {
            _failures.Add($"broke: {broken.InnerException}");
        }
        _failures.AddRange(_country.Errors.Errors.Select(error => $"logged as an error: {error}"));
        return new SimulationReport
        {
            Seed = _options.Seed,
            Hash = _journal.Seal(outcome),
            Failures = _failures,
            Faults = [.. _faults.Happened],
            Journeys = _journeys,
            Tally = _tally,
            Events = Pump.Events,
            Simulated = Pump.Now - PreparedCountry.Begin,
            Recovery = recovery,
        };
    }

    /// <returns>How long it took from the healing until nothing was open.</returns>
    private TimeSpan Live(CancellationToken cancellation)
    {
        ScheduleJourneys();
        foreach (var node in _country.Nodes.Where(node => node.IsUsed))
            node.Start();
        new FaultSchedule(_country, _hospitals, Trouble).Arrange();
        Pump.Run(PreparedCountry.Begin + Trouble, () => false, cancellation);
        Heal();
        var healed = Pump.Now;
        // Who is at work ends it; then what was paused and planned is taken back, wherever nobody has come to it.
        RunUntil(() => _country.Shifts == 0, RecoveryMax, cancellation);
        foreach (var node in _country.Nodes.Where(node => node.IsUsed))
            _country.Work(() => AgencyShift.ResumeAllAsync(_country, node));
        if (!RunUntil(() => new OpenWork(_country, _hospitals).Count == 0, RecoveryMax, cancellation))
            _failures.AddRange(new OpenWork(_country, _hospitals).Describe());
        var recovery = Pump.Now - healed;
        if (_failures.Count == 0)
            Reconcile(cancellation);
        if (_failures.Count == 0)
            LookBack(cancellation);
        return recovery;
    }

    /// <summary>Each hospital asks once more how its settlements stand.</summary>
    private void LookBack(CancellationToken cancellation)
    {
        foreach (var hospital in _hospitals.Where(hospital => hospital.Book.Count > 0))
            hospital.Work(hospital.LookBackAsync);
        if (!RunUntil(() => _hospitals.TrueForAll(hospital => hospital.IsAtRest), TimeSpan.FromMinutes(10), cancellation))
            _failures.Add("progress: hospitals were not told how their settlements stand");
    }

    private void ScheduleJourneys()
    {
        var today = DateOnly.FromDateTime(PreparedCountry.Begin.DateTime);
        // Only what a run is cut down to needs nodes: the others would but ping each other.
        var isWhole = _options.Only is null;
        foreach (var node in _country.Nodes)
            node.IsUsed = isWhole;
        for (var number = 1; number <= _options.Settlements; number++)
        {
            if (_options.Only?.Journeys.Contains(number) == false)
                continue;
            _journeys.Add(number);
            var name = string.Create(CultureInfo.InvariantCulture, $"J{number}");
            var at = _faults.Draw($"{name} hospital", _hospitals.Count);
            var (hospital, insured) = (_hospitals[at], _country.Nodes[PartnerOf(at, _faults.Draw($"{name} partner", PartnersMax))]);
            hospital.Node.IsUsed = insured.IsUsed = true;
            var people = insured.Province.People;
            var person = people[_faults.Draw($"{name} person", people.Count)];
            Pump.After(FirstStart + (Trouble * 0.7 * _faults.Draw($"{name} begins")), _country.Life, () =>
                hospital.Work(() => new Journey(name, hospital, person, new Dice(_faults, name), today).RunAsync()));
            if (_faults.Draw($"{name} shift") < ShiftsPerJourney)
            {
                Pump.After(FirstStart + (Trouble * 0.7 * _faults.Draw($"{name} shift begins")), _country.Life, () => _country.Work(
                    () => new AgencyShift($"{name}S", _country, hospital.Node, insured, person, new Dice(_faults, $"{name} shift"), _tally).RunAsync()));
            }
        }
    }

    /// <summary>Few partners each: a person is met again, and two provinces have enough with each other.</summary>
    private int PartnerOf(int node, int which) => (node + 1 + (which * 5 % (_country.Nodes.Count - 1))) % _country.Nodes.Count;

    private void Heal()
    {
        _faults.IsHealed = true;
        _country.Network.JoinAll();
        foreach (var node in _country.Nodes.Where(node => node.IsUsed))
        {
            node.ClockOffset = TimeSpan.Zero;
            node.Start();
        }
        _journal.Write(Pump.Now, "healed");
    }

    /// <summary>Looks now and then: what is asked of thirty-two databases is not asked after every event.</summary>
    private bool RunUntil(Func<bool> isDone, TimeSpan atMost, CancellationToken cancellation)
    {
        for (var end = Pump.Now + atMost; Pump.Now < end;)
        {
            if (isDone())
                return true;
            Pump.Run(Pump.Now + Look, () => false, cancellation);
        }
        return isDone();
    }

    /// <summary>Each treatment province with each partner it has dealt with, over all days that any clock has shown.</summary>
    private void Reconcile(CancellationToken cancellation)
    {
        var left = 0;
        foreach (var node in _country.Nodes.Where(node => node.IsUsed))
        {
            var run = node.Current!;
            var partners = _country.Network.Dealings.Where(dealing => dealing.From == node.Division).Select(dealing => dealing.To).Order(Comparer<Division>.Create((a, b) => string.CompareOrdinal(a.Code, b.Code))).ToList();
            left += partners.Count;
            run.Do(async () =>
            {
                var reconciler = run.Services.GetRequiredService<Reconciler>();
                var today = DateOnly.FromDateTime(PreparedCountry.Begin.DateTime);
                foreach (var partner in partners)
                {
                    var done = await reconciler.RunAsync(new RunScope(partner, LedgerSide.Treatment, today.AddDays(-10), today.AddDays(10)), RunCause.OnDemand, _ => { }, CancellationToken.None);
                    if (done is not { State: RunState.Balanced })
                        _failures.Add($"reconciliation of {node.Division} with {partner}: {done?.State} {done?.Reason}");
                    left--;
                }
            });
        }
        if (!RunUntil(() => left == 0, TimeSpan.FromMinutes(10), cancellation))
            _failures.Add($"{left} reconciliations did not end");
    }
}

/// <summary>What has no answer yet, at nodes and at hospitals.</summary>
internal sealed class OpenWork(SimulatedCountry country, IReadOnlyList<SimulatedHospital> hospitals)
{
    private readonly IReadOnlyList<SimulatedNode> _nodes = [.. country.Nodes.Where(node => node.IsUsed)];

    private static readonly (string What, string Sql)[] Open =
    [
        ("outbound", "SELECT transaction_id || ' ' || method || ' to ' || peer || ' state ' || state || ', attempts ' || attempts FROM outbound WHERE state IN (1, 4)"),
        ("filing request", "SELECT transaction_id || ' to ' || peer || ' state ' || state FROM filing_request WHERE state IN (1, 4)"),
        ("clearing message", "SELECT transaction_id || ' ' || method || ' to ' || peer || ' state ' || state FROM clearing_outbound WHERE state IN (1, 4)"),
        ("fee details", "SELECT settlement_number || ' state ' || state || ', failures ' || failures FROM fee_transfer WHERE state IN (1, 2, 4)"),
        ("line audit", "SELECT coalesce(settlement_number, '') FROM insured_detail_transfer WHERE state = 2 AND id NOT IN (SELECT transfer_id FROM line_audit_run)"),
    ];

    public int Count => _nodes.Count(node => node.Current is not { IsServing: true }) + hospitals.Count(hospital => !hospital.IsAtRest) + country.Shifts + Held().Count() + _nodes.Where(node => node.Current is { IsServing: true }).Sum(node => Open.Sum(open => Rows(node, open.Sql).Count));

    public IEnumerable<string> Describe() =>
    [
        .. _nodes.Where(node => node.Current is not { IsServing: true }).Select(node => $"progress: the node of {node.Division} does not serve"),
        .. _nodes.Where(node => node.Current is not null).SelectMany(node => Open.SelectMany(open => Rows(node, open.Sql).Select(row => $"progress: {open.What} of {node.Division} is still open: {row}"))),
        .. Held(),
        .. country.Shifts > 0 ? [$"progress: {country.Shifts} operators have not ended their work"] : Array.Empty<string>(),
        .. hospitals.Where(hospital => !hospital.IsAtRest).Select(hospital => $"progress: hospital {hospital.Institution} still waits for "
            + string.Join(", ", hospital.Book.Where(asked => asked.Outcome is ToldOutcome.Unknown).Select(asked => $"{asked.Id} {asked.Operation}"))),
    ];

    /// <summary>Who sends nothing to whom, though nothing is paused or planned any more: whoever was not told learns it from a ping, or believes it for a while only.</summary>
    private IEnumerable<string> Held() => _nodes.Where(node => node.Current is { IsServing: true })
        .SelectMany(node => node.Current!.Services.GetRequiredService<PeerDirectory>().All
            .Where(peer => peer.State.Hold is not null && _nodes.Any(used => used.Division == peer.Entry.Division))
            .Select(peer => $"progress: {node.Division} sends nothing to {peer.Entry.Division}: {peer.State.Hold?.Cause}"));

    private static List<string> Rows(SimulatedNode node, string sql) => node.Current!.Database.Read(session => session.Query<string>(sql));
}
