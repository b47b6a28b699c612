using System.Globalization;
using System.Text;
using System.Xml.Linq;
using NUnit.Framework;
using ProvincialGateway.AdapterHost;
using ProvincialGateway.Adapters.Contracts;
using static ProvincialGateway.Tests.Dialects.YinhaiXmlMessages;

namespace ProvincialGateway.Tests.Dialects;

internal sealed class YinhaiXmlEncodeTests
{
    private static readonly string Settle = Call("41", Input(Settlement));

    [TestCase("03", "aac001 akc021 ykc120 yab139 ykb065 ykc150 aac003 aac004 aac002 aac006 akc023 aab001 aab004 aac031 akc087 yab003 ykc280 ykc281 ykc023")]
    [TestCase("21", "akc190 yab003 aka130 aac001 aac003 aac004 aac002 ykb065 aab001 aab004 akc023 akc021")]
    [TestCase("43", "aac001 aae036 yka055 yka056 yka057 yka111 yka058 yka248 yka062 yke030 ykb037 yka316 yka054 yae366 zhyjj zhkzf yka059 yke031 yke486 yka373 yka410 yka420 yka430")]
    [TestCase("41", "yka103 aac001 yka065 aae036 yka055 yka056 yka057 yka111 yka058 yka248 yka062 yke030 akc087 ykb037 yka316 akc021 ykc120 yab139 aac003 aac004 aac002 aac006 akc023 aab001 aab004 "
        + "ykc280 ykc281 yka054 yae366 ykd523 ykd524 yke031 zhyjyjj yka373 yka372 yke398 ykc365 yka410 yka420 yka430")]
    [TestCase("04", "akb021 yke362 aka101 akb023 akb022 akb020 aae004 aae005 aae006 aae007 zykt aka130 mztc dxsmztc ptmz")]
    public void Every_element_that_either_client_reads_is_there_even_when_nothing_is_known(string code, string names)
    {
        var person = Person with { Name = "", EmployerCode = "", CardNumber = "", InsuredDivision = "", Scheme = "" };
        HisResult result = code switch
        {
            "03" => new PersonVerified { TransactionId = TransactionId, Person = person },
            "21" => new AdmissionRegistered { TransactionId = TransactionId, VisitNumber = Visit, Person = person, DeductibleFen = 0, AdmissionOrdinal = 1 },
            "43" => new SettlementPreviewed { TransactionId = TransactionId, Person = person, Figures = Figures, AdmissionOrdinal = 1, Steps = [] },
            "41" => Booked with { Person = person },
            _ => new InstitutionDescribed { TransactionId = TransactionId, InstitutionCode = "", Name = "", Division = "", Level = "", Now = DateTimeOffset.UnixEpoch },
        };
        var output = Answer(Call(code, Input(Settlement.Concat(Admission)), Card), result).Inner();

        Assert.That(output.Elements().Select(element => element.Name.LocalName), Is.EquivalentTo(names.Split(' ').Select(name => "prm_" + name)));
    }

    [Test]
    public void Both_identities_of_the_figures_hold_to_the_fen()
    {
        const int Seed = 20170620;
        TestContext.Out.WriteLine($"seed {Seed}");
        var random = new Random(Seed);
        for (var i = 0; i < 300; i++)
        {
            var figures = RandomFigures(random);
            var shown = Answer(Settle, Booked with { Figures = figures }).Inner().Elements().ToDictionary(element => element.Name.LocalName[4..], element => element.Value);
            decimal Of(string name) => decimal.Parse(shown[name], CultureInfo.InvariantCulture);

            Assert.That(Of("yka056") + Of("yka057") + Of("yka111"), Is.EqualTo(Of("yka055")));
            Assert.That(Of("yka055") - Of("yka248") - Of("yka062") - Of("yke030") - Of("yka065"), Is.EqualTo(figures.CashFen / 100m));
        }
    }

