using System.Globalization;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.YinhaiXml;

/// <summary>
/// 03. The reader hangs on the workstation, so the component adds what it read as parameter card:
/// <c>发卡地区行政区划代码|社会保障号码|卡号|卡识别码|姓名|…</c>, every item closed by <c>|</c>; what follows the name is not needed.
/// </summary>
internal static class PersonCalls
{
    private const int CardItemsMin = 5;
    private const string Insured = "1";

    public static HisOperation DecodeVerify(CallReader call) => new VerifyPerson { Person = OnCard(call, call.Required(Elements.Card)) };

    public static Output? EncodeVerify(CallReader call, HisResult result)
    {
        if (result is not PersonVerified { Person: var person })
            return null;
        var subCentre = call.Settings.SubCentreOf(person.InsuredDivision);
        return new Output()
            .Add("prm_aac001", person.PersonNumber).Add("prm_akc021", person.PersonClass).AddEmpty("prm_ykc120").Add("prm_yab139", subCentre)
            .Add("prm_ykb065", person.Scheme).AddEmpty("prm_ykc150").Add("prm_aac003", person.Name).Add("prm_aac004", person.Gender)
            .Add("prm_aac002", person.CertificateNumber).Add("prm_aac006", Output.Date(person.BirthDate)).Add("prm_akc023", Age(person))
            .Add("prm_aab001", person.EmployerCode).Add("prm_aab004", person.EmployerName).Add("prm_aac031", Insured)
            .AddYuan("prm_akc087", person.AccountBalanceFen).Add("prm_yab003", subCentre).AddEmpty("prm_ykc280", "prm_ykc281", "prm_ykc023");
    }

    /// <summary>
    /// The person of 21. The card says the insured division; without one the sub-centre of the reply to 03 does, where a client echoes it. The
    /// person number is the same reply's.
    /// </summary>
    public static HisPersonReference Person(CallReader call)
    {
        var number = call.Optional(Elements.PersonNumber);
        if (call.Optional(Elements.Card) is { } card)
            return OnCard(call, card) with { PersonNumber = number };
        var division = Division(call, Elements.InsuredSubCentre) ?? Division(call, Elements.SubCentre);
        if (number is null || division is null)
            call.Missing(Elements.Card);
        return new HisPersonReference { InsuredDivision = division ?? "", PersonNumber = number };
    }

    /// <summary>Full years.</summary>
    public static string Age(HisPerson person) => person.Age.ToString(CultureInfo.InvariantCulture);

    private static string? Division(CallReader call, Element element)
    {
        if (call.Optional(element) is not { } subCentre)
            return null;
        if (call.Settings.Division(subCentre) is { } division)
            return division;
        call.Refuse(element, "应为4位分中心编号。", "a sub-centre of four digits is expected.");
        return null;
    }

    private static HisPersonReference OnCard(CallReader call, string card)
    {
        var items = card.Split('|', StringSplitOptions.TrimEntries);
        if (items.Length < CardItemsMin)
        {
            call.Refuse(Elements.Card, "应为 发卡地区行政区划代码|社会保障号码|卡号|卡识别码|姓名|…。", "expected: issuing division|social security number|card number|card identification code|name|...");
            items = [.. items, "", "", "", "", ""];
        }

        if (items[0].Length != 6 || !items[0].All(char.IsAsciiDigit))
            call.Refuse(Elements.Card, "发卡地区行政区划代码应为6位数字。", "the issuing division has six digits.");
        if (items[1].Length == 0 && items[2].Length == 0)
            call.Refuse(Elements.Card, "社会保障号码与卡号不能同时为空。", "social security number and card number are both empty.");
        return new HisPersonReference
        {
            InsuredDivision = items[0],
            SocialSecurityNumber = Given(items[1]),
            CardNumber = Given(items[2]),
            Name = ComparableName(items[4]),
        };
    }

    private static string? Given(string item) => item.Length == 0 ? null : item;

    /// <summary>A card reader's ANSI layer turns a rare character into '?'; such a name can be compared with nothing and counts as not given.</summary>
    private static string? ComparableName(string name) => name.Length == 0 || name.Contains('?') ? null : name;
}
