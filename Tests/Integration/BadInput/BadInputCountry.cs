using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using NUnit.Framework;
using ProvincialGateway.Cli;
using ProvincialGateway.Configuration;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.BadInput;

/// <summary>
/// The two pilot provinces, started once for all tests of this folder: none of them may leave a trace that disturbs another. Two things differ
/// from the samples: both policies refuse people without a filing, and Guangdong's node loads Yunnan's adapter as well.
/// </summary>
[SetUpFixture]
internal sealed class BadInputCountry
{
    private static PilotCountry? _country;

    public static LogCapture Logs { get; } = new();

    public static PilotCountry Country => _country ?? throw new InvalidOperationException("The country has not been started.");

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _country = PilotCountry.Prepare(new PilotOptions { Configure = LoadBothInGuangdong, Logging = Capture });
        foreach (var province in _country.Provinces)
        {
            RefuseUnfiled(Path.Combine(province.DataFolder, "policy.json"));
            await province.StartAsync(CancellationToken.None);
        }
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        var tokens = Country.Provinces.SelectMany(province => province.Tokens.Values).ToList();
        await _country!.DisposeAsync();
        var logged = string.Join('\n', Logs.Entries);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(tokens.Where(token => logged.Contains(token, StringComparison.Ordinal)), Is.Empty, "tokens in the log");
            Assert.That(logged, Does.Not.Contain("测试患者").And.Not.Contain("530102197601010019").And.Not.Contain("440103195503030028"), "personal data in the log");
        }
    }

    // As a node in production logs: the framework's request log would write paths, and with them tokens.
    private static void Capture(Division division, ILoggingBuilder logging) => logging
        .AddProvider(Logs.Provider(division.Code))
        .AddFilter("Microsoft", LogLevel.Warning);

    private static NodesConfiguration LoadBothInGuangdong(NodesConfiguration configuration) => configuration with
    {
        Nodes = [.. configuration.Nodes.Select(node => node.Division == PilotCountry.Guangdong ? node with { Adapters = ["guangdong", "yunnan"] } : node)],
    };

    private static void RefuseUnfiled(string path)
    {
        var policy = JsonNode.Parse(File.ReadAllText(path))!;
        foreach (var plan in policy["plans"]!.AsArray())
            plan!["remote"]!["unfiled"] = new JsonObject { ["refuse"] = true };
        File.WriteAllText(path, policy.ToJsonString());
    }
}
