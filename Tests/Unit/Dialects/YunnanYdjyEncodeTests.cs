using System.Globalization;
using System.Text;
using System.Xml.Linq;
using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;
using static ProvincialGateway.Tests.Dialects.YunnanYdjyMessages;

namespace ProvincialGateway.Tests.Dialects;

public sealed class YunnanYdjyEncodeTests
{
    private const string Card = "440100|440103195503030028|44010000020|ID|测试患者乙|";

    [TestCase("458.60")]
    [TestCase("458.6")]
    [TestCase("458.6000")]
    [TestCase(" 458.60")]
    [TestCase("+458.60")]
    public void An_equal_total_comes_back_as_it_was_written(string written) =>
        Assert.That(Answer(Route("72", Input(Preview.With("AKC064", written))), Previewed(Figures)).OutputElements()["AKC264"], Is.EqualTo(written));

    [Test]
    public void A_different_total_comes_back_as_the_stored_lines_have_it() =>
        Assert.That(Answer(Route("72", Input(Preview.With("AKC064", "458.61"))), Previewed(Figures)).OutputElements()["AKC264"], Is.EqualTo("458.60"));

    [Test]
    public void A_total_that_would_flood_the_buffer_is_refused() =>
        Assert.That(Refusal(Route("72", Input(Preview.With("AKC064", "458.6" + new string('0', 40))))).Field, Is.EqualTo("claimed_total_fen"));

    [Test]
    public void The_figures_keep_their_identities_to_the_fen()
    {
        const int Seed = 20160620;
        TestContext.Out.WriteLine($"seed {Seed}");
        var random = new Random(Seed);
        for (var i = 0; i < 500; i++)
        {
            var figures = RandomFigures(random);
            var shown = Answer(Route("72", Input(Preview)), Previewed(figures)).OutputElements()
                .ToDictionary(item => item.Key, item => decimal.Parse(item.Value, CultureInfo.InvariantCulture));
            decimal Sum(params string[] names) => names.Sum(name => shown.GetValueOrDefault(name));
            Assert.Multiple(() =>
            {
                Assert.That(shown["AKC264"], Is.EqualTo(figures.TotalFen / 100m));
                Assert.That(Sum("AKC260", "AKC255", "AKC261"), Is.EqualTo(shown["AKC264"]));
                Assert.That(Sum("AKC801", "CKC120", "CKC121", "CKC155", "CKC156", "CKC161", "CKC162", "CKC170"), Is.EqualTo(shown["AKC264"]));
                Assert.That(Sum("CKC156", "CKC162", "AKC803", "AKC804", "AKC806", "AKC807"), Is.EqualTo(shown["AKC260"]));
                Assert.That(shown["AKC290"] - shown["AKC801"], Is.EqualTo(shown["AKC272"]));
            });
        }
    }

    [Test]
    public void Optional_elements_are_sent_only_when_they_say_something()
    {
        var plain = Answer(Route("72", Input(Preview)), Previewed(Figures)).Output();
        var borne = Answer(Route("72", Input(Preview)), Previewed(Figures with { HospitalBorneFen = 1, CashFen = 19515 })).OutputElements();
        Assert.That(plain, Does.Not.Contain("AKC806").And.Not.Contain("AKC807").And.Not.Contain("AKC262").And.Not.Contain("PRINT"));
        Assert.That(borne["AKC807"], Is.EqualTo("0.01"));
        Assert.That(borne.Keys, Does.Not.Contain("AKC806"));
    }

    [TestCase("AKC262")]
    [TestCase("AKC806")]
    [TestCase("AKC807")]
    [TestCase("PRINT")]
    public void No_value_contains_a_name_that_clients_search_for(string word)
    {
        var person = Person with { Name = $"甲{word}乙", EmployerCode = word, EmployerName = word + word };
        var output = Answer(ReadCard(Card), new PersonVerified { TransactionId = "", Person = person }).Output();
        Assert.That(output, Does.Not.Contain(word));
        Assert.That(output, Does.Contain(word[1..]));
    }

