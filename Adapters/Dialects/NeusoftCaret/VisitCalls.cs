using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.NeusoftCaret;

/// <summary>2210 admission or outpatient registration, 2230 change, 2240 undo of either.</summary>
internal static class VisitCalls
{
    public const string Time = "yyyyMMddHHmmss", Day = "yyyyMMdd";

    /// <summary>The canonical field of what a chronic disease visit is for.</summary>
    public const string ChronicDisease = "chronic_disease";

    public static readonly RowLayout Change = new(10, (3, 50), (4, 100), (5, 50), (6, 20), (7, 20), (9, 20));
    public static readonly RowLayout Undo = new(3, (2, 20));

    private static readonly NumberedField HospitalVisit = new(1, "hospital_visit_number", "门诊/住院流水号");
    private static readonly NumberedField Kind = new(2, "visit_kind", "医疗类别");
    private static readonly NumberedField AdmittedOn = new(3, "admission_date", "挂号日期");
    private static readonly NumberedField DiagnosisCode = new(4, "diagnoses[0].code", "诊断编码");
    private static readonly NumberedField Disease = DiagnosisCode with { Name = ChronicDisease };
    private static readonly NumberedField DiagnosisName = new(5, "diagnoses[0].name", "诊断名称");
    private static readonly NumberedField Department = new(7, "department", "科室名称");
    private static readonly NumberedField Bed = new(8, "bed", "床位号");
    private static readonly NumberedField DoctorCode = new(9, "doctor", "医生代码");
    private static readonly NumberedField DoctorName = new(10, "doctor", "医生姓名");
    private static readonly NumberedField Absent = new(0, "", "");

    private static readonly NumberedField Visit = new(1, "visit.hospital_visit_number", "流水号");
    private static readonly NumberedField ChangedCode = new(2, "diagnoses[0].code", "诊断编码");
    private static readonly NumberedField ChangedName = new(3, "diagnoses[0].name", "诊断名称");
    private static readonly NumberedField ChangedDepartment = new(5, "department", "科室名称");
    private static readonly NumberedField ChangedBed = new(6, "bed", "床位号");
    private static readonly NumberedField ChangedDoctorCode = new(8, "doctor", "医生代码");
    private static readonly NumberedField ChangedDoctorName = new(9, "doctor", "医生姓名");
    private static readonly NumberedField UndoneSerial = new(1, "original_transaction_id", "被撤销的医院交易流水号");

    public static RowLayout Admission(Profile profile) => new(profile == Profile.Sdz ? 28 : 15, (5, 50), (6, 100), (7, 50), (8, 20), (10, 20), (13, 20));

    public static IReadOnlyList<HisOperation> DecodeAdmission(CaretCall call)
    {
        var profile = call.Settings.Profile;
        return
        [
            Opening(call, Disease, new RegisterAdmission
            {
                Person = profile switch
                {
                    Profile.Nc => call.Person(Field(15, "person_number", "个人电脑编号"), Field(14, "card_number", "卡号"), Absent, Absent),
                    Profile.Gx => call.Person(Field(14, "person_number", "个人编号"), Absent, Field(15, "insured_division", "统筹区号"), Absent),
                    _ => call.Person(Absent, Absent, Absent, Field(22, "social_security_number", "身份证号")),
                },
                HospitalVisitNumber = call.Head.Required(HospitalVisit),
                VisitKind = call.Head.Required(Kind),
                AdmissionDate = call.Head.RequiredDate(AdmittedOn, Time, Day),
                Diagnoses = Diagnoses(call, [(DiagnosisCode, DiagnosisName), .. profile == Profile.Sdz ? SdzDiagnoses : []]),
                Department = call.Head.Optional(Department),
                Bed = call.Head.Optional(Bed),
                Doctor = call.Head.Optional(DoctorName) ?? call.Head.Optional(DoctorCode),
            }),
        ];

        static NumberedField Field(int number, string name, string chinese) => new(number, $"person.{name}", chinese);
    }

    public static CaretOutput? EncodeAdmission(CaretCall call, HisResult result) => result is AdmissionRegistered or OutpatientRegistered ? CaretOutput.Nothing : null;

