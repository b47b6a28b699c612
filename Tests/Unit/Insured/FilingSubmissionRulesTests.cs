using NUnit.Framework;
using Provincial.Exchange.V1;
using ProvincialGateway.Insured;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Insured;

/// <summary>Every reason for which a submission is refused before anything is looked up, and those of the visit it is made for.</summary>
internal sealed class FilingSubmissionRulesTests
{
    private static readonly Division Guangdong = Division.Parse("440000");
    private static readonly DateOnly Today = new(2017, 9, 20);

    private static IEnumerable<TestCaseData> Faults()
    {
        yield return Case("person", RefusalCode.MissingField, request => request.Person = null);
        yield return Case("kind", RefusalCode.MissingField, request => request.Kind = "");
        yield return Case("kind", RefusalCode.InvalidField, request => request.Kind = "07");
        yield return Case("target_area", RefusalCode.InvalidField, request => request.TargetArea = "广州");
        yield return Case("target_area", RefusalCode.InvalidField, request => request.TargetArea = "310000");
        yield return Case("valid_from", RefusalCode.InvalidField, request => request.ValidFrom = "2017-9-20");
        yield return Case("valid_from", RefusalCode.InvalidField, request => request.ValidFrom = "2017-09-19");
        yield return Case("valid_to", RefusalCode.InvalidField, request => request.ValidTo = "2017-02-29");
        yield return Case("valid_to", RefusalCode.InvalidField, request => request.ValidTo = "2017-09-19");
        yield return Case("institution.code", RefusalCode.MissingField, request => request.Institution = new Institution { Division = "440100" });
        yield return Case("institution.division", RefusalCode.InvalidField, request => request.Institution = new Institution { Code = "H1", Division = "440600" });
        yield return Case("diagnoses", RefusalCode.InvalidField, request => request.Diagnoses.Add(Enumerable.Range(0, 17).Select(_ => new Diagnosis { Code = "I20.000" })));
        yield return Case("reason", RefusalCode.InvalidField, request => request.Reason = new string('因', 501));
    }

    [TestCaseSource(nameof(Faults))]
    public void A_wrong_request_is_refused_by_its_field(Action<SubmitFilingRequest> spoil, RefusalCode code, string field)
    {
        var request = Request();
        spoil(request);

        var refusal = FilingSubmissionRules.FirstFault(request, Guangdong, Today);

        Assert.That((refusal?.Code, refusal?.Field), Is.EqualTo((code, field)));
    }

    [Test]
    public void A_sound_request_passes() => Assert.That(FilingSubmissionRules.FirstFault(Request(), Guangdong, Today), Is.Null);

    [Test]
    public void The_rules_of_the_division_refuse_kinds_and_lengths()
    {
        var (kind, length) = (Request(), Request());
        kind.Kind = "01";
        length.ValidTo = "2018-09-20";

        var notForPeers = FilingSubmissionRules.FaultAgainst(new FilingRule { PeersMaySubmit = ["04"] }, kind);
        var tooLong = FilingSubmissionRules.FaultAgainst(new FilingRule(), length);
        length.ValidTo = "2018-09-19";

        using (Assert.EnterMultipleScope())
        {
            Assert.That((notForPeers?.Code, notForPeers?.Field), Is.EqualTo((RefusalCode.InvalidField, "kind")));
            Assert.That((tooLong?.Code, tooLong?.Field), Is.EqualTo((RefusalCode.InvalidField, "valid_to")));
            Assert.That(tooLong?.MessageEn, Does.Contain("2018-09-19"));
            Assert.That(FilingSubmissionRules.FaultAgainst(new FilingRule(), length), Is.Null, "twelve months to the day");
        }
    }

    [TestCase(InsuredVisitState.Admitted, MakeUpLimit.Settlement, null)]
    [TestCase(InsuredVisitState.Discharged, MakeUpLimit.Settlement, null)]
    [TestCase(InsuredVisitState.Settled, MakeUpLimit.Settlement, RefusalCode.VisitState)]
    [TestCase(InsuredVisitState.Undone, MakeUpLimit.Settlement, RefusalCode.VisitState)]
    [TestCase(InsuredVisitState.Admitted, MakeUpLimit.Discharge, null)]
    [TestCase(InsuredVisitState.Discharged, MakeUpLimit.Discharge, RefusalCode.VisitState)]
    [TestCase(InsuredVisitState.Admitted, MakeUpLimit.Never, RefusalCode.FilingState)]
    public void Until_when_a_filing_is_made_for_a_visit_is_a_rule(InsuredVisitState state, MakeUpLimit limit, RefusalCode? expected)
    {
        var request = Request();
        (request.VisitNumber, request.ValidFrom) = ("S5301001709120000001", "2017-09-12");

        Assert.That(FilingSubmissionRules.FaultAgainst(Visit(state), Person(), new FilingRule { MakeUpUntil = limit }, request, Guangdong)?.Code, Is.EqualTo(expected));
    }

    private static InsuredVisitRow Visit(InsuredVisitState state) => new()
    {
        VisitNumber = "S5301001709120000001",
        PersonNumber = "P1",
        TreatmentProvince = "440000",
        TreatmentDivision = "440100",
        InstitutionCode = "H1",
        InstitutionLevel = "02",
        HospitalVisitNumber = "ZY1",
        VisitKind = "21",
        AdmissionDate = "2017-09-12",
        AdmissionId = "A",
        State = state,
    };

    private static PersonRow Person() => new()
    {
        PersonNumber = "P1",
        InsuredDivision = "530100",
        Details = [],
        Scheme = "310",
        PersonClass = "11",
        InsuranceState = 1,
        AccountBalanceFen = 0,
    };

    private static SubmitFilingRequest Request() => new()
    {
        Person = new PersonReference { PersonNumber = "P1" },
        Kind = "04",
        TargetArea = "440100",
        ValidFrom = "2017-09-20",
    };

    private static TestCaseData Case(string field, RefusalCode code, Action<SubmitFilingRequest> spoil) => new(spoil, code, field) { TestName = $"{code} {field}" };
}
