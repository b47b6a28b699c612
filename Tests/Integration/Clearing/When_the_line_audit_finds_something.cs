using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using Provincial.Exchange.V1;
using ProvincialGateway.Clearing;
using ProvincialGateway.Insured;
using ProvincialGateway.Ledger;
using ProvincialGateway.Tests.Cli;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Clearing;

/// <summary>明细审核 and clearing: what is found early or late, restored, or of a settlement that is cancelled, reaches a statement once, to the fen.</summary>
internal sealed class When_the_line_audit_finds_something : ClearingTest
{
    private static readonly DateOnly October = new(2017, 10, 1), November = new(2017, 11, 1);

    private LineAudits Auditors => Yunnan.Host.Services.GetRequiredService<LineAudits>();

    [Test]
    public async Task Further_findings_of_a_row_add_to_what_is_deducted_for_it_and_a_restoration_takes_off()
    {
        await SettledWithLinesAsync();
        await TakeAsync(1, 300_00);
        var first = await ProposeAsync(September);
        await DisputeAsync(first.StatementNumber);
        await ReviseAsync(first.StatementNumber, 2);
        await TakeAsync(2, 150_00);
        await DisputeAsync(first.StatementNumber);
        await ReviseAsync(first.StatementNumber, 3);
        Assert.That(Statement(Yunnan, first.StatementNumber).DeductedFen, Is.EqualTo(450_00));

        await RestoreAsync(1, 100_00);
        await DisputeAsync(first.StatementNumber);
        await ReviseAsync(first.StatementNumber, 4);
        var confirmed = await ConfirmAsync(first.StatementNumber);

        Assert.That((confirmed.Revision, confirmed.DeductedFen, confirmed.PayableFen), Is.EqualTo((4, 350_00L, WorkedExampleFen - 350_00)));
        Assert.That(confirmed.ToStatement().Deductions.Select(deduction => (deduction.Kind, deduction.AmountFen, deduction.SourceStatementNumber)),
            Is.EqualTo(new[] { (Deductions.Audit, 200_00L, ""), (Deductions.Audit, 150_00L, "") }), "what is given back before it is paid was never taken");
        AssertMirrored(WorkedExampleFen - 350_00, 0);
    }

    [Test]
    public async Task What_is_found_and_restored_after_the_period_is_closed_is_of_the_next_statements_and_the_closed_one_stays()
    {
        await SettledWithLinesAsync();
        var september = await ProposeAsync(September);
        await ConfirmAsync(september.StatementNumber);
        var closed = Statement(Yunnan, september.StatementNumber);
        await TakeAsync(1, 500_00);

        var october = await ClearMonthAsync(October);
        Assert.That((october.Revision, october.ClaimedFen, october.DeductedFen, october.PayableFen), Is.EqualTo((2, 0L, 500_00L, -500_00L)));
        Assert.That(october.ToStatement().Deductions.Single(), Has.Property("RowTransactionId").EqualTo(Guangdong.Value<string>("SELECT transaction_id FROM ledger_row WHERE sequence = 1")));
        AssertMirrored(WorkedExampleFen - 500_00, 0);

        await RestoreAsync(1, 200_00);
        var november = await ClearMonthAsync(November);
        Assert.That((november.CarriedFen, november.DeductedFen, november.PayableFen), Is.EqualTo((500_00L, 300_00L, -300_00L)), "what October left, less what is given back");
        AssertMirrored(WorkedExampleFen - 300_00, 0);

        var now = Statement(Yunnan, september.StatementNumber);
        Assert.That((now.DeductedFen, now.PayableFen, now.State, now.DecisionId), Is.EqualTo((0L, WorkedExampleFen, closed.State, closed.DecisionId)));
        Assert.That(Open(), Is.Empty);
    }

    [Test]
    public async Task A_settlement_that_is_cancelled_after_its_deduction_was_closed_brings_the_deduction_back_with_its_negative_row()
    {
        var visit = await SettledWithLinesAsync();
        await TakeAsync(1, 500_01);
        var september = await ProposeAsync(September);
        await DisputeAsync(september.StatementNumber);
        await ReviseAsync(september.StatementNumber, 2);
        var paid = await ConfirmAsync(september.StatementNumber);
        AssertMirrored(WorkedExampleFen - 500_01, 0);

        Clock.PutForward(TimeSpan.FromDays(31));
        (await Guangzhou.CancelAsync(visit, null)).Granted();
        var october = await ProposeAsync(October);
        Assert.That(Open(), Is.Empty, "the cut has given it back by itself");
        var back = await ConfirmAsync(october.StatementNumber);

        Assert.That((back.ClaimedFen, back.DeductedFen, back.PayableFen), Is.EqualTo((-WorkedExampleFen, -500_01L, -paid.PayableFen)), "back goes what was paid, not more");
        AssertMirrored(0, 0);
        Assert.That(Guangdong.Balance(Account.PayableToHospitals), Is.Zero);
        Assert.That(Open(), Is.Empty);
    }