    /// <summary>
    /// The same message opens both; the kind says whether it is a stay. A chronic disease visit states the disease where others state the diagnosis,
    /// so what it is in ICD-10 nobody says.
    /// </summary>
    public static HisOperation Opening(CaretCall call, NumberedField disease, RegisterAdmission stated)
    {
        if (!IsOutpatient(stated.VisitKind))
            return stated;
        var isChronic = call.Settings.ChronicKinds.Contains(stated.VisitKind);
        var code = isChronic ? call.Head.Required(disease) : null;
        // Nothing else tells it before the bill needs it: only GX has 2230.
        if (!isChronic && stated.Diagnoses.Count == 0 && call.Settings.Profile != Profile.Gx)
            call.Head.Required(disease with { Name = DiagnosisCode.Name });
        return new RegisterOutpatient
        {
            Person = stated.Person,
            HospitalVisitNumber = stated.HospitalVisitNumber,
            VisitKind = stated.VisitKind,
            VisitDate = stated.AdmissionDate,
            Diagnoses = isChronic
                ? [new HisDiagnosis { Code = call.Settings.UncodedDiagnosis, Name = stated.Diagnoses is [{ Name: { } name }, ..] ? name : code }, .. stated.Diagnoses.Skip(1)]
                : stated.Diagnoses,
            ChronicDisease = code,
            Department = stated.Department,
            Doctor = stated.Doctor,
        };
    }

    /// <summary>What the codes of the kinds mean in particular says the province's table.</summary>
    public static bool IsOutpatient(string kind) => kind.StartsWith('1');

    /// <summary>Empty means unchanged.</summary>
    public static IReadOnlyList<HisOperation> DecodeChange(CaretCall call)
    {
        if (call.Settings.Profile != Profile.Gx)
            call.Refuse(Refusals.UnknownTransaction(call.Envelope.Code));
        var diagnoses = Diagnoses(call, [(ChangedCode, ChangedName)]);
        return
        [
            new UpdateVisit
            {
                Visit = new HisVisitReference { HospitalVisitNumber = call.Head.Required(Visit) },
                Diagnoses = diagnoses.Count > 0 ? diagnoses : null,
                Department = call.Head.Optional(ChangedDepartment),
                Bed = call.Head.Optional(ChangedBed),
                Doctor = call.Head.Optional(ChangedDoctorName) ?? call.Head.Optional(ChangedDoctorCode),
            },
        ];
    }

    public static CaretOutput? EncodeChange(CaretCall call, HisResult result) => result is VisitUpdated ? CaretOutput.Nothing : null;

    /// <summary>
    /// SDZ names the hospital's serial of its 2210, the others the visit. No other call keeps its serial, so it says by itself whether a stay or an
    /// outpatient visit is meant.
    /// </summary>
    public static IReadOnlyList<HisOperation> DecodeUndo(CaretCall call)
    {
        if (call.Settings.Profile != Profile.Sdz)
            return [new CancelAdmission { Visit = new HisVisitReference { HospitalVisitNumber = call.Head.Required(Visit) } }];
        var serial = call.Head.Required(UndoneSerial);
        if (NodeNumbers.IsTransaction(serial))
            call.Head.Refuse(UndoneSerial, "应为 2210 的医院交易流水号。", "the hospital's own serial of its 2210 is expected.");
        return [new ReverseTransaction { OriginalTransactionId = serial }];
    }

    /// <summary>A serial nobody has seen is void from now on, which is what the hospital wants of a registration that may be under way.</summary>
    public static CaretOutput? EncodeUndo(CaretCall call, HisResult result) => result is AdmissionCancelled or TransactionReversed ? CaretOutput.Nothing : null;

    public static List<HisDiagnosis> Diagnoses(CaretCall call, IReadOnlyList<(NumberedField Code, NumberedField Name)> fields)
    {
        var diagnoses = new List<HisDiagnosis>();
        foreach (var (code, name) in fields)
        {
            var words = call.Head.Optional(name);
            if (call.Head.Optional(code) is { } coded)
                diagnoses.Add(new HisDiagnosis { Code = coded, Name = words });
            else if (words is not null)
                diagnoses.Add(new HisDiagnosis { Code = call.Settings.UncodedDiagnosis, Name = words });
        }

        return diagnoses;
    }

    private static readonly (NumberedField Code, NumberedField Name)[] SdzDiagnoses =
    [
        (new(17, "diagnoses[1].code", "副诊断1码"), new(18, "diagnoses[1].name", "副诊断1名")), (new(19, "diagnoses[2].code", "副诊断2码"), new(20, "diagnoses[2].name", "副诊断2名")),
        (new(26, "diagnoses[3].code", "副诊断3码"), Absent), (new(27, "diagnoses[4].code", "副诊断4码"), Absent), (new(28, "diagnoses[5].code", "副诊断5码"), Absent),
    ];
}
