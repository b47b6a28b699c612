using System.Reflection;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Compression;
using NUnit.Framework;

namespace ProvincialGateway.Tests.GrpcAbstractions;

/// <summary>The server and client packages were compiled against other assemblies: every name must still be found.</summary>
[TestFixture]
internal sealed class BindingTests
{
    private static readonly Assembly Api = typeof(Metadata).Assembly;
    private static readonly Assembly Common = typeof(ICompressionProvider).Assembly;
    private static readonly Assembly Server = typeof(GrpcServiceOptions).Assembly;
    private static readonly Assembly Client = typeof(GrpcChannel).Assembly;

    private static IEnumerable<TestCaseData> Engines()
    {
        // The least that the packages can plausibly need; fewer means the reader has gone blind.
        yield return new TestCaseData(Server, 90).SetArgDisplayNames("Grpc.AspNetCore.Server");
        yield return new TestCaseData(Client, 90).SetArgDisplayNames("Grpc.Net.Client");
    }

    private static IEnumerable<TestCaseData> StandIns()
    {
        yield return new TestCaseData(Api).SetArgDisplayNames("Grpc.Core.Api");
        yield return new TestCaseData(Common).SetArgDisplayNames("Grpc.Net.Common");
    }

    [TestCaseSource(nameof(Engines))]
    public void Every_member_the_package_refers_to_is_there(Assembly engine, int least)
    {
        var wanted = MemberReferences.Of(engine, "Grpc.Core.Api", "Grpc.Net.Common");
        var offered = MemberReferences.OfferedBy(Api).Union(MemberReferences.OfferedBy(Common)).ToHashSet();

        Assert.That(wanted, Has.Count.GreaterThanOrEqualTo(least));
        Assert.That(wanted.Select(one => one.Assembly).Distinct(), Is.EquivalentTo(["Grpc.Core.Api", "Grpc.Net.Common"]));
        Assert.That(wanted.Where(one => !offered.Contains(one)), Is.Empty);
    }

    [TestCaseSource(nameof(Engines))]
    public void Every_type_of_the_package_loads(Assembly engine, int least)
    {
        // Loading checks what references cannot: that each abstract member here has its override there.
        var types = engine.GetTypes();

        Assert.That(types, Has.Length.GreaterThan(least / 4));
    }

    [TestCaseSource(nameof(StandIns))]
    public void The_assembly_has_the_identity_the_packages_were_compiled_against(Assembly assembly)
    {
        var name = assembly.GetName();

        Assert.That(Convert.ToHexString(name.GetPublicKeyToken()!), Is.EqualTo("D754F35622E28BAD"));
        Assert.That(name.Version, Is.EqualTo(new Version(2, 0, 0, 0)));
        foreach (var engine in new[] { Server, Client })
        {
            var reference = engine.GetReferencedAssemblies().Single(one => one.Name == name.Name);
            Assert.That(reference.FullName, Is.EqualTo(name.FullName));
        }
    }

    [Test]
    public void A_member_that_is_missing_or_differs_in_its_signature_is_noticed()
    {
        var offered = MemberReferences.OfferedBy(Api);

        Assert.That(offered, Does.Contain(Metadata("Void Add`0(String, String)")));
        Assert.That(offered, Does.Not.Contain(Metadata("Void Add`0(String, Object)")));
        Assert.That(offered, Does.Not.Contain(Metadata("Int32 Add`0(String, String)")));
        Assert.That(offered, Does.Not.Contain(Metadata("static Void Add`0(String, String)")));
        Assert.That(offered, Does.Not.Contain(Metadata("Void Add`1(String, String)")));

        static MemberReference Metadata(string member) => new("Grpc.Core.Api", "Grpc.Core.Metadata", member);
    }

    [Test]
    public void Protected_members_count_only_where_code_outside_can_derive()
    {
        var offered = MemberReferences.OfferedBy(Api);

        Assert.That(offered.Select(one => one.ToString()),
            Does.Contain("[Grpc.Core.Api] Grpc.Core.ServerCallContext::String get_MethodCore`0()"));
        Assert.That(offered.Where(one => one.Type == "Grpc.Core.ContextPropagationToken" && one.Member is not null), Is.Empty,
            "its only member is an internal constructor");
    }
}
