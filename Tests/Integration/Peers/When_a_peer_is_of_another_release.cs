using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NUnit.Framework;
using Provincial.Exchange.Release10;
using ProvincialGateway.Cli;
using ProvincialGateway.Configuration;
using ProvincialGateway.Network;
using ProvincialGateway.Tests.Cli;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Tests.Trust;
using ProvincialGateway.Treatment;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Peers;

/// <summary>Guangdong's node of today and a node that knows only the contract of release 1.0: each settles the other's people.</summary>
internal sealed class When_a_peer_is_of_another_release : LoggedTest
{
    private RunningClock _clock = null!;
    private Release10Node _other = null!;
    private PilotCountry _country = null!;

    private PilotProvince Guangdong => _country[PilotCountry.Guangdong];

    [TearDown]
    public async Task StopAsync()
    {
        await _country.DisposeAsync();
        await _other.DisposeAsync();
    }

    [TestCase("1.0", "1.0", TestName = "A_node_one_minor_older_settles_for_its_people_treated_here")]
    [TestCase("1.1 1.2", "1.1", TestName = "A_node_one_minor_newer_settles_for_its_people_treated_here")]
    public async Task As_insured_side(string spoken, string used)
    {
        await StartAsync(spoken);
        var state = Guangdong.Host.Services.GetRequiredService<PeerDirectory>().Find(Release10Node.Province)!.State;
        await Eventually.GetAsync("the releases to be agreed on", () => state.Information?.Agreed.ToString(), Is.EqualTo(used));
        using var hospital = new Hospital(Guangdong.HisAddress, Guangdong.Tokens["H44010000001"]) { InpatientKind = "25" };

        var visit = (await hospital.AdmitAsync(Patient.OfKunming.ToReference(), "ZY0001", _clock.Today().AddDays(-8))).Granted().Result.VisitNumber;
        (await hospital.UploadAsync(visit, SampleBills.IntensiveCare(_clock.Today().AddDays(-3)))).Granted();
        (await hospital.DischargeAsync(visit, _clock.Today())).Granted();
        var settled = (await hospital.SettleAsync(visit)).Granted().Result;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await Guangdong.Host.Services.GetRequiredService<FeeDetailSender>().AllEndedAsync(patience.Token);

        Assert.That((settled.Figures.TotalFen, settled.Figures.CashFen), Is.EqualTo((3_600_00L, 3_600_00L)));
        Assert.That(_other.Details[settled.SettlementNumber], Is.EqualTo(1), "The lines followed.");
    }

