namespace ProvincialGateway.Insured;

/// <summary>
/// Person classes (人员类别) of the exchange: the one place where the set is written down. A province maps its own codes to these; a policy
/// may override a deductible, ratio or cap for any of them, and the general figure holds for the rest.
/// </summary>
internal static class PersonClass
{
    /// <summary>在职职工</summary>
    public const string Working = "11";

    /// <summary>退休人员</summary>
    public const string Retired = "21";

    /// <summary>城乡居民，成年</summary>
    public const string ResidentAdult = "31";

    /// <summary>城乡居民，成年，按高档缴费: some areas give the upper contribution level a higher cap.</summary>
    public const string ResidentAdultUpperLevel = "32";

    /// <summary>学生及未成年人</summary>
    public const string StudentOrMinor = "41";

    /// <summary>低收入及救助对象</summary>
    public const string LowIncome = "51";

    public static IReadOnlyList<string> All { get; } = [Working, Retired, ResidentAdult, ResidentAdultUpperLevel, StudentOrMinor, LowIncome];
}
