namespace ProvincialGateway.Storage;

/// <summary>The one writer of a database: <see cref="GroupWriter"/>, or one whose turns a simulation decides.</summary>
internal interface IDatabaseWriter : IAsyncDisposable
{
    DatabaseStatistics Statistics { get; }

    /// <summary>A work runs on this thread right now.</summary>
    bool IsCurrentThread { get; }

    /// <inheritdoc cref="Database.WriteAsync{T}"/>
    Task<T> Enqueue<T>(Func<Session, T> work, CancellationToken ct);
}
