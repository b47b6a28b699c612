using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;
using static ProvincialGateway.Tests.Dialects.NeusoftCaretMessages;

namespace ProvincialGateway.Tests.Dialects;

public sealed class NeusoftCaretDecodeTests
{
    [Test]
    public void The_dialect_introduces_itself()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Nc.Name, Is.EqualTo("neusoft-caret"));
            Assert.That(Nc.ContractVersion, Is.EqualTo(AdapterContract.Version));
            Assert.That(Nc.Paths, Is.EqualTo(new[] { "/neusoft", "/RecvMsg" }));
            Assert.That(Nc.Describe("/RecvMsg", "?wsdl", new Uri("http://localhost/")), Is.Null);
        }
    }

    [TestCase("profile", "YT")]
    [TestCase("insuredDivision", "36")]
    [TestCase("itemCode", "national")]
    [TestCase("bufferBytes", "100")]
    [TestCase("profil", "NC")]
    public void A_setting_that_means_nothing_is_refused(string name, string value)
    {
        (string, string)[] settings = name == "profile" ? [(name, value)] : [("profile", "NC"), (name, value)];
        Assert.That(() => With(settings), Throws.TypeOf<DialectSettingException>().With.Property("Name").EqualTo(name));
    }

    [Test]
    public void A_profile_is_required() => Assert.That(() => With(), Throws.TypeOf<DialectSettingException>().With.Property("Name").EqualTo("profile"));

    [Test]
    public void The_header_says_who_asks_and_in_which_period()
    {
        var request = Nc.Decode(Message(Call("2210", NcAdmission))).Requests.Single();
        using (Assert.EnterMultipleScope())
        {
            Assert.That((request.TransactionCode, request.InstitutionCode, request.Operator, request.BusinessPeriod), Is.EqualTo(("2210", "00990001", "0001", "20210115-0001")));
            Assert.That(request.HisTransactionId, Is.Null, "The hospital's serial is not unique.");
        }
    }

    [TestCase("9100^99003^op1^^20150127192930-99003-0001^0000^^", Description = "the older envelope has no online mark")]
    [TestCase("9100^99003^op1^^20150127192930-99003-0001^0000^^1^")]
    [TestCase("9100^99003^op1^^20150127192930-99003-0001^0000^^1")]
    [TestCase("9100^99003^op1^^20150127192930-99003-0001^0000^|^1^", Description = "JNA")]
    [TestCase("9100^99003^op1^^20150127192930-99003-0001^0000^^1^\r\n\0")]
    [TestCase("9100^99003^op1^^0099-20180714152739-101^new^  ^1^")]
    public void Every_form_of_the_envelope_is_read(string call) => Assert.That(Operation<OpenBusinessPeriod>(Gx, call).OperatorNumber, Is.EqualTo("op1"));

    [TestCase("", "byte 0")]
    [TestCase("9100", "part count")]
    [TestCase("9100^99003^op1^^1^", "part count")]
    [TestCase("9100^99003^op\u0001^^1^0000^^1^", "part 3")]
    public void An_envelope_without_its_parts_is_malformed(string call, string place) => Assert.That(Refusal(Nc, call).Field, Is.EqualTo(place));

    [TestCase("9120")]
    [TestCase("1300")]
    [TestCase("3110")]
    [TestCase("1101")]
    [TestCase("2220")]
    [TestCase("6002")]
    public void A_transaction_canonical_operations_cannot_say_is_refused(string code) => Assert.That(Refusal(Nc, Call(code, "1|2|")).Code, Is.EqualTo("UNKNOWN_TRANSACTION"));

    [Test]
    public void A_shift_is_opened_and_closed_by_the_header()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Operation<CloseBusinessPeriod>(Nc, Call("9110", "")).PeriodNumber, Is.EqualTo("20210115-0001"));
            Assert.That(Refusal(Nc, Call("9110", "", period: "")).Field, Is.EqualTo("period_number"));
            Assert.That(Refusal(Nc, "9100^99003^^^1^0000^^1^").Field, Is.EqualTo("operator_number"));
            Assert.That(Operation<Acknowledge>(Nc, "INIT"), Is.EqualTo(new Acknowledge()));
        }
    }

    [Test]
    public void The_sums_of_a_shift_are_claimed_with_all_funds_together()
    {
        var reconcile = Operation<ReconcileTotals>(Sdz, Call("1110", "20210115-0001|68.67|5.00|23.67|30.00|4.00|3.00|2.00|1.00|"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(reconcile.Scope.PeriodNumber, Is.EqualTo("20210115-0001"));
            Assert.That((reconcile.Claimed.TotalFen, reconcile.Claimed.AccountFen, reconcile.Claimed.CashFen, reconcile.Claimed.FundTotalFen), Is.EqualTo((68_67L, 5_00L, 23_67L, 40_00L)));
            Assert.That(Refusal(Sdz, Call("1110", "20210115-0001|68,670.00|")).Field, Is.EqualTo("claimed.total_fen"));
        }
    }

    [TestCase("2100")]
    [TestCase("2102")]
    [TestCase("7100")]
    public void A_card_is_who_the_workstation_says(string code)
    {
        var person = Operation<VerifyPerson>(Sdz, Extended(Call(code, ""))).Person;
        Assert.That(person, Is.EqualTo(new HisPersonReference
        {
            InsuredDivision = "530100",
            PersonNumber = "5301000001",
            SocialSecurityNumber = "530102197601010019",
            CardNumber = "A00000018",
        }));
    }

    [Test]
    public void A_card_without_data_or_without_area_is_refused()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Refusal(Sdz, Call("2100", "")).Field, Is.EqualTo("card_data"));
            Assert.That(Refusal(Sdz, Extended(Call("2100", ""), other: "|||")).Field, Is.EqualTo("insured_division"));
            Assert.That(Refusal(Sdz, Extended(Call("2100", ""), other: "5301|||")).Field, Is.EqualTo("insured_division"));
            Assert.That(Operation<VerifyPerson>(Nc, Extended(Call("2100", ""), other: "|||")).Person.InsuredDivision, Is.EqualTo("360100"), "The province has one area for all.");
        }
    }

    [Test]
    public void A_person_number_can_begin_with_its_division()
    {
        var person = Operation<RegisterAdmission>(With(("profile", "NC"), ("insuredDivision", "prefix")), Call("2210", NcAdmission.Replace("3600000001", "5301005301000001"))).Person;
        Assert.That((person.InsuredDivision, person.PersonNumber), Is.EqualTo(("530100", "5301000001")));
    }

    [Test]
    public void Each_citys_admission_is_read_by_its_own_places()
    {
        var nc = Operation<RegisterAdmission>(Nc, Call("2210", NcAdmission));
        var gx = Operation<RegisterAdmission>(Gx, Call("2210", GxAdmission));
        var sdz = Operation<RegisterAdmission>(Sdz, Extended(Call("2210", SdzAdmission)));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(nc.Person, Is.EqualTo(new HisPersonReference { InsuredDivision = "360100", PersonNumber = "3600000001", CardNumber = "A00000018" }));
            Assert.That(gx.Person, Is.EqualTo(new HisPersonReference { InsuredDivision = "450923", PersonNumber = "4500000001" }));
            Assert.That(sdz.Person.PersonNumber, Is.EqualTo("5301000001"));
            Assert.That((nc.HospitalVisitNumber, nc.VisitKind, nc.AdmissionDate), Is.EqualTo(("ZY0000012345", "21", new DateOnly(2021, 1, 15))));
            Assert.That((nc.Department, nc.Bed, nc.Doctor), Is.EqualTo(("0301", "12", "演示医生丙")));
            Assert.That(nc.Diagnoses, Is.EqualTo(new[] { new HisDiagnosis { Code = "J18.900", Name = "肺炎" } }));
        }
    }

    [Test]
    public void A_diagnosis_in_words_only_is_the_name_of_an_unspecified_one() => Assert.That(
        Operation<RegisterAdmission>(Nc, Call("2210", NcAdmission.Replace("J18.900", ""))).Diagnoses,
        Is.EqualTo(new[] { new HisDiagnosis { Code = "R69.x00", Name = "肺炎" } }));

    [Test]
    public void SDZs_secondary_diagnoses_are_read()
    {
        var fields = SdzAdmission.Split('|');
        (fields[16], fields[17], fields[25]) = ("I10.x00", "高血压", "E11.900");
        Assert.That(Operation<RegisterAdmission>(Sdz, Extended(Call("2210", string.Join('|', fields)))).Diagnoses.Select(diagnosis => diagnosis.Code),
            Is.EqualTo(new[] { "J18.900", "I10.x00", "E11.900" }));
    }

    [TestCase("11")]
    [TestCase("13")]
    public void A_kind_that_begins_with_1_opens_an_outpatient_visit(string kind)
    {
        var visit = Operation<RegisterOutpatient>(Nc, Call("2210", NcAdmission.Replace("|21|", $"|{kind}|")));
        using (Assert.EnterMultipleScope())
        {
            Assert.That((visit.HospitalVisitNumber, visit.VisitKind, visit.VisitDate, visit.ChronicDisease), Is.EqualTo(("ZY0000012345", kind, new DateOnly(2021, 1, 15), (string?)null)));
            Assert.That((visit.Person.PersonNumber, visit.Department, visit.Doctor), Is.EqualTo(("3600000001", "0301", "演示医生丙")));
            Assert.That(visit.Diagnoses, Is.EqualTo(new[] { new HisDiagnosis { Code = "J18.900", Name = "肺炎" } }));
        }
    }

    [TestCase("16")]
    [TestCase("17")]
    public void A_chronic_disease_visit_states_the_disease_where_others_state_the_diagnosis(string kind)
    {
        var stated = NcAdmission.Replace("|21|", $"|{kind}|").Replace("J18.900|肺炎", "M03900|高血压");
        var visit = Operation<RegisterOutpatient>(Nc, Call("2210", stated));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(visit.ChronicDisease, Is.EqualTo("M03900"));
            Assert.That(visit.Diagnoses, Is.EqualTo(new[] { new HisDiagnosis { Code = "R69.x00", Name = "高血压" } }));
            Assert.That(Refusal(Nc, Call("2210", stated.Replace("M03900", ""))), Has.Property("Field").EqualTo("chronic_disease").And.Property("Code").EqualTo("MISSING_FIELD"));
            Assert.That(Operation<RegisterOutpatient>(With(("profile", "NC"), ("insuredDivision", "360100"), ("chronicKinds", "18")), Call("2210", stated)).ChronicDisease, Is.Null);
        }
    }

    [TestCase("16,21")]
    [TestCase("16,")]
    [TestCase("慢病")]
    public void Only_outpatient_kinds_can_be_of_chronic_diseases(string kinds) =>
        Assert.That(() => With(("profile", "NC"), ("chronicKinds", kinds)), Throws.TypeOf<DialectSettingException>());

    [Test]
    public void Only_GX_can_tell_the_diagnosis_of_an_outpatient_visit_later()
    {
        const string Gxs = "MZ1|11|20210115094500||||||||0|0|员|4500000001|450923|";
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Operation<RegisterOutpatient>(Gx, Call("2210", Gxs)).Diagnoses, Is.Empty);
            Assert.That(Refusal(Nc, Call("2210", NcAdmission.Replace("|21|", "|11|").Replace("J18.900|肺炎", "|"))).Field, Is.EqualTo("diagnoses[0].code"));
        }
    }

    [Test]
    public void SDZ_undoes_an_admission_by_the_hospitals_serial_and_so_keeps_it()
    {
        var request = Sdz.Decode(Message(Extended(Call("2210", SdzAdmission)))).Requests.Single();
        var undo = Operation<ReverseTransaction>(Sdz, Call("2240", "20210115094500-00990001-0023|演示员甲|"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(request.HisTransactionId, Is.EqualTo("20210115094500-00990001-0023"));
            Assert.That((undo.OriginalTransactionId, undo.OriginalOperation), Is.EqualTo(("20210115094500-00990001-0023", (string?)null)), "It may have opened a stay or an outpatient visit.");
            Assert.That(Refusal(Sdz, Call("2240", $"{TransactionId}|演示员甲|")).Field, Is.EqualTo("original_transaction_id"), "The node's own number might be a settlement's.");
            Assert.That(Refusal(Sdz, Extended(Call("2210", SdzAdmission, serial: ""))).Field, Is.EqualTo("his_transaction_id"));
        }
    }

    [Test]
    public void The_others_undo_an_admission_by_its_visit() =>
        Assert.That(Operation<CancelAdmission>(Nc, Call("2240", "ZY0000012345|演示员甲|21|")).Visit.HospitalVisitNumber, Is.EqualTo("ZY0000012345"));

    [Test]
    public void A_change_of_an_admission_is_GXs_only_and_empty_is_unchanged()
    {
        var update = Operation<UpdateVisit>(Gx, Call("2230", "ZY0000012345||||||演示员甲|||360100|"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That((update.Visit.HospitalVisitNumber, update.Diagnoses, update.Bed, update.Doctor), Is.EqualTo(("ZY0000012345", (IReadOnlyList<HisDiagnosis>?)null, (string?)null, (string?)null)));
            Assert.That(Operation<UpdateVisit>(Gx, Call("2230", "ZY1|I10.x00|高血压||骨科|3|演示员甲|D1||360100")).Doctor, Is.EqualTo("D1"));
            Assert.That(Refusal(Nc, Call("2230", "ZY1|")).Code, Is.EqualTo("UNKNOWN_TRANSACTION"));
        }
    }

    [Test]
    public void A_preview_asks_for_the_account_as_its_mark_says()
    {
        var preview = Operation<PreviewSettlement>(Nc, Call("2420", NcSettlement.Replace("FP00012345", "0000")));
        using (Assert.EnterMultipleScope())
        {
            Assert.That((preview.Visit.HospitalVisitNumber, preview.ClaimedTotalFen, preview.AccountRequestedFen), Is.EqualTo(("ZY0000012345", (long?)null, (long?)null)));
            Assert.That(Operation<PreviewSettlement>(Nc, Call("2420", NcSettlement.Replace("|肺炎|1|0|", "|肺炎|0|0|"))).AccountRequestedFen, Is.Zero);
            Assert.That(Refusal(Nc, Call("2420", NcSettlement.Replace("|肺炎|1|0|", "|肺炎|2|0|"))).Field, Is.EqualTo("account_requested_fen"));
            Assert.That(Operation<PreviewSettlement>(Gx, Call("2420", "ZY1|0000|21|20210120160000|20210120150000|1|J18.900|肺炎|1|0|员|70.33|450923|")).ClaimedTotalFen, Is.EqualTo(70_33));
        }
    }

    [Test]
    public void A_settlement_is_the_discharge_and_the_settlement()
    {
        var requests = Nc.Decode(Message(Call("2410", NcSettlement))).Requests;
        Assert.That(requests, Has.Count.EqualTo(2));
        var (discharge, settle) = ((Discharge)requests[0].Operation!, (Settle)requests[1].Operation!);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((discharge.DischargeDate, discharge.DischargeReason), Is.EqualTo((new DateOnly(2021, 1, 20), "1")));
            Assert.That(discharge.Diagnoses, Is.EqualTo(new[] { new HisDiagnosis { Code = "J18.900", Name = "肺炎" } }));
            Assert.That((settle.InvoiceNumber, settle.AccountRequestedFen), Is.EqualTo(("FP00012345", (long?)null)));
            Assert.That(requests.Select(request => request.BusinessPeriod), Is.All.EqualTo("20210115-0001"));
        }
    }

    [Test]
    public void SDZs_settlement_has_its_marks_elsewhere()
    {
        var fields = "ZY1|ZY1|21|20210120160000|20210120150000|0|J18.900|肺炎|I10.x00|高血压||||||0|0|演示员甲||||||||||||||".Split('|');
        var requests = Sdz.Decode(Message(Call("2410", string.Join('|', fields)))).Requests;
        var (discharge, settle) = ((Discharge)requests[0].Operation!, (Settle)requests[1].Operation!);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((discharge.DischargeReason, discharge.Diagnoses.Count, settle.AccountRequestedFen), Is.EqualTo(((string?)null, 2, (long?)0)));
            fields[16] = "1";
            Assert.That(Operation<Settle>(Sdz, Call("2410", string.Join('|', fields))).Interim, Is.True);
            fields[16] = "2";
            Assert.That(Refusal(Sdz, Call("2410", string.Join('|', fields))).Field, Is.EqualTo("settlement_kind"));
        }
    }

    [Test]
    public void Neither_an_outpatient_visit_nor_a_part_of_a_stay_is_discharged()
    {
        var outpatient = Operation<Settle>(Nc, Call("2410", NcSettlement.Replace("|21|", "|11|")));
        var part = Operation<Settle>(Nc, Call("2410", NcSettlement.Replace("|肺炎|1|0|", "|肺炎|1|1|")));
        var remote = Operation<Settle>(Nc, Call("7420", RemoteSettlement.Replace("|9|0|1|", "|9|1|1|")));
        using (Assert.EnterMultipleScope())
        {
            Assert.That((outpatient.Interim, part.Interim, remote.Interim), Is.EqualTo(((bool?)null, (bool?)true, (bool?)true)));
            Assert.That((outpatient.InvoiceNumber, outpatient.Visit.HospitalVisitNumber), Is.EqualTo(("FP00012345", "ZY0000012345")));
            Assert.That(Operation<Settle>(Nc, Call("7420", RemoteSettlement.Replace("20210120150000", ""))).Interim, Is.Null, "Without a date of discharge.");
        }
    }

    [Test]
    public void A_part_of_a_stay_is_cancelled_by_a_number_of_ours_in_the_place_of_the_hospitals()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Operation<CancelSettlement>(Nc, Call("2430", $"ZY1|{TransactionId}|员|0||")).OriginalTransactionId, Is.EqualTo(TransactionId));
            Assert.That(Operation<CancelSettlement>(Nc, Call("2430", "ZY1|A5001002101200000001|员|0||")).SettlementNumber, Is.EqualTo("A5001002101200000001"));
            Assert.That(Operation<CancelSettlement>(Nc, Call("2430", "ZY1|FP00012345|员|0||")), Is.EqualTo(new CancelSettlement { Visit = new HisVisitReference { HospitalVisitNumber = "ZY1" } }));
        }
    }

    [TestCase("ZY0000012345|FP00012345|演示员甲|0|20210121090000|")]
    [TestCase("ZY0000012345|FP00012345|20210121090000|演示员甲|1|450923|")]
    [TestCase("ZY0000012345|ZY1|21|20210120160000|20210121090000||||||||||0|1|0|演示员甲||||")]
    public void Each_citys_cancellation_names_its_visit(string input) =>
        Assert.That(Operation<CancelSettlement>(Nc, Call("2430", input)).Visit.HospitalVisitNumber, Is.EqualTo("ZY0000012345"));

    [Test]
    public void Block_and_approval_are_asked()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Operation<VerifyPerson>(Nc, Call("1500", "360000001|3600000001|A00000018|21|20210115093000|")).Person,
                Is.EqualTo(new HisPersonReference { InsuredDivision = "360100", PersonNumber = "3600000001", CardNumber = "A00000018" }));
            Assert.That(Operation<LookUpApproval>(Nc, Call("1600", "3600000001|1|00990001|ZY1|XJ01CAA040E001||20210115|")).Code, Is.EqualTo("XJ01CAA040E001"));
        }
    }

    [Test]
    public void A_remote_admission_names_area_person_and_diagnoses()
    {
        var admission = Operation<RegisterAdmission>(Nc, Call("7210", RemoteAdmission));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(admission.Person, Is.EqualTo(new HisPersonReference { InsuredDivision = "500100", PersonNumber = "5000000001", CardNumber = "A00000018", Name = "测试㼆" }));
            Assert.That((admission.HospitalVisitNumber, admission.MedicalRecordNumber, admission.Bed, admission.Doctor), Is.EqualTo(("ZY0000012345", "0000012345", "01", "演示医生丙")));
            Assert.That(admission.Diagnoses.Select(diagnosis => diagnosis.Code), Is.EqualTo(new[] { "J18.900", "I10.x00" }));
            Assert.That(Refusal(Nc, Call("7210", RemoteAdmission.Replace("|500100|", "|5001|"))).Field, Is.EqualTo("insured_division"));
            Assert.That(Operation<RegisterOutpatient>(Nc, Call("7210", RemoteAdmission.Replace("|21|", "|16|").Replace("|J18.900|", "|M03900|"))).ChronicDisease, Is.EqualTo("M03900"));
        }
    }

    [Test]
    public void Remote_lines_have_a_head_row_and_sixteen_or_seventeen_fields()
    {
        var upload = Operation<UploadFeeLines>(Nc, Call("7310", RemoteLines));
        var line = upload.Lines.Single();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(upload.Visit.VisitNumber, Is.EqualTo(RemoteVisit));
            Assert.That((line.LocalCode, line.AmountFen, line.FeeCategory, line.Department, line.Doctor), Is.EqualTo(("XJ01CAA040E001", 8_33L, "91", "内科", "演示医生丙")));
            Assert.That(Operation<UploadFeeLines>(Nc, Call("7310", RemoteLines.Replace("|内科|", "|内科|内科|"))).Lines.Single().Department, Is.EqualTo("内科"));
            Assert.That(Refusal(Nc, Call("7310", RemoteLines.Split('$')[0])).Field, Is.EqualTo("row count"));
        }
    }

    [Test]
    public void The_remote_visit_is_undone_withdrawn_previewed_settled_and_cancelled_by_its_number()
    {
        const string Head = $"5000000001|测试㼆|A00000018|500100|{RemoteVisit}|";
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Operation<CancelAdmission>(Nc, Call("7220", $"{Head}ZY1|演示员甲|")).Visit.VisitNumber, Is.EqualTo(RemoteVisit));
            Assert.That(Operation<WithdrawFeeLines>(Nc, Call("7321", Head)).Visit.VisitNumber, Is.EqualTo(RemoteVisit));
            Assert.That(Operation<PreviewSettlement>(Nc, Call("7410", RemoteSettlement)).Visit.VisitNumber, Is.EqualTo(RemoteVisit));
            Assert.That(Operation<CancelSettlement>(Nc, Call("7430", $"{Head}A5001002101200000001|1|演示员甲|")).SettlementNumber, Is.EqualTo("A5001002101200000001"));
            Assert.That(Operation<CancelSettlement>(Nc, Call("7430", $"{Head}1111|1|演示员甲|")).SettlementNumber, Is.Null);
            Assert.That(Operation<CancelSettlement>(Nc, Call("7140", $"{Head}A5001002101200000001|")).SettlementNumber, Is.EqualTo("A5001002101200000001"));
        }
    }

    [Test]
    public void A_remote_settlement_carries_its_discharge()
    {
        var requests = Nc.Decode(Message(Call("7420", RemoteSettlement))).Requests;
        var (discharge, settle) = ((Discharge)requests[0].Operation!, (Settle)requests[1].Operation!);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((discharge.DischargeDate, discharge.DischargeReason, discharge.Doctor), Is.EqualTo((new DateOnly(2021, 1, 20), (string?)null, "演示医生丙")));
            Assert.That(discharge.Diagnoses.Select(diagnosis => diagnosis.Code), Is.EqualTo(new[] { "J18.900", "I10.x00" }));
            Assert.That((settle.InvoiceNumber, settle.AccountRequestedFen), Is.EqualTo(("FP00012345", (long?)null)));
        }
    }

    [Test]
    public void The_same_line_comes_over_SOAP()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Operation<RegisterAdmission>(Gx, Soap(Call("2210", GxAdmission))).Person.InsuredDivision, Is.EqualTo("450923"));
            Assert.That(Operation<VerifyPerson>(Gx, Soap(Call("2100", ""))).Person, Is.EqualTo(new HisPersonReference
            {
                InsuredDivision = "530100",
                CardNumber = "A00000018",
                SocialSecurityNumber = "530102197601010019",
                Name = "测试患者甲",
            }));
            Assert.That(Operation<UpdateVisit>(Gx, Soap(Call("2230", "ZY0000012345||||||㼆𠮷䶮|||450923"))).Visit.HospitalVisitNumber, Is.EqualTo("ZY0000012345"));
        }
    }

    [TestCase("<", "SOAP line 1 column 1")]
    [TestCase("<!DOCTYPE a []><a/>", "SOAP")]
    [TestCase("<a><b>x</b></a>", "SOAP")]
    [TestCase("<RecvMsg>&lt;SIMSG&gt;</RecvMsg>", "SIMSG line 1 column 8")]
    [TestCase("<RecvMsg>&lt;SIMSG&gt;&lt;/SIMSG&gt;</RecvMsg>", "byte 0")]
    public void A_SOAP_form_that_cannot_be_read_says_where(string xml, string place) => Assert.That(Refusal(Gx, Message(xml)).Field, Does.StartWith(place));

    [Test]
    public void Refusals_of_the_message_never_quote_its_values()
    {
        const string Secret = "测试患者丙";
        foreach (var call in new[] { Call("2310", SdzLine(Secret, Secret, Secret)), Call("1110", $"{Secret}|{Secret}|"), Call(Secret, ""), Call("2410", NcSettlement.Replace("20210120150000", Secret)) })
            Assert.That(Refusal(Sdz, call).Text, Does.Not.Contain(Secret));
        Assert.That(Refusal(Gx, Soap(Secret)).Text, Does.Not.Contain(Secret));
    }
}
