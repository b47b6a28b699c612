using System.Globalization;
using NUnit.Framework;
using Provincial.His.V1;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Dialects;

/// <summary>Guangzhou's hospitals speak Neusoft's caret form, profile NC: outpatient visits, chronic diseases, stays that are settled in parts.</summary>
internal sealed class When_a_caret_hospital_treats_patients : DialectTest
{
    // Places of NC's 31 figures, counted from 0.
    private const int Total = 0, FullSelfPay = 1, Account = 2, Pool = 3, PreSelfPay = 7, InScope = 10, Deductible = 11, Cash = 17;

    protected override void Speak(AdapterFolder adapters) => adapters.Speak(
        "guangdong", "neusoft-caret", "ProvincialGateway.Dialects.NeusoftCaret.dll",
        ("profile", "NC"), ("insuredDivision", "530100"), ("itemCode", "hospital"), ("uncodedDiagnosis", "I10.x00"), ("chronicKinds", "18"));

    [Test]
    public async Task An_outpatient_visit_is_settled_to_the_fen_repeated_from_disk_and_cancelled()
    {
        await DoneAsync("2210", Opening("MZ0001", "11"));
        await DoneAsync("2310", Lines("MZ0001", SampleBills.BelowDeductible(FeesOn)));
        var preview = Figures(await DoneAsync("2420", Bill("MZ0001", "11")));
        var settle = Call("2410", Bill("MZ0001", "11"));
        var first = await SendAsync(settle);
        var before = (Yunnan.RowCounts(), Guangdong.RowCounts());

        var again = await SendAsync(settle);

        // (820.00 - 90.00) × 50 %; the account pays what is left.
        using (Assert.EnterMultipleScope())
        {
            foreach (var figures in new[] { preview, Figures(first) })
            {
                Assert.That((figures[Total], figures[FullSelfPay], figures[PreSelfPay], figures[InScope]), Is.EqualTo(("980.00", "100.00", "60.00", "820.00")));
                Assert.That((figures[Deductible], figures[Pool], figures[Account], figures[Cash]), Is.EqualTo(("90.00", "365.00", "615.00", "0.00")));
            }
            Assert.That(again, Is.EqualTo(first));
            Assert.That((Yunnan.RowCounts(), Guangdong.RowCounts()), Is.EqualTo(before));
            Assert.That(Guangdong.Balance(Ledger.Account.ReceivableFromPartner), Is.EqualTo(980_00L));
            Assert.That(Yunnan.Value<string>("SELECT group_concat(clearing_type) FROM ledger_row"), Is.EqualTo("11"));
        }

        await DoneAsync("2430", "MZ0001|FP1|演示员甲|0|20170920|");
        await DoneAsync("2320", "MZ0001||演示员甲|");
        await DoneAsync("2240", "MZ0001|演示员甲|11|");
        AssertBooksAsBefore();
    }

    [Test]
    public async Task A_chronic_disease_visit_is_settled_by_the_plan_of_its_disease()
    {
        await DoneAsync("2210", Opening("MZ0002", "18", "M03900|高血压"));
        await DoneAsync("2310", Lines("MZ0002", SampleBills.IntensiveCare(FeesOn)));

        var figures = Figures(await DoneAsync("2410", Bill("MZ0002", "18")));

        // (3600.00 - 300.00) × 80 %.
        Assert.That((figures[Total], figures[Deductible], figures[Pool]), Is.EqualTo(("3600.00", "300.00", "2640.00")));
        Assert.That(Yunnan.Value<string>("SELECT chronic_disease FROM insured_visit"), Is.EqualTo("M03900"));
    }

    [Test]
    public async Task An_outpatient_visit_of_the_remote_family_is_settled_and_cancelled_by_its_number()
    {
        const string Person = KunmingPerson + "|测试患者甲||530100|";
        var visit = (await DoneAsync("7210", $"{Person}11|内科|{FeesOn:yyyyMMdd}094500||I10.x00|高血压|MZ0003||0301|D0001|演示医生丙||0|0|演示员甲||||||0|")).Split('^')[2].Split('|')[0];
        await DoneAsync("7310", $"{Person}{visit}|演示医生丙|$T330000|180|20|3600.00|{FeesOn:yyyyMMdd}100000|T330000|重症监护|||||||内科|演示员甲|{FeesOn:yyyyMMdd}|");
        var settled = (await DoneAsync("7420", $"{Person}{visit}|0||1|||D0001|演示医生丙||9|0|1||演示员甲||||||||||||||MZ0003|FP3|")).Split('^')[2].Split('|');

        Assert.That((settled[1], settled[12]), Is.EqualTo(("3600.00", "90.00")));
        await DoneAsync("7140", $"{Person}{visit}|{settled[0]}|");
        AssertBooksAsBefore();
    }

