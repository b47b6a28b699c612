using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;
using ProvincialGateway.AdapterHost;
using ProvincialGateway.Storage;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.AdapterHost;

/// <summary>A self-check that was passed is not made again, and one of anything else is.</summary>
internal sealed class PassedSelfChecksTests
{
    /// <summary>No adapter has so many: what says so was taken from the database.</summary>
    private const int KeptSamples = 9_999;

    private AdapterFolder _adapter = null!;
    private TempFolder _data = null!;
    private Database _database = null!;

    [SetUp]
    public async Task PassOnce()
    {
        (_adapter, _data) = (new AdapterFolder(), new TempFolder());
        _database = EmptyBooks.OpenIn(_data.Path, TimeProvider.System);
        Assert.That((await LoadAsync()).SamplesPassed, Is.EqualTo(Directory.GetDirectories(_adapter.File("samples/conformance")).Length));
        await _database.WriteAsync(session => session.ExecuteExpecting(1, "UPDATE adapter_self_check SET samples = @KeptSamples", new { KeptSamples }), CancellationToken.None);
    }

    [TearDown]
    public async Task RemoveAll()
    {
        await _database.DisposeAsync();
        _data.Dispose();
        _adapter.Dispose();
    }

    [Test]
    public async Task An_adapter_that_has_passed_is_not_checked_again() =>
        Assert.That((await LoadAsync()).SamplesPassed, Is.EqualTo(KeptSamples));

    [Test]
    public async Task Another_file_is_checked()
    {
        File.AppendAllText(_adapter.File("samples/conformance/README.txt"), "new");
        _adapter.Seal();

        Assert.That((await LoadAsync()).SamplesPassed, Is.Not.EqualTo(KeptSamples));
    }

    [Test]
    public void A_sample_that_no_longer_passes_is_found()
    {
        _adapter.Replace("samples/conformance/settlement-14/operation.json", "\"accountRequestedFen\": 10000", "\"accountRequestedFen\": 10001");
        _adapter.Seal();

        using var directory = Load();
        Assert.That(directory.Statuses.Single().State, Is.EqualTo(AdapterState.SelfCheckFailed));
    }

    [Test]
    public async Task What_another_program_passed_is_checked()
    {
        await _database.WriteAsync(session => session.ExecuteExpecting(1, "UPDATE adapter_self_check SET subject = replace(subject, '.NET', 'of another runtime')"), CancellationToken.None);

        Assert.That((await LoadAsync()).SamplesPassed, Is.Not.EqualTo(KeptSamples));
        Assert.That(_database.Read(session => session.QuerySingle<int>("SELECT samples FROM adapter_self_check")), Is.Not.EqualTo(KeptSamples));
    }

    [Test]
    public void The_file_list_alone_does_not_make_an_adapter_loaded()
    {
        _adapter.Replace("catalogue/items.csv", "阿莫西林胶囊", "阿莫西林片");

        using var directory = Load();
        Assert.That(directory.Statuses.Single().State, Is.EqualTo(AdapterState.FilesChanged));
    }

    private AdapterDirectory Load() =>
        AdapterDirectory.Load(_adapter.Root, [_adapter.Id], archive: null, new PassedSelfChecks(_database), NullLogger<AdapterDirectory>.Instance);

    private async Task<LoadedAdapter> LoadAsync()
    {
        using var directory = Load();
        await new PassedSelfChecks(_database).KeepAsync(directory, CancellationToken.None);
        return directory.Loaded.Single();
    }
}
