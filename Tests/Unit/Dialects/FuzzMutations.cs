using System.Text;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Tests.Dialects;

/// <summary>Messages that are nearly right: recorded ones, changed in up to five places, and now and then bytes that were never a message.</summary>
internal sealed class FuzzMutations(IReadOnlyList<HisMessage> samples)
{
    /// <summary>Changed messages stay about as long as recorded ones, so that a run is many of them.</summary>
    private const int BodyMax = 32 * 1024;

    private const int RepeatMax = 256 * 1024;

    private static readonly byte[] Separators = "|^$;,\t<>\"'&{}[]:=/\\\n\0 "u8.ToArray();

    private static readonly string[] Values =
    [
        "", " ", "0", "-0", "-1", "1", "+1", ".", "-", "1.", ".5", "1e400", "1E-28", "1E+20", "1E-05", "NaN", "Infinity", "0x10", "1,000", "１２", "٣",
        "79228162514264337593543950335", "-79228162514264337593543950336", "9223372036854775807", "-9223372036854775808", "2147483648", "9999999999.99", "999999999999999.99",
        "0.0000000000000000000000000001", "0.005", "-0.004", "1000000000", "1000000000.0001", "62.4899999999999",
        "20160230", "20161301", "00000000", "00010101", "99991231", "99991231235959", "20160615240000", "2016-06-15T24:00:00", "2016-06-15T09:08:07Z", "9999-12-31", "0001-01-01 00:00:00",
        "2016/6/5", "2016-02-29", "2017-02-29", "29-2-2016", "null", "NULL", "true", "[]", "{}", "[null]", "\"", "\\", "\\u0000", "\\ud842", "\\udfb7\\ud842", "\\ud842\\udfb7", "\\uE863", "&", "&amp;lt;",
        "&#0;", "&#xD842;", "&#x20BB7;", "&#1114112;", "<", "<a/>", "</", "]]>", "<![CDATA[", "<!--", "<?xml version=\"1.0\" encoding=\"UTF-16\"?>", "<!DOCTYPE a [<!ENTITY b \"c\">]>", "㼆䶮𠮷", "\uE863",
        "\u2028", "\uFEFF", "\uFFFE", "\uFFFF", "\u00A0", "\u0085", "İı", "\0", "\u0001", "\r\n", "$", "$$", "||", "^^", "AAAA", "0000", "S5301001006120000001", "A5301001006200000001",
    ];

    /// <summary>Values that leave a message in one piece, so that what they do is left to the reader of the field.</summary>
    private static readonly string[] TameValues = [.. Values.Where(value => !value.Any(unit => char.IsControl(unit) || "<>&\"'\\|^$[]{}".Contains(unit, StringComparison.Ordinal)))];

    private static readonly byte[][] Broken =
    [
        [0xB2], [0xB2, 0x7C], [0xB2, 0x5E], [0x81], [0x81, 0x30], [0x81, 0x30, 0x89], [0x81, 0x30, 0x89, 0x30], [0xFE, 0x9F], [0xFE, 0x39, 0xFE, 0x39], [0xE3, 0x32, 0x9A, 0x35], [0xE3, 0x32, 0x9A, 0x36],
        [0x80], [0xFF], [0xFF, 0xFE], [0xFE, 0xFF, 0, 0x3C], [0xC0, 0x80], [0xED, 0xA1, 0x82], [0xED, 0xA1, 0x82, 0xED, 0xBE, 0xB7], [0xF4, 0x90, 0x80, 0x80], [0xE4, 0xBD], [0xEF, 0xBB, 0xBF], [0x82, 0x35, 0x8F, 0x33], [0x95, 0x32, 0x9A, 0x35],
    ];

    private static readonly string[] Nests = ["<a>", "&lt;a&gt;", "[", "{\"a\":", "{\"input\":", "\\\"{", "<![CDATA[", "("];

    private static readonly string[] ContentTypes =
    [
        "", "text/xml", "text/xml; charset=GBK", "text/xml; charset=gb2312", "text/xml; charset=\"GB18030\"", "text/xml; charset=utf-8", "text/xml; charset=utf-16", "application/json", "application/json; charset=gbk", "text/plain; charset=GB18030",
        "application/soap+xml; charset=utf-8; action=\"x\"", "charset=", "charset=\0", "multipart/form-data",
    ];

    private static readonly string[] Paths = ["", "/", "/his/v1", "/national", "/national/dll", "/national/2304", "/neusoft", "/RecvMsg", "/ydjy", "/yinhai", "/Service1.asmx", "//../", "/\uD842"];

    public HisMessage Next(Random random)
    {
        var sample = Any(samples, random);
        if (random.Next(64) == 0)
            sample = sample with { ContentType = Any(ContentTypes, random) };
        if (random.Next(128) == 0)
            sample = sample with { Path = Any(Paths, random), SoapAction = Any(Values, random) };
        return sample with { Body = random.Next(50) == 0 ? Noise(random) : Changed(sample, random) };
    }

