using System.IO.Compression;
using System.Text;
using NUnit.Framework;
using ProvincialGateway.Tables;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Tables;

internal sealed class XlsxTableTests
{
    private static readonly string[] Columns = ["code", "name", "number", "day"];

    private TempFolder _folder = null!;

    private string FilePath => _folder.File("table.xlsx");

    [SetUp]
    public void Make() => _folder = new();

    [TearDown]
    public void Remove() => _folder.Dispose();

    [Test]
    public void Texts_numbers_and_dates_are_read_as_they_are_meant()
    {
        Write(["code", "name", "number", "day"],
            ["D1", "药品,\"一\"𠮷", 12.34, Workbook.Styled(42370, Workbook.Date)],
            [Workbook.Inline("D2"), "=1+1", 0.1 + 0.2, Workbook.Styled(42736, Workbook.ChineseDate)],
            [123456, "名", Workbook.Raw("str", "7"), "2016-01-01"],
            [Workbook.Styled(123456, Workbook.CodeOfSixDigits), Workbook.Raw("b", "1"), 1e-4, Workbook.Raw("d", "2016-02-29T00:00:00")],
            [Workbook.Styled(7, Workbook.TextFormat), "_x4E00_二", -5.50, Workbook.Styled(1, Workbook.Date)],
            ["D7", "末", null, Workbook.Styled(61, Workbook.Date)]);

        Assert.That(Read(), Is.EqualTo(new[]
        {
            "2: D1|药品,\"一\"𠮷|12.34|2016-01-01", "3: D2|=1+1|0.3|2017-01-01", "4: 123456|名|7|2016-01-01",
            "5: 123456|1|0.0001|2016-02-29", "6: 7|一二|-5.5|1900-01-01", "7: D7|末||1900-03-01",
        }));
    }

    [Test]
    public void Days_may_count_from_1904()
    {
        using (var book = new Workbook(FilePath, counts1904: true))
            book.Sheet("s", Columns, ["D1", "名", 1, Workbook.Styled(0, Workbook.Date)], ["D2", "名", 1, Workbook.Styled(42370 - 1462, Workbook.Date)]);
        Assert.That(Read(), Is.EqualTo(new[] { "2: D1|名|1|1904-01-01", "3: D2|名|1|2016-01-01" }));
    }

    private static IEnumerable<TestCaseData> Unclear()
    {
        yield return Case("A formula", Workbook.Formula("A1", "7"), "formula");
        yield return Case("A percentage", Workbook.Styled(0.1, Workbook.Percent), "percentage");
        yield return Case("A code without its zeros", Workbook.Styled(123, Workbook.CodeOfSixDigits), "zeros");
        yield return Case("A number of more digits than are kept", 1e15, "15 digits");
        yield return Case("An error", Workbook.Raw("e", "#N/A"), "#N/A");
        yield return Case("A line break", "上\n下", "line break");
        yield return Case("An escaped line break", "上_x000A_下", "line break");
        yield return Case("A time of day", Workbook.Styled(42370.5, Workbook.Date), "time of day");
        yield return Case("A day that was none", Workbook.Styled(60, Workbook.Date), "1900-02-29");
        yield return Case("A day out of range", Workbook.Styled(-1, Workbook.Date), "out of range");
        yield return Case("A text that is not there", Workbook.Raw("s", "999"), "damaged");
        yield return Case("A number that is none", Workbook.Raw("n", "ten"), "no number");
        yield return Case("A date that is none", Workbook.Raw("d", "2016-01-01T12:00:00"), "yyyy-MM-dd");
        static TestCaseData Case(string name, object cell, string english) => new TestCaseData(cell, english).SetName($"{{m}}: {name}");
    }

    [TestCaseSource(nameof(Unclear))]
    public void A_cell_that_does_not_say_plainly_what_it_holds_is_named_and_its_row_left_out(object cell, string english)
    {
        Write(Columns, ["D1", "名", 1, "2016-01-01"], ["D2", "名", cell, "2016-01-01"], ["D3", "名", 1, "2016-01-01"]);
        Assert.That(Read(out var errors), Is.EqualTo(new[] { "2: D1|名|1|2016-01-01", "4: D3|名|1|2016-01-01" }));
        Assert.That(errors.Select(error => (error.File, error.Line, error.Column)), Is.EqualTo(new[] { ("table.xlsx", 3, "number") }));
        Assert.That(errors[0].English, Does.Contain(english));
        Assert.That(errors[0].Chinese, Does.Match(@"\p{IsCJKUnifiedIdeographs}"));
    }

