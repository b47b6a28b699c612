using System.Globalization;

namespace ProvincialGateway.Values;

/// <summary>
/// The sender's own id of one transaction: division (6) + yyyyMMddHHmmss at +08:00 (14) + serial (10), 30 digits in all. It is made and
/// stored before anything is sent, and everything that follows (replay, reversal, query) names it. <c>default</c> is not an id.
/// </summary>
public readonly record struct TransactionId
{
    public const int Length = 30;

    private readonly string? _text;

    private TransactionId(string text) => _text = text;

    public string Text => _text ?? throw new InvalidOperationException("The default TransactionId is not an id.");

    public Division Sender => Division.Parse(Text[..6]);

    public static TransactionId Create(Division sender, DateTimeOffset at, long serial)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(serial);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(serial, 9_999_999_999);
        return new(string.Create(CultureInfo.InvariantCulture, $"{sender.Code}{ChinaTime.Local(at):yyyyMMddHHmmss}{serial:0000000000}"));
    }

    public static bool TryParse(string? text, out TransactionId id)
    {
        id = default;
        if (text is not { Length: Length } || !text.All(char.IsAsciiDigit) || !Division.TryParse(text[..6], out _))
            return false;
        id = new TransactionId(text);
        return true;
    }

    public static TransactionId Parse(string? text) =>
        TryParse(text, out var id) ? id : throw new FormatException($"'{text}' is not a transaction id of {Length} digits.");

    public override string ToString() => _text ?? "(none)";
}
