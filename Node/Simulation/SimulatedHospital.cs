using System.Globalization;
using System.Text;
using Google.Protobuf;
using Provincial.His.V1;

namespace ProvincialGateway.Simulation;

/// <summary>
/// A hospital with a book of its own: it writes down what it asks before it asks, asks again under the same id until it is told, now and then gives up and
/// takes back what it does not know, and after a crash goes on from its book.
/// </summary>
internal sealed class SimulatedHospital
{
    private static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default.WithFormatDefaultValues(true));
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly SimulatedCountry _country;
    private readonly SimulatedNode _node;
    private readonly SimulationTally _tally;
    private readonly List<Asked> _book = [];
    private Life _life;
    private int _working, _starts;

    public SimulatedHospital(SimulatedCountry country, SimulatedNode node, SimulationTally tally)
    {
        (_country, _node, _tally) = (country, node, tally);
        Institution = node.Province.Tokens.Keys.Min(StringComparer.Ordinal)!;
        _life = Begin();
    }

    public SimulatedNode Node => _node;

    public string Institution { get; }

    public IReadOnlyList<Asked> Book => _book;

    /// <summary>It was told once more, when everything was over, how each of its settlements stands.</summary>
    public bool HasLookedBack { get; private set; }

    /// <summary>Nobody of it waits for an answer.</summary>
    public bool IsAtRest => _working == 0;

    /// <summary>Does some work by itself, until it is done or the hospital crashes.</summary>
    public void Work(Func<Task> work)
    {
        var life = _life;
        _working++;
        _country.Pump.After(TimeSpan.Zero, life, () => _ = GuardedAsync(work));
    }

    /// <summary>Its system goes down with everything it was doing, and comes back with its book.</summary>
    public void Crash(TimeSpan away)
    {
        if (_life.IsOver)
            return;
        _country.Journal.Write(_country.Pump.Now, $"hospital {Institution} crashes");
        _life.End();
        _working = 1;
        _country.Pump.After(away, _country.Life, () =>
        {
            (_life, _working) = (Begin(), 0);
            foreach (var asked in _book.Where(asked => asked.Outcome is ToldOutcome.Unknown).ToList())
                Work(() => LearnAsync(asked, new Dice(_country.Faults, $"{asked.Id} after {_starts}")));
        });
    }

    /// <inheritdoc cref="OwnBill.Of"/>
    public OwnBill BillOf(string visitNumber) => OwnBill.Of(_book, visitNumber);

    /// <summary>Asks for something until it is told.</summary>
    public async Task<Asked> AskAsync(string id, string operation, IMessage request, Dice dice)
    {
        var asked = new Asked(id, operation, request, reverses: null);
        _book.Add(asked);
        await LearnAsync(asked, dice);
        return asked;
    }

    /// <summary>Asks what changes nothing, once.</summary>
    public async Task<HospitalAnswer?> LookAsync(string operation, IMessage request, Dice dice)
    {
        var answer = await PostAsync(operation, request, $"{Institution} {dice.Next()}");
        _tally.Count(operation, answer is null ? "no answer" : answer.Kind == HospitalAnswer.Refused ? answer.Code : "granted");
        return answer;
    }

    /// <summary>Asks what became of something. What it is told has to hold whatever comes later.</summary>
    public async Task QueryAsync(Asked asked, Dice dice)
    {
        var request = new QueryTransactionRequest { Header = Header(null), OriginalTransactionId = asked.Id };
        if (await LookAsync("QueryTransaction", request, dice) is { Kind: HospitalAnswer.Granted } answer)
            asked.States.Add(QueryTransactionResponse.Parser.ParseJson(answer.Text).Result.State);
    }

    /// <summary>Goes through its settlements once more when everything is over, each until it is told how it stands.</summary>
    public async Task LookBackAsync()
    {
        foreach (var asked in _book.Where(asked => asked.Operation == "Settle").ToList())
        {
            var dice = new Dice(_country.Faults, $"{asked.Id} in the end");
            for (var known = asked.States.Count; asked.States.Count == known;)
            {
                await QueryAsync(asked, dice);
                await PauseAsync(dice, 0.1, 0.5);
            }
        }
        HasLookedBack = true;
    }

    private Life Begin() => new(_country.Pump, $"{Institution} start {++_starts}");

    private async Task GuardedAsync(Func<Task> work)
    {
        try
        {
            await work();
            _working--;
        }
        catch (Exception fault)
        {
            _country.Pump.Fail(fault);
        }
    }

    /// <summary>The same id and content until there is an answer. Who waits long may take it back instead.</summary>
    private async Task LearnAsync(Asked asked, Dice dice)
    {
        var givesUpAfter = asked.Reverses is null && dice.Below(3) == 0 ? 1 + dice.Below(4) : int.MaxValue;
        while (asked.Outcome is ToldOutcome.Unknown)
        {
            asked.Sent++;
            var answer = await PostAsync(asked.Operation, asked.Request, string.Create(CultureInfo.InvariantCulture, $"{Institution} {asked.Id} {asked.Sent}"));
            if (answer is { Kind: not HospitalAnswer.Pending })
            {
                Tell(asked, answer);
                return;
            }
            _tally.Count(asked.Operation, answer is null ? "no answer" : "pending");
            if (dice.Below(4) == 0)
                await QueryAsync(asked, dice);
            await PauseAsync(dice, 2, 15);
            if (asked.Sent % givesUpAfter == 0 && !_country.Faults.IsHealed)
                await ReverseAsync(asked, dice);
        }
    }

    private async Task ReverseAsync(Asked asked, Dice dice)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"{asked.Id}R{asked.Sent}");
        var reversal = new Asked(id, "ReverseTransaction", new ReverseTransactionRequest { Header = Header(id), OriginalTransactionId = asked.Id }, asked.Id);
        _book.Add(reversal);
        await LearnAsync(reversal, dice);
    }

    private void Tell(Asked asked, HospitalAnswer answer)
    {
        // After a crash two of its people may ask for the same: the first answer is in the book already.
        if (asked.Outcome is not ToldOutcome.Unknown)
            return;
        var isGranted = answer.Kind == HospitalAnswer.Granted;
        (asked.Outcome, asked.Answer, asked.Code) = (isGranted ? ToldOutcome.Granted : ToldOutcome.Refused, answer.Text, answer.Code);
        _tally.Count(asked.Operation, isGranted ? "granted" : answer.Code);
        _country.Journal.Write(_country.Pump.Now, $"hospital {Institution} {asked.Id} {asked.Operation} told {(isGranted ? "granted" : answer.Code)}");
        if (isGranted && asked.Reverses is { } original && _book.Single(other => other.Id == original) is { Outcome: not ToldOutcome.Refused } given)
            given.Outcome = ToldOutcome.Reversed;
    }

    /// <returns>Null when no answer came, whatever the node has done.</returns>
    private async Task<HospitalAnswer?> PostAsync(string operation, IMessage request, string attempt)
    {
        var (told, faults) = (new TaskCompletionSource<byte[]?>(), _country.Faults);
        _country.Pump.After(Patience, _country.Life, () => told.TrySetResult(null));
        if (faults.Strikes($"{attempt} unsent", faults.Profile.HisCuts))
            return null;
        _country.Pump.After(faults.Between($"{attempt} latency", 0.001, 0.005), _country.Life, Deliver);
        return await told.Task is { } bytes ? HospitalAnswer.Of(bytes) : null;

        void Deliver()
        {
            if (_node.Current is not { IsServing: true } run)
            {
                told.TrySetResult(null);
                return;
            }
            run.Ended += () => told.TrySetResult(null);
            var body = Encoding.UTF8.GetBytes(Formatter.Format(request));
            run.Serve(_node.Province.Tokens[Institution], operation, _country.Network.Planted?.Asked(operation, body) ?? body, bytes =>
                _country.Pump.After(faults.Between($"{attempt} back", 0.001, 0.005), _country.Life, () =>
                    told.TrySetResult(faults.Strikes($"{attempt} cut", faults.Profile.HisCuts) ? null : _country.Network.Planted?.Answer(operation, bytes) ?? bytes)));
        }
    }

    public Task PauseAsync(Dice dice, double fromSeconds, double toSeconds)
    {
        var over = new TaskCompletionSource();
        _country.Pump.After(_country.Faults.Between(dice.Next(), fromSeconds, toSeconds), _life, over.SetResult);
        return over.Task;
    }

    public static HisHeader Header(string? id)
    {
        var header = new HisHeader { Operator = "测试收费员" };
        if (id is not null)
            header.HisTransactionId = id;
        return header;
    }
}

/// <summary>Draws one after another, by the seed and the name of who draws.</summary>
internal sealed class Dice(FaultPlan plan, string name)
{
    private int _drawn;

    /// <summary>A name for one draw.</summary>
    public string Next() => string.Create(CultureInfo.InvariantCulture, $"{name}.{++_drawn}");

    public int Below(int end) => plan.Draw(Next(), end);

    public bool Hits(double chance) => plan.Draw(Next()) < chance;
}
