using System.Globalization;
using System.Text.Json;
using Google.Protobuf;
using NUnit.Framework;
using Provincial.His.V1;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Undo;

/// <summary>
/// A hospital that does anything at any time: every step of a stay, its undo, and repeats, of the right stay or another one. What it draws depends
/// on the seed and on what it was told before.
/// </summary>
internal sealed class RandomHospital(Hospital hospital, Random random, DateOnly today)
{
    private const int StaysMax = 4, NumbersMax = 40;
    private const string Done = "granted", Upload = "UploadFeeLines", Preview = "PreviewSettlement";

    private static readonly Patient[] People = [Patient.OfKunming, Patient.RetiredOfKunming, Patient.UnfiledOfKunming, Patient.SuspendedOfKunming];

    private readonly List<string> _visits = [];
    private readonly List<Asked> _asked = [];
    private readonly SortedDictionary<string, int> _tally = new(StringComparer.Ordinal);
    private int _serial;

    /// <summary>Every id under which something was asked.</summary>
    public IEnumerable<string> Ids => _asked.Select(asked => asked.Id);

    /// <summary>How often each operation was answered how.</summary>
    public string Tally => string.Join('\n', _tally.Select(entry => $"{entry.Value,4} {entry.Key}"));

    /// <summary>How often an operation was granted.</summary>
    public int Granted(string operation) => _tally.GetValueOrDefault($"{operation} {Done}");

    /// <summary>Draws one step, or the few that end a stay; the task is done when they are answered.</summary>
    public Task StepAsync() => random.Next(100) switch
    {
        < 8 => AdmitAsync(),
        < 16 => UploadAsync(SomeVisit()),
        < 20 => RefundAsync(),
        < 24 => WithdrawAsync(),
        < 28 => AskAsync(Preview, SomeVisit(), (visit, _) => Text(hospital.PreviewAsync(visit))),
        < 36 => DischargeAsync(SomeVisit()),
        < 44 => SettleAsync(SomeVisit()),
        < 58 => FinishAsync(),
        < 70 => AskAsync("CancelSettlement", SomeVisit(), (visit, id) => Text(hospital.CancelAsync(visit, settlementNumber: null, id))),
        < 75 => AskAsync("CancelDischarge", SomeVisit(), (visit, id) => Text(hospital.CancelDischargeAsync(visit, id))),
        < 78 => AskAsync("CancelAdmission", SomeVisit(), (visit, id) => Text(hospital.CancelAdmissionAsync(visit, id))),
        < 94 => ReverseAsync(),
        _ => RepeatAsync(),
    };

    /// <summary>Asks again for what was pending, when the province should know it.</summary>
    public async Task LearnAsync()
    {
        foreach (var asked in _asked.FindAll(asked => KindOf(asked.Answer!) == "pending"))
            Learn(asked, await asked.Ask(asked.Id));
    }

    // What is sent is drawn before it is sent: a repeat says the same.
    private Task AdmitAsync()
    {
        var (person, number) = (People[random.Next(People.Length)], $"ZY{random.Next(NumbersMax)}");
        return AskAsync("RegisterAdmission", id => Text(hospital.AdmitAsync(person.ToReference(), number, today.AddDays(-8), id)));
    }

    /// <summary>From wherever the stay is to its settlement, unless something is in the way.</summary>
    private async Task FinishAsync()
    {
        var visit = SomeVisit();
        await UploadAsync(visit);
        await DischargeAsync(visit);
        await SettleAsync(visit);
    }

    private Task UploadAsync(string visit)
    {
        var line = SampleBills.Line(LineSerial(), "T330000", "重症监护", "06", "180.0000", (1 + random.Next(40)).ToString(CultureInfo.InvariantCulture), today.AddDays(-2 - random.Next(3)));
        return AskAsync(Upload, visit, (at, id) => Text(hospital.UploadAsync(at, [line], id)));
    }

