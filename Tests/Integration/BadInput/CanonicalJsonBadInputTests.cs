using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using NUnit.Framework;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.BadInput;

/// <summary>The canonical dialect of a hospital in Guangzhou: what is wrong is named by its path in the message, and the HTTP status says the kind.</summary>
[TestFixture]
internal sealed class CanonicalJsonBadInputTests : BadInputTest
{
    private const string Person = """{"insuredDivision":"530100","socialSecurityNumber":"530102197601010019"}""";

    private static string Token => Guangdong.Tokens["H44010000001"];

    [TestCase("", "line 1"), TestCase("{", "line 1"), TestCase("""{"person":""" + Person + "", "line 1"), TestCase("[]", "line 1"), TestCase("null", "line 1"), TestCase("\uFFFF", "line 1")]
    [TestCase("""{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":1}}}}}}}}}}}}}}}}}""", "line 1")]
    public async Task A_text_that_is_no_message_is_refused_at_its_place(string message, string place) =>
        AssertRefused(await PostAsync("VerifyPerson", message), HttpStatusCode.BadRequest, "MALFORMED_MESSAGE", place);

    [Test]
    public async Task Bytes_in_GBK_are_refused_at_the_first_wrong_byte()
    {
        var gbk = Adapters.Contracts.LegacyText.Gb18030.GetBytes("""{"person":{"insuredDivision":"530100","socialSecurityNumber":"530102197601010019","name":"测试患者甲"}}""");
        AssertRefused(await PostAsync("VerifyPerson", gbk), HttpStatusCode.BadRequest, "MALFORMED_MESSAGE", "byte 90");
    }

    [Test]
    public async Task An_unknown_operation_is_refused() =>
        AssertRefused(await PostAsync("SettleTwice", "{}"), HttpStatusCode.BadRequest, "UNKNOWN_TRANSACTION", "transaction_code");

    [Test]
    public async Task An_outpatient_registration_without_a_person_is_refused() =>
        AssertRefused(await PostAsync("RegisterOutpatient", "{}"), HttpStatusCode.BadRequest, "MISSING_FIELD", "person");

    [TestCase("{}", "MISSING_FIELD", "person")]
    [TestCase("""{"person":{"socialSecurityNumber":"530102197601010019"}}""", "MISSING_FIELD", "person.insured_division")]
    [TestCase("""{"person":""" + Person + ""","serviceDate":"2016-02-30"}""", "INVALID_FIELD", "service_date")]
    [TestCase("""{"person":""" + Person + ""","serviceDate":20160230}""", "INVALID_FIELD", "service_date")]
    [TestCase("""{"person":"530102197601010019"}""", "INVALID_FIELD", "person")]
    [TestCase("""{"person":""" + Person + ""","colour":"red"}""", "INVALID_FIELD", "colour")]
    public async Task A_wrong_field_is_named_by_its_path(string message, string code, string field) =>
        AssertRefused(await PostAsync("VerifyPerson", message), HttpStatusCode.BadRequest, code, field);

    [Test]
    public async Task An_unknown_person_is_refused_by_the_insured_side()
    {
        var reply = await PostAsync("VerifyPerson", """{"person":{"insuredDivision":"530100","socialSecurityNumber":"530102190001010000"}}""");
        AssertRefused(reply, HttpStatusCode.NotFound, "PERSON_NOT_FOUND", "person", "REFUSING_SIDE_INSURED");
    }

    [TestCase("990000"), TestCase("310100"), TestCase("000000"), TestCase("5301")]
    public async Task An_insured_division_without_a_node_is_refused(string division)
    {
        var reply = await PostAsync("VerifyPerson", Person.Replace("530100", division, StringComparison.Ordinal) is var person ? $$"""{"person":{{person}}}""" : "");
        AssertRefused(reply, HttpStatusCode.UnprocessableEntity, "PEER_UNKNOWN", "insured_division", "REFUSING_SIDE_TREATMENT");
    }

