using System.Text;
using NUnit.Framework;
using Provincial.Exchange.V1;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Insured;
using ProvincialGateway.Tables;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Insured;

internal sealed class PersonImportTests
{
    private const string PersonA = ImportDesk.PersonA;
    private const string PersonB = ImportDesk.PersonB;

    private ImportDesk _desk;

    [SetUp]
    public void Open() => _desk = new();

    [TearDown]
    public async Task Close() => await _desk.DisposeAsync();

    [TestCase("440000", 11)]
    [TestCase("500000", 12)]
    [TestCase("530000", 12)]
    public async Task The_samples_are_imported_whole_and_a_second_time_change_nothing(string province, int persons)
    {
        await using var desk = new ImportDesk(province);
        ImportDesk.AssertCounts(await desk.ImportPersonsAsync(desk.Sample("persons")), added: persons, updated: 0, unchanged: 0);
        var stored = desk.Dump("person");

        ImportDesk.AssertCounts(await desk.ImportPersonsAsync(desk.Sample("persons")), added: 0, updated: 0, unchanged: persons);
        Assert.That(desk.Dump("person"), Is.EqualTo(stored));
    }

    [Test]
    public async Task Every_column_arrives_and_the_person_is_found_by_every_number()
    {
        await _desk.ImportPersonsAsync(PersonA, PersonB);

        var byCard = Find(new PersonReference { CardNumber = "A00000038" })!;
        Assert.That((byCard.InsuranceState, byCard.AccountBalanceFen), Is.EqualTo((2, 65030L)));
        Assert.That(Find(new PersonReference { SocialSecurityNumber = "530102197601010019" })!.PersonNumber, Is.EqualTo("P1"));
        Assert.That(Find(new PersonReference { CertificateKind = "01", CertificateNumber = "530103195006150314" })!.PersonNumber, Is.EqualTo("P2"));
        Assert.That(_desk.Persons.Open(Find(new PersonReference { PersonNumber = "P1" })!), Is.EqualTo(new Person
        {
            InsuredDivision = "530100",
            PersonNumber = "P1",
            Name = "测试患者甲",
            CertificateKind = "01",
            CertificateNumber = "530102197601010019",
            SocialSecurityNumber = "530102197601010019",
            CardNumber = "A00000018",
            Gender = "1",
            BirthDate = "1976-01-01",
            Scheme = "310",
            PersonClass = "11",
            EmployerCode = "53010001",
            EmployerName = "昆明示例制造有限公司",
        }));
        Assert.That(_desk.Persons.Open(byCard).CivilServant);
    }

    [Test]
    public async Task A_changed_row_updates_the_person_but_not_the_account_that_settlements_have_moved()
    {
        await _desk.ImportPersonsAsync(PersonA, PersonB);
        await _desk.Database.WriteAsync(session => InsuredStore.MoveAccount(session, "P1", -150000), CancellationToken.None);

        var report = await _desk.ImportPersonsAsync(PersonA.Replace(",310,11,", ",310,21,", StringComparison.Ordinal), PersonB.Replace("650.30", "1.00", StringComparison.Ordinal));

        ImportDesk.AssertCounts(report, added: 0, updated: 1, unchanged: 1);
        var person = Find(new PersonReference { PersonNumber = "P1" })!;
        Assert.That((person.PersonClass, person.AccountBalanceFen), Is.EqualTo(("21", 50000L)));
        var today = _desk.Time.Today();
        Assert.That(new[] { today.AddDays(-1), today }.Select(day => _desk.Database.Read(session => PersonEventStore.Standing(session, person, day).PersonClass)), Is.EqualTo(new[] { "11", "21" }));
    }

    [Test]
    public async Task An_insurance_state_alone_is_a_change()
    {
        await _desk.ImportPersonsAsync(PersonA);
        ImportDesk.AssertCounts(await _desk.ImportPersonsAsync(PersonA[..^1] + "4"), added: 0, updated: 1, unchanged: 0);
        Assert.That(Find(new PersonReference { PersonNumber = "P1" })!.InsuranceState, Is.EqualTo(4));
    }

