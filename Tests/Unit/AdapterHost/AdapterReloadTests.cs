using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;
using ProvincialGateway.AdapterHost;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.AdapterHost;

/// <summary>An adapter is replaced in its folder while the node serves.</summary>
internal sealed class AdapterReloadTests
{
    private const int NotLoaded = 2001, Replaced = 2002, Refused = 2003;

    private AdapterFolder _folder = null!;
    private AdapterDirectory _directory = null!;

    [SetUp]
    public void Load()
    {
        _folder = AdapterFolder.Unruly(("answer", "first"));
        _directory = _folder.LoadDirectory("yunnan");
        Assert.That(_directory.Statuses.Single().ReasonEnglish, Is.Empty);
    }

    [TearDown]
    public void Remove()
    {
        _directory.Dispose();
        _folder.Dispose();
    }

    [Test]
    public async Task A_new_version_takes_the_place_of_the_old_one()
    {
        Publish("second", version: "2.0.0");

        var status = _directory.Reload("yunnan")!;

        Assert.That(status.Adapter, Is.SameAs(_directory.Find("yunnan")));
        Assert.That((status.State, status.Adapter!.Version), Is.EqualTo((AdapterState.Loaded, "2.0.0")));
        Assert.That(Answer(_directory), Is.EqualTo("second"));
        Assert.That((await _folder.Log.WaitForAsync(Replaced)).Message, Does.Contain("1.0.0 gave way to 2.0.0"));
    }

    [Test]
    public void A_new_version_that_fails_its_checks_is_refused_and_the_old_one_goes_on()
    {
        _folder.Replace("catalogue/items.csv", "阿莫西林胶囊", "阿莫西林片");

        var refused = _directory.Reload("yunnan")!;

        Assert.That((refused.State, refused.Adapter), Is.EqualTo((AdapterState.FilesChanged, (LoadedAdapter?)null)));
        var status = _directory.Statuses.Single();
        Assert.That((status.State, status.Adapter!.Version, status.RefusedReplacement), Is.EqualTo((AdapterState.Loaded, "1.0.0", refused)));
        Assert.That(Answer(_directory), Is.EqualTo("first"));
        Assert.That(_folder.Log.Entries.Single(entry => entry.EventId == Refused).Message, Does.Contain("FilesChanged").And.Contain("items.csv").And.Contain("1.0.0 goes on"));
    }

    [Test]
    public void A_refusal_is_forgotten_when_the_folder_is_good_again()
    {
        _folder.ChangeManifest("version", "broken");
        _directory.Reload("yunnan");
        Publish("second", version: "2.0.0");

        _directory.Reload("yunnan");

        Assert.That(_directory.Statuses.Single().RefusedReplacement, Is.Null);
        Assert.That(Answer(_directory), Is.EqualTo("second"));
    }

    [Test]
    public void An_adapter_that_did_not_load_can_be_loaded_later()
    {
        _directory.Dispose();
        _folder.ChangeManifest("division", "53");
        _folder.Seal();
        _directory = _folder.LoadDirectory("yunnan");
        Assert.That(_directory.Statuses.Single().State, Is.EqualTo(AdapterState.ManifestInvalid));

        _folder.ChangeManifest("division", "530100");
        var stillWrong = _directory.Reload("yunnan")!;
        Assert.That((stillWrong.State, _directory.Statuses.Single().State), Is.EqualTo((AdapterState.FilesChanged, AdapterState.FilesChanged)));
        _folder.Seal();
        _directory.Reload("yunnan");

        Assert.That(_directory.Find("yunnan")!.Division.Code, Is.EqualTo("530100"));
        Assert.That(_folder.Log.Entries.Count(entry => entry.EventId == NotLoaded), Is.EqualTo(2));
    }

    [Test]
    public void An_adapter_that_is_not_configured_cannot_be_loaded() => Assert.That(_directory.Reload("guangdong"), Is.Null);

    [Test]
    public void Who_has_opened_the_directory_ends_on_what_was_there()
    {
        using var before = _directory.Open();
        Publish("second");
        _directory.Reload("yunnan");
        using var after = _directory.Open();

        Assert.That((Answer(before.Find("yunnan")!), Answer(after.Find("yunnan")!)), Is.EqualTo(("first", "second")));
    }

    [Test]
    public void What_was_replaced_is_unloaded_with_its_last_request()
    {
        var context = ReplaceWhileOpen();

        // The runtime's own compiler may hold for a moment what it has yet to compile better.
        Assert.That(() => IsAliveAfterCollection(context), Is.False.After(30_000, 20), "something still holds the old assembly");
    }

