using Google.Protobuf;
using NUnit.Framework;
using Provincial.Exchange.V1;
using ProvincialGateway.Clearing;
using ProvincialGateway.Ledger;
using ProvincialGateway.Storage;
using ProvincialGateway.Tests.Cli;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Clearing;

internal sealed class When_a_statement_is_disputed : ClearingTest
{
    [Test]
    public async Task A_row_objected_to_is_deducted_in_the_next_revision_and_restored_when_it_is_resolved()
    {
        await SettleAsync();
        await SettleAsync("ZY0002", Patient.PostedOfKunming);
        var first = await ProposeAsync(September);
        var row = Guangdong.Value<string>("SELECT transaction_id FROM ledger_row WHERE sequence = 1");
        Accepted(await Payer.DisputeAsync(first.StatementNumber, [Objection(row, 1_000_00)], "", "测试复核", CancellationToken.None));
        Assert.That((Statement(Guangdong, first.StatementNumber).State, Statement(Yunnan, first.StatementNumber).State), Is.EqualTo((StatementStage.Disputed, StatementStage.Disputed)));

        await Claimant.ReviseAsync(first.StatementNumber, acceptObjections: true, CancellationToken.None);
        Accepted(await Claimant.ProposeAsync(first.StatementNumber, "测试经办", CancellationToken.None));
        await CheckedAsync(first.StatementNumber, 2);
        var second = await ConfirmAsync(first.StatementNumber);
        Assert.That((second.Revision, second.ClaimedFen, second.DeductedFen, second.PayableFen), Is.EqualTo((2, first.ClaimedFen, 1_000_00L, first.ClaimedFen - 1_000_00)));
        Assert.That(Guangdong.Balance(Account.PayableToHospitals), Is.EqualTo(1_000_00 - first.ClaimedFen));
        AssertMirrored(second.PayableFen, 0);

        Clock.PutForward(TimeSpan.FromDays(31));
        var october = await CutAsync(new DateOnly(2017, 10, 1));
        var restored = await Claimant.DeductAsync(october.StatementNumber, new Deduction
        {
            Kind = Deductions.Audit,
            AmountFen = -1_000_00,
            RowTransactionId = row,
            SourceStatementNumber = first.StatementNumber,
            Reason = "已核实",
        }, CancellationToken.None);
        Accepted(await Claimant.ProposeAsync(restored.StatementNumber, "测试经办", CancellationToken.None));
        await CheckedAsync(restored.StatementNumber, 1);
        Assert.That((await ConfirmAsync(restored.StatementNumber)).PayableFen, Is.EqualTo(1_000_00));
        AssertMirrored(first.ClaimedFen, 0);
    }

