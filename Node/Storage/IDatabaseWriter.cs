using Microsoft.Data.Sqlite;

namespace ProvincialGateway.Storage;

/// <summary>The one writer of a database: <see cref="GroupWriter"/>, or one whose turns a simulation decides.</summary>
internal interface IDatabaseWriter : IAsyncDisposable
{
    DatabaseStatistics Statistics { get; }

    /// <summary>A work runs on this thread right now.</summary>
    bool IsCurrentThread { get; }

    /// <inheritdoc cref="Database.WriteAsync{T}"/>
    Task<T> Enqueue<T>(Func<Session, T> work, CancellationToken ct);

    /// <summary>Runs something between two groups, outside every transaction, while no work of this database changes the file.</summary>
    Task<T> BetweenAsync<T>(Func<SqliteConnection, T> action);

    /// <summary>As it stands when the writer has stopped; null when it was given up. Its owner closes it.</summary>
    /// <exception cref="InvalidOperationException">The writer still runs.</exception>
    SqliteConnection? Connection { get; }
}
