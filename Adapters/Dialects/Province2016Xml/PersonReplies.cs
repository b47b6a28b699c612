using System.Globalization;
using System.Xml.Linq;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.Province2016Xml;

/// <summary>1904, 0211 and 0212. The lists are what clients look up; what no province states stays empty.</summary>
internal static class PersonReplies
{
    private const string InHospital = "1";

    // akc021 and akc300 are what the intra-province client reads instead of ykc021 and ykc300.
    private static readonly string[] VerifiedElements =
    [
        "aab301", "yab060", "aac003", "aac002", "aac044", "aac001", "aac004", "aac006", "ykc021", "akc021", "ykc300", "akc300", "akc026",
        "akc023", "aae379", "akc252", "aab001", "aab004", "yka116", "yka119", "yka121", "yka123", "ake092", "yka437", "akc200", "ykc667",
        "ake132", "ykc669", "ykc678", "ykc670", "aka130", "ykc682", "ake014", "ykc672", "ykc673", "ykc674", "aac043", "aac005", "aab003",
        "yzz014", "akc068", "ykc751", "ykc753", "ykc754",
    ];

    private static readonly string[] AdmittedElements =
    [
        "ykc700", "aab301", "yab060", "aac002", "aac043", "aac044", "aac003", "aac004", "aac005", "aac006", "ykc021", "ykc300", "aae140",
        "akc026", "akc023", "aab001", "aab003", "aab004", "aab020", "aab019", "aae379", "akc252", "yka116", "yka119", "yka121", "yka123",
        "ake092", "yka437", "akc200", "ykc023", "ykc667", "yzz014", "ake132", "ykc669", "ykc678", "ykc670", "ykc682", "ake014", "ykc672",
        "ykc673", "ykc674", "ykc753", "ykc754",
    ];

    public static XElement CardVerified(PersonVerified verified) => Reply.Output(["aab301"], Values(verified.Person));

    public static XElement Verified(PersonVerified verified) => Reply.Output(VerifiedElements, Values(verified.Person));

    public static XElement Admitted(AdmissionRegistered admission) => Reply.Output(AdmittedElements, new Dictionary<string, string>(Values(admission.Person))
    {
        ["ykc700"] = admission.VisitNumber,
        ["akc200"] = Number(admission.AdmissionOrdinal),
        ["ykc023"] = InHospital,
    });

    /// <summary>What is known of a person, by element; also part of a settlement's reply.</summary>
    public static Dictionary<string, string> Values(HisPerson person) => new()
    {
        ["aab301"] = person.InsuredDivision,
        ["aac001"] = person.PersonNumber,
        ["aac002"] = person.SocialSecurityNumber,
        ["aac003"] = person.Name,
        ["aac004"] = person.Gender,
        ["aac006"] = Reply.Date(person.BirthDate),
        ["aac043"] = person.CertificateKind,
        ["aac044"] = person.CertificateNumber,
        ["aab001"] = person.EmployerCode,
        ["aab004"] = person.EmployerName,
        ["aae140"] = person.Scheme,
        ["akc021"] = person.PersonClass,
        ["ykc021"] = person.PersonClass,
        ["akc023"] = Number(person.Age),
        ["akc026"] = person.IsCivilServant ? "1" : "0",
        ["akc200"] = Number(person.AdmissionsYear),
        ["akc252"] = Amounts.Yuan(person.AccountBalanceFen),
        ["ake092"] = Amounts.Yuan(person.PoolPaidYearFen),
        ["yka116"] = Amounts.Yuan(person.DeductiblePaidYearFen),
        ["yka119"] = Limit(person.PoolLimitRemainingFen),
        ["yka121"] = Limit(person.LayerLimitRemainingFen),
        ["yzz014"] = person.FilingNumber ?? "",
    };

    // Clients turn an empty decimal into 0, but a 0 written here would state that nothing is left to pay.
    private static string Limit(long? fen) => fen is { } limit ? Amounts.Yuan(limit) : "";

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
