using System.Text;
using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Dialects.Province2016Xml;

namespace ProvincialGateway.Tests.Dialects;

public sealed class Province2016XmlDecodeTests
{
    private const string Settlement = "0304-settle";
    private const string Upload = "0301-upload-fees";

    private readonly Province2016XmlDialect _dialect = new();

    [Test]
    public void The_reply_speaks_the_callers_soap_version_and_service(
        [Values(Province2016XmlSamples.Soap11, Province2016XmlSamples.Soap12)] string soap,
        [Values(Province2016XmlSamples.Tempuri, Province2016XmlSamples.Agency)] string service)
    {
        var message = Province2016XmlSamples.Posted(Province2016XmlSamples.Envelope("0304", Province2016XmlSamples.Inner(Settlement), soap, service));

        var envelope = _dialect.Decode(message);
        var reply = _dialect.Encode(envelope, Province2016XmlSamples.Results(Settlement));

        Assert.That(envelope.Requests[0].Operation, Is.TypeOf<Settle>());
        var text = Encoding.UTF8.GetString(reply.Body);
        Assert.That(reply.ContentType, Is.EqualTo(soap == Province2016XmlSamples.Soap11 ? "text/xml; charset=utf-8" : "application/soap+xml; charset=utf-8"));
        Assert.That(text, Does.Contain($"xmlns:soap=\"{soap}\"").And.Contain($"<CallServiceResponse xmlns=\"{service}\">"));
        Assert.That(text, Does.Contain(service == Province2016XmlSamples.Tempuri ? "<CallServiceResult>&lt;" : "<return>&lt;"));
        Assert.That(Province2016XmlSamples.Result(reply).Text("output/aaz216"), Does.StartWith("A530100"));
    }

    [TestCase("GBK"), TestCase("gb2312"), TestCase("\"GB18030\"")]
    public void A_body_in_a_chinese_charset_keeps_every_character(string label)
    {
        var inner = Province2016XmlSamples.Inner("0212-register-admission").Replace("测试联系人乙", "㼆䶮𠮷", StringComparison.Ordinal);
        var message = Province2016XmlSamples.Posted(Province2016XmlSamples.Envelope("0212", inner), $"text/xml;charset={label}", LegacyText.Gb18030);

        Assert.That(((RegisterAdmission)Operation(message)).ContactName, Is.EqualTo("㼆䶮𠮷"));
    }

    [Test]
    public void Without_a_charset_in_the_header_the_declaration_of_the_envelope_decides()
    {
        var inner = Province2016XmlSamples.Inner("0212-register-admission");
        var envelope = Province2016XmlSamples.Envelope("0212", inner, declaration: "<?xml version='1.0' encoding='GB2312'?>");

        Assert.That(((RegisterAdmission)Operation(Province2016XmlSamples.Posted(envelope, "text/xml", LegacyText.Gb18030))).ContactName, Is.EqualTo("测试联系人乙"));
    }

    [Test]
    public void The_charset_in_the_header_wins_over_the_declaration()
    {
        var envelope = Province2016XmlSamples.Envelope("0212", Province2016XmlSamples.Inner("0212-register-admission"), declaration: "<?xml version='1.0' encoding='GBK'?>");

        Assert.That(((RegisterAdmission)Operation(Province2016XmlSamples.Posted(envelope))).ContactName, Is.EqualTo("测试联系人乙"));
    }

    [TestCase("utf-16"), TestCase("iso-8859-1"), TestCase("x")]
    public void An_unknown_charset_is_refused_and_named(string label)
    {
        var refusal = Refusal(Province2016XmlSamples.Call("0304", Province2016XmlSamples.Inner(Settlement), $"text/xml; charset={label}"));

        Assert.That((refusal.Code, refusal.Field), Is.EqualTo(("MALFORMED_MESSAGE", "Content-Type charset")));
    }

