using System.Globalization;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.YunnanYdjy;

/// <summary>
/// SIReadCard. The reader hangs on the workstation, so the DLL adds what it read as CardData:
/// <c>发卡地区行政区划代码|社会保障号码|卡号|卡识别码|姓名|…</c>, every item closed by <c>|</c>; what follows the name is not needed.
/// </summary>
internal static class PersonCalls
{
    private const int CardItemsMin = 5;

    public static HisOperation DecodeCard(CallReader call)
    {
        var items = call.Required(Elements.CardData).Split('|', StringSplitOptions.TrimEntries);
        if (items.Length < CardItemsMin)
        {
            call.Refuse(Elements.CardData, "应为 发卡地区行政区划代码|社会保障号码|卡号|卡识别码|姓名|…。", "expected: issuing division|social security number|card number|card identification code|name|...");
            items = [.. items, "", "", "", "", ""];
        }

        if (items[0].Length != 6 || !items[0].All(char.IsAsciiDigit))
            call.Refuse(Elements.CardData, "发卡地区行政区划代码应为6位数字。", "the issuing division has six digits.");
        if (items[1].Length == 0 && items[2].Length == 0)
            call.Refuse(Elements.CardData, "社会保障号码与卡号不能同时为空。", "social security number and card number are both empty.");
        return new VerifyPerson
        {
            Person = new HisPersonReference
            {
                InsuredDivision = items[0],
                SocialSecurityNumber = Given(items[1]),
                CardNumber = Given(items[2]),
                Name = Given(items[4]),
            },
        };
    }

    public static OutputXml? EncodeCard(CallReader call, HisResult result)
    {
        if (result is not PersonVerified { Person: var person })
            return null;
        var treatment = Areas.DivisionOfInstitution(call.Call.Hospital);
        var pool = Areas.Pool(person.InsuredDivision);
        var output = new OutputXml()
            .Add("AKC020", person.CardNumber).Add("YAB300", Areas.Pool(treatment)).Add("YAB600", Areas.SubCentre(treatment))
            .Add("AAC001", person.PersonNumber).AddFreeText("AAC003", person.Name).Add("AAC004", person.Gender)
            .AddDate("AAC006", person.BirthDate).Add("AAC002", person.CertificateNumber).Add("AKC021", person.PersonClass)
            .Add("AKC023", Age(person)).Add("AAB001", person.EmployerCode).AddFreeText("AAB004", person.EmployerName)
            .Add("AKC300", person.Scheme).AddYuan("AKC087", person.AccountBalanceFen)
            .Add("YKC999", pool.Length > 0 && pool == Areas.Pool(treatment) ? "1" : "2")
            .Add("YAB003", pool).Add("YAB060", Areas.SubCentre(person.InsuredDivision));
        return AddParameters(output, person);
    }

    /// <summary>Full years, as both person replies write them.</summary>
    public static string Age(HisPerson person) => person.Age.ToString(CultureInfo.InvariantCulture);

    // Six free name/value pairs, obligatory even when empty. The first two tell the cashier about the filing.
    private static OutputXml AddParameters(OutputXml output, HisPerson person)
    {
        AddParameter(output, 1, person.FilingNumber is null ? "" : "备案号", person.FilingNumber);
        AddParameter(output, 2, person.FilingKind is null ? "" : "备案类型", person.FilingKind);
        for (var i = 3; i <= 6; i++)
            AddParameter(output, i, "", "");
        return output;
    }

    private static void AddParameter(OutputXml output, int number, string name, string? value) =>
        output.AddFreeText($"YBCS{number}N", name).AddFreeText($"YBCS{number}V", value);

    private static string? Given(string item) => item.Length == 0 ? null : item;
}
