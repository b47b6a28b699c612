using System.Xml.Linq;
using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;
using static ProvincialGateway.Tests.Dialects.YunnanYdjyMessages;

namespace ProvincialGateway.Tests.Dialects;

public sealed class YunnanYdjyPeriodTests
{
    private static HisSettlementTotals Summed => new() { SettlementCount = 2, CancellationCount = 1, TotalFen = 45860, FundTotalFen = 16300, AccountFen = 10000, CashFen = 19516 };

    private static HisSettlementRow Row => new()
    {
        OriginalTransactionId = "530000201606150910000000000012",
        HisTransactionId = "FS12",
        IsCancellation = false,
        SettlementNumber = "A4401001606200000001",
        VisitNumber = Visit,
        HospitalVisitNumber = "ZY1",
        PersonNumber = "4401000002",
        Name = "测试患者乙",
        InsuredDivision = "440100",
        Scheme = "1",
        InvoiceNumber = "FP1",
        SettledAt = new DateTimeOffset(2016, 6, 20, 15, 35, 1, TimeSpan.FromHours(8)),
        Figures = Figures,
    };

    [Test]
    public void Sums_are_asked_for_and_told_in_the_clients_own_identity()
    {
        var xml = Call("CenterQuery", Param("TransCode", "84") + Param("InputData", "<input><OPERID>12</OPERID><BATNO>P1</BATNO></input>"));
        Assert.That(Operation<QueryBusinessPeriod>(xml).PeriodNumber, Is.EqualTo("P1"));
        var shown = Answer(xml, new BusinessPeriodSummed { TransactionId = "1", PeriodNumber = "P1", Totals = Summed }).OutputElements();
        Assert.That(shown.Select(item => $"{item.Key} {item.Value}"), Is.EqualTo(new[] { "POSNUM 2", "NEGNUM 1", "AKC264 458.60", "AKC261 195.16", "AKC255 100.00", "AKC260 163.44" }));
    }

    [TestCase("195.16", true)]
    [TestCase("195.160", true)]
    [TestCase("180.1615.00", false)]
    [TestCase("124.5", false)]
    [TestCase("", false)]
    public void The_cash_sum_of_a_sign_out_follows_from_the_others(string written, bool isAsWritten)
    {
        var xml = SignOut(Totals.With("AKC261", written));
        var close = Operation<CloseBusinessPeriod>(xml);
        Assert.That(close, Is.EqualTo(new CloseBusinessPeriod
        {
            PeriodNumber = "P1",
            Claimed = new HisClaimedTotals { SettlementCount = 2, CancellationCount = 1, TotalFen = 45860, AccountFen = 10000, CashFen = 19516 },
        }));
        var reply = Answer(xml, new BusinessPeriodClosed { TransactionId = "1", PeriodNumber = "P1", Totals = Summed });
        Assert.That(reply.ReturnValue(), Is.EqualTo("0"));
        Assert.That(reply.Output().Contains("AKC261", StringComparison.Ordinal), Is.EqualTo(!isAsWritten));
    }

    [TestCase("POSNUM", "-1", "claimed.settlement_count")]
    [TestCase("NEGNUM", "1.5", "claimed.cancellation_count")]
    [TestCase("AKC264", "12.34.5", "claimed.total_fen")]
    [TestCase("AKC260", "x", "claimed.fund_total_fen")]
    public void Another_malformed_sum_is_refused(string element, string value, string field)
    {
        var refusal = Refusal(SignOut(Totals.With(element, value)));
        Assert.That((refusal.Code, refusal.Field), Is.EqualTo(("INVALID_FIELD", field)));
    }

    [Test]
    public void A_sign_out_without_an_answer_is_an_unknown_result() => Assert.That(Answer(SignOut(Totals), Pending).ReturnValue(), Is.EqualTo("-2"));

    [Test]
    public void A_malformed_check_account_is_placed_in_its_own_parameter() =>
        Assert.That(Refusal(SignOut(Totals.With("AKC261", "1<2"))).Field, Does.StartWith("CheckAccInfo line 1 column "));

