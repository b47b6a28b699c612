namespace ProvincialGateway.Dialects.NeusoftCaret;

/// <summary>Tells the exchange's own numbers from those of a hospital's papers, where a field may hold either.</summary>
internal static class NodeNumbers
{
    private const int TransactionLength = 30;
    private const int SettlementLength = 20;

    /// <summary>中心交易流水号, with which every reply begins.</summary>
    public static bool IsTransaction(string text) => text.Length == TransactionLength && text.All(char.IsAsciiDigit);

    /// <summary>A settlement's number, as 7420 replies it.</summary>
    public static bool IsSettlement(string text) => text.Length == SettlementLength && text[0] == 'A' && text.AsSpan(1).IndexOfAnyExceptInRange('0', '9') < 0;
}
