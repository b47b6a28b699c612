using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using NUnit.Framework;
using ProvincialGateway.Cli;
using ProvincialGateway.Configuration;
using ProvincialGateway.Network;
using ProvincialGateway.Oversight;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Foreign;

/// <summary>
/// Shanghai runs other software: a client in JavaScript that has nothing of this repository but the proto files settles a stay with Yunnan's
/// node over mutual TLS.
/// </summary>
[TestFixture]
internal sealed class ForeignClientTests : LoggedTest
{
    private static readonly Division Shanghai = Division.Parse("310000");

    [OneTimeSetUp]
    public Task InstallAsync() => NpmFolder.InstallAsync();

    [Test]
    public async Task A_client_in_another_language_settles_a_stay()
    {
        using var folder = new TempFolder();
        using var certificate = NodeCertificate.Create(folder.Path, Shanghai, "测试节点 310000", TimeProvider.System);
        await using var country = await StartAsync(certificate.Pin);
        var yunnan = country[PilotCountry.Yunnan];

        await using var client = await CallAsync(folder, yunnan, yunnan.Configuration.Find(yunnan.Division)!.Certificates[0]);
        Assert.That(await client.WaitForExitAsync(GatewayProcess.Patience), Is.Zero, client.Describe);
        AssertReplies(JsonNode.Parse(client.Output)!);

        await yunnan.StopAsync();
        Assert.That(Audit.Run([yunnan.DataFolder], TimeProvider.System).IsClean, Is.True);
    }

    [Test]
    public async Task A_server_with_another_certificate_than_the_pinned_one_is_not_spoken_to()
    {
        using var folder = new TempFolder();
        using var certificate = NodeCertificate.Create(folder.Path, Shanghai, "测试节点 310000", TimeProvider.System);
        await using var country = await StartAsync(certificate.Pin);
        var yunnan = country[PilotCountry.Yunnan];
        var before = StoredRows.In(yunnan.DataFolder);

        await using var client = await CallAsync(folder, yunnan, certificate.Pin);
        before.AssertSame(StoredRows.In(yunnan.DataFolder));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await client.WaitForExitAsync(GatewayProcess.Patience), Is.EqualTo(1), client.Describe);
            Assert.That(client.Error, Does.Contain($"nodes.json has {certificate.Pin}"));
        }
    }

    private async Task<PilotCountry> StartAsync(CertificatePin shanghai) => await PilotCountry.StartAsync(new PilotOptions
    {
        Provinces = [PilotCountry.Yunnan],
        Configure = configuration => configuration with
        {
            Nodes =
            [
                .. configuration.Nodes, new NodeEntry
                {
                    Division = Shanghai,
                    Name = "上海市 Shanghai",
                    Address = new Uri("https://127.0.0.1:1"),
                    HisAddress = new Uri("http://127.0.0.1:1"),
                    Certificates = [shanghai],
                },
            ],
        },
        Logging = (division, logging) => logging.AddProvider(Logs.Provider(division.Code)),
    }, CancellationToken.None);

    private static async Task<GatewayProcess> CallAsync(TempFolder folder, PilotProvince server, CertificatePin pin)
    {
        var today = TimeProvider.System.Today().Iso();
        await File.WriteAllTextAsync(folder.File("settings.json"), JsonSerializer.Serialize(new
        {
            protos = Repository.PathTo("Protos"),
            certificateAndKey = NodeCertificate.PathIn(folder.Path),
            host = "127.0.0.1",
            port = server.PeerPort,
            pin = pin.Text,
            sender = Shanghai.Code,
            receiver = server.Division.Code,
            day = today,
            // Filed for Shanghai; the sample policy of Kunming's residents: deductible 880, then 60 %, no account.
            person = new { insured_division = "530100", person_number = "5301000012" },
            institution = new { code = "H31010000001", name = "上海示例医院", division = "310100", level = "02" },
            charges = new { total_fen = "1000000", full_self_pay_fen = "12000", over_limit_fen = "0", pre_self_pay_fen = "100000", in_scope_fen = "888000" },
        }));
        var client = NpmFolder.Start("node", "client.js", folder.File("settings.json"));
        await client.WaitForExitAsync(GatewayProcess.Patience);
        return client;
    }

    private static void AssertReplies(JsonNode replies)
    {
        string At(string path) => path.Split('.').Aggregate((JsonNode?)replies, (node, name) => node?[name])?.ToString() ?? "(absent)";
        using (Assert.EnterMultipleScope())
        {
            Assert.That(At("ping.pong.payload"), Is.EqualTo("你好"));
            Assert.That(At("verify.person.name"), Is.EqualTo("测试患者丑"));
            Assert.That(At("verify.person.filing.target_area"), Is.EqualTo("310000"));
            Assert.That(At("admission.admission.visit_number"), Has.Length.EqualTo(20));
            Assert.That(At("discharge.discharge.visit_number"), Is.EqualTo(At("admission.admission.visit_number")));
            // 8880.00 in scope less 880.00, of which 60 %: 4800.00.
            Assert.That(At("settle.settlement.decision.payments.deductible_fen"), Is.EqualTo("88000"));
            Assert.That(At("settle.settlement.decision.payments.pool_fen"), Is.EqualTo("480000"));
            Assert.That(At("settle.settlement.decision.payments.fund_total_fen"), Is.EqualTo("480000"));
            Assert.That(At("settle.settlement.decision.payments.cash_fen"), Is.EqualTo("520000"));
            Assert.That(replies["settle_again"]!.ToJsonString(), Is.EqualTo(replies["settle"]!.ToJsonString()), "the same bytes bring the same reply");
            Assert.That(At("transaction.transaction.state"), Is.EqualTo("TRANSACTION_STATE_ANSWERED"));
            Assert.That(At("transaction.transaction.method"), Is.EqualTo("/provincial.exchange.v1.SettlementService/Settle"));
        }
    }
}
