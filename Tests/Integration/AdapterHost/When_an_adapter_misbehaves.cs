using System.Net.Http.Headers;
using System.Text;
using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Cli;
using ProvincialGateway.Configuration;
using ProvincialGateway.Tables;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Treatment;

namespace ProvincialGateway.Tests.AdapterHost;

/// <summary>One node with two adapters: whatever the one does, its own hospital is told and the other hospital settles.</summary>
internal sealed class When_an_adapter_misbehaves : CountryTest
{
    private const string UnrulyHospital = "H53010000077";

    private const int Fault = 2010, Overran = 2011, Quarantined = 2012;

    private static readonly string[] Orders =
        ["decode=throw", "decode=loop", "decode=sleep", "decode=allocate", "encode=throw", "encode=huge", "encode=loop", "encode=allocate", "decode=cling failure=loop"];

    private AdapterFolder _adapters = null!;
    private HttpClient _client = null!;

    protected override string AdaptersFolder => _adapters.Root;

    protected override NodesConfiguration Configure(NodesConfiguration configuration) => configuration with
    {
        Limits = configuration.Limits with { AdapterCallTimeMax = TimeSpan.FromSeconds(1), AdapterCallBytesMax = 128 * 1024 * 1024 },
        Nodes = [.. configuration.Nodes.Select(node => node.Division == PilotCountry.Yunnan ? node with { Adapters = ["yunnan", "unruly"] } : node)],
    };

    protected override void BeforeCountry()
    {
        _adapters = new AdapterFolder();
        _adapters.Add("guangdong");
        _adapters.Add("yunnan", asId: "unruly");
        _adapters.MakeUnruly("unruly");
    }

    [SetUp]
    public async Task AdmitUnrulyHospital()
    {
        var file = Path.Combine(_adapters.Root, "institutions.csv");
        await File.WriteAllTextAsync(file, $"code,name,division,level_local,adapter\n{UnrulyHospital},昆明另一示例医院,530100,3A,unruly\n");
        var import = new InstitutionImport(
            Yunnan.Division, id => Yunnan.Host.Adapters.Find(id) is { } adapter ? new InstitutionAdapter(adapter.Catalogue.Codes, adapter.Dialect.Name) : null, Clock);
        var report = await Yunnan.Host.Database.WriteAsync(session => import.Run(session, TableFile.Read(file, LegacyText.Utf8)), CancellationToken.None);
        Assert.That(report.Rows.Errors, Is.Empty);
        _client = new HttpClient { BaseAddress = Yunnan.HisAddress, Timeout = TimeSpan.FromMinutes(2) };
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", report.NewTokens.Single().Token);
    }

    [TearDown]
    public void RemoveAdapters()
    {
        _client.Dispose();
        _adapters.Dispose();
    }

    [Test]
    public async Task The_other_hospital_of_the_same_node_settles_meanwhile()
    {
        foreach (var expected in (int[])[Fault, Overran, Quarantined])
            Logs.ExpectError(expected);
        using var settled = new CancellationTokenSource();
        var nuisances = Enumerable.Range(0, 4).Select(first => MisbehaveUntilAsync(first, settled.Token)).ToList();

        var visit = await DischargeAsync(Kunming, Patient.OfGuangzhou, SampleBills.Kunming(FeesOn));
        var settlement = (await Kunming.SettleAsync(visit)).Granted().Result;
        await settled.CancelAsync();

        Assert.That(settlement.Figures.TotalFen, Is.Positive);
        var replies = (await Task.WhenAll(nuisances)).SelectMany(reply => reply).ToList();
        Assert.That(replies, Is.Not.Empty.And.All.Contains("ADAPTER_FAULT"));
    }

    [Test]
    public async Task Its_own_hospital_is_told_and_served_again_when_it_behaves()
    {
        Logs.ExpectError(Fault);
        Logs.ExpectError(Overran);

        Assert.That(await PostAsync("decode=throw"), Is.EqualTo((200, "failed ADAPTER_FAULT")));
        Assert.That(await PostAsync("decode=loop"), Is.EqualTo((200, "failed ADAPTER_FAULT")));
        var unanswered = await PostAsync("encode=loop");
        Assert.That(unanswered.Status, Is.EqualTo(500));
        Assert.That(unanswered.Text, Does.Contain("Do not start a new one"));
        Assert.That(await PostAsync("well behaved"), Is.EqualTo((200, "done")));
    }

    [Test]
    public async Task An_adapter_that_rests_is_cleared_by_loading_it_anew()
    {
        Logs.ExpectError(Overran);
        Logs.ExpectError(Quarantined);
        for (var time = 0; time < 3; time++)
            await PostAsync("decode=sleep");
        var resting = await PostAsync("well behaved");
        Assert.That(resting.Status, Is.EqualTo(500));
        Assert.That(resting.Text, Does.Contain("rests for a while"));

        Assert.That(Yunnan.Host.Adapters.Reload("unruly")!.Adapter, Is.Not.Null);

        Assert.That(await PostAsync("well behaved"), Is.EqualTo((200, "done")));
    }

    private async Task<List<string>> MisbehaveUntilAsync(int first, CancellationToken end)
    {
        var replies = new List<string>();
        for (var next = first; !end.IsCancellationRequested; next++)
            replies.Add((await PostAsync(Orders[next % Orders.Length])).Text);
        return replies;
    }

    private async Task<(int Status, string Text)> PostAsync(string orders)
    {
        using var body = new StringContent(orders, Encoding.UTF8);
        using var response = await _client.PostAsync(new Uri("/his/unruly", UriKind.Relative), body);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
