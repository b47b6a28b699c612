using System.CommandLine;
using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging;
using NUnit.Framework;
using ProvincialGateway.AdapterHost;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Cli;
using ProvincialGateway.Configuration;
using ProvincialGateway.Insured;
using ProvincialGateway.Network;
using ProvincialGateway.Oversight;
using ProvincialGateway.Tables;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Treatment;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.AdapterKit;

/// <summary>
/// Shaanxi has hospitals that speak a known dialect: its adapter is made by the commands an IT team would use, without a line of C#, and the first
/// bill of a patient from Yunnan is settled through it, in the hospital's own messages.
/// </summary>
internal sealed class When_a_fifth_province_joins_with_tables_alone : LoggedTest
{
    private const string Hospital = "H61010000001";

    private static readonly Division Shaanxi = Division.Parse("610000");

    private readonly RunningClock _clock = new(new DateTimeOffset(2017, 9, 20, 10, 0, 0, TimeSpan.FromHours(8)));
    private TempFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task Its_first_bill_settles()
    {
        await RunAsync("adapters", "new", "shaanxi", "--division", "610000", "--name", "陕西省适配器 Shaanxi adapter", "--dialect", "province2016-xml", "--out", _folder.File("shaanxi"));
        await RunAsync("adapters", "verify", _folder.File("shaanxi"));
        await RunAsync("adapters", "pack", _folder.File("shaanxi"), "--out", _folder.File("adapters"));

        await using var country = PilotCountry.Prepare(new PilotOptions
        {
            Provinces = [PilotCountry.Yunnan],
            Time = _clock,
            Logging = (division, logging) => logging.AddProvider(Logs.Provider(division.Code)),
        });
        var yunnan = country[PilotCountry.Yunnan];
        var data = Directory.CreateDirectory(_folder.File("data")).FullName;
        using ReservedPort peers = new(), his = new();
        yunnan.Configuration = WithShaanxi(yunnan.Configuration, data, peers, his);
        await using (var shaanxi = await StartAsync(yunnan.Configuration, data, peers, his))
        {
            await yunnan.StartAsync(CancellationToken.None);
            await FileForShaanxiAsync(yunnan);
            await PlayStayAsync(his, await AdmitHospitalAsync(shaanxi));
            await yunnan.StopAsync();
        }
        AssertBooks(data, yunnan.DataFolder);
    }

    private static async Task RunAsync(params string[] arguments)
    {
        using var output = new StringWriter(CultureInfo.InvariantCulture);
        var invocation = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null, Output = output, Error = output };
        Assert.That(await Program.RunAsync(Program.Root().Parse(arguments), invocation, CancellationToken.None), Is.Zero, output.ToString);
    }

    private NodesConfiguration WithShaanxi(NodesConfiguration configuration, string data, ReservedPort peers, ReservedPort his)
    {
        using var certificate = NodeCertificate.Create(data, Shaanxi, "陕西省 Shaanxi", _clock);
        var entry = new NodeEntry
        {
            Division = Shaanxi,
            Name = "陕西省 Shaanxi",
            Address = new Uri($"https://127.0.0.1:{peers.Port}"),
            HisAddress = new Uri($"http://127.0.0.1:{his.Port}"),
            Adapters = ["shaanxi"],
            Certificates = [certificate.Pin],
        };
        return configuration with { Nodes = [.. configuration.Nodes, entry] };
    }

    private Task<NodeHost> StartAsync(NodesConfiguration configuration, string data, ReservedPort peers, ReservedPort his) => NodeHost.StartAsync(new NodeOptions
    {
        Configuration = configuration,
        Self = Shaanxi,
        DataFolder = data,
        AdaptersFolder = _folder.File("adapters"),
        Time = _clock,
        ReservedPorts = [peers, his],
        Logging = logging => logging.AddProvider(Logs.Provider("610000")),
    }, CancellationToken.None);

    private async Task<string> AdmitHospitalAsync(NodeHost shaanxi)
    {
        Assert.That(shaanxi.Adapters.Statuses.Single(), Has.Property(nameof(AdapterStatus.State)).EqualTo(AdapterState.Loaded));
        var file = _folder.File("institutions.csv");
        await File.WriteAllTextAsync(file, $"code,name,division,level_local,adapter\n{Hospital},西安示例医院,610100,32,shaanxi\n");
        var import = new InstitutionImport(
            Shaanxi, id => shaanxi.Adapters.Find(id) is { } adapter ? new InstitutionAdapter(adapter.Catalogue.Codes, adapter.Dialect.Name) : null, _clock);
        var report = await shaanxi.Database.WriteAsync(session => import.Run(session, TableFile.Read(file, LegacyText.Utf8)), CancellationToken.None);
        Assert.That(report.Rows.Errors, Is.Empty);
        return report.NewTokens.Single().Token;
    }

    /// <summary>The patient of the dialect's journey may be treated in Shaanxi.</summary>
    private async Task FileForShaanxiAsync(PilotProvince yunnan)
    {
        var file = _folder.File("filings.csv");
        await File.WriteAllTextAsync(file, "filing_number,person_number,kind,target_area,valid_from,valid_to,state\nBA5301002017000610,5301000001,02,610000,2016-01-01,,1\n");
        var report = await yunnan.Host.Database.WriteAsync(session => new FilingImport(PilotCountry.Yunnan, TimeProvider.System).Run(session, TableFile.Read(file, LegacyText.Utf8)), CancellationToken.None);
        Assert.That(report.Errors, Is.Empty);
    }

    private async Task PlayStayAsync(ReservedPort his, string token)
    {
        var journey = Journey.Read(Path.Combine(_folder.File("adapters"), "shaanxi", "samples"));
        Assert.That(journey.Institution, Is.EqualTo(Hospital));
        using var client = new HttpClient();
        var player = new JourneyPlayer(client, new Uri($"http://127.0.0.1:{his.Port}"), token, _clock);
        var settlements = 0;
        await foreach (var exchange in player.PlayAsync(journey.Steps, CancellationToken.None))
        {
            Assert.That(exchange.Fault, Is.Null, () => $"{exchange.Step.Body}: {exchange.Reply}");
            if (exchange.Step.Name != "settlement")
                continue;
            settlements++;
            Assert.That(WebUtility.HtmlDecode(exchange.Reply), Does.Contain("<ake149>36680.00</ake149>").And.Contain("<akb067>13320.00</akb067>"), "the figures of the worked example");
        }
        Assert.That(settlements, Is.EqualTo(2), "settled, cancelled, settled again");
    }

    private void AssertBooks(params string[] dataFolders)
    {
        var report = Audit.Run(dataFolders, _clock);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(report.IsClean, Is.True, () => string.Join('\n', report.Checks.SelectMany(check => check.Findings)));
            Assert.That(report.Balances, Has.One.Matches<AuditBalance>(balance => balance!.Insured == "530000" && balance.PayableFen == 3_668_000 && balance.ReceivableFen == 3_668_000));
        }
    }
}
