using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Insured;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Insured;

internal sealed class FilingImportTests
{
    private const string Filing = "F1,P1,02,440000,2016-01-01,,1";

    private ImportDesk _desk;

    [SetUp]
    public async Task Open()
    {
        _desk = new();
        ImportDesk.AssertCounts(await _desk.ImportPersonsAsync(ImportDesk.PersonA, ImportDesk.PersonB), 2, 0, 0);
    }

    [TearDown]
    public async Task Close() => await _desk.DisposeAsync();

    [TestCase("440000", 9)]
    [TestCase("500000", 11)]
    [TestCase("530000", 11)]
    public async Task The_samples_are_imported_whole_and_a_second_time_change_nothing(string province, int filings)
    {
        await using var desk = new ImportDesk(province);
        await desk.ImportPersonsAsync(desk.Sample("persons"));
        ImportDesk.AssertCounts(await desk.ImportFilingsAsync(desk.Sample("filings")), added: filings, updated: 0, unchanged: 0);
        var stored = desk.Dump("filing");

        ImportDesk.AssertCounts(await desk.ImportFilingsAsync(desk.Sample("filings")), added: 0, updated: 0, unchanged: filings);
        Assert.That(desk.Dump("filing"), Is.EqualTo(stored));
    }

    [Test]
    public async Task An_imported_filing_gives_benefit_where_and_while_it_holds_its_last_day_included()
    {
        await _desk.ImportFilingsAsync("F1,P1,04,440100,2016-01-01,2016-06-30,1");

        Assert.That(FilingFor("P1", "440100", new(2016, 1, 1))!.FilingNumber, Is.EqualTo("F1"));
        Assert.That(FilingFor("P1", "440103", new(2016, 6, 30)), Is.Not.Null);
        Assert.That(FilingFor("P1", "440100", new(2016, 7, 1)), Is.Null);
        Assert.That(FilingFor("P1", "440300", new(2016, 1, 1)), Is.Null);
        Assert.That(FilingFor("P2", "440100", new(2016, 1, 1)), Is.Null);
    }

    [Test]
    public async Task A_filing_is_changed_cancelled_and_revived_by_its_number()
    {
        await _desk.ImportFilingsAsync(Filing);
        ImportDesk.AssertCounts(await _desk.ImportFilingsAsync("F1,P1,02,440000,2016-01-01,2017-12-31,1"), 0, 1, 0);
        ImportDesk.AssertCounts(await _desk.ImportFilingsAsync("F1,P1,02,440000,2016-01-01,2017-12-31,9"), 0, 1, 0);
        Assert.That(FilingFor("P1", "440100", new(2016, 5, 1)), Is.Null);
        ImportDesk.AssertCounts(await _desk.ImportFilingsAsync(Filing), 0, 1, 0);
        Assert.That(FilingFor("P1", "440100", new(2018, 5, 1)), Is.Not.Null);
    }

    [TestCase(",P1,02,440000,2016-01-01,,1", "filing_number")]
    [TestCase("F 2,P1,02,440000,2016-01-01,,1", "filing_number")]
    [TestCase("F2,,02,440000,2016-01-01,,1", "person_number")]
    [TestCase("F2,P9,02,440000,2016-01-01,,1", "person_number")]
    [TestCase("F2,P1,07,440000,2016-01-01,,1", "kind")]
    [TestCase("F2,P1,,440000,2016-01-01,,1", "kind")]
    [TestCase("F2,P1,02,530100,2016-01-01,,1", "target_area")]
    [TestCase("F2,P1,02,530000,2016-01-01,,1", "target_area")]
    [TestCase("F2,P1,02,广州,2016-01-01,,1", "target_area")]
    [TestCase("F2,P1,02,440000,,,1", "valid_from")]
    [TestCase("F2,P1,02,440000,2016/01/01,,1", "valid_from")]
    [TestCase("F2,P1,02,440000,2016-01-01,open,1", "valid_to")]
    [TestCase("F2,P1,02,440000,2016-01-02,2016-01-01,1", "valid_to")]
    [TestCase("F2,P1,02,440000,2016-01-01,,2", "state")]
    [TestCase("F2,P1,02,440000,2016-01-01,,", "state")]
    [TestCase("F2,P1,02,440000,2016-01-01,1", "")]
    public async Task A_bad_field_is_named_by_line_and_column_and_nothing_of_the_file_is_stored(string row, string column)
    {
        ImportDesk.AssertRefused(await _desk.ImportFilingsAsync("F1,P2,02,440000,2016-01-01,,1", row), (3, column));
        Assert.That(_desk.Count("filing"), Is.Zero);
    }

