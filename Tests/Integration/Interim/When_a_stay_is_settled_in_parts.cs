using NUnit.Framework;
using Provincial.His.V1;
using ProvincialGateway.Insured;
using ProvincialGateway.Ledger;
using ProvincialGateway.Network;
using ProvincialGateway.Tests.Recovery;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Interim;

/// <summary>中途结算: each settlement takes what was charged since the one before; one admission, one deductible, undone from the last to the first.</summary>
internal sealed class When_a_stay_is_settled_in_parts : RecoveryTest
{
    [Test]
    public async Task The_parts_come_to_what_one_settlement_would_have_paid_to_the_fen()
    {
        var (visit, first, second) = await TwoPartsAsync();
        await ChargeAsync(visit, "3", "10");
        (await Guangzhou.DischargeAsync(visit, Today)).Granted();
        var last = (await Guangzhou.SettleAsync(visit, "T3")).Granted().Result;
        await AllEndedAsync();

        // 3600.00 three times in all; deductible 1200.00 once; 85 % of the rest.
        var parts = new[] { first, second, last };
        using (Assert.EnterMultipleScope())
        {
            Assert.That(parts.Select(part => part.VisitNumber), Is.All.EqualTo(visit));
            Assert.That(parts.Select(part => part.Figures.TotalFen), Is.EqualTo(new[] { 1_800_00L, 1_800_00L, 1_800_00L }));
            Assert.That(parts.Select(part => part.Figures.DeductibleFen), Is.EqualTo(new[] { 1_200_00L, 0L, 0L }));
            Assert.That(parts.Select(part => part.Figures.PoolFen), Is.EqualTo(new[] { 510_00L, 1_530_00L, 1_530_00L }));
            Assert.That(parts.Sum(part => part.Figures.PoolFen), Is.EqualTo((5_400_00L - 1_200_00L) * 85 / 100));
            Assert.That(parts.Select(part => part.AdmissionOrdinal), Is.All.EqualTo(1));
            Assert.That(Yunnan.Year("5301000001", 2017), Is.EqualTo((1_200_00L, 3_570_00L, 1L)));
            Assert.That(Yunnan.Value<long>("SELECT state FROM insured_visit"), Is.EqualTo(3));
            Assert.That(Yunnan.Count("insured_detail_transfer", "state = 2 AND line_count = 1"), Is.EqualTo(3), "Each settlement has its own lines.");
            Assert.That((Yunnan.Balance(Account.PayableToPartner), Guangdong.Balance(Account.ReceivableFromPartner)).Item2, Is.EqualTo(parts.Sum(part => part.Figures.FundTotalFen + part.Figures.AccountFen)));
        }
    }

    [Test]
    public async Task They_are_undone_from_the_last_to_the_first_and_the_books_are_as_before()
    {
        var (visit, first, second) = await TwoPartsAsync();
        await ChargeAsync(visit, "3", "10");
        var discharge = (await Guangzhou.DischargeAsync(visit, Today, "D1")).Granted().TransactionId;
        var last = (await Guangzhou.SettleAsync(visit, "T3")).Granted().Result.SettlementNumber;

        AssertNames(await Guangzhou.CancelAsync(visit, first.SettlementNumber, "K1"), last);
        AssertNames(await Guangzhou.CancelAsync(visit, second.SettlementNumber, "K2"), last);
        (await Guangzhou.CancelAsync(visit, last, "K3")).Granted();
        AssertNames(await Guangzhou.CancelAsync(visit, second.SettlementNumber, "K4"), discharge);
        (await Guangzhou.CancelDischargeAsync(visit, "C1")).Granted();
        AssertNames(await Guangzhou.CancelAsync(visit, first.SettlementNumber, "K5"), second.SettlementNumber);
        (await Guangzhou.CancelAsync(visit, settlementNumber: null, "K6")).Granted();
        Assert.That((await Guangzhou.CancelAdmissionAsync(visit, "C2")).Refused("VISIT_STATE", RefusingSide.Treatment, "visit").English, Does.Contain(first.SettlementNumber));
        (await Guangzhou.WithdrawAsync(visit, ["1"], "W1")).Refused("VISIT_STATE", RefusingSide.Treatment, "line_serials[0]");
        (await Guangzhou.CancelAsync(visit, settlementNumber: null, "K7")).Granted();
        (await Guangzhou.WithdrawAsync(visit, lineSerials: null, "W2")).Granted();
        (await Guangzhou.CancelAdmissionAsync(visit, "C3")).Granted();

        using (Assert.EnterMultipleScope())
        {
            Assert.That((Yunnan.AccountBalanceFen("5301000001"), Yunnan.Year("5301000001", 2017)), Is.EqualTo((2_000_00L, (0L, 0L, 0L))));
            Assert.That((Yunnan.Balance(Account.PayableToPartner), Guangdong.Balance(Account.ReceivableFromPartner)), Is.EqualTo((0L, 0L)));
            Assert.That((Yunnan.Count("ledger_row"), Guangdong.Count("ledger_row")), Is.EqualTo((6L, 6L)));
        }
    }

