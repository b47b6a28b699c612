using System.Xml.Linq;
using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Ledger;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Dialects;

/// <summary>Yunnan's own adapter: 11 opens a clinic visit where AKA130 begins with 1, and 14 settles it without a discharge.</summary>
internal sealed class When_a_Kunming_clinic_speaks_YDJY : DialectTest
{
    private const string Guangzhouer = "4401000002";

    private string _cycle = "";

    [Test]
    public async Task A_clinic_visit_is_previewed_settled_repeated_from_disk_and_cancelled()
    {
        await SignInAsync();
        var (visit, registration) = await OpenAsync("MZ0001", "11", "0", "");
        var line = Line("MZ0001");
        Done(await BusinessAsync("12", line));
        var preview = Output(await CallAsync("RouteRepeater", Param("TransCode", "72") + Param("InsuredAreaNo", "4401") + Param("PersonNo", Guangzhouer)
            + Param("InputData", $"<input><AKC190>{visit}</AKC190><AKC221>2017-09-20 10:00:00</AKC221><AKC064>360.0000</AKC064><AKC255></AKC255></input>")));
        var settlement = await SerialAsync();
        var first = await BusinessAsync("14", Settle(visit), settlement);
        var before = (Yunnan.RowCounts(), Guangdong.RowCounts());

        var again = await BusinessAsync("14", Settle(visit), settlement);

        var settled = Output(first);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(preview.Element("AKC264")!.Value, Is.EqualTo("360.0000"), "The client compares it with its own as text.");
            Assert.That(Value(settled, "AKC264"), Is.EqualTo(360.00m));
            Assert.That(Value(settled, "AKC260") + Value(settled, "AKC255") + Value(settled, "AKC261"), Is.EqualTo(360.00m));
            Assert.That(Value(settled, "CKC156"), Is.EqualTo(Guangdong.Value<long>("SELECT pool_fen FROM insured_settlement") / 100m).And.GreaterThan(0m));
            Assert.That(new[] { "AKC260", "AKC255", "AKC261", "AKC290", "CKC156" }.Select(name => Value(preview, name)), Is.EqualTo(new[] { "AKC260", "AKC255", "AKC261", "AKC290", "CKC156" }.Select(name => Value(settled, name))));
            Assert.That(again.ToString(), Is.EqualTo(first.ToString()));
            Assert.That((Yunnan.RowCounts(), Guangdong.RowCounts()), Is.EqualTo(before));
            Assert.That(Yunnan.Balance(Account.ReceivableFromPartner), Is.EqualTo(Guangdong.Value<long>("SELECT fund_total_fen + account_fen FROM insured_settlement")).And.GreaterThan(0L));
        }