    [Test]
    public void Every_row_of_a_stored_upload_is_answered_and_its_parts_add_up()
    {
        var split = new HisSplitLine
        {
            LineSerial = "9000001",
            LocalCode = "1",
            LocalName = "2",
            ItemClass = "2",
            SelfPayBasisPoints = 1000,
            UnitPrice = 1,
            Quantity = 1,
            AmountFen = 1000,
            FullSelfPayFen = 100,
            OverLimitFen = 200,
            PreSelfPayFen = 300,
            InScopeFen = 400,
        };
        var rows = Answer(Call("31", Upload(Line)), new FeeLinesStored { TransactionId = TransactionId, Lines = [split], VisitTotalFen = 1000 }).Inner().Element("sqldata")!.Elements("row");

        Assert.That(rows.Single().Elements().Select(element => $"{element.Name} {element.Value}"), Is.EqualTo(new[]
        {
            $"akc190 {Visit}", "yka105 9000001", "yka317 3.00", "yka318 3.00", "yka319 4.00", "code 1", "message ",
        }));
    }

    [Test]
    public void A_refused_upload_fails_as_a_call_and_in_every_row()
    {
        var reply = Answer(Call("31", Upload(Line, Line.With("yka105", "9000002"))), Refused("lines[1].local_code"));
        var rows = reply.Inner().Element("sqldata")!.Elements("row").ToList();

        Assert.That(reply.Out("appcode"), Is.EqualTo("-1"));
        Assert.That(reply.Out("appmsg"), Does.EndWith("(dataset/row[2]/yka002 医保通用项目编码)"));
        Assert.That(rows.Select(row => (row.Element("yka105")!.Value, row.Element("code")!.Value)), Is.EqualTo(new[] { ("9000001", "-1"), ("9000002", "-1") }));
        Assert.That(rows.Select(row => row.Element("message")!.Value.Contains("SOME_CODE", StringComparison.Ordinal)), Is.EqualTo(new[] { false, true }));
    }

    [TestCase("41", "claimed_total_fen", "prm_hisfyze HIS费用总额"), TestCase("41", "visit", "prm_akc190 就诊编号"), TestCase("21", "diagnoses[0].code", "prm_yke120 入院诊断ICD10")]
    [TestCase("21", "person", "card 读卡数据"), TestCase("21", "person.person_number", "prm_aac001 个人编号"), TestCase("21", "person.name", "card 读卡数据"), TestCase("21", "insured_division", "card 读卡数据"), TestCase("46A", "scope.from", "prm_begindate 开始日期")]
    public void A_refusal_from_behind_the_dialect_shows_the_element(string code, string field, string shown)
    {
        var input = Input([.. Settlement.Concat(Admission), ("prm_begindate", "2017-06-20"), ("prm_enddate", "2017-06-20")]);
        Assert.That(Answer(Call(code, input, Card), Refused(field)).Out("appmsg"), Does.EndWith($"({shown})"));
    }

    [TestCase(""), TestCase("no_such_field"), TestCase("visit_kind")]
    public void A_refusal_about_no_element_shows_none(string field) => Assert.That(Answer(Settle, Refused(field)).Out("appmsg"), Is.EqualTo(Refused(field).Text));

    [Test]
    public void A_list_is_a_file_where_one_is_named_and_rows_where_not()
    {
        (string, string)[] days = [("prm_begindate", "2017/6/20"), ("prm_enddate", "2017-06-21")];
        var listed = new SettlementsListed { TransactionId = TransactionId, Rows = [Row with { Name = "㼆䶮𠮷\t" }, Row with { IsCancellation = true }] };
        var asFile = Answer(Call("46A", Input([.. days, ("prm_outputfile", @"D:\YH\46A.txt")])), listed);
        var asRows = Answer(Call("46A", Input(days)), listed);

        Assert.That(Operation<ListSettlements>(Call("46A", Input(days))).Scope, Is.EqualTo(new HisSettlementScope { From = new DateOnly(2017, 6, 20), To = new DateOnly(2017, 6, 21), WithoutCancelled = false }));
        var lines = asFile.FileText().Split("\r\n");
        var columns = asRows.Inner().Element("sqldata")!.Elements("row").First().Elements().Select(element => element.Name.LocalName).ToList();
        Assert.That(asFile.Element("file")!.Attribute("name")!.Value, Is.EqualTo(@"D:\YH\46A.txt"));
        Assert.That(asFile.Inner().HasElements, Is.False);
        Assert.That(string.Join(' ', columns), Is.EqualTo(
            "akc190 yka103 aka130 aac001 yka065 yka055 yka056 yka057 yka111 yka058 yka248 yka062 yke030 ykc177 yka410 yka373 yka372 yke398 ykc365 ykb037 yka316 yka054 yae366 akc021 ykc121 "
            + "ykc280 ykc281 aae036 AAE100 yka064 Ykb065 aac003 yka430"));
        Assert.That(lines, Has.Length.EqualTo(3));
        Assert.That(lines[..2].Select(line => line.Split('\t').Length), Is.All.EqualTo(columns.Count));
        Assert.That(lines[0].Split('\t')[columns.IndexOf("aac003")], Is.EqualTo("㼆䶮𠮷 "));
    }

