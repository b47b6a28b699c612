using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.NeusoftCaret;

/// <summary>
/// The family for patients of other areas: 7140, 7210, 7220, 7310, 7321, 7410, 7420, 7430. Every message names the area, and from 7210's reply on
/// the visit by the insured province's number.
/// </summary>
internal static class RemoteCalls
{
    public static readonly RowLayout Admission = new(25, (2, 20), (6, 50), (10, 50), (12, 100), (15, 20), (19, 20));
    public static readonly RowLayout Undo = new(7, (2, 20), (7, 20));
    public static readonly RowLayout FeeHead = new(6, (2, 20), (6, 20));
    public static readonly RowLayout FeeRow = new(17, (7, 50), (11, 50), (12, 50), (16, 20));
    public static readonly RowLayout Settlement = new(33, (2, 50), (10, 50), (12, 20), (13, 100), (18, 20));
    public static readonly RowLayout Cancellation = new(9, (2, 20), (8, 20), (9, 20));

    private const int RowsMax = 50;

    private static readonly NumberedField PersonNumber = new(1, "person.person_number", "个人编号");
    private static readonly NumberedField PersonName = new(2, "person.name", "姓名");
    private static readonly NumberedField CardNumber = new(3, "person.card_number", "卡号");
    private static readonly NumberedField Area = new(4, "insured_division", "地区编号");
    private static readonly NumberedField Visit = new(5, "visit.visit_number", "异地流水号");
    private static readonly NumberedField Absent = new(0, "", "");

    private static readonly NumberedField Kind = new(5, "visit_kind", "医疗类别");
    private static readonly NumberedField Disease = new(9, VisitCalls.ChronicDisease, "诊断编码");
    private static readonly NumberedField Department = new(6, "department", "科室名称");
    private static readonly NumberedField AdmittedOn = new(7, "admission_date", "挂号日期");
    private static readonly NumberedField Bed = new(8, "bed", "床号");
    private static readonly NumberedField HospitalVisit = new(11, "hospital_visit_number", "住院流水号");
    private static readonly NumberedField DoctorCode = new(14, "doctor", "医生编号");
    private static readonly NumberedField Doctor = new(15, "doctor", "就诊医生");
    private static readonly NumberedField MedicalRecord = new(16, "medical_record_number", "病例号");

    private static readonly (NumberedField Code, NumberedField Name)[] AdmissionDiagnoses =
    [
        (new(9, "diagnoses[0].code", "诊断编码"), new(10, "diagnoses[0].name", "诊断名称")),
        (new(20, "diagnoses[1].code", "次诊1"), Absent), (new(21, "diagnoses[2].code", "次诊2"), Absent),
    ];

    private static readonly NumberedField Reason = new(6, "discharge_reason", "出院原因");
    private static readonly NumberedField DischargedOn = new(7, "discharge_date", "出院日期");
    private static readonly NumberedField DischargeDoctor = new(12, "doctor", "就诊医生");
    private static readonly NumberedField Interim = new(15, "settlement_kind", "中途标志");
    private static readonly NumberedField Document = new(33, "invoice_number", "单据号");
    private static readonly NumberedField CancelledDocument = new(6, "settlement_number", "单据号");

    private static readonly (NumberedField Code, NumberedField Name)[] DischargeDiagnoses =
    [
        (new(9, "diagnoses[0].code", "诊断编码"), new(10, "diagnoses[0].name", "诊断名称")),
        .. Enumerable.Range(1, 10).Select(index => (new NumberedField(18 + index, $"diagnoses[{index}].code", $"次诊{index}"), Absent)),
    ];

    public static IReadOnlyList<HisOperation> DecodeAdmission(CaretCall call) =>
    [
        VisitCalls.Opening(call, Disease, new RegisterAdmission
        {
            Person = call.Person(PersonNumber, CardNumber, Area, Absent) with { Name = call.Head.Optional(PersonName) },
            HospitalVisitNumber = call.Head.Required(HospitalVisit),
            MedicalRecordNumber = call.Head.Optional(MedicalRecord),
            VisitKind = call.Head.Required(Kind),
            AdmissionDate = call.Head.RequiredDate(AdmittedOn, VisitCalls.Time, VisitCalls.Day),
            Diagnoses = VisitCalls.Diagnoses(call, AdmissionDiagnoses),
            Department = call.Head.Optional(Department),
            Bed = call.Head.Optional(Bed),
            Doctor = call.Head.Optional(Doctor) ?? call.Head.Optional(DoctorCode),
        }),
    ];

