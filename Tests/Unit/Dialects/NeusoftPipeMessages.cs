using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Dialects.NeusoftPipe;

namespace ProvincialGateway.Tests.Dialects;

/// <summary>Lines as Chongqing's clients write them, and their replies taken apart.</summary>
internal static class NeusoftPipeMessages
{
    public static NeusoftPipeDialect Dialect { get; } = new();

    public const string Identity = "01|5301005301000001";
    public const string Admission = "02|1024_2_1|21|5301005301000001|心内科|演示医生丙|2010-06-12|J18.900 肺炎|演示员甲|0";
    public const string DischargeLine = "03|1024_2_1|0000010010|21|||2010-06-12||2010-06-20|||演示员甲|0";
    public const string Line = "04|1024_2_1|N0000123_2|2010-06-15 09:08:07|1234567890|Y000123|阿莫西林胶囊|0.8333|10.00|0|演示医生丙|演示员甲|粒|0.25g*24|胶囊剂||8.3330";
    public const string Settlement = "05|1024_2_1|0|8|演示员甲|0|20100620|68.67";
    public const string Preview = "06|1024_2_1|20100620|8|68.67";

    /// <summary>A node's transaction id and the serial a client is given for it.</summary>
    public const string TransactionId = "500000201006151708260000000011";

    public static readonly string Serial = SerialOf(TransactionId);

    public static readonly string Refund =
        $"04|1024_2_1|N0000131_2|2010-06-16 10:00:00|1234567890|Y000123|阿莫西林胶囊|0.8333|-2.00|0|演示医生丙|演示员甲|粒|0.25g*24|胶囊剂|{Serial}|-1.6666";

    public static HisPerson Person => new()
    {
        InsuredDivision = "530100",
        PersonNumber = "5301000001",
        Name = "测试患者甲",
        CertificateKind = "01",
        CertificateNumber = "530102197601010019",
        SocialSecurityNumber = "530102197601010019",
        CardNumber = "A00000018",
        Gender = "男",
        BirthDate = new DateOnly(1976, 1, 1),
        Age = 34,
        PersonClass = "在职",
        Scheme = "1",
        IsCivilServant = false,
        EmployerCode = "53010001",
        EmployerName = "昆明示例制造有限公司",
        AccountBalanceFen = 200000,
        DeductiblePaidYearFen = 0,
        PoolPaidYearFen = 0,
        AdmissionsYear = 0,
    };

    /// <summary>Every fund has a share of its own, so that a share in the wrong place is seen.</summary>
    public static HisFigures Figures => new()
    {
        TotalFen = 1_000_00,
        FullSelfPayFen = 50_00,
        OverLimitFen = 10_00,
        PreSelfPayFen = 40_00,
        InScopeFen = 900_00,
        DeductibleFen = 100_00,
        PoolFen = 300_00,
        CivilServantFen = 20_00,
        EnterpriseFen = 3_00,
        EmployeeLargeAmountFen = 70_00,
        ResidentCriticalIllnessFen = 8_00,
        MedicalAidFen = 60_00,
        OtherFundFen = 5_00,
        FundTotalFen = 466_00,
        AccountFen = 200_00,
        CashFen = 330_00,
        PersonalTotalFen = 530_00,
        HospitalBorneFen = 4_00,
    };

    public static HisSplitLine SplitLine => new()
    {
        LineSerial = "1",
        LocalCode = "1234567890",
        LocalName = "阿莫西林胶囊",
        ExchangeCode = "XJ01CAA040E001010110000",
        ExchangeName = "阿莫西林胶囊",
        ItemClass = "1",
        SelfPayBasisPoints = 0,
        UnitPrice = 0.8333m,
        Quantity = 10m,
        AmountFen = 8_33,
        FullSelfPayFen = 0,
        OverLimitFen = 0,
        PreSelfPayFen = 0,
        InScopeFen = 8_33,
    };

    public static HisPending Pending => new() { TransactionId = TransactionId, Chinese = "参保地尚未应答。", English = "The insured province has not answered." };

    public static HisRefusal Refused => new()
    {
        TransactionId = TransactionId,
        Code = "FILING_MISSING",
        Side = RefusingSide.Insured,
        Field = "person",
        Chinese = "没有有效备案𠮷。",
        English = "no valid filing.",
        NextStepChinese = "请先备案。",
        NextStepEnglish = "File first.",
    };

    /// <summary>What a client is told for a transaction of the node.</summary>
    public static string SerialOf(string transactionId) => Answer(Line, Stored(SplitLine) with { TransactionId = transactionId }).Split('|')[1];

    public static FeeLinesStored Stored(HisSplitLine line) => new() { TransactionId = TransactionId, Lines = [line], VisitTotalFen = line.AmountFen };

    public static Settled Settled(HisFigures figures) => new()
    {
        TransactionId = TransactionId,
        VisitNumber = "S5301001006120000001",
        SettlementNumber = "A5301001006200000001",
        SettledAt = new DateTimeOffset(2010, 6, 20, 16, 0, 0, TimeSpan.FromHours(8)),
        Person = Person with { AccountBalanceFen = 180000 },
        Figures = figures,
        AdmissionOrdinal = 1,
        Steps = [],
    };

    public static SettlementPreviewed Previewed(HisFigures figures) => new() { TransactionId = "", Person = Person, Figures = figures, AdmissionOrdinal = 1, Steps = [] };

    public static NeusoftPipeDialect With(params ReadOnlySpan<(string Name, string Value)> settings)
    {
        var values = new Dictionary<string, string>();
        foreach (var (name, value) in settings)
            values.Add(name, value);
        return new NeusoftPipeDialect(new DialectSettings(values));
    }

    public static HisMessage Message(byte[] body) => new() { Path = "/neusoft", ContentType = "", SoapAction = "", Body = body };

    public static HisMessage Message(string line) => Message(LegacyText.Gb18030.GetBytes(line));

    /// <summary>A line with one field replaced; field 0 is the code.</summary>
    public static string With(this string line, int field, string value)
    {
        var fields = line.Split('|');
        fields[field] = value;
        return string.Join('|', fields);
    }

    public static HisRequest Request(string line) => Dialect.Decode(Message(line)).Requests.Single();

    public static T Operation<T>(string line) where T : HisOperation => Operation<T>(Dialect, Message(line));

    public static T Operation<T>(NeusoftPipeDialect dialect, HisMessage message) where T : HisOperation
    {
        var request = dialect.Decode(message).Requests.Single();
        Assert.That(request.Operation, Is.TypeOf<T>(), request.Refusal?.Text);
        return (T)request.Operation!;
    }

    public static HisRefusal Refusal(string line) => Refusal(Message(line));

    public static HisRefusal Refusal(HisMessage message) =>
        Dialect.Decode(message).Requests.Single().Refusal ?? throw new InvalidOperationException("The call was not refused.");

    public static string Answer(string line, params HisResult[] results) => Text(Dialect.Encode(Dialect.Decode(Message(line)), results));

    public static string Text(HisReply reply) => LegacyText.Gb18030.GetString(reply.Body);
}
