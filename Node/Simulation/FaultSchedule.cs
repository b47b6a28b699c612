namespace ProvincialGateway.Simulation;

/// <summary>Faults with times of their own: dead lines, crashes, clocks that are set wrong.</summary>
internal sealed class FaultSchedule(SimulatedCountry country, IReadOnlyList<SimulatedHospital> hospitals, TimeSpan trouble)
{
    private readonly FaultPlan _faults = country.Faults;

    public void Arrange()
    {
        var (profile, nodes) = (_faults.Profile, country.Nodes.Count);
        Schedule("P", profile.PartitionsPerNode * nodes, Part);
        Schedule("C", profile.CrashesPerNode * nodes, name => Node(name).Crash(name, _faults.Between($"{name} away", 0.2, 60)));
        Schedule("H", profile.HospitalCrashesPerNode * nodes, name => hospitals[_faults.Draw($"{name} where", hospitals.Count)].Crash(_faults.Between($"{name} away", 1, 40)));
        Schedule("K", profile.ClockJumpsPerNode * nodes, Jump);
    }

    private SimulatedNode Node(string name) => country.Nodes[_faults.Draw($"{name} where", country.Nodes.Count)];

    private void Schedule(string kind, double count, Action<string> fault)
    {
        foreach (var name in _faults.Scheduled(kind, count))
        {
            country.Pump.After(trouble * _faults.Draw($"{name} when"), country.Life, () =>
            {
                _faults.Happens(name);
                fault(name);
            });
        }
    }

    private void Part(string name)
    {
        var (one, other) = (Node(name), country.Nodes[_faults.Draw($"{name} other", country.Nodes.Count)]);
        // A province that is cut off from everybody, two that do not reach each other, or a line that is dead in one direction only.
        var pairs = _faults.Draw($"{name} kind", 4) switch
        {
            0 => country.Nodes.Where(node => node != one).SelectMany(node => new[] { (one, node), (node, one) }),
            1 => [(one, other)],
            _ => [(one, other), (other, one)],
        };
        var dead = pairs.Select(pair => (From: pair.Item1.Division, To: pair.Item2.Division)).ToList();
        country.Journal.Write(country.Pump.Now, $"{name} {one.Division} parted from {(dead.Count > 2 ? "all" : other.Division)}, {dead.Count} directions");
        foreach (var (from, to) in dead)
            country.Network.Part(from, to);
        country.Pump.After(_faults.Between($"{name} lasts", 2, 120), country.Life, () =>
        {
            if (_faults.IsHealed)
                return;
            foreach (var (from, to) in dead)
                country.Network.Join(from, to);
        });
    }

    private void Jump(string name)
    {
        var node = Node(name);
        var reach = new[] { 2.0, 60, 3_600, 86_400 }[_faults.Draw($"{name} reach", 4)];
        node.ClockOffset = _faults.Between($"{name} offset", -reach, reach);
        country.Journal.Write(country.Pump.Now, $"{name} the clock of {node.Division} is off by {node.ClockOffset}");
        country.Pump.After(_faults.Between($"{name} lasts", 5, 200), country.Life, () => node.ClockOffset = TimeSpan.Zero);
    }
}
