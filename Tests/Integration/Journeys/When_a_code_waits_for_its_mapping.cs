using NUnit.Framework;
using Provincial.His.V1;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Journeys;

/// <summary>Guangdong blocks codes without a mapping: the message waits, says for what, and goes on by itself under its own id.</summary>
internal sealed class When_a_code_waits_for_its_mapping : CountryTest
{
    private const string Unknown = "Y999999";

    private string _visit = "";

    [SetUp]
    public async Task Admit() => _visit = await AdmitAsync(Guangzhou, Patient.OfKunming);

    [Test]
    public async Task The_hospital_is_told_which_codes_the_message_waits_for()
    {
        var waiting = (await Guangzhou.UploadAsync(_visit, [Line("1", "T330000"), Line("2", Unknown), Line("3", "Y999998"), Line("4", Unknown)], "up-1")).Pending();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(waiting.WaitingFor, Is.EqualTo(new[] { "Y999998", Unknown }));
            Assert.That(waiting.Chinese, Does.Contain("Y999998、Y999999"));
            Assert.That(Guangdong.Count("fee_line"), Is.Zero, "A message is stored whole or not at all.");
            Assert.That(Guangdong.Value<string>("SELECT group_concat(local_code || ' ' || line_count || ' ' || amount_fen, '; ' ORDER BY local_code) FROM unmapped_item"),
                Is.EqualTo("Y999998 1 2500; Y999999 2 5000"));
        }
    }

    [Test]
    public async Task A_repeat_is_answered_the_same_with_an_id_and_without()
    {
        FeeLine[] lines = [Line("1", Unknown)];
        var first = await Guangzhou.UploadAsync(_visit, lines, "up-1");
        var again = await Guangzhou.UploadAsync(_visit, lines, "up-1");
        var nameless = await Guangzhou.UploadAsync(_visit, lines);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(first.Pending().WaitingFor, Is.EqualTo(new[] { Unknown }));
            Assert.That(again.Bytes, Is.EqualTo(first.Bytes));
            Assert.That(nameless.Bytes, Is.EqualTo(first.Bytes));
            Assert.That((Guangdong.Count("held_upload"), Guangdong.Value<long>("SELECT line_count FROM unmapped_item")), Is.EqualTo((1, 1L)));
            Assert.That(await Guangzhou.QueryAsync("up-1"), Is.EqualTo(TransactionState.Pending));
        }
    }

    [Test]
    public async Task Other_lines_go_on_but_the_bill_is_not_settled_while_it_waits()
    {
        (await Guangzhou.UploadAsync(_visit, [Line("1", Unknown)])).Pending();
        (await Guangzhou.UploadAsync(_visit, SampleBills.IntensiveCare(FeesOn).Select((line, index) => Renumbered(line, $"i{index}")))).Granted();

        (await Guangzhou.PreviewAsync(_visit)).Refused("BILL_WAITS", RefusingSide.Treatment, "lines");
        (await Guangzhou.DischargeAsync(_visit, Today)).Granted();
        var refusal = (await Guangzhou.SettleAsync(_visit)).Refused("BILL_WAITS", RefusingSide.Treatment, "lines");

        Assert.That(refusal.Chinese, Does.Contain(Unknown));
    }

    [Test]
    public async Task A_line_that_waits_is_not_taken_twice()
    {
        (await Guangzhou.UploadAsync(_visit, [Line("1", Unknown)])).Pending();

        (await Guangzhou.UploadAsync(_visit, [Line("0", "T330000"), Line("1", "T330000")])).Refused("LINE_CONFLICT", RefusingSide.Hospital, "lines[1].line_serial");
    }

    [Test]
    public async Task Without_the_blocked_line_the_rest_of_the_message_goes_on()
    {
        (await Guangzhou.UploadAsync(_visit, [Line("1", "T330000"), Line("2", Unknown)], "up-1")).Pending();

        var withdrawn = (await Guangzhou.WithdrawAsync(_visit, ["2"])).Granted().Result;
        var stored = (await Guangzhou.UploadAsync(_visit, [Line("1", "T330000"), Line("2", Unknown)], "up-1")).Granted().Result;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(withdrawn.LineCount, Is.EqualTo(1));
            Assert.That(stored.Lines.Select(line => line.LineSerial), Is.EqualTo(new[] { "1" }), "The first message is answered from what became of it.");
            Assert.That(await Guangzhou.QueryAsync("up-1"), Is.EqualTo(TransactionState.Committed));
            Assert.That(Guangdong.Value<long>("SELECT sum(amount_fen) FROM fee_line WHERE state = 1"), Is.EqualTo(25_00));
        }
    }

    [Test]
    public async Task Withdrawing_every_line_ends_the_wait()
    {
        (await Guangzhou.UploadAsync(_visit, [Line("1", Unknown)], "up-1")).Pending();
        (await Guangzhou.UploadAsync(_visit, [Line("2", "T330000")])).Granted();

        var withdrawn = (await Guangzhou.WithdrawAsync(_visit, null)).Granted().Result;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(withdrawn.LineCount, Is.EqualTo(2));
            (await Guangzhou.UploadAsync(_visit, [Line("1", Unknown)], "up-1")).Refused("LINES_WITHDRAWN", RefusingSide.Hospital, "lines");
            Assert.That(Guangdong.Value<long>("SELECT count(*) FROM held_code"), Is.Zero);
        }
    }

    [Test]
    public async Task Another_fault_of_the_message_is_refused_at_once()
    {
        var wrong = Line("2", "T330000");
        wrong.AmountFen++;

        (await Guangzhou.UploadAsync(_visit, [Line("1", Unknown), wrong])).Refused("AMOUNT_MISMATCH", RefusingSide.Hospital, "lines[1].amount_fen");

        Assert.That(Guangdong.Count("held_upload"), Is.Zero);
    }

    private FeeLine Line(string serial, string code) => SampleBills.Line(serial, code, "测试项目", "06", "12.5000", "2", FeesOn);

    private static FeeLine Renumbered(FeeLine line, string serial)
    {
        var copy = line.Clone();
        copy.LineSerial = serial;
        return copy;
    }
}
