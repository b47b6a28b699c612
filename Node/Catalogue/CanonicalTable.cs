using System.Buffers;
using System.Globalization;
using System.Text;
using ProvincialGateway.Tables;

namespace ProvincialGateway.Catalogue;

/// <summary>
/// A table in the one form in which it is stored: UTF-8 without byte order mark, columns in the order of the table, rows in ordinal order,
/// lines that end with LF, quotation marks only where they are needed, numbers without superfluous zeros. Tables with the same content have
/// the same bytes, whatever file they came from.
/// </summary>
internal static class CanonicalTable
{
    private static readonly SearchValues<char> NeedsQuotes = SearchValues.Create(",\"");

    /// <param name="file">Has been read without an error.</param>
    /// <returns>The bytes, and how many rows they hold.</returns>
    public static (byte[] Utf8, int Rows) Write(TableFile file, CatalogueTable table)
    {
        var errors = new List<TableError>();
        var lines = new List<byte[]>();
        foreach (var row in file.Each(table.Columns, FieldValues.Quoted, errors))
            lines.Add(Encoding.UTF8.GetBytes(Line(FieldsOf(row, table))));
        if (errors.Count > 0)
            throw new InvalidOperationException($"{file.Name} was read without errors and now has one: {errors[0]}");
        lines.Sort((left, right) => left.AsSpan().SequenceCompareTo(right));
        var header = Encoding.UTF8.GetBytes(Line(table.Columns));
        var utf8 = new ArrayBufferWriter<byte>(header.Length + Math.Max(1, lines.Sum(line => line.Length)));
        utf8.Write(header);
        foreach (var line in lines)
            utf8.Write(line);
        return (utf8.WrittenSpan.ToArray(), lines.Count);
    }

    /// <summary>The fields of a row in the order of the table, each in its one form.</summary>
    public static string[] FieldsOf(CsvRow row, CatalogueTable table) => Array.ConvertAll(table.Columns, column => Field(row, column));

    private static string Field(CsvRow row, string column) => column switch
    {
        "self_pay_percent" or "limit_tertiary" or "limit_secondary" or "limit_primary" or "price_from" or "price_to" or "reference_price" => Number(row[column]),
        // Enum names read in any case.
        "quality" or "status" or "direction" => row[column].ToLowerInvariant(),
        "kind" => row[column].ToLowerInvariant(),
        "system" => row.OneOf<Adapters.Contracts.CodeSystem>(column).ToString(),
        _ => row[column],
    };

    private static string Number(string text) =>
        decimal.TryParse(text, CultureInfo.InvariantCulture, out var number) ? Adapters.Contracts.Amounts.Plainly(number) : text;

    private static string Line(string[] fields) => string.Join(',', fields.Select(Quoted)) + "\n";

    private static string Quoted(string field) =>
        field.AsSpan().ContainsAny(NeedsQuotes) ? $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : field;
}