    [Test]
    public void Its_tables_can_be_replaced_under_the_same_assemblies()
    {
        var before = _directory.Find("yunnan")!;

        Assert.That(_directory.Replace("yunnan", adapter => adapter with { Name = "renamed" }), Is.True);
        Assert.That(_directory.Replace("guangdong", adapter => adapter), Is.False);

        var after = _directory.Find("yunnan")!;
        Assert.That((after.Name, after.Dialect), Is.EqualTo(("renamed", before.Dialect)));
        Assert.That(Answer(_directory), Is.EqualTo("first"));
    }

    [Test]
    public void A_change_is_loaded_when_it_stands_still()
    {
        var watch = new AdapterWatch(_directory, TimeSpan.FromSeconds(1), TimeProvider.System, NullLogger<AdapterWatch>.Instance);
        watch.Look();
        watch.Look();
        Assert.That(_folder.Log.Entries.Select(entry => entry.EventId), Has.None.EqualTo(Replaced), "nothing has changed");

        _folder.ChangeManifest("version", "2.0.0");
        watch.Look();
        Publish("second", version: "2.0.1");
        watch.Look();
        Assert.That(Answer(_directory), Is.EqualTo("first"), "it changed again");
        watch.Look();
        Assert.That(Answer(_directory), Is.EqualTo("second"));
    }

    [Test]
    public void A_version_that_is_refused_is_tried_once()
    {
        var watch = new AdapterWatch(_directory, TimeSpan.FromSeconds(1), TimeProvider.System, NullLogger<AdapterWatch>.Instance);
        _folder.ChangeManifest("version", "2.0.0");
        for (var look = 0; look < 5; look++)
            watch.Look();

        Assert.That(_folder.Log.Entries.Count(entry => entry.EventId == Refused), Is.EqualTo(1));
        _folder.Seal();
        watch.Look();
        watch.Look();
        Assert.That(_directory.Find("yunnan")!.Version, Is.EqualTo("2.0.0"));
    }

    [Test]
    public void A_folder_that_is_gone_leaves_the_adapter_in_force()
    {
        Directory.Delete(_folder.File(""), recursive: true);
        var watch = new AdapterWatch(_directory, TimeSpan.FromSeconds(1), TimeProvider.System, NullLogger<AdapterWatch>.Instance);
        watch.Look();
        watch.Look();

        Assert.That(_directory.Statuses.Single().RefusedReplacement!.ReasonEnglish, Does.Contain("there is no adapter.json"));
        Assert.That(Answer(_directory), Is.EqualTo("first"));
    }

    [Test]
    public async Task The_watch_looks_at_every_interval()
    {
        var time = new ManualTimeProvider();
        using var watch = new AdapterWatch(_directory, TimeSpan.FromSeconds(3), time, NullLogger<AdapterWatch>.Instance);
        await watch.StartAsync(CancellationToken.None);
        Publish("second");
        await Eventually.GetAsync("the new version", () =>
        {
            time.Advance(TimeSpan.FromSeconds(3));
            return Answer(_directory);
        }, Is.EqualTo("second"));
        await watch.StopAsync(CancellationToken.None);
    }

    private void Publish(string answer, string version = "1.0.1")
    {
        _folder.ChangeManifest("version", version);
        _folder.MakeUnruly("yunnan", ("answer", answer));
    }

    /// <summary>In a frame of its own, which keeps nothing alive.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private WeakReference ReplaceWhileOpen()
    {
        using var before = _directory.Open();
        Publish("second");
        _directory.Reload("yunnan");
        Assert.That(Answer(before.Find("yunnan")!), Is.EqualTo("first"));
        return new WeakReference(AssemblyLoadContext.GetLoadContext(((GuardedDialect)before.Find("yunnan")!.Dialect).Unguarded.GetType().Assembly));
    }

    private static string Answer(AdapterDirectory directory)
    {
        using var present = directory.Open();
        return Answer(present.Find("yunnan")!);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static string Answer(LoadedAdapter adapter)
    {
        var envelope = adapter.Dialect.Decode(new HisMessage { Path = "/unruly", ContentType = "", SoapAction = "", Body = ReadOnlyMemory<byte>.Empty });
        return Encoding.UTF8.GetString(adapter.Dialect.Encode(envelope, [new Acknowledged { TransactionId = "" }]).Body);
    }

    private static bool IsAliveAfterCollection(WeakReference context)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return context.IsAlive;
    }
}
