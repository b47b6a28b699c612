using System.Globalization;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.NeusoftCaret;

/// <summary>Who the card is, as the workstation read it: the caller's third string, or CardInfo over SOAP. Null is not stated.</summary>
internal sealed record CardData
{
    public static readonly CardData None = new();

    public string? Division { get; init; }

    public string? PersonNumber { get; init; }

    public string? CardNumber { get; init; }

    public string? CertificateNumber { get; init; }

    public string? Name { get; init; }

    /// <summary><c>统筹区号|个人编号|身份证号|</c> and <c>|卡号|</c>.</summary>
    public static CardData OfStrings(string otherParam, string cardInfo)
    {
        var (other, card) = (Items(otherParam), Items(cardInfo));
        return new CardData
        {
            Division = At(other, 0),
            PersonNumber = At(other, 1),
            CertificateNumber = At(other, 2),
            CardNumber = At(card, 1) ?? At(card, 0),
        };
    }

    /// <summary><c>卡号||||统筹区号|||身份证号|姓名|NEW|</c>.</summary>
    public static CardData OfCardInfo(string cardInfo)
    {
        var items = Items(cardInfo);
        return new CardData { CardNumber = At(items, 0), Division = At(items, 4), CertificateNumber = At(items, 7), Name = At(items, 8) };
    }

    private static string[] Items(string text) => text.Split('|');

    private static string? At(string[] items, int index) => index < items.Length && items[index].Trim() is { Length: > 0 } item and not "NULL" ? item : null;
}

/// <summary>One call with its rows decoded. The first thing wrong in any of them is the call's.</summary>
internal sealed class CaretCall(CaretEnvelope envelope, CardData card, CaretSettings settings, IReadOnlyList<FieldReader> rows)
{
    /// <summary>A reply's envelope without its data: transaction id, marks, delimiters.</summary>
    private const int FrameBytes = 48;

    private HisRefusal? _refusal;

    public CaretEnvelope Envelope => envelope;

    public CardData Card => card;

    public CaretSettings Settings => settings;

    /// <summary>At least one.</summary>
    public IReadOnlyList<FieldReader> Rows => rows;

    public FieldReader Head => rows[0];

    /// <summary>Over SOAP no buffer limits a reply.</summary>
    public bool IsUnlimited { get; init; }

    public HisRefusal? Refusal => _refusal ?? rows.Select(row => row.Refusal).FirstOrDefault(refusal => refusal is not null);

    public void Refuse(HisRefusal refusal) => _refusal ??= refusal;

    /// <summary>A reply that does not fit would fail in the client after the rows are stored, so it is refused before.</summary>
    public void RefuseReplyOf(int bytes)
    {
        if (!IsUnlimited && bytes + FrameBytes > settings.BufferBytes)
        {
            Refuse(Refusals.InvalidField("lines", $"{envelope.Code} 行数", $"应答需 {bytes} 字节，超出缓冲区 {settings.BufferBytes} 字节，请分批上传。",
                $"the reply needs {bytes} bytes and the buffer has {settings.BufferBytes}: send fewer rows."));
        }
    }

    /// <summary>
    /// Who is meant. The area stands in the message or in the card data; else the province has one for all persons or person numbers begin
    /// with it.
    /// </summary>
    public HisPersonReference Person(NumberedField number, NumberedField cardNumber, NumberedField area, NumberedField certificate)
    {
        var personNumber = Head.Optional(number) ?? card.PersonNumber;
        var division = Head.Optional(area) ?? card.Division ?? settings.FixedDivision;
        if (division is null && settings.IsDivisionPrefix && personNumber is { Length: > 6 })
            (division, personNumber) = (personNumber[..6], personNumber[6..]);
        if (division is null)
            Refuse(Refusals.MissingField("insured_division", $"{envelope.Code} 统筹区号"));
        else if (!CaretSettings.IsDivision(division))
            Refuse(Refusals.InvalidField("insured_division", $"{envelope.Code} 统筹区号", "应为6位行政区划代码。", "a division code of six digits is expected."));
        var person = new HisPersonReference
        {
            InsuredDivision = division ?? "",
            PersonNumber = personNumber,
            CardNumber = Head.Optional(cardNumber) ?? card.CardNumber,
            SocialSecurityNumber = Head.Optional(certificate) ?? card.CertificateNumber,
            Name = card.Name,
        };
        if (person is { PersonNumber: null, CardNumber: null, SocialSecurityNumber: null })
            Refuse(Refusals.MissingField("person.person_number", $"{envelope.Code} 个人编号/卡号/读卡数据"));
        return person;
    }
}

/// <summary>Reads 入参: rows closed or joined by <c>$</c>, fields closed by <c>|</c>, the literal NULL is empty.</summary>
internal static class CaretRows
{
    private const byte RowEnd = (byte)'$', FieldEnd = (byte)'|';

    /// <summary>More than any real batch; 300 rows are the most that was seen.</summary>
    private const int RowsMax = 1000;

    /// <summary>At least one row, an empty one when 入参 is empty; null and the refusal when the bytes are no text or there are too many fields.</summary>
    public static IReadOnlyList<FieldReader>? Read(CaretEnvelope envelope, CaretTransaction transaction, Profile profile, out HisRefusal? refusal)
    {
        var rows = new List<FieldReader>();
        foreach (var row in LegacyFields.Split(envelope.Input.Span, RowEnd, (_, _) => false, _ => true))
        {
            if (row.Start == row.Next)
                continue;
            var at = rows.Count == 0 ? transaction.Code : $"{transaction.Code} {string.Create(CultureInfo.InvariantCulture, $"行{rows.Count + 1}")}";
            var texts = Texts(envelope, row, transaction.Layout(profile, rows.Count), out refusal);
            if (texts is null)
                return null;
            if (texts.Count > 0)
                rows.Add(new FieldReader(at, texts));
            if (rows.Count > RowsMax)
            {
                refusal = Refusals.Malformed("row count", $"一次最多 {RowsMax} 行。", $"at most {RowsMax} rows are taken at once.");
                return null;
            }
        }

        refusal = null;
        return rows.Count > 0 ? rows : [new FieldReader(transaction.Code, [])];
    }

    private static List<string>? Texts(CaretEnvelope envelope, FieldBytes row, RowLayout layout, out HisRefusal? refusal)
    {
        var bytes = envelope.Input.Span[row.Start..row.Next];
        var pieces = layout.FieldCount + (bytes.EndsWith("|"u8) ? 1 : 0);
        var fields = LegacyFields.Split(bytes, FieldEnd, layout.IsCut, count => count == pieces);
        var texts = new List<string>(fields.Count);
        foreach (var field in fields)
        {
            if (!LegacyText.TryDecode(bytes[field.Start..field.End], LegacyText.Gb18030, out var text, out var badByteAt))
            {
                refusal = Refusals.Malformed($"byte {envelope.InputAt + row.Start + field.Start + badByteAt}", "字节不属于 GB18030。", "the byte is not GB18030.");
                return null;
            }

            texts.Add(text.Trim() == "NULL" ? "" : text.Trim(' ', '\t', '\r', '\n', '\0'));
        }

        while (texts is [.., ""])
            texts.RemoveAt(texts.Count - 1);
        refusal = texts.Count <= layout.FieldCount
            ? null
            : Refusals.Malformed("field count", $"应有 {layout.FieldCount} 个字段，实有 {texts.Count} 个；名称中不得含“|”。", $"{layout.FieldCount} fields are expected, {texts.Count} were sent; a name must not contain '|'.");
        return refusal is null ? texts : null;
    }
}
