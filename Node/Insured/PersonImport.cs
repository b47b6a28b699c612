using System.Globalization;
using Provincial.Exchange.V1;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Catalogue;
using ProvincialGateway.Storage;
using ProvincialGateway.Tables;
using ProvincialGateway.Values;

namespace ProvincialGateway.Insured;

/// <summary>
/// Persons insured in this province, from a CSV file of its own system, all or none. Persons who are stored but not in the file stay. The
/// account balance is the opening one: it counts for a person who is new here, a known person's account is moved by settlements only.
/// A number that passes from one person to another takes two imports: one that takes it from the first, one that gives it to the second.
/// </summary>
/// <remarks>No message repeats a value of the file: nearly all of them are personal data.</remarks>
internal sealed class PersonImport(Division province, PersonStore persons, TimeProvider time)
{
    private const int PersonNumberLengthMax = 30;

    private readonly PersonRegister _register = new(province, persons);

    private static readonly string[] Columns =
        ["insured_division", "person_number", "name", "certificate_kind", "certificate_number", "social_security_number", "card_number", "gender", "birth_date", "scheme",
         "person_class", "civil_servant", "employer_code", "employer_name", "account_balance_yuan", "insurance_state"];

    /// <summary>Checks every row against itself, the others and what is stored; writes only when all of them are good.</summary>
    public ImportReport Run(Session session, TableFile file)
    {
        var errors = new List<TableError>();
        var rows = file.Rows(Columns, FieldValues.Withheld, errors);
        var entries = rows.ConvertAll(Read);
        rows.RequireUnique("person_number", row => row["person_number"]);
        rows.RequireUnique("certificate_number", row => row["certificate_number"].Length == 0 ? "" : $"{row["certificate_kind"]}|{row["certificate_number"]}");
        rows.RequireUnique("social_security_number", row => row["social_security_number"]);
        rows.RequireUnique("card_number", row => row["card_number"]);
        foreach (var entry in entries.Where(entry => entry.Row.IsGood))
            RequireOwnNumbers(session, entry);
        return errors.Count > 0 ? ImportReport.Refused(errors) : ImportReport.Done(entries.ConvertAll(entry => Store(session, entry)));
    }

    private Entry Read(CsvRow row)
    {
        var birthDate = BirthDate(row);
        var person = new Person
        {
            InsuredDivision = row.DivisionOf(province, "insured_division")?.Code ?? "",
            PersonNumber = row.Code("person_number", PersonNumberLengthMax, "-"),
            Name = row.Text("name"),
            CertificateKind = row.ExchangeCode(CodeSystem.CertificateKind, "certificate_kind"),
            CertificateNumber = CertificateNumber(row, birthDate),
            SocialSecurityNumber = row.Optional("social_security_number"),
            CardNumber = row.Optional("card_number"),
            Gender = row.ExchangeCode(CodeSystem.Gender, "gender"),
            BirthDate = birthDate?.Iso() ?? "",
            Scheme = row.ExchangeCode(CodeSystem.Scheme, "scheme"),
            PersonClass = row.ExchangeCode(CodeSystem.PersonClass, "person_class"),
            CivilServant = row.Flag("civil_servant"),
            EmployerCode = row.Optional("employer_code"),
            EmployerName = row.Optional("employer_name"),
            AccountBalanceFen = row.Money("account_balance_yuan").Value,
        };
        return new Entry(row, person, InsuranceState(row));
    }

    private DateOnly? BirthDate(CsvRow row)
    {
        var date = row.Date("birth_date");
        if (date > time.Today())
            row.Fault("birth_date", "晚于今天。", "is after today.");
        return date;
    }

    /// <remarks>The check digit is left alone: numbers with a wrong one were really issued, and the person's own card says the same number.</remarks>
    private static string CertificateNumber(CsvRow row, DateOnly? birthDate)
    {
        const string IdentityCard = "01";
        const int Length = 18;
        var number = row.Text("certificate_number");
        if (row["certificate_kind"] != IdentityCard || number.Length == 0)
            return number;
        if (number.Length != Length || !number[..^1].All(char.IsAsciiDigit) || !(char.IsAsciiDigit(number[^1]) || number[^1] is 'X' or 'x'))
            row.Fault("certificate_number", "居民身份证号码应为 18 位数字，末位可为 X。", "of an identity card must be 18 digits, of which the last may be X.");
        else if (birthDate is { } born && number[6..14] != born.ToString("yyyyMMdd", CultureInfo.InvariantCulture))
            row.Fault("birth_date", "与居民身份证号码中的出生日期不符。", "differs from the birth date in the identity card number.");
        return number;
    }

    private static int InsuranceState(CsvRow row)
    {
        var text = row.Text("insurance_state");
        if (text is [>= '0' and <= '4'])
            return text[0] - '0';
        if (text.Length > 0)
            row.Fault("insurance_state", "应为 0 未参保、1 正常、2 暂停、3 无效或 4 终止。", "must be 0 not insured, 1 normal, 2 suspended, 3 invalid or 4 ended.");
        return 0;
    }

    private void RequireOwnNumbers(Session session, Entry entry)
    {
        var person = entry.Person;
        RequireOwn(entry, "certificate_number", persons.ByCertificate(session, person.CertificateKind, person.CertificateNumber));
        RequireOwn(entry, "social_security_number", persons.BySocialSecurityNumber(session, person.SocialSecurityNumber));
        RequireOwn(entry, "card_number", persons.ByCard(session, person.CardNumber));
    }

    private static void RequireOwn(Entry entry, string column, PersonRow? holder)
    {
        if (holder is not null && holder.PersonNumber != entry.Person.PersonNumber)
        {
            entry.Row.Fault(column,
                "已属于库中另一人；请核对两人的个人编号与证件，先更正另一人。",
                "belongs to another stored person; check the person numbers and papers of both and correct the other one first.");
        }
    }

    private RowChange Store(Session session, Entry entry)
    {
        var (person, state) = (entry.Person, entry.InsuranceState);
        if (PersonStore.ByNumber(session, person.PersonNumber) is not { } known)
        {
            persons.Put(session, person, state);
            return RowChange.Added;
        }
        // The file says how things are today. What is recorded for a day to come stays recorded.
        var (today, change) = (time.Today(), new Change("import", "import", time.NowMs()));
        var standing = PersonEventStore.Standing(session, known, today);
        var (isMoved, isChanged) = (person.InsuredDivision != standing.Division.Code, state != standing.State);
        var isCovered = (person.Scheme, person.PersonClass) != (standing.Scheme, standing.PersonClass);
        if (isMoved)
            Require(_register.Transfer(session, person.PersonNumber, Division.Parse(person.InsuredDivision), today, change));
        if (isChanged)
            Require(_register.SetState(session, person.PersonNumber, state, today, change));
        if (isCovered)
            Require(_register.Cover(session, person.PersonNumber, person.Scheme, person.PersonClass, today, change));
        var last = PersonStore.ByNumber(session, person.PersonNumber)!;
        (person.InsuredDivision, person.Scheme, person.PersonClass) = (last.InsuredDivision, last.Scheme, last.PersonClass);
        if (persons.IsKept(last, person, last.InsuranceState))
            return isMoved || isChanged || isCovered ? RowChange.Updated : RowChange.Unchanged;
        persons.Put(session, person, last.InsuranceState);
        return RowChange.Updated;
    }

    private static void Require(Refusal? refusal)
    {
        if (refusal is not null)
            throw new InvalidOperationException($"A checked row was refused: {refusal.MessageEn}");
    }

    private readonly record struct Entry(CsvRow Row, Person Person, int InsuranceState);
}
