using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;
using static ProvincialGateway.Tests.Dialects.NeusoftCaretMessages;

namespace ProvincialGateway.Tests.Dialects;

/// <summary>The lines of a bill in the caret form: rows, refunds, prices, delimiters, withdrawals.</summary>
public sealed class NeusoftCaretLineTests
{
    [Test]
    public void Fee_lines_are_read_row_by_row()
    {
        var upload = Operation<UploadFeeLines>(Nc, Call("2310", NcLines));
        var (first, second) = (upload.Lines[0], upload.Lines[1]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(upload.Visit.HospitalVisitNumber, Is.EqualTo("ZY0000012345"));
            Assert.That((first.LocalCode, first.LocalName, first.FeeCategory, first.PrescriptionNumber), Is.EqualTo(("XJ01CAA040E001", "阿莫西林胶囊", "11", "202101151500000")));
            Assert.That((first.UnitPrice, first.Quantity, first.AmountFen), Is.EqualTo((0.8333m, 10m, 8_33L)));
            Assert.That((first.FeeDate, first.Specification, first.Unit, first.Department), Is.EqualTo((new DateOnly(2021, 1, 15), "0.25g*24", "粒", "0301")));
            Assert.That((second.AmountFen, second.Doctor), Is.EqualTo((62_00L, "演示医生丙")));
        }
    }

    [TestCase("$")]
    [TestCase("|||$")]
    [TestCase("")]
    [TestCase(" ")]
    public void Rows_end_as_clients_end_them(string tail) => Assert.That(Operation<UploadFeeLines>(Nc, Call("2310", NcLines.TrimEnd('|') + tail)).Lines, Has.Count.EqualTo(2));

    [Test]
    public void A_row_may_be_shorter_and_NULL_is_empty()
    {
        var line = Operation<UploadFeeLines>(Nc, Call("2310", "ZY1|1|11|NULL|20210115|Y000123|NULL|阿莫西林胶囊|0.8333|10")).Lines.Single();
        Assert.That((line.LocalCode, line.PrescriptionNumber, line.Unit), Is.EqualTo(("Y000123", (string?)null, (string?)null)));
    }

    [Test]
    public void AAAA_is_no_code() => Assert.That(
        Operation<UploadFeeLines>(Nc, Call("2310", NcLines.Replace("XJ01CAA040E001", "AAAA"))).Lines[0].LocalCode, Is.EqualTo("Y000123"));

    [Test]
    public void A_catalogue_may_be_keyed_by_the_hospitals_code()
    {
        var line = Operation<UploadFeeLines>(With(("profile", "NC"), ("itemCode", "hospital")), Call("2310", NcLines)).Lines[0];
        Assert.That((line.LocalCode, line.DeclaredCode), Is.EqualTo(("Y000123", "XJ01CAA040E001")));
    }

    [Test]
    public void Equal_rows_of_one_message_are_two_lines_and_sent_again_the_same_two()
    {
        var row = NcLines.Split('$')[0];
        string[] Serials(string rows) => [.. Operation<UploadFeeLines>(Nc, Call("2310", rows)).Lines.Select(line => line.LineSerial)];
        var (first, again) = (Serials($"{row}${row}"), Serials($"{row}${row}$"));
        Assert.That(first, Is.Unique.And.EqualTo(again));
        Assert.That(first[0], Is.EqualTo(Serials(row).Single()));
    }

    [TestCase("0.8333333333333333333333333333", "12", "10.00", 0.8333)]
    [TestCase("12.5", "2", "25.00", 12.5)]
    [TestCase("1E-05", "-1", "0.00", 0)]
    [TestCase("2.5680", "1.00", "2.57", 2.568)]
    public void A_price_that_is_amount_by_quantity_is_rounded_when_it_gives_the_amount_back(string price, string quantity, string amount, decimal expected)
    {
        var line = Operation<UploadFeeLines>(Sdz, Call("2310", SdzLine(price, quantity, amount))).Lines.Single();
        Assert.That((line.UnitPrice, line.AmountFen), Is.EqualTo((expected, (long)(decimal.Parse(amount) * 100))));
    }

    [Test]
    public void SDZs_refund_is_a_negative_line()
    {
        var line = Operation<UploadFeeLines>(Sdz, Call("2310", SdzLine("0.8333", "-2", "-1.67"))).Lines.Single();
        Assert.That((line.Quantity, line.AmountFen), Is.EqualTo((-2m, -1_67L)));
    }

