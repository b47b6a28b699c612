using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Catalogue;

namespace ProvincialGateway.Insured;

/// <summary>The exchange codes a benefit policy may name, with the words used in messages.</summary>
internal static class BenefitCodes
{
    public static IReadOnlyList<string> Schemes { get; } = [.. ExchangeCodes.Of(CodeSystem.Scheme)];

    public static IReadOnlyList<string> VisitKinds { get; } = [.. ExchangeCodes.Of(CodeSystem.VisitKind)];

    public static IReadOnlyList<string> FilingKinds { get; } = [.. ExchangeCodes.Of(CodeSystem.FilingKind)];

    public static (string Chinese, string English) FilingText(string? kind) => kind switch
    {
        "01" => ("异地安置退休", "retired and settled elsewhere"),
        "02" => ("异地长期居住", "long-term residence elsewhere"),
        "03" => ("常驻异地工作", "posted elsewhere"),
        "04" => ("异地转诊", "referral"),
        "05" => ("急诊抢救", "emergency"),
        "06" => ("其他临时外出", "other temporary stay"),
        null => ("未备案", "unfiled"),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    public static (string Chinese, string English) LayerText(LayerKind kind) => kind switch
    {
        LayerKind.EmployeeLargeAmount => ("职工大额", "Employee large-amount fund"),
        LayerKind.ResidentCriticalIllness => ("居民大病", "Resident critical illness"),
        LayerKind.CivilServant => ("公务员补助", "Civil servant subsidy"),
        LayerKind.MedicalAid => ("医疗救助", "Medical aid"),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
