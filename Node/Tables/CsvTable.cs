using CsvHelper;
using ProvincialGateway.Configuration;

namespace ProvincialGateway.Tables;

/// <summary>Whether a message may repeat what stands in a field.</summary>
internal enum FieldValues
{
    Quoted = 1,

    /// <summary>The table holds personal data: messages name line, column and rule only.</summary>
    Withheld = 2,
}

/// <summary>The columns a table is read by, in any order.</summary>
/// <param name="Required">Must be in the header.</param>
/// <param name="Optional">May be absent; every row then reads as empty there.</param>
/// <param name="OthersAllowed">Whether the header may have further columns, which are not read.</param>
internal sealed record CsvColumns(string[] Required, string[] Optional, bool OthersAllowed)
{
    public string[] Known { get; } = [.. Required, .. Optional];

    public static CsvColumns Exactly(string[] columns) => new(columns, [], OthersAllowed: false);
}

/// <summary>A CSV text with a header of named columns. Every fault goes to the error list.</summary>
internal static class CsvTable
{
    /// <summary>The rows one by one. A row is good until the next one is asked for; <see cref="CsvRow.Kept"/> makes one that stays.</summary>
    /// <param name="utf8">Valid UTF-8 without a byte order mark.</param>
    /// <param name="unread">Told of the columns in the header that are not among the known ones.</param>
    public static IEnumerable<CsvRow> Each(
        string file, ReadOnlyMemory<byte> utf8, CsvColumns columns, FieldValues values, List<TableError> errors, Action<string[]>? unread = null)
    {
        // A row that cannot be read is reported while the reader advances, when the header is known.
        var columnCount = 0;
        using var reader = CsvReader.Create(utf8, Strict(file, () => columnCount, errors));
        string[] header = [.. reader.Headers];
        columnCount = header.Length;
        unread?.Invoke([.. header.Except(columns.Known)]);
        if (PlacesOf(file, header, columns, values, errors) is not { } places)
            yield break;
        var table = new CsvTableContext(file, columns.Known, values, errors);
        var fields = new LiveFields(reader, places);
        while (reader.Read())
            yield return new CsvRow(table, fields.Line = checked((int)reader.LineNumber), fields);
        fields.Line = 0;
    }

    /// <summary>A table that is part of the program, by the name of its resource.</summary>
    public static List<CsvRow> Embedded(string resource, string[] columns, List<TableError> errors)
    {
        using var stream = typeof(CsvTable).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"The build lacks the embedded resource {resource}.");
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return [.. Each(resource, bytes.ToArray(), CsvColumns.Exactly(columns), FieldValues.Quoted, errors).Select(row => row.Kept())];
    }

    private static CsvReaderOptions Strict(string file, Func<int> columnCount, List<TableError> errors) => new()
    {
        Separator = ',',
        TrimWhitespace = true,
        TrimInsideQuotes = true,
        TrackLineNumbers = true,
        // No field has a reason for a line break, and with them one stray quote would swallow every row after it.
        AllowLineBreaksInQuotes = false,
        MalformedData = CsvMalformedDataHandling.Skip,
        FieldCountMismatch = CsvFieldCountHandling.Skip,
        OnMalformedRecord = record => errors.Add(record.Reason == CsvMalformedReason.FieldCountMismatch
            ? new(file, (int)record.LineNumber, "", $"列数应为 {columnCount()}。", $"the row does not have {columnCount()} fields.")
            : new(file, (int)record.LineNumber, "", "引号不成对或位置不对。", "a quotation mark is unbalanced or misplaced.")),
    };

    /// <summary>Where each column stands in the file; null after a fault.</summary>
    private static int[]? PlacesOf(string file, string[] header, CsvColumns columns, FieldValues values, List<TableError> errors)
    {
        var before = errors.Count;
        foreach (var missing in columns.Required.Except(header))
            errors.Add(new(file, 1, missing, $"表头缺少列 {missing}。", $"the header lacks column {missing}."));
        foreach (var unknown in columns.OthersAllowed ? [] : header.Except(columns.Known))
            errors.Add(Unknown(file, unknown, header, columns.Known, values));
        foreach (var twice in columns.Known.Where(name => header.Count(name.Equals) > 1))
            errors.Add(new(file, 1, twice, $"表头列 {twice} 重复。", $"column {twice} appears more than once."));
        return errors.Count > before ? null : [.. columns.Known.Select(column => Array.IndexOf(header, column))];
    }

    private static TableError Unknown(string file, string name, string[] header, string[] columns, FieldValues values)
    {
        var place = Array.IndexOf(header, name) + 1;
        // Without its header line a file begins with a person, who would be taken for column names.
        if (values is FieldValues.Withheld)
            return new(file, 1, "", $"表头第 {place} 列不是已知的列。", $"column {place} of the header is not a known one.");
        return NearestName.Of(name, [.. columns.Except(header)]) is { } nearest
            ? new(file, 1, name, $"表头有未知列“{name}”，是否应为 {nearest}？", $"the header has the unknown column '{name}'; is {nearest} meant?")
            : new(file, 1, name, $"表头有未知列“{name}”。", $"the header has the unknown column '{name}'.");
    }

    /// <summary>The fields of the record the reader stands on.</summary>
    private sealed class LiveFields(CsvReader reader, int[] places) : CsvFields
    {
        /// <summary>Of the record; 0 after the last.</summary>
        public int Line { get; set; }

        public override ReadOnlySpan<byte> Of(int line, int column)
        {
            if (line != Line)
                throw new InvalidOperationException($"The row of line {line} was left when line {Line} was read; keep it before.");
            return places[column] < 0 ? [] : reader.GetSpan(places[column]);
        }
    }
}

/// <summary>The fields of one record as UTF-8, in the order of the table's columns.</summary>
internal abstract class CsvFields
{
    /// <param name="line">Of the row that asks.</param>
    /// <exception cref="InvalidOperationException">The record of that row is no longer there.</exception>
    public abstract ReadOnlySpan<byte> Of(int line, int column);

    /// <summary>The same fields, independent of where they were read from.</summary>
    public CsvFields Kept(int line, int count)
    {
        var fields = new byte[count][];
        for (var column = 0; column < count; column++)
            fields[column] = Of(line, column).ToArray();
        return new KeptFields(fields);
    }

    private sealed class KeptFields(byte[][] fields) : CsvFields
    {
        public override ReadOnlySpan<byte> Of(int line, int column) => fields[column];
    }
}

/// <summary>What the rows of one table share.</summary>
internal sealed record CsvTableContext(string File, string[] Columns, FieldValues Values, List<TableError> Errors)
{
    /// <summary>One for each column: the few units of a table are found faster when they are not among its many names.</summary>
    public TextPool[] Pools { get; } = [.. Columns.Select(_ => new TextPool())];
}
