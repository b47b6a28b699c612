using System.Globalization;
using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;
using static ProvincialGateway.Tests.Dialects.NeusoftPipeMessages;

namespace ProvincialGateway.Tests.Dialects;

public sealed class NeusoftPipeEncodeTests
{
    [Test]
    public void An_identity_has_its_twelve_fields() => Assert.That(
        Answer(Identity, new PersonVerified { TransactionId = "", Person = Person }),
        Is.EqualTo("0|测试患者甲|男|34|530102197601010019|||在职|0|昆明示例制造有限公司|5301|0|"));

    [Test]
    public void An_admission_gives_serial_and_balance() => Assert.That(
        Answer(Admission, new AdmissionRegistered { TransactionId = TransactionId, VisitNumber = "S5301001006120000001", Person = Person, DeductibleFen = 1200_00, AdmissionOrdinal = 1 }),
        Is.EqualTo($"0|{Serial}|2000.00"));

    [Test]
    public void A_fee_line_gives_serial_price_and_approval() => Assert.That(Answer(Line, Stored(SplitLine)), Is.EqualTo($"0|{Serial}|0.8333|0"));

    [Test]
    public void The_price_of_a_line_over_its_limit_is_the_limit()
    {
        var line = SplitLine with { UnitPrice = 8600m, Quantity = 2m, AmountFen = 17_200_00, OverLimitFen = 1_200_00, PreSelfPayFen = 3_200_00, InScopeFen = 12_800_00 };
        Assert.That(Answer(Line, Stored(line)), Is.EqualTo($"0|{Serial}|8000.0000|0"));
    }

