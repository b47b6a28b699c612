using Microsoft.Extensions.Logging;
using NUnit.Framework;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Treatment;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Treatment;

/// <summary>What only a person can end, looked at every hour by a clock that moves when told to.</summary>
[TestFixture]
internal sealed class TransactionWatchTests
{
    private const int Parked = 1121, Overdue = 1122;

    private readonly ManualTimeProvider _time = new();
    private TempFolder _folder = null!;
    private Database _database = null!;
    private LogCapture _logs = null!;
    private ILoggerFactory _logging = null!;
    private TransactionWatch _watch = null!;
    private int _serial;

    [SetUp]
    public void Open()
    {
        (_folder, _logs) = (new(), new());
        _database = EmptyBooks.OpenIn(_folder.Path, _time);
        _logging = LoggerFactory.Create(logging => logging.AddProvider(_logs.Provider("")));
        _watch = new TransactionWatch(_database, _time, _logging.CreateLogger<TransactionWatch>());
    }

    [TearDown]
    public async Task CloseAsync()
    {
        _watch.Dispose();
        _logging.Dispose();
        await _database.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task What_is_parked_is_said_once_a_day()
    {
        await StoreAsync(OutboundState.Parked);
        var said = new List<int>();
        for (var hour = 0; hour <= 24; hour++)
        {
            if (LookAnHourLater(Parked) > 0)
                said.Add(hour);
        }
        Assert.That(said, Is.EqualTo([0, 24]));
    }

    /// <summary>Also one more than were left, although there have been as many before.</summary>
    [TestCase(0)]
    [TestCase(1)]
    public async Task What_is_parked_after_what_was_parked_has_ended_is_said_within_the_hour(int others)
    {
        var first = await StoreAsync(OutboundState.Parked);
        for (var other = 0; other < others; other++)
            await StoreAsync(OutboundState.Parked);
        var parked = LookAnHourLater(Parked);
        await MoveAsync(first, OutboundState.Awaiting);
        var released = LookAnHourLater(Parked);
        await StoreAsync(OutboundState.Parked);

        Assert.That((parked, released, LookAnHourLater(Parked)), Is.EqualTo((1, 0, 1)));
    }

    [Test]
    public async Task What_is_overdue_after_what_was_overdue_has_ended_is_said_although_others_wait()
    {
        var first = await StoreAsync(OutboundState.Awaiting);
        _time.Advance(TransactionBook.OverdueAfter);
        var overdue = LookAnHourLater(Overdue);
        await MoveAsync(first, OutboundState.Void);
        await StoreAsync(OutboundState.Awaiting);
        var young = LookAnHourLater(Overdue);
        _time.Advance(TransactionBook.OverdueAfter - TimeSpan.FromHours(2));
        var stillYoung = LookAnHourLater(Overdue);

        Assert.That((overdue, young, stillYoung, LookAnHourLater(Overdue)), Is.EqualTo((1, 0, 0, 1)));
    }

    /// <returns>How often it was said.</returns>
    private int LookAnHourLater(int eventId)
    {
        var before = _logs.Entries.Count(entry => entry.EventId == eventId);
        _watch.Look();
        _time.Advance(TimeSpan.FromHours(1));
        return _logs.Entries.Count(entry => entry.EventId == eventId) - before;
    }

    private async Task<int> StoreAsync(OutboundState state)
    {
        await _database.WriteAsync(session => session.ExecuteExpecting(1,
            """
            INSERT INTO outbound (transaction_id, peer, kind, visit_id, service, method, request, state, attempts, prepared_at_ms, next_attempt_at_ms, answered_at_ms)
            VALUES (printf('44000020160901080000%010d', @serial), '530000', 3, @serial, 's', 'm', x'00', @state, 1, @now, @now, iif(@state = 1, NULL, @now))
            """,
            new { serial = ++_serial, state = (int)state, now = _time.NowMs() }), CancellationToken.None);
        return _serial;
    }

    private Task<int> MoveAsync(int serial, OutboundState state) => _database.WriteAsync(session => session.ExecuteExpecting(1,
        "UPDATE outbound SET state = @state, answered_at_ms = iif(@state = 1, NULL, @now) WHERE visit_id = @serial", new { serial, state = (int)state, now = _time.NowMs() }),
        CancellationToken.None);
}
