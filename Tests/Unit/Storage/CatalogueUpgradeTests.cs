using System.IO.Compression;
using NUnit.Framework;
using ProvincialGateway.Oversight;
using ProvincialGateway.Storage;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Treatment;

namespace ProvincialGateway.Tests.Storage;

/// <summary>
/// A node of the release before catalogue versions (scripts 1 to 7) with stored, withdrawn and settled lines: scripts 8 and 9 say of each row
/// what they can know of it, and the audit is clean afterwards.
/// </summary>
[Parallelizable(ParallelScope.Self)]
internal sealed class CatalogueUpgradeTests
{
    private const int Before = 7;

    private TempFolder _root = null!;

    [SetUp]
    public async Task LiveBeforeAsync()
    {
        _root = new();
        ZipFile.ExtractToDirectory(Repository.PathTo("Tests", "Unit", "Storage", "version-5.zip"), _root.Path);
        await using var database = Open(Treatment, [.. MigrationScript.Embedded.Take(Before)]);
        await database.WriteAsync(session =>
        {
            // Two versions in every bill, later lines by the smaller name; a third one that only withdrawn lines have.
            session.Execute("UPDATE fee_line SET catalogue_version = CASE WHEN state = 2 THEN '999999999999' WHEN line_serial = '1' THEN 'bbbbbbbbbbbb' ELSE 'aaaaaaaaaaaa' END");
            session.Execute("UPDATE fee_line SET catalogue_version = (SELECT o.catalogue_version FROM fee_line o WHERE o.id = fee_line.refund_of) WHERE refund_of IS NOT NULL");
            // Categories of lines that are in no settlement's sums.
            foreach (var (visit, category) in new[] { (1, "08"), (2, "09"), (3, "10"), (10, "11"), (11, "03"), (12, "14") })
                session.ExecuteExpecting(1, "UPDATE fee_line SET fee_category = @category WHERE visit_id = @visit AND state = 2", new { visit, category });
            session.Execute(
                "INSERT INTO unmapped_item (institution_code, local_code, local_name, first_seen_at_ms, last_seen_at_ms, line_count, amount_fen) SELECT code, 'Z1', '测试项目', 1, 2, 3, 400 FROM institution");
        }, CancellationToken.None);
    }

    [TearDown]
    public void Remove() => _root.Dispose();

    [Test]
    public async Task Every_line_has_the_kind_of_its_fee_category_and_no_invented_quality()
    {
        await using var database = await UpgradeAsync();

        var kinds = database.Read(session => session.Query<string>(
            "SELECT DISTINCT fee_category || ' ' || catalogue_kind || ' ' || coalesce(mapping_quality, '-') FROM fee_line ORDER BY 1"));
        Assert.That(kinds, Is.EqualTo(new[] { "03 201 -", "08 301 -", "09 101 -", "10 102 -", "11 101 -", "14 201 -" }));
    }

    [Test]
    public async Task A_standing_settlement_names_the_versions_of_its_standing_lines_and_a_cancelled_one_none()
    {
        await using var database = await UpgradeAsync();

        var versions = database.Read(session => session.Query<string>(
            "SELECT visit_id || ' ' || state || ' ' || coalesce(catalogue_versions, '-') FROM treatment_settlement ORDER BY visit_id, state"));
        Assert.That(versions, Is.EqualTo(new[]
        {
            "1 1 aaaaaaaaaaaa,bbbbbbbbbbbb", "2 1 aaaaaaaaaaaa,bbbbbbbbbbbb", "2 2 -", "3 2 -", "14 1 aaaaaaaaaaaa,bbbbbbbbbbbb", "15 1 aaaaaaaaaaaa,bbbbbbbbbbbb",
        }));
    }

    [Test]
    public async Task A_code_seen_before_is_open_in_the_queue_with_nothing_waiting()
    {
        await using var database = await UpgradeAsync();

        var code = database.Read(UnmappedQueue.List).Single();
        Assert.That((code.LocalCode, code.State, code.LineCount, code.AmountFen, code.WaitingCount, code.HeldFen), Is.EqualTo(("Z1", UnmappedState.Open, 3L, 400L, 0L, 0L)));
        Assert.That(database.Read(session => SuggestionStore.Suggestions(session, code.Adapter, code.LocalCode)), Is.Empty);
    }

    [Test]
    public async Task The_audit_is_clean_afterwards()
    {
        await (await UpgradeAsync()).DisposeAsync();

        var report = Audit.Run([Treatment, Insured], new ManualTimeProvider());
        Assert.That(report.Checks.Where(check => check is not { Found: 0, NotCheckedReason: null }).Select(check => $"{check.Name} {string.Join("; ", check.Findings)} {check.NotCheckedReason}"), Is.Empty);
        Assert.That(report.Checks.Where(check => check.Name is "line-catalogue" or "settlement-versions").Select(check => check.Checked), Is.All.Positive);
    }

    private string Treatment => _root.File("530000");

    private string Insured => _root.File("610000");

    /// <returns>The treatment side's.</returns>
    private async Task<Database> UpgradeAsync()
    {
        await Open(Insured, MigrationScript.Embedded).DisposeAsync();
        return Open(Treatment, MigrationScript.Embedded);
    }

    private static Database Open(string folder, IReadOnlyList<MigrationScript> scripts) =>
        Database.Open(new DatabaseOptions { Path = DataFolder.DatabasePath(folder) }, TimeProvider.System, scripts);
}
