using System.Text;
using System.Xml;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Tables;

/// <summary>A table as a file on disk, or the reason why it could not be read: a bad file is an answer for a person, not an exception.</summary>
internal sealed class TableFile
{
    /// <summary>Larger files are refused unread.</summary>
    public const long BytesMax = 256L * 1024 * 1024;

    /// <summary>File name without folder; the sheet too where the file has several.</summary>
    public required string Name { get; init; }

    /// <summary>As on disk.</summary>
    public required byte[] Bytes { get; init; }

    /// <summary>The table as CSV in valid UTF-8 without a byte order mark; null when there is none to be had.</summary>
    public required ReadOnlyMemory<byte>? Utf8 { get; init; }

    /// <summary>Why there is no table, or what is wrong with rows that were left out of it.</summary>
    public IReadOnlyList<TableError> Errors { get; private init; } = [];

    /// <summary>At least as many as there are rows.</summary>
    public int LineCount => 1 + (Utf8?.Span.Count((byte)'\n') ?? 0);

    /// <summary>Reads CSV text.</summary>
    /// <param name="encodings">Tried in this order, strictly: see <see cref="LegacyText"/>. A UTF-8 byte order mark is dropped.</param>
    public static TableFile Read(string path, params Encoding[] encodings) =>
        Read(path, Path.GetFileName(path), (name, bytes) => Decode(name, bytes, encodings));

    /// <summary>Reads one sheet of a workbook.</summary>
    /// <param name="sheet">Its name; null takes the sheet called <paramref name="preferred"/> where there is one, or else the first.</param>
    public static TableFile ReadXlsx(string path, string? sheet, string preferred) =>
        Read(path, Path.GetFileName(path), (name, bytes) => Convert(name, bytes, sheet, preferred));

    public List<CsvRow> Rows(string[] columns, FieldValues values, List<TableError> errors) => [.. Each(columns, values, errors).Select(row => row.Kept())];

    /// <param name="unread">Columns of the header that are not among the known ones.</param>
    public List<CsvRow> Rows(CsvColumns columns, FieldValues values, List<TableError> errors, out string[] unread)
    {
        string[] others = [];
        errors.AddRange(Errors);
        List<CsvRow> rows = Utf8 is { } utf8 ? [.. CsvTable.Each(Name, utf8, columns, values, errors, names => others = names).Select(row => row.Kept())] : [];
        unread = others;
        return rows;
    }

    /// <summary>The rows one by one, each good until the next is asked for: see <see cref="CsvTable.Each"/>.</summary>
    public IEnumerable<CsvRow> Each(string[] columns, FieldValues values, List<TableError> errors)
    {
        errors.AddRange(Errors);
        return Utf8 is { } utf8 ? CsvTable.Each(Name, utf8, CsvColumns.Exactly(columns), values, errors) : [];
    }

    private static TableFile Read(string path, string name, Func<string, byte[], TableFile> decode)
    {
        try
        {
            return new FileInfo(path).Length <= BytesMax
                ? decode(name, File.ReadAllBytes(path))
                : Bad(name, [], 0, $"文件超过 {BytesMax} 字节。", $"the file is larger than {BytesMax} bytes.");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return Bad(name, [], 0, $"文件不存在或无法读取：{fault.Message}", $"the file does not exist or cannot be read: {fault.Message}");
        }
    }

    private static TableFile Convert(string name, byte[] bytes, string? sheet, string preferred)
    {
        try
        {
            using var package = XlsxPackage.Open(bytes);
            var book = XlsxWorkbook.Read(package);
            var found = book.Sheets.FirstOrDefault(candidate => candidate.Name.Equals(sheet ?? preferred, StringComparison.OrdinalIgnoreCase));
            if (found.Part is null && sheet is null && book.Sheets.Count > 0)
                found = book.Sheets[0];
            if (found.Part is null)
                return NoSheet(name, bytes, sheet, book);
            var errors = new List<TableError>();
            var shown = book.Sheets.Count == 1 ? name : $"{name}[{found.Name}]";
            var utf8 = new XlsxSheet(shown, book, errors).ToCsv(package, found.Part);
            return new TableFile { Name = shown, Bytes = bytes, Utf8 = utf8, Errors = errors };
        }
        catch (XlsxRefusedException refused)
        {
            return Bad(name, bytes, 0, refused.Chinese, refused.Message);
        }
        // A broken ZIP shows itself while it is read, a broken part while it is parsed.
        catch (Exception fault) when (fault is XmlException or InvalidDataException)
        {
            return Bad(name, bytes, 0, $"工作簿已损坏或含有不允许的内容：{fault.Message}", $"the workbook is damaged or holds what is not allowed: {fault.Message}");
        }
    }

    private static TableFile NoSheet(string name, byte[] bytes, string? sheet, XlsxWorkbook book)
    {
        var names = string.Join(" | ", book.Sheets.Select(candidate => candidate.Name));
        return Bad(name, bytes, 0, $"工作簿中没有工作表“{sheet}”，现有：{names}。", $"the workbook has no sheet '{sheet}'; it has {names}.");
    }

    private static TableFile Decode(string name, byte[] bytes, Encoding[] encodings)
    {
        var badByteAt = 0;
        foreach (var encoding in encodings)
        {
            if (ToUtf8(bytes, encoding, out badByteAt) is { } utf8)
                return new TableFile { Name = name, Bytes = bytes, Utf8 = utf8 };
        }
        var names = string.Join(" / ", encodings.Select(encoding => encoding.WebName.ToUpperInvariant()));
        var line = 1 + bytes.AsSpan(0, badByteAt).Count((byte)'\n');
        return Bad(name, bytes, line, $"文件不是 {names} 编码（第 {badByteAt} 字节）。", $"the file is not {names} (byte {badByteAt}).");
    }

    /// <summary>Null when the bytes are not in the encoding. A good UTF-8 file is not copied: it can be large.</summary>
    private static ReadOnlyMemory<byte>? ToUtf8(byte[] bytes, Encoding encoding, out int badByteAt)
    {
        badByteAt = -1;
        var isUtf8 = encoding.CodePage == Encoding.UTF8.CodePage;
        // The private-use character of some clients is put right by the slower way below.
        if (isUtf8 && System.Text.Unicode.Utf8.IsValid(bytes) && bytes.AsSpan().IndexOf("\uE863"u8) < 0)
            return bytes.AsMemory(bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8.Preamble.Length : 0);
        if (!LegacyText.TryDecode(bytes, encoding, out var text, out badByteAt))
            return null;
        return Encoding.UTF8.GetBytes(text);
    }

    private static TableFile Bad(string name, byte[] bytes, int line, string chinese, string english) =>
        new() { Name = name, Bytes = bytes, Utf8 = null, Errors = [new(name, line, "", chinese, english)] };
}
