using System.Reflection;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NUnit.Framework;
using ProvincialGateway.Cli;
using ProvincialGateway.Network;
using ProvincialGateway.Simulation;

namespace ProvincialGateway.Tests.Simulation;

/// <summary>A method that the simulation does not serve would be one that no seed ever tests.</summary>
internal sealed class ServedMethodsTests
{
    [Test]
    public async Task A_simulated_node_serves_what_a_real_one_does_and_a_node_may_call()
    {
        await using var country = await PilotCountry.StartAsync(new PilotOptions { Logging = (_, logging) => logging.SetMinimumLevel(LogLevel.Error) }, CancellationToken.None);
        var services = country[PilotCountry.Guangdong].Host.Services;
        var mapped = services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Select(endpoint => endpoint.RoutePattern.RawText!)
            .Where(path => path.StartsWith("/provincial.", StringComparison.Ordinal) && !path.Contains('{', StringComparison.Ordinal)).ToHashSet();
        var called = typeof(PeerMethod).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => field.GetValue(null)).OfType<PeerMethod>().Select(method => method.Path).ToList();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(new ServedMethods(services).Paths, Is.EquivalentTo(mapped));
            Assert.That(called.Except(mapped), Is.Empty, "what a node calls and none serves");
            Assert.That(called, Has.Count.GreaterThan(30));
        }
    }
}
