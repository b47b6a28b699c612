using NUnit.Framework;
using ProvincialGateway.Cli;
using ProvincialGateway.Ledger;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Journeys;

/// <summary>The provinces' own dialects, byte for byte as their hospitals speak them, down to the same books.</summary>
internal sealed class When_a_stay_is_played_as_raw_messages : CountryTest
{
    private readonly HttpClient _client = new();

    protected override IReadOnlyList<Division> Provinces => [.. PilotCountry.Pilots, PilotCountry.Shanghai, PilotCountry.Chongqing];

    private PilotProvince Chongqing => Country[PilotCountry.Chongqing];

    [OneTimeTearDown]
    public void DisposeClient() => _client.Dispose();

    [Test]
    public async Task Guangdongs_SOAP_messages_end_in_the_worked_example()
    {
        var (journey, player) = Open(Guangdong, "guangdong");

        var exchanges = await PlayAsync(journey, player);

        var settlement = player.Captured["settlement_number"];
        var worked = Money.Figures(
            total: 50000m, fullSelfPay: 4000m, overLimit: 600m, preSelfPay: 3400m, inScope: 42000m, deductible: 1200m, pool: 34680.00m, account: 2000m, cash: 13320.00m);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Yunnan.InsuredFigures(settlement), Is.EqualTo(worked));
            Assert.That(Guangdong.MirroredFigures(settlement), Is.EqualTo(worked));
            Assert.That(RepeatOf(exchanges).ReplyBytes, Is.EqualTo(FirstSettlement(exchanges).ReplyBytes), "A dialect without ids repeats by sending again.");
            Assert.That(Guangdong.Balance(Account.ReceivableFromPartner), Is.EqualTo(36_680_00), "Settled, cancelled and settled again is settled once.");
        }
    }

    [Test]
    public async Task Yunnans_YDJY_calls_end_in_the_figures_with_the_referral_factor()
    {
        var (journey, player) = Open(Yunnan, "yunnan");

        var exchanges = await PlayAsync(journey, player);

        var settlement = Yunnan.Value<string>("SELECT settlement_number FROM treatment_settlement WHERE state = 1");
        var expected = Money.Figures(
            total: 35202.67m, fullSelfPay: 640m, overLimit: 6040m, preSelfPay: 6588m, inScope: 21934.67m, deductible: 1000m, pool: 16203.43m, account: 800m, cash: 18199.24m);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Guangdong.InsuredFigures(settlement), Is.EqualTo(expected));
            Assert.That(Yunnan.MirroredFigures(settlement), Is.EqualTo(expected));
            Assert.That(RepeatOf(exchanges).ReplyBytes, Is.EqualTo(FirstSettlement(exchanges).ReplyBytes));
            Assert.That(Yunnan.Balance(Account.ReceivableFromPartner), Is.EqualTo(17_003_43));
        }
    }

    [Test]
    public async Task Chongqings_pipe_lines_end_in_the_figures_of_its_folder()
    {
        var (journey, player) = Open(Chongqing, "chongqing");

        var exchanges = await PlayAsync(journey, player);

        var settlement = Chongqing.Value<string>("SELECT settlement_number FROM treatment_settlement WHERE state = 1");
        var expected = Money.Figures(
            total: 12021.90m, fullSelfPay: 1182m, overLimit: 640m, preSelfPay: 1123.39m, inScope: 9076.51m, deductible: 1200m, pool: 7246.39m, account: 1200m, cash: 3575.51m);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Country[PilotCountry.Shanghai].InsuredFigures(settlement), Is.EqualTo(expected));
            Assert.That(Chongqing.MirroredFigures(settlement), Is.EqualTo(expected));
            Assert.That(exchanges[^1].Reply, Is.EqualTo($"0|{player.Captured["settlement_serial"]}|7246.39|1200.00|0.00|3575.51|0.00|0.00|0.00|0.00|0.00|0.00"));
            Assert.That(exchanges[^1].Reply, Is.Not.EqualTo(FirstSettlement(exchanges).Reply), "After it was undone it is another settlement.");
            Assert.That(RepeatOf(exchanges).ReplyBytes, Is.EqualTo(FirstSettlement(exchanges).ReplyBytes), "A dialect without ids repeats by sending again.");
            Assert.That(Chongqing.Count("fee_line", "state = 1"), Is.EqualTo(23), "A line that is sent again is stored once.");
            Assert.That(Chongqing.Balance(Account.ReceivableFromPartner), Is.EqualTo(8_446_39), "Settled, undone by its serial and settled again is settled once.");
        }
    }

    private (Journey Journey, JourneyPlayer Player) Open(PilotProvince province, string adapter)
    {
        var journey = Journey.Read(province.Host.Adapters.Find(adapter)!.SamplesFolder);
        return (journey, new JourneyPlayer(_client, province.HisAddress, province.Tokens[journey.Institution], Clock));
    }

    private static async Task<List<JourneyExchange>> PlayAsync(Journey journey, JourneyPlayer player)
    {
        var exchanges = new List<JourneyExchange>();
        await foreach (var exchange in player.PlayAsync(journey.Steps, CancellationToken.None))
        {
            Assert.That(exchange.Fault, Is.Null, () => $"Step {exchanges.Count + 1}, {exchange.Step.En}: {exchange.Fault}\n{exchange.Reply}");
            exchanges.Add(exchange);
        }
        Assert.That(exchanges, Has.Count.EqualTo(journey.Steps.Count));
        return exchanges;
    }

    private static JourneyExchange FirstSettlement(List<JourneyExchange> exchanges) => exchanges.First(exchange => exchange.Step.Name == "settlement");

    private static JourneyExchange RepeatOf(List<JourneyExchange> exchanges) => exchanges.Single(exchange => exchange.Step.Name == "settlement-repeat");
}
