using NUnit.Framework;
using ProvincialGateway.Matching;
using ProvincialGateway.Storage;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Treatment;

namespace ProvincialGateway.Tests.Storage;

/// <summary>Suggestions as they were stored before their reasons were.</summary>
internal sealed class SuggestionUpgradeTests
{
    private static readonly IReadOnlyList<MigrationScript> Before = [.. MigrationScript.Embedded.TakeWhile(script => script.Name != "suggestion_reasons")];

    [Test]
    public async Task A_suggestion_keeps_its_points_has_no_reasons_and_is_replaced_by_the_next_run()
    {
        using var folder = new TempFolder();
        await using (var database = Database.Open(Stores.Options(folder), TimeProvider.System, Before))
        {
            await database.WriteAsync(session => session.Execute(
                """
                INSERT INTO unmapped_suggestion (adapter, local_code, rank, exchange_code, exchange_name, score)
                VALUES ('guangdong', 'Y1', 2, 'E2', '测试项目乙', 0), ('guangdong', 'Y1', 1, 'E1', '测试项目甲', 100), ('guangdong', 'Y2', 1, 'E1', '测试项目甲', 87)
                """), CancellationToken.None);
        }

        await using var upgraded = Database.Open(Stores.Options(folder), TimeProvider.System);
        IReadOnlyList<UnmappedSuggestion> Of(string code) => upgraded.Read(session => SuggestionStore.Suggestions(session, "guangdong", code));
        Assert.That(Of("Y1"), Is.EqualTo(new[] { new UnmappedSuggestion(1, "E1", "测试项目甲", 100m, null), new UnmappedSuggestion(2, "E2", "测试项目乙", 0m, null) }));

        MatchReason[] reasons = [new("名称相同", "same name")];
        var code = new ExplainedCode
        {
            Adapter = "guangdong",
            LocalCode = "Y1",
            LocalName = "测试项目",
            Source = WordsSource.Catalogue,
            Decision = MatchDecision.Accepted,
            Proposals = [new ExplainedProposal("E3", "测试项目丙", 87.6m, reasons)],
        };
        await upgraded.WriteAsync(session => SuggestionStore.Replace(session, code), CancellationToken.None);
        var replaced = Of("Y1").Single();
        Assert.That((replaced.ExchangeCode, replaced.Score), Is.EqualTo(("E3", 87.6m)));
        Assert.That(replaced.Reasons, Is.EqualTo(reasons));
        Assert.That(Of("Y2").Single().Score, Is.EqualTo(87m), "of a code nobody looked at, nothing changes");
    }
}
