using System.Text;
using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Dialects.Province2016Xml;

namespace ProvincialGateway.Tests.Dialects;

public sealed class Province2016XmlEncodeTests
{
    private const string Settlement = "0304-settle";

    private readonly Province2016XmlDialect _dialect = new();

    private static IEnumerable<string> Names => Province2016XmlSamples.Names;

    [TestCaseSource(nameof(Names))]
    public void Every_reply_has_what_clients_read_without_a_null_check_whatever_the_result_is(string name)
    {
        var message = Province2016XmlSamples.Sample(name);
        var encoding = name.Contains("gbk", StringComparison.Ordinal) ? LegacyText.Gb18030 : Encoding.UTF8;
        foreach (var given in EveryResult())
        {
            var result = Province2016XmlSamples.Result(_dialect.Encode(_dialect.Decode(message), [given]), encoding);

            Assert.That(result.ChildNodes.Cast<System.Xml.XmlNode>().Select(node => node.Name), Is.EqualTo(new[] { "transid", "errorcode", "errormsg", "output" }));
            Assert.That(result.Text("transid"), Is.EqualTo(given.TransactionId));
            Assert.That(int.Parse(result.Text("errorcode"), System.Globalization.CultureInfo.InvariantCulture) < 0, Is.EqualTo(result.Text("errormsg").Length > 0), given.GetType().Name);
        }
    }