    [TestCase("0.83334", "1000", "", "lines[0].unit_price")]
    [TestCase("0.8333", "12", "10.01", "lines[0].unit_price")]
    [TestCase("-1", "1", "", "lines[0].unit_price")]
    [TestCase("1,000", "1", "", "lines[0].unit_price")]
    [TestCase("0.83333333333333333333333333333", "12", "", "lines[0].unit_price")]
    [TestCase("1", "0", "", "lines[0].quantity")]
    [TestCase("1", "0.001", "", "lines[0].quantity")]
    [TestCase("1E+28", "1", "", "lines[0].unit_price")]
    [TestCase("1", "1", "1.005", "lines[0].amount_fen")]
    public void A_wrong_line_names_its_field(string price, string quantity, string amount, string field) =>
        Assert.That(Refusal(Sdz, Call("2310", SdzLine(price, quantity, amount))).Field, Is.EqualTo(field));

    [Test]
    public void A_fault_in_a_later_row_names_the_row()
    {
        var refusal = Refusal(Nc, Call("2310", NcLines.Replace("|62|1|", "|62|x|")));
        Assert.That((refusal.Field, refusal.English), Is.EqualTo(("lines[1].quantity", refusal.English)));
        Assert.That(refusal.English, Does.Contain("行2(10)"));
    }

    [Test]
    public void Rows_of_two_visits_are_refused() =>
        Assert.That(Refusal(Nc, Call("2310", NcLines.Replace("$ZY0000012345", "$ZY0000012346"))).Field, Is.EqualTo("visit.hospital_visit_number"));

    [Test]
    public void More_rows_than_the_interface_takes_or_the_buffer_can_answer_are_refused_before_anything_is_done()
    {
        string Rows(int count, string price) => string.Join('$', Enumerable.Range(1, count).Select(row => $"ZY1|1|11|{row}|20210115|Y1|C1|名称|{price}|1|"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Operation<UploadFeeLines>(Nc, Call("2310", Rows(50, "1234.56"))).Lines, Has.Count.EqualTo(50));
            Assert.That(Refusal(Nc, Call("2310", Rows(51, "1"))).Field, Is.EqualTo("row count"));
            Assert.That(Refusal(Nc, Call("2310", Rows(50, "12345678.9"))).Field, Is.EqualTo("lines"));
            Assert.That(Operation<UploadFeeLines>(With(("profile", "NC"), ("bufferBytes", "10240")), Call("2310", Rows(50, "12345678.9"))).Lines, Has.Count.EqualTo(50));
        }
    }

    [Test]
    public void A_delimiter_in_a_text_is_refused_and_a_caret_does_no_harm()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Refusal(Nc, Call("2310", NcLines.Replace("阿莫西林胶囊", "阿莫|西林"))).Field, Does.StartWith("lines[0]"), "The price is no longer where it belongs.");
            Assert.That(Operation<UploadFeeLines>(Nc, Call("2310", NcLines.Replace("阿莫西林胶囊", "阿莫^西林"))).Lines[0].LocalName, Is.EqualTo("阿莫^西林"));
        }
    }

    [Test]
    public void Rare_and_halved_characters_are_survived()
    {
        var parts = Call("2310", NcLines).Split("阿莫西林胶囊");
        byte[] name = [.. LegacyText.Gb18030.GetBytes("㼆𠮷"), 0xFE, 0x9F, .. LegacyText.Gb18030.GetBytes(new string('甲', 18) + "a"), 0xD2];
        byte[] body = [.. LegacyText.Gb18030.GetBytes(parts[0]), .. name, .. LegacyText.Gb18030.GetBytes(parts[1])];
        var line = Operation<UploadFeeLines>(Nc, Message(body)).Lines[0];
        Assert.That((line.LocalName, line.UnitPrice), Is.EqualTo(($"㼆𠮷䶮{new string('甲', 18)}a", 0.8333m)));
    }

    [Test]
    public void Lines_are_withdrawn_all_or_by_the_uploads_serial()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Operation<WithdrawFeeLines>(Nc, Call("2320", "ZY0000012345||演示员甲|")).LineSerials, Is.Null);
            Assert.That(Operation<ReverseTransaction>(Nc, Call("2320", $"ZY0000012345|{TransactionId}|演示员甲|")).OriginalTransactionId, Is.EqualTo(TransactionId));
            Assert.That(Refusal(Nc, Call("2320", "ZY0000012345|20210115150000-00990001-0040|演示员甲|")).Field, Is.EqualTo("original_transaction_id"));
            Assert.That(Operation<WithdrawFeeLines>(Gx, Call("2320", "ZY0000012345||演示员甲|450923||")).Visit.HospitalVisitNumber, Is.EqualTo("ZY0000012345"));
        }
    }
}