        Refused(await BusinessAsync("15", $"<input><AKC190>{visit}</AKC190><AKC195>治愈</AKC195></input>"), "VISIT_STATE");
        Done(await BusinessAsync("21", $"<input><AKC190>{visit}</AKC190><HANDLEID>{settlement}</HANDLEID><AAE072>FP1</AAE072><AAE011>乙</AAE011></input>"));
        Done(await BusinessAsync("24", $"<input><AKC190>{visit}</AKC190></input>"));
        Done(await BusinessAsync("22", $"<input><AKC190>{visit}</AKC190><HANDLEID>{registration}</HANDLEID><AAE011>乙</AAE011></input>"));
        Assert.That((Yunnan.Balance(Account.ReceivableFromPartner), Guangdong.AccountBalanceFen(Guangzhouer), Guangdong.Year(Guangzhouer, 2017)), Is.EqualTo((0L, 800_00L, (0L, 0L, 0L))));
    }

    [Test]
    public async Task A_chronic_disease_visit_names_its_disease_and_its_registration_can_be_reversed()
    {
        await SignInAsync();
        var (_, registration) = await OpenAsync("MZ0002", "14", "1", "M03900");
        Assert.That(Guangdong.Value<string>("SELECT visit_kind || ' ' || chronic_disease FROM insured_visit"), Is.EqualTo("14 M03900"));

        var reversed = await BusinessAsync("99", " ", further: Param("OldTransCode", "11") + Param("OldSenderSerialNo", registration));

        Assert.That(Output(reversed).Element("CANCELSTAT")!.Value, Is.EqualTo("1"));
        Assert.That(Guangdong.Value<long>("SELECT state FROM insured_visit"), Is.EqualTo(4));
    }

    [Test]
    public async Task What_cannot_be_is_refused()
    {
        await SignInAsync();
        Refused(await BusinessAsync("11", Registration("MZ0003", "14", "1", "M99999")), "UNMAPPED_CODE", "AKA120 疾病编码");
        Refused(await BusinessAsync("11", Registration("MZ0003", "14", "0", "")), "MISSING_FIELD", "AKA123 是否特治病");
        Refused(await BusinessAsync("11", Registration("MZ0003", "11", "1", "M03900")), "INVALID_FIELD", "AKA120 疾病编码");
        Refused(await BusinessAsync("11", Registration("MZ0003", "11", "0", ""), person: "4401000099"), "PERSON_NOT_FOUND");
        Assert.That(Guangdong.Count("insured_visit"), Is.Zero);

        var (visit, _) = await OpenAsync("MZ0003", "11", "0", "");
        Refused(await BusinessAsync("14", Settle(visit)), "MISSING_FIELD");
        Refused(await BusinessAsync("14", Settle(visit).Replace("<AKA050>1", "<AKA050>2")), "UNKNOWN_TRANSACTION", "/his/v1");
        Assert.That(Guangdong.Count("insured_settlement"), Is.Zero);
    }

    [Test]
    public async Task The_state_of_a_transaction_is_done_refused_or_not_answered_yet_at_any_time()
    {
        await SignInAsync();
        var (visit, registration) = await OpenAsync("MZ0004", "11", "0", "");
        Done(await BusinessAsync("12", Line("MZ0004")));
        var (serial, unused) = (await SerialAsync(), await SerialAsync());
        var beforehand = await StateAsync(serial);
        await Guangdong.StopAsync();
        Assert.That((await BusinessAsync("14", Settle(visit), serial)).Attribute("return")!.Value, Is.Not.EqualTo("0"));
        var (pending, resentPending) = (await StateAsync(serial), await ResendAsync(serial));
        await Yunnan.RestartAsync(CancellationToken.None);
        var afterRestart = await StateAsync(serial);
        await Guangdong.StartAsync(CancellationToken.None);
        Clock.PutForward(Yunnan.Configuration.Timeouts.InteractiveBudget);
        var committed = await Eventually.GetAsync("the settlement to be made", () => StateAsync(serial), Is.EqualTo("1 0"));
        var resent = await ResendAsync(serial);
        Done(await BusinessAsync("21", $"<input><AKC190>{visit}</AKC190><HANDLEID>{serial}</HANDLEID><AAE072>FP1</AAE072><AAE011>乙</AAE011></input>"));
        var refused = await SerialAsync();
        await BusinessAsync("11", Registration("MZ0005", "11", "0", ""), refused, person: "4401000099");

        using (Assert.EnterMultipleScope())
        {
            Assert.That((beforehand, pending, afterRestart, committed), Is.EqualTo(("0 0", "3 0", "3 0", "1 0")));
            Assert.That((resentPending, resent), Is.EqualTo(("-2", "0")));
            Assert.That((await StateAsync(serial), await ResendAsync(serial)), Is.EqualTo(("1 1", "2")), "done, and undone since");
            Assert.That((await StateAsync(refused), await ResendAsync(refused)), Is.EqualTo(("2 0", "2")));
            Assert.That((await StateAsync(unused), await ResendAsync(unused)), Is.EqualTo(("0 0", "2")), "A serial that was fetched and not used.");
            Assert.That(await StateAsync(registration), Is.EqualTo("1 0"));
        }
    }

    /// <summary>82: TRANSSTAT and CANCELSTAT.</summary>
    private async Task<string> StateAsync(string serial)
    {
        var state = Output(await CallAsync("CenterQuery", Param("TransCode", "82") + Param("SenderSerialNo", serial)));
        return $"{state.Element("TRANSSTAT")!.Value} {state.Element("CANCELSTAT")!.Value}";
    }

    /// <returns>What 98 returns.</returns>
    private async Task<string> ResendAsync(string serial) =>
        (await BusinessAsync("98", " ", further: Param("OldTransCode", "14") + Param("OldSenderSerialNo", serial))).Attribute("return")!.Value;

    private async Task SignInAsync() => _cycle = Output(await CallAsync("SIGNIN", Param("OperatorNo", "12") + Param("SenderSerialNo", await SerialAsync()))).Element("BATCHNO")!.Value;

    private async Task<string> SerialAsync() => Output(await CallAsync("CenterQuery", Param("TransCode", "81") + Param("InputData", " "))).Element("TRANSID")!.Value;

    private async Task<(string Visit, string Serial)> OpenAsync(string number, string kind, string isSpecial, string disease)
    {
        var serial = await SerialAsync();
        return (Output(await BusinessAsync("11", Registration(number, kind, isSpecial, disease), serial)).Element("AKC190")!.Value, serial);
    }

    private string Registration(string number, string kind, string isSpecial, string disease) =>
        $"<input><YKC006>0</YKC006><YKC010>{number}</YKC010><AKA130>{kind}</AKA130><AKC192>{FeesOn:yyyy-MM-dd} 09:00:00</AKC192><AKC193>I10.x00</AKC193><AAE011>乙</AAE011><AKA123>{isSpecial}</AKA123>"
        + $"<AKA120>{disease}</AKA120><YKC011>内科</YKC011><YKC600>高血压</YKC600><YKC008>医生丙</YKC008></input>";

    private string Line(string number) =>
        $"<input><AKC190>{number}</AKC190><AKC220>{number}</AKC220><AKC231>1</AKC231><AKC515>L1</AKC515><AKC516>一级护理</AKC516><AKC222>ZL120100003</AKC222><AKA111>09</AKA111><AKC225>18.0000</AKC225>"
        + $"<AKC226>20</AKC226><AKC227>360.00</AKC227><AKC221>{FeesOn:yyyy-MM-dd} 10:00:00</AKC221><AAE011>乙</AAE011></input>";

    private static string Settle(string visit) =>
        $"<input><AKC190>{visit}</AKC190><AKC221>2017-09-20 10:00:00</AKC221><AAE072>FP1</AAE072><AKA050>1</AKA050><AAE011>乙</AAE011><AKC255></AKC255></input>";

    private async Task<XElement> BusinessAsync(string code, string input, string? serial = null, string person = Guangzhouer, string further = "") => await CallAsync("YDJYBusiness_Handle",
        Param("TransCode", code) + Param("SenderSerialNo", serial ?? await SerialAsync()) + Param("PersonNo", person) + Param("SICardNo", "") + Param("InsuredAreaNo", "4401")
        + (further.Length > 0 ? further : Param("OldTransCode", " ") + Param("OldSenderSerialNo", " ")) + Param("OperatorNo", "12") + Param("BusiCycleNo", _cycle) + Param("InputData", input));

    private async Task<XElement> CallAsync(string function, string parameters)
    {
        var call = $"<?xml version=\"1.0\" encoding=\"GBK\"?><ydjy xml:space=\"preserve\" version=\"1\" function=\"{function}\" hospital=\"{KunmingHospital}\" acp=\"936\">{parameters}</ydjy>";
        var reply = Gb(await PostAsync(Yunnan, KunmingHospital, "/ydjy", "text/xml; charset=GBK", LegacyText.Gb18030.GetBytes(call)));
        return XElement.Parse(reply, LoadOptions.PreserveWhitespace);
    }

    private static string Param(string name, string value) => $"<param name=\"{name}\">{Escaped(value)}</param>";

    private static XElement Output(XElement reply) => XElement.Parse(Done(reply));

    private static string Done(XElement reply)
    {
        Assert.That(reply.Attribute("return")!.Value, Is.EqualTo("0"), reply.ToString);
        return reply.Elements("out").Last().Value;
    }

    private static void Refused(XElement reply, params string[] said)
    {
        Assert.That(reply.Attribute("return")!.Value, Is.Not.EqualTo("0"), reply.ToString);
        foreach (var word in said)
            Assert.That(reply.Elements("out").Last().Value, Does.Contain(word));
    }

    private static decimal Value(XElement output, string name) => decimal.Parse(output.Element(name)!.Value, System.Globalization.CultureInfo.InvariantCulture);
}
