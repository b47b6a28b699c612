namespace ProvincialGateway.Dialects.YunnanYdjy;

/// <summary>Where a value of a call stands.</summary>
internal enum Origin
{
    /// <summary>A child of <c>&lt;input&gt;</c> in the parameter InputData.</summary>
    Input = 1,

    /// <summary>A string parameter of the exported function.</summary>
    Parameter = 2,
}

/// <summary>One value of a call under its three names.</summary>
/// <param name="Name">As the hospital's programmer knows it.</param>
/// <param name="Field">Canonical name in a refusal.</param>
/// <param name="Chinese">As the clerk knows it.</param>
internal sealed record Element(string Name, string Field, string Chinese, Origin Origin = Origin.Input)
{
    /// <summary>How a refusal names it to a person.</summary>
    public string Shown => $"{Name} {Chinese}";
}

/// <summary>
/// Every value this dialect reads. The same code can mean different things in different transactions (AKC222 is a centre code in 12 and an
/// internal item number in 74), so there is one entry per meaning.
/// </summary>
internal static class Elements
{
    public static readonly Element TransCode = new("TransCode", "transaction_code", "交易代码", Origin.Parameter);
    public static readonly Element SenderSerial = new("SenderSerialNo", "his_transaction_id", "发送方交易流水号", Origin.Parameter);
    public static readonly Element OperatorNumber = new("OperatorNo", "operator_number", "操作员编号", Origin.Parameter);
    public static readonly Element InsuredArea = new("InsuredAreaNo", "insured_division", "参保地统筹区编码", Origin.Parameter);
    public static readonly Element PersonNumber = new("PersonNo", "person_number", "个人编号", Origin.Parameter);
    public static readonly Element CardNumber = new("SICardNo", "card_number", "医保卡号", Origin.Parameter);
    public static readonly Element InputData = new("InputData", "input_data", "输入数据", Origin.Parameter);
    public static readonly Element CardData = new("CardData", "card_data", "读卡数据", Origin.Parameter);
    public static readonly Element BusinessCycle = new("BusiCycleNo", "business_period", "业务周期号", Origin.Parameter);
    public static readonly Element Period = BusinessCycle with { Field = "period_number" };
    public static readonly Element OldTransCode = new("OldTransCode", "original_operation", "原交易代码", Origin.Parameter);
    public static readonly Element CheckAccount = new("CheckAccInfo", "claimed", "对账信息", Origin.Parameter);
    public static readonly Element ItemType = new("TtemType", "code_system", "项目类型", Origin.Parameter);
    public static readonly Element ItemTypeSpelt = ItemType with { Name = "ItemType" };
    public static readonly Element OldItem = new("OldItem", "code", "原项目", Origin.Parameter);
    public static readonly Element OldSenderSerial = new("OldSenderSerialNo", "original_transaction_id", "原发送方交易流水号", Origin.Parameter);

    public static readonly Element Visit = new("AKC190", "visit_number", "就诊编号");
    public static readonly Element VisitOfLine = new("AKC190", "hospital_visit_number", "住院号");
    public static readonly Element Handle = new("HANDLEID", "original_transaction_id", "原交易流水号");

    public static readonly Element HospitalVisit = new("YKC010", "hospital_visit_number", "住院号");
    public static readonly Element MedicalRecord = new("YKC009", "medical_record_number", "病历号");
    public static readonly Element VisitKind = new("AKA130", "visit_kind", "医疗类别");
    public static readonly Element IsSpecialDisease = new("AKA123", "chronic_disease", "是否特治病");
    public static readonly Element ChronicDisease = new("AKA120", "chronic_disease", "疾病编码");
    public static readonly Element AdmissionDate = new("AKC192", "admission_date", "入院日期");
    public static readonly Element AdmissionDiagnosis = new("AKC193", "diagnoses[0].code", "入院诊断编码");
    public static readonly Element AdmissionDiagnosisName = new("YKC600", "diagnoses[0].name", "入院诊断名称");
    public static readonly Element AdmissionDiagnosis2 = new("YKC601", "diagnoses[1].code", "入院诊断编码2");
    public static readonly Element AdmissionDiagnosis3 = new("YKC602", "diagnoses[2].code", "入院诊断编码3");
    public static readonly Element AdmissionDepartment = new("YKC011", "department", "入院科室");
    public static readonly Element AdmissionBed = new("YKC012", "bed", "入院床位");
    public static readonly Element AdmissionDoctor = new("YKC008", "doctor", "入院诊断医生");
    public static readonly Element ContactName = new("AAE004", "contact_name", "患者联系人");
    public static readonly Element ContactPhone = new("AAE005", "contact_phone", "联系电话");

