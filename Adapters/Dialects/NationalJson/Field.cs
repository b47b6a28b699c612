namespace ProvincialGateway.Dialects.NationalJson;

/// <summary>One value of a message under its names.</summary>
/// <param name="Canonical">Name in a refusal, as the node knows it; inside a row without the row.</param>
/// <param name="Chinese">As the clerk knows it.</param>
/// <param name="Names">As clients spell it, the published spelling first; the first that holds a value counts.</param>
internal sealed record Field(string Canonical, string Chinese, params string[] Names);

/// <summary>Every value this dialect reads.</summary>
internal static class Fields
{
    public static readonly Field TransactionCode = new("transaction_code", "交易编号", "infno");
    public static readonly Field MessageId = new("his_transaction_id", "发送方报文ID", "msgid");
    public static readonly Field Institution = new("institution_code", "定点医药机构编号", "fixmedins_code", "medins_code");
    public static readonly Field Operator = new("operator", "经办人", "opter_name", "opter");
    public static readonly Field SignNumber = new("business_period", "交易签到流水号", "sign_no");
    public static readonly Field TreatmentArea = new("treatment_division", "就医地医保区划", "mdtrtarea_admvs", "mdtrtarea_admdvs");
    public static readonly Field ReceivingSystem = new("receiving_system", "接收方系统代码", "recer_sys_code");
    public static readonly Field InsuredDivision = new("person.insured_division", "参保地医保区划", "insuplc_admdvs");

    public static readonly Field OperatorNumber = new("operator_number", "操作员编号", "opter_no");
    public static readonly Field PeriodNumber = new("period_number", "签到编号", "sign_no");

    public static readonly Field CredentialKind = new("person.credential_kind", "就诊凭证类型", "mdtrt_cert_type");
    public static readonly Field CredentialNumber = new("person.credential_number", "就诊凭证编号", "mdtrt_cert_no");
    public static readonly Field CardIdentification = new("person.card_identification", "卡识别码", "card_sn");
    public static readonly Field CertificateKind = new("person.certificate_kind", "人员证件类型", "psn_cert_type", "cert_type");
    public static readonly Field CertificateNumber = new("person.certificate_number", "证件号码", "certno");
    public static readonly Field PersonName = new("person.name", "人员姓名", "psn_name");
    public static readonly Field PersonNumber = new("person.person_number", "人员编号", "psn_no");
    public static readonly Field ServiceDate = new("service_date", "开始时间", "begntime");

    public static readonly Field HospitalVisit = new("hospital_visit_number", "住院号", "ipt_no", "ipt_otp_no");
    public static readonly Field MedicalRecord = new("medical_record_number", "病历号", "medrcdno");
    public static readonly Field VisitKind = new("visit_kind", "医疗类别", "med_type");
    public static readonly Field AdmissionTime = new("admission_date", "入院时间", "begntime");
    public static readonly Field MainDiagnosis = new("diagnoses[0].code", "住院主诊断代码", "dscg_maindiag_code");
    public static readonly Field MainDiagnosisName = new("diagnoses[0].name", "住院主诊断名称", "dscg_maindiag_name");
    public static readonly Field AdmissionDepartment = new("department", "入院科室", "adm_dept_name", "adm_dept_codg");
    public static readonly Field AdmissionBed = new("bed", "入院床位", "adm_bed");
    public static readonly Field AttendingDoctor = new("doctor", "主诊医师", "chfpdr_name", "atddr_no");
    public static readonly Field ContactName = new("contact_name", "联系人姓名", "coner_name");
    public static readonly Field ContactPhone = new("contact_phone", "联系电话", "tel");
    public static readonly Field Visit = new("visit.visit_number", "就诊ID", "mdtrt_id");

    public static readonly Field VisitTime = new("visit_date", "挂号时间", "begntime");
    public static readonly Field VisitDepartment = new("department", "科室", "dept_name", "dept_code");
    public static readonly Field VisitDoctor = new("doctor", "医师", "dr_name", "atddr_no");
    public static readonly Field ChronicDisease = new("chronic_disease", "门诊慢特病病种", "dise_codg");
    public static readonly Field Batch = new("line_serials", "收费批次号", "chrg_bchno");

    public static readonly Field Diagnoses = new("diagnoses", "诊断信息", "diseinfo");
    public static readonly Field DiagnosisCode = new("code", "诊断代码", "diag_code");
    public static readonly Field DiagnosisName = new("name", "诊断名称", "diag_name");
    public static readonly Field DiagnosisIsMain = new("is_main", "主诊断标志", "maindiag_flag");
    public static readonly Field DiagnosisOrder = new("order", "诊断排序号", "diag_srt_no");
    public static readonly Field DiagnosisIsValid = new("is_valid", "有效标志", "vali_flag");

