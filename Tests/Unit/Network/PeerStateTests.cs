using NUnit.Framework;
using ProvincialGateway.Network;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Network;

internal sealed class PeerStateTests
{
    private readonly ManualTimeProvider _time = new();
    private LogCapture _logs = null!;
    private PeerState _state = null!;

    [SetUp]
    public void Start()
    {
        _logs = new();
        _state = new(Certificates.Yunnan, _time, _logs.Provider("node").CreateLogger("peers"));
    }

    [Test]
    public void Nothing_is_known_before_the_first_attempt() => Assert.That(_state.Status.Availability, Is.EqualTo(PeerAvailability.Unknown));

    [TestCase("S", PeerAvailability.Up)]
    [TestCase("F", PeerAvailability.Down)]
    [TestCase("SF", PeerAvailability.Up)]
    [TestCase("SFF", PeerAvailability.Up)]
    [TestCase("SFFSFF", PeerAvailability.Up)]
    [TestCase("SFFF", PeerAvailability.Down)]
    [TestCase("FS", PeerAvailability.Down)]
    [TestCase("FSFS", PeerAvailability.Down)]
    [TestCase("FSS", PeerAvailability.Up)]
    public void It_changes_only_when_several_attempts_in_a_row_agree(string attempts, PeerAvailability expected)
    {
        Play(attempts);
        Assert.That(_state.Status.Availability, Is.EqualTo(expected));
    }

    [TestCase("F", 0)]
    [TestCase("S", 1)]
    [TestCase("SFFSFFS", 1)]
    [TestCase("SFFFSS", 2)]
    [TestCase("FFFSSFFFSS", 2)]
    public void Every_return_is_counted(string attempts, int expected)
    {
        Play(attempts);
        Assert.That(_state.TimesUp, Is.EqualTo(expected));
    }

    [TestCase("FFSFFF", 1)]
    [TestCase("SFFFSS", 1)]
    [TestCase("SFFS", 0)]
    [TestCase("SFFFSFSFS", 3)]
    public void An_answer_of_a_peer_that_is_down_asks_for_another(string attempts, int expected)
    {
        var asked = 0;
        _state.AnsweredWhileDown += (_, _) => asked++;
        Play(attempts);
        Assert.That(asked, Is.EqualTo(expected));
    }

    [TestCase("", 1)]
    [TestCase("S", 1)]
    [TestCase("SFFF", 0)]
    public void What_waits_is_tried_when_the_storage_has_recovered_unless_the_peer_is_away(string attempts, int expected)
    {
        Play(attempts);
        var tried = 0;
        _state.CameUp += (_, _) => tried++;
        _state.StorageRecovered();
        Assert.That(tried, Is.EqualTo(expected));
    }

    [Test]
    public void Only_changes_are_logged()
    {
        Play("SSSSFFFFFSSSS");
        Assert.That(_logs.Entries.Select(entry => entry.EventId), Is.EqualTo(new[] { 1010, 1011, 1010 }));
        Assert.That(_logs.Entries[1].Message, Does.Contain("refused at 7"));
    }

    [Test]
    public void The_last_success_the_last_failure_and_its_error_are_kept()
    {
        _state.Succeeded();
        _time.Advance(TimeSpan.FromSeconds(1));
        _state.Failed("cut");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(_state.Status.LastSuccessAt, Is.EqualTo(_time.GetUtcNow() - TimeSpan.FromSeconds(1)));
            Assert.That(_state.Status.LastFailureAt, Is.EqualTo(_time.GetUtcNow()));
            Assert.That(_state.Status.LastError, Is.EqualTo("cut"));
        }
    }

    [Test]
    public void Many_threads_lose_no_circuit_change()
    {
        Parallel.For(0, 1_000, index => Play(index % 2 == 0 ? "S" : "F"));
        _state.CircuitIs(PeerCircuit.Open);
        Assert.That(_state.Status, Has.Property("Circuit").EqualTo(PeerCircuit.Open).And.Property("LastSuccessAt").Not.Null.And.Property("LastFailureAt").Not.Null);
    }

    private void Play(string attempts)
    {
        for (var at = 1; at <= attempts.Length; at++)
        {
            if (attempts[at - 1] == 'S')
                _state.Succeeded();
            else
                _state.Failed($"refused at {at}");
        }
    }
}
