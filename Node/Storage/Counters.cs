namespace ProvincialGateway.Storage;

/// <summary>Named serial numbers: 1, 2, 3 … without gaps, because a number is taken in the transaction that uses it and returned by its rollback.</summary>
internal static class Counters
{
    public static long Next(Session session, string name) => session.QuerySingle<long>(
        """
        INSERT INTO counter (name, value) VALUES (@name, 1)
        ON CONFLICT (name) DO UPDATE SET value = value + 1
        RETURNING value
        """,
        new { name });
}
