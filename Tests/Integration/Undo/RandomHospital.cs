using System.Globalization;
using System.Text.Json;
using Google.Protobuf;
using NUnit.Framework;
using Provincial.His.V1;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Undo;

/// <summary>
/// A hospital that does anything at any time: every step of a stay, its undo, and repeats, of the right stay or another one. What it draws depends
/// on the seed and on what it was told before, and is drawn before anything is sent.
/// </summary>
internal sealed class RandomHospital(Hospital hospital, Random random, DateOnly today)
{
    private const int StaysMax = 4, NumbersMax = 40;
    private const string Done = "granted", Upload = "UploadFeeLines", Preview = "PreviewSettlement";

    private static readonly Patient[] People = [Patient.OfKunming, Patient.RetiredOfKunming, Patient.UnfiledOfKunming, Patient.SuspendedOfKunming];

    private readonly Lock _gate = new();
    private readonly List<string> _visits = [];
    private readonly List<Asked> _asked = [];
    private readonly SortedDictionary<string, int> _tally = new(StringComparer.Ordinal);

    /// <summary>Every id under which something was asked.</summary>
    public IEnumerable<string> Ids => _asked.Select(asked => asked.Id);

    /// <summary>How often each operation was answered how.</summary>
    public string Tally => string.Join('\n', _tally.Select(entry => $"{entry.Value,4} {entry.Key}"));

    /// <summary>How often an operation was granted.</summary>
    public int Granted(string operation) => _tally.GetValueOrDefault($"{operation} {Done}");

    /// <summary>Draws one step, or the few that end a stay; the task is done when they are answered.</summary>
    public Task StepAsync() => random.Next(100) switch
    {
        < 8 => SendAsync(DrawAdmission()),
        < 16 => SendAsync(DrawUpload(DrawVisit())),
        < 20 => SendAsync(DrawRefund()),
        < 24 => SendAsync(DrawWithdrawal()),
        < 28 => SendAsync(Draw(Preview, DrawVisit(), (visit, _) => Text(hospital.PreviewAsync(visit)))),
        < 36 => SendAsync(DrawDischarge(DrawVisit())),
        < 44 => SendAsync(DrawSettlement(DrawVisit())),
        < 58 => FinishAsync(DrawVisit()),
        < 70 => SendAsync(Draw("CancelSettlement", DrawVisit(), (visit, id) => Text(hospital.CancelAsync(visit, settlementNumber: null, id)))),
        < 75 => SendAsync(Draw("CancelDischarge", DrawVisit(), (visit, id) => Text(hospital.CancelDischargeAsync(visit, id)))),
        < 78 => SendAsync(Draw("CancelAdmission", DrawVisit(), (visit, id) => Text(hospital.CancelAdmissionAsync(visit, id)))),
        < 94 => SendAsync(DrawReversal()),
        _ => RepeatAsync(),
    };

    /// <summary>Asks again for what was pending, when the province should know it.</summary>
    public async Task LearnAsync()
    {
        foreach (var asked in _asked.FindAll(asked => KindOf(asked.Answer!) == "pending"))
            await SendAsync(asked);
    }

    /// <summary>From wherever the stay is to its settlement, unless something is in the way.</summary>
    private async Task FinishAsync(string visit)
    {
        Asked[] steps = [DrawUpload(visit), DrawDischarge(visit), DrawSettlement(visit)];
        foreach (var step in steps)
            await SendAsync(step);
    }

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

    private async Task SendAsync(Asked asked)
    {
        var answer = await asked.Ask(asked.Id);
        lock (_gate)
        {
            asked.Answer = answer;
            var what = $"{asked.Operation} {KindOf(answer)}";
            _tally[what] = _tally.GetValueOrDefault(what) + 1;
            if (asked.Operation == "RegisterAdmission" && KindOf(answer) == Done)
                _visits.Add(RegisterAdmissionResponse.Parser.ParseJson(answer).Result.VisitNumber);
        }
    }

    private Asked DrawAdmission()
    {
        var (person, number) = (People[random.Next(People.Length)], $"ZY{random.Next(NumbersMax)}");
        return Draw("RegisterAdmission", id => Text(hospital.AdmitAsync(person.ToReference(), number, today.AddDays(-8), id)));
    }

    private Asked DrawUpload(string visit)
    {
        var line = SampleBills.Line(
            DrawLineSerial(), "T330000", "重症监护", "06", "180.0000", (1 + random.Next(40)).ToString(CultureInfo.InvariantCulture), today.AddDays(-2 - random.Next(3)));
        return Draw(Upload, visit, (at, id) => Text(hospital.UploadAsync(at, [line], id)));
    }

    private Asked DrawRefund()
    {
        var original = _asked.FindLast(asked => asked.Operation == Upload)?.Id ?? DrawId();
        return Draw("RefundFeeLine", DrawVisit(), (visit, id) => Text(hospital.RefundAsync(visit, original, "1", 180_00, id)));
    }

    private Asked DrawWithdrawal()
    {
        string[]? serials = random.Next(2) == 0 ? null : [DrawLineSerial()];
        return Draw("WithdrawFeeLines", DrawVisit(), (visit, id) => Text(hospital.WithdrawAsync(visit, serials, id)));
    }

    private Asked DrawDischarge(string visit)
    {
        var day = today.AddDays(-random.Next(3));
        return Draw("Discharge", visit, (at, id) => Text(hospital.DischargeAsync(at, day, id)));
    }

    private Asked DrawSettlement(string visit) => Draw("Settle", visit, (at, id) => Text(hospital.SettleAsync(at, id)));

    private Asked DrawReversal()
    {
        var original = DrawId();
        return Draw("ReverseTransaction", id => Text(hospital.ReverseAsync(original, id)));
    }

    private Asked Draw(string operation, string visit, Func<string, string, Task<string>> ask) => Draw(operation, id => ask(visit, id));

    private Asked Draw(string operation, Func<string, Task<string>> ask)
    {
        var asked = new Asked(string.Create(CultureInfo.InvariantCulture, $"W{_asked.Count + 1}"), operation, ask);
        _asked.Add(asked);
        return asked;
    }

    /// <summary>One of the last stays, to which something may still happen.</summary>
    private string DrawVisit()
    {
        lock (_gate)
            return _visits.Count == 0 ? "S5301001709200000099" : _visits[^(1 + random.Next(Math.Min(StaysMax, _visits.Count)))];
    }

    /// <summary>The hospital's id of something it asked for lately, or one it never used.</summary>
    private string DrawId() => _asked.Count == 0 || random.Next(20) == 0 ? $"N{random.Next(1_000)}" : _asked[^(1 + random.Next(Math.Min(12, _asked.Count)))].Id;

    private string DrawLineSerial() => random.Next(1, 4).ToString(CultureInfo.InvariantCulture);

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
