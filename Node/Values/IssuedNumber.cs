using System.Globalization;

namespace ProvincialGateway.Values;

/// <summary>
/// The numbers the insured province issues: a visit number is <c>S</c>, a settlement number <c>A</c> and a filing number <c>F</c>, each followed by the insured
/// division (6), YYMMDD of the business date (6) and a serial of that day (7): 20 characters.
/// </summary>
public static class IssuedNumber
{
    public const int Length = 20;

    public const int StatementLength = 18;

    public static string Visit(Division insured, DateOnly on, long serial) => Format('S', insured, on, serial);

    public static string Settlement(Division insured, DateOnly on, long serial) => Format('A', insured, on, serial);

    /// <summary>Of a filing that another province submitted; filings made at home keep the numbers of the province's own system.</summary>
    public static string Filing(Division insured, DateOnly on, long serial) => Format('F', insured, on, serial);

    /// <summary>A clearing statement: <c>B</c>, treatment division (6), YYMM of the period (4) and a serial of that month (7): 18 characters.</summary>
    /// <param name="period">The first day of the clearing month.</param>
    public static string Statement(Division treatment, DateOnly period, long serial)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(serial);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(serial, 9_999_999);
        return string.Create(CultureInfo.InvariantCulture, $"B{treatment.Code}{period:yyMM}{serial:0000000}");
    }

    public static bool IsStatement(string? text) =>
        text is { Length: StatementLength } && text[0] == 'B' && text.AsSpan(1).IndexOfAnyExceptInRange('0', '9') < 0 && text[1] != '0';

    public static bool IsVisit(string? text) => Is('S', text);

    public static bool IsSettlement(string? text) => Is('A', text);

    /// <summary>The insured division inside a visit or settlement number.</summary>
    public static Division InsuredOf(string number) => Division.Parse(number.Substring(1, 6));

    private static string Format(char kind, Division insured, DateOnly on, long serial)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(serial);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(serial, 9_999_999);
        return string.Create(CultureInfo.InvariantCulture, $"{kind}{insured.Code}{on:yyMMdd}{serial:0000000}");
    }

    private static bool Is(char kind, string? text) =>
        text is { Length: Length } && text[0] == kind && text.AsSpan(1).IndexOfAnyExceptInRange('0', '9') < 0 && text[1] != '0';
}
