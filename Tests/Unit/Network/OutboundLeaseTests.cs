using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Treatment;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Network;

/// <summary>Who may send which stored request when, on a real database and a clock that moves when told to.</summary>
[TestFixture]
public sealed class OutboundLeaseTests
{
    private static readonly Division Yunnan = Division.Parse("530000"), Shanghai = Division.Parse("310000");

    private static readonly OutboxOptions Options = new()
    {
        InteractiveBudget = TimeSpan.FromSeconds(8),
        RetryDelay = TimeSpan.FromSeconds(5),
        RetryDelayMax = TimeSpan.FromSeconds(300),
        Lot = () => 1,
    };

    private TempFolder _folder = null!;
    private Database _database = null!;
    private Outbox _outbox = null!;
    private ManualTimeProvider _time = null!;
    private int _serial;

    [SetUp]
    public void Open()
    {
        (_folder, _time, _serial) = (new(), new(), 0);
        Directory.CreateDirectory(_folder.File("keys"));
        _database = EmptyBooks.OpenIn(_folder.Path, _time);
        _outbox = new Outbox(_database, DataFolder.OpenVault(_folder.Path), null!, new ReplyApplier(_time), Options, _time,
            NullLogger<Outbox>.Instance);
    }

    [TearDown]
    public async Task Close()
    {
        await _database.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task Whoever_stores_a_request_holds_it_for_the_interactive_budget()
    {
        var id = await StoreAsync(visit: 1);
        var atOnce = await TakeAsync();
        _time.Advance(Options.InteractiveBudget - TimeSpan.FromMilliseconds(1));
        var justBefore = await TakeAsync();
        _time.Advance(TimeSpan.FromMilliseconds(1));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Row(id).LeasedBy, Is.EqualTo(OutboundHolder.Caller));
            Assert.That(atOnce.Concat(justBefore), Is.Empty);
            Assert.That(await TakeAsync(), Is.EqualTo([id]));
            Assert.That((Row(id).LeasedBy, Row(id).Attempts), Is.EqualTo((OutboundHolder.Resolver, 2)));
            Assert.That(await TakeAsync(), Is.Empty, "It is held now.");
        }
    }

    /// <summary>A request that never left is refused for good by the first door that turns it away.</summary>
    [Test]
    public async Task An_attempt_that_never_left_is_not_counted_and_costs_the_first_pause_only()
    {
        var id = await StoreAsync(visit: 1);
        await GiveBackUnusedAsync(Row(id));
        var stored = Row(id);
        _time.Advance(Options.InteractiveBudget);
        var attempts = new List<int>();
        for (var round = 0; round < 3; round++)
        {
            _time.Advance(Options.RetryDelay);
            var row = (await _outbox.LeaseDueAsync(Yunnan, 1, CancellationToken.None)).Single();
            attempts.Add(Row(id).Attempts);
            await GiveBackUnusedAsync(row);
        }
        _time.Advance(Options.RetryDelay);
        await TakeAsync();
        var sent = Row(id);
        await GiveBackAsync();
        _time.Advance(Options.RetryDelayMax);
        var again = (await _outbox.LeaseDueAsync(Yunnan, 1, CancellationToken.None)).Single();
        var counted = Row(id).Attempts;
        await GiveBackUnusedAsync(again);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((stored.Attempts, stored.AttemptedAtMs), Is.EqualTo((1, (long?)null)));
            Assert.That(attempts, Is.EqualTo([1, 1, 1]));
            Assert.That((sent.Attempts, sent.AttemptedAtMs), Is.EqualTo((1, (long?)again.AttemptedAtMs)));
            Assert.That(counted, Is.EqualTo(2));
            Assert.That((Row(id).Attempts, Row(id).AttemptedAtMs, Row(id).LeasedBy), Is.EqualTo((1, sent.AttemptedAtMs, (OutboundHolder?)null)));
        }
    }

    [Test]
    public async Task What_an_operator_asks_for_is_counted_even_if_it_never_left()
    {
        var id = await StoreAsync(visit: 1);
        await GiveBackAsync();
        await OperatorTakesAsync(id);
        await GiveBackUnusedAsync(Row(id));
        Assert.That(Row(id).Attempts, Is.EqualTo(2));
    }

    /// <summary>One that was begun and of which nobody recorded the end may have reached the peer, whatever becomes of those after it.</summary>
    [Test]
    public async Task An_attempt_whose_end_is_not_known_counts_as_received_also_after_a_start()
    {
        var id = await StoreAsync(visit: 1);
        var behind = await StoreAsync(visit: 1, OutboundKind.Discharge);
        var first = Row(id).PerhapsReceived;
        await _database.WriteAsync(session => OutboundLeases.Free(session, _time.NowMs()), CancellationToken.None);
        var afterTheStart = Row(id).PerhapsReceived;
        var again = (await _outbox.LeaseDueAsync(Yunnan, 1, CancellationToken.None)).Single();
        var second = Row(id).PerhapsReceived;
        await GiveBackUnusedAsync(again);
        await OperatorTakesAsync(id);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((first, afterTheStart, second, Row(id).PerhapsReceived), Is.EqualTo((1, 1, 2, 2)));
            Assert.That(Row(behind).PerhapsReceived, Is.Zero, "It waits for its turn and was never sent.");
        }
    }

    /// <summary>What nobody could record may be over by the time it is freed: a reversal passes what it reverses.</summary>
    [Test]
    public async Task What_is_over_meanwhile_holds_up_nothing_that_is_freed_with_it()
    {
        var (over, open) = (await StoreAsync(visit: 1), await StoreAsync(visit: 2));
        await _database.WriteAsync(session => session.Execute("UPDATE outbound SET state = 5, answered_at_ms = 1, leased_by = NULL, leased_until_ms = NULL WHERE transaction_id = @over", new { over }), CancellationToken.None);

        await _database.WriteAsync(session => OutboundLeases.Free(session, [over, open], _time.NowMs()), CancellationToken.None);

        Assert.That((await _outbox.LeaseDueAsync(Yunnan, 2, CancellationToken.None)).Select(row => row.TransactionId), Is.EqualTo((string[])[open]));
    }

    [Test]
    public async Task Data_that_may_be_older_have_been_sent_since()
    {
        var (id, behind) = (await StoreAsync(visit: 1), await StoreAsync(visit: 1, OutboundKind.Discharge));
        await GiveBackUnusedAsync(Row(id));
        await _database.WriteAsync(session => session.Execute(OlderData.CountUnsentAsSent), CancellationToken.None);
        Assert.That(new[] { id, behind }.Select(each => (Row(each).PerhapsReceived, Row(each).AttemptedAtMs is null)), Is.All.EqualTo((1, false)));
    }

    [Test]
    public async Task A_batch_is_taken_in_one_transaction()
    {
        for (var visit = 1; visit <= 20; visit++)
            await StoreAsync(visit);
        _time.Advance(Options.InteractiveBudget);
        var before = _database.Statistics.Works;

        var taken = await TakeAsync(rowsMax: 8);

        Assert.That((taken.Length, _database.Statistics.Works - before), Is.EqualTo((8, 1L)));
    }

    [Test]
    public async Task Nothing_due_begins_no_transaction()
    {
        await StoreAsync(visit: 1);
        var before = _database.Statistics.Works;

        Assert.That((await TakeAsync()).Length, Is.Zero);
        Assert.That(_database.Statistics.Works, Is.EqualTo(before));
    }

    [Test]
    public async Task Each_attempt_sets_the_next_one_twice_as_far_away_up_to_the_cap()
    {
        var id = await StoreAsync(visit: 1);
        _time.Advance(Options.InteractiveBudget);
        var pauses = new List<double>();
        for (var attempt = 1; attempt <= 8; attempt++)
        {
            Assert.That(await TakeAsync(), Is.EqualTo([id]));
            var due = DateTimeOffset.FromUnixTimeMilliseconds(Value("SELECT next_attempt_at_ms FROM outbound"));
            pauses.Add((due - _time.GetUtcNow()).TotalSeconds);
            await GiveBackAsync();
            _time.Advance(due - _time.GetUtcNow());
        }

        Assert.That(pauses, Is.EqualTo([5, 10, 20, 40, 80, 160, 300, 300]));
    }

    [Test]
    public async Task A_start_frees_what_the_former_run_held_and_makes_it_due_at_once()
    {
        var ids = new[] { await StoreAsync(visit: 1), await StoreAsync(visit: 2) };
        await _database.WriteAsync(session => OutboundLeases.Free(session, _time.NowMs()), CancellationToken.None);

        Assert.That(await TakeAsync(), Is.EqualTo(ids), "The clock has not moved.");
    }

    [Test]
    public async Task Requests_of_one_visit_go_in_their_order_and_one_after_the_other()
    {
        var first = await StoreAsync(visit: 1);
        var second = await StoreAsync(visit: 1);
        var other = await StoreAsync(visit: 2);
        var secondBefore = Row(second);
        _time.Advance(Options.InteractiveBudget);

        var taken = await TakeAsync();
        await EndAsync(first, OutboundState.Parked);
        _time.Advance(Options.RetryDelayMax);
        var behindParked = await TakeAsync();
        await _database.WriteAsync(session => session.Execute("UPDATE outbound SET state = 2, reply = x'00' WHERE transaction_id = @first", new { first }), CancellationToken.None);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(secondBefore.LeasedBy, Is.Null, "Who stored it does not send it: it is not its turn.");
            Assert.That(taken, Is.EqualTo([first, other]));
            Assert.That(behindParked, Is.EqualTo([other]));
            Assert.That(await TakeAsync(), Is.EqualTo([second]));
        }
    }

    [Test]
    public async Task A_reversal_passes_what_it_reverses_and_that_waits_for_it()
    {
        var original = await StoreAsync(visit: 1);
        var reversal = await StoreAsync(visit: 1, OutboundKind.Reversal, original);
        var holder = Row(reversal).LeasedBy;
        _time.Advance(Options.InteractiveBudget);
        var taken = await TakeAsync();
        await EndAsync(reversal, OutboundState.Parked);
        _time.Advance(Options.RetryDelayMax);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(holder, Is.EqualTo(OutboundHolder.Caller));
            Assert.That(taken, Is.EqualTo([reversal]));
            Assert.That(await TakeAsync(), Is.Empty, "Parked, it still decides.");
        }
    }

    [Test]
    public async Task A_reversal_passes_only_what_it_reverses()
    {
        await StoreAsync(visit: 1);
        var original = await StoreAsync(visit: 1);
        var reversal = await StoreAsync(visit: 1, OutboundKind.Reversal, original);
        _time.Advance(Options.InteractiveBudget);

        Assert.That(await TakeAsync(), Does.Not.Contain(reversal));
    }

    [Test]
    public async Task A_peer_that_is_back_makes_its_own_queue_due_and_no_other()
    {
        var here = await StoreAsync(visit: 1);
        await StoreAsync(visit: 2, peer: Shanghai);
        _time.Advance(Options.InteractiveBudget);
        await TakeAsync();
        await TakeAsync(Shanghai);
        await GiveBackAsync();

        await _outbox.MakeDueAsync(Yunnan, CancellationToken.None);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await TakeAsync(), Is.EqualTo([here]));
            Assert.That(await TakeAsync(Shanghai), Is.Empty);
        }
    }

    [Test]
    public async Task A_peer_that_is_back_does_not_shorten_the_lease_of_what_is_under_way()
    {
        await StoreAsync(visit: 1);
        await _outbox.MakeDueAsync(Yunnan, CancellationToken.None);
        Assert.That(await TakeAsync(), Is.Empty);
    }

    /// <summary>Whoever held it could not say what came of it.</summary>
    [Test]
    public async Task A_peer_that_is_back_makes_due_what_nobody_gave_back()
    {
        var id = await StoreAsync(visit: 1);
        for (var attempt = 1; attempt <= 4; attempt++)
        {
            _time.Advance(Options.RetryDelayMax);
            await TakeAsync();
        }
        _time.Advance(Options.InteractiveBudget);
        var before = await TakeAsync();

        await _outbox.MakeDueAsync(Yunnan, CancellationToken.None);

        Assert.That(before, Is.Empty, "Its pause is longer than its lease.");
        Assert.That(await TakeAsync(), Is.EqualTo([id]));
    }

    [Test]
    public async Task Fifty_thousand_requests_to_a_dead_peer_are_no_burden_on_the_others()
    {
        await _database.WriteAsync(session => session.ExecuteEach(
            """
            INSERT INTO outbound (transaction_id, peer, kind, visit_id, service, method, request, state, attempts, prepared_at_ms, next_attempt_at_ms)
            VALUES (?1, '530000', 3, ?2, 's', 'm', zeroblob(2000), 1, 1, 1, 1)
            """,
            Enumerable.Range(1, 50_000).ToList(), (statement, place) => statement.Bind(1, Id(place)).Bind(2, (long)place)), CancellationToken.None);
        _serial = 50_000;
        var other = await StoreAsync(visit: 60_000, peer: Shanghai);
        _time.Advance(Options.InteractiveBudget);
        var allocated = GC.GetAllocatedBytesForCurrentThread();

        var due = _database.Read(session => OutboundLeases.Due(session, Yunnan, OutboxResolver.UnderWayMax, Options, _time.NowMs()));
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        var taken = await TakeAsync(rowsMax: OutboxResolver.UnderWayMax);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((due.Count, taken.Length), Is.EqualTo((8, 8)));
            Assert.That(allocated, Is.LessThan(100_000), "What a look reads does not grow with the queue.");
            Assert.That(await TakeAsync(Shanghai), Is.EqualTo([other]));
        }
        await _outbox.MakeDueAsync(Yunnan, CancellationToken.None);
        Assert.That(Value("SELECT count(*) FROM outbound WHERE peer = '530000' AND state = 1 AND next_attempt_at_ms > 1 AND leased_by IS NULL"), Is.Zero, "What was due already was left alone.");
    }

    [Test]
    public async Task An_operator_takes_what_nobody_holds()
    {
        var id = await StoreAsync(visit: 1);
        var whileHeld = await OperatorTakesAsync(id);
        await GiveBackAsync();
        var (afterwards, again) = (await OperatorTakesAsync(id), await OperatorTakesAsync(id));

        using (Assert.EnterMultipleScope())
        {
            Assert.That((whileHeld, afterwards, again), Is.EqualTo((false, true, false)));
            Assert.That((Row(id).LeasedBy, Row(id).Attempts), Is.EqualTo((OutboundHolder.Operator, 2)));
        }
    }

    private Task GiveBackUnusedAsync(OutboundRow sent) =>
        _database.WriteAsync(session => OutboundLeases.GiveBackUnused(session, sent, "held", Options, _time.NowMs()), CancellationToken.None);

    private Task<bool> OperatorTakesAsync(string id) =>
        _database.WriteAsync(session => OutboundLeases.TakeForOperator(session, id, Options, _time.NowMs()), CancellationToken.None);

    private async Task<string> StoreAsync(long visit, OutboundKind kind = OutboundKind.Settlement, string? original = null, Division? peer = null)
    {
        var id = Id(++_serial);
        await _database.WriteAsync(session => _outbox.Add(session,
            new OutboundRequest(TransactionId.Parse(id), peer ?? Yunnan, kind, visit, PeerMethod.Settle, [1]) { OriginalId = original }), CancellationToken.None);
        return id;
    }

    private async Task<string[]> TakeAsync(Division? peer = null, int rowsMax = 100) =>
        [.. (await _outbox.LeaseDueAsync(peer ?? Yunnan, rowsMax, CancellationToken.None)).Select(row => row.TransactionId)];

    private Task<string[]> TakeAsync(int rowsMax) => TakeAsync(null, rowsMax);

    private Task<int> GiveBackAsync() => _database.WriteAsync(session => session.Execute("UPDATE outbound SET leased_by = NULL, leased_until_ms = NULL"), CancellationToken.None);

    private Task<int> EndAsync(string id, OutboundState state) => _database.WriteAsync(session => session.ExecuteExpecting(1,
        "UPDATE outbound SET state = @state, reply = x'00', answered_at_ms = 1, leased_by = NULL, leased_until_ms = NULL WHERE transaction_id = @id", new { id, state = (int)state }),
        CancellationToken.None);

    private OutboundRow Row(string id) => _database.Read(session => Outbox.Find(session, id))!;

    private long Value(string sql) => _database.Read(session => session.QuerySingle<long>(sql));

    private static string Id(int serial) => $"44000020160901080000{serial.ToString("D10", CultureInfo.InvariantCulture)}";
}
