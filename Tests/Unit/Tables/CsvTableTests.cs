using System.Text;
using NUnit.Framework;
using ProvincialGateway.Tables;

namespace ProvincialGateway.Tests.Tables;

[TestFixture]
internal sealed class CsvTableTests
{
    private static readonly CsvColumns Columns = new(["code", "name"], ["maker"], OthersAllowed: true);

    [Test]
    public void Columns_are_read_by_name_whatever_stands_between_them()
    {
        var (rows, errors, unread) = Read("note,name,code\nx,甲,1\n", Columns);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(errors, Is.Empty);
            Assert.That(rows.ConvertAll(row => $"{row.Text("code")} {row.Text("name")} '{row.Optional("maker")}'"), Is.EqualTo((string[])["1 甲 ''"]));
            Assert.That(unread, Is.EqualTo((string[])["note"]));
        }
    }

    [Test]
    public void An_optional_column_is_read_where_it_is() => Assert.That(Read("maker,name,code\n乙,甲,1\n", Columns).Rows[0].Optional("maker"), Is.EqualTo("乙"));

    [Test]
    public void An_unread_column_may_be_there_twice() => Assert.That(Read("code,name,note,note\n1,甲,x,y\n", Columns).Errors, Is.Empty);

    [TestCase("name\n甲\n", "code")]
    [TestCase("code,name,maker,maker\n1,甲,乙,丙\n", "maker")]
    public void A_known_column_that_is_missing_or_double_is_a_fault(string text, string column)
    {
        var (rows, errors, _) = Read(text, Columns);
        Assert.That((rows.Count, errors.Single().Column), Is.EqualTo((0, column)));
    }

    [Test]
    public void A_column_that_is_not_allowed_is_a_fault() =>
        Assert.That(Read("code,name,note\n1,甲,x\n", Columns with { OthersAllowed = false }).Errors.Single().Column, Is.EqualTo("note"));

    [Test]
    public void A_row_is_as_long_as_the_header_of_the_file()
    {
        var (rows, errors, _) = Read("code,name,note\n1,甲\n2,乙,x\n", Columns);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(rows.Single().Line, Is.EqualTo(3));
            Assert.That(errors.Single() is { Line: 2, English: "the row does not have 3 fields." }, Is.True, errors[0].ToString());
        }
    }

    private static (List<CsvRow> Rows, List<TableError> Errors, string[] Unread) Read(string text, CsvColumns columns)
    {
        var errors = new List<TableError>();
        string[] unread = [];
        List<CsvRow> rows = [.. CsvTable.Each("x.csv", Encoding.UTF8.GetBytes(text), columns, FieldValues.Quoted, errors, names => unread = names).Select(row => row.Kept())];
        return (rows, errors, unread);
    }
}
