using System.Reflection;
using NUnit.Framework;
using Provincial.Exchange.V1;
using ProvincialGateway.Network;

namespace ProvincialGateway.Tests.Network;

internal sealed class PeerMethodTests
{
    [Test]
    public void Every_rpc_between_nodes_has_its_constant()
    {
        var inContract = typeof(NodeService).Assembly.GetTypes()
            .Where(type => type.Namespace == typeof(NodeService).Namespace)
            .Select(type => type.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)?.GetValue(null))
            .OfType<Google.Protobuf.Reflection.ServiceDescriptor>()
            .SelectMany(service => service.Methods.Select(method => $"/{service.FullName}/{method.Name}"));
        var constants = typeof(PeerMethod).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => field.GetValue(null)).OfType<PeerMethod>().Select(method => method.Path);
        Assert.That(constants, Is.EquivalentTo(inContract));
    }

    [Test]
    public void A_name_the_service_does_not_have_is_a_bug() =>
        Assert.That(() => PeerMethod.Of(NodeService.Descriptor, "Pong"), Throws.ArgumentException);
}