    [Test]
    public void A_statement_is_asked_for_by_the_day_in_its_number_and_given_as_a_file()
    {
        var xml = Call("44", Input([("prm_akc190", Visit), ("prm_yka103", SettlementNumber)]));
        var day = new DateOnly(2017, 6, 20);

        Assert.That(Operation<ListSettlements>(xml).Scope, Is.EqualTo(new HisSettlementScope { From = day, To = day, WithoutCancelled = true }));
        var reply = Answer(xml, new SettlementsListed { TransactionId = TransactionId, Rows = [Row with { SettlementNumber = "A5301001706200000457" }, Row] });
        Assert.That(reply.FileText(), Does.Contain($"结算编号\t{SettlementNumber}\r\n").And.Contain("医疗费总额\t458.60\r\n").And.Contain("现金支付\t195.16\r\n"));
        var missing = Answer(xml, new SettlementsListed { TransactionId = TransactionId, Rows = [Row with { SettlementNumber = "A5301001706200000457" }] });
        Assert.That((missing.Out("appcode"), missing.Element("file")), Is.EqualTo(("-1", (XElement?)null)));
        Assert.That(missing.Out("appmsg"), Does.StartWith("[SETTLEMENT_NOT_FOUND]"));
    }

    [TestCase("JS1706200000000045"), TestCase("A5301001706310000456"), TestCase("S5301001706200000456")]
    public void A_statement_of_a_number_that_is_none_is_refused(string number) =>
        Assert.That(Refusal(Call("44", Input([("prm_akc190", Visit), ("prm_yka103", number)]))).Field, Is.EqualTo("settlement_number"));

    [Test]
    public void The_sub_centre_is_as_set_or_the_beginning_of_the_division()
    {
        string Shown(string division) => Answer(Call("03", "", Card), new PersonVerified { TransactionId = TransactionId, Person = Person with { InsuredDivision = division } }).Inner().Element("prm_yab139")!.Value;

        Assert.That(new[] { "520000", "530100", "530102", "" }.Select(Shown), Is.EqualTo(new[] { "9900", "5301", "5301", "" }));
    }

    [Test]
    public void A_result_of_another_kind_is_a_fault_and_never_a_success() =>
        Assert.That(Answer(Settle, new SerialIssued { TransactionId = TransactionId, Serial = "1" }).Out("appcode"), Is.EqualTo("-9"));

    [Test]
    public void A_failure_outside_any_request_answers_every_call_of_a_batch()
    {
        var message = Utf8($"<yinhaiBatch>{Settle}{Method("confirm", "")}</yinhaiBatch>");
        var root = Root(Dialect.EncodeFailure(message, Refused()));

        Assert.That(root.Name.LocalName, Is.EqualTo("yinhaiBatch"));
        Assert.That(root.Elements("yinhai").Select(call => (call.Out("appcode"), call.Out("appmsg"))), Is.EqualTo(Enumerable.Repeat(("-1", Refused().Text), 2)));
        Assert.That(Root(Dialect.EncodeFailure(Message([0xFF], ""), Refused())).Out("appmsg"), Is.EqualTo(Refused().Text));
    }

    [Test]
    public void The_call_is_recognisable_in_its_reply()
    {
        var reply = Answer(Method("YH_interface_init", "", "hospital=\"H1\" seq=\"&quot;&lt;15\""), new Acknowledged { TransactionId = "" });
        Assert.That((reply.Attribute("method")!.Value, reply.Attribute("seq")!.Value, reply.Attribute(XNamespace.Xml + "space")!.Value), Is.EqualTo(("YH_interface_init", "\"<15", "preserve")));
    }

