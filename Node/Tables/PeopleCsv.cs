using System.Buffers;
using System.Globalization;
using System.Text;

namespace ProvincialGateway.Tables;

/// <summary>
/// A CSV file that a person opens in a spreadsheet: UTF-8 with a byte order mark, and texts that a spreadsheet would take for a formula are
/// preceded by an apostrophe, which makes them text.
/// </summary>
internal sealed class PeopleCsv : IDisposable
{
    private static readonly SearchValues<char> NeedsQuotes = SearchValues.Create(",\"\r\n");

    private readonly StreamWriter _file;

    /// <exception cref="IOException">The file cannot be written.</exception>
    public PeopleCsv(string path, params IEnumerable<string> header)
    {
        _file = new StreamWriter(path, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        Row(header);
    }

    public void Row(params IEnumerable<string> cells)
    {
        _file.Write(string.Join(',', cells.Select(cell => Quoted(Harmless(cell)))));
        _file.Write("\r\n");
    }

    public void Dispose() => _file.Dispose();

    /// <summary>The text as a spreadsheet shows it without computing anything.</summary>
    internal static string Harmless(string cell) =>
        cell.Length > 0 && cell[0] is '=' or '+' or '-' or '@' or '\t' or '\r' && !IsNumber(cell) ? $"'{cell}" : cell;

    private static bool IsNumber(string cell) => decimal.TryParse(cell, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _);

    private static string Quoted(string cell) =>
        cell.AsSpan().ContainsAny(NeedsQuotes) ? $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : cell;
}
