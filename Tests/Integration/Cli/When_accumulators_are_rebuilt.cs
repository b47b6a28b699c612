using NUnit.Framework;
using ProvincialGateway.Cli;
using ProvincialGateway.Insured;
using ProvincialGateway.Oversight;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Cli;

/// <summary>A person's years beside the settlements that made them, and made from them anew, on record.</summary>
internal sealed class When_accumulators_are_rebuilt : CountryTest
{
    private const string Person = "5301000001";

    private OperatorDesk _desk = null!;

    private List<RebuildRecord> Records => Yunnan.Host.Database.Read(session => AccumulatorRebuild.Records(session, Person));

    [SetUp]
    public async Task SettleOnce()
    {
        _desk = new OperatorDesk(Yunnan, Clock);
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn));
        (await Guangzhou.SettleAsync(visit)).Granted();
        await AllEndedAsync();
    }

    [TearDown]
    public async Task CloseDesk() => await _desk.DisposeAsync();

    [Test]
    public async Task What_settlements_made_is_equal_and_nothing_is_rebuilt()
    {
        var shown = await _desk.AskAsync("persons", "accumulators", Person);
        var printed = await _desk.SucceedAsync("persons", "accumulators", Person, "--rebuild", "--reason", "核对");

        using (Assert.EnterMultipleScope())
        {
            Assert.That((bool)shown["isEqual"]!, Is.True);
            Assert.That(shown["figures"]!.AsArray().Select(figure => $"{figure!["year"]} {figure["figure"]} {figure["stored"]} {figure["rebuilt"]}"),
                Is.EqualTo(new[] { "2017 admissions 1 1", "2017 deductible 120000 120000", "2017 pool 3468000 3468000" }));
            Assert.That(printed, Does.Contain("34680.00").And.Contain("✓"));
            Assert.That(Records, Is.Empty);
        }
    }

    [Test]
    public async Task What_differs_is_named_by_year_and_figure_and_rebuilt_on_record_only_when_asked()
    {
        await SpoilAsync();

        var (exitCode, output, _) = await _desk.RunAsync("persons", "accumulators", Person);
        var unasked = Yunnan.Year(Person, 2017);
        var everybody = await _desk.RunAsync("persons", "accumulators");
        var rebuilt = await _desk.AskAsync("persons", "accumulators", Person, "--rebuild", "--reason", "恢复备份后核对", "--operator", "测试经办");

        using (Assert.EnterMultipleScope())
        {
            Assert.That((exitCode, everybody.ExitCode), Is.EqualTo((PersonAccumulatorsCommand.Different, PersonAccumulatorsCommand.Different)));
            Assert.That(output, Does.Contain("≠ 0.07").And.Contain("✗"));
            Assert.That(everybody.Output, Does.Contain(Person).And.Contain("0.09").And.Not.Contain("admissions"), "only what differs");
            Assert.That(unasked, Is.EqualTo((1_200_07L, 34_680_00L, 1L)), "a look changes nothing");
            Assert.That((bool)rebuilt["isEqual"]!, Is.True);
            Assert.That(Yunnan.Year(Person, 2017), Is.EqualTo((1_200_00L, 34_680_00L, 1L)));
            Assert.That(Yunnan.Count("accumulator_layer", "layer = 'ghost'"), Is.Zero);
        }
        var record = Records.Single();
        using (Assert.EnterMultipleScope())
        {
            Assert.That((record.Number, record.By, record.Reason, record.PersonNumber), Is.EqualTo((1L, "测试经办", "恢复备份后核对", Person)));
            Assert.That(record.Changes.Select(change => $"{change.Year} {change.Layer ?? "-"} {change.Figure} {change.Stored}→{change.Rebuilt}"),
                Is.EqualTo(new[] { "2017 - deductible 120007→120000", "2017 ghost paid 9→0" }));
            Assert.That(await _desk.SucceedAsync("persons", "accumulators", Person), Does.Contain("恢复备份后核对").And.Contain("ghost"), "it stays on record");
        }
    }

    [Test]
    public async Task It_needs_a_reason_and_one_known_person()
    {
        await SpoilAsync();

        var noReason = await _desk.RefuseAsync("persons", "accumulators", Person, "--rebuild");
        var nobody = await _desk.RefuseAsync("persons", "accumulators", "--rebuild", "--reason", "核对");
        var unknown = await _desk.RefuseAsync("persons", "accumulators", "5301009999");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(noReason, Does.Contain("--reason"));
            Assert.That(nobody, Does.Contain("--rebuild"));
            Assert.That(unknown, Does.Contain("5301009999").And.Contain("persons list"));
            Assert.That(Yunnan.Year(Person, 2017).DeductibleFen, Is.EqualTo(1_200_07L));
            Assert.That(Records, Is.Empty);
        }
        await _desk.SucceedAsync("persons", "accumulators", Person, "--rebuild", "--reason", "核对");
    }

    /// <summary>As the audit sees it until the rebuild.</summary>
    private async Task SpoilAsync()
    {
        await Yunnan.Host.Database.WriteAsync(session =>
        {
            session.Execute("UPDATE accumulator SET deductible_paid_fen = deductible_paid_fen + 7 WHERE person_number = @Person", new { Person });
            session.Execute("INSERT INTO accumulator_layer (person_number, year, layer, paid_fen, base_fen) VALUES (@Person, 2017, 'ghost', 9, 0)", new { Person });
        }, CancellationToken.None);
        var report = Audit.Run([Yunnan.DataFolder], Clock);
        Assert.That(report.Checks.Where(check => check.Found > 0).Select(check => check.Name), Is.EquivalentTo(new[] { "accumulators", "accumulator-layers" }));
    }
}
