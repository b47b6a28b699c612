using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.Province2016Xml;

/// <summary>1903, 1904, 0211 and 0212: who the patient is, and the admission.</summary>
internal static class PersonRequests
{
    private const int DivisionDigits = 6;

    // What clients write for "no social security number".
    private const string NotGiven = "-";

    // 社保卡: not a certificate but the statement that the card names the person.
    private const string SocialSecurityCard = "90";

    public static VerifyPerson VerifyCard(InputReader input)
    {
        var person = new HisPersonReference
        {
            InsuredDivision = Division(input),
            SocialSecurityNumber = SocialSecurityNumber(input),
            CardNumber = input.Optional(Fields.CardNumber),
            Name = ComparableName(input.Optional(Fields.PersonName)),
        };
        if (person is { SocialSecurityNumber: null, CardNumber: null })
            input.Missing(Fields.SocialSecurityNumber);
        return new VerifyPerson { Person = person };
    }

    /// <summary>The authentication data are computed with keys only the card's issuer has; data made up here would fail in the reader.</summary>
    public static Acknowledge AuthenticateCard(InputReader input)
    {
        input.Refuse(Refusals.UnknownTransaction("1903") with
        {
            Chinese = "本网关不支持 1903 社保卡内部认证：鉴别数据须由发卡地密钥产生。",
            English = "1903 (card inner authentication) is not supported by this gateway: its data needs the card issuer's keys.",
            NextStepChinese = "请用读卡器基本信息读取（iReadCardBas）后直接调用 1904。",
            NextStepEnglish = "Read the card without authentication (iReadCardBas) and call 1904.",
        });
        return new Acknowledge();
    }

    public static VerifyPerson VerifyPerson(InputReader input) => new()
    {
        Person = Person(input),
        ServiceDate = input.OptionalDate(Fields.ServiceDate),
    };

    public static RegisterAdmission RegisterAdmission(InputReader input) => new()
    {
        Person = Person(input),
        HospitalVisitNumber = input.Required(Fields.HospitalVisitNumber),
        MedicalRecordNumber = input.Optional(Fields.MedicalRecordNumber),
        VisitKind = input.Required(Fields.VisitKind),
        AdmissionDate = input.RequiredDate(Fields.AdmissionDate),
        Diagnoses =
        [
            new HisDiagnosis { Code = input.Required(Fields.AdmissionDiagnosis), Name = input.Optional(Fields.AdmissionDiagnosisName) },
            .. FurtherDiagnoses(input, Fields.SecondAdmissionDiagnosis, Fields.ThirdAdmissionDiagnosis),
        ],
        Department = input.Optional(Fields.AdmissionDepartment),
        Bed = input.Optional(Fields.AdmissionBed),
        Doctor = input.Optional(Fields.AdmissionDoctor),
        ContactName = input.Optional(Fields.ContactName),
        ContactPhone = input.Optional(Fields.ContactPhone),
        Remark = input.Optional(Fields.Remark),
    };

    public static IEnumerable<HisDiagnosis> FurtherDiagnoses(InputReader input, params IReadOnlyList<Field> fields) =>
        fields.Select(input.Optional).OfType<string>().Select(code => new HisDiagnosis { Code = code });

    /// <summary>
    /// With kind 90 clients put the social security number (0212) or the identity card number (0211) into aac044 without saying which, so it
    /// counts only where aac002 is not given, and then as the social security number. A certificate is a kind and a number or nothing.
    /// </summary>
    private static HisPersonReference Person(InputReader input)
    {
        var division = Division(input);
        var social = SocialSecurityNumber(input);
        var (kind, number) = (input.Optional(Fields.CertificateKind), input.Optional(Fields.CertificateNumber));
        if (kind == SocialSecurityCard)
            (kind, number, social) = (null, null, social ?? number);
        if (social is null && (kind is null || number is null))
            input.Missing(kind is null && number is not null ? Fields.CertificateKind : Fields.CertificateNumber);
        var isCertificate = kind is not null && number is not null;
        return new HisPersonReference
        {
            InsuredDivision = division,
            CertificateKind = isCertificate ? kind : null,
            CertificateNumber = isCertificate ? number : null,
            SocialSecurityNumber = social,
        };
    }

    private static string Division(InputReader input)
    {
        var division = input.Required(Fields.InsuredDivision);
        if (division.Length != DivisionDigits || !division.All(char.IsAsciiDigit))
            input.Invalid(Fields.InsuredDivision, $"应为 {DivisionDigits} 位数字。", $"it must be {DivisionDigits} digits.");
        return division;
    }

    private static string? SocialSecurityNumber(InputReader input) =>
        input.Optional(Fields.SocialSecurityNumber) is { } number && number != NotGiven ? number : null;

    /// <summary>A card reader's ANSI layer turns a rare character into '?'; such a name can be compared with nothing and counts as not given.</summary>
    private static string? ComparableName(string? name) => name is null || name.Contains('?') ? null : name;
}
