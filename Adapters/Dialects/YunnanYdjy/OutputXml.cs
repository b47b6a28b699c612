using System.Globalization;
using System.Text;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.YunnanYdjy;

/// <summary>
/// The inner reply: a flat <c>&lt;output&gt;</c> without declaration or byte order mark, because clients glue it into a text of their own. An
/// element without a value is written empty, because clients fail on a missing one after the transaction is already booked.
/// </summary>
internal sealed class OutputXml : Outcome
{
    private readonly List<(string Name, string Value, bool IsFreeText)> _elements = [];

    /// <summary>Clients search the whole reply for these names before they read the element, so no value may contain one.</summary>
    private static readonly string[] SearchedNames = ["AKC262", "AKC806", "AKC807", "PRINT"];

    /// <summary>The reply of transactions whose output no client reads.</summary>
    public static OutputXml Nothing => new();

    /// <summary>Codes, numbers and dates; never shortened.</summary>
    public OutputXml Add(string name, string? value)
    {
        _elements.Add((name, Tame(value ?? ""), false));
        return this;
    }

    /// <summary>Names: may be shortened by whole characters when the caller's buffer is too small.</summary>
    public OutputXml AddFreeText(string name, string? value)
    {
        _elements.Add((name, Tame(value ?? ""), true));
        return this;
    }

    public OutputXml AddYuan(string name, decimal fen) => Add(name, (fen / 100m).ToString("0.00", CultureInfo.InvariantCulture));

    public OutputXml AddNumber(string name, decimal value) => Add(name, Amounts.Plainly(value));

    public OutputXml AddDate(string name, DateOnly date) => Add(name, date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));

    /// <summary>
    /// At most <paramref name="bytesMax"/> bytes as long as shortening free text can do it. The XML is never cut: a client that gets half an
    /// element fails after the transaction is booked. Decoding refuses buffers that are too small beforehand.
    /// </summary>
    public string Render(int bytesMax, Encoding encoding)
    {
        if (_elements.Count == 0)
            return "";
        var bytesLeft = bytesMax - encoding.GetByteCount(Render(static (_, isFreeText) => isFreeText ? "" : null));
        return Render((value, isFreeText) =>
        {
            if (!isFreeText)
                return null;
            var kept = XmlText.ShortenEscaped(value, bytesLeft, encoding);
            bytesLeft -= encoding.GetByteCount(XmlText.Escape(kept));
            return kept;
        });
    }

    private string Render(Func<string, bool, string?> replace)
    {
        var xml = new StringBuilder("<output>");
        foreach (var (name, value, isFreeText) in _elements)
            xml.Append('<').Append(name).Append('>').Append(XmlText.Escape(replace(value, isFreeText) ?? value)).Append("</").Append(name).Append('>');
        return xml.Append("</output>").ToString();
    }

    // The full-width letter keeps the word readable and out of the client's search.
    private static string Tame(string value) =>
        SearchedNames.Aggregate(LegacyXml.Carriable(value), (text, name) => text.Replace(name, (char)(name[0] + 0xFEE0) + name[1..], StringComparison.Ordinal));
}
