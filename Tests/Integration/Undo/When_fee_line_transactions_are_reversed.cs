using NUnit.Framework;
using Provincial.His.V1;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Undo;

/// <summary>Uploads, refunds and withdrawals never leave the province: their reversal takes them back, or brings them back, all or none.</summary>
internal sealed class When_fee_line_transactions_are_reversed : CountryTest
{
    private string _visit = "";

    [SetUp]
    public async Task Admit() => _visit = await AdmitAsync(Guangzhou, Patient.OfKunming);

    [Test]
    public async Task A_reversed_upload_leaves_no_line_and_its_serials_are_free()
    {
        (await Guangzhou.UploadAsync(_visit, [Line("1", "10")], "U1")).Granted();
        (await Guangzhou.UploadAsync(_visit, [Line("2", "20"), Line("3", "30")], "U2")).Granted();

        Assert.That((await Guangzhou.ReverseAsync("U2", "R1")).Granted().Result.Effect, Is.EqualTo(ReversalEffect.Undone));

        Assert.That(Active(), Is.EqualTo("1"));
        (await Guangzhou.UploadAsync(_visit, [Line("2", "20"), Line("3", "30")], "U2")).Refused("TRANSACTION_VOID", RefusingSide.Treatment, "header.his_transaction_id");
        (await Guangzhou.UploadAsync(_visit, [Line("2", "25")], "U3")).Granted();
        Assert.That((Active(), await Guangzhou.QueryAsync("U2")), Is.EqualTo(("1,2", TransactionState.Undone)));
    }

    [Test]
    public async Task A_preview_is_stale_after_a_reversal()
    {
        (await Guangzhou.UploadAsync(_visit, [Line("1", "10")], "U1")).Granted();
        (await Guangzhou.UploadAsync(_visit, [Line("2", "20")], "U2")).Granted();
        (await Guangzhou.DischargeAsync(_visit, Today)).Granted();
        (await Guangzhou.PreviewAsync(_visit)).Granted();

        (await Guangzhou.ReverseAsync("U2", "R1")).Granted();

        (await Guangzhou.SettleAsync(_visit, "T1")).Refused("PREVIEW_STALE", RefusingSide.Treatment, "visit");
    }

    [Test]
    public async Task An_upload_that_was_withdrawn_is_void_all_the_same_and_does_not_come_back_with_the_withdrawal()
    {
        (await Guangzhou.UploadAsync(_visit, [Line("1", "10")], "U1")).Granted();
        (await Guangzhou.UploadAsync(_visit, [Line("2", "20")], "U2")).Granted();
        (await Guangzhou.WithdrawAsync(_visit, lineSerials: null, "W1")).Granted();

        Assert.That((await Guangzhou.ReverseAsync("U1", "R1")).Granted().Result.Effect, Is.EqualTo(ReversalEffect.Undone));
        Assert.That((await Guangzhou.ReverseAsync("W1", "R2")).Granted().Result.Effect, Is.EqualTo(ReversalEffect.Undone));

        Assert.That(Active(), Is.EqualTo("2"));
    }

    [Test]
    public async Task An_upload_of_lines_that_were_stored_before_has_stored_nothing()
    {
        (await Guangzhou.UploadAsync(_visit, [Line("1", "10")], "U1")).Granted();
        (await Guangzhou.UploadAsync(_visit, [Line("1", "10")], "U2")).Granted();

        Assert.That((await Guangzhou.ReverseAsync("U2", "R1")).Granted().Result.Effect, Is.EqualTo(ReversalEffect.NothingToUndo));

        Assert.That(Active(), Is.EqualTo("1"));
    }

    [Test]
    public async Task A_refund_is_reversed_before_the_upload_it_takes_back()
    {
        (await Guangzhou.UploadAsync(_visit, [Line("1", "10")], "U1")).Granted();
        var refund = (await Guangzhou.RefundAsync(_visit, "U1", "4", 720_00, "F1")).Granted().TransactionId;

        Assert.That((await Guangzhou.ReverseAsync("U1", "R1")).Refused("NOT_REVERSIBLE", RefusingSide.Treatment, "original_transaction_id").English, Does.Contain(refund));
        (await Guangzhou.ReverseAsync("F1", "R2")).Granted();
        var whole = Guangdong.Value<long>("SELECT sum(amount_fen) FROM fee_line WHERE state = 1");
        (await Guangzhou.ReverseAsync("U1", "R3")).Granted();

        Assert.That((whole, Active()), Is.EqualTo((1_800_00L, "")));
    }

