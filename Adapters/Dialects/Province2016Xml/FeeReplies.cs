using System.Xml.Linq;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.Province2016Xml;

/// <summary>28 and 0707.</summary>
internal static class FeeReplies
{
    private const decimal BasisPointsPerOne = 10_000m;

    /// <summary>
    /// The client takes what is inside <c>output</c> and posts it unchanged as 0301, so it is the whole <c>input</c> as it came, with code and
    /// name of the exchange in ake001 and ake002. A line without mapping, where the province lets it pass as self-pay, keeps its own. Null when
    /// the result lacks a row of the request.
    /// </summary>
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

    /// <summary>akc264 = akc253 + akc254 + akc228 + yka319: full self-pay, over limit, pre-self-pay, in scope. aka069 is a fraction.</summary>
    public static XElement Found(XElement input, FeeLinesFound found)
    {
        var request = new InputReader(input);
        var (first, visit, settlement) = (request.OptionalCount(Fields.FirstRow) ?? 0, request.Optional(Fields.VisitNumber), request.Optional(Fields.SettlementNumberWithinProvince));
        var rows = found.Lines.Select((line, index) => Row(line, (long)first + index + 1, visit ?? "", settlement ?? ""));
        return Reply.Output(Reply.Element("totalrow", $"{found.LineCount}"), Reply.Parent("detail", rows));
    }

    private static XElement Row(HisSplitLine line, long number, string visit, string settlement) => Reply.Parent("row",
    [
        Reply.Element("seqno", $"{number}"), Reply.Element("ykc700", visit), Reply.Element("ykc618", settlement),
        Reply.Element("yka111", line.FeeCategory ?? ""), Reply.Element("yka112", ""),
        Reply.Element("ake001", line.ExchangeCode ?? ""), Reply.Element("ake002", line.ExchangeName ?? ""), Reply.Element("ake114", ""),
        Reply.Element("aka185", ""), Reply.Element("yke230", ""), Reply.Element("yke231", ""),
        Reply.Element("ake005", line.LocalCode), Reply.Element("ake006", line.LocalName), Reply.Element("ykc610", line.LineSerial),
        Reply.Element("akc264", Amounts.Yuan(line.AmountFen)), Reply.Element("aka069", Amounts.Plainly(line.SelfPayBasisPoints / BasisPointsPerOne)),
        Reply.Element("akc228", Amounts.Yuan(line.PreSelfPayFen)), Reply.Element("akc253", Amounts.Yuan(line.FullSelfPayFen)),
        Reply.Element("akc254", Amounts.Yuan(line.OverLimitFen)), Reply.Element("yka319", Amounts.Yuan(line.InScopeFen)),
        Reply.Element("aka065", line.ItemClass), Reply.Element("akc226", Amounts.Plainly(line.Quantity)), Reply.Element("akc225", Amounts.Plainly(line.UnitPrice)),
    ]);

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
