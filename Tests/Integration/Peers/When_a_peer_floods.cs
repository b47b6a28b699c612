using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using Provincial.Exchange.V1;
using ProvincialGateway.Cli;
using ProvincialGateway.Configuration;
using ProvincialGateway.Network;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Tests.Trust;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Peers;

/// <summary>Shanghai, which has a key and no node, asks Yunnan far more than its share while Guangdong's patients settle there.</summary>
internal sealed class When_a_peer_floods : CountryTest
{
    private const int Concurrent = 4, Flood = 400, Floods = 1140;

    private readonly TempFolder _folder = new();
    private NodeCertificate _shanghai = null!;
    private long _serial;

    [OneTimeTearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TearDown]
    public void ForgetShanghai() => _shanghai.Dispose();

    protected override NodesConfiguration Configure(NodesConfiguration configuration)
    {
        _shanghai = NodeCertificate.Create(Directory.CreateDirectory(_folder.File(TestContext.CurrentContext.Test.ID)).FullName, PilotCountry.Shanghai, "测试节点 310000", Clock);
        return configuration with
        {
            Limits = configuration.Limits with { PeerConcurrentCallsMax = Concurrent, PeerCallsPerSecondMax = 50 },
            Nodes =
            [
                .. configuration.Nodes,
                new NodeEntry
                {
                    Division = PilotCountry.Shanghai,
                    Name = "测试节点 310000",
                    Address = new Uri("https://127.0.0.1:1"),
                    HisAddress = new Uri("http://127.0.0.1:1"),
                    Certificates = [_shanghai.Pin],
                },
            ],
        };
    }

    [Test]
    public async Task It_is_told_when_to_come_again_and_the_others_do_not_notice()
    {
        using var channel = PeerChannel.To(Yunnan, _shanghai.Certificate);
        var persons = new PersonService.PersonServiceClient(channel);
        var flood = Task.WhenAll(Enumerable.Range(0, Flood).Select(_ => AskAsync(persons)));
        string[] settled = [await SettleAsync(Patient.OfKunming, "ZY0001"), await SettleAsync(Patient.RetiredOfKunming, "ZY0002")];
        var ends = await flood.WaitAsync(TimeSpan.FromSeconds(60));

        var door = Yunnan.Host.Services.GetRequiredService<PeerDoor>();
        var away = ends.OfType<RpcException>().ToList();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(settled, Is.Unique.And.None.Empty);
            Assert.That(away, Has.Count.GreaterThan(Flood / 4), "Most of it is above the share.");
            Assert.That(away.Select(end => end.StatusCode), Is.All.EqualTo(StatusCode.ResourceExhausted));
            Assert.That(away.Select(end => end.Status.Detail), Is.All.Contains("请稍后重发同一报文").And.All.Contains("send the same bytes later"));
            Assert.That(door.CountsOf(PilotCountry.Shanghai), Is.EqualTo(new CallCounts(Running: 0, Flood - away.Count, away.Count)));
            Assert.That(door.CountsOf(PilotCountry.Guangdong).TurnedAway, Is.Zero);
        }
        await Logs.WaitForAsync(Floods, "310000");
    }

    [Test]
    public async Task An_operator_sees_who_floods()
    {
        using var channel = PeerChannel.To(Yunnan, _shanghai.Certificate);
        var persons = new PersonService.PersonServiceClient(channel);
        await Task.WhenAll(Enumerable.Range(0, Flood).Select(_ => AskAsync(persons)));
        await using var desk = new Cli.OperatorDesk(Yunnan, Clock);

        var peers = await desk.AskAsync("peers", "list");

        var shanghai = peers.AsArray().Single(peer => peer!["division"]!.GetValue<string>() == "310000")!;
        Assert.That(shanghai["callsTurnedAway"]!.GetValue<long>() + shanghai["callsTaken"]!.GetValue<long>(), Is.EqualTo(Flood));
        Assert.That(shanghai["callsTurnedAway"]!.GetValue<long>(), Is.Positive);
        Assert.That(await desk.SucceedAsync("peers", "list"), Does.Contain("310000").And.Contain("turned away"));
    }

    private async Task<RpcException?> AskAsync(PersonService.PersonServiceClient persons)
    {
        try
        {
            await persons.VerifyPersonAsync(new VerifyPersonRequest
            {
                Header = new RequestHeader
                {
                    TransactionId = TransactionId.Create(PilotCountry.Shanghai, Clock.GetUtcNow(), Interlocked.Increment(ref _serial)).Text,
                    SenderDivision = "310000",
                    ReceiverDivision = "530000",
                    SentAtMs = Clock.NowMs(),
                    ProtocolRelease = "1.0",
                    CatalogueRelease = "2016.1",
                },
                Person = new PersonReference { InsuredDivision = "530100", PersonNumber = "5301000001" },
                ServiceDate = Today.Iso(),
                TreatmentDivision = "310100",
            });
            return null;
        }
        catch (RpcException fault)
        {
            return fault;
        }
    }

    private async Task<string> SettleAsync(Patient patient, string number)
    {
        var visit = await DischargeAsync(Guangzhou, patient, SampleBills.Guangzhou(FeesOn), number);
        return (await Guangzhou.SettleAsync(visit)).Granted().Result.SettlementNumber;
    }
}