    [Test]
    public async Task A_deduction_whose_settlement_is_cancelled_before_the_statement_is_confirmed_is_taken_out_of_it()
    {
        var visit = await SettledWithLinesAsync();
        await TakeAsync(1, 500_00);
        var september = await ProposeAsync(September);
        await DisputeAsync(september.StatementNumber);
        await ReviseAsync(september.StatementNumber, 2);
        (await Guangzhou.CancelAsync(visit, null)).Granted();

        await DisputeAsync(september.StatementNumber);
        await ReviseAsync(september.StatementNumber, 3);

        Assert.That((await ConfirmAsync(september.StatementNumber)).DeductedFen, Is.Zero);
    }

    [Test]
    public async Task A_statement_that_leaves_findings_out_is_confirmed_only_when_the_operator_says_so_and_the_next_one_takes_them()
    {
        await using var yunnan = new OperatorDesk(Yunnan, Clock);
        await SettledWithLinesAsync();
        await TakeAsync(1, 500_00);
        var row = Guangdong.Value<string>("SELECT transaction_id FROM ledger_row WHERE sequence = 1");
        Assert.That((await yunnan.AskAsync("details", "audit", "list", "--open"))[0]!["statementNumber"], Is.Null, "no statement claims the row yet");
        var september = await ProposeAsync(September);

        var refused = await yunnan.RefuseAsync("clearing", "confirm", september.StatementNumber);
        Assert.That(refused, Does.Contain(row).And.Contain("500.00").And.Contain("--line-audit").And.Contain("--leave-findings"));
        Assert.That(Statement(Yunnan, september.StatementNumber).State, Is.EqualTo(StatementStage.Proposed));
        await yunnan.SucceedAsync("clearing", "confirm", september.StatementNumber, "--leave-findings");

        var open = (await yunnan.AskAsync("details", "audit", "list", "--open", "--partner", "440000")).AsArray().Single()!;
        Assert.That(((string?)open["transactionId"], (string?)open["statementNumber"], (long)open["dueFen"]!), Is.EqualTo((row, september.StatementNumber, 500_00L)));
        Assert.That(await yunnan.SucceedAsync("details", "audit", "list", "--open"), Does.Contain(september.StatementNumber).And.Contain("500.00"));

        Clock.PutForward(TimeSpan.FromDays(31));
        var october = await ProposeAsync(October);
        await yunnan.SucceedAsync("clearing", "dispute", october.StatementNumber, "--line-audit");
        await ReviseAsync(october.StatementNumber, 2);
        await yunnan.SucceedAsync("clearing", "confirm", october.StatementNumber);
        AssertMirrored(WorkedExampleFen - 500_00, 0);
        Assert.That(await yunnan.SucceedAsync("details", "audit", "list", "--open"), Does.Contain("statements take up everything"));
    }

    [Test]
    public async Task A_deduction_of_a_person_is_left_alone_while_the_settlement_stands()
    {
        await SettledWithLinesAsync();
        var row = Guangdong.Value<string>("SELECT transaction_id FROM ledger_row WHERE sequence = 1");
        var september = await ProposeAsync(September);
        Accepted(await Payer.DisputeAsync(september.StatementNumber, [Objection(row, DisputeKind.Audit, 77_00)], "", "测试复核", CancellationToken.None));
        await ReviseAsync(september.StatementNumber, 2);

        Assert.That(Open(), Is.Empty);
        Assert.That((await ConfirmAsync(september.StatementNumber)).DeductedFen, Is.EqualTo(77_00));
    }

