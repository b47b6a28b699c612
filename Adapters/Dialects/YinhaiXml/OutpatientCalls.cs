using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.YinhaiXml;

/// <summary>
/// 48: registration, lines and settlement of an outpatient visit in one call. They become three requests, of which the settlement is the trade that is
/// confirmed or cancelled.
/// </summary>
internal static partial class OutpatientCalls
{
    private const int DigestLength = 20;

    public static IReadOnlyList<HisOperation> Decode(CallReader call)
    {
        var person = PersonCalls.Person(call);
        var kind = Kind(call);
        var lines = call.Lines(FeeCalls.Line);
        var (diagnosis, disease) = Diagnosis(call, kind);
        var number = Number(call, person, kind, lines);
        var visit = new HisVisitReference { HospitalVisitNumber = number };
        return
        [
            new RegisterOutpatient
            {
                Person = person,
                HospitalVisitNumber = number,
                VisitKind = kind,
                // The head has no date: the visit begins with its first line.
                VisitDate = lines.Select(line => line.FeeDate).DefaultIfEmpty().Min(),
                Diagnoses = [diagnosis],
                ChronicDisease = disease,
            },
            new UploadFeeLines { Visit = visit, Lines = lines },
            new Settle { Visit = visit, ClaimedTotalFen = call.RequiredFen(Elements.ClaimedTotal), InvoiceNumber = call.Optional(Elements.Invoice) },
        ];
    }

    /// <summary>The reply of 41 and what the clients read besides.</summary>
    public static Output? Encode(CallReader call, HisResult result) => result is not Settled settled ? null : SettlementCalls
        .Bill(new Output().Add("prm_akc190", settled.VisitNumber).Add("prm_yab003", call.Settings.SubCentreOf(settled.Person.InsuredDivision)), call, settled)
        .AddEmpty("prm_akc090", "prm_yka120", "prm_yka122", "prm_yka368", "prm_yke025")
        .Add("prm_aae001", BusinessTime.Local(settled.SettledAt).Year.ToString(CultureInfo.InvariantCulture)).AddEmpty("prm_yka900");

    /// <summary>A settlement that stands or is under way; else the first step that failed, without which the others could not succeed.</summary>
    public static int Deciding(IReadOnlyList<HisResult> results)
    {
        var last = results.Count - 1;
        if (results[last] is Settled or HisPending)
            return last;
        for (var index = 0; index < last; index++)
        {
            if (results[index] is HisRefusal or HisPending)
                return index;
        }

        return last;
    }

    private static string Kind(CallReader call)
    {
        var kind = call.Required(Elements.OutpatientKind);
        var (outpatient, chronic) = (call.Settings.OutpatientKinds, call.Settings.ChronicKinds);
        if (!call.Settings.TakesOutpatients)
            call.Refuse(Refusals.OutpatientNotOpen(Elements.TransactionCode.Field));
        else if (!outpatient.Contains(kind) && !chronic.Contains(kind))
        {
            var known = string.Join(' ', outpatient.Concat(chronic));
            call.Refuse(Elements.OutpatientKind, $"门诊支付类别为 {known}。", $"the kinds of 48 are {known}.");
        }

        return kind;
    }

    /// <summary>Words, a code, or a code and words; in a chronic kind the code is the disease's, and what it is in ICD-10 nobody says.</summary>
    private static (HisDiagnosis Diagnosis, string? Disease) Diagnosis(CallReader call, string kind)
    {
        var isChronic = call.Settings.ChronicKinds.Contains(kind);
        // Asked for in any kind, so that a refusal about the disease names its element.
        call.Optional(Elements.ChronicDisease);
        var stated = call.Required(isChronic ? Elements.ChronicDisease : Elements.OutpatientDiagnosis);
        var coded = (isChronic ? Disease() : Coded()).Match(stated);
        if (isChronic && !coded.Success && stated.Length > 0)
            call.Refuse(Elements.ChronicDisease, "慢特病支付类别应以病种编码开头。", "in a chronic disease kind it begins with the code of the disease.");
        var name = coded.Groups["name"].Value.Trim(' ', ',', '，', '、', ':', '：', '-') is { Length: > 0 } words ? words : null;
        return isChronic || !coded.Success
            ? (new HisDiagnosis { Code = call.Settings.UncodedDiagnosis, Name = name ?? stated }, isChronic ? coded.Groups["code"].Value : null)
            : (new HisDiagnosis { Code = coded.Groups["code"].Value, Name = name }, null);
    }

    /// <summary>
    /// akc190 is made by the client or empty, so the visit is known by what it is about: the same call again meets the same visit, and one that says
    /// anything else can never meet another's. Hashed, because what names a person has no place in a visit number.
    /// </summary>
    private static string Number(CallReader call, HisPersonReference person, string kind, IReadOnlyList<HisFeeLine> lines)
    {
        var about = new StringBuilder().AppendJoin(
            '|', person.InsuredDivision, person.PersonNumber, person.SocialSecurityNumber, person.CardNumber, person.Name, kind, call.Optional(Elements.OutpatientDiagnosis));
        foreach (var line in lines)
            about.Append(CultureInfo.InvariantCulture, $"\n{line.LineSerial}|{line.LocalCode}|{line.Quantity}|{line.UnitPrice}|{line.AmountFen}|{line.FeeDate:yyyyMMdd}|{line.LocalName}|{line.Unit}|{line.Specification}|{line.DoseForm}|{line.Department}|{line.Doctor}");
        var digest = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(about.ToString())))[..DigestLength];
        return $"{call.Optional(Elements.OutpatientVisit) ?? "MZ"}-{digest}";
    }

    // A province's list of diseases may be of any kind.
    [GeneratedRegex(@"\A(?<code>[0-9A-Za-z.]{2,20})(?<name>[^0-9A-Za-z.].*)?\z", RegexOptions.CultureInvariant | RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Disease();

    [GeneratedRegex(@"\A(?<code>[A-Z][0-9]{2}[0-9A-Za-z.+*]{0,8})(?<name>[^0-9A-Za-z.+*].*)?\z", RegexOptions.CultureInvariant | RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Coded();
}
