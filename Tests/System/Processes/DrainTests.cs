using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Sqlite;
using NUnit.Framework;
using Provincial.His.V1;
using ProvincialGateway.Oversight;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Processes;

/// <summary>A node that is told to stop while its hospitals settle.</summary>
[TestFixture]
internal sealed class DrainTests : ProcessTest
{
    private const string Yunnan = "530000", Guangdong = "440000", Guangzhou = "H44010000001";

    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(30);

    private static readonly Patient[] Patients = [Patient.OfKunming, Patient.RetiredOfKunming, Patient.PostedOfKunming];

    [Test]
    public async Task Under_load_every_call_is_answered_or_told_why_not_and_the_books_hold()
    {
        await Operated.ServeAsync(Yunnan);
        var guangdong = await Operated.ServeAsync(Guangdong);
        using var hospital = HospitalOf(Operated);
        var (settled, answered, ends, isTold) = (new SemaphoreSlim(0), new ConcurrentBag<(string Settlement, long State)>(), new ConcurrentBag<string>(), false);
        var load = Patients.Select((patient, index) => SettleAgainAndAgainAsync(hospital, patient, $"ZY{index}", settled, answered, ends, () => Volatile.Read(ref isTold))).ToList();
        for (var waited = 0; waited < 2 * Patients.Length; waited++)
            Assert.That(await settled.WaitAsync(GatewayProcess.Patience), Is.True, guangdong.Describe);

        Volatile.Write(ref isTold, true);
        await guangdong.TerminateAsync();
        await Task.WhenAll(load).WaitAsync(GatewayProcess.Patience);
        Assert.That(await guangdong.WaitForExitAsync(StopLimit), Is.Zero, guangdong.Describe);
        Assert.That(guangdong.Error, Is.Empty);
        Assert.That(ends, Is.Not.Empty.And.All.Contains("节点正在停止 the node is stopping"));

        await Operated.ServeAsync(Guangdong);
        await Eventually.GetAsync("nothing to be in flight", () => Audit.Run(Operated.DataFolders, TimeProvider.System).InFlight, Is.Empty);
        await Operated.AssertCleanBooksAsync();
        // The last word about a settlement counts; none was said about what was still to be begun.
        foreach (var (settlement, state) in answered.GroupBy(answer => answer.Settlement).Select(said => (said.Key, said.Max(answer => answer.State))))
        {
            Assert.That(Value<long>(Operated, Guangdong, $"SELECT state FROM treatment_settlement WHERE settlement_number = '{settlement}'"), Is.EqualTo(state), settlement);
            Assert.That(Value<long>(Operated, Yunnan, $"SELECT state FROM insured_settlement WHERE settlement_number = '{settlement}'"), Is.EqualTo(state), settlement);
        }
    }

    [Test]
    public async Task The_second_signal_ends_it_at_once_and_nothing_is_lost()
    {
        // The admission is in flight for longer than it takes to give both signals.
        await using var operated = await OperatedProvinces.PrepareAsync(("interactiveBudgetSeconds", 15), ("attemptSeconds", 15));
        var yunnan = await operated.ServeAsync(Yunnan);
        var guangdong = await operated.ServeAsync(Guangdong);
        using var hospital = HospitalOf(operated);
        await SignalAsync(yunnan, "STOP");
        // Kept waiting by a machine that takes connections and answers nothing.
        var waiting = hospital.AdmitAsync(Patient.MinorOfKunming.ToReference(), "ZY9", TimeProvider.System.Today(), "T9");
        await Eventually.GetAsync("the admission to be under way", () => Value<long>(operated, Guangdong, "SELECT count(*) FROM outbound WHERE state = 1 AND leased_by = 1"), Is.EqualTo(1));
        await guangdong.TerminateAsync();
        await guangdong.WaitForLineAsync("node 440000 stops");
        await guangdong.TerminateAsync();
        Assert.That(await guangdong.WaitForExitAsync(StopLimit), Is.EqualTo(143), guangdong.Describe);
        await Assert.ThatAsync(() => waiting, Throws.InstanceOf<HttpRequestException>(), "Nobody was there any more to answer it.");

        await SignalAsync(yunnan, "CONT");
        await operated.ServeAsync(Guangdong);
        await Eventually.GetAsync("the admission to be known", () => hospital.QueryAsync("T9"), Is.EqualTo(TransactionState.Committed));
        await operated.AssertCleanBooksAsync();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Value<string>(operated, Guangdong, "SELECT group_concat(visit_number) FROM treatment_visit WHERE hospital_visit_number = 'ZY9'"),
                Is.Not.Empty.And.EqualTo(Value<string>(operated, Yunnan, "SELECT group_concat(visit_number) FROM insured_visit")));
            Assert.That(Value<long>(operated, Yunnan, "SELECT count(*) FROM insured_visit"), Is.EqualTo(1));
        }
    }

    private static Hospital HospitalOf(OperatedProvinces operated) => new(operated.HisAddress(Guangdong), operated.Tokens[Guangzhou]) { InpatientKind = "25" };

    private static async Task SettleAgainAndAgainAsync(Hospital hospital, Patient patient, string inpatientNumber, SemaphoreSlim settled, ConcurrentBag<(string Settlement, long State)> answered,
        ConcurrentBag<string> ends, Func<bool> isTold)
    {
        var today = TimeProvider.System.Today();
        var visit = (await hospital.AdmitAsync(patient.ToReference(), inpatientNumber, today)).Granted().Result.VisitNumber;
        (await hospital.UploadAsync(visit, SampleBills.IntensiveCare(today))).Granted();
        (await hospital.DischargeAsync(visit, today)).Granted();
        try
        {
            while (true)
            {
                var settling = await hospital.SettleAsync(visit);
                if (!settling.IsGranted)
                {
                    ends.Add(settling.Pending().Chinese);
                    return;
                }
                var number = settling.Message.Result.SettlementNumber;
                answered.Add((number, 1));
                settled.Release();
                var cancelling = await hospital.CancelAsync(visit, number);
                if (!cancelling.IsGranted)
                {
                    ends.Add(cancelling.Pending().Chinese);
                    return;
                }
                answered.Add((number, 2));
            }
        }
        catch (HttpRequestException) when (isTold())
        {
            // It had nothing in flight when the node had finished, and found nobody any more.
        }
    }

    private static T Value<T>(OperatedProvinces operated, string province, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(operated.Folder, OperatedProvinces.DataOf(province), "gateway.db")};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (T)command.ExecuteScalar()!;
    }

    private static async Task SignalAsync(GatewayProcess process, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }
}
