using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;
using static ProvincialGateway.Tests.Dialects.NeusoftPipeMessages;

namespace ProvincialGateway.Tests.Dialects;

public sealed class NeusoftPipeDecodeTests
{
    [Test]
    public void The_dialect_introduces_itself()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Dialect.Name, Is.EqualTo("neusoft-pipe"));
            Assert.That(Dialect.ContractVersion, Is.EqualTo(AdapterContract.Version));
            Assert.That(Dialect.Paths, Is.EqualTo(new[] { "/neusoft" }));
            Assert.That(Dialect.Describe("/neusoft", "?wsdl", new Uri("http://localhost/")), Is.Null);
        }
    }

    [Test]
    public void An_insured_number_is_division_and_person_number()
    {
        var person = Operation<VerifyPerson>(Identity).Person;
        Assert.That(person, Is.EqualTo(new HisPersonReference { InsuredDivision = "530100", PersonNumber = "5301000001" }));
    }

    [Test]
    public void An_insured_number_is_what_the_settings_say()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Operation<VerifyPerson>(With(("insuredNumber", "card")), Message("01|530100A00000018")).Person,
                Is.EqualTo(new HisPersonReference { InsuredDivision = "530100", CardNumber = "A00000018" }));
            Assert.That(Operation<VerifyPerson>(With(("insuredDivision", "530100")), Message("01|5301000001")).Person,
                Is.EqualTo(new HisPersonReference { InsuredDivision = "530100", PersonNumber = "5301000001" }));
        }
    }

    [TestCase("insuredDivision", "5301")]
    [TestCase("insuredNumber", "certificate")]
    [TestCase("claimedTotal", "sometimes")]
    [TestCase("insuredDivison", "prefix")]
    public void A_setting_that_means_nothing_is_refused(string name, string value) =>
        Assert.That(() => With((name, value)), Throws.TypeOf<DialectSettingException>().With.Property("Name").EqualTo(name));

    [TestCase("01|530100")]
    [TestCase("01|53010A5301000001")]
    [TestCase("02|1|21|A00000018|心内科|医|2010-06-12|肺炎|员|0")]
    public void An_insured_number_without_division_is_refused(string line) => Assert.That(Refusal(line).Field, Is.EqualTo("person.person_number"));

    [Test]
    public void An_admission_has_its_department_doctor_and_coded_diagnosis()
    {
        var admission = Operation<RegisterAdmission>(Admission);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((admission.HospitalVisitNumber, admission.VisitKind, admission.AdmissionDate), Is.EqualTo(("1024_2_1", "21", new DateOnly(2010, 6, 12))));
            Assert.That((admission.Department, admission.Doctor), Is.EqualTo(("心内科", "演示医生丙")));
            Assert.That(admission.Diagnoses, Is.EqualTo(new[] { new HisDiagnosis { Code = "J18.900", Name = "肺炎" } }));
            Assert.That(Request(Admission).Operator, Is.EqualTo("演示员甲"));
            Assert.That(Request(Admission).HisTransactionId, Is.Null, "The interface has none.");
        }
    }

    [TestCase("肺炎", "R69.x00", "肺炎")]
    [TestCase("J18.900", "J18.900", null)]
    [TestCase("J18.900肺炎（重症）", "J18.900", "肺炎（重症）")]
    [TestCase("I10.x00，高血压", "I10.x00", "高血压")]
    [TestCase("M03900", "M03900", null)]
    [TestCase("2型糖尿病", "R69.x00", "2型糖尿病")]
    public void A_diagnosis_in_words_is_kept_as_the_name_of_an_unspecified_one(string text, string code, string? name) =>
        Assert.That(Operation<RegisterAdmission>(Admission.With(7, text)).Diagnoses, Is.EqualTo(new[] { new HisDiagnosis { Code = code, Name = name } }));

    [TestCase("11")]
    [TestCase("14")]
    [TestCase("15")]
    public void An_outpatient_kind_registers_a_visit(string kind)
    {
        var visit = Operation<RegisterOutpatient>(Admission.With(2, kind).With(7, "J18.900 肺炎"));

        Assert.That((visit.VisitKind, visit.HospitalVisitNumber, visit.ChronicDisease, visit.Diagnoses.Single()), Is.EqualTo((kind, "1024_2_1", default(string), new HisDiagnosis { Code = "J18.900", Name = "肺炎" })));
    }

    [Test]
    public void A_special_disease_visit_states_its_disease()
    {
        Assert.That(Operation<RegisterOutpatient>(Admission.With(2, "13").With(7, "M03900 高血压")).ChronicDisease, Is.EqualTo("M03900"));
        Assert.That(Refusal(Admission.With(2, "13").With(7, "高血压")).Chinese, Does.Contain("病种编码"));
    }

    [TestCase("0", false)]
    [TestCase("1", false)]
    [TestCase("10", true)]
    public void A_settlement_says_whether_the_stay_goes_on(string flag, bool interim) =>
        Assert.That(Operation<Settle>($"05|1|{flag}|8|员|0|20100620|68.67").Interim is true, Is.EqualTo(interim));

    [TestCase("02|1|23|5301005301000001|科|医|2010-06-12|肺炎|员|0")]
    [TestCase("02|1|24|5301005301000001|科|医|2010-06-12|肺炎|员|0")]
    [TestCase("03|1|1000000000|24|||||||||0")]
    [TestCase("05|1|20|8|员|0|20100620|68.67")]
    [TestCase("05|1|40|8|员|0|20100620|68.67")]
    [TestCase("05|1|50|8|员|0|20100620|68.67")]
    public void Family_beds_and_leaves_are_refused(string line) => Assert.That(Refusal(line).English, Does.Contain("family beds"));

    [Test]
    public void A_marked_discharge_date_is_a_discharge()
    {
        var discharge = Operation<Discharge>(DischargeLine);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(discharge.Visit.HospitalVisitNumber, Is.EqualTo("1024_2_1"));
            Assert.That(discharge.DischargeDate, Is.EqualTo(new DateOnly(2010, 6, 20)));
            Assert.That((discharge.Diagnoses.Count, discharge.Department, discharge.DischargeReason), Is.EqualTo((0, (string?)null, (string?)null)));
            Assert.That(Request(DischargeLine).Operator, Is.EqualTo("演示员甲"));
        }
    }

    [Test]
    public void Only_marked_fields_are_taken_over()
    {
        var update = Operation<UpdateVisit>("03|1024_2_1|0110000000|25|骨科|演示医生丁|不是日期|骨折|2010-06-20|S72.000|治愈|演示员甲|I10.x00");
        using (Assert.EnterMultipleScope())
        {
            Assert.That((update.Department, update.Doctor), Is.EqualTo(("骨科", "演示医生丁")));
            Assert.That((update.VisitKind, update.AdmissionDate, update.Diagnoses), Is.EqualTo(((string?)null, (DateOnly?)null, (IReadOnlyList<HisDiagnosis>?)null)));
        }
    }

    [Test]
    public void A_confirmed_disease_and_its_complication_are_an_update_of_the_diagnoses()
    {
        var update = Operation<UpdateVisit>("03|1024_2_1|0000001001|21|||||2010-06-20|I20.000||演示员甲|I10.x00高血压");
        Assert.That(update.Diagnoses, Is.EqualTo(new[] { new HisDiagnosis { Code = "I20.000" }, new HisDiagnosis { Code = "I10.x00", Name = "高血压" } }));
    }

    [Test]
    public void A_discharge_that_also_states_the_admission_is_two_requests()
    {
        var requests = Dialect.Decode(Message("03|1024_2_1|1110111001|21|心内科|演示医生丙|2010-06-12|肺炎|2010-06-20|J18.900||演示员甲|0")).Requests;
        Assert.That(requests, Has.Count.EqualTo(2));
        var discharge = (Discharge)requests[0].Operation!;
        var update = (UpdateVisit)requests[1].Operation!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That((discharge.Department, discharge.Doctor), Is.EqualTo(("心内科", "演示医生丙")));
            Assert.That(discharge.Diagnoses, Is.EqualTo(new[] { new HisDiagnosis { Code = "J18.900" } }));
            Assert.That((update.VisitKind, update.AdmissionDate, update.Diagnoses, update.Department), Is.EqualTo(("21", (DateOnly?)null, (IReadOnlyList<HisDiagnosis>?)null, (string?)null)));
        }
    }

    [TestCase("03|1|000000001|21|||||||||0", "update_mask")]
    [TestCase("03|1|00000000x0|21|||||||||0", "update_mask")]
    [TestCase("03|1|0000000100|21|||||||治愈||0", "discharge_reason")]
    [TestCase("03|1|0000010000|21|||||20.6.2010||||0", "discharge_date")]
    [TestCase("03||0000010010|21|||2010-06-12||2010-06-20|||演示员甲|0", "visit.hospital_visit_number")]
    public void A_wrong_update_names_its_field(string line, string field) => Assert.That(Refusal(line).Field, Is.EqualTo(field));

    [Test]
    public void A_fee_line_keeps_price_and_quantity_exactly()
    {
        var upload = Operation<UploadFeeLines>(Line);
        var line = upload.Lines.Single();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(upload.Visit.HospitalVisitNumber, Is.EqualTo("1024_2_1"));
            Assert.That((line.LocalCode, line.LocalName, line.PrescriptionNumber), Is.EqualTo(("1234567890", "阿莫西林胶囊", "N0000123_2")));
            Assert.That((line.UnitPrice, line.Quantity, line.AmountFen), Is.EqualTo((0.8333m, 10m, 8_33L)));
            Assert.That((line.Unit, line.Specification, line.DoseForm, line.Doctor), Is.EqualTo(("粒", "0.25g*24", "胶囊剂", "演示医生丙")));
            Assert.That((line.FeeDate, line.FeeCategory), Is.EqualTo((new DateOnly(2010, 6, 15), "14")));
            Assert.That(Request(Line).Operator, Is.EqualTo("演示员甲"));
        }
    }

    [Test]
    public void The_same_line_sent_again_has_the_same_serial_and_another_line_has_not()
    {
        string SerialOf(string line) => Operation<UploadFeeLines>(line).Lines.Single().LineSerial;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(SerialOf(Line.With(11, "演示员乙")), Is.EqualTo(SerialOf(Line)), "Who sends it does not make it another line.");
            Assert.That(SerialOf(Line.With(2, "N0000124_2")), Is.Not.EqualTo(SerialOf(Line)));
            Assert.That(SerialOf(Line.With(3, "2010-06-15 09:08:08")), Is.Not.EqualTo(SerialOf(Line)));
            Assert.That(SerialOf(Line.With(8, "1.00").With(16, "0.8333")), Is.Not.EqualTo(SerialOf(Line)));
        }
    }

    [Test]
    public void A_line_without_a_centre_code_is_known_by_the_hospitals() =>
        Assert.That(Operation<UploadFeeLines>(Line.With(4, "")).Lines.Single().LocalCode, Is.EqualTo("Y000123"));

    [Test]
    public void A_negative_line_takes_back_part_of_the_line_it_names()
    {
        var refund = Operation<RefundFeeLine>(Refund);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(refund.OriginalTransactionId, Is.EqualTo(TransactionId));
            Assert.That((refund.Quantity, refund.AmountFen), Is.EqualTo((2m, 1_67L)), "1.6666 is 1.67.");
            Assert.That(refund.LineSerial, Is.Not.Null.And.EqualTo(Operation<RefundFeeLine>(Refund).LineSerial));
            Assert.That(Operation<RefundFeeLine>(Refund.With(15, TransactionId)).OriginalTransactionId, Is.EqualTo(TransactionId), "The full id is understood too.");
        }
    }

    [TestCase(4, "", 5, "", "lines[0].local_code")]
    [TestCase(6, "", 6, "", "lines[0].local_name")]
    [TestCase(7, "0.83333", 7, "0.83333", "lines[0].unit_price")]
    [TestCase(7, "-0.8333", 7, "-0.8333", "lines[0].unit_price")]
    [TestCase(7, "1,000.0000", 7, "1,000.0000", "lines[0].unit_price")]
    [TestCase(8, "0.00", 16, "0.0000", "lines[0].quantity")]
    [TestCase(8, "1.005", 8, "1.005", "lines[0].quantity")]
    [TestCase(16, "8.3331", 16, "8.3340", "lines[0].amount_fen")]
    [TestCase(16, "1E-05", 16, "1E-05", "lines[0].amount_fen")]
    [TestCase(3, "2010-06-15", 3, "2010-06-15", "lines[0].fee_date")]
    [TestCase(15, "2010061500000011", 15, "2010061500000011", "original_transaction_id")]
    public void A_wrong_line_names_its_field(int first, string value, int second, string other, string field) =>
        Assert.That(Refusal(Line.With(first, value).With(second, other)).Field, Is.EqualTo(field));

    [TestCase("8.33")]
    [TestCase("8.3330")]
    public void An_amount_may_be_rounded_to_fen_or_not(string amount) => Assert.That(Operation<UploadFeeLines>(Line.With(16, amount)).Lines.Single().AmountFen, Is.EqualTo(8_33));

    [TestCase("", "MISSING_FIELD")]
    [TestCase("2010061500000011", "INVALID_FIELD")]
    public void A_refund_without_a_serial_of_ours_is_refused(string original, string code)
    {
        var refusal = Refusal(Refund.With(15, original));
        Assert.That((refusal.Code, refusal.Field), Is.EqualTo((code, "original_transaction_id")));
    }

    [Test]
    public void A_settlement_uses_the_account_for_0_and_not_for_1()
    {
        var settle = Operation<Settle>(Settlement);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((settle.Visit.HospitalVisitNumber, settle.ClaimedTotalFen, settle.AccountRequestedFen), Is.EqualTo(("1024_2_1", 68_67L, (long?)null)));
            Assert.That(Operation<Settle>(Settlement.With(5, "1")).AccountRequestedFen, Is.Zero);
            Assert.That(Refusal(Settlement.With(5, "2")).Field, Is.EqualTo("account_requested_fen"));
            Assert.That(Request(Settlement).Operator, Is.EqualTo("演示员甲"));
        }
    }

    [TestCase("0", 0)]
    [TestCase("100", 100_00)]
    [TestCase("12.3", 12_30)]
    [TestCase("62.4899999999999", 62_49)]
    [TestCase("62.4900000000001", 62_49)]
    [TestCase("-0.00", 0)]
    public void A_total_that_went_through_a_double_is_the_fen_it_means(string total, long fen) =>
        Assert.That(Operation<PreviewSettlement>(Preview.With(4, total)).ClaimedTotalFen, Is.EqualTo(fen));

    [TestCase("62.4899")]
    [TestCase("62.485")]
    [TestCase("62.489998")]
    [TestCase("1,062.49")]
    [TestCase("62,49")]
    [TestCase("")]
    [TestCase("NaN")]
    [TestCase("99999999999999999999999999999999")]
    public void A_total_that_is_no_whole_fen_is_refused(string total) => Assert.That(Refusal(Preview.With(4, total)).Field, Is.EqualTo("claimed_total_fen"));

    [Test]
    public void A_total_is_not_compared_where_the_province_says_so() =>
        Assert.That(Operation<Settle>(With(("claimedTotal", "ignore")), Message(Settlement)).ClaimedTotalFen, Is.Null);

    [Test]
    public void A_clinics_preview_is_read_too() => Assert.That(Operation<PreviewSettlement>("06|1024_2_1|||68.67").ClaimedTotalFen, Is.EqualTo(68_67));

    [Test]
    public void All_lines_of_a_visit_can_be_deleted_and_one_prescription_cannot()
    {
        var withdraw = Operation<WithdrawFeeLines>("10|1024_2_1|1024_2_1");
        using (Assert.EnterMultipleScope())
        {
            Assert.That((withdraw.Visit.HospitalVisitNumber, withdraw.LineSerials), Is.EqualTo(("1024_2_1", (IReadOnlyList<string>?)null)));
            Assert.That(Refusal("10|1024_2_1|N0000123_2").Field, Is.EqualTo("line_serials"));
        }
    }

    [Test]
    public void The_calls_without_fields_are_read()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Request("INIT").Operation, Is.EqualTo(new Acknowledge()));
            Assert.That(Request("11").Operation, Is.EqualTo(new DescribeInstitution()));
            Assert.That(Request("07|5301005301000001").Operation, Is.EqualTo(new LookUpApproval()));
        }
    }

    [Test]
    public void An_undo_names_the_transaction_behind_the_serial()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Operation<ReverseTransaction>($"99|{Serial}|演示员甲").OriginalTransactionId, Is.EqualTo(TransactionId));
            Assert.That(Request($"99|{Serial}|演示员甲").Operator, Is.EqualTo("演示员甲"));
            Assert.That(Refusal("99|201006200000045|演示员甲").Field, Is.EqualTo("original_transaction_id"));
        }
    }

    [Test]
    public void A_serial_has_20_characters_and_can_be_turned_back()
    {
        var random = new Random(99);
        for (var i = 0; i < 1_000; i++)
        {
            var id = string.Concat(Enumerable.Range(0, 30).Select(_ => (char)('0' + random.Next(10))));
            var serial = SerialOf(id);
            Assert.That(serial, Has.Length.EqualTo(20), "seed 99");
            Assert.That(Operation<ReverseTransaction>($"99|{serial.ToLowerInvariant()}|员").OriginalTransactionId, Is.EqualTo(id), "seed 99");
        }

        Assert.That(Refusal("99|ZZZZZZZZZZZZZZZZZZZZ|员").Field, Is.EqualTo("original_transaction_id"), "Too large for 30 digits.");
        Assert.That(Refusal("99|0000000000000000000-|员").Field, Is.EqualTo("original_transaction_id"));
    }

    [Test]
    public void Rare_characters_arrive_whole()
    {
        byte[] line = [.. LegacyText.Gb18030.GetBytes("04|1|N1|2010-06-15 09:08:07|1234567890||㼆𠮷"), 0xFE, 0x9F, .. LegacyText.Gb18030.GetBytes("膏|1.0000|1.00|0||||||" + "|1.0000")];
        Assert.That(Operation<UploadFeeLines>(Dialect, Message(line)).Lines.Single().LocalName, Is.EqualTo("㼆𠮷䶮膏"));
    }

    [Test]
    public void A_character_whose_second_byte_is_the_delimiter_stays_whole()
    {
        var name = LegacyText.Gb18030.GetString([0x81, 0x7C]);
        Assert.That(Operation<UploadFeeLines>(Line.With(6, name)).Lines.Single().LocalName, Is.EqualTo(name));
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public void A_name_that_ends_in_half_a_character_loses_that_half_and_nothing_else(int bytesLeft)
    {
        // 49 bytes and half a two-byte character fill the 50 of the column; of a four-byte one up to three bytes are left.
        byte[] rest = [0x81, 0x39, 0xEF];
        byte[] name = [.. LegacyText.Gb18030.GetBytes(new string('甲', 23) + new string('a', 4 - bytesLeft)), .. bytesLeft == 1 ? [0xD2] : rest[..bytesLeft]];
        Assert.That(name, Has.Length.EqualTo(50));

        var line = Operation<UploadFeeLines>(Dialect, Cut(6, name)).Lines.Single();

        Assert.That((line.LocalName, line.UnitPrice, line.AmountFen), Is.EqualTo((new string('甲', 23) + new string('a', 4 - bytesLeft), 0.8333m, 8_33L)));
    }

    [Test]
    public void A_name_cut_at_another_length_is_understood_by_the_number_of_fields() =>
        Assert.That(Operation<UploadFeeLines>(Dialect, Cut(6, [.. LegacyText.Gb18030.GetBytes("阿莫西林"), 0xBD])).Lines.Single().LocalName, Is.EqualTo("阿莫西林"));

    [Test]
    public void The_last_field_may_be_cut_too() =>
        Assert.That(Dialect.Decode(Message([.. LegacyText.Gb18030.GetBytes($"99|{Serial}|演示员"), 0xBC])).Requests.Single().Operator, Is.EqualTo("演示员"));

    [Test]
    public void A_number_that_ends_in_half_a_character_is_refused_with_its_byte() =>
        Assert.That(Refusal(Cut(16, [.. "8.3330"u8, 0xBD])).Field, Does.StartWith("byte "));

    [Test]
    public void A_delimiter_in_the_item_name_is_found()
    {
        var line = Operation<UploadFeeLines>(Line.With(6, "阿莫西林|胶囊|")).Lines.Single();
        Assert.That((line.LocalName, line.UnitPrice, line.DoseForm), Is.EqualTo(("阿莫西林|胶囊|", 0.8333m, "胶囊剂")));
    }

    [Test]
    public void A_delimiter_in_the_admission_diagnosis_is_found() =>
        Assert.That(Operation<RegisterAdmission>(Admission.With(7, "肺炎|重症")).Diagnoses.Single().Name, Is.EqualTo("肺炎|重症"));

    [TestCase(10, "演示|医生")]
    [TestCase(13, "0.25g|24")]
    public void A_delimiter_in_another_text_cannot_be_placed_and_is_refused(int field, string value) =>
        Assert.That(Refusal(Line.With(field, value)).Field, Is.EqualTo("field count"));

    [TestCase("")]
    [TestCase("\0\r\n")]
    [TestCase("|")]
    [TestCase("02|1024_2_1")]
    [TestCase("11|")]
    [TestCase("INIT|")]
    [TestCase("01|1|2")]
    public void A_line_without_its_fields_is_malformed(string line) => Assert.That(Refusal(line).Code, Is.EqualTo("MALFORMED_MESSAGE").Or.EqualTo("UNKNOWN_TRANSACTION"));

    [TestCase("08|1")]
    [TestCase("9100^H^1^^1^0000^^1^")]
    public void An_unknown_code_is_refused(string line) => Assert.That(Refusal(line).Code, Is.EqualTo("UNKNOWN_TRANSACTION"));

    [Test]
    public void A_byte_that_is_no_gb18030_is_named()
    {
        var refusal = Refusal(Cut(6, [0xC4, 0xFF, 0xC4]));
        Assert.That(refusal.Field, Is.EqualTo($"byte {LegacyText.Gb18030.GetByteCount(Line.Split("阿莫西林")[0])}"));
    }

    [TestCase("\0")]
    [TestCase("\r\n")]
    [TestCase("\0\0\0")]
    public void A_closing_nul_or_line_end_is_no_part_of_the_last_field(string tail) => Assert.That(Operation<UploadFeeLines>(Line + tail).Lines.Single().AmountFen, Is.EqualTo(8_33));

    [TestCase("阿莫\r\n西林")]
    [TestCase("阿莫\0西林")]
    public void A_control_character_in_a_name_is_refused(string name) => Assert.That(Refusal(Line.With(6, name)).Field, Is.EqualTo("lines[0].local_name"));

    [Test]
    public void Refusals_of_the_message_never_quote_its_values()
    {
        const string Secret = "测试患者丙";
        foreach (var line in new[] { $"01|{Secret}", Admission.With(3, Secret), Line.With(7, Secret), Settlement.With(7, Secret), $"99|{Secret}|{Secret}", $"{Secret}|1" })
            Assert.That(Refusal(line).Text, Does.Not.Contain(Secret));
    }

    /// <summary>The fee line with the bytes of one field replaced.</summary>
    private static HisMessage Cut(int field, byte[] bytes)
    {
        var fields = Line.Split('|').Select(LegacyText.Gb18030.GetBytes).ToArray();
        fields[field] = bytes;
        return Message(fields.Aggregate<byte[], byte[]>([], (line, next) => line.Length == 0 ? next : [.. line, (byte)'|', .. next]));
    }
}
