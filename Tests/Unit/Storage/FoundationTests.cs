using Microsoft.Data.Sqlite;
using NUnit.Framework;
using ProvincialGateway.Storage;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Storage;

/// <summary>Counters and the identity of a data folder: what script 0001 makes.</summary>
internal sealed class FoundationTests
{
    private TempFolder _folder;
    private Database _database;

    [SetUp]
    public void Open()
    {
        _folder = new();
        _database = Database.Open(Stores.Options(_folder), TimeProvider.System);
    }

    [TearDown]
    public async Task Close()
    {
        await _database.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task Each_counter_counts_from_one_by_itself()
    {
        var numbers = await _database.WriteAsync(session => new[]
        {
            Counters.Next(session, "visit"), Counters.Next(session, "visit"), Counters.Next(session, "settlement"), Counters.Next(session, "visit"),
        }, CancellationToken.None);

        Assert.That(numbers, Is.EqualTo(new[] { 1, 2, 1, 3 }));
    }

    [Test]
    public async Task A_number_taken_by_a_work_that_failed_is_given_out_again()
    {
        await NextAsync();
        await Assert.ThatAsync(() => _database.WriteAsync(session =>
        {
            Assert.That(Counters.Next(session, "visit"), Is.EqualTo(2));
            throw new InvalidOperationException("refused");
        }, CancellationToken.None), Throws.InvalidOperationException);

        Assert.That(await NextAsync(), Is.EqualTo(2));
    }

    [Test]
    public async Task A_counter_at_its_end_fails_and_does_not_wrap_or_become_inexact()
    {
        await _database.WriteAsync(session => session.Execute("INSERT INTO counter (name, value) VALUES ('visit', @last)", new { last = long.MaxValue }), CancellationToken.None);

        await Assert.ThatAsync(() => NextAsync(), Throws.TypeOf<SqliteException>());
    }

    [Test]
    public async Task A_folder_keeps_the_province_and_the_key_it_was_first_used_with()
    {
        var vault = Vault.OpenOrCreate(_folder.File("node.key"));
        await ClaimAsync("530000", vault);
        await ClaimAsync("530000", vault);

        await Assert.ThatAsync(() => ClaimAsync("440000", vault),
            Throws.TypeOf<StorageRefusedException>().With.Message.Contains("属于节点 530000").And.Message.Contains("belongs to node 530000, not to this node 440000"));
        await Assert.ThatAsync(() => ClaimAsync("530000", Vault.OpenOrCreate(_folder.File("new.key"))),
            Throws.TypeOf<StorageRefusedException>().With.Message.Contains("密钥文件与数据不匹配").And.Message.Contains("key file").And.Message.Contains(vault.Fingerprint));
    }

    [TestCase("UPDATE node_identity SET division = '440000'")]
    [TestCase("DELETE FROM node_identity")]
    [TestCase("INSERT OR REPLACE INTO node_identity VALUES (1, '440000', '0123456789abcdef')")]
    [TestCase("INSERT INTO node_identity VALUES (2, '440000', '0123456789abcdef')")]
    public async Task The_identity_cannot_be_changed_afterwards(string statement)
    {
        await ClaimAsync("530000", Vault.OpenOrCreate(_folder.File("node.key")));

        await Assert.ThatAsync(() => _database.WriteAsync(session => session.Execute(statement), CancellationToken.None), Throws.TypeOf<SqliteException>());
    }

    [Test]
    public async Task Only_a_province_can_claim_a_folder() =>
        await Assert.ThatAsync(() => ClaimAsync("530100", Vault.OpenOrCreate(_folder.File("node.key"))), Throws.TypeOf<SqliteException>());

    private Task<long> NextAsync() => _database.WriteAsync(session => Counters.Next(session, "visit"), CancellationToken.None);

    private Task ClaimAsync(string province, Vault vault) =>
        _database.WriteAsync(session => NodeIdentity.Claim(session, Division.Parse(province), vault), CancellationToken.None);
}
