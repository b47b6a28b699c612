using System.Globalization;
using System.Text.RegularExpressions;
using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Cli;
using ProvincialGateway.Ledger;

namespace ProvincialGateway.Tests.Journeys;

/// <summary>The undo, reversal and end-of-day transactions of the two provinces' own dialects, as their hospitals send them.</summary>
internal sealed partial class When_a_raw_stay_is_undone : CountryTest
{
    private readonly HttpClient _client = new();

    private JourneyPlayer _player = null!;

    [OneTimeTearDown]
    public void DisposeClient() => _client.Dispose();

    [Test]
    public async Task A_Kunming_hospital_reverses_what_it_got_no_answer_to_and_signs_out()
    {
        var settlement = await PlayUntilSettledAsync(Yunnan, "yunnan");

        Assert.That(await ReverseAsync("14", "${serial_settlement}"), Is.EqualTo("<output><CANCELSTAT>1</CANCELSTAT></output>"));
        Assert.That(await ReverseAsync("14", "${serial_settlement}"), Is.EqualTo("<output><CANCELSTAT>0</CANCELSTAT></output>"), "under another serial there is nothing left to undo");
        Assert.That(await ReverseAsync("22", "${serial_admission}"), Is.EqualTo("<output><CANCELSTAT>0</CANCELSTAT></output>"), "the registration must not fall with a 22 that never came");
        Assert.That(await ReverseAsync("11", "${serial_line_01}"), Does.StartWith("<output><CANCELSTAT>2</CANCELSTAT><CANCELMSG>[NOT_REVERSIBLE]"), "a refund rests on the line");
        Assert.That(await ReverseAsync("11", "${serial_admission}"), Does.StartWith("<output><CANCELSTAT>2</CANCELSTAT><CANCELMSG>[NOT_REVERSIBLE]"), "discharge and lines rest on it");
        Assert.That(await YdjyAsync("CenterQuery", "82", "<param name=\"SenderSerialNo\">${serial_settlement}</param>"), Is.EqualTo("<output><TRANSSTAT>1</TRANSSTAT><CANCELSTAT>1</CANCELSTAT></output>"));

        Assert.That(await YdjyAsync("CenterQuery", "84", Data("<OPERID>12</OPERID><BATNO>${cycle}</BATNO>")), Does.Contain("<POSNUM>1</POSNUM><NEGNUM>1</NEGNUM><AKC264>0.00</AKC264>"));
        var lines = await DownloadAsync("83");
        Assert.That(lines.Select(line => (line[4], line[6])), Is.EqualTo(new[] { ("14", "35202.67"), ("21", "-35202.67") }));

        Assert.That(await SignOutAsync("1", "0", "0"), Does.StartWith("1 [BUSINESS_PERIOD_MISMATCH]").And.EndWith("(NEGNUM 反交易笔数)"));
        Assert.That(await SignOutAsync("1", "1", "0.000.00"), Does.StartWith("0 <output><MESSAGE>AKC261"));
        await FetchSerialAsync();
        var closed = await _player.PlayAsync(settlement with { Template = settlement.Template.Replace("${serial_settlement}", "${serial_late}", StringComparison.Ordinal), Success = "return=\"2\"" }, CancellationToken.None);
        Assert.That(closed.Reply, Does.Contain("[BUSINESS_PERIOD_CLOSED]").And.Contain("(BusiCycleNo 业务周期号)"));
        Assert.That(await ReverseAsync("11", "${serial_line_02}"), Is.EqualTo("<output><CANCELSTAT>1</CANCELSTAT></output>"), "a 12 that is named 11");
        Assert.That(Yunnan.Balance(Account.ReceivableFromPartner), Is.Zero);
    }

    [Test]
    public async Task A_Guangzhou_hospital_undoes_a_stay_step_by_step()
    {
        await PlayUntilSettledAsync(Guangdong, "guangdong");

        var lines = await CallServiceAsync("0707", "<ykc700>${visit_number}</ykc700><startrow>0</startrow>");
        Assert.That(lines, Does.Contain("<errorcode>0</errorcode>").And.Match("<totalrow>[1-9][0-9]*</totalrow>"));
        Assert.That(SumOf(lines, "akc264"), Is.EqualTo(50_000m));
        Assert.That(SumOf(lines, "akc253") + SumOf(lines, "akc254") + SumOf(lines, "akc228") + SumOf(lines, "yka319"), Is.EqualTo(50_000m));

        var day = await CallServiceAsync("0606", "<ykc706>${day:0:yyyyMMdd}</ykc706><detail><row><akc264>50000.00</akc264><ake149>36680.00</ake149><aaa113>1</aaa113>"
            + "<ykc700>${visit_number}</ykc700><aaz216>${settlement_number}</aaz216><otransid>${settlement_transaction}</otransid></row></detail>");
        Assert.That(day, Does.Contain("<totalrow>1</totalrow>").And.Contain("<aae314>0</aae314>"));

        Assert.That(await CallServiceAsync("0216", "<ykc700>${visit_number}</ykc700>"), Does.Contain("<errorcode>-1</errorcode>").And.Contain("[VISIT_STATE]"), "the settlement rests on the discharge");
        foreach (var (code, input) in new[]
        {
            ("1301", "<otransno>0304</otransno><otransid>${settlement_transaction}</otransid>"),
            ("0216", "<ykc700>${visit_number}</ykc700>"),
            ("0302", "<otransid>0</otransid><ykc700>${visit_number}</ykc700>"),
            ("0214", "<otransid></otransid><ykc700>${visit_number}</ykc700>"),
        })
            Assert.That(await CallServiceAsync(code, input), Does.Contain("<errorcode>0</errorcode>"), code);
        Assert.That(Guangdong.Balance(Account.ReceivableFromPartner), Is.Zero);
    }