    [TestCase("530100,P1", "440100,P1", "insured_division")]
    [TestCase("530100,P1", "5301,P1", "insured_division")]
    [TestCase("530100,P1", ",P1", "insured_division")]
    [TestCase(",P1,", ",,", "person_number")]
    [TestCase(",P1,", ",P 1,", "person_number")]
    [TestCase(",P1,", ",P123456789012345678901234567890,", "person_number")]
    [TestCase("测试患者甲", "", "name")]
    [TestCase(",01,530102", ",03,530102", "certificate_kind")]
    [TestCase(",01,530102197601010019", ",90,", "certificate_number")]
    [TestCase(",01,530102197601010019", ",01,53010219760101001", "certificate_number")]
    [TestCase(",01,530102197601010019", ",01,53010219760101X019", "certificate_number")]
    [TestCase(",01,530102197601010019", ",01,53010219760101001Y", "certificate_number")]
    [TestCase(",1,1976-01-01", ",3,1976-01-01", "gender")]
    [TestCase("1976-01-01", "1976-01-02", "birth_date")]
    [TestCase("1976-01-01", "19760101", "birth_date")]
    [TestCase("1976-01-01", "1976-02-30", "birth_date")]
    [TestCase("1976-01-01", "", "birth_date")]
    [TestCase(",310,", ",999,", "scheme")]
    [TestCase(",310,11,", ",310,12,", "person_class")]
    [TestCase(",11,0,", ",11,yes,", "civil_servant")]
    [TestCase("2000.00", "-0.01", "account_balance_yuan")]
    [TestCase("2000.00", "0.001", "account_balance_yuan")]
    [TestCase("2000.00", "2e3", "account_balance_yuan")]
    [TestCase("2000.00", "", "account_balance_yuan")]
    [TestCase("2000.00,1", "2000.00,5", "insurance_state")]
    [TestCase("2000.00,1", "2000.00,", "insurance_state")]
    [TestCase("2000.00,1", "2000.00", "")]
    [TestCase("测试患者甲", "\"测试患者甲", "")]
    public async Task A_bad_field_is_named_by_line_and_column_and_nothing_of_the_file_is_stored(string good, string bad, string column)
    {
        var row = PersonA.Replace(good, bad, StringComparison.Ordinal);
        Assert.That(row, Is.Not.EqualTo(PersonA));

        var report = await _desk.ImportPersonsAsync(PersonB, row);

        ImportDesk.AssertRefused(report, (3, column));
        AssertNoPersonalData(report);
        Assert.That(_desk.Count("person"), Is.Zero);
    }

    [Test]
    public async Task A_birth_date_after_today_is_refused()
    {
        var unborn = PersonA.Replace("19760101", "20160902", StringComparison.Ordinal).Replace("1976-01-01", "2016-09-02", StringComparison.Ordinal);
        ImportDesk.AssertRefused(await _desk.ImportPersonsAsync(unborn), (2, "birth_date"));
        ImportDesk.AssertCounts(await _desk.ImportPersonsAsync(unborn.Replace("0902", "0901", StringComparison.Ordinal).Replace("09-02", "09-01", StringComparison.Ordinal)), 1, 0, 0);
    }

    [TestCase("53010219760101001X")]
    [TestCase("53010219760101001x")]
    public async Task The_check_character_of_an_identity_card_may_be_an_X_and_is_not_recomputed(string number) =>
        ImportDesk.AssertCounts(await _desk.ImportPersonsAsync(PersonA.Replace("530102197601010019", number, StringComparison.Ordinal)), 1, 0, 0);

    [Test]
    public async Task Another_certificate_than_an_identity_card_need_not_tell_the_birth_date() =>
        ImportDesk.AssertCounts(await _desk.ImportPersonsAsync(PersonA.Replace(",01,530102197601010019", ",02,示例字第0001号", StringComparison.Ordinal)), 1, 0, 0);

    [Test]
    public async Task All_faults_of_a_file_are_reported_at_once_in_the_order_of_its_lines()
    {
        var report = await _desk.ImportPersonsAsync(
            PersonA.Replace(",310,11,0,", ",999,12,2,", StringComparison.Ordinal), PersonB, PersonB, "only,four,fields,here");
        ImportDesk.AssertRefused(report,
            (2, "scheme"), (2, "person_class"), (2, "civil_servant"),
            (4, "person_number"), (4, "certificate_number"), (4, "social_security_number"), (4, "card_number"), (5, ""));
        AssertNoPersonalData(report);
    }

    [TestCase("P2", "530102197601010019", "S2", "C2", "certificate_number")]
    [TestCase("P2", "530102197601010020", "530102197601010019", "C2", "social_security_number")]
    [TestCase("P2", "530102197601010020", "S2", "a00000018", "card_number")]
    [TestCase("p1", "530102197601010020", "S2", "C2", "person_number")]
    public async Task Two_rows_of_a_file_may_not_share_a_number(string person, string certificate, string security, string card, string column)
    {
        var report = await _desk.ImportPersonsAsync(PersonA, Twin(person, certificate, security, card));
        ImportDesk.AssertRefused(report, (3, column));
        Assert.That(report.Errors[0].English, Does.Contain("line 2"));
        AssertNoPersonalData(report);
    }

