using System.Text.Json;
using Google.Protobuf;
using Provincial.His.V1;

namespace ProvincialGateway.Simulation;

/// <summary>What a hospital knows about one thing it asked for.</summary>
internal enum ToldOutcome
{
    /// <summary>Nothing yet, or "pending".</summary>
    Unknown = 1,

    Granted = 2,
    Refused = 3,

    /// <summary>The hospital gave it up and was told that it is reversed.</summary>
    Reversed = 4,
}

/// <summary>One request of a hospital, written into its book before it was sent, under an id that is never used again.</summary>
internal sealed class Asked(string id, string operation, IMessage request, string? reverses)
{
    public string Id => id;

    /// <summary>As the node's address for it is called.</summary>
    public string Operation => operation;

    public IMessage Request => request;

    /// <summary>The id of what it takes back without knowing what became of it.</summary>
    public string? Reverses => reverses;

    public ToldOutcome Outcome { get; set; } = ToldOutcome.Unknown;

    /// <summary>The whole answer that settled it.</summary>
    public string Answer { get; set; } = "";

    /// <summary>Of a refusal.</summary>
    public string Code { get; set; } = "";

    /// <summary>What it was told became of it, each time it asked for the state.</summary>
    public List<TransactionState> States { get; } = [];

    /// <summary>How often it was sent.</summary>
    public int Sent { get; set; }
}

/// <summary>An answer as a hospital reads it.</summary>
internal sealed record HospitalAnswer(string Kind, string Code, string Text)
{
    public const string Granted = "result", Refused = "refusal", Pending = "pending";

    /// <exception cref="JsonException">It is no answer of the contract.</exception>
    public static HospitalAnswer Of(byte[] bytes)
    {
        using var json = JsonDocument.Parse(bytes);
        var kind = new[] { Granted, Refused, Pending }.SingleOrDefault(kind => json.RootElement.TryGetProperty(kind, out _))
            ?? throw new JsonException("An answer without outcome.");
        return new HospitalAnswer(kind, kind == Refused ? json.RootElement.GetProperty(Refused).GetProperty("code").GetString()! : "", System.Text.Encoding.UTF8.GetString(bytes));
    }
}

/// <summary>How often each operation was answered how.</summary>
internal sealed class SimulationTally
{
    private readonly SortedDictionary<(string Operation, string Outcome), int> _counts = [];

    public void Count(string operation, string outcome) => _counts[(operation, outcome)] = _counts.GetValueOrDefault((operation, outcome)) + 1;

    public IEnumerable<(string Operation, string Outcome, int Count)> Rows => _counts.Select(entry => (entry.Key.Operation, entry.Key.Outcome, entry.Value));
}
