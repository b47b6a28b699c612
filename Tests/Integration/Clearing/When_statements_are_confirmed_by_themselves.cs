using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using ProvincialGateway.Clearing;
using ProvincialGateway.Configuration;
using ProvincialGateway.Insured;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Clearing;

/// <summary>By this agreement Yunnan's node confirms what its own check finds right.</summary>
internal sealed class When_statements_are_confirmed_by_themselves : ClearingTest
{
    private const int LeftOut = 5125;

    protected override NodesConfiguration Configure(NodesConfiguration configuration) =>
        configuration with { Clearing = new ClearingOptions { Common = new AgreementOptions { ConfirmAutomatically = true } } };

    [Test]
    public async Task One_that_leaves_findings_of_the_line_audit_out_waits_and_the_log_names_the_next_step()
    {
        await SettleAsync();
        await AllEndedAsync();
        await Eventually.GetAsync("the lines to be audited", () => Yunnan.Count("line_audit_run"), Is.EqualTo(1));
        await Yunnan.Host.Services.GetRequiredService<LineAudits>().DecideAsync(
            new LineDecision(Yunnan.Value<string>("SELECT settlement_number FROM insured_settlement"),
                (int)Yunnan.Value<long>("SELECT line_number FROM insured_detail_line ORDER BY in_scope_fen DESC LIMIT 1"), LineAuditOutcome.Deduct, 120_00, "03", "测试", "测试经办"),
            CancellationToken.None);
        var first = await ProposeAsync(September);

        var warning = await Logs.WaitForAsync(LeftOut, first.StatementNumber);
        Assert.That(warning.Message, Does.Contain("120.00").And.Contain("clearing dispute --line-audit").And.Contain("--leave-findings"));
        Assert.That(Statement(Yunnan, first.StatementNumber).State, Is.EqualTo(StatementStage.Proposed));

        var objections = Yunnan.Host.Database.Read(session => LineAuditObjections.Of(session, Statement(Yunnan, first.StatementNumber)));
        Accepted(await Payer.DisputeAsync(first.StatementNumber, objections, "", "测试复核", CancellationToken.None));
        await Claimant.ReviseAsync(first.StatementNumber, acceptObjections: true, CancellationToken.None);
        Accepted(await Claimant.ProposeAsync(first.StatementNumber, "测试经办", CancellationToken.None));
        await Eventually.GetAsync("Yunnan to confirm the revision", () => Statement(Yunnan, first.StatementNumber).State, Is.EqualTo(StatementStage.Confirmed));
        Assert.That(Statement(Guangdong, first.StatementNumber).DeductedFen, Is.EqualTo(120_00));
    }
}
