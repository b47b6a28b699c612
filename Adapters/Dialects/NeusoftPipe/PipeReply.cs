using System.Globalization;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.NeusoftPipe;

/// <summary>
/// <c>status|f1|f2|…</c> for a buffer of 1024 bytes that the client reads up to the first NUL. Names are shortened by whole characters until the
/// line fits; serials, figures and certificate numbers never are.
/// </summary>
internal sealed class PipeReply
{
    /// <summary>The client's buffer less the closing NUL.</summary>
    public const int BytesMax = 1023;

    private const string Failure = "-1";

    private readonly List<(string Value, bool IsName)> _fields = [("0", false)];

    public PipeReply Add(string value)
    {
        _fields.Add((InOneField(value), false));
        return this;
    }

    /// <summary>Text that may be shortened.</summary>
    public PipeReply AddName(string value)
    {
        _fields.Add((InOneField(value), true));
        return this;
    }

    public PipeReply AddYuan(decimal fen) => Add((fen / 100m).ToString("0.00", CultureInfo.InvariantCulture));

    /// <summary>Null when what must not be shortened does not fit either.</summary>
    public string? Line()
    {
        var bytesLeft = BytesMax - BytesOf(string.Join('|', _fields.Select(field => field.IsName ? "" : field.Value)));
        if (bytesLeft < 0)
            return null;
        return string.Join('|', _fields.Select(field =>
        {
            var kept = field.IsName ? LegacyText.Shorten(field.Value, bytesLeft, LegacyText.Gb18030) : field.Value;
            bytesLeft -= field.IsName ? BytesOf(kept) : 0;
            return kept;
        }));
    }

    /// <summary>A failure's line: the longest of the wordings that fits, else the last one shortened.</summary>
    public static string Failed(params ReadOnlySpan<string> wordings)
    {
        var line = "";
        foreach (var wording in wordings)
        {
            line = $"{Failure}|{InOneField(wording)}";
            if (BytesOf(line) <= BytesMax)
                return line;
        }

        return LegacyText.Shorten(line, BytesMax, LegacyText.Gb18030);
    }

    private static string InOneField(string text) => LegacyText.InOneField(text, '|');

    private static int BytesOf(string text) => LegacyText.Gb18030.GetByteCount(text);
}
