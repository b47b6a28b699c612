using System.Security.Cryptography;
using ProvincialGateway.Storage;

namespace ProvincialGateway.Bench;

/// <summary>The least that storing a settlement can cost: one row of as many bytes, by the same writer with the same syncs, in a database of its own.</summary>
internal static class RawInserts
{
    private const string Table = "CREATE TABLE raw_insert (id INTEGER PRIMARY KEY, content BLOB NOT NULL) STRICT";

    /// <param name="folder">An empty one, on the disk of the nodes.</param>
    /// <param name="rowBytes">Of each row.</param>
    public static async Task<(BenchLatencies Latencies, double RowsPerCommit)> MeasureAsync(string folder, int rowBytes, int clients, TimeSpan time, CancellationToken cancellation)
    {
        await using var database = Database.Open(new DatabaseOptions { Path = Path.Combine(folder, "raw.db") }, TimeProvider.System);
        await database.WriteAsync(session => session.Execute(Table), cancellation);
        // As sealed messages are: nothing that would compress or repeat.
        var content = RandomNumberGenerator.GetBytes(rowBytes);
        Task Insert(int _) => database.WriteAsync(session => session.ExecuteExpecting(1, "INSERT INTO raw_insert (content) VALUES (@content)", new { content }), cancellation);
        await ClosedLoop.RunAsync(clients, TimeSpan.FromSeconds(0.5), Insert, cancellation);
        var before = database.Statistics;
        var latencies = await ClosedLoop.RunAsync(clients, time, Insert, cancellation);
        var after = database.Statistics;
        return (latencies, (double)(after.Works - before.Works) / (after.Commits - before.Commits));
    }
}