    private byte[] Changed(HisMessage sample, Random random)
    {
        var body = new List<byte>(sample.Body.Length + 64);
        body.AddRange(sample.Body.Span);
        for (var changes = random.Next(2) == 0 ? 1 : random.Next(1, 6); changes > 0; changes--)
        {
            if (random.Next(2) == 0)
                ChangeValue(body, random);
            else
                Change(body, random);
        }

        if (body.Count > BodyMax)
            body.RemoveRange(BodyMax, body.Count - BodyMax);
        if (random.Next(4096) == 0)
            Repeat(body, random);
        return [.. body];
    }

    private void Change(List<byte> body, Random random)
    {
        var at = random.Next(body.Count + 1);
        switch (random.Next(13))
        {
            case 0 when at < body.Count:
                body[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when at < body.Count:
                body[at] = (byte)random.Next(256);
                break;
            case 2:
                body.Insert(at, (byte)random.Next(256));
                break;
            case 3:
                body.RemoveRange(at, Math.Min(random.Next(1, 24), body.Count - at));
                break;
            case 4:
                Duplicate(body, at, random);
                break;
            case 5 when random.Next(4) == 0:
                body.RemoveRange(at, body.Count - at);
                break;
            case 6 when random.Next(2) == 0:
                Splice(body, at, random);
                break;
            case 7:
                body.InsertRange(at, Enumerable.Repeat(Any(Separators, random), random.Next(1, 40)));
                break;
            case 8:
                body.InsertRange(at, Any(Broken, random));
                break;
            case 9 when random.Next(4) == 0:
                SwapEncoding(body, random);
                break;
            case 10 when random.Next(4) == 0:
                body.InsertRange(at, Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(Any(Nests, random), random.Next(1, 80)))));
                break;
            default:
                Replace(body, at, Values, random);
                break;
        }
    }

    private static void ChangeValue(List<byte> body, Random random)
    {
        var at = random.Next(body.Count + 1);
        if (random.Next(2) == 0)
            Digits(body, at, random);
        else
            Replace(body, at, TameValues, random);
    }

    /// <summary>What stands between two separators becomes a value that is hard to read.</summary>
    private static void Replace(List<byte> body, int at, IReadOnlyList<string> values, Random random)
    {
        var (start, end) = (at, at);
        while (start > 0 && at - start < 60 && !IsSeparator(body[start - 1]))
            start--;
        while (end < body.Count && end - at < 60 && !IsSeparator(body[end]))
            end++;
        body.RemoveRange(start, end - start);
        var value = random.Next(40) == 0 ? new string(Any("A1中| ".ToCharArray(), random), random.Next(1, 3000)) : Any(values, random);
        body.InsertRange(start, LegacyText.Encode(value, random.Next(2) == 0 ? LegacyText.Gb18030 : LegacyText.Utf8));
    }

    private static bool IsSeparator(byte value) => value is (byte)'|' or (byte)'^' or (byte)'$' or (byte)';' or (byte)'<' or (byte)'>' or (byte)'"' or (byte)',' or (byte)'&' or (byte)':' or (byte)'\n' or (byte)'\t';

    private static void Duplicate(List<byte> body, int at, Random random)
    {
        var from = random.Next(body.Count + 1);
        body.InsertRange(at, body.GetRange(from, Math.Min(random.Next(1, 200), body.Count - from)));
    }

    private void Splice(List<byte> body, int at, Random random)
    {
        var other = Any(samples, random).Body.Span;
        body.RemoveRange(at, body.Count - at);
        body.AddRange(other[random.Next(other.Length + 1)..]);
    }

    /// <summary>The digits from a place on change: another number, another day, another code.</summary>
    private static void Digits(List<byte> body, int at, Random random)
    {
        var found = body.FindIndex(at, value => value is >= (byte)'0' and <= (byte)'9');
        for (var index = found; index >= 0 && index < body.Count && body[index] is >= (byte)'0' and <= (byte)'9'; index++)
            if (random.Next(3) == 0)
                body[index] = (byte)('0' + random.Next(10));
    }

    // The header goes on saying what it said.
    private static void SwapEncoding(List<byte> body, Random random)
    {
        var bytes = body.ToArray();
        var (from, to) = random.Next(2) == 0 ? (LegacyText.Utf8, LegacyText.Gb18030) : (LegacyText.Gb18030, LegacyText.Utf8);
        if (!LegacyText.TryDecode(bytes, from, out var text, out _))
            return;
        body.Clear();
        body.AddRange(LegacyText.Encode(text, to));
    }

    private static void Repeat(List<byte> body, Random random)
    {
        var at = random.Next(body.Count + 1);
        byte[] piece = random.Next(3) switch
        {
            0 => [Any(Separators, random)],
            1 => Encoding.ASCII.GetBytes(Any(Nests, random)),
            _ => [.. body.GetRange(at, Math.Min(random.Next(1, 400), body.Count - at))],
        };
        if (piece.Length > 0)
            body.InsertRange(at, Enumerable.Repeat(piece, random.Next(1, RepeatMax / piece.Length)).SelectMany(bytes => bytes));
    }

    private static byte[] Noise(Random random)
    {
        var bytes = new byte[random.Next(400)];
        random.NextBytes(bytes);
        return bytes;
    }

    private static T Any<T>(IReadOnlyList<T> values, Random random) => values[random.Next(values.Count)];
}
