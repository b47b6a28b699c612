using NUnit.Framework;
using ProvincialGateway.Clearing;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Clearing;

/// <summary>Several operators of one agency at the same time, and hospitals that settle while a month is cut.</summary>
internal sealed class When_agencies_act_at_once : ClearingTest
{
    private const int Operators = 8;

    [Test]
    public async Task Of_proposals_made_at_once_one_stands_on_both_sides()
    {
        await SettleAsync();
        var draft = await CutAsync(September);
        var outcomes = await AtOnceAsync(() => Claimant.ProposeAsync(draft.StatementNumber, "测试经办", CancellationToken.None));

        Assert.That(outcomes.Count(outcome => outcome?.State is AgencyMessageState.Accepted), Is.EqualTo(1));
        Assert.That(outcomes.Where(outcome => outcome is { Refusal: null }).Select(outcome => outcome!.State), Is.All.EqualTo(AgencyMessageState.Accepted));
        AssertOneStands(draft.StatementNumber);
        await CheckedAsync(draft.StatementNumber, 1);
        await ConfirmAsync(draft.StatementNumber);
    }

    [Test]
    public async Task Of_operators_who_cut_and_propose_a_period_at_once_one_comes_through()
    {
        await SettleAsync();
        var outcomes = await AtOnceAsync(async () => await Claimant.ProposeAsync((await CutAsync(September)).StatementNumber, "测试经办", CancellationToken.None));

        Assert.That(outcomes.Count(outcome => outcome?.State is AgencyMessageState.Accepted), Is.EqualTo(1));
        var number = Yunnan.Value<string>("SELECT statement_number FROM clearing_statement");
        AssertOneStands(number);
        await CheckedAsync(number, 1);
        Assert.That((await ConfirmAsync(number)).PayableFen, Is.EqualTo(WorkedExampleFen));
        AssertMirrored(WorkedExampleFen, 0);
    }

    [Test]
    public async Task Of_confirmations_and_disputes_made_at_once_one_counts_on_both_sides()
    {
        await SettleAsync();
        var number = (await ProposeAsync(September)).StatementNumber;
        var turn = 0;
        var outcomes = await AtOnceAsync(() => Interlocked.Increment(ref turn) % 2 == 0
            ? Payer.ConfirmAsync(number, "测试复核", CancellationToken.None) : Payer.DisputeAsync(number, [], "测试异议", "测试复核", CancellationToken.None));

        Assert.That(outcomes.Count(outcome => outcome?.State is AgencyMessageState.Accepted), Is.EqualTo(1));
        Assert.That(Statement(Guangdong, number).State, Is.EqualTo(Statement(Yunnan, number).State).And.EqualTo(StatementStage.Confirmed).Or.EqualTo(StatementStage.Disputed));
    }

    [Test]
    public async Task A_settlement_that_lands_while_a_month_is_cut_is_wholly_of_it_or_of_the_next()
    {
        var months = new List<ClearingStatement>();
        for (var month = September; month.Month < 12; month = month.AddMonths(1))
        {
            var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn), $"ZY{month:MM}");
            var settling = Task.Run(async () => (await Guangzhou.SettleAsync(visit, $"T{month:MM}")).Granted());
            var cutting = Task.Run(() => CutAsync(month));
            await Task.WhenAll(settling, cutting);
            months.Add(await AgreeAsync((await cutting).StatementNumber));
            Clock.PutForward(TimeSpan.FromDays(31));
        }
        months.Add(await AgreeAsync((await CutAsync(new DateOnly(2017, 12, 1))).StatementNumber));

        const string Owed = "SELECT sum(fund_total_fen + account_fen) FROM ledger_row";
        Assert.That((Guangdong.Value<long>(Owed), Yunnan.Value<long>(Owed)), Is.EqualTo((months.Sum(month => month.ClaimedFen), months.Sum(month => month.ClaimedFen))));
        Assert.That(months.Select(month => month.FirstSequence), Is.EqualTo(months.Select(month => month.LastSequence + 1).Prepend(1).SkipLast(1)), "No row between two months.");
        Assert.That((months[^1].LastSequence, Yunnan.Count("clearing_row")), Is.EqualTo((3L, 3L)));
        AssertMirrored(months.Sum(month => month.PayableFen), 0);
    }

    private async Task<ClearingStatement> AgreeAsync(string number)
    {
        Accepted(await Claimant.ProposeAsync(number, "测试经办", CancellationToken.None));
        await CheckedAsync(number, 1);
        return await ConfirmAsync(number);
    }

    /// <summary>What each operator is told; null for one whose own books did not allow it.</summary>
    private static Task<AgencyOutcome?[]> AtOnceAsync(Func<Task<AgencyOutcome>> step)
    {
        // Nobody begins before everybody is there.
        var start = new Barrier(Operators);
        return Task.WhenAll(Enumerable.Range(0, Operators).Select(_ => Task.Factory.StartNew(async () =>
        {
            start.SignalAndWait();
            try
            {
                return await step();
            }
            catch (ClearingRefusedException)
            {
                return null;
            }
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap()));
    }

    private void AssertOneStands(string number)
    {
        var (claimed, known) = (Statement(Guangdong, number), Statement(Yunnan, number));
        using (Assert.EnterMultipleScope())
        {
            Assert.That((Guangdong.Count("clearing_statement"), Yunnan.Count("clearing_statement")), Is.EqualTo((1L, 1L)));
            Assert.That((claimed.State, known.State), Is.EqualTo((StatementStage.Proposed, StatementStage.Proposed)));
            Assert.That(known.Message, Is.EqualTo(claimed.Message), "The same statement to the byte.");
            Assert.That(Guangdong.Value<long>("SELECT count(*) FROM clearing_outbound WHERE state = 2"), Is.EqualTo(1));
        }
    }
}