    [Test]
    public void Rows_that_are_empty_or_only_formatted_are_passed_over_and_lines_are_rows_of_the_sheet()
    {
        Write(Columns, [], ["", null, null, null], ["D1", "名", 1, "2016-01-01"], [null, "名", 1, "2016-01-01", "too much"]);
        Assert.That(Read(out var errors), Is.EqualTo(new[] { "4: D1|名|1|2016-01-01" }));
        Assert.That(errors.Select(error => error.Line), Is.EqualTo(new[] { 5 }));
    }

    [Test]
    public void The_sheet_is_the_one_named_or_the_one_called_like_the_table_or_the_first()
    {
        using (var book = new Workbook(FilePath))
            book.Sheet("说明", ["code", "name", "number", "day"], ["first", "", "", ""]).Sheet("Items", ["code", "name", "number", "day"], ["second", "", "", ""]);
        string[] Codes(string? sheet, string preferred) => [.. TableFile.ReadXlsx(FilePath, sheet, preferred).Rows(Columns, FieldValues.Quoted, []).Select(row => row["code"])];
        Assert.That((Codes(null, "items")[0], Codes(null, "mappings")[0], Codes("说明", "items")[0]), Is.EqualTo(("second", "first", "first")));
        var missing = TableFile.ReadXlsx(FilePath, "目录", "items").Errors.Single();
        Assert.That((missing.Line, missing.English), Is.EqualTo((0, "the workbook has no sheet '目录'; it has 说明 | Items.")));
    }

    [TestCase("")]
    [TestCase("local_code,local_name\n")]
    [TestCase("\u00D0\u00CF\u0011\u00E0")]
    [TestCase("PK\u0003\u0004 and no more")]
    public void What_is_no_workbook_is_refused(string content)
    {
        File.WriteAllText(FilePath, content, Encoding.Latin1);
        Assert.That(ErrorOf(FilePath), Does.Contain("is no XLSX workbook"));
    }

    [Test]
    public void A_part_that_decompresses_to_far_more_than_it_is_is_not_read()
    {
        Write(Columns);
        Append("xl/bomb.xml", 4 * 1024 * 1024);
        Assert.That(ErrorOf(FilePath), Does.Contain("xl/bomb.xml").And.Contains("zip bomb"));
    }

    [Test]
    public void A_directory_that_hides_how_much_comes_out_does_not_help()
    {
        // The sheet says of itself that it is small, so no more than that is taken out of it.
        Write(Columns);
        using (var archive = ZipFile.Open(FilePath, ZipArchiveMode.Update))
            archive.GetEntry(SheetPart)!.Delete();
        const string Open = "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>";
        Append(SheetPart, 600L * 1024 * 1024, Open);
        State(SheetPart, 1_000_000);
        Assert.That(ErrorOf(FilePath), Does.Contain("damaged"));
    }

    [Test]
    public void A_small_part_that_is_to_be_read_again_and_again_is_counted_each_time()
    {
        Write(Columns);
        using (var archive = ZipFile.Open(FilePath, ZipArchiveMode.Update))
        {
            using (var part = new StreamWriter(archive.CreateEntry("xl/small.xml").Open()))
                part.Write($"<styleSheet>{new string(' ', 1_000_000)}</styleSheet>");
            archive.GetEntry("xl/_rels/workbook.xml.rels")!.Delete();
            using var list = new StreamWriter(archive.CreateEntry("xl/_rels/workbook.xml.rels").Open());
            var again = Enumerable.Range(0, 600).Select(number => $"<Relationship Id=\"r{number}\" Type=\"x/styles\" Target=\"small.xml\"/>");
            list.Write($"<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{string.Concat(again)}</Relationships>");
        }
        Assert.That(ErrorOf(FilePath), Does.Contain("512 MiB"));
    }

    [Test]
    public void Sizes_that_add_up_to_too_much_are_refused_before_anything_is_read()
    {
        Write(Columns);
        foreach (var part in Enumerable.Range(0, 3))
            Append($"xl/part{part}.xml", 100);
        foreach (var part in Enumerable.Range(0, 3))
            State($"xl/part{part}.xml", 0xF000_0000);
        Assert.That(ErrorOf(FilePath), Does.Contain("512 MiB"));
    }