    public static CaretOutput? EncodeAdmission(CaretCall call, HisResult result) => result switch
    {
        AdmissionRegistered admitted => new CaretOutput().Row().Add(admitted.VisitNumber),
        OutpatientRegistered registered => new CaretOutput().Row().Add(registered.VisitNumber),
        _ => null,
    };

    public static IReadOnlyList<HisOperation> DecodeUndo(CaretCall call) => [new CancelAdmission { Visit = VisitOf(call) }];

    public static CaretOutput? EncodeUndo(CaretCall call, HisResult result) => result is AdmissionCancelled ? CaretOutput.Nothing : null;

    public static IReadOnlyList<HisOperation> DecodeLines(CaretCall call)
    {
        var visit = VisitOf(call);
        var rows = call.Rows.Skip(1).ToList();
        if (rows.Count is 0 or > RowsMax)
            call.Refuse(Refusals.Malformed("row count", $"应有 1 至 {RowsMax} 行明细。", $"1 to {RowsMax} rows of lines are expected."));
        var doctor = call.Head.Optional(new NumberedField(6, "lines[0].doctor", "医生"));
        List<HisFeeLine> lines = [.. rows.Select((row, index) => Line(call, row, index, doctor))];
        // Names are shortened when they must be; codes, numbers and amounts are not.
        call.RefuseReplyOf(lines.Sum(line => (visit.VisitNumber?.Length ?? 0) + line.LocalCode.Length + (3 * Amounts.Yuan(line.AmountFen).Length) + 32));
        return [new UploadFeeLines { Visit = visit, Lines = FeeCalls.Numbered(lines) }];
    }

    public static CaretOutput? EncodeLines(CaretCall call, HisResult result)
    {
        if (result is not FeeLinesStored stored)
            return null;
        var output = new CaretOutput(';');
        foreach (var line in stored.Lines)
        {
            output.Row().Add(call.Head.Optional(Visit), "", line.LocalCode).AddName(line.LocalName).Add(line.ItemClass, line.FeeCategory)
                .Add(Amounts.Plainly(line.UnitPrice), Amounts.Plainly(line.Quantity)).AddPlainYuan(line.AmountFen);
        }

        return output;
    }

    public static IReadOnlyList<HisOperation> DecodeWithdrawal(CaretCall call) => [new WithdrawFeeLines { Visit = VisitOf(call) }];

    public static CaretOutput? EncodeWithdrawal(CaretCall call, HisResult result) => result is FeeLinesWithdrawn ? CaretOutput.Nothing : null;

    public static IReadOnlyList<HisOperation> DecodePreview(CaretCall call) =>
        [new PreviewSettlement { Visit = VisitOf(call), AccountRequestedFen = SettlementCalls.AccountRequested(call, SettlementCalls.AccountUse(16)) }];

    /// <summary>The message does not say whether the visit is a stay: without a 出院日期 nobody leaves, as of an outpatient visit.</summary>
    public static IReadOnlyList<HisOperation> DecodeSettlement(CaretCall call)
    {
        var isInterim = SettlementCalls.IsInterim(call, Interim);
        var settle = new Settle
        {
            Visit = VisitOf(call),
            AccountRequestedFen = SettlementCalls.AccountRequested(call, SettlementCalls.AccountUse(16)),
            InvoiceNumber = SettlementCalls.Invoice(call, Document),
            Interim = isInterim ? true : null,
        };
        return isInterim || call.Head.Optional(DischargedOn) is null ? [settle] : [DischargeOf(call), settle];
    }

    private static Discharge DischargeOf(CaretCall call) => new()
    {
        Visit = VisitOf(call),
        DischargeDate = call.Head.RequiredDate(DischargedOn, VisitCalls.Time, VisitCalls.Day),
        DischargeReason = SettlementCalls.Given(call, Reason),
        Diagnoses = VisitCalls.Diagnoses(call, DischargeDiagnoses),
        Doctor = call.Head.Optional(DischargeDoctor),
    };

