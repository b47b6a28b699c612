namespace ProvincialGateway.Dialects.YinhaiXml;

/// <summary>Where a value of a call stands.</summary>
internal enum Origin
{
    /// <summary>An element of <c>input</c> or of one of its rows.</summary>
    Input = 1,

    /// <summary>A parameter of the method.</summary>
    Parameter = 2,
}

/// <summary>One value of a call under its three names.</summary>
/// <param name="Name">As the hospital's programmer knows it. Read in any case, and with or without <c>prm_</c>.</param>
/// <param name="Field">Canonical name in a refusal.</param>
/// <param name="Chinese">As the clerk knows it.</param>
internal sealed record Element(string Name, string Field, string Chinese, Origin Origin = Origin.Input)
{
    public string Shown => $"{Name} {Chinese}";
}

/// <summary>Every value this dialect reads; one entry per meaning.</summary>
internal static class Elements
{
    public static readonly Element TransactionCode = new("jybh", "transaction_code", "交易编号", Origin.Parameter);
    public static readonly Element InputXml = new("jysr_xml", "input", "交易输入", Origin.Parameter);
    public static readonly Element TradeNumber = new("jylsh", "original_transaction_id", "交易流水号", Origin.Parameter);
    public static readonly Element TradeCheck = new("jyyzm", "verification_code", "交易验证码", Origin.Parameter);
    public static readonly Element Card = new("card", "card", "读卡数据", Origin.Parameter);

    public static readonly Element PersonNumber = new("prm_aac001", "person_number", "个人编号");
    public static readonly Element InsuredSubCentre = new("prm_yab139", "insured_division", "参保所属分中心");
    public static readonly Element SubCentre = new("prm_yab003", "insured_division", "分中心编号");
    public static readonly Element Visit = new("prm_akc190", "visit_number", "就诊编号");
    public static readonly Element VisitOfLines = new("akc190", "visit_number", "就诊编号");

    public static readonly Element HospitalVisit = new("prm_ykc010", "hospital_visit_number", "住院号");
    public static readonly Element MedicalRecord = new("prm_ykc009", "medical_record_number", "病历号");
    public static readonly Element AdmissionDate = new("prm_akc192", "admission_date", "入院日期");
    public static readonly Element AdmissionDiagnosis = new("prm_yke120", "diagnoses[0].code", "入院诊断ICD10");
    public static readonly Element AdmissionDiagnosisName = new("prm_akc193", "diagnoses[0].name", "入院诊断名称");
    public static readonly Element AdmissionDepartment = new("prm_ykc011", "department", "入院科室");
    public static readonly Element AdmissionBed = new("prm_ykc012", "bed", "入院床位");
    public static readonly Element Remark = new("prm_aae013", "remark", "备注");

    public static readonly Element DischargeDate = new("prm_akc194", "discharge_date", "出院日期");
    public static readonly Element DischargeReason = new("prm_akc195", "discharge_reason", "出院原因");
    public static readonly Element DischargeDiagnosis = new("prm_akc196", "diagnoses[0].code", "出院主要诊断ICD10");
    public static readonly Element DischargeDepartment = new("prm_ykc015", "department", "出院科室");
    public static readonly Element DischargeBed = new("prm_ykc016", "bed", "出院床位");

    /// <summary>出院附属诊断代码 and 其他诊断1–8.</summary>
    public static readonly IReadOnlyList<Element> FurtherDiagnoses =
    [
        new("prm_ykd065", "diagnoses", "出院附属诊断代码"),
        .. Enumerable.Range(18, 8).Select(number => new Element($"prm_ykd0{number}", "diagnoses", $"其他诊断{number - 17}")),
    ];

    public static readonly Element OutpatientVisit = new("prm_akc190", "hospital_visit_number", "就诊编号");
    public static readonly Element OutpatientKind = new("prm_aka130", "visit_kind", "支付类别");
    public static readonly Element OutpatientDiagnosis = new("prm_ykc173", "diagnoses[0].code", "门诊诊断信息");
    public static readonly Element ChronicDisease = OutpatientDiagnosis with { Field = "chronic_disease" };

    public static readonly Element LineSerial = new("yka105", "line_serial", "记账流水号");
    public static readonly Element WithdrawnSerial = new("yka105", "line_serials", "记账流水号");
    public static readonly Element HospitalCode = new("ykd125", "local_code", "医院项目编码");
    public static readonly Element HospitalName = new("ykd126", "local_name", "医院项目名称");
    public static readonly Element CentreCode = new("yka002", "local_code", "医保通用项目编码");
    public static readonly Element Quantity = new("akc226", "quantity", "数量");
    public static readonly Element UnitPrice = new("akc225", "unit_price", "实际价格");
    public static readonly Element Amount = new("yka315", "amount_fen", "明细项目费用总额");
    public static readonly Element FeeTime = new("yke123", "fee_date", "明细发生时间");
    public static readonly Element Unit = new("yka295", "unit", "最小计价单位");
    public static readonly Element Specification = new("aka074", "specification", "规格");
    public static readonly Element DoseForm = new("yae374", "dose_form", "剂型名称");
    public static readonly Element LineDepartment = new("yka098", "department", "开单科室名称");
    public static readonly Element LineDoctor = new("yka099", "doctor", "开单医生姓名");

    public static readonly Element ClaimedTotal = new("prm_hisfyze", "claimed_total_fen", "HIS费用总额");
    public static readonly Element Invoice = new("prm_yka110", "invoice_number", "发票号");
    public static readonly Element SettlementNumber = new("prm_yka103", "settlement_number", "结算编号");

    public static readonly Element From = new("prm_begindate", "scope.from", "开始日期");
    public static readonly Element To = new("prm_enddate", "scope.to", "终止日期");
    public static readonly Element OutputFile = new("prm_outputfile", "output_file", "输出文件");

    /// <summary>The operator under whichever name a transaction has him: names before numbers.</summary>
    public static readonly IReadOnlyList<Element> Operators =
    [
        new("prm_ykc141", "operator", "经办人姓名"), new("prm_ykc017", "operator", "经办人姓名"), new("prm_aae011", "operator", "经办人编码"), new("prm_ykc013", "operator", "入院经办人编码"),
    ];
}
