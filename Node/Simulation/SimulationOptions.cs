using System.Globalization;
using ProvincialGateway.Network;

namespace ProvincialGateway.Simulation;

/// <summary>One run: the same options, the same run.</summary>
internal sealed record SimulationOptions
{
    public const int NodesMin = 2, NodesMax = 32, SettlementsMax = 100_000;

    /// <summary>2 to 32; default 32.</summary>
    public int Nodes { get; init; } = NodesMax;

    /// <summary>How many journeys of patients begin, 1 to 100,000; default 300.</summary>
    public int Settlements { get; init; } = 300;

    public required int Seed { get; init; }

    public required FaultProfile Faults { get; init; }

    /// <summary>What of it happens at all; null is everything.</summary>
    public SimulationSubset? Only { get; init; }

    /// <summary>Where every line of the run goes; null writes none.</summary>
    public TextWriter? Trace { get; init; }

    /// <summary>A fault of the product itself, made anew for each run: a test plants it to see that it is found.</summary>
    public Func<IPlantedFault>? Planted { get; init; }

    /// <summary>The command line that runs the same again.</summary>
    public string CommandLine => string.Create(CultureInfo.InvariantCulture,
        $"gateway simulate --nodes {Nodes} --settlements {Settlements} --seed {Seed} --faults {Faults.Name}{(Only is null ? "" : $" --only '{Only}'")}");
}

/// <summary>Changes what nodes say and do as a fault of the product would.</summary>
internal interface IPlantedFault
{
    /// <summary>What leaves instead of a request; called for each attempt.</summary>
    byte[] Request(PeerMethod method, byte[] request) => request;

    /// <summary>What leaves instead of a committed reply; null leaves nothing.</summary>
    byte[]? Reply(PeerMethod method, byte[] reply) => reply;

    /// <summary>What a node does instead of what a hospital asks for; called for each attempt.</summary>
    byte[] Asked(string operation, byte[] request) => request;

    /// <summary>What a hospital is told instead of its node's answer.</summary>
    byte[] Answer(string operation, byte[] answer) => answer;
}

/// <summary>The journeys and faults a run is cut down to. Its text is what <c>--only</c> takes.</summary>
internal sealed record SimulationSubset(IReadOnlyList<int> Journeys, IReadOnlyList<string>? Faults)
{
    private const char Between = ';', List = ',';

    public override string ToString() => $"{string.Join(List, Journeys)}{(Faults is null ? "" : $"{Between}{string.Join(List, Faults)}")}";

    /// <summary>Journeys by number, then, after a semicolon, faults by name: <c>3,17;53>44#12 lost,P2</c>. Without a semicolon all faults happen.</summary>
    public static SimulationSubset? TryParse(string text)
    {
        var parts = text.Split(Between);
        var journeys = new List<int>();
        foreach (var number in parts[0].Split(List, StringSplitOptions.RemoveEmptyEntries))
        {
            if (!int.TryParse(number, out var journey) || journey < 1)
                return null;
            journeys.Add(journey);
        }
        return parts.Length > 2 ? null : new SimulationSubset(journeys, parts.Length == 1 ? null : parts[1].Split(List, StringSplitOptions.RemoveEmptyEntries));
    }
}

/// <summary>What one run came to.</summary>
internal sealed record SimulationReport
{
    public required int Seed { get; init; }

    /// <summary>SHA-256 over everything that happened and everything that stands in the end, in hexadecimal.</summary>
    public required string Hash { get; init; }

    /// <summary>Each breach of safety or progress in one line; empty when the run is green.</summary>
    public required IReadOnlyList<string> Failures { get; init; }

    /// <summary>The faults that happened, by name.</summary>
    public required IReadOnlyList<string> Faults { get; init; }

    /// <summary>The journeys that began, by number.</summary>
    public required IReadOnlyList<int> Journeys { get; init; }

    public required SimulationTally Tally { get; init; }

    public required long Events { get; init; }

    /// <summary>From the first start to the last answer after everything was healed.</summary>
    public required TimeSpan Simulated { get; init; }

    /// <summary>From the healing to the moment when nothing was open any more.</summary>
    public required TimeSpan Recovery { get; init; }

    public bool IsGreen => Failures.Count == 0;
}