    [Test]
    public async Task Both_sides_refuse_what_is_more_than_a_row_claims_or_more_than_was_deducted_and_rows_of_nobody()
    {
        await SettledWithLinesAsync();
        var row = Guangdong.Value<string>("SELECT transaction_id FROM ledger_row WHERE sequence = 1");
        var september = await ProposeAsync(September);
        await ConfirmAsync(september.StatementNumber);
        await SettleAsync("ZY0002", Patient.PostedOfKunming);
        Clock.PutForward(TimeSpan.FromDays(31));
        var october = await ProposeAsync(October);
        var own = Guangdong.Value<string>("SELECT transaction_id FROM ledger_row WHERE sequence = 2");

        foreach (var (what, objections, field) in new (string, ObjectionRow[], string)[]
        {
            ("more than the row claims", [Objection(row, DisputeKind.Audit, WorkedExampleFen + 1)], "rows[0].amount_fen"),
            ("one row twice", [Objection(row, DisputeKind.Audit, WorkedExampleFen), Objection(row, DisputeKind.Audit, 1)], "rows[1].row_transaction_id"),
            ("more back than was deducted", [Objection(row, DisputeKind.Audit, -1)], "rows[0].amount_fen"),
            ("a row of nobody", [Objection("440000201709201000000000009999", DisputeKind.Audit, 1_00)], "rows[0].row_transaction_id"),
            ("an own row the wrong way", [Objection(own, DisputeKind.TooLate, -1_00)], "rows[0].amount_fen"),
        })
        {
            var outcome = await Payer.DisputeAsync(october.StatementNumber, objections, "", "", CancellationToken.None);
            Assert.That(outcome.Refusal?.Field, Is.EqualTo(field), what);
            var request = new DisputeStatementRequest
            {
                Header = new RequestHeader { SentAtMs = Clock.GetUtcNow().ToUnixTimeMilliseconds() },
                StatementNumber = october.StatementNumber,
                Revision = 1,
            };
            request.Rows.Add(objections.Select(objection => objection.ToMessage()));
            Assert.That(Guangdong.Host.Database.Read(session => AgencySteps.DisputeStatement.Refuse(ScopeOfGuangdong(session), request))?.Field, Is.EqualTo(field), $"{what}, at the treatment side");
        }
        foreach (var (what, source, amount) in new[] { ("too much", "", WorkedExampleFen + 1), ("too much back", september.StatementNumber, -1L) })
        {
            var proposed = october.ToStatement();
            proposed.Deductions.Add(new Deduction { Kind = Deductions.Audit, AmountFen = amount, RowTransactionId = row, SourceStatementNumber = source, Reason = "审核" });
            Assert.That(Guangdong.Host.Database.Read(session => Deductions.Fault(session, LedgerSide.Treatment, Yunnan.Division, proposed))?.Code, Is.EqualTo(RefusalCode.StatementMismatch), what);
        }
        await ConfirmAsync(october.StatementNumber);
    }

    /// <summary>The worked example with its lines arrived and audited.</summary>
    /// <returns>The visit number.</returns>
    private async Task<string> SettledWithLinesAsync()
    {
        var visit = await SettleAsync();
        await AllEndedAsync();
        await Eventually.GetAsync("the lines to be audited", () => Yunnan.Count("line_audit_run"), Is.EqualTo(1));
        return visit;
    }

    /// <param name="place">Of the lines for which the funds paid most, from 1.</param>
    private Task TakeAsync(int place, long fen) => DecideAsync(place, LineAuditOutcome.Deduct, fen);

    private Task RestoreAsync(int place, long fen) => DecideAsync(place, LineAuditOutcome.Restore, fen);

    private Task DecideAsync(int place, LineAuditOutcome outcome, long fen) => Auditors.DecideAsync(
        new LineDecision(Yunnan.Value<string>("SELECT settlement_number FROM insured_settlement"),
            (int)Yunnan.Value<long>($"SELECT line_number FROM insured_detail_line ORDER BY in_scope_fen DESC, line_number LIMIT 1 OFFSET {place - 1}"), outcome, fen, "03", "测试", "测试经办"),
        CancellationToken.None);

    /// <summary>As <c>clearing dispute --line-audit</c> does.</summary>
    private async Task DisputeAsync(string number)
    {
        var objections = Yunnan.Host.Database.Read(session => LineAuditObjections.Of(session, StatementDesk.Known(session, number, LedgerSide.Insured)));
        Accepted(await Payer.DisputeAsync(number, objections, "", "测试复核", CancellationToken.None));
    }

    private async Task ReviseAsync(string number, int revision)
    {
        await Claimant.ReviseAsync(number, acceptObjections: true, CancellationToken.None);
        Accepted(await Claimant.ProposeAsync(number, "测试经办", CancellationToken.None));
        Assert.That((await CheckedAsync(number, revision))?.IsClean, Is.True);
    }

    /// <summary>A month later: proposed, disputed for what the line audit found, revised and confirmed.</summary>
    private async Task<ClearingStatement> ClearMonthAsync(DateOnly period)
    {
        Clock.PutForward(TimeSpan.FromDays(31));
        var proposed = await ProposeAsync(period);
        await DisputeAsync(proposed.StatementNumber);
        await ReviseAsync(proposed.StatementNumber, 2);
        return await ConfirmAsync(proposed.StatementNumber);
    }

    private IReadOnlyList<OpenFinding> Open() => Yunnan.Host.Database.Read(session => LineAuditObjections.Open(session, null));

    private AgencyScope ScopeOfGuangdong(Storage.Session session) => new()
    {
        Session = session,
        Self = Guangdong.Division,
        Partner = Yunnan.Division,
        IsSender = false,
        Options = Guangdong.Configuration.Clearing,
        NowMs = Clock.GetUtcNow().ToUnixTimeMilliseconds(),
    };

    private static ObjectionRow Objection(string row, DisputeKind kind, long amountFen) => new() { RowTransactionId = row, Kind = kind, AmountFen = amountFen, Field = "", Reason = "重复收费" };
}