    [TestCase("<?xml version=\"1.0\" encoding=\"GBK\" standalone=\"yes\"?>")]
    [TestCase("<?xml version='1.0' encoding='GBK' ?>")]
    [TestCase("<?xml version='1.0' encoding='GBK'?>\r\n   ")]
    [TestCase("\r\n  <?xml version='1.0' encoding='no such encoding'?>\n")]
    [TestCase("\uFEFF<?xml version=\"1.0\"?>")]
    [TestCase(" \t\n")]
    [TestCase("")]
    public void The_declaration_inside_is_only_a_label(string declaration)
    {
        var inner = Province2016XmlSamples.Inner(Settlement);
        var bare = inner[inner.IndexOf("<input>", StringComparison.Ordinal)..];

        Assert.That(Operation(Province2016XmlSamples.Call("0304", declaration + bare)), Is.EqualTo(Operation(Province2016XmlSamples.Call("0304", inner))));
    }

    [TestCase("\n                            "), TestCase("\r\n\t"), TestCase("<!-- - -->")]
    public void White_space_and_comments_between_elements_mean_nothing(string between)
    {
        var inner = Province2016XmlSamples.Inner(Upload);
        var spaced = inner.Replace("><", $">{between}<", StringComparison.Ordinal);

        var lines = ((UploadFeeLines)Operation(Province2016XmlSamples.Call("0301", spaced))).Lines;

        Assert.That(lines, Is.EqualTo(((UploadFeeLines)Operation(Province2016XmlSamples.Call("0301", inner))).Lines));
    }

    [Test]
    public void Absent_empty_and_self_closed_elements_are_the_same()
    {
        var inner = Province2016XmlSamples.Inner(Settlement);
        string[] forms = ["<aae072></aae072>", "<aae072/>", "<aae072 />", "<aae072>  </aae072>", ""];

        Assert.That(
            forms.Select(form => Operation(Province2016XmlSamples.Call("0304", inner.Replace("<aae072>1111</aae072>", form, StringComparison.Ordinal)))),
            Is.All.EqualTo(Operation(Province2016XmlSamples.Call("0304", inner))));
    }

    [Test]
    public void A_real_receipt_number_is_kept_and_the_placeholder_is_not()
    {
        var inner = Province2016XmlSamples.Inner(Settlement);
        var real = inner.Replace("<aae072>1111</aae072>", "<aae072>4400171130</aae072>", StringComparison.Ordinal);

        Assert.That(((Settle)Operation(Province2016XmlSamples.Call("0304", inner))).InvoiceNumber, Is.Null);
        Assert.That(((Settle)Operation(Province2016XmlSamples.Call("0304", real))).InvoiceNumber, Is.EqualTo("4400171130"));
    }

    [TestCase("0"), TestCase("1"), TestCase("")]
    public void The_account_flag_leaves_the_account_to_the_insured_provinces_policy(string flag)
    {
        var inner = Province2016XmlSamples.Inner(Settlement).Replace("<ake122>0</ake122>", $"<ake122>{flag}</ake122>", StringComparison.Ordinal);

        Assert.That(((Settle)Operation(Province2016XmlSamples.Call("0304", inner))).AccountRequestedFen, Is.Null);
    }

