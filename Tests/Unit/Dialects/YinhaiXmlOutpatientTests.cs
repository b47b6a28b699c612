using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Dialects.YinhaiXml;
using static ProvincialGateway.Tests.Dialects.YinhaiXmlMessages;

namespace ProvincialGateway.Tests.Dialects;

/// <summary>48: one call, three requests, one reply.</summary>
public sealed class YinhaiXmlOutpatientTests
{
    private static readonly string Called = Call("48", Outpatient(Clinic, Line.With("yke123", "2017-06-16 08:00:00"), Line.With("yka105", "2")), Card);

    [Test]
    public void A_call_is_registration_lines_and_settlement_of_one_visit()
    {
        var (register, upload, settle) = Read(Called);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((register.VisitKind, register.VisitDate, register.ChronicDisease), Is.EqualTo(("11", new DateOnly(2017, 6, 15), (string?)null)), "The day of the first line.");
            Assert.That(register.Diagnoses, Is.EqualTo(new[] { new HisDiagnosis { Code = "R69.x00", Name = "上呼吸道感染" } }));
            Assert.That(register.HospitalVisitNumber, Does.Match("^MZ1-[0-9A-F]{20}$"));
            Assert.That((upload.Visit.HospitalVisitNumber, settle.Visit.HospitalVisitNumber), Is.EqualTo((register.HospitalVisitNumber, register.HospitalVisitNumber)));
            Assert.That(upload.Lines.Select(line => line.LineSerial), Is.EqualTo(new[] { "9000001", "2" }));
            Assert.That((settle.ClaimedTotalFen, settle.InvoiceNumber, settle.Interim), Is.EqualTo((8_33L, "FP2", (bool?)null)));
        }
    }

    [Test]
    public void The_settlement_is_the_trade_that_is_confirmed() =>
        Assert.That(Dialect.Decode(Utf8(Called)).Requests.Select(request => request.NeedsConfirmation), Is.EqualTo(new[] { false, false, true }));

    [TestCase("M03900 高血压", "M03900", "高血压")]
    [TestCase("M03900", "M03900", "M03900")]
    [TestCase("018，糖尿病", "018", "糖尿病")]
    public void In_a_chronic_kind_the_diagnosis_begins_with_the_disease(string stated, string disease, string name)
    {
        var register = Read(Call("48", Outpatient(Clinic.With("prm_aka130", "18").With("prm_ykc173", stated), Line), Card)).Register;
        Assert.That((register.ChronicDisease, register.Diagnoses.Single()), Is.EqualTo((disease, new HisDiagnosis { Code = "R69.x00", Name = name })));
    }

    [TestCase("J06.900 上呼吸道感染", "J06.900", "上呼吸道感染")]
    [TestCase("J06.900", "J06.900", null)]
    public void A_diagnosis_with_a_code_is_that_code(string stated, string code, string? name) =>
        Assert.That(Read(Call("48", Outpatient(Clinic.With("prm_ykc173", stated), Line), Card)).Register.Diagnoses.Single(), Is.EqualTo(new HisDiagnosis { Code = code, Name = name }));

    [Test]
    public void The_same_again_is_the_same_visit_and_anything_else_another()
    {
        string Number(string called) => Read(called).Register.HospitalVisitNumber;
        var again = Call("48", Outpatient(Clinic.With("prm_yka110", "FP3").With("prm_hisfyze", "8.34"), Line.With("yke123", "2017-06-16 08:00:00").With("aae036", "2017-06-16 09:00:00"), Line.With("yka105", "2")), Card);
        string[] others =
        [
            Call("48", Outpatient(Clinic, Line.With("yke123", "2017-06-16 08:00:00")), Card),
            Call("48", Outpatient(Clinic, Line.With("yke123", "2017-06-16 08:00:00"), Line.With("yka105", "3")), Card),
            Call("48", Outpatient(Clinic.With("prm_ykc173", "感冒"), Line.With("yke123", "2017-06-16 08:00:00"), Line.With("yka105", "2")), Card),
            Call("48", Outpatient(Clinic, Line.With("yke123", "2017-06-16 08:00:00"), Line.With("yka105", "2")), Card.Replace("0019", "0027")),
        ];

        Assert.That(Number(again), Is.EqualTo(Number(Called)), "Invoice, total and time of handling are not what the visit is about.");
        Assert.That(others.Select(Number).Append(Number(Called)), Is.Unique);
        Assert.That(Number(Call("48", Outpatient(Clinic.With("prm_akc190", ""), Line), Card)), Does.StartWith("MZ-"));
    }

    [TestCase("prm_aka130", "31", "visit_kind")]
    [TestCase("prm_aka130", "", "visit_kind")]
    [TestCase("prm_ykc173", "", "diagnoses[0].code")]
    [TestCase("prm_hisfyze", "", "claimed_total_fen")]
    [TestCase("prm_hisfyze", "8.333", "claimed_total_fen")]
    public void What_is_wrong_is_refused_once_and_by_its_element(string element, string value, string field)
    {
        var refusal = Refusal(Call("48", Outpatient(Clinic.With(element, value), Line), Card));
        Assert.That((refusal.Field, refusal.Chinese.Contains(element)), Is.EqualTo((field, true)));
    }

    [Test]
    public void Without_lines_or_a_person_there_is_no_visit()
    {
        Assert.That(Refusal(Call("48", Outpatient(Clinic), Card)).Field, Is.EqualTo("lines"));
        Assert.That(Refusal(Call("48", Outpatient(Clinic, Line))).Field, Is.EqualTo("card"));
    }

    [Test]
    public void A_chronic_kind_without_a_disease_is_refused() =>
        Assert.That(Refusal(Call("48", Outpatient(Clinic.With("prm_aka130", "18").With("prm_ykc173", "高血压"), Line), Card)).Field, Is.EqualTo("chronic_disease"));

    [Test]
    public void A_province_that_names_no_kinds_has_no_48()
    {
        var inpatientOnly = new YinhaiXmlDialect(Settings(("visitKind", "31"), ("unlistedFeeCategory", "99")));
        var refusal = inpatientOnly.Decode(Utf8(Called)).Requests.Single().Refusal!;
        Assert.That((refusal.Code, refusal.NextStepEnglish.Contains("/his/v1")), Is.EqualTo(("UNKNOWN_TRANSACTION", true)));
    }

    [Test]
    public void The_reply_has_the_visit_the_figures_and_everything_clients_read()
    {
        var reply = Answered(Registered, Stored, Booked);
        var output = reply.Inner();
        using (Assert.EnterMultipleScope())
        {
            Assert.That((reply.Out("appcode"), reply.Out("jylsh")), Is.EqualTo(("1", TradeNumber)));
            Assert.That((output.Element("prm_akc190")!.Value, output.Element("prm_yka103")!.Value, output.Element("prm_aae001")!.Value), Is.EqualTo((Visit, SettlementNumber, "2017")));
            foreach (var name in new[] { "prm_yab003", "prm_akc090", "prm_yka120", "prm_yka122", "prm_yka368", "prm_yke025", "prm_yka900", "prm_yka055", "prm_yke031", "prm_ykd524" })
                Assert.That(output.Elements(name).Count(), Is.EqualTo(1), name);
        }
    }

    [Test]
    public void A_settlement_that_stands_outweighs_steps_that_find_themselves_done() =>
        Assert.That(Answered(Registered, Refused("visit"), Booked).Out("appcode"), Is.EqualTo("1"));

    [Test]
    public void The_first_step_that_failed_is_the_calls_answer()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Answered(Refused("chronic_disease"), Refused("visit"), Refused("visit")).Out("appmsg"), Does.EndWith("(prm_ykc173 门诊诊断信息)"));
            Assert.That(Answered(Registered, Refused("lines[1].quantity"), Refused("lines")).Out("appmsg"), Does.EndWith("(dataset/row[2]/akc226 数量)"));
            Assert.That(Answered(Registered, Stored, Refused("claimed_total_fen")).Out("appmsg"), Does.EndWith("(prm_hisfyze HIS费用总额)"));
        }
    }

    [Test]
    public void What_is_pending_says_whether_there_is_a_trade_to_confirm_later()
    {
        var (opening, settling) = (Answered(Pending, Refused("visit"), Refused("visit")), Answered(Registered, Stored, Pending));
        var waiting = Answered(Registered, Pending with { WaitingFor = ["123"] }, Refused("lines"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That((opening.Out("appcode"), settling.Out("appcode"), waiting.Out("appcode")), Is.EqualTo(("-2", "-2", "-3")));
            Assert.That(settling.Out("appmsg"), Does.Contain("getuncertaintytrade"));
            Assert.That(new[] { opening, waiting }.Select(reply => reply.Out("appmsg")), Has.None.Contain("getuncertaintytrade").And.All.Contain("Send the same call again"));
        }
    }

    [Test]
    public void In_a_batch_every_call_has_its_own_reply()
    {
        var envelope = Dialect.Decode(Utf8($"<yinhaiBatch>{Call("52", Input([]))}{Called}{Call("33", Input([("prm_akc190", Visit)]))}</yinhaiBatch>"));
        Assert.That(envelope.Requests, Has.Count.EqualTo(5));

        var replies = Root(Dialect.Encode(envelope, [Refused(), Registered, Stored, Booked, new FeeLinesWithdrawn { TransactionId = TransactionId, LineCount = 1 }])).Elements("yinhai").ToList();

        Assert.That(replies.Select(reply => reply.Out("appcode")), Is.EqualTo(new[] { "-1", "1", "1" }));
        Assert.That(Root(Dialect.EncodeFailure(Utf8($"<yinhaiBatch>{Called}{Called}</yinhaiBatch>"), Refused())).Elements("yinhai").Count(), Is.EqualTo(2));
    }

    [Test]
    public void The_kinds_of_48_are_listed_and_rows_of_several_kinds_do_not_guess_theirs()
    {
        var institution = new InstitutionDescribed { TransactionId = TransactionId, InstitutionCode = "H", Name = "医院", Division = "520100", Level = "32", Now = Booked.SettledAt };
        var listed = new SettlementsListed { TransactionId = TransactionId, Rows = [Row] };
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Answer(Call("05a", Input([])), institution).Inner().Descendants("aka130").Select(kind => kind.Value), Is.EqualTo(new[] { "31", "11", "18" }));
            Assert.That(Answer(Call("46A", Input([("prm_begindate", "2017-06-20"), ("prm_enddate", "2017-06-20")])), listed).Inner().Descendants("aka130").Single().Value, Is.Empty);
        }
    }

    private static OutpatientRegistered Registered => new() { TransactionId = "520000201706120910110000000007", VisitNumber = Visit, Person = Person, DeductibleFen = 0 };

    private static FeeLinesStored Stored => new() { TransactionId = "520000201706120910110000000008", Lines = [], VisitTotalFen = 8_33 };

    private static System.Xml.Linq.XElement Answered(params HisResult[] results) => Root(Dialect.Encode(Dialect.Decode(Utf8(Called)), results));

    private static (RegisterOutpatient Register, UploadFeeLines Upload, Settle Settle) Read(string called)
    {
        var requests = Dialect.Decode(Utf8(called)).Requests;
        Assert.That(requests.Select(request => request.TransactionCode), Is.EqualTo(new[] { "48", "48", "48" }), requests[0].Refusal?.Text);
        return ((RegisterOutpatient)requests[0].Operation!, (UploadFeeLines)requests[1].Operation!, (Settle)requests[2].Operation!);
    }
}
