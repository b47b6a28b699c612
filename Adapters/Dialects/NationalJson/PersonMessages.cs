using System.Globalization;
using System.Text.Json.Nodes;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.NationalJson;

/// <summary>1101, and who the patient is wherever a message says it.</summary>
internal static class PersonMessages
{
    private const string ElectronicCredential = "01";
    private const string IdentityCard = "02";
    private const string SocialSecurityCard = "03";

    /// <summary>Certificate kind of the resident identity card.</summary>
    private const string ResidentCard = "01";

    private const int DivisionLength = 6;

    /// <summary>The card's own number begins with the division of the agency that issued it.</summary>
    private const int CardIdentificationMin = DivisionLength;

    public static HisOperation Verify(CallReader call)
    {
        var node = call.Node();
        var kind = node.Required(Fields.CredentialKind);
        if (kind is not (ElectronicCredential or IdentityCard or SocialSecurityCard or ""))
            node.Invalid(Fields.CredentialKind, "应为 01 电子凭证、02 身份证或 03 社会保障卡。", "01 (electronic), 02 (identity card) or 03 (social security card) is expected.");
        if (kind == ElectronicCredential && node.Optional(Fields.CertificateNumber) is null)
            node.Invalid(Fields.CredentialKind, "电子凭证令牌只有国家平台能解析，请改用 02 身份证或 03 社会保障卡，或同时填写 certno。",
                "only the national platform can read an electronic credential; use 02 or 03, or fill in certno as well.");
        return new VerifyPerson { Person = Person(call, node), ServiceDate = node.OptionalDate(Fields.ServiceDate) };
    }

    public static JsonNode? Verified(CallState state, HisResult result)
    {
        if (result is not PersonVerified { Person: var person })
            return null;
        var output = new JsonObject
        {
            ["baseinfo"] = BaseInfo(person),
            ["insuinfo"] = new JsonArray(Insurance(person)),
            ["idetinfo"] = new JsonArray(),
        };
        return state.Variant == ClientVariant.GZ ? new JsonArray(output) : output;
    }

    /// <summary>Everything a message says about the person travels: the insured province compares it with its record.</summary>
    public static HisPersonReference Person(CallReader call, ObjectReader node)
    {
        var credential = node.Optional(Fields.CredentialKind);
        var number = node.Optional(Fields.CredentialNumber);
        var certificate = node.Optional(Fields.CertificateNumber) ?? (credential == IdentityCard ? number : null);
        var person = new HisPersonReference
        {
            InsuredDivision = InsuredDivision(call, node, credential),
            CertificateKind = certificate is null ? null : node.Optional(Fields.CertificateKind) ?? ResidentCard,
            CertificateNumber = certificate,
            CardNumber = credential == SocialSecurityCard ? number : null,
            PersonNumber = node.Optional(Fields.PersonNumber),
            Name = node.Optional(Fields.PersonName),
        };
        if (person is { PersonNumber: null, CertificateNumber: null, CardNumber: null })
            node.Missing(credential is null ? Fields.PersonNumber : Fields.CredentialNumber);
        return person;
    }

    // 1101 is what tells a client the insured area, so its envelope is empty there; a card says who issued it.
    private static string InsuredDivision(CallReader call, ObjectReader node, string? credential)
    {
        var stated = call.Envelope.Optional(Fields.InsuredDivision) ?? node.Optional(Fields.InsuredDivision);
        var issuer = credential == SocialSecurityCard && node.Optional(Fields.CardIdentification) is { Length: >= CardIdentificationMin } card ? card[..DivisionLength] : null;
        if ((stated ?? issuer) is not { } division)
        {
            call.Refuse(Refusals.MissingField(Fields.InsuredDivision.Canonical, call.Envelope.Shown(Fields.InsuredDivision)) with
            {
                NextStepChinese = "请填写患者参保地的六位区划，或用社会保障卡（03）并填写卡识别码 card_sn。",
                NextStepEnglish = "Fill in the six digits of the patient's insured area, or use the social security card (03) with its card_sn.",
            });
            return "";
        }

        if (division.Length != DivisionLength || !division.All(char.IsAsciiDigit) || division[0] == '0')
        {
            var (source, field) = stated is null ? (node, Fields.CardIdentification) : (call.Envelope.Optional(Fields.InsuredDivision) is null ? node : call.Envelope, Fields.InsuredDivision);
            source.Invalid(field, "参保地区划应为六位数字。", "the insured area has six digits.");
        }

        return division;
    }

    private static JsonObject BaseInfo(HisPerson person) => new()
    {
        ["psn_no"] = person.PersonNumber,
        ["psn_cert_type"] = person.CertificateKind,
        ["certno"] = person.CertificateNumber,
        ["psn_name"] = person.Name,
        ["gend"] = person.Gender,
        ["naty"] = null,
        ["brdy"] = Day(person.BirthDate),
        ["age"] = person.Age,
        ["exp_content"] = null,
    };

    // Insurance that is not in force is refused by the insured province, so what is answered is state 1.
    private static JsonObject Insurance(HisPerson person) => new()
    {
        ["balc"] = Json.Yuan(person.AccountBalanceFen),
        ["insutype"] = person.Scheme,
        ["psn_type"] = person.PersonClass,
        ["psn_insu_stas"] = "1",
        ["psn_insu_date"] = null,
        ["paus_insu_date"] = null,
        ["cvlserv_flag"] = person.IsCivilServant ? "1" : "0",
        ["insuplc_admdvs"] = person.InsuredDivision,
        ["emp_name"] = person.EmployerName,
    };

    public static string Day(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