    [Test]
    public void More_parts_than_any_workbook_has_are_refused()
    {
        Write(Columns);
        using (var archive = ZipFile.Open(FilePath, ZipArchiveMode.Update))
        {
            for (var part = 0; part < 1_001; part++)
                archive.CreateEntry($"xl/media/{part}");
        }
        Assert.That(ErrorOf(FilePath), Does.Contain("more than 1000"));
    }

    [Test]
    public void A_document_type_is_refused_wherever_it_stands()
    {
        Write(Columns, ["D1", "名", 1, "2016-01-01"]);
        using (var archive = ZipFile.Open(FilePath, ZipArchiveMode.Update))
        {
            archive.GetEntry("xl/sharedStrings.xml")!.Delete();
            using var part = new StreamWriter(archive.CreateEntry("xl/sharedStrings.xml").Open());
            part.Write("<!DOCTYPE sst [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]><sst xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><si><t>&b;</t></si></sst>");
        }
        Assert.That(ErrorOf(FilePath), Does.Contain("DTD"));
    }

    [Test]
    public void Rows_that_go_backwards_and_columns_without_end_are_refused()
    {
        Rewrite("<row r=\"5\"><c r=\"A5\"><v>1</v></c></row><row r=\"4\"/>");
        Assert.That(ErrorOf(FilePath), Does.Contain("after row 5"));
        Rewrite("<row r=\"1\"><c r=\"XFD1\"><v>1</v></c></row>");
        Assert.That(ErrorOf(FilePath), Does.Contain("256 columns"));
        Rewrite("<row r=\"1\"><c r=\"A1\"><v>1");
        Assert.That(ErrorOf(FilePath), Does.Contain("damaged"));
    }

    private string SheetPart { get; set; } = "xl/worksheets/sheet1.xml";

    private void Write(params object?[][] rows)
    {
        using (var book = new Workbook(FilePath))
            book.Sheet("s", rows);
        using var archive = ZipFile.OpenRead(FilePath);
        SheetPart = archive.Entries.Single(entry => entry.FullName.StartsWith("xl/worksheets/sheet", StringComparison.Ordinal)).FullName;
    }

    private void Rewrite(string rows)
    {
        File.Delete(FilePath);
        Write(Columns);
        using var archive = ZipFile.Open(FilePath, ZipArchiveMode.Update);
        archive.GetEntry(SheetPart)!.Delete();
        using var part = new StreamWriter(archive.CreateEntry(SheetPart).Open());
        part.Write($"<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>{rows}</sheetData></worksheet>");
    }

    private void Append(string part, long blanks, string before = "")
    {
        using var archive = ZipFile.Open(FilePath, ZipArchiveMode.Update);
        using var entry = archive.CreateEntry(part, CompressionLevel.SmallestSize).Open();
        entry.Write(Encoding.UTF8.GetBytes(before));
        var chunk = new byte[1024 * 1024];
        Array.Fill(chunk, (byte)' ');
        for (var left = blanks; left > 0; left -= chunk.Length)
            entry.Write(chunk.AsSpan(0, (int)Math.Min(left, chunk.Length)));
    }

    /// <summary>Writes another uncompressed size into the directory at the end of the ZIP.</summary>
    private void State(string part, uint length)
    {
        var bytes = File.ReadAllBytes(FilePath);
        var name = Encoding.UTF8.GetBytes(part);
        for (var at = bytes.AsSpan().IndexOf("PK\u0001\u0002"u8); at >= 0 && at < bytes.Length - 46; at++)
        {
            if (bytes.AsSpan(at).StartsWith("PK\u0001\u0002"u8) && bytes.AsSpan(at + 46).StartsWith(name))
                BitConverter.TryWriteBytes(bytes.AsSpan(at + 24), length);
        }
        File.WriteAllBytes(FilePath, bytes);
    }

    private static string ErrorOf(string path)
    {
        var file = TableFile.ReadXlsx(path, null, "");
        Assert.That(file.Utf8, Is.Null);
        var error = file.Errors.Single();
        Assert.That(error.Line, Is.Zero);
        Assert.That(error.Chinese, Does.Match(@"\p{IsCJKUnifiedIdeographs}"));
        return error.English;
    }

    private string[] Read()
    {
        var rows = Read(out var errors);
        Assert.That(errors, Is.Empty);
        return rows;
    }

    private string[] Read(out List<TableError> errors)
    {
        errors = [];
        return [.. TableFile.ReadXlsx(FilePath, null, "").Rows(Columns, FieldValues.Quoted, errors).Select(row => $"{row.Line}: {string.Join('|', Columns.Select(column => row[column]))}")];
    }
}
