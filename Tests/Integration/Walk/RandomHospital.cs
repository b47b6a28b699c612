using System.Globalization;
using System.Text.Json;
using Google.Protobuf;
using NUnit.Framework;
using Provincial.His.V1;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Walk;

/// <summary>
/// A hospital that does anything at any time: every step of a stay or an outpatient visit, its undo, and repeats, of the right visit or another one.
/// What it draws depends on the seed and on what it was told before, and is drawn before anything is sent.
/// </summary>
internal sealed class RandomHospital(Hospital hospital, Care care, Random random, TimeProvider time, Tally tally)
{
    private const int VisitsMax = 4, NumbersMax = 40;
    private const string Upload = "UploadFeeLines", Preview = "PreviewSettlement", Settle = "Settle", Cancel = "CancelSettlement";

    private readonly Lock _gate = new();
    private readonly List<string> _visits = [], _settled = [];
    private readonly List<Asked> _asked = [];
    private int _learnt;

    private DateOnly Today => time.Today();

    /// <summary>Draws one step, or the few that end a visit; the task is done when they are answered.</summary>
    public Task StepAsync() => random.Next(100) switch
    {
        _ when _visits.Count + _settled.Count == 0 => SendAsync(DrawAdmission()),
        < 8 => SendAsync(DrawAdmission()),
        < 12 => SendAsync(DrawRegistration()),
        < 18 => SendAsync(DrawUpload(DrawVisit())),
        < 21 => SendAsync(DrawRefund()),
        < 24 => SendAsync(DrawWithdrawal()),
        < 27 => SendAsync(DrawPreview(DrawVisit())),
        < 31 => SendAsync(DrawDischarge(DrawVisit())),
        < 36 => SendAsync(DrawSettlement(DrawVisit())),
        < 46 => InPartAsync(DrawVisit()),
        < 63 => FinishAsync(DrawVisit()),
        < 72 => SendAsync(Draw(Cancel, DrawSettled(), (visit, id) => Text(hospital.CancelAsync(visit, settlementNumber: null, id)))),
        < 76 => ReturnAsync(DrawVisit()),
        < 79 => SendAsync(Draw("CancelAdmission", DrawVisit(), (visit, id) => Text(hospital.CancelAdmissionAsync(visit, id)))),
        < 92 => SendAsync(DrawReversal()),
        _ => RepeatAsync(),
    };

    /// <summary>Asks again for what was pending, when the province should know it; afterwards nothing is pending.</summary>
    public async Task LearnAsync()
    {
        foreach (var asked in _asked.FindAll(asked => KindOf(asked.Answer!) == "pending"))
            await SendAsync(asked);
        foreach (var asked in _asked.Skip(_learnt))
            Assert.That(await hospital.QueryAsync(asked.Id), Is.Not.EqualTo(TransactionState.Pending), $"{asked.Operation} {asked.Id}");
        _learnt = _asked.Count;
    }

    /// <summary>From wherever the visit is to its settlement, unless something is in the way.</summary>
    private Task FinishAsync(string visit) => SendAllAsync(DrawUpload(visit), DrawDischarge(visit), DrawPreview(visit), DrawSettlement(visit));

    /// <summary>Discharged, and back before anything was settled.</summary>
    private Task ReturnAsync(string visit) =>
        SendAllAsync(DrawDischarge(visit), Draw("CancelDischarge", visit, (at, id) => Text(hospital.CancelDischargeAsync(at, id))));

    private Task InPartAsync(string visit) =>
        SendAllAsync(DrawUpload(visit), Draw("SettleInPart", visit, (at, id) => Text(hospital.SettleInPartAsync(at, id))));

    private async Task SendAllAsync(params Asked[] steps)
    {
        foreach (var step in steps)
            await SendAsync(step);
    }

    private async Task RepeatAsync()
    {
        if (_asked.Count == 0)
            return;
        var asked = _asked[random.Next(_asked.Count)];
        var (first, again) = (asked.Answer, await asked.Ask(asked.Id));
        // What was done is told again in the same words, unless it is void by now or being reversed; a question or a refusal is a new one each time.
        if (asked.Operation != Preview && first is not null && KindOf(first) == Tally.Granted && KindOf(again) != "TRANSACTION_VOID" && !(KindOf(again) == "pending" && IsReversed(asked)))
            Assert.That(again, Is.EqualTo(first), $"The repeat of {asked.Operation} {asked.Id}");
        tally.Count("Repeat", Tally.Granted);
    }

    private bool IsReversed(Asked asked) => _asked.Exists(other => other.Reverses == asked.Id);

    private async Task SendAsync(Asked asked)
    {
        var answer = await asked.Ask(asked.Id);
        tally.Count(asked.Operation, KindOf(answer));
        lock (_gate)
        {
            asked.Answer = answer;
            if (KindOf(answer) == Tally.Granted)
                Learn(asked, answer);
        }
    }

    private void Learn(Asked asked, string answer)
    {
        if (asked.VisitOf is not null)
            _visits.Add(asked.VisitOf(answer));
        else if (asked.Operation is Settle)
            Move(asked.Visit!, _visits, _settled);
        else if (asked.Operation is Cancel)
            Move(asked.Visit!, _settled, _visits);
    }

    private static void Move(string visit, List<string> from, List<string> to)
    {
        if (from.Remove(visit))
            to.Add(visit);
    }