    [Test]
    public void A_line_the_patient_pays_in_full_has_no_insured_price_and_one_without_mapping_is_marked()
    {
        var self = SplitLine with { ItemClass = "3", SelfPayBasisPoints = 10_000, FullSelfPayFen = 8_33, InScopeFen = 0 };
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Answer(Line, Stored(self)), Is.EqualTo($"0|{Serial}|0.0000|0"));
            Assert.That(Answer(Line, Stored(self with { ExchangeCode = null })), Is.EqualTo($"0|{Serial}|0.0000|2"));
            Assert.That(Answer(Line, Stored(SplitLine with { ExchangeCode = null })), Is.EqualTo($"0|{Serial}|0.8333|0"), "Counted as class A.");
        }
    }

    [Test]
    public void A_refund_has_the_insured_price_of_what_it_takes_back()
    {
        var line = SplitLine with { UnitPrice = 8600m, Quantity = -1m, AmountFen = -8_600_00, OverLimitFen = -600_00, PreSelfPayFen = 0, InScopeFen = -8_000_00 };
        var refunded = new FeeLineRefunded { TransactionId = TransactionId, RemainingQuantity = 1m, RemainingAmountFen = 8_600_00, Line = line };
        Assert.That(Answer(Refund, refunded), Is.EqualTo($"0|{Serial}|8000.0000|0"));
    }

    [Test]
    public void A_settlement_has_its_eleven_figures() => Assert.That(
        Answer(Settlement, Settled(Figures)),
        Is.EqualTo($"0|{Serial}|368.00|200.00|20.00|330.00|78.00|0.00|1800.00|4.00|60.00|0.00"));

    [Test]
    public void A_preview_has_the_same_figures_without_serial() => Assert.That(
        Answer(Preview, Previewed(Figures)),
        Is.EqualTo("0|368.00|200.00|20.00|330.00|78.00|0.00|2000.00|4.00|60.00"));

    [Test]
    public void The_clients_identity_holds_for_any_figures()
    {
        const int Seed = 505;
        var random = new Random(Seed);
        for (var i = 0; i < 500; i++)
        {
            long Share() => random.Next(4) == 0 ? 0 : random.NextInt64(0, 1_000_000_00);
            var figures = Figures with
            {
                PoolFen = Share(),
                CivilServantFen = Share(),
                EnterpriseFen = Share(),
                EmployeeLargeAmountFen = Share(),
                ResidentCriticalIllnessFen = Share(),
                MedicalAidFen = Share(),
                OtherFundFen = Share(),
                AccountFen = Share(),
                CashFen = Share(),
                HospitalBorneFen = Share(),
            };
            var total = figures.PoolFen + figures.CivilServantFen + figures.EnterpriseFen + figures.EmployeeLargeAmountFen + figures.ResidentCriticalIllnessFen
                + figures.MedicalAidFen + figures.OtherFundFen + figures.AccountFen + figures.CashFen + figures.HospitalBorneFen;
            var shown = Answer(Settlement, Settled(figures)).Split('|').Select(Yuan).ToArray();

            Assert.That(shown[2] - shown[10] + shown[3] + shown[4] + shown[5] + shown[6] + shown[9] + shown[10], Is.EqualTo(total / 100m), $"seed {Seed}, run {i}");
        }

        static decimal Yuan(string field) => decimal.TryParse(field, CultureInfo.InvariantCulture, out var yuan) ? yuan : 0;
    }

    [Test]
    public void Calls_without_data_are_answered_by_their_status()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Answer("INIT", new Acknowledged { TransactionId = "" }), Is.EqualTo("0"));
            Assert.That(Answer(DischargeLine, new Discharged { TransactionId = TransactionId, DischargeDate = new DateOnly(2010, 6, 20) }), Is.EqualTo("0"));
            Assert.That(Answer("10|1|1", new FeeLinesWithdrawn { TransactionId = TransactionId, LineCount = 3 }), Is.EqualTo("0"));
            Assert.That(Answer("07|5301005301000001", new ApprovalLookedUp { TransactionId = "" }), Is.EqualTo("0"));
            Assert.That(Answer("07|5301005301000001", new ApprovalLookedUp { TransactionId = "", ApprovalNumber = "SP1" }), Is.EqualTo("0|SP1"));
            Assert.That(Answer("03|1|0100000000|21|骨科||||||||0", new VisitUpdated { TransactionId = TransactionId, VisitNumber = "S" }), Is.EqualTo("0"));
        }
    }

    [Test]
    public void The_hospitals_code_is_told()
    {
        var described = new InstitutionDescribed
        {
            TransactionId = "",
            InstitutionCode = "H50010000001",
            Name = "重庆示例医院",
            Division = "500100",
            Level = "3A",
            Now = new DateTimeOffset(2010, 6, 20, 16, 0, 0, TimeSpan.FromHours(8)),
        };
        Assert.That(Answer("11", described), Is.EqualTo("0|H50010000001"));
    }

    [TestCase(HisReversalEffect.Undone, "0")]
    [TestCase(HisReversalEffect.NothingToUndo, "0")]
    public void What_is_undone_is_done(HisReversalEffect effect, string expected) =>
        Assert.That(Answer($"99|{Serial}|员", new TransactionReversed { TransactionId = TransactionId, Effect = effect }), Is.EqualTo(expected));

    [Test]
    public void An_undo_of_a_serial_nobody_issued_is_a_failure() =>
        Assert.That(Answer($"99|{Serial}|员", new TransactionReversed { TransactionId = TransactionId, Effect = HisReversalEffect.Voided }), Does.StartWith("-1|[UNKNOWN_SERIAL] "));

    [Test]
    public void A_refusal_is_one_field_behind_the_failure_status() => Assert.That(
        Answer(Settlement, Refused),
        Is.EqualTo("-1|[FILING_MISSING] 参保地 insured side: 没有有效备案𠮷。 请先备案。 ｜ no valid filing. File first."));

    [Test]
    public void An_unknown_result_says_what_to_do_and_what_not()
    {
        var text = Answer(Settlement, Pending);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(text, Does.StartWith("-1|[PENDING] 结果未明：参保地尚未应答。"));
            Assert.That(text, Does.Contain("稍后原样重发本交易").And.Contain("send this very call again"));
            Assert.That(text.Split('|'), Has.Length.EqualTo(2));
        }
    }

    [Test]
    public void A_held_bill_names_the_codes_it_waits_for() =>
        Assert.That(Answer(Settlement, Pending with { WaitingFor = ["1234567890", "1234567891"] }), Does.StartWith("-1|[WAITING] 等待对照 1234567890 1234567891："));

    [Test]
    public void Of_an_update_in_two_parts_the_one_that_failed_is_told()
    {
        const string Both = "03|1024_2_1|1110111001|21|心内科|演示医生丙|2010-06-12|肺炎|2010-06-20|J18.900||演示员甲|0";
        var discharged = new Discharged { TransactionId = TransactionId, DischargeDate = new DateOnly(2010, 6, 20) };
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Answer(Both, discharged, new VisitUpdated { TransactionId = TransactionId, VisitNumber = "S" }), Is.EqualTo("0"));
            Assert.That(Answer(Both, discharged, Refused), Does.StartWith("-1|[FILING_MISSING]").And.Contain("本次更新的另一部分已办理"));
            Assert.That(Answer(Both, Refused, Refused), Does.StartWith("-1|[FILING_MISSING]").And.Not.Contain("另一部分"));
        }
    }

    [Test]
    public void A_delimiter_or_line_break_in_a_name_never_shifts_the_fields()
    {
        var person = Person with { Name = "测试|患者\r\n甲\0", EmployerName = "a|b", PersonClass = "在|职" };
        var fields = Answer(Identity, new PersonVerified { TransactionId = "", Person = person }).Split('|');
        Assert.That((fields.Length, fields[1], fields[7], fields[9]), Is.EqualTo((13, "测试｜患者  甲 ", "在｜职", "a｜b")));
    }

    [Test]
    public void Names_are_shortened_by_whole_characters_until_the_reply_fits_its_buffer()
    {
        var person = Person with { EmployerName = string.Concat(Enumerable.Repeat("重庆𠮷", 200)) };
        var reply = Dialect.Encode(Dialect.Decode(Message(Identity)), [new PersonVerified { TransactionId = "", Person = person }]).Body;
        var fields = LegacyText.Gb18030.GetString(reply).Split('|');
        using (Assert.EnterMultipleScope())
        {
            Assert.That(reply, Has.Length.LessThanOrEqualTo(1023).And.Length.GreaterThan(1015));
            Assert.That(person.EmployerName, Does.StartWith(fields[9]));
            Assert.That((fields.Length, fields[4], fields[10], fields[11]), Is.EqualTo((13, "530102197601010019", "5301", "0")));
        }
    }

    [Test]
    public void A_long_message_loses_its_English_first_and_never_half_a_character()
    {
        var long1 = Refused with { Chinese = new string('备', 300), English = new string('x', 600) };
        var long2 = Refused with { Chinese = string.Concat(Enumerable.Repeat("案𠮷", 300)) };
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Answer(Settlement, long1), Does.EndWith("请先备案。"));
            var reply = Dialect.Encode(Dialect.Decode(Message(Settlement)), [long2]).Body;
            Assert.That(reply, Has.Length.LessThanOrEqualTo(1023).And.Length.GreaterThan(1017));
            Assert.That(LegacyText.Gb18030.GetString(reply), Does.EndWith("案").Or.EndWith("𠮷"));
        }
    }

    [Test]
    public void A_reply_whose_figures_do_not_fit_is_a_failure_that_names_the_transaction()
    {
        var person = Person with { CertificateNumber = new string('1', 2000) };
        Assert.That(Answer(Identity, new PersonVerified { TransactionId = TransactionId, Person = person }), Does.StartWith("-1|[UNSPOKEN]").And.Contain(TransactionId));
    }

    [Test]
    public void A_result_of_another_kind_is_a_failure_that_names_the_transaction() =>
        Assert.That(Answer(Settlement, new Acknowledged { TransactionId = TransactionId }), Does.StartWith("-1|[UNSPOKEN]").And.Contain(TransactionId));

    [TestCase("02|cut off")]
    [TestCase(Line)]
    [TestCase("")]
    public void A_failure_outside_any_request_is_told_in_the_same_way(string line) =>
        Assert.That(Text(Dialect.EncodeFailure(Message(line), Refused)), Does.StartWith("-1|[FILING_MISSING]"));

    [Test]
    public void The_reply_is_plain_GB18030() => Assert.That(
        Dialect.EncodeFailure(Message(""), Refused),
        Has.Property("ContentType").EqualTo("text/plain; charset=GB18030").And.Property("HttpStatus").EqualTo(200));

    [Test]
    public void The_rare_character_is_written_with_its_two_bytes()
    {
        var reply = Dialect.Encode(Dialect.Decode(Message(Identity)), [new PersonVerified { TransactionId = "", Person = Person with { Name = "䶮" } }]).Body;
        Assert.That(reply[..5], Is.EqualTo(new byte[] { (byte)'0', (byte)'|', 0xFE, 0x9F, (byte)'|' }));
    }
}
