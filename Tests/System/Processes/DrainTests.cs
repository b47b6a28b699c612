using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using NUnit.Framework;
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
        using var hospital = HospitalOfGuangzhou();
        var (settled, ends) = (new SemaphoreSlim(0), new ConcurrentBag<string>());
        var load = Patients.Select((patient, index) => SettleAgainAndAgainAsync(hospital, patient, $"ZY{index}", settled, ends)).ToList();
        for (var waited = 0; waited < 2 * Patients.Length; waited++)
            Assert.That(await settled.WaitAsync(GatewayProcess.Patience), Is.True, guangdong.Describe);

        await guangdong.TerminateAsync();
        await Task.WhenAll(load).WaitAsync(GatewayProcess.Patience);
        Assert.That(await guangdong.WaitForExitAsync(StopLimit), Is.Zero, guangdong.Describe);
        Assert.That(guangdong.Error, Is.Empty);
        Assert.That(ends, Has.Count.EqualTo(Patients.Length).And.All.Contains("节点正在停止 the node is stopping"));

        await Operated.ServeAsync(Guangdong);
        await Eventually.GetAsync("nothing to be in flight", () => Audit.Run(Operated.DataFolders, TimeProvider.System).InFlight, Is.Empty);
        await Operated.EndAllAsync();
        var report = Audit.Run(Operated.DataFolders, TimeProvider.System);
        Assert.That(report.IsClean, Is.True, () => string.Join('\n', report.Checks.SelectMany(check => check.Findings)));
    }

    [Test]
    public async Task The_second_signal_ends_it_at_once_and_nothing_is_lost()
    {
        var yunnan = await Operated.ServeAsync(Yunnan);
        var guangdong = await Operated.ServeAsync(Guangdong);
        using var hospital = HospitalOfGuangzhou();
        await SignalAsync(yunnan, "STOP");
        // Kept waiting by a machine that takes connections and answers nothing.
        var waiting = hospital.AdmitAsync(Patient.MinorOfKunming.ToReference(), "ZY9", TimeProvider.System.Today(), "T9");
        await guangdong.TerminateAsync();
        await guangdong.WaitForLineAsync("node 440000 stops");
        await guangdong.TerminateAsync();
        Assert.That(await guangdong.WaitForExitAsync(StopLimit), Is.EqualTo(143), guangdong.Describe);
        await ((Task)waiting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        await SignalAsync(yunnan, "CONT");
        await Operated.ServeAsync(Guangdong);
        await Eventually.GetAsync("nothing to be in flight", () => Audit.Run(Operated.DataFolders, TimeProvider.System).InFlight, Is.Empty);
    }

    private Hospital HospitalOfGuangzhou() => new(Operated.HisAddress(Guangdong), Operated.Tokens[Guangzhou]) { InpatientKind = "25" };

    private static async Task SettleAgainAndAgainAsync(Hospital hospital, Patient patient, string number, SemaphoreSlim settled, ConcurrentBag<string> ends)
    {
        var today = TimeProvider.System.Today();
        var visit = (await hospital.AdmitAsync(patient.ToReference(), number, today)).Granted().Result.VisitNumber;
        (await hospital.UploadAsync(visit, SampleBills.IntensiveCare(today))).Granted();
        (await hospital.DischargeAsync(visit, today)).Granted();
        while (true)
        {
            var settling = await hospital.SettleAsync(visit);
            if (!settling.IsGranted)
            {
                ends.Add(settling.Pending().Chinese);
                return;
            }
            settled.Release();
            var cancelling = await hospital.CancelAsync(visit, settling.Message.Result.SettlementNumber);
            if (!cancelling.IsGranted)
            {
                ends.Add(cancelling.Pending().Chinese);
                return;
            }
        }
    }

    private static async Task SignalAsync(GatewayProcess process, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }
}
