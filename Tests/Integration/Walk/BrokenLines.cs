using ProvincialGateway.Cli;
using ProvincialGateway.Configuration;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Walk;

/// <summary>A line of its own from each province to each other one; any of them can break.</summary>
internal sealed class BrokenLines : IAsyncDisposable
{
    private readonly List<CuttingProxy> _lines = [];

    /// <summary>Lays the lines before the nodes start.</summary>
    public BrokenLines(PilotCountry country)
    {
        foreach (var caller in country.Provinces)
            caller.Configuration = caller.Configuration with { Nodes = [.. caller.Configuration.Nodes.Select(entry => entry.Division == caller.Division ? entry : Rerouted(entry, country))] };
    }

    /// <summary>Breaks one line, or lets it be.</summary>
    public void Trouble(Random random)
    {
        var (line, bytes) = (_lines[random.Next(_lines.Count)], random.Next(1_500));
        switch (random.Next(20))
        {
            case 0:
                line.CutRequestAfter(bytes);
                break;
            case 1:
                line.CutReplyAfter(bytes);
                break;
            case 2:
                line.Cut();
                break;
        }
    }

    public void Mend() => _lines.ForEach(line => line.Mend());

    public async ValueTask DisposeAsync()
    {
        foreach (var line in _lines)
            await line.DisposeAsync();
    }

    private NodeEntry Rerouted(NodeEntry entry, PilotCountry country)
    {
        _lines.Add(new CuttingProxy(country[entry.Division].PeerPort));
        return entry with { Address = new($"https://127.0.0.1:{_lines[^1].Port}") };
    }
}