    [Test]
    public void The_list_of_results_is_complete() =>
        Assert.That(
            EveryResult().Select(result => result.GetType()).Distinct(),
            Is.EquivalentTo(typeof(HisResult).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(HisResult)))));

    [TestCase("0304-settle"), TestCase("0211-verify-person"), TestCase("1904-verify-card"), TestCase("0305-cancel-settlement"), TestCase("0214-cancel-admission"), TestCase("1301-reverse-settlement")]
    public void An_answer_that_does_not_fit_the_request_is_no_success(string name)
    {
        var result = Encoded(name, new SerialIssued { TransactionId = "1", Serial = "2" });

        Assert.That(result.Text("errorcode"), Is.EqualTo("-9"));
        Assert.That(result.Text("errormsg"), Does.Contain("SerialIssued"));
    }

    [Test]
    public void Pending_has_its_own_code_and_says_not_to_send_anew()
    {
        var result = Encoded(Settlement, new HisPending { TransactionId = "440100", Chinese = "参保地未应答。", English = "not answered yet." });

        Assert.That(result.Text("errorcode"), Is.EqualTo("-2"));
        Assert.That(result.Text("transid"), Is.EqualTo("440100"));
        Assert.That(result.Text("errormsg"), Does.Contain("处理中").And.Contain("切勿作为新交易重发").And.Contain("do not send it as a new transaction"));
    }

    [TestCase("0212-register-admission", "visit_kind", "aka130")]
    [TestCase("0212-register-admission", "person.certificate_number", "aac044")]
    [TestCase("0212-register-admission", "certificate_number", "aac044")]
    [TestCase("0212-register-admission", "department", "akf001")]
    [TestCase("0215-discharge", "department", "akf002")]
    [TestCase("0215-discharge", "diagnoses[0].code", "akc196")]
    [TestCase("0301-upload-fees", "lines[2].local_code", "detail/row[3]/ake005")]
    [TestCase("0301-upload-fees", "lines[2]", "detail/row[3]")]
    [TestCase("0301-upload-fees", "visit.visit_number", "ykc700")]
    [TestCase("0304-settle", "claimed_total_fen", "akc264")]
    [TestCase("0305-cancel-settlement", "settlement_number", "aaz216")]
    public void A_refusal_from_behind_the_dialect_shows_the_element_the_hospital_knows(string sample, string field, string element)
    {
        var message = Encoded(sample, Refused(field)).Text("errormsg");

        Assert.That(message, Does.EndWith($"({element})"));
    }

    [TestCase(""), TestCase("no_such_field"), TestCase("lines[99999999999].x"), TestCase("lines[0].no_such_field")]
    public void A_refusal_about_no_element_shows_none(string field) =>
        Assert.That(Encoded("0301-upload-fees", Refused(field)).Text("errormsg"), Is.EqualTo(Refused(field).Text));

    [Test]
    public void What_the_agency_pays_includes_the_account_and_every_fund_has_its_row()
    {
        var settled = (Settled)Province2016XmlSamples.Results(Settlement)[0];
        var figures = settled.Figures with
        {
            PoolFen = 1_00,
            CivilServantFen = 2_00,
            EnterpriseFen = 3_00,
            EmployeeLargeAmountFen = 4_00,
            ResidentCriticalIllnessFen = 5_00,
            MedicalAidFen = 6_00,
            OtherFundFen = 7_01,
            FundTotalFen = 28_01,
            AccountFen = 10_00,
        };

        var result = Encoded(Settlement, settled with { Figures = figures });

        Assert.That(result.Text("output/ake149"), Is.EqualTo("38.01"));
        Assert.That(result.Text("output/aae045"), Is.EqualTo("9.00"));
        var amounts = result.SelectNodes("output/detail/row/aad006")!.Cast<System.Xml.XmlNode>().Select(node => node.InnerText).ToList();
        Assert.That(amounts, Is.EqualTo(new[] { "1.00", "2.00", "3.00", "4.00", "5.00", "6.00", "7.01" }));
        Assert.That(result.SelectNodes("output/detail/row[aaa157 and aaa160 and aae187]")!, Has.Count.EqualTo(7));
    }

    [Test]
    public void A_settlement_without_fund_payment_has_an_empty_list()
    {
        var settled = (Settled)Province2016XmlSamples.Results(Settlement)[0];

        var result = Encoded(Settlement, settled with { Figures = settled.Figures with { PoolFen = 0, FundTotalFen = 0 } });

        Assert.That(result.Text("output/detail"), Is.Empty);
        Assert.That(result.Text("output/ake039"), Is.EqualTo("0.00"));
    }

    [Test]
    public void The_settlement_counts_on_the_chinese_day()
    {
        var settled = (Settled)Province2016XmlSamples.Results(Settlement)[0];

        var result = Encoded(Settlement, settled with { SettledAt = new DateTimeOffset(2017, 6, 20, 16, 0, 1, TimeSpan.Zero) });

        Assert.That((result.Text("output/akc194"), result.Text("output/ykc706")), Is.EqualTo(("20170621000001", "20170621")));
    }

    [TestCase(long.MaxValue), TestCase(long.MinValue)]
    public void Extreme_figures_still_give_a_reply(long fen)
    {
        var settled = (Settled)Province2016XmlSamples.Results(Settlement)[0];
        var figures = settled.Figures with
        {
            FundTotalFen = fen,
            AccountFen = fen,
            EmployeeLargeAmountFen = fen,
            ResidentCriticalIllnessFen = fen,
            PersonalTotalFen = fen,
        };
        foreach (var sample in new[] { Settlement, "0304-settle-within-province" })
            Assert.That(Encoded(sample, settled with { Figures = figures, SettledAt = DateTimeOffset.MaxValue }).Text("errorcode"), Is.EqualTo("0"));
    }

    [Test]
    public void Characters_xml_cannot_carry_become_question_marks()
    {
        var verified = (PersonVerified)Province2016XmlSamples.Results("0211-verify-person")[0];

        var result = Encoded("0211-verify-person", verified with { Person = verified.Person with { Name = "甲\0\u0001\uD800乙\uFFFF𠮷\uDC00]]>&<\"'" } });

        Assert.That(result.Text("output/aac003"), Is.EqualTo("甲???乙?𠮷?]]>&<\"'"));
    }

    [Test]
    public void A_client_that_says_gbk_gets_rare_characters_as_references_and_the_rest_as_gbk()
    {
        const string Sample = "0212-gbk-body-rare-characters";
        var reply = _dialect.Encode(_dialect.Decode(Province2016XmlSamples.Sample(Sample)), Province2016XmlSamples.Results(Sample));

        var codePage936 = CodePagesEncodingProvider.Instance.GetEncoding(936)!;
        Assert.That(reply.ContentType, Is.EqualTo("text/xml; charset=GBK"));
        Assert.That(codePage936.GetString(reply.Body), Does.StartWith("<?xml version=\"1.0\" encoding=\"GBK\"?>").And.Contain("昆明示例制造有限公司"));
        Assert.That(Province2016XmlSamples.Result(reply, codePage936).Text("output/aac003"), Is.EqualTo("测试㼆䶮𠮷"));
        Assert.That(Province2016XmlSamples.Result(reply, LegacyText.Gb18030).Text("output/aac003"), Is.EqualTo("测试㼆䶮𠮷"));
    }

    [TestCase(Province2016XmlSamples.ProxyPath, "text/xml", "CallServiceResult", "text/xml; charset=utf-8")]
    [TestCase(Province2016XmlSamples.ProxyPath, "application/soap+xml", "CallServiceResult", "application/soap+xml; charset=utf-8")]
    [TestCase(Province2016XmlSamples.AgencyPath, "text/xml", "return", "text/xml; charset=utf-8")]
    public void A_failure_outside_any_request_is_told_in_the_clients_own_form(string path, string contentType, string element, string replyType)
    {
        var message = new HisMessage { Path = path, ContentType = contentType, SoapAction = "", Body = Array.Empty<byte>() };

        var reply = _dialect.EncodeFailure(message, Refused("token"));

        Assert.That(reply.ContentType, Is.EqualTo(replyType));
        Assert.That(Encoding.UTF8.GetString(reply.Body), Does.Contain($"<{element}>"));
        Assert.That(Province2016XmlSamples.Result(reply).Text("errorcode"), Is.EqualTo("-1"));
    }

    [Test]
    public void Results_must_answer_the_requests_one_to_one()
    {
        var envelope = _dialect.Decode(Province2016XmlSamples.Sample(Settlement));

        Assert.That(() => _dialect.Encode(envelope, []), Throws.ArgumentException);
    }

    private System.Xml.XmlElement Encoded(string sample, HisResult result) =>
        Province2016XmlSamples.Result(_dialect.Encode(_dialect.Decode(Province2016XmlSamples.Sample(sample)), [result]));

    private static HisRefusal Refused(string field) => new()
    {
        TransactionId = "",
        Code = "SOME_CODE",
        Side = RefusingSide.Insured,
        Field = field,
        Chinese = "不符。",
        English = "it does not fit.",
        NextStepChinese = "请核对。",
        NextStepEnglish = "Check it.",
    };

    private static List<HisResult> EveryResult() =>
    [
        Refused("visit_kind"),
        new HisPending { TransactionId = "1", Chinese = "未应答。", English = "not answered." },
        new OutpatientRegistered { TransactionId = "1", VisitNumber = "S", Person = ((PersonVerified)Province2016XmlSamples.Results("0211-verify-person")[0]).Person, DeductibleFen = 0 },
        .. Names.SelectMany(Province2016XmlSamples.Results),
        new Acknowledged { TransactionId = "1" },
        new SerialIssued { TransactionId = "1", Serial = "2" },
        new BusinessPeriodOpened { TransactionId = "1", PeriodNumber = "2" },
        new FeeLineRefunded { TransactionId = "1", RemainingQuantity = 1, RemainingAmountFen = 1 },
        new ItemLookedUp { TransactionId = "1", UsableUnitPrice = 1, ItemClass = "1" },
        new ApprovalLookedUp { TransactionId = "1" },
        new TransactionFound { TransactionId = "1", State = HisTransactionState.Committed },
        new TransactionConfirmed { TransactionId = "1" },
        new UnconfirmedListed { TransactionId = "1", Transactions = [] },
        new InstitutionDescribed { TransactionId = "1", InstitutionCode = "2", Name = "3", Division = "440100", Level = "4", Now = DateTimeOffset.UnixEpoch },
        new VisitUpdated { TransactionId = "1", VisitNumber = "2" },
        new CodeConverted { TransactionId = "1" },
        new BusinessPeriodSummed { TransactionId = "1", PeriodNumber = "2", Totals = NoTotals },
        new BusinessPeriodClosed { TransactionId = "1", PeriodNumber = "2", Totals = NoTotals },
        new TotalsReconciled { TransactionId = "1", Balanced = true, Totals = NoTotals },
        new SettlementsListed { TransactionId = "1", Rows = [] },
        new SettlementsStated { TransactionId = "1" },
        new ReconciliationFound { TransactionId = "1", Rows = [] },
        Previewed(),
    ];

    private static HisSettlementTotals NoTotals => new() { SettlementCount = 0, CancellationCount = 0, TotalFen = 0, FundTotalFen = 0, AccountFen = 0, CashFen = 0 };

    private static SettlementPreviewed Previewed()
    {
        var settled = (Settled)Province2016XmlSamples.Results(Settlement)[0];
        return new SettlementPreviewed { TransactionId = "1", Person = settled.Person, Figures = settled.Figures, AdmissionOrdinal = 1, Steps = [] };
    }
}