    public static readonly Field DischargeTime = new("discharge_date", "出院时间", "endtime");
    public static readonly Field DischargeReason = new("discharge_reason", "离院方式", "dscg_way");
    public static readonly Field DischargeDepartment = new("department", "出院科室", "dscg_dept_name", "dscg_dept_codg", "dscg_dept_code");
    public static readonly Field DischargeBed = new("bed", "出院床位", "dscg_bed");

    public static readonly Field Lines = new("lines", "费用明细", "feedetail");
    public static readonly Field LineSerial = new("line_serial", "费用明细流水号", "feedetl_sn");
    public static readonly Field RefundedSerial = new("refunded_line_serial", "原费用流水号", "init_feedetl_sn");
    public static readonly Field Prescription = new("prescription_number", "医嘱号", "drord_no", "rxno");
    public static readonly Field HospitalCode = new("local_code", "医药机构目录编码", "medins_list_codg", "medins_list_code");
    public static readonly Field NationalCode = new("declared_code", "医疗目录编码", "med_list_codg", "med_list_code");
    public static readonly Field ItemName = new("local_name", "医药机构目录名称", "medins_list_name", "med_list_name");
    public static readonly Field FeeCategory = new("fee_category", "医疗收费项目类别", "med_chrgitm_type");
    public static readonly Field UnitPrice = new("unit_price", "单价", "pric");
    public static readonly Field Quantity = new("quantity", "数量", "cnt");
    public static readonly Field Amount = new("amount_fen", "明细项目费用总额", "det_item_fee_sumamt");
    public static readonly Field FeeTime = new("fee_date", "费用发生时间", "fee_ocur_time");
    public static readonly Field Specification = new("specification", "规格", "spec");
    public static readonly Field DoseForm = new("dose_form", "剂型", "drug_dosform");
    public static readonly Field LineDepartment = new("department", "开单科室", "bilg_dept_name", "bilg_dept_codg");
    public static readonly Field HospitalApproval = new("restricted_use_reason", "医院审批标志", "hosp_appr_flag");
    public static readonly Field LineRemark = new("restricted_use_reason", "备注", "memo");
    public static readonly Field Unaudited = new("restricted_use_reason", "不进行审核标志", "unchk_flag");
    public static readonly Field UnauditedReason = new("restricted_use_reason", "不进行审核说明", "unchk_memo");
    public static readonly Field LineDoctor = new("doctor", "开单医师", "bilg_dr_name", "bilg_dr_codg");
    public static readonly Field VisitOfUpload = new("visit.visit_number", "就诊ID", "serial_no", "mdtrt_id");
    public static readonly Field Withdrawn = new("line_serials", "费用明细撤销", "data");

    public static readonly Field ClaimedTotal = new("claimed_total_fen", "医疗费总额", "medfee_sumamt");
    public static readonly Field AccountUse = new("account_requested_fen", "个人账户使用标志", "acct_used_flag");
    public static readonly Field Invoice = new("invoice_number", "发票号", "invono");
    public static readonly Field InterimSettlement = new("interim", "中途结算标志", "mid_setl_flag");
    public static readonly Field SettlementWay = new("settlement_way", "个人结算方式", "psn_setlway");
    public static readonly Field Settlement = new("settlement_number", "结算ID", "setl_id");

    public static readonly Field OriginalMessage = new("original_transaction_id", "原发送方报文ID", "omsgid");
    public static readonly Field OriginalCode = new("original_operation", "原交易编号", "oinfno");

    public static readonly Field Scheme = new("scope.scheme", "险种", "insutype");
    public static readonly Field ClearingKind = new("clearing_kind", "清算类别", "clr_type");
    public static readonly Field ClearingAgency = new("clearing_agency", "结算经办机构", "setl_optins", "clr_optins");
    public static readonly Field From = new("scope.from", "对账开始日期", "stmt_begndate");
    public static readonly Field To = new("scope.to", "对账结束日期", "stmt_enddate");
    public static readonly Field WithRefunds = new("scope.without_cancelled", "退费结算标志", "refd_setl_flag");
    public static readonly Field ClaimedFund = new("claimed.fund_total_fen", "基金支付总额", "fund_pay_sumamt");
    public static readonly Field ClaimedAccount = new("claimed.account_fen", "个人账户支付金额", "acct_pay");
    public static readonly Field ClaimedCash = new("claimed.cash_fen", "现金支付金额", "cash_payamt");
    public static readonly Field ClaimedCount = new("claimed.settlement_count", "定点医药机构结算笔数", "fixmedins_setl_cnt");

    public static readonly Field FileContent = new("rows", "文件数据", "in");
    public static readonly Field FileName = new("file_name", "文件名", "filename");
    public static readonly Field StatedFile = new("rows_of", "文件查询号", "file_qury_no");
    public static readonly Field ResultFile = new("original_transaction_id", "文件查询号", "file_qury_no");
}