    [TestCase("83", 11)]
    [TestCase("85", 26)]
    public void A_download_is_a_file_with_one_line_per_settlement(string code, int columns)
    {
        Assert.That(Operation<ListSettlements>(Download(code)).Scope, Is.EqualTo(new HisSettlementScope { PeriodNumber = "P1", WithoutCancelled = false }));
        var reply = Answer(Download(code), Listed(Row, Row with { IsCancellation = true, InvoiceNumber = null, HisTransactionId = null }));
        var lines = FileText(reply).Split("\r\n");
        Assert.That(reply.ReturnValue(), Is.EqualTo("0"));
        Assert.That(lines[2..], Is.EqualTo(new[] { "" }));
        Assert.That(lines[..2].Select(line => line.Split('\t').Length), Is.All.EqualTo(columns));
        Assert.That(lines[0], Does.StartWith($"530000201606150910000000000012\t4401000002\t{Visit}\tFP1\t14\t4401\t458.60\t195.16\t100.00\t163.44\tZY1"));
        Assert.That(lines[1].Split('\t')[3..5], Is.EqualTo(new[] { "", "21" }));
    }

    [Test]
    public void A_value_never_breaks_the_columns()
    {
        var reply = Answer(Download("85"), Listed(Row with { Name = "甲\t乙\r\n丙\uD800", HospitalVisitNumber = "\u0000" }));
        var line = FileText(reply).Split("\r\n");
        Assert.That(line, Has.Length.EqualTo(2));
        Assert.That(line[0].Split('\t')[12], Is.EqualTo("甲 乙  丙?"));
    }

    [Test]
    public void The_file_name_is_harmless_and_fits_the_buffer()
    {
        var xml = Download("83", cycle: "../" + new string('9', 300)).Replace(">12<", @">C:\乙<").Replace("2048", "128");
        var name = Answer(xml, Listed(Row)).Output();
        Assert.That(name, Does.Match("^DZ_C____[_9]{32}\\.txt$"));
        Assert.That(Answer(xml, Listed(Row)).Element("file")!.Attribute("name")!.Value, Is.EqualTo(name));
    }

    [TestCase("936", "GB18030")]
    [TestCase("65001", "UTF-8")]
    public void The_file_is_in_the_workstations_code_page(string acp, string charset)
    {
        var xml = Download("85").Replace("version=\"1\"", $"version=\"1\" acp=\"{acp}\"");
        var reply = Answer(xml, Listed(Row with { Name = "㼆䶮𠮷" }));
        Assert.That(reply.Element("file")!.Attribute("charset")!.Value, Is.EqualTo(charset));
        Assert.That(FileText(reply), Does.Contain("\t㼆䶮𠮷\t"));
    }

    [Test]
    public void A_time_at_the_end_of_the_calendar_is_written_and_not_thrown() =>
        Assert.That(FileText(Answer(Download("85"), Listed(Row with { SettledAt = DateTimeOffset.MaxValue }))), Does.Contain("9999-12-31"));

    [TestCase("AKC195", "discharge_reason")]
    [TestCase("akc195", "discharge_reason")]
    [TestCase("AKC193", "diagnosis")]
    [TestCase("visit_kind", "visit_kind")]
    public void A_conversion_names_its_code_system_by_element_or_by_name(string type, string system) =>
        Assert.That(
            Operation<ConvertCode>(Conversion(type, "治愈")),
            Is.EqualTo(new ConvertCode { CodeSystem = system, Code = "治愈", Direction = HisConversionDirection.ToExchange }));

    [TestCase("?")]
    [TestCase("")]
    [TestCase("item")]
    public void A_conversion_of_an_unknown_type_asks_nobody(string type) => Assert.That(Operation<Acknowledge>(Conversion(type, "abc")), Is.Not.Null);

    [Test]
    public void A_conversion_returns_a_text_whatever_happens()
    {
        var xml = Conversion("AKC195", "a&<b ");
        var converted = new CodeConverted { TransactionId = "1", ConvertedCode = "9" };
        Assert.Multiple(() =>
        {
            Assert.That(Answer(xml, converted).ToString(SaveOptions.DisableFormatting), Does.Contain("<result>9</result>").And.Not.Contain("return="));
            foreach (var result in new HisResult[] { converted with { ConvertedCode = null }, Refused(), Pending, new Acknowledged { TransactionId = "" } })
                Assert.That(Answer(xml, result).Element("result")!.Value, Is.EqualTo("a&<b "), result.GetType().Name);
            Assert.That(Root(Dialect.EncodeFailure(Utf8(xml), Refused())).Element("result")!.Value, Is.EqualTo("a&<b "));
            Assert.That(Answer(xml.Replace("hospital=\"H53010000001\"", ""), Refused()).Element("result")!.Value, Is.EqualTo("a&<b "));
            Assert.That(Answer(Call("Conversion", ""), Refused()).Element("result")!.Value, Is.Empty);
        });
    }

