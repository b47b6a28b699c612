using Provincial.His.V1;

namespace ProvincialGateway.Tests.Support;

/// <summary>A person of the sample tables, by what stands on the social security card.</summary>
public sealed record Patient(string InsuredDivision, string PersonNumber, string Name, string SocialSecurityNumber)
{
    /// <summary>Kunming, employee, long-term filing for Guangdong, 2000.00 in the account.</summary>
    public static readonly Patient OfKunming = new("530100", "5301000001", "测试患者甲", "530102197601010019");

    /// <summary>Guangzhou, retired, referral filing for Kunming, 800.00 in the account.</summary>
    public static readonly Patient OfGuangzhou = new("440100", "4401000002", "测试患者乙", "440103195503030028");

    /// <summary>Kunming, retired, long-term filing for Guangzhou.</summary>
    public static readonly Patient RetiredOfKunming = new("530100", "5301000003", "测试患者丙", "530103195006150314");

    /// <summary>Kunming, employee and civil servant, filing for Guangdong as posted elsewhere.</summary>
    public static readonly Patient PostedOfKunming = new("530100", "5301000004", "测试患者丁", "530111198809090426");

    /// <summary>Kunming, adult resident, referral filing for Guangzhou.</summary>
    public static readonly Patient ResidentOfKunming = new("530100", "5301000005", "测试患者戊", "530112196211200528");

    /// <summary>Kunming, minor, other temporary filing for Guangdong.</summary>
    public static readonly Patient MinorOfKunming = new("530100", "5301000006", "测试患者己", "530102201204010613");

    /// <summary>Kunming, low income, emergency filing for Guangzhou.</summary>
    public static readonly Patient LowIncomeOfKunming = new("530100", "5301000007", "测试患者庚", "530124195802280719");

    /// <summary>Kunming, filed, but the insurance is suspended.</summary>
    public static readonly Patient SuspendedOfKunming = new("530100", "5301000008", "测试患者辛", "530103197907070812");

    /// <summary>Kunming, employee without any filing, 930.00 in the account.</summary>
    public static readonly Patient UnfiledOfKunming = new("530100", "5301000010", "测试患者癸", "530111196903301016");

    /// <summary>Kunming, retired, referral filing for Guangzhou that ended on 2017-07-10, 1203.75 in the account.</summary>
    public static readonly Patient ExpiredOfKunming = new("530100", "5301000011", "测试患者子", "530112194710101120");

    /// <summary>Kunming, adult resident, filing for Shanghai only.</summary>
    public static readonly Patient FiledForShanghaiOfKunming = new("530100", "5301000012", "测试患者丑", "530102198305051225");

    public PersonReference ToReference() => new() { InsuredDivision = InsuredDivision, SocialSecurityNumber = SocialSecurityNumber, Name = Name };
}
