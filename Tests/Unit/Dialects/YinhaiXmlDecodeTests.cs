using System.Text;
using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Dialects.YinhaiXml;
using static ProvincialGateway.Tests.Dialects.YinhaiXmlMessages;

namespace ProvincialGateway.Tests.Dialects;

public sealed class YinhaiXmlDecodeTests
{
    [Test]
    public void The_dialect_introduces_itself()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Dialect.Name, Is.EqualTo("yinhai-xml"));
            Assert.That(Dialect.ContractVersion, Is.EqualTo(AdapterContract.Version));
            Assert.That(Dialect.Paths, Is.EqualTo(new[] { "/yinhai" }));
            Assert.That(Dialect.Describe("/yinhai", "?wsdl", new Uri("http://localhost/")), Is.Null);
        });
    }

    [TestCase("21", true), TestCase("22", true), TestCase("41", true), TestCase("42", true), TestCase("03", false), TestCase("23", false), TestCase("25", false)]
    [TestCase("26", false), TestCase("31", false), TestCase("33", false), TestCase("43", false)]
    public void Writing_trades_wait_for_their_confirmation(string code, bool isWriting) =>
        Assert.That(Request(Call(code, Input(Settlement.Concat(Admission)), Card)).NeedsConfirmation, Is.EqualTo(isWriting));

    [Test]
    public void Both_clients_register_the_same_admission()
    {
        var rg = Operation<RegisterAdmission>(Call("21", Input(Admission), Card));
        var yh = Operation<RegisterAdmission>(Call(
            "21", $"{YhHeader}<input>{string.Concat(Admission.Where(item => item.Name != "prm_aac001").Select(item => $"<{item.Name}>{item.Value}</{item.Name}>\r\n"))}</input>", Card));

        Assert.That(rg.Person.PersonNumber, Is.EqualTo("5301000001"));
        Assert.That(yh.Person, Is.EqualTo(rg.Person with { PersonNumber = null }));
        Assert.That(rg.Diagnoses, Is.EqualTo(yh.Diagnoses));
        Assert.That(yh with { Person = rg.Person, Diagnoses = rg.Diagnoses }, Is.EqualTo(rg));
        Assert.That((rg.VisitKind, rg.AdmissionDate), Is.EqualTo(("31", new DateOnly(2017, 6, 12))));
    }

    [TestCase("prm_yab139", "9900", "520000"), TestCase("prm_yab139", "5301", "530100"), TestCase("prm_yab003", "5301", "530100")]
    public void Without_a_card_the_echoed_sub_centre_says_the_insured_division(string element, string subCentre, string division) =>
        Assert.That(Operation<RegisterAdmission>(Call("21", Input([.. Admission, (element, subCentre)]))).Person, Is.EqualTo(new HisPersonReference { InsuredDivision = division, PersonNumber = "5301000001" }));

    [Test]
    public void An_admission_of_nobody_is_refused()
    {
        Assert.That(Refusal(Call("21", Input(Admission))).Field, Is.EqualTo("card"));
        Assert.That(Refusal(Call("21", Input([.. Admission.With("prm_aac001", ""), ("prm_yab139", "5301")]))).Field, Is.EqualTo("card"));
        Assert.That(Refusal(Call("21", Input([.. Admission, ("prm_yab139", "530")]))).Field, Is.EqualTo("insured_division"));
        Assert.That(Refusal(Call("03", Input([]))).Field, Is.EqualTo("card"));
    }

    [TestCase("530100|530102197601010019|A00000018|ID"), TestCase("5301|530102197601010019|A00000018|ID|甲|"), TestCase("530100|||ID|甲|")]
    public void A_card_that_identifies_nobody_is_refused(string card) => Assert.That(Refusal(Call("03", Input([]), card)).Field, Is.EqualTo("card"));

    [Test]
    public void A_name_the_card_reader_has_damaged_is_not_compared() =>
        Assert.That(Operation<VerifyPerson>(Call("03", "", Card.Replace("甲", "?"))).Person.Name, Is.Null);

    [Test]
    public void An_admission_without_a_hospital_number_is_recognised_when_it_comes_again()
    {
        string Number(string time, string person) => Operation<RegisterAdmission>(Call(
            "21", Input(Admission.With("prm_ykc010", "").With("prm_akc192", time).With("prm_aac001", person)), Card)).HospitalVisitNumber;

        var number = Number("2017-06-12 09:08:07", "5301000001");
        Assert.That(number, Does.Match("^YH[0-9A-F]{18}$").And.EqualTo(Number("2017-06-12 09:08:07", "5301000001")));
        Assert.That(new[] { number, Number("2017-06-12 09:08:08", "5301000001"), Number("2017-06-12 09:08:07", "5301000002") }, Is.Unique);
    }

    [TestCase("2017-06-12"), TestCase("2017-6-12"), TestCase("2017/6/12"), TestCase("2017-06-12 09:08:07"), TestCase("2017/6/12 9:08:07"), TestCase("2017/06/12 23:59"), TestCase("2017-06-12T09:08:07")]
    public void A_date_comes_as_databases_and_cultures_write_it(string written) =>
        Assert.That(Operation<RegisterAdmission>(Call("21", Input(Admission.With("prm_akc192", written)), Card)).AdmissionDate, Is.EqualTo(new DateOnly(2017, 6, 12)));

    [TestCase("2017-06-31"), TestCase("17-06-12"), TestCase("20170612"), TestCase("12/6/2017"), TestCase("2017-06-12 25:00:00"), TestCase("x")]
    public void A_date_that_is_none_is_refused_and_not_quoted(string written)
    {
        var refusal = Refusal(Call("21", Input(Admission.With("prm_akc192", written)), Card));
        Assert.That((refusal.Code, refusal.Field), Is.EqualTo(("INVALID_FIELD", "admission_date")));
        Assert.That(refusal.Chinese, Does.Contain("prm_akc192"));
    }

    [TestCase("<AKC190>{0}</AKC190>"), TestCase("<Prm_Akc190>{0}</Prm_Akc190>"), TestCase("<akc190>{0}</akc190>"), TestCase("<prm_akc190> {0} </prm_akc190 >"), TestCase("\r\n<prm_akc190>{0}</prm_akc190>\r\n ")]
    public void Names_count_in_any_case_with_or_without_their_prefix(string element)
    {
        var input = string.Format(System.Globalization.CultureInfo.InvariantCulture, element, Visit);
        Assert.That(Operation<CancelDischarge>(Call("26", $"{YhHeader}<INPUT>{input}<PROXY>1</PROXY></INPUT>")).Visit.VisitNumber, Is.EqualTo(Visit));
    }

    [TestCase("46a", "46A"), TestCase("46A", "46A"), TestCase("05A", "05a"), TestCase(" 05a ", "05a")]
    public void Codes_count_in_any_case(string written, string code) =>
        Assert.That(Request(Call(written, Input([("prm_begindate", "2017-06-20"), ("prm_enddate", "2017-06-20")]))).TransactionCode, Is.EqualTo(code));

    [Test]
    public void A_missing_input_is_an_empty_one() => Assert.That(Request(Method("call", Param("jybh", "52"))).Operation, Is.TypeOf<DescribeInstitution>());

    [Test]
    public void Lines_and_refunds_come_in_rows()
    {
        var upload = Operation<UploadFeeLines>(Call("31", Upload(Line, Line.With("yka105", "9000002").With("akc226", "-2").With("yka315", "-1.67"))));

        Assert.That(upload.Visit.VisitNumber, Is.EqualTo(Visit));
        Assert.That(upload.Lines.Select(line => (line.LineSerial, line.Quantity, line.AmountFen)), Is.EqualTo(new[] { ("9000001", 10m, 833L), ("9000002", -2m, -167L) }));
        Assert.That(upload.Lines[0] with { LineSerial = "", Quantity = 1, AmountFen = 1 }, Is.EqualTo(new HisFeeLine
        {
            LineSerial = "",
            LocalCode = "XJ01CAA040E001",
            LocalName = "阿莫西林胶囊",
            FeeCategory = "99",
            UnitPrice = 0.8333m,
            Quantity = 1,
            AmountFen = 1,
            FeeDate = new DateOnly(2017, 6, 15),
            Department = "呼吸内科",
        }));
    }

    [TestCase("NCL99999999", "123"), TestCase("", "123"), TestCase("XJ01CAA040E001", "XJ01CAA040E001")]
    public void An_item_without_centre_code_goes_under_the_hospitals_own(string centre, string expected) =>
        Assert.That(Operation<UploadFeeLines>(Call("31", Upload(Line.With("yka002", centre)))).Lines[0].LocalCode, Is.EqualTo(expected));

    [Test]
    public void A_line_written_flat_or_rows_without_a_list_are_read()
    {
        var flat = $"{YhHeader}<input><akc190>{Visit}</akc190>\r\n{Elements(Line)}</input>";
        var bare = $"<input><akc190>{Visit}</akc190><row>{Elements(Line)}</row><Row>{Elements(Line.With("yka105", "2"))}</Row></input>";

        Assert.That(Operation<UploadFeeLines>(Call("31", flat)).Lines.Select(line => line.LineSerial), Is.EqualTo(new[] { "9000001" }));
        Assert.That(Operation<UploadFeeLines>(Call("31", bare)).Lines.Select(line => line.LineSerial), Is.EqualTo(new[] { "9000001", "2" }));
    }

    [Test]
    public void An_upload_without_lines_is_refused() => Assert.That(Refusal(Call("31", Upload())).Field, Is.EqualTo("lines"));

    [TestCase("akc225", "0.83333", "unit_price"), TestCase("akc225", "-1", "unit_price"), TestCase("akc225", "1E3", "unit_price"), TestCase("akc226", "0", "quantity"), TestCase("akc226", "1.001", "quantity")]
    [TestCase("yka315", "1,000.00", "amount_fen"), TestCase("yka315", "8.335", "amount_fen"), TestCase("yke123", "2017", "fee_date"), TestCase("yka105", "", "line_serial"), TestCase("ykd126", " ", "local_name")]
    public void A_wrong_value_of_a_row_names_the_row(string element, string value, string field)
    {
        var refusal = Refusal(Call("31", Upload(Line, Line.With(element, value))));
        Assert.That(refusal.Field, Is.EqualTo($"lines[1].{field}"));
        Assert.That(refusal.Text, Does.Contain($"dataset/row[2]/{element} "));
    }

    private static IEnumerable<TestCaseData> Obligatory()
    {
        foreach (var name in new[] { "prm_akc192", "prm_yke120" })
            yield return new TestCaseData(Call("21", Input(Admission.With(name, "")), Card), name);
        foreach (var code in new[] { "22", "23", "25", "26", "32", "33", "41", "42", "43" })
            yield return new TestCaseData(Call(code, Input([])), "prm_akc190");
        yield return new TestCaseData(Call("31", Upload(Line).Replace($"<akc190>{Visit}</akc190>", "")), "akc190");
        yield return new TestCaseData(Call("32", Input([("akc190", Visit)])), "yka105");
        yield return new TestCaseData(Call("41", Input(Settlement.With("prm_hisfyze", ""))), "prm_hisfyze");
        yield return new TestCaseData(Call("42", Input(Settlement)), "prm_yka103");
        yield return new TestCaseData(Call("44", Input(Settlement)), "prm_yka103");
        yield return new TestCaseData(Call("46A", Input([("prm_begindate", "2017-06-20")])), "prm_enddate");
        yield return new TestCaseData(Call("25", Input([("prm_akc190", Visit), ("prm_ykd065", "I10.x00")])), "prm_akc196");
        yield return new TestCaseData(Method("call", Param("jysr_xml", Input([]))), "jybh");
        yield return new TestCaseData(Method("cancel", ""), "jylsh");
        yield return new TestCaseData(Method("confirm", Param("jylsh", TradeNumber)), "jyyzm");
        yield return new TestCaseData(Method("init", "", ""), "hospital");
    }

    [TestCaseSource(nameof(Obligatory))]
    public void A_missing_obligatory_value_is_named_as_the_hospital_knows_it(string xml, string element)
    {
        var refusal = Refusal(xml);
        Assert.That(refusal.Code, Is.EqualTo("MISSING_FIELD"), refusal.Text);
        Assert.That(refusal.Text, Does.Contain(element + " "));
    }

    [Test]
    public void Words_among_the_further_diagnoses_stay_in_the_hospital()
    {
        var discharge = Operation<Discharge>(Call("25", Input([("prm_akc190", Visit), ("prm_akc196", "J18.900"), ("prm_ykd065", "I10.x00"), ("prm_ykd018", "慢性胃炎"), ("prm_ykd025", "e11.900")])));

        Assert.That(discharge.Diagnoses.Select(diagnosis => diagnosis.Code), Is.EqualTo(new[] { "J18.900", "I10.x00", "e11.900" }));
        Assert.That(Operation<Discharge>(Call("25", Input([("prm_akc190", Visit)]))).Diagnoses, Is.Empty);
    }

    [Test]
    public void A_correction_leaves_what_is_empty()
    {
        var update = Operation<UpdateVisit>(Call("23", Input([("prm_akc190", Visit), ("prm_akc193", "肺炎"), ("prm_ykc011", "心内科"), ("prm_ykc012", "")])));
        Assert.That(update, Is.EqualTo(new UpdateVisit { Visit = new HisVisitReference { VisitNumber = Visit }, Department = "心内科" }));
    }

    [TestCase("A&B"), TestCase("A<B"), TestCase("&nbsp;"), TestCase("<b>")]
    public void What_is_not_escaped_is_refused_at_its_place(string name)
    {
        var refusal = Refusal(Call("31", Upload(Line.With("ykd126", name))));
        Assert.That((refusal.Code, refusal.Field), Is.EqualTo(("MALFORMED_MESSAGE", refusal.Field)));
        Assert.That(refusal.Field, Does.Match("^jysr_xml line 1 column [0-9]+$"));
        Assert.That(refusal.Text, Does.Not.Contain("阿莫西林"));
    }

    [TestCase("<input><dataset><column/></dataset></input>"), TestCase("<output/>"), TestCase("<input><a>1</a><A>1</A></input>"), TestCase("<input>x<a>1</a></input>"), TestCase("<input><a><b/></a></input>")]
    [TestCase("<!DOCTYPE input [<!ENTITY x \"y\">]><input>&x;</input>"), TestCase("jybh"), TestCase("<input>")]
    public void An_input_of_another_shape_is_refused(string input) => Assert.That(Refusal(Call("33", input)).Code, Is.EqualTo("MALFORMED_MESSAGE"));

    [Test]
    public void The_interfaces_own_limit_of_characters_is_kept()
    {
        var input = Input([("prm_akc190", Visit)]);
        var full = input.Replace("<proxy>", new string(' ', 65_534 - input.Length) + "<proxy>");

        Assert.That(full, Has.Length.EqualTo(65_534));
        Assert.That(Operation<WithdrawFeeLines>(Call("33", full)).Visit.VisitNumber, Is.EqualTo(Visit));
        Assert.That(Refusal(Call("33", full.Replace("<proxy>", " <proxy>"))).Field, Is.EqualTo("input"));
    }

    [Test]
    public void A_value_xml_cannot_carry_travels_as_base64_and_is_refused_inside()
    {
        string Encoded(string input) => Method("call", Param("jybh", "33") + $"<param name=\"jysr_xml\" encoding=\"base64\">{Convert.ToBase64String(Encoding.UTF8.GetBytes(input))}</param>");

        Assert.That(Operation<WithdrawFeeLines>(Encoded(Input([("prm_akc190", Visit)]))).Visit.VisitNumber, Is.EqualTo(Visit));
        Assert.That(Refusal(Encoded(Input([("prm_akc190", "S\0")]))).Field, Does.StartWith("jysr_xml line 1 column "));
        Assert.That(Refusal(Encoded("").Replace("base64\">", "base64\">#")).Field, Does.StartWith("yinhai line 1 column "));
    }

    [TestCase("71", "clearing"), TestCase("72b", "clearing"), TestCase("73", "clearing"), TestCase("74", "clearing"), TestCase("74a", "clearing")]
    [TestCase("75", "clearing"), TestCase("02", "password"), TestCase("51", "approvals"), TestCase("58", "approvals"), TestCase("57", "code tables"), TestCase("61", "code tables"), TestCase("91", "code tables")]
    [TestCase("RZ01", "code tables"), TestCase("T01", "code tables"), TestCase("T02", "code tables"), TestCase("T04", "code tables"), TestCase("Q99E", "unknown"), TestCase("99", "unknown")]
    public void What_this_node_does_not_do_is_refused_with_its_reason(string code, string reason)
    {
        var refusal = Refusal(Call(code, Input([])));
        Assert.That(refusal.Code, Is.EqualTo("UNKNOWN_TRANSACTION"));
        Assert.That(refusal.English, Does.Contain(reason));
    }

    [TestCase("call"), TestCase("yh_interface_call"), TestCase("YH_Interface_Call")]
    public void A_method_is_found_under_both_its_names(string method) => Assert.That(Request(Method(method, Param("jybh", "52"))).Operation, Is.TypeOf<DescribeInstitution>());

    [TestCase("yh_interface_transfer"), TestCase(""), TestCase("yh_interface_")]
    public void Another_method_is_refused(string method) => Assert.That(Refusal(Method(method, "")).Code, Is.EqualTo("UNKNOWN_TRANSACTION"));

    [TestCase("<yinhaiBatch/>"), TestCase("<yinhaiBatch><call/></yinhaiBatch>"), TestCase("<ydjy version=\"1\"/>"), TestCase("<yinhai version=\"2\" method=\"init\"/>"), TestCase("<yinhai"), TestCase(" ")]
    [TestCase("<yinhai method=\"init\" hospital=\"H\"><param>x</param></yinhai>"), TestCase("<yinhai method=\"init\" hospital=\"H\"><p name=\"a\"/></yinhai>")]
    [TestCase("<yinhai method=\"init\" hospital=\"H\"><param name=\"a\"><b/></param></yinhai>"), TestCase("<yinhai method=\"init\" hospital=\"H\"><param name=\"a\"/><param name=\"A\"/></yinhai>")]
    public void A_frame_that_is_not_understood_is_refused(string xml) => Assert.That(Refusal(xml).Code, Is.EqualTo("MALFORMED_MESSAGE"));

    [Test]
    public void Settings_that_cannot_be_used_are_refused_by_name()
    {
        DialectSettings With(params (string, string)[] more) => Settings([("visitKind", "31"), ("unlistedFeeCategory", "99"), .. more]);
        string NameOf(DialectSettings settings) => Assert.Throws<DialectSettingException>(() => _ = new YinhaiXmlDialect(settings))!.Name;

        Assert.Multiple(() =>
        {
            Assert.That(NameOf(DialectSettings.None), Is.EqualTo("visitKind"));
            Assert.That(NameOf(Settings(("visitKind", "31"))), Is.EqualTo("unlistedFeeCategory"));
            Assert.That(NameOf(With(("subCentres", "9900=5200"))), Is.EqualTo("subCentres"));
            Assert.That(NameOf(With(("subCentres", "9900=520000,9900=520100"))), Is.EqualTo("subCentres"));
            Assert.That(NameOf(With(("flavor", "RG"))), Is.EqualTo("flavor"));
            Assert.That(() => new YinhaiXmlDialect(With(("subCentres", " 9900 = 520000 , 9901=520100"))), Throws.Nothing);
        });
    }
}