    [TestCase(HisTransactionState.NotFound, "0", "0", "2")]
    [TestCase(HisTransactionState.Committed, "1", "0", "0")]
    [TestCase(HisTransactionState.Undone, "1", "1", "2")]
    [TestCase(HisTransactionState.Refused, "2", "0", "2")]
    [TestCase(HisTransactionState.Pending, "3", "0", "-2")]
    public void The_state_of_a_transaction_is_told_by_82_and_by_98(HisTransactionState state, string transaction, string cancel, string returnValue)
    {
        var found = new TransactionFound { TransactionId = "530000201606150910000000000099", State = state };
        var query = Call("CenterQuery", Param("TransCode", "82") + Param("SenderSerialNo", "FS1"));
        Assert.That(Operation<QueryTransaction>(query).OriginalTransactionId, Is.EqualTo("FS1"));
        Assert.That(Request(query).HisTransactionId, Is.Null, "a question must not take the serial it asks about");
        Assert.That(Answer(query, found).OutputElements().Values, Is.EqualTo(new[] { transaction, cancel }));

        Assert.That(Operation<QueryTransaction>(About("98", "14", "FS1")).OriginalTransactionId, Is.EqualTo("FS1"));
        Assert.That(Answer(About("98", "14", "FS1"), found).ReturnValue(), Is.EqualTo(returnValue));
    }

    [Test]
    public void A_resend_gives_out_no_handle_of_its_own()
    {
        var reply = Answer(About("98", "14", "FS1"), new TransactionFound { TransactionId = "530000201606150910000000000099", State = HisTransactionState.Committed });
        Assert.That(reply.Elements("out").Select(buffer => buffer.Value), Is.All.Empty);
    }

    [Test]
    public void A_correction_leaves_what_is_empty()
    {
        var update = Operation<UpdateVisit>(Business("15", Input([("AKC190", Visit), ("AKA130", ""), ("AKC193", "I20.000"), ("YKC600", "心绞痛"), ("YKC602", "I10.x00"), ("YKC011", "心内科"), ("YKC015", "")])));
        Assert.That((update.VisitKind, update.AdmissionDate, update.Department, update.Bed), Is.EqualTo(((string?)null, (DateOnly?)null, "心内科", (string?)null)));
        Assert.That(update.Diagnoses, Is.EqualTo(new[] { new HisDiagnosis { Code = "I20.000", Name = "心绞痛" }, new HisDiagnosis { Code = "I10.x00" } }));
        Assert.That(Operation<UpdateVisit>(Business("15", Input([("AKC190", Visit), ("YKC012", "18")]))).Diagnoses, Is.Null);
    }

    [Test]
    public void Anything_of_a_discharge_makes_a_15_the_discharge() =>
        Assert.That(Operation<Discharge>(Business("15", Input([("AKC190", Visit), ("AKC193", "I20.000"), ("YKC017", "经办员乙")]))).Diagnoses, Is.Empty);

    [Test]
    public void A_line_that_waits_for_a_mapping_is_no_unknown_result()
    {
        var held = Pending with { WaitingFor = ["HP0001"], Chinese = "等待 HP0001 的对照。" };
        Assert.That(Answer(Business("12", Input(Line)), held).ReturnValue(), Is.EqualTo("4"));
        Assert.That(Answer(Business("12", Input(Line)), held).Output(), Does.Contain("HP0001"));
    }

    [TestCase(null, "100")]
    [TestCase("SP0001", "1")]
    public void Approvals_are_counted(string? number, string kind)
    {
        var xml = Route("75", "<input><AKC170>7</AKC170></input>");
        Assert.That(Operation<LookUpApproval>(xml).Code, Is.Null);
        var elements = Answer(xml, new ApprovalLookedUp { TransactionId = "", ApprovalNumber = number }).OutputElements();
        Assert.That((elements["AKC180"], elements.GetValueOrDefault("AAE073_1"), elements.GetValueOrDefault("APPROVECNT")), Is.EqualTo((kind, number, number is null ? null : "1")));
    }

    private static SettlementsListed Listed(params HisSettlementRow[] rows) => new() { TransactionId = "1", Rows = rows };

    private static string Conversion(string type, string code) => Call("Conversion", Param("TtemType", type) + Param("OldItem", code));

    private static string FileText(XElement ydjy)
    {
        var file = ydjy.Element("file")!;
        return LegacyText.ByLabel(file.Attribute("charset")!.Value)!.GetString(Convert.FromBase64String(file.Value));
    }
}
