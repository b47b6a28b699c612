namespace ProvincialGateway.Storage;

/// <summary>What the writer has done since the database was opened, as of one commit.</summary>
/// <param name="Commits">Groups committed, each one transaction and at most one disk sync.</param>
/// <param name="Works">Works that succeeded and are on disk.</param>
/// <param name="LargestGroup">The most works one commit has carried, failed ones included.</param>
internal sealed record DatabaseStatistics(long Commits, long Works, int LargestGroup);
