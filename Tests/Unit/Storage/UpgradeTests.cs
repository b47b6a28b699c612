using System.IO.Compression;
using Dapper;
using NUnit.Framework;
using Provincial.Exchange.V1;
using ProvincialGateway.Oversight;
using ProvincialGateway.Tests.Oversight;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Storage;

/// <summary>
/// The databases of two provinces as the first release left them (scripts 1 to 5), with a visit in every state and everything that can be under
/// way: this release takes them over, and their books still hold.
/// </summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
internal sealed class UpgradeTests
{
    private static readonly string[] Rebuilt = ["outbound", "posting", "insured_visit", "treatment_visit"];

    private TempFolder _root = null!;

    [SetUp]
    public void Unpack()
    {
        _root = new();
        ZipFile.ExtractToDirectory(Repository.PathTo("Tests", "Unit", "Storage", "version-5.zip"), _root.Path);
    }

    [TearDown]
    public void Remove() => _root.Dispose();

    [Test]
    public async Task Every_row_is_there_afterwards_and_the_audit_is_clean()
    {
        var before = Rows();
        await UpgradeAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Rows(), Is.EqualTo(before));
            Assert.That(Findings(), Is.Empty);
            Assert.That(Ask(Treatment, "SELECT count(*) FROM treatment_discharge WHERE corrects IS NULL AND transaction_id IN (SELECT discharge_id FROM treatment_visit)"), Is.EqualTo(9));
            Assert.That(Ask(Insured, "SELECT count(*) FROM insured_discharge"), Is.EqualTo(10));
            Assert.That((Ask(Treatment, "SELECT count(*) FROM treatment_undo"), Ask(Insured, "SELECT count(*) FROM insured_undo")), Is.EqualTo((2L, 3L)));
            Assert.That(Ask(Treatment, "SELECT count(*) FROM outbound WHERE (kind = 4) <> (original_id IS NOT NULL)"), Is.Zero);
        }
    }

    [Test]
    public async Task Settlements_from_before_owe_their_lines_and_cancelled_ones_do_not()
    {
        await UpgradeAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Ask(Treatment, "SELECT count(*) FROM fee_transfer WHERE state = 1"), Is.EqualTo(Ask(Treatment, "SELECT count(*) FROM treatment_settlement WHERE state = 1")).And.Positive);
            Assert.That(Ask(Treatment, "SELECT count(*) FROM fee_transfer WHERE state = 5"), Is.EqualTo(Ask(Treatment, "SELECT count(*) FROM treatment_settlement WHERE state = 2")).And.Positive);
        }
    }

    [Test]
    public async Task Rebuilt_tables_refuse_what_they_refused_and_are_referred_to_as_before()
    {
        await UpgradeAsync();

        foreach (var (folder, statement) in new[]
        {
            (Treatment, "UPDATE outbound SET request = zeroblob(1)"), (Treatment, "UPDATE outbound SET state = 1 WHERE state = 2"), (Treatment, "DELETE FROM posting"),
            (Insured, "UPDATE posting SET amount_fen = 1"), (Treatment, "DELETE FROM treatment_visit WHERE id = 1"), (Insured, "DELETE FROM insured_visit"),
            (Treatment, "INSERT INTO fee_line (id, visit_id) SELECT 9999, 9999"),
        })
        {
            Assert.That(() => Execute(folder, statement), Throws.TypeOf<Microsoft.Data.Sqlite.SqliteException>(), statement);
        }
        Assert.That((Foreign(Treatment), Foreign(Insured)), Is.EqualTo((0, 0)));
    }

    [Test]
    public async Task The_connection_keeps_references_again_after_the_scripts()
    {
        await using var database = DataFolder.OpenDatabase(Treatment, TimeProvider.System);

        Assert.That(await database.WriteAsync(session => session.QuerySingle<long>("PRAGMA foreign_keys"), CancellationToken.None), Is.EqualTo(1));
    }

    [Test]
    public async Task What_was_under_way_before_can_be_reversed_afterwards()
    {
        await using (var provinces = await TwoProvinces.ReopenAsync(_root.Path))
            Assert.That(await new UndoneStays(provinces).ReverseOpenAsync(), Is.EqualTo(8));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Findings(), Is.Empty);
            Assert.That(Ask(Treatment, "SELECT count(*) FROM outbound WHERE state = 1"), Is.Zero);
        }
    }

    [Test]
    public async Task A_settlement_that_was_cancelled_before_can_be_restored_once_no_later_one_rests_on_what_it_gave_back()
    {
        const long Cancelled = 3, SettledLater = 15, Discharged = 4, Settled = 6;
        await using (var provinces = await TwoProvinces.ReopenAsync(_root.Path))
        {
            var undo = new UndoneStays(provinces);
            await undo.ReverseOpenAsync();
            var cancellation = provinces.Visit(Cancelled).CancellationId!;
            var later = SettlementOf(SettledLater);

            // Of the same person and year: its deductible, ordinal and account are those that the cancellation left.
            var refused = await undo.ReverseAsync(Cancelled, cancellation);
            var whileItStands = StateOf(Cancelled);
            await provinces.Stays.CancelAsync(SettledLater);
            var restored = await undo.ReverseAsync(Cancelled, cancellation);

            using (Assert.EnterMultipleScope())
            {
                Assert.That(refused!.Refusal?.Code, Is.EqualTo(RefusalCode.NotReversible));
                Assert.That(refused.Refusal?.MessageEn, Does.Contain(later));
                Assert.That(whileItStands, Is.EqualTo((Discharged, 0L, 0L)), "A refused reversal changes nothing.");
                Assert.That(restored!.Reversal?.Effect, Is.EqualTo(ReversalEffect.Undone));
            }
        }

        using (Assert.EnterMultipleScope())
        {
            Assert.That(StateOf(Cancelled), Is.EqualTo((Settled, 1L, 1L)));
            Assert.That(Findings(), Is.Empty);
        }
    }

    private string Treatment => _root.File("530000");

    private string Insured => _root.File("610000");

    /// <summary>Of the visit at the treatment side, and how many settlements of it stand on either side.</summary>
    private (long Visit, long Mirrored, long Insured) StateOf(long visit) => (
        Ask(Treatment, $"SELECT state FROM treatment_visit WHERE id = {visit}"),
        Ask(Treatment, $"SELECT count(*) FROM treatment_settlement WHERE visit_id = {visit} AND state = 1"),
        Ask(Insured, $"SELECT count(*) FROM insured_settlement WHERE visit_number = '{VisitNumberOf(visit)}' AND state = 1"));

    private string VisitNumberOf(long visit) => Ask<string>(Treatment, $"SELECT visit_number FROM treatment_visit WHERE id = {visit}");

    private string SettlementOf(long visit) => Ask<string>(Treatment, $"SELECT settlement_number FROM treatment_settlement WHERE visit_id = {visit} AND state = 1");

    private async Task UpgradeAsync()
    {
        foreach (var folder in new[] { Treatment, Insured })
        {
            await using var database = DataFolder.OpenDatabase(folder, TimeProvider.System);
        }
    }

    private IEnumerable<string> Findings() => Audit.Run([Treatment, Insured], new ManualTimeProvider()).Checks
        .Where(check => check is not { Found: 0, NotCheckedReason: null }).Select(check => $"{check.Name} {string.Join("; ", check.Findings)} {check.NotCheckedReason}");

    /// <summary>Of the columns both have.</summary>
    private string Rows() => string.Join('\n', new[] { Treatment, Insured }.SelectMany(_ => Rebuilt, Digest));

    private static string Digest(string folder, string table)
    {
        using var connection = Open(folder);
        var columns = connection.Query<string>($"SELECT name FROM pragma_table_info('{table}') WHERE name NOT IN ('original_id', 'state_beneath', 'reversed_kind', 'reversal_id', 'person_class', 'chronic_disease', 'leased_by', 'leased_until_ms', 'attempted_at_ms', 'perhaps_received') ORDER BY name");
        return $"{table}: {connection.QuerySingle<string>($"SELECT coalesce(group_concat(row, char(10)), '') FROM (SELECT {string.Join(" || '|' || ", columns.Select(column => $"quote({column})"))} AS row FROM {table} ORDER BY rowid)")}";
    }

    private static long Ask(string folder, string sql) => Ask<long>(folder, sql);

    private static T Ask<T>(string folder, string sql)
    {
        using var connection = Open(folder);
        return connection.QuerySingle<T>(sql);
    }

    private static int Foreign(string folder)
    {
        using var connection = Open(folder);
        return connection.Query("PRAGMA foreign_key_check").AsList().Count;
    }

    private static void Execute(string folder, string sql)
    {
        using var connection = Open(folder);
        connection.Execute(sql);
    }

    private static Microsoft.Data.Sqlite.SqliteConnection Open(string folder)
    {
        var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={DataFolder.DatabasePath(folder)};Pooling=False;Foreign Keys=True");
        connection.Open();
        return connection;
    }
}
