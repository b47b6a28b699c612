using System.Text;
using System.Text.Json.Nodes;
using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Dialects.NationalJson;
using static ProvincialGateway.Tests.Dialects.NationalJsonMessages;

namespace ProvincialGateway.Tests.Dialects;

/// <summary>One reader for every client's spelling.</summary>
public sealed class NationalJsonDecodeTests
{
    [TestCase("data"), TestCase("mdtrtinfo"), TestCase("")]
    public void The_fields_of_a_settlement_stand_in_any_of_three_places(string node)
    {
        var input = node.Length == 0 ? Terms : new JsonObject { [node] = Terms };

        Assert.That(Operation<Settle>(Envelope("2304", input)), Is.EqualTo(new Settle
        {
            Visit = new HisVisitReference { VisitNumber = Visit },
            ClaimedTotalFen = 45860,
            AccountRequestedFen = null,
            InvoiceNumber = "FP1",
        }));
    }

    [TestCase("MEDFEE_SUMAMT"), TestCase("medfee_sumamt "), TestCase(" Medfee_SumAmt")]
    public void Names_are_compared_without_case_and_blanks(string name) =>
        Assert.That(Operation<Settle>(Envelope("2304", Data(Terms.Without("medfee_sumamt").With(name, "1.00")))).ClaimedTotalFen, Is.EqualTo(100));

