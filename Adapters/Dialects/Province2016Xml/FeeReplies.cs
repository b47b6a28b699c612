using System.Xml.Linq;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.Province2016Xml;

/// <summary>
/// 28. The client takes what is inside <c>output</c> and posts it unchanged as 0301, so it is the whole <c>input</c> as it came, with code
/// and name of the exchange in ake001 and ake002. A line without mapping, where the province lets it pass as self-pay, keeps its own.
/// </summary>
internal static class FeeReplies
{
    /// <summary>Null when the result lacks a row of the request.</summary>
    public static XElement? Translated(XElement input, FeeLinesTranslated translated)
    {
        var lines = translated.Lines.DistinctBy(line => line.LineSerial).ToDictionary(line => line.LineSerial);
        var answer = new XElement(input);
        foreach (var row in InnerXml.Children(answer, "detail").SelectMany(detail => InnerXml.Children(detail, "row")))
        {
            if (!lines.TryGetValue(Value(row, Fields.LineSerial), out var line))
                return null;
            if (line.ExchangeCode is { } code)
                Replace(row, Fields.DeclaredCode, code);
            if (line.ExchangeCode is not null && line.ExchangeName is { } name)
                Replace(row, Fields.DeclaredName, name);
        }
        return Reply.Output(answer);
    }

    private static string Value(XElement row, Field field) => InnerXml.Children(row, field.Element).FirstOrDefault()?.Value.Trim() ?? "";

    private static void Replace(XElement row, Field field, string value)
    {
        var replacement = Reply.Element(field.Element, value);
        if (InnerXml.Children(row, field.Element).FirstOrDefault() is { } present)
            present.Value = replacement.Value;
        else
            row.Add(replacement);
    }
}
