using System.Text;
using System.Text.Json.Nodes;
using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Dialects.NationalJson;

namespace ProvincialGateway.Tests.Dialects;

/// <summary>Builds messages as the clients of the national interface do and takes replies apart.</summary>
internal static class NationalJsonMessages
{
    public const string Visit = "S5001001709140000001";
    public const string Settlement = "A5001001709220000001";
    public const string MessageId = "H31010000001201709220930000001";
    public const string NodeId = "310000201709220930000000000001";

    public static readonly NationalJsonDialect Dialect = new();

    public static HisPerson Person => new()
    {
        InsuredDivision = "500100",
        PersonNumber = "5001000003",
        Name = "测试患者丙",
        CertificateKind = "01",
        CertificateNumber = "500103198505050015",
        SocialSecurityNumber = "500103198505050015",
        CardNumber = "50010000003",
        Gender = "1",
        BirthDate = new DateOnly(1985, 5, 5),
        Age = 32,
        PersonClass = "1501",
        Scheme = "390",
        IsCivilServant = false,
        EmployerCode = "",
        EmployerName = "",
        AccountBalanceFen = 12345,
        DeductiblePaidYearFen = 0,
        PoolPaidYearFen = 0,
        AdmissionsYear = 0,
    };

    public static HisFigures Figures => new()
    {
        TotalFen = 45860,
        FullSelfPayFen = 2000,
        OverLimitFen = 500,
        PreSelfPayFen = 5200,
        InScopeFen = 38160,
        DeductibleFen = 20000,
        PoolFen = 10000,
        CivilServantFen = 1100,
        EnterpriseFen = 1200,
        EmployeeLargeAmountFen = 1300,
        ResidentCriticalIllnessFen = 1400,
        MedicalAidFen = 1500,
        OtherFundFen = 1600,
        FundTotalFen = 18100,
        AccountFen = 10000,
        CashFen = 17000,
        PersonalTotalFen = 27000,
        HospitalBorneFen = 760,
    };

    public static HisRefusal Refused(string field = "person") => new()
    {
        TransactionId = NodeId,
        Code = "FILING_MISSING",
        Side = RefusingSide.Insured,
        Field = field,
        Chinese = "参保地没有有效备案𠮷。",
        English = "no valid filing in the insured province.",
        NextStepChinese = "请先备案。",
        NextStepEnglish = "File first.",
    };

    public static HisPending Pending => new() { TransactionId = NodeId, Chinese = "尚无应答。", English = "No answer yet." };

    public static JsonObject Line(string serial = "9000001", string quantity = "24", string amount = "20.00", string original = "") => new()
    {
        ["feedetl_sn"] = serial,
        ["init_feedetl_sn"] = original,
        ["mdtrt_id"] = Visit,
        ["drord_no"] = "YZ1",
        ["psn_no"] = "5001000003",
        ["fee_ocur_time"] = "2017-09-20 09:08:07",
        ["med_list_codg"] = "XJ01CAA040E001010110000",
        ["medins_list_codg"] = "SHY000001",
        ["det_item_fee_sumamt"] = amount,
        ["cnt"] = quantity,
        ["pric"] = "0.8333",
        ["bilg_dept_codg"] = "0401",
        ["bilg_dr_codg"] = "D1",
    };

    public static JsonObject Admission => new()
    {
        ["psn_no"] = "5001000003",
        ["insutype"] = "390",
        ["begntime"] = "2017-09-14 09:08:07",
        ["mdtrt_cert_type"] = "03",
        ["mdtrt_cert_no"] = "50010000003",
        ["med_type"] = "21",
        ["ipt_no"] = "ZY1",
        ["dscg_maindiag_code"] = "C34.900",
        ["dscg_maindiag_name"] = "支气管肺恶性肿瘤",
        ["coner_name"] = "联系人乙",
    };