    [TestCase("1.0", TestName = "A_node_one_minor_older_has_its_patients_settled_here")]
    [TestCase("1.2", TestName = "A_node_one_minor_newer_has_its_patients_settled_here")]
    public async Task As_treatment_side(string release)
    {
        await StartAsync(release);
        using var channel = PeerChannel.To(Guangdong, _other.Certificate.Certificate);
        var (persons, visits, settlements) = (new PersonService.PersonServiceClient(channel), new VisitService.VisitServiceClient(channel), new SettlementService.SettlementServiceClient(channel));
        var hospital = new Institution { Code = "H53010000001", Name = "昆明示例医院", Division = "530100", Level = "02" };
        var patient = new PersonReference { InsuredDivision = "440100", PersonNumber = Patient.OfGuangzhou.PersonNumber };
        var (admitted, today) = (_clock.Today().AddDays(-8).Iso(), _clock.Today().Iso());
        Diagnosis[] diagnoses = [new() { Code = "I20.000", Name = "不稳定型心绞痛" }];

        var verified = await persons.VerifyPersonAsync(new() { Header = Header(1, release), Person = patient, ServiceDate = admitted, TreatmentDivision = "530100" });
        var admission = await visits.RegisterAdmissionAsync(new()
        {
            Header = Header(2, release),
            Person = patient,
            Institution = hospital,
            VisitKind = "21",
            AdmissionDate = admitted,
            HospitalVisitNumber = "ZY0001",
            Diagnoses = { diagnoses },
        });
        Assert.That(admission.Refusal, Is.Null);
        var visit = admission.Admission.VisitNumber;
        await visits.RegisterDischargeAsync(new() { Header = Header(3, release), VisitNumber = visit, DischargeDate = today, Diagnoses = { diagnoses } });
        var charges = new Charges { TotalFen = 5_000_00, InScopeFen = 5_000_00 };
        var bill = new Bill
        {
            VisitNumber = visit,
            Institution = hospital,
            ServiceDate = today,
            Charges = charges,
            LineCount = 1,
            Diagnoses = { diagnoses },
            CategorySums = { new CategorySum { FeeCategory = "06", Charges = charges, LineCount = 1 } },
        };
        var previewed = await settlements.PreviewSettlementAsync(new() { Header = Header(4, release), Bill = bill });
        var request = new SettleRequest { Header = Header(5, release), Bill = bill };
        var settled = await settlements.SettleAsync(request);
        var again = await settlements.SettleAsync(request);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(verified.Person.PersonNumber, Is.EqualTo(Patient.OfGuangzhou.PersonNumber));
            Assert.That(settled.Refusal, Is.Null);
            Assert.That(settled.Settlement.Decision.Payments, Is.EqualTo(previewed.Decision.Payments));
            Assert.That(settled.Settlement.Decision.Payments.FundTotalFen, Is.Positive);
            Assert.That(again, Is.EqualTo(settled));
            Assert.That(Guangdong.Count("insured_settlement"), Is.EqualTo(1));
        }
    }

    [Test]
    public async Task A_node_of_release_10_cannot_say_what_was_forgotten_and_an_operator_decides_to_go_on_without_it()
    {
        await StartAsync("1.0");
        await Guangdong.StopAsync();
        await using (var database = DataFolder.OpenDatabase(Guangdong.DataFolder, _clock))
        {
            await database.WriteAsync(
                session => session.Execute("INSERT INTO restoration (restored_at_ms, backup_taken_at_ms) VALUES (@now, @now - 3600000)", new { now = _clock.NowMs() }), CancellationToken.None);
        }
        await Guangdong.StartAsync(CancellationToken.None);
        await using var desk = new OperatorDesk(Guangdong, _clock);
        await Eventually.GetAsync("the peer to be known as one that cannot be asked", async () => (string?)(await desk.AskAsync("recovery", "status"))["recovery"]!["peers"]![0]!["lastError"] ?? "",
            Does.Contain("旧版").And.Contain("recovery skip"));

        await desk.SucceedAsync("recovery", "skip", "530000", "--reason", "对方未升级");
        await Eventually.GetAsync("the others to be served", async () => (string?)(await desk.AskAsync("recovery", "status"))["recovery"]!["servedAt"], Is.Not.Null);
    }

    [TestCase("1.3")]
    [TestCase("2.0")]
    public async Task A_node_further_away_is_refused_and_both_releases_are_named(string release)
    {
        await StartAsync("1.0");
        using var channel = PeerChannel.To(Guangdong, _other.Certificate.Certificate);
        var call = new PersonService.PersonServiceClient(channel).VerifyPersonAsync(new() { Header = Header(1, release) });
        Assert.That(async () => await call, Throws.TypeOf<RpcException>().With.Property(nameof(RpcException.StatusCode)).EqualTo(StatusCode.FailedPrecondition));
        Assert.That(call.GetStatus().Detail, Does.Contain(release).And.Contain(ProtocolRelease.Newest.ToString()).And.Contain("请升级较旧的一方"));
    }

    private async Task StartAsync(string spoken)
    {
        _clock = new RunningClock(new DateTimeOffset(2017, 9, 20, 10, 0, 0, TimeSpan.FromHours(8)));
        _other = new Release10Node(_clock) { Spoken = spoken.Split(' ') };
        _country = PilotCountry.Prepare(new PilotOptions
        {
            Provinces = [PilotCountry.Guangdong],
            Configure = configuration => configuration with { Nodes = [.. configuration.Nodes, _other.Entry], Timeouts = configuration.Timeouts with { PeerPingInterval = TimeSpan.FromSeconds(0.2) } },
            Time = _clock,
            Logging = (division, logging) => logging.AddProvider(Logs.Provider(division.Code)),
        });
        await _other.StartAsync(Guangdong.Configuration, Logs);
        await Guangdong.StartAsync(CancellationToken.None);
    }

    private RequestHeader Header(long serial, string release) => new()
    {
        TransactionId = TransactionId.Create(Release10Node.Province, _clock.GetUtcNow(), serial).Text,
        SenderDivision = "530000",
        ReceiverDivision = "440000",
        Operator = "测试",
        SentAtMs = _clock.NowMs(),
        ProtocolRelease = release,
        CatalogueRelease = "2016.1",
    };
}
