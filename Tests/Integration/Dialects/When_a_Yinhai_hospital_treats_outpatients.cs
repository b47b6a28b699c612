using System.Text;
using System.Xml.Linq;
using NUnit.Framework;
using Provincial.His.V1;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Dialects;

/// <summary>Guangzhou's hospitals speak Yinhai's COM interface: 48 registers, charges and settles in one call, and is confirmed or cancelled.</summary>
internal sealed class When_a_Yinhai_hospital_treats_outpatients : DialectTest
{
    private const string Card = "530100|530102197601010019||ID|测试患者甲|";

    protected override void Speak(AdapterFolder adapters) => adapters.Speak(
        "guangdong", "yinhai-xml", "ProvincialGateway.Dialects.YinhaiXml.dll",
        ("visitKind", "25"), ("unlistedFeeCategory", "14"), ("uncodedDiagnosis", "I10.x00"), ("outpatientKinds", "11"), ("chronicKinds", "18"));

    [Test]
    public async Task A_visit_is_settled_to_the_fen_repeated_from_disk_confirmed_and_cancelled()
    {
        var called = Clinic("MZ1", "11", "上呼吸道感染", "980.00", SampleBills.BelowDeductible(FeesOn));
        var first = await SendAsync(called);
        var before = (Yunnan.RowCounts(), Guangdong.RowCounts());
        var (trade, output) = (Done(first), Inner(first));

        var again = await SendAsync(called);

        // (820.00 - 90.00) × 50 %; the account pays what is left.
        using (Assert.EnterMultipleScope())
        {
            Assert.That((Value(output, "yka055"), Value(output, "yka056"), Value(output, "yka057"), Value(output, "yka111")), Is.EqualTo(("980.00", "100.00", "60.00", "820.00")));
            Assert.That((Value(output, "yka058"), Value(output, "yka248"), Value(output, "yka065"), Value(output, "yka062")), Is.EqualTo(("90.00", "365.00", "615.00", "0.00")));
            Assert.That(Value(output, "akc190"), Does.Match("^S530100"));
            Assert.That(again.ToString(), Is.EqualTo(first.ToString()));
            Assert.That((Yunnan.RowCounts(), Guangdong.RowCounts()), Is.EqualTo(before));
            Assert.That(Yunnan.Value<string>("SELECT group_concat(clearing_type) FROM ledger_row"), Is.EqualTo("11"));
        }

        Assert.That(Uncertain(await SendAsync(Method("getuncertaintytrade", Param("jybh", "48")))), Is.EqualTo(new[] { trade }), "The settlement alone waits for the hospital.");
        Done(await SendAsync(Method("confirm", Param("jylsh", trade) + Param("jyyzm", Out(first, "jyyzm")))));
        Assert.That(Uncertain(await SendAsync(Method("getuncertaintytrade", Param("jybh", "48")))), Is.Empty);

        await CancelAsync(output);
        AssertBooksAsBefore();
    }

    [Test]
    public async Task A_trade_that_the_hospital_could_not_store_is_undone_and_the_same_call_settles_anew()
    {
        var called = Clinic("", "11", "I10.x00 高血压", "3600.00", SampleBills.IntensiveCare(FeesOn));
        var first = await SendAsync(called);
        Done(await SendAsync(Method("cancel", Param("jylsh", Done(first)))));
        AssertBooksAsBefore();

        var second = await SendAsync(called);

        Assert.That((Value(Inner(second), "akc190"), Value(Inner(second), "yka055")), Is.EqualTo((Value(Inner(first), "akc190"), "3600.00")));
        Assert.That(Value(Inner(second), "yka103"), Is.Not.EqualTo(Value(Inner(first), "yka103")));
        Assert.That(Yunnan.Count("insured_visit"), Is.EqualTo(1));
    }

    [Test]
    public async Task A_chronic_disease_visit_is_settled_by_the_plan_of_its_disease()
    {
        var reply = await SendAsync(Clinic("MZ2", "18", "M03900 高血压", "3600.00", SampleBills.IntensiveCare(FeesOn)));

        // (3600.00 - 300.00) × 80 %.
        Assert.That((Value(Inner(reply), "yka058"), Value(Inner(reply), "yka248")), Is.EqualTo(("300.00", "2640.00")));
        Assert.That(Yunnan.Value<string>("SELECT chronic_disease FROM insured_visit"), Is.EqualTo("M03900"));
    }

    [Test]
    public async Task What_a_failed_call_registered_is_taken_back_by_22_and_touches_no_other_visit()
    {
        var standing = Inner(await SendAsync(Clinic("MZ3", "11", "感冒", "980.00", SampleBills.BelowDeductible(FeesOn))));

        Refused(await SendAsync(Clinic("MZ3", "11", "感冒", "1.00", SampleBills.IntensiveCare(FeesOn))), "TOTAL_MISMATCH", "prm_hisfyze");

        Assert.That(Guangdong.Count("treatment_settlement", "state = 1"), Is.EqualTo(1), "The same 就诊编号 with other lines is another visit.");
        var orphan = Guangdong.Value<string>("SELECT visit_number FROM treatment_visit WHERE state = 2");
        Done(await SendAsync(Call("33", $"<prm_akc190>{orphan}</prm_akc190>")));
        Done(await SendAsync(Call("22", $"<prm_akc190>{orphan}</prm_akc190>")));
        await CancelAsync(standing);
        AssertBooksAsBefore();
    }

