using System.Globalization;
using Provincial.Exchange.V1;
using ProvincialGateway.Storage;
using ProvincialGateway.Treatment;
using ProvincialGateway.Values;

namespace ProvincialGateway.Cli;

/// <summary>A filing as another province states it.</summary>
internal sealed record FilingAnswer
{
    public required string Number { get; init; }
    public required string Kind { get; init; }
    public required string Area { get; init; }
    public required string From { get; init; }
    public string? To { get; init; }
    public required string State { get; init; }
    public required string SubmittedBy { get; init; }

    public static FilingAnswer Of(FilingRecord record) => new()
    {
        Number = record.Filing.FilingNumber,
        Kind = record.Filing.Kind,
        Area = record.Filing.TargetArea,
        From = record.Filing.ValidFrom,
        To = record.Filing.ValidTo.Length > 0 ? record.Filing.ValidTo : null,
        State = record.State switch
        {
            FilingState.Effective => "effective",
            FilingState.UnderReview => "under-review",
            FilingState.Rejected => "rejected",
            FilingState.Cancelled => "cancelled",
            _ => "unknown",
        },
        SubmittedBy = record.SubmittedByDivision,
    };
}

/// <summary>A request about a filing, without the person it is about.</summary>
internal sealed record FilingRequestAnswer
{
    public required string TransactionId { get; init; }
    public required string Peer { get; init; }

    /// <summary>submission or cancellation.</summary>
    public required FilingRequestKind Kind { get; init; }

    /// <summary>awaiting, answered, rejected or parked.</summary>
    public required string State { get; init; }
    public required string RequestedBy { get; init; }
    public required string At { get; init; }
    public FilingAnswer? Filing { get; init; }

    /// <summary>The refusal, or why there is no answer.</summary>
    public string? Note { get; init; }

    public static FilingRequestAnswer Of(FilingRequestRow row, Vault vault)
    {
        var reply = FilingRequests.ReplyOf(row, vault);
        var record = (reply as SubmitFilingResponse)?.Filing ?? (reply as CancelFilingResponse)?.Filing;
        return new()
        {
            TransactionId = row.TransactionId,
            Peer = row.Peer,
            Kind = row.Kind,
            State = reply?.Refusal is null ? row.State.ToString().ToLowerInvariant() : "refused",
            RequestedBy = row.RequestedBy,
            At = ChinaTime.FromMs(row.PreparedAtMs).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
            Filing = record is null ? null : FilingAnswer.Of(record),
            Note = reply?.Refusal is { } refusal ? $"{refusal.Code} {refusal.MessageZh} {refusal.MessageEn}" : row.LastError,
        };
    }
}