    /// <returns>The step of the settlement.</returns>
    private async Task<JourneyStep> PlayUntilSettledAsync(PilotProvince province, string adapter)
    {
        var journey = Journey.Read(province.Host.Adapters.Find(adapter)!.SamplesFolder);
        _player = new JourneyPlayer(_client, province.HisAddress, province.Tokens[journey.Institution], Clock);
        foreach (var step in journey.Steps)
        {
            var exchange = await _player.PlayAsync(step, CancellationToken.None);
            Assert.That(exchange.Fault, Is.Null, () => exchange.Reply);
            if (step.Name == "settlement")
                return step;
        }

        throw new AssertionException("The journey has no settlement.");
    }

    private Task<string> ReverseAsync(string oldCode, string oldSerial) => YdjyAsync(
        "YDJYBusiness_Handle", "99",
        $"<param name=\"SenderSerialNo\">${{serial_late}}</param><param name=\"OldTransCode\">{oldCode}</param><param name=\"OldSenderSerialNo\">{oldSerial}</param>"
        + "<param name=\"OperatorNo\">12</param><param name=\"BusiCycleNo\">${cycle}</param><param name=\"InputData\"> </param>");

    /// <returns>The last buffer of a call that succeeded.</returns>
    private async Task<string> YdjyAsync(string function, string code, string parameters)
    {
        var reply = await SendYdjyAsync(function, $"<param name=\"TransCode\">{code}</param>{parameters}");
        Assert.That(reply.Attribute("return")!.Value, Is.EqualTo("0"), () => reply.ToString());
        return reply.Elements("out").Last().Value;
    }

    private async Task<string[][]> DownloadAsync(string code)
    {
        var reply = await SendYdjyAsync("BatchDownload", $"<param name=\"TransCode\">{code}</param><param name=\"OperatorNo\">12</param><param name=\"BusiCycleNo\">${{cycle}}</param>");
        var text = LegacyText.Gb18030.GetString(Convert.FromBase64String(reply.Element("file")!.Value));
        return [.. text.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t'))];
    }

    /// <returns>Return value and text.</returns>
    private async Task<string> SignOutAsync(string settlements, string cancellations, string cash)
    {
        var sums = $"&lt;input&gt;&lt;POSNUM&gt;{settlements}&lt;/POSNUM&gt;&lt;NEGNUM&gt;{cancellations}&lt;/NEGNUM&gt;&lt;AKC264&gt;0&lt;/AKC264&gt;"
            + $"&lt;AKC261&gt;{cash}&lt;/AKC261&gt;&lt;AKC255&gt;0&lt;/AKC255&gt;&lt;AKC260&gt;0&lt;/AKC260&gt;&lt;/input&gt;";
        var reply = await SendYdjyAsync(
            "SIGNOUT", $"<param name=\"OperatorNo\">12</param><param name=\"BusiCycleNo\">${{cycle}}</param><param name=\"CheckAccInfo\">{sums}</param><param name=\"SenderSerialNo\">${{serial_late}}</param>");
        return $"{reply.Attribute("return")!.Value} {reply.Elements("out").Last().Value}";
    }

    // Every booking call has a serial of its own, fetched before.
    private async Task FetchSerialAsync() => await _player.PlayAsync(
        Ydjy("CenterQuery", "<param name=\"TransCode\">81</param><param name=\"InputData\"> </param>") with { Capture = new Dictionary<string, string> { ["serial_late"] = "TRANSID" } },
        CancellationToken.None);

    private async Task<System.Xml.Linq.XElement> SendYdjyAsync(string function, string parameters)
    {
        await FetchSerialAsync();
        var exchange = await _player.PlayAsync(Ydjy(function, parameters), CancellationToken.None);
        return System.Xml.Linq.XElement.Parse(exchange.Reply);
    }

    private static JourneyStep Ydjy(string function, string parameters) => Step(
        "/ydjy", "text/xml; charset=GBK", "gb18030",
        $"<?xml version=\"1.0\" encoding=\"GBK\"?><ydjy xml:space=\"preserve\" version=\"1\" function=\"{function}\" hospital=\"{KunmingHospital}\" acp=\"936\">{parameters}</ydjy>");

    private static string Data(string elements) => $"<param name=\"InputData\">&lt;input&gt;{Escaped(elements)}&lt;/input&gt;</param>";

    /// <returns>The reply with its entities replaced once.</returns>
    private async Task<string> CallServiceAsync(string code, string input)
    {
        var body = "<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body><CallService xmlns=\"http://tempuri.org/\">"
            + $"<TransNo>{code}</TransNo><Inxml>{Escaped($"<input><akb026>{FirstHospital}</akb026>{input}</input>")}</Inxml></CallService></soap:Body></soap:Envelope>";
        var exchange = await _player.PlayAsync(Step("/Service1.asmx", "text/xml; charset=utf-8", "utf-8", body), CancellationToken.None);
        return System.Net.WebUtility.HtmlDecode(exchange.Reply);
    }

    private static JourneyStep Step(string path, string contentType, string encoding, string template) =>
        new() { Name = "undo", Zh = "撤销", En = "undo", Path = path, ContentType = contentType, Encoding = encoding, Body = "undo", Success = "", Template = template };

    private static string Escaped(string xml) => xml.Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);

    private static decimal SumOf(string reply, string element) =>
        Values().Matches(reply).Where(match => match.Groups["name"].Value == element).Sum(match => decimal.Parse(match.Groups["value"].Value, CultureInfo.InvariantCulture));

    [GeneratedRegex("<(?<name>[a-z0-9]+)>(?<value>-?[0-9.]+)</", RegexOptions.ExplicitCapture)]
    private static partial Regex Values();
}
