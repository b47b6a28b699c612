using System.Globalization;

namespace ProvincialGateway.Dialects.NationalJson;

/// <summary>
/// The time in the node's transaction id (division, yyyyMMddHHmmss, serial), which is when the request was taken. Replies take their times from
/// it and from nowhere else: a repeat must be answered with the same bytes.
/// </summary>
internal static class NodeTime
{
    public const string Separated = "yyyy-MM-dd HH:mm:ss";

    private const int IdLength = 30;
    private const int DivisionLength = 6;
    private const string InId = "yyyyMMddHHmmss";

    /// <summary>Null when nothing was begun and there is no id.</summary>
    public static DateTime? Of(string transactionId) =>
        transactionId.Length == IdLength
        && DateTime.TryParseExact(transactionId.AsSpan(DivisionLength, InId.Length), InId, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
            ? time
            : null;

    /// <summary>Empty when there is no id.</summary>
    public static string Of(string transactionId, string format) => Of(transactionId)?.ToString(format, CultureInfo.InvariantCulture) ?? "";
}
