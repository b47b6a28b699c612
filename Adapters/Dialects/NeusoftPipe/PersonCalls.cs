using System.Globalization;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.NeusoftPipe;

/// <summary>01 identity and 07 approvals, both by insured number (医保号).</summary>
internal static class PersonCalls
{
    private const int DivisionLength = 6;

    /// <summary>(11) 封锁: a person the insured province verifies is not blocked; one it does not verify is refused with its reason.</summary>
    private const string NotBlocked = "0";

    private static readonly NumberedField InsuredNumber = new(1, "person.person_number", "医保号");

    public static IReadOnlyList<HisOperation> DecodeIdentity(FieldReader call, PipeSettings settings) =>
        [new VerifyPerson { Person = Person(call, InsuredNumber, settings) }];

    /// <summary>(5) and (6) are read by no client.</summary>
    public static PipeReply? EncodeIdentity(HisResult result) => result is not PersonVerified { Person: var person }
        ? null
        : new PipeReply().AddName(person.Name).Add(person.Gender).Add(person.Age.ToString(CultureInfo.InvariantCulture)).Add(person.CertificateNumber)
            .Add("").Add("").AddName(person.PersonClass).Add(person.IsCivilServant ? "1" : "0").AddName(person.EmployerName)
            .Add(person.InsuredDivision.Length == DivisionLength ? person.InsuredDivision[..4] : person.InsuredDivision).Add(NotBlocked).Add("");

    public static IReadOnlyList<HisOperation> DecodeApprovals(FieldReader call, PipeSettings settings)
    {
        Person(call, InsuredNumber, settings);
        return [new LookUpApproval()];
    }

    public static PipeReply? EncodeApprovals(HisResult result) => result is not ApprovalLookedUp found
        ? null
        : found.ApprovalNumber is { } number ? new PipeReply().Add(number) : new PipeReply();

    /// <summary>The message has no insured area: the insured number carries it, or the province has set one for all of them.</summary>
    public static HisPersonReference Person(FieldReader call, NumberedField field, PipeSettings settings)
    {
        var text = call.Required(field);
        var division = settings.FixedDivision ?? (text.Length > DivisionLength ? text[..DivisionLength] : "");
        var number = settings.FixedDivision is null ? text[division.Length..] : text;
        if (settings.FixedDivision is null && !(division.Length == DivisionLength && division.All(char.IsAsciiDigit)))
            call.Refuse(field, "应为6位参保地行政区划代码加个人编号（或卡号）。", "six digits of the insured division and the person (or card) number are expected.");
        return settings.IsCardNumber
            ? new HisPersonReference { InsuredDivision = division, CardNumber = number }
            : new HisPersonReference { InsuredDivision = division, PersonNumber = number };
    }
}
