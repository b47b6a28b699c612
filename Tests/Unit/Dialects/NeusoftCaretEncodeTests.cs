using System.Globalization;
using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;
using static ProvincialGateway.Tests.Dialects.NeusoftCaretMessages;
using Pipe = ProvincialGateway.Tests.Dialects.NeusoftPipeMessages;

namespace ProvincialGateway.Tests.Dialects;

public sealed class NeusoftCaretEncodeTests
{
    private static readonly PersonVerified Verified = new() { TransactionId = "", Person = Pipe.Person };

    private static readonly HisSettlementTotals Totals = new()
    {
        SettlementCount = 2,
        CancellationCount = 1,
        TotalFen = 68_68,
        FundTotalFen = 40_00,
        AccountFen = 5_00,
        CashFen = 23_68,
    };

    [Test]
    public void A_sign_in_gives_the_period() => Assert.That(
        Answer(Nc, Call("9100", "", period: ""), new BusinessPeriodOpened { TransactionId = TransactionId, PeriodNumber = TransactionId }),
        Is.EqualTo($"{TransactionId}^1^{TransactionId}|^0|||^"));

    [Test]
    public void What_clients_read_nothing_of_is_empty()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Answer(Nc, "INIT", new Acknowledged { TransactionId = "" }), Is.EqualTo("^1^^0|||^"));
            Assert.That(Answer(Nc, Call("9110", ""), new BusinessPeriodClosed { TransactionId = "", PeriodNumber = "1", Totals = Totals }), Is.EqualTo("^1^^0|||^"));
            Assert.That(Answer(Nc, Call("2210", NcAdmission), Admitted()), Is.EqualTo($"{TransactionId}^1^^0|||^"));
            Assert.That(Answer(Nc, Call("2240", "ZY1|员|21|"), new AdmissionCancelled { TransactionId = "1", VisitNumber = "S" }), Is.EqualTo("1^1^^0|||^"));
            Assert.That(Answer(Sdz, Call("2240", "FS1|员|"), new TransactionReversed { TransactionId = "1", Effect = HisReversalEffect.Voided }), Is.EqualTo("1^1^^0|||^"));
            Assert.That(Answer(Gx, Call("2230", "ZY1|"), new VisitUpdated { TransactionId = "1", VisitNumber = "S" }), Is.EqualTo("1^1^^0|||^"));
            Assert.That(Answer(Nc, Call("2320", "ZY1||员|"), new FeeLinesWithdrawn { TransactionId = "1", LineCount = 2 }), Is.EqualTo("1^1^^0|||^"));
            Assert.That(Answer(Nc, Call("2430", "ZY1|FP|员|0||"), new SettlementCancelled { TransactionId = "1", SettlementNumber = "A", CancelledAt = default }), Is.EqualTo("1^1^^0|||^"));
        }
    }

    [Test]
    public void A_withdrawal_by_a_serial_nobody_issued_is_a_failure() => Assert.That(
        Answer(Nc, Call("2320", $"ZY1|{TransactionId}|员|"), new TransactionReversed { TransactionId = "1", Effect = HisReversalEffect.Voided }),
        Does.Contain("[UNKNOWN_SERIAL]").And.EndsWith("^-2|||^"));

    [Test]
    public void Sums_that_differ_are_told_with_the_nodes()
    {
        const string Sums = "20210115-0001|68.67|5.00|23.67|40.00|0.00|0.00|0.00|0.00|";
        var balanced = new TotalsReconciled { TransactionId = "1", Balanced = true, Totals = Totals };
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Answer(Sdz, Call("1110", Sums), balanced), Is.EqualTo("1^1^0|^0|||^"));
            Assert.That(Answer(Sdz, Call("1110", Sums), balanced with { Balanced = false }), Does.Contain("[NOT_BALANCED]").And.Contain("68.68").And.EndsWith("^-2|||^"));
        }
    }

    [Test]
    public void NCs_card_has_42_fields_at_their_places()
    {
        var fields = Fields(Answer(Nc, Extended(Call("2100", "")), Verified));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(fields, Has.Length.EqualTo(43), "42, each closed.");
            Assert.That((fields[0], fields[2], fields[3], fields[4], fields[6], fields[8]), Is.EqualTo(("5301000001", "530102197601010019", "测试患者甲", "男", "19760101", "A00000018")));
            Assert.That((fields[12], fields[16], fields[17], fields[21], fields[38]), Is.EqualTo(("在职", "昆明示例制造有限公司", "530100", "2000.00", "2000.00")));
        }
    }

    [Test]
    public void SDZs_card_has_what_its_client_reads()
    {
        var fields = Fields(Answer(Sdz, Extended(Call("2100", "")), Verified));
        using (Assert.EnterMultipleScope())
        {
            Assert.That((fields[0], fields[1], fields[2], fields[3], fields[4]), Is.EqualTo(("5301000001", "53010001", "530102197601010019", "测试患者甲", "男")));
            Assert.That((fields[9], fields[10], fields[14], fields[17], fields[34]), Is.EqualTo(("A00000018", "在职", "1", "昆明示例制造有限公司", "2000.00")));
        }
    }

    [Test]
    public void GXs_card_has_36_fields()
    {
        var fields = Fields(Answer(Gx, Extended(Call("2100", "")), Verified));
        Assert.That((fields.Length, fields[3], fields[4], fields[8], fields[14], fields[20]), Is.EqualTo((37, "530102197601010019", "测试患者甲", "A00000018", "530100", "2000.00")));
    }

    [Test]
    public void A_remote_card_has_23_fields_and_an_empty_list_of_diseases()
    {
        var parts = Parts(Answer(Nc, Extended(Call("7100", "")), Verified))[2].Split(';');
        var fields = parts[0].Split('|');
        using (Assert.EnterMultipleScope())
        {
            Assert.That((parts.Length, parts[1], fields.Length), Is.EqualTo((2, "", 24)));
            Assert.That((fields[0], fields[1], fields[2], fields[3], fields[5], fields[9], fields[13]), Is.EqualTo(("5301000001", "测试患者甲", "A00000018", "530100", "1976-01-01", "2000.00", "530102197601010019")));
        }
    }

    [Test]
    public void NCs_block_query_wants_a_value_above_0()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Answer(Nc, Call("1500", "1|3600000001|A1|21|20210115|"), Verified), Is.EqualTo("^1^^1|||^"));
            Assert.That(Answer(Gx, Extended(Call("1500", "1|3600000001|A1|21|20210115|")), Verified), Is.EqualTo("^1^^0|||^"));
        }
    }

    [Test]
    public void An_approval_is_a_row_of_eight()
    {
        const string Query = "3600000001|1|00990001|ZY1|X||20210115|";
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Answer(Nc, Call("1600", Query), new ApprovalLookedUp { TransactionId = "" }), Is.EqualTo("^1^0||||||||^0|||^"));
            Assert.That(Answer(Nc, Call("1600", Query), new ApprovalLookedUp { TransactionId = "", ApprovalNumber = "SP1" }), Is.EqualTo("^1^1|SP1|||||||^0|||^"));
        }
    }

    [Test]
    public void Fee_lines_are_answered_row_by_row()
    {
        var over = Pipe.SplitLine with { ItemClass = "2", AmountFen = 62_00, OverLimitFen = 2_00, PreSelfPayFen = 6_00, InScopeFen = 54_00 };
        var self = Pipe.SplitLine with { ItemClass = "3", FullSelfPayFen = 8_33, InScopeFen = 0 };
        var stored = new FeeLinesStored { TransactionId = TransactionId, Lines = [Pipe.SplitLine, over, self], VisitTotalFen = 78_66 };
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Answer(Nc, Call("2310", NcLines), stored), Is.EqualTo($"{TransactionId}^1^8.33|0|0|1|0|0||$62|6|2|2|0|0||$8.33|0|8.33|3|1|0||^0|||^"));
            Assert.That(Parts(Answer(Sdz, Call("2310", NcLines), stored))[2], Is.EqualTo("0|8.33|0|0|1|0|0||$2|62|6|2|2|0|0||$0|8.33|0|8.33|3|1|0||"));
        }
    }

    [Test]
    public void Remote_lines_are_rows_of_nine_between_semicolons()
    {
        var stored = new FeeLinesStored { TransactionId = TransactionId, Lines = [Pipe.SplitLine with { FeeCategory = "11" }, Pipe.SplitLine], VisitTotalFen = 16_66 };
        Assert.That(Parts(Answer(Nc, Call("7310", RemoteLines), stored))[2],
            Is.EqualTo($"{RemoteVisit}||1234567890|阿莫西林胶囊|1|11|0.8333|10|8.33|;{RemoteVisit}||1234567890|阿莫西林胶囊|1||0.8333|10|8.33|"));
    }

    [Test]
    public void A_remote_admission_gives_the_visit_number() =>
        Assert.That(Parts(Answer(Nc, Call("7210", RemoteAdmission), Admitted()))[2], Is.EqualTo("S5301002101150000001|"));

    [Test]
    public void The_figures_of_NC_add_up_without_the_field_its_client_adds_to_the_cash()
    {
        var preview = Fields(Answer(Nc, Call("2420", NcSettlement), Pipe.Previewed(Pipe.Figures)));
        var settled = Fields(Answer(Nc, Call("2410", NcSettlement), Discharged(), Pipe.Settled(Pipe.Figures)));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(preview, Has.Length.EqualTo(32).And.EqualTo(settled));
            Assert.That(string.Join('|', settled), Is.EqualTo("1000.00|60.00|200.00|378.00|0|20.00|3.00|40.00|0|0|900.00|100.00|800.00|422.00|0|0|0|330.00|0|0|0|5.00|60.00|4.00|0|0|200.00|0|0|0|0|"));
            int[] shares = [2, 3, 4, 5, 6, 17, 21, 22, 23];
            Assert.That(shares.Sum(share => Yuan(settled[share])), Is.EqualTo(1000m));
        }
    }

    [Test]
    public void The_figures_of_SDZ_stand_where_its_client_looks()
    {
        var fields = Fields(Answer(Sdz, Call("2410", NcSettlement + "||||||||||||||||||"), Discharged(), Pipe.Settled(Pipe.Figures)));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(fields, Has.Length.EqualTo(297));
            Assert.That((fields[47], fields[49], fields[50], fields[51], fields[52], fields[53]), Is.EqualTo(("1000.00", "200.00", "330.00", "308.00", "60.00", "20.00")));
            Assert.That((fields[44], fields[57], fields[58], fields[149], fields[287]), Is.EqualTo(("800.00", "60.00", "40.00", "1800.00", "78.00")));
            Assert.That(Yuan(fields[47]) - Yuan(fields[50]), Is.EqualTo(670m), "Everything but cash.");
        }
    }

    [Test]
    public void The_remote_figures_add_up_and_name_the_settlement()
    {
        var fields = Fields(Answer(Nc, Call("7420", RemoteSettlement), Discharged(), Pipe.Settled(Pipe.Figures)));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(fields, Has.Length.EqualTo(23));
            Assert.That(fields[0], Is.EqualTo("A5301001006200000001"));
            Assert.That(string.Join('|', fields[1..]), Is.EqualTo("1000.00|200.00|330.00|300.00|78.00|60.00|20.00|0|0|0|50.00|100.00|10.00|40.00|0|422.00|0||||12.00|"));
            Assert.That(Yuan(fields[2]) + Yuan(fields[3]) + Yuan(fields[4]) + Yuan(fields[5]) + Yuan(fields[6]) + Yuan(fields[7]) + Yuan(fields[21]), Is.EqualTo(1000m));
            Assert.That(Fields(Answer(Nc, Call("7410", RemoteSettlement), Pipe.Previewed(Pipe.Figures)))[0], Is.EqualTo("FP00012345"));
        }
    }

    [Test]
    public void The_result_that_matters_decides_over_discharge_and_settlement()
    {
        var closed = Pipe.Refused with { Code = "VISIT_STATE" };
        string Reply(HisResult discharge, HisResult settlement) => Answer(Nc, Call("2410", NcSettlement), discharge, settlement);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Reply(closed, Pipe.Settled(Pipe.Figures)), Does.EndWith("^0|||^"), "A repeat finds the discharge done.");
            Assert.That(Reply(closed, Pipe.Pending), Does.Contain("[PENDING]").And.EndsWith("^-1|||^"));
            Assert.That(Reply(Pipe.Pending, closed), Does.Contain("[PENDING]").And.EndsWith("^-1|||^"));
            Assert.That(Reply(closed, Pipe.Refused), Does.Contain("[VISIT_STATE]").And.EndsWith("^-2|||^"), "The discharge is the cause.");
            Assert.That(Reply(Discharged(), Pipe.Refused), Does.Contain("[FILING_MISSING]").And.EndsWith("^-2|||^"));
        }
    }

    [Test]
    public void A_refusal_is_minus_2_with_its_text_in_the_third_part() => Assert.That(
        Answer(Nc, Call("2210", NcAdmission), Pipe.Refused),
        Is.EqualTo($"{TransactionId}^1^[FILING_MISSING] 参保地 insured side: 没有有效备案𠮷。 请先备案。 ｜ no valid filing. File first.^-2|||^"));

    [Test]
    public void An_unknown_result_is_minus_1_and_says_what_to_do_and_what_not()
    {
        var reply = Answer(Nc, Call("2210", NcAdmission), Pipe.Pending);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Parts(reply)[2], Does.StartWith("[PENDING] 结果未明：").And.Contain("稍后原样重发本交易").And.Contain("send this very call again"));
            Assert.That(reply, Does.EndWith("^-1|||^"));
            Assert.That(Answer(Nc, Call("2210", NcAdmission), Pipe.Pending with { WaitingFor = ["XJ01"] }), Does.Contain("[WAITING] 等待对照 XJ01："));
        }
    }

    [Test]
    public void A_failure_outside_any_request_is_a_system_error() =>
        Assert.That(Text(Nc.EncodeFailure(Message(""), Pipe.Refused)), Does.Contain("[FILING_MISSING]").And.EndsWith("^-1|||^"));

    [Test]
    public void Delimiters_in_names_never_shift_the_fields()
    {
        var person = Pipe.Person with { Name = "测|试^患$者;甲\r\n", EmployerName = "a|b" };
        var fields = Fields(Answer(Nc, Extended(Call("2100", "")), Verified with { Person = person }));
        Assert.That((fields.Length, fields[3], fields[16]), Is.EqualTo((43, "测｜试＾患＄者；甲  ", "a｜b")));
    }

    [Test]
    public void Names_are_shortened_and_messages_too_until_the_reply_fits()
    {
        var person = Pipe.Person with { EmployerName = string.Concat(Enumerable.Repeat("重庆𠮷", 400)) };
        var fields = Fields(Answer(Nc, Extended(Call("2100", "")), Verified with { Person = person }));
        var refused = Nc.Encode(Nc.Decode(Message(Call("2210", NcAdmission))), [Pipe.Refused with { Chinese = string.Concat(Enumerable.Repeat("案𠮷", 1000)) }]).Body;
        using (Assert.EnterMultipleScope())
        {
            Assert.That((fields.Length, LegacyText.Gb18030.GetByteCount(fields[16])), Is.EqualTo((43, 50)), "What a column of 50 bytes holds.");
            Assert.That(refused, Has.Length.LessThanOrEqualTo(2047).And.Length.GreaterThan(2040));
            Assert.That(LegacyText.Gb18030.GetString(refused), Does.EndWith("^-2|||^"));
        }
    }

    [Test]
    public void Figures_that_do_not_fit_are_never_cut()
    {
        var person = Pipe.Person with { CertificateNumber = new string('1', 3000) };
        Assert.That(Answer(Nc, Extended(Call("2100", "")), Verified with { Person = person }), Does.Contain("[UNSPOKEN]").And.EndsWith("^-1|||^"));
    }

    [Test]
    public void Over_SOAP_the_reply_is_escaped_twice_and_not_limited()
    {
        HisReply Reply(params HisResult[] results) => Gx.Encode(Gx.Decode(Soap(Call("2210", GxAdmission))), results);
        var done = SoapAnswer(Reply(Admitted()));
        var refused = SoapAnswer(Reply(Pipe.Refused with { Chinese = $"<&\"'>{new string('案', 3000)}" }));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(done, Is.EqualTo(("0", "", $"{TransactionId}^1^^0|||^")));
            Assert.That((refused.AppCode, refused.Message.Contains("<&\"'>", StringComparison.Ordinal), refused.Output.EndsWith("^-2|||^", StringComparison.Ordinal)), Is.EqualTo(("-2", true, true)));
            Assert.That(Text(Reply(Admitted())), Does.Contain("&lt;MsgID&gt;20180211091143958624000001&lt;/MsgID&gt;").And.Contain("http://si.example/"));
            Assert.That(Text(Reply(Admitted())), Does.Contain("&amp;lt;reponseEnvelope&amp;gt;"), "OutputData is escaped once more than the string.");
        }
    }

    [Test]
    public void A_SOAP_form_that_cannot_be_read_is_a_fault()
    {
        var envelope = Gx.Decode(Message("<a/>"));
        var reply = Gx.Encode(envelope, [envelope.Requests.Single().Refusal!]);
        Assert.That((reply.HttpStatus, LegacyText.Utf8.GetString(reply.Body).Contains("<faultcode>soap:Client</faultcode>", StringComparison.Ordinal)), Is.EqualTo((500, true)));
    }

    private static AdmissionRegistered Admitted() =>
        new() { TransactionId = TransactionId, VisitNumber = "S5301002101150000001", Person = Pipe.Person, DeductibleFen = 0, AdmissionOrdinal = 1 };

    private static Discharged Discharged() => new() { TransactionId = "2", DischargeDate = new DateOnly(2021, 1, 20) };

    private static string[] Fields(string reply) => Parts(reply)[2].Split('|');

    private static decimal Yuan(string field) => decimal.Parse(field, CultureInfo.InvariantCulture);
}