    [Test]
    public void Every_obligatory_element_is_present_even_when_nothing_is_known()
    {
        var person = Person with { Name = "", EmployerCode = "", CardNumber = "", InsuredDivision = "" };
        var card = Answer(ReadCard(Card), new PersonVerified { TransactionId = "", Person = person }).OutputElements().Keys;
        var admission = Answer(Business("11", Input(Admission)), new AdmissionRegistered { TransactionId = "1", VisitNumber = Visit, Person = person, DeductibleFen = 0, AdmissionOrdinal = 1 }).OutputElements().Keys;
        Assert.That(card, Is.EqualTo((
            "AKC020 YAB300 YAB600 AAC001 AAC003 AAC004 AAC006 AAC002 AKC021 AKC023 AAB001 AAB004 AKC300 AKC087 YKC999 YAB003 YAB060 "
            + "YBCS1N YBCS1V YBCS2N YBCS2V YBCS3N YBCS3V YBCS4N YBCS4V YBCS5N YBCS5V YBCS6N YBCS6V").Split(' ')));
        Assert.That(admission, Is.EqualTo((
            "AAC001 AKC020 AAC003 AAC004 AAC006 AAC002 AKC021 AKC023 AAB001 AAB004 AAB020 AAB019 AAB021 YAB063 YAB060 AKC300 AKC087 YKC002 YKC606 "
            + "AKC025 YKC609 SAC004 SAC006 SAC008 SAC010 AKC190 YKA116 AKC270 YKA119 YKA121 YKA123 AKC251 YKA437 YKA438 AKC090").Split(' ')));
    }

    [Test]
    public void The_inner_reply_has_neither_declaration_nor_byte_order_mark() =>
        Assert.That(Answer(ReadCard(Card), new PersonVerified { TransactionId = "", Person = Person }).Output(), Does.StartWith("<output><AKC020>"));

    [TestCase("H53010000001", "5301", "0100", "2")]
    [TestCase("H44010000001", "4401", "0100", "1")]
    [TestCase("H0001", "", "", "2")]
    public void The_treatment_area_comes_from_a_national_institution_code(string hospital, string pool, string subCentre, string treatmentPlace)
    {
        var elements = Answer(ReadCard(Card).Replace("H53010000001", hospital), new PersonVerified { TransactionId = "", Person = Person }).OutputElements();
        Assert.That((elements["YAB300"], elements["YAB600"], elements["YKC999"]), Is.EqualTo((pool, subCentre, treatmentPlace)));
    }

    [Test]
    public void Rare_characters_go_back_as_the_bytes_a_code_page_936_client_reads()
    {
        var request = Message(LegacyText.Gb18030.GetBytes(ReadCard(Card)), "text/xml; charset=GBK");
        var reply = Dialect.Encode(Dialect.Decode(request), [new PersonVerified { TransactionId = "", Person = Person with { Name = "㼆䶮𠮷" } }]);
        Assert.That(reply.Body.AsSpan().IndexOf([(byte)0xFE, (byte)0x9F]), Is.GreaterThan(0));
        Assert.That(LegacyText.TryDecode(reply.Body, LegacyText.Gb18030, out var text, out _) && text.Contains("㼆䶮𠮷", StringComparison.Ordinal));
    }

    [TestCase(RefusingSide.Hospital, "1")]
    [TestCase(RefusingSide.Treatment, "2")]
    [TestCase(RefusingSide.Insured, "3")]
    public void A_refusal_returns_the_refusing_side_and_its_text(RefusingSide side, string value)
    {
        var reply = Answer(Business("14", Input(Settlement)), Refused(side));
        Assert.That((reply.ReturnValue(), reply.Output()), Is.EqualTo((value, Refused(side).Text)));
        Assert.That(reply.Elements("out").First().Value, Is.EqualTo(Refused().TransactionId));
    }

