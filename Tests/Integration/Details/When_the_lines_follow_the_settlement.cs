using NUnit.Framework;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Details;

/// <summary>事后传明细: in chunks, whatever is cut or restarted on the way, each line once.</summary>
internal sealed class When_the_lines_follow_the_settlement : DetailsTest
{
    private const int Lines = 2_600;

    [Test]
    public async Task A_bill_of_2600_lines_arrives_in_several_chunks()
    {
        var settlement = await SettleAsync(Lines);
        await AllEndedAsync();

        AssertComplete(settlement, Lines);
        var line = Yunnan.Host.Database.Read(session => Insured.FeeDetailStore.Lines(session, Received(settlement)!.Id, new LineSpan(4, 4))).Single();
        Assert.That(
            (line.LineSerial, line.LocalCode, line.LocalName, line.ItemClass, line.CatalogueKind, line.FeeCategory, line.AmountFen, line.Doctor, line.Specification, line.PrescriptionNumber),
            Is.EqualTo(("4", "Y000456", "注射用头孢曲松钠", "02", "101", "09", 90_00L, "测试医师", "规格一", "CF0")));
        Assert.That((line.ExchangeCode, line.MappingQuality, line.CatalogueVersion.Length), Is.Not.EqualTo(("", 4, 0)));
    }

    [Test]
    public async Task Refund_lines_name_the_line_they_take_back()
    {
        var visit = await AdmitAsync(Guangzhou, Patient.OfKunming);
        (await Guangzhou.UploadAsync(visit, SampleBills.IntensiveCare(FeesOn), "U1")).Granted();
        (await Guangzhou.RefundAsync(visit, "U1", "4", 720_00)).Granted();
        (await Guangzhou.DischargeAsync(visit, Today)).Granted();
        (await Guangzhou.SettleAsync(visit)).Granted();
        await AllEndedAsync();

        Assert.That(Yunnan.Value<string>("SELECT original_line_serial FROM insured_detail_line WHERE line_number = 2 AND quantity_e2 = -400 AND amount_fen = -72000"), Is.EqualTo("1"));
    }

    [Test]
    public async Task The_reason_of_a_restricted_use_reaches_the_insured_side()
    {
        var visit = await AdmitAsync(Guangzhou, Patient.OfKunming);
        var line = SampleBills.Line("1", "T330000", "重症监护", "06", "180.0000", "20", FeesOn);
        line.RestrictedUseReason = "抢救";
        (await Guangzhou.UploadAsync(visit, [line, SampleBills.Line("2", "T330000", "重症监护", "06", "180.0000", "1", FeesOn)])).Granted();
        (await Guangzhou.DischargeAsync(visit, Today)).Granted();
        var settlement = (await Guangzhou.SettleAsync(visit)).Granted().Result.SettlementNumber;
        await AllEndedAsync();

        AssertComplete(settlement, 2);
        Assert.That(Yunnan.Host.Database.Read(session => Insured.FeeDetailStore.Lines(session, Received(settlement)!.Id, new LineSpan(1, 2))).Select(received => received.RestrictedUseReason),
            Is.EqualTo(new[] { "抢救", "" }));
    }

    [Test]
    public async Task Items_without_an_exchange_code_travel_under_their_own_and_say_so()
    {
        var visit = await DischargeAsync(Kunming, Patient.OfGuangzhou, SampleBills.Kunming(FeesOn));
        var settlement = (await Kunming.SettleAsync(visit)).Granted().Result.SettlementNumber;
        await Eventually.GetAsync("the lines to arrive in Guangdong", () => Guangdong.Count("insured_detail_transfer", "state = 2"), Is.EqualTo(1));

        Assert.That(Guangdong.Value<string>("SELECT local_code FROM insured_detail_line WHERE mapping_quality = 4 AND exchange_code = ''"), Is.EqualTo("9999999999"));
        Assert.That(Guangdong.Value<string>("SELECT settlement_number FROM insured_detail_transfer"), Is.EqualTo(settlement));
    }

    [Test]
    public async Task A_stream_that_is_cut_in_the_middle_goes_on_at_the_first_missing_line()
    {
        var visit = await PreparedAsync();
        Line.CutRequestAfter(300_000);
        var settlement = (await Guangzhou.SettleAsync(visit)).Granted().Result.SettlementNumber;
        await Logs.WaitForAsync(StillOwed);
        await AllEndedAsync();

        AssertComplete(settlement, Lines);
        Assert.That(Transfer(settlement).Attempts, Is.GreaterThan(1));
    }

    [Test]
    public async Task The_insured_node_may_be_restarted_in_between()
    {
        var visit = await PreparedAsync();
        Line.CutRequestAfter(300_000);
        var settlement = (await Guangzhou.SettleAsync(visit)).Granted().Result.SettlementNumber;
        await Logs.WaitForAsync(StillOwed);
        await Yunnan.RestartAsync(CancellationToken.None);
        await AllEndedAsync();

        AssertComplete(settlement, Lines);
    }

    [Test]
    public async Task The_treatment_node_may_be_restarted_in_between()
    {
        var visit = await PreparedAsync();
        Line.CutRequestAfter(300_000);
        var settlement = (await Guangzhou.SettleAsync(visit)).Granted().Result.SettlementNumber;
        await Logs.WaitForAsync(StillOwed);
        var id = Transfer(settlement).TransactionId;
        await Guangdong.RestartAsync(CancellationToken.None);
        await AllEndedAsync();

        AssertComplete(settlement, Lines);
        Assert.That(Transfer(settlement).TransactionId, Is.EqualTo(id), "A resumed transfer keeps its id.");
    }

    /// <summary>Discharged, with all its lines.</summary>
    private async Task<string> PreparedAsync()
    {
        var visit = await AdmitAsync(Guangzhou, Patient.OfKunming);
        await UploadAsync(visit, Lines);
        (await Guangzhou.DischargeAsync(visit, Today)).Granted();
        return visit;
    }
}
