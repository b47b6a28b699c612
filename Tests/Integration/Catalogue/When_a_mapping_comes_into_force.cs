using NUnit.Framework;
using Provincial.His.V1;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Catalogue;

/// <summary>Uploads that wait go on by themselves, each under its own id, when a version with their mappings is activated, also after a restart.</summary>
internal sealed class When_a_mapping_comes_into_force : CatalogueTest
{
    private const string NewDrug = "Y999991", NewService = "T999992";

    private string _visit = "";

    [SetUp]
    public async Task Admit() => _visit = await AdmitAsync(Guangzhou, Patient.OfKunming);

    [Test]
    public async Task Every_upload_that_waits_for_nothing_more_is_stored_under_its_own_id()
    {
        var first = await HoldAsync("up-1", Line("1", NewDrug), Line("2", "T330000"));
        var second = await HoldAsync("up-2", Line("3", NewDrug));
        var third = await HoldAsync("up-3", Line("4", NewDrug), Line("5", NewService));

        await MapAsync();

        await ReleasedAsync("up-2");
        var stored = (await Guangzhou.UploadAsync(_visit, [Line("1", NewDrug), Line("2", "T330000")], "up-1")).Granted().Result;
        var waiting = await Guangzhou.UploadAsync(_visit, [Line("4", NewDrug), Line("5", NewService)], "up-3");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(stored.Lines.Select(line => (line.LineSerial, line.ExchangeCode)), Is.EqualTo(new[] { ("1", "XTEST0001"), ("2", ExchangeOf("T330000")) }));
            Assert.That(Guangdong.Value<string>("SELECT group_concat(line_serial || ' ' || transaction_id, '; ' ORDER BY line_serial) FROM fee_line"),
                Is.EqualTo($"1 {first}; 2 {first}; 3 {second}"));
            Assert.That(waiting.TransactionId, Is.EqualTo(third));
            Assert.That(waiting.Pending().WaitingFor, Is.EqualTo(new[] { NewService }), "what else it waits for is told");
        }
    }

    [Test]
    public async Task A_bill_that_waited_is_settled_once_it_waits_no_longer()
    {
        (await Guangzhou.UploadAsync(_visit, [Line("1", NewDrug)], "up-1")).Pending();
        (await Guangzhou.DischargeAsync(_visit, Today)).Granted();
        (await Guangzhou.SettleAsync(_visit)).Refused("BILL_WAITS", RefusingSide.Treatment, "lines");

        await MapAsync();
        await ReleasedAsync("up-1");

        Assert.That((await Guangzhou.SettleAsync(_visit)).Granted().Result.Figures.TotalFen, Is.EqualTo(25_00));
    }

    [Test]
    public async Task An_upload_waits_across_a_restart_and_is_released_afterwards_under_the_same_id()
    {
        var held = await HoldAsync("up-1", Line("1", NewDrug));

        await RestartGuangdongAsync();
        var state = await Guangzhou.QueryAsync("up-1");
        var again = await HoldAsync("up-1", Line("1", NewDrug));
        await MapAsync();
        await ReleasedAsync("up-1");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(state, Is.EqualTo(TransactionState.Pending));
            Assert.That(again, Is.EqualTo(held));
            Assert.That(Guangdong.Value<string>("SELECT transaction_id FROM fee_line"), Is.EqualTo(held));
        }
    }

    [Test]
    public async Task A_version_activated_for_later_fee_dates_releases_nothing()
    {
        (await Guangzhou.UploadAsync(_visit, [Line("1", NewDrug)], "up-1")).Pending();
        (await Guangzhou.UploadAsync(_visit, [SampleBills.Line("2", NewDrug, "测试药品", "01", "12.5000", "2", Today)], "up-2")).Pending();

        await ActivateAsync(await ImportMappingAsync(), Today);
        await ReleasedAsync("up-2");

        Assert.That(await Guangzhou.QueryAsync("up-1"), Is.EqualTo(TransactionState.Pending));
    }

    /// <returns>The node's id of an upload that waits.</returns>
    private async Task<string> HoldAsync(string id, params IEnumerable<FeeLine> lines)
    {
        var reply = await Guangzhou.UploadAsync(_visit, lines, id);
        reply.Pending();
        return reply.TransactionId;
    }

    private Task<TransactionState> ReleasedAsync(string upload) =>
        Eventually.GetAsync($"the state of {upload}", () => Guangzhou.QueryAsync(upload), Is.EqualTo(TransactionState.Committed));

    private async Task MapAsync() => await ActivateAsync(await ImportMappingAsync(), AdmittedOn);

    private Task<string> ImportMappingAsync() => ImportAsync(
        "--items", WithRows("items", added: $"{NewDrug},测试药品,drug,盒,0.25g*24粒,胶囊剂,01,2,10,,,,2015-01-01,"),
        "--mappings", WithRows("mappings", added: $"{NewDrug},XTEST0001,测试药品,equivalent,valid,2015-01-01,"));

    private string ExchangeOf(string localCode) => Guangdong.Host.Adapters.Find("guangdong")!.Catalogue.At(FeesOn).FindMapping(localCode, FeesOn)!.Value.ExchangeCode;

    private FeeLine Line(string serial, string code) => SampleBills.Line(serial, code, "测试项目", "06", "12.5000", "2", FeesOn);
}
