namespace ProvincialGateway.Storage;

/// <summary>
/// Data that may be older than what the node's peers know: it takes in from them what it has forgotten before it settles anything, so that no id is given out twice.
/// </summary>
internal static class OlderData
{
    /// <summary>Stands for the backup where the data are older because their own log has lost commits.</summary>
    public const string DamagedLog = "damaged log";

    /// <summary>Parameters: <c>restoredAtMs</c>, <c>takenAtMs</c>, <c>backup</c>.</summary>
    public const string Mark = "INSERT INTO restoration (restored_at_ms, backup_taken_at_ms, backup) VALUES (@restoredAtMs, @takenAtMs, @backup)";

    /// <summary>What these data have as never sent may have been sent since.</summary>
    public const string CountUnsentAsSent =
        """
        UPDATE outbound SET attempted_at_ms = coalesce(attempted_at_ms, prepared_at_ms), perhaps_received = max(perhaps_received, 1) WHERE state = 1;
        UPDATE filing_request SET attempted_at_ms = coalesce(attempted_at_ms, prepared_at_ms), perhaps_received = max(perhaps_received, 1) WHERE state = 1;
        """;
}
