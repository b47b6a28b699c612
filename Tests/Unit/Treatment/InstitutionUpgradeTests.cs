using NUnit.Framework;
using ProvincialGateway.Storage;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Treatment;

namespace ProvincialGateway.Tests.Treatment;

/// <summary>A node of the first release is brought up to this one: its hospitals work on as they did.</summary>
internal sealed class InstitutionUpgradeTests
{
    [Test]
    public async Task An_institution_of_the_first_release_keeps_its_level_for_everything_and_may_admit_as_before()
    {
        using var folder = new TempFolder();
        var options = new DatabaseOptions { Path = folder.File("gateway.db") };
        await using (var first = Database.Open(options, TimeProvider.System, [.. MigrationScript.Embedded.Take(5)]))
        {
            await first.WriteAsync(session =>
            {
                session.Execute("INSERT INTO institution (code, name, division, level, adapter, token_hash) VALUES ('H1', '测试医院', '530100', '05', 'yunnan', @hash)", new { hash = InstitutionStore.HashOf("token") });
                session.Execute("INSERT INTO business_period (period_number, institution_code, operator_number, opened_at_ms) VALUES ('P1', 'H1', '01', 1)");
            }, CancellationToken.None);
        }

        await using var upgraded = Database.Open(options, TimeProvider.System);

        var institution = upgraded.Read(session => InstitutionStore.ByToken(session, "token"));
        Assert.That(institution, Is.EqualTo(new InstitutionRow { Code = "H1", Name = "测试医院", Division = "530100", Level = "05", Adapter = "yunnan" }));
        Assert.That((institution!.Opens("21"), institution.IsSuspendedOn(new(2026, 1, 1))), Is.EqualTo((true, false)));
        Assert.That(upgraded.Read(session => session.QuerySingle<long?>("SELECT closed_at_ms FROM business_period")), Is.Null, "the period is still open");
    }
}