    [Test]
    public void A_name_given_twice_counts_where_it_holds_something_and_is_refused_where_it_contradicts_itself()
    {
        JsonObject Twice(string one, string other) => Envelope("2304", Data(Terms.With("medfee_sumamt", one).With("MEDFEE_SUMAMT", other)));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Operation<Settle>(Twice("1.00", "")).ClaimedTotalFen, Is.EqualTo(100));
            Assert.That(Operation<Settle>(Twice("", "1.00")).ClaimedTotalFen, Is.EqualTo(100));
            Assert.That(Operation<Settle>(Twice("1.00", "1.00")).ClaimedTotalFen, Is.EqualTo(100));
            Assert.That(Refusal(Twice("1.00", "2.00")), Has.Property("Code").EqualTo("INVALID_FIELD").And.Property("Field").EqualTo("claimed_total_fen"));
        }
    }

    [Test]
    public void A_contradiction_in_a_field_nobody_reads_is_nobodys_business() =>
        Assert.That(Operation<Settle>(Envelope("2304", Data(Terms.With("expContent", "a").With("expcontent", "b")))).ClaimedTotalFen, Is.EqualTo(45860));

    [TestCase("458.6", 45860)]
    [TestCase("458.600000000000000000000000", 45860)]
    [TestCase("+458.60", 45860)]
    [TestCase(".5", 50)]
    [TestCase("5.", 500)]
    [TestCase("4.586E2", 45860)]
    [TestCase("45860e-2", 45860)]
    [TestCase("1.23456789E7", 1_234_567_890)]
    [TestCase("0", 0)]
    [TestCase("0E10", 0)]
    [TestCase("1000000000000000", 100_000_000_000_000_000)]
    public void An_amount_is_read_exactly_in_whatever_form(string written, long fen)
    {
        Assert.That(Operation<Settle>(Envelope("2304", Data(Terms.With("medfee_sumamt", written)))).ClaimedTotalFen, Is.EqualTo(fen));
        if (char.IsAsciiDigit(written[0]) && !written.EndsWith('.'))
            Assert.That(Operation<Settle>(Numbered(written)).ClaimedTotalFen, Is.EqualTo(fen), "as a JSON number");
    }

    [TestCase("458.605"), TestCase("4,586.00"), TestCase("458.60元"), TestCase("NaN"), TestCase("1e99"), TestCase("0x10"), TestCase("."), TestCase("-"), TestCase("１２")]
    [TestCase("9007199254740993.001"), TestCase("1000000000000000.01"), TestCase("99999999999999999999"), TestCase("1E-11"), TestCase("1234567890123456789")]
    public void What_is_no_exact_amount_is_refused_and_never_rounded(string written)
    {
        var refusal = Refusal(Envelope("2304", Data(Terms.With("medfee_sumamt", written))));

        Assert.That((refusal.Code, refusal.Field), Is.EqualTo(("INVALID_FIELD", "claimed_total_fen")));
        Assert.That(refusal.Chinese, Does.StartWith("input.data.medfee_sumamt 医疗费总额 的值不正确"));
    }

    [Test]
    public void Null_empty_and_absent_are_all_not_given([Values("null", "\"\"", "\"  \"")] string written)
    {
        var message = Encoding.UTF8.GetBytes(Envelope("2304", Data(Terms)).ToJsonString().Replace("\"invono\":\"FP1\"", $"\"invono\":{written}", StringComparison.Ordinal));

        Assert.That(Operation<Settle>(Posted(message)).InvoiceNumber, Is.Null);
        Assert.That(Operation<Settle>(Envelope("2304", Data(Terms.Without("invono")))).InvoiceNumber, Is.Null);
    }

    [Test]
    public void Codes_and_serials_may_be_numbers() => Assert.That(
        Operation<UploadFeeLines>(Envelope("2301", new JsonObject { ["feedetail"] = new JsonArray(Line().With("feedetl_sn", 170918000001)) })).Lines[0].LineSerial,
        Is.EqualTo("170918000001"));

    [TestCase("true"), TestCase("{}"), TestCase("[]")]
    public void A_value_that_is_neither_text_nor_number_is_refused(string value)
    {
        var message = Encoding.UTF8.GetBytes(Envelope("2304", Data(Terms)).ToJsonString().Replace("\"FP1\"", value, StringComparison.Ordinal));

        Assert.That(Refusal(Posted(message)).Field, Is.EqualTo("invoice_number"));
    }

    [TestCase("2017-09-14"), TestCase("2017-09-14 09:08:07"), TestCase("2017-09-14T09:08:07"), TestCase("2017-09-14 09:08"), TestCase("2017-09-14T09:08:07.123")]
    public void Days_and_times_are_read_alike(string written) =>
        Assert.That(Operation<RegisterAdmission>(Envelope("2401", Data(Admission.With("begntime", written)))).AdmissionDate, Is.EqualTo(new DateOnly(2017, 9, 14)));

    [TestCase("20170914"), TestCase("2017-13-01"), TestCase("14.09.2017"), TestCase("2017-09-14Z")]
    public void Another_form_of_a_day_is_refused(string written) =>
        Assert.That(Refusal(Envelope("2401", Data(Admission.With("begntime", written)))).Field, Is.EqualTo("admission_date"));

    [Test]
    public void Input_may_be_an_object_or_its_text()
    {
        var text = Envelope("2304", Data(Terms).ToJsonString());

        Assert.That(Operation<Settle>(text), Is.EqualTo(Operation<Settle>(Envelope("2304", Data(Terms)))));
    }

    [TestCase("\"{\""), TestCase("\"[]\""), TestCase("\"\""), TestCase("null"), TestCase("[]"), TestCase("7"), TestCase("\"\\ud800\"")]
    public void Input_that_is_no_object_is_refused(string input)
    {
        var message = Encoding.UTF8.GetBytes(Envelope("2304", "@").ToJsonString().Replace("\"@\"", input, StringComparison.Ordinal));

        Assert.That(Refusal(Posted(message)), Has.Property("Field").StartWith("input").And.Property("Side").EqualTo(RefusingSide.Hospital));
    }

    [Test]
    public void A_person_is_everything_the_message_says_and_the_insured_area_is_the_cards()
    {
        var card = Card.With("certno", "500103198505050015").With("psn_name", "测试患者丙");

        Assert.That(Operation<VerifyPerson>(Envelope("1101", Data(card), insured: "")).Person, Is.EqualTo(new HisPersonReference
        {
            InsuredDivision = "500100",
            CertificateKind = "01",
            CertificateNumber = "500103198505050015",
            CardNumber = "50010000003",
            Name = "测试患者丙",
        }));
    }

    [Test]
    public void The_insured_area_of_the_envelope_wins_over_the_card_and_the_one_in_the_node_is_a_second_choice()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Operation<VerifyPerson>(Envelope("1101", Data(Card), "530100")).Person.InsuredDivision, Is.EqualTo("530100"));
            Assert.That(Operation<VerifyPerson>(Envelope("1101", Data(Card.With("insuplc_admdvs", "440100")), "")).Person.InsuredDivision, Is.EqualTo("440100"));
            Assert.That(Refusal(Envelope("1101", Data(Card), "5301")).Field, Is.EqualTo("person.insured_division"));
            Assert.That(Refusal(Envelope("1101", Data(Card.With("card_sn", "ABCDEF")), "")).Chinese, Does.Contain("card_sn"));
            Assert.That(Refusal(Envelope("2401", new JsonObject { ["mdtrtinfo"] = Admission }, "")).Code, Is.EqualTo("MISSING_FIELD"));
        }
    }

    [Test]
    public void An_identity_card_is_a_certificate_and_an_electronic_credential_needs_one()
    {
        var identity = Operation<VerifyPerson>(Envelope("1101", Data(new JsonObject { ["mdtrt_cert_type"] = "02", ["mdtrt_cert_no"] = "500103198505050015" }))).Person;
        var electronic = new JsonObject { ["mdtrt_cert_type"] = "01", ["mdtrt_cert_no"] = "token" };
        using (Assert.EnterMultipleScope())
        {
            Assert.That((identity.CertificateKind, identity.CertificateNumber, identity.CardNumber), Is.EqualTo(("01", "500103198505050015", default(string))));
            Assert.That(Refusal(Envelope("1101", Data(electronic))).Field, Is.EqualTo("person.credential_kind"));
            Assert.That(Operation<VerifyPerson>(Envelope("1101", Data(electronic.With("certno", "X1").With("psn_cert_type", "08")))).Person.CertificateKind, Is.EqualTo("08"));
        }
    }

    [Test]
    public void Diagnoses_are_ordered_by_flag_and_number_and_invalid_ones_are_left_out()
    {
        JsonObject Row(string code, string flag, JsonNode order, string valid = "1") =>
            new() { ["diag_code"] = code, ["diag_name"] = code, ["maindiag_flag"] = flag, ["diag_srt_no"] = order, ["vali_flag"] = valid };
        var input = new JsonObject { ["mdtrtinfo"] = Admission, ["diseinfo"] = new JsonArray(Row("C", "0", 2), Row("B", "0", "1"), Row("X", "0", "0", "0"), Row("A", "1", 3)) };

        Assert.That(Operation<RegisterAdmission>(Envelope("2401", input)).Diagnoses.Select(diagnosis => diagnosis.Code), Is.EqualTo(new[] { "A", "B", "C" }));
    }

    [Test]
    public void Without_a_flag_the_main_diagnosis_of_the_visit_comes_first_and_without_a_list_it_is_the_only_one()
    {
        var rows = new JsonArray(new JsonObject { ["diag_code"] = "I10.x00" }, new JsonObject { ["diag_code"] = "C34.900" });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Operation<RegisterAdmission>(Envelope("2401", new JsonObject { ["mdtrtinfo"] = Admission, ["diseinfo"] = rows })).Diagnoses[0].Code, Is.EqualTo("C34.900"));
            Assert.That(Operation<RegisterAdmission>(Envelope("2401", Data(Admission))).Diagnoses, Is.EqualTo(new[] { new HisDiagnosis { Code = "C34.900", Name = "支气管肺恶性肿瘤" } }));
            Assert.That(Refusal(Envelope("2401", Data(Admission.Without("dscg_maindiag_code")))).Field, Is.EqualTo("diagnoses[0].code"));
        }
    }

    [Test]
    public void Lines_keep_their_order_whatever_refunds_what()
    {
        var upload = Operation<UploadFeeLines>(Envelope("2301", new JsonObject { ["feedetail"] = new JsonArray(Line("2", "-4", "-3.33", "1"), Line("1")) }));

        Assert.That(upload.Lines.Select(line => (line.LineSerial, line.Quantity, line.AmountFen)), Is.EqualTo(new[] { ("2", -4m, -333L), ("1", 24m, 2000L) }));
        Assert.That(upload.Lines[1], Is.EqualTo(new HisFeeLine
        {
            LineSerial = "1",
            PrescriptionNumber = "YZ1",
            LocalCode = "SHY000001",
            LocalName = "SHY000001",
            DeclaredCode = "XJ01CAA040E001010110000",
            FeeCategory = "14",
            UnitPrice = 0.8333m,
            Quantity = 24m,
            AmountFen = 2000,
            FeeDate = new DateOnly(2017, 9, 20),
            Department = "0401",
            Doctor = "D1",
        }), "no name and no category in the message: the code and 'other'");
    }

    [TestCase("0", "低蛋白血症", null, null, null)]
    [TestCase("2", "低蛋白血症", null, null, null)]
    [TestCase("1", "低蛋白血症", null, null, "低蛋白血症")]
    [TestCase("1", "", null, null, "医院审批通过")]
    [TestCase("0", "", "2", "重症，医师确认", "重症，医师确认")]
    [TestCase("1", "备注", "2", "重症，医师确认", "重症，医师确认")]
    [TestCase("0", "", "1", "不算", null)]
    public void The_hospitals_approval_stands_for_the_reason_of_a_restricted_use(string approval, string remark, string? unaudited, string? stated, string? reason)
    {
        var line = Line().With("hosp_appr_flag", approval).With("memo", remark).With("unchk_flag", unaudited).With("unchk_memo", stated);

        Assert.That(Operation<UploadFeeLines>(Envelope("2301", new JsonObject { ["feedetail"] = new JsonArray(line) })).Lines[0].RestrictedUseReason, Is.EqualTo(reason));
    }

    [TestCase("-4", "", "lines[0].refunded_line_serial")]
    [TestCase("4", "9000001", "lines[0].quantity")]
    [TestCase("0", "", "lines[0].quantity")]
    [TestCase("0.001", "", "lines[0].quantity")]
    public void A_refund_is_one_by_sign_and_by_original_or_it_is_refused(string quantity, string original, string field) =>
        Assert.That(Refusal(Envelope("2301", new JsonObject { ["feedetail"] = new JsonArray(Line("2", quantity, "3.33", original)) })).Field, Is.EqualTo(field));

    [Test]
    public void A_refusal_of_a_line_names_the_line()
    {
        var lines = new JsonArray(Line(), Line("2").With("pric", "-1"), Line("3").With("pric", "x"));

        Assert.That(Refusal(Envelope("2301", new JsonObject { ["feedetail"] = lines })).English, Does.Contain("input.feedetail[1].pric"));
        Assert.That(Refusal(Envelope("2301", new JsonObject { ["feedetail"] = new JsonArray(Line(), 7) })).Field, Is.EqualTo("lines[1]"));
        Assert.That(Refusal(Envelope("2301", new JsonObject { ["feedetail"] = new JsonArray() })).Field, Is.EqualTo("lines"));
    }

    [TestCase("medins_list_codg", "SHY000001"), TestCase("med_list_codg", "XJ01CAA040E001010110000")]
    public void A_province_says_which_code_of_a_line_its_catalogue_lists(string setting, string code)
    {
        var message = Posted(Envelope("2301", new JsonObject { ["feedetail"] = new JsonArray(Line()) }));

        Assert.That(Operation<UploadFeeLines>(message, WithSettings(("item-code", setting))).Lines[0].LocalCode, Is.EqualTo(code));
    }

    [Test]
    public void A_withdrawal_is_a_list_an_object_or_flat_and_0000_is_everything()
    {
        JsonObject Row(string serial) => new() { ["feedetl_sn"] = serial, ["mdtrt_id"] = Visit };
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Operation<WithdrawFeeLines>(Envelope("2302", Data(new JsonArray(Row("1"), Row("2"))))).LineSerials, Is.EqualTo(new[] { "1", "2" }));
            Assert.That(Operation<WithdrawFeeLines>(Envelope("2302", Data(Row("1")))).LineSerials, Is.EqualTo(new[] { "1" }));
            Assert.That(Operation<WithdrawFeeLines>(Envelope("2302", new JsonObject { ["feeinfo"] = Row("1") })).LineSerials, Is.EqualTo(new[] { "1" }));
            Assert.That(Operation<WithdrawFeeLines>(Envelope("2302", Row("1"))).LineSerials, Is.EqualTo(new[] { "1" }));
            Assert.That(Operation<WithdrawFeeLines>(Envelope("2302", Data(new JsonArray(Row("0000"))))).LineSerials, Is.Null);
        }
    }

    [TestCase("", null), TestCase("1", null), TestCase("0", 0L)]
    public void The_account_is_used_unless_the_message_says_no(string flag, long? requested) =>
        Assert.That(Operation<PreviewSettlement>(Envelope("2303", Data(Terms.With("acct_used_flag", flag)))).AccountRequestedFen, Is.EqualTo(requested));

    [TestCase("mid_setl_flag", "2", "interim"), TestCase("psn_setlway", "02", "settlement_way"), TestCase("acct_used_flag", "2", "account_requested_fen")]
    public void Terms_the_gateway_cannot_keep_are_refused(string name, string value, string field)
    {
        foreach (var code in new[] { "2303", "2304" })
            Assert.That(Refusal(Envelope(code, Data(Terms.With(name, value)))).Field, Is.EqualTo(field));
    }

    [TestCase("0", false), TestCase("1", true), TestCase("", false)]
    public void A_settlement_says_whether_the_stay_goes_on(string flag, bool interim) =>
        Assert.That(Operation<Settle>(Envelope("2304", Data(Terms.With("mid_setl_flag", flag)))).Interim is true, Is.EqualTo(interim));

    [TestCase("2304", "Settle"), TestCase("2305", "CancelSettlement"), TestCase("2401", "RegisterAdmission"), TestCase("2207", "Settle"), TestCase("2208A", "CancelSettlement")]
    public void A_reversal_names_the_operation(string original, string operation) => Assert.That(
        Operation<ReverseTransaction>(Envelope("2601", Data(new JsonObject { ["omsgid"] = "M1", ["oinfno"] = original }))),
        Is.EqualTo(new ReverseTransaction { OriginalTransactionId = "M1", OriginalOperation = operation }));

    [TestCase("2301"), TestCase("2402"), TestCase("9001"), TestCase("2201"), TestCase("2102"), TestCase("")]
    public void What_the_interface_does_not_reverse_is_refused(string original) =>
        Assert.That(Refusal(Envelope("2601", Data(new JsonObject { ["omsgid"] = "M1", ["oinfno"] = original }))).Field, Is.EqualTo("original_operation"));

    [Test]
    public void A_registration_is_of_the_kind_of_the_setting_unless_it_names_one()
    {
        var visit = new JsonObject { ["psn_no"] = "5001000003", ["begntime"] = "2017-09-22T09:08:07", ["ipt_otp_no"] = "MZ1", ["dr_name"] = "演示医生丙" };
        using (Assert.EnterMultipleScope())
        {
            var plain = Operation<RegisterOutpatient>(Envelope("2201", Data(visit.DeepClone())));
            Assert.That((plain.VisitKind, plain.ChronicDisease, plain.VisitDate, plain.HospitalVisitNumber), Is.EqualTo(("11", default(string), new DateOnly(2017, 9, 22), "MZ1")));
            var chronic = Operation<RegisterOutpatient>(Envelope("2201", Data(visit.With("med_type", "14").With("dise_codg", "M03900"))));
            Assert.That((chronic.VisitKind, chronic.ChronicDisease), Is.EqualTo(("14", "M03900")));
            var emergency = new NationalJsonDialect(new DialectSettings(new Dictionary<string, string> { ["outpatient-kind"] = "13" }));
            Assert.That(((RegisterOutpatient)emergency.Decode(Posted(Envelope("2201", Data(visit.DeepClone())))).Requests[0].Operation!).VisitKind, Is.EqualTo("13"));
        }
    }

    [Test]
    public void Pharmacy_business_is_refused_as_not_opened()
    {
        var refusal = Refusal(Envelope("2102", null));

        Assert.That((refusal.Code, refusal.Chinese.Contains("药店", StringComparison.Ordinal), refusal.English.Contains("pharmacy", StringComparison.Ordinal)),
            Is.EqualTo(("UNKNOWN_TRANSACTION", true, true)));
    }

    [Test]
    public void The_header_is_the_envelopes()
    {
        var request = Request(Posted(Envelope("2304", Data(Terms)).With("sign_no", "P1").Without("fixmedins_code").With("medins_code", "H31010000001")));

        Assert.That(
            (request.TransactionCode, request.HisTransactionId, request.InstitutionCode, request.Operator, request.BusinessPeriod, request.NeedsConfirmation),
            Is.EqualTo(("2304", MessageId, "H31010000001", "演示员甲", "P1", false)));
    }

    [TestCase("msgid", "his_transaction_id"), TestCase("infno", "transaction_code"), TestCase("fixmedins_code", "institution_code")]
    public void A_header_field_that_is_missing_is_named(string name, string field) =>
        Assert.That(Refusal(Envelope("2304", Data(Terms)).Without(name)), Has.Property("Code").EqualTo("MISSING_FIELD").And.Property("Field").EqualTo(field));

    [TestCase("sign_no"), TestCase("opter_name"), TestCase("mdtrtarea_admvs")]
    public void A_header_field_that_cannot_be_read_refuses_the_message(string name)
    {
        var message = Encoding.UTF8.GetBytes(Envelope("2304", Data(Terms)).With(name, "@").ToJsonString().Replace("@", "\\ud800", StringComparison.Ordinal));

        Assert.That(Request(Posted(message)), Has.Property("Operation").Null.And.Property("Refusal").Not.Null);
    }

    [Test]
    public void A_message_id_has_30_characters_at_most() =>
        Assert.That(Refusal(Envelope("2304", Data(Terms)).With("msgid", MessageId + "1")).Field, Is.EqualTo("his_transaction_id"));

    [Test]
    public void The_address_may_name_the_transaction_and_must_then_be_right()
    {
        Assert.That(Operation<Settle>(Posted(Envelope("2304", Data(Terms)), "/national/2304")).InvoiceNumber, Is.EqualTo("FP1"));
        Assert.That(Refusal(Posted(Envelope("2304", Data(Terms)), "/national/2303")).Field, Is.EqualTo("transaction_code"));
        Assert.That(Operation<Settle>(Posted(Envelope("2304", Data(Terms)), "/his/shanghai")).InvoiceNumber, Is.EqualTo("FP1"));
    }

    [TestCase("11"), TestCase("21")]
    public void Outpatient_and_inpatient_are_reconciled_apart(string type) =>
        Assert.That(Operation<ReconcileTotals>(Envelope("3201", Data(Totals.With("clr_type", type)))).Scope.ClearingType, Is.EqualTo(type));

    [TestCase("3201"), TestCase("3202")]
    public void Only_stays_and_outpatient_visits_are_reconciled(string code)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Refusal(Envelope(code, Data(Totals.With("clr_type", "41").With("file_qury_no", "1")))).Chinese, Does.Contain("药店"));
            Assert.That(Refusal(Envelope(code, Data(Totals.With("clr_type", "99").With("file_qury_no", "1")))).Field, Is.EqualTo("clearing_kind"));
        }
    }

    [TestCase("REFD_SETL_FLAG", "0", true), TestCase("refd_setl_flag", "1", false), TestCase("refd_setl_flag", "", false)]
    public void Refunds_are_in_the_totals_unless_the_message_says_no(string name, string flag, bool withoutCancelled)
    {
        var reconcile = Operation<ReconcileTotals>(Envelope("3201", Data(Totals.With(name, flag))));

        Assert.That(reconcile.Scope, Is.EqualTo(new HisSettlementScope
        {
            From = new DateOnly(2017, 9, 1),
            To = new DateOnly(2017, 9, 30),
            Scheme = "390",
            ClearingType = "21",
            WithoutCancelled = withoutCancelled,
        }));
        Assert.That(reconcile.Claimed, Is.EqualTo(new HisClaimedTotals { TotalFen = 45860, FundTotalFen = 18100, AccountFen = 10000 }));
    }

    [TestCase("variant", "XX"), TestCase("item-code", "x"), TestCase("variants", "CQ")]
    public void A_setting_that_does_not_exist_is_refused(string name, string value) =>
        Assert.That(() => WithSettings((name, value)), Throws.TypeOf<DialectSettingException>().With.Message.Contains(name));

    [Test]
    public void Rare_characters_come_as_bytes_as_escapes_and_as_the_private_use_of_code_page_936([Values("㼆䶮𠮷", "\\u3f06\\u4dae\\ud842\\udfb7", "\\u3F06\\uE863𠮷")] string written)
    {
        var message = Encoding.UTF8.GetBytes(Envelope("2401", Data(Admission)).ToJsonString(Relaxed).Replace("联系人乙", written, StringComparison.Ordinal));

        Assert.That(Operation<RegisterAdmission>(Posted(message)).ContactName, Is.EqualTo("㼆䶮𠮷"));
    }

    [Test]
    public void Free_text_of_several_lines_becomes_one_and_a_control_character_is_refused()
    {
        Assert.That(Operation<RegisterAdmission>(Envelope("2401", Data(Admission.With("coner_name", " 甲\r\n乙\t丙 ")))).ContactName, Is.EqualTo("甲 乙 丙"));
        Assert.That(Refusal(Envelope("2401", Data(Admission.With("coner_name", "甲\0")))).Field, Is.EqualTo("contact_name"));
        Assert.That(Refusal(Envelope("2401", Data(Admission.With("coner_name", new string('甲', 513))))).Field, Is.EqualTo("contact_name"));
    }

    private static readonly System.Text.Json.JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static HisMessage Numbered(string number) =>
        Posted(Encoding.UTF8.GetBytes(Envelope("2304", Data(Terms)).ToJsonString().Replace("\"458.60\"", number, StringComparison.Ordinal)));
}
