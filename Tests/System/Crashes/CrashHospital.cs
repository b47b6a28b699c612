using System.Globalization;
using Google.Protobuf;
using NUnit.Framework;
using Provincial.His.V1;
using ProvincialGateway.Bench;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Crashes;

/// <summary>What a hospital's own system needs to know of its province and of the patients' one.</summary>
internal sealed record CrashCare(string Institution, string InpatientKind, Division Insured, (string Code, string Name, string Category, string Price) Item);

/// <summary>
/// One workplace of a hospital: a stay after the other, each step sent with an id of its own and sent again with the same one until it is answered. Of what
/// stays open it now and then asks the state, or voids it. Everything it was told is in its truth book.
/// </summary>
internal sealed class CrashHospital(CrashCare care, Uri address, string token, string name, Range persons, Random random, TruthBook truth) : IDisposable
{
    /// <summary>How long one step may stay without an answer while nodes die around it. Far above what is seen: a step that needs so long is lost.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(150);

    private readonly Hospital _hospital = new(address, token) { InpatientKind = care.InpatientKind };
    private string _lastPending = "nothing";
    private int _stays;
    private int _ids;

    /// <summary>A stay has begun, or is about to, and has not ended.</summary>
    public bool IsBusy { get; set; }

    public void Dispose() => _hospital.Dispose();

    /// <summary>One stay from the admission to its end: settled, or settled and cancelled, or settled again.</summary>
    public async Task StayAsync()
    {
        try
        {
            var today = TimeProvider.System.Today();
            var stay = ++_stays;
            var person = BenchPersons.Reference(care.Insured, persons.Start.Value + stay % (persons.End.Value - persons.Start.Value));
            var admitted = await AnswerAsync("admission", id => _hospital.AdmitAsync(person, $"{name}-{stay}", today.AddDays(-3), id));
            var visit = admitted.Granted().Result.VisitNumber;
            truth.Admitted(visit);
            var lines = Enumerable.Range(1, random.Next(1, 4)).Select(serial => SampleBills.Line(
                serial.ToString(CultureInfo.InvariantCulture), care.Item.Code, care.Item.Name, care.Item.Category, care.Item.Price,
                random.Next(1, 60).ToString(CultureInfo.InvariantCulture), today.AddDays(-1))).ToList();
            (await AnswerAsync("lines", id => _hospital.UploadAsync(visit, lines, id))).Granted();
            (await AnswerAsync("discharge", id => _hospital.DischargeAsync(visit, today, id))).Granted();
            for (var isOver = false; !isOver;)
                isOver = await SettleAsync(visit, lines.Sum(line => line.AmountFen)) is not { } settled || !await CancelAsync(visit, settled);
        }
        finally
        {
            IsBusy = false;
        }
    }

    /// <returns>The settlement's number; null when it was voided before it was answered and the stay ends unsettled.</returns>
    private async Task<string?> SettleAsync(string visit, long totalFen)
    {
        while (true)
        {
            // Drawn before anything is sent, like everything random here.
            var givesUp = random.Next(8) == 0;
            var id = NewId("settlement");
            var reply = givesUp ? await OnceAsync(() => _hospital.SettleAsync(visit, id, totalFen)) : await AnswerAsync(id, again => _hospital.SettleAsync(visit, again, totalFen));
            if (reply is { IsGranted: true })
            {
                var settled = reply.Granted().Result;
                Assert.That(settled.VisitNumber, Is.EqualTo(visit), $"what {id} settled");
                truth.Settled(visit, settled.SettlementNumber, settled.Figures);
                return settled.SettlementNumber;
            }
            Assert.That(reply?.RefusalCode, Is.Null, () => $"{name} {id}: {reply!.Text}");
            // Never learnt what came of it: voids it, and begins anew.
            await ReverseAsync(visit, id);
            if (random.Next(3) == 0)
                return null;
        }
    }

    /// <returns>True when the stay is to be settled again.</returns>
    private async Task<bool> CancelAsync(string visit, string settlementNumber)
    {
        if (random.Next(5) != 0)
            return false;
        (await AnswerAsync("cancellation", id => _hospital.CancelAsync(visit, settlementNumber, id))).Granted();
        truth.Cancelled(settlementNumber);
        return random.Next(2) == 0;
    }

    private async Task ReverseAsync(string visit, string id)
    {
        (await AnswerAsync("reversal", again => _hospital.ReverseAsync(id, again, "Settle"))).Granted();
        truth.Reversed(visit);
        var state = await UntilAsync($"the state of {id}", async () => (TransactionState?)await _hospital.QueryAsync(id));
        Assert.That(state, Is.AnyOf(TransactionState.Refused, TransactionState.Undone), $"{name} {id} after its reversal");
    }

    /// <summary>The answer to one step, whatever it takes: the same id, sent until there is one.</summary>
    private Task<HospitalReply<T>> AnswerAsync<T>(string idOrStep, Func<string, Task<HospitalReply<T>>> ask)
        where T : class, IMessage<T>
    {
        var id = idOrStep.StartsWith(name, StringComparison.Ordinal) ? idOrStep : NewId(idOrStep);
        return UntilAsync(id, async () =>
        {
            var reply = await ask(id);
            if (!reply.IsPending)
            {
                truth.Answered();
                return reply;
            }
            truth.Pending();
            _lastPending = reply.Text;
            if (random.Next(3) == 0)
                await _hospital.QueryAsync(id);
            return null;
        })!;
    }

    private async Task<T> UntilAsync<T>(string what, Func<Task<T?>> ask)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (await OnceAsync(ask) is { } answer)
                return answer;
            if (TimeProvider.System.GetElapsedTime(started) > Patience)
                throw new AssertionException($"{name}: {what} was not answered within {Patience.TotalSeconds} s. Last it was told {_lastPending}");
            await Task.Delay(Pause);
        }
    }

    /// <returns>Null when the connection ended before there was an answer: unknown, as for every hospital.</returns>
    private async Task<T?> OnceAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or TaskCanceledException)
        {
            truth.Unanswered();
            return default;
        }
    }

    private string NewId(string step) => $"{name}-{_stays}-{++_ids}-{step}";
}
