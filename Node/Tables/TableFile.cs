using System.Text;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Tables;

/// <summary>A CSV file as it stands on disk, or the reason why it could not be read: a bad file is an answer for a person, not an exception.</summary>
internal sealed class TableFile
{
    /// <summary>Larger files are refused unread.</summary>
    public const long BytesMax = 256L * 1024 * 1024;

    /// <summary>File name without folder.</summary>
    public required string Name { get; init; }

    public required byte[] Bytes { get; init; }

    /// <summary>Null exactly when there is an error.</summary>
    public required string? Text { get; init; }

    public TableError? Error { get; private init; }

    /// <param name="encodings">Tried in this order, strictly: see <see cref="LegacyText"/>. A UTF-8 byte order mark is dropped.</param>
    public static TableFile Read(string path, params Encoding[] encodings)
    {
        var name = Path.GetFileName(path);
        try
        {
            return new FileInfo(path).Length <= BytesMax
                ? Decode(name, File.ReadAllBytes(path), encodings)
                : Bad(name, [], 0, $"文件超过 {BytesMax} 字节。", $"the file is larger than {BytesMax} bytes.");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return Bad(name, [], 0, $"文件不存在或无法读取：{fault.Message}", $"the file does not exist or cannot be read: {fault.Message}");
        }
    }

    public List<CsvRow> Rows(string[] columns, FieldValues values, List<TableError> errors)
    {
        if (Text is not null)
            return CsvTable.Read(Name, Text, columns, values, errors);
        errors.Add(Error!);
        return [];
    }

    private static TableFile Decode(string name, byte[] bytes, Encoding[] encodings)
    {
        var badByteAt = 0;
        foreach (var encoding in encodings)
        {
            if (LegacyText.TryDecode(bytes, encoding, out var text, out badByteAt))
                return new TableFile { Name = name, Bytes = bytes, Text = text };
        }
        var names = string.Join(" / ", encodings.Select(encoding => encoding.WebName.ToUpperInvariant()));
        var line = 1 + bytes.AsSpan(0, badByteAt).Count((byte)'\n');
        return Bad(name, bytes, line, $"文件不是 {names} 编码（第 {badByteAt} 字节）。", $"the file is not {names} (byte {badByteAt}).");
    }

    private static TableFile Bad(string name, byte[] bytes, int line, string chinese, string english) =>
        new() { Name = name, Bytes = bytes, Text = null, Error = new(name, line, "", chinese, english) };
}
