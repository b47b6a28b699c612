using NUnit.Framework;
using ProvincialGateway.Recovery;
using ProvincialGateway.Retention;
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

    [Test]
    public void What_a_peer_has_asked_is_found_beside_what_all_others_have()
    {
        var asked = new { Code = "530000", before = long.MaxValue, ExchangeBook.ExchangesMax, ExchangeBook.IdsMax };
        var inbox = ArchivedTable.All.Single(table => table.Name == "inbox");
        IReadOnlyList<string>[] plans =
        [
            QueryPlan.Of(_database, ExchangeBook.NewestAskedHereSql, asked), QueryPlan.Of(_database, ExchangeBook.AskedHereSql, asked),
            QueryPlan.Of(_database, ArchiveStore.DueRowsSql(inbox), new { after = 0L, partner = "530000", from = 0L, to = 1L, rowsMax = 1 }),
        ];

        Assert.That(plans, Has.All.Some.Contains("inbox_sender (sender=?").And.All.None.Contains("TEMP B-TREE"), string.Join('\n', plans.SelectMany(plan => plan)));
    }
}
