using NUnit.Framework;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Catalogue;
using ProvincialGateway.Tables;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Catalogue;

/// <summary>The sample persons, filings and institutions hold together.</summary>
[TestFixture("310000")]
[TestFixture("440000")]
[TestFixture("500000")]
[TestFixture("530000")]
internal sealed class SampleDataTests(string province)
{
    private static readonly string[] PersonColumns =
        ["insured_division", "person_number", "name", "certificate_kind", "certificate_number", "social_security_number", "card_number", "gender", "birth_date", "scheme",
         "person_class", "civil_servant", "employer_code", "employer_name", "account_balance_yuan", "insurance_state"];

    private static readonly Dictionary<string, (string Folder, string FirstInstitution)> Adapters = new()
    {
        ["310000"] = ("Shanghai", "H31010000001"),
        ["440000"] = ("Guangdong", "H44010000001"),
        ["500000"] = ("Chongqing", "H50010000001"),
        ["530000"] = ("Yunnan", "H53010000001"),
    };

    private static readonly string[] FilingColumns = ["filing_number", "person_number", "kind", "target_area", "valid_from", "valid_to", "state"];

    [Test]
    public void Persons_use_exchange_codes_and_certificates_that_say_their_birth_date_and_gender()
    {
        var persons = Rows("persons", PersonColumns);
        Assert.That(persons, Has.Count.GreaterThanOrEqualTo(11));
        foreach (var person in persons)
        {
            Assert.That(Division.Parse(person.Text("insured_division")).Province.Code, Is.EqualTo(province));
            Assert.That(ExchangeCodes.Contains(CodeSystem.Scheme, person.Text("scheme")));
            Assert.That(ExchangeCodes.Contains(CodeSystem.PersonClass, person.Text("person_class")));
            Assert.That(Fen.TryParseYuan(person.Text("account_balance_yuan"), out _));
            var certificate = person.Text("certificate_number");
            Assert.That(certificate, Has.Length.EqualTo(18));
            Assert.That(certificate[6..14], Is.EqualTo(person.Text("birth_date").Replace("-", "", StringComparison.Ordinal)));
            Assert.That(certificate[16] % 2 == 1 ? "1" : "2", Is.EqualTo(person.Text("gender")), person.Text("name"));
            Assert.That(HasValidCheckDigit(certificate), Is.False, "a sample certificate must not be able to belong to anybody");
        }
        Assert.That(persons.Select(person => person.Text("person_number")), Is.Unique);
        Assert.That(persons.Select(person => person.Text("certificate_number")), Is.Unique);
        Assert.That(persons.Select(person => person.Text("card_number")), Is.Unique);
        Assert.That(persons.Select(person => person.Text("insurance_state")), Has.Member("0").And.Member("2"));
    }

    [Test]
    public void Filings_belong_to_sample_persons_and_some_are_missing_ended_or_cancelled()
    {
        var persons = Rows("persons", PersonColumns).Select(person => person.Text("person_number")).ToList();
        var filings = Rows("filings", FilingColumns);
        foreach (var filing in filings)
        {
            Assert.That(persons, Has.Member(filing.Text("person_number")));
            Assert.That(ExchangeCodes.Contains(CodeSystem.FilingKind, filing.Text("kind")));
            Assert.That(Division.TryParse(filing.Text("target_area"), out _));
            _ = filing.Validity();
            Assert.That(filing.IsGood);
        }
        Assert.That(filings.Select(filing => filing.Text("filing_number")), Is.Unique);
        Assert.That(filings.Select(filing => filing.Text("state")), Has.Member("9"));
        Assert.That(filings.Select(filing => filing.Optional("valid_to")), Has.Some.Not.Empty);
        Assert.That(persons.Except(filings.Select(filing => filing.Text("person_number"))), Is.Not.Empty);
    }

    [Test]
    public void Institutions_state_a_level_their_province_translates()
    {
        var (folder, first) = Adapters[province];
        var catalogue = LocalCatalogue.Load(CatalogueFiles.In(Repository.PathTo("Adapters", folder, "catalogue"))).Catalogue!;
        // Whichever of the optional columns the sample has; the import's own tests say which there are.
        var columns = File.ReadLines(Repository.PathTo("Node", "Samples", $"{province}-institutions.csv")).First().Split(',');
        var institutions = Rows("institutions", columns);
        foreach (var institution in institutions)
        {
            Assert.That(Division.Parse(institution.Text("division")).Province.Code, Is.EqualTo(province));
            Assert.That(institution.Text("adapter"), Is.EqualTo(folder).IgnoreCase);
            Assert.That(catalogue.Codes.ToExchange(CodeSystem.InstitutionLevel, institution.Text("level_local"), new DateOnly(2018, 6, 12)), Is.Not.Null);
        }
        Assert.That(institutions[0].Text("code"), Is.EqualTo(first));
    }

    private static bool HasValidCheckDigit(string certificate)
    {
        int[] weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
        return "10X98765432"[weights.Zip(certificate, (weight, digit) => weight * (digit - '0')).Sum() % 11] == certificate[17];
    }

    private List<CsvRow> Rows(string table, string[] columns)
    {
        var file = $"{province}-{table}.csv";
        var errors = new List<TableError>();
        var rows = TableFile.Read(Repository.PathTo("Node", "Samples", file), LegacyText.Utf8).Rows(columns, FieldValues.Quoted, errors);
        Assert.That(errors, Is.Empty);
        return rows;
    }
}