    [TestCase("530102197601010019", "S2", "C2", "certificate_number")]
    [TestCase("530102197601010020", "530102197601010019", "C2", "social_security_number")]
    [TestCase("530102197601010020", "S2", "a00000018", "card_number")]
    public async Task A_number_of_another_stored_person_is_refused_and_says_nothing_of_that_person(string certificate, string security, string card, string column)
    {
        await _desk.ImportPersonsAsync(PersonA);
        var stored = _desk.Dump("person");

        var report = await _desk.ImportPersonsAsync(PersonB, Twin("P3", certificate, security, card));

        ImportDesk.AssertRefused(report, (3, column));
        AssertNoPersonalData(report);
        Assert.That(_desk.Dump("person"), Is.EqualTo(stored));
    }

    [Test]
    public async Task A_freed_card_may_go_to_another_person_in_the_next_import()
    {
        await _desk.ImportPersonsAsync(PersonA);
        var withoutCard = PersonA.Replace("A00000018", "", StringComparison.Ordinal);
        var heir = PersonB.Replace("A00000038", "A00000018", StringComparison.Ordinal);

        ImportDesk.AssertRefused(await _desk.ImportPersonsAsync(withoutCard, heir), (3, "card_number"));
        ImportDesk.AssertCounts(await _desk.ImportPersonsAsync(withoutCard), 0, 1, 0);
        ImportDesk.AssertCounts(await _desk.ImportPersonsAsync(withoutCard, heir), 1, 0, 1);
    }

    [Test]
    public async Task Many_persons_may_be_without_card_and_social_security_number()
    {
        var report = await _desk.ImportPersonsAsync(Twin("P1", "530102197601010019", "", ""), Twin("P2", "530102197601010020", "", ""));
        ImportDesk.AssertCounts(report, 2, 0, 0);
        Assert.That(Find(new PersonReference { CardNumber = "" }), Is.Null);
    }

    [Test]
    public async Task A_file_without_its_header_does_not_show_its_first_person_as_column_names()
    {
        var report = await _desk.ImportPersonsAsync(_desk.Write("persons.csv", PersonA, PersonB));

        Assert.That(report.Errors, Has.Some.Matches<TableError>(error => error!.Column == "person_number"));
        Assert.That(report.Errors, Has.Some.Matches<TableError>(error => error!.English.Contains("column 3 of the header", StringComparison.Ordinal)));
        AssertNoPersonalData(report);
    }

    [Test]
    public async Task An_empty_file_and_a_missing_file_are_errors()
    {
        Assert.That((await _desk.ImportPersonsAsync(_desk.Write("persons.csv", ""))).Errors, Has.Count.EqualTo(ImportDesk.PersonHeader.Split(',').Length));
        ImportDesk.AssertRefused(await _desk.ImportPersonsAsync(TableFile.Read("/nowhere/persons.csv", LegacyText.Utf8)), (0, ""));
    }

    [Test]
    public async Task Utf8_is_read_with_a_byte_order_mark_too()
    {
        await using var desk = new ImportDesk { WrittenIn = new UTF8Encoding(encoderShouldEmitUTF8Identifier: true) };
        ImportDesk.AssertCounts(await desk.ImportPersonsAsync(PersonA), 1, 0, 0);
    }

    [Test]
    public async Task Gb18030_is_read_when_told_and_refused_with_its_line_otherwise()
    {
        await using var unread = new ImportDesk { WrittenIn = LegacyText.Gb18030 };
        ImportDesk.AssertRefused(await unread.ImportPersonsAsync(PersonA), (2, ""));

        await using var told = new ImportDesk { WrittenIn = LegacyText.Gb18030, ReadAs = LegacyText.Gb18030 };
        ImportDesk.AssertCounts(await told.ImportPersonsAsync(PersonA.Replace("测试患者甲", "测试患者䶮", StringComparison.Ordinal)), 1, 0, 0);
        var row = told.Database.Read(session => PersonStore.ByNumber(session, "P1"))!;
        Assert.That(told.Persons.Open(row).Name, Is.EqualTo("测试患者䶮"));
    }

    private static string Twin(string person, string certificate, string security, string card) =>
        $"530100,{person},测试患者壬,01,{certificate},{security},{card},1,1976-01-01,310,11,0,,,0,1";

    /// <summary>No message repeats a value of a person's row; the codes in it are too short and common to be looked for.</summary>
    private static void AssertNoPersonalData(ImportReport report)
    {
        string[] numbers = ["530102", "19760101", "1976-01-01", "19500615", "1950-06-15", "A000000", "a000000", "530103"];
        foreach (var error in report.Errors)
        {
            Assert.That(error.ToString(), Does.Not.Contain("测试患者").And.Not.Contain("昆明示例"));
            Assert.That(numbers.Where(number => error.ToString().Contains(number, StringComparison.Ordinal)), Is.Empty, error.ToString());
        }
    }

    private PersonRow? Find(PersonReference reference) => _desk.Database.Read(session => _desk.Persons.Find(session, reference));
}