    [Test]
    public async Task What_the_audit_of_the_lines_takes_back_is_deducted_in_the_next_revision()
    {
        await using var yunnan = new OperatorDesk(Yunnan, Clock);
        await SettleAsync();
        await AllEndedAsync();
        var settlement = Yunnan.Value<string>("SELECT settlement_number FROM insured_settlement");
        var line = Yunnan.Value<long>("SELECT line_number FROM insured_detail_line WHERE in_scope_fen > 0 ORDER BY line_number LIMIT 1");
        await yunnan.SucceedAsync("details", "audit", "decide", settlement, $"{line}", "refuse", "--reason", "无医嘱");
        var taken = Yunnan.Value<long>("SELECT sum(amount_fen) FROM line_audit");
        var first = await ProposeAsync(September);

        await yunnan.SucceedAsync("clearing", "dispute", first.StatementNumber, "--line-audit");
        await Claimant.ReviseAsync(first.StatementNumber, acceptObjections: true, CancellationToken.None);
        Accepted(await Claimant.ProposeAsync(first.StatementNumber, "测试经办", CancellationToken.None));
        await CheckedAsync(first.StatementNumber, 2);
        var again = await yunnan.RefuseAsync("clearing", "dispute", first.StatementNumber, "--line-audit");
        await ConfirmAsync(first.StatementNumber);
        var second = Statement(Guangdong, first.StatementNumber);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(taken, Is.Positive);
            Assert.That((second.DeductedFen, second.PayableFen), Is.EqualTo((taken, first.ClaimedFen - taken)));
            Assert.That(again, Does.Contain("details audit list"), "What is deducted already is not taken twice.");
        }
    }

    [Test]
    public async Task More_than_was_held_back_is_not_restored()
    {
        await SettleAsync();
        var first = await ProposeAsync(September);
        await ConfirmAsync(first.StatementNumber);
        Clock.PutForward(TimeSpan.FromDays(31));
        var october = await CutAsync(new DateOnly(2017, 10, 1));
        Assert.That(async () => await Claimant.DeductAsync(october.StatementNumber, new Deduction
        {
            Kind = Deductions.ReserveWithheld,
            AmountFen = -1,
            SourceStatementNumber = first.StatementNumber,
            Reason = "释放预留",
        }, CancellationToken.None), Throws.TypeOf<ClearingRefusedException>().With.Message.Contains("0.00 are held back"));
    }

    [Test]
    public async Task A_claim_one_fen_off_its_rows_and_a_row_one_fen_off_the_ledger_are_found()
    {
        await SettleAsync();
        var proposed = Statement(Yunnan, (await ProposeAsync(September)).StatementNumber);
        var rows = Guangdong.Host.Database.Read(session => ClearedRows.Page(session, Statement(Guangdong, proposed.StatementNumber), 0, 10).Select(found => found.Row!).ToList());
        var sums = proposed.ToStatement();
        sums.Sums[0].Sums.Payments.PoolFen++;
        sums.ClaimedFen++;

        var offSum = await ExamineAsync(proposed with { Message = sums.ToByteArray() }, rows[0]);
        Assert.That((offSum.Check.FindingCount, offSum.Check.Reason), Is.EqualTo((0L, "各行之和与所提出的分项不符，申请额相差 0.01 / the rows do not make the proposed sums; the claim is off by 0.01")));

        var row = rows[0].Clone();
        row.Payments.PoolFen++;
        var offRow = await ExamineAsync(proposed, row);
        Assert.That(offRow.Objections.Select(objection => (objection.Kind, objection.Field)), Is.EqualTo(new[] { (DisputeKind.DifferentFigures, "payments.pool_fen") }));

        row = rows[0].Clone();
        row.TransactionId = "440000201709201000000000009999";
        Assert.That((await ExamineAsync(proposed, row)).Objections.Select(objection => objection.Kind), Is.EqualTo(new[] { DisputeKind.UnknownRow }));

        var again = await ExamineAsync(proposed with { StatementNumber = "B44000017100000001" }, rows[0]);
        Assert.That(again.Objections.Select(objection => objection.Kind), Is.EqualTo(new[] { DisputeKind.ClaimedBefore }));

        var late = await ExamineAsync(proposed with { Period = "2018-03" }, rows[0]);
        Assert.That(late.Objections.Select(objection => objection.Kind), Is.EqualTo(new[] { DisputeKind.TooLate }));
        await ConfirmAsync(proposed.StatementNumber);
    }

    [TestCase(-1)]
    [TestCase(1)]
    public async Task A_confirmation_that_is_one_fen_off_is_refused(long off)
    {
        await SettleAsync();
        var statement = await ProposeAsync(September);
        var request = new ConfirmStatementRequest
        {
            Header = new RequestHeader { SentAtMs = Clock.GetUtcNow().ToUnixTimeMilliseconds() },
            StatementNumber = statement.StatementNumber,
            Revision = 1,
            RowsSha256 = ByteString.CopyFrom(statement.RowsSha256),
            PayableFen = statement.PayableFen + off,
        };
        var refusal = Guangdong.Host.Database.Read(session => AgencySteps.ConfirmStatement.Refuse(new AgencyScope
        {
            Session = session,
            Self = Guangdong.Division,
            Partner = Yunnan.Division,
            IsSender = false,
            Options = Guangdong.Configuration.Clearing,
            NowMs = Clock.GetUtcNow().ToUnixTimeMilliseconds(),
        }, request));
        Assert.That((refusal?.Code, refusal?.Field), Is.EqualTo((RefusalCode.StatementMismatch, "payable_fen")));
    }

    [Test]
    public async Task A_closed_period_is_never_changed()
    {
        await SettleAsync();
        var statement = await ProposeAsync(September);
        await ConfirmAsync(statement.StatementNumber);
        foreach (var change in new[] { "state = 4", "payable_fen = payable_fen", "message = x''", "decided_on = '2017-09-21'" })
        {
            Assert.That(async () => await Guangdong.Host.Database.WriteAsync(session => session.Execute($"UPDATE clearing_statement SET {change}"), CancellationToken.None),
                Throws.Exception.With.Message.Contains("never changed"), change);
        }
    }

    [Test]
    public async Task Of_two_statements_for_one_period_the_second_is_refused()
    {
        await SettleAsync();
        var first = await ProposeAsync(September);
        var rival = first.ToStatement();
        rival.StatementNumber = "B44000017090000009";
        var refusal = Yunnan.Host.Database.Read(session => AgencySteps.ProposeStatement.Refuse(
            ScopeOf(session), new ProposeStatementRequest { Header = new RequestHeader { SentAtMs = Clock.GetUtcNow().ToUnixTimeMilliseconds() }, Statement = rival }));
        Assert.That(refusal?.Code, Is.EqualTo(RefusalCode.StatementState));

        await ConfirmAsync(first.StatementNumber);
        refusal = Yunnan.Host.Database.Read(session => AgencySteps.ProposeStatement.Refuse(
            ScopeOf(session), new ProposeStatementRequest { Header = new RequestHeader { SentAtMs = Clock.GetUtcNow().ToUnixTimeMilliseconds() }, Statement = rival }));
        Assert.That(refusal?.Code, Is.EqualTo(RefusalCode.StatementRange));
    }

    /// <summary>Yunnan's check of one row, rolled back afterwards.</summary>
    private async Task<(CheckRow Check, IReadOnlyList<ObjectionRow> Objections)> ExamineAsync(ClearingStatement statement, LedgerRow row)
    {
        using var examination = new StatementExamination(statement, 2);
        CheckRow? check = null;
        Assert.That(async () => await Yunnan.Host.Database.WriteAsync(session =>
        {
            var rows = examination.Examine(session, [new StatementRow { Sequence = 1, Row = row }]);
            examination.Note(rows, ClearedRows.Claim(session, statement.StatementNumber, rows.Rows));
            check = examination.Conclude(session, 0);
            throw new InvalidOperationException("rolled back");
        }, CancellationToken.None), Throws.InvalidOperationException);
        await Task.CompletedTask;
        return (check!, examination.Objections);
    }

    private AgencyScope ScopeOf(Session session) => new()
    {
        Session = session,
        Self = Yunnan.Division,
        Partner = Guangdong.Division,
        IsSender = false,
        Options = Yunnan.Configuration.Clearing,
        NowMs = Clock.GetUtcNow().ToUnixTimeMilliseconds(),
    };

    private static ObjectionRow Objection(string row, long amountFen) => new() { RowTransactionId = row, Kind = DisputeKind.Audit, AmountFen = amountFen, Field = "", Reason = "重复收费" };
}