    [Test]
    public void An_interim_settlement_is_read_in_both_forms_and_any_other_kind_is_refused()
    {
        var cross = Province2016XmlSamples.Inner(Settlement).Replace("<ake170>0</ake170>", "<ake170>1</ake170>", StringComparison.Ordinal);
        var intra = Province2016XmlSamples.Inner("0304-settle-within-province").Replace("<ykc675>1</ykc675>", "<ykc675>3</ykc675>", StringComparison.Ordinal);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(((Settle)Operation(Province2016XmlSamples.Call("0304", cross))).Interim, Is.True);
            Assert.That(((Settle)Operation(Province2016XmlSamples.Call("0304", intra))).Interim, Is.True);
            Assert.That(((Settle)Operation(Province2016XmlSamples.Sample(Settlement))).Interim, Is.Null);
            Assert.That(Refusal(Province2016XmlSamples.Call("0304", cross.Replace("<ake170>1", "<ake170>2", StringComparison.Ordinal))).Chinese, Does.Contain("ake170"));
            Assert.That(Refusal(Province2016XmlSamples.Call("0304", intra.Replace("<ykc675>3", "<ykc675>0", StringComparison.Ordinal))).Chinese, Does.Contain("ykc675"));
        }
    }

    [Test]
    public void A_refund_line_has_negative_quantity_and_amount_and_a_positive_price()
    {
        var refund = ((UploadFeeLines)Operation(Province2016XmlSamples.Sample(Upload))).Lines[2];

        Assert.That((refund.Quantity, refund.UnitPrice, refund.AmountFen), Is.EqualTo((-10m, 0.52m, -520L)));
    }

    [Test]
    public void Trailing_zeros_are_no_difference()
    {
        var inner = Province2016XmlSamples.Inner(Upload);
        var padded = inner.Replace("<akc226>24</akc226>", "<akc226>24.00</akc226>", StringComparison.Ordinal);

        var line = ((UploadFeeLines)Operation(Province2016XmlSamples.Call("0301", padded))).Lines[0];

        Assert.That(line.Quantity.ToString(System.Globalization.CultureInfo.InvariantCulture), Is.EqualTo("24"));
    }

    [Test]
    public void More_than_a_hundred_rows_are_accepted()
    {
        var inner = Province2016XmlSamples.Inner(Upload);
        var row = inner[inner.IndexOf("<row>", StringComparison.Ordinal)..(inner.IndexOf("</row>", StringComparison.Ordinal) + "</row>".Length)];
        var many = inner.Replace("</detail>", string.Concat(Enumerable.Repeat(row, 300)) + "</detail>", StringComparison.Ordinal);

        Assert.That(((UploadFeeLines)Operation(Province2016XmlSamples.Call("0301", many))).Lines, Has.Count.EqualTo(303));
    }

    [TestCase("0301", Upload, "ykc700", "visit.visit_number")]
    [TestCase("0301", Upload, "ykc610", "lines[0].line_serial")]
    [TestCase("0301", Upload, "ake005", "lines[0].local_code")]
    [TestCase("0301", Upload, "ake006", "lines[0].local_name")]
    [TestCase("0301", Upload, "yka111", "lines[0].fee_category")]
    [TestCase("0301", Upload, "akc225", "lines[0].unit_price")]
    [TestCase("0301", Upload, "akc226", "lines[0].quantity")]
    [TestCase("0301", Upload, "akc264", "lines[0].amount_fen")]
    [TestCase("0301", Upload, "akc221", "lines[0].fee_date")]
    [TestCase("0301", Upload, "row", "lines")]
    [TestCase("0301", Upload, "detail", "lines")]
    [TestCase("0304", Settlement, "ykc700", "visit.visit_number")]
    [TestCase("0304", Settlement, "akc264", "claimed_total_fen")]
    [TestCase("0212", "0212-register-admission", "aab301", "person.insured_division")]
    [TestCase("0212", "0212-register-admission", "akc190", "hospital_visit_number")]
    [TestCase("0212", "0212-register-admission", "aka130", "visit_kind")]
    [TestCase("0212", "0212-register-admission", "akc193", "diagnoses[0].code")]
    [TestCase("0212", "0212-register-admission", "ykc701", "admission_date")]
    [TestCase("0215", "0215-discharge", "akc196", "diagnoses[0].code")]
    public void A_missing_field_is_refused_by_its_own_name_and_its_element(string code, string sample, string element, string field)
    {
        var inner = Province2016XmlSamples.Inner(sample)
            .Replace($"<{element}>", $"<was_{element}>", StringComparison.Ordinal).Replace($"</{element}>", $"</was_{element}>", StringComparison.Ordinal);

        var refusal = Refusal(Province2016XmlSamples.Call(code, inner));

        Assert.That((refusal.Code, refusal.Field), Is.EqualTo(("MISSING_FIELD", field)));
        Assert.That(refusal.Chinese, Does.Contain(element));
        Assert.That(refusal.English, Does.Contain(element));
    }

    [TestCase("<row>", "<x><row>", "</row>", "</row></x>")]
    [TestCase("<detail>", "", "</detail>", "")]
    public void Rows_count_only_directly_inside_detail(string open, string openAs, string close, string closeAs)
    {
        var inner = Province2016XmlSamples.Inner(Upload).Replace(open, openAs, StringComparison.Ordinal).Replace(close, closeAs, StringComparison.Ordinal);

        Assert.That(Refusal(Province2016XmlSamples.Call("0301", inner)).Field, Is.EqualTo("lines"));
    }

    [TestCase("sign"), TestCase("transid"), TestCase("yab600"), TestCase("yab060"), TestCase("aab299"), TestCase("akb021")]
    public void Elements_that_clients_leave_empty_are_never_required(string element)
    {
        var inner = Province2016XmlSamples.Inner("0212-register-admission");
        var without = System.Text.RegularExpressions.Regex.Replace(inner, $"<{element}>[^<]*</{element}>", "");

        Assert.That(without, Has.Length.LessThan(inner.Length));
        Assert.That(((RegisterAdmission)Operation(Province2016XmlSamples.Call("0212", without))).HospitalVisitNumber, Is.EqualTo("0000012345"));
    }

    [TestCase("2017-06-15"), TestCase("20170631"), TestCase("2017061"), TestCase("20170615 "), TestCase("201706152"), TestCase("2017061525"), TestCase("x")]
    public void A_bad_date_is_refused_without_quoting_it(string date)
    {
        // White space around a value is no fault, so that case is the control.
        var inner = Province2016XmlSamples.Inner(Upload).Replace("<akc221>20170615</akc221>", $"<akc221>{date}</akc221>", StringComparison.Ordinal);
        var request = _dialect.Decode(Province2016XmlSamples.Call("0301", inner)).Requests[0];

        if (date.EndsWith(' '))
            Assert.That(request.Operation, Is.Not.Null);
        else
            Assert.That((request.Refusal?.Code, request.Refusal?.Field, request.Refusal?.Text.Contains(date + "”", StringComparison.Ordinal)), Is.EqualTo(("INVALID_FIELD", "lines[0].fee_date", false)));
    }

    [TestCase("20170615"), TestCase("2017061509"), TestCase("20170615093011")]
    public void A_date_may_carry_a_time_nobody_needs(string date)
    {
        var inner = Province2016XmlSamples.Inner(Upload).Replace("<akc221>20170615</akc221>", $"<akc221>{date}</akc221>", StringComparison.Ordinal);

        Assert.That(((UploadFeeLines)Operation(Province2016XmlSamples.Call("0301", inner))).Lines[0].FeeDate, Is.EqualTo(new DateOnly(2017, 6, 15)));
    }

    [TestCase("akc225", "0.8333", "0.83333"), TestCase("akc225", "0.8333", "-1"), TestCase("akc225", "0.8333", "1,000.00"), TestCase("akc225", "0.8333", "1e3")]
    [TestCase("akc226", "24", "0"), TestCase("akc226", "24", "1.005"), TestCase("akc226", "24", "二"), TestCase("akc226", "24", "24-")]
    [TestCase("akc264", "20.00", "20.005"), TestCase("akc264", "20.00", "99999999999999999999"), TestCase("akc264", "20.00", "20。00"), TestCase("akc264", "20.00", "NaN")]
    public void A_bad_number_is_refused_and_located(string element, string good, string bad)
    {
        var inner = Province2016XmlSamples.Inner(Upload).Replace($"<{element}>{good}</{element}>", $"<{element}>{bad}</{element}>", StringComparison.Ordinal);

        var refusal = Refusal(Province2016XmlSamples.Call("0301", inner));

        Assert.That(refusal.Code, Is.EqualTo("INVALID_FIELD"));
        Assert.That(refusal.Chinese, Does.Contain($"detail/row[1]/{element}"));
        Assert.That(refusal.Field, Does.StartWith("lines[0]."));
    }

    [Test]
    public void A_fault_in_a_later_row_names_that_row()
    {
        var inner = Province2016XmlSamples.Inner(Upload).Replace("-5.20", "-5,20", StringComparison.Ordinal);

        var refusal = Refusal(Province2016XmlSamples.Call("0301", inner));

        Assert.That(refusal.Field, Is.EqualTo("lines[2].amount_fen"));
        Assert.That(refusal.English, Does.Contain("detail/row[3]/akc264"));
    }

    [Test]
    public void An_element_that_appears_twice_is_refused()
    {
        var inner = Province2016XmlSamples.Inner(Settlement).Replace("<ake171>0</ake171>", "<akc264>1.00</akc264>", StringComparison.Ordinal);

        Assert.That(Refusal(Province2016XmlSamples.Call("0304", inner)).Field, Is.EqualTo("claimed_total_fen"));
    }

    [TestCase("测试A&B", "测试A&B"), TestCase("&", "&"), TestCase("A&amp;B", "A&B"), TestCase("A&amp;B&C&#66;", "A&B&CB"), TestCase("&nbsp;", "&nbsp;")]
    public void A_bare_ampersand_is_survived(string written, string meant)
    {
        var inner = Province2016XmlSamples.Inner("1904-verify-card").Replace("测试患者甲", written, StringComparison.Ordinal);

        Assert.That(((VerifyPerson)Operation(Province2016XmlSamples.Call("1904", inner))).Person.Name, Is.EqualTo(meant));
    }

    [TestCase("测试<甲"), TestCase("A&B<")]
    public void A_bare_angle_bracket_is_refused_at_its_line_and_column(string written)
    {
        var inner = Province2016XmlSamples.Inner("1904-verify-card").Replace("测试患者甲", written, StringComparison.Ordinal);
        var line = inner.Split('\n')[2];

        var refusal = Refusal(Province2016XmlSamples.Call("1904", inner));

        Assert.That(refusal.Code, Is.EqualTo("MALFORMED_MESSAGE"));
        Assert.That(refusal.Field, Does.Match("^Inxml line 3 column [0-9]+$"));
        var column = int.Parse(refusal.Field.Split(' ')[^1], System.Globalization.CultureInfo.InvariantCulture);
        Assert.That(column, Is.InRange(line.IndexOf(written, StringComparison.Ordinal) + 1, line.Length + 1));
        Assert.That(refusal.Text, Does.Not.Contain(written));
    }

    [TestCase("<!DOCTYPE input [<!ENTITY x 'y'>]><input>&x;</input>")]
    [TestCase("<!DOCTYPE input SYSTEM 'file:///etc/passwd'><input/>")]
    public void A_document_type_is_refused_inside_and_outside(string document)
    {
        Assert.That(Refusal(Province2016XmlSamples.Call("0304", document)).English, Does.Contain("DTD"));
        Assert.That(Refusal(Province2016XmlSamples.Posted(document)).English, Does.Contain("DTD"));
    }

    [Test]
    public void A_deep_message_is_refused_inside_and_outside()
    {
        var deep = string.Concat(Enumerable.Repeat("<input>", 100_000));

        Assert.That(Refusal(Province2016XmlSamples.Call("0304", deep)).English, Does.Contain("nested deeper"));
        Assert.That(Refusal(Province2016XmlSamples.Posted(deep)).English, Does.Contain("nested deeper"));
    }

    [TestCase("", "Inxml line 1 column 1"), TestCase("   ", "Inxml line 1 column 1"), TestCase("<output></output>", "Inxml line 1 column 1"), TestCase("ABC", "Inxml line 1 column 1")]
    public void A_text_that_is_no_input_is_refused(string inner, string position) =>
        Assert.That(Refusal(Province2016XmlSamples.Call("0304", inner)).Field, Is.EqualTo(position));

    [Test]
    public void A_zero_byte_is_refused_at_its_position()
    {
        var body = Province2016XmlSamples.Bytes(Settlement, "request.bin");
        body[500] = 0;

        Assert.That(Refusal(Province2016XmlSamples.Posted(body)).Field, Does.StartWith("SOAP line 1 column "));
    }

    [Test]
    public void A_byte_outside_the_charset_is_refused_at_its_offset()
    {
        var body = Province2016XmlSamples.Bytes(Settlement, "request.bin");
        body[500] = 0xFF;

        Assert.That(Refusal(Province2016XmlSamples.Posted(body)).Field, Is.EqualTo("SOAP byte 500"));
    }

    [TestCase("<x/>")]
    [TestCase("<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'/>")]
    [TestCase("<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'><e:Body/></e:Envelope>")]
    [TestCase("<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'><e:Body><HelloWorld xmlns='http://tempuri.org/'/></e:Body></e:Envelope>")]
    [TestCase("<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'><e:Body><CallService xmlns='urn:other'/></e:Body></e:Envelope>")]
    [TestCase("<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'><e:Body><CallService xmlns='http://tempuri.org/'><TransNo>1</TransNo><TransNo>2</TransNo></CallService></e:Body></e:Envelope>")]
    [TestCase("<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'><e:Body><CallService xmlns='http://tempuri.org/'><TransNo>0304</TransNo><Inxml><input/></Inxml></CallService></e:Body></e:Envelope>")]
    public void Soap_of_another_shape_is_refused(string envelope) =>
        Assert.That(Refusal(Province2016XmlSamples.Posted(envelope)).Code, Is.EqualTo("MALFORMED_MESSAGE"));

    [Test]
    public void The_transaction_code_must_be_given()
    {
        var refusal = Refusal(Province2016XmlSamples.Call(" ", Province2016XmlSamples.Inner(Settlement)));

        Assert.That((refusal.Code, refusal.Field), Is.EqualTo(("MISSING_FIELD", "transaction_code")));
    }

    [TestCase("6527"), TestCase("6521"), TestCase("0521"), TestCase("0537"), TestCase("0801"), TestCase("304"), TestCase("1903"), TestCase("3105")]
    public void Other_transactions_are_refused_as_unknown(string code)
    {
        var request = _dialect.Decode(Province2016XmlSamples.Call(code, "<input></input>")).Requests[0];

        Assert.That((request.TransactionCode, request.Refusal?.Code), Is.EqualTo((code, "UNKNOWN_TRANSACTION")));
        Assert.That(request.Refusal?.Text, Does.Contain(code));
    }

    [Test]
    public void A_long_or_strange_code_is_repeated_short_and_harmless()
    {
        var request = _dialect.Decode(Province2016XmlSamples.Call(new string('张', 5000), "")).Requests[0];

        Assert.That(request.TransactionCode, Does.Match(@"^\?{1,16}$"));
    }

    [TestCase("-", "01", "530102197601010019", null, "01", "530102197601010019")]
    [TestCase("530102197601010019", "01", "530102197601010019", "530102197601010019", "01", "530102197601010019")]
    [TestCase("530102197601010019", "90", "530102197601010019", "530102197601010019", null, null)]
    [TestCase("-", "90", "530102197601010019", "530102197601010019", null, null)]
    [TestCase("530102197601010019", "01", "", "530102197601010019", null, null)]
    [TestCase("530102197601010019", "", "", "530102197601010019", null, null)]
    public void The_person_is_named_by_what_the_message_really_says(string aac002, string aac043, string aac044, string? social, string? kind, string? number)
    {
        var person = ((VerifyPerson)Operation(Person(aac002, aac043, aac044))).Person;

        Assert.That((person.SocialSecurityNumber, person.CertificateKind, person.CertificateNumber), Is.EqualTo((social, kind, number)));
    }

    [TestCase("-", "01", "", "person.certificate_number"), TestCase("", "", "530102197601010019", "person.certificate_kind"), TestCase("-", "90", "", "person.certificate_number")]
    public void A_message_that_names_nobody_is_refused(string aac002, string aac043, string aac044, string field) =>
        Assert.That(Refusal(Person(aac002, aac043, aac044)).Field, Is.EqualTo(field));

    [TestCase("53010"), TestCase("云南"), TestCase("5301000")]
    public void The_insured_division_has_six_digits(string division)
    {
        var inner = Province2016XmlSamples.Inner("0211-verify-person").Replace("<aab301>530100<", $"<aab301>{division}<", StringComparison.Ordinal);

        var refusal = Refusal(Province2016XmlSamples.Call("0211", inner));

        Assert.That((refusal.Code, refusal.Field), Is.EqualTo(("INVALID_FIELD", "person.insured_division")));
    }

    [Test]
    public void A_name_the_card_reader_has_damaged_is_not_compared()
    {
        var inner = Province2016XmlSamples.Inner("1904-verify-card").Replace("测试患者甲", "测试?", StringComparison.Ordinal);

        Assert.That(((VerifyPerson)Operation(Province2016XmlSamples.Call("1904", inner))).Person.Name, Is.Null);
    }

    [TestCase("0", "", null), TestCase("", "", null), TestCase("0", "7", null), TestCase("", "7", "7"), TestCase("440100", "7", "7")]
    public void A_withdrawal_is_of_everything_or_of_one_line(string otransid, string ykc610, string? serial) =>
        Assert.That(((WithdrawFeeLines)Operation(Withdrawal(otransid, ykc610))).LineSerials, Is.EqualTo(serial is null ? null : new[] { serial }));

    [Test]
    public void A_withdrawal_that_names_only_a_transaction_is_not_read_as_everything() =>
        Assert.That(Refusal(Withdrawal("440100", "")).Field, Is.EqualTo("original_transaction_id"));

    [TestCase("<aaz216>A5301001706200000456</aaz216>", "", "A5301001706200000456")]
    [TestCase("<aaz216>A5301001706200000456</aaz216>", "<aaz216></aaz216>", "A5301001706200000456")]
    [TestCase("A5301001706200000456", "", null)]
    public void A_cancellation_takes_whichever_reference_is_there(string text, string replacement, string? number)
    {
        var cancellation = (CancelSettlement)Operation(Province2016XmlSamples.Call("0305", Province2016XmlSamples.Inner("0305-cancel-settlement").Replace(text, replacement, StringComparison.Ordinal)));

        Assert.That(cancellation.SettlementNumber, Is.EqualTo(number));
        Assert.That(cancellation.OriginalTransactionId, Has.Length.EqualTo(30));
        Assert.That(cancellation.Visit.VisitNumber, Is.EqualTo("S5301001706120000123"));
    }

    [Test]
    public void A_cancellation_of_nothing_is_refused() =>
        Assert.That(Refusal(Province2016XmlSamples.Call("0305", "<input><akb026>H44010000001</akb026></input>")).Field, Is.EqualTo("settlement_number"));

    [Test]
    public void The_doctors_identity_card_number_goes_no_further()
    {
        var discharge = Operation(Province2016XmlSamples.Sample("0215-discharge"));

        Assert.That(discharge.ToString(), Does.Not.Contain("440102198001010090"));
    }

    private static HisMessage Person(string aac002, string aac043, string aac044) => Province2016XmlSamples.Call(
        "0211", $"<input><aab301>530100</aab301><aac002>{aac002}</aac002><aac043>{aac043}</aac043><aac044>{aac044}</aac044></input>");

    private static HisMessage Withdrawal(string otransid, string ykc610) => Province2016XmlSamples.Call(
        "0302", $"<input><otransid>{otransid}</otransid><ykc700>S5301001706120000123</ykc700><ykc610>{ykc610}</ykc610></input>");

    private HisOperation Operation(HisMessage message)
    {
        var request = _dialect.Decode(message).Requests[0];
        return request.Operation ?? throw new AssertionException($"refused: {request.Refusal?.Text}");
    }

    private HisRefusal Refusal(HisMessage message) =>
        _dialect.Decode(message).Requests[0].Refusal ?? throw new AssertionException("The message was not refused.");
}
