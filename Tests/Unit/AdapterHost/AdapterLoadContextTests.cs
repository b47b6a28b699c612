using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using NUnit.Framework;
using ProvincialGateway.AdapterHost;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Dialects.YunnanYdjy;

namespace ProvincialGateway.Tests.AdapterHost;

internal sealed class AdapterLoadContextTests
{
    [Test]
    public void Two_adapters_with_one_dialect_have_an_assembly_each_and_share_the_contract()
    {
        using var first = new AdapterFolder();
        using var second = new AdapterFolder();
        using var one = first.LoadDirectory("yunnan");
        using var other = second.LoadDirectory("yunnan");
        var dialects = new[] { Unguarded(one), Unguarded(other), new YunnanYdjyDialect() };

        Assert.That(dialects.Select(dialect => dialect.GetType().FullName).Distinct().ToList(), Has.Count.EqualTo(1));
        Assert.That(dialects.Select(dialect => dialect.GetType()), Is.Unique);
        Assert.That(dialects.Select(dialect => AssemblyLoadContext.GetLoadContext(dialect.GetType().Assembly)), Is.Unique);
        foreach (var dialect in dialects)
            Assert.That(dialect.GetType().GetMethod(nameof(IHisDialect.Decode))!.ReturnType, Is.SameAs(typeof(HisEnvelope)));
    }

    [Test]
    public void A_context_holds_the_adapters_own_assembly_only()
    {
        using var folder = new AdapterFolder();
        using var directory = folder.LoadDirectory("yunnan");

        var context = AssemblyLoadContext.GetLoadContext(Unguarded(directory).GetType().Assembly)!;
        Assert.That(context.Assemblies.Select(assembly => assembly.GetName().Name), Is.EqualTo(new[] { "ProvincialGateway.Dialects.YunnanYdjy" }));
        Assert.That((context.IsCollectible, context.Name), Is.EqualTo((true, "adapter yunnan")));
    }

    [Test]
    public void Files_of_a_loaded_adapter_can_be_replaced()
    {
        using var folder = new AdapterFolder();
        using var directory = folder.LoadDirectory("yunnan");

        File.WriteAllBytes(folder.File("ProvincialGateway.Dialects.YunnanYdjy.dll"), [0]);

        Assert.That(Unguarded(directory).Decode(Empty).Requests.Single().Refusal!.Code, Is.EqualTo("MALFORMED_MESSAGE"));
    }

    [Test]
    public void A_disposed_directory_gives_its_assemblies_back()
    {
        using var folder = new AdapterFolder();
        var context = LoadUseAndDispose(folder);

        // The runtime's own compiler may hold for a moment what it has yet to compile better.
        Assert.That(() => IsAliveAfterCollection(context), Is.False.After(30_000, 20), "something still holds the adapter's assembly");
    }

    private static HisMessage Empty { get; } = new() { Path = "/ydjy", ContentType = "text/xml", SoapAction = "", Body = ReadOnlyMemory<byte>.Empty };

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference LoadUseAndDispose(AdapterFolder folder)
    {
        using var directory = folder.LoadDirectory("yunnan");
        Assert.That(directory.Find("yunnan")!.Dialect.Decode(Empty).Requests, Has.Count.EqualTo(1));
        return new WeakReference(AssemblyLoadContext.GetLoadContext(Unguarded(directory).GetType().Assembly));
    }

    private static IHisDialect Unguarded(AdapterDirectory directory) => ((GuardedDialect)directory.Find("yunnan")!.Dialect).Unguarded;

    private static bool IsAliveAfterCollection(WeakReference context)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return context.IsAlive;
    }
}
