using Dapper;
using Microsoft.Data.Sqlite;
using ProvincialGateway.Storage;

namespace ProvincialGateway.Oversight;

/// <summary>
/// One transaction over one or two nodes' databases, read-only. Each file is one state of the node, taken in the order given: what was true of
/// the first is not later than what is read from the second.
/// </summary>
internal sealed class AuditSnapshot : IDisposable
{
    private const int BusySeconds = 5;
    private const int CacheKib = 65_536;

    private readonly SqliteConnection _connection;
    private readonly SqliteTransaction _transaction;
    private readonly PreparedConnection _prepared;
    private readonly Session _session;
    private readonly object _parameters;

    private AuditSnapshot(SqliteConnection connection, object parameters)
    {
        _connection = connection;
        _parameters = parameters;
        _transaction = connection.BeginTransaction(deferred: true);
        _prepared = new PreparedConnection(connection);
        _session = new Session(_prepared, _transaction);
    }

    /// <param name="files">Schema name and file, the first to be read first.</param>
    /// <param name="parameters">Bound to every statement.</param>
    /// <exception cref="SqliteException">A file is damaged, is no database, or may not be read.</exception>
    public static AuditSnapshot Take(IReadOnlyList<(string Schema, AuditedFile File)> files, object parameters)
    {
        // Named as a URI, so that ATTACH takes URIs too.
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = "file::memory:",
            Pooling = false,
            DefaultTimeout = BusySeconds,
        }.ToString());
        try
        {
            connection.Open();
            foreach (var (schema, file) in files)
                connection.Execute($"ATTACH @Uri AS {schema}; PRAGMA {schema}.cache_size = -{CacheKib};", new { file.Uri });
            connection.Execute("PRAGMA query_only = ON");
            var snapshot = new AuditSnapshot(connection, parameters);
            foreach (var (schema, _) in files)
                snapshot.Count($"SELECT count(*) FROM {schema}.sqlite_schema");
            return snapshot;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public long Count(string sql) => _session.QuerySingle<long>(sql, _parameters);

    /// <summary>Streams: one row is in memory at a time.</summary>
    public IEnumerable<T> Rows<T>(string sql) => _connection.Query<T>(sql, _parameters, _transaction, buffered: false);

    /// <summary>Streams rows as text, NULL as a dash: the words of findings.</summary>
    public IEnumerable<string[]> Texts(string sql)
    {
        using var reader = _connection.ExecuteReader(sql, _parameters, _transaction);
        while (reader.Read())
            yield return [.. Enumerable.Range(0, reader.FieldCount).Select(at => reader.IsDBNull(at) ? "-" : Convert.ToString(reader.GetValue(at), null)!)];
    }

    public void Dispose()
    {
        _session.End();
        _prepared.Release();
        _prepared.Dispose();
        _transaction.Dispose();
        _connection.Dispose();
    }
}
