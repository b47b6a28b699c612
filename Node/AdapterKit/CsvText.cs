namespace ProvincialGateway.AdapterKit;

/// <summary>A table as its lines, so that rows can be taken over as they were written. Fields hold no line breaks, which the loader checks.</summary>
internal sealed class CsvText
{
    private readonly string _header;
    private readonly IReadOnlyList<string> _rows;

    private CsvText(string header, IReadOnlyList<string> rows) => (_header, _rows) = (header, rows);

    public static CsvText Read(string path)
    {
        var lines = File.ReadAllLines(path);
        return new CsvText(lines[0], [.. lines.Skip(1).Where(line => line.Length > 0)]);
    }

    public IReadOnlyList<string> Column(string name) => [.. Cells(name).Select(pair => pair.Cell)];

    /// <summary>Header and the rows whose cell is wanted, as text.</summary>
    public string Where(string column, Func<string, bool> isWanted) =>
        string.Concat(Cells(column).Where(pair => isWanted(pair.Cell)).Select(pair => pair.Row).Prepend(_header).Select(line => $"{line}\n"));

    private IEnumerable<(string Row, string Cell)> Cells(string column)
    {
        var index = Split(_header.TrimStart('\uFEFF')).IndexOf(column);
        return index < 0 ? throw new InvalidDataException($"A table has no column {column}.") : _rows.Select(row => (row, Split(row).ElementAtOrDefault(index) ?? ""));
    }

    private static List<string> Split(string line)
    {
        var (cells, start, isQuoted) = (new List<string>(), 0, false);
        for (var at = 0; at <= line.Length; at++)
        {
            if (at < line.Length && line[at] == '"')
                isQuoted = !isQuoted;
            if (at < line.Length && (line[at] != ',' || isQuoted))
                continue;
            cells.Add(line[start..at].Trim().Trim('"').Replace("\"\"", "\"", StringComparison.Ordinal));
            start = at + 1;
        }
        return cells;
    }
}