    [Test]
    public async Task A_filing_of_a_single_day_is_good() =>
        ImportDesk.AssertCounts(await _desk.ImportFilingsAsync("F1,P1,05,440000,2016-01-01,2016-01-01,1"), 1, 0, 0);

    [Test]
    public async Task A_filing_number_stands_once_in_a_file_and_stays_with_its_person()
    {
        await _desk.ImportFilingsAsync(Filing);
        ImportDesk.AssertRefused(await _desk.ImportFilingsAsync("F1,P2,02,440000,2016-01-01,,1"), (2, "filing_number"));
        ImportDesk.AssertRefused(await _desk.ImportFilingsAsync("F7,P2,02,440000,2016-01-01,,1", "F7,P2,02,310000,2016-01-01,,1"), (3, "filing_number"));
        Assert.That(_desk.Count("filing"), Is.EqualTo(1));
    }

    [TestCase("F2,P1,01,440100,2017-01-01,,1", Description = "a city inside the filed province")]
    [TestCase("F2,P1,03,440000,2015-01-01,2016-01-01,1", Description = "its last day is the other's first")]
    public async Task A_second_filing_of_one_family_for_the_same_area_and_time_is_refused(string second)
    {
        var inOneFile = await _desk.ImportFilingsAsync(Filing, second);
        ImportDesk.AssertRefused(inOneFile, (3, "valid_from"));

        await _desk.ImportFilingsAsync(Filing);
        var afterwards = await _desk.ImportFilingsAsync(second);
        ImportDesk.AssertRefused(afterwards, (2, "valid_from"));
        Assert.That(afterwards.Errors[0].English, Does.Contain("filing F1 "));
        Assert.That(_desk.Count("filing"), Is.EqualTo(1));
    }

    [TestCase("F2,P1,04,440100,2016-03-01,2016-09-01,1", Description = "temporary beside long-term")]
    [TestCase("F2,P1,02,310000,2016-01-01,,1", Description = "another area")]
    [TestCase("F2,P1,02,440000,2015-01-01,2015-12-31,1", Description = "ends the day before")]
    [TestCase("F2,P1,02,440000,2016-01-01,,9", Description = "cancelled")]
    [TestCase("F2,P2,02,440000,2016-01-01,,1", Description = "another person")]
    public async Task What_does_not_overlap_in_family_area_and_time_stands_beside_the_first(string second)
    {
        ImportDesk.AssertCounts(await _desk.ImportFilingsAsync(Filing), 1, 0, 0);
        ImportDesk.AssertCounts(await _desk.ImportFilingsAsync(second), 1, 0, 0);
        ImportDesk.AssertCounts(await _desk.ImportFilingsAsync(Filing, second), 0, 0, 2);
    }

    [TestCase("F1,P1,02,440000,2016-01-01,2016-12-31,1")]
    [TestCase("F1,P1,02,440000,2016-01-01,,9")]
    public async Task A_filing_is_replaced_by_ending_or_cancelling_it_in_the_same_file(string ended)
    {
        await _desk.ImportFilingsAsync(Filing);
        ImportDesk.AssertCounts(await _desk.ImportFilingsAsync("F2,P1,02,440100,2017-01-01,,1", ended), 1, 1, 0);
        Assert.That(FilingFor("P1", "440100", new(2018, 1, 1))!.FilingNumber, Is.EqualTo("F2"));
    }

    [Test]
    public async Task A_row_of_another_table_and_a_missing_header_show_nothing_of_their_person()
    {
        var misplaced = await _desk.ImportFilingsAsync("测试患者甲,530102197601010019,测试患者甲,测试患者甲,1976-01-01,1976-01-01,测试患者甲");
        var headless = await _desk.ImportFilingsAsync(_desk.Write("filings.csv", ImportDesk.PersonA));
        foreach (var error in misplaced.Errors.Concat(headless.Errors))
            Assert.That(error.ToString(), Does.Not.Contain("测试患者").And.Not.Contain("530102").And.Not.Contain("1976"));
        Assert.That(misplaced.Errors, Has.Count.EqualTo(4));
        Assert.That(headless.Errors, Has.Count.GreaterThan(7));
    }

    [Test]
    public async Task Gb18030_is_read_when_told()
    {
        await using var desk = new ImportDesk { WrittenIn = LegacyText.Gb18030, ReadAs = LegacyText.Gb18030 };
        await desk.ImportPersonsAsync(ImportDesk.PersonA);
        ImportDesk.AssertCounts(await desk.ImportFilingsAsync(Filing), 1, 0, 0);
    }

    private FilingRow? FilingFor(string person, string treatment, DateOnly on) =>
        _desk.Database.Read(session => FilingStore.For(session, person, Division.Parse(treatment), on));
}
