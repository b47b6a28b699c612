using System.Text;
using NUnit.Framework;
using ProvincialGateway.Tables;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Tables;

internal sealed class CsvRowTests
{
    private readonly List<TableError> _errors = [];

    [SetUp]
    public void Forget() => _errors.Clear();

    [TestCase("10", 1000)]
    [TestCase("10.5", 1050)]
    [TestCase("10.50", 1050)]
    [TestCase("10.5000", 1050)]
    [TestCase("0", 0)]
    [TestCase("100", 10_000)]
    [TestCase("+7", 700)]
    [TestCase(".5", 50)]
    [TestCase("5.", 500)]
    public void A_percentage_is_read_exactly(string text, int basisPoints) => Assert.That(Row(text).Percent("value").Value, Is.EqualTo(basisPoints));

    [TestCase("100.01")]
    [TestCase("0.125")]
    [TestCase("-1")]
    [TestCase("1e1")]
    [TestCase("十")]
    [TestCase("10%")]
    [TestCase("１０")]
    [TestCase("1.2.3")]
    [TestCase("")]
    public void What_is_no_percentage_is_a_fault(string text)
    {
        Assert.That(Row(text).Percent("value").Value, Is.Zero);
        Assert.That(_errors.Single().English, Does.Contain("is not a percentage"));
    }

    [TestCase("0.0001", 1)]
    [TestCase("1234.56", 12_345_600)]
    [TestCase("100000000", 1_000_000_000_000)]
    [TestCase("0.12340000", 1234)]
    public void A_limit_has_up_to_four_decimals(string text, long tenThousandths) => Assert.That(Row(text).Limit("value"), Is.EqualTo(new UnitPrice(tenThousandths)));

    [TestCase("0")]
    [TestCase("0.00001")]
    [TestCase("100000000.01")]
    [TestCase("999999999999999999999999999999")]
    public void A_limit_beyond_its_range_is_a_fault(string text)
    {
        Assert.That(Row(text).Limit("value"), Is.Null);
        Assert.That(_errors, Has.Count.EqualTo(1));
    }

    [TestCase("\"1,234.56\"")]
    [TestCase("1 234.56")]
    [TestCase("1，234")]
    [TestCase("1'234")]
    [TestCase("1\u00A0234")]
    public void Thousands_separators_are_named_as_what_they_are_and_never_guessed_away(string text)
    {
        Assert.That(Row(text).Limit("value"), Is.Null);
        Assert.That((_errors.Single().Line, _errors[0].Column), Is.EqualTo((2, "value")));
        Assert.That(_errors[0].Chinese, Does.Contain("千位分隔符"));
        Assert.That(_errors[0].English, Does.Contain("without thousands separators"));
    }

    [TestCase("2016-02-29", true)]
    [TestCase("2015-02-29", false)]
    [TestCase("2016-13-01", false)]
    [TestCase("0000-01-01", false)]
    [TestCase("2016-1-01", false)]
    [TestCase("2016/01/01", false)]
    [TestCase("2016-01-0١", false)]
    public void A_date_is_ISO_and_in_the_calendar(string text, bool isDate) => Assert.That(Row(text).Date("value") is not null, Is.EqualTo(isDate));

    [Test]
    public void Control_characters_are_a_fault()
    {
        Row("a\tb").Text("value");
        Assert.That(_errors.Single().English, Does.Contain("control character"));
    }

    [Test]
    public void A_text_of_two_hundred_characters_of_four_bytes_counts_as_the_four_hundred_it_takes()
    {
        Assert.That(Row(string.Concat(Enumerable.Repeat("𠮷", 100))).Text("value"), Has.Length.EqualTo(200));
        Assert.That(_errors, Is.Empty);
        Row(string.Concat(Enumerable.Repeat("𠮷", 101))).Text("value");
        Assert.That(_errors.Single().English, Does.Contain("longer than 200"));
    }

    [Test]
    public void Blanks_around_a_value_are_none_of_it_also_inside_quotes() => Assert.That(Row("\" D1 \"").Text("value"), Is.EqualTo("D1"));

    [Test]
    public void A_mistyped_column_is_answered_with_the_one_it_probably_is()
    {
        _ = CsvTable.Each("t.csv", Encoding.UTF8.GetBytes("vlaue,other\n1,2\n"), CsvColumns.Exactly(["value", "other"]), FieldValues.Quoted, _errors).ToList();
        Assert.That(_errors.Select(error => error.English), Has.Member("the header has the unknown column 'vlaue'; is value meant?"));
    }

    [Test]
    public void A_row_that_is_kept_stays_as_it_was_read()
    {
        var rows = CsvTable.Each("t.csv", "value\none\ntwo\n"u8.ToArray(), CsvColumns.Exactly(["value"]), FieldValues.Quoted, _errors).Select(row => row.Kept()).ToList();
        Assert.That(rows.Select(row => row["value"]), Is.EqualTo(new[] { "one", "two" }));
    }

    [Test]
    public void A_row_that_was_not_kept_says_so_instead_of_showing_another()
    {
        var first = CsvTable.Each("t.csv", "value\none\ntwo\n"u8.ToArray(), CsvColumns.Exactly(["value"]), FieldValues.Quoted, _errors).ToList()[0];
        Assert.That(() => first["value"], Throws.InvalidOperationException);
    }

    [Test]
    public void The_pool_gives_one_string_for_equal_bytes_and_never_another_text()
    {
        var pool = new TextPool();
        var texts = Enumerable.Range(0, 10_000).Select(number => $"规格{number % 5_000}片").ToList();
        var pooled = texts.ConvertAll(text => pool.Get(Encoding.UTF8.GetBytes(text)));
        Assert.That(pooled, Is.EqualTo(texts));
        Assert.That(pooled.Distinct(ReferenceEqualityComparer.Instance).Count(), Is.EqualTo(5_000));
    }

    [TestCase("=1+1", "'=1+1")]
    [TestCase("+86", "+86")]
    [TestCase("+cmd", "'+cmd")]
    [TestCase("-12.50", "-12.50")]
    [TestCase("-x", "'-x")]
    [TestCase("@SUM", "'@SUM")]
    [TestCase("\tx", "'\tx")]
    [TestCase("药品", "药品")]
    [TestCase("", "")]
    public void What_a_spreadsheet_would_compute_is_written_as_text_for_people(string cell, string written) => Assert.That(PeopleCsv.Harmless(cell), Is.EqualTo(written));

    private CsvRow Row(string field) => CsvTable.Each("t.csv", Encoding.UTF8.GetBytes($"value,other\n{field},\n"), CsvColumns.Exactly(["value", "other"]), FieldValues.Quoted, _errors).Select(row => row.Kept()).Single();
}
