using System.Globalization;
using Grpc.Core;
using ProvincialGateway.Network;
using ProvincialGateway.Values;

namespace ProvincialGateway.Simulation;

/// <summary>How one attempt over the network ended for its sender.</summary>
internal abstract record Arrival
{
    private Arrival()
    {
    }

    internal sealed record Reply(byte[] Bytes) : Arrival;

    /// <summary>The other node's own word instead of a reply.</summary>
    /// <param name="Said">What it said at its door; null for every refusal from further inside.</param>
    internal sealed record Refused(StatusCode Status, string Detail, TurnedAway? Said) : Arrival;

    /// <summary>No connection came about: nothing has left.</summary>
    internal sealed record NotConnected : Arrival;

    /// <summary>The connection broke after the request may have left.</summary>
    internal sealed record Cut : Arrival;

    /// <summary>Time ran out on a connection that stood.</summary>
    internal sealed record Silence : Arrival;
}

/// <summary>
/// Carries messages between nodes and does to them what the plan says. A message is a sequence of bytes with a name; what becomes of it depends on that name
/// only, and on which lines are dead and which nodes are down by then.
/// </summary>
internal sealed class SimulatedNetwork(Pump pump, FaultPlan faults, Journal journal, Func<Division, SimulatedNode> nodeOf)
{
    private static readonly Arrival NotConnected = new Arrival.NotConnected(), Cut = new Arrival.Cut(), Silence = new Arrival.Silence();

    private readonly Life _wires = new(pump, "network");
    private readonly Dictionary<(Division From, Division To), int> _dead = [];
    private readonly Dictionary<(Division From, Division To), int> _counts = [];

    /// <summary>Who has asked whom for anything but how it stands and what it remembers, sender first.</summary>
    public HashSet<(Division From, Division To)> Dealings { get; } = [];

    /// <summary>Null in every run that is not to be found wrong.</summary>
    public IPlantedFault? Planted { get; set; }

    /// <summary>Nothing passes from one node to another until <see cref="Join"/>.</summary>
    public void Part(Division from, Division to) => _dead[(from, to)] = _dead.GetValueOrDefault((from, to)) + 1;

    public void Join(Division from, Division to) => _dead[(from, to)]--;

    public void JoinAll() => _dead.Clear();

    /// <summary>One attempt; it ends at the latest after <paramref name="patience"/>.</summary>
    public Task<Arrival> SendAsync(SimulatedNode from, Division to, PeerMethod method, byte[] request, TimeSpan patience)
    {
        var (name, ended) = (NameOf(from.Division, to, method), new TaskCompletionSource<Arrival>());
        var (hasArrived, isTurnedAway) = (false, false);
        request = Planted?.Request(method, request) ?? request;
        pump.After(patience, _wires, () => End(Silence));
        if (IsDead(from.Division, to))
        {
            // A connection that stood before lets the bytes leave; a new one does not come about.
            var stood = faults.Draw($"{name} stood") < 0.5;
            pump.After(patience - TimeSpan.FromMilliseconds(1), _wires, () => End(stood ? Silence : NotConnected));
        }
        else if (faults.Strikes($"{name} lost", faults.Profile.Losses))
        {
            Note(name, method, "lost");
            if (faults.Draw($"{name} reset") < 0.5)
                pump.After(Latency(name), _wires, () => End(Cut));
        }
        else
        {
            var late = faults.Strikes($"{name} late", faults.Profile.Delays) ? faults.Between($"{name} lateness", 1, 20) : TimeSpan.Zero;
            pump.After(Latency(name) + late, _wires, () => Deliver(name));
            if (faults.Strikes($"{name} twice", faults.Profile.Duplicates))
                pump.After(Latency(name) + faults.Between($"{name} again", 0, 15), _wires, () => Deliver(name));
        }
        return ended.Task;

        void End(Arrival arrival) => ended.TrySetResult(arrival);

        void Deliver(string attempt)
        {
            // Both copies come over one connection: what its door has refused for good does not get in a second time.
            if (isTurnedAway)
                return;
            if (nodeOf(to).Current is not { IsServing: true } target)
            {
                Note(attempt, method, "refused by a machine without a node");
                pump.After(Latency(attempt), _wires, () => End(NotConnected));
                return;
            }
            var isRepeat = hasArrived;
            hasArrived = true;
            Note(attempt, method, isRepeat ? "arrives again" : "arrives");
            // A node that crashes meanwhile resets its connections, unless the machine went with it.
            target.Ended += () => pump.After(Latency(attempt), _wires, () => End(faults.Draw($"{attempt} machine") < 0.5 ? Cut : Silence));
            target.Serve(method, request, from.Certificate, patience, answer => Return(attempt, isRepeat, answer));
        }

        void Return(string attempt, bool isRepeat, Arrival answer)
        {
            Note(attempt, method, answer is Arrival.Refused(var status, _, _) ? $"answered {status}" : "answered");
            isTurnedAway |= answer is Arrival.Refused(var code, _, var said) && PeerFault.ForNow(code, said) is null && PeerFault.ProvesNothingWasDone(code);
            if (answer is Arrival.Reply(var bytes) && Planted is not null)
            {
                if (Planted.Reply(method, bytes) is not { } other)
                    return;
                answer = new Arrival.Reply(other);
            }
            // Nobody waits for the answer to the second copy of a message.
            if (isRepeat || IsDead(to, from.Division))
                return;
            if (faults.Strikes($"{attempt} unanswered", faults.Profile.CutReplies))
            {
                Note(attempt, method, "reply lost");
                if (faults.Draw($"{attempt} reset") < 0.5)
                    pump.After(Latency(attempt), _wires, () => End(Cut));
                return;
            }
            var late = faults.Strikes($"{attempt} late reply", faults.Profile.Delays) ? faults.Between($"{attempt} lateness of reply", 1, 20) : TimeSpan.Zero;
            pump.After(Latency($"{attempt} back") + late, _wires, () => End(answer));
        }
    }

