using System.Globalization;
using NUnit.Framework;
using Provincial.His.V1;
using ProvincialGateway.Cli;
using ProvincialGateway.Ledger;
using ProvincialGateway.Tests.Recovery;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Undo;

/// <summary>
/// Hundreds of steps and undos in no order, some at the same time, over a line that breaks under some of them: whatever was granted, refused or
/// unanswered, the books hold at every rest and mirror each other.
/// </summary>
internal sealed class When_anything_is_done_in_any_order : RecoveryTest
{
    private const int Steps = 300, StepsBetweenRests = 60, AtOnceMax = 3;

    /// <summary>WALK_SEEDS runs another number of them.</summary>
    private static IEnumerable<int> Seeds => Enumerable.Range(20171101, int.Parse(Environment.GetEnvironmentVariable("WALK_SEEDS") ?? "3", CultureInfo.InvariantCulture));

    [TestCaseSource(nameof(Seeds))]
    public async Task The_books_hold_at_every_rest(int seed)
    {
        TestContext.Out.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var hospital = new RandomHospital(Guangzhou, random, Today);
        var accountsFen = AccountsFen();

        for (var step = 1; step <= Steps;)
        {
            TroubleTheLine(random);
            var atOnce = Enumerable.Range(0, random.Next(3) == 0 ? AtOnceMax : 1).Select(_ => hospital.StepAsync()).ToList();
            await Task.WhenAll(atOnce);
            if (step / StepsBetweenRests != (step += atOnce.Count) / StepsBetweenRests)
                await RestAsync(hospital, accountsFen);
        }

        await RestAsync(hospital, accountsFen);
        TestContext.Out.WriteLine(hospital.Tally);
        foreach (var operation in (string[])["Settle", "CancelSettlement", "ReverseTransaction"])
            Assert.That(hospital.Granted(operation), Is.Positive, $"A walk without {operation} shows nothing.");
    }

    private void TroubleTheLine(Random random)
    {
        switch (random.Next(20))
        {
            case 0:
                Line.CutRequestAfter(random.Next(1_500));
                break;
            case 1:
                Line.CutReplyAfter(random.Next(1_500));
                break;
            case 2:
                Line.Cut();
                break;
            case 3:
                LetTheResolverBegin();
                break;
        }
    }

    /// <summary>Everything that is under way gets its answer; then the audit runs beside the nodes.</summary>
    private async Task RestAsync(RandomHospital hospital, long accountsFen)
    {
        Line.Mend();
        await Eventually.GetAsync("every transaction to be answered", () =>
        {
            LetTheResolverBegin();
            return Guangdong.Count("outbound", "state = 1");
        }, Is.Zero);
        AuditBooks();
        await hospital.LearnAsync();
        foreach (var id in hospital.Ids)
            Assert.That(await Guangzhou.QueryAsync(id), Is.Not.EqualTo(TransactionState.Pending), id);
        var standing = Guangdong.Value<long>("SELECT coalesce(sum(fund_total_fen + account_fen), 0) FROM treatment_settlement WHERE state = 1");
        using (Assert.EnterMultipleScope())
        {
            Assert.That((Guangdong.Balance(Account.ReceivableFromPartner), Yunnan.Balance(Account.PayableToPartner)), Is.EqualTo((standing, -standing)));
            Assert.That(TrialBalance(Yunnan), Is.Zero);
            Assert.That(TrialBalance(Guangdong), Is.Zero);
            Assert.That(AccountsFen(), Is.EqualTo(accountsFen - Yunnan.Value<long>("SELECT coalesce(sum(account_fen), 0) FROM insured_settlement WHERE state = 1")));
        }
    }

    private static long TrialBalance(PilotProvince province) => province.Value<long>("SELECT coalesce(sum(amount_fen), 0) FROM posting");

    private long AccountsFen() => Yunnan.Value<long>("SELECT sum(account_balance_fen) FROM person");
}
