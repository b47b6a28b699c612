using Google.Protobuf;
using Provincial.Exchange.V1;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Insured;

/// <summary>
/// Persons of this province. Numbers are found by keyed hash and kept sealed, so that a copy of the database names nobody.
/// </summary>
internal sealed class PersonStore(Vault vault)
{
    private const string DetailsPurpose = "person.details";
    private const string Columns = "person_number, insured_division, details, scheme, person_class, insurance_state, account_balance_fen";

    public PersonRow? Find(Session session, PersonReference reference) => reference switch
    {
        { PersonNumber.Length: > 0 } => ByNumber(session, reference.PersonNumber),
        { CertificateNumber.Length: > 0, CertificateKind.Length: > 0 } =>
            ByCertificate(session, reference.CertificateKind, reference.CertificateNumber)
            // The social security card (kind 90) carries the social security number.
            ?? BySocialSecurityNumber(session, reference.CertificateNumber),
        { SocialSecurityNumber.Length: > 0 } => BySocialSecurityNumber(session, reference.SocialSecurityNumber),
        { CardNumber.Length: > 0 } => ByCard(session, reference.CardNumber),
        _ => null,
    };

    public static PersonRow? ByNumber(Session session, string personNumber) =>
        session.QuerySingleOrDefault<PersonRow>($"SELECT {Columns} FROM person WHERE person_number = @personNumber", new { personNumber });

    public PersonRow? ByCertificate(Session session, string kind, string number) => By(session, "certificate_hash", CertificateKey(kind, number));

    /// <summary>Null for an empty number.</summary>
    public PersonRow? BySocialSecurityNumber(Session session, string number) => By(session, "security_number_hash", number);

    /// <summary>Null for an empty number.</summary>
    public PersonRow? ByCard(Session session, string number) => By(session, "card_hash", number);

    /// <summary>The person as stored: without account, accumulators and filing.</summary>
    public Person Open(PersonRow row) => Person.Parser.ParseFrom(vault.Open(row.Details, DetailsPurpose));

    /// <summary>Inserts or replaces the record; the account balance of a known person is left alone, settlements have moved it.</summary>
    public void Put(Session session, Person person, int insuranceState) => session.ExecuteExpecting(1,
        """
        INSERT INTO person (person_number, insured_division, certificate_hash, security_number_hash, card_hash, details, scheme, person_class, insurance_state, account_balance_fen)
        VALUES (@PersonNumber, @InsuredDivision, @certificate, @security, @card, @details, @Scheme, @PersonClass, @insuranceState, @AccountBalanceFen)
        ON CONFLICT (person_number) DO UPDATE SET insured_division = excluded.insured_division, certificate_hash = excluded.certificate_hash,
          security_number_hash = excluded.security_number_hash, card_hash = excluded.card_hash, details = excluded.details, scheme = excluded.scheme,
          person_class = excluded.person_class, insurance_state = excluded.insurance_state
        """,
        new
        {
            person.PersonNumber,
            person.InsuredDivision,
            certificate = Hash("certificate_hash", CertificateKey(person.CertificateKind, person.CertificateNumber)),
            security = Hash("security_number_hash", person.SocialSecurityNumber),
            card = Hash("card_hash", person.CardNumber),
            details = vault.Seal(WithoutYear(person).ToByteArray(), DetailsPurpose),
            person.Scheme,
            person.PersonClass,
            insuranceState,
            person.AccountBalanceFen,
        });

    /// <summary>Whether <see cref="Put"/> would change nothing.</summary>
    public bool IsKept(PersonRow row, Person person, int insuranceState) => row.InsuranceState == insuranceState && Open(row).Equals(WithoutYear(person));

    /// <summary>The state as recorded last; <see cref="PersonEventStore"/> keeps from when it holds.</summary>
    public void SetState(Session session, PersonRow row, int state) => Put(session, Open(row), state);

    /// <summary>The division as recorded last; <see cref="PersonEventStore"/> keeps from when it insures.</summary>
    public void SetDivision(Session session, PersonRow row, Division to)
    {
        var person = Open(row);
        person.InsuredDivision = to.Code;
        Put(session, person, row.InsuranceState);
    }

    /// <summary>Scheme and class as recorded last; <see cref="PersonEventStore"/> keeps from when they hold.</summary>
    public void SetCoverage(Session session, PersonRow row, string scheme, string personClass)
    {
        var person = Open(row);
        (person.Scheme, person.PersonClass) = (scheme, personClass);
        Put(session, person, row.InsuranceState);
    }

    /// <summary>Everybody after a number, in the order of their numbers; read in pages as far as the caller goes.</summary>
    public static IEnumerable<PersonRow> From(Session session, string? after)
    {
        const int PageRows = 1_000;
        List<PersonRow> page;
        do
        {
            page = session.Query<PersonRow>(
                $"SELECT {Columns} FROM person WHERE person_number > @after ORDER BY person_number LIMIT @PageRows", new { after = after ?? "", PageRows });
            foreach (var row in page)
                yield return row;
            after = page.Count > 0 ? page[^1].PersonNumber : after;
        }
        while (page.Count == PageRows);
    }

    private PersonRow? By(Session session, string column, string value) =>
        session.QuerySingleOrDefault<PersonRow>($"SELECT {Columns} FROM person WHERE {column} = @hash", new { hash = Hash(column, value) });

    private byte[]? Hash(string purpose, string value) => value.Length == 0 ? null : vault.LookupHash(value.ToUpperInvariant(), purpose);

    private static string CertificateKey(string kind, string number) => $"{kind}|{number}";

    private static Person WithoutYear(Person person)
    {
        var kept = person.Clone();
        kept.Accumulators = null;
        kept.Filing = null;
        kept.AccountBalanceFen = 0;
        return kept;
    }
}
