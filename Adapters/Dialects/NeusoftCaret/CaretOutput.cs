using System.Globalization;
using System.Text;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.NeusoftCaret;

/// <summary>输出参数: rows of fields, each field closed by <c>|</c>. Delimiters and line breaks inside a value become harmless.</summary>
internal sealed class CaretOutput
{
    private readonly List<List<(string Value, bool IsName)>> _rows = [];
    private readonly char _between;

    /// <param name="between">What stands between rows.</param>
    public CaretOutput(char between = '$') => _between = between;

    /// <summary>The reply of transactions whose output no client reads.</summary>
    public static CaretOutput Nothing => new();

    public CaretOutput Row()
    {
        _rows.Add([]);
        return this;
    }

    public CaretOutput Add(string? value)
    {
        _rows[^1].Add((InOneField(value ?? ""), false));
        return this;
    }

    public CaretOutput Add(params ReadOnlySpan<string?> values)
    {
        foreach (var value in values)
            Add(value);
        return this;
    }

    /// <summary>Text that may be shortened.</summary>
    public CaretOutput AddName(string? value)
    {
        _rows[^1].Add((InOneField(value ?? ""), true));
        return this;
    }

    public CaretOutput AddYuan(decimal fen) => Add((fen / 100m).ToString("0.00", CultureInfo.InvariantCulture));

    /// <summary>As clients write numbers themselves: no more decimals than needed.</summary>
    public CaretOutput AddPlainYuan(decimal fen) => Add(Amounts.Plainly(fen / 100m));

    public CaretOutput AddEmpty(int count)
    {
        for (; count > 0; count--)
            Add("");
        return this;
    }

    /// <param name="nameBytesMax">No name is longer; whole characters only.</param>
    public string Text(int nameBytesMax)
    {
        var text = new StringBuilder();
        foreach (var (index, row) in _rows.Index())
        {
            if (index > 0)
                text.Append(_between);
            foreach (var (value, isName) in row)
                text.Append(isName ? LegacyText.Shorten(value, nameBytesMax, LegacyText.Gb18030) : value).Append('|');
        }

        return text.ToString();
    }

    public static string InOneField(string text) => LegacyText.InOneField(text, '^', '|', '$', ';');
}