    /// <summary>One stream, message by message; it ends at the latest when nothing moves for <paramref name="limits"/>.</summary>
    public async Task<Arrival> StreamAsync(SimulatedNode from, TimeProvider time, Division to, PeerMethod method, IAsyncEnumerable<byte[]> messages, PeerStreamLimits limits)
    {
        var name = NameOf(from.Division, to, method);
        if (IsDead(from.Division, to) || nodeOf(to).Current is not { IsServing: true } target)
        {
            await Task.Delay(IsDead(from.Division, to) ? limits.Idle : Latency(name), time);
            return NotConnected;
        }
        var (stream, ended) = (new SimulatedStream(), new TaskCompletionSource<Arrival>());
        target.Ended += () => pump.After(Latency(name), _wires, () => ended.TrySetResult(Cut));
        target.Serve(method, stream, from.Certificate, limits.Whole, answer => pump.After(Latency($"{name} back"), _wires, () =>
            ended.TrySetResult(IsDead(to, from.Division) || faults.Strikes($"{name} unanswered", faults.Profile.CutReplies) ? Cut : answer)));
        Note(name, method, "begins");
        var sent = 0;
        await foreach (var message in messages)
        {
            if (ended.Task.IsCompleted)
                break;
            if (IsDead(from.Division, to) || faults.Strikes(string.Create(CultureInfo.InvariantCulture, $"{name} cut at {++sent}"), faults.Profile.Losses))
            {
                Note(name, method, "cut");
                pump.After(Latency(name), target.Life, stream.Cut);
                return Cut;
            }
            var arrives = Latency(name);
            pump.After(arrives, target.Life, () => stream.Add(message));
            await Task.Delay(arrives, time);
        }
        pump.After(Latency(name), target.Life, stream.Complete);
        pump.After(limits.Idle, _wires, () => ended.TrySetResult(Silence));
        return await ended.Task;
    }

    private bool IsDead(Division from, Division to) => _dead.GetValueOrDefault((from, to)) > 0;

    private TimeSpan Latency(string name) => faults.Between($"{name} latency", 0.002, 0.030);

    private string NameOf(Division from, Division to, PeerMethod method)
    {
        if (method.Service != PeerMethod.Ping.Service && method.Service != PeerMethod.GetWatermark.Service)
            Dealings.Add((from, to));
        var count = _counts[(from, to)] = _counts.GetValueOrDefault((from, to)) + 1;
        return string.Create(CultureInfo.InvariantCulture, $"{from.Code[..2]}>{to.Code[..2]}#{count}");
    }

    private void Note(string name, PeerMethod method, string what) => journal.Write(pump.Now, $"{name} {method.Name} {what}");
}
