using NUnit.Framework;
using Provincial.His.V1;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Journeys;

/// <summary>What a hospital may do to the lines of a stay before it is settled, and what it may not.</summary>
internal sealed class When_fee_lines_change : CountryTest
{
    private string _visit = "";

    [SetUp]
    public async Task Admit() => _visit = await AdmitAsync(Guangzhou, Patient.OfKunming);

    [Test]
    public async Task Lines_that_are_sent_again_are_stored_once()
    {
        var lines = SampleBills.Guangzhou(FeesOn);
        (await Guangzhou.UploadAsync(_visit, lines.Take(10))).Granted();

        var overlapping = (await Guangzhou.UploadAsync(_visit, lines)).Granted().Result;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(overlapping.VisitTotalFen, Is.EqualTo(50_000_00));
            Assert.That(overlapping.Lines.Select(line => line.LineSerial), Is.EqualTo(lines.Select(line => line.LineSerial)));
            Assert.That(Guangdong.Count("fee_line"), Is.EqualTo(24));
        }
    }

    [Test]
    public async Task A_repeated_upload_without_an_id_names_the_transaction_that_stored_the_lines()
    {
        var line = SampleBills.Line("1", "Y000456", "注射用头孢曲松钠", "01", "45.0000", "4", FeesOn);
        var first = (await Guangzhou.UploadAsync(_visit, [line])).Granted().TransactionId;
        var repeated = (await Guangzhou.UploadAsync(_visit, [line])).Granted().TransactionId;

        Assert.That(repeated, Is.EqualTo(first));
        (await Guangzhou.RefundAsync(_visit, repeated, "1", 45_00)).Granted();
    }

    [Test]
    public async Task The_refund_line_that_takes_the_last_of_a_line_takes_what_rounding_has_left()
    {
        var line = SampleBills.Line("1", "Y000123", "阿莫西林胶囊", "01", "0.8333", "10", FeesOn);
        var stored = (await Guangzhou.UploadAsync(_visit, [line])).Granted().TransactionId;
        (await Guangzhou.RefundAsync(_visit, stored, "2", 1_67)).Granted();
        (await Guangzhou.RefundAsync(_visit, stored, "8", 6_70, lineSerial: "T2")).Refused("INVALID_FIELD", RefusingSide.Hospital, "amount_fen");

        var last = (await Guangzhou.RefundAsync(_visit, stored, "8", 6_67, lineSerial: "T2")).Granted().Result;

        Assert.That((last.Line.AmountFen, last.RemainingAmountFen), Is.EqualTo((-6_66L, 0L)), "8.33 less 1.67, not 8 times 0.8333.");
    }

    [Test]
    public async Task A_refund_with_a_serial_of_its_own_is_taken_once()
    {
        var line = SampleBills.Line("1", "C060001", "冠状动脉支架", "11", "8600.0000", "2", FeesOn);
        var stored = (await Guangzhou.UploadAsync(_visit, [line])).Granted().TransactionId;
        var first = (await Guangzhou.RefundAsync(_visit, stored, "1", 8_600_00, lineSerial: "T1")).Granted();

        var repeated = (await Guangzhou.RefundAsync(_visit, stored, "1", 8_600_00, lineSerial: "T1")).Granted();

        using (Assert.EnterMultipleScope())
        {
            Assert.That((repeated.TransactionId, repeated.Result), Is.EqualTo((first.TransactionId, first.Result)));
            Assert.That((first.Result.Line.AmountFen, first.Result.Line.OverLimitFen, first.Result.Line.ItemClass), Is.EqualTo((-8_600_00L, -600_00L, "2")));
            Assert.That(first.Result.RemainingAmountFen, Is.EqualTo(8_600_00));
            Assert.That(Guangdong.Count("fee_line"), Is.EqualTo(2));
        }
        (await Guangzhou.RefundAsync(_visit, stored, "0.5", 4_300_00, lineSerial: "T1")).Refused("LINE_CONFLICT", RefusingSide.Hospital, "lines[0].line_serial");
        (await Guangzhou.RefundAsync(_visit, stored, "1", 8_600_00)).Granted();
    }

    [Test]
    public async Task A_stored_line_with_other_content_is_a_conflict_and_nothing_of_the_message_is_stored()
    {
        (await Guangzhou.UploadAsync(_visit, SampleBills.IntensiveCare(FeesOn))).Granted();

        (await Guangzhou.UploadAsync(_visit,
        [
            SampleBills.Line("2", "H120100003", "一级护理", "09", "30.0000", "10", FeesOn),
            SampleBills.Line("1", "T330000", "重症监护", "06", "180.0000", "21", FeesOn),
        ])).Refused("LINE_CONFLICT", RefusingSide.Hospital, "lines[1].line_serial");

        Assert.That(Guangdong.Count("fee_line"), Is.EqualTo(1));
    }

    [Test]
    public async Task Two_lines_of_one_message_with_the_same_serial_are_a_conflict()
    {
        (await Guangzhou.UploadAsync(_visit,
        [
            SampleBills.Line("1", "T330000", "重症监护", "06", "180.0000", "20", FeesOn),
            SampleBills.Line("1", "T330000", "重症监护", "06", "180.0000", "21", FeesOn),
        ])).Refused("LINE_CONFLICT", RefusingSide.Hospital, "lines[1].line_serial");

        Assert.That(Guangdong.Count("fee_line"), Is.Zero);
    }

    [Test]
    public async Task A_withdrawn_line_may_be_uploaded_again_with_other_content()
    {
        (await Guangzhou.UploadAsync(_visit, SampleBills.IntensiveCare(FeesOn))).Granted();
        var withdrawn = (await Guangzhou.WithdrawAsync(_visit, ["1"])).Granted().Result;

        var stored = (await Guangzhou.UploadAsync(_visit, [SampleBills.Line("1", "T330000", "重症监护", "06", "180.0000", "48", FeesOn)])).Granted().Result;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(withdrawn.LineCount, Is.EqualTo(1));
            Assert.That(stored.VisitTotalFen, Is.EqualTo(8_640_00));
            Assert.That(Guangdong.Count("fee_line"), Is.EqualTo(2), "What was withdrawn stays on record.");
        }
    }

    [Test]
    public async Task All_lines_are_withdrawn_when_none_is_named_and_none_when_one_is_unknown()
    {
        (await Guangzhou.UploadAsync(_visit, SampleBills.Guangzhou(FeesOn))).Granted();
        (await Guangzhou.WithdrawAsync(_visit, ["1", "99"])).Refused("LINE_NOT_FOUND", RefusingSide.Hospital, "line_serials[1]");
        Assert.That(Guangdong.Count("fee_line", "state = 2"), Is.Zero);

        var withdrawn = (await Guangzhou.WithdrawAsync(_visit, lineSerials: null)).Granted().Result;

        Assert.That((withdrawn.LineCount, Guangdong.Count("fee_line", "state = 1")), Is.EqualTo((24, 0L)));
    }

    [Test]
    public async Task A_line_is_refunded_in_parts_until_nothing_is_left_of_it()
    {
        (await Guangzhou.UploadAsync(_visit, [SampleBills.Line("1", "Y000123", "阿莫西林胶囊", "01", "0.8333", "24", FeesOn)], "L1")).Granted();

        var first = (await Guangzhou.RefundAsync(_visit, "L1", "7", 5_83)).Granted().Result;
        var second = (await Guangzhou.RefundAsync(_visit, "L1", "10", 8_33)).Granted().Result;
        (await Guangzhou.RefundAsync(_visit, "L1", "8", 5_84)).Refused("INVALID_FIELD", RefusingSide.Hospital, "quantity");
        (await Guangzhou.RefundAsync(_visit, "L1", "7", 5_85)).Refused("INVALID_FIELD", RefusingSide.Hospital, "amount_fen");
        (await Guangzhou.RefundAsync(_visit, "L1", "7", 5_83)).Refused("INVALID_FIELD", RefusingSide.Hospital, "amount_fen");
        var last = (await Guangzhou.RefundAsync(_visit, "L1", "7", 5_84)).Granted().Result;
        (await Guangzhou.RefundAsync(_visit, "L1", "1", 1)).Refused("INVALID_FIELD", RefusingSide.Hospital, "quantity");

        using (Assert.EnterMultipleScope())
        {
            Assert.That((decimal.Parse(first.RemainingQuantity, null), first.RemainingAmountFen), Is.EqualTo((17m, 14_17L)));
            Assert.That((decimal.Parse(second.RemainingQuantity, null), second.RemainingAmountFen), Is.EqualTo((7m, 5_84L)));
            Assert.That((decimal.Parse(last.RemainingQuantity, null), last.RemainingAmountFen), Is.EqualTo((0m, 0L)));
            Assert.That(
                Guangdong.Value<string>("SELECT sum(amount_fen) || ' ' || sum(pre_self_pay_fen) || ' ' || sum(in_scope_fen) FROM fee_line"), Is.EqualTo("0 0 0"),
                "Part by part, a line that was taken back whole leaves nothing.");
        }
    }

    [Test]
    public async Task A_refund_of_a_line_nobody_knows_is_refused()
    {
        (await Guangzhou.UploadAsync(_visit, SampleBills.Guangzhou(FeesOn), "L1")).Granted();

        (await Guangzhou.RefundAsync(_visit, "L9", "1", 1)).Refused("LINE_NOT_FOUND", RefusingSide.Hospital, "original_transaction_id");
        (await Guangzhou.RefundAsync(_visit, "L1", "1", 1)).Refused("LINE_NOT_FOUND", RefusingSide.Hospital, "original_transaction_id");
        (await Guangzhou.RefundAsync(_visit, "L1", "-1", 1)).Refused("INVALID_FIELD", RefusingSide.Hospital, "quantity");
        (await Guangzhou.RefundAsync(_visit, "L1", "1", -1)).Refused("INVALID_FIELD", RefusingSide.Hospital, "amount_fen");
    }

    [Test]
    public async Task A_withdrawn_line_takes_its_refunds_with_it()
    {
        (await Guangzhou.UploadAsync(_visit, SampleBills.IntensiveCare(FeesOn), "L1")).Granted();
        (await Guangzhou.RefundAsync(_visit, "L1", "5", 900_00)).Granted();

        (await Guangzhou.WithdrawAsync(_visit, ["1"])).Granted();

        Assert.That(Guangdong.Count("fee_line", "state = 1"), Is.Zero);
    }

    [Test]
    public async Task A_settlement_on_a_preview_that_fees_have_overtaken_is_refused_until_the_next_preview()
    {
        (await Guangzhou.UploadAsync(_visit, SampleBills.Guangzhou(FeesOn).Take(20))).Granted();
        (await Guangzhou.DischargeAsync(_visit, Today)).Granted();
        (await Guangzhou.PreviewAsync(_visit)).Granted();
        (await Guangzhou.UploadAsync(_visit, SampleBills.Guangzhou(FeesOn))).Granted();

        (await Guangzhou.SettleAsync(_visit)).Refused("PREVIEW_STALE", RefusingSide.Treatment, "visit");
        (await Guangzhou.PreviewAsync(_visit)).Granted();
        var settled = (await Guangzhou.SettleAsync(_visit)).Granted().Result;

        Assert.That(settled.Figures.PoolFen, Is.EqualTo(34_680_00));
    }

    [Test]
    public async Task A_claimed_total_other_than_the_lines_is_refused_with_the_difference()
    {
        (await Guangzhou.UploadAsync(_visit, SampleBills.Guangzhou(FeesOn))).Granted();
        (await Guangzhou.PreviewAsync(_visit, claimedTotalFen: 50_061_00)).Refused("TOTAL_MISMATCH", RefusingSide.Hospital, "claimed_total_fen");
        (await Guangzhou.DischargeAsync(_visit, Today)).Granted();

        var refusal = (await Guangzhou.SettleAsync(_visit, claimedTotalFen: 50_061_00)).Refused("TOTAL_MISMATCH", RefusingSide.Hospital, "claimed_total_fen");

        Assert.That(refusal.English, Does.Contain("50061.00").And.Contain("50000.00").And.Contain("61.00"));
    }

    [Test]
    public async Task A_stay_whose_refunds_exceed_its_charges_cannot_be_settled()
    {
        (await Guangzhou.UploadAsync(_visit,
        [
            SampleBills.Line("1", "T330000", "重症监护", "06", "180.0000", "1", FeesOn),
            SampleBills.Line("2", "T330000", "重症监护", "06", "180.0000", "-2", FeesOn),
        ])).Granted();
        (await Guangzhou.DischargeAsync(_visit, Today)).Granted();

        (await Guangzhou.PreviewAsync(_visit)).Refused("NEGATIVE_TOTAL", RefusingSide.Hospital, "total_fen");
        (await Guangzhou.SettleAsync(_visit)).Refused("NEGATIVE_TOTAL", RefusingSide.Hospital, "total_fen");
    }

    [Test]
    public async Task One_part_of_the_bill_must_not_be_negative_either()
    {
        (await Guangzhou.UploadAsync(_visit,
        [
            SampleBills.Line("1", "T330000", "重症监护", "06", "180.0000", "10", FeesOn),
            SampleBills.Line("2", "F110200003", "特需病房床位费", "08", "250.0000", "-1", FeesOn),
        ])).Granted();
        (await Guangzhou.DischargeAsync(_visit, Today)).Granted();

        (await Guangzhou.SettleAsync(_visit)).Refused("NEGATIVE_TOTAL", RefusingSide.Hospital, "full_self_pay_fen");
    }

    [Test]
    public async Task One_category_may_be_negative_when_every_part_of_the_bill_is_not()
    {
        (await Guangzhou.UploadAsync(_visit,
        [
            SampleBills.Line("1", "T330000", "重症监护", "06", "180.0000", "10", FeesOn),
            SampleBills.Line("2", "H120100003", "一级护理", "09", "30.0000", "-1", FeesOn),
        ])).Granted();
        (await Guangzhou.DischargeAsync(_visit, Today)).Granted();

        // (1770 - 1200) x 85 %.
        Assert.That((await Guangzhou.SettleAsync(_visit)).Granted().Result.Figures.PoolFen, Is.EqualTo(484_50));
    }

    [Test]
    public async Task A_stay_without_lines_cannot_be_settled()
    {
        (await Guangzhou.DischargeAsync(_visit, Today)).Granted();

        (await Guangzhou.SettleAsync(_visit)).Refused("MISSING_FIELD", RefusingSide.Hospital, "lines");
    }

    [Test]
    public async Task A_fee_date_outside_the_stay_is_refused()
    {
        (await Guangzhou.UploadAsync(_visit, SampleBills.IntensiveCare(AdmittedOn.AddDays(-1)))).Refused("DATE_OUTSIDE_STAY", RefusingSide.Hospital, "lines[0].fee_date");
        (await Guangzhou.UploadAsync(_visit, SampleBills.IntensiveCare(Today.AddDays(1)))).Refused("DATE_OUTSIDE_STAY", RefusingSide.Hospital, "lines[0].fee_date");
        (await Guangzhou.DischargeAsync(_visit, Today.AddDays(-2))).Granted();
        (await Guangzhou.UploadAsync(_visit, SampleBills.IntensiveCare(Today.AddDays(-1)))).Refused("DATE_OUTSIDE_STAY", RefusingSide.Hospital, "lines[0].fee_date");

        (await Guangzhou.UploadAsync(_visit, SampleBills.IntensiveCare(Today.AddDays(-2)))).Granted();
    }

    [Test]
    public async Task An_amount_that_is_not_price_times_quantity_is_refused()
    {
        var line = SampleBills.Line("1", "Y000123", "阿莫西林胶囊", "01", "0.8333", "24", FeesOn);
        line.AmountFen = 19_99;

        var refusal = (await Guangzhou.UploadAsync(_visit, [line])).Refused("AMOUNT_MISMATCH", RefusingSide.Hospital, "lines[0].amount_fen");

        Assert.That(refusal.English, Does.Contain("19.99").And.Contain("20.00"));
    }

    [Test]
    public async Task A_refund_line_within_the_same_upload_counts_against_the_original()
    {
        var stored = (await Guangzhou.UploadAsync(_visit, SampleBills.Guangzhou(FeesOn))).Granted().Result;

        var refund = stored.Lines.Last();
        Assert.That((refund.AmountFen, refund.InScopeFen, stored.VisitTotalFen), Is.EqualTo((-5_20L, -5_20L, 50_000_00L)));
    }
}
