namespace ProvincialGateway.Values;

/// <summary>
/// An administrative division code of GB/T 2260: six digits, of which the first two are the province (530100 is Kunming in Yunnan).
/// A node is known by its province code, e.g. 530000. <c>default</c> is not a division.
/// </summary>
public readonly record struct Division
{
    private readonly string? _code;

    private Division(string code) => _code = code;

    public string Code => _code ?? throw new InvalidOperationException("The default Division is not a division code.");

    /// <summary>The province this division belongs to, as its own code (530100 → 530000): the id of the node that answers for it.</summary>
    public Division Province => new(string.Concat(Code.AsSpan(0, 2), "0000"));

    public bool IsProvince => Code.EndsWith("0000", StringComparison.Ordinal);

    public static Division Parse(string? code) =>
        TryParse(code, out var division) ? division : throw new FormatException($"'{code}' is not a six-digit division code.");

    public static bool TryParse(string? code, out Division division)
    {
        division = default;
        if (code is not { Length: 6 } || !code.All(char.IsAsciiDigit) || code.StartsWith('0'))
            return false;
        division = new Division(code);
        return true;
    }

    /// <summary>A target area covers itself and everything below it: 530000 covers 530100, 530100 covers 530102.</summary>
    public bool Covers(Division other) => other.Code.StartsWith(Significant, StringComparison.Ordinal);

    private string Significant => IsProvince ? Code[..2] : Code.EndsWith("00", StringComparison.Ordinal) ? Code[..4] : Code;

    public override string ToString() => _code ?? "(none)";
}