    [TestCase("GBK"), TestCase("GB2312"), TestCase("gb18030"), TestCase("utf-8")]
    public void Rare_characters_survive_in_every_encoding(string label)
    {
        var encoding = LegacyText.ByLabel(label)!;
        var message = Message(encoding.GetBytes(Call("03", "", Card.Replace("测试患者甲", "㼆䶮𠮷"))), $"text/xml; charset={label}");
        var envelope = Dialect.Decode(message);
        var reply = Dialect.Encode(envelope, [new PersonVerified { TransactionId = TransactionId, Person = Person with { Name = "㼆䶮𠮷" } }]);

        Assert.That(((VerifyPerson)envelope.Requests[0].Operation!).Person.Name, Is.EqualTo("㼆䶮𠮷"));
        var reader = label.StartsWith("GB", StringComparison.Ordinal) ? CodePagesEncodingProvider.Instance.GetEncoding(936)! : encoding;
        Assert.That(XDocument.Parse(reader.GetString(reply.Body)).Root!.Inner().Element("prm_aac003")!.Value, Is.EqualTo("㼆䶮𠮷"));
    }

    [Test]
    public void Text_that_xml_cannot_carry_is_replaced()
    {
        var person = Person with { Name = "a\0b\uD800c\uFFFEd]]>&<\r" };
        var reply = Answer(Call("03", "", Card), new PersonVerified { TransactionId = TransactionId, Person = person });
        Assert.That(reply.Inner().Element("prm_aac003")!.Value, Is.EqualTo("a?b?c?d]]>&<\r"));
        Assert.That(Answer(Settle, Refused() with { Chinese = "\uD800\0" }).Out("appmsg"), Does.Contain("??"));
    }

    [Test]
    public void Extreme_figures_and_times_are_written_and_not_thrown()
    {
        var figures = Figures with { TotalFen = long.MaxValue, AccountFen = long.MinValue, CashFen = long.MinValue, FullSelfPayFen = long.MaxValue, OverLimitFen = long.MaxValue, InScopeFen = long.MinValue };
        Assert.That(Answer(Settle, Booked with { Figures = figures, SettledAt = DateTimeOffset.MaxValue }).Out("appcode"), Is.EqualTo("1"));
    }

    [Test]
    public void Results_must_answer_the_requests_one_to_one() => Assert.That(() => Dialect.Encode(Dialect.Decode(Utf8(Settle)), []), Throws.ArgumentException);

    [Test]
    public void The_recorded_messages_are_read_and_answered_byte_for_byte()
    {
        var report = SampleCheck.Run(Dialect, new SameCodes(), Path.Combine(Support.Repository.Root, "Adapters", "Dialects", "YinhaiXml", "samples"));

        Assert.That(report.Faults, Is.Empty);
        Assert.That(report.Samples, Is.GreaterThanOrEqualTo(50));
    }

    private static HisFigures RandomFigures(Random random)
    {
        long Next(int max) => random.Next(max + 1);
        var funds = Figures with
        {
            PoolFen = Next(5_000_000),
            CivilServantFen = Next(90_000),
            EnterpriseFen = Next(1_000),
            EmployeeLargeAmountFen = Next(900_000),
            ResidentCriticalIllnessFen = Next(900_000),
            MedicalAidFen = Next(9_999),
            OtherFundFen = Next(777),
            AccountFen = Next(200_000),
            CashFen = Next(3_000_000),
            HospitalBorneFen = Next(501),
        };
        var total = funds.PoolFen + funds.CivilServantFen + funds.EnterpriseFen + funds.EmployeeLargeAmountFen + funds.ResidentCriticalIllnessFen + funds.MedicalAidFen
            + funds.OtherFundFen + funds.AccountFen + funds.CashFen + funds.HospitalBorneFen;
        var (full, over, pre) = (Next((int)(total / 4)), Next((int)(total / 8)), Next((int)(total / 8)));
        return funds with { TotalFen = total, FullSelfPayFen = full, OverLimitFen = over, PreSelfPayFen = pre, InScopeFen = total - full - over - pre };
    }

    /// <summary>No province stands behind these samples, so every code means itself.</summary>
    private sealed class SameCodes : ICodeTranslator
    {
        public string ToExchange(CodeSystem system, string localCode, DateOnly day) => localCode;

        public string ToLocal(CodeSystem system, string exchangeCode, DateOnly day) => exchangeCode;
    }
}
