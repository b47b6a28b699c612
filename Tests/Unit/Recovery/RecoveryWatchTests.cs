using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;
using ProvincialGateway.Configuration;
using ProvincialGateway.Network;
using ProvincialGateway.Recovery;
using ProvincialGateway.Storage;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Recovery;

/// <summary>A node that starts beside a peer that takes the question and says nothing.</summary>
[TestFixture]
internal sealed class RecoveryWatchTests
{
    private static readonly Division Yunnan = Division.Parse("530000"), Guangdong = Division.Parse("440000"), Shanghai = Division.Parse("310000");

    private readonly ManualTimeProvider _time = new();
    private TempFolder _folder = null!;
    private Database _database = null!;
    private SilentLink _peer = null!;
    private RecoveryGate _gate = null!;
    private TransactionIdSource _ids = null!;
    private RecoveryWatch _watch = null!;

    [SetUp]
    public async Task OpenAsync()
    {
        _folder = new();
        _database = EmptyBooks.OpenIn(_folder.Path, _time);
        _peer = new SilentLink(Guangdong, _time);
        _gate = new RecoveryGate();
        _ids = await TransactionIdSource.OpenAsync(_database, Yunnan, _time, CancellationToken.None);
        _watch = WatchOf(_peer);
    }

    [TearDown]
    public async Task CloseAsync()
    {
        _peer.Say(null);
        if (!_peer.GivenUp.IsCancellationRequested)
        {
            await _watch.StopAsync(CancellationToken.None);
            _watch.Dispose();
        }
        await _peer.DisposeAsync();
        await _database.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task The_start_does_not_wait_for_it_and_what_is_to_be_sent_to_it_does()
    {
        var start = _watch.StartAsync(CancellationToken.None);
        await _peer.AskedAsync(1);
        Assert.That(start.IsCompleted, Is.False, "One that answers is waited for.");
        _time.Advance(TimeSpan.FromSeconds(0.3));
        await start.WaitAsync(TimeSpan.FromSeconds(60));

        var (sending, alike) = (MeetAsync(isCalling: false), MeetAsync(isCalling: true));
        Assert.That((sending.IsCompleted, alike.IsCompleted, _peer.Asked), Is.EqualTo((false, false, 1)), "Both wait for the answer to the one question.");
        _peer.Say(null);
        Assert.That((await sending, await alike), Is.EqualTo((false, false)));
    }

    [Test]
    public async Task It_is_asked_for_every_call_to_it_and_once_a_second_for_its_own_until_it_has_answered()
    {
        _peer.Say(null);
        await _watch.StartAsync(CancellationToken.None);
        Assert.That((await MeetAsync(isCalling: true), await MeetAsync(isCalling: true), _peer.Asked), Is.EqualTo((false, false, 2)), "At the start, and for the first call.");
        Assert.That((await MeetAsync(isCalling: false), await MeetAsync(isCalling: false), _peer.Asked), Is.EqualTo((false, false, 4)));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.That((await MeetAsync(isCalling: true), _peer.Asked), Is.EqualTo((false, 5)));

        _peer.Say((null, StatusCode.Unimplemented));
        Assert.That((await MeetAsync(isCalling: false), await MeetAsync(isCalling: true), _peer.Asked), Is.EqualTo((true, true, 6)), "A release that cannot say is not asked again.");
    }

    [Test]
    public async Task A_node_that_is_disposed_of_unstopped_asks_no_longer()
    {
        var start = _watch.StartAsync(CancellationToken.None);
        await _peer.AskedAsync(1);
        _time.Advance(TimeSpan.FromSeconds(0.3));
        await start.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.That(_peer.GivenUp.IsCancellationRequested, Is.False);
        _watch.Dispose();
        Assert.That(_peer.GivenUp.IsCancellationRequested, Is.True);
    }

    [TestCase(false, TestName = "Before_it_serves_beside_a_silent_peer_it_passes_over_the_numbers_that_the_hour_allows")]
    [TestCase(true, TestName = "Before_it_serves_beside_peers_that_it_has_asked_it_passes_over_nothing")]
    public async Task Served_for_the_first_time(bool isMet)
    {
        var secondsOfToday = (long)(_time.GetUtcNow() - new DateTimeOffset(2016, 9, 1, 0, 0, 0, ChinaTime.Offset)).TotalSeconds;
        var expected = isMet ? 4 : IssuedSerials.Jump + 100 * secondsOfToday;
        const string Visits = "visit.530100.2016-09-01", Settlements = "settlement.530100.2016-09-01";
        await _database.WriteAsync(session => session.Execute("INSERT INTO counter (name, value) VALUES (@Visits, 4), ('settlement.530100.2016-08-31', 9)", new { Visits }), CancellationToken.None);
        await using var other = new SilentLink(Shanghai, _time);
        other.Say(isMet ? (null, StatusCode.Unimplemented) : null);
        _peer.Say((null, StatusCode.Unimplemented));
        using var watch = WatchOf(_peer, other);
        await watch.StartAsync(CancellationToken.None);
        Assert.That(Value(Visits), Is.EqualTo(4), "Nothing is served yet.");

        Assert.That(await MeetAsync(isCalling: true), Is.True);
        Assert.That((Value(Visits), Value(Settlements), Value("settlement.530100.2016-08-31")), Is.EqualTo((expected, isMet ? 0 : expected, 9)));
        Assert.That(_database.Read(session => session.Query<string>("SELECT counter || ' ' || first_serial || '-' || last_serial FROM recovery_gap ORDER BY counter")),
            Is.EqualTo(isMet ? [] : (string[])[$"{Settlements} 1-{expected}", $"{Visits} 5-{expected}"]));

        _time.Advance(TimeSpan.FromSeconds(1.5));
        await MeetAsync(isCalling: true);
        Assert.That(Value(Visits), Is.EqualTo(expected), "Once after the start.");
        await watch.StopAsync(CancellationToken.None);

        long Value(string counter) => _database.Read(session => session.QuerySingleOrDefault<long?>("SELECT value FROM counter WHERE name = @counter", new { counter })) ?? 0;
    }

    /// <summary>Nobody has forgotten anything here: there is nothing to recover.</summary>
    private RecoveryWatch WatchOf(params SilentLink[] links) => new(
        new NodesConfiguration { ProtocolRelease = "1.1", CatalogueRelease = "2016.1", Nodes = [.. links.Select(link => link.Entry)] }, _database, _ids, new PeerDirectory([.. links]), _gate,
        recoverer: null!, _time, NullLogger<RecoveryWatch>.Instance);

    private Task<bool> MeetAsync(bool isCalling) => _gate.Meet(Guangdong, isCalling, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(60));

    private sealed class SilentLink(Division division, TimeProvider time) : IPeerLink
    {
        private readonly Lock _gate = new();
        private TaskCompletionSource<(byte[]? Reply, StatusCode Status)?> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _asked;

        public NodeEntry Entry { get; } = new()
        {
            Division = division,
            Name = $"测试节点 {division}",
            Address = new("https://127.0.0.1:1"),
            HisAddress = new("http://127.0.0.1:1"),
            Certificates = [],
        };

        public PeerState State { get; } = new(division, time, NullLogger.Instance);

        public int Asked => Volatile.Read(ref _asked);

        /// <summary>Of the last question.</summary>
        public CancellationToken GivenUp { get; private set; }

        public Task<int> AskedAsync(int times) => Eventually.GetAsync("the peer to be asked", () => Asked, Is.EqualTo(times));

        /// <summary>To what was asked, and to all that will be.</summary>
        public void Say((byte[]? Reply, StatusCode Status)? answer)
        {
            lock (_gate)
            {
                if (!_answer.TrySetResult(answer))
                    (_answer = new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult(answer);
            }
        }

        public Task<(byte[]? Reply, StatusCode Status)?> ProbeAsync(PeerMethod method, byte[] request, TimeSpan patience, CancellationToken ct)
        {
            GivenUp = ct;
            Interlocked.Increment(ref _asked);
            lock (_gate)
                return _answer.Task;
        }

        public Task<PeerOutcome> CallAsync(PeerMethod method, byte[] request, CancellationToken ct) => throw new NotSupportedException();

        public Task<PeerOutcome> StreamAsync(PeerMethod method, IAsyncEnumerable<byte[]> messages, PeerStreamLimits limits, CancellationToken ct) => throw new NotSupportedException();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
