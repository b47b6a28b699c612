using System.Globalization;
using System.Xml.Linq;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.YinhaiXml;

/// <summary>What a transaction makes of a result.</summary>
internal abstract class Outcome;

/// <summary>The result is known, and it is not what the client wanted.</summary>
internal sealed class Declined(string text) : Outcome
{
    public string Text => text;
}

/// <summary>
/// Success: the text in jysc_xml. Both clients find elements by name; one of them fails on a missing one, so what is not known is written empty.
/// Values of the head are children of <c>output</c>, rows are <c>sqldata/row</c>.
/// </summary>
internal sealed class Output : Outcome
{
    // Only a label: the text travels in the encoding of the envelope, and a BSTR is UTF-16.
    private const string Declaration = """<?xml version="1.0" encoding="GBK" standalone="yes" ?>""";

    // An element with empty text is written <x></x>, as this generation does, and not <x />.
    private readonly XElement _root = new("output", "");

    public FilePart? File { get; init; }

    public string Text => Declaration + LegacyXml.Text(_root);

    public Output Add(string name, string? value)
    {
        _root.Add(Element(name, value));
        return this;
    }

    public Output AddEmpty(params IEnumerable<string> names)
    {
        _root.Add(names.Select(static name => Element(name, "")));
        return this;
    }

    /// <summary>Figures by their bare names, as the head writes them.</summary>
    public Output AddAll(IEnumerable<(string Name, string Value)> values)
    {
        _root.Add(values.Select(static value => Element("prm_" + value.Name, value.Value)));
        return this;
    }

    public Output AddYuan(string name, decimal fen) => Add(name, Yuan(fen));

    public Output AddRows(IEnumerable<XElement> rows)
    {
        var list = new XElement("sqldata", "");
        list.Add(rows);
        _root.Add(list);
        return this;
    }

    public static XElement Row(params IEnumerable<(string Name, string? Value)> values) => new("row", values.Select(static value => Element(value.Name, value.Value)));

    public static string Yuan(decimal fen) => (fen / 100m).ToString("0.00", CultureInfo.InvariantCulture);

    public static string Date(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    public static string Time(DateTimeOffset moment) => BusinessTime.Local(moment).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>清算期号.</summary>
    public static string Month(DateTimeOffset moment) => BusinessTime.Local(moment).ToString("yyyyMM", CultureInfo.InvariantCulture);

    private static XElement Element(string name, string? value) => new(name, LegacyXml.Carriable(value ?? ""));
}
