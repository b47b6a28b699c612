using System.Text;
using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;
using static ProvincialGateway.Tests.Dialects.YunnanYdjyMessages;

namespace ProvincialGateway.Tests.Dialects;

public sealed class YunnanYdjyDecodeTests
{
    private const string Card = "440100|440103195503030028|44010000020|ID|测试患者乙|";

    [Test]
    public void The_dialect_introduces_itself()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Dialect.Name, Is.EqualTo("yunnan-ydjy-xml"));
            Assert.That(Dialect.ContractVersion, Is.EqualTo(AdapterContract.Version));
            Assert.That(Dialect.Paths, Is.EqualTo(new[] { "/ydjy" }));
            Assert.That(Dialect.Describe("/ydjy", "?wsdl", new Uri("http://localhost/")), Is.Null);
        });
    }

    [Test]
    public void Rare_characters_arrive_whole_from_a_code_page_936_workstation()
    {
        var parts = $"<?xml version=\"1.0\" encoding=\"GBK\"?>{ReadCard("440100|1|2|3|㼆?𠮷|")}".Split("㼆?");
        byte[] body = [.. LegacyText.Gb18030.GetBytes(parts[0] + "㼆"), 0xFE, 0x9F, .. LegacyText.Gb18030.GetBytes(parts[1])];
        var operation = (VerifyPerson)Dialect.Decode(Message(body, "text/xml")).Requests.Single().Operation!;
        Assert.That(operation.Person.Name, Is.EqualTo("㼆䶮𠮷"));
    }

    [Test]
    public void The_private_use_character_is_mapped_in_utf_8_too() =>
        Assert.That(Operation<VerifyPerson>(ReadCard("440100|1|2|3|\uE863|")).Person.Name, Is.EqualTo("䶮"));

    [TestCase("text/xml; charset=utf-8", "GBK")]
    [TestCase("text/xml;charset=\"UTF8\"", "GB18030")]
    [TestCase("text/xml", "utf-8")]
    [TestCase("", "UTF-8")]
    public void The_http_charset_decides_before_the_declaration(string contentType, string declared)
    {
        var body = Encoding.UTF8.GetBytes($"<?xml version=\"1.0\" encoding=\"{declared}\"?>{ReadCard(Card)}");
        var reply = Dialect.Encode(Dialect.Decode(Message(body, contentType)), [new PersonVerified { TransactionId = "", Person = Person }]);
        Assert.That(Root(reply).OutputElements()["AAC003"], Is.EqualTo("测试患者乙"));
        Assert.That(reply.ContentType, Is.EqualTo("text/xml; charset=utf-8"));
    }

    [Test]
    public void A_byte_order_mark_is_no_obstacle() =>
        Assert.That(Dialect.Decode(Message([0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(ReadCard(Card))], "text/xml")).Requests.Single().Operation, Is.TypeOf<VerifyPerson>());

    [Test]
    public void One_blank_means_no_input_with_and_without_preserved_space()
    {
        var preserved = Business("11", Input(Admission)).Replace("4401000002", " ");
        var lost = preserved.Replace("xml:space=\"preserve\"", "");
        Assert.Multiple(() =>
        {
            Assert.That(Operation<RegisterAdmission>(preserved).Person.PersonNumber, Is.Null);
            Assert.That(Operation<RegisterAdmission>(lost).Person.PersonNumber, Is.Null);
            Assert.That(Refusal(Business("24", " ")).Field, Is.EqualTo("input_data"));
            Assert.That(Refusal(Business("24", " ").Replace("xml:space=\"preserve\"", "")).Field, Is.EqualTo("input_data"));
        });
    }

    [Test]
    public void A_null_pointer_is_a_value_not_given()
    {
        var xml = Business("11", Input(Admission)).Replace("<param name=\"PersonNo\">4401000002</param>", "<param name=\"PersonNo\" null=\"1\"/>");
        var person = Operation<RegisterAdmission>(xml).Person;
        Assert.That((person.PersonNumber, person.CardNumber), Is.EqualTo(((string?)null, "44010000020")));
    }

    [TestCase("936", 54936)]
    [TestCase("65001", 65001)]
    public void A_base64_parameter_is_in_the_workstations_code_page(string acp, int codePage)
    {
        var encoding = codePage == 65001 ? LegacyText.Utf8 : LegacyText.Gb18030;
        var raw = Convert.ToBase64String(encoding.GetBytes(Input(Line.With("AKC516", "\uE863氏膏"))));
        var xml = Call("YDJYBusiness_Handle", Param("TransCode", "12") + Param("SenderSerialNo", "FS9") + $"<param name=\"InputData\" encoding=\"base64\">{raw}</param>", $"hospital=\"H1\" acp=\"{acp}\"");
        Assert.That(Operation<UploadFeeLines>(xml).Lines[0].LocalName, Is.EqualTo("䶮氏膏"));
    }

    [TestCase("")]
    [TestCase("AA==")]
    public void Control_characters_hidden_in_base64_are_refused(string prefix)
    {
        var raw = Convert.ToBase64String([.. Convert.FromBase64String(prefix), .. Encoding.UTF8.GetBytes("12\u0001")]);
        var xml = Call("SIGNIN", $"<param name=\"OperatorNo\" encoding=\"base64\">{raw}</param>" + Param("SenderSerialNo", "FS9"));
        Assert.That(Refusal(xml).Field, Is.EqualTo("operator_number"));
    }

    [Test]
    public void Parameter_names_are_compared_without_case() =>
        Assert.That(Operation<OpenBusinessPeriod>(Call("SIGNIN", Param("operatorno", "12") + Param("SENDERSERIALNO", "FS9"))).OperatorNumber, Is.EqualTo("12"));

    [Test]
    public void A_parameter_given_twice_refuses_its_call_only()
    {
        var twice = Call("SIGNIN", Param("OperatorNo", "12") + Param("OPERATORNO", "13") + Param("SenderSerialNo", "FS9"));
        var envelope = Dialect.Decode(Utf8($"<ydjyBatch>{twice}{Business("24", Input([("AKC190", Visit)]))}</ydjyBatch>"));
        Assert.That(envelope.Requests.Select(request => request.Refusal?.Code), Is.EqualTo(new[] { "MALFORMED_MESSAGE", null }));
    }

    [TestCase("AT&T 药膏", "AT&T 药膏")]
    [TestCase("A&nbsp;B", "A&nbsp;B")]
    [TestCase("A&amp;B & C", "A&B & C")]
    [TestCase("A&lt;B", "A<B")]
    [TestCase("&", "&")]
    public void An_unescaped_ampersand_is_survived(string written, string read) =>
        Assert.That(Operation<UploadFeeLines>(Business("12", Input(Line.With("AKC516", written)))).Lines[0].LocalName, Is.EqualTo(read));

    [Test]
    public void An_unescaped_less_than_is_refused_with_its_position()
    {
        var refusal = Refusal(Business("12", Input(Line.With("AKC516", "A<B & C"))));
        Assert.That(refusal.Code, Is.EqualTo("MALFORMED_MESSAGE"));
        Assert.That(refusal.Field, Does.Match("^InputData line 1 column [0-9]+$"));
        Assert.That(refusal.Text, Does.Not.Contain("阿莫西林"));
    }

    [TestCase("", "Y000123")]
    [TestCase(" ", "Y000123")]
    [TestCase("9999999999", "Y000123")]
    [TestCase("XJ01CAA040E001", "XJ01CAA040E001")]
    public void An_item_without_centre_code_goes_under_the_hospitals_own(string centre, string expected) =>
        Assert.That(Operation<UploadFeeLines>(Business("12", Input(Line.With("AKC222", centre)))).Lines[0].LocalCode, Is.EqualTo(expected));

    [Test]
    public void A_fee_line_names_its_visit_by_the_hospitals_number_and_everything_else_by_the_issued_one()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Operation<UploadFeeLines>(Business("12", Input(Line))).Visit, Is.EqualTo(new HisVisitReference { HospitalVisitNumber = "ZY1" }));
            Assert.That(Operation<RefundFeeLine>(Business("23", Input(Refund))).Visit, Is.EqualTo(new HisVisitReference { VisitNumber = Visit }));
        });
    }

    [TestCase("5301", "530100")]
    [TestCase("4401", "440100")]
    public void A_pool_code_becomes_a_division(string area, string division) =>
        Assert.That(Operation<RegisterAdmission>(Business("11", Input(Admission)).Replace(">4401<", $">{area}<")).Person.InsuredDivision, Is.EqualTo(division));

    [Test]
    public void A_card_number_in_place_of_the_area_only_matters_where_the_area_is_needed()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Operation<LookUpItem>(Route("73", Input([("AKC222", ""), ("AKA111", "01"), ("AKC225", "0.8333")]))).UnitPrice, Is.EqualTo(0.8333m));
            Assert.That(Operation<LookUpApproval>(Route("74", Input([("AKC222", "4711"), ("AKC221", "2016/6/15 9:08:07")]))).Code, Is.EqualTo("4711"));
            Assert.That(Refusal(Business("11", Input(Admission)).Replace(">4401<", ">44010000020<")).Field, Is.EqualTo("insured_division"));
        });
    }

    private static IEnumerable<TestCaseData> Obligatory()
    {
        foreach (var name in new[] { "YKC010", "AKA130", "AKC192", "AKC193" })
            yield return new TestCaseData(Business("11", Input(Admission.With(name, " "))), name);
        foreach (var name in new[] { "AKC190", "AKC231", "AKC516", "AKA111", "AKC225", "AKC226", "AKC227", "AKC221" })
            yield return new TestCaseData(Business("12", Input(Line.With(name, ""))), name);
        yield return new TestCaseData(Business("12", Input(Line.With("AKC222", "").With("AKC515", ""))), "AKC515");
        foreach (var name in new[] { "AKC190", "HANDLEID", "CANCELCNT", "CANCELFEE" })
            yield return new TestCaseData(Business("23", Input(Refund.Where(item => item.Name != name))), name);
        foreach (var name in new[] { "AKC190", "AKC064" })
            yield return new TestCaseData(Route("72", Input(Preview.With(name, ""))), name);
        foreach (var name in new[] { "AKC190", "AKA050" })
            yield return new TestCaseData(Business("14", Input(Settlement.With(name, ""))), name);
        foreach (var name in new[] { "AKC190", "HANDLEID" })
            yield return new TestCaseData(Business("21", Input(Cancellation.With(name, ""))), name);
        yield return new TestCaseData(Business("24", Input([])), "AKC190");
        yield return new TestCaseData(Business("24", ""), "InputData");
        yield return new TestCaseData(Business("15", Input([("AKC190", Visit), ("YKC600", "股骨颈骨折")])), "AKC195");
        yield return new TestCaseData(Business("22", Input([("AKC190", Visit)])), "HANDLEID");
        yield return new TestCaseData(Call("CenterQuery", Param("TransCode", "82")), "SenderSerialNo");
        yield return new TestCaseData(Call("CenterQuery", Param("TransCode", "84") + Param("InputData", "<input><OPERID>12</OPERID></input>")), "BATNO");
        yield return new TestCaseData(SignOut(Totals, cycle: " "), "BusiCycleNo");
        yield return new TestCaseData(SignOut([]).Replace("&lt;input&gt;&lt;/input&gt;", ""), "CheckAccInfo");
        foreach (var name in new[] { "POSNUM", "NEGNUM", "AKC264", "AKC255", "AKC260" })
            yield return new TestCaseData(SignOut(Totals.With(name, "")), name);
        yield return new TestCaseData(Download("83", cycle: ""), "BusiCycleNo");
        yield return new TestCaseData(Business("11", Input(Admission)).Replace(">4401<", "><"), "InsuredAreaNo");
        yield return new TestCaseData(Business("11", Input(Admission)).Replace(">4401000002<", "><").Replace(">44010000020<", "><"), "PersonNo");
        yield return new TestCaseData(Business("24", Input([("AKC190", Visit)]), serial: " "), "SenderSerialNo");
        yield return new TestCaseData(Call("SIGNIN", Param("SenderSerialNo", "FS9")), "OperatorNo");
        yield return new TestCaseData(Call("SIReadCard", Out("OutputDate")), "CardData");
        yield return new TestCaseData(Call("YDJYDLLINIT", "", ""), "hospital");
    }

    [TestCaseSource(nameof(Obligatory))]
    public void A_missing_obligatory_value_is_named_as_the_hospital_knows_it(string xml, string element)
    {
        var refusal = Refusal(xml);
        Assert.That(refusal.Code, Is.EqualTo("MISSING_FIELD"));
        Assert.That(refusal.Text, Does.Contain(element + " "));
        Assert.That(refusal.Field, Does.Match(@"^[a-z_]+(\[[0-9]\])?(\.[a-z_]+)?$"));
    }

    [TestCase("AKC225", "0.83333", "lines[0].unit_price")]
    [TestCase("AKC225", "-1", "lines[0].unit_price")]
    [TestCase("AKC225", "1,000.00", "lines[0].unit_price")]
    [TestCase("AKC225", "1E3", "lines[0].unit_price")]
    [TestCase("AKC226", "0.00", "lines[0].quantity")]
    [TestCase("AKC226", "1.001", "lines[0].quantity")]
    [TestCase("AKC227", "20.001", "lines[0].amount_fen")]
    [TestCase("AKC221", "2016/6/15", "lines[0].fee_date")]
    [TestCase("AKC221", "2016-02-30", "lines[0].fee_date")]
    [TestCase("AKC516", "a\tb", "lines[0].local_name")]
    public void A_wrong_value_is_refused_and_never_rounded(string element, string value, string field)
    {
        var refusal = Refusal(Business("12", Input(Line.With(element, value))));
        Assert.That((refusal.Code, refusal.Field), Is.EqualTo(("INVALID_FIELD", field)));
    }

    [TestCase("CANCELCNT", "-4", "quantity")]
    [TestCase("CANCELCNT", "0", "quantity")]
    [TestCase("CANCELFEE", "0.00", "amount_fen")]
    public void A_refund_is_positive(string element, string value, string field) =>
        Assert.That(Refusal(Business("23", Input(Refund.With(element, value)))).Field, Is.EqualTo(field));

    [Test]
    public void Only_a_final_settlement_is_booked() =>
        Assert.That(Refusal(Business("14", Input(Settlement.With("AKA050", "2")))), Has.Property("Field").EqualTo("settlement_kind").And.Property("English").Contain("no interim one"));

    [Test]
    public void A_kind_that_begins_with_1_opens_a_clinic_visit()
    {
        var visit = Operation<RegisterOutpatient>(Business("11", Input([.. Admission.With("AKA130", "11"), ("AKA123", "0"), ("AKA120", "S72.000")])));
        var chronic = Operation<RegisterOutpatient>(Business("11", Input([.. Admission.With("AKA130", "14"), ("AKA123", "1"), ("AKA120", "M03900")])));
        using (Assert.EnterMultipleScope())
        {
            Assert.That((visit.VisitKind, visit.ChronicDisease), Is.EqualTo(("11", (string?)null)), "AKA120 repeats the diagnosis.");
            Assert.That((chronic.VisitKind, chronic.ChronicDisease), Is.EqualTo(("14", "M03900")));
            Assert.That(Refusal(Business("11", Input([.. Admission.With("AKA130", "14"), ("AKA123", "1"), ("AKA120", "")]))).Field, Is.EqualTo("chronic_disease"));
        }
    }

    [TestCase("100.00", 10000L)]
    [TestCase("0", 0L)]
    [TestCase("", null)]
    public void The_account_wish_distinguishes_none_from_zero(string written, long? fen) =>
        Assert.That(Operation<Settle>(Business("14", Input(Settlement.With("AKC255", written)))).AccountRequestedFen, Is.EqualTo(fen));

    [TestCase("440100|440103195503030028|44010000020|ID", "card_data")]
    [TestCase("4401|440103195503030028|44010000020|ID|测试患者乙|", "card_data")]
    [TestCase("440100|||ID|测试患者乙|", "card_data")]
    public void A_card_that_identifies_nobody_is_refused(string card, string field) => Assert.That(Refusal(ReadCard(card)).Field, Is.EqualTo(field));

    [TestCase("YDJYBusiness_Handle", "00")]
    [TestCase("YDJYBusiness_Handle", "81")]
    [TestCase("CenterQuery", "11")]
    [TestCase("BatchDownload", "84")]
    [TestCase("ModifyPassword", "")]
    [TestCase("", "")]
    public void What_this_interface_does_not_do_is_refused(string function, string code) =>
        Assert.That(Refusal(Call(function, Param("TransCode", code))).Code, Is.EqualTo("UNKNOWN_TRANSACTION"));

    [TestCase("<ydjyBatch/>")]
    [TestCase("<ydjyBatch><call/></ydjyBatch>")]
    [TestCase("<his version=\"1\"/>")]
    [TestCase("<ydjy version=\"2\" function=\"YDJYDLLINIT\"/>")]
    [TestCase("<ydjy")]
    [TestCase("   ")]
    public void A_frame_that_is_not_understood_refuses_the_message(string xml) => Assert.That(Refusal(xml).Code, Is.EqualTo("MALFORMED_MESSAGE"));

    [TestCase("<param>x</param>")]
    [TestCase("<parameter name=\"a\"/>")]
    [TestCase("<out name=\"OutputDate\" size=\"0\"/>")]
    [TestCase("<out name=\"OutputDate\" size=\"99999999999\"/>")]
    [TestCase("<out name=\"OutputDate\" size=\"-1\"/>")]
    [TestCase("<param name=\"a\"><b/></param>")]
    public void A_call_with_a_broken_child_is_refused(string child) => Assert.That(Refusal(Call("YDJYDLLINIT", child)).Code, Is.EqualTo("MALFORMED_MESSAGE"));

    [TestCase("<output><AKC190>1</AKC190></output>")]
    [TestCase("<input><AKC190>1</AKC190><AKC190>2</AKC190></input>")]
    [TestCase("<input>x<AKC190>1</AKC190></input>")]
    [TestCase("<input><AKC190><X>1</X></AKC190></input>")]
    [TestCase("<!DOCTYPE input [<!ENTITY x \"1\">]><input><AKC190>&x;</AKC190></input>")]
    [TestCase("AKC190")]
    public void An_input_that_is_not_flat_is_refused(string input) => Assert.That(Refusal(Business("24", input)).Code, Is.EqualTo("MALFORMED_MESSAGE"));

    [Test]
    public void Unknown_elements_and_the_order_of_elements_do_not_matter() =>
        Assert.That(Operation<UploadFeeLines>(Business("12", Input(Line.Reverse().Prepend(("NEW", "x"))))).Lines[0].LineSerial, Is.EqualTo("9000001"));

    [Test]
    public void A_buffer_too_small_for_the_reply_is_refused_before_anything_is_booked()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Refusal(Business("14", Input(Settlement), size: 16)).Field, Is.EqualTo("out_size"));
            Assert.That(Refusal(Business("14", Input(Settlement)).Replace("\"ReceiverSerialNo\" size=\"2048\"", "\"ReceiverSerialNo\" size=\"30\"")).Field, Is.EqualTo("out_size"));
            Assert.That(Operation<Discharge>(Business("15", Input([("AKC190", Visit), ("AKC195", "好转")]), size: 1)).DischargeReason, Is.EqualTo("好转"));
        });
    }
}