    public static CaretOutput? EncodePreview(CaretCall call, HisResult result) =>
        result is SettlementPreviewed preview ? Figures(preview.Figures, call.Head.Optional(Document)) : null;

    /// <summary>单据号 of the reply is what 7430 names.</summary>
    public static CaretOutput? EncodeSettlement(CaretCall call, HisResult result) =>
        result is Settled settled ? Figures(settled.Figures, settled.SettlementNumber) : null;

    /// <summary>7430, and 7140 of an outpatient visit.</summary>
    public static IReadOnlyList<HisOperation> DecodeCancellation(CaretCall call) => [SettlementCalls.CancellationOf(call, VisitOf(call), CancelledDocument)];

    private static HisVisitReference VisitOf(CaretCall call) => new() { VisitNumber = call.Head.Required(Visit) };

    /// <summary>Clients leave one of the two departments out, so nothing behind them is read by its place.</summary>
    private static HisFeeLine Line(CaretCall call, FieldReader row, int index, string? doctor)
    {
        NumberedField Field(int number, string name, string chinese) => new(number, $"lines[{index}].{name}", chinese);
        var (centre, price, quantity, amount) = (Field(1, "local_code", "中心编码"), Field(2, "unit_price", "单价"), Field(3, "quantity", "数量"), Field(4, "amount_fen", "金额"));
        var (time, own) = (Field(5, "fee_date", "处方日期"), Field(6, "local_code", "内码"));
        var number = FeeCalls.Quantity(row, quantity);
        var (unitPrice, fen) = FeeCalls.PriceAndAmount(row, price, number, row.RequiredFen(amount));
        return new HisFeeLine
        {
            LineSerial = LineIdentity.Of([time, own, centre, price, quantity, amount, Field(16, "", ""), Field(17, "", "")], row),
            LocalCode = FeeCalls.LocalCode(call, row, own, centre),
            LocalName = row.Required(Field(7, "local_name", "名称")),
            DeclaredCode = call.Settings.IsKeyedByHospitalCode ? FeeCalls.CentreCode(row, centre) : null,
            FeeCategory = call.Settings.OtherFeeCategory,
            UnitPrice = unitPrice,
            Quantity = number,
            AmountFen = fen,
            FeeDate = row.RequiredDate(time, VisitCalls.Time, VisitCalls.Day),
            DoseForm = row.Optional(Field(8, "dose_form", "剂型")),
            Unit = row.Optional(Field(9, "unit", "剂型单位")),
            Specification = row.Optional(Field(11, "specification", "规格")),
            Department = row.Optional(Field(14, "department", "科室")),
            Doctor = doctor,
        };
    }

    /// <summary>
    /// 22 fields; <c>总费用 = 账户 + 现金 + 统筹 + 大病 + 救助 + 公务员 + 其他基金</c>, where 其他基金 is enterprise and other funds and what the hospital
    /// bears. Sums by class (甲, 乙, 丙) do not travel and are 0.
    /// </summary>
    private static CaretOutput Figures(HisFigures figures, string? document)
    {
        var layers = (decimal)figures.EmployeeLargeAmountFen + figures.ResidentCriticalIllnessFen;
        return new CaretOutput().Row()
            .Add(document).AddYuan(figures.TotalFen).AddYuan(figures.AccountFen).AddYuan(figures.CashFen).AddYuan(figures.PoolFen).AddYuan(layers)
            .AddYuan(figures.MedicalAidFen).AddYuan(figures.CivilServantFen).Add("0", "0", "0")
            .AddYuan(figures.FullSelfPayFen).AddYuan(figures.DeductibleFen).AddYuan(figures.OverLimitFen).AddYuan(figures.PreSelfPayFen).Add("0")
            .AddYuan((decimal)figures.InScopeFen - figures.DeductibleFen - figures.PoolFen - layers).Add("0").AddEmpty(3)
            .AddYuan((decimal)figures.EnterpriseFen + figures.OtherFundFen + figures.HospitalBorneFen);
    }
}
