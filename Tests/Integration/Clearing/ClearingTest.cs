using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using Provincial.Exchange.V1;
using ProvincialGateway.Clearing;
using ProvincialGateway.Cli;
using ProvincialGateway.Ledger;
using ProvincialGateway.Tests.Recovery;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Clearing;

/// <summary>
/// Guangdong treats people of Yunnan: Guangdong claims, Yunnan owes. It is the 20th of September 2017; the line from Guangdong to Yunnan can be cut.
/// </summary>
internal abstract class ClearingTest : RecoveryTest
{
    /// <summary>What Yunnan owes for the worked example: 34680.00 of its funds and 2000.00 from the personal account.</summary>
    protected const long WorkedExampleFen = 36_680_00;

    protected static readonly DateOnly September = new(2017, 9, 1);

    protected StatementDesk Claimant => Guangdong.Host.Services.GetRequiredService<StatementDesk>();

    protected StatementDesk Payer => Yunnan.Host.Services.GetRequiredService<StatementDesk>();

    protected PrepaymentDesk Holder => Guangdong.Host.Services.GetRequiredService<PrepaymentDesk>();

    protected PrepaymentDesk Depositor => Yunnan.Host.Services.GetRequiredService<PrepaymentDesk>();

    /// <summary>Settles the worked example for a patient of Kunming, in the Guangzhou hospital.</summary>
    /// <returns>The visit number.</returns>
    protected async Task<string> SettleAsync(string inpatientNumber = "ZY0001", Patient? patient = null)
    {
        var visit = await DischargeAsync(Guangzhou, patient ?? Patient.OfKunming, SampleBills.Guangzhou(FeesOn), inpatientNumber);
        (await Guangzhou.SettleAsync(visit, $"T{inpatientNumber}")).Granted();
        return visit;
    }

    protected Task<ClearingStatement> CutAsync(DateOnly period, long? offsetFen = 0) => Claimant.CutAsync(Yunnan.Division, period, offsetFen, null, CancellationToken.None);

    /// <summary>Cut, proposed and found right by Yunnan's own check.</summary>
    protected async Task<ClearingStatement> ProposeAsync(DateOnly period, long? offsetFen = 0)
    {
        var statement = await CutAsync(period, offsetFen);
        Accepted(await Claimant.ProposeAsync(statement.StatementNumber, "测试经办", CancellationToken.None));
        await CheckedAsync(statement.StatementNumber, statement.Revision);
        return Statement(Guangdong, statement.StatementNumber);
    }

    protected async Task<ClearingStatement> ConfirmAsync(string number)
    {
        Accepted(await Payer.ConfirmAsync(number, "测试复核", CancellationToken.None));
        return Statement(Guangdong, number);
    }

    protected async Task<string> PayAsync(string number, long? amountFen = null) =>
        Accepted(await Payer.PayAsync(Guangdong.Division, [(number, amountFen)], "99902", Today, "银行回单1", "测试出纳", CancellationToken.None));

    protected async Task DepositAsync(long fen)
    {
        var notice = Accepted(await Depositor.NotifyAsync(LedgerSide.Insured, Guangdong.Division, PrepaymentEntryKind.FirstDeposit, fen, "", Today, "银行回单0", "测试出纳", CancellationToken.None));
        Accepted(await Holder.ConfirmAsync(notice, null, Today, "", "测试出纳", CancellationToken.None));
    }

    protected static ClearingStatement Statement(PilotProvince province, string number) => province.Host.Database.Read(session => StatementBook.Latest(session, number)!);

    protected Task<CheckRow?> CheckedAsync(string number, int revision) => Eventually.GetAsync($"Yunnan to check {number}",
        () => Task.FromResult(Yunnan.Host.Database.Read(session => StatementBook.Check(session, number, revision))), Is.Not.Null);

    /// <returns>The message's transaction id.</returns>
    protected static string Accepted(AgencyOutcome outcome)
    {
        Assert.That(outcome.State, Is.EqualTo(AgencyMessageState.Accepted), $"{outcome.Refusal} {outcome.LastError}");
        return outcome.TransactionId!;
    }

    /// <summary>Both trial balances, where each mirrors the other's.</summary>
    protected void AssertMirrored(long owedFen, long depositFen)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That((Guangdong.Balance(Account.ReceivableFromPartner), Yunnan.Balance(Account.PayableToPartner)), Is.EqualTo((owedFen, -owedFen)), "receivable, payable");
            Assert.That((Guangdong.Balance(Account.PrepaymentHeld), Yunnan.Balance(Account.PrepaymentDeposited)), Is.EqualTo((-depositFen, depositFen)), "held, deposited");
        }
    }
}
