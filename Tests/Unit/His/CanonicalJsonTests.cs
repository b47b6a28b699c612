using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.His;
using static ProvincialGateway.Tests.His.CanonicalJsonMessages;

namespace ProvincialGateway.Tests.His;

/// <summary>Reading requests, and refusing what cannot be read.</summary>
public sealed class CanonicalJsonTests
{
    private const string Upload = """
        { "header": { "hisTransactionId": "20160616-000017", "institutionCode": "H530100001", "operator": "收费员甲" },
          "visit": { "visitNumber": "S4401001606150000001" },
          "lines": [ {"lineSerial":"L1","localCode":"X01","localName":"阿莫西林胶囊","feeCategory":"09",
                      "unitPrice":"0.8333","quantity":"24","amountFen":"2000","feeDate":"2016-06-16"} ] }
        """;

    [Test]
    public void The_head_becomes_part_of_the_request()
    {
        var request = Decoded("UploadFeeLines", Upload);

        Assert.Multiple(() =>
        {
            Assert.That(request.Refusal, Is.Null);
            Assert.That(request.TransactionCode, Is.EqualTo("UploadFeeLines"));
            Assert.That(request.HisTransactionId, Is.EqualTo("20160616-000017"));
            Assert.That(request.InstitutionCode, Is.EqualTo("H530100001"));
            Assert.That(request.Operator, Is.EqualTo("收费员甲"));
        });
    }

    [Test]
    public void A_fee_line_is_read_exactly()
    {
        var line = ((UploadFeeLines)Decoded("UploadFeeLines", Upload).Operation!).Lines.Single();

        Assert.That(line, Is.EqualTo(new HisFeeLine
        {
            LineSerial = "L1",
            LocalCode = "X01",
            LocalName = "阿莫西林胶囊",
            FeeCategory = "09",
            UnitPrice = 0.8333m,
            Quantity = 24m,
            AmountFen = 2000,
            FeeDate = new DateOnly(2016, 6, 16),
        }));
    }

    [Test]
    public void Names_may_be_written_as_in_the_contract_and_amounts_as_numbers()
    {
        var settle = Decoded("Settle", """{"visit":{"hospital_visit_number":"ZY1"},"claimed_total_fen":98000,"accountRequestedFen":0}""").Operation;

        Assert.That(settle, Is.EqualTo(new Settle { Visit = new HisVisitReference { HospitalVisitNumber = "ZY1" }, ClaimedTotalFen = 98000, AccountRequestedFen = 0 }));
    }

    [TestCase("""{"visit":{"visitNumber":"S1","hospitalVisitNumber":""},"invoiceNumber":"  ","claimedTotalFen":null,"header":null}""")]
    [TestCase("""{"visit":{"visitNumber":"S1"},"header":{"hisTransactionId":"","operator":" "}}""")]
    public void An_optional_text_that_is_empty_counts_as_not_given(string json)
    {
        var request = Decoded("Settle", json);

        Assert.That(request.Operation, Is.EqualTo(new Settle { Visit = new HisVisitReference { VisitNumber = "S1" } }));
        Assert.That(new[] { request.HisTransactionId, request.Operator }, Is.All.Null);
    }

    [Test]
    public void A_discharge_may_come_without_diagnoses()
    {
        Assert.That(((Discharge)Decoded("Discharge", """{"visit":{"visitNumber":"S1"}}""").Operation!).Diagnoses, Is.Empty);
        Assert.That(((Discharge)Decoded("Discharge", """{"visit":{"visitNumber":"S1"},"diagnoses":[],"dischargeDate":""}""").Operation!).DischargeDate, Is.Null);
    }

    [Test]
    public void No_line_serials_mean_all_lines_and_an_empty_list_is_refused()
    {
        Assert.That(((WithdrawFeeLines)Decoded("WithdrawFeeLines", """{"visit":{}}""").Operation!).LineSerials, Is.Null);
        Assert.That(Refusal("WithdrawFeeLines", """{"visit":{},"lineSerials":{}}""").Field, Is.EqualTo("line_serials"));
        Assert.That(Refusal("WithdrawFeeLines", """{"visit":{},"lineSerials":{"values":[]}}""").Code, Is.EqualTo("MISSING_FIELD"));
        Assert.That(Refusal("WithdrawFeeLines", """{"visit":{},"lineSerials":{"values":["L1",""]}}""").Field, Is.EqualTo("line_serials[1]"));
    }

    [TestCase("settle")]
    [TestCase("Settlement")]
    [TestCase("")]
    [TestCase("Settle/")]
    public void An_unknown_operation_is_refused(string operation) =>
        Assert.That(Refusal(operation, "{}").Code, Is.EqualTo("UNKNOWN_TRANSACTION"));

    [Test]
    public void A_path_is_never_repeated_when_it_is_no_name()
    {
        var request = Decoded("%0d%0a<script>", "{}");

        Assert.That(request.TransactionCode, Is.EqualTo("?"));
        Assert.That(request.Refusal!.Text, Does.Not.Contain("script"));
    }

