using Dapper;
using Microsoft.Data.Sqlite;
using NUnit.Framework;
using Provincial.His.V1;
using ProvincialGateway.Storage;
using ProvincialGateway.Tests.Recovery;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Peers;

/// <summary>A node is upgraded in the middle of its work: the tables are the older release's, the peer is of today.</summary>
internal sealed class When_the_database_is_of_an_older_release : RecoveryTest
{
    /// <summary>The last script of the release before.</summary>
    private const int Scripts = 22;

    [Test]
    public async Task What_was_open_and_unanswered_goes_on_and_new_stays_are_settled()
    {
        var open = await AdmitAsync(Guangzhou, Patient.RetiredOfKunming, "ZY0002");
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn), "ZY0001");
        await Yunnan.StopAsync();
        (await Guangzhou.SettleAsync(visit, "T1")).Pending();
        await Guangdong.StopAsync();
        foreach (var province in new[] { Guangdong, Yunnan })
            await TakeBackAsync(DataFolder.DatabasePath(province.DataFolder));

        await Guangdong.StartAsync(CancellationToken.None);
        await Yunnan.StartAsync(CancellationToken.None);
        LetTheResolverBegin();
        await StateAsync(Guangzhou, "T1", TransactionState.Committed);
        (await Guangzhou.UploadAsync(open, SampleBills.IntensiveCare(FeesOn))).Granted();
        (await Guangzhou.DischargeAsync(open, Today)).Granted();
        (await Guangzhou.SettleAsync(open)).Granted();

        Assert.That((Guangdong.Count("treatment_settlement"), Yunnan.Count("insured_settlement")), Is.EqualTo((2L, 2L)));
    }

    /// <summary>The same rows in the older tables: what they have no column for, the older release did not know.</summary>
    private static async Task TakeBackAsync(string path)
    {
        var newer = path + ".newer";
        File.Move(path, newer);
        await Database.Open(new DatabaseOptions { Path = path }, TimeProvider.System, [.. MigrationScript.Embedded.Take(Scripts)]).DisposeAsync();
        await using var connection = new SqliteConnection($"Data Source={path};Pooling=False;Foreign Keys=False");
        await connection.OpenAsync();
        await connection.ExecuteAsync("ATTACH @newer AS newer", new { newer });
        var tables = (await connection.QueryAsync<string>("SELECT name FROM main.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'schema_migration'")).AsList();
        foreach (var table in tables)
        {
            var columns = string.Join(", ", await connection.QueryAsync<string>(
                "SELECT name FROM pragma_table_info(@table, 'main') INTERSECT SELECT name FROM pragma_table_info(@table, 'newer')", new { table }));
            await connection.ExecuteAsync($"INSERT OR IGNORE INTO main.{table} ({columns}) SELECT {columns} FROM newer.{table}");
        }
        await connection.ExecuteAsync("DETACH newer");
        File.Delete(newer);
    }
}
