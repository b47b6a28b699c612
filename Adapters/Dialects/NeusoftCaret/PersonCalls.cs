using System.Globalization;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.NeusoftCaret;

/// <summary>2100 and 2102 card, 7100 card of another area, 1500 block, 1600 approval.</summary>
internal static class PersonCalls
{
    public static readonly RowLayout NoFields = new(1);
    public static readonly RowLayout Block = new(5);
    public static readonly RowLayout Approval = new(7);

    private static readonly NumberedField Absent = new(0, "person.person_number", "个人编号");
    private static readonly NumberedField BlockPerson = new(2, "person.person_number", "个人编号");
    private static readonly NumberedField BlockCard = new(3, "person.card_number", "卡号");
    private static readonly NumberedField ApprovalItem = new(5, "code", "项目编号");

    /// <summary>入参 is empty: the reader hangs on the workstation, which sends what it read beside the message.</summary>
    public static IReadOnlyList<HisOperation> DecodeCard(CaretCall call)
    {
        if (call.Card is { CardNumber: null, PersonNumber: null, CertificateNumber: null })
            call.Refuse(Refusals.MissingField("card_data", $"{call.Envelope.Code} 读卡数据"));
        return [new VerifyPerson { Person = call.Person(Absent, Absent, Absent, Absent) }];
    }

    public static CaretOutput? EncodeCard(CaretCall call, HisResult result) => result is not PersonVerified { Person: var person } ? null : call.Settings.Profile switch
    {
        Profile.Nc => NcCard(person),
        Profile.Sdz => SdzCard(person),
        _ => GxCard(person),
    };

    /// <summary>Part 0 the person, part 1 the chronic diseases he is registered for, which do not travel.</summary>
    public static CaretOutput? EncodeRemoteCard(CaretCall call, HisResult result) => result is not PersonVerified { Person: var person }
        ? null
        : new CaretOutput(';').Row()
            .Add(person.PersonNumber).AddName(person.Name).Add(person.CardNumber, person.InsuredDivision, "")
            .Add(person.BirthDate.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)).AddName(person.EmployerName)
            .Add(person.Gender, person.PersonClass).AddYuan(person.AccountBalanceFen).AddYuan(person.PoolPaidYearFen).Add("0", "0")
            .Add(person.CertificateNumber, person.PersonClass, person.Scheme, person.IsCivilServant ? "1" : "0", "")
            .Add(person.AdmissionsYear.ToString(CultureInfo.InvariantCulture)).AddEmpty(4).Row();

    /// <summary>A person the insured province verifies is not blocked.</summary>
    public static IReadOnlyList<HisOperation> DecodeBlock(CaretCall call) => [new VerifyPerson { Person = call.Person(BlockPerson, BlockCard, Absent, Absent) }];

    public static CaretOutput? EncodeBlock(CaretCall call, HisResult result) => result is PersonVerified ? CaretOutput.Nothing : null;

    public static IReadOnlyList<HisOperation> DecodeApproval(CaretCall call) => [new LookUpApproval { Code = call.Head.Optional(ApprovalItem) }];

    /// <summary>审批状态 1 with the number when there is one, else 0.</summary>
    public static CaretOutput? EncodeApproval(CaretCall call, HisResult result) => result is not ApprovalLookedUp found
        ? null
        : new CaretOutput().Row().Add(found.ApprovalNumber is null ? "0" : "1", found.ApprovalNumber).AddEmpty(6);

    /// <summary>42 fields; what the contract does not carry is empty, sums it does not carry are 0.</summary>
    private static CaretOutput NcCard(HisPerson person) => new CaretOutput().Row()
        .Add(person.PersonNumber, person.EmployerCode, person.CertificateNumber).AddName(person.Name).Add(person.Gender, "", Birth(person), "", person.CardNumber)
        .Add("", "", person.IsCivilServant ? "1" : "0", person.PersonClass, "", "", "1").AddName(person.EmployerName).Add(person.InsuredDivision, "", person.Scheme, "")
        .AddYuan(person.AccountBalanceFen).Add("", "0", "0", "0").AddYuan(person.PoolPaidYearFen).Add("0", "0", "0", "0", "0", "0", "0")
        .AddYuan(person.DeductiblePaidYearFen).Add(person.AdmissionsYear.ToString(CultureInfo.InvariantCulture), "", "")
        .AddYuan(person.AccountBalanceFen).Add("0", "0", "");

    /// <summary>The client reads places 0, 1, 2, 3, 4, 9, 10, 14, 17 and 34, counted from 0; 异地标志 at 14 is 1.</summary>
    private static CaretOutput SdzCard(HisPerson person) => new CaretOutput().Row()
        .Add(person.PersonNumber, person.EmployerCode, person.CertificateNumber).AddName(person.Name).Add(person.Gender, "", Birth(person), "", "")
        .Add(person.CardNumber, person.PersonClass, "", "", "", "1", "", "").AddName(person.EmployerName).AddEmpty(16).AddYuan(person.AccountBalanceFen).Add("");

    /// <summary>36 fields, of which 15 and 20 on are not known from any client.</summary>
    private static CaretOutput GxCard(HisPerson person) => new CaretOutput().Row()
        .Add(person.PersonNumber, person.EmployerCode).AddName(person.EmployerName).Add(person.CertificateNumber).AddName(person.Name)
        .Add(person.Gender, "", Birth(person), person.CardNumber, person.PersonClass, person.PersonNumber, "1", "0", "0", person.InsuredDivision)
        .AddEmpty(5).AddYuan(person.AccountBalanceFen).AddEmpty(15);

    private static string Birth(HisPerson person) => person.BirthDate.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
}