    [Test]
    public void Every_operation_of_the_port_has_its_record() =>
        Assert.That(CanonicalJsonOperation.All.Where(operation => operation.Record is null).Select(operation => operation.Name), Is.Empty);

    [TestCase("", "line 1, byte 1")]
    [TestCase("{\"visit\":", "line 1, byte 10")]
    [TestCase("{\n  \"visit\": {},\n}", "line 3, byte 1")]
    [TestCase("[]", "line 1, byte 1")]
    [TestCase("null", "line 1, byte 1")]
    public void What_is_not_a_json_object_is_refused_with_its_place(string body, string place)
    {
        var refusal = Refusal("Settle", body);

        Assert.That((refusal.Code, refusal.Field), Is.EqualTo(("MALFORMED_MESSAGE", place)));
    }

    [Test]
    public void Bytes_that_are_not_utf8_are_refused_with_their_place()
    {
        var gbk = LegacyText.Gb18030.GetBytes("{\"operatorNumber\":\"操作员\"}");

        Assert.That(Decoded(Message("OpenBusinessPeriod", gbk)).Refusal!.Field, Is.EqualTo("byte 19"));
    }

    [Test]
    public void Deep_nesting_costs_nothing() =>
        Assert.That(Refusal("Settle", string.Concat(Enumerable.Repeat("{\"visit\":", 1_000_000))).Code, Is.EqualTo("MALFORMED_MESSAGE"));

    [TestCase("\"feeDate\":\"2016-06-16\"", "\"feeDate\":\"2016-02-30\"", "lines[0].fee_date")]
    [TestCase("\"feeDate\":\"2016-06-16\"", "\"feeDate\":\"20160616\"", "lines[0].fee_date")]
    [TestCase("\"feeDate\":\"2016-06-16\"", "\"feeDate\":\"2016-06-16T00:00:00\"", "lines[0].fee_date")]
    [TestCase("\"feeDate\":\"2016-06-16\"", "\"feeDate\":20160616", "lines[0].fee_date")]
    [TestCase("\"unitPrice\":\"0.8333\"", "\"unitPrice\":0.8333", "lines[0].unit_price")]
    [TestCase("\"unitPrice\":\"0.8333\"", "\"unitPrice\":\"1e3\"", "lines[0].unit_price")]
    [TestCase("\"unitPrice\":\"0.8333\"", "\"unitPrice\":\"1,000\"", "lines[0].unit_price")]
    [TestCase("\"unitPrice\":\"0.8333\"", "\"unitPrice\":\"NaN\"", "lines[0].unit_price")]
    [TestCase("\"quantity\":\"24\"", "\"quantity\":\"99999999999999999999\"", "lines[0].quantity")]
    [TestCase("\"amountFen\":\"2000\"", "\"amountFen\":\"20.00\"", "lines[0].amount_fen")]
    [TestCase("\"amountFen\":\"2000\"", "\"amountFen\":2000.0", "lines[0].amount_fen")]
    [TestCase("\"amountFen\":\"2000\"", "\"amountFen\":2e3", "lines[0].amount_fen")]
    [TestCase("\"amountFen\":\"2000\"", "\"amountFen\":\"02000\"", "lines[0].amount_fen")]
    [TestCase("\"amountFen\":\"2000\"", "\"amountFen\":\"+2000\"", "lines[0].amount_fen")]
    [TestCase("\"amountFen\":\"2000\"", "\"amountFen\":\"\"", "lines[0].amount_fen")]
    [TestCase("\"amountFen\":\"2000\"", "\"amountFen\":1000000000000001", "lines[0].amount_fen")]
    [TestCase("\"amountFen\":\"2000\"", "\"amountFen\":\"-9223372036854775808\"", "lines[0].amount_fen")]
    [TestCase("\"amountFen\":\"2000\"", "\"amountFen\":true", "lines[0].amount_fen")]
    [TestCase("\"localCode\":\"X01\"", "\"localCode\":1", "lines[0].local_code")]
    [TestCase("\"localCode\":\"X01\"", "\"localCode\":\"X\\u001f01\"", "lines[0].local_code")]
    [TestCase("\"localCode\":\"X01\"", "\"localCode\":\"\\ud83d\"", "lines[0].local_code")]
    [TestCase("\"lineSerial\":\"L1\"", "\"lineSerial\":\"L1\",\"line_serial\":\"L2\"", "lines[0].line_serial")]
    [TestCase("\"lineSerial\":\"L1\"", "\"lineSerial\":\"L1\",\"lineSerial\":\"L1\"", "lines[0].line_serial")]
    [TestCase("\"lineSerial\":\"L1\"", "\"lineSerial\":\"L1\",\"amount\":1", "lines[0].amount")]
    [TestCase("\"lineSerial\":\"L1\"", "\"lineSerial\":\"L1\",\"\\ud83d\":1", "lines[0].?")]
    [TestCase("\"visit\": {", "\"Visit\": {", "Visit")]
    [TestCase("\"visitNumber\": \"S4401001606150000001\"", "\"values\": []", "visit.values")]
    [TestCase("\"hisTransactionId\": \"20160616-000017\"", "\"hisTransactionId\": 17", "header.his_transaction_id")]
    [TestCase("\"hisTransactionId\": \"20160616-000017\"", "\"hisTransactionID\": \"17\"", "header.hisTransactionID")]
    public void A_value_outside_its_form_is_refused_with_its_field(string right, string wrong, string field)
    {
        var body = Upload.Replace(right, wrong, StringComparison.Ordinal);
        var refusal = Refusal("UploadFeeLines", body);

        Assert.That((refusal.Code, refusal.Field), Is.EqualTo(("INVALID_FIELD", field)));
    }