    public static JsonObject Terms => new()
    {
        ["psn_no"] = "5001000003",
        ["mdtrt_cert_type"] = "03",
        ["medfee_sumamt"] = "458.60",
        ["psn_setlway"] = "01",
        ["mdtrt_id"] = Visit,
        ["acct_used_flag"] = "1",
        ["mid_setl_flag"] = "0",
        ["invono"] = "FP1",
    };

    public static JsonObject Card => new()
    {
        ["mdtrt_cert_type"] = "03",
        ["mdtrt_cert_no"] = "50010000003",
        ["card_sn"] = "500100D15600000500AA00000000FF01",
    };

    public static JsonObject Totals => new()
    {
        ["insutype"] = "390",
        ["clr_type"] = "21",
        ["setl_optins"] = "310000",
        ["stmt_begndate"] = "2017-09-01",
        ["stmt_enddate"] = "2017-09-30",
        ["medfee_sumamt"] = 458.60m,
        ["fund_pay_sumamt"] = "181",
        ["acct_pay"] = 100.0m,
        ["fixmedins_setl_cnt"] = 1,
    };

    public static JsonObject Data(JsonNode node) => new() { ["data"] = node };

    /// <summary>An envelope as Chongqing's client has it.</summary>
    public static JsonObject Envelope(string infno, JsonNode? input, string insured = "500100") => new()
    {
        ["infno"] = infno,
        ["msgid"] = MessageId,
        ["mdtrtarea_admvs"] = "310000",
        ["insuplc_admdvs"] = insured,
        ["recer_sys_code"] = "YBXT",
        ["infver"] = "V1.08",
        ["opter"] = "12",
        ["opter_name"] = "演示员甲",
        ["inf_time"] = "2017-09-22 09:30:00",
        ["fixmedins_code"] = "H31010000001",
        ["sign_no"] = "",
        ["input"] = input,
    };

    public static HisMessage Posted(JsonNode message, string path = "/national") => Posted(Encoding.UTF8.GetBytes(message.ToJsonString()), path);

    public static HisMessage Posted(byte[] body, string path = "/national", string contentType = "application/json") =>
        new() { Path = path, ContentType = contentType, SoapAction = "", Body = body };

    public static HisRequest Request(HisMessage message, NationalJsonDialect? dialect = null) => (dialect ?? Dialect).Decode(message).Requests.Single();

    public static T Operation<T>(JsonNode message)
        where T : HisOperation => Operation<T>(Posted(message));

    public static T Operation<T>(HisMessage message, NationalJsonDialect? dialect = null)
        where T : HisOperation
    {
        var request = Request(message, dialect);
        Assert.That(request.Operation, Is.TypeOf<T>(), request.Refusal?.Text);
        return (T)request.Operation!;
    }

    public static HisRefusal Refusal(JsonNode message) => Refusal(Posted(message));

    public static HisRefusal Refusal(HisMessage message) => Request(message).Refusal ?? throw new AssertionException("The message was not refused.");

    /// <summary>The whole reply to a message that is answered with this result.</summary>
    public static JsonObject Answer(HisMessage message, HisResult result, NationalJsonDialect? dialect = null)
    {
        dialect ??= Dialect;
        return Parsed(dialect.Encode(dialect.Decode(message), [result]));
    }

    public static JsonObject Answer(JsonNode message, HisResult result) => Answer(Posted(message), result);

    public static JsonObject Parsed(HisReply reply)
    {
        var encoding = LegacyText.ByLabel(reply.ContentType.Split("charset=")[1])!;
        return JsonNode.Parse(encoding.GetString(reply.Body))!.AsObject();
    }

    public static JsonObject With(this JsonObject original, string name, JsonNode? value)
    {
        var changed = original.DeepClone().AsObject();
        changed[name] = value;
        return changed;
    }

    public static JsonObject Without(this JsonObject original, string name)
    {
        var changed = original.DeepClone().AsObject();
        changed.Remove(name);
        return changed;
    }

    public static NationalJsonDialect WithSettings(params (string Name, string Value)[] settings) =>
        new(new DialectSettings(settings.ToDictionary(setting => setting.Name, setting => setting.Value)));
}