    [Test]
    public async Task A_refund_may_be_named_by_the_upload()
    {
        (await Guangzhou.UploadAsync(_visit, [Line("1", "10")], "U1")).Granted();
        (await Guangzhou.RefundAsync(_visit, "U1", "4", 720_00, "F1")).Granted();

        Assert.That((await Guangzhou.ReverseAsync("U1", "R1", "RefundFeeLine")).Granted().Result.Effect, Is.EqualTo(ReversalEffect.Undone));

        Assert.That((Active(), await Guangzhou.QueryAsync("U1"), await Guangzhou.QueryAsync("F1")), Is.EqualTo(("1", TransactionState.Committed, TransactionState.Undone)));
    }

    [Test]
    public async Task A_reversed_withdrawal_brings_lines_and_refunds_back()
    {
        (await Guangzhou.UploadAsync(_visit, [Line("1", "10"), Line("2", "20")], "U1")).Granted();
        (await Guangzhou.UploadAsync(_visit, [Line("3", "30")], "U3")).Granted();
        (await Guangzhou.RefundAsync(_visit, "U3", "4", 720_00, "F1")).Granted();
        var before = Guangdong.Value<long>("SELECT sum(amount_fen) FROM fee_line WHERE state = 1");
        (await Guangzhou.WithdrawAsync(_visit, ["1", "3"], "W1")).Granted();

        Assert.That((await Guangzhou.ReverseAsync("W1", "R1")).Granted().Result.Effect, Is.EqualTo(ReversalEffect.Undone));

        Assert.That(Guangdong.Value<long>("SELECT sum(amount_fen) FROM fee_line WHERE state = 1"), Is.EqualTo(before));
    }

    [Test]
    public async Task A_withdrawal_whose_line_was_uploaded_again_stays()
    {
        (await Guangzhou.UploadAsync(_visit, [Line("1", "10"), Line("2", "20")], "U1")).Granted();
        (await Guangzhou.WithdrawAsync(_visit, lineSerials: null, "W1")).Granted();
        var again = (await Guangzhou.UploadAsync(_visit, [Line("2", "25")], "U2")).Granted().TransactionId;

        Assert.That((await Guangzhou.ReverseAsync("W1", "R1")).Refused("NOT_REVERSIBLE", RefusingSide.Treatment, "original_transaction_id").English, Does.Contain(again));

        Assert.That(Active(), Is.EqualTo("2"), "All or none.");
        (await Guangzhou.ReverseAsync("U2", "R2")).Granted();
        (await Guangzhou.ReverseAsync("W1", "R3")).Granted();
        Assert.That(Active(), Is.EqualTo("1,2"));
    }

    [Test]
    public async Task A_withdrawal_of_nothing_leaves_nothing_to_undo()
    {
        (await Guangzhou.WithdrawAsync(_visit, lineSerials: null, "W1")).Granted();

        Assert.That((await Guangzhou.ReverseAsync("W1", "R1")).Granted().Result.Effect, Is.EqualTo(ReversalEffect.NothingToUndo));
    }

    [Test]
    public async Task A_withdrawal_before_a_discharge_that_is_earlier_than_its_lines_stays()
    {
        (await Guangzhou.UploadAsync(_visit, [SampleBills.Line("1", "T330000", "重症监护", "06", "180.0000", "1", Today)], "U1")).Granted();
        (await Guangzhou.WithdrawAsync(_visit, lineSerials: null, "W1")).Granted();
        (await Guangzhou.DischargeAsync(_visit, Today.AddDays(-1))).Granted();

        Assert.That((await Guangzhou.ReverseAsync("W1", "R1")).Refused("NOT_REVERSIBLE", RefusingSide.Treatment, "original_transaction_id").English, Does.Contain("after the discharge"));
    }

    [Test]
    public async Task Nothing_is_reversed_once_the_stay_is_settled()
    {
        (await Guangzhou.UploadAsync(_visit, [Line("1", "10"), Line("2", "20")], "U1")).Granted();
        (await Guangzhou.WithdrawAsync(_visit, ["2"], "W1")).Granted();
        (await Guangzhou.DischargeAsync(_visit, Today)).Granted();
        var settlement = (await Guangzhou.SettleAsync(_visit)).Granted().Result.SettlementNumber;

        foreach (var id in new[] { "U1", "W1" })
            Assert.That((await Guangzhou.ReverseAsync(id, $"R-{id}")).Refused("NOT_REVERSIBLE", RefusingSide.Treatment, "original_transaction_id").English, Does.Contain(settlement));
    }

