using NUnit.Framework;
using Provincial.His.V1;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Values;
using static ProvincialGateway.Tests.Desk.DeskCalls;

namespace ProvincialGateway.Tests.Desk;

/// <summary>Reading lines page by page, correcting a visit, converting codes, and the limits of one message.</summary>
internal sealed class When_a_hospital_looks_after_its_stays : CountryTest
{
    [Test]
    public async Task Lines_are_read_page_by_page_in_the_order_in_which_they_were_stored()
    {
        var visit = await AdmitAsync(Guangzhou, Patient.OfKunming);
        var stored = (await Guangzhou.UploadAsync(visit, SampleBills.Guangzhou(FeesOn))).Granted().Result.Lines;
        (await Guangzhou.WithdrawAsync(visit, ["24"])).Granted();

        var first = (await Guangzhou.LinesAsync(visit, skip: 0, pageSize: 20)).Granted().Result;
        var second = (await Guangzhou.LinesAsync(visit, skip: 20, pageSize: 20)).Granted().Result;
        var beyond = (await Guangzhou.LinesAsync(visit, skip: 40, pageSize: 500)).Granted().Result;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(first.Lines.Concat(second.Lines), Is.EqualTo(stored.Take(23)));
            Assert.That((first.LineCount, first.VisitTotalFen), Is.EqualTo((23, 50_005_20)));
            Assert.That((second.Lines.Count, second.LineCount), Is.EqualTo((3, 23)));
            Assert.That((beyond.Lines.Count, beyond.LineCount), Is.EqualTo((0, 23)));
            Assert.That(first.Lines[0].FeeCategory, Is.EqualTo("08"), "in the hospital's own code");
            Assert.That(first.Lines[0].FeeDate, Is.EqualTo(FeesOn.Iso()));
        }
    }

    [TestCase(-1, 20, "skip")]
    [TestCase(0, 0, "page_size")]
    [TestCase(0, 501, "page_size")]
    public async Task A_page_outside_its_limits_is_refused(int skip, int pageSize, string field)
    {
        var visit = await AdmitAsync(Guangzhou, Patient.OfKunming);

        (await Guangzhou.LinesAsync(visit, skip, pageSize)).Refused("INVALID_FIELD", RefusingSide.Hospital, field);
    }

    [Test]
    public async Task The_lines_of_a_settled_stay_can_still_be_read_and_another_hospitals_cannot()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn));
        (await Guangzhou.SettleAsync(visit)).Granted();

        Assert.That((await Guangzhou.LinesAsync(visit, 0, 1)).Granted().Result.VisitTotalFen, Is.EqualTo(3_600_00));
        (await HospitalOf(Guangdong, SecondHospital).LinesAsync(visit, 0, 1)).Refused("VISIT_NOT_FOUND", RefusingSide.Treatment, "visit");
    }

    [Test]
    public async Task Corrected_diagnoses_travel_with_the_discharge()
    {
        var visit = await AdmitAsync(Guangzhou, Patient.OfKunming);

        var updated = (await Guangzhou.UpdateAsync(visit, update =>
        {
            (update.Department, update.Bed, update.Doctor) = ("0301", "12", "测试医生甲");
            update.Diagnoses = new DiagnosisList { Values = { new Diagnosis { Code = "S72.000", Name = "股骨颈骨折" }, new Diagnosis { Code = "I20.000" } } };
        })).Granted().Result;
        (await Guangzhou.UpdateAsync(visit, update => update.Bed = "14")).Granted();
        (await Guangzhou.DischargeAsync(visit, Today)).Granted();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(updated.VisitNumber, Is.EqualTo(visit));
            Assert.That(Guangdong.Value<string>("SELECT diagnoses FROM treatment_visit"), Is.EqualTo("""[["S72.000","股骨颈骨折"],["I20.000",""]]"""));
            Assert.That(Guangdong.Value<string>("SELECT group_concat(bed) FROM visit_update"), Is.EqualTo("12,14"));
            Assert.That(Guangdong.Value<string>("SELECT group_concat(doctor) FROM visit_update"), Is.EqualTo("测试医生甲"));
        }
        (await Guangzhou.UpdateAsync(visit, update => update.Bed = "15")).Granted();
        (await Guangzhou.UpdateAsync(visit, update => update.Diagnoses = new DiagnosisList { Values = { new Diagnosis { Code = "I20.000" } } }))
            .Refused("VISIT_STATE", RefusingSide.Treatment, "diagnoses");
    }

    [Test]
    public async Task Kind_and_date_of_the_admission_may_be_stated_again_and_not_changed()
    {
        var visit = await AdmitAsync(Guangzhou, Patient.OfKunming);

        // 12 is another local code of the same exchange kind.
        (await Guangzhou.UpdateAsync(visit, update => (update.VisitKind, update.AdmissionDate) = ("12", AdmittedOn.Iso()))).Granted();
        (await Guangzhou.UpdateAsync(visit, update => update.VisitKind = "26")).Refused("VISIT_STATE", RefusingSide.Treatment, "visit_kind");
        var refusal = (await Guangzhou.UpdateAsync(visit, update => update.AdmissionDate = Today.Iso())).Refused("VISIT_STATE", RefusingSide.Treatment, "admission_date");

        Assert.That(refusal.Chinese, Does.Contain(AdmittedOn.Iso()).And.Contain(Today.Iso()));
        Assert.That(Guangdong.Count("visit_update"), Is.Zero);
    }

    [Test]
    public async Task A_settled_visit_or_one_of_another_hospital_is_not_corrected()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn));
        (await Guangzhou.SettleAsync(visit)).Granted();

        (await Guangzhou.UpdateAsync(visit, update => update.Bed = "1")).Refused("VISIT_STATE", RefusingSide.Treatment, "visit");
        (await HospitalOf(Guangdong, SecondHospital).UpdateAsync(visit, update => update.Bed = "1")).Refused("VISIT_NOT_FOUND", RefusingSide.Treatment, "visit");
    }

    [TestCase("visit_kind", "25", ConversionDirection.ToExchange, "21")]
    [TestCase("visit_kind", "21", ConversionDirection.ToLocal, "25")]
    [TestCase("item", "Y000123", ConversionDirection.ToExchange, "XJ01CAA040E001010110000")]
    [TestCase("item", "XJ01CAA040E001010110000", ConversionDirection.ToLocal, "Y000123")]
    [TestCase("institution_level", "32", ConversionDirection.ToExchange, "02")]
    [TestCase("gender", "Z", ConversionDirection.ToExchange, null)]
    public async Task Codes_are_converted_both_ways(string system, string code, ConversionDirection direction, string? expected)
    {
        var converted = (await Guangzhou.ConvertAsync(system, code, direction)).Granted().Result;

        Assert.That(converted.HasConvertedCode ? converted.ConvertedCode : null, Is.EqualTo(expected));
    }

    [Test]
    public async Task A_code_is_converted_by_the_tables_of_the_day()
    {
        Assert.That((await Guangzhou.ConvertAsync("scheme", "391", ConversionDirection.ToExchange, new(2016, 12, 31))).Granted().Result.ConvertedCode, Is.EqualTo("391"));
        Assert.That((await Guangzhou.ConvertAsync("scheme", "391", ConversionDirection.ToExchange)).Granted().Result.ConvertedCode, Is.EqualTo("390"));
        var refusal = (await Guangzhou.ConvertAsync("Scheme", "391", ConversionDirection.ToExchange)).Refused("INVALID_FIELD", RefusingSide.Hospital, "code_system");
        Assert.That(refusal.English, Does.Contain("fee_category"));
    }

    [Test]
    public async Task A_hospital_is_told_who_it_is_and_what_time_it_is()
    {
        var described = (await Guangzhou.DescribeAsync()).Granted().Result;

        Assert.That((described.InstitutionCode, described.Name, described.Division, described.Level), Is.EqualTo((FirstHospital, "广州示例医院", "440100", "32")));
        Assert.That(described.Now, Does.StartWith("2017-09-20T10:0").And.EndsWith("+08:00"));
    }

    [Test]
    public async Task A_message_over_its_limits_is_refused_as_a_whole()
    {
        var visit = await AdmitAsync(Guangzhou, Patient.OfKunming);
        var sixteen = Enumerable.Repeat(new Diagnosis { Code = "I20.000" }, 16).ToList();
        var many = Enumerable.Range(0, 5_001).Select(line => $"{line}").ToList();

        (await Guangzhou.UpdateAsync(visit, update => update.Diagnoses = new DiagnosisList { Values = { sixteen } })).Granted();
        (await Guangzhou.UpdateAsync(visit, update => update.Diagnoses = new DiagnosisList { Values = { sixteen, sixteen[..1] } })).Refused("INVALID_FIELD", RefusingSide.Hospital, "diagnoses");
        (await Guangzhou.PostAsync("Discharge", new DischargeRequest { Visit = Visit(visit), Diagnoses = { sixteen, sixteen[..1] } }, DischargeResponse.Parser))
            .Refused("INVALID_FIELD", RefusingSide.Hospital, "diagnoses");
        (await Guangzhou.WithdrawAsync(visit, many)).Refused("INVALID_FIELD", RefusingSide.Hospital, "line_serials");
        (await Guangzhou.PostAsync(
            "TranslateFeeLines", new TranslateFeeLinesRequest { Visit = Visit(visit), Lines = { many.Select(line => SampleBills.Line(line, "T330000", "重症监护", "06", "1.00", "1", FeesOn)) } },
            TranslateFeeLinesResponse.Parser)).Refused("INVALID_FIELD", RefusingSide.Hospital, "lines");

        Assert.That(Guangdong.Value<int>("SELECT state FROM treatment_visit"), Is.EqualTo(2), "still admitted");
    }
}