    [TestCase("""{"visit":{},"header":[]}""", "header")]
    [TestCase("""{"visit":{},"header":"x"}""", "header")]
    [TestCase("""{"visit":[]}""", "visit")]
    [TestCase("""{"visit":{},"diagnoses":{}}""", "diagnoses")]
    [TestCase("""{"visit":{},"diagnoses":["A01"]}""", "diagnoses[0]")]
    public void Objects_and_lists_are_not_taken_for_each_other(string json, string field)
    {
        var refusal = Refusal("Discharge", json);

        Assert.That((refusal.Code, refusal.Field), Is.EqualTo(("INVALID_FIELD", field)));
    }

    [TestCase("\"\"")]
    [TestCase("\"TO_LOCAL\"")]
    [TestCase("\"CONVERSION_DIRECTION_UNSPECIFIED\"")]
    [TestCase("2")]
    public void An_enum_takes_the_names_of_the_contract_and_nothing_else(string direction)
    {
        static string Body(string direction) => $$"""{"codeSystem":"visit_kind","code":"21","direction":{{direction}}}""";
        var refusal = Refusal("ConvertCode", Body(direction));

        Assert.That((refusal.Code, refusal.Field), Is.EqualTo(("INVALID_FIELD", "direction")));
        Assert.That(((ConvertCode)Decoded("ConvertCode", Body("\"CONVERSION_DIRECTION_TO_LOCAL\"")).Operation!).Direction, Is.EqualTo(HisConversionDirection.ToLocal));
    }

    [Test]
    public void Diagnoses_that_are_not_given_leave_the_stored_ones_and_an_empty_list_is_refused()
    {
        Assert.That(((UpdateVisit)Decoded("UpdateVisit", """{"visit":{}}""").Operation!).Diagnoses, Is.Null);
        Assert.That(((UpdateVisit)Decoded("UpdateVisit", """{"visit":{},"diagnoses":{"values":[{"code":"I20"}]}}""").Operation!).Diagnoses, Has.Count.EqualTo(1));
        Assert.That(Refusal("UpdateVisit", """{"visit":{},"diagnoses":{"values":[]}}""").Field, Is.EqualTo("diagnoses"));
        Assert.That(Refusal("UpdateVisit", """{"visit":{},"diagnoses":{"values":[{"name":"胸痛"}]}}""").Field, Is.EqualTo("diagnoses[0].code"));
    }

    [Test]
    public void A_null_in_a_list_is_missing()
    {
        var refusal = Refusal("Discharge", """{"visit":{},"diagnoses":[null]}""");

        Assert.That((refusal.Code, refusal.Field), Is.EqualTo(("MISSING_FIELD", "diagnoses[0]")));
    }

    [Test]
    public void A_mistyped_name_is_answered_with_the_right_one()
    {
        var refusal = Refusal("Settle", """{"visit":{},"claimedTotal":"1"}""");

        Assert.That(new[] { refusal.Chinese, refusal.English }, Is.All.Contains("claimedTotalFen"));
    }

    [TestCase(64, true)]
    [TestCase(65, false)]
    public void A_hospitals_id_has_at_most_64_characters(int length, bool isRead)
    {
        var request = Decoded("IssueSerial", "{\"header\":{\"hisTransactionId\":\"" + new string('7', length) + "\"}}");

        Assert.That(request.Operation is not null, Is.EqualTo(isRead));
        Assert.That(request.Refusal?.Field, isRead ? Is.Null : Is.EqualTo("header.his_transaction_id"));
    }

    [TestCase(500, true)]
    [TestCase(501, false)]
    public void A_text_has_at_most_500_characters(int length, bool isRead) =>
        Assert.That(Decoded("OpenBusinessPeriod", "{\"operatorNumber\":\"" + new string('甲', length) + "\"}").Operation is not null, Is.EqualTo(isRead));

    [Test]
    public void A_refusal_never_quotes_a_value()
    {
        var refusal = Refusal("VerifyPerson", """{"person":{"insuredDivision":"530100","name":"测试患者甲","certificateNumber":110101199001010000},"serviceDate":"1990-13-45"}""");

        Assert.That(refusal.Text, Does.Not.Contain("1101").And.Not.Contain("测试患者").And.Not.Contain("1990"));
    }
}
