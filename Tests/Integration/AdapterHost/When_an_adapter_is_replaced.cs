using NUnit.Framework;
using ProvincialGateway.AdapterHost;
using ProvincialGateway.Cli;
using ProvincialGateway.Configuration;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.AdapterHost;

/// <summary>Another version of an adapter is put into its folder while hospitals send: none of them notices.</summary>
internal sealed class When_an_adapter_is_replaced : CountryTest
{
    private const int Replaced = 2002, Refused = 2003, AdapterFault = 2010;

    private AdapterFolder _adapters = null!;

    protected override string AdaptersFolder => _adapters.Root;

    protected override NodesConfiguration Configure(NodesConfiguration configuration) =>
        configuration with { Timeouts = configuration.Timeouts with { AdapterPollInterval = PollInterval() } };

    protected override void BeforeCountry()
    {
        _adapters = new AdapterFolder();
        _adapters.Add("guangdong");
    }

    // The tests that load by themselves write while nobody else looks.
    private static TimeSpan PollInterval() =>
        TestContext.CurrentContext.Test.MethodName == nameof(No_request_is_dropped_while_it_is_loaded_again_and_again) ? TimeSpan.FromHours(1) : TimeSpan.FromSeconds(0.5);

    [TearDown]
    public void RemoveAdapters() => _adapters.Dispose();

    [Test]
    public async Task No_request_is_dropped_while_it_is_loaded_again_and_again()
    {
        using var done = new CancellationTokenSource();
        var hospitals = Enumerable.Range(0, 4).Select(_ => ReadCardsUntilAsync(done.Token)).ToList();
        for (var patch = 1; patch <= 8; patch++)
        {
            Publish(patch);
            Assert.That(Yunnan.Host.Adapters.Reload("yunnan")!.ReasonEnglish, Is.Empty);
        }
        await done.CancelAsync();

        var answered = (await Task.WhenAll(hospitals)).Sum();
        TestContext.Out.WriteLine($"{answered} requests answered over 8 reloads");
        Assert.That(answered, Is.GreaterThan(8));
        Assert.That(Yunnan.Host.Adapters.Find("yunnan")!.Version, Is.EqualTo("1.0.8"));
        Assert.That(Logs.Entries.Select(entry => entry.EventId), Has.None.EqualTo(AdapterFault));
    }

    [Test]
    public async Task A_folder_that_was_replaced_is_taken_by_itself()
    {
        // A slow machine may be seen in the middle of writing; that is refused and put right at the next look.
        Logs.ExpectError(Refused);
        Publish(7);

        var logged = await Logs.WaitForAsync(Replaced);

        Assert.That(logged.Message, Does.Contain("1.0.0 gave way to 1.0.7"));
        await new CardReader(this).ReadAsync();
    }

    [Test]
    public async Task A_version_that_was_tampered_with_is_refused_and_the_good_one_serves_on()
    {
        Logs.ExpectError(Refused);
        _adapters.Replace("catalogue/items.csv", "阿莫西林胶囊", "阿莫西林片");

        var logged = await Logs.WaitForAsync(Refused);

        Assert.That(logged.Message, Does.Contain("FilesChanged").And.Contain("catalogue/items.csv differs"));
        Assert.That(Yunnan.Host.Adapters.Statuses.Single(), Has.Property(nameof(AdapterStatus.State)).EqualTo(AdapterState.Loaded)
            .And.Property(nameof(AdapterStatus.RefusedReplacement)).Not.Null);
        await new CardReader(this).ReadAsync();
    }

    private void Publish(int patch)
    {
        _adapters.ChangeManifest("version", $"1.0.{patch}");
        _adapters.Seal();
    }

    private async Task<int> ReadCardsUntilAsync(CancellationToken end)
    {
        var reader = new CardReader(this);
        var answered = 0;
        for (; !end.IsCancellationRequested; answered++)
            await reader.ReadAsync();
        return answered;
    }

    /// <summary>A hospital that reads a patient's card in Yunnan's own dialect: through the adapter, to the insured province and back.</summary>
    private sealed class CardReader
    {
        private readonly JourneyPlayer _player;
        private readonly JourneyStep _step;

        public CardReader(When_an_adapter_is_replaced test)
        {
            var journey = Journey.Read(Path.Combine(AdapterDirectory.PackedFolder, "yunnan", "samples"));
            _step = journey.Steps.First(step => step.Name == "read-card");
            _player = new JourneyPlayer(Client, test.Yunnan.HisAddress, test.Yunnan.Tokens[journey.Institution], test.Clock);
        }

        private static HttpClient Client { get; } = new() { Timeout = TimeSpan.FromMinutes(2) };

        public async Task ReadAsync()
        {
            var exchange = await _player.PlayAsync(_step, CancellationToken.None);
            Assert.That(exchange.Fault, Is.Null, () => exchange.Reply);
        }
    }
}
