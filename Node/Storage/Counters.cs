namespace ProvincialGateway.Storage;

/// <summary>Named serial numbers: 1, 2, 3 … without gaps, because a number is taken in the transaction that uses it and returned by its rollback.</summary>
internal static class Counters
{
    public static long Next(Session session, string name) => Take(session, name, count: 1);

    /// <summary>Several at once.</summary>
    /// <param name="count">Above zero.</param>
    /// <returns>The first; the others follow it.</returns>
    public static long Take(Session session, string name, long count) => session.QuerySingle<long>(
        """
        INSERT INTO counter (name, value) VALUES (@name, @count)
        ON CONFLICT (name) DO UPDATE SET value = value + @count
        RETURNING value
        """,
        new { name, count }) - count + 1;
}