    [Test]
    public async Task A_part_whose_reply_was_lost_is_settled_once_also_across_restarts()
    {
        var visit = await AdmitAsync(Guangzhou, Patient.OfKunming);
        await ChargeAsync(visit, "1", "10");
        await LoseReplyAsync(() => Guangzhou.SettleInPartAsync(visit, "T1"));
        Line.Mend();
        await Yunnan.StopAsync();
        await Guangdong.StopAsync();
        await Yunnan.StartAsync(CancellationToken.None);
        await Guangdong.StartAsync(CancellationToken.None);
        LetTheResolverBegin();
        await StateAsync(Guangzhou, "T1", TransactionState.Committed);

        await ChargeAsync(visit, "2", "10");
        Assert.That((await Guangzhou.SettleInPartAsync(visit, "T2", 1_800_00)).Granted().Result.Figures.DeductibleFen, Is.Zero);
        Assert.That((Yunnan.Count("insured_settlement"), Guangdong.Count("treatment_settlement")), Is.EqualTo((2L, 2L)));
    }

    [Test]
    public async Task A_part_whose_reply_was_lost_is_reversed_and_the_stay_goes_on()
    {
        var (visit, first) = await OnePartAsync();
        await ChargeAsync(visit, "2", "10");
        await LoseReplyAsync(() => Guangzhou.SettleInPartAsync(visit, "T2"));
        Line.Mend();

        (await Guangzhou.ReverseAsync("T2", "R1")).Granted();

        Assert.That(Yunnan.Year("5301000001", 2017), Is.EqualTo((1_200_00L, 510_00L, 1L)));
        (await Guangzhou.ReverseAsync("T1", "R2")).Granted();
        Assert.That(Yunnan.Year("5301000001", 2017), Is.EqualTo((0L, 0L, 0L)));
        var anew = (await Guangzhou.SettleInPartAsync(visit, "T3")).Granted().Result;
        Assert.That((anew.Figures.TotalFen, anew.Figures.DeductibleFen, anew.SettlementNumber), Is.EqualTo((3_600_00L, 1_200_00L, anew.SettlementNumber)));
        Assert.That(anew.SettlementNumber, Is.Not.EqualTo(first.SettlementNumber));
    }

    [Test]
    public async Task Reversing_a_cancellation_brings_the_part_back_in_its_order_only()
    {
        var (visit, first, second) = await TwoPartsAsync();
        (await Guangzhou.CancelAsync(visit, second.SettlementNumber, "K2")).Granted();
        (await Guangzhou.CancelAsync(visit, first.SettlementNumber, "K1")).Granted();

        (await Guangzhou.ReverseAsync("K2", "R1")).Refused("NOT_REVERSIBLE", RefusingSide.Treatment, "original_transaction_id");
        (await Guangzhou.WithdrawAsync(visit, ["2"], "W1")).Granted();
        (await Guangzhou.ReverseAsync("K1", "R2")).Granted();

        Assert.That(Yunnan.Year("5301000001", 2017), Is.EqualTo((1_200_00L, 510_00L, 1L)));
        await AllEndedAsync();
    }

    [Test]
    public async Task A_stay_across_the_year_is_settled_for_the_old_year_at_its_end_and_pays_no_second_deductible()
    {
        Clock.PutForward(new DateTimeOffset(2017, 12, 31, 20, 0, 0, TimeSpan.FromHours(8)) - Clock.GetUtcNow());
        var visit = await AdmitAsync(Guangzhou, Patient.OfKunming);
        await ChargeAsync(visit, "1", "10", new DateOnly(2017, 12, 31));
        (await Guangzhou.SettleInPartAsync(visit, "T1")).Granted();
        Clock.PutForward(TimeSpan.FromDays(2));
        await ChargeAsync(visit, "2", "10", new DateOnly(2018, 1, 1));
        (await Guangzhou.DischargeAsync(visit, Today)).Granted();
        var last = (await Guangzhou.SettleAsync(visit, "T2")).Granted().Result;

        using (Assert.EnterMultipleScope())
        {
            Assert.That((last.Figures.DeductibleFen, last.Figures.PoolFen, last.AdmissionOrdinal), Is.EqualTo((0L, 1_530_00L, 1)));
            Assert.That(Yunnan.Year("5301000001", 2017), Is.EqualTo((1_200_00L, 510_00L, 1L)));
            Assert.That(Yunnan.Year("5301000001", 2018), Is.EqualTo((0L, 1_530_00L, 0L)));
        }
    }

