using Dapper;
using Microsoft.Data.Sqlite;
using NUnit.Framework;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Values;
using static ProvincialGateway.Tests.Network.Certificates;

namespace ProvincialGateway.Tests.Network;

internal sealed class TransactionIdSourceTests
{
    private readonly ManualTimeProvider _time = new();
    private TempFolder _folder = null!;

    [SetUp]
    public void Open() => _folder = new();

    [TearDown]
    public void Close() => _folder.Dispose();

    [Test]
    public async Task An_id_says_who_made_it_and_when()
    {
        await using var database = OpenDatabase();
        var id = await (await OpenAsync(database)).NextAsync(CancellationToken.None);
        Assert.That(id.Text, Is.EqualTo("530000" + "20160901080000" + "0000000001"));
    }

    [Test]
    public async Task Questions_have_an_id_also_when_no_more_can_be_reserved()
    {
        await using var database = OpenDatabase();
        var ids = await OpenAsync(database);
        SqliteConnection writer = null!;
        await database.WriteAsync(session => { writer = session.Connection.Inner; }, CancellationToken.None);
        writer.Execute("PRAGMA query_only = ON");

        var questions = new List<TransactionId>();
        for (var question = 0; question < 2 * TransactionIdSource.BlockSize; question++)
            questions.Add(await ids.NextOfQuestionAsync(CancellationToken.None));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(questions.Take(TransactionIdSource.BlockSize), Is.Unique);
            Assert.That(questions.Skip(TransactionIdSource.BlockSize).Select(SerialOf), Is.All.EqualTo(9_999_999_999));
            await Assert.ThatAsync(() => ids.NextAsync(CancellationToken.None).AsTask(), Throws.TypeOf<StorageUnavailableException>());
        }
    }

    [Test]
    public async Task Many_at_once_get_an_id_each()
    {
        await using var database = OpenDatabase();
        var ids = await OpenAsync(database);
        var taken = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => TakeAsync(ids, 400))));
        Assert.That(taken.SelectMany(some => some).ToList(), Is.Unique.And.Count.EqualTo(16 * 400));
    }

    [Test]
    public async Task A_restart_at_the_same_second_repeats_no_id()
    {
        var taken = new List<TransactionId>();
        for (var start = 0; start < 4; start++)
        {
            await using var database = OpenDatabase();
            taken.AddRange(await TakeAsync(await OpenAsync(database), TransactionIdSource.BlockSize - 1 + start));
        }
        Assert.That(taken, Is.Unique);
    }

    [TestCase(5)]
    [TestCase(5_000_000)]
    public async Task Serials_that_others_know_are_passed_over_also_by_the_blocks_that_were_reserved_before_and_after_a_restart(long known)
    {
        await using (var database = OpenDatabase())
        {
            var ids = await OpenAsync(database);
            await ids.NextAsync(CancellationToken.None);
            await ids.PassOverAsync(known, CancellationToken.None);
            Assert.That((await TakeAsync(ids, 2 * TransactionIdSource.BlockSize)).Select(SerialOf), Is.Unique.And.All.GreaterThan(known));
            Assert.That(database.Read(TransactionIdSource.Last), Is.GreaterThan(known));
        }
        await using var again = OpenDatabase();
        Assert.That(SerialOf(await (await OpenAsync(again)).NextAsync(CancellationToken.None)), Is.GreaterThan(known));
    }

    [Test]
    public async Task What_is_handed_out_is_reserved_on_disk_before()
    {
        await using var database = OpenDatabase();
        var ids = await OpenAsync(database);
        for (var count = 0; count < 2 * TransactionIdSource.BlockSize; count++)
        {
            var serial = long.Parse((await ids.NextAsync(CancellationToken.None)).Text[^10..], null);
            if (serial % 100 == 0)
                Assert.That(Reserved(database), Is.GreaterThanOrEqualTo(serial));
        }
    }

    [Test]
    public async Task Without_storage_the_reserved_block_is_used_up_and_then_the_fault_is_told()
    {
        var database = OpenDatabase();
        var ids = await OpenAsync(database);
        await database.DisposeAsync();
        Assert.That(await TakeAsync(ids, TransactionIdSource.BlockSize), Is.Unique.And.Count.EqualTo(TransactionIdSource.BlockSize));
        Assert.That(async () => await ids.NextAsync(CancellationToken.None), Throws.InstanceOf<Exception>().And.Not.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task A_cancelled_caller_takes_no_id_from_the_others()
    {
        await using var database = OpenDatabase();
        var ids = await OpenAsync(database);
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        Assert.That(async () => await TransactionIdSource.OpenAsync(database, Yunnan, _time, cancelled.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(await TakeAsync(ids, 3 * TransactionIdSource.BlockSize), Is.Unique);
    }

    private Database OpenDatabase() => EmptyBooks.Open(_folder.File("node.db"), _time);

    private Task<TransactionIdSource> OpenAsync(Database database) => TransactionIdSource.OpenAsync(database, Yunnan, _time, CancellationToken.None);

    private static long Reserved(Database database) => database.Read(session => session.QuerySingle<long>("SELECT max(value) FROM counter"));

    private static async Task<List<TransactionId>> TakeAsync(TransactionIdSource ids, int count)
    {
        var taken = new List<TransactionId>();
        while (taken.Count < count)
            taken.Add(await ids.NextAsync(CancellationToken.None));
        return taken;
    }

    private static long SerialOf(TransactionId id) => long.Parse(id.Text[^10..], System.Globalization.CultureInfo.InvariantCulture);
}