    [Test]
    public async Task A_wrong_token_is_401_and_another_hospitals_name_403()
    {
        AssertRefused(await PostAsync("VerifyPerson", $$"""{"person":{{Person}}}""", token: "wrong"), HttpStatusCode.Unauthorized, "TOKEN_REFUSED", "token", "REFUSING_SIDE_TREATMENT");
        AssertRefused(await PostAsync("VerifyPerson", $$"""{"header":{"institutionCode":"H44010000002"},"person":{{Person}}}"""),
            HttpStatusCode.Forbidden, "INSTITUTION_MISMATCH", "institution_code");
    }

    [Test]
    public async Task A_body_above_the_limit_is_413()
    {
        var huge = Encoding.UTF8.GetBytes($$"""{"person":{{Person}},"serviceDate":"{{new string('x', 10 * 1024 * 1024)}}"}""");
        AssertRefused(await PostAsync("VerifyPerson", huge), HttpStatusCode.RequestEntityTooLarge, "BODY_TOO_LARGE", "");
    }

    [Test]
    public async Task An_id_that_is_known_with_other_content_is_refused()
    {
        const string Header = """{"hisTransactionId":"conflict-1"}""";
        var first = await SendAsync("OpenBusinessPeriod", Encoding.UTF8.GetBytes($$"""{"header":{{Header}},"operatorNumber":"12"}"""), Token);
        Assert.That(first.Status, Is.EqualTo(HttpStatusCode.OK));
        AssertRefused(await PostAsync("OpenBusinessPeriod", $$"""{"header":{{Header}},"operatorNumber":"13"}"""), HttpStatusCode.Conflict, "ID_CONFLICT", "operator_number");
        AssertRefused(await PostAsync("VerifyPerson", $$"""{"header":{"hisTransactionId":"{{new string('x', 65)}}"},"person":{{Person}}}"""),
            HttpStatusCode.BadRequest, "INVALID_FIELD", "header.his_transaction_id");
    }

    [Test]
    public async Task Of_several_lines_one_bad_one_keeps_all_out()
    {
        var visit = await AdmitAsync();
        var bad = Line("L2", "F110200003");
        bad["amountFen"] = "1";
        var lines = new JsonArray(Line("L1", "F110200003"), bad, Line("L3", "ZZ0000998"));
        var reply = await PostAsync("UploadFeeLines", new JsonObject { ["visit"] = new JsonObject { ["visitNumber"] = visit }, ["lines"] = lines }.ToJsonString());
        AssertRefused(reply, HttpStatusCode.UnprocessableEntity, "AMOUNT_MISMATCH", "lines[1].amount_fen");
    }

    [TestCase("unitPrice", "-1.00", "lines[0].unit_price"), TestCase("unitPrice", "1.00001", "lines[0].unit_price"), TestCase("quantity", "0", "lines[0].quantity")]
    [TestCase("quantity", "1.001", "lines[0].quantity"), TestCase("amountFen", "250000.5", "lines[0].amount_fen"), TestCase("amountFen", "9223372036854775808", "lines[0].amount_fen")]
    [TestCase("unitPrice", "99999999999999999999999999999", "lines[0].unit_price"), TestCase("quantity", "99999999999999999999999999999", "lines[0].quantity")]
    [TestCase("feeDate", "2016-13-01", "lines[0].fee_date"), TestCase("lineSerial", "", "lines[0].line_serial")]
    public async Task A_wrong_figure_of_a_line_is_named_by_its_path(string member, string value, string field)
    {
        var visit = await AdmitAsync();
        var line = Line("L1", "F110200003");
        line[member] = value;
        var reply = await PostAsync("UploadFeeLines", new JsonObject { ["visit"] = new JsonObject { ["visitNumber"] = visit }, ["lines"] = new JsonArray(line) }.ToJsonString());
        Assert.That(reply.Json["refusal"]!["code"]!.GetValue<string>(), Is.AnyOf("INVALID_FIELD", "MISSING_FIELD", "AMOUNT_MISMATCH"));
        AssertRefused(reply, reply.Status, reply.Json["refusal"]!["code"]!.GetValue<string>(), field, side: null);
    }

