using Provincial.Exchange.V1;
using ProvincialGateway.Values;

namespace ProvincialGateway.Clearing;

/// <summary>What single fields of the agencies' messages have to be.</summary>
internal static class ClearingFields
{
    /// <summary>Ten billion yuan: far above what two provinces move at once, far below what sums could overflow.</summary>
    public const long AmountMaxFen = 1_000_000_000_000;

    /// <summary>Of a whole statement: far above what a country spends on health in a year.</summary>
    public const long SumMaxFen = 1_000_000_000_000_000;

    public const int TextMax = 500;

    /// <summary>Whether every figure of a row or sum is within a bound, so that nothing that is added up of them can overflow.</summary>
    public static bool AreWithin(Charges charges, Payments payments, long maxFen) => Figures(charges, payments).All(fen => fen >= -maxFen && fen <= maxFen);

    public static Refusal? Amount(string field, long fen) => fen is > 0 and <= AmountMaxFen ? null
        : ClearingRefusals.InvalidField(field, $"应为 1..{AmountMaxFen} 分", $"1..{AmountMaxFen} fen is expected");

    public static Refusal? Date(string field, string text) => ChinaTime.TryParseIso(text, out _) ? null : ClearingRefusals.InvalidField(field, "应为 yyyy-MM-dd", "yyyy-MM-dd is expected");

    /// <summary>A text that has to be there.</summary>
    public static Refusal? Required(string field, string text) => text.Length == 0 ? ClearingRefusals.MissingField(field) : Text(field, text);

    public static Refusal? Text(string field, string text) =>
        text.Length > TextMax ? ClearingRefusals.InvalidField(field, $"超过 {TextMax} 个字符", $"more than {TextMax} characters")
        : text.Any(char.IsControl) ? ClearingRefusals.InvalidField(field, "含控制字符", "contains a control character")
        : null;

    private static IEnumerable<long> Figures(Charges charges, Payments payments) =>
    [
        charges.TotalFen, charges.FullSelfPayFen, charges.OverLimitFen, charges.PreSelfPayFen, charges.InScopeFen,
        payments.DeductibleFen, payments.PoolFen, payments.CivilServantFen, payments.EnterpriseFen, payments.EmployeeLargeAmountFen, payments.ResidentCriticalIllnessFen,
        payments.MedicalAidFen, payments.OtherFen, payments.FundTotalFen, payments.AccountFen, payments.CashFen, payments.PersonalTotalFen, payments.HospitalBorneFen,
    ];

    /// <summary>The date of a message, which both sides book under: the sender's, from its own head.</summary>
    public static DateOnly DateOf(RequestHeader header) => ChinaTime.DateOf(ChinaTime.FromMs(header.SentAtMs));

    /// <summary>A time within the calendar of this system.</summary>
    public static Refusal? SentAt(RequestHeader header) => header.SentAtMs is > 946_684_800_000 and < 4_102_444_800_000 ? null
        : ClearingRefusals.InvalidField("header.sent_at_ms", "应为 2000 年至 2099 年之间的时间", "a time between 2000 and 2099 is expected");
}