    [Test]
    public void An_unknown_result_is_told_apart_only_where_something_may_be_booked()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Answer(Business("14", Input(Settlement)), Pending).ReturnValue(), Is.EqualTo("-2"));
            Assert.That(Answer(Call("SIGNIN", Param("OperatorNo", "12") + Param("SenderSerialNo", "FS9")), Pending).ReturnValue(), Is.EqualTo("-2"));
            Assert.That(Answer(Route("72", Input(Preview)), Pending).ReturnValue(), Is.EqualTo("-1"));
            Assert.That(Answer(ReadCard(Card), Pending).ReturnValue(), Is.EqualTo("-1"));
        });
    }

    [Test]
    public void A_result_of_another_kind_is_an_unknown_result_and_never_a_success()
    {
        Assert.That(Answer(Business("14", Input(Settlement)), new SerialIssued { TransactionId = "", Serial = "1" }).ReturnValue(), Is.EqualTo("-2"));
        Assert.That(Answer(Business("12", Input(Line)), new FeeLinesStored { TransactionId = "", Lines = [], VisitTotalFen = 0 }).ReturnValue(), Is.EqualTo("-2"));
    }

    [Test]
    public void A_failure_outside_any_request_answers_every_call_of_a_batch()
    {
        var message = Utf8($"<ydjyBatch>{Business("12", Input(Line))}{ReadCard(Card)}</ydjyBatch>");
        var root = Root(Dialect.EncodeFailure(message, Refused()));
        Assert.That(root.Name.LocalName, Is.EqualTo("ydjyBatch"));
        Assert.That(root.Elements("ydjy").Select(call => (call.ReturnValue(), call.Output())), Is.EqualTo(Enumerable.Repeat(("-1", Refused().Text), 2)));
    }

    [Test]
    public void A_failure_about_an_unreadable_message_is_still_an_envelope() =>
        Assert.That(Root(Dialect.EncodeFailure(Message([0xFF, 0x00], "application/octet-stream"), Refused())).Output(), Is.EqualTo(Refused().Text));

    [Test]
    public void One_failing_call_does_not_stop_the_rest_of_a_batch()
    {
        var message = Utf8($"<ydjyBatch>{Business("24", Input([]))}{Business("24", Input([("AKC190", Visit)]))}</ydjyBatch>");
        var envelope = Dialect.Decode(message);
        var reply = Dialect.Encode(envelope, [envelope.Requests[0].Refusal!, new FeeLinesWithdrawn { TransactionId = "2", LineCount = 3 }]);
        Assert.That(Root(reply).Elements("ydjy").Select(YunnanYdjyMessages.ReturnValue), Is.EqualTo(new[] { "1", "0" }));
    }

    [Test]
    public void The_call_is_recognisable_in_its_reply()
    {
        var reply = Answer(Call("YDJYDLLINIT", Out("outputdata"), "hospital=\"H1\" seq=\"&quot;&lt;15\""), new Acknowledged { TransactionId = "" });
        Assert.Multiple(() =>
        {
            Assert.That(reply.Attribute("function")!.Value, Is.EqualTo("YDJYDLLINIT"));
            Assert.That(reply.Attribute("seq")!.Value, Is.EqualTo("\"<15"));
            Assert.That(reply.Attribute(XNamespace.Xml + "space")!.Value, Is.EqualTo("preserve"));
            Assert.That(reply.Element("out")!.Attribute("name")!.Value, Is.EqualTo("outputdata"));
            Assert.That(reply.Output(), Is.Empty);
        });
    }

    [Test]
    public void An_error_text_is_shortened_by_whole_characters_and_leaves_room_for_the_closing_zero()
    {
        var text = Refused().Text;
        foreach (var encoding in new[] { LegacyText.Utf8, LegacyText.Gb18030 })
        {
            for (var size = 1; size <= encoding.GetByteCount(text) + 2; size++)
            {
                var xml = Business("15", Input([("AKC190", Visit), ("AKC195", "好转")]), size: size);
                var message = Message(encoding.GetBytes(xml), encoding == LegacyText.Utf8 ? "text/xml; charset=utf-8" : "text/xml; charset=GBK");
                var shown = Root(Dialect.Encode(Dialect.Decode(message), [Refused()])).Output();
                var kept = encoding.GetByteCount(shown);
                Assert.That(text, Does.StartWith(shown));
                Assert.That(kept, Is.LessThan(size));
                Assert.That(kept == encoding.GetByteCount(text) || kept + 4 >= size, $"size {size} keeps only {kept}");
            }
        }
    }

    [Test]
    public void A_utf_8_message_from_a_code_page_936_workstation_counts_two_bytes_per_character()
    {
        var xml = Call("YDJYDLLINIT", Out("OutputDate", 7), "hospital=\"H1\" acp=\"936\"");
        var shown = Answer(xml, Pending with { Chinese = "一二三四五" }).Output();
        Assert.That(shown, Is.EqualTo("一二三"));
    }

    [TestCase(1024)]
    [TestCase(1100)]
    [TestCase(2048)]
    public void Long_names_are_shortened_before_xml_is_cut(int size)
    {
        var person = Person with { Name = new string('甲', 3000), EmployerName = string.Concat(Enumerable.Repeat("<&𠮷", 3000)) };
        var output = Answer(ReadCard(Card, size), new PersonVerified { TransactionId = "", Person = person }).Output();
        Assert.That(Encoding.UTF8.GetByteCount(output), Is.LessThan(size).And.GreaterThan(size - 16));
        Assert.That(XDocument.Parse(output).Root!.Elements().Count(), Is.EqualTo(29));
    }

    [Test]
    public void Text_that_xml_cannot_carry_is_replaced()
    {
        var person = Person with { Name = "a\u0000b\uD800c\uFFFEd]]>\r" };
        var reply = Answer(ReadCard(Card), new PersonVerified { TransactionId = "", Person = person });
        Assert.That(reply.OutputElements()["AAC003"], Is.EqualTo("a?b?c?d]]>\r"));
    }

    [Test]
    public void Figures_at_the_edge_of_the_number_range_are_written_and_not_thrown()
    {
        var figures = Figures with { TotalFen = long.MaxValue, AccountFen = long.MinValue, CashFen = long.MinValue, FullSelfPayFen = long.MaxValue, OverLimitFen = long.MaxValue };
        Assert.That(Answer(Route("72", Input(Preview)), Previewed(figures)).ReturnValue(), Is.EqualTo("0"));
    }

    [Test]
    public void Results_must_answer_the_requests_one_to_one() =>
        Assert.That(() => Dialect.Encode(Dialect.Decode(Utf8(ReadCard(Card))), []), Throws.ArgumentException);

    private static HisFigures RandomFigures(Random random)
    {
        long Next(int max) => random.Next(max + 1);
        var (pool, large, civil, enterprise, aid, other) = (Next(5_000_000), Next(900_000), Next(90_000), Next(2) * 1_234, Next(9_999), Next(2) * 777);
        var (account, cash, borne) = (Next(200_000), Next(3_000_000), Next(2) * 501);
        var total = pool + large + civil + enterprise + aid + other + account + cash + borne;
        var full = (long)random.Next((int)(total / 4) + 1);
        var over = (long)random.Next((int)(total / 8) + 1);
        var pre = (long)random.Next((int)(total / 8) + 1);
        return Figures with
        {
            TotalFen = total,
            FullSelfPayFen = full,
            OverLimitFen = over,
            PreSelfPayFen = pre,
            InScopeFen = total - full - over - pre,
            DeductibleFen = Next(160_000),
            PoolFen = pool,
            EmployeeLargeAmountFen = large / 2,
            ResidentCriticalIllnessFen = large - large / 2,
            CivilServantFen = civil,
            EnterpriseFen = enterprise,
            MedicalAidFen = aid,
            OtherFundFen = other,
            FundTotalFen = pool + large + civil + enterprise + aid + other,
            AccountFen = account,
            CashFen = cash,
            PersonalTotalFen = account + cash,
            HospitalBorneFen = borne,
        };
    }
}