    [Test]
    public async Task Lines_whose_sum_leaves_every_range_are_refused_and_the_visit_stays_usable()
    {
        var visit = await AdmitAsync();
        var lines = new JsonArray([.. Enumerable.Range(0, 4).Select(index => Line($"L{index}", "F110200003", unitPrice: "99999999.9999", quantity: "99999999.99"))]);
        var upload = new JsonObject { ["visit"] = new JsonObject { ["visitNumber"] = visit }, ["lines"] = lines }.ToJsonString();
        var reply = await PostAsync("UploadFeeLines", upload);
        AssertRefused(reply, HttpStatusCode.BadRequest, "INVALID_FIELD", "lines[0]", side: null);
    }

    private static JsonObject Line(string serial, string code, string unitPrice = "250.0000", string quantity = "10") => new()
    {
        ["lineSerial"] = serial,
        ["localCode"] = code,
        ["localName"] = "特需病房床位费",
        ["feeCategory"] = "08",
        ["unitPrice"] = unitPrice,
        ["quantity"] = quantity,
        ["amountFen"] = ((long)Math.Round(decimal.Parse(unitPrice, System.Globalization.CultureInfo.InvariantCulture) * decimal.Parse(quantity, System.Globalization.CultureInfo.InvariantCulture) * 100m,
            MidpointRounding.AwayFromZero)).ToString(System.Globalization.CultureInfo.InvariantCulture),
        ["feeDate"] = TimeProvider.System.Today().Iso(),
    };

    private static int _admissions;

    private async Task<string> AdmitAsync()
    {
        var admission = new JsonObject
        {
            ["person"] = JsonNode.Parse(Person),
            ["hospitalVisitNumber"] = $"JSON{Interlocked.Increment(ref _admissions)}",
            ["visitKind"] = "25",
            ["admissionDate"] = TimeProvider.System.Today().Iso(),
            ["diagnoses"] = new JsonArray(new JsonObject { ["code"] = "I20.000", ["name"] = "不稳定型心绞痛" }),
        };
        var reply = await SendAsync("RegisterAdmission", Encoding.UTF8.GetBytes(admission.ToJsonString()), Token);
        Assert.That(reply.Status, Is.EqualTo(HttpStatusCode.OK), reply.Json.ToJsonString());
        return reply.Json["result"]!["visitNumber"]!.GetValue<string>();
    }

    private Task<(HttpStatusCode Status, JsonNode Json)> PostAsync(string operation, string message, string? token = null, params (string, int)[] legitimate) =>
        StoringNothingAsync(() => SendAsync(operation, Encoding.UTF8.GetBytes(message), token ?? Token), legitimate);

    private Task<(HttpStatusCode Status, JsonNode Json)> PostAsync(string operation, byte[] message) =>
        StoringNothingAsync(() => SendAsync(operation, message, Token));

    private async Task<(HttpStatusCode Status, JsonNode Json)> SendAsync(string operation, byte[] message, string token)
    {
        var post = new RawPost { Address = new Uri(Guangdong.HisAddress, $"/his/v1/{operation}"), Body = message, ContentType = "application/json", Authorization = $"Bearer {token}" };
        var reply = await post.SendAsync(Client);
        Assert.That(reply.ContentType, Is.EqualTo("application/json; charset=utf-8"));
        return ((HttpStatusCode)reply.Status, JsonNode.Parse(reply.Text) ?? throw new JsonException("null"));
    }

    private static void AssertRefused((HttpStatusCode Status, JsonNode Json) reply, HttpStatusCode status, string code, string field, string? side = "REFUSING_SIDE_HOSPITAL")
    {
        var refusal = reply.Json["refusal"];
        Assert.That(refusal, Is.Not.Null, reply.Json.ToJsonString());
        string Text(string member) => refusal![member]!.GetValue<string>();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(reply.Status, Is.EqualTo(status));
            Assert.That(Text("code"), Is.EqualTo(code));
            Assert.That(Text("field"), Does.StartWith(field));
            if (side is not null)
                Assert.That(Text("side"), Is.EqualTo(side));
            Assert.That(Text("chinese"), Does.Match("[\u4e00-\u9fff]{2}"));
            Assert.That(Text("nextStepChinese"), Does.Match("[\u4e00-\u9fff]{2}"));
            Assert.That(Text("english"), Does.Match("[a-z]{3} [a-z]{2}"));
            Assert.That(Text("nextStepEnglish"), Does.Match("[a-z]{3} [a-z]{2}"));
        }
    }
}
