using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using NUnit.Framework;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Dialects;

/// <summary>Guangdong's own adapter: ake170 (and within the province ykc675) says that a stay goes on after it was settled.</summary>
internal sealed partial class When_the_2016_interface_settles_in_parts : DialectTest
{
    [Test]
    public async Task Each_part_pays_its_share_is_repeated_from_disk_and_is_cancelled_in_reverse_order()
    {
        var visit = await AdmitAsync(Guangzhou, Patient.OfKunming);
        var settlements = new List<(string Number, string Transaction)>();
        foreach (var interim in new[] { true, true, false })
        {
            await ChargeAsync(visit, settlements.Count);
            if (!interim)
                Assert.That(await CallAsync("0215", $"<ykc700>{visit}</ykc700><ykc702>{Today:yyyyMMdd}</ykc702>"), Does.Contain("<errorcode>0</errorcode>"));
            var settle = Settlement(visit, interim ? "1" : "0");
            var settled = await CallAsync("0304", settle);
            var before = (Yunnan.RowCounts(), Guangdong.RowCounts());

            Assert.That(await CallAsync("0304", settle), Is.EqualTo(settled));
            Assert.That((Yunnan.RowCounts(), Guangdong.RowCounts()), Is.EqualTo(before));
            settlements.Add((Element(settled, "aaz216"), Element(settled, "transid")));
            // 1800.00 each; deductible 1200.00 once; 85 % of the rest.
            Assert.That((Element(settled, "aka151"), Element(settled, "ake039"), Element(settled, "ake171")),
                Is.EqualTo((settlements.Count == 1 ? "1200.00" : "0.00", settlements.Count == 1 ? "510.00" : "1530.00", "1800.00")));
        }

        Assert.That(await CallAsync("0304", Settlement(visit, "1")), Does.Contain("[VISIT_STATE]"), "The stay is settled.");
        Assert.That(await CancelAsync(visit, settlements[0]), Does.Contain("[VISIT_STATE]").And.Contain(settlements[2].Number), "The last one first.");
        Assert.That(await CancelAsync(visit, settlements[2]), Does.Contain("<errorcode>0</errorcode>"));
        Assert.That(await CallAsync("0304", Settlement(visit, "1")), Does.Contain("[VISIT_STATE]"), "An interim settlement after the discharge.");
        Assert.That(await CallAsync("0216", $"<ykc700>{visit}</ykc700>"), Does.Contain("<errorcode>0</errorcode>"));
        Assert.That(await CancelAsync(visit, settlements[1]), Does.Contain("<errorcode>0</errorcode>"));
        Assert.That(await CallAsync("1301", $"<otransno>0304</otransno><otransid>{settlements[0].Transaction}</otransid>"), Does.Contain("<errorcode>0</errorcode>"));
        AssertBooksAsBefore();
    }

    [Test]
    public async Task The_form_within_the_province_says_which_part_it_was()
    {
        var visit = await AdmitAsync(Guangzhou, Patient.OfKunming);
        await ChargeAsync(visit, 0);

        var settled = await CallAsync("0304", $"<ykc700>{visit}</ykc700><ykc675>3</ykc675><akc264>1800.00</akc264><aae011>演示员甲</aae011>");

        Assert.That((Element(settled, "ykc675"), Element(settled, "ake039"), Element(settled, "akc264")), Is.EqualTo(("3", "510.00", "1800.00")));
        Assert.That(Yunnan.Value<long>("SELECT state FROM insured_visit"), Is.EqualTo(1), "The stay goes on.");
    }

    [Test]
    public async Task What_cannot_be_settled_is_refused()
    {
        var visit = await AdmitAsync(Guangzhou, Patient.OfKunming);
        Assert.That(await CallAsync("0304", Settlement(visit, "1")), Does.Contain("[MISSING_FIELD]"), "There is nothing to settle.");
        await ChargeAsync(visit, 0);
        Assert.That(await CallAsync("0304", Settlement(visit, "0")), Does.Contain("[VISIT_STATE]"), "The stay has not ended.");
        Assert.That(await CallAsync("0304", Settlement(visit, "9")), Does.Contain("[INVALID_FIELD]").And.Contain("ake170"));
        Assert.That(await CallAsync("0304", Settlement(visit, "1").Replace("1800.00", "1800.01")), Does.Contain("[TOTAL_MISMATCH]").And.Contain("akc264"));
        Assert.That(await CallAsync("3105", $"<ykc700>{visit}</ykc700>"), Does.Contain("[UNKNOWN_TRANSACTION]").And.Contain("/his/v1"));
        Assert.That(Yunnan.Count("insured_settlement"), Is.Zero);
    }

    private async Task ChargeAsync(string visit, int number) =>
        (await Guangzhou.UploadAsync(visit, [SampleBills.Line($"{number}", "T330000", "重症监护", "06", "180.0000", "10", FeesOn)])).Granted();

    private static string Settlement(string visit, string interim) =>
        $"<ykc700>{visit}</ykc700><aae072>1111</aae072><aab301>530100</aab301><aka130>25</aka130><akc264>1800.00</akc264><ake170>{interim}</ake170><ake122>0</ake122><aae011>演示员甲</aae011>";

    private Task<string> CancelAsync(string visit, (string Number, string Transaction) settlement) =>
        CallAsync("0305", $"<ykc700>{visit}</ykc700><aaz216>{settlement.Number}</aaz216><otransid>{settlement.Transaction}</otransid>");

    private async Task<string> CallAsync(string code, string input)
    {
        var body = "<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body><CallService xmlns=\"http://tempuri.org/\">"
            + $"<TransNo>{code}</TransNo><Inxml>{Escaped($"<input><akb026>{FirstHospital}</akb026>{input}</input>")}</Inxml></CallService></soap:Body></soap:Envelope>";
        return WebUtility.HtmlDecode(Encoding.UTF8.GetString(await PostAsync(Guangdong, FirstHospital, "/Service1.asmx", "text/xml; charset=utf-8", Encoding.UTF8.GetBytes(body))));
    }

    private static string Element(string reply, string name)
    {
        var found = Values().Matches(reply).FirstOrDefault(match => match.Groups["name"].Value == name);
        return found?.Groups["value"].Value ?? throw new AssertionException($"no {name} in {reply}");
    }

    [GeneratedRegex("<(?<name>[a-z0-9]+)>(?<value>[^<]*)</", RegexOptions.ExplicitCapture)]
    private static partial Regex Values();
}