    [Test]
    public async Task What_cannot_be_is_refused_by_the_step_that_failed_first()
    {
        var bill = SampleBills.IntensiveCare(FeesOn);
        Refused(await SendAsync(Clinic("MZ4", "18", "M99999 不明", "3600.00", bill)), "UNMAPPED_CODE", "prm_ykc173");
        Refused(await SendAsync(Clinic("MZ4", "25", "肺炎", "3600.00", bill)), "INVALID_FIELD", "prm_aka130");
        Refused(await SendAsync(Clinic("MZ4", "11", "肺炎", "3600.00", bill, Card.Replace("0019", "0027"))), "PERSON_MISMATCH", "card 读卡数据");
        Assert.That(Yunnan.Count("insured_visit"), Is.Zero);

        Refused(await SendAsync(Clinic("MZ4", "11", "肺炎", "3600.00", bill, "530100|530103197907070812||ID|测试患者辛|", "5301000008")), "PERSON_NOT_INSURED");
        Refused(await SendAsync(Clinic("MZ4", "11", "肺炎", "3600.00", [SampleBills.Line("1", "T330000", "重症监护", "06", "180.0000", "20", Today.AddDays(1))])), "DATE_OUTSIDE_STAY");
        Assert.That(Yunnan.Count("insured_settlement"), Is.Zero);
    }

    private async Task CancelAsync(XElement settled) => Done(await SendAsync(Call("42", $"<prm_akc190>{Value(settled, "akc190")}</prm_akc190><prm_yka103>{Value(settled, "yka103")}</prm_yka103><prm_ykc141>演示员甲</prm_ykc141>")));

    private static string Clinic(string number, string kind, string diagnosis, string total, IEnumerable<FeeLine> lines, string card = Card, string person = KunmingPerson) => Call("48",
        $"<prm_akc190>{number}</prm_akc190><prm_aac001>{person}</prm_aac001><prm_ykc173>{diagnosis}</prm_ykc173> <prm_hisfyze>{total}</prm_hisfyze><prm_aka130>{kind}</prm_aka130>"
        + $"<prm_yka110>FP1</prm_yka110><prm_aae011>12</prm_aae011><prm_ykc141>演示员甲</prm_ykc141><dataset>{string.Concat(lines.Select(Row))}</dataset><proxy>1</proxy>",
        Param("card", card));

    private static string Row(FeeLine line) =>
        $"<row><yka105>{line.LineSerial}</yka105><ykd125>{line.LocalCode}</ykd125><ykd126>{line.LocalName}</ykd126><yka002>NCL99999999</yka002><yka003></yka003><akc226>{line.Quantity}</akc226>"
        + $"<akc225>{line.UnitPrice}</akc225><yka315>{line.AmountFen / 100m}</yka315><yke123>{line.FeeDate} 10:00:00</yke123><yka098>内科</yka098><yka099>演示医生丙</yka099></row>";

    private static string Call(string code, string elements, string further = "") =>
        Method("yh_interface_call", Param("jybh", code) + further + Param("jysr_xml", $"""<?xml version="1.0" encoding="GBK" standalone="yes" ?><input>{elements}</input>"""));

    private static string Method(string method, string content) =>
        $"<yinhai xml:space=\"preserve\" version=\"1\" method=\"{method}\" hospital=\"{FirstHospital}\" seq=\"1\">{content}</yinhai>";

    private static string Param(string name, string value) => $"<param name=\"{name}\">{Escaped(value)}</param>";

    private async Task<XElement> SendAsync(string yinhai) =>
        XElement.Parse(Encoding.UTF8.GetString(await PostAsync(Guangdong, FirstHospital, "/yinhai", "text/xml; charset=utf-8", Encoding.UTF8.GetBytes(yinhai))), LoadOptions.PreserveWhitespace);

    private static string Out(XElement reply, string name) => reply.Elements("out").Single(element => element.Attribute("name")!.Value == name).Value;

    private static XElement Inner(XElement reply)
    {
        Done(reply);
        return XDocument.Parse(Out(reply, "jysc_xml")).Root!;
    }

    private static string Value(XElement output, string name) => output.Element("prm_" + name)!.Value;

    private static string[] Uncertain(XElement reply) => [.. XDocument.Parse(Out(reply, "jgxml")).Descendants("yke014").Select(trade => trade.Value)];

    /// <returns>jylsh, empty of a method that has none.</returns>
    private static string Done(XElement reply)
    {
        Assert.That(reply.Elements("out").Any(element => element.Attribute("name")!.Value == "appcode") ? Out(reply, "appcode") : "1", Is.EqualTo("1"), reply.ToString);
        return reply.Elements("out").FirstOrDefault(element => element.Attribute("name")!.Value == "jylsh")?.Value ?? "";
    }

    private static void Refused(XElement reply, params string[] said)
    {
        Assert.That(Out(reply, "appcode"), Is.EqualTo("-1"), reply.ToString);
        foreach (var word in said)
            Assert.That(Out(reply, "appmsg"), Does.Contain(word));
    }
}
