using NUnit.Framework;
using ProvincialGateway.Recovery;
using ProvincialGateway.Storage;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Treatment;

namespace ProvincialGateway.Tests.Storage;

/// <summary>What is asked for each settlement, transfer or start finds what waits by an index, beside the settlements of years and after the longest outage.</summary>
internal sealed class QueueTests
{
    private TempFolder _folder;
    private Database _database;

    [OneTimeSetUp]
    public void Open()
    {
        _folder = new();
        _database = Database.Open(new DatabaseOptions { Path = _folder.File("gateway.db") }, TimeProvider.System);
    }

    [OneTimeTearDown]
    public async Task Close()
    {
        await _database.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public void The_next_transfer_of_a_peer_is_the_first_of_its_queue()
    {
        var plan = QueryPlan.Of(_database, FeeTransfers.FirstDueSql, new { Code = "530000", fromMs = 0L, toMs = 1L });

        Assert.That(plan, Has.Some.Contains("fee_transfer_due (peer=? AND next_attempt_at_ms>? AND next_attempt_at_ms<?)").And.None.Contains("TEMP B-TREE").And.None.StartsWith("SCAN"),
            string.Join('\n', plan));
    }

    [Test]
    public void The_newest_answers_of_a_peer_are_the_last_of_their_index()
    {
        var plan = QueryPlan.Of(_database, ExchangeBook.NewestAskedSql, new { peer = "530000", submit = "", cancel = "", latest = long.MaxValue, ExchangeBook.IdsMax });

        Assert.That(plan, Has.Some.Contains("outbound_peer_answered (peer=? AND answered_at_ms<?)").And.None.Contains("SCAN outbound"), string.Join('\n', plan));
    }
}