    [Test]
    public async Task An_upload_that_waits_for_a_mapping_waits_no_more()
    {
        (await Guangzhou.UploadAsync(_visit, [SampleBills.Line("1", "Y999999", "未对照药品", "01", "10.0000", "1", FeesOn)], "U1")).Pending();

        Assert.That((await Guangzhou.ReverseAsync("U1", "R1")).Granted().Result.Effect, Is.EqualTo(ReversalEffect.Undone));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Guangdong.Count("held_upload", "state = 1"), Is.Zero);
            Assert.That(await Guangzhou.QueryAsync("U1"), Is.EqualTo(TransactionState.Undone));
        }
        (await Guangzhou.UploadAsync(_visit, [SampleBills.Line("1", "Y999999", "未对照药品", "01", "10.0000", "1", FeesOn)], "U1"))
            .Refused("TRANSACTION_VOID", RefusingSide.Treatment, "header.his_transaction_id");
    }

    [Test]
    public async Task An_upload_that_waits_and_came_again_under_another_id_is_reversed_by_either()
    {
        FeeLine[] unmapped = [SampleBills.Line("1", "Y999999", "未对照药品", "01", "10.0000", "1", FeesOn)];
        var (first, again) = (await Guangzhou.UploadAsync(_visit, unmapped, "U1"), await Guangzhou.UploadAsync(_visit, unmapped, "U2"));

        Assert.That((await Guangzhou.ReverseAsync("U2", "R1")).Granted().Result.Effect, Is.EqualTo(ReversalEffect.Undone));

        using (Assert.EnterMultipleScope())
        {
            first.Pending();
            Assert.That(again.Text, Is.EqualTo(first.Text));
            Assert.That((await Guangzhou.QueryAsync("U1"), await Guangzhou.QueryAsync("U2")), Is.EqualTo((TransactionState.Undone, TransactionState.Undone)));
            Assert.That((await Guangzhou.ReverseAsync("U1", "R2")).Granted().Result.Effect, Is.EqualTo(ReversalEffect.NothingToUndo));
        }
    }

    [Test]
    public async Task A_withdrawal_that_took_waiting_lines_stays()
    {
        (await Guangzhou.UploadAsync(_visit, [Line("1", "10")], "U1")).Granted();
        (await Guangzhou.UploadAsync(_visit, [SampleBills.Line("2", "Y999999", "未对照药品", "01", "10.0000", "1", FeesOn)], "U2")).Pending();
        (await Guangzhou.WithdrawAsync(_visit, lineSerials: null, "W1")).Granted();

        Assert.That((await Guangzhou.ReverseAsync("W1", "R1")).Refused("NOT_REVERSIBLE", RefusingSide.Treatment, "original_transaction_id").English, Does.Contain("waited for a mapping"));
    }

    [Test]
    public async Task Dialects_without_ids_reverse_lines_by_the_nodes_id_and_repeat_themselves()
    {
        var upload = (await Guangzhou.UploadAsync(_visit, [Line("1", "10")])).Granted().TransactionId;
        var withdrawal = (await Guangzhou.WithdrawAsync(_visit, ["1"])).Granted().TransactionId;

        var first = await Guangzhou.ReverseAsync(withdrawal, operation: "WithdrawFeeLines");
        var repeated = await Guangzhou.ReverseAsync(withdrawal, operation: "WithdrawFeeLines");
        Assert.That((first.Granted().Result.Effect, repeated.Text, Active()), Is.EqualTo((ReversalEffect.Undone, first.Text, "1")));

        Assert.That((await Guangzhou.ReverseAsync(upload, operation: "UploadFeeLines")).Granted().Result.Effect, Is.EqualTo(ReversalEffect.Undone));
        Assert.That(Active(), Is.Empty);
    }

    [Test]
    public async Task What_is_no_step_of_a_stay_is_not_reversible()
    {
        var request = new OpenBusinessPeriodRequest { Header = new() { HisTransactionId = "P1" }, OperatorNumber = "01" };
        (await Guangzhou.PostAsync("OpenBusinessPeriod", request, OpenBusinessPeriodResponse.Parser)).Granted();

        Assert.That((await Guangzhou.ReverseAsync("P1", "R1")).Refused("NOT_REVERSIBLE", RefusingSide.Treatment, "original_transaction_id").English, Does.Contain("OpenBusinessPeriod"));
    }

    private FeeLine Line(string serial, string quantity) => SampleBills.Line(serial, "T330000", "重症监护", "06", "180.0000", quantity, FeesOn);

    private string Active() => Guangdong.Value<string>("SELECT coalesce(group_concat(line_serial, ',' ORDER BY line_serial), '') FROM fee_line WHERE state = 1");
}