    public static readonly Element DischargeDate = new("AKC194", "discharge_date", "出院日期");
    public static readonly Element DischargeReason = new("AKC195", "discharge_reason", "出院原因");
    public static readonly Element DischargeDiagnosis = new("AKC196", "diagnoses[0].code", "出院疾病编码");
    public static readonly Element DischargeDiagnosisName = new("YKC603", "diagnoses[0].name", "出院诊断名称");
    public static readonly Element DischargeDiagnosis2 = new("YKC604", "diagnoses[1].code", "出院诊断编码2");
    public static readonly Element DischargeDiagnosis3 = new("YKC605", "diagnoses[2].code", "出院诊断编码3");
    public static readonly Element DischargeDepartment = new("YKC015", "department", "出院科室");
    public static readonly Element DischargeBed = new("YKC016", "bed", "出院床位");
    public static readonly Element DischargeDoctor = new("YKC020", "doctor", "出院诊断医生");
    public static readonly Element DischargeOperator = new("YKC017", "operator", "出院经办人");

    public static readonly Element LineSerial = new("AKC231", "lines[0].line_serial", "处方内序号");
    public static readonly Element Prescription = new("AKC220", "lines[0].prescription_number", "处方号");
    public static readonly Element CentreCode = new("AKC222", "lines[0].local_code", "中心项目编码");
    public static readonly Element HospitalCode = new("AKC515", "lines[0].local_code", "医院收费项目内码");
    public static readonly Element HospitalName = new("AKC516", "lines[0].local_name", "医院收费项目名称");
    public static readonly Element FeeCategory = new("AKA111", "lines[0].fee_category", "收费大类");
    public static readonly Element LinePrice = new("AKC225", "lines[0].unit_price", "单价");
    public static readonly Element LineQuantity = new("AKC226", "lines[0].quantity", "数量");
    public static readonly Element LineAmount = new("AKC227", "lines[0].amount_fen", "金额");
    public static readonly Element FeeDate = new("AKC221", "lines[0].fee_date", "开方日期");
    public static readonly Element LineUnit = new("AKA067", "lines[0].unit", "单位");
    public static readonly Element Specification = new("AKA074", "lines[0].specification", "规格");
    public static readonly Element DoseForm = new("AKA070", "lines[0].dose_form", "剂型");
    public static readonly Element LineDepartment = new("AKC201", "lines[0].department", "开方科室");
    public static readonly Element LineDoctor = new("AAE014", "lines[0].doctor", "开方医生");
    public static readonly Element LineApproval = new("AAE073", "lines[0].approval_number", "相关审批编号");

    public static readonly Element RefundQuantity = new("CANCELCNT", "quantity", "退方数量");
    public static readonly Element RefundAmount = new("CANCELFEE", "amount_fen", "退方金额");

    public static readonly Element ItemCode = new("AKC222", "code", "项目编码");
    public static readonly Element ItemPrice = new("AKC225", "unit_price", "医院单价");

    public static readonly Element ClaimedTotal = new("AKC064", "claimed_total_fen", "费用总额");
    public static readonly Element AccountRequested = new("AKC255", "account_requested_fen", "个人账户支付");
    public static readonly Element Invoice = new("AAE072", "invoice_number", "发票号");
    public static readonly Element PeriodOfQuery = new("BATNO", "period_number", "业务周期号");
    public static readonly Element ClaimedSettlements = new("POSNUM", "claimed.settlement_count", "正交易笔数");
    public static readonly Element ClaimedCancellations = new("NEGNUM", "claimed.cancellation_count", "反交易笔数");
    public static readonly Element PeriodTotal = new("AKC264", "claimed.total_fen", "医疗费用总额");
    public static readonly Element PeriodCash = new("AKC261", "claimed.cash_fen", "现金支付总额");
    public static readonly Element PeriodAccount = new("AKC255", "claimed.account_fen", "账户支付总额");
    public static readonly Element PeriodFund = new("AKC260", "claimed.fund_total_fen", "统筹支付总额");
    public static readonly Element SettlementKind = new("AKA050", "settlement_kind", "结算类型");
}