    private Task RefundAsync()
    {
        var original = _asked.FindLast(asked => asked.Operation == Upload)?.Id ?? SomeId();
        return AskAsync("RefundFeeLine", SomeVisit(), (visit, id) => Text(hospital.RefundAsync(visit, original, "1", 180_00, id)));
    }

    private Task WithdrawAsync()
    {
        string[]? serials = random.Next(2) == 0 ? null : [LineSerial()];
        return AskAsync("WithdrawFeeLines", SomeVisit(), (visit, id) => Text(hospital.WithdrawAsync(visit, serials, id)));
    }

    private Task DischargeAsync(string visit)
    {
        var day = today.AddDays(-random.Next(3));
        return AskAsync("Discharge", visit, (at, id) => Text(hospital.DischargeAsync(at, day, id)));
    }

    private Task ReverseAsync()
    {
        var original = SomeId();
        return AskAsync("ReverseTransaction", id => Text(hospital.ReverseAsync(original, id)));
    }

    private Task SettleAsync(string visit) => AskAsync("Settle", visit, (at, id) => Text(hospital.SettleAsync(at, id)));

    private Task AskAsync(string operation, string visit, Func<string, string, Task<string>> ask) => AskAsync(operation, id => ask(visit, id));

    /// <summary>One of the last stays, to which something may still happen.</summary>
    private string SomeVisit() => _visits.Count == 0 ? "S5301001709200000099" : _visits[^(1 + random.Next(Math.Min(StaysMax, _visits.Count)))];

    private async Task RepeatAsync()
    {
        if (_asked.Count == 0)
            return;
        var asked = _asked[random.Next(_asked.Count)];
        var (first, again) = (asked.Answer, await asked.Ask(asked.Id));
        // What was done is told again in the same words, unless it is void by now; a question or a refusal is a new one each time.
        if (asked.Operation != Preview && first is not null && KindOf(first) == Done && KindOf(again) != "TRANSACTION_VOID")
            Assert.That(again, Is.EqualTo(first), $"The repeat of {asked.Operation} {asked.Id}");
    }

    private async Task AskAsync(string operation, Func<string, Task<string>> ask)
    {
        var asked = new Asked(string.Create(CultureInfo.InvariantCulture, $"W{++_serial}"), operation, ask);
        _asked.Add(asked);
        Learn(asked, await ask(asked.Id));
    }

    private void Learn(Asked asked, string answer)
    {
        asked.Answer = answer;
        var what = $"{asked.Operation} {KindOf(answer)}";
        _tally[what] = _tally.GetValueOrDefault(what) + 1;
        if (asked.Operation == "RegisterAdmission" && KindOf(answer) == Done)
            _visits.Add(RegisterAdmissionResponse.Parser.ParseJson(answer).Result.VisitNumber);
    }

    /// <summary>The hospital's id of something it asked for lately, or one it never used.</summary>
    private string SomeId() => _asked.Count == 0 || random.Next(20) == 0 ? $"N{random.Next(1_000)}" : _asked[^(1 + random.Next(Math.Min(12, _asked.Count)))].Id;

    private string LineSerial() => random.Next(1, 4).ToString(CultureInfo.InvariantCulture);

    private static async Task<string> Text<T>(Task<HospitalReply<T>> reply)
        where T : class, IMessage<T> => (await reply).Text;

    /// <summary>"granted", "pending", or the code of the refusal.</summary>
    private static string KindOf(string answer)
    {
        using var json = JsonDocument.Parse(answer);
        return json.RootElement.TryGetProperty("refusal", out var refusal) ? refusal.GetProperty("code").GetString()!
            : json.RootElement.TryGetProperty("pending", out _) ? "pending" : Done;
    }

    private sealed record Asked(string Id, string Operation, Func<string, Task<string>> Ask)
    {
        /// <summary>Null until it has come.</summary>
        public string? Answer { get; set; }
    }
}
