using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Network;

/// <summary>
/// Hands out this node's transaction ids. Serials are reserved on disk in blocks before use, so that an id is never given twice, not even
/// after a crash; what a crash leaves of a block is lost. Safe for many threads.
/// </summary>
internal sealed class TransactionIdSource
{
    public const int BlockSize = 1_000;

    private const string Counter = "transaction_id";

    private const long Unreserved = 9_999_999_999;

    // The next block is fetched while half of this one is left: its disk sync is over long before anybody would wait for it.
    private const int RefillBelow = BlockSize / 2;

    private readonly Lock _gate = new();
    private readonly Database _database;
    private readonly Division _sender;
    private readonly TimeProvider _time;
    private readonly Queue<Block> _blocks = new();
    private Task? _reservation;
    private long _passedOver;

    private TransactionIdSource(Database database, Division sender, TimeProvider time) =>
        (_database, _sender, _time) = (database, sender, time);

    /// <exception cref="StorageException">The first block could not be reserved.</exception>
    public static async Task<TransactionIdSource> OpenAsync(Database database, Division sender, TimeProvider time, CancellationToken ct)
    {
        var source = new TransactionIdSource(database, sender, time);
        await source.Reservation().WaitAsync(ct);
        return source;
    }

    /// <exception cref="StorageException">All reserved serials are used and no more could be reserved.</exception>
    public async ValueTask<TransactionId> NextAsync(CancellationToken ct)
    {
        while (true)
        {
            Task reservation;
            lock (_gate)
            {
                var serial = Take();
                if (Remaining() < RefillBelow)
                    _ = Reservation();
                if (serial is { } taken)
                    return TransactionId.Create(_sender, _time.GetUtcNow(), taken);
                reservation = Reservation();
            }
            await reservation.WaitAsync(ct);
        }
    }

    /// <summary>For an answer that is kept nowhere. While no serial can be reserved all of these have the same, which nothing that is kept ever has.</summary>
    public async ValueTask<TransactionId> NextOfQuestionAsync(CancellationToken ct)
    {
        try
        {
            return await NextAsync(ct);
        }
        catch (StorageUnavailableException)
        {
            return TransactionId.Create(_sender, _time.GetUtcNow(), Unreserved);
        }
    }

    /// <summary>The last serial that is reserved on disk; 0 before the first.</summary>
    public static long Last(Session session) => session.QuerySingleOrDefault<long?>("SELECT value FROM counter WHERE name = @Counter", new { Counter }) ?? 0;

    /// <summary>No id from now on has a serial up to this one: others know ids of this node that its data do not.</summary>
    /// <exception cref="StorageException">It could not be stored; nothing has changed.</exception>
    public async Task PassOverAsync(long serial, CancellationToken ct)
    {
        await _database.WriteAsync(session => session.Execute("UPDATE counter SET value = max(value, @serial) WHERE name = @Counter", new { Counter, serial }), ct);
        lock (_gate)
            _passedOver = Math.Max(_passedOver, serial);
    }

    private long? Take()
    {
        while (_blocks.TryPeek(out var block))
        {
            block.PassOver(_passedOver);
            if (block.Remaining > 0)
                return block.Take();
            _blocks.Dequeue();
        }
        return null;
    }

    private long Remaining() => _blocks.Sum(block => block.Remaining);

    /// <summary>The reservation under way, or a new one. One at a time, and nobody's cancellation ends it for the others.</summary>
    private Task Reservation()
    {
        lock (_gate)
            return _reservation is { IsCompleted: false } running ? running : _reservation = Observed(ReserveAsync());
    }

    private async Task ReserveAsync()
    {
        var last = await _database.WriteAsync(session => session.QuerySingle<long>(
            """
            INSERT INTO counter (name, value) VALUES (@name, @size)
            ON CONFLICT (name) DO UPDATE SET value = value + @size
            RETURNING value
            """,
            new { name = Counter, size = (long)BlockSize }), CancellationToken.None);
        lock (_gate)
            _blocks.Enqueue(new Block(last - BlockSize + 1, last));
    }

    /// <summary>A failed reservation ahead of need is nobody's fault yet: whoever needs the block asks again and gets that fault.</summary>
    private static Task Observed(Task reservation)
    {
        reservation.ContinueWith(static failed => _ = failed.Exception, CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return reservation;
    }

    private sealed class Block(long next, long last)
    {
        public long Remaining => last - next + 1;

        public void PassOver(long serial) => next = Math.Clamp(serial + 1, next, last + 1);

        public long Take() => next++;
    }
}
