using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Tests.Recovery;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Treatment;

namespace ProvincialGateway.Tests.Desk;

/// <summary>Two-phase dialects: every writing transaction waits for the hospital's word. Asked of the agency itself, as a dialect would.</summary>
internal sealed class When_a_hospital_confirms_what_was_done : RecoveryTest
{
    [Test]
    public async Task What_needs_a_confirmation_is_listed_until_it_is_confirmed_and_confirming_twice_changes_nothing()
    {
        var visit = await AdmitAsync(Guangzhou, Patient.OfKunming);
        var opened = await AskAsync("9100", new OpenBusinessPeriod { OperatorNumber = "01" }, needsConfirmation: true);
        var discharged = await AskAsync("25", Leave(visit), needsConfirmation: true);
        await AskAsync("9100", new OpenBusinessPeriod { OperatorNumber = "02" }, needsConfirmation: false);

        var all = await ListAsync();
        var ofOneCode = await ListAsync("25");
        var confirmed = await AskAsync("confirm", new ConfirmTransaction { OriginalTransactionId = discharged.TransactionId }, needsConfirmation: true);
        var again = await AskAsync("confirm", new ConfirmTransaction { OriginalTransactionId = discharged.TransactionId }, needsConfirmation: false);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(discharged, Is.InstanceOf<Discharged>());
            Assert.That(all, Is.EqualTo(new[] { (opened.TransactionId, "9100"), (discharged.TransactionId, "25") }));
            Assert.That(ofOneCode, Is.EqualTo(new[] { (discharged.TransactionId, "25") }));
            Assert.That(new[] { confirmed, again }, Is.All.InstanceOf<TransactionConfirmed>());
            Assert.That(await ListAsync(), Is.EqualTo(new[] { (opened.TransactionId, "9100") }));
        }
    }

    [Test]
    public async Task What_cannot_be_confirmed_is_refused_with_its_reason()
    {
        var visit = await AdmitAsync(Guangzhou, Patient.OfKunming);
        var unconfirmed = await AskAsync("25", Leave(visit), needsConfirmation: false);
        (await Guangzhou.UploadAsync(visit, SampleBills.IntensiveCare(FeesOn))).Granted();
        await Yunnan.Host.Database.WriteAsync(session => session.Execute("UPDATE person SET insurance_state = 2 WHERE person_number = '5301000001'"), CancellationToken.None);
        await AskAsync("41", new Settle { Visit = Reference(visit) }, needsConfirmation: true);
        var refused = Guangdong.Value<string>("SELECT transaction_id FROM confirmation");
        var opened = await AskAsync("9100", new OpenBusinessPeriod { OperatorNumber = "01" }, needsConfirmation: true);
        var reversed = await AskAsync("24", new WithdrawFeeLines { Visit = Reference(visit) }, needsConfirmation: true);
        Assert.That(await AskAsync("99", new ReverseTransaction { OriginalTransactionId = reversed.TransactionId }, needsConfirmation: false), Is.InstanceOf<TransactionReversed>());

        AssertRefused(await ConfirmAsync("530000201709200900000000000001"), "TRANSACTION_NOT_FOUND", "");
        AssertRefused(await ConfirmAsync(unconfirmed.TransactionId), "TRANSACTION_NOT_FOUND", "");
        AssertRefused(await ConfirmAsync(opened.TransactionId, SecondHospital), "TRANSACTION_NOT_FOUND", "");
        AssertRefused(await ConfirmAsync(refused), "TRANSACTION_STATE", "已被拒绝");
        AssertRefused(await ConfirmAsync(reversed.TransactionId), "TRANSACTION_STATE", "已冲正");
        Assert.That(await ListAsync(), Is.EqualTo(new[] { (opened.TransactionId, "9100") }));
    }

    [Test]
    public async Task A_pending_transaction_is_listed_and_can_be_confirmed_only_when_it_is_answered()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn));
        await Yunnan.StopAsync();
        var pending = await AskAsync("41", new Settle { Visit = Reference(visit) }, needsConfirmation: true);

        AssertRefused(await ConfirmAsync(pending.TransactionId), "TRANSACTION_STATE", "尚未得到参保地应答");
        Assert.That(await ListAsync("41"), Is.EqualTo(new[] { (pending.TransactionId, "41") }));
        await Yunnan.StartAsync(CancellationToken.None);
        LetTheResolverBegin();
        await StateAsync(Guangzhou, pending.TransactionId, Provincial.His.V1.TransactionState.Committed);

        Assert.That(await ConfirmAsync(pending.TransactionId), Is.InstanceOf<TransactionConfirmed>());
        Assert.That(await ListAsync(), Is.Empty);
    }

    [Test]
    public async Task A_repeated_transaction_is_confirmed_once_under_its_first_id()
    {
        var visit = await AdmitAsync(Guangzhou, Patient.OfKunming);
        var first = await AskAsync("25", Leave(visit), needsConfirmation: true);
        var repeated = await AskAsync("25", Leave(visit), needsConfirmation: true);

        Assert.That(repeated.TransactionId, Is.EqualTo(first.TransactionId));
        Assert.That(Guangdong.Count("confirmation"), Is.EqualTo(1));
    }

    private Task<HisResult> ConfirmAsync(string transactionId, string institution = FirstHospital) =>
        AskAsync("confirm", new ConfirmTransaction { OriginalTransactionId = transactionId }, needsConfirmation: false, institution);

    private async Task<IEnumerable<(string, string)>> ListAsync(string? code = null) =>
        ((UnconfirmedListed)await AskAsync("list", new ListUnconfirmed { TransactionCode = code }, needsConfirmation: false)).Transactions
            .Select(transaction => (transaction.OriginalTransactionId, transaction.TransactionCode));

    private Task<HisResult> AskAsync(string code, HisOperation operation, bool needsConfirmation, string institution = FirstHospital)
    {
        var host = Guangdong.Host;
        return host.Services.GetRequiredService<TreatmentAgency>().HandleAsync(
            new HisCaller
            {
                Institution = host.Database.Read(session => InstitutionStore.ByCode(session, institution))!,
                Adapter = host.Adapters.Find("guangdong")!,
                Operator = "01",
                TransactionCode = code,
                NeedsConfirmation = needsConfirmation,
            },
            operation, CancellationToken.None);
    }

    private Discharge Leave(string visit) => new() { Visit = Reference(visit), DischargeDate = Today, Diagnoses = [] };

    private static HisVisitReference Reference(string visit) => new() { VisitNumber = visit };

    private static void AssertRefused(HisResult result, string code, string reason)
    {
        Assert.That((result as HisRefusal)?.Code, Is.EqualTo(code));
        Assert.That(((HisRefusal)result).Chinese, Does.Contain(reason));
    }
}