    [Test]
    public async Task A_stay_is_settled_in_parts_and_cancelled_from_the_last_to_the_first()
    {
        var serials = new List<string>();
        await DoneAsync("2210", Opening("ZY0001", "25"));
        foreach (var part in new[] { "1", "1", "0" })
        {
            await DoneAsync("2310", Line("ZY0001", $"{serials.Count}", "10"));
            var settled = await DoneAsync("2410", Bill("ZY0001", "25", part));
            Assert.That(await DoneAsync("2410", Bill("ZY0001", "25", part)), Is.EqualTo(settled), "The same again is the same part.");
            serials.Add(settled.Split('^')[0]);
            // 1800.00 each; deductible 1200.00 once; 85 % of the rest.
            Assert.That((Figures(settled)[Total], Figures(settled)[Deductible], Figures(settled)[Pool]), Is.EqualTo(("1800.00", serials.Count == 1 ? "1200.00" : "0.00", serials.Count == 1 ? "510.00" : "1530.00")));
        }

        await RefusedAsync("2410", Bill("ZY0001", "25", "1"), "VISIT_STATE");
        await RefusedAsync("2430", $"ZY0001|{serials[0]}|演示员甲|0|20170920|", "VISIT_STATE");
        await DoneAsync("2430", "ZY0001|FP1|演示员甲|0|20170920|");
        await RefusedAsync("2410", Bill("ZY0001", "25", "1"), "VISIT_STATE");
        Assert.That((await Guangzhou.CancelDischargeAsync(Visit(), "D1")).IsGranted, Is.True, "There is no other way back to the stay than /his/v1.");
        await DoneAsync("2430", $"ZY0001|{serials[1]}|演示员甲|0|20170920|");
        await DoneAsync("2430", $"ZY0001|{serials[0]}|演示员甲|0|20170920|");
        await DoneAsync("2320", "ZY0001||演示员甲|");
        await DoneAsync("2240", "ZY0001|演示员甲|25|");
        AssertBooksAsBefore();
    }

    [Test]
    public async Task What_cannot_be_is_refused_by_the_side_and_the_field_that_are_to_blame()
    {
        await RefusedAsync("2210", Opening("MZ0004", "18", "M99999|不明"), "UNMAPPED_CODE", "chronic_disease");
        await RefusedAsync("2210", Opening("MZ0004", "18", "|高血压"), "MISSING_FIELD", "2210(4) 诊断编码");
        await RefusedAsync("2210", Opening("MZ0004", "11", person: "5301000099"), "PERSON_NOT_FOUND");
        await RefusedAsync("2410", Bill("MZ0004", "11"), "VISIT_NOT_FOUND");
        await DoneAsync("2210", Opening("MZ0004", "11"));
        await RefusedAsync("2410", Bill("MZ0004", "11"), "MISSING_FIELD", "lines");
        await DoneAsync("2310", Line("MZ0004", "1", "10"));
        await RefusedAsync("2410", Bill("MZ0004", "11", "1"), "INVALID_FIELD", "not settled in parts");
        Assert.That(Yunnan.Count("insured_visit"), Is.EqualTo(1));
    }

    // (1800.00 - 90.00) × 50 % × 0.70 for an employee, 1800.00 × 30 % × 0.60 for a resident: Kunming's policy pays less without a filing.
    [TestCase("5301000010", "90.00", "598.50", "930.00", "271.50")]
    [TestCase("5301000012", "0.00", "324.00", "0.00", "1476.00")]
    public async Task A_person_without_a_filing_for_the_place_is_paid_less(string person, string deductible, string pool, string account, string cash)
    {
        await DoneAsync("2210", Opening("MZ0005", "11", person: person));
        await DoneAsync("2310", Line("MZ0005", "1", "10"));

        var figures = Figures(await DoneAsync("2410", Bill("MZ0005", "11")));

        Assert.That((figures[Deductible], figures[Pool], figures[Account], figures[Cash]), Is.EqualTo((deductible, pool, account, cash)));
    }

    private string Visit() => Guangdong.Value<string>("SELECT visit_number FROM treatment_visit");

    private string Opening(string number, string kind, string diagnosis = "I10.x00|高血压", string person = KunmingPerson) =>
        $"{number}|{kind}|{FeesOn:yyyyMMdd}094500|{diagnosis}||0301||D0001|演示医生丙|0|0|演示员甲||{person}|";

    private string Line(string number, string prescription, string quantity) => Row(number, SampleBills.Line(prescription, "T330000", "重症监护", "06", "180.0000", quantity, FeesOn));

    private string Lines(string number, IEnumerable<FeeLine> lines) => string.Join('$', lines.Select(line => Row(number, line)));

    private string Row(string number, FeeLine line) =>
        $"{number}|1|{line.FeeCategory}|CF{line.LineSerial}|{FeesOn:yyyyMMdd}100000|{line.LocalCode}|AAAA|{line.LocalName}|{decimal.Parse(line.UnitPrice, CultureInfo.InvariantCulture)}|{line.Quantity}|||||D0001|演示医生丙|||0301||0|演示员甲||";

    private string Bill(string number, string kind, string interim = "0") => $"{number}|FP1|{kind}|{Today:yyyyMMdd}160000|{Today:yyyyMMdd}150000|1|I10.x00|高血压|1|{interim}|演示员甲|||";

    private static string[] Figures(string reply) => reply.Split('^')[2].Split('|');

    private async Task<string> DoneAsync(string code, string input)
    {
        var reply = await SendAsync(Call(code, input));
        Assert.That(reply, Does.EndWith("^0|||^"), $"{code} {input}");
        return reply;
    }

    private async Task RefusedAsync(string code, string input, params string[] said)
    {
        var reply = await SendAsync(Call(code, input));
        Assert.That(reply, Does.EndWith("^-2|||^"));
        foreach (var word in said)
            Assert.That(reply, Does.Contain(word));
    }

    private static string Call(string code, string input) => $"{code}^{FirstHospital}^0001^^20170920100000-{FirstHospital}-0001^0000^{input}^1^";

    private async Task<string> SendAsync(string call) => Gb(await PostAsync(Guangdong, FirstHospital, "/neusoft", "text/plain", LegacyText.Gb18030.GetBytes(call)));
}