    [Test]
    public async Task A_preview_in_the_new_year_of_what_was_charged_in_the_old_one_is_what_the_settlement_in_part_will_be()
    {
        Clock.PutForward(new DateTimeOffset(2017, 12, 31, 20, 0, 0, TimeSpan.FromHours(8)) - Clock.GetUtcNow());
        var earlier = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(Today));
        (await Guangzhou.SettleAsync(earlier)).Granted();
        var visit = await AdmitAsync(Guangzhou, Patient.OfKunming, "ZY0002");
        await ChargeAsync(visit, "1", "10", Today);
        Clock.PutForward(TimeSpan.FromDays(2));

        var preview = (await Guangzhou.PreviewAsync(visit)).Granted().Result;
        var settled = (await Guangzhou.SettleInPartAsync(visit, "T1")).Granted().Result;

        Assert.That(preview.Figures, Is.EqualTo(settled.Figures));
        Assert.That((preview.AdmissionOrdinal, settled.AdmissionOrdinal, settled.Figures.DeductibleFen), Is.EqualTo((2, 2, 600_00L)));
    }

    [Test]
    public async Task A_discharge_that_is_brought_back_does_not_end_before_what_was_settled_since()
    {
        var visit = await AdmitAsync(Guangzhou, Patient.OfKunming);
        (await Guangzhou.DischargeAsync(visit, Today.AddDays(-1), "D1")).Granted();
        (await Guangzhou.CancelDischargeAsync(visit, "C1")).Granted();
        await ChargeAsync(visit, "1", "10", Today);
        (await Guangzhou.SettleInPartAsync(visit, "T1")).Granted();
        // Our own treatment side would not ask for it; another implementation may.
        var cancellation = Guangdong.Value<string>($"SELECT transaction_id FROM outbound WHERE kind = {(int)OutboundKind.DischargeCancellation}");
        var undo = new Insured.Undo("440100201709200000009999999999", cancellation, ByReversal: true, Clock.NowMs(), Today);

        var obstacle = await Yunnan.Host.Database.WriteAsync(session => InsuredUndoSteps.Reverse(session, OutboundKind.DischargeCancellation, undo), CancellationToken.None);

        Assert.That(obstacle?.English, Is.EqualTo($"the stay is settled through {Today.Iso()}"));
    }

    [Test]
    public async Task The_same_without_an_id_is_the_same_settlement()
    {
        var visit = await AdmitAsync(Guangzhou, Patient.OfKunming);
        await ChargeAsync(visit, "1", "10");
        var first = await Guangzhou.SettleInPartAsync(visit);

        Assert.That((await Guangzhou.SettleInPartAsync(visit)).Text, Is.EqualTo(first.Text));
        (await Guangzhou.SettleInPartAsync(visit, "T9")).Refused("MISSING_FIELD", RefusingSide.Hospital, "lines");
    }

    [Test]
    public async Task What_cannot_be_settled_in_parts_is_refused()
    {
        var visit = await AdmitAsync(Guangzhou, Patient.OfKunming);
        await ChargeAsync(visit, "1", "10");
        (await Guangzhou.SettleAsync(visit, "T1")).Refused("VISIT_STATE", RefusingSide.Treatment, "visit");
        (await Guangzhou.DischargeAsync(visit, Today)).Granted();

        (await Guangzhou.SettleInPartAsync(visit, "T2")).Refused("VISIT_STATE", RefusingSide.Treatment, "visit");

        Assert.That(Yunnan.Count("inbox"), Is.EqualTo(2), "The insured province is asked nothing that cannot be.");
    }

    private async Task<(string Visit, Settled First)> OnePartAsync()
    {
        var visit = await AdmitAsync(Guangzhou, Patient.OfKunming);
        await ChargeAsync(visit, "1", "10");
        return (visit, (await Guangzhou.SettleInPartAsync(visit, "T1", 1_800_00)).Granted().Result);
    }

    private async Task<(string Visit, Settled First, Settled Second)> TwoPartsAsync()
    {
        var (visit, first) = await OnePartAsync();
        await ChargeAsync(visit, "2", "10");
        return (visit, first, (await Guangzhou.SettleInPartAsync(visit, "T2", 1_800_00)).Granted().Result);
    }

    /// <summary>180.00 each, all of it in scope.</summary>
    private async Task ChargeAsync(string visit, string serial, string quantity, DateOnly? on = null) =>
        (await Guangzhou.UploadAsync(visit, [SampleBills.Line(serial, "T330000", "重症监护", "06", "180.0000", quantity, on ?? FeesOn)])).Granted();

    private static void AssertNames(HospitalReply<CancelSettlementResponse> reply, string obstacle) =>
        Assert.That(reply.Refused("VISIT_STATE", RefusingSide.Treatment, "visit").English, Does.Contain(obstacle));
}