    private Asked DrawAdmission()
    {
        var (person, number, on) = (DrawPerson(), $"ZY{random.Next(NumbersMax)}", Today.AddDays(-2 - random.Next(7)));
        var asked = Draw("RegisterAdmission", id => Text(hospital.AdmitAsync(person.ToReference(), number, on, id)));
        asked.VisitOf = answer => RegisterAdmissionResponse.Parser.ParseJson(answer).Result.VisitNumber;
        return asked;
    }

    private Asked DrawRegistration()
    {
        var (person, number, on) = (DrawPerson(), $"MZ{random.Next(NumbersMax)}", Today.AddDays(-2 - random.Next(4)));
        var asked = random.Next(2) == 0
            ? Draw("RegisterOutpatient", id => Text(hospital.RegisterAsync(person.ToReference(), number, on, Care.OrdinaryKind, id: id)))
            : Draw("RegisterChronic", id => Text(hospital.RegisterAsync(person.ToReference(), number, on, care.ChronicKind, Care.Hypertension, id)));
        asked.VisitOf = answer => RegisterOutpatientResponse.Parser.ParseJson(answer).Result.VisitNumber;
        return asked;
    }

    private Asked DrawUpload(string visit)
    {
        var line = care.Line(DrawLineSerial(), 1 + random.Next(40), Today.AddDays(-random.Next(3)));
        return Draw(Upload, visit, (at, id) => Text(hospital.UploadAsync(at, [line], id)));
    }

    private Asked DrawRefund()
    {
        var upload = _asked.FindLast(asked => asked.Operation == Upload && asked.Answer is { } answer && KindOf(answer) == Tally.Granted);
        var (visit, original) = upload is null || random.Next(5) == 0 ? (DrawVisit(), DrawId()) : (upload.Visit!, upload.Id);
        var price = (long)(decimal.Parse(care.Item.Price, CultureInfo.InvariantCulture) * 100);
        return Draw("RefundFeeLine", visit, (at, id) => Text(hospital.RefundAsync(at, original, "1", price, id)));
    }

    private Asked DrawWithdrawal()
    {
        string[]? serials = random.Next(2) == 0 ? null : [DrawLineSerial()];
        return Draw("WithdrawFeeLines", DrawVisit(), (visit, id) => Text(hospital.WithdrawAsync(visit, serials, id)));
    }

    private Asked DrawDischarge(string visit)
    {
        var day = Today.AddDays(-random.Next(3));
        return Draw("Discharge", visit, (at, id) => Text(hospital.DischargeAsync(at, day, id)));
    }

    private Asked DrawPreview(string visit) => Draw(Preview, visit, (at, _) => Text(hospital.PreviewAsync(at)));

    private Asked DrawSettlement(string visit) => Draw(Settle, visit, (at, id) => Text(hospital.SettleAsync(at, id)));

    private Asked DrawReversal()
    {
        var original = DrawId();
        var asked = Draw("ReverseTransaction", id => Text(hospital.ReverseAsync(original, id)));
        asked.Reverses = original;
        return asked;
    }

    private Asked Draw(string operation, string visit, Func<string, string, Task<string>> ask) => Draw(operation, id => ask(visit, id), visit);

    private Asked Draw(string operation, Func<string, Task<string>> ask, string? visit = null)
    {
        var asked = new Asked(string.Create(CultureInfo.InvariantCulture, $"W{_asked.Count + 1}"), operation, visit, ask);
        _asked.Add(asked);
        return asked;
    }

    private Patient DrawPerson() => care.People[random.Next(care.People.Count)];

    /// <summary>One of the last visits that are not settled; now and then one that is.</summary>
    private string DrawVisit() => random.Next(10) == 0 ? DrawSettled() : DrawLast(_visits, _settled);

    private string DrawSettled() => DrawLast(_settled, _visits);

    private string DrawLast(List<string> visits, List<string> others)
    {
        lock (_gate)
        {
            var drawn = visits.Count == 0 ? others : visits;
            return drawn[^(1 + random.Next(Math.Min(VisitsMax, drawn.Count)))];
        }
    }

    /// <summary>The hospital's id of something it asked for lately, or one it never used.</summary>
    private string DrawId() => _asked.Count == 0 || random.Next(20) == 0 ? $"N{random.Next(1_000)}" : _asked[^(1 + random.Next(Math.Min(12, _asked.Count)))].Id;

    /// <summary>Parts and several uploads need lines that are not there yet; repeats need ones that are.</summary>
    private string DrawLineSerial() => random.Next(1, 30).ToString(CultureInfo.InvariantCulture);

    private static async Task<string> Text<T>(Task<HospitalReply<T>> reply)
        where T : class, IMessage<T> => (await reply).Text;

    /// <summary><see cref="Tally.Granted"/>, "pending", or the code of the refusal.</summary>
    private static string KindOf(string answer)
    {
        using var json = JsonDocument.Parse(answer);
        return json.RootElement.TryGetProperty("refusal", out var refusal) ? refusal.GetProperty("code").GetString()!
            : json.RootElement.TryGetProperty("pending", out _) ? "pending" : Tally.Granted;
    }

    private sealed record Asked(string Id, string Operation, string? Visit, Func<string, Task<string>> Ask)
    {
        /// <summary>Null until it has come.</summary>
        public string? Answer { get; set; }

        /// <summary>The number of the visit that a granted answer opens; null where none is opened.</summary>
        public Func<string, string>? VisitOf { get; set; }

        /// <summary>The hospital's id of what a reversal takes back.</summary>
        public string? Reverses { get; set; }
    }
}
